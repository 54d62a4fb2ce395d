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

    /// Says why a document was refused or parked, by the code of the reason; `message`, which is English,
    /// where that says no more.
    pub fn reason<'t>(self, code: &str, message: &'t str) -> &'t str {
        let vi = match code {
            "too_large" => {
                "tệp lớn hơn giới hạn; hãy chia nhỏ tài liệu, hoặc nâng giới hạn trong pipeline.toml"
            }
            "unknown_type" => "không phải tệp văn bản; hãy lưu thành văn bản thuần (UTF-8) rồi thả lại",
            "undecodable" => "không nhận ra bảng mã; hãy chuyển tệp sang UTF-8 rồi thả lại",
            "too_slow" => "công đoạn chạy quá thời gian cho phép",
            "cannot_change" => "công đoạn không làm được tài liệu này, thử lại cũng vậy",
            "failed_three_times" => "công đoạn lỗi ba lần liền",
            "non_deterministic" => "công đoạn cho hai kết quả khác nhau từ cùng một đầu vào",
            _ => message,
        };
        self.t(vi, message)
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
