//! What the runtime tells its callers: a result for every file, and why it could not work at all.

use std::path::PathBuf;

use crate::model::Digest;

/// What became of one given file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Its figures are in the ledger.
    Received {
        /// The document.
        document: Digest,
        /// How many figures it states; 0 is no error.
        figures: usize,
    },
    /// The same bytes were there before.
    SeenAgain {
        /// The document.
        document: Digest,
    },
    /// It was looked at and not taken in.
    Refused {
        /// The digest of its bytes.
        document: Digest,
        /// `too_large`, `unknown_type`, `undecodable`.
        reason: String,
        /// What was wrong and what to do.
        message: String,
    },
    /// It is in the log, but a stage gave it up.
    Parked {
        /// The document.
        document: Digest,
        /// The stage.
        stage: String,
        /// What went wrong the last time.
        message: String,
    },
    /// It was set aside, as a person asked.
    Dropped {
        /// The document.
        document: Digest,
    },
    /// It could not be read.
    Failed {
        /// What was wrong and what to do.
        message: String,
    },
}

impl Outcome {
    /// Tells whether the ledger holds the file's figures, or what was asked was done.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Received { .. } | Self::SeenAgain { .. } | Self::Dropped { .. })
    }
}

/// One given file and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileResult {
    /// The path as given; `-` for standard input.
    pub path: PathBuf,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Summary {
    /// Counts one more result.
    pub fn count(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Received { .. } => &mut self.received,
            Outcome::SeenAgain { .. } => &mut self.seen_again,
            Outcome::Refused { .. } => &mut self.refused,
            Outcome::Parked { .. } => &mut self.parked,
            Outcome::Failed { .. } => &mut self.failed,
            Outcome::Dropped { .. } => return,
        };
        *count += 1;
    }
}

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Summary {
    /// Documents received.
    pub received: u64,
    /// Files whose bytes were there before.
    pub seen_again: u64,
    /// Files refused.
    pub refused: u64,
    /// Documents a stage gave up.
    pub parked: u64,
    /// Files that could not be read.
    pub failed: u64,
}

/// Why the runtime could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// Another program holds the data directory: exit code 69.
    #[error(
        "the data directory {0} is held by another socai; a daemon (`socai run`) takes files and replays from \
         others, any other command ends by itself: ask again then"
    )]
    InUse(PathBuf),
    /// A file or folder of the runtime's own could not be used.
    #[error("{doing} {path}: {source}")]
    Io {
        /// What was tried (`cannot create`).
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The log or the ledger cannot be used: damaged, or from a newer version.
    #[error("{0}")]
    Store(String),
    /// An ignore pattern is wrong.
    #[error("ignore pattern {pattern:?}: {message}; patterns are written as in .gitignore")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
}

impl RuntimeError {
    /// Tells whether another program holds the data directory (exit code 69).
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::InUse(_))
    }
}
