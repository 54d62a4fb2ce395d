//! Relations across documents, from files to the ledger, in whatever order the files come.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use socai::event::envelope::{Position, StreamId};
use socai::event::kinds::Event;
use socai::event_log::LogReader;
use socai::ledger::{LedgerReader, ledger_path};
use socai::runtime::{Options, Shutdown, Source, ingest};

use super::inbox::rules;

/// The plan of 2024, the outturns of 2023 and 2024, a bulletin that contradicts the latter, and a copy of
/// it under another head.
const REPORTS: [&str; 5] = [
    "thai-binh-ke-hoach-2024.txt",
    "thai-binh-2023.txt",
    "thai-binh-2024.txt",
    "thai-binh-ban-tin-2024.txt",
    "thai-binh-2024-ban-sao.txt",
];

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/across")
}

fn take_in(data_dir: &Path, names: &[&str]) {
    let paths: Vec<PathBuf> = names.iter().map(|name| reports().join(name)).collect();
    let sources = Source::find(&paths, &[]).unwrap();
    let summary = ingest(Options::new(data_dir), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
    assert_eq!(summary.received as usize, names.len());
}

fn socai(data_dir: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_socai"))
        .current_dir(data_dir.parent().unwrap())
        .arg("--data-dir")
        .arg(data_dir)
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.code())
}

fn across(data_dir: &Path) -> Vec<Value> {
    let (text, _) = socai(data_dir, &["export", "findings", "--format", "jsonl"]);
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|finding| finding["documents"].as_array().unwrap().len() > 1).collect()
}

fn one<'f>(findings: &'f [Value], relation: &str, verdict: &str) -> &'f Value {
    let mut fitting = findings.iter().filter(|one| one["relation"] == relation && one["verdict"] == verdict);
    let found = fitting.next().unwrap_or_else(|| panic!("no {relation} {verdict} in {findings:#?}"));
    assert!(fitting.next().is_none(), "one {relation} {verdict}: {findings:#?}");
    found
}

#[test]
fn reports_of_several_years_are_set_against_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("var");
    take_in(&data_dir, &REPORTS);
    let findings = across(&data_dir);
    let plan = one(&findings, "of_plan", "agrees");
    assert_eq!(plan["formula"], "8,16 tỷ đồng / 8,50 tỷ đồng");
    assert_eq!(one(&findings, "growth", "agrees")["formula"], "1.400 lao động / 1.240 lao động - 1");
    let estimate = one(&findings, "restated", "differs_in_scope");
    assert!(estimate["explanation"]["vi"].as_str().unwrap().contains("ước tính 1.200 lao động"));
    let conflict = one(&findings, "restated", "conflicts");
    assert!(conflict["explanation"]["vi"].as_str().unwrap().contains("8,61 tỷ đồng"));
    assert_eq!(findings.len(), 4, "the copy is no witness of its own: {findings:#?}");

    let id = conflict["id"].as_str().unwrap();
    let (shown, code) = socai(&data_dir, &["show", id]);
    assert_eq!(code, Some(0), "{shown}");
    for words in ["«8,61 tỷ đồng»", "«8,16 tỷ đồng»", "thai-binh-ban-tin-2024.txt", "VN63:34", "suspect 1"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let asked =
        ["findings", "--verdict", "conflicts", "--area", "VN63:34", "--period", "2024", "--exit-code"];
    let (listed, code) = socai(&data_dir, &asked);
    assert_eq!(code, Some(1), "{listed}");
    assert!(listed.contains(&id[..8]), "{listed}");
    let (listed, code) = socai(&data_dir, &["findings", "--document", "thai-binh-2023.txt", "--exit-code"]);
    assert_eq!((listed.lines().count(), code), (2, Some(0)), "the growth, and the estimate: {listed}");
}

