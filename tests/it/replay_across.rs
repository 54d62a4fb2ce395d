//! What a generation goes on from across documents is, after its own edits, what reading everything under its
//! rules from the first would give.

use std::path::Path;
use std::sync::Arc;

use socai::event::envelope::StreamId;
use socai::event::kinds::Event;
use socai::event_log::Generations;
use socai::runtime::line::{Program, VERSIONS};
use socai::runtime::trial::{Base, Trial, difference};
use socai::runtime::{Options, Shutdown, Source, ingest};
use socai::stage::rules::{BUILT_IN, RulePack};

use super::replay::{log, replayed, whole};
use super::replay_diff::lines;

/// The seed of every choice below.
const SEED: u64 = 20_241_126;
/// Generations made one after the other.
const EDITS: usize = 8;

/// Reports of two provinces that state few quantities again and again, some of them otherwise, and copies.
fn write_reports(folder: &Path) {
    let told = [
        ("Thái Bình", "2023", "8,16", "1.240", "đạt 96% kế hoạch"),
        ("Thái Bình", "2023", "8,61", "1.240", "tăng 4% so với năm 2022"),
        ("Thái Bình", "2024", "9,20", "1.400", "tăng 12,7% so với năm 2023"),
        ("Thái Bình", "2024", "9,20", "1.450", "đạt 100% kế hoạch"),
        ("Sơn La", "2023", "5,00", "300", "đạt 90% kế hoạch"),
        ("Sơn La", "2024", "5,50", "320", "tăng 10% so với năm 2023"),
    ];
    for (number, (province, year, money, people, rate)) in told.iter().enumerate() {
        let text = format!(
            "BÁO CÁO CÔNG TÁC KHUYẾN CÔNG TỈNH {} NĂM {year}\n\nNăm {year}, kinh phí khuyến công của tỉnh \
             {province} thực hiện {money} tỷ đồng, {rate}.\n\nCác đề án đã tạo việc làm cho {people} lao động \
             và đào tạo nghề cho {number}5 lao động nông thôn tỉnh {province} trong năm {year}. Tổ chức \
             {number}2 gian hàng tham gia hội chợ.\n",
            province.to_uppercase()
        );
        std::fs::write(folder.join(format!("{number}.txt")), &text).unwrap();
        if number % 2 == 0 {
            std::fs::write(folder.join(format!("{number}-copy.txt")), text + "\nNguồn: cổng thông tin\n")
                .unwrap();
        }
    }
    let across = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/across");
    for entry in std::fs::read_dir(across).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
}

fn dice(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state % end as u64).unwrap()
}

/// A pack in which some indicators have fewer phrases, other ones, or one that stands nowhere.
fn edited(state: &mut u64) -> Arc<RulePack> {
    let text = BUILT_IN.iter().find(|file| file.name == "indicators.toml").unwrap().text;
    let mut table: toml::Table = toml::from_str(text).unwrap();
    let list = table["indicator"].as_array_mut().unwrap();
    for code in ["kinh_phi", "lao_dong_viec_lam", "lao_dong_dao_tao_nghe", "gian_hang"] {
        let Some(one) = list.iter_mut().find(|one| one["code"].as_str() == Some(code)) else { continue };
        if dice(state, 2) == 0 {
            continue;
        }
        let near = one["near"].as_array_mut().unwrap();
        for _ in 0..dice(state, 3) {
            if near.len() > 1 {
                near.remove(dice(state, near.len()));
            }
        }
        if dice(state, 3) == 0 {
            *near = vec!["chỗ đứng chân".into()];
        }
        if dice(state, 4) == 0 {
            near.push(["đề án", "nông thôn", "việc làm"][dice(state, 3)].into());
        }
        if dice(state, 3) == 0 {
            let not =
                one.as_table_mut().unwrap().entry("not").or_insert_with(|| toml::Value::Array(Vec::new()));
            let phrase = ["thực hiện", "đề án", "nông thôn"][dice(state, 3)];
            not.as_array_mut().unwrap().push(phrase.into());
        }
    }
    let files = [("indicators.toml".to_owned(), toml::to_string(&table).unwrap())];
    Arc::new(RulePack::parse(&files).map_err(|errors| errors[0].to_string()).unwrap())
}

fn read_from_the_first(folder: &Path, reports: &Path, rules: Arc<RulePack>) -> Vec<String> {
    let options = Options::new(folder.to_path_buf());
    let sources = Source::find(&[reports.to_path_buf()], &[]).unwrap();
    ingest(options.clone(), rules, sources, &Shutdown::new(), |_| {}).unwrap();
    whole(&options, 1)
}

#[test]
fn generations_that_go_on_from_each_other_are_as_if_read_from_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    write_reports(&reports);
    let options = Options::new(folder.path().join("var"));
    let builtin = Arc::new(RulePack::builtin().clone());
    let sources = Source::find(std::slice::from_ref(&reports), &[]).unwrap();
    ingest(options.clone(), builtin, sources, &Shutdown::new(), |_| {}).unwrap();
    let is_across = |line: &&String| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["documents"].as_array().is_some_and(|documents| documents.len() > 1)
    };
    let across = |lines: &[String]| lines.iter().filter(is_across).cloned().collect::<Vec<_>>();
    let mut state = SEED;
    let (mut packs, mut findings, mut told) = (Vec::new(), Vec::new(), 0);
    for number in 0..EDITS {
        let rules = edited(&mut state);
        packs.push(rules.clone());
        let program = Program::new(rules.clone());
        let active = Generations::read(&log(&options)).unwrap().active().unwrap();
        let base = Base::of(&log(&options), active).unwrap();
        let tried = Trial::load(&options, base.clone(), &program, None, &|_, _| {}).unwrap();
        let tried = tried.run(&program, &|_, _| {}).unwrap();
        let (built, _) = replayed(&options, &program);
        let then = Base::of(&log(&options), built.generation).unwrap();
        let differs = difference(&options, &base, &then, None).unwrap();
        assert_eq!(
            lines(&tried),
            lines(&differs),
            "seed {SEED}, edit {number}: what a dry run says comes true"
        );
        told += tried.changes.iter().filter(|change| change.document.is_none()).count();
        let fresh = read_from_the_first(&folder.path().join(format!("fresh-{number}")), &reports, rules);
        let made = whole(&options, built.generation);
        assert_eq!(made, fresh, "seed {SEED}, edit {number}, generation {}", built.generation);
        findings.push(across(&made));
    }
    let counts: Vec<usize> = findings.iter().map(Vec::len).collect();
    println!("findings across documents, generation by generation: {counts:?}");
    assert!(told > 5, "dry runs tell of relations across documents: {told}");
    findings.sort_unstable();
    findings.dedup();
    assert!(findings.len() > 2, "the edits do change what is decided across documents: {counts:?}");

    // With another version of the extract stage that gives the same, nothing is decided again.
    let decided = log(&options).stream(StreamId::Corpus).unwrap();
    let mut versions = VERSIONS;
    versions[2] += 1;
    let (built, _) = replayed(&options, &Program::with_versions(packs[EDITS - 1].clone(), versions));
    assert_eq!(log(&options).stream(StreamId::Corpus).unwrap().len(), decided.len(), "{built:?}");
    let events = decided.iter().filter(
        |envelope| matches!(&envelope.event, Event::CorpusReconciled(event) if event.joined.len() < 14),
    );
    assert!(events.count() > 0, "only what is touched is taken into account again");
    assert!(Generations::read(&log(&options)).unwrap().all().iter().skip(1).all(|one| one.follows.is_some()));
}
