//! What charts draw of a catalogue: the levels of an indicator, and findings by area and year.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Catalogue, Facet, NONE, small};
use crate::model::Decimal;
use crate::model::figure::{Aspect, Fund, Measure};
use crate::model::finding::Verdict;
use crate::model::period::Period;

/// Planned, or carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
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

/// The level of an indicator in one place: an area, the months of a year from January, a side and a fund.
#[derive(Debug, Clone, Copy)]
pub struct Level<'c> {
    /// The place in the catalogue of a figure that states it.
    pub row: u32,
    /// Code of the area.
    pub area: &'c str,
    /// When.
    pub period: Period,
    /// The year.
    pub year: i16,
    /// Months from January that it covers, from 1 to 12.
    pub months: i8,
    /// In what capacity.
    pub aspect: Aspect,
    /// Planned or carried out.
    pub side: Side,
    /// Whose money; `None` where the text does not say, or it is no money.
    pub fund: Option<Fund>,
    /// The value, in the unit asked for.
    pub value: Decimal,
    /// How many statements there are of the same value.
    pub statements: usize,
}

/// Where a level stands: places of indicator, unit and area in their lists, year, side, fund, months.
type Place = (u16, u16, u16, i16, Side, Option<Fund>, i8);

/// A level as the catalogue holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    place: Place,
    value: Decimal,
    aspect: Aspect,
    row: u32,
    statements: usize,
}

impl Catalogue {
    /// Returns the levels of `indicator` in `unit` (`kinh_phi`, `VND`), one for each place. Of several
    /// values in one place it is the one that is stated most often, then the one said in the plainest
    /// way (carried out before estimated), then the largest: a whole rather than a part of it that
    /// was taken for the whole.
    pub fn levels<'c>(&'c self, indicator: &str, unit: &str) -> impl Iterator<Item = Level<'c>> {
        let number = |list: &[String], value: &str| {
            let place = list.iter().position(|known| known == value)?;
            u16::try_from(place).ok()
        };
        let asked = number(&self.values[Facet::Indicator as usize], indicator).zip(number(&self.units, unit));
        let of = |held: &Held| Some((held.place.0, held.place.1));
        let from = self.levels.partition_point(|held| of(held) < asked);
        let own =
            self.levels.get(from..).unwrap_or_default().iter().take_while(move |held| of(held) == asked);
        own.filter_map(|held| self.level(held))
    }

    fn level(&self, held: &Held) -> Option<Level<'_>> {
        let (_, _, _, year, side, fund, months) = held.place;
        let entry = self.figures.get(held.row as usize)?;
        let period = (*self.periods.get(usize::from(entry.keys[Facet::Period as usize]))?)?;
        let area = self.value(entry, Facet::Area)?;
        let Held { value, aspect, row, statements, .. } = *held;
        Some(Level { row, area, period, year, months, aspect, side, fund, value, statements })
    }

    /// Chooses the level of every place that figures of known indicator, area, period and aspect name.
    pub(super) fn choose_levels(&self) -> Vec<Held> {
        let list = |facet: Facet| &self.values[facet as usize];
        let periods: Vec<Option<(i16, i8)>> =
            self.periods.iter().map(|period| period.as_ref().and_then(from_january)).collect();
        let aspects: Vec<Option<Aspect>> =
            list(Facet::Aspect).iter().map(|code| Aspect::from_code(code)).collect();
        let funds: Vec<Option<Fund>> = list(Facet::Fund).iter().map(|code| Fund::from_code(code)).collect();
        let measure = list(Facet::Measure).iter().position(|code| code == Measure::Value.code());
        let mut stated: Vec<Held> = Vec::new();
        for (row, entry) in self.figures.iter().enumerate() {
            let key = |facet: Facet| entry.keys[facet as usize];
            let at = |facet: Facet| usize::from(key(facet));
            // The first value of every list is that there is none.
            let (indicator @ 1.., area @ 1..) = (key(Facet::Indicator), key(Facet::Area)) else { continue };
            if measure != Some(at(Facet::Measure)) {
                continue;
            }
            let period = periods.get(at(Facet::Period)).copied().flatten();
            let aspect = aspects.get(at(Facet::Aspect)).copied().flatten();
            if let (Some((year, months)), Some(aspect)) = (period, aspect) {
                let fund = funds.get(at(Facet::Fund)).copied().flatten();
                let place = (indicator, entry.unit, area, year, Side::of(aspect), fund, months);
                stated.push(Held { place, value: entry.value, aspect, row: small(row), statements: 1 });
            }
        }
        stated.sort_unstable_by_key(|held| (held.place, held.value, rank(held.aspect), held.row));
        let of_place = stated.chunk_by(|one, other| one.place == other.place);
        let chosen = of_place.filter_map(|values| {
            let values = values.chunk_by(|one, other| one.value.cmp(&other.value).is_eq());
            let values = values.filter_map(|same| Some(Held { statements: same.len(), ..*same.first()? }));
            values.max_by_key(|held| (held.statements, Reverse(rank(held.aspect)), held.value))
        });
        chosen.collect()
    }

    /// Returns findings by area and year: for every area and year that a finding's figures name, once
    /// each, how many findings there are and how many of them conflict.
    pub fn findings_by_place(&self) -> BTreeMap<(&str, i16), (u64, u64)> {
        let areas = &self.values[Facet::Area as usize];
        let name = |area: u16| areas.get(usize::from(area)).map_or(NONE, String::as_str);
        self.findings_by_place.iter().map(|((area, year), counts)| ((name(*area), *year), *counts)).collect()
    }

    /// Counts for [`Catalogue::findings_by_place`].
    pub(super) fn count_by_place(&self) -> BTreeMap<(u16, i16), (u64, u64)> {
        let mut counts: BTreeMap<(u16, i16), (u64, u64)> = BTreeMap::new();
        let mut cells: Vec<(u16, i16)> = Vec::new();
        for finding in &self.findings {
            cells.clear();
            for entry in finding.figures.iter().filter_map(|row| self.figures.get(*row as usize)) {
                let (area, period) = (entry.keys[Facet::Area as usize], entry.keys[Facet::Period as usize]);
                // The first value of every list is that there is none.
                if let (1.., Some(Some(period))) = (area, self.periods.get(usize::from(period))) {
                    cells.push((area, period.year()));
                }
            }
            cells.sort_unstable();
            cells.dedup();
            for cell in &cells {
                let (all, conflicts) = counts.entry(*cell).or_default();
                *all += 1;
                *conflicts += u64::from(finding.verdict == Verdict::Conflicts);
            }
        }
        counts
    }
}

/// Returns year and number of months of a period that begins in January and ends in the same year.
fn from_january(period: &Period) -> Option<(i16, i8)> {
    let (first, last) = (period.first_day()?, period.last_day()?);
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
