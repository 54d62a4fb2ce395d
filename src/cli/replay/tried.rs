//! `socai replay` without writing: what would run and why, and what would change.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::{Args, bar, documents, program};
use crate::cli::context::{Context, finish, json_line};
use crate::cli::difference::{failing, mail, show};
use crate::cli::stores;
use crate::config::Config;
use crate::error::Failure;
use crate::event_log::{Generations, LogReader};
use crate::model::Digest;
use crate::runtime::course::Course;
use crate::runtime::line::Program;
use crate::runtime::replay::histories;
use crate::runtime::trial::{self, Base, Trial};
use crate::stage::plan::Stage;
use crate::stage::rules::BUILT_IN;

/// How often the rules are looked at under `--watch`.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Why a stage would run, and for how many documents.
#[derive(Debug, Default, Serialize)]
struct Reasons {
    stage: &'static str,
    /// Documents for which it would run.
    documents: u64,
    /// Documents for which it would run only if the output of a stage before it changes.
    at_most: u64,
    /// Why, in words: `code version 2 → 3`, `rules: indicators.toml`, `upstream output`, `not done yet`.
    why: Vec<String>,
}

/// Returns the active generation.
fn base(log: &LogReader) -> Result<Base, Failure> {
    let active = Generations::read(log)?.active();
    let active = active.ok_or_else(|| Failure::unavailable("the event log has no generation yet"))?;
    Ok(Base::of(log, active)?)
}

/// Says which stages would run and why.
///
/// # Errors
/// What the log says.
pub(super) fn explain(
    args: &Args,
    context: &Context,
    config: &Config,
    log: &LogReader,
    program: &Program,
    only: Option<&[Digest]>,
) -> Result<(), Failure> {
    let base = base(log)?;
    let mut reasons: Vec<Reasons> =
        Stage::ALL.into_iter().map(|stage| Reasons { stage: stage.name(), ..Reasons::default() }).collect();
    for stage in Stage::ALL {
        reasons[stage as usize].why = why(stage, &base, program);
    }
    let generations = Generations::read(log)?;
    let course = Course::find(&config.options(), log, program, &|_, _| {})?;
    // What is there already is gone on with, by what was found when it began.
    let number = match base.identities == program.identities {
        true => Some(base.generation),
        false => generations.of(&program.identities).map(|generation| generation.number),
    };
    let begun = number.map(|number| generations.plan(log, number)).transpose()?.flatten();
    let is_begun = begun.is_some();
    let plan = begun.unwrap_or_else(|| course.plan(program));
    if course.looked_at > 0 && !is_begun {
        let told = format!(
            "{} of {} documents have none of the phrases that changed",
            course.untouched(),
            course.looked_at
        );
        reasons[Stage::Extract as usize].why.push(told);
    }
    for (document, progress) in histories(log)? {
        if !progress.is_received() || only.is_some_and(|only| !only.contains(&document)) {
            continue;
        }
        let had = progress.answers(document, &base.plan);
        let has = progress.answers(document, &plan);
        let digests = has.map(|answer| answer.map(|answer| answer.digest));
        let mut open = false;
        for stage in Stage::ALL {
            let (place, of) = (stage as usize, &mut reasons[stage as usize]);
            if has[place].is_some() {
                continue;
            }
            if open && program.identities.of(stage) == base.identities.of(stage) {
                of.at_most += 1;
            } else {
                of.documents += 1;
            }
            let reached = plan.key(stage, document, &digests).is_some();
            if (open || !reached) && program.identities.of(stage) == base.identities.of(stage) {
                note(&mut of.why, "upstream output");
            } else if had[place].is_none() {
                note(&mut of.why, "not done yet");
            }
            open = true;
        }
    }
    let mut out = context.out();
    for one in &reasons {
        if args.json {
            json_line(&mut out, one)?;
            continue;
        }
        let at_most = match one.at_most {
            0 => String::new(),
            more => format!(", up to {more} more"),
        };
        let why = one.why.join("; ");
        writeln!(out, "{:<10} {} documents{at_most}  {why}", one.stage, one.documents)?;
    }
    finish(out)
}

fn note(why: &mut Vec<String>, reason: &str) {
    if !why.iter().any(|known| known == reason) {
        why.push(reason.to_owned());
    }
}

