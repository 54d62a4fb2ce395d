//! Events: what happened, in the past tense, and the envelope in which each is stored.
//!
//! [`kinds`] lists the payloads, a closed set; [`envelope`] gives an event its place in the log;
//! [`codec`] writes payloads as canonical JSON and reads them back through the upcasters.
//!
//! Nothing here reads a clock, a file, a channel or a database.

#![deny(clippy::disallowed_types, clippy::disallowed_methods, clippy::float_arithmetic)]

mod canonical;
pub mod codec;
pub mod envelope;
pub mod kinds;
mod upcast;
