//! A replay that is killed, and readers during activations: nobody sees anything but one whole
//! generation or the other.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use socai::event_log::{Generations, LogReader};
use socai::ledger::{LedgerError, LedgerReader, ledger_path};
use socai::model::Digest;
use socai::runtime::line::Program;
use socai::runtime::replay::choose;
use socai::runtime::{Options, Shutdown, Source, ingest};
use socai::stage::rules::RulePack;

use super::replay::{
    EDITED, indicators_with, log, other_indicator, replayed, socai, take_in, whole, write_reports,
};

/// The seed of every choice below.
const SEED: u64 = 5_012_024;
/// Documents of the crash test: enough that a kill finds them at work.
const DOCUMENTS: u64 = 40;
/// Activations while readers read.
const ACTIVATIONS: usize = 20;

/// Kills of the crash test; `SOCAI_REPLAY_KILLS=100` makes them as many as the issue asks for.
fn kills() -> usize {
    std::env::var("SOCAI_REPLAY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

fn dice(state: &mut u64, end: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % end
}

/// One reading of what readers see: the generation, and a digest of everything in it.
fn seen(options: &Options) -> (u64, Digest) {
    let log = LogReader::open(&options.data_dir.join("socai.db")).unwrap();
    let active = Generations::read(&log).unwrap().active().unwrap();
    let ledger = LedgerReader::open(&ledger_path(&options.data_dir, active)).unwrap();
    ledger.hold().unwrap();
    let mut text = String::new();
    ledger
        .figures::<LedgerError>(|record| {
            text.push_str(&format!("{} {:?} {}\n", record.id, record.indicator, record.label));
            Ok(())
        })
        .unwrap();
    ledger
        .findings::<LedgerError>(|record| {
            text.push_str(&format!("{} {:?}\n", record.id, record.verdict));
            Ok(())
        })
        .unwrap();
    (active, Digest::of(text.as_bytes()))
}

#[test]
fn a_replay_killed_at_any_point_goes_on_and_ends_in_the_same_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), DOCUMENTS);
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports);
    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    let (mut state, mut killed, mut edit) = (SEED, 0, 0);
    let mut at_work = 0;
    while killed < kills() {
        // Every replay that ends by itself is followed by one of yet other rules.
        let phrase = format!("chỗ đứng chân {edit}");
        let text = indicators_with(EDITED, &[phrase.as_str()]);
        std::fs::write(folder.path().join("mine/indicators.toml"), text).unwrap();
        let before = seen(&options);
        let mut child = socai(folder.path())
            .args(["replay", "--rules", "mine", "--no-progress"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if killed % 2 == 0 {
            // Every other one is killed at its work: once its generation has begun.
            let begun = || Generations::read(&log(&options)).unwrap().all().last().unwrap().number;
            let known = begun();
            while begun() == known && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        std::thread::sleep(Duration::from_micros(dice(&mut state, 300_000)));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "seed {SEED}, kill {killed}: {status}");
            edit += 1;
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        let generations = Generations::read(&log(&options)).unwrap();
        at_work += usize::from(generations.all().last().unwrap().activated.is_empty());
        let after = seen(&options);
        if after.0 == before.0 {
            assert_eq!(after, before, "seed {SEED}, kill {killed}: the active generation is what it was");
        } else {
            // Activated just before the kill: readers see the new one, whole.
            edit += 1;
        }
    }
    println!("seed {SEED}: {at_work} of {killed} kills left a generation behind that was not active");
    let phrase = format!("chỗ đứng chân {edit}");
    let text = indicators_with(EDITED, &[phrase.as_str()]);
    std::fs::write(folder.path().join("mine/indicators.toml"), &text).unwrap();
    let output = socai(folder.path()).args(["replay", "--rules", "mine"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    log(&options).verify(1..=u64::MAX, None).unwrap().unwrap();
    let active = Generations::read(&log(&options)).unwrap().active().unwrap();

    let pack = RulePack::parse(&[("indicators.toml".to_owned(), text)]);
    let fresh = Options::new(folder.path().join("fresh"));
    let sources = Source::find(&[reports], &[]).unwrap();
    let pack = std::sync::Arc::new(pack.map_err(|errors| errors[0].to_string()).unwrap());
    ingest(fresh.clone(), pack, sources, &Shutdown::new(), |_| {}).unwrap();
    assert!(whole(&options, active) == whole(&fresh, 1), "seed {SEED}: not the undisturbed ledger");
}

#[test]
fn readers_during_activations_see_one_generation_or_the_other_and_never_none() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), 30);
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports);
    let first = seen(&options);
    let changed = Program::new(other_indicator());
    replayed(&options, &changed);
    let second = seen(&options);
    assert_ne!(first, second);
    let known = BTreeMap::from([first, second]);
    let (done, readings) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut switches = 0_u64;
                    let mut last = 0;
                    while !done.load(Ordering::Relaxed) {
                        let (generation, digest) = seen(&options);
                        assert_eq!(known.get(&generation), Some(&digest), "generation {generation}");
                        switches += u64::from(generation != last);
                        last = generation;
                        readings.fetch_add(1, Ordering::Relaxed);
                    }
                    switches
                })
            })
            .collect();
        for round in 0..ACTIVATIONS {
            let number = 1 + (round % 2) as u64;
            choose(options.clone(), changed.clone(), number, &Shutdown::new(), |_| {}).unwrap();
            // Each generation is read at least once.
            let before = readings.load(Ordering::Relaxed);
            while readings.load(Ordering::Relaxed) < before + 2
                && readers.iter().all(|reader| !reader.is_finished())
            {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        done.store(true, Ordering::Relaxed);
        let switches: u64 = readers.into_iter().map(|reader| reader.join().unwrap()).sum();
        assert!(switches >= ACTIVATIONS as u64, "{switches} switches were seen");
    });
}
