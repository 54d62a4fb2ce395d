//! `socai restore PATH`: a data directory from a copy of its event log.

use std::path::PathBuf;

use super::context::Context;
use super::{backup, stores};
use crate::error::Failure;
use crate::event_log::LogWriter;
use crate::ledger::{ledger_path, rebuild};

/// Make a data directory from a backup of its event log
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai restore /mnt/backup/socai-2024-05-01.db
  socai --data-dir elsewhere restore /mnt/backup/socai-2024-05-01.db

The copy's chain is walked first, and nothing is touched where it is damaged. A log that is there is refused:
move it away yourself. The ledger is made from the log.")]
pub struct Args {
    /// What `socai backup` wrote
    path: PathBuf,
}

/// Checks, copies, rebuilds.
///
/// # Errors
/// A log is there; the copy is damaged; what the file system says.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let target = config.event_log_path();
    if target.exists() {
        return Err(Failure::unavailable(format!("there is an event log at {}", target.display()))
            .next("move it away first, or name another folder with --data-dir"));
    }
    let there = std::fs::metadata(&args.path).and_then(|there| {
        let folder = || std::io::Error::from(std::io::ErrorKind::IsADirectory);
        if there.is_dir() { Err(folder()) } else { std::fs::File::open(&args.path) }
    });
    there.map_err(|error| {
        Failure::file("read", &args.path, &error).next("name a file that `socai backup` wrote")
    })?;
    let told = backup::checked(&args.path)?;
    let failed = |error| Failure::file("write", &target, &error);
    std::fs::create_dir_all(&config.data_dir).map_err(failed)?;
    let unfinished = config.data_dir.join("socai.db.restoring");
    std::fs::copy(&args.path, &unfinished).map_err(failed)?;
    std::fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(failed)?;
    // What was read is what was written, also on the way here.
    backup::checked(&unfinished)?;
    for extra in ["-wal", "-shm"] {
        let mut beside = unfinished.as_os_str().to_owned();
        beside.push(extra);
        let _may_not_be_there = std::fs::remove_file(beside);
    }
    std::fs::rename(&unfinished, &target).map_err(failed)?;
    let _held = LogWriter::open(&target)?;
    let log = stores::log(&config)?;
    let generation = stores::active_generation(&log)?;
    let plan = stores::plan(&log, generation)?;
    let path = ledger_path(&config.data_dir, generation);
    rebuild(&log, &path, generation, plan, log.head()?, |_| {})?;
    context.say(&format!("{}: {told}; generation {generation}", config.data_dir.display()));
    Ok(())
}
