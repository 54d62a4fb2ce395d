//! The inbox: hints from the watcher and walks of the folder go to the [`tracker`], which decides; what
//! it decides is done here.
//!
//! Hints are only ever a reason to look. Every folder is watched on its own, before it is listed, so
//! that nothing falls between; a hint that finds no room in the queue becomes a walk.

pub mod patterns;
mod taking;
pub mod tracker;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::runtime::engine::Engine;
use crate::runtime::world::{Found, Moment, Watcher, World};
use crate::runtime::{RuntimeError, Watching};
use patterns::Patterns;
use tracker::{Action, Input, TRIES, Tracker};

/// Hints waiting to be looked at; more of them become one walk.
const HINTS: usize = 16_384;
/// How long the probe's event may take to arrive.
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// How often it is checked that the inbox is still the folder that is watched.
const ROOT_CHECK: Duration = Duration::from_secs(1);
/// The probe's name begins with this; patterns leave it alone.
pub(super) const PROBE: &str = ".socai-probe-";

/// A running inbox.
#[derive(Debug)]
pub struct Inbox {
    ended: oneshot::Receiver<()>,
}

impl Inbox {
    /// Starts watching in a thread of its own, until `drain`; under `once`, until it is empty.
    ///
    /// # Errors
    /// A wrong ignore pattern, or when the system gives no thread.
    pub fn start(engine: Arc<Engine>, drain: CancellationToken) -> Result<Self, RuntimeError> {
        let patterns = Patterns::new(&engine.options.inbox, &engine.options.ignore)?;
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Handle::current();
        let run = move || {
            let _entered = runtime.enter();
            Shell::new(engine, patterns, drain).run();
            let _gone = end.send(());
        };
        std::thread::Builder::new().name("inbox".into()).spawn(run).map_err(|source| RuntimeError::Io {
            doing: "cannot start a thread for",
            path: "inbox".into(),
            source,
        })?;
        Ok(Self { ended })
    }

    /// Waits until the inbox takes nothing more, or `now`.
    pub async fn ended(self, now: &CancellationToken) {
        tokio::select! {
            _ = self.ended => {}
            () = now.cancelled() => {}
        }
    }
}

struct Shell {
    engine: Arc<Engine>,
    world: World,
    root: PathBuf,
    patterns: Patterns,
    drain: CancellationToken,
    tracker: Tracker,
    sender: async_channel::Sender<Input>,
    inputs: async_channel::Receiver<Input>,
    lost: Arc<AtomicBool>,
    /// How often hints were lost since the start.
    times_lost: u64,
    watcher: Option<Watcher>,
    watched: BTreeSet<PathBuf>,
    unreadable: BTreeSet<PathBuf>,
    root_inode: Option<(u64, u64)>,
    next_walk: Moment,
    next_root_check: Moment,
}

impl Shell {
    fn new(engine: Arc<Engine>, patterns: Patterns, drain: CancellationToken) -> Self {
        let (sender, inputs) = async_channel::bounded(HINTS);
        let known = taking::remembered(&engine);
        Self {
            world: engine.world.clone(),
            root: engine.options.inbox.clone(),
            tracker: Tracker::new(engine.options.settle, known),
            engine,
            patterns,
            drain,
            sender,
            inputs,
            lost: Arc::new(AtomicBool::new(false)),
            times_lost: 0,
            watcher: None,
            watched: BTreeSet::new(),
            unreadable: BTreeSet::new(),
            root_inode: None,
            next_walk: Moment::ZERO,
            next_root_check: Moment::ZERO,
        }
    }

    fn run(mut self) {
        self.watcher = self.start_watcher();
        while !self.drain.is_cancelled() {
            let now = self.world.moment();
            if self.lost.swap(false, Ordering::AcqRel) {
                self.times_lost += 1;
                tracing::warn!(times = self.times_lost, "hints were lost: walking the inbox");
                self.feed(Input::Lost);
            }
            if now >= self.next_root_check {
                self.check_root();
                self.next_root_check = now + ROOT_CHECK;
            }
            if now >= self.next_walk {
                self.walk_all();
                taking::remember(&self.engine, &mut self.tracker);
            }
            if self.engine.options.once && self.tracker.is_idle() && self.inputs.is_empty() {
                break;
            }
            let input = self.wait();
            self.feed(input);
        }
        self.watcher = None;
        // What is being taken is finished, or the document's share of the bounds would be lost.
        while self.tracker.taking() > 0 && !self.engine.now.is_cancelled() {
            let input = self.wait();
            if matches!(input, Input::Taken(..) | Input::Changed(_) | Input::Failed(..)) {
                self.tracker.stop_taking(self.world.moment(), input);
            }
        }
        taking::remember(&self.engine, &mut self.tracker);
    }

