//! The rules of the segment stage (`segment.toml`): abbreviations, page furniture, what heads a table
//! or a list.

use serde::Deserialize;

/// What the segment stage reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRules {
    /// Words before a full stop that end no sentence, lower case, without the stop.
    pub abbreviations: Vec<String>,
    /// Beginnings of a short line that is page furniture, lower case.
    pub furniture_starts: Vec<String>,
    /// Words anywhere in a short line that make it page furniture, lower case.
    pub furniture_holds: Vec<String>,
    /// Beginnings of a table's caption, lower case.
    pub caption_starts: Vec<String>,
    /// Words that make a short line a table's unit line, lower case.
    pub unit_lines: Vec<String>,
    /// Words of a date or a clock, beside which a number counts nothing, lower case.
    pub date_words: Vec<String>,
    /// Heads of the column that numbers the rows, lower case.
    pub numbering_heads: Vec<String>,
}
