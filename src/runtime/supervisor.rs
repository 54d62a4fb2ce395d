//! Starts everything in order, and drains it in reverse.
//!
//! Start: data directory, log (locked), generation, writer, ledger and projector, pools, the corpus, then
//! the work that the log says is unfinished, then the ways in. Drain: the ways in close, documents at work
//! end, the corpus takes the last of them into account, the writer ends when nobody can ask it any more,
//! the projector carries over the last event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::event::envelope::{Append, Blob, StreamId};
use crate::event::kinds::{Event, GenerationActivated, GenerationStarted};
use crate::event_log::{Generations, LogError, LogReader, LogWriter};
use crate::runtime::corpus::Corpus;
use crate::runtime::course::Course;
use crate::runtime::engine::{Counts, Engine, log_path};
use crate::runtime::inbox::Inbox;
use crate::runtime::line::{self, Line, Program};
use crate::runtime::worker::Pool;
use crate::runtime::world::World;
use crate::runtime::writer::Writer;
use crate::runtime::{Options, RuntimeError, Summary, activation, handover, replay};
use crate::stage::plan::Stage;
use crate::stage::rules::RulePack;

/// Documents of a replay at work at once, for each thread that runs stages: enough that a commit carries the
/// answers of many, and few enough that a new document waits behind them for a tenth of a second.
const BACKGROUND: usize = 32;

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
    /// Absent where no document comes in.
    corpus: Option<Corpus>,
    /// Readers do not see the generation yet; see [`resume`].
    unseen: bool,
}

impl Running {
    /// Warns where new documents are not read under the rules of the settings.
    pub(super) fn warn_of_other_rules(&self) {
        let line = self.engine.line();
        if line.plan.identities != self.engine.program.identities {
            tracing::warn!(
                generation = line.generation,
                "the rules in the settings are not those of the active generation: documents are read \
                 under its rules until `socai replay` makes one of the new rules"
            );
        }
    }
}

