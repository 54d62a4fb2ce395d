//! Bounds and open readings: parts of which only some are named, and comparisons of a rate with a rate.
//!
//! `một số địa phương bố trí cao là: Lâm Đồng (hơn 10 tỷ đồng), Quảng Nam (6,94 tỷ đồng)` bounds the whole
//! from below. `cao hơn 12,92% so với tỷ lệ thực hiện` is in percent of the rate or in points of it: both
//! readings are told, with what each implies, and neither contradicts anything.

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::stage::rules::guards::RelationKind;

use super::claim::Claim;
use super::formula::Formula;
use super::guard::{self, Degree, of_whole};
use super::page::{Page, has};

/// Returns the bounds and the open readings of the page.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    let bounds = page.figures.iter().filter_map(|whole| bound(page, whole));
    let readings = (0..page.figures.len()).filter_map(|at| reading(page, at));
    bounds.chain(readings).collect()
}

/// The whole is no smaller than the parts that brackets name after words such as `một số địa phương`.
fn bound<'f>(page: &Page<'f>, whole: &'f Figure) -> Option<Claim<'f>> {
    let is_level = |figure: &&&'f Figure| figure.measure == Measure::Value && figure.unit == whole.unit;
    let rule = page.rules.relation(RelationKind::SumSome)?;
    if whole.measure != Measure::Value || whole.qualifier != Qualifier::Eq || page.in_bracket(whole) {
        return None;
    }
    let after = page.among(whole.span.start, whole.sentence.end);
    let parts: Vec<&Figure> =
        after.iter().filter(is_level).copied().take_while(|part| page.in_bracket(part)).collect();
    let first = parts.first()?;
    let said = has(&page.lead(first), &page.rules.parts_some) && parts.len() > 1;
    let bounded =
        parts.iter().all(|part| matches!(part.qualifier, Qualifier::Eq | Qualifier::Gt | Qualifier::Ge));
    if !said || !bounded {
        return None;
    }
    let sum = Formula::Sum((0..parts.len()).map(Formula::Figure).collect());
    let mut claim = Claim::of_sum(&parts, whole, "relation.sum.some");
    claim.formula = Formula::AtLeast(Box::new(sum));
    // Figures of other times or things are no parts: their failing would say nothing.
    let alike = || guard::holds(page, rule, Degree::Near, &of_whole(&parts, whole));
    (claim.decide().verdict == Verdict::Agrees || alike()).then_some(claim)
}

/// A rate and by how much it is said to be higher or lower than another rate.
fn reading<'f>(page: &Page<'f>, at: usize) -> Option<Claim<'f>> {
    let change = page.figures[at];
    if change.measure != Measure::Growth || !page.is_of_rate(change) {
        return None;
    }
    let later = at.checked_sub(1).map(|before| page.figures[before])?;
    let is_rate =
        matches!(later.measure, Measure::OfPlan | Measure::Share) && later.sentence == change.sentence;
    let relative = Formula::over(Formula::Figure(0), Formula::Grown(1));
    let points = Formula::less(Formula::Figure(0), Formula::Figure(1));
    let formula = Formula::Either(Box::new(relative), Box::new(points));
    is_rate.then(|| {
        let roles = vec!["later", "difference"];
        let figures = vec![later, change];
        let claim = Claim::of(Relation::Growth, figures, roles, formula, "relation.growth.reading");
        // Where the words do not say that a rate is compared, the level before the rate may be.
        let open = !page.is_against_rate(change);
        let level = at.checked_sub(1).filter(|_| open).and_then(|place| page.level_of(place, |_| true));
        Claim { level, ..claim }
    })
}
