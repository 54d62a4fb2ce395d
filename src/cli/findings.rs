//! `socai findings`: what arithmetic decided, filtered; and one finding in full.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};

use super::context::{Context, finish, json_line};
use super::selection::Asked;
use super::{moment, stores, tail};
use crate::error::Failure;
use crate::event_log::LogReader;
use crate::ledger::LedgerReader;
use crate::ledger::catalogue::Catalogue;
use crate::ledger::history::Turn;
use crate::model::Digest;
use crate::model::figure::{Figure, FigureId};
use crate::model::finding::{Bounds, Finding, Verdict};
use crate::model::record::FindingRecord;
use crate::wording::Names;

/// List findings, or show one in full: the sentences, the figures, the suspects
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai findings --verdict conflicts
  socai findings --area \"Hà Nam\" --year 2023 --indicator kinh_phi
  socai findings --document report.txt --json
  socai findings 3fa2c1                 one finding in full
  socai findings --verdict conflicts --exit-code || echo 'figures that contradict each other'")]
pub struct Args {
    /// The beginning of a finding's id: show it in full
    #[arg(conflicts_with_all = ["area", "year", "period", "indicator", "aspect", "fund", "measure", "verdict", "document", "text"])]
    finding: Option<String>,
    #[command(flatten)]
    asked: Asked,
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    /// Exit with 1 where a finding printed is a conflict
    #[arg(long)]
    exit_code: bool,
}

/// Prints the findings that fit, worst first.
///
/// # Errors
/// No such finding or document; a name that no code list knows; what log and ledger say; exit code 1 as asked for.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let ledger = stores::ledger(&config)?;
    let mut out = context.out();
    let (mut conflicts, mut printed) = (false, 1);
    if let Some(id) = &args.finding {
        if !superseded(&mut out, &ledger, id, args.json)? {
            let finding = named(&ledger, id)?;
            conflicts = finding.verdict == Verdict::Conflicts;
            if args.json {
                with_history(&mut out, &ledger, &finding)?;
            } else {
                in_full(&mut out, &ledger, &stores::log(&config)?, &finding)?;
            }
        }
    } else {
        ledger.hold()?;
        let names = Names::new(&*stores::rules(&config)?);
        let catalogue = Catalogue::read(&ledger)?;
        let filter = args.asked.filter(&names, &ledger, &catalogue)?;
        let rows = catalogue.findings(&filter, &[]).rows;
        printed = rows.len();
        for row in rows {
            let Some(row) = ledger.finding(catalogue.finding_id(row))? else { continue };
            let record = FindingRecord::new(&row.finding, row.generation);
            conflicts |= record.verdict == Verdict::Conflicts;
            if args.json { json_line(&mut out, &record)? } else { line(&mut out, &record)? }
        }
    }
    finish(out)?;
    if printed == 0 {
        context.say("no finding fits");
    }
    if args.exit_code && conflicts { Err(Failure::found()) } else { Ok(()) }
}

fn named(ledger: &LedgerReader, id: &str) -> Result<Finding, Failure> {
    let mut found = ledger.findings_named(id)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            Err(Failure::usage(format!("no finding's id begins with {id:?}"))
                .next("`socai findings` lists them"))
        }
        count => {
            Err(Failure::usage(format!("{id:?} means {count} findings")).next("give more digits of the id"))
        }
    }
}

fn line(out: &mut impl Write, record: &FindingRecord) -> Result<(), Failure> {
    let words = tail::harmless(&record.explanation.vi).to_string();
    writeln!(
        out,
        "{}  {:<19} {:<10} {words}",
        &record.id[..record.id.len().min(8)],
        record.verdict.code(),
        record.relation.code()
    )?;
    Ok(())
}

/// Prints a finding's sentences with its figures marked, its operands and its suspects.
pub(super) fn in_full(
    out: &mut impl Write,
    ledger: &LedgerReader,
    log: &LogReader,
    finding: &Finding,
) -> Result<(), Failure> {
    writeln!(out, "{}  {}  {}", finding.id, finding.verdict, finding.relation)?;
    writeln!(out, "{}", tail::harmless(&finding.explanation.vi))?;
    writeln!(out, "{}\n", tail::harmless(&finding.explanation.en))?;
    // With the file that states it.
    let mut figures: BTreeMap<FigureId, (String, Figure)> = BTreeMap::new();
    for document in &finding.documents {
        let all = ledger.figures_of(*document)?;
        let taking_part: Vec<Figure> =
            all.into_iter().filter(|figure| finding.figures.iter().any(|o| o.id == figure.id)).collect();
        sentences(out, ledger, log, *document, &taking_part)?;
        let source = stores::document(ledger, &document.to_string())?.source;
        figures.extend(taking_part.into_iter().map(|figure| (figure.id.clone(), (source.clone(), figure))));
    }
    let across = finding.documents.len() > 1;
    let shown = |id: &FigureId| {
        figures
            .get(id)
            .map_or_else(|| id.to_string(), |(_, figure)| tail::harmless(&figure.quote).to_string())
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    let mut head = vec!["role", "printed", "lowest", "highest", "label"];
    if across {
        head.extend(["area", "period", "report"]);
    }
    table.set_header(head);
    for operand in &finding.figures {
        let Some((source, figure)) = figures.get(&operand.id) else { continue };
        let end = |value: Option<crate::model::Decimal>| {
            value.map_or_else(|| "…".to_owned(), |value| value.to_string())
        };
        let mut row = vec![
            operand.role.clone(),
            shown(&operand.id),
            end(figure.low),
            end(figure.high),
            tail::harmless(&figure.label).to_string(),
        ];
        if across {
            row.push(figure.area.as_ref().map_or_else(String::new, ToString::to_string));
            row.push(figure.period.map_or_else(String::new, |period| period.to_string()));
            row.push(tail::harmless(source).to_string());
        }
        table.add_row(row);
    }
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "computed {}   stated {}   gap {}",
        range(&finding.computed),
        range(&finding.stated),
        finding.gap
    )?;
    for reading in &finding.readings {
        writeln!(
            out,
            "reading {}: {} ({})",
            reading.code.replace('_', " "),
            range(&reading.implied),
            reading.verdict.code()
        )?;
    }
    if !finding.assumptions.is_empty() {
        writeln!(out, "assumed {}", tail::harmless(&finding.assumptions.join("; ")))?;
    }
    for suspect in &finding.suspects {
        let tied = finding.suspects.iter().filter(|other| other.rank == suspect.rank).count() > 1;
        let version = suspect.reasons.iter().any(|reason| reason == "second_version");
        let implied = suspect.implied.as_ref().map_or_else(|| "no value".to_owned(), range);
        let repair =
            suspect.repair.as_ref().map_or_else(String::new, |value| format!(", one digit away: {value}"));
        writeln!(
            out,
            "suspect {}{}: {} would have to lie in {implied}{repair}{}",
            suspect.rank,
            if tied { " (tie)" } else { "" },
            shown(&suspect.id),
            if version { ", a second version of this figure: it would repair several conflicts" } else { "" }
        )?;
    }
    let turns = ledger.history_of(&finding.id)?;
    if turns.len() > 1 { history(out, ledger, &turns) } else { Ok(()) }
}

