//! The quarantine: what was refused or given up is retried or set aside by a person, once, and for good.

use std::path::Path;
use std::time::Duration;

use socai::ledger::{LedgerReader, ledger_path};
use socai::model::Digest;
use socai::runtime::quarantine::{Decision, decide};
use socai::runtime::{Options, Outcome, Shutdown, Source, ingest};

use super::inbox::rules;

fn take(options: Options, file: &Path) -> Outcome {
    let mut outcome = None;
    let sources = Source::find(&[file.to_path_buf()], &[]).unwrap();
    ingest(options, rules(), sources, &Shutdown::new(), |result| outcome = Some(result.outcome.clone()))
        .unwrap();
    outcome.unwrap()
}

fn decided(options: &Options, document: Digest, decision: Decision) -> Outcome {
    let mut told = None;
    decide(options.clone(), rules(), &[document], decision, &Shutdown::new(), |_, outcome| {
        told = Some(outcome.clone());
    })
    .unwrap();
    told.unwrap()
}

fn ledger(options: &Options) -> LedgerReader {
    LedgerReader::open(&ledger_path(&options.data_dir, 1)).unwrap()
}

#[test]
fn a_parked_document_is_retried_or_set_aside_as_a_person_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.txt");
    std::fs::write(&file, "Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n".repeat(200))
        .unwrap();
    let options = Options::new(folder.path().join("var"));
    let hurried = Options { stage_time: Duration::from_nanos(1), ..options.clone() };
    let Outcome::Parked { document, .. } = take(hurried, &file) else { panic!("no stage takes no time") };
    assert_eq!(ledger(&options).troubles().unwrap().len(), 1);

    assert_eq!(decided(&options, document, Decision::Drop), Outcome::Dropped { document });
    assert_eq!(decided(&options, document, Decision::Drop), Outcome::Dropped { document }, "once is enough");
    assert!(ledger(&options).troubles().unwrap().is_empty());
    assert_eq!(ledger(&options).set_aside().unwrap()[0].source, "report.txt");
    assert_eq!(take(options.clone(), &file), Outcome::Dropped { document }, "given again, it stays aside");

    let Outcome::Received { figures, .. } = decided(&options, document, Decision::Retry) else { panic!() };
    assert_eq!(figures, 200);
    assert!(ledger(&options).set_aside().unwrap().is_empty());
    assert_eq!(decided(&options, document, Decision::Retry), Outcome::SeenAgain { document });
}

#[test]
fn bytes_that_only_cleaning_finds_to_be_no_text_are_refused_not_parked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bericht.txt");
    std::fs::write(
        &file,
        b"Der gro\xdfe B\xe4r l\xf6st die \xdcbung, na\xefv, \xe0 la carte: \xbf\xa1\xab\xbb.",
    )
    .unwrap();
    let options = Options::new(folder.path().join("var"));
    let outcome = take(options.clone(), &file);
    let Outcome::Refused { document, reason, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reason, "undecodable");
    assert!(file.exists(), "never deleted");
    let refused = ledger(&options).refused().unwrap();
    assert_eq!((refused[0].source.as_str(), refused[0].document), ("bericht.txt", document));
    assert!(ledger(&options).troubles().unwrap().is_empty());
    let again = decided(&options, document, Decision::Retry);
    assert!(matches!(again, Outcome::Refused { .. }), "the bytes are the same: {again:?}");
}

#[test]
fn what_was_too_large_is_taken_in_where_it_lies_once_the_limit_allows() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("var"));
    let place = options.inbox.join("2023");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("long.txt"), "a".repeat(5_000)).unwrap();
    let small = Options { document_bytes: 1_000, once: true, settle: Duration::ZERO, ..options.clone() };
    socai::runtime::run(small.clone(), rules(), &Shutdown::new()).unwrap();
    let document = ledger(&options).refused().unwrap()[0].document;
    assert!(matches!(decided(&small, document, Decision::Retry), Outcome::Refused { .. }));
    let outcome = decided(&options, document, Decision::Retry);
    assert!(matches!(outcome, Outcome::Received { .. }), "{outcome:?}");
    assert!(ledger(&options).refused().unwrap().is_empty());
}
