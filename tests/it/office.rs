//! Spreadsheets as an office in Viet Nam opens them: LibreOffice, without a window, under a Vietnamese
//! locale, where it is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use calamine::{Data, Reader as _, open_workbook_auto};

use super::browser::{find, not_run};
use super::exports::{ledger, socai};

/// Where it is set, a missing LibreOffice fails the test.
const REQUIRED: &str = "SOCAI_OFFICE_TESTS";

/// The locale decides how a number in a CSV file is read and how one in a workbook is shown.
const VIETNAMESE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item>
</oor:items>
"#;
/// The office's own page of a workbook: every cell as it is shown.
const AS_SHOWN: &str = "html:HTML (StarCalc)";
/// Semicolon, UTF-8, Vietnamese, numbers recognised: as Excel in Vietnamese opens the file.
const OPENED: &str = "--infilter=Text - txt - csv (StarCalc):59,34,76,1,,1066,false,true";

/// Converts a file beside it, with a profile of its own.
fn convert(office: &Path, folder: &Path, arguments: &[&str], file: &str) {
    let profile = folder.join("profile");
    std::fs::create_dir_all(profile.join("user")).unwrap();
    std::fs::write(profile.join("user/registrymodifications.xcu"), VIETNAMESE).unwrap();
    let output = Command::new(office)
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .arg("--headless")
        .args(arguments)
        .arg("--outdir")
        .arg(folder.join("shown"))
        .arg(folder.join(file))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {said}");
}

/// Returns the exact value of every figure by its id.
fn values(folder: &Path) -> BTreeMap<String, String> {
    let (code, out, err) = socai(folder, &["export", "figures"]);
    assert_eq!(code, 0, "{err}");
    let records = String::from_utf8(out).unwrap();
    let records = records.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let text = |record: &serde_json::Value, key: &str| record[key].as_str().unwrap().to_owned();
    records.map(|record| (text(&record, "id"), text(&record, "value"))).collect()
}

/// Writes a decimal as Vietnamese offices do: `-8.5` is `-8,5`, `9600000000` is `9.600.000.000`.
fn vietnamese(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut shown = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push('.');
        }
        shown.push(digit);
    }
    format!("{sign}{shown}{}", part.map_or_else(String::new, |part| format!(",{part}")))
}

/// Returns the words of the cells of every row of the page's tables.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |row: &str| -> Vec<String> {
        let cells =
            row.split("<td").skip(1).map(|cell| cell.split_once('>').map_or("", |(_, inside)| inside));
        let words = |cell: &str| -> String {
            let pieces = cell.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, words)| words));
            pieces.collect::<String>().trim().to_owned()
        };
        cells.map(|cell| words(cell.split("</td>").next().unwrap_or(""))).collect()
    };
    page.split("<tr").skip(1).map(cells).collect()
}

fn office() -> Option<PathBuf> {
    let office = find(&["soffice", "libreoffice"]);
    if office.is_none() {
        not_run(
            REQUIRED,
            "spreadsheets in LibreOffice: it is not installed (apt-get install --no-install-recommends libreoffice-calc)",
        );
    }
    office
}

#[test]
fn libreoffice_in_vietnamese_shows_the_right_numbers() {
    let Some(office) = office() else { return };
    let folder = ledger();
    let path = folder.path();
    for arguments in [
        ["export", "figures", "--format", "xlsx", "-o", "figures.xlsx"],
        ["export", "figures", "--format", "csv-vi", "-o", "figures.vi.csv"],
    ] {
        let (code, _, err) = socai(path, &arguments);
        assert_eq!(code, 0, "{err}");
    }
    let values = values(path);
    assert!(values.values().any(|value| value.contains('.')), "a fraction to see a comma in");
    assert!(values.values().any(|value| value.starts_with('-')), "a negative number");

    convert(&office, path, &["--convert-to", AS_SHOWN], "figures.xlsx");
    let page = std::fs::read_to_string(path.join("shown/figures.html")).unwrap();
    assert!(page.contains("sdnum=\"1066;"), "Vietnamese is number 1066 among locales");
    let rows = rows(&page);
    let at = |name: &str| rows[0].iter().position(|head| head == name).unwrap();
    let shown = rows.iter().skip(1).take(values.len());
    let shown: BTreeMap<&str, &str> =
        shown.map(|row| (row[at("Mã")].as_str(), row[at("Giá trị")].as_str())).collect();
    for (id, value) in &values {
        assert_eq!(shown.get(id.as_str()).copied(), Some(vietnamese(value).as_str()), "{id}");
    }

    convert(&office, path, &[OPENED, "--convert-to", "xlsx:Calc MS Excel 2007 XML"], "figures.vi.csv");
    let mut book = open_workbook_auto(path.join("shown/figures.vi.xlsx")).unwrap();
    let names = book.sheet_names();
    assert!(names.iter().all(|name| book.worksheet_formula(name).unwrap().is_empty()), "no formula came in");
    let sheet = book.worksheet_range(&names[0]).unwrap();
    let heads: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    for row in sheet.rows().skip(1) {
        let value: f64 = values[&row[at("Mã")].to_string()].parse().unwrap();
        assert_eq!(row[at("Giá trị")], Data::Float(value), "{row:?}");
    }
    assert_eq!(sheet.height(), values.len() + 1, "every figure in the CSV file");
}
