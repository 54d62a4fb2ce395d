//! The commands as a user runs them: exit codes, stdout for records, stderr for talk.

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// Runs socai in a folder of its own, away from the caller's environment.
fn socai(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socai"));
    command.current_dir(folder).env("NO_COLOR", "1");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOCAI__")) {
        command.env_remove(name);
    }
    command
}

/// Returns exit code, stdout, stderr.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = socai(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn wrong_settings_end_with_78_and_start_nothing() {
    let folder = folder();
    std::fs::write(folder.path().join("pipeline.toml"), "[inbox]\nsetle_ms = 5\n").unwrap();
    for command in [&["config", "check"][..], &["status"], &["export", "figures"], &["run", "--once"]] {
        let (code, out, err) = run(folder.path(), command);
        assert_eq!(code, 78, "{command:?}: {err}");
        assert!(out.is_empty(), "{command:?}: {out}");
        assert!(err.contains("pipeline.toml:2:1") && err.contains("inbox.settle_ms"), "{err}");
    }
    assert!(!folder.path().join("var").exists(), "something was started");
}

#[test]
fn a_setting_says_where_it_comes_from() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["config", "init"]).0, 0);
    assert_eq!(run(folder.path(), &["config", "init"]).0, 69, "a file that is there is left alone");
    let output = socai(folder.path())
        .args(["config", "show", "--origin", "--data-dir", "elsewhere"])
        .env("SOCAI__LOG__LEVEL", "debug")
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let line = |key: &str| out.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("data_dir").ends_with("# --data-dir"), "{out}");
    assert!(line("log.level = \"debug\"").ends_with("# SOCAI__LOG__LEVEL"), "{out}");
    assert!(line("inbox.settle_ms").contains("# pipeline.toml:"), "{out}");
}

#[test]
fn reading_what_is_not_there_is_unavailable_and_says_what_to_do() {
    let folder = folder();
    for command in [&["status"][..], &["export", "figures"], &["verify"], &["events"], &["rebuild"]] {
        let (code, out, err) = run(folder.path(), command);
        assert_eq!(code, 69, "{command:?}: {err}");
        assert!(out.is_empty() && err.contains("socai ingest"), "{command:?}: {err}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["exprot"]).0, 2);
    assert_eq!(run(folder.path(), &["export", "figures", "--format", "exe"]).0, 2);
    assert_eq!(run(folder.path(), &["--version"]).0, 0);
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = folder();
    let (_, out, _) = run(folder.path(), &["--help"]);
    let commands = out.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    // Deeper lines go on with what a command is for.
    let names: Vec<&str> = commands
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    assert!(names.contains(&"export"), "{names:?}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let (code, out, _) = run(folder.path(), &[name, "--help"]);
        assert!(code == 0 && out.contains("Example"), "{name}: {out}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    let folder = folder();
    assert!(run(folder.path(), &["completions", "bash"]).1.contains("_socai"));
    assert!(run(folder.path(), &["man"]).1.contains(".TH socai"));
    assert_eq!(run(folder.path(), &["man", "--output", "pages"]).0, 0);
    assert!(folder.path().join("pages/socai-export.1").exists());
}

/// Copies the sample reports into a folder.
fn samples(into: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::create_dir_all(into).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, into.join(path.file_name().unwrap())).unwrap();
        }
    }
}

#[test]
fn given_files_are_taken_in_once_and_can_be_looked_at() {
    let folder = folder();
    samples(&folder.path().join("reports"));
    let (code, out, err) = run(folder.path(), &["ingest", "reports", "--json"]);
    assert_eq!(code, 0, "{err}");
    let results: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), 3, "{out}");
    assert!(results.iter().all(|result| result["outcome"] == "received"), "{out}");

    let name = "khuyen-cong-tra-vinh-2022.txt";
    let printed = std::fs::read_to_string(folder.path().join("reports").join(name)).unwrap();
    assert_eq!(run(folder.path(), &["show", name, "--text"]).1, printed);
    let digest = blake3::hash(printed.as_bytes()).to_hex();
    assert_eq!(run(folder.path(), &["show", &digest[..8], "--text"]).1, printed);
    let (code, _, err) = run(folder.path(), &["show", "nothing.txt"]);
    assert!(code == 2 && err.contains("status --documents"), "{code}: {err}");

    let (code, out, _) = run(folder.path(), &["verify", "--json"]);
    let verified: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(code == 0 && verified["sound"] == true && verified["events"].as_u64() > Some(3), "{out}");

    let status = |key: &str| {
        let (_, out, _) = run(folder.path(), &["status", "--json"]);
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["ledger"][key].as_u64().unwrap()
    };
    assert_eq!((status("documents"), status("reconciled"), status("parked")), (3, 3, 0));

    // The same bytes under another name are one document.
    std::fs::copy(folder.path().join("reports").join(name), folder.path().join("again.txt")).unwrap();
    assert_eq!(run(folder.path(), &["ingest", "again.txt"]).0, 0);
    assert_eq!((status("documents"), status("copies")), (3, 1));
}

