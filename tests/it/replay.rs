//! Replay: changed rules make a generation beside the active one; what did not change does not run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use socai::event::envelope::Position;
use socai::event_log::{Generations, LogReader};
use socai::ledger::{LedgerReader, ledger_path};
use socai::runtime::line::{Program, VERSIONS};
use socai::runtime::replay::{Activated, Asked, Built, choose, replay};
use socai::runtime::{Options, Shutdown, Source, ingest};
use socai::stage::rules::{BUILT_IN, RulePack};

use super::inbox::rules;

#[allow(dead_code, reason = "what is planted in the reports is for other tests")]
#[path = "../tools/reports.rs"]
pub(crate) mod reports;

/// Writes generated reports into a folder.
pub(crate) fn write_reports(folder: &Path, documents: u64) -> PathBuf {
    let reports_dir = folder.join("reports");
    std::fs::create_dir_all(&reports_dir).unwrap();
    for number in 0..documents {
        let text = reports::numbered(7, number, 20).text;
        std::fs::write(reports_dir.join(format!("{number:05}.txt")), text).unwrap();
    }
    reports_dir
}

/// The text of the built-in indicators with other phrases for one of them.
pub(crate) fn indicators_with(code: &str, near: &[&str]) -> String {
    let text = BUILT_IN.iter().find(|known| known.name == "indicators.toml").unwrap().text;
    let mut file: toml::Table = toml::from_str(text).unwrap();
    let list = file["indicator"].as_array_mut().unwrap();
    let one = list.iter_mut().find(|one| one["code"].as_str() == Some(code)).unwrap();
    let near = near.iter().map(|phrase| toml::Value::from(*phrase)).collect::<Vec<_>>();
    one.as_table_mut().unwrap().insert("near".to_owned(), near.into());
    toml::to_string(&file).unwrap()
}

/// The indicator whose phrases the tests edit: generated reports have figures of it.
pub(crate) const EDITED: &str = "lao_dong_viec_lam";

/// The built-in pack with that indicator told by words that stand nowhere.
pub(crate) fn other_indicator() -> Arc<RulePack> {
    let files = [("indicators.toml".to_owned(), indicators_with(EDITED, &["chỗ đứng chân"]))];
    Arc::new(RulePack::parse(&files).map_err(|errors| errors[0].to_string()).unwrap())
}

pub(crate) fn asked(program: &Program) -> Asked {
    Asked {
        files: program.rules.files.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        versions: program.versions,
        documents: None,
        reason: "a test".to_owned(),
    }
}

/// Replays in this process and activates the result.
pub(crate) fn replayed(options: &Options, program: &Program) -> (Built, Option<Activated>) {
    replay(options.clone(), program.clone(), &asked(program), &Shutdown::new(), |_| {}, |_| Ok(true)).unwrap()
}

pub(crate) fn take_in(options: &Options, reports: &Path) {
    let sources = Source::find(&[reports.to_path_buf()], &[]).unwrap();
    ingest(options.clone(), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
}

/// Takes generated reports into a data directory of their own: the folder, where they lie in it, the options.
pub(crate) fn taken_in(documents: u64) -> (tempfile::TempDir, PathBuf, Options) {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), documents);
    let options = Options::new(folder.path().join("var"));
    take_in(&options, &reports);
    (folder, reports, options)
}

pub(crate) fn log(options: &Options) -> LogReader {
    LogReader::open(&options.data_dir.join("socai.db")).unwrap()
}

/// How many events of each kind stand after a position.
fn kinds_after(options: &Options, after: Position) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    let events = log(options).outlines_after(after, usize::MAX >> 1).unwrap();
    for event in events {
        *kinds.entry(event.kind).or_default() += 1;
    }
    kinds
}

/// Every figure and finding of a generation's ledger, one line each.
pub(crate) fn whole(options: &Options, generation: u64) -> Vec<String> {
    let ledger = LedgerReader::open(&ledger_path(&options.data_dir, generation)).unwrap();
    let mut lines = Vec::new();
    let json = |value: serde_json::Value| {
        let mut value = value;
        value.as_object_mut().unwrap().remove("generation");
        value.to_string()
    };
    ledger
        .figures::<socai::ledger::LedgerError>(|record| {
            lines.push(json(serde_json::to_value(record).unwrap()));
            Ok(())
        })
        .unwrap();
    ledger
        .findings::<socai::ledger::LedgerError>(|record| {
            lines.push(json(serde_json::to_value(record).unwrap()));
            Ok(())
        })
        .unwrap();
    lines
}

