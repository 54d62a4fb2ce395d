//! Tables for people: a record in words, one row of cells under heads in their language.

use super::cell::Cell;
use super::error::ExportError;
use super::rows::Source;
use super::{Rows, Table};
use crate::ledger::DocumentRow;
use crate::ledger::catalogue::severity;
use crate::ledger::views::{FigureRow, FindingRow};
use crate::model::figure::{Origin, Reach, Slot};
use crate::model::finding::Finding;
use crate::model::record::{FigureRecord, MentionRecord};
use crate::stage::rules::codes::CodeRecord;
use crate::wording::{Lang, numbers, visible};

/// A column: its head in both languages, and how wide a screen should make it, in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column(pub(super) &'static str, pub(super) &'static str, pub(super) u16);

pub(super) const FIGURES: &[Column] = &[
    Column("Tệp", "File", 28),
    Column("Nguyên văn", "As printed", 20),
    Column("Nội dung", "What", 36),
    Column("Chỉ tiêu", "Indicator", 24),
    Column("Loại", "Measure", 14),
    Column("Giá trị", "Value", 20),
    Column("Đơn vị", "Unit", 12),
    Column("Mức độ", "Hedge", 14),
    Column("Thấp nhất", "Lowest", 20),
    Column("Cao nhất", "Highest", 20),
    Column("Địa bàn", "Area", 20),
    Column("Kỳ", "Period", 22),
    Column("Tính chất", "Aspect", 14),
    Column("Nguồn vốn", "Fund", 20),
    Column("Kết luận", "Verdict", 16),
    Column("Câu", "Sentence", 60),
    Column("Mã", "Id", 26),
];
pub(super) const FINDINGS: &[Column] = &[
    Column("Kết luận", "Verdict", 18),
    Column("Quan hệ", "Relation", 18),
    Column("Giải thích", "Explanation", 60),
    Column("Công thức", "Formula", 36),
    Column("Tính được, thấp nhất", "Computed, lowest", 20),
    Column("Tính được, cao nhất", "Computed, highest", 20),
    Column("Số đã in, thấp nhất", "Stated, lowest", 20),
    Column("Số đã in, cao nhất", "Stated, highest", 20),
    Column("Chênh lệch", "Gap", 18),
    Column("Số nghi sai", "Suspects", 36),
    Column("Các câu", "Sentences", 80),
    Column("Tệp", "File", 28),
    Column("Giả định", "Assumptions", 20),
    Column("Mã", "Id", 26),
    Column("Mã số liệu", "Figures' ids", 54),
];
pub(super) const ORIGINS: &[Column] = &[
    Column("Mã số liệu", "Figure's id", 26),
    Column("Nguyên văn", "As printed", 20),
    Column("Tệp", "File", 28),
    Column("Từ byte", "From byte", 10),
    Column("Đến byte", "To byte", 10),
    Column("Chỉ tiêu lấy từ", "Indicator from", 34),
    Column("Địa bàn lấy từ", "Area from", 34),
    Column("Kỳ lấy từ", "Period from", 34),
    Column("Tính chất lấy từ", "Aspect from", 34),
    Column("Nguồn vốn lấy từ", "Fund from", 34),
    Column("Quy tắc", "Rules", 40),
    Column("Thế hệ", "Generation", 8),
    Column("Tài liệu (blake3)", "Document (blake3)", 66),
];
const MENTIONS: &[Column] = &[
    Column("Tệp", "File", 28),
    Column("Nguyên văn", "As printed", 24),
    Column("Lớp", "Class", 20),
    Column("Giá trị", "Value", 20),
    Column("Từ byte", "From byte", 10),
    Column("Đến byte", "To byte", 10),
    Column("Tài liệu (blake3)", "Document (blake3)", 66),
];
const DERIVED: &[Column] = &[
    Column("Nội dung", "What", 36),
    Column("Chỉ tiêu", "Indicator", 24),
    Column("Loại", "Measure", 14),
    Column("Thấp nhất", "Lowest", 20),
    Column("Cao nhất", "Highest", 20),
    Column("Đơn vị", "Unit", 12),
    Column("Địa bàn", "Area", 20),
    Column("Kỳ", "Period", 22),
    Column("Tính chất", "Aspect", 14),
    Column("Nguồn vốn", "Fund", 20),
    Column("Cách tính", "Formula", 40),
    Column("Giả định", "Assumptions", 20),
    Column("Từ các số liệu", "From the figures", 54),
    Column("Mã", "Id", 26),
];
const DOCUMENTS: &[Column] = &[
    Column("Tệp", "File", 40),
    Column("Thư mục", "Folders", 16),
    Column("Số liệu", "Figures", 10),
    Column("Mâu thuẫn", "Conflicts", 12),
    Column("Bản sao", "Copies", 10),
    Column("Cỡ (byte)", "Size (bytes)", 12),
    Column("Kiểu tệp", "Media type", 20),
    Column("Mã hóa", "Encoding", 14),
    Column("Nhận lúc", "Received", 20),
    Column("Tài liệu (blake3)", "Document (blake3)", 66),
];
pub(super) const CODES: &[Column] = &[
    Column("Danh mục", "List", 12),
    Column("Mã", "Code", 22),
    Column("Tên", "Name", 40),
    Column("Tên tiếng Anh", "English name", 40),
    Column("Đơn vị", "Unit", 12),
    Column("Thuộc", "Part of", 16),
    Column("Hiệu lực từ", "Valid from", 12),
    Column("Hiệu lực đến", "Valid to", 12),
];

