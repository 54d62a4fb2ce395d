//! Records for machines: the contract's fields as flat columns.

use serde::Serialize;
use serde_json::Value;

use super::Table;

const FIGURES: &[&str] = &[
    "id",
    "document",
    "source",
    "start",
    "end",
    "quote",
    "sentence.start",
    "sentence.end",
    "indicator",
    "label",
    "measure",
    "value",
    "unit",
    "qualifier",
    "low",
    "high",
    "area",
    "period",
    "aspect",
    "fund",
    "base.period",
    "base.aspect",
    "base.area",
    "rules",
    "generation",
];
const MENTIONS: &[&str] = &["document", "source", "start", "end", "quote", "class", "value"];
const FINDINGS: &[&str] = &[
    "id",
    "verdict",
    "relation",
    "figures",
    "formula",
    "computed.low",
    "computed.high",
    "stated.low",
    "stated.high",
    "gap",
    "suspects",
    "documents",
    "explanation.vi",
    "explanation.en",
    "assumptions",
    "readings",
    "rule",
    "generation",
];
const DERIVED: &[&str] = &[
    "id",
    "indicator",
    "label",
    "measure",
    "unit",
    "low",
    "high",
    "area",
    "period",
    "aspect",
    "fund",
    "rules",
    "generation",
    "from",
    "formula",
    "assumptions",
];
const DOCUMENTS: &[&str] = &[
    "document",
    "source",
    "tags",
    "size",
    "media_type",
    "received_at",
    "encoding",
    "copies",
    "figures",
    "conflicts",
    "done",
];
const CODES: &[&str] = &["list", "code", "name", "name_en", "unit", "parent", "valid_from", "valid_to"];

/// Returns a table's columns: the fields of its records, `.` before a field of an object.
pub const fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Figures => FIGURES,
        Table::Mentions => MENTIONS,
        Table::Findings => FINDINGS,
        Table::Derived => DERIVED,
        Table::Documents => DOCUMENTS,
        Table::Codes => CODES,
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words or a code.
    Text,
    /// A whole number.
    Whole,
    /// An exact decimal.
    Decimal,
    /// Yes or no.
    Truth,
    /// A list, as JSON.
    List,
}

/// Returns what a column of a table holds.
pub fn kind(table: Table, column: &str) -> Kind {
    match column {
        "start" | "end" | "sentence.start" | "sentence.end" | "generation" | "size" | "copies"
        | "received_at" | "conflicts" => Kind::Whole,
        "figures" if table == Table::Documents => Kind::Whole,
        "value" if table == Table::Figures => Kind::Decimal,
        "low" | "high" | "computed.low" | "computed.high" | "stated.low" | "stated.high" | "gap" => {
            Kind::Decimal
        }
        "done" => Kind::Truth,
        "rules" | "figures" | "suspects" | "documents" | "assumptions" | "readings" | "from" | "tags" => {
            Kind::List
        }
        _ => Kind::Text,
    }
}

/// Returns a column's name in a flat file (`sentence_start`).
pub fn flat(column: &str) -> String {
    column.replace('.', "_")
}

/// Returns the cells of a record, one for each column, `None` where nothing is known; objects and lists
/// are JSON.
///
/// # Errors
/// A record that is no JSON.
pub fn record_texts(table: Table, record: &impl Serialize) -> Result<Vec<Option<String>>, serde_json::Error> {
    let value = serde_json::to_value(record)?;
    Ok(columns(table).iter().map(|column| cell(&value, column)).collect())
}

fn cell(record: &Value, column: &str) -> Option<String> {
    match record.pointer(&format!("/{}", column.replace('.', "/")))? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
