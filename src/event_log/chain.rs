//! The digest chain: every event's link digests the link before it, its header and its payload.

use crate::model::{Digest, Hasher};

/// The link before the first event.
pub(super) const GENESIS: Digest = Digest::from_bytes([0; 32]);

/// The fields of an event that its link covers, as stored.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) position: u64,
    pub(super) stream: &'a str,
    pub(super) version: u64,
    pub(super) kind: &'a str,
    pub(super) schema: u32,
    pub(super) stage_key: Option<Digest>,
    pub(super) cause: Option<u64>,
    pub(super) generation: u64,
    pub(super) attempt: u32,
    pub(super) recorded_at: i64,
}

/// Makes the link after `previous`; each field is preceded by its length.
pub(super) fn link(previous: Digest, header: &Header<'_>, payload: Digest) -> Digest {
    let key: &[u8] = header.stage_key.as_ref().map_or(&[], |key| key.as_bytes());
    let cause = header.cause.map(u64::to_le_bytes);
    Hasher::new()
        .field(previous.as_bytes())
        .field(&header.position.to_le_bytes())
        .field(header.stream.as_bytes())
        .field(&header.version.to_le_bytes())
        .field(header.kind.as_bytes())
        .field(&header.schema.to_le_bytes())
        .field(key)
        .field(cause.as_ref().map_or(&[], |bytes| bytes.as_slice()))
        .field(&header.generation.to_le_bytes())
        .field(&header.attempt.to_le_bytes())
        .field(&header.recorded_at.to_le_bytes())
        .field(payload.as_bytes())
        .finish()
}
