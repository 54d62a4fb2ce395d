//! The inbox and its traps, on a real filesystem with a real watcher.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socai::event::envelope::{Position, StreamId};
use socai::event::kinds::Event;
use socai::event_log::LogReader;
use socai::runtime::{Options, Originals, RuntimeError, Shutdown, Source, Summary, Watching, ingest, run};
use socai::stage::rules::RulePack;

/// The settle window of these tests: long enough to write a file in two halves.
const SETTLE: Duration = Duration::from_millis(300);
/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn rules() -> Arc<RulePack> {
    Arc::new(RulePack::builtin().clone())
}

/// A daemon in this process, with its data in a folder of its own.
struct Daemon {
    folder: tempfile::TempDir,
    shutdown: Shutdown,
    thread: Option<std::thread::JoinHandle<Result<Summary, RuntimeError>>>,
}

impl Daemon {
    fn options(folder: &Path) -> Options {
        Options { settle: SETTLE, poll: Duration::from_millis(100), ..Options::new(folder.join("var")) }
    }

    fn start(change: impl FnOnce(&mut Options)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), change)
    }

    fn start_in(folder: tempfile::TempDir, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Self::options(folder.path());
        change(&mut options);
        let shutdown = Shutdown::new();
        let told = shutdown.clone();
        std::fs::create_dir_all(&options.inbox).unwrap();
        let thread = std::thread::spawn(move || run(options, rules(), &told));
        let daemon = Self { folder, shutdown, thread: Some(thread) };
        daemon.until("the log is there", || daemon.log().is_some());
        daemon
    }

    fn inbox(&self) -> PathBuf {
        self.folder.path().join("var/inbox")
    }

    fn log(&self) -> Option<LogReader> {
        LogReader::open(&self.folder.path().join("var/socai.db")).ok()
    }

    fn events(&self) -> Vec<Event> {
        let log = self.log().unwrap();
        log.after(Position(0), usize::MAX >> 1).unwrap().into_iter().map(|envelope| envelope.event).collect()
    }

    /// Names and subfolders of what was received, in order.
    fn received(&self) -> Vec<(String, Vec<String>)> {
        let received = |event| match event {
            Event::DocumentReceived(received) => Some((received.name, received.tags)),
            _ => None,
        };
        self.events().into_iter().filter_map(received).collect()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.received().into_iter().map(|(name, _)| name).collect();
        names.sort();
        names
    }

    fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
            if let Some(thread) = &self.thread {
                assert!(!thread.is_finished(), "the daemon ended before {what}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn until_received(&self, names: &[&str]) {
        self.until(&format!("{names:?} are received"), || self.names() == names);
    }

    fn stop(mut self) -> (tempfile::TempDir, Summary) {
        self.shutdown.drain.cancel();
        let summary = self.thread.take().unwrap().join().unwrap().unwrap();
        (self.folder, summary)
    }
}

#[test]
fn a_file_written_in_two_halves_is_one_document() {
    use std::io::Write;
    let daemon = Daemon::start(|_| {});
    let mut file = std::fs::File::create(daemon.inbox().join("a.txt")).unwrap();
    file.write_all("Tổng kinh phí ".as_bytes()).unwrap();
    std::thread::sleep(SETTLE / 2);
    file.write_all("77,228 tỷ đồng.".as_bytes()).unwrap();
    file.sync_all().unwrap();
    daemon.until_received(&["a.txt"]);
    drop(file);
    let (folder, summary) = daemon.stop();
    assert_eq!(summary.received, 1);
    let log = LogReader::open(&folder.path().join("var/socai.db")).unwrap();
    let whole = socai::model::Digest::of("Tổng kinh phí 77,228 tỷ đồng.".as_bytes());
    assert!(!log.stream(StreamId::Document(whole)).unwrap().is_empty(), "the whole text, not its half");
}

#[test]
fn a_file_renamed_into_place_and_a_directory_moved_in_are_taken_with_their_folders_as_tags() {
    let daemon = Daemon::start(|_| {});
    let outside = daemon.folder.path().join("outside");
    std::fs::create_dir_all(outside.join("2012/bắc")).unwrap();
    std::fs::write(outside.join("2012/bắc/b.txt"), "hai").unwrap();
    std::fs::write(outside.join("a.txt"), "một").unwrap();
    std::fs::rename(outside.join("a.txt"), daemon.inbox().join("a.txt")).unwrap();
    std::fs::rename(outside.join("2012"), daemon.inbox().join("2012")).unwrap();
    daemon.until_received(&["a.txt", "b.txt"]);
    // The moved directory is watched too, and so is one made later.
    std::fs::write(daemon.inbox().join("2012/bắc/c.txt"), "ba").unwrap();
    std::fs::create_dir(daemon.inbox().join("2013")).unwrap();
    std::fs::write(daemon.inbox().join("2013/d.txt"), "bốn").unwrap();
    daemon.until_received(&["a.txt", "b.txt", "c.txt", "d.txt"]);
    let received = daemon.received();
    let tags = |name: &str| received.iter().find(|(other, _)| other == name).unwrap().1.clone();
    assert_eq!(tags("a.txt"), Vec::<String>::new());
    assert_eq!(tags("b.txt"), ["2012", "bắc"]);
    assert_eq!(tags("d.txt"), ["2013"]);
}

