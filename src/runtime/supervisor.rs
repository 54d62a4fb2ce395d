//! Starts everything in order, and drains it in reverse.
//!
//! Start: data directory, log (locked), generation, writer, ledger and projector, pools, then the work
//! that the log says is unfinished, then the ways in. Drain: the ways in close, documents at work end,
//! the writer ends when nobody can ask it any more, the projector carries over the last event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::event::envelope::{Append, Position, StreamId};
use crate::event::kinds::{Event, GenerationActivated, GenerationStarted};
use crate::event_log::{LogError, LogReader, LogWriter};
use crate::ledger::{LedgerWriter, ledger_path};
use crate::model::Digest;
use crate::runtime::engine::{Counts, Engine, log_path};
use crate::runtime::handover;
use crate::runtime::inbox::Inbox;
use crate::runtime::projector::Projector;
use crate::runtime::stages;
use crate::runtime::work::{Due, Progress};
use crate::runtime::worker::Pool;
use crate::runtime::world::World;
use crate::runtime::writer::Writer;
use crate::runtime::{Options, RuntimeError, Summary};
use crate::stage::plan::{Identities, Stage};
use crate::stage::rules::RulePack;

/// Events read at a time when looking for unfinished work.
const PAGE: usize = 4096;
/// Documents whose work is started at a time before waiting for room.
const STACK_BYTES: u64 = 64 << 10;

/// How a run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// Take nothing more in, finish what is at work, end.
    pub drain: CancellationToken,
    /// End at once; the log says what is left to do.
    pub now: CancellationToken,
}

impl Shutdown {
    /// Makes one that nobody has told yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Drains at the first SIGTERM or Ctrl-C, and ends at once at the second. Needs a tokio runtime.
    pub(super) fn listen(&self) {
        let shutdown = self.clone();
        tokio::spawn(async move {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            for token in [&shutdown.drain, &shutdown.now] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                tracing::info!("told to stop: {}", if token.is_cancelled() { "already" } else { "draining" });
                token.cancel();
            }
        });
    }
}

/// Everything that runs beside the ways in.
pub(super) struct Running {
    pub(super) engine: Arc<Engine>,
    writer: JoinHandle<Result<(), LogError>>,
    projector: JoinHandle<()>,
}

/// Watches the inbox until told to stop; under [`Options::once`], until it is empty.
///
/// # Errors
/// [`RuntimeError::InUse`] when another program writes; otherwise what stopped it.
pub fn run(options: Options, rules: Arc<RulePack>, shutdown: &Shutdown) -> Result<Summary, RuntimeError> {
    in_runtime(async {
        shutdown.listen();
        let running = start(options, rules, shutdown)?;
        let engine = running.engine.clone();
        let inbox = Inbox::start(engine.clone(), shutdown.drain.clone())?;
        if !engine.options.once {
            handover::listen(engine.clone(), shutdown.drain.clone());
        }
        tracing::info!(inbox = %engine.options.inbox.display(), generation = engine.generation, "watching");
        resume(&engine, &shutdown.drain).await?;
        inbox.ended(&shutdown.now).await;
        drain(running, engine, shutdown).await
    })
}

/// Runs a future on a runtime of its own, which no thread left to its work holds up at the end.
pub(super) fn in_runtime<T>(work: impl Future<Output = Result<T, RuntimeError>>) -> Result<T, RuntimeError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
            |source| RuntimeError::Io { doing: "cannot start threads for", path: "socai".into(), source },
        )?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

pub(super) fn start(
    options: Options,
    rules: Arc<RulePack>,
    shutdown: &Shutdown,
) -> Result<Running, RuntimeError> {
    let world = World::real();
    for folder in [&options.data_dir, &options.inbox] {
        world.make_folder(folder).map_err(|source| RuntimeError::Io {
            doing: "cannot make the folder",
            path: folder.clone(),
            source,
        })?;
    }
    let path = log_path(&options);
    let mut log = LogWriter::open(&path).map_err(|error| match error {
        LogError::Locked { .. } => RuntimeError::InUse(options.data_dir.clone()),
        other => RuntimeError::Store(other.to_string()),
    })?;
    let store = |error: &dyn std::fmt::Display| RuntimeError::Store(error.to_string());
    let reader = LogReader::open(&path).map_err(|error| store(&error))?;
    let identities = stages::identities(&rules);
    let generation = generation(&mut log, &reader, &identities, &world)?;
    let ledger = LedgerWriter::open(&ledger_path(&options.data_dir, generation), generation, identities)
        .map_err(|error| store(&error))?;
    let threads =
        |source| RuntimeError::Io { doing: "cannot start threads for", path: "socai".into(), source };
    let (writer, writer_thread) = Writer::start(log, world.clone(), shutdown.now.clone()).map_err(threads)?;
    let (projector, projector_thread) =
        Projector::start(ledger, reader, writer.head(), world.clone(), shutdown.now.clone())
            .map_err(threads)?;
    let pool = |stage: Stage| Pool::start(stage.name(), options.workers, options.stage_time).map_err(threads);
    let pools = [pool(Stage::Clean)?, pool(Stage::Segment)?, pool(Stage::Extract)?, pool(Stage::Reconcile)?];
    let all_bytes = Engine::permits(options.in_flight_bytes, options.in_flight_bytes) as usize;
    let engine = Engine {
        world,
        generation,
        counts: Counts::default(),
        projector,
        now: shutdown.now.clone(),
        tasks: TaskTracker::new(),
        rules,
        identities,
        writer,
        readers: Mutex::new(Vec::new()),
        pools,
        documents: Arc::new(Semaphore::new(options.in_flight_documents.max(1))),
        bytes: Arc::new(Semaphore::new(all_bytes)),
        at_work: Mutex::new(BTreeMap::new()),
        options,
    };
    Ok(Running { engine: Arc::new(engine), writer: writer_thread, projector: projector_thread })
}

