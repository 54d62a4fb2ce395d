//! The words that narrow a figure: what is left of its label when the names of its indicator, of its area
//! and all that narrows nothing are taken away.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{AreaCode, IndicatorCode};
use crate::model::fold::fold;
use crate::stage::rules::RulePack;
use crate::stage::rules::across::AcrossRules;
use crate::stage::rules::marks::{CueTree, Cued};
use crate::stage::rules::mention::PlaceKind;

use super::super::page::{has, says_held};

/// What labels are compared by, read from the rule pack once.
#[derive(Debug, Clone)]
pub struct Wording {
    neutral: BTreeSet<String>,
    /// Those of several words, the longest first.
    neutral_phrases: Vec<Vec<String>>,
    indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>>,
    areas: BTreeMap<AreaCode, Vec<Vec<String>>>,
    rules: AcrossRules,
    narrowing: Vec<Vec<String>>,
    loose: Vec<Vec<String>>,
    held: Vec<String>,
    held_verbs: Vec<String>,
    /// Areas of which all parts are known, and the words that name them.
    wholes: Vec<(AreaCode, Vec<String>)>,
    /// Words that lead on to a number and name nothing.
    leads: Vec<String>,
    cues: CueTree,
}

impl Wording {
    /// Reads the words of the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        let neutral = rules.across.neutral.iter().map(|phrase| tokens(phrase));
        let (words, mut neutral_phrases): (Vec<_>, Vec<_>) = neutral.partition(|words| words.len() == 1);
        let neutral = words.into_iter().flatten().collect();
        neutral_phrases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let mut indicators: BTreeMap<IndicatorCode, Vec<Vec<String>>> = BTreeMap::new();
        for indicator in rules.indicators.indicator.iter() {
            let names = indicators.entry(IndicatorCode::new(indicator.code.clone())).or_default();
            names.extend(indicator.near.iter().chain([&indicator.name]).map(|phrase| tokens(phrase)));
        }
        let mut areas: BTreeMap<AreaCode, Vec<Vec<String>>> = BTreeMap::new();
        for place in &rules.mention.places {
            let codes = place.code.iter();
            let codes: Vec<String> = match place.kind {
                PlaceKind::Province => {
                    let after = place.after.iter().map(|code| format!("VN34:{code}"));
                    codes.map(|code| format!("VN63:{code}")).chain(after).collect()
                }
                PlaceKind::Country | PlaceKind::Region => codes.cloned().collect(),
                _ => continue,
            };
            for code in codes {
                let names = areas.entry(AreaCode::new(code)).or_default();
                names.extend(place.names().iter().map(|name| tokens(name)));
            }
        }
        for phrases in indicators.values_mut().chain(areas.values_mut()) {
            // A longer name is taken away before a shorter one that it holds.
            phrases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        }
        let wholes = rules.relations.assumed_count.iter();
        Self {
            neutral,
            neutral_phrases,
            indicators,
            areas,
            narrowing: rules.across.narrowing.iter().map(|phrase| tokens(phrase)).collect(),
            loose: rules.across.loose.iter().map(|phrase| tokens(phrase)).collect(),
            rules: rules.across.clone(),
            held: rules.relations.held.clone(),
            held_verbs: rules.relations.held_verbs.clone(),
            wholes: wholes.map(|known| (AreaCode::new(known.area.clone()), known.words.clone())).collect(),
            leads: rules.relations.rate_leads.clone(),
            cues: rules.across_cues.clone(),
        }
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
        let phrases = self.narrowing.iter().filter(|phrase| holds(&words, phrase));
        let mut narrowing: BTreeSet<String> = phrases.map(|phrase| phrase.join(" ")).collect();
        let names = self.indicators.get(indicator).into_iter().chain(self.areas.get(area)).flatten();
        for name in names {
            take_away(&mut words, name);
        }
        let mut before: Option<&str> = None;
        // Where the neutral phrase ends that the words are in.
        let mut neutral = 0;
        for (at, word) in words.iter().enumerate() {
            let phrase = self.neutral_phrases.iter().find(|phrase| words[at..].starts_with(phrase));
            neutral = phrase.map_or(neutral, |phrase| neutral.max(at + phrase.len()));
            // A number or a letter by itself narrows what the word before it names: `nhóm A`, `giai đoạn 1`.
            let mark = word.chars().count() == 1 || word.contains(|c: char| c.is_ascii_digit());
            let names =
                |word: &str| narrowing.contains(word) || self.rules.numbered.iter().any(|one| one == word);
            let narrows = if mark {
                !is_year(word) && before.is_some_and(names)
            } else {
                at >= neutral && !self.neutral.contains(word)
            };
            before = Some(word);
            if narrows {
                narrowing.insert(word.clone());
            }
        }
        narrowing
    }

    /// Returns which of the phrases that may make one label a part of what another names stand in `label`, a bit each.
    pub(super) fn loose(&self, label: &str) -> u32 {
        let words = tokens(label);
        let bits = self.loose.iter().enumerate();
        bits.filter(|(_, phrase)| holds(&words, phrase)).fold(0, |bits, (at, _)| bits | 1 << at)
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
            each: before.whole(&self.rules.each),
            part: before.whole(&self.rules.part),
            held: says_held(&text, &self.held, &self.held_verbs),
            revised: all.whole(&self.rules.revised),
            other_scope: all.whole(&self.rules.scope_differs),
        }
    }

    /// Reads of what area a share is, from the words of its clause after it.
    pub(super) fn share_of(&self, after: &str) -> Option<AreaCode> {
        let clause = after.split([',', ';', ':', '(', '.']).next().unwrap_or("").to_lowercase();
        self.wholes.iter().find(|(_, words)| has(&clause, words)).map(|(area, _)| area.clone())
    }

    /// Reads what a mean is per, in small letters, from its quote (`3,861 tỷ đồng/tỉnh`) or from the words before it
    /// in its sentence.
    pub(super) fn per(&self, quote: &str, before: &str) -> Option<Box<str>> {
        let (quote, before) = (quote.to_lowercase(), before.to_lowercase());
        let noun = match quote.rsplit_once('/') {
            Some((_, noun)) => noun,
            None => {
                let clause = before.rsplit([',', ';', ':', '(']).next().unwrap_or("");
                let ends = EACH.iter().filter_map(|each| clause.rfind(each).map(|at| at + each.len()));
                clause.get(ends.max()?..)?
            }
        };
        let leads = |word: &&str| !self.leads.iter().any(|lead| lead == word);
        let words = noun.split(|c: char| !c.is_alphanumeric()).filter(|word| is_word(word));
        let words: Vec<&str> = words.take_while(leads).take(PER_WORDS).collect();
        (!words.is_empty()).then(|| words.join(" ").into_boxed_str())
    }
}

