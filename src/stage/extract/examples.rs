//! The examples of the rule pack, run: each says what is read of a few words.
//!
//! A rule of numbers, hedges, periods and places carries its own (`text => what is read`, where `!=` says
//! what is not); those of digits, indicators and frames stand in `examples.toml`, one table each.

use jiff::civil::Date;

use super::mention::{TimeContext, find};
use crate::model::figure::Figure;
use crate::model::{Digest, Span};
use crate::stage::rules::entries::Entry;
use crate::stage::rules::{Example, RuleError, RulePack};
use crate::stage::{clean, segment};

/// An example with the rule that carries it.
#[derive(Debug, Clone)]
struct Case {
    /// The rule's id: `unit.VND`.
    rule: String,
    file: &'static str,
    /// Its first byte in the file.
    at: usize,
    text: String,
    /// What is read, or is not.
    expected: String,
    negative: bool,
    reader: Reader,
}

/// What is compared of an example's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// `value unit` of the first number.
    Number,
    /// The qualifier of the first number.
    Hedge,
    /// The first period.
    Period,
    /// The ids of the places.
    Place,
    /// `class value` of what is no figure, and `value unit` of the first number.
    Name,
    /// `slot value` of any figure.
    Figure,
}

/// How an example came out.
pub struct Tried {
    /// How many there are.
    pub tried: usize,
    /// Those that did not come out as written.
    pub failed: Vec<RuleError>,
}

/// Runs every example of the pack.
pub fn run(pack: &RulePack) -> Tried {
    let cases = cases(pack);
    let failed = cases.iter().filter_map(|case| failure(case, pack)).collect();
    Tried { tried: cases.len(), failed }
}

/// The ids of the rules that should carry examples and carry none.
pub fn without_examples(pack: &RulePack) -> Vec<Entry> {
    let cases = cases(pack);
    let wanted = pack.entries().into_iter().filter(carries_examples);
    wanted.filter(|entry| !cases.iter().any(|case| case.rule == entry.id())).collect()
}

/// Tells whether an entry is a rule of extraction, which its examples hold to.
fn carries_examples(entry: &Entry) -> bool {
    let files = ["frames.toml", "hedges.toml", "indicators.toml", "numbers.toml", "periods.toml"];
    files.contains(&entry.file) || matches!(entry.file, "places.toml" | "units.toml")
}

fn cases(pack: &RulePack) -> Vec<Case> {
    let mut cases = Vec::new();
    let entries = pack.entries();
    for entry in &entries {
        let reader = match entry.file {
            "units.toml" => Reader::Number,
            "hedges.toml" => Reader::Hedge,
            "periods.toml" => Reader::Period,
            "places.toml" => Reader::Place,
            _ => Reader::Name,
        };
        for (example, at) in &entry.examples {
            let (text, expected, negative) = match (example.split_once(" != "), example.split_once(" => ")) {
                (Some((text, other)), _) => (text, other.to_owned(), true),
                (None, Some((text, expected))) => (text, expected.to_owned(), false),
                (None, None) => (example.as_str(), entry.id(), false),
            };
            let (rule, text, at) = (entry.id(), text.to_owned(), *at);
            cases.push(Case { rule, file: entry.file, at, text, expected, negative, reader });
        }
    }
    let places = entries.iter().filter(|entry| entry.file == "examples.toml");
    for (example, entry) in pack.examples.iter().zip(places) {
        let Example { rule, text, .. } = example.clone();
        let told = [(example.is.clone(), false), (example.is_not.clone(), true)];
        for (expected, negative) in told {
            cases.extend(expected.map(|expected| Case {
                rule: rule.clone(),
                file: "examples.toml",
                at: entry.span.start,
                text: text.clone(),
                expected,
                negative,
                reader: Reader::Figure,
            }));
        }
    }
    cases
}

fn failure(case: &Case, pack: &RulePack) -> Option<RuleError> {
    let read = read(case, pack);
    let holds = read.contains(&case.expected) != case.negative;
    let said = if case.negative { "may not be" } else { "says" };
    let message = format!(
        "{}: `{}` gives `{}`, the example {said} `{}`",
        case.rule,
        case.text,
        read.join(", "),
        case.expected
    );
    let hint = "change the example, or the rule that reads it";
    (!holds).then(|| RuleError::at(case.file, pack.files.text(case.file), case.at, message, hint))
}