/// A finding with how it came to stand.
#[derive(serde::Serialize)]
struct WithHistory<'f> {
    #[serde(flatten)]
    finding: &'f Finding,
    history: Vec<Turn>,
}

/// Prints a finding as JSON; one across documents with its history.
pub(super) fn with_history(
    out: &mut impl Write,
    ledger: &LedgerReader,
    finding: &Finding,
) -> Result<(), Failure> {
    let history = ledger.history_of(&finding.id)?;
    if history.is_empty() {
        return json_line(out, finding);
    }
    json_line(out, &WithHistory { finding, history })
}

/// Shows a finding that stood and was superseded, where `id` means one and no other; tells whether it did.
pub(super) fn superseded(
    out: &mut impl Write,
    ledger: &LedgerReader,
    id: &str,
    json: bool,
) -> Result<bool, Failure> {
    if !ledger.findings_named(id)?.is_empty() {
        return Ok(false);
    }
    let [id] = &ledger.superseded_named(id)?[..] else { return Ok(false) };
    let turns = ledger.history_of(id)?;
    if json {
        json_line(out, &serde_json::json!({ "id": id, "superseded": true, "history": turns }))?;
        return Ok(true);
    }
    let last = turns.last();
    writeln!(out, "{id}  superseded  {}", last.map_or("", |turn| turn.relation.as_str()))?;
    writeln!(out, "{}", tail::harmless(last.map_or("", |turn| turn.vi.as_str())))?;
    writeln!(out, "{}", tail::harmless(last.map_or("", |turn| turn.en.as_str())))?;
    history(out, ledger, &turns)?;
    Ok(true)
}

/// Prints when a verdict was reached or changed, and what came then.
fn history(out: &mut impl Write, ledger: &LedgerReader, turns: &[Turn]) -> Result<(), Failure> {
    writeln!(out, "\nhistory")?;
    for turn in turns {
        let mut names = Vec::new();
        for document in &turn.because {
            let row = ledger.document(*document)?;
            names.push(row.map_or_else(|| document.short(12), |row| row.source));
        }
        writeln!(
            out,
            "  {}  position {}  {:<19} because of {}",
            moment::show_micros(turn.decided_at),
            turn.position,
            turn.verdict.map_or("superseded", Verdict::code),
            tail::harmless(&names.join(", "))
        )?;
    }
    Ok(())
}

fn range(bounds: &Bounds) -> String {
    let end = |text: &Option<String>| text.clone().unwrap_or_else(|| "…".to_owned());
    format!("[{}, {}]", end(&bounds.low), end(&bounds.high))
}

/// Prints each sentence once, its figures between `«` and `»`.
fn sentences(
    out: &mut impl Write,
    ledger: &LedgerReader,
    log: &LogReader,
    document: Digest,
    figures: &[Figure],
) -> Result<(), Failure> {
    let row = stores::document(ledger, &document.to_string())?;
    let Some(bytes) = row.source_text.map(|digest| log.blob(digest)).transpose()?.flatten() else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut spans: Vec<_> = figures.iter().map(|figure| figure.sentence).collect();
    spans.sort();
    spans.dedup();
    let copies = ledger.near_duplicates_of(document)?.len();
    let also =
        if copies > 0 { format!("  (and {copies} near-duplicates: one witness)") } else { String::new() };
    writeln!(out, "{}{also}", tail::harmless(&row.source))?;
    for span in spans {
        let mut marked = String::new();
        let mut at = span.start;
        for figure in figures.iter().filter(|figure| span.contains(figure.span) && figure.sentence == span) {
            if figure.span.start < at {
                continue;
            }
            marked.push_str(text.get(at..figure.span.start).unwrap_or(""));
            marked.push('«');
            marked.push_str(figure.span.of(&text));
            marked.push('»');
            at = figure.span.end;
        }
        marked.push_str(text.get(at..span.end).unwrap_or(""));
        let one_line = marked.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(out, "  {}", tail::harmless(&one_line))?;
    }
    writeln!(out)?;
    Ok(())
}
