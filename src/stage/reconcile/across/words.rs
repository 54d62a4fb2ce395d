//! The words that narrow a figure: what is left of its label when the names of its indicator, of its area
//! and all that narrows nothing are taken away.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{AreaCode, IndicatorCode};
use crate::model::fold::fold;
use crate::stage::rules::RulePack;
use crate::stage::rules::mention::PlaceKind;

/// What labels are compared by, read from the rule pack once.
#[derive(Debug, Clone)]
pub struct Wording {
    neutral: BTreeSet<String>,
    indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>>,
    areas: BTreeMap<AreaCode, Vec<Vec<String>>>,
    below: Vec<String>,
    part: Vec<String>,
    revised: Vec<String>,
    scope_differs: Vec<String>,
}

impl Wording {
    /// Reads the words of the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        let neutral = rules.across.neutral.iter().flat_map(|phrase| tokens(phrase)).collect();
        let mut indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>> = BTreeMap::new();
        for indicator in &rules.indicators.indicator {
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
        let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
        Self {
            neutral,
            indicators,
            areas,
            below: lower(&rules.across.below),
            part: lower(&rules.across.part),
            revised: lower(&rules.across.revised),
            scope_differs: lower(&rules.across.scope_differs),
        }
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

    /// Tells whether the sentence speaks of less than the figure's area.
    pub(super) fn is_below(&self, sentence: &str) -> bool {
        has_phrase(sentence, &self.below)
    }

    /// Tells whether the words before a figure make it a part of what its label names.
    pub(super) fn is_part(&self, before: &str) -> bool {
        has_phrase(before, &self.part)
    }

    /// Tells whether the sentence says that its figure was set anew.
    pub(super) fn is_revised(&self, sentence: &str) -> bool {
        has_phrase(sentence, &self.revised)
    }

    /// Tells whether the sentence says that its figures are counted in another way.
    pub(super) fn is_other_scope(&self, sentence: &str) -> bool {
        has_phrase(sentence, &self.scope_differs)
    }
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

/// Tells whether `text`, in small letters, holds one of the phrases between words.
fn has_phrase(text: &str, phrases: &[String]) -> bool {
    let text = text.to_lowercase();
    let bounded = |at: usize, len: usize| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + len..).and_then(|tail| tail.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    phrases.iter().any(|phrase| text.match_indices(phrase.as_str()).any(|(at, _)| bounded(at, phrase.len())))
}
