//! The one thread that appends: drains its queue without waiting, commits once, answers every caller.
//!
//! A full disk stops nothing that was acknowledged: the batch is kept and tried again until there is
//! room, and every caller simply waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::event::envelope::{Append, Position};
use crate::event_log::{AppendError, Appended, LogError, LogWriter, MAX_BATCH};
use crate::runtime::world::World;

/// Between two tries to append to a full disk.
const ROOM_WAIT: Duration = Duration::from_millis(500);

/// Why an event was not appended.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The log refused this request.
    #[error(transparent)]
    Refused(#[from] AppendError),
    /// The writer stopped; nothing of the request was stored.
    #[error("the writer stopped before the event was stored")]
    Stopped,
}

struct Request {
    append: Append,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

/// A handle to the writer thread.
#[derive(Debug, Clone)]
pub struct Writer {
    requests: async_channel::Sender<Request>,
    head: watch::Receiver<Position>,
    waiting: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the thread. It ends when every handle is dropped, or at `stop`, at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        log: LogWriter,
        world: World,
        stop: CancellationToken,
    ) -> std::io::Result<(Self, JoinHandle<Result<(), LogError>>)> {
        let (requests, queue) = async_channel::bounded(MAX_BATCH);
        let (head_sender, head) = watch::channel(log.head().0);
        let waiting = Arc::new(AtomicBool::new(false));
        let thread = Thread { log, world, stop, queue, head: head_sender, waiting: waiting.clone() };
        let handle = std::thread::Builder::new().name("writer".into()).spawn(move || thread.run())?;
        Ok((Self { requests, head, waiting }, handle))
    }

    /// Appends one event; returns when it is on disk.
    ///
    /// # Errors
    /// [`WriteError::Refused`] as the log says; [`WriteError::Stopped`] when the program ends first.
    pub async fn append(&self, append: Append) -> Result<Appended, WriteError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request { append, answer }).await.map_err(|_| WriteError::Stopped)?;
        Ok(answered.await.map_err(|_| WriteError::Stopped)??)
    }

    /// Takes no request more; the thread ends after those it has.
    pub fn close(&self) {
        self.requests.close();
    }

    /// Returns the last position on disk, as it moves.
    pub fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }

    /// Tells whether the writer waits for room on the disk.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }
}

struct Thread {
    log: LogWriter,
    world: World,
    stop: CancellationToken,
    queue: async_channel::Receiver<Request>,
    head: watch::Sender<Position>,
    waiting: Arc<AtomicBool>,
}

impl Thread {
    fn run(mut self) -> Result<(), LogError> {
        while let Ok(first) = self.queue.recv_blocking() {
            let mut appends = vec![first.append];
            let mut answers = vec![first.answer];
            while appends.len() < MAX_BATCH {
                let Ok(next) = self.queue.try_recv() else { break };
                appends.push(next.append);
                answers.push(next.answer);
            }
            let Some(results) = self.commit(&appends)? else { break };
            let (head, link) = self.log.head();
            tracing::debug!(position = head.0, digest = %link, requests = appends.len(), "appended");
            self.head.send_replace(head);
            for (answer, result) in answers.into_iter().zip(results) {
                // A caller that gave up has no use for the answer; the event stands all the same.
                let _gone = answer.send(result);
            }
        }
        let (head, link) = self.log.head();
        tracing::info!(position = head.0, digest = %link, "log closed");
        Ok(())
    }

    /// Commits a batch, waiting for room as long as it takes; `None` when told to stop meanwhile.
    fn commit(&mut self, appends: &[Append]) -> Result<Option<Vec<Result<Appended, AppendError>>>, LogError> {
        let mut tries = 0_u32;
        loop {
            match self.log.append(appends, self.world.now()) {
                Ok(results) => {
                    if self.waiting.swap(false, Ordering::Relaxed) {
                        tracing::info!("there is room again: the log goes on");
                    }
                    return Ok(Some(results));
                }
                Err(error) if error.can_retry() => {
                    if tries.is_multiple_of(60) {
                        tracing::warn!(%error, "nothing can be stored: waiting for room; free some space");
                    }
                    tries = tries.wrapping_add(1);
                    self.waiting.store(true, Ordering::Relaxed);
                    if self.stop.is_cancelled() {
                        return Ok(None);
                    }
                    self.world.sleep(ROOM_WAIT);
                }
                Err(error) => {
                    tracing::error!(%error, "the log cannot be written");
                    self.stop.cancel();
                    return Err(error);
                }
            }
        }
    }
}
