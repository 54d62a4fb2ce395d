//! Rows as a workbook: numbers as numbers, a frozen head, a filter on every column, text that is never
//! worked out.
//!
//! Sheets are written row by row to temporary files, so that memory does not grow with them. A sheet holds
//! [`SHEET_ROWS`] rows; more go on in a sheet of the same name and the next number.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

use super::cell::{Cell, is_formula};
use super::error::ExportError;
use super::people::{self, Column};
use super::rows::{self, Source};
use super::{Rows, Table};
use crate::model::Decimal;
use crate::wording::{Lang, Names};

/// Rows on one sheet below the head: Excel's limit is 1 048 576.
const SHEET_ROWS: u32 = 1_048_575;

/// Characters in one cell: Excel's limit is 32 767.
const CELL_CHARACTERS: usize = 32_000;

/// Digits that a spreadsheet's number keeps; a longer one is written as text, whole.
const NUMBER_DIGITS: usize = 15;

/// Fraction digits that a number is shown with at most.
const SHOWN_DIGITS: usize = 10;

/// Writes the workbook of a table.
pub(super) fn write<W: Write + Send>(
    source: &Source<'_>,
    table: Table,
    asked: Rows<'_>,
    out: W,
) -> Result<(), ExportError> {
    let mut book = Book::new()?;
    let partners = match (table, asked) {
        (Table::Figures | Table::Findings, Rows::Ids(ids)) => Some(rows::partners(source, table, ids)?),
        _ => None,
    };
    let others = partners.as_deref().map_or(Rows::All, Rows::Ids);
    let (figures, findings) = match table {
        Table::Findings => (others, asked),
        _ => (asked, others),
    };
    let lang = source.lang;
    let mut counts = Vec::new();
    if matches!(table, Table::Figures | Table::Findings) {
        for (table, rows) in [(Table::Figures, figures), (Table::Findings, findings)] {
            counts.push((table, book.table(source, table, rows)?));
        }
        let mut sheet = book.sheet(lang.t("Nguồn gốc", "Sources"), people::ORIGINS, lang)?;
        source.figures(figures, |row| sheet.row(&mut book, &people::origin(source, &row)?))?;
        sheet.finish(&mut book)?;
        book.table(source, Table::Codes, Rows::All)?;
    } else {
        counts.push((table, book.table(source, table, asked)?));
    }
    read_first(source, &mut book, &counts)?;
    if table == Table::Findings {
        book.workbook.worksheet_from_name(name(lang, table))?.set_active(true);
    }
    book.workbook.save_to_writer(out)?;
    Ok(())
}

/// Writes the workbook of the code lists.
pub(super) fn codes<W: Write + Send>(names: &Names, lang: Lang, out: W) -> Result<(), ExportError> {
    let mut book = Book::new()?;
    let mut sheet = book.sheet(name(lang, Table::Codes), people::CODES, lang)?;
    for record in names.records() {
        sheet.row(&mut book, &people::code(record))?;
    }
    sheet.finish(&mut book)?;
    book.workbook.save_to_writer(out)?;
    Ok(())
}

/// A workbook with the formats of its cells.
struct Book {
    workbook: Workbook,
    head: Format,
    text: Format,
    quoted: Format,
    /// For numbers, by how many fraction digits they have.
    numbers: Vec<Format>,
}

/// A sheet that is being written.
struct Sheet {
    name: String,
    columns: &'static [Column],
    heads: Vec<&'static str>,
    sheet: Worksheet,
    part: u32,
    row: u32,
    rows: u64,
}

