//! `socai history FIGURE|FINDING`: in which events and generations it was born, changed and went.

mod because;

use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;

use because::{Because, Reasons};

use super::context::{Context, finish, json_line};
use super::{moment, stores, tail};
use crate::config::Config;
use crate::error::Failure;
use crate::event::envelope::{Envelope, Position, StreamId};
use crate::event::kinds::Event;
use crate::event_log::{Generations, LogReader};
use crate::ledger::diff::{Field, Records, compare};
use crate::ledger::{LedgerReader, ledger_path};
use crate::model::finding::Finding;
use crate::model::record::{FigureRecord, FindingRecord};
use crate::runtime::work::Progress;
use crate::stage::plan::{Plan, Stage};

/// Events read at a time when a whole log is searched.
const PAGE: usize = 1_000;

/// Tell in which events and generations a figure or finding was born, changed and went
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai history 3fa2c1
  socai history 3fa2c1 --json | jq -r '.what'

An id that no ledger holds any more is looked for in the whole event log.")]
pub struct Args {
    /// The beginning of its id, as `socai export` prints it
    id: String,
    /// Print one JSON object a step
    #[arg(long)]
    json: bool,
}

/// Where a record's history is written.
enum Found {
    Figure(StreamId, String),
    Finding(StreamId, String),
}

/// A step of a record's life.
#[derive(Debug, Serialize)]
struct Step {
    id: String,
    /// `born`, `changed`, `went`; `kept` where what was said before was let go, so that this is the first known.
    what: &'static str,
    position: u64,
    recorded_at: String,
    /// The generation that asked for the event.
    generation: u64,
    /// The generations whose ledgers show what this event says.
    shown_by: Vec<u64>,
    /// Whether readers see it now.
    seen: bool,
    fields: Vec<Field>,
    /// The record as this event has it.
    record: Option<serde_json::Value>,
    /// Of a finding across documents, which documents led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Because>,
}

/// Prints the history.
///
/// # Errors
/// No such record, or several; what log and ledgers say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    let generations = Generations::read(&log)?;
    let found = find(&config, &log, &generations, &args.id)?;
    let steps = match &found {
        Found::Figure(stream, id) => of_document(&log, &generations, *stream, id, Stage::Extract)?,
        Found::Finding(StreamId::Corpus, id) => of_corpus(&log, &generations, id)?,
        Found::Finding(stream, id) => of_document(&log, &generations, *stream, id, Stage::Reconcile)?,
    };
    let (stream, kind) = match &found {
        Found::Figure(stream, _) => (*stream, Stage::Extract.answer_kind()),
        Found::Finding(StreamId::Corpus, _) => (StreamId::Corpus, "corpus-reconciled"),
        Found::Finding(stream, _) => (*stream, Stage::Reconcile.answer_kind()),
    };
    let mut steps = steps;
    let gone = log.let_go_of(stream, kind)?;
    if let (Some(first), Some(gone)) = (steps.first_mut(), gone.first())
        && gone.0 < first.position
    {
        first.what = "kept";
        context.say(&format!(
            "what was said of it before position {} was let go by `socai compact`: it may be older",
            first.position
        ));
    }
    let mut out = context.out();
    for step in &steps {
        if args.json {
            json_line(&mut out, step)?;
            continue;
        }
        let shown: Vec<String> = step.shown_by.iter().map(ToString::to_string).collect();
        let told: Vec<String> = match step.what {
            "changed" => step
                .fields
                .iter()
                .map(|field| match (&field.before, &field.after) {
                    // Lists are for machines; `--json` has them.
                    (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => {
                        format!("{} changed", field.name)
                    }
                    (before, after) => format!("{} {before} → {after}", field.name),
                })
                .collect(),
            "born" | "kept" => {
                let record = step.record.as_ref();
                let text = |name: &str| record.and_then(|record| record[name].as_str()).unwrap_or("");
                let words = if text("quote").is_empty() { text("formula") } else { text("quote") };
                vec![format!("«{words}» {}{}", text("indicator"), text("verdict"))]
            }
            _ => Vec::new(),
        };
        let line = format!(
            "{}  position {:>6}  generation {}  {:<7}  shown by {}{}  {}",
            step.recorded_at,
            step.position,
            step.generation,
            step.what,
            if shown.is_empty() { "none".to_owned() } else { shown.join(", ") },
            if step.seen { " (active)" } else { "" },
            told.join("; ")
        );
        writeln!(out, "{}", tail::harmless(line.trim_end()))?;
        for line in step.because.iter().flat_map(reasons) {
            writeln!(out, "    {}", tail::harmless(&line))?;
        }
    }
    finish(out)
}

