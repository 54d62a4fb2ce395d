//! What two ledgers, or two readings of a document, do not have alike: field by field.
//!
//! Records are paired by id. A figure whose measure changed has another id at the same place of the
//! text: it is paired by its place, and its measure is what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use super::between::between;
pub(crate) use super::between::{Held, changes_of, named};
pub use super::difference::{Difference, OfIndicator, Tally};
use crate::model::Digest;
use crate::model::record::{FigureRecord, FindingRecord};

/// The fields of figures that may change, printed or derived, in order of name.
const FIGURE_FIELDS: &[&str] = &[
    "area",
    "aspect",
    "assumptions",
    "base",
    "end",
    "formula",
    "from",
    "fund",
    "high",
    "indicator",
    "label",
    "low",
    "measure",
    "period",
    "qualifier",
    "quote",
    "rules",
    "sentence",
    "start",
    "unit",
    "value",
];

/// The fields of findings that may change, in order of name.
const FINDING_FIELDS: &[&str] = &[
    "assumptions",
    "computed",
    "documents",
    "explanation",
    "figures",
    "formula",
    "gap",
    "readings",
    "relation",
    "rule",
    "stated",
    "suspects",
    "verdict",
];

/// Fields that say nothing of what is stated.
const PASSED_OVER: &[&str] = &["id", "generation", "document", "source"];

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is a record of the contract")]
pub enum Record {
    Figure,
    Finding,
    Derived,
}

impl Record {
    /// Every kind.
    pub const ALL: [Record; 3] = [Record::Figure, Record::Finding, Record::Derived];

    /// Returns the fields that may change, in order of name.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Figure | Self::Derived => FIGURE_FIELDS,
            Self::Finding => FINDING_FIELDS,
        }
    }

    /// Returns the kind of which `export` has several under a name; `None` where there is none.
    pub fn from_plural(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|record| record.plural() == name)
    }

    /// Returns the name of several, as `export` has it.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Figure => "figures",
            Self::Finding => "findings",
            Self::Derived => "derived",
        }
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum What {
    Added,
    Removed,
    Changed,
}

impl What {
    /// Every value.
    pub const ALL: [What; 3] = [What::Added, What::Removed, What::Changed];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A field that two records do not have alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// The record contract's name.
    pub name: String,
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
}

/// A record that came, went or changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its kind.
    pub record: Record,
    /// What became of it.
    pub what: What,
    /// Its id, after where it is there, else before.
    pub id: String,
    /// Its document; `None` for a relation across documents.
    pub document: Option<Digest>,
    /// That document's file name.
    pub source: Option<String>,
    /// Its words: a figure's quote, a finding's formula.
    pub quote: String,
    /// The sentence that it stands in; for a finding the one that explains it, in Vietnamese.
    pub sentence: String,
    /// A figure's indicator, after where there is one, else before.
    pub indicator: Option<String>,
    /// Of a changed one: each field that changed, in order of name.
    pub fields: Vec<Field>,
    /// The edits that did it, as [`crate::stage::rules::edits::Edit::name`] names them, and stages of
    /// another version.
    pub rules: Vec<String>,
    /// The record before.
    pub before: Option<Value>,
    /// The record after.
    pub after: Option<Value>,
}

impl Change {
    /// Returns what tells it from every other change of its document.
    pub fn key(&self) -> (Record, What, String) {
        (self.record, self.what, self.id.clone())
    }

    /// Tells whether a finding contradicts now and did not before (1), or the other way round (-1).
    pub(super) fn conflict(&self) -> i8 {
        let conflicts = |value: &Option<Value>| {
            i8::from(value.as_ref().is_some_and(|value| value["verdict"] == "conflicts"))
        };
        match self.record {
            Record::Finding => conflicts(&self.after) - conflicts(&self.before),
            _ => 0,
        }
    }
}

/// The records of one document, or those across documents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Records {
    /// Printed figures.
    pub figures: Vec<FigureRecord>,
    /// Findings.
    pub findings: Vec<FindingRecord>,
    /// Figures that nobody printed.
    pub derived: Vec<FigureRecord>,
}

impl Records {
    fn of(&self, record: Record) -> Vec<(String, Value)> {
        let value =
            |id: &str, value: Result<Value, serde_json::Error>| (id.to_owned(), value.unwrap_or(Value::Null));
        let figure = |one: &FigureRecord| value(one.id.as_str(), serde_json::to_value(one));
        match record {
            Record::Figure => self.figures.iter().map(figure).collect(),
            Record::Derived => self.derived.iter().map(figure).collect(),
            Record::Finding => {
                self.findings.iter().map(|one| value(&one.id, serde_json::to_value(one))).collect()
            }
        }
    }
}

