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
