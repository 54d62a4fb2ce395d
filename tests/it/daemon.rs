//! The daemon as a process: what it says, what a follower of its logs sees, how it stops, and what it
//! does when the disk is full or a file cannot be read.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getuid, kill_process, prlimit};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of a user without rights, for tests that run as root.
const NOBODY: u32 = 65_534;

/// A process whose lines, of both streams, are heard as they come.
struct Heard {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Heard {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _nobody_listens = sender.send(line);
                }
            });
        }
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for a line that holds every one of `words`.
    fn until(&mut self, words: &[&str]) -> String {
        let fits = |line: &String| words.iter().all(|word| line.contains(word));
        if let Some(line) = self.said.iter().find(|line| fits(line)) {
            return line.clone();
        }
        let began = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let line = self.lines.recv_timeout(left);
            let line = line
                .unwrap_or_else(|_| panic!("waited in vain for {words:?}; said:\n{}", self.said.join("\n")));
            self.said.push(line.clone());
            if fits(&line) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits for its end; exit code, and everything it said.
    fn ended(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end; said:\n{}", self.said.join("\n"));
            std::thread::sleep(Duration::from_millis(10));
        };
        self.said.extend(self.lines.iter());
        (status.code(), self.said.join("\n"))
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let _it_ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}

fn socai(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socai"));
    command.current_dir(folder).args(arguments).env("SOCAI__INBOX__SETTLE_MS", "100");
    command
}

fn drop_in(folder: &Path, name: &str, text: &str) {
    let place = folder.join("var/inbox").join(name);
    let unfinished = place.with_file_name(format!(".{}.part", name.replace('/', "-")));
    std::fs::write(&unfinished, text).unwrap();
    std::fs::rename(unfinished, place).unwrap();
}

fn report(number: usize) -> String {
    format!("Năm 2023, tỉnh Sơn La thực hiện {number} tỷ đồng kinh phí khuyến công.\n")
}

fn exported(folder: &Path) -> usize {
    let output = socai(folder, &["export", "figures"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn the_daemon_says_where_it_watches_and_followers_see_a_document_go_through() {
    let folder = tempfile::tempdir().unwrap();
    let mut daemon = Heard::start(socai(folder.path(), &["run"]));
    daemon.until(&["INFO", "watching"]);
    daemon.until(&["socai export figures"]);
    drop_in(folder.path(), "first.txt", &report(3));
    daemon.until(&["figures-reconciled"]);

    let mut log = Heard::start(socai(folder.path(), &["tail", "-f"]));
    let mut events = Heard::start(socai(folder.path(), &["events", "-f"]));
    let mut whole = Heard::start(socai(folder.path(), &["tail", "-f", "--json", "--stage", "extract"]));
    log.until(&["figures-reconciled"]);
    drop_in(folder.path(), "second.txt", &report(4));
    // The second document's receipt and answers come to followers that were there before.
    events.until(&["document-received", "second.txt"]);
    log.until(&["second.txt"]);
    for _ in 0..2 {
        let line = whole.until(&["figures-extracted"]);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        for key in ["document", "stage", "position", "generation", "duration_ms"] {
            assert!(!line[key].is_null() || !line["fields"][key].is_null(), "{key} of {line}");
        }
        whole.said.clear();
    }
    assert_eq!(exported(folder.path()), 2, "reading works beside the daemon");

    daemon.signal(Signal::TERM);
    let (code, said) = daemon.ended();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("draining").count(), 1, "told once: {said}");
}

#[test]
fn a_second_signal_ends_at_once_and_the_next_start_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut daemon = Heard::start(socai(folder.path(), &["run"]));
    daemon.until(&["INFO", "watching"]);
    for number in 0..20 {
        drop_in(folder.path(), &format!("{number}.txt"), &report(number).repeat(100));
    }
    daemon.until(&["document-received"]);
    daemon.signal(Signal::TERM);
    daemon.until(&["draining"]);
    daemon.signal(Signal::TERM);
    let (_, said) = daemon.ended();
    assert!(!said.contains("panicked"), "{said}");
    let again = socai(folder.path(), &["run", "--once"]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(exported(folder.path()), 20 * 100);
    assert!(socai(folder.path(), &["verify"]).status().unwrap().success());
}

/// A limit on the size of its files stands in for a full disk: a write fails, nothing is cut short, and
/// the limit can be lifted while the daemon runs.
/// Letters that take room however they are packed, and say nothing.
fn bulk(number: usize) -> String {
    let line = |at: usize| {
        let digest = blake3::hash(format!("{number} {at}").as_bytes());
        digest.to_hex().bytes().map(|digit| char::from(digit % 16 + b'a')).chain(['\n']).collect::<String>()
    };
    (0..400).map(line).collect()
}

#[test]
fn a_full_disk_is_waited_for_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.current_dir(folder.path()).env("SOCAI__INBOX__SETTLE_MS", "100");
    shell.args(["-c", "trap '' XFSZ; ulimit -S -f 1200; exec \"$0\" run", env!("CARGO_BIN_EXE_socai")]);
    let mut daemon = Heard::start(shell);
    daemon.until(&["INFO", "watching"]);
    let mut number = 0;
    let full = loop {
        drop_in(folder.path(), &format!("{number}.txt"), &(report(number) + &bulk(number)));
        number += 1;
        if let Ok(line) = daemon.lines.recv_timeout(Duration::from_millis(100)) {
            daemon.said.push(line.clone());
            if line.contains("waiting for room") {
                break line;
            }
        }
        assert!(number < 2_000, "the disk never got full:\n{}", daemon.said.join("\n"));
    };
    assert!(full.contains("free some space"), "{full}");
    drop_in(folder.path(), "later.txt", &report(7));
    let unlimited = Rlimit { current: None, maximum: None };
    prlimit(Some(daemon.pid()), Resource::Fsize, unlimited).unwrap();
    daemon.until(&["there is room again"]);
    daemon.until(&["later.txt"]);
    let began = Instant::now();
    while exported(folder.path()) != number + 1 {
        assert!(began.elapsed() < PATIENCE, "{} of {number} documents", exported(folder.path()));
        std::thread::sleep(Duration::from_millis(200));
    }
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().0, Some(0));
    assert!(socai(folder.path(), &["verify"]).status().unwrap().success());
}

