//! Rows as text: JSON Lines, CSV for machines, CSV for Excel in Vietnamese.

use std::io::Write;

use serde::Serialize;

use super::cell::{Cell, safe};
use super::error::ExportError;
use super::machine::record_texts;
use super::rows::{Source, Take};
use super::{Rows, Table, machine, people};
use crate::wording::{Lang, Names};

/// What tells Excel that a file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

struct Jsonl<W>(W);

impl<W: Write> Take for Jsonl<W> {
    fn take(&mut self, record: &impl Serialize) -> Result<(), ExportError> {
        serde_json::to_writer(&mut self.0, record)?;
        Ok(self.0.write_all(b"\n")?)
    }
}

struct Csv<W: Write>(csv::Writer<W>, Table);

impl<W: Write> Take for Csv<W> {
    fn take(&mut self, record: &impl Serialize) -> Result<(), ExportError> {
        let cells = record_texts(self.1, record)?.into_iter().map(Option::unwrap_or_default);
        Ok(self.0.write_record(cells.map(|text| safe(&text).into_owned()))?)
    }
}

/// Writes the contract's records, one a line.
pub(super) fn jsonl(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut sink = Jsonl(out);
    source.records(table, rows, &mut sink)?;
    Ok(sink.0.flush()?)
}

/// Writes the code lists' records, one a line.
pub(super) fn codes_jsonl(names: &Names, out: impl Write) -> Result<(), ExportError> {
    let mut sink = Jsonl(out);
    names.records().iter().try_for_each(|record| sink.take(record))?;
    Ok(sink.0.flush()?)
}

impl<W: Write> Csv<W> {
    fn new(out: W, table: Table) -> Result<Self, ExportError> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(machine::columns(table).iter().map(|column| machine::flat(column)))?;
        Ok(Self(writer, table))
    }
}

/// Writes the contract's records as flat rows.
pub(super) fn csv(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut sink = Csv::new(out, table)?;
    source.records(table, rows, &mut sink)?;
    Ok(sink.0.flush()?)
}

/// Writes the code lists' records as flat rows.
pub(super) fn codes_csv(names: &Names, out: impl Write) -> Result<(), ExportError> {
    let mut sink = Csv::new(out, Table::Codes)?;
    names.records().iter().try_for_each(|record| sink.take(record))?;
    Ok(sink.0.flush()?)
}

/// Rows in words as Excel in Vietnamese opens them.
struct CsvVi<W: Write>(csv::Writer<W>);

impl<W: Write> CsvVi<W> {
    fn new(mut out: W, table: Table, lang: Lang) -> Result<Self, ExportError> {
        out.write_all(BYTE_ORDER_MARK)?;
        let mut writer =
            csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(out);
        writer.write_record(people::columns(table).iter().map(|column| lang.t(column.0, column.1)))?;
        Ok(Self(writer))
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), ExportError> {
        Ok(self.0.write_record(cells.iter().map(with_comma))?)
    }
}

/// Writes rows in words as Excel in Vietnamese opens them.
pub(super) fn csv_vi(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut sink = CsvVi::new(out, table, source.lang)?;
    people::rows(source, table, rows, |cells| sink.row(&cells))?;
    Ok(sink.0.flush()?)
}

/// Writes the code lists as Excel in Vietnamese opens them.
pub(super) fn codes_csv_vi(names: &Names, lang: Lang, out: impl Write) -> Result<(), ExportError> {
    let mut sink = CsvVi::new(out, Table::Codes, lang)?;
    names.records().iter().try_for_each(|record| sink.row(&people::code(record)))?;
    Ok(sink.0.flush()?)
}

/// Writes a cell with a comma before the fraction and nothing between thousands.
fn with_comma(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => safe(text).into_owned(),
        Cell::Number(number) => number.to_string().replace('.', ","),
    }
}
