//! Restatements: one quantity printed twice in a document.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::stage::rules::guards::{RelationKind, RelationRule, Role};

use super::claim::Claim;
use super::guard::{self, Degree};
use super::page::{Page, lower};
use super::quantity;
use super::quantity::Reading;
use super::reach::Looked;

/// How many statements of one key are compared; more are told apart by nothing that is printed.
const STATEMENTS_LIMIT: usize = 6;

/// How many figures of the first line are compared with every later one: a headline has a few, and a text that is
/// one line has them all.
const HEADLINE_FIGURES: usize = 64;

/// How many words two statements of one quantity have in common at least.
const SHARED_WORDS: usize = 2;

/// The least number of digits by which two equal numbers are one quantity, whatever their labels.
const TELLING_DIGITS: usize = 3;

/// From this many significant digits on, two equal numbers of a document are one quantity even where
/// slots were read otherwise.
const CERTAIN_DIGITS: usize = 4;

/// How far after the first end of a range its second end may stand, in bytes.
const RANGE_BYTES: usize = 12;

/// From this many telling words on, said twice right before a number, the number is meant to be the same.
const REPEATED_WORDS: usize = 5;

/// Returns pairs of statements of one key. Agreement is reported for equal numbers and for a rounded
/// or hedged number and the one that it rounds; a contradiction only where every slot is stated and
/// the same: between the headline and the single figure of that key in the body, or between a hedge
/// and the number that it hedges.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    let mut groups: BTreeMap<String, Vec<&'f Figure>> = BTreeMap::new();
    for figure in &page.figures {
        groups.entry(format!("{}|{:?}", figure.unit, figure.measure)).or_default().push(figure);
    }
    let mut found = Vec::new();
    for group in groups.values() {
        for (at, second) in group.iter().enumerate() {
            let earlier = &group[at.saturating_sub(page.rules.window_figures)..at];
            let pairs = earlier.iter().rev().filter_map(|first| pair(page, group, first, second));
            found.extend(pairs.take(STATEMENTS_LIMIT));
            // A headline may be many figures away.
            let first_in_reach = at.saturating_sub(page.rules.window_figures);
            let heads = group[..first_in_reach]
                .iter()
                .take(HEADLINE_FIGURES)
                .take_while(|first| page.line(first) == 0);
            found.extend(heads.filter_map(|first| pair(page, group, first, second)).take(1));
            let farther = group[..first_in_reach].get(HEADLINE_FIGURES);
            if farther.is_some_and(|first| page.line(first) == 0) && page.line(second) > 0 {
                page.reach.note(second, Looked::Headline(HEADLINE_FIGURES));
            }
        }
    }
    found
}

fn pair<'f>(page: &Page<'f>, group: &[&Figure], first: &'f Figure, second: &'f Figure) -> Option<Claim<'f>> {
    let hedged = |figure: &Figure| figure.qualifier != Qualifier::Eq;
    let is_bound = first.value != second.value && (hedged(first) || hedged(second));
    let rule = page.rules.relation(if is_bound { RelationKind::Bound } else { RelationKind::Restated })?;
    let cast = [(Role::First, first), (Role::Second, second)];
    let head = page.line(first) == 0 && page.line(second) > 0;
    let alike = guard::holds(page, rule, Degree::Must, &cast);
    let full_key = || guard::holds(page, rule, Degree::Sure, &cast);
    let claim = Claim::of_two(Relation::Restated, first, second, "relation.restated");
    if is_range(first, second) {
        return None;
    }
    if first.value == second.value {
        let certain = digits(first) >= CERTAIN_DIGITS && digits(second) >= CERTAIN_DIGITS;
        if page.in_table(first) && page.in_table(second) && !same_label(first, second) {
            return None;
        }
        let said = (alike && same_words(first, second)) || (head && share_words(page, first, second));
        // Hedges to either side of one number (`dưới 30%`, `từ 30%`) are limits, not statements of it.
        return ((certain || said) && claim.decide().verdict == Verdict::Agrees).then_some(claim);
    }
    if (rounds(first, second) || rounds(second, first))
        && (head || (alike && first.measure == Measure::Value && same_words(first, second)))
        && (share_words(page, first, second) || full_key())
        && claim.decide().verdict == Verdict::Agrees
    {
        let relation = if is_bound { Relation::Bound } else { Relation::Restated };
        return Some(Claim::of_two(relation, first, second, "relation.bound.rounded"));
    }
    if head && alike && is_misprinted_head(page, group, first, second) {
        return Some(Claim::of_two(Relation::Restated, first, second, "relation.restated.headline"));
    }
    if alike && is_repeated(page, first, second) {
        return Some(Claim::of_two(Relation::Restated, first, second, "relation.restated.repeated"));
    }
    if full_key() && (is_headline(page, rule, group, first, second) || is_hedge(first, second)) {
        let repair = || {
            let wanted = quantity::interval(second, Reading::Rounded);
            quantity::one_digit_repair(first, &wanted).is_some()
        };
        let hedge = is_hedge(first, second);
        let relation = if hedge { Relation::Bound } else { Relation::Restated };
        let decided = claim.decide().verdict == Verdict::Agrees || hedge || repair();
        return decided.then(|| Claim::of_two(relation, first, second, "relation.restated"));
    }
    None
}