/// Why a step was taken, a line each.
fn reasons(because: &Because) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cause in &because.documents {
        let quotes: Vec<String> = cause.figures.iter().map(|quote| format!("«{quote}»")).collect();
        let printed =
            if quotes.is_empty() { String::new() } else { format!(", which prints {}", quotes.join(", ")) };
        lines.push(format!("because {} {}{printed}", cause.source, cause.how));
    }
    if because.more > 0 {
        lines.push(format!("and because of {} documents more", because.more));
    }
    lines.extend(because.instead.iter().map(|one| format!("instead: {} {}", one.verdict, one.formula)));
    lines
}

/// Finds the one record that `prefix` means: in the active ledger, then in the others, then in the log.
fn find(config: &Config, log: &LogReader, generations: &Generations, prefix: &str) -> Result<Found, Failure> {
    let mut numbers: Vec<u64> = generations.all().iter().rev().map(|one| one.number).collect();
    numbers.sort_by_key(|number| Some(*number) != generations.active());
    for number in numbers {
        let Ok(ledger) = LedgerReader::open(&ledger_path(&config.data_dir, number)) else { continue };
        let mut found: Vec<Found> = Vec::new();
        for (document, figure) in ledger.figures_named(prefix)? {
            found.push(Found::Figure(StreamId::Document(document), figure.id.as_str().to_owned()));
        }
        for finding in ledger.findings_named(prefix)? {
            let own = ledger.finding(&finding.id)?.and_then(|row| row.document);
            found.push(Found::Finding(own.map_or(StreamId::Corpus, StreamId::Document), finding.id));
        }
        match found.len() {
            0 => {}
            1 => return Ok(found.remove(0)),
            count => {
                return Err(Failure::usage(format!("{prefix:?} means {count} records or more"))
                    .next("give more digits of the id"));
            }
        }
    }
    let prefix = prefix.to_ascii_lowercase();
    let mut after = Position(0);
    loop {
        let events = log.after(after, PAGE)?;
        let Some(last) = events.last() else { break };
        after = last.position;
        for envelope in &events {
            if let Some(found) = named(envelope, &prefix) {
                return Ok(found);
            }
        }
    }
    Err(Failure::usage(format!("no figure and no finding ever had an id that begins with {prefix:?}"))
        .next("`socai export figures` and `socai export findings` print the ids"))
}

fn named(envelope: &Envelope, prefix: &str) -> Option<Found> {
    let fits = |id: &str| id.starts_with(prefix);
    match &envelope.event {
        Event::FiguresExtracted(extracted) => {
            let figure = extracted.figures.iter().find(|figure| fits(figure.id.as_str()))?;
            Some(Found::Figure(envelope.stream, figure.id.as_str().to_owned()))
        }
        Event::FiguresReconciled(reconciled) => {
            let finding = reconciled.findings.iter().find(|finding| fits(&finding.id))?;
            Some(Found::Finding(envelope.stream, finding.id.clone()))
        }
        Event::CorpusReconciled(reconciled) => {
            let mut decided = reconciled.components.iter().flat_map(|component| &component.decided);
            let finding = decided.find(|finding| fits(&finding.id))?;
            Some(Found::Finding(StreamId::Corpus, finding.id.clone()))
        }
        _ => None,
    }
}

/// A record as one event has it.
fn records(envelope: &Envelope, id: &str) -> Records {
    let mut records = Records::default();
    match &envelope.event {
        Event::FiguresExtracted(extracted) => {
            let document = envelope.stream.document();
            let own = extracted.figures.iter().filter(|figure| figure.id.as_str() == id);
            if let Some(document) = document {
                records.figures = own.map(|one| FigureRecord::printed(document, "", one, 0)).collect();
            }
        }
        Event::FiguresReconciled(reconciled) => {
            let own = reconciled.findings.iter().filter(|finding| finding.id == id);
            records.findings = own.map(|one| FindingRecord::new(one, 0)).collect();
        }
        Event::CorpusReconciled(reconciled) => {
            let decided = reconciled.components.iter().flat_map(|component| &component.decided);
            let own = decided.filter(|finding| finding.id == id);
            records.findings = own.map(|one| FindingRecord::new(one, 0)).collect();
        }
        _ => {}
    }
    records
}

