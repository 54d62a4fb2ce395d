//! Reading a ledger, in an order that depends on contents alone.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::build::{BUSY_WAIT, LEDGER_VERSION};
use super::error::LedgerError;
use crate::event::envelope::Position;
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::finding::{Derived, Finding};
use crate::model::record::{FigureRecord, FindingRecord, MentionRecord};

/// Prepared statements kept by a connection: more than any reader or the fold has.
pub(super) const STATEMENTS: usize = 64;

/// Has a connection plan each statement once, whatever is bound to it: otherwise one with a bound limit or
/// comparison is parsed and planned again each time that it runs.
pub(super) fn steady(connection: &Connection) -> rusqlite::Result<bool> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
}

/// A reader of one ledger.
#[derive(Debug)]
pub struct LedgerReader {
    connection: Connection,
    path: PathBuf,
}

/// A document as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentRow {
    /// blake3 of the original bytes.
    pub document: Digest,
    /// File name as first received.
    pub source: String,
    /// The inbox subfolders, outermost first.
    pub tags: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// By content.
    pub media_type: String,
    /// Place of `document-received` in the log.
    pub position: u64,
    /// Microseconds since 1970-01-01 UTC.
    pub received_at: i64,
    /// The encoding read; `None` until cleaned.
    pub encoding: Option<String>,
    /// The blob of the source text; `None` until cleaned.
    pub source_text: Option<Digest>,
    /// The blob of the clean text; `None` until cleaned.
    pub clean_text: Option<Digest>,
    /// How often the same bytes came again.
    pub copies: u64,
    /// Figures found.
    pub figures: u64,
    /// Findings of its own that conflict.
    pub conflicts: u64,
    /// Whether the last stage has answered.
    pub done: bool,
}

/// How many of each the ledger holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each field counts the table of its name")]
pub struct StageCounts {
    pub checkpoint: u64,
    pub generation: u64,
    pub documents: u64,
    pub copies: u64,
    pub refused: u64,
    pub cleaned: u64,
    pub segmented: u64,
    pub extracted: u64,
    pub reconciled: u64,
    pub parked: u64,
    pub figures: u64,
    pub mentions: u64,
    pub findings: u64,
    pub conflicts: u64,
    pub derived: u64,
}

/// A document's columns. `+` keeps the verdicts' index out: with it every document would be compared with
/// every conflict of the ledger (61 s instead of 0,2 s for ten thousand documents).
const DOCUMENT: &str =
    "SELECT d.document, d.source, d.tags, d.size, d.media_type, d.position, d.received_at, d.encoding,
   d.source_text, d.clean_text,
   (SELECT count(*) FROM sightings s WHERE s.document = d.document),
   (SELECT count(*) FROM figures f WHERE f.document = d.document),
   (SELECT count(*) FROM findings x WHERE x.document = d.document AND +x.verdict = 'conflicts'),
   EXISTS (SELECT 1 FROM answers a WHERE a.document = d.document AND a.stage = 'reconcile' AND a.projected)
   FROM documents d";

