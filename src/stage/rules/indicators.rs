//! The indicators (`indicators.toml`): the code list and the words that tell each of them.

use serde::Deserialize;

use super::cues::PhraseList;

/// The indicators in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorRules {
    /// Words of what no indicator measures.
    pub foreign: PhraseList,
    /// What money is divided by where it is a price or a wage.
    pub prices: PhraseList,
    /// Names of offices, whose words tell nothing of a figure.
    pub names: PhraseList,
    /// The indicators.
    pub indicator: Vec<Indicator>,
}

/// One indicator: its line of the code list, and how a figure is told to be of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its code.
    pub code: String,
    /// Its name in Vietnamese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// The unit of its levels.
    pub unit: String,
    /// The indicator that it is a part of.
    pub parent: Option<String>,
    /// Phrases of which one stands in the figure's own words; empty: none is asked for.
    pub near: PhraseList,
    /// Phrases of which one stands in the figure's sentence; empty: none is asked for.
    pub within: PhraseList,
    /// Phrases of which none stands in the figure's own words.
    #[serde(default)]
    pub not: PhraseList,
    /// Names of the thing that the clause of a rate begins with.
    #[serde(default)]
    pub subject: PhraseList,
    /// Phrases of which one stands in the own words of an amount that the words behind it divide into parts.
    #[serde(default)]
    pub whole: PhraseList,
    /// Phrases of which one stands between such an amount and the next one.
    #[serde(default)]
    pub part: PhraseList,
    /// Taken for every figure of the unit that nothing else tells.
    #[serde(default)]
    pub otherwise: bool,
}
