//! `socai rollback`: back to the generation that was active before.

use super::context::Context;
use super::{activate, stores};
use crate::error::Failure;
use crate::event_log::Generations;

/// Go back to the generation that was active before
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  socai rollback

Undoes the last activation, and called again the one before. Nothing is computed and nothing is lost:
`socai activate N` goes forward again.")]
pub struct Args {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Goes back one step.
///
/// # Errors
/// There is nothing to go back to; otherwise as `socai activate`.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let generations = Generations::read(&stores::log(&config)?)?;
    let before = generations.before_active().ok_or_else(|| {
        Failure::usage("no generation was active before this one")
            .next("`socai generations` lists them, `socai activate N` chooses one")
    })?;
    activate::activate(before, args.json, context)
}
