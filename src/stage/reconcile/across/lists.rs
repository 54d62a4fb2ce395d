//! Which areas make up which.

use std::collections::BTreeMap;

use crate::model::figure::AreaCode;
use crate::stage::rules::RulePack;
use crate::stage::rules::relations::AssumedCount;

/// The areas that make up an area, by the code lists. The country is the sum of its regions; a region of
/// its provinces. The 34 provinces have no regions of their own and take no part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLists {
    parts: BTreeMap<AreaCode, Vec<AreaCode>>,
    parents: BTreeMap<AreaCode, AreaCode>,
    counts: Vec<AssumedCount>,
}

impl CodeLists {
    /// Reads the regions of the rule pack.
    pub fn of(rules: &RulePack) -> Self {
        let mut lists = Self {
            parts: BTreeMap::new(),
            parents: BTreeMap::new(),
            counts: rules.relations.assumed_count.clone(),
        };
        let country = AreaCode::new("VN");
        for region in &rules.codes.region {
            let code = AreaCode::new(region.code.clone());
            lists.join(&country, code.clone());
            for province in &region.provinces {
                lists.join(&code, AreaCode::new(format!("VN63:{province}")));
            }
        }
        lists
    }

    fn join(&mut self, whole: &AreaCode, part: AreaCode) {
        self.parents.insert(part.clone(), whole.clone());
        self.parts.entry(whole.clone()).or_default().push(part);
    }

    /// Returns the areas that together are `area`; none where it has no parts on the lists.
    pub fn parts(&self, area: &AreaCode) -> &[AreaCode] {
        self.parts.get(area).map_or(&[], Vec::as_slice)
    }

    /// Returns the numbers of areas that are known though nobody prints them.
    pub(super) fn counts(&self) -> &[AssumedCount] {
        &self.counts
    }

    /// Returns the area that `area` is a part of.
    pub fn parent(&self, area: &AreaCode) -> Option<&AreaCode> {
        self.parents.get(area)
    }
}
