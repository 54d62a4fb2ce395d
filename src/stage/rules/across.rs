//! The rules that tell whether figures of several reports are of one quantity (`across.toml`).

use serde::Deserialize;

use super::cues::PhraseList;

/// What `across.toml` says; every key must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcrossRules {
    /// Words of a label that narrow nothing, in small letters without marks.
    pub neutral: Vec<String>,
    /// Words of a sentence by which its figures are of less than their area.
    pub below: PhraseList,
    /// Words before a figure by which it may be a part of what its label names.
    pub part: PhraseList,
    /// Words of a sentence that say that a figure was set anew.
    pub revised: PhraseList,
    /// Words of a sentence that say that its figures are counted in another way.
    pub scope_differs: PhraseList,
}

impl AcrossRules {
    /// Returns the lists that are looked for in a sentence.
    pub(super) fn looked_for(&mut self) -> [&mut PhraseList; 4] {
        [&mut self.below, &mut self.part, &mut self.revised, &mut self.scope_differs]
    }
}
