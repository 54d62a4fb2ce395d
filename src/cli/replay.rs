//! `socai replay`: reads stored documents again with other rules or stages.

mod tried;

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::ProgressBar;
use tracing_subscriber::filter::LevelFilter;

use super::context::{Context, bar_style, finish, json_line};
use super::difference::{self, Shown};
use super::moment::{self, At};
use super::{activate, logs, rebuild, stores};
use crate::config::Config;
use crate::error::Failure;
use crate::event_log::{Generations, LogReader};
use crate::ledger::threshold::Threshold;
use crate::model::Digest;
use crate::runtime::Shutdown;
use crate::runtime::line::{Program, pack};
use crate::runtime::replay::{Activated, Asked, Built, Step, replay};
use crate::runtime::trial::{self, Base};
use crate::stage::plan::Stage;
use crate::stage::rules::{BUILT_IN, RulePack};

/// Read stored documents again with changed rules, and make the result what readers see
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai replay --explain                which stages would run, for how many documents, and why
  socai replay --dry-run --rules mine --diff --watch      try a rule pack, again on every save
  socai replay --rules mine --diff --fail-if 'figures.removed > 0'
  socai replay                          with the rules of the settings
  socai replay --rules mine --no-activate --diff && socai activate 2

Only what changed rules or stages touch is run; everything else is taken from the event log. Works beside
a running daemon, which goes on taking documents in. A replay that was stopped goes on when it is asked
for again. Readers see the result when it is whole, unless a --fail-if or one of the settings'
replay.fail_if holds: then it is left beside, exit code 1. `socai rollback` goes back.")]
pub struct Args {
    /// The first stage to change; those before it stay as the active generation has them
    #[arg(long, value_name = "STAGE", value_parser = stage)]
    from: Option<Stage>,
    /// Only these documents: beginnings of digests, or file names; the result is not activated
    #[arg(long, value_name = "DOCUMENT", num_args = 1..)]
    documents: Vec<String>,
    /// The folder of rule files [default: rules.path]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Say which stages would run, for how many documents, and why; run nothing
    #[arg(long, conflicts_with_all = ["dry_run", "diff"])]
    explain: bool,
    /// Show what changes: figures and findings added, removed, changed, by the rule that did it
    #[arg(long)]
    diff: bool,
    /// Write nothing: only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Again whenever a file of the rules is saved, until Ctrl-C
    #[arg(long, requires = "dry_run")]
    watch: bool,
    /// Make the ledger as it was at a position or a time, in a file of its own, and print where; run nothing
    #[arg(long, value_name = "POSITION|TIME", value_parser = moment::at, conflicts_with_all = ["from", "documents", "rules", "explain", "diff", "dry_run", "json", "no_activate", "fail_if", "html", "limit"])]
    until: Option<At>,
    /// Leave the active generation what it is; `socai activate` decides later
    #[arg(long)]
    no_activate: bool,
    /// Print what was done as one JSON object; with --diff the difference in it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    shown: Shown,
}

fn stage(name: &str) -> Result<Stage, String> {
    let names = Stage::ALL.map(Stage::name).join(", ");
    Stage::from_name(name).ok_or_else(|| format!("the stages are {names}"))
}

/// Replays, explains, or tries.
///
/// # Errors
/// Wrong settings or rules; another program holds the data directory and does not listen; what stopped
/// the work; exit code 1 where a threshold holds.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    if let Some(at) = args.until {
        return rebuild::until(context, &config, at);
    }
    difference::ready(&args.shown)?;
    let log = stores::log(&config)?;
    if args.watch {
        return tried::watch(&args, context, &config, &log);
    }
    let program = program(&args, &config, &log)?;
    let documents = documents(&args, &config)?;
    if args.explain {
        return tried::explain(&args, context, &config, &log, &program, documents.as_deref());
    }
    if args.dry_run {
        return tried::once(&args, context, &config, &log, &program, documents.as_deref());
    }
    logs::start(&config, context, LevelFilter::WARN)?;
    let whole = documents.is_none();
    let reason = match &args.rules {
        Some(folder) => format!("replay with the rules of {}", folder.display()),
        None => "replay".to_owned(),
    };
    let files = program.rules.files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let asked = Asked { files, versions: program.versions, documents, reason };
    let conditions: Vec<Threshold> =
        args.shown.fail_if.iter().cloned().chain(config.replay.thresholds()).collect();
    let bar = bar(context);
    let rules = program.rules.clone();
    let (mut told, mut failing) = (None, Vec::new());
    let mut mailed = Ok(());
    let (built, activated) = replay(
        config.options(),
        program,
        &asked,
        &Shutdown::new(),
        |step| show(&bar, step),
        |built| {
            if args.diff || args.shown.html.is_some() || !conditions.is_empty() {
                let options = config.options();
                let of = |number| Base::of(&log, number);
                let difference = trial::difference(
                    &options,
                    &of(built.active)?,
                    &of(built.generation)?,
                    asked.documents.as_deref(),
                )?;
                failing = difference::failing(&difference, &conditions);
                mailed = difference::mail(&difference, &args.shown, &rules);
                told = Some(difference);
            }
            // What was to be sent on and is not there was not decided upon.
            Ok(whole && !args.no_activate && failing.is_empty() && mailed.is_ok())
        },
    )?;
    bar.finish_and_clear();
    if args.json {
        let mut value = serde_json::json!({ "replay": built, "activated": activated, "failing": failing });
        if args.diff {
            value["difference"] = serde_json::to_value(&told)?;
        }
        let mut out = context.out();
        json_line(&mut out, &value)?;
        finish(out)?;
    } else if let Some(difference) = told.as_ref().filter(|_| args.diff) {
        difference::show(context, difference, &args.shown, false)?;
    }
    let back = Generations::read(&log)?.before_active();
    say(context, &built, activated.as_ref(), back, &failing);
    mailed?;
    if failing.is_empty() { Ok(()) } else { Err(Failure::found()) }
}

