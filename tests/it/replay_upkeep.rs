//! Upkeep: generations are let go and the chain still verifies; backups and exports are the same log.

use std::path::Path;

use socai::event_log::{Generations, LogReader};
use socai::ledger::{LedgerReader, ledger_path};
use socai::runtime::Options;
use socai::runtime::line::Program;
use socai::stage::rules::RulePack;

use super::inbox::rules;
use super::replay::{
    EDITED, indicators_with, log, other_indicator, ran, replayed, take_in, taken_in, whole, write_reports,
};

fn told(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = ran(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

/// A data directory of few reports, read under two rule packs.
fn two_generations() -> (tempfile::TempDir, Options) {
    let (folder, _, options) = taken_in(3);
    replayed(&options, &Program::new(other_indicator()));
    (folder, options)
}

#[test]
fn what_only_old_generations_answered_is_let_go_and_the_chain_still_verifies() {
    let (folder, reports, options) = taken_in(15);
    for number in 0..3 {
        let phrase = format!("chỗ đứng chân {number}");
        let text = indicators_with(EDITED, &[phrase.as_str()]);
        let pack = RulePack::parse(&[("indicators.toml".to_owned(), text)]);
        replayed(&options, &Program::new(std::sync::Arc::new(pack.map_err(|_| "rules").unwrap())));
    }
    let before = [whole(&options, 3), whole(&options, 4)];
    let verified = || log(&options).verify(1..=u64::MAX, None).unwrap().unwrap();
    let had = verified();
    let dry = told(folder.path(), &["compact", "--keep", "2", "--dry-run"]);
    assert!(dry.contains("would go: 2, 1"), "{dry}");
    assert_eq!(verified(), had, "a dry run writes nothing");

    let out = told(folder.path(), &["compact", "--keep", "2", "--json"]);
    let done: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(done["done"]["events"].as_u64().unwrap() > 15, "{out}");
    let has = verified();
    assert_eq!(has.events, had.events + 2, "every event is walked over, and the two that tell it");
    assert_eq!(has.let_go, done["done"]["events"].as_u64().unwrap());
    assert!(!ledger_path(&options.data_dir, 1).exists() && ledger_path(&options.data_dir, 3).exists());
    assert_eq!([whole(&options, 3), whole(&options, 4)], before);
    for number in ["3", "4"] {
        told(folder.path(), &["rebuild", "--generation", number]);
    }
    assert_eq!([whole(&options, 3), whole(&options, 4)], before, "nothing of a kept generation is missing");

    // What was let go is not made up: neither at once, nor as it was, nor to be compared with.
    let at = Generations::read(&log(&options)).unwrap().get(1).unwrap().activated[0].0.0 + 20;
    let at = at.to_string();
    for (arguments, code) in [
        (&["activate", "1"][..], 2),
        (&["rebuild", "--generation", "1"], 2),
        (&["diff", "1", "4"], 2),
        (&["export", "figures", "--at", &at], 69),
        (&["replay", "--until", &at], 69),
        (&["log", "export"], 69),
    ] {
        let (found, out, err) = ran(folder.path(), arguments);
        let said = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            found == code && out.is_empty() && said.contains("let go"),
            "{arguments:?}: {found} {out}{err}"
        );
    }
    // A figure of which an older answer was let go is not said to be born with the next one.
    let figures = told(folder.path(), &["export", "figures"]);
    let records = figures.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut read_again = records.filter(|record| record["generation"] != 1);
    let id = read_again.next().unwrap()["id"].as_str().unwrap().to_owned();
    let (code, out, err) = ran(folder.path(), &["history", &id]);
    assert!(code == 0 && out.contains(" kept ") && !out.contains(" born "), "{out}{err}");
    assert!(err.contains("was let go by `socai compact`"), "{err}");
    // Of what is kept every moment is to be had, whether the event at it was let go or not.
    let head = log(&options).head().unwrap().0;
    let activated = Generations::read(&log(&options)).unwrap().get(4).unwrap().activated[0].0.0;
    for position in (activated..=head).step_by(3) {
        told(folder.path(), &["export", "figures", "--at", &position.to_string()]);
        let path = options.data_dir.join(format!("ledger-at-{position}.db"));
        let checkpoint = LedgerReader::open(&path).unwrap().checkpoint().unwrap();
        assert_eq!(checkpoint.0, position);
    }
    let (code, _, err) = ran(folder.path(), &["export", "figures", "--at", &(head + 1).to_string()]);
    assert!(code == 2 && err.contains("the event log ends at position"), "{err}");
    assert!(told(folder.path(), &["generations"]).contains("let go"));
    told(folder.path(), &["rollback"]);
    // Its rules asked for again make a generation anew, whose answers are appended anew.
    let (built, _) = replayed(&options, &Program::new(rules()));
    assert!(built.generation == 5 && (1..=15).contains(&built.documents), "{built:?}");
    let fresh = Options::new(folder.path().join("fresh"));
    take_in(&fresh, &reports);
    assert_eq!(whole(&options, 5), whole(&fresh, 1));
    // The log goes on: new documents, a new start, a sound chain.
    let late = folder.path().join("late.txt");
    std::fs::write(&late, "Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n").unwrap();
    take_in(&options, &late);
    assert!(verified().events > has.events);
    let nothing = told(folder.path(), &["compact", "--keep", "9"]);
    assert!(nothing.contains("let go: none"), "{nothing}");
}

#[test]
fn beside_a_daemon_compacting_says_what_to_do_and_touches_nothing() {
    let (folder, options) = two_generations();
    let head = log(&options).head().unwrap();
    let held = socai::event_log::LogWriter::open(&options.data_dir.join("socai.db")).unwrap();
    let (code, _, err) = ran(folder.path(), &["compact", "--keep", "1"]);
    assert!(code == 69 && err.contains("stop `socai run` first"), "{code} {err}");
    assert_eq!(log(&options).head().unwrap(), head);
    assert!(ledger_path(&options.data_dir, 1).exists());
    // What would go is told all the same.
    assert!(told(folder.path(), &["compact", "--keep", "1", "--dry-run"]).contains("would go: 1"));
    drop(held);
    assert!(told(folder.path(), &["compact", "--keep", "1"]).contains("let go: 1"));
}

#[test]
fn a_header_that_was_let_go_is_held_to_the_chain() {
    let (folder, options) = two_generations();
    told(folder.path(), &["compact", "--keep", "1"]);
    let verify =
        || LogReader::open(&options.data_dir.join("socai.db")).unwrap().verify(1..=u64::MAX, None).unwrap();
    assert!(verify().unwrap().let_go > 0);
    let database = rusqlite::Connection::open(options.data_dir.join("socai.db")).unwrap();
    database.execute("UPDATE let_go SET recorded_at = recorded_at + 1 WHERE position = (SELECT min(position) FROM let_go)", []).unwrap();
    assert!(verify().unwrap_err().to_string().contains("its link does not follow"));
}

#[test]
fn a_backup_is_made_while_documents_come_and_restores_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), 30);
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports.join("00000.txt"));
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| take_in(&options, &reports));
        told(folder.path(), &["backup", "one.db"]);
        writing.join().unwrap();
    });
    let (code, _, err) = ran(folder.path(), &["backup", "one.db"]);
    assert!(code == 69 && err.contains("is there already"), "{err}");
    told(folder.path(), &["backup", "two.db"]);
    let (code, _, err) = ran(folder.path(), &["restore", "two.db"]);
    assert!(code == 69 && err.contains("there is an event log"), "{err}");
    for (copy, data_dir) in [("one.db", "first"), ("two.db", "second")] {
        told(folder.path(), &["--data-dir", data_dir, "restore", copy]);
        told(folder.path(), &["--data-dir", data_dir, "verify"]);
    }
    let second = Options::new(folder.path().join("second"));
    assert_eq!(whole(&second, 1), whole(&options, 1));
    // A copy that was changed is refused before anything is touched.
    let mut bytes = std::fs::read(folder.path().join("two.db")).unwrap();
    let place = bytes.windows(7).rposition(|window| window == b"extract").unwrap_or(bytes.len() / 2);
    bytes[place] ^= 1;
    for at in (8_192..bytes.len()).step_by(4_096) {
        bytes[at + 2_000] ^= 0x55;
    }
    std::fs::write(folder.path().join("bad.db"), bytes).unwrap();
    let (code, _, _) = ran(folder.path(), &["--data-dir", "third", "restore", "bad.db"]);
    assert_ne!(code, 0);
    assert!(!folder.path().join("third/socai.db").exists());
}

