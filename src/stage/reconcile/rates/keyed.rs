//! Rates that slots alone relate: what is of the rate's own key, and what is of the key that it compares with.
//!
//! `như vậy kế hoạch năm nay cao hơn kế hoạch năm trước 7,1%`: both plans stand elsewhere on the page. Each of the two
//! keys has to have one value around, or something that no slot holds tells its figures apart.

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::period::Period;
use crate::stage::rules::guards::RelationRule;

use super::super::claim::Claim;
use super::super::guard::{self, Degree};
use super::super::page::{Page, is_intended};
use super::{EVIDENT_PARTS, cast};

/// Windows of figures on either side within which a key has to have one value.
const REACH_WINDOWS: usize = 3;

/// Returns the claim of the only two levels that a rate's slots admit, where it holds and that says something, or
/// where all three stand in one line and one changed digit would make it hold.
pub(super) fn by_keys<'f>(
    page: &Page<'f>,
    at: usize,
    relation: Relation,
    rule: &RelationRule,
) -> Option<Claim<'f>> {
    let rate = page.figures[at];
    let (own, base) = (rate.period?, rate.base.as_ref()?);
    let then = base.period.filter(|_| rate.qualifier == Qualifier::Eq && rate.indicator.is_some())?;
    if page.is_distributed(rate) || page.is_excluded(rate) {
        return None;
    }
    let intended = rate.aspect.map(is_intended);
    let (top, bottom) = match relation {
        Relation::Growth | Relation::Index if own != then => {
            let compared = base.aspect.map(is_intended).or(intended);
            (only(page, at, own, intended)?, only(page, at, then, compared)?)
        }
        Relation::OfPlan => (only(page, at, own, Some(false))?, only(page, at, then, Some(true))?),
        Relation::Share if own != then => (only(page, at, own, intended)?, only(page, at, then, intended)?),
        _ => return None,
    };
    let apart = relation == Relation::Share && bottom.value <= top.value;
    if top.unit != bottom.unit || apart {
        return None;
    }
    let claim = Claim::of_rate(relation, top, bottom, rate);
    let told = match claim.decide().verdict {
        Verdict::Agrees => claim.says_something() && claim.is_narrow(EVIDENT_PARTS),
        Verdict::Conflicts => {
            let line = page.line(rate);
            let together = [top, bottom]
                .iter()
                .all(|level| level.qualifier == Qualifier::Eq && page.line(level) == line);
            together
                && claim.is_repairable()
                && guard::holds(page, rule, Degree::Sure, &cast(rule, top, bottom, rate))
        }
        _ => false,
    };
    told.then_some(claim)
}

/// The level nearest to a rate of its indicator, area and fund, of a period and intended or done, where all such
/// levels around have one value.
fn only<'f>(page: &Page<'f>, at: usize, period: Period, intended: Option<bool>) -> Option<&'f Figure> {
    let rate = page.figures[at];
    let reach = page.rules.window_figures * REACH_WINDOWS;
    let around = at.saturating_sub(reach)..page.figures.len().min(at + reach);
    let is_it = |place: &usize| {
        let level = page.figures[*place];
        level.measure == Measure::Value
            && !matches!(level.unit.as_str(), "percent" | "percentage_point")
            && !matches!(level.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx)
            && level.indicator == rate.indicator
            && level.area == rate.area
            && level.fund == rate.fund
            && level.period == Some(period)
            && level.aspect.map(is_intended) == intended
    };
    let places: Vec<usize> = around.filter(is_it).collect();
    let nearest = *places.iter().min_by_key(|place| place.abs_diff(at))?;
    let level = page.figures[nearest];
    let one = |place: &usize| {
        let other = page.figures[*place];
        other.value == level.value && other.unit == level.unit
    };
    places.iter().all(one).then_some(level)
}
