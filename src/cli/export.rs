//! `socai export`: the records of the contract, as JSON Lines or CSV.

use std::io::Write;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

use super::context::{Context, finish, json_line};
use super::stores;
use crate::error::Failure;
use crate::model::record::FigureRecord;

/// Print records: figures, mentions, findings, derived figures, code lists
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai export figures > figures.jsonl
  socai export figures --bound --format csv > figures.csv
  socai export codes --format csv > codes.csv
  socai export findings | jq -r 'select(.verdict==\"conflicts\") | .explanation.vi'")]
pub struct Args {
    /// Which records
    #[arg(value_enum)]
    records: Records,
    /// How they are written
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Only figures whose indicator, area and period are all known
    #[arg(long)]
    bound: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Records {
    /// One a statement of a figure
    Figures,
    /// One a numeral, figure or not
    Mentions,
    /// One a relation that arithmetic decides
    Findings,
    /// Figures that nobody printed and the printed ones determine
    Derived,
    /// The code lists; needs no documents
    Codes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line, keys in the contract's order
    Jsonl,
    /// Comma, point, no byte order mark; objects are flattened, lists are JSON
    Csv,
}

const FIGURE_COLUMNS: &[&str] = &[
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
const MENTION_COLUMNS: &[&str] = &["document", "source", "start", "end", "quote", "class", "value"];
const FINDING_COLUMNS: &[&str] = &[
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
    "rule",
    "generation",
];
const DERIVED_COLUMNS: &[&str] = &[
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

const CODE_COLUMNS: &[&str] =
    &["list", "code", "name", "name_en", "unit", "parent", "valid_from", "valid_to"];

/// Prints the records in an order that depends on their contents alone.
///
/// # Errors
/// What the ledger says, and writing.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    if args.records == Records::Codes {
        let rules = stores::rules(&config)?;
        let mut sink = Sink::new(context.out(), args.format, CODE_COLUMNS)?;
        for record in rules.codes() {
            sink.write(&record)?;
        }
        return finish(sink.finish()?);
    }
    let ledger = stores::ledger(&config)?;
    let fits = |record: &FigureRecord| {
        !args.bound || (record.indicator.is_some() && record.area.is_some() && record.period.is_some())
    };
    let columns = match args.records {
        Records::Figures => FIGURE_COLUMNS,
        Records::Mentions => MENTION_COLUMNS,
        Records::Findings => FINDING_COLUMNS,
        Records::Derived => DERIVED_COLUMNS,
        Records::Codes => CODE_COLUMNS,
    };
    let mut sink = Sink::new(context.out(), args.format, columns)?;
    match args.records {
        Records::Figures => {
            ledger.figures::<Failure>(|record| if fits(&record) { sink.write(&record) } else { Ok(()) })?;
        }
        Records::Mentions => ledger.mentions::<Failure>(|record| sink.write(&record))?,
        Records::Findings => ledger.findings::<Failure>(|record| sink.write(&record))?,
        // Printed above.
        Records::Codes => {}
        Records::Derived => {
            ledger.derived::<Failure>(|record| if fits(&record) { sink.write(&record) } else { Ok(()) })?;
        }
    }
    finish(sink.finish()?)
}

/// Where records are written, one after the other.
enum Sink<W: Write> {
    Jsonl(W),
    Csv(Box<csv::Writer<W>>, &'static [&'static str]),
}

impl<W: Write> Sink<W> {
    fn new(out: W, format: Format, columns: &'static [&'static str]) -> Result<Self, Failure> {
        Ok(match format {
            Format::Jsonl => Self::Jsonl(out),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(columns.iter().map(|column| column.replace('.', "_")))?;
                Self::Csv(Box::new(writer), columns)
            }
        })
    }

    fn write(&mut self, record: &impl Serialize) -> Result<(), Failure> {
        match self {
            Self::Jsonl(out) => json_line(out, record),
            Self::Csv(writer, columns) => {
                let value = serde_json::to_value(record)?;
                let cells = columns.iter().map(|column| cell(&value, column));
                Ok(writer.write_record(cells)?)
            }
        }
    }

    fn finish(self) -> Result<W, Failure> {
        match self {
            Self::Jsonl(out) => Ok(out),
            Self::Csv(writer, _) => writer.into_inner().map_err(|error| error.into_error().into()),
        }
    }
}

fn cell(record: &Value, column: &str) -> String {
    match record.pointer(&format!("/{}", column.replace('.', "/"))) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_a_head_flattens_objects_and_quotes_what_must_be() {
        let columns: &[&str] = &["quote", "sentence.start", "rules", "area"];
        let mut sink = Sink::new(Vec::new(), Format::Csv, columns).unwrap();
        let record = serde_json::json!({"quote": "77,2 \"tỷ\"", "sentence": {"start": 4}, "rules": ["a", "b"], "area": null});
        sink.write(&record).unwrap();
        let text = String::from_utf8(sink.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            "quote,sentence_start,rules,area\n\"77,2 \"\"tỷ\"\"\",4,\"[\"\"a\"\",\"\"b\"\"]\",\n"
        );
    }
}
