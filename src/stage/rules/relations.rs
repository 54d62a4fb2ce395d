//! The rules that join figures into relations: cue words and thresholds.

use serde::Deserialize;

use crate::model::period::Period;

use super::guards::{RelationKind, RelationRule};

/// What `relations.toml` says; every key must be there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationRules {
    /// The relations that are looked for, each with its guards.
    pub relation: Vec<RelationRule>,
    /// Words after which the parts of a total follow.
    pub parts_follow: Vec<String>,
    /// Words before a number that stands for each of several.
    pub for_each: Vec<String>,
    /// Words that open a clause whose first level is a whole and whose others are its parts.
    pub of_whole: Vec<String>,
    /// Words after which some of the parts of a total follow.
    pub parts_some: Vec<String>,
    /// Words that say that the parts named are all.
    pub parts_complete: Vec<String>,
    /// Words between the last part and a total that is drawn of the parts before it.
    pub total_drawn: Vec<String>,
    /// Words before a part that comes on top of those before it.
    pub parts_added: Vec<String>,
    /// Words that open a new verb: what follows is no part of the list before.
    pub new_verb: Vec<String>,
    /// Words that say that terms are not counted alike.
    pub scope_differs: Vec<String>,
    /// The least score of a pairing that is reported at all.
    pub pairing_agrees: i32,
    /// The least score of a pairing that may be reported as a conflict.
    pub pairing_conflicts: i32,
    /// The least score of a pairing that agrees with a hedged number.
    pub pairing_hedged: i32,
    /// The least score of a pairing that fails by one digit only and is reported as a conflict.
    pub pairing_nearly: i32,
    /// By how much a contradicting pairing must outweigh the best one that agrees.
    pub pairing_margin: i32,
    /// Words around a rate that make it no rate between two printed levels (a yearly mean).
    pub rate_excluded: Vec<String>,
    /// Words after a rate that compare it with another rate: an ambiguous reading.
    pub rate_of_rate: Vec<String>,
    /// Figures looked at on either side of a rate: what keeps the work linear.
    pub window_figures: usize,
    /// The largest number of parts of one sum.
    pub parts_limit: usize,
    /// Numbers that are printed nowhere but known, by time.
    pub assumed_count: Vec<AssumedCount>,
    /// Indicators of what is counted at a moment, by their codes: such numbers do not add up over a year.
    pub stocks: Vec<String>,
    /// Words of a sentence by which its numbers are of what there is at a moment.
    pub held: Vec<String>,
    /// Verbs that end like the beginning of one of `held`, which is none there.
    pub held_verbs: Vec<String>,
    /// Areas that others make up.
    pub made_up: Vec<MadeUp>,
    /// Words between a part and its share.
    pub share_cues: Vec<String>,
    /// Words between a part and its share that may as well lead to a percentage of plan.
    pub reached: Vec<String>,
    /// Words between a part and the whole that it is of, side by side.
    pub within: Vec<String>,
    /// Words by which a bounded number describes what another one counts.
    pub described: Vec<String>,
    /// Words before the last part of a list that make it all the rest.
    pub residual: Vec<String>,
    /// Pairs of names that make up a whole between them.
    pub complements: Vec<[String; 2]>,
    /// Words that hand out several rates in turn.
    pub distributed: Vec<String>,
    /// Words between a rate and the level that it is compared with.
    pub compared: Vec<String>,
    /// Words before the level that another has risen or fallen from.
    pub from_level: Vec<String>,
    /// Words before the level that it has risen or fallen to.
    pub to_level: Vec<String>,
    /// Words before a rate that name no other subject than that of the level before.
    pub rate_leads: Vec<String>,
    /// Words by which a rate, not a level, is said to be higher or lower than another.
    pub rate_compared: Vec<String>,
}

impl RelationRules {
    /// Returns the rule of a relation; `None` where it is not looked for.
    pub fn relation(&self, kind: RelationKind) -> Option<&RelationRule> {
        self.relation.iter().find(|rule| rule.id == kind)
    }
}

/// An area and the areas that together are it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeUp {
    /// The whole, by its code.
    pub area: String,
    /// All its parts.
    pub parts: Vec<String>,
}

/// A number that is printed nowhere but known: an assumption that a finding may rest on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssumedCount {
    /// Its name in a finding's assumptions, in English.
    pub code: String,
    /// Its name in Vietnamese.
    pub name: String,
    /// Words that make a mean one per counted thing.
    pub each: Vec<String>,
    /// The area whose parts are counted.
    pub area: String,
    /// Words that name that area.
    pub words: Vec<String>,
    /// The indicator that counts them in a part of that area.
    pub indicator: String,
    /// Words that may stand between such a number and the name of the part that all of them make up.
    pub own: Vec<String>,
    /// How many there are.
    pub count: i128,
    /// The first day on which that holds.
    pub from: jiff::civil::Date,
    /// The last day; absent while it still holds.
    pub until: Option<jiff::civil::Date>,
}

impl AssumedCount {
    /// Tells whether the number held throughout a period.
    pub fn covers(&self, period: Period) -> bool {
        let (first, last) = (period.first_day(), period.last_day());
        first.is_some_and(|day| self.from <= day)
            && last.is_some_and(|day| self.until.is_none_or(|until| day <= until))
    }
}