/// Lists what `after` has otherwise than `before`, which are of the same document. Sentences are left
/// empty, but those of findings; see [`Difference::sentences`].
pub fn compare(before: &Records, after: &Records) -> Vec<Change> {
    let mut changes = Vec::new();
    for record in Record::ALL {
        let (mut one, mut other) = (before.of(record), after.of(record));
        let ids: BTreeMap<String, usize> =
            other.iter().enumerate().map(|(place, (id, _))| (id.clone(), place)).collect();
        let mut pairs: Vec<(Option<Value>, Option<Value>)> = Vec::new();
        let mut taken = BTreeSet::new();
        one.retain(|(id, value)| match ids.get(id) {
            Some(place) => {
                taken.insert(*place);
                pairs.push((Some(value.clone()), other.get(*place).map(|(_, value)| value.clone())));
                false
            }
            None => true,
        });
        let mut place = 0;
        other.retain(|_| {
            place += 1;
            !taken.contains(&(place - 1))
        });
        for (_, value) in one {
            let same = |(_, candidate): &(String, Value)| {
                record == Record::Figure
                    && candidate["start"] == value["start"]
                    && candidate["end"] == value["end"]
            };
            let partner = other.iter().position(same).map(|place| other.remove(place).1);
            pairs.push((Some(value), partner));
        }
        pairs.extend(other.into_iter().map(|(_, value)| (None, Some(value))));
        changes.extend(pairs.into_iter().filter_map(|(before, after)| change(record, before, after)));
    }
    changes
}

fn change(record: Record, before: Option<Value>, after: Option<Value>) -> Option<Change> {
    let what = match (&before, &after) {
        (Some(_), Some(_)) => What::Changed,
        (Some(_), None) => What::Removed,
        _ => What::Added,
    };
    let mut fields = Vec::new();
    if let (Some(Value::Object(one)), Some(Value::Object(other))) = (&before, &after) {
        let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        for name in names.into_iter().filter(|name| !PASSED_OVER.contains(&name.as_str())) {
            let of = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
            let (before, after) = (of(one), of(other));
            if before != after {
                fields.push(Field { name: name.clone(), before, after });
            }
        }
        if fields.is_empty() {
            return None;
        }
    }
    let shown = after.as_ref().or(before.as_ref())?;
    let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
    let document = shown["document"].as_str().or_else(|| match shown["documents"].as_array()?.as_slice() {
        [one] => one.as_str(),
        _ => None,
    });
    let indicator = |value: &Option<Value>| {
        value.as_ref().and_then(|value| value["indicator"].as_str()).map(ToOwned::to_owned)
    };
    Some(Change {
        record,
        what,
        id: text("/id"),
        document: document.and_then(|text| text.parse().ok()),
        source: shown["source"].as_str().map(ToOwned::to_owned),
        quote: if record == Record::Figure { text("/quote") } else { text("/formula") },
        sentence: if record == Record::Finding { text("/explanation/vi") } else { String::new() },
        indicator: indicator(&after).or_else(|| indicator(&before)),
        fields,
        rules: Vec::new(),
        before,
        after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figure(id: &str, start: usize, measure: &str, indicator: Option<&str>) -> FigureRecord {
        serde_json::from_value(json!({
            "id": id, "document": null, "source": null, "start": start, "end": start + 2, "quote": "12",
            "sentence": {"start": 0, "end": 9}, "indicator": indicator, "label": "x", "measure": measure,
            "value": "12", "unit": "person", "qualifier": "eq", "low": "12", "high": "12", "area": null,
            "period": null, "aspect": null, "fund": null, "base": null, "rules": [], "generation": 1
        }))
        .unwrap()
    }

    #[test]
    fn the_fields_of_records_are_those_that_are_exported() {
        let exported = |record: &Value| -> Vec<String> {
            let names =
                record.as_object().unwrap().keys().filter(|name| !PASSED_OVER.contains(&name.as_str()));
            names.cloned().collect()
        };
        let mut printed = figure("a", 0, "value", None);
        printed.from = Some(Vec::new());
        printed.formula = Some(String::new());
        printed.assumptions = Some(Vec::new());
        assert_eq!(exported(&json!(printed)), FIGURE_FIELDS);
        let finding = json!({
            "id": "f", "verdict": "agrees", "relation": "sum", "figures": [], "formula": "",
            "computed": {"low": null, "high": null}, "stated": {"low": null, "high": null}, "gap": "0",
            "suspects": [], "documents": [], "explanation": {"vi": "", "en": ""}, "assumptions": [],
            "readings": [], "rule": "", "generation": 1
        });
        let finding: FindingRecord = serde_json::from_value(finding).unwrap();
        assert_eq!(exported(&json!(finding)), FINDING_FIELDS);
    }

    #[test]
    fn a_figure_of_another_measure_has_changed_and_not_gone() {
        let before = Records {
            figures: vec![figure("a", 0, "value", None), figure("b", 5, "value", None)],
            ..Records::default()
        };
        let after = Records {
            figures: vec![figure("c", 0, "growth", Some("kinh_phi")), figure("d", 9, "value", None)],
            ..Records::default()
        };
        let changes = compare(&before, &after);
        let told: Vec<_> = changes.iter().map(|change| (change.what, change.id.as_str())).collect();
        assert_eq!(told, [(What::Changed, "c"), (What::Removed, "b"), (What::Added, "d")]);
        let fields: Vec<_> = changes[0].fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["indicator", "measure"]);
        let difference = Difference::new(1, None, [2, 0, 0], changes);
        assert_eq!(difference.count_of("figures.after"), Some(2));
        assert_eq!(difference.count_of("figures.changed.measure"), Some(1));
        assert_eq!(difference.count_of("figures.changed.period"), Some(0));
        assert_eq!(difference.count_of("pictures.added"), None);
        let of = |name: &str| &difference.indicators[name];
        assert_eq!((of("kinh_phi").slots["measure"], of("kinh_phi").came, of("none").left), (1, 1, 1));
        assert!(compare(&before, &before).is_empty());
    }
}
