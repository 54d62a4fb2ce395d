//! `socai rebuild`: makes the ledger anew from the event log.

use std::io::Write as _;

use super::context::{Context, finish};
use super::moment::{self, At};
use super::stores;
use crate::config::Config;
use crate::error::Failure;
use crate::event_log::{Generations, LogWriter};
use crate::ledger::{ledger_path, rebuild};
use crate::runtime::replay::ReplayError;

/// Make the ledger anew from the event log, as it is or as it was
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai rebuild
  socai rebuild --generation 2        that of another generation
  socai rebuild --until 2024-05-01    as readers saw it then, in a file of its own
  socai rebuild --until 1200

The ledger is derived: readers see the old one until the new one takes its place.")]
pub struct Args {
    /// Make that of this generation instead of the active one's
    #[arg(long, value_name = "N")]
    generation: Option<u64>,
    /// Make it as it was at a position of the event log or a time, in a file of its own, and print where
    #[arg(long, value_name = "POSITION|TIME", value_parser = moment::at, conflicts_with = "generation")]
    until: Option<At>,
}

/// Rebuilds and swaps.
///
/// # Errors
/// Another program holds the data directory (69); what log and ledger say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    if let Some(at) = args.until {
        return until(context, &config, at);
    }
    let log = stores::log(&config)?;
    // Held to the end, so that no daemon writes to the ledger that is swapped out under it.
    let _held = LogWriter::open(&config.event_log_path())?;
    let generation = match args.generation {
        Some(generation) => generation,
        None => stores::active_generation(&log)?,
    };
    if Generations::read(&log)?.get(generation).is_some_and(|one| one.let_go) {
        return Err(ReplayError::LetGo(generation).into());
    }
    let (path, head) = (ledger_path(&config.data_dir, generation), log.head()?);
    let bar = if context.progress() {
        indicatif::ProgressBar::new(head.0)
    } else {
        indicatif::ProgressBar::hidden()
    };
    let plan = stores::plan(&log, generation)?;
    rebuild(&log, &path, generation, plan, head, |position| bar.set_position(position.0))?;
    bar.finish_and_clear();
    context.say(&format!("{} holds {} events", path.display(), head.0));
    Ok(())
}

/// Makes the ledger as it was, beside the others, and prints where it lies.
///
/// # Errors
/// As [`stores::ledger_at`].
pub(super) fn until(context: &Context, config: &Config, at: At) -> Result<(), Failure> {
    let (ledger, path) = stores::ledger_at(config, at)?;
    let mut out = context.out();
    writeln!(out, "{}", path.display())?;
    context.say(&format!(
        "generation {} as it was at position {}",
        ledger.generation()?,
        ledger.checkpoint()?
    ));
    finish(out)
}