#[test]
fn order_and_company_of_arrival_change_no_export_and_a_rebuilt_ledger_has_the_same_history() {
    let folder = tempfile::tempdir().unwrap();
    let at_once = folder.path().join("at-once");
    take_in(&at_once, &REPORTS);
    let wanted = socai(&at_once, &["export", "findings", "--format", "jsonl"]).0;
    for (name, turn) in [("straight", 0), ("turned", 2), ("turned-again", 4)] {
        let data_dir = folder.path().join(name);
        let mut names = REPORTS;
        names.rotate_left(turn);
        for report in names {
            take_in(&data_dir, &[report]);
        }
        assert_eq!(socai(&data_dir, &["export", "findings", "--format", "jsonl"]).0, wanted, "{name}");
        let history = |data_dir: &Path| {
            let ledger = LedgerReader::open(&ledger_path(data_dir, 1)).unwrap();
            let mut statement = ledger
                .connection()
                .prepare("SELECT * FROM finding_history ORDER BY finding, position")
                .unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect::<Result<Vec<_>, _>>()
            });
            rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()
        };
        let live = history(&data_dir);
        assert_eq!(socai(&data_dir, &["rebuild"]).1, Some(0));
        assert_eq!(history(&data_dir), live, "{name}");
        assert_eq!(socai(&data_dir, &["export", "findings", "--format", "jsonl"]).0, wanted, "{name}");
    }
}

