//! Activates a generation: one event, after which readers see it and new documents come into it.

use std::sync::{Arc, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::event_log::{Generation, Generations};
use crate::ledger::{LedgerWriter, ledger_path};
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::line::{Line, Program};
use crate::runtime::replay::{Activated, ReplayError, Step, due, in_runtime, line_of, run};
use crate::runtime::supervisor::{self, Shutdown};
use crate::runtime::{Options, corpus, handover};

/// Makes `number` the generation that readers see and that new documents come into. One that was never
/// seen is brought up to the log first; one that was is shown at once.
///
/// # Errors
/// See [`ReplayError`].
pub(super) async fn activate(
    engine: &Arc<Engine>,
    number: u64,
    goes_on: bool,
    stop: &CancellationToken,
    tell: &(impl Fn(Step) + Sync),
) -> Result<Activated, ReplayError> {
    // Whoever asks again, since the one that asked first was killed, waits for what is being done for that one.
    let _one = tokio::select! {
        one = engine.replaying.lock() => one,
        () = stop.cancelled() => return Err(EngineError::Stopped.into()),
    };
    let program = engine.program.clone();
    let (generation, before, program) = engine
        .read(move |log| {
            let generations = Generations::read(log)?;
            let Some(generation) = generations.get(number).cloned() else {
                return Ok((None, generations.active(), None));
            };
            let program = program.of(log, &generation)?;
            Ok((Some(generation), generations.active(), program))
        })
        .await?;
    let generation = generation.ok_or(ReplayError::NoSuch(number))?;
    if generation.let_go {
        return Err(ReplayError::LetGo(number));
    }
    let mut activated = Activated { generation: number, before, left: 0, goes_on: program.is_some() };
    let Some(program) = program else {
        carry_over(engine, &generation).await?;
        append(engine, number, before).await?;
        return Ok(activated);
    };
    let line = line_of(engine, number, &program)?;
    let first = generation.activated.is_empty();
    if first {
        bring_up(engine, &line, stop, tell).await?;
        corpus::bring_up(engine, &line).await?;
    }
    reach_head(engine, &line).await;
    // From here on new documents are worked under it; those that came in before are found in the log.
    let old =
        std::mem::replace(&mut *engine.line.lock().unwrap_or_else(PoisonError::into_inner), line.clone());
    if first && let Err(error) = bring_up(engine, &line, stop, &|_| {}).await {
        *engine.line.lock().unwrap_or_else(PoisonError::into_inner) = old;
        return Err(error.into());
    }
    corpus::bring_up(engine, &line).await?;
    append(engine, number, before).await?;
    let left = due(engine, &line).await?;
    activated.left = left.len() as u64;
    if goes_on && !left.is_empty() {
        let (held, stop) = (engine.clone(), engine.now.clone());
        engine.tasks.spawn(async move {
            if let Err(error) = run(&held, &line, left, &stop, |_| {}).await {
                tracing::warn!(%error, "what came meanwhile is read at the next start");
            }
        });
    }
    Ok(activated)
}

/// Runs everything that is due; the documents whose work stopped are left to the next start.
async fn bring_up(
    engine: &Arc<Engine>,
    line: &Arc<Line>,
    stop: &CancellationToken,
    tell: &(impl Fn(Step) + Sync),
) -> Result<(), EngineError> {
    let documents = due(engine, line).await?;
    if documents.is_empty() {
        return Ok(());
    }
    tell(Step::Begun { generation: line.generation, documents: documents.len() as u64 });
    run(engine, line, documents, stop, |done| tell(Step::Done { documents: done })).await?;
    Ok(())
}

async fn reach_head(engine: &Arc<Engine>, line: &Line) {
    let head = *engine.writer.head().borrow();
    line.projector.reached(head).await;
}

async fn append(engine: &Arc<Engine>, number: u64, before: Option<u64>) -> Result<(), EngineError> {
    if before != Some(number) {
        engine.writer.append(supervisor::activated(number)).await?;
        tracing::info!(generation = number, before, "generation activated");
    }
    Ok(())
}

/// Shows a generation that [`supervisor::resume`] has brought up.
pub(super) async fn show(engine: &Arc<Engine>, line: &Line) -> Result<(), EngineError> {
    corpus::bring_up(engine, line).await?;
    let before = engine.read(|log| Ok(Generations::read(log)?.active())).await?;
    append(engine, line.generation, before).await
}

/// Brings the ledger of a generation that this program cannot go on with up to the log.
async fn carry_over(engine: &Arc<Engine>, generation: &Generation) -> Result<(), ReplayError> {
    let (path, number) = (ledger_path(&engine.options.data_dir, generation.number), generation.number);
    engine
        .read(move |log| {
            let Some(plan) = Generations::read(log)?.plan(log, number)? else { return Ok(Ok(())) };
            let carried = LedgerWriter::open(&path, number, plan)
                .and_then(|mut ledger| ledger.catch_up(log, log.head()?, |_| {}));
            Ok(carried)
        })
        .await??;
    Ok(())
}

/// Activates a generation in this process, or through the daemon that holds the data directory.
///
/// # Errors
/// See [`ReplayError`].
pub fn choose(
    options: Options,
    program: Program,
    number: u64,
    shutdown: &Shutdown,
    tell: impl Fn(Step) + Sync,
) -> Result<Activated, ReplayError> {
    in_runtime(async {
        shutdown.listen();
        let running = match supervisor::start(options.clone(), program, shutdown) {
            Ok(running) => running,
            Err(error) if error.is_unavailable() => {
                return handover::activate(&options, number, shutdown, error, &tell).await;
            }
            Err(error) => return Err(error.into()),
        };
        let engine = running.engine.clone();
        let done = activate(&engine, number, false, &shutdown.drain, &tell).await;
        supervisor::drain(running, engine, shutdown).await?;
        done
    })
}
