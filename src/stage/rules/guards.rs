//! Relations and their guards: what the slots of figures have to say before arithmetic may relate them.
//!
//! Each `[[relation]]` of `relations.toml` is one relation by its id; without its table it is not looked for.
//! Its guards compare a slot of the figure in one role with that in another, or with codes. What a relation
//! computes is fixed by the record contract and is no rule.

use serde::{Deserialize, Serialize};

/// A relation and what has to hold before figures are in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationRule {
    /// Which relation.
    pub id: RelationKind,
    /// What the slots of its figures have to say.
    pub guards: Vec<Guard>,
}

/// A relation that rules may guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// A level, its plan and its percentage of plan.
    OfPlan,
    /// A level, the one before and the change in percent.
    Growth,
    /// A level, the one before and the first in percent of it.
    Index,
    /// A part, its whole and its share.
    Share,
    /// A total, a count and the mean.
    Mean,
    /// A level, the one before and the absolute change.
    Difference,
    /// Parts that stand beside their whole.
    Sum,
    /// Some of the parts, together no more than their whole.
    #[serde(rename = "sum.some")]
    SumSome,
    /// National and local funds and their total.
    #[serde(rename = "sum.funds")]
    SumFunds,
    /// The areas of `made_up` and the one that they make up.
    #[serde(rename = "sum.regions")]
    SumRegions,
    /// A level and its rate that lead to a level nobody printed.
    Route,
    /// A share of a whole that is known by its mean alone.
    #[serde(rename = "share.assumed")]
    ShareAssumed,
    /// Two statements of one quantity.
    Restated,
    /// A rounded or hedged number and the one that it stands for.
    Bound,
    /// A cumulative period and a longer one.
    Order,
}

impl RelationKind {
    /// The roles of its figures, in the formula's order.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::OfPlan => &[Role::Actual, Role::Plan, Role::Rate],
            Self::Growth | Self::Index => &[Role::Later, Role::Earlier, Role::Rate],
            Self::Share => &[Role::Part, Role::Whole, Role::Rate],
            Self::Mean => &[Role::Total, Role::Count, Role::Mean],
            Self::Difference => &[Role::Later, Role::Earlier, Role::Difference],
            Self::Sum | Self::SumSome | Self::SumRegions => &[Role::Part, Role::Whole],
            Self::Route => &[Role::Later, Role::Rate],
            Self::ShareAssumed => &[Role::Part, Role::Mean, Role::Rate],
            Self::SumFunds => &[Role::National, Role::Local, Role::Whole],
            Self::Restated | Self::Bound => &[Role::First, Role::Second],
            Self::Order => &[Role::Shorter, Role::Longer],
        }
    }
}

/// A figure's part in a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as in the record contract")]
pub enum Role {
    Actual,
    Plan,
    Rate,
    Later,
    Earlier,
    Part,
    Whole,
    Total,
    Count,
    Mean,
    Difference,
    National,
    Local,
    First,
    Second,
    Shorter,
    Longer,
}

/// What is compared of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// What is measured.
    Indicator,
    /// The same, or a part whose words are the whole's and more.
    Subject,
    /// Whether a part's words are the whole's and more: at odds where they are.
    Breadth,
    /// The unit.
    Unit,
    /// The place.
    Area,
    /// The place, where both are provinces of one list.
    Province,
    /// The time.
    Period,
    /// The year of the time.
    Year,
    /// Of a rate, the time that it compares with, or else the year before; of a level its time.
    Base,
    /// Of a rate, the time that it is said to compare with; of a level its time.
    StatedBase,
    /// The capacity: planned, done, estimated.
    Aspect,
    /// Whether it is intended or done.
    Capacity,
    /// Of a rate, whether what it compares with is intended or done, or else the level that it is of.
    BaseCapacity,
    /// Whose money.
    Fund,
}

/// A comparison of one slot of two figures, or of one figure with codes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// What is compared.
    pub slot: Slot,
    /// Of the figure in this role.
    pub of: Role,
    /// With the figure in this one.
    pub with: Option<Role>,
    /// Or with these codes.
    #[serde(default)]
    pub is: Vec<String>,
    /// Points where both say the same.
    #[serde(default)]
    pub same: i32,
    /// Points where one of them says nothing.
    #[serde(default)]
    pub open: i32,
    /// Points where they are at odds.
    #[serde(default)]
    pub other: i32,
    /// What has to hold so that they are related at all.
    pub must: Option<Strictness>,
    /// What has to hold so that a near miss is one.
    pub near: Option<Strictness>,
    /// What has to hold so that they are related without a doubt.
    pub sure: Option<Strictness>,
    /// What has to hold so that they are of one scope; a sum that fails without it differs in scope.
    pub scope: Option<Strictness>,
}

/// How well two slots have to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// Not at odds: one may say nothing.
    Agree,
    /// The same where they stand in different sentences.
    AgreeApart,
    /// The same, or both say nothing.
    Equal,
    /// Both say it, and the same.
    Stated,
    /// What the first says, the second says too.
    AsStated,
    /// Not the same.
    Differ,
}
