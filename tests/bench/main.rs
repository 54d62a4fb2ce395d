//! Benches: `scripts/bench [SUBCOMMAND] [--documents N] [--megabytes N] [--figures N,N] [--seed S] [--kept DIR]`.
//!
//! Without arguments, as `cargo test` runs it, every bench runs small, so that none can rot; its
//! figures mean nothing then. Each subcommand is a module with one `run(&Sizes)`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that fails should say where"
)]

mod extract;
mod ingest;
mod reconcile;
mod replay;
#[allow(dead_code, reason = "the benches read the texts, not what is planted in them")]
#[path = "../tools/reports.rs"]
mod reports;
mod web;

use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// Reports ingested.
    documents: u64,
    /// Text extracted from, in MB, at most.
    megabytes: u64,
    /// Of the reports.
    seed: u64,
}

const SMALL: Sizes = Sizes { documents: 20, megabytes: 1, seed: 1 };
const FULL: Sizes = Sizes { documents: 2_000, megabytes: 50, seed: 1 };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        // A test runner asks what there is.
        println!("small: test");
        return;
    }
    let measuring = arguments.iter().any(|argument| argument == "--bench");
    let mut sizes = if measuring { FULL } else { SMALL };
    let mut figures: Vec<u64> = if measuring { vec![10_000, 100_000, 1_000_000] } else { vec![240, 480] };
    let (mut wanted, mut kept) = (None, None);
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|text| text.parse().ok()).expect("a number after the flag");
        match word {
            "--documents" => sizes.documents = number(),
            "--megabytes" => sizes.megabytes = number(),
            "--seed" => sizes.seed = number(),
            // A data directory of `web`'s, filled where it is empty, so that it need not be filled each time.
            "--kept" => kept = words.next().map(std::path::PathBuf::from),
            "--figures" => {
                let list = words.next().expect("numbers after the flag");
                let number = |text: &str| text.parse().expect("a number of figures");
                figures = list.split(',').map(number).collect();
            }
            "ingest" | "extract" | "reconcile" | "replay" | "web" => wanted = Some(word),
            // What cargo and test runners add means nothing here.
            _ => {}
        }
    }
    println!("sizes: {} documents, {} MB, seed {}", sizes.documents, sizes.megabytes, sizes.seed);
    if wanted.is_none_or(|name| name == "extract") {
        extract::run(&sizes);
    }
    if wanted.is_none_or(|name| name == "reconcile") {
        reconcile::run(&figures, sizes.seed);
    }
    if wanted.is_none_or(|name| name == "ingest") {
        ingest::run(&sizes);
    }
    if wanted.is_none_or(|name| name == "replay") {
        replay::run(&sizes);
    }
    if wanted.is_none_or(|name| name == "web") {
        web::run(&sizes, kept.as_deref());
    }
    if let Some(peak) = peak_memory() {
        println!("peak memory           {:>12.1} MB", peak as f64 / 1e6);
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let value = work();
    (value, began.elapsed())
}

fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}

/// Returns the most memory this process ever held, in bytes; `None` where the system does not tell.
fn peak_memory() -> Option<u64> {
    peak_memory_of(std::path::Path::new("/proc/self/status"))
}

/// As [`peak_memory`], of the process whose status file it is.
fn peak_memory_of(status: &std::path::Path) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