#[test]
fn what_is_no_copy_of_a_log_is_told_with_what_to_do_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("letter.txt"), "Kính gửi Sở Công Thương, ".repeat(400)).unwrap();
    std::fs::write(path("empty.db"), "").unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    rusqlite::Connection::open(path("other.db")).unwrap().execute_batch("CREATE TABLE notes (x)").unwrap();
    let options = Options::new(path("var"));
    take_in(&options, &write_reports(folder.path(), 2));
    std::fs::copy(ledger_path(&options.data_dir, 1), path("ledger.db")).unwrap();
    told(folder.path(), &["backup", "copy.db"]);
    let copy = std::fs::read(path("copy.db")).unwrap();
    std::fs::write(path("half.db"), &copy[..copy.len() / 2]).unwrap();
    for (name, what, next) in [
        ("letter.txt", "is no copy of an event log", "a file that `socai backup` wrote"),
        ("empty.db", "is no copy of an event log", "a file that `socai backup` wrote"),
        ("other.db", "is no copy of an event log", "a file that `socai backup` wrote"),
        ("ledger.db", "is no copy of an event log", "a file that `socai backup` wrote"),
        ("folder", "cannot read", "a file that `socai backup` wrote"),
        ("missing.db", "cannot read", "a file that `socai backup` wrote"),
        ("half.db", "is damaged", "use another copy"),
    ] {
        let (code, _, err) = ran(folder.path(), &["--data-dir", "new", "restore", name]);
        let said = err.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(code >= 69 && said.contains(what) && said.contains(next), "{name}: {code} {err}");
        assert!(!path("new").exists(), "{name}");
    }
    // The same of the log itself, where something else lies in its place.
    std::fs::create_dir(path("wrong")).unwrap();
    std::fs::copy(path("letter.txt"), path("wrong/socai.db")).unwrap();
    let (code, _, err) = ran(folder.path(), &["--data-dir", "wrong", "verify"]);
    assert!(code == 69 && err.contains("is no event log of socai"), "{code} {err}");
}

