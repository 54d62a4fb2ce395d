//! The whole ledger as a Data Package (datapackage.org, version 2): a CSV file a table, and
//! `datapackage.json` that says what every column holds and how the tables hang together.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use super::error::ExportError;
use super::machine::{Kind, columns, flat, kind};
use super::rows::Source;
use super::{Format, Rows, Table, write as write_table};

/// Writes the package into a folder, made where it is not there; files of the same names are replaced.
///
/// # Errors
/// What ledger and log say, and writing.
pub fn write(source: &Source<'_>, folder: &Path) -> Result<(), ExportError> {
    std::fs::create_dir_all(folder)?;
    let mut resources = Vec::new();
    for table in Table::ALL {
        let name = format!("{}.csv", table.name());
        let path = folder.join(&name);
        let mut out = BufWriter::new(File::create(&path)?);
        write_table(source, table, Rows::All, Format::Csv, &mut out)?;
        out.flush()?;
        resources.push(resource(table, &name, std::fs::metadata(&path)?.len()));
    }
    let description = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "socai",
        "title": "Số liệu khuyến công",
        "description": "Figures of Vietnamese reports on industrial promotion, each with the words it came from, and every relation between them that arithmetic decides.",
        "version": format!("{}.{}", source.ledger.generation()?, source.ledger.checkpoint()?.0),
        "resources": resources,
    });
    let mut out = BufWriter::new(File::create(folder.join("datapackage.json"))?);
    serde_json::to_writer_pretty(&mut out, &description)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn resource(table: Table, path: &str, bytes: u64) -> Value {
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
        "path": path,
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
