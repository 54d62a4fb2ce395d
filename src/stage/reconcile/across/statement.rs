//! Statements: figures whose key is fully bound, with what their sentence says of their scope.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::model::figure::{AreaCode, Figure, Fund, IndicatorCode, Measure, Qualifier, Reach, Slot};
use crate::model::period::Period;
use crate::model::{Digest, Hasher, Span};

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
    /// Returns the cell of a figure; `None` where its key is not fully bound.
    pub fn of(figure: &Figure) -> Option<Self> {
        // Limits of a range are no statements of a quantity, and `khoảng` admits everything.
        let hedged = matches!(figure.qualifier, Qualifier::Ge | Qualifier::Le | Qualifier::Approx);
        if hedged || figure.aspect.is_none() {
            return None;
        }
        Some(Self {
            indicator: figure.indicator.clone()?,
            area: figure.area.clone()?,
            period: figure.period?,
        })
    }

    /// Reads what its `Display` wrote; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (indicator, area, period) = (words.next()?, words.next()?, words.next()?);
        let bound = words.next().is_none() && !indicator.is_empty() && !area.is_empty();
        let period = period.parse().ok()?;
        bound.then(|| Self { indicator: IndicatorCode::new(indicator), area: AreaCode::new(area), period })
    }

    pub(super) fn at(&self, period: Period) -> Self {
        Self { period, ..self.clone() }
    }

    pub(super) fn of_indicator(&self, indicator: &IndicatorCode) -> Self {
        Self { indicator: indicator.clone(), ..self.clone() }
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

/// Bytes between a count and the name of its area at most.
const BETWEEN_BYTES: usize = 40;

/// Tells whether a figure counts areas.
pub(super) fn counts_areas(figure: &Figure) -> bool {
    figure.unit.as_str() == "province"
        && figure.measure == Measure::Value
        && figure.qualifier == Qualifier::Eq
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
    /// The figure, without the rules that led to it.
    pub figure: Arc<Figure>,
    /// What its label says besides indicator and area.
    pub(super) narrowing: Arc<BTreeSet<String>>,
    /// Which phrases its label has that may make it a part of what another names, a bit each.
    pub(super) loose: u32,
    /// Whether its sentence says that it was set anew.
    pub(super) revised: bool,
    /// Whether its sentence says that it is counted in another way.
    pub(super) other_scope: bool,
    /// Whether its sentence says that it is what there was at a moment.
    pub(super) held: bool,
    /// Of a mean, what it is per, in small letters: `tỉnh`, `đề án`.
    pub(super) per: Option<Box<str>>,
    /// Of a share whose words name it, the area of which it is one.
    pub(super) share_of: Option<AreaCode>,
    /// Whether the text itself, not a default, names the fund.
    pub(super) names_fund: bool,
    /// Of a count, what stands between it and the name of its area, in small letters; `None` where the name stands
    /// elsewhere.
    pub(super) before_area: Option<Box<str>>,
}

impl Statement {
    /// Takes a figure of `source`; `None` where its key is not fully bound or where its sentence speaks
    /// of less than its area.
    pub fn of(source: Source<'_>, mut figure: Figure, wording: &Wording) -> Option<Self> {
        let cell = Cell::of(&figure)?;
        let Span { start, end } = figure.sentence;
        let sentence = source.text.get(start..end).unwrap_or("");
        let words = wording.said(sentence, figure.span.start.saturating_sub(start));
        let named_fund = matches!(figure.fund, Some(Fund::National | Fund::Local | Fund::Counterpart));
        let each = words.each && figure.measure != Measure::Mean;
        if words.below || each || (words.part && !named_fund) {
            return None;
        }
        let narrowing = wording.narrowing(&figure.label, &cell.indicator, &cell.area);
        let said = figure.origins.get(Slot::Fund).is_none_or(|origin| origin.reach != Reach::Default);
        // A total says so.
        let names_fund = said || figure.label.to_lowercase().contains("tổng");
        let named = figure.origins.get(Slot::Area).and_then(|origin| origin.words);
        let before_area = named
            .filter(|area| {
                counts_areas(&figure) && area.end > figure.span.end && area.start > figure.span.start
            })
            // `thành phố` may be read as a word of both.
            .and_then(|area| source.text.get(figure.span.end..area.start.max(figure.span.end)))
            .filter(|between| between.len() <= BETWEEN_BYTES)
            .map(|between| between.trim().to_lowercase().into_boxed_str());
        let per = (figure.measure == Measure::Mean)
            .then(|| wording.per(&figure.quote, source.text.get(start..figure.span.start).unwrap_or("")))
            .flatten();
        let after = source.text.get(figure.span.end..end).unwrap_or("");
        let share_of = (figure.measure == Measure::Share)
            .then(|| match figure.base.as_ref().and_then(|base| base.area.clone()) {
                None => wording.share_of(after),
                named => named,
            })
            .flatten();
        // What led to the figure is not read any more, and would be most of what is held.
        figure.rules = Vec::new();
        figure.origins = Default::default();
        Some(Self {
            document: source.document,
            witness: source.witness,
            loose: wording.loose(&figure.label),
            figure: Arc::new(figure),
            narrowing: Arc::new(narrowing),
            revised: words.revised,
            other_scope: words.other_scope,
            held: words.held,
            per,
            share_of,
            names_fund,
            before_area,
        })
    }

    /// Digests all that is read of it but its witness.
    pub fn digest(&self) -> Digest {
        let Self {
            document,
            witness: _,
            figure,
            narrowing,
            loose,
            revised,
            other_scope,
            held,
            per,
            share_of,
            names_fund,
            before_area,
        } = self;
        let mut hasher = Hasher::new().field(b"statement").field(document.as_bytes());
        // A figure is written as it is stored; what cannot be written is like nothing else.
        hasher.add(&serde_json::to_vec(&**figure).unwrap_or_default());
        hasher.add(&[u8::from(*revised), u8::from(*other_scope), u8::from(*names_fund), u8::from(*held)]);
        hasher.add(&loose.to_le_bytes());
        hasher.add(&(narrowing.len() as u64).to_le_bytes());
        narrowing.iter().for_each(|word| hasher.add(word.as_bytes()));
        let share_of = share_of.as_ref().map(AreaCode::as_str);
        for text in [before_area.as_deref(), per.as_deref(), share_of] {
            hasher.add(&[u8::from(text.is_some())]);
            hasher.add(text.unwrap_or_default().as_bytes());
        }
        hasher.finish()
    }

    /// Returns it as a statement of another witness.
    #[must_use]
    pub fn with_witness(&self, witness: Digest) -> Self {
        Self { witness, ..self.clone() }
    }
}