/// Says what of a stage itself is not as in the base.
fn why(stage: Stage, base: &Base, program: &Program) -> Vec<String> {
    if base.identities.of(stage) == program.identities.of(stage) {
        return Vec::new();
    }
    let place = stage as usize;
    let mut why = Vec::new();
    if base.versions[place] != program.versions[place] {
        why.push(match base.versions[place] {
            0 => "code version not recorded".to_owned(),
            before => format!("code version {before} → {}", program.versions[place]),
        });
    }
    let read = BUILT_IN.iter().filter(|file| file.stages.contains(&stage.name()));
    let differ = read.filter(|file| {
        let before = base.files.iter().find(|(name, _)| name == file.name);
        before.is_none_or(|(_, text)| text != program.rules.files.text(file.name))
    });
    let differ: Vec<&str> = differ.map(|file| file.name).collect();
    if !differ.is_empty() {
        why.push(format!("rules: {}", differ.join(", ")));
    }
    why
}

/// Tries the rules once.
///
/// # Errors
/// What log and ledger say; exit code 1 where a threshold holds.
pub(super) fn once(
    args: &Args,
    context: &Context,
    config: &Config,
    log: &LogReader,
    program: &Program,
    only: Option<&[Digest]>,
) -> Result<(), Failure> {
    let trial = load(context, config, base(log)?, program, only)?;
    if told(args, context, config, &trial, program)? { Ok(()) } else { Err(Failure::found()) }
}

/// Holds the texts of the documents, telling how far it is.
fn load(
    context: &Context,
    config: &Config,
    base: Base,
    program: &Program,
    only: Option<&[Digest]>,
) -> Result<Trial, Failure> {
    with_bar(context, |tell| Ok(Trial::load(&config.options(), base, program, only, tell)?))
}

fn with_bar<T>(
    context: &Context,
    work: impl FnOnce(trial::Tell<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let bar = bar(context);
    let done = work(&|done, all| {
        bar.set_length(all as u64);
        bar.set_position(bar.position().max(done as u64));
    });
    bar.finish_and_clear();
    done
}

/// Tries the rules and shows what would change; `false` where a threshold holds.
fn told(
    args: &Args,
    context: &Context,
    config: &Config,
    trial: &Trial,
    program: &Program,
) -> Result<bool, Failure> {
    let began = std::time::Instant::now();
    let difference = with_bar(context, |tell| Ok(trial.run(program, tell)?))?;
    let took = began.elapsed();
    mail(&difference, &args.shown, &program.rules)?;
    show(context, &difference, &args.shown, args.json)?;
    let conditions: Vec<_> = args.shown.fail_if.iter().cloned().chain(config.replay.thresholds()).collect();
    let failing = failing(&difference, &conditions);
    for condition in &failing {
        context.say(&format!("fails: {condition}"));
    }
    let left_out = match trial.left_out {
        0 => String::new(),
        left_out => format!("; {left_out} that the active generation has not done were left out"),
    };
    context.say(&format!(
        "{} documents tried in {:.1} s, nothing written{left_out}",
        trial.documents(),
        took.as_secs_f64()
    ));
    Ok(failing.is_empty())
}

/// Tries the rules, and again whenever a file of theirs is saved. Rules that cannot be read are told and
/// waited for; the texts stay in memory.
///
/// # Errors
/// What log and ledger say.
pub(super) fn watch(args: &Args, context: &Context, config: &Config, log: &LogReader) -> Result<(), Failure> {
    let folder = args.rules.clone().unwrap_or_else(|| config.rules.path.clone());
    if folder.as_os_str().is_empty() {
        return Err(Failure::usage("there are no rule files to watch").next("--rules DIR names their folder"));
    }
    let only = documents(args, config)?;
    let (mut seen, mut held): (Option<Vec<(String, String)>>, Option<Trial>) = (None, None);
    loop {
        let texts = texts(&folder);
        if seen.as_ref() == Some(&texts) {
            std::thread::sleep(LOOK_EVERY);
            continue;
        }
        seen = Some(texts);
        match program(args, config, log) {
            Err(failure) => {
                // A pack that is half edited is what a person at work has; the next save tries again.
                context.say(&failure.render(context.color_on_stderr()));
            }
            Ok(program) => {
                let base = base(log)?;
                let fits = held
                    .as_ref()
                    .is_some_and(|trial| trial.generation() == base.generation && trial.fits(&program));
                let trial = match held.take().filter(|_| fits) {
                    Some(trial) => trial,
                    None => load(context, config, base, &program, only.as_deref())?,
                };
                match told(args, context, config, &trial, &program) {
                    Ok(_) => {}
                    Err(failure) if failure.is_silent() => return Err(failure),
                    Err(failure) => context.say(&failure.render(context.color_on_stderr())),
                }
                held = Some(trial);
            }
        }
        context.say(&format!("watching {} (Ctrl-C to stop)", folder.display()));
    }
}

/// Reads the files of a folder; those that cannot be read now are missing.
fn texts(folder: &std::path::Path) -> Vec<(String, String)> {
    stores::rule_files(folder).unwrap_or_default()
}
