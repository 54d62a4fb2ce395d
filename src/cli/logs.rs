//! The structured log: JSON lines in `log/` of the data directory, one file a day, and text on stderr.

use std::path::{Path, PathBuf};

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::context::Context;
use crate::config::{Config, LevelSetting};
use crate::error::Failure;
use crate::event::envelope::Position;
use crate::model::Digest;

const PREFIX: &str = "socai";
const SUFFIX: &str = "jsonl";

/// Starts both: JSON lines into today's file, and text on stderr from `stderr_level`, which the
/// flags `-v` and `-q` move. What retention lets go is removed first.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn start(config: &Config, context: &Context, stderr_level: LevelFilter) -> Result<(), Failure> {
    let folder = config.log_dir();
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, &error))?;
    prune(&folder, config.log.retention_days, config.log.retention_bytes);
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(PREFIX)
        .filename_suffix(SUFFIX)
        .build(&folder)
        .map_err(|error| Failure::unavailable(format!("cannot write to {}: {error}", folder.display())))?;
    let json = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::sync::Mutex::new(file))
        .with_filter(level(config.log.level));
    let stderr_level = match context.loudness() {
        ..0 => LevelFilter::ERROR,
        0 => stderr_level,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let text = tracing_subscriber::fmt::layer()
        .compact()
        .with_target(false)
        .with_ansi(context.color_on_stderr())
        .with_writer(std::io::stderr)
        .with_filter(stderr_level);
    // In tests of one process it may have been started before.
    let _already_started = tracing_subscriber::registry().with(json).with(text).try_init();
    Ok(())
}

const fn level(setting: LevelSetting) -> LevelFilter {
    match setting {
        LevelSetting::Error => LevelFilter::ERROR,
        LevelSetting::Warn => LevelFilter::WARN,
        LevelSetting::Info => LevelFilter::INFO,
        LevelSetting::Debug => LevelFilter::DEBUG,
        LevelSetting::Trace => LevelFilter::TRACE,
    }
}

/// Lists the files of the structured log, oldest day first.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_ours).collect();
    // The day is in the name, year first.
    files.sort_unstable();
    files
}

/// Removes the oldest days until no more than `days` files and `bytes` are left; the newest file
/// always stays. A file that cannot be removed is left for the next time.
pub fn prune(folder: &Path, days: u64, bytes: u64) {
    let mut kept_bytes = 0_u64;
    for (age, path) in files(folder).into_iter().rev().enumerate() {
        kept_bytes += std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if age > 0 && (age as u64 >= days || kept_bytes > bytes) {
            let _next_time = std::fs::remove_file(&path);
        }
    }
}

/// The message under which the writer notes the head of the event log when it closes it, with the
/// fields `position` and `digest`.
const HEAD_NOTE: &str = "log closed";

/// Finds the head of the event log that was last noted, so that a log cut since then shows.
pub fn last_head(folder: &Path) -> Option<(Position, Digest)> {
    for path in files(folder).into_iter().rev() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let head = text.lines().rev().filter(|line| line.contains(HEAD_NOTE)).find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            let noted = line.get("message")?.as_str()? == HEAD_NOTE;
            let digest = line.get("digest")?.as_str()?.parse().ok()?;
            noted.then_some((Position(line.get("position")?.as_u64()?), digest))
        });
        if head.is_some() {
            return head;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_drops_the_oldest_days_and_never_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=5 {
            std::fs::write(folder.path().join(format!("socai.2026-01-0{day}.jsonl")), [b'x'; 100]).unwrap();
        }
        std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        let left = |days, bytes| {
            prune(folder.path(), days, bytes);
            files(folder.path()).len()
        };
        assert_eq!(left(4, 10_000), 4);
        assert_eq!(left(10, 250), 2);
        assert_eq!(left(10, 1), 1);
        assert!(files(folder.path())[0].ends_with("socai.2026-01-05.jsonl"));
        assert!(folder.path().join("notes.txt").exists());
    }
}
