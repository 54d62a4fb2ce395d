//! Columns: a list whose items each print two numbers has two sums, and where the one holds, so must the other.
//!
//! `triển khai 12 đề án, tổng vốn 1,8 tỷ đồng; trong đó A 5 đề án với 780 triệu đồng, B 4 đề án với …`: that the
//! projects add up shows that the list leaves nothing out, whatever the money says.

use std::collections::BTreeSet;

use crate::model::figure::{Figure, FigureId, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};

use super::claim::Claim;
use super::page::Page;
use super::sums;

/// How far the second number of an item may stand from the first, in bytes.
const BESIDE_BYTES: usize = 250;

/// Returns the sums beside the sums that hold.
pub(super) fn claims<'f>(page: &Page<'f>, found: &[Claim<'f>]) -> Vec<Claim<'f>> {
    let ids = |one: &Claim<'f>| one.figures.iter().map(|figure| &figure.id).collect::<Vec<&FigureId>>();
    let known: BTreeSet<Vec<&FigureId>> = found.iter().map(ids).collect();
    found
        .iter()
        .filter(|claim| claim.relation == Relation::Sum && claim.holds())
        .flat_map(|claim| [beside(page, claim, true), beside(page, claim, false)])
        .flatten()
        .filter(|claim| !known.contains(&ids(claim)) && stands(claim))
        .collect()
}

/// Tells whether the sum holds, or fails so that one changed digit explains it.
fn stands(claim: &Claim<'_>) -> bool {
    match claim.decide().verdict {
        Verdict::Agrees => claim.says_something(),
        Verdict::Conflicts => claim.is_repairable(),
        _ => false,
    }
}

/// The numbers right after those of a sum, or right before them, one to an item and all of one unit.
fn beside<'f>(page: &Page<'f>, claim: &Claim<'f>, after: bool) -> Option<Claim<'f>> {
    let (whole, parts) = claim.figures.split_last()?;
    let ordered = parts.windows(2).all(|pair| pair[0].span.start < pair[1].span.start);
    if !ordered || whole.span.start > parts[0].span.start {
        return None;
    }
    // An item reaches from its own number to the next one's, or back to the one before.
    let stop = |at: usize| match parts.get(at + 1) {
        Some(next) => next.span.start,
        None => parts[at].sentence.end,
    };
    let start = |at: usize| match at.checked_sub(1) {
        Some(before) => parts[before].span.start,
        None => parts[0].sentence.start.max(whole.span.start),
    };
    let item = |at: usize| {
        let own = parts[at].span.start;
        let others = if after { page.among(own, stop(at)) } else { page.among(start(at), own) };
        levels(others, parts[at])
    };
    let units: Vec<&Figure> = item(0);
    units.into_iter().find_map(|first| {
        let of_unit = |figures: Vec<&'f Figure>| {
            let fits = figures.into_iter().filter(|one| one.unit == first.unit).collect::<Vec<_>>();
            if let [only] = fits[..] { Some(only) } else { None }
        };
        let second: Vec<&Figure> = (0..parts.len()).map(|at| of_unit(item(at))).collect::<Option<_>>()?;
        let heads = if after {
            page.among(whole.span.start, second[0].span.start)
        } else {
            page.among(whole.sentence.start.saturating_sub(1), whole.span.start)
        };
        let mut heads = levels(heads, whole).into_iter().filter(|one| one.unit == first.unit);
        let head = if after { heads.next() } else { heads.next_back() }?;
        let plain = second.iter().all(|part| part.qualifier == Qualifier::Eq);
        let apart = !second.iter().any(|part| part.id == head.id || part.value > head.value);
        (plain && (apart || head.qualifier == Qualifier::Eq)).then(|| {
            let claim = sums::claim(page, &second, head);
            Claim { rule: "relation.sum.columns", ..claim }
        })
    })
}

/// Levels near a number that are of another unit.
fn levels<'f>(figures: &[&'f Figure], own: &Figure) -> Vec<&'f Figure> {
    let near = |one: &&'f Figure| {
        one.measure == Measure::Value
            && one.unit != own.unit
            && !matches!(one.unit.as_str(), "percent" | "percentage_point")
            && one.span.start.abs_diff(own.span.start) <= BESIDE_BYTES
    };
    figures.iter().copied().filter(near).collect()
}
