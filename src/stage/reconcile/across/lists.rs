//! What the code lists and the rules say of areas and indicators: which areas make up which, what a mean may be per,
//! what is counted at a moment.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{AreaCode, IndicatorCode};
use crate::stage::rules::RulePack;
use crate::stage::rules::relations::AssumedCount;

/// Areas and indicators by the code lists. The country is the sum of its regions; a region of its provinces. The 34
/// provinces have no regions of their own: they lie in the country and make up nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLists {
    parts: BTreeMap<AreaCode, Vec<AreaCode>>,
    parents: BTreeMap<AreaCode, AreaCode>,
    within: BTreeMap<AreaCode, Vec<AreaCode>>,
    counts: Vec<AssumedCount>,
    divided: Vec<IndicatorCode>,
    divisors: Vec<IndicatorCode>,
    stocks: BTreeSet<IndicatorCode>,
}

impl CodeLists {
    /// Reads the regions and the indicators of the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        let codes = |list: &[String]| -> Vec<IndicatorCode> {
            list.iter().cloned().map(IndicatorCode::new).collect()
        };
        let indicators = rules.indicators.indicator.iter();
        let money: BTreeSet<&str> =
            indicators.filter(|one| one.unit == "VND").map(|one| one.code.as_str()).collect();
        let mut lists = Self {
            parts: BTreeMap::new(),
            parents: BTreeMap::new(),
            within: BTreeMap::new(),
            counts: rules.relations.assumed_count.clone(),
            divided: money.into_iter().map(IndicatorCode::new).collect(),
            divisors: codes(&rules.across.divisors),
            stocks: codes(&rules.relations.stocks).into_iter().collect(),
        };
        let country = AreaCode::new("VN");
        for region in &rules.codes.region {
            let code = AreaCode::new(region.code.clone());
            lists.join(&country, code.clone());
            for province in &region.provinces {
                lists.join(&code, AreaCode::new(format!("VN63:{province}")));
            }
        }
        let provinces = rules.codes.names_34.keys().map(|code| AreaCode::new(format!("VN34:{code}")));
        lists.within.entry(country).or_default().extend(provinces);
        lists
    }

    fn join(&mut self, whole: &AreaCode, part: AreaCode) {
        self.parents.insert(part.clone(), whole.clone());
        self.parts.entry(whole.clone()).or_default().push(part.clone());
        let mut around = Some(whole);
        while let Some(area) = around {
            self.within.entry(area.clone()).or_default().push(part.clone());
            around = self.parents.get(area);
        }
    }

    /// Returns the areas that together are `area`; none where it has no parts on the lists.
    pub(super) fn parts(&self, area: &AreaCode) -> &[AreaCode] {
        self.parts.get(area).map_or(&[], Vec::as_slice)
    }

    /// Returns all areas that lie in `area`, its parts and theirs.
    pub(super) fn within(&self, area: &AreaCode) -> &[AreaCode] {
        self.within.get(area).map_or(&[], Vec::as_slice)
    }

    /// Returns the areas that `area` lies in.
    pub(super) fn around<'a>(&'a self, area: &'a AreaCode) -> impl Iterator<Item = &'a AreaCode> {
        self.within.iter().filter(move |(_, all)| all.contains(area)).map(|(whole, _)| whole)
    }

    /// Returns the numbers of areas that are known though nobody prints them.
    pub(super) fn counts(&self) -> &[AssumedCount] {
        &self.counts
    }

    /// Returns the area that `area` is a part of.
    pub(super) fn parent(&self, area: &AreaCode) -> Option<&AreaCode> {
        self.parents.get(area)
    }

    /// Returns the indicators whose total may be divided by a count: money.
    pub(super) fn divided(&self) -> &[IndicatorCode] {
        &self.divided
    }

    /// Returns the indicators that a mean may be per.
    pub(super) fn divisors(&self) -> &[IndicatorCode] {
        &self.divisors
    }

    /// Tells whether an indicator is counted at a moment, so that nothing adds up over a year.
    pub(super) fn is_stock(&self, indicator: &IndicatorCode) -> bool {
        self.stocks.contains(indicator)
    }
}