#[test]
fn what_a_later_report_supersedes_is_superseded_by_an_event_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("var");
    take_in(&data_dir, &["thai-binh-ke-hoach-2024.txt", "thai-binh-2024.txt"]);
    let first = across(&data_dir);
    let agreed = one(&first, "of_plan", "agrees")["id"].as_str().unwrap().to_owned();
    // Another report states another plan: which of the two it was measured against is open now.
    let other = folder.path().join("ke-hoach-khac.txt");
    let text = "Thông báo về nguồn lực khuyến công\n\nKế hoạch tổng kinh phí khuyến công năm 2024 của tỉnh Thái Bình là \
                8,90 tỷ đồng.\n";
    std::fs::write(&other, text).unwrap();
    let sources = Source::find(&[other], &[]).unwrap();
    ingest(Options::new(&data_dir), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
    let second = across(&data_dir);
    one(&second, "restated", "conflicts");
    assert!(second.iter().all(|finding| finding["id"] != agreed.as_str()), "{second:#?}");

    let log = LogReader::open(&data_dir.join("socai.db")).unwrap();
    let events = log.stream(StreamId::Corpus).unwrap();
    let Some(Event::CorpusReconciled(last)) = events.last().map(|envelope| &envelope.event) else {
        panic!("the corpus has no event");
    };
    assert_eq!(last.components.len(), 1, "{last:#?}");
    assert_eq!(last.components[0].superseded, std::slice::from_ref(&agreed));
    assert_eq!(last.components[0].decided.len(), 1);
    let (shown, code) = socai(&data_dir, &["show", &agreed[..10]]);
    assert_eq!(code, Some(0), "{shown}");
    for words in ["superseded", "8,16 tỷ đồng / 8,50 tỷ đồng", "because of ke-hoach-khac.txt"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let (told, code) = socai(&data_dir, &["history", &agreed]);
    assert_eq!(code, Some(0), "{told}");
    for words in [
        "because thai-binh-2024.txt came, which prints «96,0%», «8,16 tỷ đồng»",
        "because ke-hoach-khac.txt came, which prints «8,90 tỷ đồng»",
        "instead: conflicts 8,50 tỷ đồng = 8,90 tỷ đồng",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(events.iter().all(|envelope| envelope.cause > Some(Position(0))));
}

/// Every folder of `tests/planted` is a set of reports, with what is to be found between them, a line each, in
/// `expected`: contradictions that were planted, and none where there is none.
#[test]
fn what_is_planted_between_reports_is_found_and_nothing_else() {
    let mut sets: Vec<PathBuf> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
    sets.sort();
    assert!(sets.len() >= 15, "{sets:?}");
    let mut wrong = String::new();
    for set in sets {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("var");
        let texts: Vec<PathBuf> = std::fs::read_dir(&set)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "txt"))
            .collect();
        let sources = Source::find(&texts, &[]).unwrap();
        ingest(Options::new(&data_dir), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        let mut found: Vec<String> = across(&data_dir)
            .iter()
            .map(|one| format!("{} {} {}", text(one, "verdict"), text(one, "relation"), text(one, "formula")))
            .collect();
        found.sort();
        let expected = std::fs::read_to_string(set.join("expected")).unwrap();
        let mut expected: Vec<&str> = expected.lines().collect();
        expected.sort_unstable();
        if found != expected {
            wrong.push_str(&format!("{}\n  expected {expected:#?}\n  found {found:#?}\n", set.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Reports of three regions in three years, each with the number of its provinces; the fourth counts some of them.
const REGIONS: [&str; 4] = [
    "khuyen-cong-phia-bac-2022.txt",
    "khuyen-cong-mien-trung-2019.txt",
    "khuyen-cong-phia-nam-2021.txt",
    "khuyen-cong-phia-bac-2021.txt",
];

fn counted(data_dir: &Path) -> Vec<Value> {
    across(data_dir).into_iter().filter(|finding| finding["rule"] == "across.counted").collect()
}

#[test]
fn the_provinces_of_the_regions_are_those_of_the_country_in_whatever_order_reports_come() {
    let folder = tempfile::tempdir().unwrap();
    let at_once = folder.path().join("at-once");
    take_in(&at_once, &REGIONS);
    let found = counted(&at_once);
    assert_eq!(found.len(), 1, "{found:#?}");
    let finding = &found[0];
    assert_eq!((&finding["relation"], &finding["verdict"]), (&"sum".into(), &"agrees".into()));
    assert_eq!(finding["formula"], "28 tỉnh, thành phố + 15 tỉnh, thành phố + 20 tỉnh, thành phố");
    assert_eq!(finding["assumptions"], serde_json::json!(["63 provinces"]));
    for ends in ["computed", "stated"] {
        assert_eq!((&finding[ends]["low"], &finding[ends]["high"]), (&"63".into(), &"63".into()));
    }
    let (vi, en) = (&finding["explanation"]["vi"], &finding["explanation"]["en"]);
    assert!(vi.as_str().unwrap().contains("Giả định: 63 tỉnh, thành phố") && vi != en, "{vi}");
    assert!(en.as_str().unwrap().contains("Assumed: 63 provinces"), "{en}");

    let one_by_one = folder.path().join("one-by-one");
    for name in REGIONS.iter().rev() {
        take_in(&one_by_one, &[name]);
    }
    assert_eq!(counted(&one_by_one), found);
    // As many reports say 28 as 27 of one region: nothing is told, and nothing contradicts.
    take_in(&one_by_one, &["khuyen-cong-phia-bac-2023.txt"]);
    assert_eq!(counted(&one_by_one), Vec::<Value>::new());
    assert!(across(&one_by_one).iter().all(|finding| finding["verdict"] != "conflicts"));
}

#[test]
fn the_provinces_of_the_regions_of_real_reports_are_sixty_three() {
    let Some(shared) = super::reconcile::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("var");
    let sources = Source::find(&[shared.join("seeds")], &[]).unwrap();
    ingest(Options::new(&data_dir), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
    let found = counted(&data_dir);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["verdict"], "agrees");
    assert_eq!(found[0]["formula"], "28 tỉnh, thành phố + 15 tỉnh, thành phố + 20 tỉnh, thành phố");
    assert_eq!((&found[0]["computed"]["low"], &found[0]["stated"]["high"]), (&"63".into(), &"63".into()));
    assert!(across(&data_dir).iter().all(|finding| finding["verdict"] != "conflicts"));
}
