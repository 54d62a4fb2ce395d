//! What the words around a number say: its measure and sign, aspect, fund, indicator and label.

use crate::model::figure::{Aspect, Fund, Measure};
use crate::model::mention::MentionClass;
use crate::stage::rules::RulePack;
use crate::stage::rules::frames::FrameRules;

/// The words around one number, in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'t> {
    /// From the number before (or the sentence's beginning) to the numeral.
    pub(super) near: &'t str,
    /// From the sentence's beginning to the numeral.
    pub(super) left: &'t str,
    /// From the unit's end to the next number (or the sentence's end).
    pub(super) right: &'t str,
    /// The whole sentence.
    pub(super) sentence: &'t str,
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
pub(super) fn last_of(words: &str, phrases: &[String]) -> Option<usize> {
    phrases.iter().filter_map(|phrase| last_whole(words, phrase)).max()
}

fn last_whole(words: &str, phrase: &str) -> Option<usize> {
    words.rmatch_indices(phrase).map(|(at, _)| at).find(|at| is_whole(words, *at, phrase.len()))
}

fn is_whole(words: &str, at: usize, length: usize) -> bool {
    !words[..at].chars().next_back().is_some_and(char::is_alphanumeric)
        && !words[at + length..].chars().next().is_some_and(char::is_alphanumeric)
}

fn starts_with_one(words: &str, phrases: &[String]) -> bool {
    let words = words.trim_start_matches([' ', ')']);
    phrases.iter().any(|phrase| words.starts_with(phrase.as_str()))
}

/// Cuts the words behind a number at the end of its clause.
fn clause(right: &str) -> &str {
    right.split([',', ';', '.', ')', '(']).next().unwrap_or("")
}

/// Reads the measure. `before` is the reading of the number before in the same sentence, which an
/// elided verb repeats.
pub(super) fn measure(
    class: MentionClass,
    unit: &str,
    multiple: bool,
    per: bool,
    around: Around<'_>,
    before: Option<Reading>,
    rules: &FrameRules,
) -> Reading {
    let words = &rules.measures;
    let (up, down) = (last_of(around.near, &words.up), last_of(around.near, &words.down));
    let change = up.max(down);
    let negative = down > up;
    if class == MentionClass::Percent {
        return percent(unit, multiple, around, change, negative, before, rules);
    }
    if per || last_of(around.near, &words.mean).is_some_and(|at| change.is_none_or(|change| at > change)) {
        return Reading::of(Measure::Mean, "measure.mean");
    }
    // `tăng 12 mô hình`, `thấp hơn 0,5 tỷ`: the verb stands right before; `tăng lên 5 tỷ` is a level.
    if let Some(at) = change {
        let verb = around.near[at..].split_whitespace().count();
        let to_level = last_of(&around.near[at..], &words.to_level).is_some();
        if verb <= 3 && !to_level {
            return Reading { negative, ..Reading::of(Measure::Difference, "measure.difference") };
        }
    }
    Reading::of(Measure::Value, "measure.value")
}

fn percent(
    unit: &str,
    multiple: bool,
    around: Around<'_>,
    change: Option<usize>,
    negative: bool,
    before: Option<Reading>,
    rules: &FrameRules,
) -> Reading {
    let words = &rules.measures;
    if multiple {
        return Reading::of(Measure::Index, "measure.multiple");
    }
    if unit == "percentage_point" {
        return Reading { negative, ..Reading::of(Measure::Difference, "measure.points") };
    }
    let cues = [
        (change, 0),
        (last_of(around.near, &words.share), 1),
        (last_of(around.near, &words.equals), 2),
        (last_of(around.near, &words.reaches), 3),
        (last_of(around.near, &words.exceeds), 4),
    ];
    let nearest = cues.iter().filter_map(|(at, cue)| at.map(|at| (at, *cue))).max();
    let plan = starts_with_one(around.right, &words.of_plan);
    let compared = starts_with_one(around.right, &words.compared);
    let level = change.is_some_and(|at| last_of(&around.near[at..], &words.to_level).is_some());
    match nearest {
        Some((_, 0)) if !level => Reading { negative, ..Reading::of(Measure::Growth, "measure.growth") },
        Some((_, 1)) => Reading::of(Measure::Share, "measure.share"),
        Some((_, 4)) if plan => {
            Reading { on_top: true, ..Reading::of(Measure::OfPlan, "measure.exceeds_plan") }
        }
        _ if plan => Reading::of(Measure::OfPlan, "measure.of_plan"),
        Some((_, 2)) if compared || clause(around.right).contains("năm") => {
            Reading::of(Measure::Index, "measure.index")
        }
        Some((_, 2)) => Reading::of(Measure::Share, "measure.equals_part"),
        Some((_, 3)) if compared => Reading::of(Measure::Index, "measure.index"),
        Some((_, 3)) if around.left.contains("kế hoạch") && !around.near.contains("tỷ lệ") => {
            Reading::of(Measure::OfPlan, "measure.of_plan_named_before")
        }
        None => match before {
            Some(reading)
                if around.near.split_whitespace().count() <= 12 && reading.measure != Measure::Value =>
            {
                reading
            }
            _ => Reading::of(Measure::Share, "measure.percent_alone"),
        },
        _ => Reading::of(Measure::Share, "measure.percent_alone"),
    }
}

