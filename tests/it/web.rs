//! The page's server without a browser: a parked document tried again by its button, the live stream, and
//! an end that nobody who looks on can hold up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use socai::model::Digest;
use socai::runtime::{Options, Outcome, Shutdown, Source, ingest};
use socai::web::{self, Site};
use tokio_util::sync::CancellationToken;

use super::inbox::rules;

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A served page; it ends when it is dropped.
struct Page {
    address: SocketAddr,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Page {
    fn serve(site: Site) -> Self {
        let (sender, heard) = std::sync::mpsc::channel();
        let stop = CancellationToken::new();
        let until = stop.clone().cancelled_owned();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = web::bind(0).await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                web::serve(listener, Arc::new(site), until).await.unwrap();
            });
        });
        Self { address: heard.recv_timeout(PATIENCE).unwrap(), stop, thread: Some(thread) }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (address, length) = (self.address, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.stop.cancel();
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Takes a report in under a time bound that no stage keeps, so that it is parked.
fn parked(options: &Options, folder: &Path) -> Digest {
    let file = folder.join("report.txt");
    let text = "Năm 2023, tỉnh Sơn La thực hiện 5 tỷ đồng kinh phí khuyến công.\n".repeat(200);
    std::fs::write(&file, text).unwrap();
    let hurried = Options { stage_time: Duration::from_nanos(1), ..options.clone() };
    let mut outcome = None;
    let sources = Source::find(&[file], &[]).unwrap();
    ingest(hurried, rules(), sources, &Shutdown::new(), |result| outcome = Some(result.outcome.clone()))
        .unwrap();
    let Some(Outcome::Parked { document, .. }) = outcome else {
        panic!("no stage takes no time: {outcome:?}")
    };
    document
}

fn site(options: &Options) -> Site {
    Site::new(&options.data_dir, &options.data_dir.join("socai.db"), &options.inbox, rules())
}

#[test]
fn a_parked_document_is_tried_again_by_the_pages_button_where_a_daemon_runs() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("var"));
    let document = parked(&options, folder.path());

    let looking = Page::serve(site(&options));
    let shown = looking.ask("GET", "/xu-ly", "");
    assert!(shown.contains("tạm dừng") && shown.contains("socai run không chạy"), "{shown}");
    assert!(
        shown.contains("socai quarantine retry") && !shown.contains("<button>Thử lại"),
        "read only: {shown}"
    );
    let body = format!("document={document}");
    assert!(looking.ask("POST", "/xu-ly/thu-lai", &body).starts_with("HTTP/1.1 403"));
    drop(looking);

    let page = Page::serve(site(&options).with_retries());
    assert!(page.ask("POST", "/xu-ly/thu-lai", &body).starts_with("HTTP/1.1 503"), "no daemon listens");
    let shutdown = Shutdown::new();
    let daemon = {
        let (options, shutdown) = (options.clone(), shutdown.clone());
        std::thread::spawn(move || socai::runtime::run(options, rules(), &shutdown).unwrap())
    };
    let began = Instant::now();
    while !page.ask("GET", "/xu-ly.json", "").contains("\"documents_most\"") {
        assert!(began.elapsed() < PATIENCE, "the daemon never told what it has at work");
        std::thread::sleep(Duration::from_millis(50));
    }
    let shown = page.ask("GET", "/xu-ly", "");
    assert!(shown.contains("action=\"/xu-ly/thu-lai\"") && shown.contains("socai run đang chạy"), "{shown}");
    let answer = page.ask("POST", "/xu-ly/thu-lai", &body);
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: /xu-ly"), "{answer}");
    let list = page.ask("GET", "/tai-lieu.json", "");
    assert!(list.contains("\"figures\":200"), "{list}");
    shutdown.drain.cancel();
    daemon.join().unwrap();
}

#[test]
fn a_check_that_stands_no_more_says_so_on_its_page_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("var"));
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/across");
    let take_in = |paths: &[std::path::PathBuf]| {
        let sources = Source::find(paths, &[]).unwrap();
        ingest(options.clone(), rules(), sources, &Shutdown::new(), |_| {}).unwrap();
    };
    let apart = folder.path().join("nam-dinh.txt");
    let plan = "Kế hoạch khuyến công\n\nKế hoạch tổng kinh phí khuyến công năm 2024 của tỉnh Nam Định là 7,40 tỷ đồng.\n";
    std::fs::write(&apart, plan).unwrap();
    let [first, second] =
        ["thai-binh-ke-hoach-2024.txt", "thai-binh-2024.txt"].map(|name| reports.join(name));
    take_in(&[first, second, apart]);
    let page = Page::serve(site(&options));
    let listed = page.ask("GET", "/doi-chieu.json?relation=of_plan", "");
    let body = listed.split_once("\r\n\r\n").unwrap().1;
    let id = body.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    drop(page);
    let other = folder.path().join("ke-hoach-khac.txt");
    let text = "Thông báo về nguồn lực khuyến công\n\nKế hoạch tổng kinh phí khuyến công năm 2024 của tỉnh Thái Bình là \
                8,90 tỷ đồng.\n\nKế hoạch tổng kinh phí khuyến công năm 2024 của tỉnh Nam Định là 7,00 tỷ đồng.\n";
    std::fs::write(&other, text).unwrap();
    take_in(&[other]);
    let page = Page::serve(site(&options));
    let told = page.ask("GET", &format!("/doi-chieu/{id}"), "");
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    for words in
        ["không còn đứng", "8,16 tỷ đồng / 8,50 tỷ đồng", "ke-hoach-khac.txt", "8,50 tỷ đồng = 8,90 tỷ đồng"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    // The same document led to this one, of another quantity.
    let all = page.ask("GET", "/doi-chieu.json?relation=restated", "");
    assert!(all.contains("7,40 tỷ đồng"), "{all}");
    assert!(!told.contains("7,40 tỷ đồng"), "{told}");
    let english = page.ask("GET", &format!("/doi-chieu/{id}?lang=en"), "");
    for words in ["superseded", "Because of", "What was decided instead"] {
        assert!(english.contains(words), "{words}: {english}");
    }
    assert!(page.ask("GET", "/doi-chieu/0000000000", "").starts_with("HTTP/1.1 404"));
}

#[test]
fn the_live_stream_sends_every_part_and_holds_up_no_end() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("var"));
    parked(&options, folder.path());
    let page = Page::serve(site(&options));
    let mut stream = TcpStream::connect(page.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /xu-ly/dong HTTP/1.1\r\nhost: {}\r\n\r\n", page.address).unwrap();
    let mut parts = Vec::new();
    for line in BufReader::new(stream.try_clone().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(data) = line.strip_prefix("data: ") {
            let part: serde_json::Value = serde_json::from_str(data).unwrap();
            parts.push(part["id"].as_str().unwrap().to_owned());
            assert!(!part["content"].as_str().unwrap().is_empty());
        }
        if parts.len() == 3 {
            break;
        }
    }
    assert_eq!(parts, ["live-stages", "live-newest", "live-troubles"]);
    let began = Instant::now();
    drop(page);
    assert!(began.elapsed() < PATIENCE, "the open stream held the end up");
}