/// Watches the inbox until told to stop; under [`Options::once`], until it is empty.
///
/// # Errors
/// [`RuntimeError::InUse`] when another program writes; otherwise what stopped it.
pub fn run(options: Options, rules: Arc<RulePack>, shutdown: &Shutdown) -> Result<Summary, RuntimeError> {
    in_runtime(async {
        shutdown.listen();
        let running = start(options, Program::new(rules), shutdown)?;
        running.warn_of_other_rules();
        let engine = running.engine.clone();
        let inbox = Inbox::start(engine.clone(), shutdown.drain.clone())?;
        if !engine.options.once {
            handover::listen(engine.clone(), shutdown.drain.clone());
        }
        tracing::info!(inbox = %engine.options.inbox.display(), generation = engine.line().generation, "watching");
        resume(&running, &shutdown.drain).await?;
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
    program: Program,
    shutdown: &Shutdown,
) -> Result<Running, RuntimeError> {
    start_with(options, program, shutdown, false)
}

/// As [`start`], for a replay, while nothing comes in: a generation that readers do not see yet gets its ledger
/// when its documents are all read, at one go.
///
/// # Errors
/// As [`start`].
pub(super) fn start_apart(
    options: Options,
    program: Program,
    shutdown: &Shutdown,
) -> Result<Running, RuntimeError> {
    start_with(options, program, shutdown, true)
}

fn start_with(
    options: Options,
    program: Program,
    shutdown: &Shutdown,
    apart: bool,
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
    let chosen = choose(&options, &mut log, &reader, &program, &world, apart)?;
    let plan = line::plan(&reader, chosen.number, &chosen.program).map_err(|error| store(&error))?;
    drop(reader);
    let io = |source| RuntimeError::Io { doing: "cannot start threads for", path: "socai".into(), source };
    let (writer, writer_thread) = Writer::start(log, world.clone(), shutdown.now.clone()).map_err(io)?;
    let threads = Mutex::new(Vec::new());
    let later = apart && chosen.unseen;
    let line = if later {
        Line::without_ledger(&options, chosen.number, &chosen.program, plan)
    } else {
        Line::open(&options, chosen.number, &chosen.program, &writer, &world, &shutdown.now, &threads)?
    };
    let pool = |stage: Stage| Pool::start(stage.name(), options.workers, options.stage_time).map_err(io);
    let pools = [pool(Stage::Clean)?, pool(Stage::Segment)?, pool(Stage::Extract)?, pool(Stage::Reconcile)?];
    let all_bytes = Engine::permits(options.in_flight_bytes, options.in_flight_bytes) as usize;
    let engine = Engine {
        world,
        line: Mutex::new(line),
        program,
        built: Mutex::new(None),
        replaying: tokio::sync::Mutex::new(()),
        background: Arc::new(Semaphore::new(BACKGROUND * options.workers.max(1))),
        threads,
        counts: Counts::default(),
        now: shutdown.now.clone(),
        tasks: TaskTracker::new(),
        writer,
        readers: Mutex::new(Vec::new()),
        pools,
        documents: Arc::new(Semaphore::new(options.in_flight_documents.max(1))),
        bytes: Arc::new(Semaphore::new(all_bytes)),
        at_work: Mutex::new(BTreeMap::new()),
        histories: Mutex::default(),
        options,
    };
    let engine = Arc::new(engine);
    let corpus = (!later).then(|| Corpus::start(engine.clone()));
    Ok(Running { engine, writer: writer_thread, corpus, unseen: chosen.unseen })
}

/// The generation that new documents are worked under.
struct Chosen {
    number: u64,
    program: Program,
    /// Readers do not see it yet: it is activated when it holds what the log holds.
    unseen: bool,
}

/// Chooses what new documents are worked under: the active generation, with the rules that it was begun
/// with, whatever the settings say by now; those take effect by `socai replay`. Only where this program
/// has other stages than the active generation, so that it cannot go on with it, the next one begins.
fn choose(
    options: &Options,
    log: &mut LogWriter,
    reader: &LogReader,
    program: &Program,
    world: &World,
    apart: bool,
) -> Result<Chosen, RuntimeError> {
    let store = |error: LogError| RuntimeError::Store(error.to_string());
    let generations = Generations::read(reader).map_err(store)?;
    let active = generations.active().and_then(|number| generations.get(number));
    let Some(active) = active else {
        let number = begin(log, &generations, program, &Course::default(), "the first", world)?;
        return Ok(Chosen { number, program: program.clone(), unseen: false });
    };
    if let Some(own) = program.of(reader, active).map_err(store)? {
        return Ok(Chosen { number: active.number, program: own, unseen: false });
    }
    let known = generations.of(&program.identities);
    let number = match known {
        Some(generation) => generation.number,
        None => {
            let course = Course::find(options, reader, program, &|_, _| {});
            let mut course = course.map_err(|error| RuntimeError::Store(error.to_string()))?;
            if apart {
                course.keep_for(options, generations.next_number());
            }
            begin(log, &generations, program, &course, "this socai has other stages", world)?
        }
    };
    // One that was seen before was left by a person's choice, and is not brought back by a start.
    let unseen = known.is_none_or(|generation| generation.activated.is_empty());
    if unseen {
        tracing::info!(generation = number, "every document is read again by this socai's stages");
    } else {
        tracing::warn!(
            generation = number,
            active = active.number,
            "the active generation was made by other stages than this socai's: new documents show when \
             generation {number} is activated"
        );
    }
    Ok(Chosen { number, program: program.clone(), unseen })
}

/// Begins the next generation, and activates it where it is the first; returns its number.
fn begin(
    log: &mut LogWriter,
    generations: &Generations,
    program: &Program,
    course: &Course,
    reason: &str,
    world: &World,
) -> Result<u64, RuntimeError> {
    let number = generations.next_number();
    let mut requests = vec![begun(number, program, reason, course)];
    if generations.all().is_empty() {
        requests.push(activated(number));
    }
    for answer in
        log.append(&requests, world.now()).map_err(|error| RuntimeError::Store(error.to_string()))?
    {
        answer.map_err(|error| RuntimeError::Store(error.to_string()))?;
    }
    tracing::info!(generation = number, reason, "generation started");
    Ok(number)
}

/// Asks for the record of a generation begun, with its rule pack and what it takes over.
pub(super) fn begun(number: u64, program: &Program, reason: &str, course: &Course) -> Append {
    let (untouched, mut blobs) = course.recorded();
    let mut files = Vec::new();
    for (name, text) in program.rules.files.iter() {
        let blob = Blob::new(text.as_bytes().to_vec());
        files.push((name.to_owned(), blob.digest));
        blobs.push(blob);
    }
    let versions = Stage::ALL.into_iter().zip(program.versions);
    let started = GenerationStarted {
        number,
        stages: program.identities.to_recorded(),
        reason: reason.to_owned(),
        versions: versions.map(|(stage, version)| (stage.name().to_owned(), version)).collect(),
        files,
        follows: course.follows.clone(),
        untouched,
    };
    let event = Event::GenerationStarted(started);
    Append { generation: number, blobs, ..Append::new(StreamId::Generations, event) }
}

/// Asks for the record of a generation activated.
pub(super) fn activated(number: u64) -> Append {
    let event = Event::GenerationActivated(GenerationActivated { number });
    Append { generation: number, ..Append::new(StreamId::Generations, event) }
}

/// Finds unfinished work from the log alone and starts it. A generation that readers do not see yet is
/// activated when all of that is done.
pub(super) async fn resume(running: &Running, drain: &CancellationToken) -> Result<(), RuntimeError> {
    let engine = running.engine.clone();
    let line = engine.line();
    let due = replay::due(&engine, &line).await.map_err(|error| RuntimeError::Store(error.to_string()))?;
    if !running.unseen {
        replay::forget(&engine);
    }
    if !due.is_empty() {
        tracing::info!(documents = due.len(), "going on with unfinished work");
    }
    let mut endings = Vec::new();
    for document in due {
        if drain.is_cancelled() {
            break;
        }
        let Ok(share) = engine.share(replay::STACK_BYTES).await else { break };
        endings.push(engine.start(&line, document, None, share));
    }
    if running.unseen && !drain.is_cancelled() {
        let held = engine.clone();
        engine.tasks.spawn(async move {
            for mut ending in endings {
                if ending.wait_for(Option::is_some).await.is_err() || held.now.is_cancelled() {
                    return;
                }
            }
            if let Err(error) = activation::show(&held, &line).await {
                tracing::error!(%error, generation = line.generation, "the new generation is not activated");
            }
        });
    }
    Ok(())
}

/// Ends everything in reverse order of start.
pub(super) async fn drain(
    running: Running,
    engine: Arc<Engine>,
    shutdown: &Shutdown,
) -> Result<Summary, RuntimeError> {
    let Running { engine: held, writer, corpus, .. } = running;
    drop(held);
    engine.tasks.close();
    tokio::select! {
        () = engine.tasks.wait() => {}
        () = shutdown.now.cancelled() => {}
    }
    if let Some(corpus) = corpus {
        corpus.finish(&shutdown.now).await;
    }
    let summary = engine.counts.summary();
    let head = *engine.writer.head().borrow();
    tokio::select! {
        _ = async { engine.line().projector.reached(head).await } => {}
        () = shutdown.now.cancelled() => {}
    }
    let threads = std::mem::take(&mut *engine.threads.lock().unwrap_or_else(PoisonError::into_inner));
    // The last handles to pools and writer go with the engine: their threads end.
    engine.writer.close();
    drop(engine);
    let ended = tokio::task::spawn_blocking(move || {
        let written = writer.join();
        for thread in threads {
            let _projected = thread.join();
        }
        written
    });
    match ended.await {
        Ok(Ok(Ok(()))) => Ok(summary),
        Ok(Ok(Err(error))) => Err(RuntimeError::Store(error.to_string())),
        _ => Err(RuntimeError::Store("a thread of the runtime panicked; this is a bug".into())),
    }
}