#[test]
fn a_rebuilt_ledger_exports_the_same_bytes() {
    let folder = folder();
    samples(&folder.path().join("reports"));
    assert_eq!(run(folder.path(), &["ingest", "reports"]).0, 0);
    let exports = || {
        ["figures", "mentions", "findings", "derived"].map(|records| {
            let (code, out, err) = run(folder.path(), &["export", records]);
            assert_eq!(code, 0, "{err}");
            out
        })
    };
    let live = exports();
    assert_eq!(run(folder.path(), &["rebuild"]).0, 0);
    assert_eq!(exports(), live);
}

#[test]
fn every_exported_quote_is_the_source_text_at_its_place() {
    let folder = folder();
    samples(&folder.path().join("reports"));
    assert_eq!(run(folder.path(), &["ingest", "reports"]).0, 0);
    for line in run(folder.path(), &["export", "figures"]).1.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let source = record["source"].as_str().unwrap();
        let text = std::fs::read(folder.path().join("reports").join(source)).unwrap();
        let at = |key: &str| usize::try_from(record[key].as_u64().unwrap()).unwrap();
        assert_eq!(&text[at("start")..at("end")], record["quote"].as_str().unwrap().as_bytes(), "{line}");
    }
}

#[test]
fn every_exported_figure_can_be_explained() {
    let folder = folder();
    samples(&folder.path().join("reports"));
    assert_eq!(run(folder.path(), &["ingest", "reports"]).0, 0);
    let figures = run(folder.path(), &["export", "figures"]).1;
    let records = figures.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    for record in records.step_by(9) {
        let id = record["id"].as_str().unwrap();
        let (code, out, err) = run(folder.path(), &["explain", &id[..16], "--json"]);
        assert_eq!(code, 0, "{err}");
        let told: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&told["id"], &told["quote"]), (&record["id"], &record["quote"]));
        for account in told["slots"].as_array().unwrap() {
            let words = account["words"]["text"].as_str().unwrap_or("?");
            assert!(!words.is_empty(), "{account}");
        }
        let page = run(folder.path(), &["explain", id]).1;
        assert!(page.contains(&format!("«{}»", record["quote"].as_str().unwrap())), "{page}");
    }
    let (code, _, err) = run(folder.path(), &["explain", "ffffffffffffffffffffffff"]);
    assert!(code == 2 && err.contains("export figures"), "{code}: {err}");
}

#[test]
fn a_file_that_cannot_be_taken_in_is_named_with_its_reason_and_left_where_it_is() {
    let folder = folder();
    let path = folder.path().join("big.txt");
    std::fs::write(&path, "khuyến công ".repeat(100)).unwrap();
    let output = socai(folder.path())
        .args(["ingest", "big.txt", "missing.txt", "--json"])
        .env("SOCAI__LIMITS__DOCUMENT_BYTES", "100")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("too_large") && out.contains("missing.txt"), "{out}");
    let (_, out, _) = run(folder.path(), &["quarantine", "ls"]);
    assert!(out.contains("big.txt") && out.contains("too_large"), "{out}");
    assert!(path.exists());
}

