//! Reconciling across documents: what arithmetic can decide between the figures of several reports.
//!
//! 1. [`statement`] takes the figures whose key is fully bound, with the words that narrow them.
//! 2. A [`Cell`] holds the statements of one indicator, area and period; [`series`] splits it into
//!    quantities and finds for each what the reports, copies counted once, say of it.
//! 3. [`sites`] relates the series of a cell, of two years, of the months of a year, of an area and its parts: one
//!    quantity in several reports ([`alike`]), rates against levels ([`rates`]), parts against wholes ([`sums`]). A
//!    relation reads the cells of its site and nothing else, so a new document touches few sites.
//! 4. [`unprinted`] finds levels that no report prints and that several lead to.
//! 5. [`system`] looks at what holds together: joint contradictions, and those levels as tight as can be.
//! 6. [`region`] follows the relations, as they are and as they stood, from the cells that changed to all
//!    that hangs together with them, and decides that anew: what comes out is what deciding everything
//!    would have given, in whatever order documents came.
//! 7. [`witness`] tells near-duplicate texts: they are one witness.
//!
//! Only figures of *different* documents are related here; the rest is [`super::reconcile`]'s.

mod alike;
mod chain;
mod counted;
mod decide;
mod lists;
mod means;
mod rates;
mod region;
mod related;
mod series;
mod sites;
mod statement;
mod sums;
mod system;
#[cfg(test)]
mod tests;
mod unprinted;
mod witness;
mod words;

pub use lists::CodeLists;
pub use region::{Component, Loaded, Region, Standing, Stood, decide_all, decide_part, decide_region};
pub use statement::{Cell, Source, Statement};
pub use witness::{BANDS, Copies, Sketch, WITNESS_MATCHES};
pub use words::Wording;

/// Rises with every change of what is reported across documents.
pub const VERSION: u32 = 4;

/// Statements of one cell that are read. A cell of more is shared by so much that it tells nothing apart: its
/// statements are not compared, and one finding says so.
pub const CELL_LIMIT: usize = 4_096;
/// Statements of one quantity that are compared: likewise.
const SERIES_LIMIT: usize = 512;
