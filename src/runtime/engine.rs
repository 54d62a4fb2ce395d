//! The engine: what every way in (inbox, given files, hand-over) shares. It admits what was read, and
//! leads each document through its stages (`live`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::event::envelope::{Position, StreamId};
use crate::event::kinds::Event;
use crate::event_log::{AppendError, LogError, LogReader};
use crate::ledger::LedgerError;
use crate::model::Digest;
use crate::runtime::line::{Line, Program, Threads};
use crate::runtime::replay::Histories;
use crate::runtime::work::Progress;
use crate::runtime::worker::Pool;
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
    /// What the log was last found to hold of every document, while a generation is brought up.
    pub(super) histories: Mutex<Histories>,
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

    pub(super) async fn event_at(self: &Arc<Self>, position: Position) -> Result<Event, EngineError> {
        self.read(move |log| {
            let before = Position(position.0.saturating_sub(1));
            let event = log.after(before, 1)?.pop().filter(|event| event.position == position);
            event.map(|event| event.event).ok_or_else(|| EngineError::Lacks(format!("position {position}")))
        })
        .await
    }
}

/// Returns where the log lies.
pub fn log_path(options: &Options) -> std::path::PathBuf {
    options.data_dir.join("socai.db")
}
