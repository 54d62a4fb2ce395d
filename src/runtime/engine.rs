//! The engine: what every way in (inbox, given files, hand-over) shares. It admits what was read, and
//! leads each document through its stages.
//!
//! The life of a document is one task, [`Engine::live`]: while something is due, run it on its pool
//! and have the writer make the answer durable. Tasks wait for pools and for the writer, and neither
//! waits for a task, so nothing can wait in a circle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::event::codec;
use crate::event::envelope::{Append, Blob, Position, StreamId};
use crate::event::kinds::Event;
use crate::event_log::{AppendError, Appended, LogError, LogReader, Outline};
use crate::ledger::LedgerError;
use crate::model::Digest;
use crate::runtime::inputs::Texts;
use crate::runtime::line::{Line, Program, Threads};
use crate::runtime::stages;
use crate::runtime::work::{Due, Progress, Task};
use crate::runtime::worker::{Pool, Trouble};
use crate::runtime::world::World;
use crate::runtime::writer::{WriteError, Writer};
use crate::runtime::{Options, Summary};
use crate::stage::plan::Stage;

/// Bytes that one permit stands for: a semaphore counts in 32 bits.
const PERMIT_BYTES: u64 = 1024;

/// Why a document's work stopped half way. The log still says what is due.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program ends.
    #[error("stopped before the document was done; the next start goes on with it")]
    Stopped,
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log refused an event.
    #[error(transparent)]
    Append(AppendError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A blob or an event that the log's own events name is not there.
    #[error("the log lacks {0}; run `socai verify`")]
    Lacks(String),
}

impl From<WriteError> for EngineError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused(error) => Self::Append(error),
            WriteError::Stopped => Self::Stopped,
        }
    }
}

/// What admitting a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// A new document.
    New,
    /// The same bytes under another name: recorded as such.
    SeenAgain,
    /// These bytes under this name: nothing to record.
    Known,
    /// Not taken in, and recorded as such.
    Refused,
}

/// Where a document's work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every stage answered; how many figures, and the last position.
    Done(Position),
    /// A stage gave it up.
    Parked(Stage, String, Position),
    /// Its bytes are no text: a code, and what was wrong.
    Refused(String, String, Position),
    /// A person set it aside.
    Dropped(Position),
    /// The work stopped with an error; the next start finds it again.
    Broken(String),
}

/// A share of the bounds on documents and bytes at work.
#[derive(Debug)]
pub struct Share {
    _bytes: OwnedSemaphorePermit,
    _document: OwnedSemaphorePermit,
}

/// Counts of what one run did.
#[derive(Debug, Default)]
pub struct Counts {
    /// As in [`Summary`].
    pub received: AtomicU64,
    /// As in [`Summary`].
    pub seen_again: AtomicU64,
    /// As in [`Summary`].
    pub refused: AtomicU64,
    /// As in [`Summary`].
    pub parked: AtomicU64,
    /// As in [`Summary`].
    pub failed: AtomicU64,
}

