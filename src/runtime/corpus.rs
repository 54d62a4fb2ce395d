//! Carries what a ledger holds into relations across documents: ask the ledger what is due, have the
//! writer append it, wait until it is folded, ask again.
//!
//! The ledger alone says what is due, so there is nothing to remember and nothing to lose. Documents that
//! come together are taken into account together: while others are under way they wait until they are as
//! many as one event takes in, so that what a hundred reports have in common is decided once and not a
//! hundred times. One task does it for the line that new documents take; a replay does it for its own at its
//! end.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::event::envelope::Position;
use crate::event::kinds::Event;
use crate::ledger::corpus::{BATCH, Relating};
use crate::runtime::engine::{Engine, EngineError};
use crate::runtime::line::Line;

/// While documents wait for those under way, how often it looks whether the wait is over.
const LOOK_WAIT: Duration = Duration::from_millis(100);
/// Looks in a row at which no document more has come, after which those that wait go ahead of a slow one.
const STALLED_LOOKS: u32 = 20;
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
    let mut wait = Wait::default();
    loop {
        // What is found due after this is all there is.
        let ending = finish.is_cancelled();
        let mut checkpoint = {
            // The line is not held while nothing is to do: with its last handle it ends.
            let line = engine.line();
            let mut checkpoint = line.projector.checkpoint();
            checkpoint.borrow_and_update();
            let done = if ending {
                // Documents that are still to be read stay as they were taken into account.
                relate(&engine, &line, false).await.map(|()| Next::Rest)
            } else {
                look(&engine, &line, &mut wait).await
            };
            match done {
                Ok(Next::Rest) => Some(checkpoint),
                Ok(Next::Again) => continue,
                Ok(Next::Wait) => None,
                Err(EngineError::Stopped) => break,
                Err(error) => {
                    tracing::warn!(%error, "figures of several documents are not related to each other; trying again");
                    engine.world.pause(RETRY_WAIT).await;
                    None
                }
            }
        };
        if ending || engine.now.is_cancelled() {
            break;
        }
        let more = async {
            match checkpoint.as_mut() {
                // An error means that another line has taken its place.
                Some(checkpoint) => drop(checkpoint.changed().await),
                None => engine.world.pause(LOOK_WAIT).await,
            }
        };
        tokio::select! {
            () = more => {}
            () = finish.cancelled() => {}
            () = engine.now.cancelled() => break,
        }
    }
}

/// What is to be done after a look.
enum Next {
    /// Look again at once.
    Again,
    /// Look again in a moment.
    Wait,
    /// Nothing until the ledger moves.
    Rest,
}

/// How long documents have waited for others.
#[derive(Debug, Default)]
struct Wait {
    waiting: u64,
    looks: u32,
}

impl Wait {
    /// Tells whether `waiting` documents go now: none is under way, they fill an event, or no other has
    /// come for a while.
    fn is_over(&mut self, waiting: u64, busy: bool) -> bool {
        self.looks = if waiting == self.waiting { self.looks + 1 } else { 0 };
        self.waiting = waiting;
        !busy || waiting >= BATCH as u64 || self.looks >= STALLED_LOOKS
    }
}

async fn look(engine: &Arc<Engine>, line: &Line, wait: &mut Wait) -> Result<Next, EngineError> {
    let relating = line.relating.clone().lock_owned().await;
    // Before the ledger is asked: a document that ends meanwhile is looked for again.
    let busy = is_busy(engine, line.generation);
    let (relating, waiting) = with(engine, relating, |relating, _| relating.waiting()).await?;
    if waiting == 0 {
        *wait = Wait::default();
        return Ok(if busy { Next::Wait } else { Next::Rest });
    }
    if !wait.is_over(waiting, busy) {
        return Ok(Next::Wait);
    }
    *wait = Wait::default();
    step(engine, line, relating, false).await?;
    Ok(Next::Again)
}

/// Tells whether documents of a generation are under way.
fn is_busy(engine: &Engine, generation: u64) -> bool {
    let at_work = engine.at_work.lock().unwrap_or_else(PoisonError::into_inner);
    at_work.keys().any(|(of, _)| *of == generation)
}

/// Takes into account all that a line's documents state by now. Nothing is due for them any more: what one of
/// them stated in the generation before and does not state here is taken back.
///
/// # Errors
/// What log and ledger say; the program ends.
pub(super) async fn bring_up(engine: &Arc<Engine>, line: &Line) -> Result<(), EngineError> {
    relate(engine, line, true).await
}

/// Takes into account what a line's documents state by now, while others may be under way.
///
/// # Errors
/// As [`bring_up`].
pub(super) async fn relate_so_far(engine: &Arc<Engine>, line: &Line) -> Result<(), EngineError> {
    relate(engine, line, false).await
}

async fn relate(engine: &Arc<Engine>, line: &Line, whole: bool) -> Result<(), EngineError> {
    let mut relating = line.relating.clone().lock_owned().await;
    loop {
        let (held, appended) = step(engine, line, relating, whole).await?;
        if appended.is_none() {
            return Ok(());
        }
        relating = held;
    }
}

type Held = OwnedMutexGuard<Relating>;

/// Asks `held` on a thread that may block.
async fn with<T: Send + 'static>(
    engine: &Arc<Engine>,
    mut held: Held,
    ask: impl FnOnce(&mut Relating, &crate::event_log::LogReader) -> Result<T, crate::ledger::LedgerError>
    + Send
    + 'static,
) -> Result<(Held, T), EngineError> {
    engine
        .read(move |log| {
            let answer = ask(&mut held, log)?;
            Ok((held, answer))
        })
        .await
}

/// Appends what is due; `None` where nothing is.
async fn step(
    engine: &Arc<Engine>,
    line: &Line,
    relating: Held,
    whole: bool,
) -> Result<(Held, Option<Position>), EngineError> {
    // A ledger behind the log would have done again what the log holds.
    let head = *engine.writer.head().borrow();
    if !line.projector.reached(head).await {
        return Err(EngineError::Stopped);
    }
    let (relating, append) = with(engine, relating, move |relating, log| relating.due(log, whole)).await?;
    let Some(append) = append else { return Ok((relating, None)) };
    let (documents, components) = match &append.event {
        Event::CorpusReconciled(event) => (event.joined.len(), event.components.len()),
        _ => (0, 0),
    };
    let appended = engine.writer.append(append).await?;
    tracing::info!(
        stage = "corpus",
        position = appended.position.0,
        generation = line.generation,
        documents,
        components,
        "corpus-reconciled"
    );
    Ok((relating, Some(appended.position)))
}