impl LedgerReader {
    /// Opens the ledger at `path`.
    ///
    /// # Errors
    /// [`LedgerError::Missing`], [`LedgerError::OtherVersion`], or what SQLite says.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        if !path.exists() {
            return Err(LedgerError::Missing { path: path.to_owned() });
        }
        let sqlite = |source| LedgerError::Sqlite { path: path.to_owned(), source };
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(sqlite)?;
        connection.busy_timeout(BUSY_WAIT).map_err(sqlite)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        steady(&connection).map_err(sqlite)?;
        connection.execute_batch("PRAGMA query_only = ON;").map_err(sqlite)?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
        if found != LEDGER_VERSION {
            return Err(LedgerError::OtherVersion { path: path.to_owned(), found, known: LEDGER_VERSION });
        }
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Returns the connection, read only, for queries of a reader's own.
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the connection, read only, to be bound further before it is queried.
    pub const fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Returns the last position folded.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn checkpoint(&self) -> Result<Position, LedgerError> {
        Ok(Position(self.count("SELECT CAST(value AS INTEGER) FROM ledger WHERE name = 'checkpoint'")?))
    }

    /// Returns how many of each the ledger holds.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn counts(&self) -> Result<StageCounts, LedgerError> {
        let answered = |stage: &str| {
            self.count(&format!("SELECT count(*) FROM answers WHERE stage = '{stage}' AND projected"))
        };
        Ok(StageCounts {
            checkpoint: self.checkpoint()?.0,
            generation: self.count("SELECT CAST(value AS INTEGER) FROM ledger WHERE name = 'generation'")?,
            documents: self.count("SELECT count(*) FROM documents")?,
            copies: self.count("SELECT count(*) FROM sightings")?,
            refused: self.count("SELECT count(*) FROM refused")?,
            cleaned: answered("clean")?,
            segmented: answered("segment")?,
            extracted: answered("extract")?,
            reconciled: answered("reconcile")?,
            parked: self.count("SELECT count(*) FROM troubles WHERE parked")?,
            figures: self.count("SELECT count(*) FROM figures")?,
            mentions: self.count("SELECT count(*) FROM mentions")?,
            findings: self.count("SELECT count(*) FROM findings")?,
            conflicts: self.count("SELECT count(*) FROM findings WHERE verdict = 'conflicts'")?,
            derived: self.count("SELECT count(*) FROM derived")?,
        })
    }

    /// Calls `each` for every figure, in order of file name, document and place in the text.
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn figures<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(FigureRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT f.document, d.source, f.body, f.generation FROM figures f JOIN documents d USING (document)
                   ORDER BY d.source, f.document, f.\"start\", f.\"end\", f.measure";
        self.for_each(sql, [], |row| {
            let (document, source, body, generation) = self.read(row, figure_row)?;
            each(FigureRecord::printed(document, &source, &self.parse(&body)?, generation))
        })
    }

    /// Calls `each` for every mention, in the order of [`LedgerReader::figures`].
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn mentions<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(MentionRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT m.document, d.source, m.\"start\", m.\"end\", m.quote, m.class, m.value
                   FROM mentions m JOIN documents d USING (document)
                   ORDER BY d.source, m.document, m.\"start\", m.\"end\", m.class";
        self.for_each(sql, [], |row| {
            let record = self.read(row, |row| {
                let class: String = row.get(5)?;
                Ok((
                    digest(row, 0)?,
                    row.get::<_, String>(1)?,
                    size(row, 2)?,
                    size(row, 3)?,
                    row.get::<_, String>(4)?,
                    class,
                    row.get::<_, String>(6)?,
                ))
            })?;
            let (document, source, start, end, quote, class, value) = record;
            let class = self.parse(&format!("\"{class}\""))?;
            each(MentionRecord { document, source, start, end, quote, class, value })
        })
    }

    /// Calls `each` for every finding, in order of file name and id; those across documents last.
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn findings<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(FindingRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT x.body, x.generation FROM findings x LEFT JOIN documents d USING (document)
                   ORDER BY d.source IS NULL, d.source, x.document, x.id";
        self.for_each(sql, [], |row| {
            let (body, generation) = self.read(row, body_row)?;
            each(FindingRecord::new(&self.parse::<Finding>(&body)?, generation))
        })
    }

    /// Calls `each` for every derived figure, in order of id.
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn derived<E: From<LedgerError>>(
        &self,
        mut each: impl FnMut(FigureRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        self.for_each("SELECT body, generation FROM derived ORDER BY id", [], |row| {
            let (body, generation) = self.read(row, body_row)?;
            each(FigureRecord::derived(&self.parse::<Derived>(&body)?, generation))
        })
    }

    /// Returns every document, in order of file name.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn documents(&self) -> Result<Vec<DocumentRow>, LedgerError> {
        self.documents_where("1 ORDER BY d.source, d.document", [])
    }

    /// Returns the document of a digest.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn document(&self, document: Digest) -> Result<Option<DocumentRow>, LedgerError> {
        Ok(self.documents_where("d.document = ?1", params![document.to_string()])?.pop())
    }

    /// Returns the documents that `name` may mean: a digest or the beginning of one (4 digits or
    /// more), or a file name as first received.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn documents_named(&self, name: &str) -> Result<Vec<DocumentRow>, LedgerError> {
        let hex = name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let prefix = if hex { name.to_ascii_lowercase() } else { String::from("-") };
        // `g` comes after every digit: both halves are answered by an index.
        self.documents_where(
            "d.source = ?1 OR (d.document >= ?2 AND d.document < ?2 || 'g') ORDER BY d.source, d.document",
            params![name, prefix],
        )
    }

    /// Returns the documents whose file name has `part` in it, whatever the case of its Latin letters, in order of
    /// name, `limit` at the most.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn documents_with(&self, part: &str, limit: u32) -> Result<Vec<DocumentRow>, LedgerError> {
        self.documents_where(
            "instr(lower(d.source), lower(?1)) > 0 ORDER BY d.source, d.document LIMIT ?2",
            params![part, limit],
        )
    }

    pub(super) fn documents_where(
        &self,
        condition: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<DocumentRow>, LedgerError> {
        let mut rows = Vec::new();
        self.for_each(&format!("{DOCUMENT} WHERE {condition}"), params, |row| {
            rows.push(self.read(row, document_row)?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }

    /// Returns a document's figures in the order of the text, with all that `explain` needs.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn figures_of(&self, document: Digest) -> Result<Vec<Figure>, LedgerError> {
        self.bodies(
            "SELECT body FROM figures WHERE document = ?1 ORDER BY \"start\", \"end\", measure",
            params![document.to_string()],
        )
    }

    /// Returns a document's own findings in order of id.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn findings_of(&self, document: Digest) -> Result<Vec<Finding>, LedgerError> {
        self.bodies(
            "SELECT body FROM findings WHERE document = ?1 ORDER BY id",
            params![document.to_string()],
        )
    }

    /// Returns the figures whose id begins with `prefix`, with their documents.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn figures_named(&self, prefix: &str) -> Result<Vec<(Digest, Figure)>, LedgerError> {
        let mut figures = Vec::new();
        let sql =
            "SELECT document, body FROM figures WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 20";
        self.for_each(sql, params![prefix.to_ascii_lowercase()], |row| {
            let (document, body) = self.read(row, |row| Ok((digest(row, 0)?, row.get::<_, String>(1)?)))?;
            figures.push((document, self.parse(&body)?));
            Ok::<_, LedgerError>(())
        })?;
        Ok(figures)
    }

    /// Returns the findings whose id begins with `prefix`.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn findings_named(&self, prefix: &str) -> Result<Vec<Finding>, LedgerError> {
        self.bodies(
            "SELECT body FROM findings WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 20",
            params![prefix.to_ascii_lowercase()],
        )
    }

    pub(super) fn bodies<T: DeserializeOwned>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<T>, LedgerError> {
        let mut values = Vec::new();
        self.for_each(sql, params, |row| {
            let body: String = self.read(row, |row| row.get(0))?;
            values.push(self.parse(&body)?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(values)
    }

    fn count(&self, sql: &str) -> Result<u64, LedgerError> {
        let value: Option<i64> = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)).optional())
            .map_err(|source| self.sqlite(source))?;
        Ok(value.unwrap_or(0).cast_unsigned())
    }

    pub(super) fn for_each<E: From<LedgerError>>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|source| self.sqlite(source))?;
        let mut rows = statement.query(params).map_err(|source| self.sqlite(source))?;
        while let Some(row) = rows.next().map_err(|source| self.sqlite(source))? {
            each(row)?;
        }
        Ok(())
    }

    pub(super) fn read<T>(
        &self,
        row: &Row<'_>,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        read(row).map_err(|source| self.sqlite(source))
    }

    pub(super) fn parse<T: DeserializeOwned>(&self, body: &str) -> Result<T, LedgerError> {
        serde_json::from_str(body)
            .map_err(|error| LedgerError::Damaged { path: self.path.clone(), what: error.to_string() })
    }

    /// Returns the ledger's file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sqlite(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError::Sqlite { path: self.path.clone(), source }
    }
}

