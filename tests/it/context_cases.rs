//! The cases of `tests/cases/context/`: short reports, and beneath each, indented, of which time and place
//! each figure is.
//!
//! Lines without indent up to an empty line are one report. The lines beneath it are its figures in order:
//! `quote | period area`, a dash for null. `#` begins a comment. After a change, `UPDATE_CASES=1 cargo test
//! --test it context_cases` writes what is read now; the difference is then to be read like code.

use std::fmt::Write as _;
use std::path::Path;

use socai::model::Digest;
use socai::stage::rules::RulePack;
use socai::stage::{clean, extract, segment};

fn read(report: &str) -> String {
    let rules = RulePack::builtin();
    let cleaned = clean::clean(report.as_bytes()).unwrap();
    let blocks = segment::segment(&cleaned.clean.text, &rules.segment);
    let document = Digest::of(report.as_bytes());
    let extraction = extract::extract(document, &cleaned.source, &cleaned.clean, &blocks, rules);
    let mut out = String::new();
    for figure in &extraction.figures {
        let period = figure.period.map_or("-".to_owned(), |period| period.to_string());
        let area = figure.area.as_ref().map_or("-", |area| area.as_str());
        let _infallible = writeln!(out, "  {} | {period} {area}", figure.quote);
    }
    out
}

/// The file as it would be if every case came out as it does now.
fn as_read(cases: &str) -> String {
    let mut out = String::new();
    let mut report = String::new();
    for line in cases.lines().filter(|line| !line.starts_with("  ")).chain([""]) {
        if line.is_empty() && !report.is_empty() {
            out.push_str(&read(&report));
            report.clear();
        } else if !line.is_empty() && !line.starts_with('#') {
            report.push_str(line);
            report.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}

#[test]
fn every_figure_is_of_the_time_and_place_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/context");
    for name in ["periods.txt", "areas.txt"] {
        let cases = std::fs::read_to_string(folder.join(name)).unwrap();
        let now = as_read(&cases);
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(folder.join(name), &now).unwrap();
        }
        assert_eq!(now, cases, "{name}");
    }
}
