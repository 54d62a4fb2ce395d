//! The difference of two ledgers: only documents of which another answer is shown are compared.

use std::collections::BTreeMap;

use super::diff::{Change, Difference, Records, compare};
use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use crate::model::Digest;
use crate::model::finding::{Derived, Finding};
use crate::model::record::{FigureRecord, FindingRecord};

impl LedgerReader {
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
        let (before, after) = (before.records_of(Some(document))?, after.records_of(Some(document))?);
        let mut found = compare(&before, &after);
        for change in &mut found {
            change.document = Some(document);
        }
        changes.extend(found);
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