/// Runs as a user whom permissions bind, also where the tests run as root.
fn bound_by_permissions(folder: &Path, arguments: &[&str]) -> Command {
    if !getuid().is_root() {
        return socai(folder, arguments);
    }
    // The program may lie where that user may not go.
    let program = folder.join("socai");
    if !program.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_socai"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).env("SOCAI__INBOX__SETTLE_MS", "100").uid(NOBODY).gid(NOBODY);
    command
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    allow(folder.path(), 0o777);
    let inbox: PathBuf = folder.path().join("var/inbox");
    std::fs::create_dir_all(inbox.join("closed")).unwrap();
    std::fs::create_dir_all(inbox.join("open")).unwrap();
    for open in ["var", "var/inbox", "var/inbox/open"] {
        allow(&folder.path().join(open), 0o777);
    }
    std::fs::write(inbox.join("secret.txt"), report(1)).unwrap();
    std::fs::write(inbox.join("closed/hidden.txt"), report(2)).unwrap();
    std::fs::write(inbox.join("open/good.txt"), report(3)).unwrap();
    allow(&inbox.join("secret.txt"), 0o000);
    allow(&inbox.join("closed"), 0o000);

    let mut daemon = Heard::start(bound_by_permissions(folder.path(), &["run"]));
    daemon.until(&["good.txt"]);
    daemon.until(&["secret.txt", "ermission denied"]);
    daemon.until(&["closed", "ermission denied", "walked every rescan"]);
    daemon.until(&["figures-reconciled"]);
    // Allowed later, both are found by the next look.
    allow(&inbox.join("secret.txt"), 0o644);
    allow(&inbox.join("closed"), 0o777);
    daemon.signal(Signal::TERM);
    daemon.ended();
    let again = bound_by_permissions(folder.path(), &["run", "--once"]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(exported(folder.path()), 3);
}

#[test]
fn a_probe_that_cannot_be_written_leads_to_polling() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("var/inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    for open in ["", "var"] {
        allow(&folder.path().join(open), 0o777);
    }
    allow(&inbox, 0o555);
    let mut command = bound_by_permissions(folder.path(), &["run"]);
    command.env("SOCAI__INBOX__POLL_MS", "50");
    let mut daemon = Heard::start(command);
    daemon.until(&["no event came for a probe"]);
    allow(&inbox, 0o755);
    std::fs::write(inbox.join("polled.txt"), report(5)).unwrap();
    daemon.until(&["document-received", "polled.txt"]);
    daemon.until(&["figures-reconciled"]);
    assert_eq!(exported(folder.path()), 1);
}

#[test]
fn a_follower_of_the_log_goes_on_with_the_next_days_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.txt"), report(3)).unwrap();
    assert!(socai(folder.path(), &["ingest", "report.txt"]).output().unwrap().status.success());
    let logs = folder.path().join("var/log");
    let today = std::fs::read_dir(&logs).unwrap().next().unwrap().unwrap().path();
    let mut follower = Heard::start(socai(folder.path(), &["tail", "-f"]));
    follower.until(&["figures-reconciled"]);
    let written = std::fs::read_to_string(&today).unwrap();
    let line = written.lines().rfind(|line| line.contains("figures-reconciled")).unwrap();
    let name = today.file_name().unwrap().to_string_lossy().into_owned();
    let year = name.find("20").unwrap();
    let tomorrow = logs.join(name.replace(&name[year..year + 4], "2999"));
    std::fs::write(tomorrow, format!("{}\n", line.replace("figures-reconciled", "of the next day"))).unwrap();
    follower.until(&["of the next day"]);
}
