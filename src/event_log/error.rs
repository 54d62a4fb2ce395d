//! What can go wrong with the log, and whether trying again can help.

use std::path::PathBuf;

use crate::event::codec::CodecError;
use crate::event::envelope::{Position, Version};
use crate::model::Digest;

/// Why the log cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process is writing.
    #[error("{path} is being written by another socai; stop that one, or let it do the work")]
    Locked {
        /// The log's file.
        path: PathBuf,
    },
    /// There is no log.
    #[error("there is no event log at {path}; `socai ingest FILE` or `socai run` makes one")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is no event log of socai")]
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer program.
    #[error("{path} has log version {found}, this socai knows {known}; use the newer socai")]
    Newer {
        /// The log's file.
        path: PathBuf,
        /// As stored.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The SQLite library is too old.
    #[error("SQLite {found} may lose a write when the WAL is reset; 3.51.3 or newer is needed")]
    OldSqlite {
        /// The library's version.
        found: String,
    },
    /// A stored event cannot be read.
    #[error("event {position} cannot be read: {source}; run `socai verify`")]
    Unreadable {
        /// Its place.
        position: Position,
        /// Why.
        source: CodecError,
    },
    /// A stored event or blob is not what was written.
    #[error("the log is damaged at position {position}: {what}; restore a backup, nothing was written")]
    Damaged {
        /// The place.
        position: Position,
        /// What is wrong there.
        what: String,
    },
    /// SQLite said no.
    #[error("the event log {path}: {source}")]
    Sqlite {
        /// The log's file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system said no.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl LogError {
    /// Tells whether the same call may succeed later: a full disk, a busy file.
    pub fn can_retry(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
        match self {
            Self::Sqlite { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(DiskFull | DatabaseBusy | DatabaseLocked | SystemIoFailure | CannotOpen)
            ),
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

/// Why one request of a batch was not appended; the others stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The stream has moved on.
    #[error("{stream} is at version {found}, not {expected}; read it again and decide anew")]
    VersionMismatch {
        /// The stream.
        stream: String,
        /// What the caller knew.
        expected: Version,
        /// What is there.
        found: Version,
    },
    /// The same work gave another answer.
    #[error(
        "the stage behind {kind} is non-deterministic: {stream} under key {key} was answered at position {position} with another payload"
    )]
    NonDeterministic {
        /// The stream.
        stream: String,
        /// The event's kind, which names the stage.
        kind: &'static str,
        /// The stage key.
        key: Digest,
        /// The first answer.
        position: Position,
    },
    /// The event names a cause that is not in the log.
    #[error("the cause {cause} is not in the log, whose last position is {head}")]
    NoSuchCause {
        /// As asked.
        cause: Position,
        /// The last position.
        head: Position,
    },
    /// The bytes of a blob do not have the digest that it is named by.
    #[error("a blob named {named} has the digest {found}")]
    WrongBlob {
        /// As asked.
        named: Digest,
        /// Of its bytes.
        found: Digest,
    },
    /// The event has more bytes than one event may.
    #[error("{kind} has {bytes} bytes of payload, at most {most} are stored")]
    TooLarge {
        /// The event's kind.
        kind: &'static str,
        /// Its payload.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The payload cannot be written as JSON.
    #[error("{kind} cannot be written: {reason}")]
    Unwritable {
        /// The event's kind.
        kind: &'static str,
        /// Why.
        reason: String,
    },
}
