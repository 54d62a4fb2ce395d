//! The difference of two ledgers: only documents of which another answer is shown are compared.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::{Change, Difference, Records, compare};
use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use crate::model::Digest;
use crate::model::figure::{Figure, FigureId};
use crate::model::finding::{Derived, Finding};
use crate::model::record::{FigureRecord, FindingRecord};

/// What one document states, and what is decided of it.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) figures: Vec<Figure>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) derived: Vec<Derived>,
}

impl Held {
    /// Tells whether `other` has the same figures.
    pub(crate) fn states_as(&self, other: &Self) -> bool {
        fn by_id(held: &Held) -> BTreeMap<&FigureId, &Figure> {
            held.figures.iter().map(|figure| (&figure.id, figure)).collect()
        }
        by_id(self) == by_id(other)
    }

    fn records(&self, document: Option<Digest>) -> Records {
        let printed = |one| document.map(|document| FigureRecord::printed(document, "", one, 0));
        Records {
            figures: self.figures.iter().filter_map(printed).collect(),
            findings: self.findings.iter().map(|one| FindingRecord::new(one, 0)).collect(),
            derived: self.derived.iter().map(|one| FigureRecord::derived(one, 0)).collect(),
        }
    }
}

/// Drops what both have alike: most of it, and telling it so costs far less than comparing field by field.
fn drop_alike<T: PartialEq, K: Ord>(before: &mut Vec<T>, after: &mut Vec<T>, id: impl Fn(&T) -> K) {
    let has: BTreeMap<K, &T> = before.iter().map(|one| (id(one), one)).collect();
    let alike: BTreeSet<K> = after.iter().filter(|one| has.get(&id(one)) == Some(one)).map(&id).collect();
    before.retain(|one| !alike.contains(&id(one)));
    after.retain(|one| !alike.contains(&id(one)));
}

/// Lists what a document, or with `None` what stands across documents, has otherwise than before, as [`compare`]
/// does.
pub(crate) fn changes_of(document: Option<Digest>, mut before: Held, mut after: Held) -> Vec<Change> {
    drop_alike(&mut before.figures, &mut after.figures, |one| one.id.clone());
    drop_alike(&mut before.findings, &mut after.findings, |one| one.id.clone());
    drop_alike(&mut before.derived, &mut after.derived, |one| one.id.clone());
    let mut changes = compare(&before.records(document), &after.records(document));
    for change in &mut changes {
        change.document = document;
    }
    changes
}

impl LedgerReader {
    /// Returns what a document states, its figures in the order of the text, and what is decided of it.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn held_of(&self, document: Digest) -> Result<Held, LedgerError> {
        let name = document.to_string();
        let figures = "SELECT body FROM figures WHERE document = ?1 ORDER BY \"start\", \"end\", measure";
        Ok(Held {
            figures: self.bodies(figures, [&name])?,
            findings: self.bodies("SELECT body FROM findings WHERE document = ?1 ORDER BY id", [&name])?,
            derived: self.bodies("SELECT body FROM derived WHERE document = ?1 ORDER BY id", [&name])?,
        })
    }

    /// Returns the records of a document, or with `None` those across documents.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn records_of(&self, document: Option<Digest>) -> Result<Records, LedgerError> {
        let generation = self.generation()?;
        let mut records = Records::default();
        if let Some(document) = document {
            for row in self.figure_rows_of(document)? {
                let (source, made) = (&row.source, row.generation);
                records.figures.push(FigureRecord::printed(document, source, &row.figure, made));
            }
        }
        let named = document.map(|document| document.to_string());
        let findings: Vec<Finding> =
            self.bodies("SELECT body FROM findings WHERE document IS ?1 ORDER BY id", [&named])?;
        let derived: Vec<Derived> =
            self.bodies("SELECT body FROM derived WHERE document IS ?1 ORDER BY id", [&named])?;
        records.findings = findings.iter().map(|one| FindingRecord::new(one, generation)).collect();
        records.derived = derived.iter().map(|one| FigureRecord::derived(one, generation)).collect();
        Ok(records)
    }

    /// Returns the documents of which the extract stage's answer is shown, each with the blob of its clean text.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn extracted(&self) -> Result<Vec<(Digest, Digest)>, LedgerError> {
        let mut extracted = Vec::new();
        let sql = "SELECT a.document, d.clean_text FROM answers a JOIN documents d USING (document)
                   WHERE a.projected AND a.stage = 'extract' AND d.clean_text IS NOT NULL";
        self.for_each(sql, [], |row| {
            extracted.push(self.read(row, |row| Ok((digest(row, 0)?, digest(row, 1)?)))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(extracted)
    }

    /// Returns indicator, area and period of a figure, as text; `None` where its key is open, or there is none.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn cell_of(&self, figure: &str) -> Result<Option<String>, LedgerError> {
        let mut cell = None;
        let sql = "SELECT indicator || ' ' || area || ' ' || period FROM figures WHERE id = ?1";
        self.for_each(sql, [figure], |row| {
            cell = self.read(row, |row| row.get(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(cell)
    }

    /// Returns for every document the payload digests of the extract and reconcile answers shown.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn shown(&self) -> Result<BTreeMap<Digest, [Option<Digest>; 2]>, LedgerError> {
        let mut shown: BTreeMap<Digest, [Option<Digest>; 2]> = BTreeMap::new();
        let sql = "SELECT document, payload, stage = 'reconcile' FROM answers
                   WHERE projected AND stage IN ('extract', 'reconcile')";
        self.for_each(sql, [], |row| {
            let (document, payload, second) =
                self.read(row, |row| Ok((digest(row, 0)?, digest(row, 1)?, row.get::<_, bool>(2)?)))?;
            shown.entry(document).or_default()[usize::from(second)] = Some(payload);
            Ok::<_, LedgerError>(())
        })?;
        Ok(shown)
    }
}

/// Compares two ledgers; with `only`, these documents alone.
///
/// # Errors
/// What SQLite says.
pub fn between(
    before: &LedgerReader,
    after: &LedgerReader,
    only: Option<&[Digest]>,
) -> Result<Difference, LedgerError> {
    let (one, other) = (before.shown()?, after.shown()?);
    let mut documents: Vec<Digest> = one.keys().chain(other.keys()).copied().collect();
    documents.sort_unstable();
    documents.dedup();
    documents.retain(|document| {
        one.get(document) != other.get(document) && only.is_none_or(|only| only.contains(document))
    });
    let mut changes = Vec::new();
    for document in documents {
        changes.extend(changes_of(Some(document), before.held_of(document)?, after.held_of(document)?));
    }
    named(&mut changes, [before, after])?;
    if only.is_none() {
        changes.extend(compare(&before.records_of(None)?, &after.records_of(None)?));
    }
    let counts = before.counts()?;
    let had = [counts.figures, counts.findings, counts.derived];
    Ok(Difference::new(before.generation()?, Some(after.generation()?), had, changes))
}

/// Gives every change its document's file name, and puts them in order of it.
pub(crate) fn named(changes: &mut [Change], ledgers: [&LedgerReader; 2]) -> Result<(), LedgerError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut names: BTreeMap<Digest, String> = BTreeMap::new();
    for ledger in ledgers {
        names.extend(ledger.documents()?.into_iter().map(|row| (row.document, row.source)));
    }
    for change in changes.iter_mut() {
        change.source = change.document.and_then(|document| names.get(&document).cloned());
    }
    changes.sort_by(|one, other| {
        let key = |change: &Change| (change.source.clone(), change.document);
        key(one).cmp(&key(other))
    });
    Ok(())
}
