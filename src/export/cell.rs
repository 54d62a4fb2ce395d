//! One cell of a table: nothing, a text, a number; and what keeps a text from becoming a formula.

use std::borrow::Cow;

use crate::model::Decimal;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    /// Words.
    Text(String),
    /// An exact number.
    Number(Decimal),
}

impl Cell {
    /// Makes a text; empty words are an empty cell.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Makes a number of a decimal as records print it; any other text stays text.
    pub fn decimal(text: Option<&str>) -> Self {
        match text {
            None => Self::Empty,
            Some(text) => text.parse().map_or_else(|_| Self::text(text), Self::Number),
        }
    }

    /// Makes a whole number.
    pub fn whole(number: usize) -> Self {
        Self::Number(Decimal::whole(i128::try_from(number).unwrap_or(i128::MAX)))
    }
}

/// Tells whether a spreadsheet would take the text for a formula: it begins with `=`, `+`, `-`, `@` (wide
/// forms too), perhaps after white space or a quotation mark, and is not just a number (`-8,5`, `+12%`).
pub fn is_formula(text: &str) -> bool {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let controls = text.starts_with(['\t', '\r', '\n']);
    let number = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = digits.strip_suffix('%').unwrap_or(digits).trim();
        digits.starts_with(|letter: char| letter.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
    };
    let bare = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '"');
    controls || (begins(bare) && !number(text))
}

/// Returns the text so that a spreadsheet shows it and does not work it out: with an apostrophe before it
/// where [`is_formula`].
pub fn safe(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_shown_and_numbers_stay_numbers() {
        for text in [
            "=1+1",
            "=HYPERLINK(\"http://a\")",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "\"=1",
            "＝1",
            "-",
            "-8,5 tỷ đồng; =1",
        ] {
            assert_eq!(safe(text), format!("'{text}"));
        }
        for text in ["-8.5", "-8,5", "+12%", "-1.234,5", "77,228 tỷ đồng", "a=b", "", "5-7%"] {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn a_decimal_is_a_number_and_no_other_text_is() {
        assert_eq!(Cell::decimal(Some("-8.5")), Cell::Number(Decimal::new(-85, 1).unwrap()));
        assert_eq!(Cell::decimal(Some("2023-05")), Cell::Text("2023-05".to_owned()));
        assert_eq!(Cell::decimal(None), Cell::Empty);
    }
}
