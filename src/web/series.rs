//! Which of many statements a chart or the overview shows: levels by area, year, side and fund.

use std::collections::BTreeMap;

use crate::ledger::catalogue::{Catalogue, Level};
use crate::model::Decimal;
use crate::model::figure::{Aspect, Fund};

/// Planned, or carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Planned, allocated, aimed at.
    Plan,
    /// Carried out, disbursed, estimated.
    Outturn,
}

impl Side {
    const fn of(aspect: Aspect) -> Self {
        match aspect {
            Aspect::Plan | Aspect::Allocated | Aspect::Target => Self::Plan,
            Aspect::Actual | Aspect::Disbursed | Aspect::Estimate => Self::Outturn,
        }
    }
}

/// A level of the months of one year from January.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point<'c> {
    /// The level that is shown.
    pub(super) level: Level<'c>,
    /// The year.
    pub(super) year: i16,
    /// Months from January that it covers, from 1 to 12.
    pub(super) months: i8,
    /// How many statements there are of the same value, this one among them.
    pub(super) statements: usize,
}

/// Where a point stands: area, year, side, fund, months.
type Place<'c> = (&'c str, i16, Side, Option<Fund>, i8);

/// The levels of an indicator, one for each place.
#[derive(Debug)]
pub(super) struct Series<'c> {
    points: BTreeMap<Place<'c>, Point<'c>>,
}

impl<'c> Series<'c> {
    /// Reads the levels of `indicator` in `unit`. Of several values in one place the one that is stated
    /// most often is shown, then the one said in the plainest way (carried out before estimated),
    /// then the largest: a whole rather than a part of it that was taken for the whole.
    pub(super) fn of(catalogue: &'c Catalogue, indicator: &str, unit: &str) -> Self {
        let mut stated: BTreeMap<Place<'c>, BTreeMap<Decimal, (usize, Level<'c>)>> = BTreeMap::new();
        catalogue.levels(indicator, unit, |level| {
            let Some((year, months)) = from_january(&level) else { return };
            let place = (level.area, year, Side::of(level.aspect), level.fund, months);
            let held = stated.entry(place).or_default().entry(level.value).or_insert((0, level));
            held.0 += 1;
            if rank(level.aspect) < rank(held.1.aspect) {
                held.1 = level;
            }
        });
        let chosen = stated.into_iter().filter_map(|(place, values)| {
            let order = |(value, (count, level)): &(Decimal, (usize, Level<'c>))| {
                (*count, std::cmp::Reverse(rank(level.aspect)), *value)
            };
            let (_, (statements, level)) = values.into_iter().max_by_key(order)?;
            Some((place, Point { level, year: place.1, months: place.4, statements }))
        });
        Self { points: chosen.collect() }
    }

    /// Returns every point, in order of area, year, side, fund and months.
    pub(super) fn points(&self) -> impl Iterator<Item = (&Place<'c>, &Point<'c>)> {
        self.points.iter()
    }

    /// Returns the point of the longest period in a place.
    pub(super) fn longest(
        &self,
        area: &'c str,
        year: i16,
        side: Side,
        fund: Option<Fund>,
    ) -> Option<Point<'c>> {
        let place = |months| (area, year, side, fund, months);
        self.points.range(place(0)..=place(i8::MAX)).next_back().map(|(_, point)| *point)
    }

    /// Returns plan and outturn of every area and year that has both for one fund: for all sources
    /// together where it can be, else for the first of the funds, never one fund's against another's.
    pub(super) fn pairs(&self) -> Vec<Pair<'c>> {
        let mut places: Vec<(&'c str, i16)> = self.points.keys().map(|place| (place.0, place.1)).collect();
        places.dedup();
        let pair = |(area, year): (&'c str, i16)| {
            FUNDS.into_iter().find_map(|fund| {
                let plan = self.longest(area, year, Side::Plan, fund)?;
                let outturn = self.longest(area, year, Side::Outturn, fund)?;
                Some(Pair { area, year, fund, plan, outturn })
            })
        };
        places.into_iter().filter_map(pair).collect()
    }
}

/// Plan and outturn of one area, year and fund.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'c> {
    /// Code of the area.
    pub(super) area: &'c str,
    /// The year.
    pub(super) year: i16,
    /// Whose money; `None` where neither says.
    pub(super) fund: Option<Fund>,
    /// Of the longest period.
    pub(super) plan: Point<'c>,
    /// Of the longest period.
    pub(super) outturn: Point<'c>,
}

impl Pair<'_> {
    /// Returns the outturn in percent of the plan, to one digit after the mark, rounded half up; `None`
    /// for a plan that is not above zero.
    pub(super) fn percent(&self) -> Option<Decimal> {
        share(self.outturn.level.value, self.plan.level.value)
    }
}

/// Returns `part` in percent of `whole`, to one digit after the mark, rounded half up; `None` for a whole
/// that is not above zero.
pub(super) fn share(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let scale = i32::try_from(part.scale().max(whole.scale())).ok()?;
    let (part, whole) = (part.shift(scale)?.mantissa(), whole.shift(scale)?.mantissa());
    if whole <= 0 {
        return None;
    }
    let tenths = part.checked_mul(2000)?.checked_add(whole)?.div_euclid(whole.checked_mul(2)?);
    Decimal::new(tenths, 1)
}

/// The order in which a fund is looked for: the whole first.
pub(super) const FUNDS: [Option<Fund>; 5] =
    [Some(Fund::Total), None, Some(Fund::National), Some(Fund::Local), Some(Fund::Counterpart)];

/// Returns year and number of months of a level that begins in January and ends in the same year.
fn from_january(level: &Level<'_>) -> Option<(i16, i8)> {
    let (first, last) = (level.period.first_day()?, level.period.last_day()?);
    let whole_months = last.days_in_month() == last.day();
    (first.month() == 1 && first.day() == 1 && last.year() == first.year() && whole_months)
        .then(|| (first.year(), last.month()))
}

/// Orders aspects by how plainly they say what they say.
const fn rank(aspect: Aspect) -> u8 {
    match aspect {
        Aspect::Plan | Aspect::Actual => 0,
        Aspect::Allocated | Aspect::Disbursed => 1,
        Aspect::Target | Aspect::Estimate => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_a_tenth() {
        let of = |part: &str, whole: &str| {
            share(part.parse().unwrap(), whole.parse().unwrap()).map(|share| share.to_string())
        };
        assert_eq!(of("35921000000", "77228000000").as_deref(), Some("46.5"));
        assert_eq!(of("1", "8").as_deref(), Some("12.5"));
        assert_eq!(of("0.5", "1000").as_deref(), Some("0.1"));
        assert_eq!(of("1", "0"), None);
    }
}
