//! The report as a PDF: the page, printed by a browser that is installed, without a network.
//!
//! A browser shapes and breaks Vietnamese lines as its users know them; a typesetter inside the program
//! would bring fonts and some hundred crates for one button.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Browsers that print without a window, as they are called on Debian, Ubuntu, Fedora and by their makers.
const BROWSERS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "brave-browser",
];

/// A page of a thousand rows prints in seconds; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// No browser is on the path.
    #[error("no browser that prints is installed; looked for {}", BROWSERS.join(", "))]
    NoBrowser,
    /// The browser printed nothing.
    #[error("{browser} printed nothing: {what}")]
    Failed {
        /// The browser.
        browser: PathBuf,
        /// What it said last, or that its time was up.
        what: String,
    },
    /// A file between page and browser.
    #[error("cannot print the page: {0}")]
    Io(#[from] io::Error),
}

/// Prints a page to the file `to`; `path` is where programs are looked for (`PATH`).
///
/// # Errors
/// No browser, or it fails.
pub fn print(page: &str, to: &Path, path: &std::ffi::OsStr) -> Result<(), PdfError> {
    let browser = std::env::split_paths(path)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or(PdfError::NoBrowser)?;
    let folder = tempfile::tempdir()?;
    let (html, pdf) = (folder.path().join("report.html"), folder.path().join("report.pdf"));
    std::fs::write(&html, page)?;
    let said = folder.path().join("said");
    let mut command = Command::new(&browser);
    command
        .args([
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-extensions",
            "--no-pdf-header-footer",
        ])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()));
    // Chromium's sandbox refuses to work for root; the page has no script and fetches nothing.
    if rustix::process::geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(&html).stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&said)?);
    let mut child = command.spawn()?;
    let began = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    if ended.is_some_and(|status| status.success()) && pdf.is_file() {
        std::fs::copy(&pdf, to)?;
        return Ok(());
    }
    let said = std::fs::read(&said).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().last().unwrap_or("").to_owned();
    let what = if ended.is_none() { format!("it was stopped after {} s", PATIENCE.as_secs()) } else { last };
    Err(PdfError::Failed { browser, what })
}
