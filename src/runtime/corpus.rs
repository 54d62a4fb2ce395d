//! Carries what a ledger holds into relations across documents: ask the ledger what is due, have the
//! writer append it, wait until it is folded, ask again.
//!
//! The ledger alone says what is due, so there is nothing to remember and nothing to lose. Documents that
//! come together are taken into account together. One task does it for the line that new documents take;
//! a replay does it for its own at its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::event::envelope::Position;
use crate::event::kinds::Event;
use crate::ledger::corpus::due;
use crate::ledger::{LedgerReader, ledger_path};
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::line::Line;

/// After a document came, how long others are waited for: a folder of reports is some events, not
/// thousands.
const GATHER_WAIT: Duration = Duration::from_millis(100);
/// Between two tries where ledger or log could not be read.
const RETRY_WAIT: Duration = Duration::from_millis(500);

/// A handle to the task.
#[derive(Debug)]
pub(super) struct Corpus {
    task: JoinHandle<()>,
    finish: CancellationToken,
}

impl Corpus {
    /// Starts the task. Needs a tokio runtime.
    pub(super) fn start(engine: Arc<Engine>) -> Self {
        let finish = CancellationToken::new();
        let task = tokio::spawn(follow(engine, finish.clone()));
        Self { task, finish }
    }

    /// Takes every document into account that the log holds, and ends; at `now`, at once: the next start
    /// goes on.
    pub(super) async fn finish(self, now: &CancellationToken) {
        self.finish.cancel();
        let abort = self.task.abort_handle();
        tokio::select! {
            _ended = self.task => {}
            () = now.cancelled() => abort.abort(),
        }
    }
}

/// Follows the line that new documents take, whichever it is.
async fn follow(engine: Arc<Engine>, finish: CancellationToken) {
    loop {
        // What is found due after this is all there is.
        let ending = finish.is_cancelled();
        let mut checkpoint = {
            // The line is not held while nothing is to do: with its last handle it ends.
            let line = engine.line();
            let mut checkpoint = line.projector.checkpoint();
            checkpoint.borrow_and_update();
            match bring_up(&engine, &line).await {
                Ok(()) => {}
                Err(EngineError::Stopped) => break,
                Err(error) => {
                    tracing::warn!(%error, "figures of several documents are not related to each other; trying again");
                    engine.world.pause(RETRY_WAIT).await;
                }
            }
            checkpoint
        };
        if ending || engine.now.is_cancelled() {
            break;
        }
        tokio::select! {
            // An error means that another line has taken its place.
            _moved = checkpoint.changed() => {}
            () = finish.cancelled() => continue,
            () = engine.now.cancelled() => break,
        }
        tokio::select! {
            () = engine.world.pause(GATHER_WAIT) => {}
            () = finish.cancelled() => {}
        }
    }
}

/// Takes into account all that a line's documents state by now.
///
/// # Errors
/// What log and ledger say; the program ends.
pub(super) async fn bring_up(engine: &Arc<Engine>, line: &Line) -> Result<(), EngineError> {
    let _one = line.relating.lock().await;
    loop {
        // A ledger behind the log would have done again what the log holds.
        let head = *engine.writer.head().borrow();
        if !line.projector.reached(head).await {
            return Err(EngineError::Stopped);
        }
        if step(engine, line).await?.is_none() {
            return Ok(());
        }
    }
}

/// Appends what is due; `None` where nothing is.
async fn step(engine: &Arc<Engine>, line: &Line) -> Result<Option<Position>, EngineError> {
    let (generation, identities, rules) = (line.generation, line.identities, line.across.clone());
    let path = ledger_path(&engine.options.data_dir, generation);
    let append = engine
        .read(move |log| {
            let ledger = LedgerReader::open(&path)?;
            // What is read for one event is of one moment.
            ledger.hold()?;
            Ok(due(&ledger, log, &rules, generation, &identities)?)
        })
        .await?;
    let Some(append) = append else { return Ok(None) };
    let (documents, components) = match &append.event {
        Event::CorpusReconciled(event) => (event.joined.len(), event.components.len()),
        _ => (0, 0),
    };
    let appended = engine.writer.append(append).await?;
    tracing::info!(
        stage = "corpus",
        position = appended.position.0,
        generation,
        documents,
        components,
        "corpus-reconciled"
    );
    Ok(Some(appended.position))
}
