//! Statements: figures whose key is fully bound, with what their sentence says of their scope.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::figure::{AreaCode, Figure, Fund, IndicatorCode, Measure, Qualifier, Reach, Slot};
use crate::model::period::Period;
use crate::model::{Digest, Span};

use super::words::Wording;

/// What the statements of one place have in common: what, where, when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// What is measured.
    pub indicator: IndicatorCode,
    /// Where.
    pub area: AreaCode,
    /// When.
    pub period: Period,
}

impl Cell {
    /// Returns the cell of a figure; `None` where its key is not fully bound, or where nothing across
    /// documents is decided of its measure.
    pub fn of(figure: &Figure) -> Option<Self> {
        let decided =
            matches!(figure.measure, Measure::Value | Measure::OfPlan | Measure::Growth | Measure::Index);
        // Limits of a range are no statements of a quantity, and `khoảng` admits everything.
        let hedged = matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx);
        if !decided || hedged || figure.aspect.is_none() {
            return None;
        }
        Some(Self {
            indicator: figure.indicator.clone()?,
            area: figure.area.clone()?,
            period: figure.period?,
        })
    }

    pub(super) fn at(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    pub(super) fn of_area(&self, area: &AreaCode) -> Self {
        Self { area: area.clone(), ..self.clone() }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {}", self.indicator, self.area, self.period)
    }
}

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'s> {
    /// The document.
    pub document: Digest,
    /// The document that stands for all near-duplicates of it, itself among them.
    pub witness: Digest,
    /// The document's source text.
    pub text: &'s str,
}

/// A figure that takes part across documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The document.
    pub document: Digest,
    /// The document that stands for all near-duplicates of it.
    pub witness: Digest,
    /// The figure.
    pub figure: Figure,
    /// How many relations of its own document, which hold, it stands in.
    pub support: usize,
    /// What its label says besides indicator and area.
    pub(super) narrowing: BTreeSet<String>,
    /// Whether its sentence says that it was set anew.
    pub(super) revised: bool,
    /// Whether its sentence says that it is counted in another way.
    pub(super) other_scope: bool,
}

impl Statement {
    /// Takes a figure of `source`; `None` where its key is not fully bound or where its sentence speaks
    /// of less than its area.
    pub fn of(source: Source<'_>, figure: Figure, support: usize, wording: &Wording) -> Option<Self> {
        let cell = Cell::of(&figure)?;
        let words = |span: Span| source.text.get(span.start..span.end).unwrap_or("");
        let sentence = words(figure.sentence);
        let before = words(Span::new(figure.sentence.start.min(figure.span.start), figure.span.start));
        let named_fund = matches!(figure.fund, Some(Fund::National | Fund::Local | Fund::Counterpart));
        if wording.is_below(sentence) || (wording.is_part(before) && !named_fund) {
            return None;
        }
        Some(Self {
            document: source.document,
            witness: source.witness,
            narrowing: wording.narrowing(&figure.label, &cell.indicator, &cell.area),
            revised: wording.is_revised(sentence),
            other_scope: wording.is_other_scope(sentence),
            support,
            figure,
        })
    }

    /// Tells whether the text itself, not a default, names the fund.
    pub(super) fn names_fund(&self) -> bool {
        self.figure.origins.get(&Slot::Fund).is_none_or(|origin| origin.reach != Reach::Default)
    }
}
