//! Lists: whether the words say that exactly these parts make up the whole.

use crate::model::Decimal;
use crate::model::figure::{Figure, Measure, Qualifier};
use crate::stage::reconcile::claim::Claim;
use crate::stage::reconcile::page::{Page, has};
use crate::stage::reconcile::tie::{LEAD_BYTES, goes_on, is_named_whole};

use super::misses::{is_close, stand_close};

/// Tells whether a sum that fails by one digit stands in one sentence, no figure of it in a bracket.
pub(super) fn is_announced(page: &Page<'_>, claim: &Claim<'_>) -> bool {
    let whole = claim.stated();
    let plain = |figure: &&Figure| figure.sentence == whole.sentence && !page.in_bracket(figure);
    claim.figures.iter().all(plain) && claim.is_repairable()
}

/// Tells whether the words say that exactly these parts make up the whole.
pub(super) fn closed_list(
    page: &Page<'_>,
    run: &[&Figure],
    from: usize,
    count: usize,
    whole: &Figure,
) -> bool {
    let (parts, next) = (&run[from..from + count], from + count);
    // Where their places alone rule it out, no words are read.
    if !stand_close(whole, parts, LEAD_BYTES) {
        return false;
    }
    let (first, last) = (parts[0], parts[count - 1]);
    let lead = page.between(run[from - 1], first);
    let inside = || page.completes(first, last);
    let joined = page.between(parts[parts.len() - 2], last);
    let complete = lead.contains(':')
        || has(&lead, &page.rules.parts_complete)
        || inside()
        || are_complements(page, parts)
        || (has(&lead, &page.rules.parts_follow) && are_counted(page, parts, whole))
        || (has(&lead, &page.rules.parts_follow) && has(&page.lead(last), &page.rules.residual))
        || ((has(&lead, &page.rules.parts_follow) || is_named_whole(page, whole)) && is_last(&joined));
    let total = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.value));
    // Some of the parts may be named: then they can only be too large, not too small.
    let leads =
        complete || (has(&lead, &page.rules.parts_follow) && total.is_some_and(|sum| sum > whole.value));
    let in_order = parts
        .windows(2)
        .all(|pair| page.line(pair[0]) != page.line(pair[1]) || pair[0].sentence == pair[1].sentence);
    let ends = run.get(next).is_none_or(|after| {
        !goes_on(page, run, from, count) && after.sentence == last.sentence
            || after.sentence != last.sentence && page.line(after) != page.line(last)
            || page.between(last, after).contains(". ")
            || has(&page.between(last, after), &page.rules.parts_complete)
    });
    // Of which, of a level that was done, some may be planned.
    let announced = has(&lead, &page.rules.parts_follow);
    let each = parts.iter().any(|part| has(&page.lead(part), &page.rules.for_each));
    let beside = complete && parts.iter().all(|part| part.sentence == whole.sentence);
    leads && ends && in_order && !each && is_close(page, whole, parts, announced, beside)
}

/// `được phân bổ cho các nội dung sau:` and an item a line: parts that a colon opens, each in a line of its
/// own, down to the last number of their kind in that list.
pub(super) fn is_itemised(page: &Page<'_>, run: &[&Figure], first: usize, count: usize) -> bool {
    let parts = &run[first..first + count];
    let lead = page.between(run[first - 1], parts[0]);
    let opened = lead.contains(":\n") && lead.len() <= LEAD_BYTES;
    let lines: Vec<usize> = parts.iter().map(|part| page.line(part)).collect();
    let spread = lines.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= 2);
    let ends = run.get(first + count).is_none_or(|next| page.line(next) > lines[count - 1] + 2);
    opened && spread && ends && parts.iter().all(|part| part.qualifier == Qualifier::Eq)
}

/// Tells whether the sentence of the whole, or words up to the last part, say how many things there are and it is
/// the number of the parts: `sau 3 kỳ bình chọn …, trong đó`, `bốn tỉnh cộng lại`.
fn are_counted(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    let count = i128::try_from(parts.len()).map(Decimal::whole);
    let (first, last) = (parts[0].span.start.min(whole.span.start), parts[parts.len() - 1].span.start);
    let start = whole.sentence.start.min(first).saturating_sub(1);
    let counts =
        |one: &&Figure| one.measure == Measure::Value && one.unit != whole.unit && Ok(one.value) == count;
    !page.in_bracket(whole) && page.among(start, last.max(whole.span.start)).iter().any(counts)
}

/// Tells whether the words between the last part and the total say that it is of so many things, and there are
/// more or fewer parts.
pub(super) fn is_counted_otherwise(page: &Page<'_>, parts: &[&Figure], whole: &Figure) -> bool {
    let count = i128::try_from(parts.len()).map(Decimal::whole);
    let between = page.among(parts[parts.len() - 1].span.start, whole.span.start);
    let is_count = |one: &&&Figure| one.measure == Measure::Value && one.step == Decimal::ZERO;
    between.iter().filter(is_count).any(|one| one.unit != whole.unit && Ok(one.value) != count)
}

/// Tells whether two parts are named so that they leave nothing out: `trong nước` and `nước ngoài`.
fn are_complements(page: &Page<'_>, parts: &[&Figure]) -> bool {
    let [first, second] = parts else { return false };
    let near = |figure: &Figure| {
        let lead = page.lead(figure);
        let clause = lead.rsplit([';', '.', ':']).next().unwrap_or("").to_owned();
        format!(" {} {} ", clause, page.trail(figure))
    };
    let (a, b) = (near(first), near(second));
    let names = |text: &str, name: &str| text.contains(&format!(" {name} "));
    first.sentence == second.sentence
        && page.rules.complements.iter().any(|[x, y]| {
            (names(&a, x) && names(&b, y) && !names(&b, x)) || (names(&a, y) && names(&b, x) && !names(&a, x))
        })
}

/// Tells whether the words between two parts make the second one the last of its list.
fn is_last(joined: &str) -> bool {
    let clause = joined.rsplit([',', ';']).next().unwrap_or("");
    clause.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with("và ")
}
