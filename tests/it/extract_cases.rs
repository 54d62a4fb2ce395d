//! The cases of `tests/cases/extract/`: a text, and beneath it, indented, what is read of it.
//!
//! A line without indent is a text of its own, printed on 3 August 2017; the lines beneath it are its
//! mentions in order: `class value [unit] [qualifier] [remarks] | words`. `#` begins a comment. After a
//! change, `UPDATE_CASES=1 cargo test --test it extract_cases` writes what is read now; the difference is
//! then to be read like code.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use socai::model::figure::Qualifier;
use socai::model::{Span, mention::MentionClass};
use socai::stage::extract::mention::period::TimeRole;
use socai::stage::extract::mention::{self, Role, TimeContext};
use socai::stage::rules::RulePack;

/// What is read of one line, in order of place.
fn read(text: &str) -> Vec<String> {
    let found = mention::find(text, Span::new(0, text.len()), RulePack::builtin());
    let mut lines: Vec<(Span, String)> = Vec::new();
    for number in &found.numbers {
        let mut line = format!("{} {} {}", class(number.class), number.value, number.unit);
        if number.qualifier != Qualifier::Eq {
            let _infallible = write!(line, " {}", number.qualifier.code());
        }
        match number.role {
            Role::PairPart => line.push_str(" part"),
            Role::PairWhole => line.push_str(" whole"),
            _ => {}
        }
        if let Some(per) = number.per {
            let _infallible = write!(line, " per {}", per.of(text).trim_start_matches('/'));
        }
        if !number.figure {
            line.push_str(" no-figure");
        }
        lines.push((number.span, line));
    }
    let context = TimeContext { document_date: Date::new(2017, 8, 3).ok(), ..TimeContext::default() };
    for period in &found.periods {
        let value = period.expression.resolve(&context).map(|value| value.to_string());
        let value =
            value.or_else(|| period.length.as_ref().map(ToString::to_string)).unwrap_or("open".to_owned());
        let role = match period.role {
            TimeRole::Plain => "",
            TimeRole::Until => " until",
            TimeRole::Since => " since",
        };
        lines.push((period.span, format!("{} {value}{role}", class(period.class))));
    }
    for other in &found.others {
        lines.push((other.span, format!("{} {}", class(other.class), other.value)));
    }
    for place in &found.places {
        let code = place.area(None).map_or("none".to_owned(), |code| code.to_string());
        lines.push((place.span, format!("place {code}")));
    }
    lines.sort();
    lines.into_iter().map(|(span, line)| format!("{line} | {}", span.of(text))).collect()
}

fn class(class: MentionClass) -> String {
    serde_json::to_value(class).unwrap().as_str().unwrap().to_owned()
}

/// The file as it would be if every case came out as it does now.
fn as_read(cases: &str) -> String {
    let mut out = String::new();
    for line in cases.lines().filter(|line| !line.starts_with("  ")) {
        out.push_str(line);
        out.push('\n');
        if !line.is_empty() && !line.starts_with('#') {
            for found in read(line) {
                let _infallible = writeln!(out, "  {found}");
            }
        }
    }
    out
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/extract");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

#[test]
fn every_case_is_read_as_written() {
    let mut wrong = String::new();
    for file in files() {
        let written = std::fs::read_to_string(&file).unwrap();
        let now = as_read(&written);
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&file, &now).unwrap();
            continue;
        }
        for (written, now) in cases(&written).into_iter().zip(cases(&now)) {
            if written != now {
                let name = file.file_name().unwrap().to_string_lossy();
                let _infallible = writeln!(wrong, "{name}: written\n{written}\nread\n{now}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The texts of a file, each with the lines beneath it.
fn cases(file: &str) -> Vec<String> {
    let mut cases: Vec<String> = Vec::new();
    for line in file.lines() {
        match cases.last_mut() {
            Some(case) if line.starts_with("  ") => {
                case.push('\n');
                case.push_str(line);
            }
            _ => cases.push(line.to_owned()),
        }
    }
    cases
}
