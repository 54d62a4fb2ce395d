//! The shell that runs the stages: inbox, queues, workers, writer, projector, supervisor.
//!
//! The life of a document, step by step:
//! 1. [`world`] reports that something happened under the inbox; the `inbox` tracker waits until the
//!    file has come to rest.
//! 2. `receive` reads it once, digests it, and decides: new, seen again, or refused.
//! 3. `writer`, the one thread that appends, makes that durable and answers.
//! 4. `work` says which stage is due, from the document's events alone; `worker` runs it on a bounded
//!    pool; its output goes through the writer again, until nothing is due.
//! 5. `projector` carries every new event into the live ledger.
//! 6. `corpus` relates the figures of documents that the ledger holds to those of the others.
//!
//! `supervisor` starts these in order and drains them in reverse; `ingest` does the same for given
//! files; `replay` makes a generation of other stages or rules beside the active one, and `activation`
//! activates it;
//! `quarantine` does what a person decided of refused and parked documents; `handover` lets a second
//! program hand either to the daemon that holds the data directory.
//!
//! Invariants: a queue carries wake-ups, never the only copy of anything; nothing is acknowledged
//! before the log has it on disk; one document never stops another.

mod activation;
mod admit;
mod corpus;
pub mod course;
pub mod engine;
mod giving_up;
pub mod handover;
pub mod inbox;
pub mod ingest;
mod inputs;
pub mod line;
mod live;
pub mod options;
pub mod outcome;
pub mod projector;
pub mod quarantine;
pub mod receive;
pub mod replay;
pub mod stages;
pub mod supervisor;
pub mod trial;
pub mod watch;
pub mod work;
pub mod worker;
pub mod world;
pub mod writer;

pub use ingest::{Source, ingest};
pub use options::{Options, Originals, Watching};
pub use outcome::{FileResult, Outcome, RuntimeError, Summary};
pub use supervisor::{Shutdown, run};
