//! The words that narrow a figure: what is left of its label when the names of its indicator, of its area
//! and all that narrows nothing are taken away.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{AreaCode, IndicatorCode};
use crate::model::fold::fold;
use crate::stage::rules::RulePack;
use crate::stage::rules::across::AcrossRules;
use crate::stage::rules::marks::{CueTree, Cued};
use crate::stage::rules::mention::PlaceKind;

/// What labels are compared by, read from the rule pack once.
#[derive(Debug, Clone)]
pub struct Wording {
    neutral: BTreeSet<String>,
    indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>>,
    areas: BTreeMap<AreaCode, Vec<Vec<String>>>,
    rules: AcrossRules,
    cues: CueTree,
}

impl Wording {
    /// Reads the words of the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        let neutral = rules.across.neutral.iter().flat_map(|phrase| tokens(phrase)).collect();
        let mut indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>> = BTreeMap::new();
        for indicator in rules.indicators.indicator.iter() {
            let names = indicators.entry(IndicatorCode::new(indicator.code.clone())).or_default();
            names.extend(indicator.near.iter().chain([&indicator.name]).map(|phrase| tokens(phrase)));
        }
        let mut areas: BTreeMap<AreaCode, Vec<Vec<String>>> = BTreeMap::new();
        for place in &rules.mention.places {
            let (Some(name), PlaceKind::Province) = (place.name(), place.kind) else { continue };
            let codes = place.code.iter().map(|code| format!("VN63:{code}"));
            for code in codes.chain(place.after.iter().map(|code| format!("VN34:{code}"))) {
                areas.entry(AreaCode::new(code)).or_default().push(tokens(name));
            }
        }
        for phrases in indicators.values_mut().chain(areas.values_mut()) {
            // A longer name is taken away before a shorter one that it holds.
            phrases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
        Self { neutral, indicators, areas, rules: rules.across.clone(), cues: rules.across_cues.clone() }
    }

    /// Returns the indicators whose words the two do not have in common.
    pub fn indicators_told_otherwise(&self, other: &Self) -> BTreeSet<IndicatorCode> {
        let codes = self.indicators.keys().chain(other.indicators.keys());
        codes.filter(|code| self.indicators.get(*code) != other.indicators.get(*code)).cloned().collect()
    }

    /// Returns the words of `label` that narrow what `indicator` measures in `area`.
    pub(super) fn narrowing(
        &self,
        label: &str,
        indicator: &IndicatorCode,
        area: &AreaCode,
    ) -> BTreeSet<String> {
        let mut words = tokens(label);
        let names = self.indicators.get(indicator).into_iter().chain(self.areas.get(area)).flatten();
        for name in names {
            take_away(&mut words, name);
        }
        let narrows = |word: &String| {
            !self.neutral.contains(word)
                && word.chars().count() > 1
                && !word.contains(|c: char| c.is_ascii_digit())
        };
        words.into_iter().filter(narrows).collect()
    }

    /// Reads what the phrases of a sentence say of a figure that begins at byte `at` of it.
    pub(super) fn said(&self, sentence: &str, at: usize) -> Said {
        let (head, tail) = sentence.split_at_checked(at).unwrap_or((sentence, ""));
        let mut text = head.to_lowercase();
        let figure = text.len();
        text.push_str(&tail.to_lowercase());
        let (all, before) = (Cued::of(&self.cues, &text), Cued::of(&self.cues, &text[..figure]));
        Said {
            below: all.whole(&self.rules.below),
            part: before.whole(&self.rules.part),
            revised: all.whole(&self.rules.revised),
            other_scope: all.whole(&self.rules.scope_differs),
        }
    }
}

/// What a sentence says of a figure in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// It speaks of less than the figure's area.
    pub(super) below: bool,
    /// The words before the figure make it a part of what its label names.
    pub(super) part: bool,
    /// Its figure was set anew.
    pub(super) revised: bool,
    /// Its figures are counted in another way.
    pub(super) other_scope: bool,
}

fn tokens(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn take_away(words: &mut Vec<String>, name: &[String]) {
    if name.is_empty() {
        return;
    }
    while let Some(at) = words.windows(name.len()).position(|window| window == name) {
        words.drain(at..at + name.len());
    }
}
