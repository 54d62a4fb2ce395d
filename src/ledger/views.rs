//! Reads of the ledger for one view: rows by id, figures of one key, one moment held.

use rusqlite::params;

use super::error::LedgerError;
use super::query::{LedgerReader, digest};
use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::finding::{Derived, Finding, Verdict};

/// A figure with its document and the generation that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureRow {
    /// The document.
    pub document: Digest,
    /// The document's file name as first received.
    pub source: String,
    /// The figure.
    pub figure: Figure,
    /// The generation that made it.
    pub generation: u64,
}

/// A finding with its document and the generation that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// `None` where it holds across documents.
    pub document: Option<Digest>,
    /// The document's file name as first received.
    pub source: Option<String>,
    /// The finding.
    pub finding: Finding,
    /// The generation that made it.
    pub generation: u64,
}

const FIGURE: &str =
    "SELECT f.document, d.source, f.body, f.generation FROM figures f JOIN documents d USING (document)";

impl LedgerReader {
    /// Makes every later read of this reader see the ledger as it is now.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn hold(&self) -> Result<(), LedgerError> {
        self.connection().execute_batch("BEGIN").map_err(|source| self.sqlite(source))
    }

    /// Ends what [`LedgerReader::hold`] began.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn release(&self) -> Result<(), LedgerError> {
        self.connection().execute_batch("COMMIT").map_err(|source| self.sqlite(source))
    }

    /// Returns the generation whose ledger it is.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn generation(&self) -> Result<u64, LedgerError> {
        let sql = "SELECT CAST(value AS INTEGER) FROM ledger WHERE name = 'generation'";
        let number: i64 =
            self.connection().query_row(sql, [], |row| row.get(0)).map_err(|source| self.sqlite(source))?;
        Ok(number.cast_unsigned())
    }

    /// Returns the figure of an id.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn figure(&self, id: &str) -> Result<Option<FigureRow>, LedgerError> {
        let mut rows = self.figure_rows(&format!("{FIGURE} WHERE f.id = ?1"), params![id])?;
        Ok(rows.pop())
    }

    /// Calls `each` for every figure, in the order of [`LedgerReader::figures`], holding one at a time.
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn each_figure<E: From<LedgerError>>(
        &self,
        each: impl FnMut(FigureRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{FIGURE} ORDER BY d.source, f.document, f.\"start\", f.\"end\", f.measure");
        self.for_each_figure(&sql, [], each)
    }

    /// Calls `each` for every finding, in the order of [`LedgerReader::findings`], holding one at a time.
    ///
    /// # Errors
    /// What SQLite says, and the first error of `each`.
    pub fn each_finding<E: From<LedgerError>>(
        &self,
        each: impl FnMut(FindingRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let order = "1 ORDER BY d.source IS NULL, d.source, x.document, x.id";
        self.for_each_finding(order, [], each)
    }

    /// Returns the blob of a document's source text; `None` until it is cleaned.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn source_text_of(&self, document: Digest) -> Result<Option<Digest>, LedgerError> {
        let mut text: Option<String> = None;
        let sql = "SELECT source_text FROM documents WHERE document = ?1";
        self.for_each(sql, params![document.to_string()], |row| {
            text = self.read(row, |row| row.get(0))?;
            Ok::<_, LedgerError>(())
        })?;
        Ok(text.and_then(|text| text.parse().ok()))
    }

    /// Returns the ids of the findings that a figure takes part in, in order.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn finding_ids_with(&self, figure: &str) -> Result<Vec<String>, LedgerError> {
        let mut ids = Vec::new();
        let sql = "SELECT DISTINCT finding FROM finding_figures WHERE figure = ?1 ORDER BY finding";
        self.for_each(sql, params![figure], |row| {
            ids.push(self.read(row, |row| row.get(0))?);
            Ok::<_, LedgerError>(())
        })?;
        Ok(ids)
    }

    /// Returns the verdicts of the findings that a figure takes part in.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn verdicts_of(&self, figure: &str) -> Result<Vec<Verdict>, LedgerError> {
        let mut verdicts = Vec::new();
        let sql = "SELECT DISTINCT x.verdict FROM finding_figures o JOIN findings x ON x.id = o.finding
                   WHERE o.figure = ?1 ORDER BY x.verdict";
        self.for_each(sql, params![figure], |row| {
            let code: String = self.read(row, |row| row.get(0))?;
            verdicts.extend(Verdict::from_code(&code));
            Ok::<_, LedgerError>(())
        })?;
        Ok(verdicts)
    }

    /// Returns a document's figures in the order of the text.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn figure_rows_of(&self, document: Digest) -> Result<Vec<FigureRow>, LedgerError> {
        let sql = format!("{FIGURE} WHERE f.document = ?1 ORDER BY f.\"start\", f.\"end\", f.measure");
        self.figure_rows(&sql, params![document.to_string()])
    }

    /// Returns up to `limit` other statements of a figure's own key, in order of file name.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of_same_key(&self, figure: &Figure, limit: u32) -> Result<Vec<FigureRow>, LedgerError> {
        // A figure of which neither what nor when is known shares its key with too much to mean anything.
        let (Some(indicator), Some(period)) = (&figure.indicator, figure.period) else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "{FIGURE} WHERE f.indicator = ?1 AND f.area IS ?2 AND f.period = ?3 AND f.measure = ?4 AND f.unit = ?5
             AND f.id <> ?6 ORDER BY d.source, f.document, f.\"start\" LIMIT ?7"
        );
        self.figure_rows(
            &sql,
            params![
                indicator.as_str(),
                figure.area.as_ref().map(|area| area.as_str()),
                period.to_string(),
                figure.measure.code(),
                figure.unit.as_str(),
                figure.id.as_str(),
                limit
            ],
        )
    }

    fn figure_rows(&self, sql: &str, values: impl rusqlite::Params) -> Result<Vec<FigureRow>, LedgerError> {
        let mut rows = Vec::new();
        self.for_each_figure(sql, values, |row| {
            rows.push(row);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }

    fn for_each_figure<E: From<LedgerError>>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        mut each: impl FnMut(FigureRow) -> Result<(), E>,
    ) -> Result<(), E> {
        self.for_each(sql, values, |row| {
            let (document, source, body, generation) = self.read(row, |row| {
                Ok((
                    digest(row, 0)?,
                    row.get(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, i64>(3)?.cast_unsigned(),
                ))
            })?;
            each(FigureRow { document, source, figure: self.parse(&body)?, generation })
        })
    }

    /// Returns the finding of an id.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn finding(&self, id: &str) -> Result<Option<FindingRow>, LedgerError> {
        let mut rows = self.finding_rows("x.id = ?1", params![id])?;
        Ok(rows.pop())
    }

    /// Returns the findings that a figure takes part in, conflicts first.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn findings_with(&self, figure: &str) -> Result<Vec<FindingRow>, LedgerError> {
        self.finding_rows(
            "x.id IN (SELECT finding FROM finding_figures WHERE figure = ?1) ORDER BY x.verdict <> 'conflicts', x.id",
            params![figure],
        )
    }

    fn finding_rows(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<FindingRow>, LedgerError> {
        let mut rows = Vec::new();
        self.for_each_finding(condition, values, |row| {
            rows.push(row);
            Ok::<_, LedgerError>(())
        })?;
        Ok(rows)
    }

    fn for_each_finding<E: From<LedgerError>>(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
        mut each: impl FnMut(FindingRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT x.document, d.source, x.body, x.generation FROM findings x LEFT JOIN documents d USING (document)
             WHERE {condition}"
        );
        self.for_each(&sql, values, |row| {
            let (document, source, body, generation) = self.read(row, |row| {
                let document: Option<String> = row.get(0)?;
                Ok((
                    document.and_then(|text| text.parse().ok()),
                    row.get(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, i64>(3)?.cast_unsigned(),
                ))
            })?;
            each(FindingRow { document, source, finding: self.parse(&body)?, generation })
        })
    }

    /// Returns the derived figures that rest on a document alone, in order of id.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn derived_of(&self, document: Digest) -> Result<Vec<Derived>, LedgerError> {
        self.bodies("SELECT body FROM derived WHERE document = ?1 ORDER BY id", params![document.to_string()])
    }
}