/// What a sentence says of a figure in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// It speaks of less than the figure's area.
    pub(super) below: bool,
    /// The words before the figure make it one of each of several.
    pub(super) each: bool,
    /// It speaks of what there is at a moment.
    pub(super) held: bool,
    /// The words before the figure make it a part of what its label names.
    pub(super) part: bool,
    /// Its figure was set anew.
    pub(super) revised: bool,
    /// Its figures are counted in another way.
    pub(super) other_scope: bool,
}

/// Words that open what a mean is per where it stands before the number: `bình quân mỗi đề án 240 triệu đồng`.
const EACH: [&str; 2] = ["mỗi ", "một "];
/// Words of what a mean is per that are kept.
const PER_WORDS: usize = 3;

/// Tells whether a mean that is `per` something is per what `quote` counts: `đề án` and `214 đề án khuyến công`.
pub(super) fn counts(per: &str, quote: &str) -> bool {
    let quote = quote.to_lowercase();
    let counted = quote.split(|c: char| !c.is_alphanumeric()).filter(|word| is_word(word));
    let (per, counted): (Vec<&str>, Vec<&str>) = (per.split(' ').collect(), counted.collect());
    let alike = per.iter().zip(&counted).take_while(|(one, other)| one == other).count();
    alike > 1 || (alike == 1 && alike == per.len().min(counted.len()))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn tokens(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Tells whether a word is a year in digits.
fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1900..2200).contains(&year))
}

fn holds(words: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window == phrase)
}

fn take_away(words: &mut Vec<String>, name: &[String]) {
    if name.is_empty() {
        return;
    }
    while let Some(at) = words.windows(name.len()).position(|window| window == name) {
        words.drain(at..at + name.len());
    }
}
