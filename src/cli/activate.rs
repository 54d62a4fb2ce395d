//! `socai activate N`: makes a generation the one that readers see.

use std::io::Write as _;

use tracing_subscriber::filter::LevelFilter;

use super::context::{Context, finish, json_line};
use super::{logs, replay, stores};
use crate::error::Failure;
use crate::event_log::Generations;
use crate::runtime::Shutdown;
use crate::runtime::line::Program;
use crate::runtime::replay::{Activated, ReplayError, choose};

/// Make a generation the one that readers see
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  socai activate 3

One step: every reader sees one generation or the other, never a mix. Nothing is computed for a
generation that was active before; one that a replay left half way is completed first. Works beside a
running daemon, which goes on under the generation activated.")]
pub struct Args {
    /// The generation's number, as `socai generations` lists it
    generation: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Activates.
///
/// # Errors
/// No such generation; another program holds the data directory and does not listen.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    activate(args.generation, args.json, context)
}

/// Activates a generation and says what came of it.
///
/// # Errors
/// As [`run`].
pub(super) fn activate(generation: u64, json: bool, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    // Refuses a data directory without a log, which activating must not make.
    let log = stores::log(&config)?;
    if Generations::read(&log)?.get(generation).is_none() {
        return Err(ReplayError::NoSuch(generation).into());
    }
    let rules = stores::rules(&config)?;
    logs::start(&config, context, LevelFilter::WARN)?;
    let bar = replay::bar(context);
    let program = Program::new(rules);
    let activated =
        choose(config.options(), program, generation, &Shutdown::new(), |step| replay::show(&bar, step))?;
    bar.finish_and_clear();
    if json {
        let mut out = context.out();
        json_line(&mut out, &activated)?;
        return finish(out);
    }
    let mut out = context.out();
    writeln!(out, "{}", told(&activated, Generations::read(&log)?.before_active()))?;
    finish(out)
}

/// Says what an activation came to; `back` is the generation that `socai rollback` goes to from here.
pub(super) fn told(activated: &Activated, back: Option<u64>) -> String {
    let before = match (activated.before, back) {
        (Some(before), _) if before == activated.generation => " was active already".to_owned(),
        (Some(before), Some(back)) if before == back => {
            format!(" is active; `socai rollback` goes back to {back}")
        }
        // One that was seen before and is seen again: what was left lies ahead.
        (Some(before), Some(back)) => format!(
            " is active; `socai activate {before}` goes forward again, `socai rollback` further back to {back}"
        ),
        (Some(before), None) => format!(" is active; `socai activate {before}` goes forward again"),
        (None, _) => " is active".to_owned(),
    };
    let left = match activated.left {
        0 => String::new(),
        left => format!(
            "; {left} documents that came since are read under it by the daemon, or at the next start"
        ),
    };
    let goes_on = match activated.goes_on {
        true => "",
        false => "; it was made by stages of other versions: what comes from now on does not show in it",
    };
    format!("generation {}{before}{left}{goes_on}", activated.generation)
}
