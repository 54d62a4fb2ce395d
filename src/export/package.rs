//! The whole ledger as a Data Package (datapackage.org, version 2): a CSV file a table, and
//! `datapackage.json` that says what every column holds and how the tables hang together.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::ExportError;
use super::machine::{Kind, columns, flat, kind};
use super::rows::Source;
use super::{Format, Rows, Table, write as write_table};

/// The file that describes the others.
const DESCRIPTION: &str = "datapackage.json";

/// Writes the package into a folder, made where it is not there; files of the same names are replaced.
///
/// # Errors
/// What ledger and log say, and writing.
pub fn write(source: &Source<'_>, folder: &Path) -> Result<(), ExportError> {
    std::fs::create_dir_all(folder)?;
    let mut resources = Vec::new();
    for table in Table::ALL {
        let mut out = Counted { out: BufWriter::new(File::create(folder.join(file_of(table)))?), bytes: 0 };
        write_table(source, table, Rows::All, Format::Csv, &mut out)?;
        out.flush()?;
        resources.push(resource(table, out.bytes));
    }
    let mut out = BufWriter::new(File::create(folder.join(DESCRIPTION))?);
    describe(source, &resources, &mut out)?;
    Ok(out.flush()?)
}

/// Writes the package as one ZIP archive, a row at a time; the same ledger gives the same bytes.
///
/// # Errors
/// What ledger and log say, and writing.
pub fn archive(source: &Source<'_>, out: impl Write + Send) -> Result<(), ExportError> {
    let mut archive = ZipWriter::new_stream(out);
    let mut resources = Vec::new();
    for table in Table::ALL {
        archive.start_file(file_of(table), entry()).map_err(io::Error::from)?;
        let mut out = Counted { out: &mut archive, bytes: 0 };
        write_table(source, table, Rows::All, Format::Csv, &mut out)?;
        let bytes = out.bytes;
        resources.push(resource(table, bytes));
    }
    archive.start_file(DESCRIPTION, entry()).map_err(io::Error::from)?;
    describe(source, &resources, &mut archive)?;
    archive.finish().map_err(io::Error::from)?;
    Ok(())
}

/// A file may be larger than what the first readers of ZIP took; no clock goes in.
fn entry() -> SimpleFileOptions {
    SimpleFileOptions::default().large_file(true).last_modified_time(zip::DateTime::default())
}

/// Counts what is written.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn file_of(table: Table) -> String {
    format!("{}.csv", table.name())
}

fn describe(source: &Source<'_>, resources: &[Value], mut out: impl Write) -> Result<(), ExportError> {
    let description = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "socai",
        "title": "Số liệu khuyến công",
        "description": "Figures of Vietnamese reports on industrial promotion, each with the words it came from, and every relation between them that arithmetic decides.",
        "version": format!("{}.{}", source.ledger.generation()?, source.ledger.checkpoint()?.0),
        "resources": resources,
    });
    serde_json::to_writer_pretty(&mut out, &description)?;
    Ok(out.write_all(b"\n")?)
}

fn resource(table: Table, bytes: u64) -> Value {
    let fields: Vec<Value> = columns(table).iter().map(|column| field(table, column)).collect();
    let mut schema = json!({ "fields": fields, "missingValues": [""] });
    let reference = |fields: &str, resource: &str, to: &str| json!([{ "fields": [fields], "reference": { "resource": resource, "fields": [to] } }]);
    match table {
        Table::Figures => {
            schema["primaryKey"] = json!(["id"]);
            schema["foreignKeys"] = reference("document", "documents", "document");
        }
        Table::Findings | Table::Derived => schema["primaryKey"] = json!(["id"]),
        Table::Mentions => schema["foreignKeys"] = reference("document", "documents", "document"),
        Table::Documents => schema["primaryKey"] = json!(["document"]),
        Table::Codes => schema["primaryKey"] = json!(["list", "code"]),
    }
    json!({
        "name": table.name(),
        "type": "table",
        "path": file_of(table),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": bytes,
        "dialect": { "delimiter": ",", "header": true },
        "schema": schema,
    })
}

fn field(table: Table, column: &str) -> Value {
    let kind = match kind(table, column) {
        Kind::Text => "string",
        Kind::Whole => "integer",
        Kind::Decimal => "number",
        Kind::Truth => "boolean",
        Kind::List => "array",
    };
    let mut field = json!({ "name": flat(column), "type": kind });
    if kind == "boolean" {
        field["trueValues"] = json!(["true"]);
        field["falseValues"] = json!(["false"]);
    }
    if column == "received_at" {
        field["description"] = json!("microseconds since 1970-01-01 UTC");
    }
    field
}