/// Tells a person what was done.
fn say(
    context: &Context,
    built: &Built,
    activated: Option<&Activated>,
    back: Option<u64>,
    failing: &[String],
) {
    if built.unchanged {
        context.say(&format!("nothing changed since generation {}: nothing to do", built.active));
        return;
    }
    let parked = match built.parked {
        0 => String::new(),
        parked => format!(", of which {parked} were given up (`socai quarantine ls`)"),
    };
    context.say(&format!("generation {}: {} documents run{parked}", built.generation, built.documents));
    for condition in failing {
        context.say(&format!("fails: {condition}"));
    }
    match activated {
        Some(activated) => context.say(&activate::told(activated, back)),
        None => context.say(&format!(
            "generation {} stays active; `socai activate {}` makes {} the one that readers see",
            built.active, built.generation, built.generation
        )),
    }
}

/// Finds the documents named.
pub(super) fn documents(args: &Args, config: &Config) -> Result<Option<Vec<Digest>>, Failure> {
    if args.documents.is_empty() {
        return Ok(None);
    }
    let ledger = stores::ledger(config)?;
    let digest = |name: &String| Ok(stores::document(&ledger, name)?.document);
    args.documents.iter().map(digest).collect::<Result<_, Failure>>().map(Some)
}

/// Puts together what is replayed with: these stages under the rules asked for, and before `--from` as
/// the active generation has them.
pub(super) fn program(args: &Args, config: &Config, log: &LogReader) -> Result<Program, Failure> {
    let rules = match &args.rules {
        Some(folder) => stores::rules_in(folder)?,
        None => stores::rules(config)?,
    };
    let Some(from) = args.from else { return Ok(Program::new(rules)) };
    let generations = Generations::read(log)?;
    let active = generations.active().and_then(|number| generations.get(number));
    let stays = |file: &str| {
        let stages = BUILT_IN.iter().find(|known| known.name == file).map_or(&[][..], |known| known.stages);
        stages.iter().filter_map(|name| Stage::from_name(name)).any(|stage| stage < from)
    };
    let mut files: Vec<(String, String)> =
        rules.files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let kept = match active {
        Some(active) => pack(log, active)?.unwrap_or_default(),
        None => Vec::new(),
    };
    for (name, text) in &mut files {
        if stays(name)
            && let Some((_, kept)) = kept.iter().find(|(kept, _)| kept == name)
        {
            text.clone_from(kept);
        }
    }
    let mixed = RulePack::parse(&files).map_err(|errors| {
        let what = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure::usage(format!("the rules before {} do not go with those after: {what}", from.name()))
    })?;
    let program = Program::new(Arc::new(mixed));
    let before = active.and_then(|active| active.stages);
    let other = Stage::ALL
        .into_iter()
        .filter(|stage| *stage < from)
        .find(|stage| before.is_none_or(|before| before.of(*stage) != program.identities.of(*stage)));
    match other {
        None => Ok(program),
        Some(stage) => Err(Failure::usage(format!(
            "{} is not what it was in the active generation, so it cannot be left out",
            stage.name()
        ))
        .next(format!("socai replay --from {}", stage.name()))),
    }
}

/// Makes the progress bar of a replay; [`show`] moves it.
pub(super) fn bar(context: &Context) -> ProgressBar {
    if !context.progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    bar.set_style(bar_style("{msg}"));
    bar.set_message("documents");
    bar
}

/// Shows a step.
pub(super) fn show(bar: &ProgressBar, step: Step) {
    match step {
        Step::Begun { documents, .. } => {
            bar.set_length(documents);
            bar.set_position(0);
            bar.set_message("documents");
            bar.reset_eta();
        }
        Step::Done { documents } => bar.set_position(documents),
        Step::Ledger { events, all } => {
            if bar.length() != Some(all) {
                bar.set_length(all);
                bar.reset_eta();
                bar.set_message("events into the ledger");
            }
            bar.set_position(events);
        }
    }
}
