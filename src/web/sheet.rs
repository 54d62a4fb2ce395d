//! A small table of a page in the forms that machines take: CSV for programs and for Excel in
//! Vietnamese. Long tables of records stream instead.

use std::borrow::Cow;

use crate::web::ask::Form;
use crate::web::reply::{Reply, ViewError};

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
            Form::Csv => self.csv(b',', false),
            Form::CsvVi => self.csv(b';', true),
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
        Ok(Reply::File("text/csv; charset=utf-8", format!("{}.csv", self.name), bytes))
    }
}

fn is_decimal(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() < 2
}

/// Keeps a text from being taken for a formula by a spreadsheet.
fn safe(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}
