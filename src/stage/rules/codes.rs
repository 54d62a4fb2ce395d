//! The code lists (`codes.toml`, with indicators and places): every code that records use, with its
//! names, for exports and pages.

use std::collections::BTreeMap;

use icu_normalizer::DecomposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

use super::RulePack;
use super::mention::PlaceKind;

/// The last day of the 63 provinces, and the first of the 34 (Resolution 202/2025/QH15).
const LAST_DAY_OF_63: &str = "2025-06-30";
const FIRST_DAY_OF_34: &str = "2025-07-01";

/// `codes.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRules {
    /// Codes that are a part of the program.
    pub code: Vec<Code>,
    /// Regions of industrial promotion.
    pub region: Vec<Region>,
    /// The provinces from 1 July 2025: name by code.
    pub names_34: BTreeMap<String, String>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The list that it is on (`aspect`).
    pub list: String,
    /// The code.
    pub code: String,
    /// Its name in Vietnamese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
}

/// A region of industrial promotion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The code (`KC_N28`).
    pub code: String,
    /// Its name in Vietnamese.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// The provinces in it, by their codes of the 63.
    pub provinces: Vec<String>,
}

/// One line of `socai export codes`, in the contract's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRecord {
    /// `indicator`, `area`, `unit`, `measure`, `qualifier`, `aspect`, `fund`, `class`, `verdict`, `relation`.
    pub list: String,
    /// The code as records have it.
    pub code: String,
    /// Vietnamese.
    pub name: String,
    /// English.
    pub name_en: String,
    /// The unit of an indicator's levels.
    pub unit: Option<String>,
    /// The code of the same list that it is a part of.
    pub parent: Option<String>,
    /// The first day on which it is in force; open where it always was.
    pub valid_from: Option<String>,
    /// The last day.
    pub valid_to: Option<String>,
}

impl CodeRecord {
    fn new(list: &str, code: impl Into<String>, name: &str, name_en: impl Into<String>) -> Self {
        Self {
            list: list.to_owned(),
            code: code.into(),
            name: name.to_owned(),
            name_en: name_en.into(),
            unit: None,
            parent: None,
            valid_from: None,
            valid_to: None,
        }
    }
}

impl RulePack {
    /// Returns every code list: indicators, areas, then the lists of `codes.toml`, each in its file's
    /// order.
    pub fn codes(&self) -> Vec<CodeRecord> {
        let indicators = self.indicators.indicator.iter().map(|indicator| CodeRecord {
            unit: Some(indicator.unit.clone()),
            parent: indicator.parent.clone(),
            ..CodeRecord::new("indicator", &indicator.code, &indicator.name, &indicator.name_en)
        });
        let lists = self
            .codes
            .code
            .iter()
            .map(|code| CodeRecord::new(&code.list, &code.code, &code.name, &code.name_en));
        indicators.chain(self.areas()).chain(lists).collect()
    }

    /// Returns the forms under which texts name a code, as the rules have them (`(a|b)` a choice, `[x]` may be
    /// left out), by list and code; codes that no rule names by words are left out.
    pub fn aliases(&self) -> BTreeMap<(&'static str, String), Vec<&str>> {
        let mut aliases: BTreeMap<(&'static str, String), Vec<&str>> = BTreeMap::new();
        let mut add = |list, code: String, form| aliases.entry((list, code)).or_default().push(form);
        for indicator in self.indicators.indicator.iter() {
            for phrase in &indicator.near {
                add("indicator", indicator.code.clone(), phrase.as_str());
            }
        }
        for place in &self.mention.places {
            for form in place.forms() {
                match (place.kind, &place.code, &place.after) {
                    (PlaceKind::Country, ..) => add("area", "VN".to_owned(), form),
                    (PlaceKind::Region, Some(code), _) => add("area", code.clone(), form),
                    (PlaceKind::Province, code, after) => {
                        code.iter().for_each(|code| add("area", format!("VN63:{code}"), form));
                        // A province that goes on under its name is named by the same words.
                        after.iter().for_each(|after| add("area", format!("VN34:{after}"), form));
                    }
                    _ => {}
                }
            }
        }
        for unit in &self.mention.units {
            unit.forms().for_each(|form| add("unit", unit.code.clone(), form));
        }
        for noun in &self.mention.nouns {
            noun.forms().for_each(|form| add("unit", noun.unit.clone(), form));
        }
        aliases
    }

    /// Returns the names of areas with a code, several of one, as texts write them: code, name.
    pub fn area_names(&self) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for place in &self.mention.places {
            let code = match (place.kind, &place.code) {
                (PlaceKind::Province, Some(code)) => format!("VN63:{code}"),
                (PlaceKind::Region | PlaceKind::Country, Some(code)) => code.clone(),
                _ => continue,
            };
            names.extend(place.names().into_iter().map(|name| (code.clone(), name)));
        }
        names
    }

