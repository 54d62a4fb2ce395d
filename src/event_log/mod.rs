//! The event log: one SQLite file, appended by one writer, never changed.
//!
//! The life of one append:
//! 1. A caller makes an [`Append`](crate::event::envelope::Append): the event, its stream, its key.
//! 2. [`LogWriter::append`] takes a batch: one transaction, a savepoint a request.
//! 3. A key answered before is compared with what was stored; blobs are written by digest.
//! 4. The event gets the next position, the next version of its stream, and a link in the chain.
//! 5. The batch is committed under `synchronous=FULL`; only then does any caller hear of it.
//!
//! Invariants: positions have no gaps (a savepoint rolled back burns none); every link digests the
//! one before it; nothing is ever updated or deleted (triggers refuse it), but that what only generations
//! let go had answered is moved aside, header by header, so that the chain goes on over it.

mod append;
mod blobs;
mod chain;
mod error;
mod generations;
mod open;
mod read;
mod upkeep;
mod verify;

pub use append::{Appended, LogWriter, MAX_BATCH};
pub use error::{AppendError, LogError};
pub use generations::{Generation, Generations};
pub use read::{LogReader, Outline, RawEvent};
pub use upkeep::{Carried, LetGo};
pub use verify::{Damage, Verified};
