//! What the words around a number say: its measure and sign, aspect, fund, indicator and label.

mod aspect;
mod fund;
mod percent;
mod recent;

use std::borrow::Cow;
use std::ops::Deref;

use crate::model::figure::Measure;
use crate::model::mention::MentionClass;
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::{Cues, PhraseList};
use crate::stage::rules::frames::FrameRules;
use crate::stage::rules::indicators::Indicator;
use crate::stage::rules::marks::{Cued, Marks};

pub(super) use aspect::{AspectCue, aspect};
pub(super) use fund::{fund, given_by, names_body, only_fund};
pub(super) use recent::Recent;

/// The words around one number, in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'t> {
    /// From the number before (or the sentence's beginning) to the numeral.
    pub(super) near: &'t str,
    /// From the sentence's beginning to the numeral, or what is in reach of it.
    pub(super) left: &'t str,
    /// From the unit's end to the next number (or the sentence's end).
    pub(super) right: &'t str,
    /// From the unit's end on over the next numbers, as far as is in reach.
    pub(super) on: &'t str,
    /// The sentence from its first letter or digit on.
    pub(super) opening: &'t str,
}

/// The rules of frames, and where their cues stand in the text that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frames<'r> {
    pub(super) rules: &'r FrameRules,
    pub(super) marks: &'r Marks<'r>,
    pub(super) recent: &'r Recent<'r>,
}

impl Deref for Frames<'_> {
    type Target = FrameRules;

    fn deref(&self) -> &FrameRules {
        self.rules
    }
}

impl Frames<'_> {
    /// Finds the last place where one of `phrases` stands in `words` as whole words.
    pub(super) fn last_of(&self, words: &str, phrases: &PhraseList) -> Option<usize> {
        self.marks.last_of(words, phrases)
    }

    /// Tells whether one of `phrases` stands in `words` as whole words.
    pub(super) fn holds(&self, words: &str, phrases: &PhraseList) -> bool {
        self.marks.last_of(words, phrases).is_some()
    }
}

/// A measure and what becomes of the printed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) measure: Measure,
    /// The value is signed below zero.
    pub(super) negative: bool,
    /// `vượt 13% kế hoạch`: a hundred is added.
    pub(super) on_top: bool,
    pub(super) rule: &'static str,
}

impl Reading {
    const fn of(measure: Measure, rule: &'static str) -> Self {
        Self { measure, negative: false, on_top: false, rule }
    }
}

/// Finds the last place where one of `phrases` stands in `words` as whole words.
pub(super) fn last_of<C: Cues + ?Sized>(words: &str, phrases: &C) -> Option<usize> {
    phrases.last_fitting(words, |_| true)
}

fn is_whole(words: &str, at: usize, length: usize) -> bool {
    !words[..at].chars().next_back().is_some_and(char::is_alphanumeric)
        && !words[at + length..].chars().next().is_some_and(char::is_alphanumeric)
}

fn starts_with_one(words: &str, phrases: &PhraseList) -> bool {
    phrases.begins(words.trim_start_matches([' ', ')']))
}

/// Cuts the words behind a number at the end of its clause.
fn clause(right: &str) -> &str {
    marks!(",;.()").until(right)
}

/// What a measure is read from beside the words around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind<'n> {
    pub(super) class: MentionClass,
    pub(super) unit: &'n str,
    pub(super) multiple: bool,
    /// What the unit is divided by, in words.
    pub(super) per: Option<&'n str>,
    /// The upper end of a range, read as its lower end; or one of a row, read as its first.
    pub(super) repeats: bool,
    /// What leads is money or projects, of which a plan is the measure.
    pub(super) planned: bool,
}

/// Reads the measure. `before` is the reading of the number before in the same sentence, which an
/// elided verb repeats.
pub(super) fn measure(
    kind: Kind<'_>,
    around: Around<'_>,
    before: Option<Reading>,
    rules: Frames<'_>,
) -> Reading {
    let words = &rules.measures;
    if let Some(before) = before.filter(|_| kind.repeats) {
        return before;
    }
    let (up, down) = (rules.last_of(around.near, &words.up), rules.last_of(around.near, &words.down));
    let change = up.max(down);
    let negative = down > up;
    if kind.class == MentionClass::Percent {
        return percent::percent(kind, around, change, negative, before, rules);
    }
    // `tăng 12 mô hình`, `thấp hơn 0,5 tỷ`: the verb stands right before; `tăng lên 5 tỷ` is a level.
    if let Some(at) = change {
        let since = &around.near[at..];
        let to_level = rules.last_of(since, &words.to_level).is_some() || marks!(",;(").any(since);
        if since.split_ascii_whitespace().count() <= 6 && !to_level && !is_rate(around.near, at, rules) {
            return Reading { negative, ..Reading::of(Measure::Difference, "measure.difference") };
        }
    }
    let by_time = |per: &str| {
        let per = per.trim_start_matches(['/', ' ']);
        words.times.iter().any(|time| per == time.as_str())
    };
    let mean = rules.last_of(around.near, &words.mean).filter(|at| {
        let cue = around.near[*at..].trim_start_matches("mỗi ").trim_start();
        let timed = cue.len() < around.near[*at..].len() && words.times.begins(cue);
        // `mỗi ngày`: a capacity; `bình quân mỗi tháng`: a mean all the same.
        let before = around.near[..*at].trim_end();
        let doubled = || words.mean.iter().any(|mean| before.ends_with(mean.as_str()));
        change.is_none_or(|change| *at > change) && (!timed || doubled())
    });
    let divided = kind.per.is_some_and(|per| kind.unit == "VND" || kind.unit == "USD" || !by_time(per));
    if divided || mean.is_some() {
        return Reading::of(Measure::Mean, "measure.mean");
    }
    Reading::of(Measure::Value, "measure.value")
}

