//! What the runtime can be told, with the default and the reason of every limit.

use std::path::PathBuf;
use std::time::Duration;

/// How long a file must keep its size, time and inode before it is taken: long enough for the pauses
/// of a copy over a slow network, short enough for a person who waits.
pub const SETTLE: Duration = Duration::from_secs(2);
/// How often the whole inbox is walked, in case a hint was lost.
pub const RESCAN: Duration = Duration::from_secs(60);
/// How often the inbox is walked where no hints come.
pub const POLL: Duration = Duration::from_secs(1);
/// How long a stage may take for one document; a report takes milliseconds.
pub const STAGE_TIME: Duration = Duration::from_secs(60);
/// The largest document taken in. The longest reports have 1 MB of text; memory is bounded by
/// [`IN_FLIGHT_BYTES`], which must be no smaller.
pub const DOCUMENT_BYTES: u64 = 16 << 20;
/// Documents at work at once.
pub const IN_FLIGHT_DOCUMENTS: usize = 256;
/// Bytes of originals at work at once; stages hold about ten times as much.
pub const IN_FLIGHT_BYTES: u64 = 64 << 20;

/// How changes under the inbox are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watching {
    /// Events where a probe proves that they arrive, else polling; polling on network filesystems.
    #[default]
    Auto,
    /// Walk the inbox every [`Options::poll`].
    Polling,
}

/// What becomes of an original once its event is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Originals {
    /// It stays where it lies.
    #[default]
    Keep,
    /// It moves to [`Options::taken_dir`], under its subfolders.
    Move,
    /// It is removed.
    Delete,
}

/// How the runtime works. [`Options::new`] has the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where log, ledgers and socket lie.
    pub data_dir: PathBuf,
    /// The folder watched; default `inbox` under the data directory.
    pub inbox: PathBuf,
    /// Where originals go under [`Originals::Move`]; default `taken` under the data directory.
    pub taken_dir: PathBuf,
    /// The settle window; default [`SETTLE`].
    pub settle: Duration,
    /// Between two walks of the inbox, give or take a tenth; default [`RESCAN`].
    pub rescan: Duration,
    /// Between two walks where no hints come; default [`POLL`].
    pub poll: Duration,
    /// How changes are noticed.
    pub watching: Watching,
    /// What becomes of originals.
    pub originals: Originals,
    /// Patterns of files to leave alone, gitignore style, after the built-in ones.
    pub ignore: Vec<String>,
    /// The largest document, in bytes; default [`DOCUMENT_BYTES`].
    pub document_bytes: u64,
    /// Threads that run stages, from 1; default one a core.
    pub workers: usize,
    /// Documents at work at once, from 1; default [`IN_FLIGHT_DOCUMENTS`].
    pub in_flight_documents: usize,
    /// Bytes of originals at work at once; default [`IN_FLIGHT_BYTES`].
    pub in_flight_bytes: u64,
    /// The time bound of one stage for one document; default [`STAGE_TIME`].
    pub stage_time: Duration,
    /// Drain the inbox and stop, instead of watching on.
    pub once: bool,
}

impl Options {
    /// Returns the defaults for a data directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            inbox: data_dir.join("inbox"),
            taken_dir: data_dir.join("taken"),
            data_dir,
            settle: SETTLE,
            rescan: RESCAN,
            poll: POLL,
            watching: Watching::default(),
            originals: Originals::default(),
            ignore: Vec::new(),
            document_bytes: DOCUMENT_BYTES,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            in_flight_documents: IN_FLIGHT_DOCUMENTS,
            in_flight_bytes: IN_FLIGHT_BYTES,
            stage_time: STAGE_TIME,
            once: false,
        }
    }
}
