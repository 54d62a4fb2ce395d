//! What can go wrong with a ledger; since it is derived, the cure is to rebuild it.

use std::path::PathBuf;

use crate::event_log::LogError;

/// Why a ledger cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no ledger.
    #[error("there is no ledger at {path}; `socai rebuild` makes it from the event log")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file was made by another version of the program.
    #[error("{path} has ledger version {found}, this socai makes {known}; run `socai rebuild`")]
    OtherVersion {
        /// The ledger's file.
        path: PathBuf,
        /// As stored.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// A record in the ledger is not what this program writes.
    #[error("{path}: {what}; run `socai rebuild`")]
    Damaged {
        /// The ledger's file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// SQLite said no.
    #[error("the ledger {path}: {source}")]
    Sqlite {
        /// The ledger's file.
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
    /// The event log said no.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl LedgerError {
    /// Tells whether the same call may succeed later: a full disk, a busy file.
    pub fn can_retry(&self) -> bool {
        match self {
            Self::Log(error) => error.can_retry(),
            Self::Sqlite { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::DiskFull
                        | rusqlite::ErrorCode::DatabaseBusy
                        | rusqlite::ErrorCode::DatabaseLocked
                )
            ),
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
