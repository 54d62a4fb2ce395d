//! What the ledger shows of the quarantine: refused, failed and parked, set aside.

use rusqlite::params;
use serde::Serialize;

use super::error::LedgerError;
use super::query::{LedgerReader, digest, tags};
use crate::model::Digest;

/// A file that was looked at and not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// blake3 of the bytes.
    pub document: Digest,
    /// File name.
    pub source: String,
    /// The inbox subfolders it lies in.
    pub tags: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// A code: `too_large`, `unknown_type`, `undecodable`.
    pub reason: String,
    /// For a person.
    pub message: String,
    /// Microseconds since 1970-01-01 UTC.
    pub refused_at: i64,
}

/// A document that a stage could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubleRow {
    /// The document.
    pub document: Digest,
    /// The stage.
    pub stage: String,
    /// What identifies the work.
    pub key: Digest,
    /// Given up, as opposed to being tried again.
    pub parked: bool,
    /// Tries so far.
    pub attempts: u32,
    /// A code.
    pub reason: String,
    /// What went wrong.
    pub message: String,
}

/// A document that a person dropped from the quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAsideRow {
    /// The document.
    pub document: Digest,
    /// File name.
    pub source: String,
    /// Microseconds since 1970-01-01 UTC.
    pub dropped_at: i64,
}

impl LedgerReader {
    /// Returns every file that was refused, in order of name.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn refused(&self) -> Result<Vec<RefusedRow>, LedgerError> {
        let mut rows = Vec::new();
        let sql = "SELECT document, source, tags, size, reason, message, refused_at FROM refused ORDER BY source, document";
        self.for_each(sql, [], |row| {
            rows.push(self.read(row, |row| {
                Ok(RefusedRow {
                    document: digest(row, 0)?,
                    source: row.get(1)?,
                    tags: tags(row, 2)?,
                    size: row.get::<_, i64>(3)?.cast_unsigned(),
                    reason: row.get(4)?,
                    message: row.get(5)?,
                    refused_at: row.get(6)?,
                })
            })?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }

    /// Returns every stage's unsolved trouble, in order of document and stage.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn troubles(&self) -> Result<Vec<TroubleRow>, LedgerError> {
        let mut rows = Vec::new();
        let sql = "SELECT document, stage, stage_key, parked, attempts, reason, message FROM troubles
                   ORDER BY document, stage, stage_key";
        self.for_each(sql, [], |row| {
            rows.push(self.read(row, |row| {
                Ok(TroubleRow {
                    document: digest(row, 0)?,
                    stage: row.get(1)?,
                    key: digest(row, 2)?,
                    parked: row.get(3)?,
                    attempts: row.get(4)?,
                    reason: row.get(5)?,
                    message: row.get(6)?,
                })
            })?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }

    /// Returns every document that a person set aside, in order of name.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_aside(&self) -> Result<Vec<SetAsideRow>, LedgerError> {
        let mut rows = Vec::new();
        let sql = "SELECT document, source, dropped_at FROM set_aside ORDER BY source, document";
        self.for_each(sql, params![], |row| {
            rows.push(self.read(row, |row| {
                Ok(SetAsideRow { document: digest(row, 0)?, source: row.get(1)?, dropped_at: row.get(2)? })
            })?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }
}
