//! What is asked of a replay, and what it tells.

use serde::{Deserialize, Serialize};

use crate::event_log::LogError;
use crate::model::Digest;
use crate::runtime::RuntimeError;
use crate::runtime::engine::EngineError;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The whole rule pack, file by file.
    pub files: Vec<(String, String)>,
    /// Each stage's version: a daemon of another build must not answer for this one.
    pub versions: [u32; 4],
    /// The documents to run; `None` for all. A generation is activated only when it has all.
    pub documents: Option<Vec<Digest>>,
    /// Why, for a person.
    pub reason: String,
}

/// What is told on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// The generation, and for how many documents something is due.
    Begun {
        /// The generation.
        generation: u64,
        /// Documents for which something is due.
        documents: u64,
    },
    /// So many of them are done.
    Done {
        /// Documents done.
        documents: u64,
    },
    /// The documents are read, and the ledger is made of what the log holds.
    Ledger {
        /// Events in it.
        events: u64,
        /// Of so many.
        all: u64,
    },
}

/// A generation that holds what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Built {
    /// Its number.
    pub generation: u64,
    /// The one that readers see.
    pub active: u64,
    /// The stages are those of the active generation: there was nothing to do.
    pub unchanged: bool,
    /// Documents for which a stage was run.
    pub documents: u64,
    /// Of these, those that a stage gave up or refused.
    pub parked: u64,
}

/// A generation that readers see from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// Its number.
    pub generation: u64,
    /// The one that readers saw before.
    pub before: Option<u64>,
    /// Documents that are not in it yet: a daemon reads them now, else the next start does.
    pub left: u64,
    /// This program has its stages, so that new documents come into it.
    pub goes_on: bool,
}

/// Why a replay was not done.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such generation.
    #[error("there is no generation {0}; `socai generations` lists them")]
    NoSuch(u64),
    /// The generation was let go.
    #[error("generation {0} was let go by `socai compact`; `socai replay` with its rules makes it anew")]
    LetGo(u64),
    /// The daemon is of another build.
    #[error(
        "the daemon's stages are of other versions than this socai's: restart the daemon, it then reads \
         every document again by itself"
    )]
    OtherBuild,
    /// The rules that came over the socket cannot be read.
    #[error("the rules cannot be read: {0}")]
    Rules(String),
    /// What the runtime says.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// What the engine says.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The ledger says no.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// The daemon says no, or went away.
    #[error("the daemon: {0}")]
    Daemon(String),
    /// The caller's own judgement failed.
    #[error("{0}")]
    Judged(String),
}

impl From<LogError> for ReplayError {
    fn from(error: LogError) -> Self {
        Self::Engine(error.into())
    }
}