    /// Waits for the next input, or until something is due by itself.
    fn wait(&self) -> Input {
        let now = self.world.moment();
        let due = [Some(self.next_walk), Some(self.next_root_check), self.tracker.wake_at()];
        let until = due.into_iter().flatten().min().unwrap_or(now);
        let wait = until.saturating_sub(now).clamp(Duration::from_millis(1), Duration::from_millis(200));
        let inputs = self.inputs.clone();
        tokio::runtime::Handle::current()
            .block_on(async move { tokio::time::timeout(wait, inputs.recv()).await })
            .ok()
            .and_then(Result::ok)
            .unwrap_or(Input::Tick)
    }

    /// Gives the tracker one input and does what it says, and what comes of that.
    fn feed(&mut self, input: Input) {
        let mut actions: std::collections::VecDeque<Action> =
            self.tracker.step(self.world.moment(), input).into();
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Look(path) => {
                    if self.patterns.leave_alone(&path, false) {
                        continue;
                    }
                    let found = self.world.look(&path);
                    actions.extend(self.tracker.step(self.world.moment(), Input::Looked(path, found)));
                }
                Action::Walk(folder) => {
                    self.walk(&folder);
                }
                Action::WalkAll => self.walk_all(),
                Action::Unwatch(folder) => self.unwatch(&folder),
                Action::Take(path, fingerprint) => {
                    taking::start(self.engine.clone(), path, fingerprint, self.sender.clone());
                }
                Action::Report(path, tries, error) => self.report(&path, tries, &error),
            }
        }
    }

    fn report(&self, path: &Path, tries: u32, error: &str) {
        if tries == TRIES {
            self.engine.counts.failed.fetch_add(1, Ordering::Relaxed);
        }
        tracing::warn!(file = %path.display(), tries, error, "cannot be read; it is tried again later");
    }

    fn walk_all(&mut self) {
        let polling = self.watcher.is_none();
        let between = if polling { self.engine.options.poll } else { self.engine.options.rescan };
        self.feed(Input::WalkBegan);
        let complete = self.walk(&self.root.clone());
        self.feed(Input::WalkEnded { complete });
        self.next_walk = self.world.moment() + self.world.jitter(between);
    }

    /// Watches and lists a folder and those below it; `false` when one could not be listed.
    fn walk(&mut self, folder: &Path) -> bool {
        let mut complete = true;
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            if folder != self.root && self.patterns.leave_alone(&folder, true) {
                continue;
            }
            self.watch(&folder);
            let entries = match self.world.list(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    complete = false;
                    if self.unreadable.insert(folder.clone()) {
                        tracing::warn!(folder = %folder.display(), %error, "cannot be listed; the rest goes on");
                    }
                    continue;
                }
            };
            self.unreadable.remove(&folder);
            for (path, found) in entries {
                match found {
                    Found::Folder(_) => {
                        self.tracker.note_folder(&path);
                        folders.push(path);
                    }
                    _ if self.patterns.leave_alone(&path, false) => {}
                    _ => self.feed(Input::Looked(path, found)),
                }
            }
        }
        complete
    }

    fn watch(&mut self, folder: &Path) {
        let Some(watcher) = &mut self.watcher else { return };
        if self.watched.contains(folder) {
            return;
        }
        match watcher.watch(folder) {
            Ok(()) => {
                self.watched.insert(folder.to_path_buf());
            }
            Err(error) => {
                if self.unreadable.insert(folder.to_path_buf()) {
                    tracing::warn!(folder = %folder.display(), %error, "cannot be watched; it is walked every rescan");
                }
            }
        }
    }

    fn unwatch(&mut self, folder: &Path) {
        let below: Vec<PathBuf> = self
            .watched
            .range(folder.to_path_buf()..)
            .take_while(|path| path.starts_with(folder))
            .cloned()
            .collect();
        for path in below {
            self.watched.remove(&path);
            if let Some(watcher) = &mut self.watcher {
                watcher.unwatch(&path);
            }
        }
    }

    /// An inbox removed and made again is another folder of the same name: it is watched anew.
    fn check_root(&mut self) {
        let inode = match self.world.look(&self.root) {
            Found::Folder(inode) => Some(inode),
            _ => self.world.resolve(&self.root).ok().and_then(|path| match self.world.look(&path) {
                Found::Folder(inode) => Some(inode),
                _ => None,
            }),
        };
        if inode == self.root_inode {
            return;
        }
        let before = std::mem::replace(&mut self.root_inode, inode);
        self.unwatch(&self.root.clone());
        match (before, inode) {
            (None, Some(_)) | (Some(_), Some(_)) => self.next_walk = Moment::ZERO,
            _ => {
                tracing::warn!(inbox = %self.root.display(), "the inbox is gone; waiting for it to come back")
            }
        }
    }

    /// Returns a watcher where a probe proves that its events arrive.
    fn start_watcher(&mut self) -> Option<Watcher> {
        let options = &self.engine.options;
        if options.watching == Watching::Polling {
            return None;
        }
        if self.world.is_network(&self.root) {
            tracing::info!(inbox = %self.root.display(), "on a network filesystem: walking it every {:?}", options.poll);
            return None;
        }
        let probed = Arc::new(AtomicBool::new(false));
        let (seen, sender, lost) = (probed.clone(), self.sender.clone(), self.lost.clone());
        let watcher = self.world.watcher(move |event| hint(event, &sender, &lost, &seen));
        let mut watcher =
            watcher.inspect_err(|error| tracing::warn!(%error, "no watcher: walking instead")).ok()?;
        let probe = self.root.join(format!("{PROBE}{}", std::process::id()));
        let tried = watcher.watch(&self.root).is_ok() && self.world.write(&probe, b"").is_ok();
        let began = self.world.moment();
        while tried && !probed.load(Ordering::Acquire) && self.world.moment() < began + PROBE_WAIT {
            self.world.sleep(Duration::from_millis(2));
        }
        let _may_be_gone = self.world.remove(&probe);
        if probed.load(Ordering::Acquire) {
            return Some(watcher);
        }
        tracing::warn!("no event came for a probe: walking the inbox every {:?} instead", options.poll);
        None
    }
}

