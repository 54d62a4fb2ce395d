//! `socai compact`: lets old generations go, and gives their room back.

use std::collections::BTreeSet;
use std::io::Write as _;

use super::context::{Context, finish, json_line};
use super::stores;
use crate::config::Config;
use crate::error::{Exit, Failure};
use crate::event::envelope::Position;
use crate::event_log::{Generation, Generations, LetGo, LogError, LogReader, LogWriter};
use crate::ledger::ledger_path;
use crate::runtime::replay::histories;
use crate::runtime::world::World;
use crate::stage::plan::{Plan, Stage};

/// Events looked at at a time.
const PAGE: usize = 10_000;

/// Let old generations go: their ledgers, and what only they had answered
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  socai compact --dry-run
  socai compact --keep 1      the active generation alone; there is nothing to go back to then

Keeps the active generation and the newest others, as many as replay.keep_generations says. Of what only
the others had answered the headers stay, so that `socai verify` walks the whole chain as before; no document
and no event of a kept generation is touched. Needs the data directory for itself: stop the daemon first.")]
pub struct Args {
    /// Generations to keep, the active one included [default: replay.keep_generations]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    keep: Option<u64>,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Compacts.
///
/// # Errors
/// Another program holds the data directory (69); what log and file system say.
pub fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let config = context.settings()?.config;
    let log = stores::log(&config)?;
    let generations = Generations::read(&log)?;
    let keep = args.keep.unwrap_or(config.replay.keep_generations);
    let (kept, gone) = divide(&generations, keep)?;
    let events = unseen(&log, &kept)?;
    let numbers: Vec<u64> = gone.iter().map(|generation| generation.number).collect();
    let done = if args.dry_run {
        LetGo { events: events.len() as u64, ..LetGo::default() }
    } else {
        let mut writer = LogWriter::open(&config.event_log_path()).map_err(|error| match error {
            LogError::Locked { .. } => Failure::new(Exit::Unavailable, error.to_string())
                .next("compacting needs the log for itself: stop `socai run` first"),
            other => other.into(),
        })?;
        // Nothing came between looking and holding the lock.
        if writer.head().0 != log.head()? {
            return Err(Failure::unavailable("the event log moved meanwhile").next("run it again"));
        }
        let done = match (numbers.is_empty(), events.is_empty()) {
            (true, true) => LetGo::default(),
            _ => writer.let_go(&numbers, &events, World::real().now())?,
        };
        remove_ledgers(&config, &numbers)?;
        done
    };
    let mut out = context.out();
    if args.json {
        let value = serde_json::json!({ "let_go": numbers, "dry_run": args.dry_run, "done": done });
        json_line(&mut out, &value)?;
    } else {
        let names: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let would = if args.dry_run { "would go" } else { "let go" };
        writeln!(out, "generations {would}: {names}; {} events, {} blobs", done.events, done.blobs)?;
        if !args.dry_run && done.bytes_before > 0 {
            writeln!(out, "{} bytes before, {} after", done.bytes_before, done.bytes_after)?;
        }
    }
    finish(out)
}

/// Divides the generations: the active one and the newest others stay.
fn divide(generations: &Generations, keep: u64) -> Result<(Vec<&Generation>, Vec<&Generation>), Failure> {
    let active = generations.active();
    if active.is_none() {
        return Err(Failure::unavailable("the event log has no generation yet"));
    }
    let mut left: Vec<&Generation> = generations.all().iter().filter(|one| !one.let_go).collect();
    left.sort_by_key(|generation| (Some(generation.number) != active, std::cmp::Reverse(generation.number)));
    let gone = left.split_off(left.len().min(usize::try_from(keep).unwrap_or(usize::MAX)));
    // One whose stages this program cannot tell apart from others' is never judged.
    if left.iter().any(|generation| generation.stages.is_none()) {
        return Err(Failure::unavailable(
            "a generation was recorded by another socai in a way that this one cannot read",
        )
        .next("compact with the socai that made it"));
    }
    Ok((left, gone))
}

/// Finds the positions of stage answers that no kept generation shows.
fn unseen(log: &LogReader, kept: &[&Generation]) -> Result<BTreeSet<u64>, Failure> {
    let generations = Generations::read(log)?;
    let mut plans = Vec::new();
    for generation in kept {
        plans.extend(generations.plan(log, generation.number)?.map(|plan| (generation.number, plan)));
    }
    let mut shown: BTreeSet<u64> = BTreeSet::new();
    for (document, progress) in histories(log)? {
        for (_, plan) in &plans {
            let answers = progress.answers(document, plan);
            shown.extend(answers.into_iter().flatten().map(|answer| answer.position.0));
        }
    }
    let mut unseen = BTreeSet::new();
    let mut after = Position(0);
    loop {
        let page = log.outlines_after(after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in page {
            let is_answer = Stage::ALL.into_iter().any(|stage| stage.answer_kind() == event.kind);
            if is_answer && !shown.contains(&event.position.0) {
                unseen.insert(event.position.0);
            }
        }
    }
    // What was decided across documents belongs to one generation and those that go on from it.
    for envelope in log.stream(crate::event::envelope::StreamId::Corpus)? {
        let takes = |plan: &Plan, own: u64| plan.takes(own, envelope.generation, envelope.position);
        if !plans.iter().any(|(own, plan)| takes(plan, *own)) {
            unseen.insert(envelope.position.0);
        }
    }
    Ok(unseen)
}

/// Removes the ledgers of generations, those of the past, and what a replay that was never ended kept.
fn remove_ledgers(config: &Config, numbers: &[u64]) -> Result<(), Failure> {
    let world = World::real();
    let mut paths: Vec<std::path::PathBuf> =
        numbers.iter().map(|number| ledger_path(&config.data_dir, *number)).collect();
    let listed = world.list(&config.data_dir);
    let listed = listed.map_err(|error| Failure::file("list", &config.data_dir, &error))?;
    for (path, _) in listed {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Nothing replays while this holds the data directory.
        if name.starts_with("ledger-at-") || (name.starts_with("ledger-") && name.ends_with(".base")) {
            paths.push(path);
        }
    }
    for path in paths {
        for extra in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(extra);
            match world.remove(std::path::Path::new(&name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::file("remove", &path, &error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}
