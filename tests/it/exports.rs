//! What leaves the ledger, as spreadsheets and other programs read it.

use std::io::Cursor;
use std::path::Path;

use assert_cmd::Command;
use calamine::{Data, Reader as _, Xlsx};
use tempfile::TempDir;

pub(super) fn socai(folder: &Path, arguments: &[&str]) -> (i32, Vec<u8>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socai"));
    let output = command.current_dir(folder).env("NO_COLOR", "1").args(arguments).output().unwrap();
    (output.status.code().unwrap(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

fn text(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = socai(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    String::from_utf8(out).unwrap()
}

/// A report whose name, title and words are attacks: markup, formulas, a turned reading direction.
const ATTACK: &str = "=HYPERLINK(\"http://example.invalid\";\"Báo cáo\") <script>alert(1)</script> \u{202e}gnoc neyuhk\n\n\
    =cmd|' /C calc'!A0 kinh phí khuyến công tỉnh Nam Định năm 2021 là 9,6 tỷ đồng; @SUM(A1) thực hiện 6,24 tỷ đồng, đạt 71% kế hoạch năm.\n\n\
    +1+1 <img src=x onerror=alert(1)> số lao động giảm 8,5% so với năm 2020.\n";
const ATTACK_NAME: &str = "=1+1 <b>báo cáo\u{202e}txt.</b>.txt";

/// A ledger of the sample reports and of [`ATTACK`].
pub(super) fn ledger() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    std::fs::create_dir(&reports).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for entry in std::fs::read_dir(samples).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            std::fs::copy(&path, reports.join(path.file_name().unwrap())).unwrap();
        }
    }
    // A file's name holds no slash.
    std::fs::write(reports.join(ATTACK_NAME.replace('/', "∕")), ATTACK).unwrap();
    let (code, _, err) = socai(folder.path(), &["ingest", "reports"]);
    assert_eq!(code, 0, "{err}");
    folder
}

fn workbook(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

#[test]
fn a_workbook_has_real_numbers_and_every_sheet() {
    let folder = ledger();
    let (code, bytes, err) = socai(folder.path(), &["export", "figures", "--format", "xlsx"]);
    assert_eq!(code, 0, "{err}");
    let mut book = workbook(bytes);
    assert_eq!(book.sheet_names(), ["Số liệu", "Đối chiếu", "Nguồn gốc", "Danh mục", "Đọc trước"]);
    let sheet = book.worksheet_range("Số liệu").unwrap();
    let heads: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let figures = text(folder.path(), &["export", "figures"]);
    let records: Vec<serde_json::Value> =
        figures.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(sheet.height(), records.len() + 1);
    for (row, record) in sheet.rows().skip(1).zip(&records) {
        let printed: f64 = record["value"].as_str().unwrap().parse().unwrap();
        assert_eq!(row[at("Giá trị")], Data::Float(printed), "{record}");
        assert_eq!(row[at("Mã")].to_string(), record["id"].as_str().unwrap());
    }
    let negative = sheet.rows().find(|row| row[at("Giá trị")] == Data::Float(-8.5));
    assert!(negative.is_some(), "a negative number is a number");
    let findings = text(folder.path(), &["export", "findings"]);
    let checks = book.worksheet_range("Đối chiếu").unwrap();
    assert_eq!(checks.height(), findings.lines().count() + 1);
    let conflict = checks.rows().find(|row| row[0] == "mâu thuẫn").unwrap();
    assert!(conflict.iter().any(|cell| cell.to_string().contains("đạt 71%")), "{conflict:?}");
    assert!(book.worksheet_formula("Số liệu").unwrap().is_empty(), "no cell is a formula");
    assert!(book.worksheet_formula("Đối chiếu").unwrap().is_empty());
}

#[test]
fn the_same_ledger_gives_the_same_workbook() {
    let folder = ledger();
    let book = || socai(folder.path(), &["export", "findings", "--format", "xlsx"]).1;
    let one = book();
    assert!(one == book(), "byte for byte");
}

#[test]
fn csv_for_excel_in_vietnamese_has_its_mark_semicolons_and_decimal_commas() {
    let folder = ledger();
    let out = text(folder.path(), &["export", "figures", "--format", "csv-vi"]);
    let body = out.strip_prefix('\u{feff}').unwrap();
    assert!(body.starts_with("Tệp;Nguyên văn;Nội dung;"), "{body}");
    assert!(!body.strip_prefix('T').unwrap().contains('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(body.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let at = heads.iter().position(|head| head == "Giá trị").unwrap();
    let values: Vec<String> = reader.records().map(|row| row.unwrap()[at].to_owned()).collect();
    assert!(values.contains(&"-8,5".to_owned()) && values.contains(&"6240000000".to_owned()), "{values:?}");
}

#[test]
fn no_cell_begins_as_a_formula_and_nothing_turns_the_reading_direction() {
    let folder = ledger();
    let formula = |cell: &str| {
        cell.trim_start().starts_with(['=', '+', '@', '\t', '\r'])
            || (cell.starts_with('-') && cell.parse::<f64>().is_err())
    };
    for records in ["figures", "findings", "mentions", "derived", "documents", "codes"] {
        let plain = text(folder.path(), &["export", records, "--format", "csv"]);
        let excel = text(folder.path(), &["export", records, "--format", "csv-vi"]);
        for (out, mark) in [(plain.as_str(), b','), (excel.trim_start_matches('\u{feff}'), b';')] {
            let mut reader = csv::ReaderBuilder::new().delimiter(mark).from_reader(out.as_bytes());
            for row in reader.records() {
                for cell in &row.unwrap() {
                    assert!(!formula(&cell.replacen(',', ".", 1)), "{records}: {cell}");
                }
            }
        }
        assert!(!excel.contains('\u{202e}'), "{records}");
        let (code, bytes, err) = socai(folder.path(), &["export", records, "--format", "xlsx"]);
        assert_eq!(code, 0, "{err}");
        let mut book = workbook(bytes);
        for (name, sheet) in book.worksheets() {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
            assert!(sheet.rows().flatten().all(|cell| !cell.to_string().contains('\u{202e}')), "{name}");
        }
    }
    let documents = text(folder.path(), &["export", "documents", "--format", "csv"]);
    assert!(documents.contains("'=1+1 <b>báo cáo"), "{documents}");
}

#[test]
fn a_file_is_whole_or_not_there_and_open_to_whom_the_user_says() {
    let folder = ledger();
    let (code, out, err) =
        socai(folder.path(), &["export", "figures", "--format", "xlsx", "-o", "so-lieu.xlsx"]);
    assert_eq!((code, out.as_slice()), (0, &b""[..]), "{err}");
    assert_eq!(workbook(std::fs::read(folder.path().join("so-lieu.xlsx")).unwrap()).sheet_names().len(), 5);
    let (code, _, err) = socai(folder.path(), &["export", "figures", "-o", "nowhere/so-lieu.jsonl"]);
    assert!(code == 69 && err.contains("nowhere/so-lieu.jsonl"), "{code}: {err}");
}

fn count(folder: &Path, arguments: &[&str]) -> usize {
    text(folder, &[&["query"], arguments, &["--json"]].concat()).lines().count()
}

#[test]
fn a_query_takes_names_aliases_and_codes_with_and_without_accents() {
    let folder = ledger();
    let path = folder.path();
    let by_code = count(path, &["--area", "VN63:36"]);
    assert!(by_code > 0);
    assert_eq!(count(path, &["--area", "nam dinh"]), by_code);
    assert_eq!(count(path, &["--area", "Nam Định"]), by_code);
    let funding = count(path, &["--indicator", "kinh_phi"]);
    assert!(funding > 0 && funding == count(path, &["--indicator", "KINH PHI"]));
    assert_eq!(
        count(path, &["--year", "2021", "--year", "2022"]),
        count(path, &["--year", "2022"]) + count(path, &["--year", "2021"])
    );
    assert_eq!(count(path, &["--year", "1999"]), 0);
    // The region itself, and with the provinces in it.
    assert!(count(path, &["--area", "miền Nam", "--with-parts"]) > count(path, &["--area", "phia nam"]));
    assert!(count(path, &["findings", "--verdict", "mâu thuẫn"]) > 0);
    let (code, _, err) = socai(path, &["query", "--indicator", "kinh_pi"]);
    assert!(code == 2 && err.contains("kinh_phi"), "{code}: {err}");
    let table = text(path, &["query", "--indicator", "kinh_phi"]);
    assert!(table.contains("tỷ đồng") && !table.contains('\u{202e}'), "{table}");
}

#[test]
fn sql_reads_and_does_nothing_else() {
    let folder = ledger();
    let path = folder.path();
    let sql = |query: &str| socai(path, &["query", "--timeout", "1", "--json", "--sql", query]);
    let (code, out, err) = sql("SELECT count(*) AS n, sum(so) AS tong FROM so_lieu WHERE don_vi = 'VND'");
    assert_eq!(code, 0, "{err}");
    let row: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert!(row["n"].as_u64() > Some(0) && row["tong"].is_i64(), "{row}");
    for view in ["so_lieu", "doi_chieu", "mau_thuan", "doi_chieu_so_lieu", "nguon_goc", "tai_lieu", "suy_ra"]
    {
        let (code, _, err) = sql(&format!("SELECT * FROM {view}"));
        assert_eq!(code, 0, "{view}: {err}");
    }
    for evil in [
        "DELETE FROM figures",
        "DROP VIEW so_lieu",
        "ATTACH 'x.db' AS x",
        "PRAGMA query_only = OFF",
        "CREATE TEMP TABLE t (a)",
        "SELECT 1; DELETE FROM figures",
        "VACUUM INTO 'copy.db'",
        "SELECT load_extension('x')",
    ] {
        let (code, out, err) = sql(evil);
        assert!(code == 2 && out.is_empty(), "{evil}: {code} {err}");
    }
    assert!(!path.join("x.db").exists() && !path.join("copy.db").exists());
    let (code, _, err) = sql("SELECT * FROM so_lei");
    assert!(code == 2 && err.contains("so_lei"), "{err}");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let (code, _, err) = sql(endless);
    assert!(code == 69 && err.contains("--timeout"), "{code}: {err}");
}

#[test]
fn a_package_describes_every_column_of_every_file() {
    let folder = ledger();
    let (code, _, err) = socai(folder.path(), &["export", "package", "-o", "package"]);
    assert_eq!(code, 0, "{err}");
    let at = folder.path().join("package");
    let description: serde_json::Value =
        serde_json::from_slice(&std::fs::read(at.join("datapackage.json")).unwrap()).unwrap();
    let resources = description["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 6);
    for resource in resources {
        let file = std::fs::read_to_string(at.join(resource["path"].as_str().unwrap())).unwrap();
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let heads: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(file.lines().next().unwrap(), heads.join(","), "{}", resource["name"]);
        assert_eq!(resource["bytes"].as_u64(), Some(file.len() as u64));
    }
}

#[test]
fn annotations_select_by_character_what_the_record_quotes_by_byte() {
    let folder = ledger();
    let out = text(folder.path(), &["export", "figures", "--format", "json-ld"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let graph = document["@graph"].as_array().unwrap();
    assert_eq!(graph.len(), text(folder.path(), &["export", "figures"]).lines().count());
    let attack: Vec<char> = ATTACK.chars().collect();
    let digest = format!("urn:blake3:{}", blake3::hash(ATTACK.as_bytes()).to_hex());
    let own = graph.iter().filter(|one| one["target"]["source"] == digest.as_str());
    let mut checked = 0;
    for one in own {
        let selectors = &one["target"]["selector"];
        let at = |key: &str| usize::try_from(selectors[1][key].as_u64().unwrap()).unwrap();
        let selected: String = attack[at("start")..at("end")].iter().collect();
        assert_eq!(selected, selectors[0]["exact"].as_str().unwrap());
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn observations_for_exchange_use_only_codes_of_the_structure() {
    let folder = ledger();
    let data = text(folder.path(), &["export", "figures", "--format", "sdmx-csv"]);
    let structure = text(folder.path(), &["export", "figures", "--format", "sdmx-structure"]);
    let structure: serde_json::Value = serde_json::from_str(&structure).unwrap();
    let lists = structure["data"]["codelists"].as_array().unwrap();
    let mut reader = csv::Reader::from_reader(data.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(!rows.is_empty());
    for name in ["INDICATOR", "AREA", "MEASURE", "ASPECT", "FUND", "QUALIFIER"] {
        let list = lists.iter().find(|list| list["id"] == format!("CL_{name}").as_str()).unwrap();
        let codes: Vec<&str> =
            list["codes"].as_array().unwrap().iter().map(|code| code["id"].as_str().unwrap()).collect();
        let at = heads.iter().position(|head| head == name).unwrap();
        for row in &rows {
            assert!(codes.contains(&&row[at]), "{name}: {}", &row[at]);
        }
    }
    let (code, _, err) = socai(folder.path(), &["export", "findings", "--format", "sdmx-csv"]);
    assert!(code == 2 && err.contains("findings"), "{err}");
}

#[test]
fn a_report_has_the_contradiction_its_sentence_and_its_source_and_no_markup_of_theirs() {
    let folder = ledger();
    let path = folder.path();
    let (code, _, err) = socai(path, &["report", "-o", "r.html"]);
    assert_eq!(code, 0, "{err}");
    let page = std::fs::read_to_string(path.join("r.html")).unwrap();
    assert!(page.contains("<mark>6,24 tỷ đồng</mark>") && page.contains("<mark>71%</mark>"), "{page}");
    assert!(page.contains("khuyen-cong-tra-vinh-2022.txt") && page.contains("&lt;b&gt;báo cáo"), "{page}");
    let evil = ["<script", "<img", "<b>", "\u{202e}", "http://"];
    assert!(evil.iter().all(|evil| !page.contains(evil)), "{page}");
    let (code, _, err) = socai(path, &["report", "--area", "tra vinh", "--year", "2022", "-o", "r.docx"]);
    assert_eq!(code, 0, "{err}");
    let mut word = zip::ZipArchive::new(std::fs::File::open(path.join("r.docx")).unwrap()).unwrap();
    let mut body = String::new();
    std::io::Read::read_to_string(&mut word.by_name("word/document.xml").unwrap(), &mut body).unwrap();
    assert!(body.contains("71%") && body.contains("khuyen-cong-tra-vinh-2022.txt"), "{body}");
    assert!(!body.contains("hai-phong"), "only what was asked for");
    let (code, _, err) = socai(path, &["report", "-o", "r.odt"]);
    assert!(code == 2 && err.contains(".docx"), "{err}");
}

#[test]
fn without_a_browser_a_pdf_is_unavailable_and_says_what_to_do() {
    let folder = ledger();
    let output = Command::new(env!("CARGO_BIN_EXE_socai"))
        .current_dir(folder.path())
        .env("PATH", folder.path())
        .args(["report", "-o", "r.pdf"])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(69) && err.contains("chromium") && err.contains(".html"), "{err}");
    assert!(!folder.path().join("r.pdf").exists());
}
