//! What a crash, an order or a number of workers may change: nothing that is exported.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use socai::event::envelope::Position;
use socai::event_log::LogReader;
use socai::model::Digest;
use socai::runtime::{Options, Shutdown, Source, ingest};

use super::inbox::rules;

/// Documents of the crash test.
const DOCUMENTS: usize = 2_000;
/// Kills of the crash test.
const KILLS: usize = 50;
/// Documents and orders of the order test.
const ORDER_DOCUMENTS: usize = 100;
const ORDERS: u64 = 20;
/// The seed of every choice below; printed by a failing assertion.
const SEED: u64 = 20_121_011;

/// Xorshift: choices that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Writes small reports, each with figures that agree or contradict, among themselves and those of other
/// reports on the same province and year.
fn write_documents(folder: &Path, documents: usize) {
    let mut dice = Dice(SEED);
    let provinces = ["Thái Bình", "Hà Nam", "Nam Định", "Cao Bằng", "Lâm Đồng", "Bến Tre"];
    for number in 0..documents {
        let year = 2008 + number % 15;
        let place = number / 15 % provinces.len();
        // Most reports repeat the plan of their province and year; the others contradict them.
        let usual = 100 + (place * 131 + year * 17) as u64 % 900;
        let (other, rate) = (100 + dice.below(900), 40 + dice.below(60));
        let plan = if dice.below(5) == 0 { other } else { usual };
        let province = provinces[place];
        let mut text = format!("Báo cáo khuyến công tỉnh {province} năm {year}, số {number}\n\n");
        writeln!(
            text,
            "Kế hoạch kinh phí khuyến công năm {year} của tỉnh {province} là {plan} triệu đồng, thực hiện {} triệu đồng, đạt {rate}% \
             kế hoạch, tăng {},5% so với cùng kỳ.",
            plan * rate / 100,
            dice.below(20)
        )
        .unwrap();
        writeln!(text, "Đào tạo nghề cho {} lao động tại {} cơ sở.", dice.below(5000), dice.below(90))
            .unwrap();
        let subfolder = folder.join(format!("{year}"));
        std::fs::create_dir_all(&subfolder).unwrap();
        std::fs::write(subfolder.join(format!("{number:04}.txt")), text).unwrap();
    }
}

fn socai(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socai"));
    command.current_dir(data_dir.parent().unwrap()).arg("--data-dir").arg(data_dir);
    command
}

/// Everything that is exported, as one text, and what the ledger says of every document.
fn exports(data_dir: &Path) -> String {
    let mut all = String::new();
    for what in ["figures", "mentions", "findings", "derived"] {
        let output = socai(data_dir).args(["export", what, "--format", "jsonl"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        all.push_str(&String::from_utf8(output.stdout).unwrap());
    }
    let ledger = socai::ledger::LedgerReader::open(&socai::ledger::ledger_path(data_dir, 1)).unwrap();
    for row in ledger.documents().unwrap() {
        assert!(row.done, "{} is not done", row.source);
        writeln!(all, "{} {} {:?}", row.document, row.source, row.tags).unwrap();
    }
    all
}

/// Where a log ended when it was looked at last, and its link there.
type Head = (Position, Digest);

/// Counts receipts a document, and checks the chain and every blob from `before` on, where the log must
/// still be what it was: events never change, so that what was walked once need not be walked each time.
fn receipts(data_dir: &Path, round: usize, before: &mut Option<Head>) -> BTreeSet<String> {
    let log = LogReader::open(&data_dir.join("socai.db")).unwrap();
    let from = before.map_or(1, |(position, _)| position.0);
    let verified = log
        .verify(from..=u64::MAX, *before)
        .unwrap()
        .unwrap_or_else(|damage| panic!("seed {SEED}, round {round}: {damage}"));
    *before = Some((verified.head, verified.link));
    let mut documents = BTreeSet::new();
    for event in log.outlines_after(Position(0), usize::MAX >> 1).unwrap() {
        if event.kind == "document-received" {
            let document = event.stream.to_string();
            assert!(documents.insert(document), "seed {SEED}, round {round}: received twice");
        }
    }
    documents
}

#[test]
fn killed_fifty_times_during_ingest_nothing_acknowledged_is_lost_and_the_exports_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let documents = folder.path().join("documents");
    write_documents(&documents, DOCUMENTS);
    let calm = folder.path().join("calm");
    let status =
        socai(&calm).arg("ingest").arg(&documents).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success());

    let data_dir = folder.path().join("killed");
    let mut dice = Dice(SEED);
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let mut head: Option<Head> = None;
    for round in 0..KILLS {
        let mut child = socai(&data_dir)
            .args(["--no-progress", "ingest", "--json"])
            .arg(&documents)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed at a random moment after a random number of new acknowledgements.
        let enough = dice.below(2 * (DOCUMENTS / KILLS) as u64);
        let mut new = 0;
        for line in lines.map_while(Result::ok) {
            let result: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert!(matches!(result["outcome"].as_str(), Some("received" | "seen-again")), "{line}");
            new += u64::from(acknowledged.insert(result["document"].as_str().unwrap().to_owned()));
            if new >= enough {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(dice.below(20_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        if data_dir.join("socai.db").exists() {
            let received = receipts(&data_dir, round, &mut head);
            let lost: Vec<_> = acknowledged.difference(&received).collect();
            assert!(lost.is_empty(), "seed {SEED}, round {round}: lost {lost:?}");
        }
    }
    let status =
        socai(&data_dir).arg("ingest").arg(&documents).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success());
    // The whole of it once more.
    assert_eq!(receipts(&data_dir, KILLS, &mut None).len(), DOCUMENTS);
    assert!(exports(&calm) == exports(&data_dir), "the exports differ from those of an undisturbed run");
}

#[test]
fn the_order_of_documents_and_the_number_of_workers_change_no_export() {
    let folder = tempfile::tempdir().unwrap();
    let documents = folder.path().join("documents");
    write_documents(&documents, ORDER_DOCUMENTS);
    let mut dice = Dice(SEED);
    let mut first: Option<String> = None;
    for order in 0..ORDERS {
        let mut sources = Source::find(std::slice::from_ref(&documents), &[]).unwrap();
        for at in (1..sources.len()).rev() {
            let other = usize::try_from(dice.below(at as u64 + 1)).unwrap();
            sources.swap(at, other);
        }
        let data_dir: PathBuf = folder.path().join(format!("order-{order}"));
        let options = Options { workers: 1 + usize::try_from(order % 5).unwrap(), ..Options::new(&data_dir) };
        let summary = ingest(options, rules(), sources, &Shutdown::new(), |_| {}).unwrap();
        assert_eq!(summary.received, ORDER_DOCUMENTS as u64);
        let exported = exports(&data_dir);
        assert!(exported.contains("across.restated"), "no two reports are related");
        let first = first.get_or_insert_with(|| exported.clone());
        assert!(*first == exported, "seed {SEED}: order {order} exports something else");
    }
}
