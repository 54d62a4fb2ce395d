//! `socai backup PATH`: a copy of the event log, while it is written.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::stores;
use crate::error::Failure;
use crate::event_log::{LogError, LogReader};

/// Copy the event log, beside a running daemon
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai backup /mnt/backup/socai-2024-05-01.db
  socai restore /mnt/backup/socai-2024-05-01.db --data-dir elsewhere

The log is all there is: ledgers are made from it. The copy is of one moment, and its chain is walked before
it takes its name.")]
pub struct Args {
    /// The file to write; it must not be there
    path: PathBuf,
}

/// Copies and checks.
///
/// # Errors
/// The file is there; what log and file system say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let log = stores::log(&context.settings()?.config)?;
    let path = &args.path;
    if path.exists() {
        return Err(Failure::unavailable(format!("{} is there already", path.display()))
            .next("name a file that is not there"));
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let remove = || {
        let _may_not_be_there = std::fs::remove_file(&unfinished);
    };
    remove();
    let copied = log.backup(&unfinished).map_err(Failure::from).and_then(|()| checked(&unfinished));
    let told = match copied {
        Ok(told) => told,
        Err(failure) => {
            remove();
            return Err(failure);
        }
    };
    std::fs::rename(&unfinished, path).map_err(|error| Failure::file("write", path, &error))?;
    context.say(&format!("{}: {told}", path.display()));
    Ok(())
}

/// Walks a copy's chain; says what it holds.
///
/// # Errors
/// It is no copy of a log, cannot be read, or is damaged.
pub(super) fn checked(path: &Path) -> Result<String, Failure> {
    let walked = LogReader::open(path).and_then(|copy| copy.verify(1..=u64::MAX, None));
    match walked.map_err(|error| unsound(path, error))? {
        Ok(sound) => {
            Ok(format!("{} events, {} blobs, head {}", sound.events, sound.blobs, sound.link.short(16)))
        }
        Err(damage) => Err(damaged(path, &format!("at {damage}"))),
    }
}

fn unsound(path: &Path, error: LogError) -> Failure {
    match error {
        LogError::Missing { .. } | LogError::NotALog { .. } => {
            Failure::unavailable(format!("{} is no copy of an event log", path.display())).next(
                "nothing was changed; name a file that `socai backup` wrote. What `socai log export` wrote is read by \
                 `socai log import`",
            )
        }
        LogError::Sqlite { source, .. }
            if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt) =>
        {
            damaged(path, &format!("({source})"))
        }
        other => other.into(),
    }
}

fn damaged(path: &Path, how: &str) -> Failure {
    Failure::internal(format!("{} is damaged {how}", path.display()))
        .next("nothing was changed; use another copy")
}
