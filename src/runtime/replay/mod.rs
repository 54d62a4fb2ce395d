//! Replay: makes a generation of other stages or rules beside the active one, and activates it.
//!
//! The life of a replay:
//! 1. [`build`] finds the generation of these very stages, or begins it: a replay that was killed is
//!    gone on with by asking for it again.
//! 2. What is due for each document is told by stage keys alone, so only what has another key runs;
//!    its answers are appended beside the old ones, and a ledger in a file of its own follows.
//!    When all are there, their figures are related across documents anew.
//! 3. Activating ([`super::activation`]) brings in what arrived meanwhile, gives new documents to the new generation, and
//!    appends the one event that readers go by.
//!
//! [`replay`] and [`choose`] do that in a process of their own, or through the daemon that holds the
//! data directory.

mod asked;
mod filling;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::asked::{Activated, Asked, Built, ReplayError, Step};
use self::filling::fill;
use crate::event::envelope::{Position, StreamId};
use crate::event_log::{Generations, LogError, LogReader};
use crate::model::Digest;
use crate::runtime::activation::activate;
pub use crate::runtime::activation::choose;
use crate::runtime::course::Course;
use crate::runtime::engine::{Ending, Engine, EngineError};
use crate::runtime::line::{self, Line, Program};
use crate::runtime::supervisor::{self, Shutdown};
use crate::runtime::work::{Due, Progress};
use crate::runtime::{Options, RuntimeError, corpus, handover};
use crate::stage::rules::RulePack;

/// Events read at a time when looking for what is due.
const PAGE: usize = 4096;
/// What a document found in the log counts for in the bound on bytes at work: about its size.
pub(super) const STACK_BYTES: u64 = 64 << 10;

/// Every document's history as far as it decides what is due, up to a position of the log.
#[derive(Debug, Default)]
pub(super) struct Histories {
    until: Position,
    of: BTreeMap<Digest, Progress>,
}

