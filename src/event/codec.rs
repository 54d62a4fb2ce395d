//! Payloads as canonical JSON: keys sorted, no white space, so that equal events are equal bytes.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kinds::Event;
use super::{canonical, upcast};

/// Why a payload cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The kind is not in this program's closed set.
    #[error("event kind {kind:?} is unknown to this version of socai; use the version that wrote it")]
    UnknownKind {
        /// As stored.
        kind: String,
    },
    /// The payload's schema is newer than this program's.
    #[error("{kind} has schema {found}, this version of socai reads up to {known}; use a newer socai")]
    NewerSchema {
        /// As stored.
        kind: String,
        /// As stored.
        found: u32,
        /// The newest that can be read.
        known: u32,
    },
    /// The payload does not have its kind's shape.
    #[error("{kind} has an unreadable payload at {path}: {reason}")]
    Malformed {
        /// As stored.
        kind: String,
        /// Where in the payload.
        path: String,
        /// What was wrong there.
        reason: String,
    },
}

/// Returns the newest payload schema of `kind`; `None` for an unknown kind.
pub fn schema_of(kind: &str) -> Option<u32> {
    Some(match kind {
        // 2: `tags` was added (see `upcast`).
        "document-received" | "document-seen-again" => 2,
        // 2: `versions` and `files` were added; 3: `follows` and `untouched`.
        "generation-started" => 3,
        // 2: `basis`, `cells` of documents and `places` were added; 3: `withdrawn` and `derived`; 4: `stated`.
        "corpus-reconciled" => 4,
        // 2: `output` was added.
        "stage-parked" => 2,
        "document-refused"
        | "text-cleaned"
        | "text-segmented"
        | "figures-extracted"
        | "figures-reconciled"
        | "stage-failed"
        | "document-retried"
        | "document-dropped"
        | "generation-activated"
        | "generation-let-go" => 1,
        _ => return None,
    })
}

/// Writes the payload of `event` as canonical JSON.
///
/// # Errors
/// Only where a value cannot be JSON at all, which no payload of the closed set is.
pub fn encode(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
    match event {
        Event::DocumentReceived(payload) => canonical::print(payload),
        Event::DocumentSeenAgain(payload) => canonical::print(payload),
        Event::DocumentRefused(payload) => canonical::print(payload),
        Event::TextCleaned(payload) => canonical::print(payload),
        Event::TextSegmented(payload) => canonical::print(payload),
        Event::FiguresExtracted(payload) => canonical::print(payload),
        Event::FiguresReconciled(payload) => canonical::print(payload),
        Event::CorpusReconciled(payload) => canonical::print(payload),
        Event::StageFailed(payload) => canonical::print(payload),
        Event::StageParked(payload) => canonical::print(payload),
        Event::DocumentRetried(payload) => canonical::print(payload),
        Event::DocumentDropped(payload) => canonical::print(payload),
        Event::GenerationStarted(payload) => canonical::print(payload),
        Event::GenerationActivated(payload) => canonical::print(payload),
        Event::GenerationLetGo(payload) => canonical::print(payload),
    }
}

/// Reads a stored payload, older schemas through their upcasters.
///
/// # Errors
/// An unknown kind, a schema newer than this program's, or a payload of another shape.
pub fn decode(kind: &str, schema: u32, payload: &[u8]) -> Result<Event, CodecError> {
    let known = schema_of(kind).ok_or_else(|| CodecError::UnknownKind { kind: kind.to_owned() })?;
    if schema > known {
        return Err(CodecError::NewerSchema { kind: kind.to_owned(), found: schema, known });
    }
    let upcast;
    let current: &[u8] = if schema == known {
        payload
    } else {
        let value: Value = read(kind, payload)?;
        upcast = upcast::to_current(kind, schema, value).to_string().into_bytes();
        &upcast
    };
    Ok(match kind {
        "document-received" => Event::DocumentReceived(read(kind, current)?),
        "document-seen-again" => Event::DocumentSeenAgain(read(kind, current)?),
        "document-refused" => Event::DocumentRefused(read(kind, current)?),
        "text-cleaned" => Event::TextCleaned(read(kind, current)?),
        "text-segmented" => Event::TextSegmented(read(kind, current)?),
        "figures-extracted" => Event::FiguresExtracted(read(kind, current)?),
        "figures-reconciled" => Event::FiguresReconciled(read(kind, current)?),
        "corpus-reconciled" => Event::CorpusReconciled(read(kind, current)?),
        "stage-failed" => Event::StageFailed(read(kind, current)?),
        "stage-parked" => Event::StageParked(read(kind, current)?),
        "document-retried" => Event::DocumentRetried(read(kind, current)?),
        "document-dropped" => Event::DocumentDropped(read(kind, current)?),
        "generation-started" => Event::GenerationStarted(read(kind, current)?),
        "generation-activated" => Event::GenerationActivated(read(kind, current)?),
        "generation-let-go" => Event::GenerationLetGo(read(kind, current)?),
        _ => return Err(CodecError::UnknownKind { kind: kind.to_owned() }),
    })
}

fn read<T: DeserializeOwned>(kind: &str, payload: &[u8]) -> Result<T, CodecError> {
    let mut json = serde_json::Deserializer::from_slice(payload);
    serde_path_to_error::deserialize(&mut json).map_err(|error| CodecError::Malformed {
        kind: kind.to_owned(),
        path: error.path().to_string(),
        reason: error.inner().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kinds::{DocumentReceived, GenerationActivated};
    use crate::model::Digest;

    #[test]
    fn keys_are_sorted_and_an_event_survives() {
        let event = Event::DocumentReceived(DocumentReceived {
            document: Digest::of(b"x"),
            name: "a.txt".into(),
            tags: vec!["tinh".into()],
            size: 1,
            media_type: "text/plain".into(),
        });
        let bytes = encode(&event).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let places: Vec<_> = ["document", "media_type", "name", "size", "tags"]
            .iter()
            .map(|k| text.find(k).unwrap())
            .collect();
        assert!(places.is_sorted(), "{text}");
        assert_eq!(decode("document-received", 2, &bytes), Ok(event));
    }

    #[test]
    fn a_payload_of_schema_one_is_read_without_tags() {
        let old = format!(
            r#"{{"document":"{}","media_type":"text/plain","name":"a.txt","size":3}}"#,
            Digest::of(b"x")
        );
        let Ok(Event::DocumentReceived(read)) = decode("document-received", 1, old.as_bytes()) else {
            panic!("schema 1 must be read");
        };
        assert!(read.tags.is_empty());
    }

    #[test]
    fn what_is_newer_unknown_or_broken_is_refused_with_a_reason() {
        let payload = encode(&Event::GenerationActivated(GenerationActivated { number: 1 })).unwrap();
        assert!(matches!(
            decode("generation-activated", 2, &payload),
            Err(CodecError::NewerSchema { found: 2, known: 1, .. })
        ));
        assert!(matches!(decode("moon-landed", 1, &payload), Err(CodecError::UnknownKind { .. })));
        let broken = decode("generation-activated", 1, br#"{"number":"x"}"#);
        assert!(matches!(broken, Err(CodecError::Malformed { path, .. }) if path == "number"));
    }
}
