//! What charts draw of a catalogue: the levels of an indicator, and findings by area and year.

use std::collections::BTreeMap;

use super::{Catalogue, Facet, NONE, small};
use crate::model::Decimal;
use crate::model::figure::{Aspect, Fund};
use crate::model::finding::Verdict;
use crate::model::period::Period;

/// A figure that is a level of an indicator, with its area, period and aspect known.
#[derive(Debug, Clone, Copy)]
pub struct Level<'c> {
    /// The figure's place in the catalogue.
    pub row: u32,
    /// Code of the area.
    pub area: &'c str,
    /// When.
    pub period: Period,
    /// In what capacity.
    pub aspect: Aspect,
    /// Whose money; `None` where the text does not say, or it is no money.
    pub fund: Option<Fund>,
    /// The value, in the unit asked for.
    pub value: Decimal,
}

impl Catalogue {
    /// Calls `each` for every level of `indicator` in `unit` (`kinh_phi`, `VND`) whose area, period and
    /// aspect are known, in the catalogue's order.
    pub fn levels<'c>(&'c self, indicator: &str, unit: &str, mut each: impl FnMut(Level<'c>)) {
        let place =
            |facet: Facet, value: &str| self.values[facet as usize].iter().position(|known| known == value);
        let unit = self.units.iter().position(|known| known == unit);
        let (Some(indicator), Some(measure), Some(unit)) =
            (place(Facet::Indicator, indicator), place(Facet::Measure, "value"), unit)
        else {
            return;
        };
        for (row, entry) in self.figures.iter().enumerate() {
            let key = |facet: Facet| usize::from(entry.keys[facet as usize]);
            if key(Facet::Indicator) != indicator
                || key(Facet::Measure) != measure
                || usize::from(entry.unit) != unit
            {
                continue;
            }
            let value =
                |facet: Facet| self.values[facet as usize].get(key(facet)).map_or(NONE, String::as_str);
            let (area, aspect) = (value(Facet::Area), Aspect::from_code(value(Facet::Aspect)));
            let period = self.periods.get(key(Facet::Period)).copied().flatten();
            if let (Some(period), Some(aspect)) = (period, aspect)
                && area != NONE
            {
                let fund = Fund::from_code(value(Facet::Fund));
                each(Level { row: small(row), area, period, aspect, fund, value: entry.value });
            }
        }
    }

    /// Counts findings by area and year: for every area and year that a finding's figures name, once
    /// each, how many findings there are and how many of them conflict.
    pub fn findings_by_place(&self) -> BTreeMap<(&str, i16), (u64, u64)> {
        let mut counts: BTreeMap<(&str, i16), (u64, u64)> = BTreeMap::new();
        for finding in &self.findings {
            let figures = finding.figures.iter().filter_map(|row| self.figures.get(*row as usize));
            let mut cells: Vec<(&str, i16)> = figures
                .filter_map(|entry| {
                    let area = self.value(entry, Facet::Area).filter(|area| *area != NONE)?;
                    let period = self.periods.get(usize::from(entry.keys[Facet::Period as usize]))?;
                    Some((area, (*period)?.year()))
                })
                .collect();
            cells.sort_unstable();
            cells.dedup();
            for cell in cells {
                let (all, conflicts) = counts.entry(cell).or_default();
                *all += 1;
                *conflicts += u64::from(finding.verdict == Verdict::Conflicts);
            }
        }
        counts
    }
}