impl Counts {
    /// Returns the counts as they stand.
    pub fn summary(&self) -> Summary {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Summary {
            received: of(&self.received),
            seen_again: of(&self.seen_again),
            refused: of(&self.refused),
            parked: of(&self.parked),
            failed: of(&self.failed),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Engine {
    /// The door to clock and files.
    pub world: World,
    /// The settings.
    pub options: Options,
    /// What was done.
    pub counts: Counts,
    /// Told to stop at once.
    pub now: CancellationToken,
    /// The tasks under way.
    pub tasks: TaskTracker,
    /// What a new document is worked under.
    pub(super) line: Mutex<Arc<Line>>,
    /// The stages that this program can run, under the rules of the settings.
    pub(super) program: Program,
    /// A replay's line, kept from its end until it is activated.
    pub(super) built: Mutex<Option<Arc<Line>>>,
    /// Held by the one replay or activation at work.
    pub(super) replaying: tokio::sync::Mutex<()>,
    /// Documents of a replay at work at once: few, so that new documents find room beside them.
    pub(super) background: Arc<Semaphore>,
    pub(super) threads: Threads,
    pub(super) writer: Writer,
    pub(super) readers: Mutex<Vec<LogReader>>,
    pub(super) pools: [Pool; 4],
    pub(super) documents: Arc<Semaphore>,
    pub(super) bytes: Arc<Semaphore>,
    pub(super) at_work: Mutex<AtWork>,
}

/// The documents at work, each in one generation or more, and where to hear of their ends.
pub(super) type AtWork = BTreeMap<(u64, Digest), watch::Receiver<Option<Ending>>>;

impl Engine {
    /// Tells how many permits of the bytes at work a file of `size` bytes takes.
    pub fn permits(size: u64, most: u64) -> u32 {
        u32::try_from((size.min(most) / PERMIT_BYTES).max(1)).unwrap_or(u32::MAX)
    }

    /// Returns what new documents are worked under.
    pub fn line(&self) -> Arc<Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a share of the bounds: this is what slows the inbox.
    ///
    /// # Errors
    /// [`EngineError::Stopped`].
    pub async fn share(&self, size: u64) -> Result<Share, EngineError> {
        let most = self.options.in_flight_bytes;
        let permits = Self::permits(size, most);
        let bytes = self.bytes.clone().acquire_many_owned(permits).await.map_err(|_| EngineError::Stopped)?;
        let document = self.documents.clone().acquire_owned().await.map_err(|_| EngineError::Stopped)?;
        Ok(Share { _bytes: bytes, _document: document })
    }

    /// Calls `read` with a reader of the log, on a thread that may block.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&LogReader) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let engine = self.clone();
        let work = move || {
            let spare = engine.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = match spare {
                Some(reader) => reader,
                None => LogReader::open(&log_path(&engine.options))?,
            };
            let result = read(&reader);
            engine.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| EngineError::Stopped)?
    }

    pub(super) async fn progress(self: &Arc<Self>, document: Digest) -> Result<Progress, EngineError> {
        self.read(move |log| {
            let mut progress = Progress::default();
            for event in log.outline(StreamId::Document(document))? {
                progress.apply(&event);
            }
            Ok(progress)
        })
        .await
    }

    /// Leads a document through its stages in a task of its own, unless one is at it already; returns
    /// where to hear of its end. `original` spares reading it back.
    pub fn start(
        self: &Arc<Self>,
        line: &Arc<Line>,
        document: Digest,
        original: Option<Arc<[u8]>>,
        share: Share,
    ) -> watch::Receiver<Option<Ending>> {
        let place = (line.generation, document);
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ending) = at_work.get(&place) {
            return ending.clone();
        }
        let (sender, ending) = watch::channel(None);
        at_work.insert(place, ending.clone());
        drop(at_work);
        let (engine, line) = (self.clone(), line.clone());
        self.tasks.spawn(async move {
            let _share = share;
            let end = match engine.live(&line, document, original).await {
                Ok(end) => end,
                Err(error) => {
                    if !matches!(error, EngineError::Stopped) {
                        tracing::error!(%document, %error, "the work on this document stopped");
                    }
                    Ending::Broken(error.to_string())
                }
            };
            engine.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
            sender.send_replace(Some(end));
        });
        ending
    }

    async fn live(
        self: &Arc<Self>,
        line: &Line,
        document: Digest,
        original: Option<Arc<[u8]>>,
    ) -> Result<Ending, EngineError> {
        let mut progress = self.progress(document).await?;
        let mut texts = Texts::of(original);
        loop {
            match progress.due(document, &line.plan) {
                Due::Unknown => {
                    return Err(EngineError::Lacks(format!("the receipt of document {document}")));
                }
                Due::Done(position) => return Ok(Ending::Done(position)),
                Due::Parked(stage, position) => return self.given_up(stage, position).await,
                Due::Dropped(position) => return Ok(Ending::Dropped(position)),
                Due::Run(task) => {
                    if self.now.is_cancelled() {
                        return Err(EngineError::Stopped);
                    }
                    let event = self.run(line, document, task, &progress, &mut texts).await?;
                    progress.apply(&event);
                }
            }
        }
    }

    async fn given_up(self: &Arc<Self>, stage: Stage, position: Position) -> Result<Ending, EngineError> {
        match self.event_at(position).await? {
            Event::StageParked(parked) => Ok(Ending::Parked(stage, parked.message, position)),
            Event::DocumentRefused(refused) => Ok(Ending::Refused(refused.reason, refused.message, position)),
            _ => Err(EngineError::Lacks(format!("the parking at position {position}"))),
        }
    }

    pub(super) async fn event_at(self: &Arc<Self>, position: Position) -> Result<Event, EngineError> {
        self.read(move |log| {
            let before = Position(position.0.saturating_sub(1));
            let event = log.after(before, 1)?.pop().filter(|event| event.position == position);
            event.map(|event| event.event).ok_or_else(|| EngineError::Lacks(format!("position {position}")))
        })
        .await
    }

    /// Runs one stage and records its answer, or its failure.
    async fn run(
        self: &Arc<Self>,
        line: &Line,
        document: Digest,
        task: Task,
        progress: &Progress,
        texts: &mut Texts,
    ) -> Result<Outline, EngineError> {
        let began = self.world.moment();
        let input = self.input(&line.plan, document, task.stage, progress, texts).await?;
        let rules = line.rules.clone();
        let pool = &self.pools[task.stage as usize];
        let result = pool.run(move || stages::run(document, input, &rules)).await;
        let (event, blobs) = match result {
            Ok(Ok(output)) => {
                texts.keep(output.made);
                (output.event, output.blobs)
            }
            // Bytes that are no text are refused like those that were never taken in.
            Ok(Err(message)) if task.stage == Stage::Clean => {
                return self.refuse(line, document, task, progress, message).await;
            }
            Ok(Err(message)) => return self.park(line, document, task, "cannot_change", message, None).await,
            Err(Trouble::Stopped) => return Err(EngineError::Stopped),
            Err(Trouble::TooSlow) => {
                let message = format!("took longer than {} s", self.options.stage_time.as_secs_f32());
                return self.park(line, document, task, "too_slow", message, None).await;
            }
            Err(Trouble::Panicked(message)) => return self.fail(line, document, task, message).await,
        };
        let kind = event.kind();
        let append = Append { blobs, ..append(line, document, task, event) };
        let mut payload = Vec::new();
        match self.record_keeping(append, &mut payload).await {
            Ok((outline, repeated)) => {
                let duration = self.world.moment().saturating_sub(began);
                tracing::info!(
                    %document,
                    stage = task.stage.name(),
                    position = outline.position.0,
                    generation = line.generation,
                    duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
                    repeated,
                    "{kind}"
                );
                Ok(outline)
            }
            Err(EngineError::Append(error @ AppendError::NonDeterministic { .. })) => {
                // The first answer stands in the log; the other is kept beside the parking.
                let other = Some(Blob::new(payload));
                self.park(line, document, task, "non_deterministic", error.to_string(), other).await
            }
            Err(EngineError::Append(error @ AppendError::TooLarge { .. })) => {
                self.park(line, document, task, "cannot_change", error.to_string(), None).await
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn record(&self, append: Append) -> Result<(Outline, bool), EngineError> {
        self.record_keeping(append, &mut Vec::new()).await
    }

    /// Records an event, and leaves its payload in `payload`.
    async fn record_keeping(
        &self,
        mut append: Append,
        payload: &mut Vec<u8>,
    ) -> Result<(Outline, bool), EngineError> {
        let (stream, stage_key, kind) = (append.stream, append.stage_key, append.event.kind());
        // Unwritable: the append below says so.
        append.payload = codec::encode(&append.event).ok();
        *payload = append.payload.clone().unwrap_or_default();
        let payload_digest = Digest::of(payload);
        let Appended { position, version, repeated, .. } = self.writer.append(append).await?;
        Ok((
            Outline { position, stream, version, kind: kind.to_owned(), stage_key, payload_digest },
            repeated,
        ))
    }
}

pub(super) fn append(line: &Line, document: Digest, task: Task, event: Event) -> Append {
    Append {
        stage_key: Some(task.key),
        cause: Some(task.cause),
        generation: line.generation,
        attempt: task.attempt,
        ..Append::new(StreamId::Document(document), event)
    }
}

/// Returns where the log lies.
pub fn log_path(options: &Options) -> std::path::PathBuf {
    options.data_dir.join("socai.db")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::receive;
    use crate::runtime::supervisor::{self, Shutdown};
    use crate::stage::rules::{BUILT_IN, RulePack};

    /// A stage that is no function is what another one's rules under the first one's name give.
    #[test]
    fn a_stage_that_answers_otherwise_under_one_key_is_parked_with_both_outputs_kept() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("var"));
        let (program, shutdown) = (Program::new(Arc::new(RulePack::builtin().clone())), Shutdown::new());
        let text = BUILT_IN.iter().find(|file| file.name == "indicators.toml").unwrap().text;
        let files = [("indicators.toml".to_owned(), text.replace("code = \"kinh_phi\"", "code = \"khac\""))];
        let other = Arc::new(RulePack::parse(&files).map_err(|errors| errors[0].to_string()).unwrap());
        supervisor::in_runtime(async {
            let running = supervisor::start(options.clone(), program.clone(), &shutdown)?;
            let engine = running.engine.clone();
            let line = engine.line();
            let bytes = "Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n".as_bytes();
            let received = receive::read(&mut &bytes[..], 1_000).unwrap();
            let document = received.document;
            engine.admit("a.txt", &[], &received).await.unwrap();
            let share = engine.share(0).await.unwrap();
            let mut ending = engine.start(&line, document, None, share);
            assert!(matches!(*ending.wait_for(Option::is_some).await.unwrap(), Some(Ending::Done(_))));

            // As the document's task had seen it before the extract stage answered.
            let mut progress = Progress::default();
            let outlines =
                engine.read(move |log| Ok(log.outline(StreamId::Document(document))?)).await.unwrap();
            outlines[..3].iter().for_each(|event| progress.apply(event));
            let Due::Run(task) = progress.due(document, &line.plan) else { panic!("extract is due") };
            let forged = Program { rules: other, ..program };
            let (writer, threads) = (&engine.writer, &engine.threads);
            let line = Line::open(&options, 9, &forged, writer, &engine.world, &engine.now, threads)?;
            let parked = engine.run(&line, document, task, &progress, &mut Texts::of(None)).await.unwrap();
            let Event::StageParked(parked) = engine.event_at(parked.position).await.unwrap() else {
                panic!()
            };
            assert_eq!((parked.stage.as_str(), parked.reason.as_str()), ("extract", "non_deterministic"));
            let kept = parked.output.unwrap();
            let kept = engine.read(move |log| Ok(log.blob(kept)?)).await.unwrap().unwrap();
            let Ok(Event::FiguresExtracted(kept)) = codec::decode("figures-extracted", 1, &kept) else {
                panic!()
            };
            let Event::FiguresExtracted(stored) = engine.event_at(outlines[3].position).await.unwrap() else {
                panic!()
            };
            let indicators = |event: crate::event::kinds::FiguresExtracted| {
                event.figures.into_iter().map(|figure| figure.indicator.unwrap().0).collect::<Vec<_>>()
            };
            assert_eq!(
                (indicators(kept), indicators(stored)),
                (vec!["khac".into()], vec!["kinh_phi".into()])
            );
            drop(line);
            supervisor::drain(running, engine, &shutdown).await
        })
        .unwrap();
    }
}
