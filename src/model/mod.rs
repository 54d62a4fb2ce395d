//! The nouns of the ledger: plain values that every stage and every table agrees on.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`digest`] | the blake3 digest that names documents, blobs and stage keys |
//! | [`span`] | half-open byte ranges |
//! | [`decimal`] | exact decimals, as printed in figures |
//! | [`text`] | clean text and its map back to the source text |
//! | [`segment`] | blocks, sentences and clauses |
//! | [`mention`] | numerals and what class they are of |
//! | [`period`] | SDMX periods and their bounds |
//! | [`figure`] | a statement of a value at a key |
//! | [`finding`] | a relation between figures, decided |
//! | [`fold`] | text as it is searched for |
//! | [`rational`] | exact fractions, checked |
//! | [`interval`] | sets of exact values with open and closed ends |
//! | [`record`] | the lines that `socai export` promises |
//!
//! Nothing here reads a clock, a file, a channel or a database.

#![deny(clippy::disallowed_types, clippy::disallowed_methods, clippy::float_arithmetic)]

pub mod decimal;
pub mod digest;
pub mod figure;
pub mod finding;
pub mod fold;
pub mod interval;
pub mod mention;
pub mod period;
pub mod rational;
pub mod record;
pub mod segment;
pub mod span;
pub mod text;

pub use decimal::Decimal;
pub use digest::{Digest, Hasher};
pub use span::Span;
