//! What is wrong with a rule file, where, and what to do about it; and the one TOML reader.

use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;

/// A mistake in a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// Name of the file within the pack: `units.toml`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl RuleError {
    /// Makes the error that stands at byte `at` of `text`, the contents of `file`.
    pub fn at(
        file: &str,
        text: &str,
        at: usize,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Makes the error of a file as a whole.
    pub fn of_file(file: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::at(file, "", 0, message, hint)
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(out, "\n  hint: {}", self.hint) }
    }
}

impl std::error::Error for RuleError {}

/// Reads `text`, the contents of the rule file `file`, as `T`.
///
/// # Errors
/// The place of the first key or value that does not fit `T`. Types of rule files deny unknown
/// fields, so that a misspelt key is an error and not a silence.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RuleError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |Range { start, .. }| start);
        let message = error.message().trim_end().to_owned();
        let hint = if message.starts_with("unknown field") {
            "a key of this table is misspelt or does not belong here; the message lists the known ones"
        } else if message.starts_with("missing field") {
            "add the key to the table that starts at this line"
        } else {
            "compare with the comment at the head of the file"
        };
        RuleError::at(file, text, at, message, hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[expect(dead_code, reason = "only its shape is read")]
        rule: Vec<String>,
    }

    #[test]
    fn an_error_names_file_line_and_column() {
        let error = read::<File>("units.toml", "# một\nrule = [\"a\"]\nrul = 1\n").unwrap_err();
        assert_eq!((error.line, error.column), (3, 1), "{error}");
        assert!(error.to_string().starts_with("units.toml:3:1: unknown field `rul`"), "{error}");
        assert!(error.to_string().contains("hint:"), "{error}");
    }

    #[test]
    fn columns_count_characters() {
        let error = RuleError::at("a.toml", "đồng tỷ\nnghìn tỷ", 20, "x", "");
        assert_eq!((error.line, error.column), (2, 7));
    }
}
