//! A small table of a page in the forms that machines take: JSON, CSV for programs and for Excel in
//! Vietnamese, a workbook. Long tables of records stream instead ([`super::records`]).

use std::borrow::Cow;

use crate::export::Format;
use crate::export::cell::safe;
use crate::web::ask::Form;
use crate::web::reply::{Reply, ViewError};

/// Characters of a decimal that a workbook's numbers hold exactly.
const EXACT_DIGITS: usize = 15;

/// A table in the machine's form: codes and exact decimals, no words of a language.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name, of ASCII letters: that of the file.
    pub(super) name: String,
    /// The columns' names.
    pub(super) heads: Vec<&'static str>,
    /// The rows, a cell a column.
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Writes it in a form that is a file.
    ///
    /// # Errors
    /// [`ViewError::Form`] for a form that is none.
    pub(super) fn reply(&self, form: Form) -> Result<Reply, ViewError> {
        match form {
            Form::File(Format::Csv) => self.csv(b',', false),
            Form::File(Format::CsvVi) => self.csv(b';', true),
            Form::File(Format::Xlsx) => self.xlsx(),
            _ => Err(ViewError::Form),
        }
    }

    /// Returns it as JSON: `{"rows": [{column: text}]}`, decimals as text so that none is rounded.
    pub(super) fn json(&self) -> serde_json::Value {
        let row = |cells: &Vec<String>| -> serde_json::Map<String, serde_json::Value> {
            let cell = |text: &String| match text.is_empty() {
                true => serde_json::Value::Null,
                false => serde_json::Value::String(text.clone()),
            };
            self.heads.iter().map(|head| (*head).to_owned()).zip(cells.iter().map(cell)).collect()
        };
        serde_json::json!({ "rows": self.rows.iter().map(row).collect::<Vec<_>>() })
    }

    fn csv(&self, delimiter: u8, vietnamese: bool) -> Result<Reply, ViewError> {
        let mut bytes = if vietnamese { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(&mut bytes);
        let failed = |error: csv::Error| ViewError::Write(error.to_string());
        writer.write_record(&self.heads).map_err(failed)?;
        for row in &self.rows {
            let cells = row.iter().map(|cell| match is_decimal(cell) {
                true if vietnamese => Cow::Owned(cell.replace('.', ",")),
                true => Cow::Borrowed(cell.as_str()),
                false => safe(cell),
            });
            writer.write_record(cells.map(|cell| cell.into_owned())).map_err(failed)?;
        }
        writer.flush()?;
        drop(writer);
        let format = if vietnamese { Format::CsvVi } else { Format::Csv };
        Ok(self.file(format, bytes))
    }

    fn xlsx(&self) -> Result<Reply, ViewError> {
        let failed = |error: rust_xlsxwriter::XlsxError| ViewError::Write(error.to_string());
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let bold = rust_xlsxwriter::Format::new().set_bold();
        let sheet = workbook.add_worksheet();
        let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        for (at, head) in self.heads.iter().enumerate() {
            sheet.write_string_with_format(0, column(at), *head, &bold).map_err(failed)?;
        }
        for (row, cells) in (1..).zip(&self.rows) {
            for (at, cell) in cells.iter().enumerate() {
                // A workbook's numbers have 15 digits: a longer one stays text rather than be rounded.
                let number =
                    cell.parse::<f64>().ok().filter(|_| is_decimal(cell) && cell.len() <= EXACT_DIGITS);
                match number {
                    Some(number) => sheet.write_number(row, column(at), number),
                    None => sheet.write_string(row, column(at), cell.as_str()),
                }
                .map_err(failed)?;
            }
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        if let (Some(last), Ok(rows)) = (self.heads.len().checked_sub(1), u32::try_from(self.rows.len())) {
            sheet.autofilter(0, 0, rows, column(last)).map_err(failed)?;
        }
        let bytes = workbook.save_to_buffer().map_err(failed)?;
        Ok(self.file(Format::Xlsx, bytes))
    }

    fn file(&self, format: Format, bytes: Vec<u8>) -> Reply {
        Reply::File(format.media_type(), format!("{}.{}", self.name, format.ending()), bytes)
    }
}

fn is_decimal(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_numbers_and_formulas_are_text() {
        let rows = vec![vec!["-8.5".to_owned(), "=1+1".to_owned()]];
        let sheet = Sheet { name: "x".to_owned(), heads: vec!["value", "text"], rows };
        let csv = |form| match sheet.reply(form) {
            Ok(Reply::File(_, _, bytes)) => String::from_utf8(bytes).unwrap(),
            _ => panic!("no file"),
        };
        assert_eq!(csv(Form::File(Format::Csv)), "value,text\n-8.5,'=1+1\n");
        assert_eq!(csv(Form::File(Format::CsvVi)), "\u{feff}value;text\n-8,5;'=1+1\n");
        assert!(
            matches!(sheet.reply(Form::File(Format::Xlsx)), Ok(Reply::File(_, _, bytes)) if bytes.starts_with(b"PK"))
        );
        assert!(matches!(sheet.reply(Form::Svg), Err(ViewError::Form)));
    }
}