#[test]
fn changed_rules_take_effect_by_a_replay_and_not_by_a_start() {
    let (folder, reports, options) = taken_in(30);
    let before = whole(&options, 1);

    let changed = other_indicator();
    let late = folder.path().join("late.txt");
    std::fs::write(&late, reports::numbered(7, 1_000, 20).text).unwrap();
    let sources = Source::find(&[late], &[]).unwrap();
    ingest(options.clone(), changed.clone(), sources, &Shutdown::new(), |_| {}).unwrap();
    assert_eq!(Generations::read(&log(&options)).unwrap().all().len(), 1, "a start begins no generation");
    let with_late = whole(&options, 1);
    assert!(with_late.len() > before.len() && before.iter().all(|line| with_late.contains(line)));

    let head = log(&options).head().unwrap();
    let (built, activated) = replayed(&options, &Program::new(changed.clone()));
    assert_eq!((built.generation, built.active, built.parked), (2, 1, 0));
    assert!((1..31).contains(&built.documents), "some have none of the phrases that changed: {built:?}");
    assert_eq!(activated.unwrap().before, Some(1));
    let kinds = kinds_after(&options, head);
    let names: Vec<&str> = kinds.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "corpus-reconciled",
            "figures-extracted",
            "figures-reconciled",
            "generation-activated",
            "generation-started"
        ],
        "clean and segment are not run again: {kinds:?}"
    );
    assert_eq!(kinds["figures-extracted"] as u64, built.documents);
    assert!(
        kinds["figures-reconciled"] <= kinds["figures-extracted"],
        "the same figures leave their findings as they are: {kinds:?}"
    );

    let fresh = Options::new(folder.path().join("fresh"));
    let sources = Source::find(&[reports, folder.path().join("late.txt")], &[]).unwrap();
    ingest(fresh.clone(), changed, sources, &Shutdown::new(), |_| {}).unwrap();
    assert_eq!(whole(&options, 2), whole(&fresh, 1), "as if it had been read so from the first");
    assert_eq!(whole(&options, 1), with_late, "the old generation stays");
    log(&options).verify(1..=u64::MAX, None).unwrap().unwrap();
}

#[test]
fn a_replay_with_nothing_changed_appends_nothing() {
    let (_folder, _, options) = taken_in(5);
    let head = log(&options).head().unwrap();
    let (built, activated) = replayed(&options, &Program::new(rules()));
    assert!(built.unchanged && activated.is_none(), "{built:?}");
    assert_eq!(log(&options).head().unwrap(), head);
}

#[test]
fn another_version_of_clean_with_the_same_output_runs_clean_alone() {
    let (_folder, _, options) = taken_in(12);
    let head = log(&options).head().unwrap();
    let mut versions = VERSIONS;
    versions[0] += 1;
    let (built, _) = replayed(&options, &Program::with_versions(rules(), versions));
    assert_eq!(built.documents, 12);
    let kinds = kinds_after(&options, head);
    assert_eq!(
        kinds.keys().collect::<Vec<_>>(),
        ["generation-activated", "generation-started", "text-cleaned"]
    );
    assert_eq!(kinds["text-cleaned"], 12);
    assert_eq!(whole(&options, 1), whole(&options, 2));
}

#[test]
fn going_back_and_forth_computes_nothing_and_what_came_meanwhile_is_read_later() {
    let (folder, reports, options) = taken_in(10);
    let changed = Program::new(other_indicator());
    replayed(&options, &changed);
    let late = folder.path().join("late.txt");
    std::fs::write(&late, reports::numbered(7, 2_000, 20).text).unwrap();
    take_in(&options, &late);
    assert_eq!(
        Generations::read(&log(&options)).unwrap().active(),
        Some(2),
        "the settings' rules are the first's"
    );

    let head = log(&options).head().unwrap();
    let tell = |_| {};
    let back = choose(options.clone(), changed.clone(), 1, &Shutdown::new(), tell).unwrap();
    assert_eq!((back.before, back.left, back.goes_on), (Some(2), 1, true));
    assert_eq!(kinds_after(&options, head).keys().collect::<Vec<_>>(), ["generation-activated"]);
    assert_eq!(Generations::read(&log(&options)).unwrap().before_active(), None);
    // The next start reads what came meanwhile under the generation gone back to.
    take_in(&options, &late);
    let fresh = Options::new(folder.path().join("fresh"));
    take_in(&fresh, &reports);
    take_in(&fresh, &late);
    assert_eq!(whole(&options, 1), whole(&fresh, 1));

    let nothing = choose(options.clone(), changed, 9, &Shutdown::new(), tell).unwrap_err();
    assert!(nothing.to_string().contains("no generation 9"), "{nothing}");
}

