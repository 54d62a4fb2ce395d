//! `socai export`: the records of the contract, for machines and for people.

use std::collections::BTreeSet;
use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::context::Context;

use super::moment::{self, At};
use super::selection::Asked;
use super::stores;
use crate::error::Failure;
use crate::export::{self, ExportError, Rows, Source, Table, Texts};
use crate::ledger::LedgerReader;
use crate::ledger::catalogue::Catalogue;
use crate::model::record::FigureRecord;
use crate::wording::{Lang, Names};

/// Write records: figures, mentions, findings, derived figures, documents, code lists
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai export figures > figures.jsonl
  socai export figures --bound --format csv > figures.csv
  socai export figures --format xlsx -o figures.xlsx
  socai export figures --area \"nam dinh\" --year 2023 --format xlsx -o nam-dinh.xlsx
  socai export findings --format csv-vi -o doi-chieu.csv      for Excel in Vietnamese
  socai export codes --format csv > codes.csv
  socai export package -o khuyen-cong                         all of it, with a description of each column
  socai export findings | jq -r 'select(.verdict==\"conflicts\") | .explanation.vi'")]
pub struct Args {
    /// Which records
    #[arg(value_enum)]
    records: Records,
    /// How they are written
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Only figures (also derived ones) whose indicator, area and period are all known
    #[arg(long)]
    bound: bool,
    /// Write to this file instead of stdout; it is whole or not there
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// As readers saw it at a position of the event log, or at a time: 15m, 2024-05-01
    #[arg(long, value_name = "POSITION|TIME", value_parser = moment::at)]
    at: Option<At>,
    /// Heads and names of tables for people in English
    #[arg(long)]
    english: bool,
    #[command(flatten)]
    asked: Asked,
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
    /// One a document
    Documents,
    /// The code lists; needs no documents
    Codes,
    /// All of them as a Data Package (datapackage.json beside CSV files) in the folder of --output
    Package,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line, keys in the contract's order
    Jsonl,
    /// For machines: comma, point, no byte order mark; objects are flattened, lists are JSON
    Csv,
    /// For Excel in Vietnamese: byte order mark, semicolon, decimal comma; codes in words
    CsvVi,
    /// A workbook with numbers as numbers; figures and findings together with their sources
    Xlsx,
    /// Columns for DuckDB, pandas, polars: exact decimals, đồng as whole numbers
    Parquet,
    /// Figures with a period for statistical exchange: SDMX-CSV 2.1
    SdmxCsv,
    /// What the columns and codes of sdmx-csv mean: SDMX-JSON structure
    SdmxStructure,
    /// Where each figure stands and what made it: Web Annotation and PROV as JSON-LD
    JsonLd,
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Ledger(error) => error.into(),
            ExportError::Log(error) => error.into(),
            ExportError::Io(error) => error.into(),
            ExportError::NotSo(_) => {
                Self::usage(error.to_string()).next("figures are, or choose jsonl, csv, csv-vi or xlsx")
            }
            ExportError::NotBuilt(_) => Self::unavailable(error.to_string())
                .next("build it with `cargo build --release --locked --features parquet`"),
            ExportError::Format { .. } => Self::internal(error.to_string()),
        }
    }
}

const fn table(records: Records) -> Table {
    match records {
        Records::Figures => Table::Figures,
        Records::Mentions => Table::Mentions,
        Records::Findings => Table::Findings,
        Records::Derived => Table::Derived,
        Records::Documents => Table::Documents,
        Records::Codes | Records::Package => Table::Codes,
    }
}

const fn format(format: Format) -> export::Format {
    match format {
        Format::Jsonl => export::Format::Jsonl,
        Format::Csv => export::Format::Csv,
        Format::CsvVi => export::Format::CsvVi,
        Format::Xlsx => export::Format::Xlsx,
        Format::Parquet => export::Format::Parquet,
        Format::SdmxCsv => export::Format::SdmxCsv,
        Format::SdmxStructure => export::Format::SdmxStructure,
        Format::JsonLd => export::Format::JsonLd,
    }
}