impl Book {
    fn new() -> Result<Self, ExportError> {
        let mut workbook = Workbook::new();
        // The same ledger gives the same bytes: no clock goes in.
        let properties = DocProperties::new()
            .set_title("socai")
            .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
        workbook.set_properties(&properties);
        let wrapped = || Format::new().set_align(FormatAlign::Top).set_text_wrap();
        let number = |digits: usize| {
            let part = if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits)) };
            Format::new().set_align(FormatAlign::Top).set_num_format(format!("#,##0{part}"))
        };
        Ok(Self {
            workbook,
            head: Format::new().set_bold().set_text_wrap().set_background_color("#DDE6ED"),
            text: wrapped(),
            quoted: wrapped().set_quote_prefix(),
            numbers: (0..=SHOWN_DIGITS).map(number).collect(),
        })
    }

    fn sheet(&mut self, name: &str, columns: &'static [Column], lang: Lang) -> Result<Sheet, ExportError> {
        let heads: Vec<&'static str> = columns.iter().map(|column| lang.t(column.0, column.1)).collect();
        let sheet = self.begin(name, 1, columns, &heads)?;
        Ok(Sheet { name: name.to_owned(), columns, heads, sheet, part: 1, row: 0, rows: 0 })
    }

    fn begin(
        &mut self,
        name: &str,
        part: u32,
        columns: &[Column],
        heads: &[&str],
    ) -> Result<Worksheet, ExportError> {
        let mut sheet = self.workbook.new_worksheet_with_constant_memory()?;
        sheet.set_name(if part == 1 { name.to_owned() } else { format!("{name} {part}") })?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        for (at, column) in (0..).zip(columns) {
            sheet.set_column_width(at, column.2)?;
        }
        for (at, head) in (0..).zip(heads) {
            sheet.write_string_with_format(0, at, *head, &self.head)?;
        }
        Ok(sheet)
    }

    /// Writes a table to a sheet of its own and returns how many rows it has.
    fn table(&mut self, source: &Source<'_>, table: Table, rows: Rows<'_>) -> Result<u64, ExportError> {
        let mut sheet = self.sheet(name(source.lang, table), people::columns(table), source.lang)?;
        people::rows(source, table, rows, |cells| sheet.row(self, &cells))?;
        sheet.finish(self)
    }
}

impl Sheet {
    fn row(&mut self, book: &mut Book, cells: &[Cell]) -> Result<(), ExportError> {
        if self.row == SHEET_ROWS {
            self.part += 1;
            let next = book.begin(&self.name, self.part, self.columns, &self.heads)?;
            let full = std::mem::replace(&mut self.sheet, next);
            self.close(book, full)?;
            self.row = 0;
        }
        self.row += 1;
        self.rows += 1;
        for (at, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => self.text(book, at, text)?,
                Cell::Number(number) => match exact(*number) {
                    Some(value) => {
                        let digits = (number.scale() as usize).min(SHOWN_DIGITS);
                        let format = book.numbers.get(digits).unwrap_or(&book.text);
                        self.sheet.write_number_with_format(self.row, at, value, format)?;
                    }
                    None => self.text(book, at, &number.to_string())?,
                },
            }
        }
        Ok(())
    }

    fn text(&mut self, book: &Book, at: u16, text: &str) -> Result<(), ExportError> {
        // A text is stored as a text and never worked out; the prefix keeps it one when it is edited.
        let format = if is_formula(text) { &book.quoted } else { &book.text };
        let shown: &str = &match text.char_indices().nth(CELL_CHARACTERS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        self.sheet.write_string_with_format(self.row, at, shown, format)?;
        Ok(())
    }

    fn close(&self, book: &mut Book, mut sheet: Worksheet) -> Result<(), ExportError> {
        let last = u16::try_from(self.columns.len()).unwrap_or(1).saturating_sub(1);
        sheet.autofilter(0, 0, self.row, last)?;
        book.workbook.push_worksheet(sheet);
        Ok(())
    }

    fn finish(mut self, book: &mut Book) -> Result<u64, ExportError> {
        let sheet = std::mem::take(&mut self.sheet);
        self.close(book, sheet)?;
        Ok(self.rows)
    }
}

/// Returns the name of a table's sheet.
const fn name(lang: Lang, table: Table) -> &'static str {
    match table {
        Table::Figures => lang.t("Số liệu", "Figures"),
        Table::Mentions => lang.t("Con số", "Numerals"),
        Table::Findings => lang.t("Đối chiếu", "Checks"),
        Table::Derived => lang.t("Suy ra", "Derived"),
        Table::Documents => lang.t("Tài liệu", "Documents"),
        Table::Codes => lang.t("Danh mục", "Code lists"),
    }
}