impl Histories {
    /// Goes on to what the log holds by now.
    fn catch_up(&mut self, log: &LogReader) -> Result<(), LogError> {
        loop {
            let page = log.outlines_after(self.until, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            self.until = last.position;
            for event in &page {
                if let StreamId::Document(document) = event.stream {
                    self.of.entry(document).or_default().apply(event);
                }
            }
        }
    }
}

/// Reads every document's history, as far as it decides what is due.
///
/// # Errors
/// What the log says.
pub fn histories(log: &LogReader) -> Result<BTreeMap<Digest, Progress>, LogError> {
    let mut histories = Histories::default();
    histories.catch_up(log)?;
    Ok(histories.of)
}

/// Returns the documents for which something is due under a line's identities. What was read of the log is kept
/// for the next time, until it is [`forget`]ten.
pub(super) async fn due(engine: &Arc<Engine>, line: &Line) -> Result<Vec<Digest>, EngineError> {
    let plan = line.plan.clone();
    let held = engine.clone();
    engine
        .read(move |log| {
            let mut histories = held.histories.lock().unwrap_or_else(PoisonError::into_inner);
            histories.catch_up(log)?;
            let due = |(document, progress): (&Digest, &Progress)| {
                matches!(progress.due(*document, &plan), Due::Run(_)).then_some(*document)
            };
            Ok(histories.of.iter().filter_map(due).collect())
        })
        .await
}

/// Lets go of what [`due`] keeps.
pub(super) fn forget(engine: &Engine) {
    *engine.histories.lock().unwrap_or_else(PoisonError::into_inner) = Histories::default();
}

/// Makes the generation of `program` up to what the log holds when it ends. Nothing that readers see
/// changes.
///
/// # Errors
/// See [`ReplayError`].
pub(super) async fn build(
    engine: &Arc<Engine>,
    program: &Program,
    asked: &Asked,
    stop: &CancellationToken,
    tell: &(impl Fn(Step) + Sync),
) -> Result<Built, ReplayError> {
    // Whoever asks again, since the one that asked first was killed, waits for what is being made for that one.
    let _one = tokio::select! {
        one = engine.replaying.lock() => one,
        () = stop.cancelled() => return Err(EngineError::Stopped.into()),
    };
    let generations = engine.read(|log| Ok(Generations::read(log)?)).await?;
    let active = generations.active().unwrap_or(0);
    let of_active = generations.get(active).and_then(|generation| generation.stages);
    let mut built = Built { generation: active, active, unchanged: true, documents: 0, parked: 0 };
    if of_active == Some(program.identities) {
        return Ok(built);
    }
    built.unchanged = false;
    built.generation = match generations.of(&program.identities) {
        Some(generation) => generation.number,
        None => {
            let number = generations.next_number();
            let line = engine.line();
            if line.generation == active {
                // What it goes on from is all there.
                corpus::relate_so_far(engine, &line).await?;
            }
            let (options, of) = (engine.options.clone(), program.clone());
            let course = engine.read(move |log| Ok(begin(&options, log, &of, number))).await??;
            let begun = supervisor::begun(number, program, &asked.reason, &course);
            engine.writer.append(begun).await.map_err(EngineError::from)?;
            tracing::info!(generation = number, reason = asked.reason, "generation started");
            number
        }
    };
    let open = at_hand(engine, built.generation);
    let (number, of) = (built.generation, program.clone());
    let plan = engine.read(move |log| Ok(line::plan(log, number, &of)?)).await?;
    // A ledger is made fastest at one go, when all that it shows is there.
    let line = open
        .clone()
        .unwrap_or_else(|| Line::without_ledger(&engine.options, built.generation, program, plan.clone()));
    let mut told = false;
    let mut failed: Vec<Digest> = Vec::new();
    loop {
        let mut documents = due(engine, &line).await?;
        documents.retain(|document| {
            asked.documents.as_ref().is_none_or(|asked| asked.contains(document))
                && !failed.contains(document)
        });
        if !told {
            tell(Step::Begun { generation: built.generation, documents: documents.len() as u64 });
            told = true;
        }
        if documents.is_empty() {
            break;
        }
        let ran = run(engine, &line, documents, stop, |done| {
            tell(Step::Done { documents: built.documents + done });
        })
        .await?;
        built.documents += ran.documents;
        built.parked += ran.parked;
        failed.extend(ran.broken);
    }
    let line = match open {
        Some(line) => line,
        None => fill(engine, built.generation, program, plan, &built, tell).await?,
    };
    corpus::bring_up(engine, &line).await?;
    *engine.built.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
    Ok(built)
}

/// Finds what generation `number` takes over, and keeps what its ledger is made of.
fn begin(options: &Options, log: &LogReader, program: &Program, number: u64) -> Result<Course, ReplayError> {
    let mut course = Course::find(options, log, program, &|_, _| {})?;
    course.keep_for(options, number);
    Ok(course)
}

/// Takes the line of a generation that is at hand.
fn at_hand(engine: &Arc<Engine>, generation: u64) -> Option<Arc<Line>> {
    let current = engine.line();
    if current.generation == generation && current.has_ledger {
        return Some(current);
    }
    let built = engine.built.lock().unwrap_or_else(PoisonError::into_inner).take();
    built.filter(|line| line.generation == generation)
}

/// Takes the line of a generation that is at hand, or opens it.
pub(super) fn line_of(
    engine: &Arc<Engine>,
    generation: u64,
    program: &Program,
) -> Result<Arc<Line>, RuntimeError> {
    match at_hand(engine, generation) {
        Some(line) => Ok(line),
        None => open(engine, generation, program),
    }
}

fn open(engine: &Arc<Engine>, generation: u64, program: &Program) -> Result<Arc<Line>, RuntimeError> {
    let (writer, threads) = (&engine.writer, &engine.threads);
    Line::open(&engine.options, generation, program, writer, &engine.world, &engine.now, threads)
}

/// What running came to.
#[derive(Debug, Default)]
pub(super) struct Ran {
    documents: u64,
    parked: u64,
    broken: Vec<Digest>,
}

/// Runs what is due for `documents`, a few at a time, so that new documents find room beside them.
pub(super) async fn run(
    engine: &Arc<Engine>,
    line: &Arc<Line>,
    documents: Vec<Digest>,
    stop: &CancellationToken,
    mut done: impl FnMut(u64),
) -> Result<Ran, EngineError> {
    let mut ran = Ran::default();
    let mut waiting = tokio::task::JoinSet::new();
    for document in documents {
        let place = tokio::select! {
            () = stop.cancelled() => return Err(EngineError::Stopped),
            () = engine.now.cancelled() => return Err(EngineError::Stopped),
            place = engine.background.clone().acquire_owned() => place.map_err(|_| EngineError::Stopped)?,
        };
        let share = engine.share(STACK_BYTES).await?;
        let ending = engine.start(line, document, None, share);
        waiting.spawn(async move {
            let _place = place;
            (document, ended(ending).await)
        });
        while let Some(end) = waiting.try_join_next() {
            count(end, &mut ran)?;
            done(ran.documents);
        }
    }
    while let Some(end) = waiting.join_next().await {
        count(end, &mut ran)?;
        done(ran.documents);
    }
    Ok(ran)
}

async fn ended(mut ending: watch::Receiver<Option<Ending>>) -> Option<Ending> {
    ending.wait_for(Option::is_some).await.ok()?.clone()
}

fn count(
    end: Result<(Digest, Option<Ending>), tokio::task::JoinError>,
    ran: &mut Ran,
) -> Result<(), EngineError> {
    let (document, end) = end.map_err(|_| EngineError::Stopped)?;
    ran.documents += 1;
    match end {
        Some(Ending::Parked(..) | Ending::Refused(..)) => ran.parked += 1,
        Some(Ending::Broken(_)) => ran.broken.push(document),
        None => return Err(EngineError::Stopped),
        Some(Ending::Done(_) | Ending::Dropped(_)) => {}
    }
    Ok(())
}

/// Replays in this process, or through the daemon that holds the data directory. `judge` is asked of
/// the generation made, with both ledgers in place, whether it is to be activated.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay(
    options: Options,
    program: Program,
    asked: &Asked,
    shutdown: &Shutdown,
    tell: impl Fn(Step) + Sync,
    mut judge: impl FnMut(&Built) -> Result<bool, ReplayError>,
) -> Result<(Built, Option<Activated>), ReplayError> {
    in_runtime(async {
        shutdown.listen();
        // No stage runs under the settings' rules but for the replay itself.
        let running = match supervisor::start_apart(options.clone(), program.clone(), shutdown) {
            Ok(running) => running,
            Err(error) if error.is_unavailable() => {
                return handover::replay(&options, asked, shutdown, error, &tell, &mut judge).await;
            }
            Err(error) => return Err(error.into()),
        };
        let engine = running.engine.clone();
        let done = async {
            let built = build(&engine, &program, asked, &shutdown.drain, &tell).await?;
            let wanted = !built.unchanged && judge(&built)?;
            let activated = match wanted {
                true => Some(activate(&engine, built.generation, false, &shutdown.drain, &tell).await?),
                false => None,
            };
            Ok((built, activated))
        }
        .await;
        supervisor::drain(running, engine, shutdown).await?;
        done
    })
}

/// As [`supervisor::in_runtime`], with this module's errors.
pub(super) fn in_runtime<T>(work: impl Future<Output = Result<T, ReplayError>>) -> Result<T, ReplayError> {
    supervisor::in_runtime(async { Ok(work.await) })?
}

/// Reads the rules that came with a request.
pub(super) fn program_of(asked: &Asked, engine: &Engine) -> Result<Program, ReplayError> {
    if asked.versions != engine.program.versions {
        return Err(ReplayError::OtherBuild);
    }
    let rules = RulePack::parse(&asked.files).map_err(|errors| {
        ReplayError::Rules(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    })?;
    Ok(Program::with_versions(Arc::new(rules), asked.versions))
}
