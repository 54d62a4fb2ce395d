//! The cases of `tests/cases/figures/`: short reports, and beneath each, indented, the figures read of it.
//!
//! Lines without indent up to an empty line are one report. The lines beneath it are its figures in order:
//! `quote | measure value unit | indicator aspect fund | label`, a dash for null. `#` begins a comment. After a
//! change, `UPDATE_CASES=1 cargo test --test it figure_cases` writes what is read now; the difference is then
//! to be read like code.

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
        let indicator = figure.indicator.as_ref().map_or("-", |code| code.as_str());
        let aspect = figure.aspect.map_or("-", |aspect| aspect.code());
        let fund = figure.fund.map_or("-", |fund| fund.code());
        let _infallible = writeln!(
            out,
            "  {} | {} {} {} | {indicator} {aspect} {fund} | {}",
            figure.quote,
            figure.measure.code(),
            figure.value,
            figure.unit,
            figure.label
        );
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
fn every_report_is_read_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/figures");
    let mut wrong = String::new();
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let written = std::fs::read_to_string(&file).unwrap();
        let now = as_read(&written);
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&file, &now).unwrap();
        }
        read += 1;
        for (written, now) in written.lines().zip(now.lines()).filter(|(written, now)| written != now) {
            let name = file.file_name().unwrap().to_string_lossy();
            let _infallible = writeln!(wrong, "{name}:\n  written {written}\n  read    {now}");
        }
        if written.lines().count() != now.lines().count() {
            let _infallible = writeln!(wrong, "{}: other figures than written:\n{now}", file.display());
        }
    }
    assert!(read > 0, "no cases");
    assert!(wrong.is_empty() || std::env::var_os("UPDATE_CASES").is_some(), "{wrong}");
}
