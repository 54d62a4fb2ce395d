//! Admits what was read: a new document, one seen again, or one refused.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::event::envelope::{Append, Blob, Position, StreamId, Version};
use crate::event::kinds::{DocumentReceived, DocumentRefused, DocumentSeenAgain, Event};
use crate::event_log::AppendError;
use crate::model::Digest;
use crate::runtime::engine::{Admitted, Engine, EngineError};
use crate::runtime::receive::Received;
use crate::runtime::work::Progress;
use crate::runtime::writer::WriteError;

impl Engine {
    /// Records what was read: new, seen again, or refused. Returns when that is on disk.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub async fn admit(
        self: &Arc<Self>,
        name: &str,
        tags: &[String],
        received: &Received,
    ) -> Result<(Admitted, Position), EngineError> {
        let document = received.document;
        // Most documents are new: the log says so itself when one is not, and is looked at then.
        let mut progress = Progress::default();
        loop {
            let expected = progress.version();
            let (name, tags) = (name.to_owned(), tags.to_vec());
            if expected > Version(0)
                && self.is_named(document, &name, &tags, received.verdict.is_err()).await?
            {
                let known = if received.verdict.is_ok() { Admitted::Known } else { Admitted::Refused };
                return Ok((known, Position(0)));
            }
            let (event, admitted, blobs) = match &received.verdict {
                Err(refusal) => {
                    let event = DocumentRefused {
                        document,
                        name,
                        tags,
                        size: received.size,
                        reason: refusal.reason.to_owned(),
                        message: refusal.message.clone(),
                    };
                    (Event::DocumentRefused(event), Admitted::Refused, Vec::new())
                }
                Ok(_) if progress.is_received() => {
                    let event = DocumentSeenAgain { document, name, tags };
                    (Event::DocumentSeenAgain(event), Admitted::SeenAgain, Vec::new())
                }
                Ok(accepted) => {
                    let media_type = accepted.media_type.to_owned();
                    let event = DocumentReceived { document, name, tags, size: received.size, media_type };
                    let blob = Blob { digest: document, bytes: accepted.bytes.clone() };
                    (Event::DocumentReceived(event), Admitted::New, vec![blob])
                }
            };
            let append = Append {
                generation: self.line().generation,
                expected: Some(expected),
                blobs,
                ..Append::new(StreamId::Document(document), event)
            };
            let count = match admitted {
                Admitted::New => &self.counts.received,
                Admitted::SeenAgain | Admitted::Known => &self.counts.seen_again,
                Admitted::Refused => &self.counts.refused,
            };
            match self.writer.append(append).await {
                Ok(appended) => {
                    count.fetch_add(1, Ordering::Relaxed);
                    return Ok((admitted, appended.position));
                }
                // The same bytes came in before, or by another way meanwhile.
                Err(WriteError::Refused(AppendError::VersionMismatch { .. })) => {
                    progress = self.progress(document).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn is_named(
        self: &Arc<Self>,
        document: Digest,
        name: &str,
        tags: &[String],
        refused: bool,
    ) -> Result<bool, EngineError> {
        let (name, tags) = (name.to_owned(), tags.to_vec());
        self.read(move |log| {
            let events = log.stream(StreamId::Document(document))?;
            Ok(events.iter().any(|envelope| match &envelope.event {
                Event::DocumentReceived(event) => !refused && event.name == name && event.tags == tags,
                Event::DocumentSeenAgain(event) => !refused && event.name == name && event.tags == tags,
                Event::DocumentRefused(event) => refused && event.name == name && event.tags == tags,
                _ => false,
            }))
        })
        .await
    }
}