fn read(case: &Case, pack: &RulePack) -> Vec<String> {
    if case.reader == Reader::Figure {
        let found = find(&case.text, Span::new(0, case.text.len()), pack);
        let places = found
            .places
            .iter()
            .map(|place| format!("{} {:?} {}", place.rule, place.in_name, place.span.of(&case.text)));
        return figures(&case.text, pack).iter().flat_map(slots).chain(places).collect();
    }
    let found = find(&case.text, Span::new(0, case.text.len()), pack);
    let number = found.numbers.first();
    let context = TimeContext { document_date: Date::new(2017, 8, 3).ok(), ..TimeContext::default() };
    let nothing = || "nothing".to_owned();
    let amount = number.map(|number| format!("{} {}", number.value, number.unit));
    match case.reader {
        Reader::Number => vec![amount.unwrap_or_else(nothing)],
        Reader::Hedge => vec![number.map_or_else(nothing, |number| number.qualifier.code().to_owned())],
        Reader::Period => {
            let period = found.periods.first().map(|period| {
                let value = period.expression.resolve(&context).map(|value| value.to_string());
                value.or_else(|| period.length.clone()).unwrap_or_else(|| "null".to_owned())
            });
            vec![period.unwrap_or_else(nothing)]
        }
        Reader::Place => found.places.iter().map(|place| place.rule.clone()).collect(),
        Reader::Name | Reader::Figure => {
            let others = found.others.iter().map(|other| format!("{} {}", class(other.class), other.value));
            others.chain(amount.filter(|_| number.is_some_and(|number| !number.bare))).collect()
        }
    }
}