/// Tells whether the word of change at `at` is a part of a noun: `tốc độ tăng trưởng`.
fn is_rate(words: &str, at: usize, rules: Frames<'_>) -> bool {
    rules.measures.rates.iter().any(|rate| {
        let from = at.saturating_sub(rate.len());
        let from = (from..=at).find(|from| words.is_char_boundary(*from)).unwrap_or(at);
        let to = (at + rate.len()).min(words.len());
        let to = (at..=to).rev().find(|to| words.is_char_boundary(*to)).unwrap_or(at);
        words[from..to].find(rate.as_str()).is_some_and(|found| from + found <= at)
    })
}

/// Where the last clause of `words` begins: behind its last mark. The comma within a numeral is none.
pub(super) fn clause_start(words: &str) -> usize {
    let bytes = words.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mark = |at: &usize| match bytes[*at] {
        b',' | b'.' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
        b';' | b':' | b'(' | b')' => true,
        _ => false,
    };
    (0..bytes.len()).rev().find(mark).map_or(0, |at| at + 1)
}

/// The words without what stands in brackets that have shut.
pub(super) fn without_brackets(words: &str) -> Cow<'_, str> {
    if memchr::memchr(b'(', words.as_bytes()).is_none() {
        return Cow::Borrowed(words);
    }
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(open) = rest.find('(') {
        let Some(shut) = rest[open..].find(')') else { break };
        out.push_str(&rest[..open]);
        // What stands before and what stands behind do not become one word.
        out.push(' ');
        rest = &rest[open + shut + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Finds the indicator by unit and words.
pub(super) fn indicator<'r>(
    unit: &str,
    own: &Cued<'_>,
    sentence: &Cued<'_>,
    rules: &'r RulePack,
) -> Option<&'r Indicator> {
    rules.indicators.indicator.of_unit(unit).find(|rule| suits(rule, own, sentence))
}

/// Tells whether the words of a figure's own and of its sentence are those of an indicator.
pub(super) fn suits(rule: &Indicator, own: &Cued<'_>, sentence: &Cued<'_>) -> bool {
    stands(&rule.near, own) && suits_sentence(rule, own, sentence)
}

/// As [`suits`], whatever the phrases of the figure's own words.
pub(super) fn suits_sentence(rule: &Indicator, own: &Cued<'_>, sentence: &Cued<'_>) -> bool {
    stands(&rule.within, sentence) && !own.whole(&rule.not)
}

fn stands(list: &PhraseList, words: &Cued<'_>) -> bool {
    list.is_empty() || words.anywhere(list)
}

/// Trims from both ends of `words` what no label begins or ends with; the offsets of what is left.
pub(super) fn trim_label(words: &str, rules: &FrameRules) -> (usize, usize) {
    let (mut start, mut end) = (0, words.len());
    let trim = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.is_empty() || rules.labels.trim.has(word) || word.bytes().all(|b| b.is_ascii_digit())
    };
    loop {
        let rest = &words[start..end];
        let gap = rest.len() - rest.trim_start().len();
        let word = rest[gap..].split(char::is_whitespace).next().unwrap_or("");
        if gap == rest.len() {
            return (start, start);
        }
        // `được giao`, `thực hiện`: what one word of ends no label.
        let passive = word == "được" && rest[gap + word.len()..].contains(char::is_alphabetic);
        let kept = passive || rules.labels.kept.begins(&rest[gap..]);
        if kept || !trim(word) {
            start += gap;
            break;
        }
        start += gap + word.len();
    }
    while start < end {
        let rest = words[start..end].trim_end();
        let word = rest.rsplit(char::is_whitespace).next().unwrap_or("");
        let kept = rules.labels.kept.ending(rest).next().is_some();
        if kept || !trim(word) {
            return (start, start + rest.len());
        }
        end = start + rest.len() - word.len();
    }
    (start, end)
}
