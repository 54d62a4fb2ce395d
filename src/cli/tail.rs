//! `socai tail`: reads and follows the structured log across its daily files.

use std::collections::VecDeque;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use serde_json::Value;

use super::context::Context;
use super::{logs, moment};
use crate::config::LevelSetting;
use crate::error::Failure;

/// How often the files are looked at under `--follow`: quick for a person, idle for a machine.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);

/// Read the structured log, and follow it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai tail -f
  socai tail --level warn --since 2h
  socai tail --document report.txt --json | jq .message")]
pub struct Args {
    /// Keep on as lines are written, across days
    #[arg(short, long)]
    follow: bool,
    /// How many of the last lines that fit to print first
    #[arg(short = 'n', long, value_name = "LINES", default_value_t = 20)]
    lines: usize,
    /// Only lines of a document: the beginning of its digest, or its file name
    #[arg(long)]
    document: Option<String>,
    /// Only lines of a stage
    #[arg(long)]
    stage: Option<String>,
    /// Only lines of this level or worse
    #[arg(long, value_enum)]
    level: Option<LevelSetting>,
    /// Only lines since a time: 15m, 2h, 2024-05-01; all of them, whatever --lines says
    #[arg(long, value_parser = moment::parse)]
    since: Option<Timestamp>,
    /// Print the lines as they are
    #[arg(long)]
    json: bool,
}

/// Prints the lines that fit, and follows.
///
/// # Errors
/// As reading and writing have them.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let folder = context.settings()?.config.log_dir();
    let color = context.color_on_stdout();
    let mut reader = Reader { folder, file: None, offset: 0, rest: Vec::new() };
    let mut out = context.out();
    // The last lines of a long history in bounded memory.
    let mut last: VecDeque<String> = VecDeque::new();
    while reader.step(&mut |line| {
        if args.fits(line) {
            last.push_back(line.to_owned());
            if args.since.is_none() && last.len() > args.lines {
                last.pop_front();
            }
        }
        Ok(())
    })? {}
    for line in last {
        args.print(&mut out, &line, color)?;
    }
    out.flush()?;
    if reader.file.is_none() && !args.follow {
        context.say("there is no structured log yet; `socai run` and `socai ingest` write it");
    }
    if !args.follow {
        return Ok(());
    }
    loop {
        while reader.step(&mut |line| {
            if args.fits(line) { args.print(&mut out, line, color) } else { Ok(()) }
        })? {}
        out.flush()?;
        std::thread::sleep(FOLLOW_EVERY);
    }
}

/// Reads the files of a folder one after the other, and the newest as it grows.
struct Reader {
    folder: PathBuf,
    file: Option<PathBuf>,
    offset: u64,
    rest: Vec<u8>,
}

impl Reader {
    /// Hands every whole new line of the present file to `each`, then turns to the next file.
    /// Returns `false` where there is nothing more for now.
    fn step(&mut self, each: &mut impl FnMut(&str) -> Result<(), Failure>) -> Result<bool, Failure> {
        let files = logs::files(&self.folder);
        let path = match &self.file {
            Some(path) => path.clone(),
            None => match files.first() {
                Some(first) => first.clone(),
                None => return Ok(false),
            },
        };
        self.file = Some(path.clone());
        // A newer file seen before the last read of this one means that this one is complete.
        let newer = files.into_iter().find(|file| *file > path);
        self.read(&path, each)?;
        let Some(newer) = newer else { return Ok(false) };
        (self.file, self.offset) = (Some(newer), 0);
        self.rest.clear();
        Ok(true)
    }

    fn read(
        &mut self,
        path: &Path,
        each: &mut impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // Retention may have removed it meanwhile.
        let Ok(mut file) = std::fs::File::open(path) else { return Ok(()) };
        let failed = |error| Failure::file("read", path, &error);
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                return Ok(());
            }
            self.offset += read as u64;
            self.rest.extend_from_slice(&buffer[..read]);
            let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            for line in String::from_utf8_lossy(&self.rest[..whole]).lines() {
                each(line)?;
            }
            self.rest.drain(..whole);
        }
    }
}

