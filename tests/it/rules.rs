//! `socai rules`: what an analyst sees who edits nothing but TOML.

use std::path::Path;

use assert_cmd::Command;
use socai::stage::rules::BUILT_IN;

fn socai(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socai"));
    let output = command.current_dir(folder).env("NO_COLOR", "1").args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A folder with one file of the pack, changed.
fn pack(file: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = BUILT_IN.iter().find(|known| known.name == file).unwrap().text;
    assert!(text.contains(from), "{file} holds {from}");
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules").join(file), text.replacen(from, to, 1)).unwrap();
    folder
}

#[test]
fn a_sound_pack_is_said_to_be_sound_and_its_examples_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = socai(folder.path(), &["rules", "check"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    let (code, _, err) = socai(folder.path(), &["rules", "test"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("examples hold"), "{err}");
}

#[test]
fn a_pack_that_cannot_be_read_exits_78_with_file_line_and_column() {
    let folder = pack("units.toml", "forms = [\"tấn\"]", "form = [\"tấn\"]");
    let (code, _, err) = socai(folder.path(), &["rules", "check", "rules"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("units.toml:") && err.contains("unknown field `form`"), "{err}");
    let folder = pack("units.toml", "forms = [\"tấn\"]", "forms = [\"tạ\"]");
    let (code, _, err) = socai(folder.path(), &["rules", "check", "rules"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("overlaps"), "{err}");
}

#[test]
fn an_unknown_code_an_unreachable_phrase_and_an_example_that_fails_exit_1_with_their_places() {
    let folder = pack("indicators.toml", "unit = \"VND\"", "unit = \"VNĐ\"");
    let (code, out, err) = socai(folder.path(), &["rules", "check", "rules"]);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("rules/indicators.toml:") && out.contains("unknown code `VNĐ`"), "{out}");
    let folder = pack("frames.toml", "\"tăng\"", "\"Tăng\"");
    let (code, out, _) = socai(folder.path(), &["rules", "check", "rules"]);
    assert_eq!(code, 1);
    assert!(out.contains("rules/frames.toml:") && out.contains("unreachable"), "{out}");
    let folder = pack("units.toml", "2,8 triệu tấn => 2800000 t", "2,8 triệu tấn => 28 t");
    let (code, out, _) = socai(folder.path(), &["rules", "test", "rules"]);
    assert_eq!(code, 1);
    assert!(out.contains("rules/units.toml:") && out.contains("gives `2800000 t`"), "{out}");
}

/// The wrong edits of an analyst: the file, what is changed to what, the exit code, what is said, and a part of what
/// to do next.
const EDITS: &[(&str, &str, &str, i32, &str, &str)] = &[
    ("units.toml", "forms = [\"tấn\"]", "forms = [\"tấn\"", 78, "units.toml:", "compare with the comment"),
    ("units.toml", "forms = [\"tấn\"]", "form = [\"tấn\"]", 78, "unknown field `form`", "misspelt"),
    ("units.toml", "class = \"percent\"\n", "", 78, "missing field `class`", "add the key"),
    (
        "units.toml",
        "class = \"percent\"",
        "class = \"procent\"",
        78,
        "unknown variant `procent`",
        "compare with",
    ),
    ("units.toml", "forms = [\"tấn\"]", "forms = [\"tạ\"]", 78, "overlaps", "no two rules may share"),
    ("units.toml", "forms = [\"tấn\"]", "forms = [\"(tấn|t\"]", 78, "units.toml:", "a pattern is words"),
    ("units.toml", "forms = [\"tấn\"]", "forms = [\"\"]", 78, "units.toml:", "a pattern is words"),
    (
        "hedges.toml",
        "qualifier = \"gt\"",
        "qualifier = \"more\"",
        78,
        "`more` is no qualifier",
        "qualifiers are gt",
    ),
    (
        "indicators.toml",
        "unit = \"VND\"",
        "unit = \"VNĐ\"",
        1,
        "unknown code `VNĐ`",
        "`socai export codes` lists",
    ),
    ("indicators.toml", "near = [", "near = [\"\", ", 1, "an empty phrase matches nothing", "remove it"),
    ("frames.toml", "\"tăng\"", "\"Tăng\"", 1, "`Tăng` is unreachable", "write it in lower case"),
    ("frames.toml", "\"tăng\"", "\"tăng\", \"tăng\"", 1, "stands in this list twice", "remove one"),
    ("places.toml", "forms = [\"Cà Mau\"]", "forms = [\"cà Mau\"]", 1, "`cà Mau` is unreachable", "capital"),
    ("places.toml", "code = \"96\"", "code = \"99\"", 1, "unknown code `99`", "[[region]]"),
    (
        "units.toml",
        "2,8 triệu tấn => 2800000 t",
        "2,8 triệu tấn => 28 t",
        1,
        "gives `2800000 t`",
        "change the example",
    ),
    ("units.toml", ", \"800 kgf != 800 kg\"", "", 1, "unit.kg has no example", "text != what is not"),
    (
        "examples.toml",
        "rule = \"measures.down\"",
        "rule = \"measures.dwn\"",
        1,
        "unknown rule `measures.dwn`",
        "lists the rules",
    ),
];

#[test]
fn a_wrong_edit_is_told_with_file_line_column_and_what_to_do_next() {
    let mut wrong = String::new();
    for (file, from, to, exit, message, next) in EDITS {
        let folder = pack(file, from, to);
        let (code, out, err) = socai(folder.path(), &["rules", "check", "rules"]);
        let said = format!("{out}{err}");
        let line = said.lines().find(|line| line.contains(message)).unwrap_or("");
        let placed = line.split_once(file).is_some_and(|(_, rest)| {
            let mut places = rest.split(':').skip(1).map(|place| place.parse::<usize>().is_ok());
            places.next() == Some(true) && places.next() == Some(true)
        });
        if code != *exit || !placed || !said.contains(next) {
            wrong.push_str(&format!("{file}: {from} to {to}: exit code {code}\n{said}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_file_that_is_not_of_the_pack_and_a_folder_that_is_not_there_are_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules/unit.toml"), "").unwrap();
    let (code, _, err) = socai(folder.path(), &["rules", "check", "rules"]);
    assert_eq!(code, 78, "{err}");
    assert!(
        err.contains("unit.toml:1:1: not a file of the rule pack") && err.contains("units.toml"),
        "{err}"
    );
    let (code, _, err) = socai(folder.path(), &["rules", "check", "nowhere"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("cannot read nowhere"), "{err}");
}

#[test]
fn a_rule_is_shown_as_it_stands_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = socai(folder.path(), &["rules", "show", "von_doi_ung"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("# indicators.toml:") && out.contains("code = \"von_doi_ung\""), "{out}");
    let (code, _, err) = socai(folder.path(), &["rules", "show", "no_such_rule"]);
    assert_eq!(code, 1);
    assert!(err.contains("no_such_rule"), "{err}");
}