/// Turns what the system says into hints. Called by the watcher's thread, which must not wait.
fn hint(
    event: notify::Result<notify::Event>,
    sender: &async_channel::Sender<Input>,
    lost: &AtomicBool,
    probed: &AtomicBool,
) {
    use notify::EventKind;
    use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
    let Ok(event) = event else {
        lost.store(true, Ordering::Release);
        return;
    };
    if event.need_rescan() {
        lost.store(true, Ordering::Release);
    }
    let make: fn(PathBuf) -> Input = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Input::Closed,
        // Opening and reading change nothing; a rename told twice is told by From and To already.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Input::Gone,
        // Rights changed: a file that could not be read may be readable now.
        _ => Input::Touched,
    };
    for path in event.paths {
        let is_probe = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PROBE));
        if is_probe {
            probed.store(true, Ordering::Release);
        } else if sender.try_send(make(path)).is_err() {
            lost.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, Flag};
    use notify::{Event, EventKind};

    use super::*;

    /// What one event leaves: whether hints were lost, and how many came.
    fn heard(event: notify::Result<Event>, room: usize) -> (bool, usize) {
        let (sender, hints) = async_channel::bounded(room);
        let lost = AtomicBool::new(false);
        hint(event, &sender, &lost, &AtomicBool::new(false));
        (lost.load(Ordering::Acquire), hints.len())
    }

    fn created(paths: &[&str]) -> Event {
        paths
            .iter()
            .fold(Event::new(EventKind::Create(CreateKind::File)), |event, path| event.add_path(path.into()))
    }

    #[test]
    fn hints_that_the_system_or_a_full_queue_lost_are_told() {
        assert_eq!(heard(Ok(created(&["a.txt", "b.txt"])), 8), (false, 2));
        assert_eq!(heard(Ok(created(&["a.txt", "b.txt"])), 1), (true, 1), "no room for the second");
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(heard(Ok(overflow), 8).0, "IN_Q_OVERFLOW");
        assert!(heard(Err(notify::Error::generic("the watch is gone")), 8).0);
    }
}