#[test]
fn a_log_is_carried_as_lines_and_its_chain_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), 6);
    std::fs::write(reports.join("utf16.txt"), {
        let text = "\u{feff}Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n";
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    })
    .unwrap();
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports);
    let lines = told(folder.path(), &["log", "export"]);
    let half: Vec<&str> = lines.lines().take(lines.lines().count() / 2).collect();
    std::fs::write(folder.path().join("half.jsonl"), half.join("\n")).unwrap();
    std::fs::write(folder.path().join("all.jsonl"), &lines).unwrap();
    let import = |what: &str| ran(folder.path(), &["--data-dir", "copy", "log", "import", what]);
    let (code, _, err) = import("half.jsonl");
    assert!(code == 69 && err.contains("the lines end before the log did"), "{code} {err}");
    std::fs::write(folder.path().join("all.jsonl"), format!("{lines}\n")).unwrap();
    assert_eq!(import("all.jsonl").0, 0, "what came stays, and a blank line at the end says nothing");
    std::fs::write(folder.path().join("none.jsonl"), "").unwrap();
    let (code, _, err) = ran(folder.path(), &["--data-dir", "none", "log", "import", "none.jsonl"]);
    assert!(code == 69 && err.contains("not one line"), "{code} {err}");
    assert!(!folder.path().join("none").exists());
    assert_eq!(told(folder.path(), &["--data-dir", "copy", "log", "export"]), lines);
    let copy = Options::new(folder.path().join("copy"));
    assert_eq!(
        log(&copy).verify(1..=u64::MAX, None).unwrap(),
        log(&options).verify(1..=u64::MAX, None).unwrap()
    );
    told(folder.path(), &["--data-dir", "copy", "rebuild"]);
    assert_eq!(whole(&copy, 1), whole(&options, 1));
    assert_eq!(Generations::read(&log(&copy)).unwrap(), Generations::read(&log(&options)).unwrap());

    let forged = lines.replacen("\"attempt\":1", "\"attempt\":2", 1);
    std::fs::write(folder.path().join("forged.jsonl"), forged).unwrap();
    let (code, _, err) = ran(folder.path(), &["--data-dir", "other", "log", "import", "forged.jsonl"]);
    assert!(code == 69 && err.contains("its link does not follow"), "{code} {err}");
    // Half a line, and the lines of another log.
    std::fs::write(folder.path().join("cut.jsonl"), &lines.as_bytes()[..lines.len() / 3]).unwrap();
    let (code, _, err) = ran(folder.path(), &["--data-dir", "cut", "log", "import", "cut.jsonl"]);
    assert!(code == 69 && err.contains("not a line of a log"), "{code} {err}");
    let fourth = Options::new(folder.path().join("fourth"));
    take_in(&fourth, &reports.join("utf16.txt"));
    let (code, _, err) = ran(folder.path(), &["--data-dir", "fourth", "log", "import", "all.jsonl"]);
    assert!(code == 69 && err.contains("not lines of the same log"), "{code} {err}");
}
