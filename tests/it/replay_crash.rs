//! A replay that is killed, and readers during activations: nobody sees anything but one whole
//! generation or the other.

use std::collections::BTreeMap;
use std::path::Path;
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
    EDITED, daemon, indicators_with, log, other_indicator, ran, replayed, socai, taken_in, whole,
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

/// Where a round is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// At any time from the start on.
    Any,
    /// At its work: once its generation has begun.
    Work,
    /// About the making of its ledger, relating its documents and its activation: once the ledger is there.
    Ledger,
    /// While it does nothing but activate.
    Activation,
    /// As soon as readers see the other generation, while it still ends.
    Activated,
}

const MOMENTS: [Moment; 5] =
    [Moment::Any, Moment::Work, Moment::Ledger, Moment::Activation, Moment::Activated];

/// Of these, those at which nothing is asked for but an activation.
const ACTIVATES: [Moment; 2] = [Moment::Activation, Moment::Activated];

#[test]
fn a_replay_killed_at_any_point_goes_on_and_ends_in_the_same_ledger() {
    let (folder, reports, options) = taken_in(DOCUMENTS);
    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    // Two generations that readers have seen, to go back and forth between.
    replayed(&options, &Program::new(other_indicator()));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Whatever is killed, readers see whole generations, and of one generation always the same.
        let reader = scope.spawn(|| {
            let (mut known, mut readings) = (BTreeMap::new(), 0);
            while !done.load(Ordering::Relaxed) {
                let (generation, digest) = seen(&options);
                let before = known.insert(generation, digest);
                assert!(before.is_none_or(|before| before == digest), "seed {SEED}: generation {generation}");
                readings += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            readings
        });
        let edit = kill_again_and_again(folder.path(), &options);
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > kills(), "the active generation was readable throughout");

        let text = write_rules(folder.path(), edit);
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
    });
}

fn write_rules(folder: &Path, edit: usize) -> String {
    let phrase = format!("chỗ đứng chân {edit}");
    let text = indicators_with(EDITED, &[phrase.as_str()]);
    std::fs::write(folder.join("mine/indicators.toml"), &text).unwrap();
    text
}

/// Replays and activates, and kills each time at a seeded moment; returns the number of the last edit.
fn kill_again_and_again(folder: &Path, options: &Options) -> usize {
    let generations = || Generations::read(&log(options)).unwrap();
    let (mut state, mut killed, mut edit) = (SEED, 0, 0);
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    while killed < kills() {
        // Every replay that ends by itself is followed by one of yet other rules.
        write_rules(folder, edit);
        let before = seen(options);
        let begun = generations();
        let seen_before = |one: &&socai::event_log::Generation| !one.activated.is_empty();
        let other = begun.all().iter().filter(seen_before).find(|one| Some(one.number) != begun.active());
        let moment = MOMENTS[killed % MOMENTS.len()];
        let number = other.map(|other| other.number.to_string());
        let mut command = socai(folder);
        match (&number, moment) {
            (Some(number), moment) if ACTIVATES.contains(&moment) => command.args(["activate", number]),
            _ => command.args(["replay", "--rules", "mine", "--no-progress"]),
        };
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let known = begun.all().last().unwrap().number;
        let mut wait_for = |there: &dyn Fn() -> bool| {
            while !there() && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        match moment {
            Moment::Any | Moment::Activation => {}
            Moment::Work => wait_for(&|| generations().all().last().unwrap().number > known),
            Moment::Ledger => wait_for(&|| {
                let last = generations().all().last().unwrap().number;
                last > known && ledger_path(&options.data_dir, last).exists()
            }),
            Moment::Activated => wait_for(&|| generations().active() != begun.active()),
        }
        let most = match moment {
            Moment::Any | Moment::Work | Moment::Ledger => 400_000,
            Moment::Activation => 150_000,
            Moment::Activated => 1,
        };
        std::thread::sleep(Duration::from_micros(dice(&mut state, most)));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "seed {SEED}, kill {killed}: {status}");
            edit += usize::from(number.is_none() || !ACTIVATES.contains(&moment));
            // An activation that was over before it was killed is tried again, the other way.
            continue;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        let after = seen(options);
        if after.0 == before.0 {
            assert_eq!(after, before, "seed {SEED}, kill {killed}: the active generation is what it was");
        } else {
            // Activated just before the kill: readers see the new one, whole.
            edit += usize::from(!ACTIVATES.contains(&moment));
        }
        let when = if after.0 == before.0 { "before" } else { "after" };
        *left.entry(format!("{moment:?}, {when} it was activated")).or_default() += 1;
    }
    println!("seed {SEED}: of {killed} kills, {left:?}");
    edit
}

#[test]
fn a_client_killed_beside_a_daemon_asks_again_and_gets_the_generation_begun_for_it() {
    let (folder, reports, options) = taken_in(DOCUMENTS);
    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    let text = write_rules(folder.path(), 0);
    let daemon = daemon(folder.path(), &options);
    let generations = || Generations::read(&log(&options)).unwrap();
    let mut state = SEED;
    let (mut killed, mut unseen) = (0, 0);
    for round in 0..5 {
        let mut client = socai(folder.path());
        client.args(["replay", "--rules", "mine", "--no-progress"]);
        let mut client = client.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while generations().all().len() < 2 {
            assert!(client.try_wait().unwrap().is_none(), "seed {SEED}, round {round}: nothing was begun");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(dice(&mut state, 1 + 100 * round)));
        killed += usize::from(client.try_wait().unwrap().is_none());
        client.kill().unwrap();
        client.wait().unwrap();
        unseen += usize::from(generations().active() == Some(1));
    }
    assert!(killed > 0 && unseen > 0, "seed {SEED}: no client was killed at work");
    let (code, out, err) = ran(folder.path(), &["replay", "--rules", "mine", "--json"]);
    assert_eq!(code, 0, "{out}{err}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["replay"]["generation"], 2, "{told}");
    let begun: Vec<u64> = generations().all().iter().map(|one| one.number).collect();
    assert_eq!((begun, generations().active()), (vec![1, 2], Some(2)), "seed {SEED}");
    // Whoever asks for what is there gets it, and nothing more is done.
    let head = log(&options).head().unwrap();
    let (code, out, err) = ran(folder.path(), &["replay", "--rules", "mine"]);
    assert!(code == 0 && err.contains("nothing changed since generation 2"), "{out}{err}");
    let (code, out, err) = ran(folder.path(), &["activate", "2"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(log(&options).head().unwrap(), head, "seed {SEED}");
    drop(daemon);

    let pack = RulePack::parse(&[("indicators.toml".to_owned(), text)]);
    let pack = std::sync::Arc::new(pack.map_err(|errors| errors[0].to_string()).unwrap());
    let fresh = Options::new(folder.path().join("fresh"));
    ingest(fresh.clone(), pack, Source::find(&[reports], &[]).unwrap(), &Shutdown::new(), |_| {}).unwrap();
    assert!(whole(&options, 2) == whole(&fresh, 1), "seed {SEED}: not the undisturbed ledger");
}

#[test]
fn readers_during_activations_see_one_generation_or_the_other_and_never_none() {
    let (_folder, _, options) = taken_in(30);
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
