//! What a percentage is: of a plan, a change, a share, an index of an earlier level.

use super::{Around, Frames, Kind, Reading, clause, starts_with_one};
use crate::model::figure::Measure;
use crate::stage::rules::bytes::{last_mark, marks};
use crate::stage::rules::cues::find;

pub(super) fn percent(
    kind: Kind<'_>,
    around: Around<'_>,
    change: Option<usize>,
    negative: bool,
    before: Option<Reading>,
    rules: Frames<'_>,
) -> Reading {
    let words = &rules.measures;
    let plan = starts_with_one(around.right, &words.of_plan) || is_of_plan(around.right, rules);
    if kind.multiple {
        return Reading::of(Measure::Index, "measure.multiple");
    }
    if kind.unit == "percentage_point" {
        return Reading { negative, ..Reading::of(Measure::Difference, "measure.points") };
    }
    if exceeds_plan(around.near, rules) {
        return Reading { on_top: true, ..Reading::of(Measure::OfPlan, "measure.exceeds_plan") };
    }
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
    let bracket = last_mark(around.near, b'(').map_or(around.near, |at| &around.near[at..]);
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
        // `đạt tỷ lệ 95% so với dự toán`: a ratio is of what it is set against.
        Some((at, 1)) if !(plan && is_ratio(&around.near[at..], rules)) => {
            Reading::of(Measure::Share, "measure.share")
        }
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

/// Tells whether the plan that a percentage goes beyond stands before it: `vượt kế hoạch 5%`.
fn exceeds_plan(near: &str, rules: Frames<'_>) -> bool {
    let words = &rules.measures;
    let Some(at) = rules.last_of(near, &words.exceeds) else { return false };
    let since = near[at..].split_once(' ').map_or("", |(_, since)| since);
    let since = since.strip_prefix("mức ").unwrap_or(since);
    let plan = words.of_plan.standing_first(since).map(str::len).max();
    plan.is_some_and(|plan| {
        let rest = &since[plan..];
        !marks!(",;:(").any(rest) && rest.split_ascii_whitespace().count() <= PLAN_WORDS
    })
}

/// Tells whether a word of share is a mere ratio, of whatever it is set against.
fn is_ratio(since: &str, rules: Frames<'_>) -> bool {
    rules.measures.ratios.standing_first(since).next().is_some()
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

/// The sign that is printed right before a percentage: in a bracket, or glued to it (`IIP -3,5%`).
fn printed_sign(near: &str) -> Option<char> {
    let glued = [('-', '-'), ('−', '-'), ('+', '+')].into_iter().find(|(sign, _)| {
        let before = near.strip_suffix(*sign);
        before.is_some_and(|before| before.ends_with([' ', ':', '(']))
    });
    if let Some((_, sign)) = glued {
        return Some(sign);
    }
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