#[test]
fn the_inbox_is_drained_once_and_the_structured_log_tells_it() {
    let folder = folder();
    samples(&folder.path().join("var/inbox"));
    let output = socai(folder.path())
        .args(["run", "--once", "--json"])
        .env("SOCAI__INBOX__SETTLE_MS", "50")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["received"], 3, "{err}");
    let (_, out, _) = run(folder.path(), &["tail", "-n", "1000", "--json", "--stage", "receive"]);
    assert_eq!(out.lines().count(), 3, "{out}");
    let (_, out, _) = run(folder.path(), &["events", "--kind", "document-received"]);
    assert_eq!(out.lines().count(), 3, "{out}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let folder = folder();
    samples(&folder.path().join("reports"));
    assert_eq!(run(folder.path(), &["ingest", "reports"]).0, 0);
    // A pipe whose reader has closed before anything is written.
    let mut child = Command::new(env!("CARGO_BIN_EXE_socai"))
        .current_dir(folder.path())
        .args(["events", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && err.is_empty(), "{:?} {err}", output.status);
}

#[test]
fn a_damaged_log_is_named_with_its_position() {
    let folder = folder();
    samples(&folder.path().join("reports"));
    assert_eq!(run(folder.path(), &["ingest", "reports"]).0, 0);
    let log = rusqlite::Connection::open(folder.path().join("var/socai.db")).unwrap();
    log.execute_batch("CREATE TEMP TABLE triggers AS SELECT name FROM sqlite_master WHERE type = 'trigger';")
        .unwrap();
    let triggers: Vec<String> = log
        .prepare("SELECT name FROM triggers")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for trigger in triggers {
        log.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
    }
    log.execute("UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 4", []).unwrap();
    drop(log);
    let (code, out, _) = run(folder.path(), &["verify"]);
    assert!(code == 1 && out.contains("position 4"), "{code}: {out}");
}

#[test]
fn the_quarantine_is_listed_dropped_and_retried_by_name() {
    let folder = folder();
    std::fs::write(folder.path().join("picture.txt"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    assert_eq!(run(folder.path(), &["ingest", "picture.txt"]).0, 1);
    let (code, out, _) = run(folder.path(), &["quarantine", "ls"]);
    assert!(code == 0 && out.starts_with("refused") && out.contains("picture.txt"), "{out}");
    assert_eq!(run(folder.path(), &["quarantine", "drop", "nothing.txt"]).0, 2);
    let (code, out, err) = run(folder.path(), &["quarantine", "drop", "picture.txt"]);
    assert!(code == 0 && out.contains("set aside"), "{out}{err}");
    let (_, out, err) = run(folder.path(), &["quarantine", "ls"]);
    assert!(out.is_empty() && err.contains("nothing was refused"), "{out}{err}");
    let (_, out, _) = run(folder.path(), &["quarantine", "ls", "--all", "--json"]);
    assert!(out.contains("\"state\":\"dropped\""), "{out}");
    let (code, out, _) = run(folder.path(), &["quarantine", "retry", "picture.txt"]);
    assert!(code == 1 && out.contains("socai ingest FILE"), "its bytes were never stored: {out}");
    assert_eq!(run(folder.path(), &["verify"]).0, 0);
}

#[test]
fn the_code_lists_need_no_documents() {
    let folder = folder();
    let (code, out, err) = run(folder.path(), &["export", "codes", "--format", "csv"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("list,code,name,name_en,unit,parent,valid_from,valid_to\n"), "{out}");
    assert!(out.contains("\narea,VN34:15,Lào Cai,Lao Cai,,KC_N28,2025-07-01,\n"), "{out}");
    assert!(!folder.path().join("var").exists(), "nothing is made");
}
