//! A level, its change and the change in percent: the level before is printed nowhere.

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::Verdict;

use super::super::claim::Claim;
use super::super::page::Page;
use super::super::reach::Looked;

/// The longest stretch of words, in bytes, between a change and the same change in percent.
const BESIDE_BYTES: usize = 40;

/// How many figures before a change are looked through for levels of its line; more than a line of a report prints.
const LEVELS_REACH: usize = 200;

/// `563.321 lượt, tăng 31.047 lượt (tăng 5,8%)`: a level, its change, and the change in percent right
/// beside it.
pub(super) fn by_difference<'f>(page: &Page<'f>, at: usize) -> Option<Claim<'f>> {
    let rate = page.figures[at];
    let beside = |other: usize| {
        let change = page.figures.get(other).copied()?;
        let words = page.between(change, rate);
        let near = change.measure == Measure::Difference
            && change.sentence == rate.sentence
            && change.unit.as_str() != "percentage_point"
            && change.value.is_negative() == rate.value.is_negative()
            && words.len() < BESIDE_BYTES
            && !words.contains([';', '.', ':'])
            && page.is_bare(rate);
        near.then_some((other, change))
    };
    let (place, change) = at.checked_sub(1).and_then(beside).or_else(|| beside(at + 1))?;
    let is_level = |level: &&&Figure| level.measure == Measure::Value && page.line(level) == page.line(rate);
    let earlier = &page.figures[..place.min(at)];
    let before = earlier.iter().rev().take(LEVELS_REACH).filter(is_level).take(6);
    let farther = earlier.iter().rev().nth(LEVELS_REACH).is_some_and(|one| page.line(one) == page.line(rate));
    if farther {
        page.reach.note(rate, Looked::Before(LEVELS_REACH));
    }
    let claims = before.filter_map(|level| {
        let exact = [level, change, rate].iter().all(|figure| figure.qualifier == Qualifier::Eq);
        (exact && level.unit == change.unit).then(|| Claim::of_change(level, change, rate))
    });
    // Only the level right before its change can contradict it.
    let nearest = page.level_of(place.min(at), |level| level.unit == change.unit);
    let bracketed = place < at && page.between(change, rate).trim_start().starts_with('(');
    let mut doubtful = None;
    for claim in claims {
        match claim.decide().verdict {
            Verdict::Agrees | Verdict::AgreesIfTruncated => return Some(claim),
            _ if bracketed && nearest.is_some_and(|level| level.id == claim.figures[0].id) => {
                doubtful = Some(claim);
            }
            _ => {}
        }
    }
    doubtful
}