#[test]
fn a_start_with_other_stages_shows_the_new_generation_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let reports = write_reports(folder.path(), 10);
    let options = Options::new(folder.path().join("var"));
    // The log of an older socai: its extract stage had another version.
    let mut versions = VERSIONS;
    versions[2] = 0;
    let older = Program::with_versions(rules(), versions);
    assert!(replayed(&options, &older).0.unchanged, "the first generation is begun and active");
    let generations = || Generations::read(&log(&options)).unwrap();
    assert_eq!(generations().active(), Some(1));
    take_in(&options, &reports);
    assert_eq!(generations().active(), Some(2), "this socai's own, once it held every document");
    assert!(!whole(&options, 2).is_empty());

    // Left by a person's choice, it is not brought back by a start.
    let back = choose(options.clone(), Program::new(rules()), 1, &Shutdown::new(), |_| {}).unwrap();
    assert!(!back.goes_on, "{back:?}");
    take_in(&options, &reports);
    assert_eq!((generations().active(), generations().all().len()), (Some(1), 2));
}

/// A process that does not end by itself, ended with the test.
pub(crate) struct Daemon(pub(crate) std::process::Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _status = self.0.wait();
    }
}

pub(crate) fn socai(folder: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_socai"));
    command.current_dir(folder).env("SOCAI__INBOX__SETTLE_MS", "50").env("SOCAI__WEB__ENABLED", "false");
    command
}

/// Runs a command; exit code, stdout, stderr.
pub(crate) fn ran(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = socai(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Starts a daemon and waits until it listens.
pub(crate) fn daemon(folder: &Path, options: &Options) -> Daemon {
    let silent = std::process::Stdio::null;
    let daemon = Daemon(socai(folder).arg("run").stdout(silent()).stderr(silent()).spawn().unwrap());
    let began = std::time::Instant::now();
    while !options.data_dir.join("socai.sock").exists() {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "no daemon");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    daemon
}

#[test]
fn a_replay_beside_a_daemon_takes_in_what_arrives_meanwhile() {
    let (folder, reports, options) = taken_in(40);
    std::fs::create_dir_all(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/indicators.toml"), indicators_with(EDITED, &["chỗ đứng chân"]))
        .unwrap();

    let daemon = daemon(folder.path(), &options);
    for number in 0..20 {
        let text = reports::numbered(8, number, 20).text;
        std::fs::write(options.inbox.join(format!("new-{number}.txt")), text).unwrap();
    }
    let (code, out, err) = ran(folder.path(), &["replay", "--rules", "mine", "--json"]);
    assert_eq!(code, 0, "{err}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["activated"]["generation"], &told["activated"]["goes_on"]), (&2.into(), &true.into()));
    // What comes from now on is read under the new rules, by the daemon that runs.
    std::fs::write(folder.path().join("last.txt"), reports::numbered(9, 0, 20).text).unwrap();
    assert_eq!(ran(folder.path(), &["ingest", "last.txt"]).0, 0);
    let began = std::time::Instant::now();
    while LedgerReader::open(&ledger_path(&options.data_dir, 2)).unwrap().counts().unwrap().reconciled < 61 {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "not all arrived");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let (code, out, err) = ran(folder.path(), &["rollback"]);
    assert!(
        code == 0 && out.contains("generation 1 is active; `socai activate 2` goes forward again"),
        "{out}{err}"
    );
    assert_eq!(ran(folder.path(), &["activate", "2"]).0, 0);
    let (_, out, _) = ran(folder.path(), &["generations"]);
    assert!(out.contains("2  active") && out.contains("1  was active"), "{out}");
    assert_eq!(ran(folder.path(), &["activate", "7"]).0, 2);
    drop(daemon);

    let fresh = Options::new(folder.path().join("fresh"));
    let sources =
        Source::find(&[reports, options.inbox.clone(), folder.path().join("last.txt")], &[]).unwrap();
    ingest(fresh.clone(), other_indicator(), sources, &Shutdown::new(), |_| {}).unwrap();
    assert_eq!(whole(&options, 2), whole(&fresh, 1));
}
