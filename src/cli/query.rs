//! `socai query`: figures and findings by filters for people, and SQL for the rest, as tables.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use comfy_table::{CellAlignment, ContentArrangement, Table as Shown, presets};

use super::context::{Context, finish};
use super::selection::Asked;
use super::{sql, stores};
use crate::error::Failure;
use crate::export::{self, Rows, Source, Table, Texts};
use crate::ledger::LedgerReader;
use crate::ledger::catalogue::Catalogue;
use crate::wording::lang::sign;
use crate::wording::{Lang, Names, numbers, visible};

/// Rows of a table on a terminal where nothing else is asked: a few screens.
const ROWS: usize = 200;

/// Ask the ledger: figures, findings, or SQL
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai query --area \"miền Nam\" --year 2023 --indicator kinh_phi
  socai query --area \"nam dinh\" --aspect \"kế hoạch\" --csv
  socai query findings --verdict conflicts --year 2022
  socai query --sql \"SELECT chi_tieu, count(*) FROM so_lieu GROUP BY 1 ORDER BY 2 DESC\"
  socai query --codes indicator

SQL reads the ledger's tables and the views so_lieu, doi_chieu, mau_thuan, tai_lieu, nguon_goc; it changes
nothing and is stopped after --timeout seconds.")]
pub struct Args {
    /// What to list
    #[arg(value_enum, default_value = "figures")]
    what: What,
    #[command(flatten)]
    asked: Asked,
    /// A query in SQL, read only; in place of the filters
    #[arg(long, value_name = "SELECT", conflicts_with_all = ["area", "year", "period", "indicator", "aspect", "fund", "measure", "verdict", "document", "text"])]
    sql: Option<String>,
    /// Stop SQL after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// List the codes that filters take: indicator, area, aspect, fund, measure, verdict
    #[arg(long, value_name = "LIST", conflicts_with = "sql")]
    codes: Option<String>,
    /// Rows at most; 0 for all [default: 200 in a table, all as JSON or CSV]
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
    /// Print JSON, one object a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Statements of figures
    Figures,
    /// Relations between them
    Findings,
}

/// Prints what fits.
///
/// # Errors
/// Names that no list knows; SQL that is none, changes something or takes too long; what the ledger says.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let names = Names::new(&*stores::rules(&config)?);
    if let Some(list) = &args.codes {
        return codes(context, &names, list);
    }
    let mut ledger = stores::ledger(&config)?;
    let in_table = !(args.json || args.csv);
    let limit = match args.limit {
        Some(0) => usize::MAX,
        Some(limit) => limit,
        None if in_table => ROWS,
        None => usize::MAX,
    };
    if let Some(text) = &args.sql {
        let until = Instant::now() + Duration::from_secs(args.timeout);
        let form = if args.json {
            sql::Form::Json
        } else if args.csv {
            sql::Form::Csv
        } else {
            sql::Form::Table
        };
        return sql::run(&mut ledger, text, until, limit, form, context);
    }
    ledger.hold()?;
    let catalogue = Catalogue::read(&ledger)?;
    let filter = args.asked.filter(&names, &ledger, &catalogue)?;
    let selection = match args.what {
        What::Figures => catalogue.figures(&filter),
        What::Findings => catalogue.findings(&filter, &[]),
    };
    let total = selection.rows.len();
    let rows: Vec<u32> = selection.rows.into_iter().take(limit).collect();
    if in_table {
        let table = match args.what {
            What::Figures => figures(&names, &ledger, &catalogue, &rows)?,
            What::Findings => findings(&names, &ledger, &catalogue, &rows)?,
        };
        let mut out = context.out();
        if total > 0 {
            writeln!(out, "{table}")?;
        }
        finish(out)?;
        let of = if rows.len() < total { format!("{} of {total}", rows.len()) } else { total.to_string() };
        let one = if args.what == What::Figures { "figure" } else { "finding" };
        context.say(&format!("{of} {one}{}", if total == 1 { "" } else { "s" }));
        return Ok(());
    }
    let log = stores::log(&config)?;
    let source = Source { ledger: &ledger, texts: Texts::new(&log), names: &names, lang: Lang::Vi };
    let id = |row: &u32| match args.what {
        What::Figures => catalogue.figure_id(*row).to_owned(),
        What::Findings => catalogue.finding_id(*row).to_owned(),
    };
    let ids: Vec<String> = rows.iter().map(id).collect();
    let table = if args.what == What::Figures { Table::Figures } else { Table::Findings };
    let format = if args.json { export::Format::Jsonl } else { export::Format::Csv };
    super::export::to(None, |out| Ok(export::write(&source, table, Rows::Ids(&ids), format, out)?))
}

