//! How long the server takes for the pages: the overview, and every list, facet, search, chart and page of
//! one thing, over ten thousand documents of twenty figures. Times are the server's own
//! (`Server-Timing`), from the request read to the page made. Then every file that a page offers, to its
//! last byte; and the memory that `socai export` takes for each format.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socai::event_log::LogReader;
use socai::ledger::catalogue::Filter;
use socai::ledger::{LedgerReader, ledger_path, rebuild};
use socai::runtime::ingest::{Source, ingest};
use socai::runtime::line::Program;
use socai::runtime::{Options, Shutdown};
use socai::stage::rules::RulePack;
use socai::web::{self, Site};

use super::{Sizes, per_second, reports, timed};

/// Documents for each of [`Sizes`]' documents: as many as a ministry's archive of some years.
const TIMES: u64 = 5;
/// Reports that make one document: one states about twenty figures.
const REPORTS: u64 = 1;
/// How often each page is asked for.
const ASKED: usize = 21;
/// Bounds on the server's time, in milliseconds.
const OVERVIEW: f64 = 100.0;
const TABLE: f64 = 150.0;

/// The pages: what it is, and its path; `{…}` stands for the id of one.
const PAGES: [(&str, &str); 31] = [
    ("overview", "/"),
    ("documents", "/tai-lieu"),
    ("documents, last page", "/tai-lieu?page=999999"),
    ("documents, found", "/tai-lieu?q=7"),
    ("documents, by conflicts", "/tai-lieu?sort=conflicts"),
    ("document", "/tai-lieu/{document}"),
    ("document, inspector", "/tai-lieu/{document}?figure={figure}"),
    ("figures", "/so-lieu"),
    ("figures, page 2000", "/so-lieu?page=2000"),
    ("figures, last page", "/so-lieu?page=999999"),
    ("figures, facets", "/so-lieu?indicator=kinh_phi&aspect=actual&verdict=agrees"),
    ("figures, found", "/so-lieu?q=kinh+phi+khuyen+cong+dong"),
    ("figures, one letter", "/so-lieu?q=d"),
    ("figures, nothing", "/so-lieu?q=khong+co+chu+nay"),
    ("figures of a document", "/so-lieu?document={document}"),
    ("figure", "/so-lieu/{figure}"),
    ("findings", "/doi-chieu"),
    ("findings, last page", "/doi-chieu?page=999999"),
    ("findings, found", "/doi-chieu?verdict=conflicts&q=khong+the"),
    ("findings, by place", "/doi-chieu?area=VN63%3A14&year=2023"),
    ("finding", "/doi-chieu/{finding}"),
    ("chart, plan", "/bieu-do/ke-hoach-va-thuc-hien"),
    ("chart, year", "/bieu-do/giai-ngan-trong-nam"),
    ("chart, composition", "/bieu-do/co-cau"),
    ("chart, conflict map", "/bieu-do/ban-do-mau-thuan"),
    ("pipeline", "/xu-ly"),
    ("events", "/su-kien"),
    ("events, deep", "/su-kien?page=500"),
    ("event", "/su-kien/{event}"),
    ("generations", "/the-he"),
    ("codes", "/danh-muc?list=area"),
];

/// The files of the longest pages.
const FILES: [&str; 17] = [
    "/tong-quan.json",
    "/tong-quan.xlsx",
    "/tai-lieu.json",
    "/tai-lieu.csv",
    "/tai-lieu.xlsx",
    "/so-lieu.json",
    "/so-lieu.csv",
    "/so-lieu.vi.csv",
    "/so-lieu.jsonl",
    "/so-lieu.xlsx",
    "/so-lieu.parquet",
    "/so-lieu.sdmx.csv",
    "/so-lieu.jsonld",
    "/so-lieu.xlsx?indicator=kinh_phi",
    "/doi-chieu.json",
    "/doi-chieu.xlsx",
    "/goi-du-lieu.zip",
];

/// What `socai export` writes.
const EXPORTS: [(&str, &str); 10] = [
    ("figures", "jsonl"),
    ("figures", "csv"),
    ("figures", "csv-vi"),
    ("figures", "xlsx"),
    ("figures", "parquet"),
    ("figures", "sdmx-csv"),
    ("figures", "json-ld"),
    ("findings", "jsonl"),
    ("findings", "xlsx"),
    ("mentions", "csv"),
];