    fn areas(&self) -> Vec<CodeRecord> {
        let mut areas = vec![CodeRecord::new("area", "VN", "Cả nước", "Viet Nam")];
        areas.extend(self.codes.region.iter().map(|region| CodeRecord {
            parent: Some("VN".to_owned()),
            ..CodeRecord::new("area", &region.code, &region.name, &region.name_en)
        }));
        let region_of = |province: &str| {
            let mut regions = self.codes.region.iter();
            regions
                .find(|region| region.provinces.iter().any(|code| code == province))
                .map(|region| &region.code)
        };
        let provinces = self.mention.places.iter().filter(|place| place.kind == PlaceKind::Province);
        let coded = provinces
            .filter_map(|place| Some((place.code.as_deref()?, place.after.as_deref()?, place.name()?)));
        let mut merged: BTreeMap<&str, Vec<Option<&String>>> = BTreeMap::new();
        for (code, after, name) in coded {
            let region = region_of(code);
            merged.entry(after).or_default().push(region);
            areas.push(CodeRecord {
                parent: region.cloned(),
                valid_to: Some(LAST_DAY_OF_63.to_owned()),
                ..CodeRecord::new("area", format!("VN63:{code}"), name, without_marks(name))
            });
        }
        for (code, regions) in merged {
            let name = self.codes.names_34.get(code).map_or("", String::as_str);
            // A province made of provinces of two regions is in neither.
            let one = regions
                .first()
                .copied()
                .flatten()
                .filter(|first| regions.iter().all(|other| *other == Some(first)));
            areas.push(CodeRecord {
                parent: one.cloned().or_else(|| Some("VN".to_owned())),
                valid_from: Some(FIRST_DAY_OF_34.to_owned()),
                ..CodeRecord::new("area", format!("VN34:{code}"), name, without_marks(name))
            });
        }
        areas
    }
}

/// A name in letters without marks, as English texts write it: `Đắk Lắk` is `Dak Lak`.
fn without_marks(name: &str) -> String {
    let is_mark = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain = |letter: char| match letter {
        'đ' => 'd',
        'Đ' => 'D',
        other => other,
    };
    DecomposingNormalizerBorrowed::new_nfd()
        .normalize_iter(name.chars())
        .filter(|letter| !is_mark(letter))
        .map(plain)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::figure::{Aspect, Fund, Measure, Qualifier};
    use crate::model::finding::{Relation, Verdict};

    fn list(name: &str) -> BTreeSet<String> {
        RulePack::builtin()
            .codes()
            .into_iter()
            .filter(|code| code.list == name)
            .map(|code| code.code)
            .collect()
    }

    fn all<T: Copy>(values: &[T], code: impl Fn(T) -> &'static str) -> BTreeSet<String> {
        values.iter().map(|value| code(*value).to_owned()).collect()
    }

    #[test]
    fn every_code_of_the_program_is_listed_and_no_other() {
        assert_eq!(list("measure"), all(Measure::ALL, Measure::code));
        assert_eq!(list("qualifier"), all(Qualifier::ALL, Qualifier::code));
        assert_eq!(list("aspect"), all(Aspect::ALL, Aspect::code));
        assert_eq!(list("fund"), all(Fund::ALL, Fund::code));
        assert_eq!(list("verdict"), all(Verdict::ALL, Verdict::code));
        assert_eq!(list("relation"), all(Relation::ALL, Relation::code));
        let rules = &RulePack::builtin().mention;
        let units: BTreeSet<String> = rules.units.iter().map(|unit| unit.code.clone()).collect();
        let nouns: BTreeSet<String> = rules.nouns.iter().map(|noun| noun.unit.clone()).collect();
        assert_eq!(list("unit"), units.union(&nouns).cloned().collect());
    }

    #[test]
    fn the_provinces_before_and_after_1_july_2025() {
        let codes = RulePack::builtin().codes();
        let find = |code: &str| codes.iter().find(|record| record.code == code).unwrap();
        assert_eq!(codes.iter().filter(|record| record.code.starts_with("VN63:")).count(), 63);
        assert_eq!(codes.iter().filter(|record| record.code.starts_with("VN34:")).count(), 34);
        let dak_lak = find("VN63:66");
        assert_eq!((dak_lak.name.as_str(), dak_lak.name_en.as_str()), ("Đắk Lắk", "Dak Lak"));
        assert_eq!(
            (dak_lak.parent.as_deref(), dak_lak.valid_to.as_deref()),
            (Some("KC_C15"), Some("2025-06-30"))
        );
        assert_eq!(find("VN34:15").name, "Lào Cai", "merged with Yên Bái, whose code it bears");
        assert!(codes.iter().all(|record| !record.name.is_empty()));
    }

    #[test]
    fn every_alias_is_of_a_code_that_is_listed() {
        let aliases = RulePack::builtin().aliases();
        for (list_name, code) in aliases.keys() {
            assert!(list(list_name).contains(code), "{list_name} {code}");
        }
        assert!(aliases[&("area", "VN63:79".to_owned())].contains(&"TP. Hồ Chí Minh"));
    }

    #[test]
    fn every_parent_is_a_code_of_its_list() {
        let codes = RulePack::builtin().codes();
        for record in codes.iter().filter(|record| record.parent.is_some()) {
            let parent = |other: &&CodeRecord| {
                other.list == record.list && Some(&other.code) == record.parent.as_ref()
            };
            assert!(codes.iter().any(|other| parent(&other)), "{record:?}");
        }
    }
}
