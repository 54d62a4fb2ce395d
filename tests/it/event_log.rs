//! The event log's promises: gapless, immutable, idempotent, durable, verifiable.

use std::path::PathBuf;

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;
use socai::event::envelope::{Append, Blob, Position, StreamId, Version};
use socai::event::kinds::{DocumentReceived, Event, StageFailed, TextSegmented};
use socai::event_log::{AppendError, Damage, LogError, LogReader, LogWriter};
use socai::model::Digest;
use tempfile::TempDir;

struct Bench {
    _folder: TempDir,
    path: PathBuf,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socai.db");
    Bench { _folder: folder, path }
}

fn received(bytes: &[u8]) -> Append {
    let blob = Blob::new(bytes.to_vec());
    let document = blob.digest;
    let event = Event::DocumentReceived(DocumentReceived {
        document,
        name: "báo cáo.txt".into(),
        tags: Vec::new(),
        size: bytes.len() as u64,
        media_type: "text/plain".into(),
    });
    Append { blobs: vec![blob], ..Append::new(StreamId::Document(document), event) }
}

fn segmented(document: &[u8], key: &[u8]) -> Append {
    Append {
        stage_key: Some(Digest::of(key)),
        ..Append::new(
            StreamId::Document(Digest::of(document)),
            Event::TextSegmented(TextSegmented { blocks: Vec::new() }),
        )
    }
}

fn filled(path: &std::path::Path, documents: u8) {
    let mut log = LogWriter::open(path).unwrap();
    let batch: Vec<_> = (0..documents).map(|n| received(&[n; 300])).collect();
    for answer in log.append(&batch, Timestamp::UNIX_EPOCH).unwrap() {
        answer.unwrap();
    }
}

fn damage_of(path: &std::path::Path, tamper: &str) -> Damage {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA foreign_keys = OFF;
             DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_removed;
             DROP TRIGGER blobs_are_not_changed; {tamper}"
        ))
        .unwrap();
    LogReader::open(path).unwrap().verify(1..=u64::MAX, None).unwrap().unwrap_err()
}

#[test]
fn a_repeat_gets_the_first_answer_and_another_payload_is_named_non_deterministic() {
    let bench = bench();
    let mut log = LogWriter::open(&bench.path).unwrap();
    log.append(&[received(b"a"), segmented(b"a", b"key")], Timestamp::UNIX_EPOCH).unwrap();
    let again = log.append(&[segmented(b"a", b"key")], Timestamp::UNIX_EPOCH).unwrap().remove(0).unwrap();
    assert_eq!((again.position, again.repeated), (Position(2), true));

    let mut other = segmented(b"a", b"key");
    other.event = Event::TextSegmented(TextSegmented {
        blocks: vec![socai::model::segment::Block {
            kind: socai::model::segment::BlockKind::Gap,
            span: socai::model::Span::new(0, 1),
            depth: 0,
            head: None,
            sentences: Vec::new(),
        }],
    });
    let refused = log.append(&[other], Timestamp::UNIX_EPOCH).unwrap().remove(0);
    assert!(
        matches!(refused, Err(AppendError::NonDeterministic { position: Position(2), .. })),
        "{refused:?}"
    );
    assert_eq!(log.head().0, Position(2));
}

#[test]
fn failures_may_repeat_under_one_key() {
    let bench = bench();
    let mut log = LogWriter::open(&bench.path).unwrap();
    let failed = |message: &str| Append {
        stage_key: Some(Digest::of(b"k")),
        ..Append::new(
            StreamId::Document(Digest::of(b"a")),
            Event::StageFailed(StageFailed {
                stage: "clean".into(),
                key: Digest::of(b"k"),
                message: message.into(),
            }),
        )
    };
    let answers = log.append(&[received(b"a"), failed("one"), failed("two")], Timestamp::UNIX_EPOCH).unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(log.head().0, Position(3));
}

#[test]
fn one_refused_request_leaves_the_batch_and_burns_no_position() {
    let bench = bench();
    let mut log = LogWriter::open(&bench.path).unwrap();
    let stale = Append { expected: Some(Version(7)), ..received(b"b") };
    let orphan = Append { cause: Some(Position(99)), ..received(b"c") };
    let mut forged = received(b"d");
    forged.blobs[0].bytes = b"other".to_vec();
    let answers =
        log.append(&[received(b"a"), stale, orphan, forged, received(b"e")], Timestamp::UNIX_EPOCH).unwrap();
    assert!(matches!(answers[1], Err(AppendError::VersionMismatch { found: Version(0), .. })));
    assert!(matches!(answers[2], Err(AppendError::NoSuchCause { .. })));
    assert!(matches!(answers[3], Err(AppendError::WrongBlob { .. })));
    assert_eq!(answers[4].as_ref().unwrap().position, Position(2));
    drop(log);
    let reader = LogReader::open(&bench.path).unwrap();
    assert!(reader.verify(1..=u64::MAX, None).unwrap().is_ok());
    assert_eq!(reader.blob(Digest::of(b"a")).unwrap().as_deref(), Some(b"a".as_slice()));
    assert_eq!(reader.blob(Digest::of(b"d")).unwrap(), None);
}

#[test]
fn a_second_writer_is_told_and_readers_are_not_stopped() {
    let bench = bench();
    let log = LogWriter::open(&bench.path).unwrap();
    assert!(matches!(LogWriter::open(&bench.path), Err(LogError::Locked { .. })));
    assert_eq!(LogReader::open(&bench.path).unwrap().head().unwrap(), Position(0));
    drop(log);
    assert!(LogWriter::open(&bench.path).is_ok());
}

