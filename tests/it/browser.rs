//! The page in a browser: tests/browser, driven by node and Chromium where they are installed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where it is set, a missing browser fails the test: CI sets it.
const REQUIRED: &str = "SOCAI_BROWSER_TESTS";

/// Finds a program in the folders of PATH.
pub(super) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut places =
        std::env::split_paths(&folders).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    places.find(|place| place.is_file())
}

/// Says that a test did not run, and why; fails where the variable `required` is set.
pub(super) fn not_run(required: &str, why: &str) {
    assert!(std::env::var_os(required).is_none(), "{why}");
    // Past the capture of the test runner: whoever runs the tests must hear of it.
    let _unheard = writeln!(std::io::stderr(), "NOT RUN: {why}");
}

/// What the tests need, or what is missing of it.
fn tools(tests: &Path) -> Result<(PathBuf, PathBuf), String> {
    let node = find(&["node"]).ok_or("no node is installed (apt-get install nodejs npm)")?;
    let browser = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    let browser = browser.or_else(|| find(&["chromium", "chromium-browser", "google-chrome"]));
    let browser = browser.ok_or("no browser is installed (apt-get install chromium, or set CHROMIUM)")?;
    if !tests.join("node_modules/playwright-core").is_dir() {
        return Err("tests/browser has no node_modules (run `npm ci` there)".to_owned());
    }
    Ok((node, browser))
}

#[test]
fn the_page_in_a_browser() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let (node, browser) = match tools(&tests) {
        Ok(tools) => tools,
        Err(missing) => {
            not_run(REQUIRED, &format!("the page in a browser: {missing}"));
            return;
        }
    };
    let output = Command::new(node)
        .args(["--test", "--test-reporter=spec", "page.test.mjs"])
        .current_dir(&tests)
        .env("SOCAI", env!("CARGO_BIN_EXE_socai"))
        .env("CHROMIUM", browser)
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
