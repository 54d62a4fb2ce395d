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
    for command in [&["config", "check"][..], &["status"], &["export", "figures"]] {
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
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
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
