//! `socai log export` and `socai log import`: the event log as JSON Lines, between machines.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::context::{Context, finish, json_line};
use super::stores;
use crate::error::Failure;
use crate::event::envelope::Position;
use crate::event_log::{Carried, Generations, LogError, LogWriter, RawEvent};
use crate::model::Digest;

/// Events written or appended at a time.
const PAGE: usize = 500;

/// Carry the event log to another machine as JSON Lines, and check its chain there
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai log export | zstd > log.jsonl.zst
  zstdcat log.jsonl.zst | socai --data-dir elsewhere log import
  ssh there socai log export | socai --data-dir copy log import

The copy is the same log: positions, times, links. The last line says where the log ended, so that a stream that
was cut shows: it is told, what came stays, and an import of the whole goes on where it stopped. A log of which
`socai compact` let generations go is carried by `socai backup`.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print every event, and before it the blobs that it is the first to name
    Export,
    /// Append events from a file or standard input to a log that they continue; each link is checked
    Import {
        /// The file; - is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Blob {
        blob: Digest,
        /// Where it is UTF-8.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
        /// Where it is not.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        hex: Option<String>,
    },
    Event(Box<Event>),
    /// The last line of all.
    End {
        /// Position of the last event.
        head: u64,
        /// Its link.
        link: Digest,
    },
}

/// An event as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Event {
    position: u64,
    stream: String,
    version: u64,
    kind: String,
    schema: u32,
    stage_key: Option<Digest>,
    cause: Option<u64>,
    generation: u64,
    attempt: u32,
    recorded_at: i64,
    payload: serde_json::Value,
    payload_digest: Digest,
    digest: Digest,
}

/// Exports or imports.
///
/// # Errors
/// What the log says; a line that does not follow.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.what {
        What::Export => export(context),
        What::Import { file } => import(context, &file),
    }
}

fn export(context: &Context) -> Result<(), Failure> {
    let log = stores::log(&context.settings()?.config)?;
    if let Some(gone) = Generations::read(&log)?.all().iter().find(|generation| generation.let_go) {
        return Err(Failure::unavailable(format!(
            "generation {} was let go by `socai compact`: a log of which events are gone is not carried as lines",
            gone.number
        ))
        .next("carry it by `socai backup FILE`, and `socai restore FILE` there"));
    }
    let mut out = context.out();
    let (mut after, mut told, mut last_link) = (Position(0), BTreeSet::new(), None);
    loop {
        let events = log.export_after(after, PAGE, &mut told)?;
        let Some((last, _)) = events.last() else { break };
        after = Position(last.position);
        for (event, blobs) in events {
            for (blob, bytes) in blobs {
                let line = match String::from_utf8(bytes) {
                    Ok(text) => Line::Blob { blob, text: Some(text), hex: None },
                    Err(error) => Line::Blob { blob, text: None, hex: Some(to_hex(error.as_bytes())) },
                };
                json_line(&mut out, &line)?;
            }
            last_link = Some(event.digest);
            json_line(&mut out, &Line::Event(Box::new(of(event)?)))?;
        }
    }
    if let Some(link) = last_link {
        json_line(&mut out, &Line::End { head: after.0, link })?;
    }
    finish(out)
}

fn of(event: RawEvent) -> Result<Event, Failure> {
    let payload = event.payload.unwrap_or_default();
    Ok(Event {
        position: event.position,
        stream: event.stream,
        version: event.version,
        kind: event.kind,
        schema: event.schema,
        stage_key: event.stage_key,
        cause: event.cause,
        generation: event.generation,
        attempt: event.attempt,
        recorded_at: event.recorded_at,
        payload: serde_json::from_slice(&payload)?,
        payload_digest: event.payload_digest,
        digest: event.digest,
    })
}

fn import(context: &Context, file: &std::path::Path) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let input: Box<dyn BufRead> = if file == std::path::Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file_open = std::fs::File::open(file).map_err(|error| Failure::file("read", file, &error))?;
        Box::new(BufReader::new(file_open))
    };
    let mut input = input;
    if input.fill_buf().map_err(|error| Failure::file("read", file, &error))?.is_empty() {
        return Err(Failure::unavailable("there is not one line: whatever was to write them did not")
            .next("`socai log export` there says why"));
    }
    let mut log = LogWriter::open(&config.event_log_path())?;
    let (mut had, mut came) = (0_u64, 0_u64);
    let mut end = None;
    let (mut events, mut blobs) = (Vec::new(), Vec::new());
    let there = stores::log(&config)?;
    for (number, line) in (1_u64..).zip(input.split(b'\n')) {
        let line = line.map_err(|error| Failure::file("read", file, &error))?;
        let wrong = |what: String| Failure::unavailable(format!("line {number}: {what}"));
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(&line).map_err(|error| wrong(format!("not a line of a log: {error}")))? {
            Line::Blob { blob, text, hex } => {
                let bytes = match (text, hex) {
                    (Some(text), _) => text.into_bytes(),
                    (None, Some(hex)) => {
                        from_hex(&hex).ok_or_else(|| wrong("no hexadecimal digits".into()))?
                    }
                    (None, None) => return Err(wrong("a blob without bytes".into())),
                };
                blobs.push((blob, bytes));
            }
            // What is there already was checked when it came, and must be the same.
            Line::Event(event) if event.position <= log.head().0.0 => {
                if there.link_at(Position(event.position))? != Some(event.digest) {
                    return Err(wrong(format!(
                        "event {} is another one here: these are not lines of the same log",
                        event.position
                    ))
                    .next("import into a folder of its own: --data-dir DIR"));
                }
                had += 1;
                blobs.clear();
            }
            Line::End { head, link } => end = Some((head, link)),
            Line::Event(event) => {
                events.push((raw(*event)?, std::mem::take(&mut blobs)));
                came += 1;
            }
        }
        if events.len() >= PAGE {
            append(&mut log, &std::mem::take(&mut events), file)?;
        }
    }
    append(&mut log, &events, file)?;
    let (head, link) = log.head();
    let is_whole = match end {
        // The copy may have gone further already.
        Some((last, link)) => last <= head.0 && there.link_at(Position(last))? == Some(link),
        None => false,
    };
    if !is_whole {
        return Err(Failure::unavailable(format!(
            "the lines end before the log did: it has {came} events more, up to {head}, which stay"
        ))
        .next("import the whole; it goes on from here"));
    }
    context.say(&format!(
        "{came} events appended, {had} were there; head {head}, digest {}; `socai rebuild` makes the ledger",
        link.short(16)
    ));
    Ok(())
}

/// Appends events that were read; none of them where one is not what the other machine had.
fn append(log: &mut LogWriter, events: &[Carried], file: &std::path::Path) -> Result<(), Failure> {
    log.import(events).map_err(|error| match error {
        LogError::Damaged { position, what } => {
            Failure::unavailable(format!("{}: event {position}: {what}", file.display()))
                .next(format!("the log has what came up to event {}; export the rest anew", log.head().0))
        }
        other => other.into(),
    })
}

fn raw(event: Event) -> Result<RawEvent, Failure> {
    Ok(RawEvent {
        position: event.position,
        stream: event.stream,
        version: event.version,
        kind: event.kind,
        schema: event.schema,
        stage_key: event.stage_key,
        cause: event.cause,
        generation: event.generation,
        attempt: event.attempt,
        recorded_at: event.recorded_at,
        payload: Some(serde_json::to_vec(&event.payload)?),
        payload_digest: event.payload_digest,
        digest: event.digest,
    })
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pairs = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    if digits.len().is_multiple_of(2) { pairs.collect() } else { None }
}
