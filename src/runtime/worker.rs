//! A pool of threads for one stage: a bounded queue, a time bound for every piece of work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

/// Pieces of work waiting for one pool; what is beyond it waits with its document.
const QUEUE: usize = 64;

/// Why a piece of work gave no output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It panicked: a bug, told by its message.
    Panicked(String),
    /// It took longer than the bound. The thread is left to its work and another takes its place.
    TooSlow,
    /// The pool ended, or the system gave no thread.
    Stopped,
}

struct Job {
    work: Box<dyn FnOnce() + Send>,
    abandoned: Arc<AtomicBool>,
}

/// A handle to a pool; its threads end when every handle is dropped.
#[derive(Debug, Clone)]
pub struct Pool {
    name: &'static str,
    jobs: async_channel::Sender<Job>,
    queue: async_channel::WeakReceiver<Job>,
    bound: Duration,
}

impl Pool {
    /// Starts `threads` threads (1 or more) for the stage `name`, with `bound` as time bound.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(name: &'static str, threads: usize, bound: Duration) -> std::io::Result<Self> {
        let (jobs, queue) = async_channel::bounded(QUEUE);
        for _ in 0..threads.max(1) {
            spawn(name, queue.clone())?;
        }
        Ok(Self { name, jobs, queue: queue.downgrade(), bound })
    }

    /// Returns how many pieces of work wait for a thread.
    pub fn queued(&self) -> usize {
        self.jobs.len()
    }

    /// Runs `work` on the pool and returns what it returns.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let (start, started) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let abandoned = Arc::new(AtomicBool::new(false));
        // A caller that is gone has no use for either message.
        let work = Box::new(move || {
            let _gone = start.send(());
            let result =
                catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Trouble::Panicked(message(&*panic)));
            let _gone = finish.send(result);
        });
        self.jobs.send(Job { work, abandoned: abandoned.clone() }).await.map_err(|_| Trouble::Stopped)?;
        started.await.map_err(|_| Trouble::Stopped)?;
        match tokio::time::timeout(self.bound, finished).await {
            Ok(result) => result.map_err(|_| Trouble::Stopped)?,
            Err(_) => {
                abandoned.store(true, Ordering::Release);
                if let Some(queue) = self.queue.upgrade() {
                    spawn(self.name, queue).map_err(|_| Trouble::Stopped)?;
                }
                Err(Trouble::TooSlow)
            }
        }
    }
}

fn spawn(name: &'static str, queue: async_channel::Receiver<Job>) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.into()).spawn(move || {
        while let Ok(job) = queue.recv_blocking() {
            (job.work)();
            if job.abandoned.load(Ordering::Acquire) {
                break;
            }
        }
    })?;
    Ok(())
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panicked without a message".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_piece_of_work_never_stops_another() {
        let pool = Pool::start("test", 1, Duration::from_secs(1)).unwrap();
        assert_eq!(pool.run(|| 1).await, Ok(1));
        assert_eq!(pool.run(|| -> u8 { panic!("bad") }).await, Err(Trouble::Panicked("bad".into())));
        let slow = pool.run(|| std::thread::sleep(Duration::from_secs(3))).await;
        assert_eq!(slow, Err(Trouble::TooSlow));
        assert_eq!(pool.run(|| 2).await, Ok(2), "another thread took its place");
    }
}