pub(crate) fn run(sizes: &Sizes, kept: Option<&Path>) {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = kept.map_or_else(|| folder.path().join("var"), PathBuf::from);
    let rules = Arc::new(RulePack::builtin().clone());
    let options = Options::new(&data_dir);
    if !data_dir.join("socai.db").is_file() {
        fill(sizes, folder.path(), &options, &rules);
    }
    let counts = LedgerReader::open(&ledger_path(&data_dir, 1)).unwrap().counts().unwrap();
    println!(
        "web, pages over       {} documents, {} figures, {} findings, {} conflicts",
        counts.documents, counts.figures, counts.findings, counts.conflicts
    );

    let site = Arc::new(Site::new(&data_dir, &data_dir.join("socai.db"), &options.inbox, rules));
    let (made, time) = timed(|| site.catalogue(&site.ledger().unwrap()).unwrap());
    let (figures, findings) = (made.figures(&Filter::default()), made.findings(&Filter::default(), &[]));
    // One from the middle of everything.
    let middle = |rows: &[u32]| rows.get(rows.len() / 2).copied().unwrap_or(0);
    let figure = middle(&figures.rows);
    let ids = [
        ("{document}", made.document_of(figure).unwrap().document.to_string()),
        ("{figure}", made.figure_id(figure).to_owned()),
        ("{finding}", made.finding_id(middle(&findings.rows)).to_owned()),
        // Each document was admitted by an event, so there are as many at least.
        ("{event}", counts.documents.to_string()),
    ];
    drop(made);
    println!(
        "web, catalogue made   {:>12.1} ms, once for a ledger that stands still",
        time.as_secs_f64() * 1e3
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(web::bind(0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = runtime.spawn(web::serve(listener, site, std::future::pending()));
    let mut late = Vec::new();
    for (name, path) in PAGES {
        let path = ids.iter().fold(path.to_owned(), |path, (mark, id)| path.replace(mark, id));
        let bound = if name == "overview" { OVERVIEW } else { TABLE };
        let mut times: Vec<f64> = (0..ASKED).map(|_| server_time(address, &path)).collect();
        times.sort_by(f64::total_cmp);
        let (median, most) = (times[ASKED / 2], times[ASKED - 1]);
        println!("web, {name:<24}{median:>8.1} ms (most {most:.1}, bound {bound})");
        if median > bound {
            late.push(name);
        }
    }
    for path in FILES {
        let (bytes, time) = timed(|| answer(address, path).len());
        println!("web, {path:<32}{:>8.2} s, {:>8.1} MB", time.as_secs_f64(), bytes as f64 / 1e6);
    }
    server.abort();
    runtime.shutdown_background();
    for (records, format) in EXPORTS {
        let (peak, time) = export(&data_dir, folder.path(), records, format);
        println!(
            "export {records:<9} {format:<9}{:>8.2} s, peak memory {:>7.1} MB",
            time.as_secs_f64(),
            peak as f64 / 1e6
        );
    }
    // A bound is kept or not where it is measured, not where the bench runs small beside other tests.
    if sizes.documents >= super::FULL.documents {
        assert!(late.is_empty(), "over the bound: {late:?}");
    }
}

/// Takes the documents in, through every stage of their own, and makes the ledger of what the log holds.
/// What holds across documents is left where it stands then: how long that takes is measured elsewhere.
fn fill(sizes: &Sizes, folder: &Path, options: &Options, rules: &Arc<RulePack>) {
    let documents = sizes.documents * TIMES;
    let inbox = folder.join("reports");
    std::fs::create_dir_all(&inbox).unwrap();
    for number in 0..documents {
        let texts = (0..REPORTS).map(|part| reports::numbered(sizes.seed, number * REPORTS + part, 10).text);
        std::fs::write(inbox.join(format!("{number}.txt")), texts.collect::<Vec<_>>().join("\n\n")).unwrap();
    }
    let sources = Source::find(&[inbox], &[]).unwrap();
    let (shutdown, mut done) = (Shutdown::new(), 0);
    let each = |_: &_| {
        done += 1;
        if done == documents {
            shutdown.now.cancel();
        }
    };
    let (summary, time) = timed(|| ingest(options.clone(), rules.clone(), sources, &shutdown, each).unwrap());
    assert_eq!(summary.received + summary.seen_again, documents, "{summary:?}");
    println!("web, ingested         {:>12.1} documents/s", per_second(documents, time));
    let log = LogReader::open(&options.data_dir.join("socai.db")).unwrap();
    let identities = Program::new(rules.clone()).identities;
    let ledger = ledger_path(&options.data_dir, 1);
    rebuild(&log, &ledger, 1, identities, log.head().unwrap(), |_| {}).unwrap();
}

/// Runs `socai export` and returns the most memory that it held, in bytes, and how long it took.
fn export(data_dir: &Path, folder: &Path, records: &str, format: &str) -> (u64, Duration) {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_socai"))
        .current_dir(folder)
        .arg("--data-dir")
        .arg(data_dir)
        .args(["export", records, "--format", format, "-o", "export"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    loop {
        peak = super::peak_memory_of(&status).unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "{records} as {format}");
            return (peak, began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asks for a path and returns the whole answer.
fn answer(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let first = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or(&[]));
    assert!(first.starts_with("HTTP/1.1 200"), "{path}: {first}");
    answer
}

/// Asks for a page and returns what the server says it took, in milliseconds.
fn server_time(address: SocketAddr, path: &str) -> f64 {
    let answer = answer(address, path);
    let answer = String::from_utf8_lossy(&answer);
    let timing = answer.lines().find_map(|line| line.strip_prefix("server-timing: app;dur=")).unwrap();
    timing.trim().parse().unwrap()
}
