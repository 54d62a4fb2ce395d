//! Carries every new event into the live ledger, which may lag and never leads.

use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::event::envelope::Position;
use crate::event_log::LogReader;
use crate::ledger::LedgerWriter;
use crate::runtime::world::World;

/// Between two tries to write a ledger that cannot be written.
const RETRY_WAIT: Duration = Duration::from_millis(500);

/// Positions carried over before it looks whether it should stop.
const STEP: u64 = 8_192;

/// A handle to the projector thread.
#[derive(Debug, Clone)]
pub struct Projector {
    checkpoint: watch::Receiver<Position>,
}

impl Projector {
    /// Starts the thread; it ends when `head`'s writer ends and everything was carried over, or at
    /// `stop`, at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        mut ledger: LedgerWriter,
        log: LogReader,
        mut head: watch::Receiver<Position>,
        world: World,
        stop: CancellationToken,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, checkpoint) = watch::channel(ledger.checkpoint());
        let runtime = Handle::current();
        let run = move || {
            let mut tries = 0_u32;
            loop {
                let target = *head.borrow_and_update();
                // A step at a time, so that a ledger made from the start can be left half way.
                let before = ledger.checkpoint();
                let target = target.min(Position(before.0 + STEP));
                match ledger.catch_up(&log, target, |position| {
                    sender.send_replace(position);
                }) {
                    Ok(()) => {
                        tries = 0;
                        let moved = before < ledger.checkpoint() && ledger.checkpoint() < *head.borrow();
                        if moved && !stop.is_cancelled() {
                            continue;
                        }
                        let ended = runtime.block_on(async {
                            tokio::select! {
                                () = stop.cancelled() => true,
                                changed = head.changed() => changed.is_err(),
                            }
                        });
                        if stop.is_cancelled() || (ended && *head.borrow() <= ledger.checkpoint()) {
                            break;
                        }
                    }
                    Err(error) => {
                        if tries.is_multiple_of(60) {
                            tracing::warn!(%error, "the ledger cannot be written: trying again; it can be deleted and is rebuilt");
                        }
                        tries = tries.wrapping_add(1);
                        if stop.is_cancelled() {
                            break;
                        }
                        world.sleep(RETRY_WAIT);
                    }
                }
            }
        };
        let handle = std::thread::Builder::new().name("projector".into()).spawn(run)?;
        Ok((Self { checkpoint }, handle))
    }

    /// Makes the handle of a line that has no ledger yet: nothing is ever reached.
    pub fn none() -> Self {
        Self { checkpoint: watch::channel(Position(0)).1 }
    }

    /// Returns the last position folded, as it moves.
    pub fn checkpoint(&self) -> watch::Receiver<Position> {
        self.checkpoint.clone()
    }

    /// Waits until the ledger holds everything up to `position`; `false` when the projector ended
    /// before.
    pub async fn reached(&self, position: Position) -> bool {
        self.checkpoint.clone().wait_for(|checkpoint| *checkpoint >= position).await.is_ok()
    }
}