/// Writes the records in an order that depends on their contents alone.
///
/// # Errors
/// What the ledger says, and writing.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let names = Names::new(&*stores::rules(&config)?);
    let lang = if args.english { Lang::En } else { Lang::Vi };
    let format = format(args.format);
    if matches!(format, export::Format::Xlsx | export::Format::Parquet)
        && args.output.is_none()
        && std::io::stdout().is_terminal()
    {
        return Err(Failure::usage("this format is not for a terminal").next("give a file: -o FILE"));
    }
    if args.records == Records::Codes {
        return to(args.output.as_deref(), |out| Ok(export::write_codes(&names, lang, format, out)?));
    }
    let log = stores::log(&config)?;
    let ledger = match args.at {
        Some(at) => stores::ledger_at(&config, at)?.0,
        None => stores::ledger(&config)?,
    };
    ledger.hold()?;
    let mut ids = if args.bound { bound(&ledger, args.records)? } else { None };
    if !args.asked.is_empty() {
        let chosen = chosen(&args, &names, &ledger)?;
        ids = Some(match ids {
            None => chosen,
            Some(bound) => {
                let bound: BTreeSet<String> = bound.into_iter().collect();
                chosen.into_iter().filter(|id| bound.contains(id)).collect()
            }
        });
    }
    let source = Source { ledger: &ledger, texts: Texts::new(&log), names: &names, lang };
    if args.records == Records::Package {
        let folder = args.output.as_deref().ok_or_else(|| {
            Failure::usage("a package is a folder of files").next("name one: -o khuyen-cong")
        })?;
        return Ok(export::package::write(&source, folder)?);
    }
    let rows = ids.as_deref().map_or(Rows::All, Rows::Ids);
    to(args.output.as_deref(), |out| Ok(export::write(&source, table(args.records), rows, format, out)?))
}
/// Returns the ids of the figures or findings that the filters admit.
fn chosen(args: &Args, names: &Names, ledger: &LedgerReader) -> Result<Vec<String>, Failure> {
    let catalogue = Catalogue::read(ledger)?;
    let filter = args.asked.filter(names, ledger, &catalogue)?;
    let ids = |rows: Vec<u32>, id: &dyn Fn(u32) -> String| rows.into_iter().map(id).collect();
    match args.records {
        Records::Figures => {
            Ok(ids(catalogue.figures(&filter).rows, &|row| catalogue.figure_id(row).to_owned()))
        }
        Records::Findings => {
            Ok(ids(catalogue.findings(&filter, &[]).rows, &|row| catalogue.finding_id(row).to_owned()))
        }
        _ => Err(Failure::usage("only figures and findings are chosen by filters")
            .next("export the table whole, or use `socai query --sql`")),
    }
}

/// Returns the ids of those whose indicator, area and period are all known.
fn bound(ledger: &LedgerReader, records: Records) -> Result<Option<Vec<String>>, Failure> {
    let mut ids = Vec::new();
    let take = |record: FigureRecord| {
        if record.indicator.is_some() && record.area.is_some() && record.period.is_some() {
            ids.push(record.id.to_string());
        }
        Ok::<_, Failure>(())
    };
    match records {
        Records::Figures => ledger.figures(take)?,
        Records::Derived => ledger.derived(take)?,
        _ => return Ok(None),
    }
    Ok(Some(ids))
}

/// Calls `write` with stdout, or with a file that takes the place of `path` once it is whole.
///
/// # Errors
/// As opening and `write` have them.
pub(super) fn to(
    path: Option<&Path>,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unwritten = |error: &std::io::Error| Failure::file("write", path, error);
    let file = tempfile::Builder::new()
        .prefix(".socai-")
        .permissions(permissions())
        .tempfile_in(folder)
        .map_err(|error| unwritten(&error))?;
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    let file = out.into_inner().map_err(|error| unwritten(error.error()))?;
    file.persist(path).map_err(|error| unwritten(&error.error))?;
    Ok(())
}

/// What a file made by a command is open to: what the user's mask leaves of it.
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o666)
}