fn figure_row(row: &Row<'_>) -> rusqlite::Result<(Digest, String, String, u64)> {
    Ok((digest(row, 0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?.cast_unsigned()))
}

fn body_row(row: &Row<'_>) -> rusqlite::Result<(String, u64)> {
    Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    let number = |index: usize| row.get::<_, i64>(index).map(i64::cast_unsigned);
    let blob = |index: usize| -> rusqlite::Result<Option<Digest>> {
        let text: Option<String> = row.get(index)?;
        Ok(text.and_then(|text| text.parse().ok()))
    };
    Ok(DocumentRow {
        document: digest(row, 0)?,
        source: row.get(1)?,
        tags: tags(row, 2)?,
        size: number(3)?,
        media_type: row.get(4)?,
        position: number(5)?,
        received_at: row.get(6)?,
        encoding: row.get(7)?,
        source_text: blob(8)?,
        clean_text: blob(9)?,
        copies: number(10)?,
        figures: number(11)?,
        conflicts: number(12)?,
        done: row.get(13)?,
    })
}

pub(super) fn digest(row: &Row<'_>, index: usize) -> rusqlite::Result<Digest> {
    let text: String = row.get(index)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
    })
}

pub(super) fn tags(row: &Row<'_>, index: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn size(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, i64>(index)?).unwrap_or(0))
}
