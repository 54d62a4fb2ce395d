//! `socai events`: reads and follows the event log itself.

use std::io::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use super::context::{Context, json_line};
use super::{moment, stores, tail};
use crate::error::Failure;
use crate::event::envelope::{Envelope, Position};
use crate::event::kinds::{ComponentReconciled, Event};
use crate::event_log::LogReader;

/// Events read at once: bounds memory, long enough to keep the disk busy.
const PAGE: usize = 256;
/// How often the log is looked at under `--follow`.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);

/// Read the event log, and follow it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai events
  socai events -f --kind figures-extracted
  socai events --document 3fa2 --json | jq .payload

Of a document: document-received, document-seen-again, document-refused, document-retried, document-dropped;
its stages' answers text-cleaned, text-segmented, figures-extracted, figures-reconciled; stage-failed,
stage-parked. Across documents: corpus-reconciled (documents were taken into account, and what their figures
say of each other). Of generations: generation-started, generation-activated, generation-let-go (by `socai
compact`: what only it had answered is there as headers).")]
pub struct Args {
    /// Keep on as events are appended
    #[arg(short, long)]
    follow: bool,
    /// First position to print
    #[arg(long, value_name = "POSITION", default_value_t = 1)]
    from: u64,
    /// Last position to print
    #[arg(long, value_name = "POSITION", conflicts_with = "follow")]
    to: Option<u64>,
    /// Only events of a document: the beginning of its digest
    #[arg(long, value_name = "DIGEST")]
    document: Option<String>,
    /// Only events of a kind (document-received, text-cleaned, …)
    #[arg(long)]
    kind: Option<String>,
    /// Only events recorded since a time: 15m, 2h, 2024-05-01
    #[arg(long, value_parser = moment::parse)]
    since: Option<Timestamp>,
    /// Print one JSON object an event, with its whole payload
    #[arg(long)]
    json: bool,
}

/// Prints the events that fit, and follows.
///
/// # Errors
/// As the log and writing have them.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let log = stores::log(&context.settings()?.config)?;
    let mut out = context.out();
    let mut after = Position(args.from.saturating_sub(1));
    loop {
        after = print_after(&args, &log, after, &mut out)?;
        out.flush()?;
        if !args.follow {
            return Ok(());
        }
        std::thread::sleep(FOLLOW_EVERY);
    }
}

fn print_after(
    args: &Args,
    log: &LogReader,
    mut after: Position,
    out: &mut impl std::io::Write,
) -> Result<Position, Failure> {
    loop {
        let page = log.after(after, PAGE)?;
        let Some(last) = page.last() else { return Ok(after) };
        after = last.position;
        for envelope in &page {
            if args.to.is_some_and(|to| envelope.position.0 > to) {
                return Ok(after);
            }
            if !args.fits(envelope) {
                continue;
            }
            if args.json {
                json_line(out, &json(envelope)?)?
            } else {
                writeln!(out, "{}", readable(envelope))?
            }
        }
    }
}

impl Args {
    fn fits(&self, envelope: &Envelope) -> bool {
        let stream = || envelope.stream.to_string();
        self.document.as_deref().is_none_or(|prefix| stream().starts_with(&prefix.to_lowercase()))
            && self.kind.as_deref().is_none_or(|kind| envelope.event.kind() == kind)
            && self.since.is_none_or(|since| envelope.recorded_at >= since)
    }
}

fn json(envelope: &Envelope) -> Result<serde_json::Value, Failure> {
    let payload: serde_json::Value = serde_json::from_slice(&crate::event::codec::encode(&envelope.event)?)?;
    Ok(serde_json::json!({
        "position": envelope.position.0,
        "stream": envelope.stream.to_string(),
        "version": envelope.version.0,
        "kind": envelope.event.kind(),
        "schema": envelope.schema,
        "stage_key": envelope.stage_key,
        "cause": envelope.cause.map(|cause| cause.0),
        "generation": envelope.generation,
        "attempt": envelope.attempt,
        "recorded_at": envelope.recorded_at.to_string(),
        "digest": envelope.digest,
        "payload": payload,
    }))
}

fn readable(envelope: &Envelope) -> String {
    let stream: String = envelope.stream.to_string().chars().take(12).collect();
    let what = match &envelope.event {
        Event::DocumentReceived(event) => {
            format!("{} ({} bytes, {})", event.name, event.size, event.media_type)
        }
        Event::DocumentSeenAgain(event) => event.name.clone(),
        Event::DocumentRefused(event) => format!("{}: {}", event.name, event.message),
        Event::TextCleaned(event) => event.encoding.clone(),
        Event::TextSegmented(event) => format!("{} blocks", event.blocks.len()),
        Event::FiguresExtracted(event) => {
            format!("{} figures, {} mentions", event.figures.len(), event.mentions.len())
        }
        Event::FiguresReconciled(event) => {
            format!("{} findings, {} derived", event.findings.len(), event.derived.len())
        }
        Event::CorpusReconciled(event) => {
            let of =
                |count: fn(&ComponentReconciled) -> usize| event.components.iter().map(count).sum::<usize>();
            let (decided, gone) = (of(|one| one.decided.len()), of(|one| one.superseded.len()));
            format!("{} documents joined, {decided} findings decided, {gone} superseded", event.joined.len())
        }
        Event::StageFailed(event) => format!("{}: {}", event.stage, event.message),
        Event::StageParked(event) => format!("{}: {}", event.stage, event.message),
        Event::DocumentRetried(event) => event.document.short(12),
        Event::DocumentDropped(event) => event.document.short(12),
        Event::GenerationStarted(event) => format!("{}: {}", event.number, event.reason),
        Event::GenerationActivated(event) => event.number.to_string(),
        Event::GenerationLetGo(event) => event.number.to_string(),
    };
    format!(
        "{:>8} {} {stream:<12} {:>3} {:<20} {}",
        envelope.position.0,
        moment::show(envelope.recorded_at),
        envelope.version.0,
        envelope.event.kind(),
        tail::harmless(&what),
    )
}
