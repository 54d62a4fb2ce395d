//! The weights (`ranking.toml`) by which one of several well-formed periods or places is chosen for a
//! figure, and the features that may have one.
//!
//! A feature is a template and one value of each of its axes, all named. Its weight is a small integer
//! and is trained (`scripts/train`); a feature that the file does not name weighs nothing. A candidate's
//! score is the sum of the weights of its features, and the highest score wins.

mod areas;
mod axes;
mod model;
mod periods;

use std::collections::BTreeMap;

pub use areas::{AREA, Follow, InName, Lead, Main, Named, Nation, Prevails, Rival, Subject, Zone, area};
pub use axes::{Between, Carried, Claim, Distance, Group, Kind, Order, Own, Setting, Told, Versus, Where};
pub use model::{Feature, Model, Places, Template};
pub use periods::{Cue, Fresh, PERIOD, Part, Role, Shape, Time, Variant, period};

use super::Files;
use super::cues::PhraseList;
use super::error::{RuleError, read};

/// The file of the pack.
const FILE: &str = "ranking.toml";

type Tables = BTreeMap<String, BTreeMap<String, i32>>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Ranking {
    words: Cues,
    period: Tables,
    area: Tables,
}

/// The words that features ask for; every list holds lower-case phrases.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is explained in ranking.toml, beside its words")]
pub struct Cues {
    pub compared: PhraseList,
    pub plan: PhraseList,
    pub base: PhraseList,
    pub law: PhraseList,
    pub superlative: PhraseList,
    pub levels: PhraseList,
    pub lengths: PhraseList,
    pub up_to: PhraseList,
    pub leads: PhraseList,
    pub level: PhraseList,
    pub at: PhraseList,
    pub of: PhraseList,
    pub against: PhraseList,
    pub rank: PhraseList,
    pub way: PhraseList,
    pub has: PhraseList,
    pub reaches: PhraseList,
    pub pairs: PhraseList,
    pub former: PhraseList,
    /// Before the name of a place below the province: `huyện`, `phường`.
    pub district: PhraseList,
    pub national: PhraseList,
    pub occasion: PhraseList,
}

/// The weights of both slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingRules {
    /// The words that features ask for.
    pub words: Cues,
    /// Of the period.
    pub period: Model,
    /// Of the area.
    pub area: Model,
}

impl RankingRules {
    /// Reads the weights.
    ///
    /// # Errors
    /// A key that names no feature, with its line.
    pub fn load(files: &Files) -> Result<Self, RuleError> {
        let text = files.text(FILE);
        let tables: Ranking = read(FILE, text)?;
        let mut rules = Self { words: tables.words, period: Model::of(PERIOD), area: Model::of(AREA) };
        rules.period.load("period", &tables.period, text)?;
        rules.area.load("area", &tables.area, text)?;
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::super::RulePack;
    use super::*;

    #[test]
    fn a_weight_of_no_feature_is_refused_with_its_line() {
        let text = RulePack::builtin().files.text(FILE).split("\n[period").next().unwrap().to_owned();
        let text = format!("{text}\n[period.shape]\n\"year told\" = 3\n\n[area]\n");
        let error = RulePack::parse(&[(FILE.to_owned(), text.clone())]).unwrap_err().remove(0);
        let line = text.lines().position(|line| line.starts_with("\"year told\"")).unwrap() + 1;
        assert_eq!((error.line, error.file.as_str()), (line, FILE), "{error}");
        assert!(error.to_string().contains("no feature is named \"year told\""), "{error}");
    }
}