/// Returns a table's columns.
pub(super) const fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Figures => FIGURES,
        Table::Mentions => MENTIONS,
        Table::Findings => FINDINGS,
        Table::Derived => DERIVED,
        Table::Documents => DOCUMENTS,
        Table::Codes => CODES,
    }
}

/// Calls `each` with the cells of every row.
pub(super) fn rows(
    source: &Source<'_>,
    table: Table,
    rows: Rows<'_>,
    mut each: impl FnMut(Vec<Cell>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    match table {
        Table::Figures => source.figures(rows, |row| each(figure(source, &row)?)),
        Table::Findings => source.findings(rows, |row| each(finding(source, &row)?)),
        Table::Derived => source.derived(rows, |record| each(derived(source, &record))),
        Table::Documents => source.documents(rows, |row| each(document(&row))),
        Table::Mentions => source.mentions(rows, |record| each(mention(source, &record))),
        Table::Codes => source.codes(rows).try_for_each(|record| each(code(record))),
    }
}

fn shown(text: &str) -> Cell {
    Cell::text(visible(text))
}

fn named(source: &Source<'_>, list: &str, code: Option<&str>) -> Cell {
    code.map_or(Cell::Empty, |code| match list {
        "area" => shown(&source.names.area(source.lang, code)),
        "period" => shown(&numbers::period(source.lang, code)),
        list => shown(source.names.name(source.lang, list, code)),
    })
}

/// Makes the row of a figure.
fn figure(source: &Source<'_>, row: &FigureRow) -> Result<Vec<Cell>, ExportError> {
    let figure = &row.figure;
    let verdict = source.ledger.verdicts_of(figure.id.as_str())?;
    let worst = verdict.into_iter().max_by_key(|verdict| severity(*verdict));
    Ok(vec![
        shown(&row.source),
        shown(&figure.quote),
        shown(&figure.label),
        named(source, "indicator", figure.indicator.as_ref().map(|code| code.as_str())),
        named(source, "measure", Some(figure.measure.code())),
        Cell::Number(figure.value),
        named(source, "unit", Some(figure.unit.as_str())),
        named(source, "qualifier", Some(figure.qualifier.code())),
        figure.low.map_or(Cell::Empty, Cell::Number),
        figure.high.map_or(Cell::Empty, Cell::Number),
        named(source, "area", figure.area.as_ref().map(|code| code.as_str())),
        named(source, "period", figure.period.map(|period| period.to_string()).as_deref()),
        named(source, "aspect", figure.aspect.map(|aspect| aspect.code())),
        named(source, "fund", figure.fund.map(|fund| fund.code())),
        shown(source.lang.verdict(worst)),
        shown(&source.texts.words(source.ledger, row.document, figure.sentence)?),
        shown(figure.id.as_str()),
    ])
}

/// Makes the row that says where a figure stands and what each part of it was read from.
pub(super) fn origin(source: &Source<'_>, row: &FigureRow) -> Result<Vec<Cell>, ExportError> {
    let figure = &row.figure;
    let from = |slot: Slot| -> Result<Cell, ExportError> {
        let Some(origin) = figure.origins.get(slot) else { return Ok(Cell::Empty) };
        Ok(shown(&origin_words(source, row, &origin)?))
    };
    Ok(vec![
        shown(figure.id.as_str()),
        shown(&figure.quote),
        shown(&row.source),
        Cell::whole(figure.span.start),
        Cell::whole(figure.span.end),
        from(Slot::Indicator)?,
        from(Slot::Area)?,
        from(Slot::Period)?,
        from(Slot::Aspect)?,
        from(Slot::Fund)?,
        shown(&figure.rules.join(" › ")),
        Cell::whole(usize::try_from(row.generation).unwrap_or(usize::MAX)),
        shown(&row.document.to_string()),
    ])
}

fn origin_words(source: &Source<'_>, row: &FigureRow, origin: &Origin) -> Result<String, ExportError> {
    let place = reach(source.lang, origin.reach);
    let Some(span) = origin.words else { return Ok(place.to_owned()) };
    Ok(format!("«{}» – {place}", source.texts.words(source.ledger, row.document, span)?))
}

/// Returns from how far away a part of a figure was read, in words.
const fn reach(lang: Lang, reach: Reach) -> &'static str {
    match reach {
        Reach::Numeral => lang.t("ngay ở con số", "the numeral's own words"),
        Reach::Clause => lang.t("cùng mệnh đề", "its clause"),
        Reach::Sentence => lang.t("cùng câu", "its sentence"),
        Reach::Table => lang.t("hàng hoặc cột của bảng", "its row or column"),
        Reach::ListHead => lang.t("đầu danh sách", "the list's head"),
        Reach::Paragraph => lang.t("câu trước trong đoạn", "an earlier sentence"),
        Reach::Section => lang.t("đoạn trước trong mục", "an earlier paragraph"),
        Reach::Title => lang.t("tiêu đề", "the title"),
        Reach::DocumentDate => lang.t("ngày in trên văn bản", "the printed date"),
        Reach::Default => lang.t("mặc định của quy tắc", "a default of the rules"),
    }
}

