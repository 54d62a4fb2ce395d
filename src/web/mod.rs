//! The ledger that people look at: pages on the loopback interface, read only.
//!
//! The life of a request, step by step:
//! 1. [`serve()`] takes it; `guard` refuses a name that is not the loopback's and puts the strict content
//!    policy on the answer.
//! 2. [`ask`] reads path, language and filters; the same view may be asked for as page, JSON or CSV.
//! 3. A function of `page` answers from the ledger ([`site`]), on a thread that may wait for a file.
//! 4. [`reply`] writes it out.
//!
//! Invariants: nothing here writes to log or ledger; every text from a document goes through the
//! templates' escaping; no page needs script; everything is inside the program.

pub mod ask;
mod guard;
pub mod highlight;
mod live;
mod page;
mod records;
pub mod reply;
mod series;
pub mod serve;
mod sheet;
mod shell;
pub mod site;
pub mod stream;
mod svg;

pub(crate) use crate::wording::{lang, names, numbers};
pub use serve::{WebError, bind, serve};
pub use site::Site;
