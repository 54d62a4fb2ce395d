//! How much memory a program takes for texts that no person writes: a long line, a million digits, brackets within
//! brackets. A byte of each takes no more than its share, from the file to the ledger, and nothing is refused.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What the program takes for a file of a few words.
const LEAST_MB: u64 = 90;

/// How often a program is asked how much it has taken.
const PAUSE: Duration = Duration::from_millis(5);

/// The most memory that a process has held so far, in kB; `None` where it has ended or the system does not tell.
fn peak_kb(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Ingests a text into a ledger of its own: what the program said, and the most memory that it held, in kB.
fn ingested(folder: &Path, text: &str) -> (String, u64) {
    let file = folder.join("text.txt");
    std::fs::write(&file, text).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_socai"))
        .args(["ingest", "--data-dir"])
        .arg(folder.join("var"))
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_kb(child.id()).unwrap_or(0));
        std::thread::sleep(PAUSE);
    }
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    (said.into_owned(), peak)
}

#[test]
fn a_byte_of_a_text_that_nobody_writes_takes_its_share_of_memory() {
    if peak_kb(std::process::id()).is_none() {
        eprintln!("skipped: this system does not tell how much memory a process holds");
        return;
    }
    let mut long = String::from("Kết quả khuyến công năm 2020: ");
    let words = "chương trình hỗ trợ các cơ sở công nghiệp nông thôn phát triển sản xuất, ".repeat(40);
    for number in 0..10_000_000 / words.len() {
        write!(long, "{words}hỗ trợ {} cơ sở, ", number + 2).unwrap();
    }
    let deep = 400_000;
    // What a byte takes: of words the text itself, in the few forms in which it is read; of brackets a clause each.
    let cases = [
        ("a line of ten megabytes", long, 30),
        ("a million digits", "7".repeat(1_000_000), 30),
        ("deep brackets", format!("{}hỗ trợ 5 đề án{}", "(".repeat(deep), ")".repeat(deep)), 250),
    ];
    for (name, text, share) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (said, peak) = ingested(folder.path(), &text);
        assert!(said.contains("1 received") && said.contains("0 parked"), "{name}: {said}");
        let most = LEAST_MB * 1024 + text.len() as u64 * share / 1024;
        assert!(peak > 0 && peak <= most, "{name}: {peak} kB held, {most} kB are its share");
    }
}
