//! What is recorded where a stage gives no answer: a failure that is tried again, a refusal, a parking.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::event::envelope::{Append, Blob};
use crate::event::kinds::{DocumentReceived, DocumentRefused, Event, StageFailed, StageParked};
use crate::event_log::Outline;
use crate::model::Digest;
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::line::Line;
use crate::runtime::live::append;
use crate::runtime::work::{ATTEMPTS, Progress, Task};

/// Between two tries of a stage that failed; short, since a stage is a function and mostly fails for
/// good: only what lies around it (memory) can change.
const RETRY_WAIT: Duration = Duration::from_millis(100);

impl Engine {
    pub(super) async fn fail(
        &self,
        line: &Line,
        document: Digest,
        task: Task,
        message: String,
    ) -> Result<Outline, EngineError> {
        if task.attempt >= ATTEMPTS {
            return self.park(line, document, task, "failed_three_times", message, None).await;
        }
        let stage = task.stage.name();
        tracing::warn!(%document, stage, generation = line.generation, attempt = task.attempt, message, "stage-failed");
        let event = StageFailed { stage: stage.to_owned(), key: task.key, message };
        let (outline, _) = self.record(append(line, document, task, Event::StageFailed(event))).await?;
        self.world.pause(RETRY_WAIT).await;
        Ok(outline)
    }

    pub(super) async fn refuse(
        self: &Arc<Self>,
        line: &Line,
        document: Digest,
        task: Task,
        progress: &Progress,
        message: String,
    ) -> Result<Outline, EngineError> {
        let receipt = progress.received().ok_or_else(|| EngineError::Lacks("the receipt".into()))?;
        let Event::DocumentReceived(received) = self.event_at(receipt).await? else {
            return Err(EngineError::Lacks(format!("the receipt at position {receipt}")));
        };
        let DocumentReceived { name, tags, size, .. } = received;
        let refused = DocumentRefused {
            document,
            name,
            tags,
            size,
            reason: "undecodable".into(),
            message: message.clone(),
        };
        let (outline, _) = self.record(append(line, document, task, Event::DocumentRefused(refused))).await?;
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            %document, stage = task.stage.name(), position = outline.position.0, generation = line.generation,
            message, "document-refused"
        );
        Ok(outline)
    }

    /// Gives a document up under its present key, with an answer to keep where there is one beside the stored.
    pub(super) async fn park(
        &self,
        line: &Line,
        document: Digest,
        task: Task,
        reason: &str,
        message: String,
        output: Option<Blob>,
    ) -> Result<Outline, EngineError> {
        let stage = task.stage.name();
        let event = StageParked {
            stage: stage.to_owned(),
            key: task.key,
            reason: reason.to_owned(),
            message,
            output: output.as_ref().map(|blob| blob.digest),
        };
        let message = event.message.clone();
        let blobs = output.into_iter().collect();
        let append = Append { blobs, ..append(line, document, task, Event::StageParked(event)) };
        let (outline, _) = self.record(append).await?;
        self.counts.parked.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            %document, stage, position = outline.position.0, generation = line.generation, reason, message,
            "stage-parked"
        );
        Ok(outline)
    }
}
