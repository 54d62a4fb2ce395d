//! Mentions: the numerals of a text and the class that each is of.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::Span;
use super::figure::codes;

codes! {
    /// What a numeral is.
    MentionClass {
        /// Money or a physical quantity.
        Amount = "amount",
        /// A percentage, a number of percentage points, or a multiple (`gấp 1,5 lần`).
        Percent = "percent",
        /// A number of counted things.
        Count = "count",
        /// A day.
        Date = "date",
        /// A stretch of time.
        Period = "period",
        /// The number of a law, decree, decision, circular.
        LegalReference = "legal_reference",
        /// A rank or a number in an order (`lần thứ XVIII`, `đợt 1`), list numbering.
        Ordinal = "ordinal",
        /// A length of time that names no period (`5 năm thực hiện`).
        Duration = "duration",
        /// A telephone number, an address, an age, a model name, a numeral of no known class.
        Other = "other",
    }
}

/// A numeral as printed (record contract, end of section 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Where it stands in the source text.
    pub span: Span,
    /// Its class.
    pub class: MentionClass,
    /// The canonical value: a decimal in the canonical unit, `YYYY-MM-DD`, `YYYY-MM-DD/YYYY-MM-DD`,
    /// or the words where no value can be told.
    pub value: CompactString,
}
