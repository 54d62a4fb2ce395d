//! The stages: plain functions from bytes to findings. No clock, no file, no channel, no database,
//! no hash-map order: the same input and the same rules give the same bytes on every machine.
//!
//! | stage | from | to |
//! | --- | --- | --- |
//! | [`clean`] | original bytes | source text, clean text, the map between them |
//! | [`segment`] | clean text | blocks, sentences, clauses |
//! | [`extract`] | clean text and blocks | mentions and figures, in source offsets |
//! | [`reconcile`] | source text and figures | findings and derived figures |
//!
//! [`plan`] has their order and what identifies a piece of work. [`rules`] is the rule pack that they read. Sibling stages never name each other; what one passes
//! to the next is in [`crate::model`].

#![deny(clippy::disallowed_types, clippy::disallowed_methods, clippy::float_arithmetic)]

pub mod clean;
pub mod examples;
pub mod extract;
pub mod plan;
pub mod reconcile;
pub mod rules;
pub mod segment;
