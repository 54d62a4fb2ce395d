//! The rules that join figures into relations: cue words and thresholds.

use serde::Deserialize;

/// What `relations.toml` says; every key must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationRules {
    /// Words after which the parts of a total follow.
    pub parts_follow: Vec<String>,
    /// Words that say that the parts named are all.
    pub parts_complete: Vec<String>,
    /// Words that say that terms are not counted alike.
    pub scope_differs: Vec<String>,
    /// The least score of a pairing that is reported at all.
    pub pairing_agrees: i32,
    /// The least score of a pairing that may be reported as a conflict.
    pub pairing_conflicts: i32,
    /// By how much a contradicting pairing must outweigh the best one that agrees.
    pub pairing_margin: i32,
    /// Words around a rate that make it no rate between two printed levels (a yearly mean).
    pub rate_excluded: Vec<String>,
    /// Words after a rate that compare it with another rate: an ambiguous reading.
    pub rate_of_rate: Vec<String>,
    /// Figures looked at on either side of a rate: what keeps the work linear.
    pub window_figures: usize,
    /// The largest number of parts of one sum.
    pub parts_limit: usize,
}
