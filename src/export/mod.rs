//! What leaves the ledger: its records as tables, streamed into any writer in any of the [`Format`]s.
//!
//! The life of an export, step by step:
//! 1. Whoever asks ([`crate::cli`], [`crate::web`]) names a [`Table`], the [`Rows`] of it and a [`Format`].
//! 2. `rows` reads them one by one from the ledger, in an order that depends on contents alone, with the
//!    sentence from the log where the form shows it.
//! 3. `machine` flattens a record to the contract's columns; `people` puts it into words.
//! 4. `text`, `workbook` and the other writers write it out; only the row at hand is held.
//!
//! Invariants: the same ledger gives the same bytes; text from a document can neither become a formula
//! ([`cell::is_formula`]) nor turn the reading direction of a table for people
//! ([`crate::wording::visible`]); a number is a number in every format that has them.

pub mod cell;
mod error;
mod machine;
pub mod package;
#[cfg(feature = "parquet")]
mod parquet;
mod people;
mod provenance;
mod rows;
mod sdmx;
mod text;
mod workbook;

use std::io::Write;

pub use error::ExportError;
pub use machine::{Kind, columns, flat, kind, record_texts};
pub use rows::{Source, Texts};

use crate::wording::{Lang, Names};

/// What is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// One a statement of a figure.
    Figures,
    /// One a numeral, figure or not.
    Mentions,
    /// One a relation that arithmetic decides.
    Findings,
    /// Figures that nobody printed and the printed ones determine.
    Derived,
    /// One a document.
    Documents,
    /// The code lists.
    Codes,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 6] =
        [Self::Figures, Self::Mentions, Self::Findings, Self::Derived, Self::Documents, Self::Codes];

    /// Returns its name in commands and file names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Figures => "figures",
            Self::Mentions => "mentions",
            Self::Findings => "findings",
            Self::Derived => "derived",
            Self::Documents => "documents",
            Self::Codes => "codes",
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, keys in the contract's order.
    Jsonl,
    /// For machines: comma, point, no byte order mark; objects are flattened, lists are JSON.
    Csv,
    /// For Excel in Vietnamese: byte order mark, semicolon, decimal comma; codes in words.
    CsvVi,
    /// A workbook: real numbers, the head frozen, filters.
    Xlsx,
    /// Columns for analysis: exact decimals, đồng as whole numbers; needs the feature `parquet`.
    Parquet,
    /// Statistical exchange (figures only): SDMX-CSV 2.1.
    SdmxCsv,
    /// What SDMX-CSV's columns and codes mean (figures only): SDMX-JSON 2.0.
    SdmxStructure,
    /// Where each figure stands and what made it (figures only): Web Annotation and PROV as JSON-LD.
    JsonLd,
}

impl Format {
    /// Returns the media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::CsvVi => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::SdmxCsv => "application/vnd.sdmx.data+csv;version=2.1.0",
            Self::SdmxStructure => "application/vnd.sdmx.structure+json;version=2.0.0",
            Self::JsonLd => "application/ld+json",
        }
    }

    /// Tells whether a table is to be had in this format from this program.
    pub fn has(self, table: Table) -> bool {
        match self {
            Self::SdmxCsv | Self::SdmxStructure | Self::JsonLd => table == Table::Figures,
            Self::Parquet => cfg!(feature = "parquet"),
            _ => true,
        }
    }

    /// Returns the ending of a file's name, without its point.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::CsvVi => "vi.csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::SdmxCsv => "sdmx.csv",
            Self::SdmxStructure => "sdmx.json",
            Self::JsonLd => "jsonld",
        }
    }
}

/// Which rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows<'a> {
    /// All, in order of file name, document and place.
    All,
    /// Those of these ids, in this order: of figures, findings or derived figures their ids, of
    /// documents their digests, of mentions the digests of their documents, of codes `list/code`.
    /// Ids that the ledger does not know are passed over.
    Ids(&'a [String]),
}

/// Writes the rows of a table. As a workbook, figures and findings come together: the findings that any
/// of the figures takes part in, or the figures that take part in any of the findings.
///
/// # Errors
/// What ledger and log say, and writing.
pub fn write<W: Write + Send>(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    format: Format,
    out: W,
) -> Result<(), ExportError> {
    match format {
        Format::Jsonl => text::jsonl(source, table, rows, out),
        Format::Csv => text::csv(source, table, rows, out),
        Format::CsvVi => text::csv_vi(source, table, rows, out),
        Format::Xlsx => workbook::write(source, table, rows, out),
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet::write(source, table, rows, out),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => Err(ExportError::NotBuilt("parquet")),
        Format::SdmxCsv if table == Table::Figures => sdmx::data(source, rows, out),
        Format::SdmxStructure if table == Table::Figures => sdmx::structure(source.names, out),
        Format::JsonLd if table == Table::Figures => provenance::write(source, rows, out),
        Format::SdmxCsv | Format::SdmxStructure | Format::JsonLd => Err(ExportError::NotSo(table.name())),
    }
}

/// Writes the code lists, which need no ledger.
///
/// # Errors
/// As writing has them.
pub fn write_codes<W: Write + Send>(
    names: &Names,
    lang: Lang,
    format: Format,
    out: W,
) -> Result<(), ExportError> {
    match format {
        Format::Jsonl => text::codes_jsonl(names, out),
        Format::Csv => text::codes_csv(names, out),
        Format::CsvVi => text::codes_csv_vi(names, lang, out),
        Format::Xlsx => workbook::codes(names, lang, out),
        _ => Err(ExportError::NotSo(Table::Codes.name())),
    }
}
