//! How long the server takes for the pages: the overview, and every list, facet and search of figures,
//! documents and findings, over ten thousand documents of twenty figures. Times are the server's own
//! (`Server-Timing`), from the request read to the page made.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use socai::ledger::{LedgerReader, ledger_path};
use socai::runtime::ingest::{Source, ingest};
use socai::runtime::{Options, Shutdown};
use socai::stage::rules::RulePack;
use socai::web::{self, Site};

use super::{Sizes, per_second, reports, timed};

/// Documents for each of [`Sizes`]' documents: as many as a ministry's archive of some years.
const TIMES: u64 = 5;
/// Reports that make one document: together they state about twenty figures.
const REPORTS: u64 = 2;
/// How often each page is asked for.
const ASKED: usize = 21;

/// The pages: what it is, its path, and the bound on the server's time in milliseconds.
const PAGES: [(&str, &str, f64); 12] = [
    ("overview", "/", 100.0),
    ("documents", "/tai-lieu", 150.0),
    ("documents, found", "/tai-lieu?q=son+la&sort=conflicts", 150.0),
    ("figures", "/so-lieu", 150.0),
    ("figures, last page", "/so-lieu?page=2000", 150.0),
    ("figures, facets", "/so-lieu?indicator=kinh_phi&aspect=actual&verdict=agrees", 150.0),
    ("figures, found", "/so-lieu?q=kinh+phi+khuyen+cong+dong", 150.0),
    ("findings", "/doi-chieu", 150.0),
    ("findings, found", "/doi-chieu?verdict=conflicts&q=khong+the", 150.0),
    ("chart", "/bieu-do/ke-hoach-va-thuc-hien", 150.0),
    ("conflict map", "/bieu-do/ban-do-mau-thuan", 150.0),
    ("events", "/su-kien", 150.0),
];

pub(crate) fn run(sizes: &Sizes) {
    let documents = sizes.documents * TIMES;
    let folder = tempfile::tempdir().unwrap();
    let (inbox, data_dir) = (folder.path().join("reports"), folder.path().join("var"));
    std::fs::create_dir_all(&inbox).unwrap();
    for number in 0..documents {
        let texts = (0..REPORTS).map(|part| reports::numbered(sizes.seed, number * REPORTS + part, 10).text);
        std::fs::write(inbox.join(format!("{number}.txt")), texts.collect::<Vec<_>>().join("\n\n")).unwrap();
    }
    let rules = Arc::new(RulePack::builtin().clone());
    let sources = Source::find(&[inbox], &[]).unwrap();
    let options = Options::new(&data_dir);
    let (summary, time) =
        timed(|| ingest(options.clone(), rules.clone(), sources, &Shutdown::new(), |_| {}).unwrap());
    assert_eq!(summary.received + summary.seen_again, documents, "{summary:?}");
    println!("web, ingested         {:>12.1} documents/s", per_second(documents, time));
    let counts = LedgerReader::open(&ledger_path(&data_dir, 1)).unwrap().counts().unwrap();
    println!(
        "web, pages over       {} documents, {} figures, {} findings",
        counts.documents, counts.figures, counts.findings
    );

    let site = Arc::new(Site::new(&data_dir, &data_dir.join("socai.db"), &options.inbox, rules));
    let (made, time) = timed(|| site.catalogue(&site.ledger().unwrap()).unwrap());
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
    for (name, path, bound) in PAGES {
        let mut times: Vec<f64> = (0..ASKED).map(|_| server_time(address, path)).collect();
        times.sort_by(f64::total_cmp);
        let (median, most) = (times[ASKED / 2], times[ASKED - 1]);
        println!("web, {name:<19}{median:>10.1} ms (most {most:.1}, bound {bound})");
        if median > bound {
            late.push(name);
        }
    }
    server.abort();
    runtime.shutdown_background();
    // A bound is kept or not where it is measured, not where the bench runs small beside other tests.
    if sizes.documents >= super::FULL.documents {
        assert!(late.is_empty(), "over the bound: {late:?}");
    }
}

/// Asks for a page and returns what the server says it took, in milliseconds.
fn server_time(address: SocketAddr, path: &str) -> f64 {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or(""));
    let timing = answer.lines().find_map(|line| line.strip_prefix("server-timing: app;dur=")).unwrap();
    timing.trim().parse().unwrap()
}
