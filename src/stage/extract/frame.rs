//! What the words around a number say: its measure and sign, aspect, fund, indicator and label.

use std::borrow::Cow;
use std::ops::Deref;

use smallvec::SmallVec;

use crate::model::figure::{Aspect, Fund, Measure};
use crate::model::mention::MentionClass;
use crate::stage::rules::RulePack;
use crate::stage::rules::bytes::marks;
use crate::stage::rules::cues::{Cues, PhraseList, find, last_whole};
use crate::stage::rules::frames::FrameRules;
use crate::stage::rules::indicators::Indicator;
use crate::stage::rules::marks::{Cued, Marks};

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
    /// The upper end of a range: read as its lower end.
    pub(super) range_end: bool,
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
    if let Some(before) = before.filter(|_| kind.range_end) {
        return before;
    }
    let (up, down) = (rules.last_of(around.near, &words.up), rules.last_of(around.near, &words.down));
    let change = up.max(down);
    let negative = down > up;
    if kind.class == MentionClass::Percent {
        return percent(kind, around, change, negative, before, rules);
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

fn percent(
    kind: Kind<'_>,
    around: Around<'_>,
    change: Option<usize>,
    negative: bool,
    before: Option<Reading>,
    rules: Frames<'_>,
) -> Reading {
    let words = &rules.measures;
    if kind.multiple {
        return Reading::of(Measure::Index, "measure.multiple");
    }
    if kind.unit == "percentage_point" {
        return Reading { negative, ..Reading::of(Measure::Difference, "measure.points") };
    }
    let plan = starts_with_one(around.right, &words.of_plan) || is_of_plan(around.right, rules);
    let compared = starts_with_one(around.right, &words.compared);
    // `tốc độ tăng trưởng đạt 6,21%`: the noun is a change, whatever verb follows.
    let rate = rules.last_of(around.near, &words.rates).map(|at| &around.near[at..]);
    let states = |since: &str| match marks!(",;:").last(since) {
        // `tốc độ tăng trưởng khá, đạt bình quân 15%`: the verb is the noun's.
        Some(comma) => !marks!(";:").any(since) && words.reaches.begins(since[comma + 1..].trim_start()),
        None => true,
    };
    if !plan && rate.is_some_and(states) {
        return Reading { negative, ..Reading::of(Measure::Growth, "measure.rate") };
    }
    // `giảm 5 người chết (-16,7%)`: the sign is printed.
    if let Some(sign) = printed_sign(around.near) {
        return Reading { negative: sign == '-', ..Reading::of(Measure::Growth, "measure.signed") };
    }
    // `giảm 4 vụ (14,8%)`: the same change in percent.
    let bracket = around.near.rfind('(').map_or(around.near, |at| &around.near[at..]);
    let bare = !bracket.contains(char::is_alphanumeric);
    if let Some(before) = before
        && bare
        && around.near.contains('(')
        && before.measure == Measure::Difference
    {
        return Reading {
            negative: before.negative,
            ..Reading::of(Measure::Growth, "measure.change_in_percent")
        };
    }
    let cues = [
        (change, 0),
        (rules.last_of(around.near, &words.share), 1),
        (rules.last_of(around.near, &words.equals), 2),
        (rules.last_of(around.near, &words.reaches), 3),
        (rules.last_of(around.near, &words.exceeds), 4),
    ];
    let nearest = cues.iter().filter_map(|(at, cue)| at.map(|at| (at, *cue))).max();
    let level = change.is_some_and(|at| leads_to_level(&around.near[at..], around.right, rules));
    match nearest {
        Some((_, 0)) if !level => Reading { negative, ..Reading::of(Measure::Growth, "measure.growth") },
        Some((_, 1)) => Reading::of(Measure::Share, "measure.share"),
        Some((_, 4)) if plan => {
            Reading { on_top: true, ..Reading::of(Measure::OfPlan, "measure.exceeds_plan") }
        }
        _ if plan => Reading::of(Measure::OfPlan, "measure.of_plan"),
        Some((_, 2)) if compared || find(clause(around.right), "năm").is_some() => {
            Reading::of(Measure::Index, "measure.index")
        }
        Some((_, 2)) => Reading::of(Measure::Share, "measure.equals_part"),
        Some((_, 3)) if compared => Reading::of(Measure::Index, "measure.index"),
        Some((_, 3)) if find(around.left, "kế hoạch").is_some() && find(around.near, "tỷ lệ").is_none() => {
            Reading::of(Measure::OfPlan, "measure.of_plan_named_before")
        }
        // `giải ngân 3,96 tỷ đồng, đạt 90%`: what was to be spent is the measure of what was.
        Some((at, 3)) if kind.planned && is_alone(&around.near[at..], around.right) => {
            Reading::of(Measure::OfPlan, "measure.of_plan_alone")
        }
        None => elided(around, before, rules),
        _ => Reading::of(Measure::Share, "measure.percent_alone"),
    }
}

/// How many words stand between a percentage and the plan that it is of, at most: `46,6% số thu dự toán`.
const PLAN_WORDS: usize = 3;

/// Tells whether the words behind a percentage name a plan of something: `60% tổng vốn kế hoạch`.
fn is_of_plan(right: &str, rules: Frames<'_>) -> bool {
    let clause = clause(right);
    let mut at = 0;
    for (number, word) in clause.split(' ').enumerate() {
        let led = number > 0 && rules.measures.of_plan.standing_first(&clause[at..]).next().is_some();
        if led && number > 1 {
            return true;
        }
        let noun = word.is_empty() || rules.measures.of_plan_nouns.has(word);
        if !noun || number > PLAN_WORDS {
            return false;
        }
        at += word.len() + 1;
        if at > clause.len() {
            return false;
        }
    }
    false
}

/// The sign that is printed before a percentage in a bracket.
fn printed_sign(near: &str) -> Option<char> {
    let near = near.trim_end();
    let signs = [('-', '-'), ('–', '-'), ('−', '-'), ('+', '+')];
    let (_, sign) = signs
        .into_iter()
        .find(|(sign, _)| near.strip_suffix(*sign).is_some_and(|before| before.trim_end().ends_with('(')))?;
    Some(sign)
}

/// Tells whether nothing but the verb stands before a percentage, and nothing behind it.
fn is_alone(since: &str, right: &str) -> bool {
    let behind = right.trim_start_matches(['.', '…']).trim_start();
    let shut = right.is_empty() || behind.is_empty() || right.starts_with([';', ',', '.', ')', '\n']);
    shut && since.split_whitespace().count() <= 2
}

/// A percentage without a verb repeats the verb of the one before, where it stands in one row with it.
fn elided(around: Around<'_>, before: Option<Reading>, rules: Frames<'_>) -> Reading {
    let alone = Reading::of(Measure::Share, "measure.percent_alone");
    let relative = [Measure::OfPlan, Measure::Growth, Measure::Index, Measure::Share];
    let Some(before) = before.filter(|before| relative.contains(&before.measure)) else { return alone };
    // `A tăng 5%, B 7%, C tăng 9%`: the row goes on behind the number.
    let words = around.near.split_ascii_whitespace().count();
    let row = rules.last_of(around.right, &rules.measures.up).is_some()
        || rules.last_of(around.right, &rules.measures.down).is_some();
    if words <= 12 || before.measure == Measure::Growth && row && words <= 30 { before } else { alone }
}

/// Tells whether the change in `since` ends at the number as a level: `giảm xuống còn 2%`, and `từ 8%`
/// where the level that it came to follows.
fn leads_to_level(since: &str, right: &str, rules: Frames<'_>) -> bool {
    let to_level = &rules.measures.to_level;
    let Some(at) = rules.last_of(since, to_level) else { return false };
    // `giảm tới 1,3%`: right behind the verb it only stresses.
    if since[at..].starts_with("tới") && since[..at].split_whitespace().count() == 1 {
        return false;
    }
    if since[at..].starts_with("từ") {
        let behind: String = right.split_ascii_whitespace().take(6).collect::<Vec<_>>().join(" ");
        return ["lên", "xuống", "còn"].iter().any(|word| behind.split(' ').any(|behind| behind == *word));
    }
    true
}

/// What words tell of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AspectCue {
    pub(super) aspect: Aspect,
    /// The words say what was or will be done alike (`thực hiện`): a heading decides.
    pub(super) weak: bool,
}

