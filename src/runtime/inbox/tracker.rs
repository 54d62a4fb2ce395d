//! Decides when a file has come to rest. A pure state machine: hints, looks and clock readings in,
//! [`Action`]s out; it opens no file and reads no clock, so every trap is a test without either.
//!
//! A file goes `Restless → Ready → Taking → Known`, and back to `Restless` whenever it changed:
//! * it is ready when its fingerprint was the same for the settle window, or its writer closed it;
//! * an empty file is never ready by closing alone: many programs make it first and fill it later;
//! * after taking, its fingerprint must be the one it was taken under, or it was not taken.
//!
//! Nothing here compares a file's time with a clock: a file is known by its fingerprint alone, so an
//! old file moved in is as new as any.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::world::{Fingerprint, Found, Moment};

/// Files taken at once; the rest wait in the inbox, which is a durable queue itself.
pub const TAKING: usize = 64;
/// Files that may be waiting to settle. Those beyond it are found by the next walk.
pub const PENDING: usize = 65_536;
/// The first wait before a file that could not be read is tried again; it doubles up to [`RETRY_MOST`].
pub const RETRY_FIRST: Duration = Duration::from_secs(1);
/// The longest wait before a file that could not be read is tried again.
pub const RETRY_MOST: Duration = Duration::from_secs(300);
/// How many tries a one-off run gives a file that cannot be read.
pub const TRIES: u32 = 3;

/// What the tracker is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Something may have happened to this path.
    Touched(PathBuf),
    /// Its writer closed it.
    Closed(PathBuf),
    /// It, and all below it, is gone or has another name.
    Gone(PathBuf),
    /// Hints were lost: walk everything.
    Lost,
    /// What lies at a path.
    Looked(PathBuf, Found),
    /// A walk of everything began.
    WalkBegan,
    /// A walk of everything ended; `complete` when no folder was unreadable.
    WalkEnded {
        /// No folder was left out.
        complete: bool,
    },
    /// A file was taken while it had this fingerprint.
    Taken(PathBuf, Fingerprint),
    /// A file changed while it was taken: nothing was recorded of it.
    Changed(PathBuf),
    /// A file could not be read.
    Failed(PathBuf, String),
    /// Time passed.
    Tick,
}

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Look at a path and report [`Input::Looked`].
    Look(PathBuf),
    /// Watch this folder, list it and report what is in it.
    Walk(PathBuf),
    /// Stop watching this folder and those below it.
    Unwatch(PathBuf),
    /// Walk everything from the root.
    WalkAll,
    /// Take this file, which must still have this fingerprint.
    Take(PathBuf, Fingerprint),
    /// Say that this file cannot be read, and after how many tries.
    Report(PathBuf, u32, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Restless { since: Moment },
    Ready,
    Taking { touched: bool },
    Known,
    Failing { retry_at: Moment },
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    fingerprint: Fingerprint,
    state: State,
    closed: bool,
    tries: u32,
    walk: u64,
}

/// The state of every file under the inbox.
#[derive(Debug)]
pub struct Tracker {
    settle: Duration,
    files: BTreeMap<Arc<Path>, Entry>,
    folders: BTreeSet<PathBuf>,
    due: BTreeSet<(Moment, Arc<Path>)>,
    ready: VecDeque<Arc<Path>>,
    closed_unseen: BTreeSet<PathBuf>,
    taking: usize,
    pending: usize,
    left_out: bool,
    walk: u64,
    walking: bool,
    news: bool,
}

impl Tracker {
    /// Starts with nothing seen. `known` is what an earlier run remembers of files already taken;
    /// leaving it out costs reading them again and nothing else.
    pub fn new(settle: Duration, known: impl IntoIterator<Item = (PathBuf, Fingerprint)>) -> Self {
        let files = known
            .into_iter()
            .map(|(path, fingerprint)| {
                (path.into(), Entry { fingerprint, state: State::Known, closed: false, tries: 0, walk: 0 })
            })
            .collect();
        Self {
            settle,
            files,
            folders: BTreeSet::new(),
            due: BTreeSet::new(),
            ready: VecDeque::new(),
            closed_unseen: BTreeSet::new(),
            taking: 0,
            pending: 0,
            left_out: false,
            walk: 0,
            walking: false,
            news: false,
        }
    }

    /// Returns when something is due without any further input.
    pub fn wake_at(&self) -> Option<Moment> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Tells whether every file seen was taken or given up after [`TRIES`] tries.
    pub fn is_idle(&self) -> bool {
        self.pending == 0 && self.taking == 0 && !self.left_out && !self.walking
    }

    /// Returns how many files are being taken.
    pub const fn taking(&self) -> usize {
        self.taking
    }

    /// Takes the report of a file that was being taken, and starts no other: the program ends.
    pub fn stop_taking(&mut self, now: Moment, input: Input) {
        self.ready.clear();
        self.step(now, input);
    }

