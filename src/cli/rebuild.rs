//! `socai rebuild`: makes the ledger anew from the event log.

use super::context::Context;
use super::stores;
use crate::error::Failure;
use crate::event_log::LogWriter;
use crate::ledger::{ledger_path, rebuild};

/// Make the ledger anew from the event log
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  socai rebuild\n\nThe ledger is derived: readers see the old one until the new one takes its place."
)]
pub struct Args {}

/// Rebuilds and swaps.
///
/// # Errors
/// Another program holds the data directory (69); what log and ledger say.
pub fn run(_args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    // Held to the end, so that no daemon writes to the ledger that is swapped out under it.
    let _held = LogWriter::open(&config.event_log_path())?;
    let generation = stores::active_generation(&log)?;
    let (path, head) = (ledger_path(&config.data_dir, generation), log.head()?);
    let bar = if context.progress() {
        indicatif::ProgressBar::new(head.0)
    } else {
        indicatif::ProgressBar::hidden()
    };
    let identities = stores::identities(&log, generation)?;
    rebuild(&log, &path, generation, identities, head, |position| bar.set_position(position.0))?;
    bar.finish_and_clear();
    context.say(&format!("{} holds {} events", path.display(), head.0));
    Ok(())
}