fn class(class: crate::model::mention::MentionClass) -> String {
    let value = serde_json::to_value(class).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The figures of a text that stands for a whole report.
fn figures(text: &str, pack: &RulePack) -> Vec<Figure> {
    let Ok(cleaned) = clean::clean(text.as_bytes()) else { return Vec::new() };
    let blocks = segment::segment(&cleaned.clean.text, &pack.segment);
    let document = Digest::of(text.as_bytes());
    super::extract(document, &cleaned.source, &cleaned.clean, &blocks, pack).figures
}

/// What a figure's record says, slot by slot.
fn slots(figure: &Figure) -> Vec<String> {
    let code = |slot: &str, code: Option<String>| format!("{slot} {}", code.unwrap_or_else(|| "null".into()));
    vec![
        format!("value {} {}", figure.value, figure.unit),
        format!("measure {}", figure.measure.code()),
        format!("{} {}", figure.measure.code(), figure.value),
        code("indicator", figure.indicator.as_ref().map(ToString::to_string)),
        code("aspect", figure.aspect.map(|aspect| aspect.code().to_owned())),
        code("fund", figure.fund.map(|fund| fund.code().to_owned())),
        code("period", figure.period.map(|period| period.to_string())),
        code("base", figure.base.as_ref().and_then(|base| base.period).map(|period| period.to_string())),
        format!("qualifier {}", figure.qualifier.code()),
        code("area", figure.area.as_ref().map(ToString::to_string)),
        format!("label {}", figure.label),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::rules::phrase::Phrases;

    #[test]
    fn every_example_of_the_pack_comes_out_as_written() {
        let failed: Vec<String> = run(RulePack::builtin()).failed.iter().map(ToString::to_string).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn every_rule_of_extraction_carries_an_example() {
        let without = without_examples(RulePack::builtin());
        let without = without.iter().map(|entry| format!("{}: {}", entry.file, entry.id()));
        let without: Vec<String> = without.filter(|entry| !NOT_YET.contains(&entry.as_str())).collect();
        assert!(without.is_empty(), "no example: {}", without.join(", "));
    }

    /// Lists that no example tells apart yet.
    const NOT_YET: &[&str] = &[
        "frames.toml: aspects.announced",
        "frames.toml: aspects.continued",
        "frames.toml: aspects.refers",
        "frames.toml: aspects.weak",
        "frames.toml: aspects.money",
        "frames.toml: aspects.behind",
        "frames.toml: aspects.pair_units",
        "frames.toml: funds.conjoined",
        "frames.toml: funds.bare_national",
        "frames.toml: funds.bare_local",
        "frames.toml: funds.national_givers",
        "frames.toml: funds.local_givers",
        "frames.toml: funds.gives",
        "frames.toml: funds.whole",
        "frames.toml: funds.besides",
        "frames.toml: funds.counterpart",
        "frames.toml: tables.plan",
        "frames.toml: tables.shares",
        "frames.toml: tables.places",
        "frames.toml: tables.sums",
        "frames.toml: labels.clause",
        "frames.toml: labels.adverbs",
        "frames.toml: labels.weak",
        "frames.toml: labels.divisions",
        "frames.toml: labels.subjects",
        "frames.toml: labels.classifiers",
        "frames.toml: labels.kept",
        "frames.toml: labels.moneys",
        "indicators.toml: names",
        "periods.toml: period.first_months_this_year",
        "periods.toml: period.same_last_year",
    ];

    /// The pack without one rule, made in memory: to read all files again for each takes a minute.
    fn without(pack: &RulePack, entry: &Entry) -> RulePack {
        let mut pack = pack.clone();
        let number = u32::try_from(entry.number).unwrap();
        let none = Phrases::default;
        let mention = &mut pack.mention;
        match (entry.file, entry.section.as_str()) {
            ("units.toml", "scale") => mention.scale_words.remove(number),
            ("units.toml", "unit") => mention.unit_words.remove(number),
            ("units.toml", "noun") => mention.noun_words.remove(number),
            ("units.toml", "per") => mention.per_words = none(),
            ("hedges.toml", _) => {
                mention.hedges_before.remove(number);
                mention.hedges_after.remove(number);
            }
            ("periods.toml", _) => mention.period_words.remove(number),
            ("places.toml", "place") => mention.place_words.remove(number),
            ("places.toml", "prefix") => mention.place_prefix = none(),
            ("places.toml", "agency") => mention.agency_before = none(),
            ("places.toml", "name") => mention.other_name_before = none(),
            ("numbers.toml", "digits") => {
                let word = pack.words.get(&entry.name);
                mention.digits.remove(word);
            }
            ("numbers.toml", section) => {
                let tree = match section {
                    "ordinal" => &mut mention.ordinal_before,
                    "rank" => &mut mention.rank_before,
                    "law" => &mut mention.law_before,
                    "name" => &mut mention.name_before,
                    "multiple" => &mut mention.multiple_before,
                    "five" => &mut mention.five_before,
                    "stop" => &mut mention.stop,
                    other => panic!("numbers.toml has no mutation for {other}"),
                };
                *tree = none();
            }
            ("indicators.toml", "indicator") => {
                pack.indicators.indicator.remove(entry.number);
            }
            (file, section) => {
                let mut table: toml::Table = toml::from_str(pack.files.text(file)).unwrap();
                let lists = if entry.name.is_empty() {
                    &mut table
                } else {
                    table.get_mut(section).and_then(toml::Value::as_table_mut).unwrap()
                };
                let key = if entry.name.is_empty() { section } else { entry.name.as_str() };
                lists.insert(key.to_owned(), toml::Value::Array(Vec::new()));
                match file {
                    "frames.toml" => pack.frames = table.try_into().unwrap(),
                    "indicators.toml" => pack.indicators = table.try_into().unwrap(),
                    other => panic!("{other} has no mutation for {section}"),
                }
            }
        }
        pack
    }

    /// Removing any one rule fails at least one example: no rule is there for nothing, and no example
    /// holds by accident.
    #[test]
    fn a_rule_removed_fails_an_example() {
        let pack = RulePack::builtin();
        let cases = cases(pack);
        let mut survived = Vec::new();
        for entry in pack.entries().iter().filter(|entry| carries_examples(entry)) {
            let mutant = without(pack, entry);
            let id = entry.id();
            let own = cases.iter().filter(|case| case.rule == id);
            if !own.into_iter().any(|case| failure(case, &mutant).is_some()) {
                survived.push(format!("{}: {id}", entry.file));
            }
        }
        survived.retain(|entry| !NOT_YET.contains(&entry.as_str()));
        assert!(survived.is_empty(), "removed and not missed: {}", survived.join(", "));
    }
}
