//! Everything that two generations do not have alike, counted: by kind of record, by indicator, by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::diff::{Change, Record, What};
use crate::model::Digest;

/// How many records of a kind there were, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub before: u64,
    pub after: u64,
    pub added: u64,
    pub removed: u64,
    pub changed: u64,
    /// How often each field changed.
    pub fields: BTreeMap<String, u64>,
}

/// What became of the figures of one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OfIndicator {
    pub added: u64,
    pub removed: u64,
    /// Of these, `came` are told by this indicator now and were by another before.
    pub changed: u64,
    pub came: u64,
    /// Figures that were told by this indicator and are by another now, where they count as changed.
    pub left: u64,
    /// How often each slot changed.
    pub slots: BTreeMap<String, u64>,
}

/// Everything that two generations do not have alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Difference {
    /// The generation before.
    pub before: u64,
    /// The generation after; `None` for one that a dry run only tried.
    pub after: Option<u64>,
    /// By kind of record: `figures`, `findings`, `derived`.
    pub counts: BTreeMap<&'static str, Tally>,
    /// Findings that contradict now and did not before.
    pub conflicts_added: u64,
    /// Findings that contradicted before and do not now.
    pub conflicts_removed: u64,
    /// Documents of which any record changed.
    pub documents_changed: u64,
    /// By indicator, as it is after; `none` where there is none.
    pub indicators: BTreeMap<String, OfIndicator>,
    /// The edits of the rules, as they are cited, with what was edited.
    pub edits: BTreeMap<String, String>,
    /// So many documents changed that it was not found out which of the edits changed what: each change cites all.
    pub every_edit_cited: bool,
    /// Every change, in order of file name and place.
    pub changes: Vec<Change>,
}

impl Difference {
    /// Takes the changes and counts them; `had` is how many figures, findings and derived figures there
    /// were before.
    pub fn new(before: u64, after: Option<u64>, had: [u64; 3], changes: Vec<Change>) -> Self {
        let mut made = Self { before, after, ..Self::default() };
        for (record, had) in Record::ALL.into_iter().zip(had) {
            made.counts.insert(record.plural(), Tally { before: had, after: had, ..Tally::default() });
        }
        let mut documents = BTreeSet::new();
        for change in &changes {
            documents.extend(change.document);
            made.count(change);
        }
        made.documents_changed = documents.len() as u64;
        made.changes = changes;
        made
    }

    fn count(&mut self, change: &Change) {
        let conflict = change.conflict();
        self.conflicts_added += u64::from(conflict > 0);
        self.conflicts_removed += u64::from(conflict < 0);
        let tally = self.counts.entry(change.record.plural()).or_default();
        match change.what {
            What::Added => (tally.added, tally.after) = (tally.added + 1, tally.after + 1),
            What::Removed => {
                (tally.removed, tally.after) = (tally.removed + 1, tally.after.saturating_sub(1));
            }
            What::Changed => tally.changed += 1,
        }
        for field in &change.fields {
            *tally.fields.entry(field.name.clone()).or_default() += 1;
        }
        if change.record != Record::Figure {
            return;
        }
        // A figure may lose its indicator: it counts with those that have none, as it is after.
        let named = |value: &Option<Value>| {
            let value = value.as_ref()?;
            Some(value["indicator"].as_str().unwrap_or("none").to_owned())
        };
        let (was, is) = (named(&change.before), named(&change.after));
        let moved = was.is_some() && is.is_some() && was != is;
        if let Some(was) = was.clone().filter(|_| moved) {
            self.indicators.entry(was).or_default().left += 1;
        }
        let name = is.or(was).unwrap_or_else(|| "none".to_owned());
        let of = self.indicators.entry(name).or_default();
        of.came += u64::from(moved);
        match change.what {
            What::Added => of.added += 1,
            What::Removed => of.removed += 1,
            What::Changed => of.changed += 1,
        }
        for field in &change.fields {
            *of.slots.entry(field.name.clone()).or_default() += 1;
        }
    }

    /// Returns a count by its name: `figures.removed`, `findings.changed.verdict`, `conflicts.added`,
    /// `documents.changed`; `None` for a name that is none.
    pub fn count_of(&self, name: &str) -> Option<u64> {
        match name {
            "conflicts.added" => return Some(self.conflicts_added),
            "conflicts.removed" => return Some(self.conflicts_removed),
            "documents.changed" => return Some(self.documents_changed),
            _ => {}
        }
        let (kind, rest) = name.split_once('.')?;
        let tally = self.counts.get(kind)?;
        match rest {
            "before" => Some(tally.before),
            "after" => Some(tally.after),
            "added" => Some(tally.added),
            "removed" => Some(tally.removed),
            "changed" => Some(tally.changed),
            field => {
                let field = field.strip_prefix("changed.")?;
                let is_one = Record::from_plural(kind)?.fields().contains(&field);
                is_one.then(|| tally.fields.get(field).copied().unwrap_or(0))
            }
        }
    }

    /// Fills in the sentences of figures; `text` returns a document's source text.
    ///
    /// # Errors
    /// As `text`.
    pub fn sentences<E>(&mut self, mut text: impl FnMut(Digest) -> Result<String, E>) -> Result<(), E> {
        let mut held: Option<(Digest, String)> = None;
        for change in &mut self.changes {
            let Some(document) = change.document.filter(|_| change.record == Record::Figure) else {
                continue;
            };
            if held.as_ref().is_none_or(|(known, _)| *known != document) {
                held = Some((document, text(document)?));
            }
            let shown = change.after.as_ref().or(change.before.as_ref());
            let end = |name: &str| {
                shown
                    .and_then(|shown| shown["sentence"][name].as_u64())
                    .and_then(|at| usize::try_from(at).ok())
            };
            if let (Some(start), Some(end), Some((_, text))) = (end("start"), end("end"), &held) {
                text.get(start..end).unwrap_or("").trim().clone_into(&mut change.sentence);
            }
        }
        Ok(())
    }
}