#[test]
fn triggers_refuse_change_and_removal() {
    let bench = bench();
    filled(&bench.path, 2);
    let connection = Connection::open(&bench.path).unwrap();
    for sql in ["UPDATE events SET attempt = 2", "DELETE FROM events", "UPDATE blobs SET size = 0"] {
        assert!(connection.execute(sql, []).unwrap_err().to_string().contains("never"), "{sql}");
    }
}

#[test]
fn a_log_of_a_newer_program_is_refused() {
    let bench = bench();
    filled(&bench.path, 1);
    Connection::open(&bench.path).unwrap().pragma_update(None, "user_version", 9).unwrap();
    assert!(matches!(LogWriter::open(&bench.path), Err(LogError::Newer { found: 9, .. })));
    assert!(matches!(LogReader::open(&bench.path), Err(LogError::Newer { found: 9, .. })));
}

#[test]
fn verify_names_the_position_of_every_kind_of_damage() {
    let cases = [
        ("a changed header", "UPDATE events SET generation = 5 WHERE position = 3;", 3),
        ("a removed event", "DELETE FROM events WHERE position = 4;", 4),
        (
            "two events exchanged",
            "UPDATE events SET position = 99 WHERE position = 2;
             UPDATE events SET position = 2 WHERE position = 5; UPDATE events SET position = 5 WHERE position = 99;",
            2,
        ),
        (
            "a flipped bit in a blob",
            "UPDATE blobs SET bytes = zeroblob(length(bytes)) WHERE digest =
               (SELECT digest FROM blobs ORDER BY rowid LIMIT 1);",
            1,
        ),
        ("a removed blob", "DELETE FROM blobs WHERE rowid = (SELECT max(rowid) FROM blobs);", 6),
    ];
    for (name, tamper, position) in cases {
        let bench = bench();
        filled(&bench.path, 6);
        let damage = damage_of(&bench.path, tamper);
        assert_eq!(damage.position, Position(position), "{name}: {damage}");
    }
}

#[test]
fn a_writer_builds_on_no_damaged_tail() {
    let cases = [
        ("a changed header", "UPDATE events SET generation = 5 WHERE position = 6;"),
        ("a changed link", "UPDATE events SET digest = zeroblob(32) WHERE position = 6;"),
        ("another predecessor", "UPDATE events SET digest = zeroblob(32) WHERE position = 5;"),
        ("a changed payload", "UPDATE events SET payload = x'00' WHERE position = 6;"),
        ("a gap", "DELETE FROM events WHERE position = 3;"),
        ("a column of another kind", "UPDATE events SET digest = x'00' WHERE position = 6;"),
    ];
    for (name, tamper) in cases {
        let bench = bench();
        filled(&bench.path, 6);
        let connection = Connection::open(&bench.path).unwrap();
        let triggers = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
            DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_removed;";
        connection.execute_batch(&format!("{triggers} {tamper}")).unwrap();
        drop(connection);
        let opened = LogWriter::open(&bench.path);
        assert!(matches!(opened, Err(LogError::Damaged { position: Position(6), .. })), "{name}: {opened:?}");
    }
}

#[test]
fn a_cut_tail_shows_against_the_head_written_down_elsewhere() {
    let bench = bench();
    filled(&bench.path, 6);
    let head = LogReader::open(&bench.path).unwrap().verify(1..=u64::MAX, None).unwrap().unwrap();
    Connection::open(&bench.path)
        .unwrap()
        .execute_batch("DROP TRIGGER events_are_not_removed; DELETE FROM events WHERE position > 4;")
        .unwrap();
    let reader = LogReader::open(&bench.path).unwrap();
    assert!(reader.verify(1..=u64::MAX, None).unwrap().is_ok(), "the chain alone cannot tell");
    let damage = reader.verify(1..=u64::MAX, Some((head.head, head.link))).unwrap().unwrap_err();
    assert_eq!(damage.position, Position(5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is appended in whatever batches, positions are 1..=n, versions 1..=m in each
    /// stream, the chain verifies, and what is read back is what was answered.
    #[test]
    fn positions_and_versions_have_no_gaps(batches in prop::collection::vec(prop::collection::vec(0u8..5, 1..8), 1..6)) {
        let bench = bench();
        let mut log = LogWriter::open(&bench.path).unwrap();
        let (mut answered, mut sent) = (Vec::new(), Vec::new());
        let mut key = 0u32;
        for batch in batches {
            let requests: Vec<_> = batch
                .iter()
                .map(|n| { key += 1; segmented(&[*n], &key.to_le_bytes()) })
                .collect();
            sent.extend(requests.iter().cloned());
            for answer in log.append(&requests, Timestamp::UNIX_EPOCH).unwrap() {
                answered.push(answer.unwrap());
            }
        }
        drop(log);
        let reader = LogReader::open(&bench.path).unwrap();
        let stored = reader.after(Position(0), usize::MAX).unwrap();
        prop_assert_eq!(stored.len(), answered.len());
        for ((event, answer), request) in stored.iter().zip(&answered).zip(&sent) {
            prop_assert_eq!((event.position, event.version), (answer.position, answer.version));
            prop_assert_eq!((&event.stream, &event.event), (&request.stream, &request.event));
            prop_assert_eq!(event.stage_key, request.stage_key);
        }
        prop_assert!(stored.iter().zip(1..).all(|(event, n)| event.position == Position(n)));
        prop_assert!(reader.verify(1..=u64::MAX, None).unwrap().is_ok());
    }
}
