//! `socai diff N M`: what two generations do not have alike.

use super::context::Context;
use super::difference::{Shown, failing, mail, ready, show};
use super::stores;
use crate::error::Failure;
use crate::event_log::Generations;
use crate::ledger::LedgerError;
use crate::runtime::trial::{Base, difference};
use crate::stage::rules::RulePack;

/// Compare two generations: figures and findings added, removed and changed, by the rule that did it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai diff                    the active generation against the one before it
  socai diff 1 3 --html changes.html
  socai diff 1 3 --json | jq '.changes[] | select(.what == \"removed\")'
  socai diff 1 3 --fail-if 'figures.removed > 0' --fail-if 'conflicts.added > 2'")]
pub struct Args {
    /// The generation before [default: the one active before]
    before: Option<u64>,
    /// The generation after [default: the active one]
    #[arg(requires = "before")]
    after: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Compares.
///
/// # Errors
/// No such generation, or it has no ledger; exit code 1 where a threshold holds.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    ready(&args.shown)?;
    let log = stores::log(&config)?;
    let generations = Generations::read(&log)?;
    let nothing = || {
        Failure::usage("there is no generation before the active one to compare with")
            .next("`socai generations` lists them; socai diff N M")
    };
    let after = match args.after {
        Some(after) => after,
        None => generations.active().ok_or_else(nothing)?,
    };
    let before = match args.before {
        Some(before) => before,
        None => generations.before_active().ok_or_else(nothing)?,
    };
    let (one, other) = (Base::of(&log, before)?, Base::of(&log, after)?);
    let difference = difference(&config.options(), &one, &other, None).map_err(|error| match error {
        crate::runtime::replay::ReplayError::Ledger(LedgerError::Missing { path }) => {
            Failure::unavailable(format!("there is no ledger at {}", path.display()))
                .next("`socai rebuild --generation N` makes it")
        }
        other => other.into(),
    })?;
    let rules = RulePack::parse(&other.files).unwrap_or_else(|_| RulePack::builtin().clone());
    mail(&difference, &args.shown, &rules)?;
    show(context, &difference, &args.shown, args.json)?;
    let failing = failing(&difference, &args.shown.fail_if);
    for condition in &failing {
        context.say(&format!("fails: {condition}"));
    }
    if failing.is_empty() { Ok(()) } else { Err(Failure::found()) }
}
