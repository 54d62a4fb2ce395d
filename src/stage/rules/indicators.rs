//! The indicators (`indicators.toml`): the code list and the words that tell each of them.

use std::ops::Deref;

use serde::{Deserialize, Deserializer};

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
    pub indicator: Indicators,
}

/// Indicators in the order in which they are tried, found by unit and by code without a look at all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indicators {
    list: Vec<Indicator>,
    /// The numbers of those of each unit.
    units: Vec<(String, Vec<usize>)>,
    /// Each code and its number, in order.
    codes: Vec<(String, usize)>,
}

impl Indicators {
    fn new(list: Vec<Indicator>) -> Self {
        let mut units: Vec<(String, Vec<usize>)> = Vec::new();
        let mut codes: Vec<(String, usize)> = Vec::new();
        for (number, indicator) in list.iter().enumerate() {
            match units.iter_mut().find(|(unit, _)| *unit == indicator.unit) {
                Some((_, numbers)) => numbers.push(number),
                None => units.push((indicator.unit.clone(), vec![number])),
            }
            codes.push((indicator.code.clone(), number));
        }
        // Of a code that stands twice the first is meant.
        codes.sort();
        codes.dedup_by(|next, one| next.0 == one.0);
        Self { list, units, codes }
    }

    /// Returns those of a unit, in order.
    pub fn of_unit(&self, unit: &str) -> impl Iterator<Item = &Indicator> {
        let found = self.units.iter().find(|(known, _)| known == unit);
        found.into_iter().flat_map(|(_, numbers)| numbers.iter().map(|number| &self.list[*number]))
    }

    /// Returns the one with a code.
    pub fn with_code(&self, code: &str) -> Option<&Indicator> {
        let place = self.codes.binary_search_by(|(known, _)| known.as_str().cmp(code)).ok()?;
        Some(&self.list[self.codes[place].1])
    }
}

impl Deref for Indicators {
    type Target = [Indicator];

    fn deref(&self) -> &[Indicator] {
        &self.list
    }
}

impl Indicators {
    /// Returns the lists of phrases of each, to be numbered: codes and units stay.
    pub(super) fn lists(&mut self) -> &mut [Indicator] {
        &mut self.list
    }
}

impl<'de> Deserialize<'de> for Indicators {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
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