    /// Learns of a folder that a walk came by.
    pub fn note_folder(&mut self, folder: &Path) {
        if !self.folders.contains(folder) {
            self.folders.insert(folder.to_path_buf());
        }
    }

    /// Tells whether files were taken since the start or since this was last asked.
    pub const fn take_news(&mut self) -> bool {
        std::mem::replace(&mut self.news, false)
    }

    /// Returns the files taken, with the fingerprint of each: what the next run may remember.
    pub fn known(&self) -> impl Iterator<Item = (&Path, &Fingerprint)> {
        self.files
            .iter()
            .filter(|(_, entry)| entry.state == State::Known)
            .map(|(path, entry)| (&**path, &entry.fingerprint))
    }

    /// Takes one input at a moment and returns what is to be done, in order.
    pub fn step(&mut self, now: Moment, input: Input) -> Vec<Action> {
        let mut actions = Vec::new();
        match input {
            Input::Touched(path) => {
                self.touch(&path);
                actions.push(Action::Look(path));
            }
            Input::Closed(path) => {
                self.touch(&path);
                match self.files.get_mut(path.as_path()) {
                    Some(entry) => entry.closed = true,
                    None => {
                        if self.closed_unseen.len() < PENDING {
                            self.closed_unseen.insert(path.clone());
                        }
                    }
                }
                actions.push(Action::Look(path));
            }
            Input::Gone(path) => self.gone(&path, &mut actions),
            Input::Lost => actions.push(Action::WalkAll),
            Input::Looked(path, found) => self.looked(now, path, found, &mut actions),
            Input::WalkBegan => {
                self.walk += 1;
                self.walking = true;
                self.left_out = false;
            }
            Input::WalkEnded { complete } => self.walk_ended(complete),
            Input::Taken(path, fingerprint) => self.taken(now, &path, fingerprint, &mut actions),
            Input::Changed(path) => self.changed(now, &path, &mut actions),
            Input::Failed(path, error) => self.failed(now, &path, error, &mut actions),
            Input::Tick => {}
        }
        self.look_at_due(now, &mut actions);
        self.take_ready(&mut actions);
        actions
    }

    /// A hint after a file was known means that somebody wrote to it since, even where size and times
    /// came out the same (two writes within one tick of the file's clock): it is read again.
    fn touch(&mut self, path: &Path) {
        if let Some(entry) = self.files.get_mut(path) {
            match &mut entry.state {
                State::Taking { touched } => *touched = true,
                State::Known => entry.fingerprint.changed = i128::MIN,
                _ => {}
            }
        }
    }

    fn looked(&mut self, now: Moment, path: PathBuf, found: Found, actions: &mut Vec<Action>) {
        match found {
            Found::File(fingerprint) => self.saw(now, path, fingerprint),
            Found::Folder(_) => {
                self.folders.insert(path.clone());
                actions.push(Action::Walk(path));
            }
            Found::Missing => self.gone(&path, actions),
            // A file that became a link is no file of ours any more; one that may not be looked at
            // stays what it was until the next walk.
            Found::Other => self.forget(&path),
            Found::Unreadable => {}
        }
    }

    fn saw(&mut self, now: Moment, path: PathBuf, fingerprint: Fingerprint) {
        let closed = self.closed_unseen.remove(&path);
        let key: Arc<Path> = path.into();
        let walk = self.walk;
        let Some(entry) = self.files.get_mut(&key) else {
            if self.pending >= PENDING {
                self.left_out = true;
                return;
            }
            let state = State::Restless { since: now };
            self.files.insert(key.clone(), Entry { fingerprint, state, closed, tries: 0, walk });
            self.pending += 1;
            self.settle_or_wait(now, &key);
            return;
        };
        entry.walk = walk;
        entry.closed |= closed;
        let same = entry.fingerprint == fingerprint;
        match entry.state {
            State::Restless { .. } if same => {}
            State::Restless { .. } => {
                // What was closed is not what lies there now, unless this very hint is of a closing.
                entry.fingerprint = fingerprint;
                entry.state = State::Restless { since: now };
            }
            State::Known if same => return,
            State::Known => {
                if self.pending >= PENDING {
                    self.left_out = true;
                    return;
                }
                entry.fingerprint = fingerprint;
                entry.state = State::Restless { since: now };
                self.pending += 1;
            }
            State::Failing { retry_at } if same && now < retry_at => return,
            State::Failing { .. } => {
                // Not read again for as long as it takes to settle once more, unless it is the same.
                let since = if same { now.saturating_sub(self.settle) } else { now };
                entry.fingerprint = fingerprint;
                entry.state = State::Restless { since };
                if entry.tries >= TRIES {
                    self.pending += 1;
                }
            }
            State::Ready | State::Taking { .. } => return,
        }
        self.settle_or_wait(now, &key);
    }

