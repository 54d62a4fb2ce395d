//! `socai show DOCUMENT`: a document's figures and findings, or its text; `socai show FINDING`.

use std::io::Write as _;

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};

use super::context::{Context, finish, json_line};
use super::{moment, stores, tail};
use crate::error::Failure;
use crate::ledger::DocumentRow;
use crate::model::figure::Figure;
use crate::model::finding::{Finding, Verdict};

/// Show a document: its figures, its findings, its text
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  socai show report.txt\n  socai show 3fa2c1 --text\n  socai show report.txt --json | jq .figures[0]"
)]
pub struct Args {
    /// The beginning of its digest, or its file name; or the beginning of a finding's id
    document: String,
    /// Print the source text that `start` and `end` of every record count in
    #[arg(long, conflicts_with = "json")]
    text: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the document.
///
/// # Errors
/// No such document; what log and ledger say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let ledger = stores::ledger(&config)?;
    let mut out = context.out();
    // A name that is no document's may be a finding's.
    if ledger.documents_named(&args.document)?.is_empty()
        && !args.text
        && let [finding] = ledger.findings_named(&args.document)?.as_slice()
    {
        if args.json {
            super::findings::with_history(&mut out, &ledger, finding)?;
        } else {
            super::findings::in_full(&mut out, &ledger, &stores::log(&config)?, finding)?;
        }
        return finish(out);
    }
    if !args.text
        && ledger.documents_named(&args.document)?.is_empty()
        && super::findings::superseded(&mut out, &ledger, &args.document, args.json)?
    {
        return finish(out);
    }
    let row = stores::document(&ledger, &args.document)?;
    if args.text {
        let Some(digest) = row.source_text else {
            return Err(Failure::unavailable(format!("{} has no text yet", row.source))
                .next("`socai status` says what is at work, `socai quarantine ls` what is parked"));
        };
        let text = stores::log(&config)?.blob(digest)?;
        let text = text.ok_or_else(|| {
            Failure::internal(format!("the log lacks the text {digest}")).next("run `socai verify`")
        })?;
        out.write_all(&text)?;
        return finish(out);
    }
    let (figures, findings) = (ledger.figures_of(row.document)?, ledger.findings_of(row.document)?);
    if args.json {
        let value = serde_json::json!({ "document": row, "figures": figures, "findings": findings });
        json_line(&mut out, &value)?;
        return finish(out);
    }
    head(&mut out, &row)?;
    if !figures.is_empty() {
        writeln!(out, "\n{}", figure_table(&figures))?;
    }
    for finding in &findings {
        let mark = match finding.verdict {
            Verdict::Agrees | Verdict::AgreesIfTruncated => "✓",
            Verdict::Conflicts => "✗",
            Verdict::DiffersInScope | Verdict::Undetermined => "?",
        };
        writeln!(out, "{mark} {:<20} {}", finding.verdict.code(), tail::harmless(&summary(finding)))?;
    }
    finish(out)
}

fn head(out: &mut impl std::io::Write, row: &DocumentRow) -> Result<(), Failure> {
    writeln!(out, "{}", tail::harmless(&row.source))?;
    writeln!(out, "  digest    {}", row.document)?;
    writeln!(
        out,
        "  received  {} ({} bytes, {})",
        moment::show_micros(row.received_at),
        row.size,
        row.media_type
    )?;
    if !row.tags.is_empty() {
        writeln!(out, "  tags      {}", tail::harmless(&row.tags.join("/")))?;
    }
    if !row.done {
        writeln!(out, "  state     at work, or parked: see `socai quarantine ls`")?;
    }
    writeln!(out, "  figures   {}", row.figures)?;
    writeln!(out, "  conflicts {}", row.conflicts)?;
    Ok(())
}

fn figure_table(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["quote", "label", "measure", "indicator", "area", "period", "aspect"]);
    for figure in figures {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        table.add_row([
            tail::harmless(&figure.quote),
            tail::harmless(&figure.label),
            figure.measure.code().to_owned(),
            or_dash(figure.indicator.as_ref().map(ToString::to_string)),
            or_dash(figure.area.as_ref().map(ToString::to_string)),
            or_dash(figure.period.as_ref().map(ToString::to_string)),
            or_dash(figure.aspect.map(|aspect| aspect.code().to_owned())),
        ]);
    }
    table
}

fn summary(finding: &Finding) -> String {
    format!("{}  {}", finding.formula, finding.explanation.en)
}