/// Returns the number as a spreadsheet keeps it; `None` where digits would be lost.
fn exact(number: Decimal) -> Option<f64> {
    let digits = number.mantissa().unsigned_abs().to_string();
    if digits.trim_end_matches('0').len() > NUMBER_DIGITS {
        return None;
    }
    number.to_string().parse().ok()
}

const READ_FIRST: &[Column] = &[Column("Mục", "Item", 24), Column("Nội dung", "Meaning", 110)];

/// Words in both languages.
type Words = (&'static str, &'static str);

/// What the columns mean: name and meaning.
const NOTES: &[(Words, Words)] = &[
    (
        ("Giá trị", "Value"),
        (
            "Số thật theo đơn vị ở cột bên: tiền là đồng (77,228 tỷ đồng là 77228000000), tỷ lệ là phần trăm. Số quá 15 chữ số được ghi dạng chữ để không mất chữ số nào.",
            "Real numbers in the unit beside them: money in đồng (77,228 tỷ đồng is 77228000000), rates in percent. A number of more than 15 digits is written as text, so that no digit is lost.",
        ),
    ),
    (
        ("Thấp nhất, cao nhất", "Lowest, highest"),
        (
            "Khoảng mà các chữ số đã in và từ đi kèm (trên, gần, khoảng) cho phép; ô trống là không giới hạn.",
            "The interval that the printed digits and their hedge admit; an empty cell is unbounded.",
        ),
    ),
    (
        ("Kết luận", "Verdict"),
        (
            "Khớp; khớp nếu cắt bớt chữ số; mâu thuẫn: các số không thể cùng đúng; khác phạm vi: chính văn bản nói hai bên không cùng phạm vi; chưa xác định. Ở trang Số liệu là kết luận nặng nhất mà số ấy tham gia.",
            "Agrees; agrees if truncated; conflicts: the figures cannot all be right; differs in scope: the text itself says so; undetermined. Beside a figure stands the worst that it takes part in.",
        ),
    ),
    (
        ("Số nghi sai", "Suspects"),
        (
            "Xếp theo khả năng; sau mũi tên là khoảng làm cho mọi quan hệ đều đúng. Đây là gợi ý để kiểm tra lại nguồn, không phải kết luận.",
            "Likeliest first; after the arrow stands the interval that would make every relation hold. A hint for looking at the source again, no judgement.",
        ),
    ),
    (
        ("Từ byte, đến byte", "From byte, to byte"),
        (
            "Vị trí trong văn bản nguồn; `socai show TỆP --text` in văn bản ấy, `socai explain MÃ` giải thích một số.",
            "The place in the source text; `socai show FILE --text` prints that text, `socai explain ID` explains a figure.",
        ),
    ),
    (
        ("Ký tự �", "The sign �"),
        (
            "Thay cho ký tự ẩn hoặc đảo chiều chữ trong văn bản gốc.",
            "Stands for a character of the source that is unseen or turns the reading direction.",
        ),
    ),
];

/// Writes the sheet that says what the others are and how to read them.
fn read_first(source: &Source<'_>, book: &mut Book, counts: &[(Table, u64)]) -> Result<(), ExportError> {
    let lang = source.lang;
    let mut lines: Vec<(String, String)> = vec![(
        lang.t("socai", "socai").to_owned(),
        format!(
            "{} {}; {} {}",
            lang.t("thế hệ", "generation"),
            source.ledger.generation()?,
            lang.t("vị trí trong nhật ký", "position in the log"),
            source.ledger.checkpoint()?.0
        ),
    )];
    for (table, count) in counts {
        lines.push((name(lang, *table).to_owned(), format!("{count} {}", lang.t("dòng", "rows"))));
    }
    let said = NOTES.iter().map(|(name, text)| (lang.t(name.0, name.1), lang.t(text.0, text.1)));
    lines.extend(said.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let mut sheet = book.sheet(lang.t("Đọc trước", "Read first"), READ_FIRST, lang)?;
    for (name, text) in lines {
        sheet.row(book, &[Cell::text(name), Cell::text(text)])?;
    }
    sheet.finish(book)?;
    Ok(())
}
