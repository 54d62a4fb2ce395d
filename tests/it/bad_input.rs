//! Bad input, row by row: each is told in its result, none stops another.

use std::collections::BTreeMap;
use std::path::Path;

use socai::runtime::{Options, Outcome, Shutdown, Source, ingest, run};

use super::inbox::rules;

/// Small files dropped at once; the full 100 000 with `SOCAI_TEST_FILES=100000`.
const FILES: usize = 3_000;

fn outcomes(folder: &Path, options: Options) -> BTreeMap<String, Outcome> {
    let mut results = BTreeMap::new();
    let sources = Source::find(&[folder.to_path_buf(), folder.join("vanished.txt")], &[]).unwrap();
    ingest(options, rules(), sources, &Shutdown::new(), |result| {
        let name = result.path.file_name().unwrap().to_string_lossy().into_owned();
        results.insert(name, result.outcome.clone());
    })
    .unwrap();
    results
}

#[test]
fn every_bad_file_is_told_and_the_good_one_goes_in() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("empty.txt"), "").unwrap();
    std::fs::write(files.join("good.txt"), "Không có số liệu.").unwrap();
    std::fs::write(files.join("large.txt"), "a".repeat(2_000)).unwrap();
    std::fs::write(files.join("picture.txt"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    std::fs::write(files.join("torn.txt"), b"kinh ph\x81 \xe9").unwrap();
    let data_dir = folder.path().join("var");
    let results = outcomes(&files, Options { document_bytes: 1_000, ..Options::new(&data_dir) });
    let reason = |name: &str| match &results[name] {
        Outcome::Refused { reason, .. } => reason.clone(),
        other => panic!("{name}: {other:?}"),
    };
    assert!(matches!(results["empty.txt"], Outcome::Received { figures: 0, .. }));
    assert!(matches!(results["good.txt"], Outcome::Received { .. }));
    assert_eq!(reason("large.txt"), "too_large");
    assert_eq!(reason("picture.txt"), "unknown_type");
    assert_eq!(reason("torn.txt"), "undecodable");
    assert!(matches!(results["vanished.txt"], Outcome::Failed { .. }));
    assert!(files.join("picture.txt").exists(), "never deleted");
    let ledger = socai::ledger::LedgerReader::open(&socai::ledger::ledger_path(&data_dir, 1)).unwrap();
    assert_eq!(ledger.refused().unwrap().len(), 3);
}

#[test]
fn many_small_files_at_once_are_all_taken() {
    let files = std::env::var("SOCAI_TEST_FILES").ok().and_then(|text| text.parse().ok()).unwrap_or(FILES);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { once: true, ..Options::new(folder.path().join("var")) };
    std::fs::create_dir_all(&options.inbox).unwrap();
    for number in 0..files {
        std::fs::write(options.inbox.join(format!("{number}.txt")), format!("Báo cáo số {number}")).unwrap();
    }
    let summary = run(options, rules(), &Shutdown::new()).unwrap();
    assert_eq!(summary.received, files as u64);
}