impl Args {
    fn fits(&self, line: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(line) else { return self.takes_all() };
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let document = self.document.as_deref().is_none_or(|wanted| {
            text("document").is_some_and(|digest| digest.starts_with(&wanted.to_lowercase()))
                || ["name", "source", "path", "file"].iter().any(|key| {
                    text(key).is_some_and(|name| name == wanted || name.ends_with(&format!("/{wanted}")))
                })
        });
        let stage = self.stage.as_deref().is_none_or(|wanted| text("stage") == Some(wanted));
        let level = self.level.is_none_or(|worst| {
            let found = text("level").unwrap_or_default().to_lowercase();
            let levels = ["error", "warn", "info", "debug", "trace"];
            let rank = |name: &str| levels.iter().position(|level| *level == name);
            rank(&found) <= rank(worst.name()) && rank(&found).is_some()
        });
        let since = self.since.is_none_or(|since| {
            let at = text("timestamp").and_then(|at| at.parse::<Timestamp>().ok());
            at.is_some_and(|at| at >= since)
        });
        document && stage && level && since
    }

    const fn takes_all(&self) -> bool {
        self.document.is_none() && self.stage.is_none() && self.level.is_none() && self.since.is_none()
    }

    fn print(&self, out: &mut impl std::io::Write, line: &str, color: bool) -> Result<(), Failure> {
        let parsed = serde_json::from_str::<Value>(line);
        match parsed {
            Ok(Value::Object(fields)) if !self.json => writeln!(out, "{}", readable(&fields, color))?,
            _ => writeln!(out, "{line}")?,
        }
        Ok(())
    }
}

/// Shows one line: time, level, message, then the other fields.
fn readable(fields: &serde_json::Map<String, Value>, color: bool) -> String {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let at =
        text("timestamp").parse::<Timestamp>().map_or_else(|_| text("timestamp").to_owned(), moment::show);
    let level = format!("{:5}", text("level"));
    let level = match (color, text("level")) {
        (true, "ERROR") => level.red().to_string(),
        (true, "WARN") => level.yellow().to_string(),
        (true, "INFO") => level.green().to_string(),
        (true, _) => level.dimmed().to_string(),
        (false, _) => level,
    };
    let mut shown = format!("{at} {level} {}", harmless(text("message")));
    for (key, value) in fields {
        if ["timestamp", "level", "message", "target"].contains(&key.as_str()) {
            continue;
        }
        let value = match value {
            Value::String(text) if key == "document" => text.chars().take(12).collect(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let field = harmless(&format!(" {key}={value}"));
        shown.push_str(&if color { field.dimmed().to_string() } else { field });
    }
    shown
}

/// Makes text harmless for a terminal: a file's name may carry what it would obey.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_read_across_days_and_as_it_grows() {
        let folder = tempfile::tempdir().unwrap();
        let day = |n: u32| folder.path().join(format!("socai.2026-01-0{n}.jsonl"));
        std::fs::write(day(1), "one\ntwo\n").unwrap();
        std::fs::write(day(2), "three\nfo").unwrap();
        let mut reader = Reader { folder: folder.path().to_owned(), file: None, offset: 0, rest: Vec::new() };
        let mut lines = Vec::new();
        let mut read = |reader: &mut Reader| {
            lines.clear();
            while reader
                .step(&mut |line| {
                    lines.push(line.to_owned());
                    Ok(())
                })
                .unwrap()
            {}
            lines.clone()
        };
        assert_eq!(read(&mut reader), ["one", "two", "three"]);
        std::fs::write(day(2), "three\nfour\n").unwrap();
        assert_eq!(read(&mut reader), ["four"], "a line is shown once it is whole");
        std::fs::write(day(3), "five\n").unwrap();
        assert_eq!(read(&mut reader), ["five"]);
    }
}
