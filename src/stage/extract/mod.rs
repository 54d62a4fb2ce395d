//! The extract stage: clean text and blocks to mentions and figures.
//!
//! 1. [`mention`] finds numbers, dates and periods, places in the clean text.
//! 2. [`context`] carries what sentences leave out: the year, the period, the place spoken of, by
//!    list head, paragraph, section, title and printed date.
//! 3. [`frame`] reads of each number, from the words around it, what is measured and how.
//! 4. [`timeline`] gives every numeral that is exported its value.
//! 5. [`assembly`] walks the text and [`figure`] puts the slots together, with where each came from, leading every
//!    offset back to the source text.

mod about;
mod areas;
mod assembly;
mod context;
mod eligible;
mod figure;
mod frame;
mod indicator;
mod label;
mod layout;
pub mod mention;
mod outline;
mod pairs;
mod periods;
mod ranking;
pub mod reach;
mod reasons;
mod said;
mod slots;
mod tables;
mod timeline;
mod times;
mod zones;

pub use ranking::Choice;
pub use reasons::{Reason, Reasons};

use crate::model::figure::Figure;
use crate::model::mention::Mention;
use crate::model::segment::Block;
use crate::model::text::CleanText;
use crate::model::{Digest, Span};
use crate::stage::rules::RulePack;
use crate::stage::rules::letters::lower_case;

/// Changes whenever the stage's output may; a part of its identity.
pub const VERSION: u32 = 7;

/// What the stage gives, in the order of the source text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extraction {
    /// The figures.
    pub figures: Vec<Figure>,
    /// Every numeral, those of figures included.
    pub mentions: Vec<Mention>,
}

/// Extracts the figures of `document`, whose decoded text is `source`.
pub fn extract(
    document: Digest,
    source: &str,
    clean: &CleanText,
    blocks: &[Block],
    rules: &RulePack,
) -> Extraction {
    let lower = lower_case(&clean.text);
    let found = mention::find(&clean.text, Span::new(0, clean.text.len()), rules);
    assembly::assemble(document, source, clean, &lower, blocks, &found, rules, None)
}

/// Extracts as [`extract`] does and returns among what the period and the area of each figure were
/// chosen: what the weights of `ranking.toml` are trained on.
pub fn choices(
    document: Digest,
    source: &str,
    clean: &CleanText,
    blocks: &[Block],
    rules: &RulePack,
) -> Vec<Choice> {
    reasons(document, source, clean, blocks, rules).1.choices
}

/// Extracts as [`extract`] does, and returns besides why slots are filled as they are: what `explain` shows
/// and no record holds.
pub fn reasons(
    document: Digest,
    source: &str,
    clean: &CleanText,
    blocks: &[Block],
    rules: &RulePack,
) -> (Extraction, Reasons) {
    let lower = lower_case(&clean.text);
    let found = mention::find(&clean.text, Span::new(0, clean.text.len()), rules);
    let mut reasons = Reasons::default();
    let extraction =
        assembly::assemble(document, source, clean, &lower, blocks, &found, rules, Some(&mut reasons));
    (extraction, reasons)
}
