//! The golden corpus: a stage whose output changes must have another version, or stored answers of the
//! old code would be taken for answers of the new. And a stage is a function: on one thread or on several,
//! in one order or another, it gives the same bytes.
//!
//! `tests/golden/stages.json` records for each stage what it read and what it gave. `scripts/golden` writes
//! it anew, and refuses where an output changed and the version did not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use socai::event::codec;
use socai::model::{Digest, Hasher};
use socai::runtime::line::VERSIONS;
use socai::runtime::stages::{Input, Made, run};
use socai::stage::plan::Stage;
use socai::stage::rules::RulePack;

use super::replay::reports;

/// Generated reports besides those written by hand.
const GENERATED: u64 = 60;

/// What a stage was and did over the corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    version: u32,
    /// Digest of the rules that it reads.
    rules: Digest,
    /// Digest of what it read.
    inputs: Digest,
    /// Digest of what it gave.
    outputs: Digest,
}

type Record = BTreeMap<String, Recorded>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The corpus, in an order of its own.
fn corpus() -> Vec<Vec<u8>> {
    let mut folders = vec![root().join("fixtures")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "txt") => paths.push(path),
                false => {}
            }
        }
    }
    paths.sort();
    let written = paths.into_iter().map(|path| std::fs::read(path).unwrap());
    written.chain((0..GENERATED).map(|number| reports::numbered(11, number, 20).text.into_bytes())).collect()
}

/// The payload digests of every stage's answer for one document.
fn answers(bytes: &[u8], rules: &RulePack) -> [Digest; 4] {
    let document = Digest::of(bytes);
    let mut digests = Vec::new();
    let mut step = |input: Input| {
        let output = run(document, input, rules).unwrap();
        digests.push(Digest::of(&codec::encode(&output.event).unwrap()));
        output.made
    };
    let Made::Texts(source, clean) = step(Input::Clean(bytes.into())) else { panic!("texts") };
    let Made::Blocks(blocks) = step(Input::Segment(clean.clone())) else { panic!("blocks") };
    let Made::Figures(figures) = step(Input::Extract(source.clone(), clean, blocks)) else {
        panic!("figures")
    };
    step(Input::Reconcile(source, figures));
    digests.try_into().unwrap()
}

/// Reads the corpus on so many threads, each taking every so-many-th document, from the end or the start.
fn read(corpus: &[Vec<u8>], threads: usize, backwards: bool) -> Vec<[Digest; 4]> {
    let rules = Arc::new(RulePack::builtin().clone());
    let mut all: Vec<Option<[Digest; 4]>> = vec![None; corpus.len()];
    let parts: Vec<Vec<(usize, [Digest; 4])>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let rules = rules.clone();
                scope.spawn(move || {
                    let mut places: Vec<usize> = (thread..corpus.len()).step_by(threads).collect();
                    if backwards {
                        places.reverse();
                    }
                    places.into_iter().map(|place| (place, answers(&corpus[place], &rules))).collect()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    for (place, digests) in parts.into_iter().flatten() {
        all[place] = Some(digests);
    }
    all.into_iter().map(Option::unwrap).collect()
}

fn record(corpus: &[Vec<u8>], read: &[[Digest; 4]]) -> Record {
    let all = |digests: &mut dyn Iterator<Item = Digest>| {
        digests.fold(Hasher::new(), |hasher, digest| hasher.field(digest.as_bytes())).finish()
    };
    let of = |stage: Stage| {
        let inputs = |(bytes, digests): (&Vec<u8>, &[Digest; 4])| {
            let given = digests.map(Some);
            let read = stage.inputs(Digest::of(bytes), &given).unwrap();
            read.iter().fold(Hasher::new(), |hasher, digest| hasher.field(digest.as_bytes())).finish()
        };
        let recorded = Recorded {
            version: VERSIONS[stage as usize],
            rules: RulePack::builtin().digest_for(stage.name()),
            inputs: all(&mut corpus.iter().zip(read).map(inputs)),
            outputs: all(&mut read.iter().map(|digests| digests[stage as usize])),
        };
        (stage.name().to_owned(), recorded)
    };
    Stage::ALL.into_iter().map(of).collect()
}

/// The stages whose output changed although all that identifies their work stayed as it was.
fn unversioned(before: &Record, now: &Record) -> Vec<String> {
    let changed = now.iter().filter(|(stage, now)| {
        before.get(*stage).is_some_and(|before| {
            let same = (before.version, before.rules, before.inputs) == (now.version, now.rules, now.inputs);
            same && before.outputs != now.outputs
        })
    });
    changed.map(|(stage, now)| format!("{stage} (version {})", now.version)).collect()
}

#[test]
fn a_stage_whose_output_changed_has_another_version() {
    let path = root().join("golden/stages.json");
    let corpus = corpus();
    let now = record(&corpus, &read(&corpus, 2, false));
    let wanted = std::env::var("SOCAI_GOLDEN").unwrap_or_default();
    let before: Option<Record> =
        std::fs::read(&path).ok().map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let unversioned = before.as_ref().map(|before| unversioned(before, &now)).unwrap_or_default();
    if wanted != "accept" {
        assert!(
            unversioned.is_empty(),
            "the output of {} changed and its VERSION did not: stored answers of the old code would be taken \
             for answers of the new; raise VERSION in the stage's mod.rs, then run scripts/golden",
            unversioned.join(", ")
        );
    }
    match before {
        _ if matches!(wanted.as_str(), "refresh" | "accept") => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
        }
        None => panic!("there is no tests/golden/stages.json: scripts/golden writes it"),
        Some(before) => assert_eq!(
            before, now,
            "stages, rules or fixtures are not those recorded: run scripts/golden and commit tests/golden"
        ),
    }
}

#[test]
fn stages_give_the_same_on_one_thread_and_on_several() {
    let corpus = corpus();
    let sample: Vec<Vec<u8>> = corpus.into_iter().step_by(2).collect();
    assert_eq!(read(&sample, 1, false), read(&sample, 4, true));
}

#[test]
fn only_a_change_that_nothing_tells_is_a_fault() {
    let digest = |text: &str| Digest::of(text.as_bytes());
    let one = |version, rules: &str, inputs: &str, outputs: &str| {
        let recorded =
            Recorded { version, rules: digest(rules), inputs: digest(inputs), outputs: digest(outputs) };
        Record::from([("extract".to_owned(), recorded)])
    };
    let before = one(1, "r", "i", "o");
    assert!(unversioned(&before, &before).is_empty());
    assert_eq!(unversioned(&before, &one(1, "r", "i", "other")), ["extract (version 1)"]);
    for told in [one(2, "r", "i", "other"), one(1, "other", "i", "other"), one(1, "r", "other", "other")] {
        assert!(unversioned(&before, &told).is_empty());
    }
}