    /// Makes a restless file ready, or says when to look again.
    fn settle_or_wait(&mut self, now: Moment, key: &Arc<Path>) {
        let Some(entry) = self.files.get_mut(key) else { return };
        let State::Restless { since } = entry.state else { return };
        if now >= since + self.settle || (entry.closed && entry.fingerprint.size > 0) {
            entry.state = State::Ready;
            self.ready.push_back(key.clone());
        } else {
            self.due.insert((since + self.settle, key.clone()));
        }
    }

    fn look_at_due(&mut self, now: Moment, actions: &mut Vec<Action>) {
        while let Some((at, _)) = self.due.first() {
            if *at > now {
                break;
            }
            if let Some((_, key)) = self.due.pop_first() {
                actions.push(Action::Look(key.to_path_buf()));
            }
        }
    }

    fn take_ready(&mut self, actions: &mut Vec<Action>) {
        while self.taking < TAKING {
            let Some(key) = self.ready.pop_front() else { break };
            let Some(entry) = self.files.get_mut(&key) else { continue };
            if entry.state == State::Ready {
                entry.state = State::Taking { touched: false };
                self.taking += 1;
                actions.push(Action::Take(key.to_path_buf(), entry.fingerprint));
            }
        }
    }

    fn taken(&mut self, now: Moment, path: &Path, fingerprint: Fingerprint, actions: &mut Vec<Action>) {
        let Some(entry) = self.files.get_mut(path) else { return };
        let State::Taking { touched } = entry.state else { return };
        self.taking -= 1;
        entry.closed = false;
        if touched {
            // Somebody wrote while it was being read: what was read was whole, what lies there now
            // may be another document.
            entry.state = State::Restless { since: now };
            actions.push(Action::Look(path.to_path_buf()));
            return;
        }
        self.pending -= 1;
        entry.tries = 0;
        entry.fingerprint = fingerprint;
        entry.state = State::Known;
        self.news = true;
        self.walk_again_when_room(actions);
    }

    fn changed(&mut self, now: Moment, path: &Path, actions: &mut Vec<Action>) {
        let Some(entry) = self.files.get_mut(path) else { return };
        if matches!(entry.state, State::Taking { .. }) {
            self.taking -= 1;
            entry.closed = false;
            entry.state = State::Restless { since: now };
            actions.push(Action::Look(path.to_path_buf()));
        }
    }

    fn failed(&mut self, now: Moment, path: &Path, error: String, actions: &mut Vec<Action>) {
        let Some((key, _)) = self.files.get_key_value(path) else { return };
        let key = key.clone();
        let Some(entry) = self.files.get_mut(path) else { return };
        if !matches!(entry.state, State::Taking { .. }) {
            return;
        }
        self.taking -= 1;
        entry.tries = entry.tries.saturating_add(1);
        let tries = entry.tries;
        let retry_at = now + RETRY_FIRST.saturating_mul(1 << tries.min(10)).min(RETRY_MOST);
        entry.state = State::Failing { retry_at };
        self.due.insert((retry_at, key));
        if tries >= TRIES {
            self.pending -= 1;
        }
        actions.push(Action::Report(path.to_path_buf(), tries, error));
    }

    fn walk_ended(&mut self, complete: bool) {
        self.walking = false;
        if !complete {
            return;
        }
        let walk = self.walk;
        let unseen: Vec<Arc<Path>> = self
            .files
            .iter()
            .filter(|(_, entry)| entry.walk < walk && !matches!(entry.state, State::Taking { .. }))
            .map(|(path, _)| path.clone())
            .collect();
        for path in unseen {
            self.forget(&path);
        }
    }

    fn walk_again_when_room(&mut self, actions: &mut Vec<Action>) {
        if self.left_out && self.pending < PENDING / 2 {
            self.left_out = false;
            actions.push(Action::WalkAll);
        }
    }

    fn gone(&mut self, path: &Path, actions: &mut Vec<Action>) {
        self.closed_unseen.remove(path);
        if self.folders.remove(path) {
            let below: Vec<PathBuf> = self
                .folders
                .range(path.to_path_buf()..)
                .take_while(|folder| folder.starts_with(path))
                .cloned()
                .collect();
            for folder in below {
                self.folders.remove(&folder);
            }
            actions.push(Action::Unwatch(path.to_path_buf()));
            let files: Vec<Arc<Path>> = self
                .files
                .range::<Path, _>((std::ops::Bound::Excluded(path), std::ops::Bound::Unbounded))
                .take_while(|(file, _)| file.starts_with(path))
                .map(|(file, _)| file.clone())
                .collect();
            for file in files {
                self.forget(&file);
            }
        }
        self.forget(path);
    }

    fn forget(&mut self, path: &Path) {
        let Some(entry) = self.files.remove(path) else { return };
        match entry.state {
            State::Taking { .. } => {
                self.taking -= 1;
                self.pending -= 1;
            }
            State::Restless { .. } | State::Ready => self.pending -= 1,
            State::Failing { .. } if entry.tries < TRIES => self.pending -= 1,
            State::Failing { .. } | State::Known => {}
        }
    }
}

#[cfg(test)]
mod tests;