/// Makes a table that fits the terminal.
pub(super) fn table(heads: &[&str]) -> Shown {
    let mut table = Shown::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heads);
    table
}

/// Makes a document's text harmless for a terminal.
pub(super) fn harmless(text: &str) -> String {
    super::tail::harmless(&visible(text))
}

fn figures(
    names: &Names,
    ledger: &LedgerReader,
    catalogue: &Catalogue,
    rows: &[u32],
) -> Result<Shown, Failure> {
    let mut shown = table(&["Giá trị", "Nội dung", "Địa bàn", "Kỳ", "Tính chất", "Kết luận", "Tệp", "Mã"]);
    let lang = Lang::Vi;
    for at in rows {
        let Some(row) = ledger.figure(catalogue.figure_id(*at))? else { continue };
        let figure = &row.figure;
        let unit = names.name(lang, "unit", figure.unit.as_str());
        let what = figure.indicator.as_ref().map(|code| names.name(lang, "indicator", code.as_str()));
        let measure = names.name(lang, "measure", figure.measure.code());
        let what = what.map_or_else(|| harmless(&figure.label), ToOwned::to_owned);
        let is_level = figure.measure == crate::model::figure::Measure::Value;
        let verdict = catalogue.verdict_of(*at);
        let area = figure.area.as_ref().map(|area| names.area(lang, area.as_str()));
        let period = figure.period.map(|period| numbers::period(lang, &period.to_string()));
        let aspect = figure.aspect.map(|aspect| names.name(lang, "aspect", aspect.code()).to_owned());
        let open = || "–".to_owned();
        shown.add_row([
            numbers::with_unit(&figure.value.to_string(), figure.unit.as_str(), unit),
            if is_level { what } else { format!("{what} ({})", measure.to_lowercase()) },
            area.unwrap_or_else(open),
            period.unwrap_or_else(open),
            aspect.unwrap_or_else(open),
            format!("{} {}", sign(verdict), lang.verdict(verdict)),
            harmless(&row.source),
            figure.id.as_str().chars().take(8).collect(),
        ]);
    }
    if let Some(values) = shown.column_mut(0) {
        values.set_cell_alignment(CellAlignment::Right);
    }
    Ok(shown)
}

fn findings(
    names: &Names,
    ledger: &LedgerReader,
    catalogue: &Catalogue,
    rows: &[u32],
) -> Result<Shown, Failure> {
    let mut shown = table(&["Kết luận", "Quan hệ", "Giải thích", "Tệp", "Mã"]);
    let lang = Lang::Vi;
    for at in rows {
        let Some(row) = ledger.finding(catalogue.finding_id(*at))? else { continue };
        let verdict = Some(row.finding.verdict);
        let across = || format!("{} tài liệu", row.finding.documents.len());
        shown.add_row([
            format!("{} {}", sign(verdict), lang.verdict(verdict)),
            names.name(lang, "relation", row.finding.relation.code()).to_owned(),
            harmless(lang.sentence(&row.finding.explanation)),
            row.source.as_deref().map_or_else(across, harmless),
            row.finding.id.chars().take(8).collect(),
        ]);
    }
    Ok(shown)
}

fn codes(context: &Context, names: &Names, list: &str) -> Result<(), Failure> {
    let mut shown = table(&["Mã", "Tên", "English"]);
    let records: Vec<_> = names.records().iter().filter(|record| record.list == list).collect();
    if records.is_empty() {
        let lists: BTreeSet<&str> = names.records().iter().map(|record| record.list.as_str()).collect();
        let lists: Vec<&str> = lists.into_iter().collect();
        return Err(Failure::usage(format!("no code list is named {list:?}"))
            .next(format!("there are {}", lists.join(", "))));
    }
    for record in records {
        shown.add_row([&record.code, &record.name, &record.name_en]);
    }
    let mut out = context.out();
    writeln!(out, "{shown}")?;
    finish(out)
}
