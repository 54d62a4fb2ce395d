//! Where rows come from: the ledger, row by row, and the sentences from the log.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Serialize;

use super::error::ExportError;
use super::{Rows, Table};
use crate::event_log::LogReader;
use crate::ledger::views::{FigureRow, FindingRow};
use crate::ledger::{DocumentRow, LedgerError, LedgerReader};
use crate::model::record::{FigureRecord, FindingRecord, MentionRecord};
use crate::model::{Digest, Span};
use crate::stage::rules::codes::CodeRecord;
use crate::wording::{Lang, Names};

/// What an export is made from.
#[derive(Debug)]
pub struct Source<'a> {
    /// The ledger; [`LedgerReader::hold`] it where it may change meanwhile.
    pub ledger: &'a LedgerReader,
    /// The texts of its documents.
    pub texts: Texts<'a>,
    /// The names of codes, and the code lists.
    pub names: &'a Names,
    /// The language of tables for people.
    pub lang: Lang,
}

/// The source texts, the last one held: rows come document by document.
#[derive(Debug)]
pub struct Texts<'a> {
    log: &'a LogReader,
    last: RefCell<Option<(Digest, String)>>,
}

impl<'a> Texts<'a> {
    /// Takes the log that holds them.
    pub const fn new(log: &'a LogReader) -> Self {
        Self { log, last: RefCell::new(None) }
    }

    /// Returns what `read` makes of a document's source text, which is empty where the log has none.
    ///
    /// # Errors
    /// What ledger and log say.
    pub fn of<T>(
        &self,
        ledger: &LedgerReader,
        document: Digest,
        read: impl FnOnce(&str) -> T,
    ) -> Result<T, ExportError> {
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|(held, _)| *held != document) {
            let blob = ledger.source_text_of(document)?.map(|digest| self.log.blob(digest)).transpose()?;
            let text = String::from_utf8(blob.flatten().unwrap_or_default())
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            *last = Some((document, text));
        }
        Ok(read(last.as_ref().map_or("", |(_, text)| text.as_str())))
    }

    /// Returns the words of a document at `span`, white space as single spaces.
    ///
    /// # Errors
    /// What ledger and log say.
    pub fn words(&self, ledger: &LedgerReader, document: Digest, span: Span) -> Result<String, ExportError> {
        self.of(ledger, document, |text| {
            let words = text.get(span.start..span.end).unwrap_or("");
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        })
    }
}

impl Source<'_> {
    pub(super) fn figures(
        &self,
        rows: Rows<'_>,
        mut each: impl FnMut(FigureRow) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        match rows {
            Rows::All => self.ledger.each_figure(each),
            Rows::Ids(ids) => {
                for id in ids {
                    self.ledger.figure(id)?.map_or(Ok(()), &mut each)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn findings(
        &self,
        rows: Rows<'_>,
        mut each: impl FnMut(FindingRow) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        match rows {
            Rows::All => self.ledger.each_finding(each),
            Rows::Ids(ids) => {
                for id in ids {
                    self.ledger.finding(id)?.map_or(Ok(()), &mut each)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn derived(
        &self,
        rows: Rows<'_>,
        mut each: impl FnMut(FigureRecord) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let asked = asked(rows);
        self.ledger.derived(|record| if asked.has(record.id.as_str()) { each(record) } else { Ok(()) })
    }

    pub(super) fn mentions(
        &self,
        rows: Rows<'_>,
        mut each: impl FnMut(MentionRecord) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let asked = asked(rows);
        self.ledger.mentions(
            |record| {
                if asked.has(&record.document.to_string()) { each(record) } else { Ok(()) }
            },
        )
    }

    pub(super) fn documents(
        &self,
        rows: Rows<'_>,
        mut each: impl FnMut(DocumentRow) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        match rows {
            Rows::All => self.ledger.documents()?.into_iter().try_for_each(each),
            Rows::Ids(ids) => {
                for id in ids {
                    let row = id.parse().ok().map(|id| self.ledger.document(id)).transpose()?.flatten();
                    row.map_or(Ok(()), &mut each)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn codes<'s>(&'s self, rows: Rows<'s>) -> impl Iterator<Item = &'s CodeRecord> {
        let asked = asked(rows);
        let records = self.names.records().iter();
        records.filter(move |code| asked.has(&format!("{}/{}", code.list, code.code)))
    }

    /// Gives the record of every row.
    pub(super) fn records<R: Take>(
        &self,
        table: Table,
        rows: Rows<'_>,
        to: &mut R,
    ) -> Result<(), ExportError> {
        match table {
            Table::Figures => self.figures(rows, |row| to.take(&record(&row))),
            Table::Findings => {
                self.findings(rows, |row| to.take(&FindingRecord::new(&row.finding, row.generation)))
            }
            Table::Derived => self.derived(rows, |record| to.take(&record)),
            Table::Documents => self.documents(rows, |row| to.take(&row)),
            Table::Mentions => self.mentions(rows, |record| to.take(&record)),
            Table::Codes => self.codes(rows).try_for_each(|code| to.take(code)),
        }
    }
}

/// Takes records of any kind, one after the other.
pub(super) trait Take {
    fn take(&mut self, record: &impl Serialize) -> Result<(), ExportError>;
}

/// Makes the contract's record of a row.
pub(super) fn record(row: &FigureRow) -> FigureRecord {
    FigureRecord::printed(row.document, &row.source, &row.figure, row.generation)
}

/// The ids asked for; `None` is all.
struct Asked<'a>(Option<BTreeSet<&'a str>>);

impl Asked<'_> {
    fn has(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|ids| ids.contains(id))
    }
}

fn asked(rows: Rows<'_>) -> Asked<'_> {
    Asked(match rows {
        Rows::All => None,
        Rows::Ids(ids) => Some(ids.iter().map(String::as_str).collect()),
    })
}

/// Returns the ids of the findings that any of the figures takes part in, or of the figures that take
/// part in any of the findings, each once, in order of first mention.
///
/// # Errors
/// What the ledger says.
pub(super) fn partners(
    source: &Source<'_>,
    table: Table,
    ids: &[String],
) -> Result<Vec<String>, LedgerError> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for id in ids {
        let others: Vec<String> = if table == Table::Figures {
            source.ledger.finding_ids_with(id)?
        } else {
            source.ledger.finding(id)?.map_or_else(Vec::new, |row| {
                row.finding.figures.iter().map(|operand| operand.id.to_string()).collect()
            })
        };
        for other in others {
            if seen.insert(other.clone()) {
                found.push(other);
            }
        }
    }
    Ok(found)
}
