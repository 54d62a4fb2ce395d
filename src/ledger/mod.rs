//! The ledger: what the events say, folded into one SQLite file a generation.
//!
//! [`LedgerWriter::apply`] folds events, in the order of the log, with the checkpoint in the same
//! transaction. Which answer of a stage is shown is decided by stage keys alone: from the
//! generation's identities the key of each stage is computed along the chain of answers, and the
//! answer stored under that key, whenever it was given and by whichever generation, is projected.
//! So the order of arrival does not matter, and a replay that found every answer given already
//! shows them without a new event.
//!
//! Findings across documents are shown as the log's `corpus-reconciled` events of the ledger's own
//! generation say; [`corpus`] tells what the next such event is, [`history`] how a finding came to stand.
//!
//! [`rebuild`] makes the file anew beside the old one and swaps it in by rename. [`LedgerReader`]
//! reads in an order that depends on contents alone, never on positions.

mod adopt;
mod ahead;
mod between;
mod build;
pub mod catalogue;
pub mod corpus;
pub mod diff;
mod difference;
mod error;
mod fold;
mod fold_corpus;
mod fold_rows;
pub mod history;
mod progress;
mod quarantine;
mod query;
mod statements;
pub mod threshold;
pub mod views;

pub use adopt::{adopt, base_path};
pub use build::{LedgerWriter, ledger_path, rebuild};
pub use error::LedgerError;
pub use progress::{StageProgress, StageRow};
pub use quarantine::{RefusedRow, SetAsideRow, TroubleRow};
pub use query::{DocumentRow, LedgerReader, StageCounts};
