//! `socai activate N`: makes a generation the one that readers see.

use std::io::Write as _;

use tracing_subscriber::filter::LevelFilter;

use super::context::{Context, finish, json_line};
use super::{difference, logs, replay, stores};
use crate::config::Config;
use crate::error::Failure;
use crate::event_log::Generations;
use crate::ledger::threshold::Threshold;
use crate::ledger::{LedgerReader, ledger_path};
use crate::runtime::Shutdown;
use crate::runtime::line::Program;
use crate::runtime::replay::{Activated, ReplayError, choose};
use crate::runtime::trial::{self, Base};

/// Make a generation the one that readers see
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai activate 3
  socai activate 3 --fail-if 'conflicts.added > 0'

One step: every reader sees one generation or the other, never a mix. Nothing is computed for a
generation that was active before; one that a replay left half way is completed first. Works beside a
running daemon, which goes on under the generation activated. A generation that was never active must
meet the settings' replay.fail_if, unless --force is given.")]
pub struct Args {
    /// The generation's number, as `socai generations` lists it
    generation: u64,
    /// Leave the active generation, exit code 1, where this holds of the difference from it: as `socai replay`
    #[arg(long, value_name = "EXPR")]
    fail_if: Vec<Threshold>,
    /// Also where one of the settings' replay.fail_if holds
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Activates.
///
/// # Errors
/// No such generation; another program holds the data directory and does not listen; exit code 1 where a
/// threshold holds.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    let generations = Generations::read(&log)?;
    let seen = generations.get(args.generation).is_none_or(|one| !one.activated.is_empty());
    let mut conditions = args.fail_if;
    if !seen && !args.force {
        conditions.extend(config.replay.thresholds());
    }
    if let Some(active) = generations.active().filter(|active| *active != args.generation)
        && !conditions.is_empty()
        && generations.get(args.generation).is_some()
    {
        let (before, after) = (Base::of(&log, active)?, Base::of(&log, args.generation)?);
        whole(&config, active, args.generation)?;
        let difference = trial::difference(&config.options(), &before, &after, None)?;
        let failing = difference::failing(&difference, &conditions);
        for condition in &failing {
            context.say(&format!("fails: {condition}"));
        }
        if !failing.is_empty() {
            context.say(&format!(
                "generation {active} stays active; `socai activate {} --force` makes it so all the same",
                args.generation
            ));
            return Err(Failure::found());
        }
    }
    activate(args.generation, args.json, context)
}

/// Refuses to judge a generation that lacks documents which the active one holds.
fn whole(config: &Config, active: u64, generation: u64) -> Result<(), Failure> {
    let done = |number: u64| -> Option<u64> {
        let counts = LedgerReader::open(&ledger_path(&config.data_dir, number)).ok()?.counts().ok()?;
        Some(counts.reconciled + counts.parked)
    };
    match (done(active), done(generation)) {
        (Some(had), Some(has)) if has < had => Err(Failure::unavailable(format!(
            "generation {generation} holds {has} of {had} documents, so that its thresholds cannot be judged"
        ))
        .next("`socai replay` with its rules completes it; --force completes it and activates it unjudged")),
        (_, None) => {
            Err(Failure::unavailable(format!("generation {generation} has no ledger to be judged by"))
                .next("`socai replay` with its rules makes it"))
        }
        _ => Ok(()),
    }
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
