//! Findings: relations between figures, decided by arithmetic; and figures that nobody printed.

use serde::{Deserialize, Serialize};

use super::figure::{AreaCode, Aspect, FigureId, Fund, IndicatorCode, Measure, UnitCode, codes};
use super::period::Period;
use super::{Digest, Hasher};

codes! {
    /// What arithmetic says of a relation.
    Verdict {
        /// The intervals meet.
        Agrees = "agrees",
        /// They meet only if printed digits were cut off, not rounded.
        AgreesIfTruncated = "agrees_if_truncated",
        /// They cannot all be right.
        Conflicts = "conflicts",
        /// The text itself says that the terms are not the same.
        DiffersInScope = "differs_in_scope",
        /// The printed figures do not determine it.
        Undetermined = "undetermined",
    }
}

codes! {
    /// How the figures of a finding are related.
    Relation {
        /// actual = plan × rate
        OfPlan = "of_plan",
        /// later = earlier × (1 + rate)
        Growth = "growth",
        /// later = earlier × rate
        Index = "index",
        /// part = whole × rate
        Share = "share",
        /// total = mean × count
        Mean = "mean",
        /// whole = sum of its parts
        Sum = "sum",
        /// later − earlier = difference
        Difference = "difference",
        /// a longer cumulative period is no smaller
        Order = "order",
        /// two statements of one quantity
        Restated = "restated",
        /// a hedge against a number
        Bound = "bound",
    }
}

/// A closed interval as it is exported: exact decimals where they end, else 12 digits rounded
/// outwards; `None` is unbounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lower end.
    pub low: Option<String>,
    /// Upper end.
    pub high: Option<String>,
}

/// A figure's part in a relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Operand {
    /// The figure.
    pub id: FigureId,
    /// Its role (`actual`, `plan`, `rate`, `whole`, `part`, …).
    pub role: String,
}

/// A figure that may be the wrong one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// The figure.
    pub id: FigureId,
    /// Rank from 1; equal ranks are ties.
    pub rank: u32,
    /// The interval that would make every relation it stands in hold; `None` where there is none.
    pub implied: Option<Bounds>,
    /// The one-digit repair that breaks nothing else, as it would be printed.
    pub repair: Option<String>,
    /// Why it is suspected, as codes (`smallest_correction`, `one_digit`, `unsupported`,
    /// `second_version`).
    pub reasons: Vec<String>,
}

/// One sentence in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// One way to read printed words or digits that leave several open, and what it implies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Which one: `relative` (percent of the other rate), `percentage_points`, `level` (the change is of the level,
    /// not of its rate); `as_printed` (every printed digit counts), `round_money` (zeros may hide digits).
    pub code: String,
    /// What it implies: of `relative` and `percentage_points` for the other rate, of `level` for the other level,
    /// else for the stated figure.
    pub implied: Bounds,
    /// What would be decided under it.
    pub verdict: Verdict,
}

/// A relation between figures, decided (record contract, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable: depends on the relation and the ids of its figures.
    pub id: String,
    /// What arithmetic says.
    pub verdict: Verdict,
    /// The kind of relation.
    pub relation: Relation,
    /// Every figure that takes part, in the formula's order.
    pub figures: Vec<Operand>,
    /// The formula with the printed numbers in it.
    pub formula: String,
    /// What the other figures admit for the stated one.
    pub computed: Bounds,
    /// What its printed digits admit.
    pub stated: Bounds,
    /// Distance between the two intervals; `0` where they meet.
    pub gap: String,
    /// For conflicts: likeliest first.
    pub suspects: Vec<Suspect>,
    /// Every document that takes part.
    pub documents: Vec<Digest>,
    /// One sentence each.
    pub explanation: Explanation,
    /// Assumptions that the verdict rests on (`63 provinces`), as codes.
    pub assumptions: Vec<String>,
    /// The readings that are left open, each with what it implies; empty where there is one alone, and in events
    /// of before they were recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Alternative>,
    /// The rule of the pack that relates the figures.
    pub rule: String,
}

impl Finding {
    /// Names the finding of `relation` over `figures`, whatever their order and roles.
    pub fn id_of(relation: Relation, figures: &[Operand]) -> String {
        let mut ids: Vec<&str> = figures.iter().map(|operand| operand.id.as_str()).collect();
        ids.sort_unstable();
        let mut hasher = Hasher::new().field(b"finding").field(relation.code().as_bytes());
        for id in ids {
            hasher = hasher.field(id.as_bytes());
        }
        hasher.finish().short(24)
    }
}

/// A figure that nobody printed but that printed ones determine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// Stable: depends on the key and the figures it rests on.
    pub id: String,
    /// What is measured.
    pub indicator: Option<IndicatorCode>,
    /// The words that name it, taken from the figures it rests on.
    pub label: String,
    /// What kind of statement it is.
    pub measure: Measure,
    /// The canonical unit.
    pub unit: UnitCode,
    /// Lower end; exported as in [`Bounds`].
    pub low: Option<String>,
    /// Upper end; exported as in [`Bounds`].
    pub high: Option<String>,
    /// Where.
    pub area: Option<AreaCode>,
    /// When.
    pub period: Option<Period>,
    /// In what capacity.
    pub aspect: Option<Aspect>,
    /// Whose money.
    pub fund: Option<Fund>,
    /// The figures it rests on.
    pub from: Vec<FigureId>,
    /// The assumptions it rests on.
    pub assumptions: Vec<String>,
    /// How it follows, with the printed numbers in it.
    pub formula: String,
    /// The rules that derived it.
    pub rules: Vec<String>,
}