/// Tells whether `round` is `exact` with fewer digits: they differ by less than a unit of the last
/// digit of `round` that is not zero.
fn rounds(round: &Figure, exact: &Figure) -> bool {
    let (Some(gap), false) = (round.value.checked_sub(exact.value), digits(round) >= digits(exact)) else {
        return false;
    };
    let gap = if gap.is_negative() { gap.negated() } else { Some(gap) };
    let text = round.value.mantissa().unsigned_abs().to_string();
    let zeros = i32::try_from(text.len() - text.trim_end_matches('0').len()).unwrap_or(0);
    let scale = i32::try_from(round.value.scale()).unwrap_or(0);
    // A unit of the last digit that is not zero.
    let unit = Decimal::whole(1).shift(zeros - scale);
    let size = if exact.value.is_negative() { exact.value.negated() } else { Some(exact.value) };
    // Of a single digit and zeros, a unit would be the number itself.
    let near = gap.and_then(|gap| gap.shift(1)).zip(size).is_some_and(|(gap, size)| gap <= size);
    near && gap.zip(unit).is_some_and(|(gap, unit)| gap < unit)
}

/// Tells whether two figures are the ends of one range (`20 đến 25 lao động`).
fn is_range(first: &Figure, second: &Figure) -> bool {
    first.qualifier == Qualifier::Ge
        && second.qualifier == Qualifier::Le
        && second.span.start <= first.span.end + RANGE_BYTES
}

/// Tells whether a headline's number is printed in the body with one digit changed, of the same words, and
/// nowhere as it stands in the headline.
fn is_misprinted_head(page: &Page<'_>, group: &[&Figure], head: &Figure, second: &Figure) -> bool {
    let exact = head.qualifier == Qualifier::Eq && second.qualifier == Qualifier::Eq;
    let telling = digits(head) >= TELLING_DIGITS && digits(second) >= TELLING_DIGITS;
    let wanted = || quantity::interval(second, Reading::Rounded);
    let is_body = |other: &&&Figure| page.line(other) > 0;
    let said_again = || {
        let rounded = |other: &&Figure| other.value == head.value || rounds(head, other);
        group.iter().filter(is_body).any(rounded)
    };
    exact
        && telling
        && quantity::one_digit_repair(head, &wanted()).is_some()
        && share_words(page, head, second)
        && !said_again()
}