/// Makes the row of a finding.
fn finding(source: &Source<'_>, row: &FindingRow) -> Result<Vec<Cell>, ExportError> {
    let (finding, lang) = (&row.finding, source.lang);
    let figures = taking_part(source, finding)?;
    let mut sentences: Vec<String> = Vec::new();
    let mut files: Vec<&str> = Vec::new();
    for row in &figures {
        let words = source.texts.words(source.ledger, row.document, row.figure.sentence)?;
        if !words.is_empty() && !sentences.contains(&words) {
            sentences.push(words);
        }
        if !files.contains(&row.source.as_str()) {
            files.push(&row.source);
        }
    }
    let suspects: Vec<String> = finding
        .suspects
        .iter()
        .map(|suspect| {
            let Some(row) = figures.iter().find(|row| row.figure.id == suspect.id) else {
                return suspect.id.as_str().to_owned();
            };
            let (printed, unit) = (&row.figure.quote, row.figure.unit.as_str());
            let Some(implied) = &suspect.implied else { return printed.to_string() };
            let implied = numbers::bounds(lang, implied, unit, source.names.name(lang, "unit", unit));
            format!("{printed} → {implied}")
        })
        .collect();
    let ids: Vec<&str> = finding.figures.iter().map(|operand| operand.id.as_str()).collect();
    Ok(vec![
        shown(lang.verdict(Some(finding.verdict))),
        named(source, "relation", Some(finding.relation.code())),
        shown(lang.sentence(&finding.explanation)),
        shown(&finding.formula),
        Cell::decimal(finding.computed.low.as_deref()),
        Cell::decimal(finding.computed.high.as_deref()),
        Cell::decimal(finding.stated.low.as_deref()),
        Cell::decimal(finding.stated.high.as_deref()),
        Cell::decimal(Some(&finding.gap)),
        shown(&suspects.join("; ")),
        shown(&sentences.join("\n")),
        shown(&files.join("; ")),
        shown(&finding.assumptions.join("; ")),
        shown(&finding.id),
        shown(&ids.join(" ")),
    ])
}

