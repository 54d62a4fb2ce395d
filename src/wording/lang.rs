//! The two languages of the pages: Vietnamese first, English by a switch.

use crate::model::finding::{Explanation, Verdict};

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Reads `vi` or `en`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Returns `vi` or `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Returns the text of this language.
    pub const fn t<'t>(self, vi: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// Returns the sentence of this language.
    pub fn sentence(self, explanation: &Explanation) -> &str {
        self.t(&explanation.vi, &explanation.en)
    }

    /// Returns a verdict in words; `None` is a figure that nothing checks.
    pub const fn verdict(self, verdict: Option<Verdict>) -> &'static str {
        match verdict {
            Some(Verdict::Agrees) => self.t("khớp", "agrees"),
            Some(Verdict::AgreesIfTruncated) => self.t("khớp nếu cắt bớt chữ số", "agrees if truncated"),
            Some(Verdict::Conflicts) => self.t("mâu thuẫn", "conflicts"),
            Some(Verdict::DiffersInScope) => self.t("khác phạm vi", "differs in scope"),
            Some(Verdict::Undetermined) => self.t("chưa xác định", "undetermined"),
            None => self.t("chưa đối chiếu", "unchecked"),
        }
    }
}

/// Returns the sign that stands with a verdict's word, never alone.
pub const fn sign(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Agrees) => "✓",
        Some(Verdict::AgreesIfTruncated) => "≈",
        Some(Verdict::Conflicts) => "✗",
        Some(Verdict::DiffersInScope) => "≠",
        Some(Verdict::Undetermined) => "?",
        None => "·",
    }
}
