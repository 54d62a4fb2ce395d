//! How findings across documents came to stand: every time one was decided, decided otherwise or
//! superseded, and by which documents.

use rusqlite::params;
use serde::Serialize;

use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use crate::model::Digest;
use crate::model::finding::Verdict;

/// One time that a finding across documents was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The `corpus-reconciled` that says so.
    pub position: u64,
    /// What it was decided to be; `None` where it stood no more from then on.
    pub verdict: Option<Verdict>,
    /// The relation's code.
    pub relation: String,
    /// The formula with the printed numbers in it.
    pub formula: String,
    /// What it said, or had said, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// The documents that led to it.
    pub because: Vec<Digest>,
    /// Microseconds since 1970-01-01 UTC.
    pub decided_at: i64,
}

impl LedgerReader {
    /// Returns the history of a finding across documents, first to last; none for one of a single
    /// document, which is decided once.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn history_of(&self, finding: &str) -> Result<Vec<Turn>, LedgerError> {
        let mut turns = Vec::new();
        let sql =
            "SELECT position, verdict, relation, formula, vi, en, because, decided_at FROM finding_history
                   WHERE finding = ?1 ORDER BY position";
        self.for_each(sql, params![finding], |row| {
            let (position, verdict, relation, formula, vi, en, because, decided_at) =
                self.read(row, |row| {
                    Ok((
                        row.get::<_, i64>(0)?.cast_unsigned(),
                        row.get::<_, Option<String>>(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                        row.get::<_, String>(6)?,
                        row.get(7)?,
                    ))
                })?;
            let verdict = verdict.as_deref().and_then(Verdict::from_code);
            let because = self.parse(&because)?;
            turns.push(Turn { position, verdict, relation, formula, vi, en, because, decided_at });
            Ok::<_, LedgerError>(())
        })?;
        Ok(turns)
    }

    /// Returns what else one event decided of the component in which `finding` was decided or superseded, id and verdict
    /// and formula, in order of id, `limit` at most.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn decided_with(
        &self,
        finding: &str,
        position: u64,
        limit: usize,
    ) -> Result<Vec<(String, Verdict, String)>, LedgerError> {
        let mut decided = Vec::new();
        let sql = "SELECT o.finding, o.verdict, o.formula FROM finding_history h
                   JOIN finding_history o ON o.position = h.position AND o.component = h.component
                   WHERE h.finding = ?1 AND h.position = ?2 AND o.finding <> ?1 AND o.verdict IS NOT NULL
                   ORDER BY o.finding LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.for_each(sql, params![finding, position.cast_signed(), limit], |row| {
            let (id, verdict, formula) =
                self.read(row, |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
            decided.extend(Verdict::from_code(&verdict).map(|verdict| (id, verdict, formula)));
            Ok::<_, LedgerError>(())
        })?;
        Ok(decided)
    }

    /// Returns the ids of findings that begin with `prefix`, stood once and stand no more.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn superseded_named(&self, prefix: &str) -> Result<Vec<String>, LedgerError> {
        let mut ids = Vec::new();
        let sql = "SELECT DISTINCT finding FROM finding_history
                   WHERE substr(finding, 1, length(?1)) = ?1 AND finding NOT IN (SELECT id FROM findings)
                   ORDER BY finding LIMIT 20";
        self.for_each(sql, params![prefix.to_ascii_lowercase()], |row| {
            ids.push(self.read(row, |row| row.get(0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(ids)
    }

    /// Returns the near-duplicates of a document that count as one witness with it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn near_duplicates_of(&self, document: Digest) -> Result<Vec<Digest>, LedgerError> {
        let mut copies = Vec::new();
        let sql = "SELECT o.document FROM joined j JOIN joined o USING (witness)
                   WHERE j.document = ?1 AND o.document <> ?1 ORDER BY o.document";
        self.for_each(sql, params![document.to_string()], |row| {
            copies.push(self.read(row, |row| digest(row, 0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(copies)
    }
}
