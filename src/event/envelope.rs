//! The envelope in which an event is stored, and the request to store one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kinds::Event;
use crate::model::Digest;

/// Which history an event belongs to: a document's, the generations', or the corpus's (relations
/// across documents).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamId {
    /// The history of one document, named by the blake3 of its original bytes.
    Document(Digest),
    /// Generations started and activated.
    Generations,
    /// What holds across documents.
    Corpus,
}

/// A text that names no stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stream: {0:?}; expected 64 hex digits, `generations` or `corpus`")]
pub struct BadStream(String);

impl StreamId {
    /// Returns the document whose history it is.
    pub const fn document(&self) -> Option<Digest> {
        match self {
            Self::Document(digest) => Some(*digest),
            Self::Generations | Self::Corpus => None,
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(digest) => digest.fmt(out),
            Self::Generations => out.write_str("generations"),
            Self::Corpus => out.write_str("corpus"),
        }
    }
}

impl FromStr for StreamId {
    type Err = BadStream;

    fn from_str(text: &str) -> Result<Self, BadStream> {
        match text {
            "generations" => Ok(Self::Generations),
            "corpus" => Ok(Self::Corpus),
            _ => text.parse().map(Self::Document).map_err(|_| BadStream(text.chars().take(80).collect())),
        }
    }
}

/// A place in the log, from 1, without gaps; 0 is before the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// A place in one stream, from 1, without gaps; 0 is before the first event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Place in the log.
    pub position: Position,
    /// The history it belongs to.
    pub stream: StreamId,
    /// Place in that history.
    pub version: Version,
    /// What happened.
    pub event: Event,
    /// The schema under which its payload was written, before upcasting.
    pub schema: u32,
    /// For a stage's output: what identifies the work.
    pub stage_key: Option<Digest>,
    /// The event that led to this one.
    pub cause: Option<Position>,
    /// The generation that asked.
    pub generation: u64,
    /// The try, from 1.
    pub attempt: u32,
    /// When it was recorded; informational, never an order.
    pub recorded_at: Timestamp,
    /// blake3 of the canonical payload: equal outputs have equal digests, whatever the key.
    pub payload_digest: Digest,
    /// The chain's link: blake3 of the previous link, this header and the payload's digest.
    pub digest: Digest,
}

/// Bytes stored under their own digest, in the same transaction as the event that names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// blake3 of `bytes`.
    pub digest: Digest,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// Names `bytes` by their digest.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), bytes }
    }
}

/// A request to append one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The history to append to.
    pub stream: StreamId,
    /// What happened.
    pub event: Event,
    /// For a stage's output: what identifies the work. A key answered already with the same payload
    /// gets the first answer; with another payload it is an error.
    pub stage_key: Option<Digest>,
    /// The event that led to this one; it must be in the log.
    pub cause: Option<Position>,
    /// The generation that asks.
    pub generation: u64,
    /// The try, from 1.
    pub attempt: u32,
    /// The stream's last version as the caller knows it; `None` takes any.
    pub expected: Option<Version>,
    /// What to store with it.
    pub blobs: Vec<Blob>,
    /// The event as [`codec::encode`](super::codec::encode) writes it, where the caller has that at hand: the
    /// one writer then need not write it out.
    pub payload: Option<Arc<Vec<u8>>>,
}

impl Append {
    /// Asks for `event` in `stream`, for generation 1, with no key, cause, expectation or blob.
    pub const fn new(stream: StreamId, event: Event) -> Self {
        Self {
            stream,
            event,
            stage_key: None,
            cause: None,
            generation: 1,
            attempt: 1,
            expected: None,
            blobs: Vec::new(),
            payload: None,
        }
    }
}