/// Returns the figures of a finding that the ledger has, in the formula's order.
pub(super) fn taking_part(source: &Source<'_>, finding: &Finding) -> Result<Vec<FigureRow>, ExportError> {
    let mut rows = Vec::new();
    for operand in &finding.figures {
        rows.extend(source.ledger.figure(operand.id.as_str())?);
    }
    Ok(rows)
}

fn derived(source: &Source<'_>, record: &FigureRecord) -> Vec<Cell> {
    let from: Vec<&str> = record.from.iter().flatten().map(|id| id.as_str()).collect();
    vec![
        shown(&record.label),
        named(source, "indicator", record.indicator.as_ref().map(|code| code.as_str())),
        named(source, "measure", Some(record.measure.code())),
        Cell::decimal(record.low.as_deref()),
        Cell::decimal(record.high.as_deref()),
        named(source, "unit", Some(record.unit.as_str())),
        named(source, "area", record.area.as_ref().map(|code| code.as_str())),
        named(source, "period", record.period.map(|period| period.to_string()).as_deref()),
        named(source, "aspect", record.aspect.map(|aspect| aspect.code())),
        named(source, "fund", record.fund.map(|fund| fund.code())),
        shown(record.formula.as_deref().unwrap_or("")),
        shown(&record.assumptions.as_deref().unwrap_or(&[]).join("; ")),
        shown(&from.join(" ")),
        shown(record.id.as_str()),
    ]
}

fn mention(source: &Source<'_>, record: &MentionRecord) -> Vec<Cell> {
    vec![
        shown(&record.source),
        shown(&record.quote),
        named(
            source,
            "class",
            serde_json::to_value(record.class).ok().as_ref().and_then(|code| code.as_str()),
        ),
        Cell::decimal(Some(&record.value)),
        Cell::whole(record.start),
        Cell::whole(record.end),
        shown(&record.document.to_string()),
    ]
}

fn document(row: &DocumentRow) -> Vec<Cell> {
    let count = |number: u64| Cell::whole(usize::try_from(number).unwrap_or(usize::MAX));
    vec![
        shown(&row.source),
        shown(&row.tags.join("/")),
        count(row.figures),
        count(row.conflicts),
        count(row.copies),
        count(row.size),
        shown(&row.media_type),
        shown(row.encoding.as_deref().unwrap_or("")),
        shown(&numbers::moment(row.received_at)),
        shown(&row.document.to_string()),
    ]
}

/// Makes the row of a code.
pub(super) fn code(record: &CodeRecord) -> Vec<Cell> {
    let optional = |text: &Option<String>| shown(text.as_deref().unwrap_or(""));
    vec![
        shown(&record.list),
        shown(&record.code),
        shown(&record.name),
        shown(&record.name_en),
        optional(&record.unit),
        optional(&record.parent),
        optional(&record.valid_from),
        optional(&record.valid_to),
    ]
}
