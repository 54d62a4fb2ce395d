//! Files of short reports, each with the figures read of it beneath it, indented: what `context_cases` and
//! `figure_cases` are written in.
//!
//! Lines without indent up to an empty line are one report. The lines beneath it are its figures in order. `#`
//! begins a comment. With `UPDATE_CASES=1` what is read now is written; the difference is then to be read like code.

use std::fmt::Write as _;
use std::path::Path;

use socai::model::Digest;
use socai::model::figure::Figure;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

/// Asserts that the figures of every report of `tests/cases/FOLDER` are told as they are written there.
pub(crate) fn assert_read_as_written(folder: &str, tell: impl Fn(&Figure) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = String::new();
    let mut reports = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let written = std::fs::read_to_string(&file).unwrap();
        let now = as_read(&written, &tell, &mut reports);
        if update {
            std::fs::write(&file, &now).unwrap();
            continue;
        }
        let name = file.file_name().unwrap().to_string_lossy();
        for (written, now) in written.lines().zip(now.lines()).filter(|(written, now)| written != now) {
            let _infallible = writeln!(wrong, "{name}:\n  written {written}\n  read    {now}");
        }
        if written.lines().count() != now.lines().count() {
            let _infallible = writeln!(wrong, "{name}: other figures than written:\n{now}");
        }
    }
    assert!(reports > 0, "no cases");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The file as it would be if every report came out as it does now.
fn as_read(cases: &str, tell: &impl Fn(&Figure) -> String, reports: &mut usize) -> String {
    let mut out = String::new();
    let mut report = String::new();
    for line in cases.lines().filter(|line| !line.starts_with("  ")).chain([""]) {
        if line.is_empty() && !report.is_empty() {
            for figure in figures(&report) {
                let _infallible = writeln!(out, "  {}", tell(&figure));
            }
            report.clear();
            *reports += 1;
        } else if !line.is_empty() && !line.starts_with('#') {
            report.push_str(line);
            report.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}

fn figures(report: &str) -> Vec<Figure> {
    let rules = RulePack::builtin();
    let cleaned = clean::clean(report.as_bytes()).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    let document = Digest::of(report.as_bytes());
    extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules).figures
}