/// Tells whether a phrase is said twice, word by word up to its number, and the numbers differ in one digit.
fn is_repeated(page: &Page<'_>, first: &Figure, second: &Figure) -> bool {
    let exact = first.qualifier == Qualifier::Eq && second.qualifier == Qualifier::Eq;
    let telling = digits(first) >= TELLING_DIGITS && digits(second) >= TELLING_DIGITS;
    if !exact || !telling || lower(&first.label) != lower(&second.label) {
        return false;
    }
    let wanted = quantity::interval(second, Reading::Rounded);
    if quantity::one_digit_repair(first, &wanted).is_none() {
        return false;
    }
    let lead = |figure: &Figure| page.words(figure.sentence.start.min(figure.span.start), figure.span.start);
    let (a, b) = (lead(first), lead(second));
    // From the number back, as far as they are the same.
    let same = words_of(&a).rev().zip(words_of(&b).rev()).take_while(|(x, y)| x == y);
    let telling = same.filter(|(word, _)| !page.rules.rate_leads.iter().any(|bare| bare == word));
    telling.take(REPEATED_WORDS).count() >= REPEATED_WORDS
}

/// The words of a text.
fn words_of(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Counts the digits of a value up to the last one that is not zero.
fn digits(figure: &Figure) -> usize {
    let text = figure.value.to_string().replace(['-', '.'], "");
    text.trim_start_matches('0').trim_end_matches('0').len()
}

/// Tells whether the words before two figures have a word of substance in common.
fn share_words(page: &Page<'_>, first: &Figure, second: &Figure) -> bool {
    let near =
        |figure: &Figure| format!("{} {} {}", page.lead(figure), lower(&figure.label), page.trail(figure));
    let long = |word: &&str| word.chars().count() >= 3 && word.chars().all(char::is_alphabetic);
    let telling = |word: &&str| !page.rules.rate_leads.iter().any(|bare| bare == word);
    let (first, second) = (near(first), near(second));
    let others: BTreeSet<&str> = words_of(&second).filter(long).collect();
    let shared = words_of(&first).filter(|word| others.contains(word)).filter(long).filter(telling);
    shared.take(SHARED_WORDS).count() >= SHARED_WORDS
}

/// Tells whether two equal numbers are said of one thing: an indicator, a label within the other's,
/// or so many digits that chance is no explanation.
fn same_words(a: &Figure, b: &Figure) -> bool {
    let digits = a.quote.chars().take_while(|c| !c.is_alphabetic()).filter(char::is_ascii_digit).count();
    (a.indicator.is_some() && a.indicator == b.indicator)
        || same_label(a, b)
        || (digits >= TELLING_DIGITS && a.sentence != b.sentence)
}

/// Tells whether one label holds the other.
fn same_label(a: &Figure, b: &Figure) -> bool {
    let (x, y) = (lower(&a.label), lower(&b.label));
    let held = !x.is_empty() && !y.is_empty() && (x.contains(&y) || y.contains(&x));
    held || runs_within(&x, &y) || runs_within(&y, &x)
}

/// Tells whether all words of a label stand in another one, in their order: `dự án trong nước` in `dự án đầu tư trong
/// nước`.
fn runs_within(short: &str, long: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    let (short, long) = (words(short), words(long));
    let mut rest = long.iter();
    short.len() > SHARED_WORDS && short.iter().all(|word| rest.any(|other| other == word))
}

fn is_headline(
    page: &Page<'_>,
    rule: &RelationRule,
    group: &[&Figure],
    first: &Figure,
    second: &Figure,
) -> bool {
    if page.line(first) > 0 || page.line(second) == 0 || second.qualifier != Qualifier::Eq {
        return false;
    }
    let full_key = |other: &Figure| {
        guard::holds(page, rule, Degree::Sure, &[(Role::First, first), (Role::Second, other)])
    };
    group.iter().filter(|other| page.line(other) > 0 && full_key(other)).take(2).count() == 1
}

/// Tells whether one is a hedge of the other: at most a tenth apart, and no third of that key between.
fn is_hedge(first: &Figure, second: &Figure) -> bool {
    let hedged = |figure: &Figure| matches!(figure.qualifier, Qualifier::Gt | Qualifier::Lt);
    let apart = first.value.checked_sub(second.value).and_then(|gap| gap.shift(1));
    let near =
        apart.is_some_and(|gap| gap <= second.value && gap.negated().is_some_and(|gap| gap <= second.value));
    first.measure == Measure::Value && hedged(first) && second.qualifier == Qualifier::Eq && near
}
