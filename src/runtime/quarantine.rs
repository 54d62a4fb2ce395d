//! Does what a person decided of documents that were refused or given up: try again, or set aside.
//!
//! Either is an event in the document's own stream, so that a start finds the same work from the log
//! alone. What was refused before its bytes were stored can only be tried again where its file lies.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::envelope::{Append, StreamId};
use crate::event::kinds::{DocumentDropped, DocumentRetried, Event};
use crate::model::Digest;
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::ingest::{self, failed};
use crate::runtime::line::Program;
use crate::runtime::supervisor::{self, Shutdown};
use crate::runtime::work::Due;
use crate::runtime::{Options, Outcome, RuntimeError, Summary, handover};
use crate::stage::rules::RulePack;

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Try once more.
    Retry,
    /// Set aside; nothing is due any more.
    Drop,
}

/// Does `decision` to every one of `documents`, and calls `each` with what came of it; through the
/// daemon where one holds the data directory.
///
/// # Errors
/// [`RuntimeError::InUse`] when another program holds the data directory and does not listen; otherwise
/// what stopped it.
pub fn decide(
    options: Options,
    rules: Arc<RulePack>,
    documents: &[Digest],
    decision: Decision,
    shutdown: &Shutdown,
    mut each: impl FnMut(Digest, &Outcome),
) -> Result<Summary, RuntimeError> {
    supervisor::in_runtime(async {
        shutdown.listen();
        let running = match supervisor::start(options.clone(), Program::new(rules), shutdown) {
            Ok(running) => running,
            Err(error) if error.is_unavailable() => {
                let asked = handover::decide(&options, documents, decision, &mut each).await;
                return asked.map_err(|_| error);
            }
            Err(error) => return Err(error),
        };
        let engine = running.engine.clone();
        let mut summary = Summary::default();
        for document in documents {
            let outcome = perform(&engine, *document, decision).await;
            summary.count(&outcome);
            each(*document, &outcome);
        }
        supervisor::drain(running, engine, shutdown).await?;
        Ok(summary)
    })
}

/// Does `decision` to one document and waits until the ledger shows it.
pub(super) async fn perform(engine: &Arc<Engine>, document: Digest, decision: Decision) -> Outcome {
    match try_perform(engine, document, decision).await {
        Ok(outcome) => outcome,
        Err(error) => failed(&error),
    }
}

async fn try_perform(
    engine: &Arc<Engine>,
    document: Digest,
    decision: Decision,
) -> Result<Outcome, EngineError> {
    let line = engine.line();
    let progress = engine.progress(document).await?;
    let due = progress.due(document, &line.plan);
    match (decision, due) {
        // Done already, here or by somebody else.
        (Decision::Drop, Due::Dropped(_)) => return Ok(Outcome::Dropped { document }),
        (Decision::Retry, Due::Unknown) => return look_again(engine, document).await,
        (_, Due::Done(_)) => return Ok(Outcome::SeenAgain { document }),
        _ => {}
    }
    let event = match decision {
        Decision::Retry => Event::DocumentRetried(DocumentRetried { document }),
        Decision::Drop => Event::DocumentDropped(DocumentDropped { document }),
    };
    let append = Append {
        generation: line.generation,
        expected: Some(progress.version()),
        ..Append::new(StreamId::Document(document), event)
    };
    let appended = engine.writer.append(append).await?;
    tracing::info!(%document, position = appended.position.0, generation = line.generation, ?decision, "decided");
    if decision == Decision::Drop {
        line.projector.reached(appended.position).await;
        return Ok(Outcome::Dropped { document });
    }
    let share = engine.share(0).await?;
    let ending = engine.start(&line, document, None, share);
    ingest::end_of(engine, &line, document, ending, true).await
}

/// Reads a refused file once more where it lay in the inbox.
async fn look_again(engine: &Arc<Engine>, document: Digest) -> Result<Outcome, EngineError> {
    let refused = engine
        .read(move |log| {
            let events = log.stream(StreamId::Document(document))?;
            Ok(events.into_iter().rev().find_map(|envelope| match envelope.event {
                Event::DocumentRefused(refused) => Some(refused),
                _ => None,
            }))
        })
        .await?;
    let Some(refused) = refused else {
        return Err(EngineError::Lacks(format!("the document {document}")));
    };
    let folder = refused.tags.iter().fold(engine.options.inbox.clone(), |folder, tag| folder.join(tag));
    let path = folder.join(&refused.name);
    let share = engine.share(refused.size).await?;
    let (world, limit, place) = (engine.world.clone(), engine.options.document_bytes, path.clone());
    let read = tokio::task::spawn_blocking(move || ingest::read_given(&world, &place, limit)).await;
    match read {
        Ok(Ok(received)) if received.document == document => {
            Ok(ingest::follow(engine, &refused.name, &refused.tags, received, share).await)
        }
        Ok(Ok(_)) => Ok(failed(&format!(
            "{} holds other bytes now; give the file itself: socai ingest FILE",
            path.display()
        ))),
        Ok(Err(error)) => Ok(failed(&format!(
            "nothing of it is stored and {} cannot be read ({error}); give the file: socai ingest FILE",
            path.display()
        ))),
        Err(error) => Ok(failed(&error)),
    }
}