/// Reads the aspect from the cues before the numeral; `None` where the words tell none. `money`: of an
/// amount or a project; what is said of funding alone (`bố trí`) tells nothing of other things.
pub(super) fn aspect(words: &str, money: bool, rules: Frames<'_>) -> Option<AspectCue> {
    let aspects = &rules.aspects;
    let lists = [
        (&aspects.plan, Aspect::Plan),
        (&aspects.actual, Aspect::Actual),
        (&aspects.estimate, Aspect::Estimate),
        (&aspects.disbursed, Aspect::Disbursed),
        (&aspects.allocated, Aspect::Allocated),
        (&aspects.target, Aspect::Target),
    ];
    let mut cues: SmallVec<[(usize, usize, Aspect, bool); 8]> = SmallVec::new();
    for (list, aspect) in lists {
        let fits = |at: usize| match aspect {
            Aspect::Plan | Aspect::Target => !is_compared(words, at, rules),
            // `được giao 3 tỷ đồng để thực hiện 19 đề án`: what for, not what was done.
            Aspect::Actual => !words[..at].trim_end().ends_with(" để"),
            _ => true,
        };
        rules.marks.each_last(words, list, fits, |at, phrase| {
            if !money && aspects.money.has(phrase) {
                return;
            }
            let weak = aspects.weak.has(phrase) && {
                last_whole(marks!(",;.:").since(&words[..at]), "đã", &|_| true).is_none()
            };
            cues.push((at + phrase.len(), at, aspect, weak));
        });
    }
    if cues.len() <= 1 {
        return cues.first().map(|cue| AspectCue { aspect: cue.2, weak: cue.3 });
    }
    // `giao thực hiện` is one cue, not `thực hiện` too.
    let inside = |cue: &(usize, usize, Aspect, bool), other: &(usize, usize, Aspect, bool)| {
        other.1 <= cue.1 && cue.0 <= other.0 && (other.0 - other.1) > (cue.0 - cue.1)
    };
    let mut outer: SmallVec<[_; 8]> =
        cues.iter().filter(|cue| !cues.iter().any(|other| inside(cue, other))).collect();
    outer.sort_unstable_by_key(|cue| std::cmp::Reverse((cue.0, cue.0 - cue.1)));
    let &&(_, at, nearest, weak) = outer.first()?;
    // `ước thực hiện đạt`, `đã giải ngân được`, `giao kế hoạch`: the telling word stands before the
    // general one in the same clause.
    let same_clause = |other: usize| other <= at && !marks!(",;.").any(&words[other..at]);
    let telling: &[Aspect] = match nearest {
        // `dự kiến … theo kết quả đấu giá`
        Aspect::Actual if weak => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target, Aspect::Plan],
        Aspect::Actual => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target],
        Aspect::Allocated => &[Aspect::Estimate, Aspect::Disbursed, Aspect::Target, Aspect::Plan],
        Aspect::Disbursed => &[Aspect::Target],
        _ => &[],
    };
    let better = outer.iter().find(|cue| telling.contains(&cue.2) && same_clause(cue.1));
    Some(better.map_or(AspectCue { aspect: nearest, weak }, |cue| AspectCue { aspect: cue.2, weak: cue.3 }))
}

