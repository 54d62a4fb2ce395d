//! The rules that tell whether figures of several reports are of one quantity (`across.toml`).

use serde::Deserialize;

use super::cues::PhraseList;

/// What `across.toml` says; every key must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcrossRules {
    /// Words of a label that narrow nothing, in small letters without marks.
    pub neutral: Vec<String>,
    /// Phrases that narrow a label whatever its indicator is told by, in small letters without marks.
    pub narrowing: Vec<String>,
    /// Words that narrow nothing but for the number or letter behind them, likewise.
    pub numbered: Vec<String>,
    /// Phrases that may make one label a part of what another names, likewise; 32 at most are read.
    pub loose: Vec<String>,
    /// Words of a sentence by which its figures are of less than their area.
    pub below: PhraseList,
    /// Words before a figure, no mean, by which it is of each of several.
    pub each: PhraseList,
    /// The indicators that count what a mean of money may be per.
    pub divisors: Vec<String>,
    /// Words before a figure by which it may be a part of what its label names.
    pub part: PhraseList,
    /// Words of a sentence that say that a figure was set anew.
    pub revised: PhraseList,
    /// Words of a sentence that say that its figures are counted in another way.
    pub scope_differs: PhraseList,
}

impl AcrossRules {
    /// Returns the lists that are looked for in a sentence.
    pub(super) fn looked_for(&mut self) -> [&mut PhraseList; 5] {
        [&mut self.below, &mut self.each, &mut self.part, &mut self.revised, &mut self.scope_differs]
    }
}
