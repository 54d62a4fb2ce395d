//! Documents a second made durable (read, digested, judged, chained, on disk), against a bare loop
//! over rusqlite that writes the same rows; documents a second all the way into the ledger; then the
//! ledger rebuilt and the chain verified from what was written.

use std::path::Path;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use socai::event_log::LogReader;
use socai::ledger::{ledger_path, rebuild};
use socai::runtime::ingest::{Source, ingest, receive};
use socai::runtime::line::Program;
use socai::runtime::{Options, Shutdown};
use socai::stage::rules::RulePack;

use super::{Sizes, per_second, reports, timed};

/// Rows in one transaction of the faster floor: what the writer commits at most, so that the floor is
/// not slowed by more syncs than it.
const FLOOR_BATCH: usize = 512;

pub(crate) fn run(sizes: &Sizes) {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, data_dir) = (folder.path().join("reports"), folder.path().join("var"));
    std::fs::create_dir_all(&inbox).unwrap();
    for number in 0..sizes.documents {
        let text = reports::numbered(sizes.seed, number, 10).text;
        std::fs::write(inbox.join(format!("{number}.txt")), text).unwrap();
    }
    let rules = Arc::new(RulePack::builtin().clone());
    let sources = Source::find(&[inbox], &[]).unwrap();
    let received_dir = folder.path().join("received");
    let options = Options::new(&received_dir);
    let (summary, time) =
        timed(|| receive(options, rules.clone(), sources.clone(), &Shutdown::new()).unwrap());
    assert_eq!(summary.received + summary.seen_again, sizes.documents, "{summary:?}");
    let durable = per_second(sizes.documents, time);
    println!("ingest, durable       {durable:>12.1} documents/s");
    floors(&received_dir.join("socai.db"), folder.path(), sizes.documents, durable);

    let options = Options::new(&data_dir);
    // The floors hold every row: what ingest holds is told by itself.
    let _reset = std::fs::write("/proc/self/clear_refs", "5");
    let (summary, time) =
        timed(|| ingest(options, rules.clone(), sources, &Shutdown::new(), |_| {}).unwrap());
    assert_eq!(summary.received + summary.seen_again, sizes.documents, "{summary:?}");
    let whole = per_second(sizes.documents, time);
    let peak = super::peak_memory().map_or(0.0, |peak| peak as f64 / 1e6);
    println!("ingest, to the ledger {whole:>12.1} documents/s ({peak:.1} MB at most)");
    let log_path = data_dir.join("socai.db");
    floors(&log_path, folder.path(), sizes.documents, whole);

    let log = LogReader::open(&log_path).unwrap();
    let head = log.head().unwrap();
    let identities = Program::new(rules.clone()).identities;
    let (rebuilt, time) = timed(|| rebuild(&log, &ledger_path(&data_dir, 1), 1, identities, head, |_| {}));
    rebuilt.unwrap();
    println!("rebuild the ledger    {:>12.0} events/s", per_second(head.0, time));
    let (verified, time) = timed(|| log.verify(1..=u64::MAX, None).unwrap());
    assert_eq!(verified.unwrap().events, head.0);
    println!("verify                {:>12.0} events/s", per_second(head.0, time));
}

/// Prints what a bare loop over rusqlite needs for the same rows, in large commits and in one a row,
/// and how `rate`, in documents a second, compares.
fn floors(log: &Path, folder: &Path, documents: u64, rate: f64) {
    for (batch, name) in [(FLOOR_BATCH, "512 rows a commit"), (1, "a row a commit")] {
        let copy = folder.join(format!("floor-{documents}-{batch}.db"));
        let floor = per_second(documents, floor(log, &copy, batch));
        println!("  floor, {name:<18}{floor:>7.1} documents/s (ratio {:.2})", rate / floor);
        std::fs::remove_file(copy).unwrap();
    }
}

/// Writes every row of the log's tables, as stored, into tables of the same columns: no file is read,
/// nothing is digested, packed, chained or checked. `batch` rows are one durable commit.
fn floor(from: &Path, to: &Path, batch: usize) -> std::time::Duration {
    let from = Connection::open(from).unwrap();
    let mut tables = Vec::new();
    for table in ["blobs", "events"] {
        let mut statement = from.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
        let rows: Vec<Vec<Value>> = statement
            .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .unwrap()
            .map(Result::unwrap)
            .collect();
        tables.push((table, columns, rows));
    }
    let mut to = Connection::open(to).unwrap();
    to.pragma_update(None, "journal_mode", "WAL").unwrap();
    to.pragma_update(None, "synchronous", "FULL").unwrap();
    for (table, columns, _) in &tables {
        to.execute(&format!("CREATE TABLE {table} ({})", columns.join(", ")), []).unwrap();
    }
    let ((), time) = timed(|| {
        for (table, columns, rows) in &tables {
            let marks = vec!["?"; columns.len()].join(", ");
            let insert = format!("INSERT INTO {table} VALUES ({marks})");
            for batch in rows.chunks(batch) {
                let transaction = to.transaction().unwrap();
                for row in batch {
                    transaction.prepare_cached(&insert).unwrap().execute(params_from_iter(row)).unwrap();
                }
                transaction.commit().unwrap();
            }
        }
    });
    time
}
