//! Which of many statements a chart or the overview shows: levels by area, year, side and fund.

use std::collections::BTreeMap;

use crate::ledger::catalogue::{Catalogue, Level, Side};
use crate::model::Decimal;
use crate::model::figure::Fund;

/// The indicator, and its unit, that overview and charts show.
pub(super) const FUNDING: (&str, &str) = ("kinh_phi", "VND");

/// Where a point stands: area, year, side, fund, months.
type Place<'c> = (&'c str, i16, Side, Option<Fund>, i8);

/// The levels of an indicator, one for each place.
#[derive(Debug)]
pub(super) struct Series<'c> {
    points: BTreeMap<Place<'c>, Level<'c>>,
}

impl<'c> Series<'c> {
    /// Reads the levels of `indicator` in `unit`.
    pub(super) fn of(catalogue: &'c Catalogue, indicator: &str, unit: &str) -> Self {
        let levels = catalogue.levels(indicator, unit);
        let place = |level: &Level<'c>| (level.area, level.year, level.side, level.fund, level.months);
        Self { points: levels.map(|level| (place(&level), level)).collect() }
    }

    /// Returns every point, in order of area, year, side, fund and months.
    pub(super) fn points(&self) -> impl Iterator<Item = (&Place<'c>, &Level<'c>)> {
        self.points.iter()
    }

    /// Returns the point of the longest period in a place.
    pub(super) fn longest(
        &self,
        area: &'c str,
        year: i16,
        side: Side,
        fund: Option<Fund>,
    ) -> Option<Level<'c>> {
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
    pub(super) plan: Level<'c>,
    /// Of the longest period.
    pub(super) outturn: Level<'c>,
}

impl Pair<'_> {
    /// Returns the outturn in percent of the plan, to one digit after the mark, rounded half up; `None`
    /// for a plan that is not above zero.
    pub(super) fn percent(&self) -> Option<Decimal> {
        share(self.outturn.value, self.plan.value)
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
