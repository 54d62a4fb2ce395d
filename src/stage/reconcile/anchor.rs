//! Anchors: forms of words that leave no doubt which two levels a rate was computed from.
//!
//! They are read from the text, not from the slots: where a sentence says `tăng 25% so với mức 1.000
//! triệu đồng`, a slot that was read wrong must not hide what is compared.

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::Relation;

use super::page::{Page, has};

/// The longest stretch of words, in bytes, between a rate and the bracket with what it refers to.
const BRACKET_BYTES: usize = 90;
/// The longest stretch of words, in bytes, between a fraction and the percentage that it makes.
const FRACTION_BYTES: usize = 60;

/// Returns the dividend and the divisor that the words around the rate at `at` give it.
pub(super) fn pair<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    if !is_exact(rate) || page.is_distributed(rate) || page.is_excluded(rate) {
        return None;
    }
    if let Some(both) = compared_before(page, at, relation) {
        return Some(both);
    }
    if relation == Relation::Difference
        && let Some(both) = bracketed_pair(page, at)
    {
        return Some(both);
    }
    if relation == Relation::Share
        && let Some(both) = within(page, at)
    {
        return Some(both);
    }
    let top = dividend(page, at).filter(|_| page.is_bare(rate))?;
    let fits = |level: &Figure| {
        is_exact(level)
            && level.measure == top.measure
            && level.unit == top.unit
            && level.id != top.id
            && (relation != Relation::Difference || level.unit == rate.unit)
    };
    let found = match relation {
        Relation::Mean => None,
        Relation::OfPlan => {
            bracketed(page, at).filter(|level| fits(level)).or_else(|| fraction(page, at, top))
        }
        Relation::Growth | Relation::Index | Relation::Difference => bracketed(page, at)
            .filter(|level| fits(level))
            .or_else(|| compared(page, at).filter(|level| fits(level)))
            .or_else(|| risen_from(page, top).filter(|level| fits(level))),
        _ => bracketed(page, at)
            .filter(|level| fits(level))
            .or_else(|| fraction(page, at, top))
            .or_else(|| announced(page, top, rate).filter(|level| fits(level)))
            .filter(|level| level.value >= top.value),
    };
    found.map(|level| (top, level))
}

fn is_exact(figure: &Figure) -> bool {
    !matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx)
}

/// The nearest level before the rate in its clause, outside brackets that close before the rate.
pub(super) fn dividend<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let rate = page.figures[at];
    let mut found = None;
    for level in page.figures[at.saturating_sub(page.rules.window_figures)..at].iter().rev() {
        if level.sentence != rate.sentence || page.between(level, rate).contains(';') {
            break;
        }
        let is_level = matches!(level.measure, Measure::Value | Measure::Mean)
            && !matches!(level.unit.as_str(), "percent" | "percentage_point");
        if is_level && !page.is_aside(level, rate) {
            found = Some(*level);
            break;
        }
    }
    // Of a fraction, printed as one, the numerator.
    let found = found?;
    let of_fraction = page.figures[..at].iter().rev().take(3).find(|top| page.is_fraction(top, found));
    Some(of_fraction.copied().unwrap_or(found))
}

/// `đạt 80% kế hoạch (50 tỷ đồng)`: the first level of the bracket that opens right after the rate.
fn bracketed<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let (rate, next) = (page.figures[at], *page.figures.get(at + 1)?);
    let words = page.between(rate, next);
    let (before, inside) = words.rsplit_once('(')?;
    let near = next.sentence == rate.sentence
        && words.len() < BRACKET_BYTES
        && !before.contains([')', ';', ':', '.'])
        && !inside.contains([')', ';', ':', '+']);
    near.then_some(next)
}

/// `vượt 20 tỷ đồng (60 tỷ đồng/40 tỷ đồng)`: both levels in the bracket after a difference.
fn bracketed_pair<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let (first, second) = (bracketed(page, at)?, *page.figures.get(at + 2)?);
    let joined = page.between(first, second);
    let closed = page.source.get(second.span.end..).is_some_and(|rest| rest.trim_start().starts_with(')'));
    let levels =
        [first, second].iter().all(|f| f.measure == Measure::Value && f.unit == rate.unit && is_exact(f));
    (levels && closed && matches!(joined.trim(), "/" | "-" | "–" | "so với")).then_some((first, second))
}

