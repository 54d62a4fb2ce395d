//! A ledger made at one go from the log is the one that followed it event by event, whatever the log holds.

use std::collections::BTreeMap;
use std::path::Path;

use socai::event::envelope::Position;
use socai::event_log::Generations;
use socai::ledger::{LedgerWriter, adopt, ledger_path, rebuild};
use socai::runtime::Options;
use socai::runtime::line::{Program, VERSIONS};
use socai::stage::plan::{Followed, Plan};
use socai::stage::rules::RulePack;

use super::inbox::rules;
use super::replay::{
    EDITED, indicators_with, log, other_indicator, ran, replayed, reports, take_in, write_reports,
};

/// Every row of every table and every index of a ledger, as text.
fn everything(path: &Path) -> BTreeMap<String, Vec<String>> {
    let database = rusqlite::Connection::open(path).unwrap();
    let rows = |sql: &str| -> Vec<String> {
        let mut statement = database.prepare(sql).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let values = (0..columns).map(|at| format!("{:?}", row.get_ref_unwrap(at)));
            Ok(values.collect::<Vec<_>>().join(" "))
        };
        let mut rows: Vec<String> = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    let mut all = BTreeMap::new();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = database.prepare(names).unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        let found = rows(&format!("SELECT * FROM {name}"));
        all.insert(name, found);
    }
    let made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
    all.insert("schema".to_owned(), rows(made));
    all
}

#[test]
fn a_ledger_made_at_one_go_is_the_one_that_followed_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), 12);
    std::fs::write(reports.join("picture.txt"), b"\x00\x01\x02\x03\x04").unwrap();
    let text =
        "Năm 2019, kinh phí khuyến công của tỉnh Sơn La thực hiện 35,921 tỷ đồng, đạt 46,47% kế hoạch.\n";
    std::fs::write(reports.join("plan.txt"), text).unwrap();
    std::fs::write(
        reports.join("odd.txt"),
        "Năm 2019, tỉnh Sơn La có 120 chỗ ngựa vằn cho người lao động.\n",
    )
    .unwrap();
    std::fs::copy(reports.join("00001.txt"), reports.join("again.txt")).unwrap();
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports);
    // Answers that are not shown, and, with another version of clean that gives the same text, answers
    // that were there before what leads to them.
    replayed(&options, &Program::new(other_indicator()));
    let mut versions = VERSIONS;
    versions[0] += 1;
    replayed(&options, &Program::with_versions(rules(), versions));
    // An edit that touches one document, of which the ledger is made out of the one before.
    let known = RulePack::builtin().indicators.indicator.iter().find(|one| one.code == EDITED).unwrap();
    let mut near: Vec<&str> = known.near.iter().map(String::as_str).collect();
    near.push("chỗ ngựa vằn");
    let text = indicators_with(EDITED, &near);
    let pack = RulePack::parse(&[("indicators.toml".to_owned(), text)]).map_err(|_| "rules").unwrap();
    let small = Program::with_versions(std::sync::Arc::new(pack), versions);
    let (built, _) = replayed(&options, &small);
    assert_eq!((built.generation, built.documents), (4, 1));
    // Every document runs again, to the same figures and findings.
    (versions[2], versions[3]) = (versions[2] + 1, versions[3] + 1);
    let (built, _) = replayed(&options, &Program::with_versions(small.rules.clone(), versions));
    assert_eq!(built.generation, 5);
    // Out of a copy of the ledger before it is the same, row for row.
    let copied_and_made = |before: &Path, number: u64, plan: &Plan| {
        let log = log(&options);
        let (copied, made) = (folder.path().join("copied.db"), folder.path().join("made.db"));
        let head = log.head().unwrap();
        assert!(adopt(&log, before, &copied, number, plan, head, |_| {}).unwrap());
        rebuild(&log, &made, number, plan.clone(), head, |_| {}).unwrap();
        let (copied, made) = (everything(&copied), everything(&made));
        for (name, rows) in &made {
            assert_eq!(&copied[name], rows, "generation {number}: {name}");
        }
    };
    for number in [4, 5] {
        let log = log(&options);
        let plan = Generations::read(&log).unwrap().plan(&log, number).unwrap().unwrap();
        copied_and_made(&ledger_path(&options.data_dir, number - 1), number, &plan);
    }
    // Wherever the one before had come to: documents may be at work then, or wait to be related to others.
    {
        let log = log(&options);
        let generations = Generations::read(&log).unwrap();
        let first = generations.plan(&log, 1).unwrap().unwrap();
        let begun = generations.get(2).unwrap().position;
        let half = folder.path().join("half.db");
        let mut waited = 0;
        for until in (3..begun.0).step_by(3).map(Position) {
            rebuild(&log, &half, 1, first.clone(), until, |_| {}).unwrap();
            waited += usize::from(!everything(&half)["unjoined"].is_empty());
            let anew = std::iter::once(EDITED.to_owned()).collect();
            let follows = vec![Followed { generation: 1, until, anew }];
            let plan = Plan::new(small.identities, BTreeMap::new(), follows);
            copied_and_made(&half, 4, &plan);
        }
        assert!(waited > 3, "{waited}");
    }
    let late = folder.path().join("late.txt");
    std::fs::write(&late, reports::numbered(7, 900, 20).text).unwrap();
    take_in(&options, &late);
    assert_eq!(ran(folder.path(), &["quarantine", "drop", "picture.txt"]).0, 0);

    for number in ["2", "1", "3", "4", "5"] {
        assert_eq!(ran(folder.path(), &["activate", number]).0, 0, "every ledger is brought up to the log");
    }

    let log = log(&options);
    let head = log.head().unwrap();
    let generations = Generations::read(&log).unwrap();
    for number in generations.all().iter().map(|generation| generation.number) {
        let plan = generations.plan(&log, number).unwrap().unwrap();
        assert_eq!(plan.is_follower(), number > 1);
        let (slow, quick) = (folder.path().join("slow.db"), folder.path().join("quick.db"));
        let mut ledger = LedgerWriter::open(&slow, number, plan.clone()).unwrap();
        while ledger.checkpoint() < head {
            let events = log.outlines_after(ledger.checkpoint(), 7).unwrap();
            ledger.apply(&log, &events).unwrap();
        }
        drop(ledger);
        rebuild(&log, &quick, number, plan, head, |_| {}).unwrap();
        let (slow, quick) = (everything(&slow), everything(&quick));
        for table in ["figures", "mentions", "findings", "derived", "answers", "sightings", "set_aside"] {
            assert!(!slow[table].is_empty(), "generation {number} has {table}");
        }
        for (name, rows) in &slow {
            assert_eq!(&quick[name], rows, "generation {number}: {name}");
        }
        // So is the one that readers see, which was made at one go and then followed.
        let seen = everything(&ledger_path(&options.data_dir, number));
        for (name, rows) in slow.iter().filter(|(name, _)| *name != "ledger") {
            assert_eq!(&seen[name], rows, "generation {number} as it is read: {name}");
        }
        std::fs::remove_file(folder.path().join("slow.db")).unwrap();
    }
    assert!(head > Position(100));
}
