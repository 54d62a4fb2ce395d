//! The rules that tell whether figures of several reports are of one quantity (`across.toml`).

use serde::Deserialize;

/// What `across.toml` says; every key must be there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcrossRules {
    /// Words of a label that narrow nothing, in small letters without marks.
    pub neutral: Vec<String>,
    /// Words of a sentence by which its figures are of less than their area.
    pub below: Vec<String>,
    /// Words before a figure by which it may be a part of what its label names.
    pub part: Vec<String>,
    /// Words of a sentence that say that a figure was set anew.
    pub revised: Vec<String>,
    /// Words of a sentence that say that its figures are counted in another way.
    pub scope_differs: Vec<String>,
}
