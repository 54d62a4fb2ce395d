//! Why slots are filled as they are, beyond what records hold: the words that told an indicator, an aspect and a
//! fund, and among what a period and an area were chosen. Looked for only where somebody asks.

use compact_str::CompactString;

use super::assembly::Walk;
use super::label::Label;
use super::mention::NumberMention;
use super::ranking::Choice;
use super::said::Before;
use super::slots::Place;
use crate::model::Span;
use crate::model::figure::{IndicatorCode, Origin, Reach, Slot};
use crate::stage::rules::cues::{PhraseList, find, rfind};
use crate::stage::rules::marks::cut_out;

/// Why the slots of a text's figures are filled as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Among what periods and areas were chosen.
    pub choices: Vec<Choice>,
    /// What told slots whose records name no words.
    pub told: Vec<Reason>,
}

/// What told one slot of one figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The figure's span in the source text.
    pub span: Span,
    /// The slot.
    pub slot: Slot,
    /// The words in the source text, the rule, and how far away they stand.
    pub origin: Origin,
}

/// A phrase in the clean text.
struct Phrase {
    span: Span,
    reach: Reach,
}

impl Walk<'_> {
    #[cold]
    pub(super) fn give_reason(
        &mut self,
        number: &NumberMention,
        slot: Slot,
        words: Option<Span>,
        rule: CompactString,
        reach: Reach,
    ) {
        let words = words.map(|words| self.clean.map.to_source(words));
        let span = self.clean.map.to_source(number.span);
        if let Some(reasons) = &mut self.reasons {
            reasons.told.push(Reason { span, slot, origin: Origin { words, rule, reach } });
        }
    }

    /// Tells what told the indicator, the aspect and the fund: the phrases of their rules that stand nearest.
    #[cold]
    #[inline(never)]
    pub(super) fn give_reasons(
        &mut self,
        place: &Place<'_>,
        label: &Label,
        indicator: Option<&IndicatorCode>,
        [aspect, fund]: [&Origin; 2],
    ) {
        if let Some(code) = indicator {
            let told = self.told_indicator(place, label, code);
            let rule = CompactString::const_new("indicator.") + code.as_str();
            self.give_reason(place.number, Slot::Indicator, told.as_ref().map(|told| told.span), rule, {
                told.map_or(Reach::Default, |told| told.reach)
            });
        }
        for (slot, origin) in [(Slot::Aspect, aspect), (Slot::Fund, fund)] {
            if origin.words.is_none() && origin.reach <= Reach::Sentence {
                let lists = self.lists_of(slot);
                if let Some(told) = nearest(self.lower, place, &lists) {
                    self.give_reason(place.number, slot, Some(told.span), origin.rule.clone(), origin.reach);
                }
            }
        }
    }

    fn told_indicator(&self, place: &Place<'_>, label: &Label, code: &IndicatorCode) -> Option<Phrase> {
        let mut rules = self.rules.indicators.indicator.iter();
        let rule = rules.find(|rule| rule.code == code.as_str())?;
        let own = [&rule.near, &rule.subject, &rule.whole];
        let in_label = || {
            let words = label.words?;
            let told = last(words.of(self.lower), words.start, &own)?;
            Some(Phrase { span: told, reach: Reach::Clause })
        };
        let repeats = |before: &&Before| before.indicator.as_ref() == Some(code);
        let part = |before: &Before| {
            let whole = before.indicator.as_ref()?;
            let mut rules = self.rules.indicators.indicator.iter();
            rules.find(|rule| rule.code == whole.as_str())?.parent.clone()
        };
        let before = |before: Option<&Before>, reach| {
            let before =
                before.filter(|before| repeats(before) || part(before).as_deref() == Some(code.as_str()))?;
            Some(Phrase { span: Span::new(before.start, before.end), reach })
        };
        // A rule without phrases takes what is counted.
        let counted = || {
            let unit = place.number.unit_words;
            (own.iter().all(|list| list.iter().next().is_none()) && !rule.otherwise && !unit.is_empty())
                .then_some(Phrase { span: unit, reach: Reach::Numeral })
        };
        let reach = if self.over.head.is_some() { Reach::ListHead } else { Reach::Paragraph };
        in_label()
            .or_else(|| nearest(self.lower, place, &own))
            .or_else(|| before(place.leader, Reach::Sentence))
            .or_else(|| before(self.over.head.as_deref().or(self.over.last.as_deref()), reach))
            .or_else(|| nearest(self.lower, place, &[&rule.within]))
            .or_else(counted)
    }

    /// The lists of phrases that tell a slot.
    fn lists_of(&self, slot: Slot) -> Vec<&PhraseList> {
        let frames = &self.rules.frames;
        let (aspects, funds) = (&frames.aspects, &frames.funds);
        match slot {
            Slot::Aspect => vec![
                &aspects.plan,
                &aspects.actual,
                &aspects.estimate,
                &aspects.disbursed,
                &aspects.allocated,
                &aspects.target,
                &aspects.behind,
            ],
            Slot::Fund => vec![
                &funds.national,
                &funds.local,
                &funds.total,
                &funds.counterpart,
                &funds.national_givers,
                &funds.local_givers,
                &funds.bare_national,
                &funds.bare_local,
            ],
            _ => Vec::new(),
        }
    }
}

/// The phrase of `lists` that stands nearest before the number, else the first one behind it. The words before
/// are a part of `lower`, not always the one that ends at the number.
fn nearest(lower: &str, place: &Place<'_>, lists: &[&PhraseList]) -> Option<Phrase> {
    let left = place.around.left;
    let start = cut_out(left, lower)?;
    let clause = start + left.len() - place.near().len();
    let before = last(left, start, lists);
    let reach = |span: Span| if span.start >= clause { Reach::Clause } else { Reach::Sentence };
    let own = before.filter(|span| span.start >= clause);
    let behind = || {
        let words = place.behind();
        let found = phrases(lists).filter_map(|phrase| Some((find(words, phrase)?, phrase.len())));
        let (at, length) = found.min_by_key(|(at, length)| (*at, std::cmp::Reverse(*length)))?;
        let at = place.number.span.end + at;
        Some(Span::new(at, at + length))
    };
    let span = own.or_else(behind).or(before)?;
    Some(Phrase { span, reach: reach(span) })
}

/// The phrase of `lists` that ends last in `words`, which begin at `start`.
fn last(words: &str, start: usize, lists: &[&PhraseList]) -> Option<Span> {
    let found = phrases(lists).filter_map(|phrase| Some((rfind(words, phrase)?, phrase.len())));
    let (at, length) = found.max_by_key(|(at, length)| (at + length, *length))?;
    Some(Span::new(start + at, start + at + length))
}

fn phrases<'l>(lists: &'l [&'l PhraseList]) -> impl Iterator<Item = &'l str> {
    lists.iter().flat_map(|list| list.iter()).map(|phrase| phrase.as_str())
}