/// `so với kế hoạch`, `46% kế hoạch`, `Sở Kế hoạch`: a base or a name, not what the figure is.
fn is_compared(words: &str, at: usize, rules: Frames<'_>) -> bool {
    let before = words[..at].trim_end();
    let mut against = rules.aspects.against.ending(before);
    against.any(|word| word == "%" || is_whole(before, before.len() - word.len(), word.len()))
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

/// Tells whose money an office gives: `Bộ Công Thương giao`, `UBND tỉnh thống nhất dành`.
pub(super) fn given_by(clause: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let givers = [(&funds.national_givers, Fund::National), (&funds.local_givers, Fund::Local)];
    let gives = rules.last_of(clause, &funds.gives)?;
    let found =
        givers.into_iter().filter_map(|(list, fund)| rules.last_of(clause, list).map(|at| (at, fund)));
    let found: SmallVec<[(usize, Fund); 2]> = found.filter(|(at, _)| *at < gives).collect();
    match found.as_slice() {
        [] => None,
        [(_, one)] => Some(*one),
        _ => Some(Fund::Total),
    }
}

/// Reads the fund from the cues in `words`, the last one winning; `None` where the words tell none.
/// A fund that is only set beside the figure (`ngoài vốn của tỉnh`) is none.
pub(super) fn fund(words: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let lists = [
        (&funds.national, Fund::National),
        (&funds.local, Fund::Local),
        (&funds.counterpart, Fund::Counterpart),
        // Last, so that of two cues that begin at one place the sum of both sources wins.
        (&funds.total, Fund::Total),
    ];
    let beside = |at: usize| {
        let clause = clause_start(&words[..at]);
        rules.last_of(&words[clause..at], &funds.besides).is_some()
    };
    let cues = lists.into_iter().filter_map(|(list, fund)| rules.last_of(words, list).map(|at| (at, fund)));
    cues.filter(|(at, _)| !beside(*at)).max_by_key(|cue| cue.0).map(|cue| cue.1)
}

/// Reads the fund where `words` tell of one alone.
pub(super) fn only_fund(words: &str, rules: Frames<'_>) -> Option<Fund> {
    let funds = &rules.funds;
    let told = |list: &PhraseList| rules.last_of(words, list).is_some();
    match (told(&funds.national), told(&funds.local)) {
        (true, true) => None,
        _ => fund(words, rules),
    }
}

/// Finds the indicator by unit and words.
pub(super) fn indicator<'r>(
    unit: &str,
    own: &Cued<'_>,
    sentence: &Cued<'_>,
    rules: &'r RulePack,
) -> Option<&'r Indicator> {
    rules.indicators.indicator.iter().find(|rule| rule.unit == unit && suits(rule, own, sentence))
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