/// Reads the aspect from the cues before the numeral; `None` where the words tell none.
pub(super) fn aspect(words: &str, rules: &FrameRules) -> Option<Aspect> {
    let lists = [
        (&rules.aspects.plan, Aspect::Plan),
        (&rules.aspects.actual, Aspect::Actual),
        (&rules.aspects.estimate, Aspect::Estimate),
        (&rules.aspects.disbursed, Aspect::Disbursed),
        (&rules.aspects.allocated, Aspect::Allocated),
        (&rules.aspects.target, Aspect::Target),
    ];
    let mut cues: Vec<(usize, Aspect)> = lists
        .into_iter()
        .filter_map(|(list, aspect)| last_of(words, list).map(|at| (at, aspect)))
        .filter(|(at, aspect)| *aspect != Aspect::Plan || !is_compared(words, *at))
        .collect();
    cues.sort_unstable_by_key(|cue| std::cmp::Reverse(cue.0));
    let (at, nearest) = *cues.first()?;
    // `ước thực hiện đạt`, `đã giải ngân được`, `giao kế hoạch`: the telling word stands before the
    // general one in the same clause.
    let same_clause = |other: usize| !words[other..at].contains([',', ';', '.']);
    let telling = [Aspect::Estimate, Aspect::Disbursed, Aspect::Target, Aspect::Plan];
    let general = matches!(nearest, Aspect::Actual | Aspect::Allocated);
    let better =
        cues.iter().find(|(other, aspect)| general && telling.contains(aspect) && same_clause(*other));
    let plan_after_actual = |aspect: Aspect| aspect == Aspect::Plan && nearest == Aspect::Actual;
    Some(better.map_or(nearest, |(_, aspect)| if plan_after_actual(*aspect) { nearest } else { *aspect }))
}

/// `so với kế hoạch`, `46% kế hoạch`: a base, not what the figure is.
fn is_compared(words: &str, at: usize) -> bool {
    let before = words[..at].trim_end();
    before.ends_with("so với")
        || before.ends_with('%')
        || before.ends_with("so")
        || before.ends_with("hoàn thành")
}

/// Reads the fund from the cues before the numeral; `None` where the words tell none.
pub(super) fn fund(words: &str, rules: &FrameRules) -> Option<Fund> {
    let lists = [
        (&rules.funds.national, Fund::National),
        (&rules.funds.local, Fund::Local),
        (&rules.funds.counterpart, Fund::Counterpart),
    ];
    let cues = lists.into_iter().filter_map(|(list, fund)| last_of(words, list).map(|at| (at, fund)));
    cues.max_by_key(|cue| cue.0).map(|cue| cue.1)
}

/// Finds the indicator by unit and words; the code and the place of the rule in the list.
pub(super) fn indicator<'r>(unit: &str, own: &str, sentence: &str, rules: &'r RulePack) -> Option<&'r str> {
    let stands = |list: &[String], words: &str| {
        list.is_empty() || list.iter().any(|phrase| words.contains(phrase.as_str()))
    };
    rules
        .indicators
        .indicator
        .iter()
        .find(|rule| rule.unit == unit && stands(&rule.near, own) && stands(&rule.within, sentence))
        .map(|rule| rule.code.as_str())
}

/// Trims from both ends of `words` what no label begins or ends with; the offsets of what is left.
pub(super) fn trim_label(words: &str, rules: &FrameRules) -> (usize, usize) {
    let (mut start, mut end) = (0, words.len());
    let trim = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.is_empty()
            || rules.labels.trim.iter().any(|known| known == word)
            || word.bytes().all(|b| b.is_ascii_digit())
    };
    loop {
        let rest = &words[start..end];
        let gap = rest.len() - rest.trim_start().len();
        let word = rest[gap..].split(char::is_whitespace).next().unwrap_or("");
        if rest.trim().is_empty() {
            return (start, start);
        }
        if !trim(word) {
            start += gap;
            break;
        }
        start += gap + word.len();
    }
    while start < end {
        let rest = words[start..end].trim_end();
        let word = rest.rsplit(char::is_whitespace).next().unwrap_or("");
        if !trim(word) {
            return (start, start + rest.len());
        }
        end = start + rest.len() - word.len();
    }
    (start, end)
}