/// What an event made of a record; `None` where it left it as it was.
fn step(envelope: &Envelope, id: &str, before: &Records, now: &Records) -> Option<Step> {
    let had = !before.figures.is_empty() || !before.findings.is_empty();
    let has = !now.figures.is_empty() || !now.findings.is_empty();
    let mut changes = compare(before, now);
    let change = changes.pop()?;
    let what = match (had, has) {
        (true, true) => "changed",
        (true, false) => "went",
        _ => "born",
    };
    Some(Step {
        id: id.to_owned(),
        what,
        position: envelope.position.0,
        recorded_at: moment::show(envelope.recorded_at),
        generation: envelope.generation,
        shown_by: Vec::new(),
        seen: false,
        fields: change.fields,
        record: change.after,
        because: None,
    })
}

fn of_document(
    log: &LogReader,
    generations: &Generations,
    stream: StreamId,
    id: &str,
    stage: Stage,
) -> Result<Vec<Step>, Failure> {
    let mut progress = Progress::default();
    for event in log.outline(stream)? {
        progress.apply(&event);
    }
    let document = stream.document();
    let plans = plans(log, generations)?;
    let shown_at = |position: Position| -> Vec<u64> {
        let shows = |(_, plan): &&(u64, Plan)| {
            let answers = document.map(|document| progress.answers(document, plan));
            answers
                .and_then(|answers| answers[stage as usize])
                .is_some_and(|answer| answer.position == position)
        };
        plans.iter().filter(shows).map(|(number, _)| *number).collect()
    };
    let (mut steps, mut before) = (Vec::new(), Records::default());
    for envelope in log.stream(stream)? {
        if envelope.event.kind() != stage.answer_kind() {
            continue;
        }
        let now = records(&envelope, id);
        let shown_by = shown_at(envelope.position);
        match step(&envelope, id, &before, &now) {
            Some(mut step) => {
                step.seen = shown_by.iter().any(|number| generations.active() == Some(*number));
                step.shown_by = shown_by;
                steps.push(step);
            }
            // The same under another key: other generations show it from here.
            None => {
                if let Some(last) = steps.last_mut().filter(|last| last.what != "went") {
                    last.seen |= shown_by.iter().any(|number| generations.active() == Some(*number));
                    last.shown_by.extend(shown_by);
                }
            }
        }
        before = now;
    }
    Ok(steps)
}

/// What each generation goes by, in order of number.
fn plans(log: &LogReader, generations: &Generations) -> Result<Vec<(u64, Plan)>, Failure> {
    let mut plans = Vec::new();
    for generation in generations.all() {
        plans.extend(generations.plan(log, generation.number)?.map(|plan| (generation.number, plan)));
    }
    Ok(plans)
}

fn of_corpus(log: &LogReader, generations: &Generations, id: &str) -> Result<Vec<Step>, Failure> {
    let mut steps: Vec<Step> = Vec::new();
    let plans = plans(log, generations)?;
    // Every generation decides across documents for itself, from where the one that it follows had come to.
    let mut stands: std::collections::BTreeMap<u64, Records> = std::collections::BTreeMap::new();
    let mut reasons = Reasons::new(log);
    let mut stood: Option<Finding> = None;
    for envelope in log.stream(StreamId::Corpus)? {
        let Event::CorpusReconciled(reconciled) = &envelope.event else { continue };
        let decided = records(&envelope, id);
        let gone = reconciled.components.iter().any(|one| one.superseded.iter().any(|gone| gone == id));
        if decided.findings.is_empty() && !gone {
            reasons.pass(reconciled);
            continue;
        }
        let because = reasons.of(reconciled, id, stood.as_ref())?;
        reasons.pass(reconciled);
        let now = reconciled.components.iter().flat_map(|one| &one.decided).find(|one| one.id == id);
        // What has gone is still what the next step is told against.
        stood = now.cloned().or(stood);
        let takes = |own: u64, plan: &Plan| plan.takes(own, envelope.generation, envelope.position);
        let takers: Vec<u64> =
            plans.iter().filter(|(own, plan)| takes(*own, plan)).map(|(own, _)| *own).collect();
        let before = stands.get(&envelope.generation).cloned().unwrap_or_default();
        if let Some(mut step) = step(&envelope, id, &before, &decided) {
            step.seen = takers.iter().any(|number| generations.active() == Some(*number));
            step.shown_by.clone_from(&takers);
            step.because = Some(because);
            steps.push(step);
        }
        for number in takers.into_iter().chain([envelope.generation]) {
            stands.insert(number, decided.clone());
        }
    }
    Ok(steps)
}