#[test]
fn what_was_there_before_start_is_taken_once_and_not_again_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("var/inbox")).unwrap();
    std::fs::write(folder.path().join("var/inbox/a.txt"), "một").unwrap();
    let daemon = Daemon::start_in(folder, |_| {});
    daemon.until_received(&["a.txt"]);
    let (folder, _) = daemon.stop();
    assert!(folder.path().join("var/inbox/a.txt").exists(), "the original stays");
    for forget in [false, true] {
        if forget {
            std::fs::remove_file(folder.path().join("var/inbox-seen.json")).unwrap();
        }
        let mut options = Daemon::options(folder.path());
        options.once = true;
        let summary = run(options, rules(), &Shutdown::new()).unwrap();
        assert_eq!((summary.received, summary.seen_again), (0, 0), "list forgotten: {forget}");
    }
}

#[test]
fn the_same_bytes_under_another_name_are_one_document_seen_again() {
    let daemon = Daemon::start(|_| {});
    std::fs::write(daemon.inbox().join("a.txt"), "một").unwrap();
    daemon.until_received(&["a.txt"]);
    std::fs::write(daemon.inbox().join("b.txt"), "một").unwrap();
    let again = |event: &Event| matches!(event, Event::DocumentSeenAgain(seen) if seen.name == "b.txt");
    daemon.until("it is seen again", || daemon.events().iter().any(again));
    assert_eq!(daemon.names(), ["a.txt"]);
}

#[test]
fn links_and_temporary_files_are_left_alone() {
    let daemon = Daemon::start(|options| options.ignore.push("drafts/".into()));
    let outside = daemon.folder.path().join("secret.txt");
    std::fs::write(&outside, "bí mật").unwrap();
    std::os::unix::fs::symlink(&outside, daemon.inbox().join("link.txt")).unwrap();
    std::os::unix::fs::symlink(daemon.folder.path(), daemon.inbox().join("linked")).unwrap();
    std::fs::write(daemon.inbox().join(".a.txt.swp"), "nháp").unwrap();
    std::fs::create_dir(daemon.inbox().join("drafts")).unwrap();
    std::fs::write(daemon.inbox().join("drafts/d.txt"), "nháp hai").unwrap();
    std::fs::write(daemon.inbox().join("z.txt"), "thật").unwrap();
    daemon.until_received(&["z.txt"]);
    std::thread::sleep(SETTLE * 2);
    assert_eq!(daemon.names(), ["z.txt"]);
}

#[test]
fn an_inbox_removed_and_made_again_is_watched_again() {
    let daemon = Daemon::start(|_| {});
    std::fs::write(daemon.inbox().join("a.txt"), "một").unwrap();
    daemon.until_received(&["a.txt"]);
    std::fs::remove_dir_all(daemon.inbox()).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    std::fs::create_dir(daemon.inbox()).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    std::fs::write(daemon.inbox().join("b.txt"), "hai").unwrap();
    daemon.until_received(&["a.txt", "b.txt"]);
}

#[test]
fn polling_finds_the_same_files_as_events() {
    let daemon = Daemon::start(|options| options.watching = Watching::Polling);
    std::fs::create_dir(daemon.inbox().join("2012")).unwrap();
    std::fs::write(daemon.inbox().join("2012/a.txt"), "một").unwrap();
    daemon.until_received(&["a.txt"]);
}

#[test]
fn an_original_moves_or_goes_only_when_it_is_taken_and_never_when_refused() {
    for originals in [Originals::Move, Originals::Delete] {
        let daemon = Daemon::start(|options| options.originals = originals);
        std::fs::create_dir(daemon.inbox().join("2012")).unwrap();
        std::fs::write(daemon.inbox().join("2012/a.txt"), "một").unwrap();
        std::fs::write(daemon.inbox().join("b.pdf"), "%PDF-1.7 \0").unwrap();
        daemon.until("the original is gone", || !daemon.inbox().join("2012/a.txt").exists());
        let refused = |event: &Event| matches!(event, Event::DocumentRefused(refused) if refused.reason == "unknown_type");
        daemon.until("the other is refused", || daemon.events().iter().any(refused));
        assert_eq!(daemon.names(), ["a.txt"]);
        assert!(daemon.inbox().join("b.pdf").exists());
        let moved = daemon.folder.path().join("var/taken/2012/a.txt").exists();
        assert_eq!(moved, originals == Originals::Move);
    }
}

#[test]
fn files_are_handed_over_to_the_daemon_that_holds_the_data_directory() {
    let daemon = Daemon::start(|_| {});
    let given = daemon.folder.path().join("given.txt");
    std::fs::write(&given, "Tổng kinh phí 77,228 tỷ đồng.").unwrap();
    daemon.until("the socket is there", || daemon.folder.path().join("var/socai.sock").exists());
    let sources = Source::find(&[given, daemon.folder.path().join("none.txt")], &[]).unwrap();
    let mut results = Vec::new();
    let options = Daemon::options(daemon.folder.path());
    let summary =
        ingest(options, rules(), sources, &Shutdown::new(), |result| results.push(result.clone())).unwrap();
    assert_eq!((summary.received, summary.failed, results.len()), (1, 1, 2));
    assert_eq!(daemon.names(), ["given.txt"]);
}
