//! The extract stage.

pub mod mention;

use crate::model::Digest;
use crate::model::figure::Figure;
use crate::model::mention::Mention;
use crate::model::segment::Block;
use crate::model::text::CleanText;
use crate::stage::rules::RulePack;

/// Rises with every change of what the stage reports.
pub const VERSION: u32 = 1;

/// What extracting one document yields, in order of place in the source text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extraction {
    /// The figures.
    pub figures: Vec<Figure>,
    /// Every numeral, figures' own included.
    pub mentions: Vec<Mention>,
}

/// Extracts mentions and figures of one document. No layer is wired in yet: it finds nothing.
pub fn extract(
    _document: Digest,
    _source: &str,
    _clean: &CleanText,
    _blocks: &[Block],
    _rules: &RulePack,
) -> Extraction {
    Extraction::default()
}