/// `tăng 25% so với mức 1.000 triệu đồng`: the level right after the words of comparison.
fn compared<'f>(page: &Page<'f>, at: usize) -> Option<&'f Figure> {
    let (rate, next) = (page.figures[at], *page.figures.get(at + 1)?);
    let words = page.between(rate, next);
    let near = next.sentence == rate.sentence
        && words.len() < BRACKET_BYTES
        && has(&words, &page.rules.compared)
        && !words.contains([';', '(', ',', ':', '.']);
    near.then_some(next)
}

/// `So với năm 2011 (3.600 lao động), số học viên giảm 5%`: the level in the bracket before the rate, and
/// the nearest one of its unit before that.
fn compared_before<'f>(page: &Page<'f>, at: usize, relation: Relation) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let earlier = page.before(rate)?;
    let (lead, words) = (page.lead(earlier), page.between(earlier, rate));
    let said = matches!(relation, Relation::Growth | Relation::Index)
        && earlier.sentence == rate.sentence
        && earlier.measure == Measure::Value
        && is_exact(earlier)
        && lead.trim_end().ends_with('(')
        && has(&lead, &page.rules.compared)
        && words.starts_with(')')
        && !words.contains([';', '.']);
    let mut before = page.figures[..at - 1].iter().rev().take(6).filter(|level| {
        level.measure == Measure::Value && level.unit == earlier.unit && page.line(level) == page.line(rate)
    });
    // Where several stand before it, slots have to tell which one is meant.
    before.next().filter(|_| said && before.next().is_none()).map(|later| (*later, earlier))
}

/// `từ 8,4 tỷ đồng năm 2014 lên 12,6 tỷ đồng`: the level right before that the words rise or fall from.
fn risen_from<'f>(page: &Page<'f>, top: &'f Figure) -> Option<&'f Figure> {
    let before = page.before(top)?;
    let words = page.between(before, top);
    let lead = page.lead(before);
    let from = has(&format!(" {} ", lead.trim()), &page.rules.from_level);
    (before.sentence == top.sentence && from && has(&words, &page.rules.to_level) && !words.contains(';'))
        .then_some(before)
}

/// `200 triệu đồng trong 418 triệu đồng tổng đầu tư, tương đương 47,8%`: part and whole side by side.
fn within<'f>(page: &Page<'f>, at: usize) -> Option<(&'f Figure, &'f Figure)> {
    let rate = page.figures[at];
    let whole = page.before(rate)?;
    let part = page.before(whole)?;
    let joined = page.between(part, whole);
    let words = page.between(whole, rate);
    let said = page.rules.within.iter().any(|word| joined.trim() == word);
    let levels = [part, whole]
        .iter()
        .all(|f| f.measure == Measure::Value && is_exact(f) && f.sentence == rate.sentence);
    let near = !words.contains([';', '.']) && has(&words, &page.rules.share_cues);
    (said && levels && near && part.unit == whole.unit && part.value <= whole.value).then_some((part, whole))
}

/// `15/28 tỉnh, đạt 53,6%`: the denominator, where the percentage follows at once.
fn fraction<'f>(page: &Page<'f>, at: usize, top: &Figure) -> Option<&'f Figure> {
    let bottom = page.before(page.figures[at])?;
    let words = page.between(bottom, page.figures[at]);
    let cue = words.trim_end().ends_with('(')
        || has(&words, &page.rules.share_cues)
        || has(&words, &page.rules.reached);
    (page.is_fraction(top, bottom) && words.len() < FRACTION_BYTES && cue).then_some(bottom)
}

/// `1.460 lao động, trong đó 1.241 lao động có việc làm, chiếm 85%`: the whole right before its part.
fn announced<'f>(page: &Page<'f>, part: &'f Figure, rate: &'f Figure) -> Option<&'f Figure> {
    let whole = page.before(part)?;
    let words = page.between(part, rate);
    let cue = has(&words, &page.rules.share_cues) || has(&words, &page.rules.reached);
    let in_a_row = page.before(rate).is_some_and(|one| one.id == part.id);
    let named = has(&page.between(whole, part), &page.rules.parts_follow);
    (whole.sentence == part.sentence && cue && in_a_row && named).then_some(whole)
}