/// Returns the active generation where it is of this program's stages and rules; otherwise starts and
/// activates the next one, so that the ledger never mixes the figures of two rule packs.
fn generation(
    log: &mut LogWriter,
    reader: &LogReader,
    identities: &Identities,
    world: &World,
) -> Result<u64, RuntimeError> {
    let store = |error: LogError| RuntimeError::Store(error.to_string());
    let mut stages = BTreeMap::new();
    let mut active = None;
    for envelope in reader.stream(StreamId::Generations).map_err(store)? {
        match envelope.event {
            Event::GenerationStarted(started) => {
                stages.insert(started.number, Identities::from_recorded(&started.stages));
            }
            Event::GenerationActivated(activated) => active = Some(activated.number),
            _ => {}
        }
    }
    if let Some(number) = active
        && stages.get(&number).copied().flatten() == Some(*identities)
    {
        return Ok(number);
    }
    let number = stages.keys().last().copied().unwrap_or_default() + 1;
    let reason =
        if number == 1 { "the first" } else { "stages or rules are not those of the active generation" };
    let request = |event| Append { generation: number, ..Append::new(StreamId::Generations, event) };
    let requests = [
        request(Event::GenerationStarted(GenerationStarted {
            number,
            stages: identities.to_recorded(),
            reason: reason.to_owned(),
        })),
        request(Event::GenerationActivated(GenerationActivated { number })),
    ];
    for answer in log.append(&requests, world.now()).map_err(store)? {
        answer.map_err(|error| RuntimeError::Store(error.to_string()))?;
    }
    tracing::info!(generation = number, reason, "generation started");
    Ok(number)
}

/// Finds unfinished work from the log alone and starts it.
pub(super) async fn resume(engine: &Arc<Engine>, drain: &CancellationToken) -> Result<(), RuntimeError> {
    let store = |error: &dyn std::fmt::Display| RuntimeError::Store(error.to_string());
    let identities = engine.identities;
    let unfinished = engine
        .read(move |log| {
            let mut histories: BTreeMap<Digest, Progress> = BTreeMap::new();
            let mut after = Position(0);
            loop {
                let page = log.outlines_after(after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.position;
                for event in &page {
                    if let StreamId::Document(document) = event.stream {
                        histories.entry(document).or_default().apply(event);
                    }
                }
            }
            let due = |(document, progress): (Digest, Progress)| {
                matches!(progress.due(document, &identities), Due::Run(_)).then_some(document)
            };
            Ok(histories.into_iter().filter_map(due).collect::<Vec<_>>())
        })
        .await
        .map_err(|error| store(&error))?;
    if !unfinished.is_empty() {
        tracing::info!(documents = unfinished.len(), "going on with unfinished work");
    }
    for document in unfinished {
        if drain.is_cancelled() {
            break;
        }
        let Ok(share) = engine.share(STACK_BYTES).await else { break };
        engine.start(document, None, share);
    }
    Ok(())
}

/// Ends everything in reverse order of start.
pub(super) async fn drain(
    running: Running,
    engine: Arc<Engine>,
    shutdown: &Shutdown,
) -> Result<Summary, RuntimeError> {
    let Running { engine: held, writer, projector } = running;
    drop(held);
    engine.tasks.close();
    tokio::select! {
        () = engine.tasks.wait() => {}
        () = shutdown.now.cancelled() => {}
    }
    let summary = engine.counts.summary();
    let head = *engine.writer.head().borrow();
    tokio::select! {
        _ = engine.projector.reached(head) => {}
        () = shutdown.now.cancelled() => {}
    }
    // The last handles to pools and writer go with the engine: their threads end.
    engine.writer.close();
    drop(engine);
    let ended = tokio::task::spawn_blocking(move || {
        let written = writer.join();
        let _projected = projector.join();
        written
    });
    match ended.await {
        Ok(Ok(Ok(()))) => Ok(summary),
        Ok(Ok(Err(error))) => Err(RuntimeError::Store(error.to_string())),
        _ => Err(RuntimeError::Store("a thread of the runtime panicked; this is a bug".into())),
    }
}
