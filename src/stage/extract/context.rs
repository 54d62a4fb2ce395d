//! What a sentence leaves out: the year, the period and the place spoken of.
//!
//! Asked in this order, the nearest first: the clause, the sentence, the list head or paragraph, the
//! section, the title, the printed date. A new statement drops the one before it.

use jiff::civil::Date;

use super::mention::period::{Part, TimeContext, TimeExpression};
use super::mention::place::{InName, Place, PlaceMention};
use super::mention::{Mentions, PeriodMention};
use crate::model::Span;
use crate::model::figure::{AreaCode, Origin, Reach};
use crate::model::period::Period;
use crate::model::segment::{Block, BlockKind};

/// A slot's value and where it came from (clean offsets).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

impl<T> Bound<T> {
    pub(super) fn new(value: T, words: Option<Span>, rule: &str, reach: Reach) -> Self {
        Self { value, origin: Origin { words, rule: rule.to_owned(), reach } }
    }

    pub(super) fn widened(mut self, reach: Reach) -> Self {
        self.origin.reach = self.origin.reach.max(reach);
        self
    }
}

/// What is spoken of at a place in the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    pub(super) date: Option<Date>,
    pub(super) year: Option<i16>,
    pub(super) period: Option<Bound<Period>>,
    pub(super) area: Option<Bound<AreaCode>>,
    region: Option<AreaCode>,
    province: Option<AreaCode>,
}

impl Context {
    /// Starts with what the whole document says: its printed date, and the place that its title, or
    /// most of its text, is about.
    pub(super) fn of_document(text: &str, blocks: &[Block], found: &Mentions) -> Self {
        let mut context = Self { date: printed_date(text, blocks, found), ..Self::default() };
        context.year = context.date.map(|date| date.year());
        if let Some(area) = most_named(found) {
            context.area = Some(Bound::new(area.clone(), None, "place.most_named", Reach::Title));
            context.remember(&area);
        }
        if context.year.is_none() {
            // No printed date: the latest year named in the text is the one it was written in.
            let stated = found.periods.iter().filter_map(|period| match period.expression.year {
                super::mention::period::Year::Stated(year) => Some(year),
                _ => None,
            });
            context.year = stated.max();
        }
        context
    }

    fn remember(&mut self, area: &AreaCode) {
        if area.as_str().starts_with("KC_") {
            self.region = Some(area.clone());
        } else if area.as_str().starts_with("VN6") || area.as_str().starts_with("VN3") {
            self.province = Some(area.clone());
        }
    }

    /// Takes a period that is stated as the one spoken of.
    pub(super) fn state_period(&mut self, period: Bound<Period>) {
        self.year = Some(match period.value {
            Period::Years(_, last) => last,
            other => other.year(),
        });
        self.period = Some(period);
    }

    /// Takes a place that is stated as the one spoken of.
    pub(super) fn state_area(&mut self, area: Bound<AreaCode>) {
        self.remember(&area.value);
        self.area = Some(area);
    }

    /// Resolves a time expression here.
    pub(super) fn resolve(&self, expression: &TimeExpression) -> Option<Period> {
        let context = TimeContext {
            document_date: self.date,
            year: self.year,
            period: self.period.as_ref().map(|period| period.value),
        };
        expression.resolve(&context)
    }

    /// Resolves a place here; `None` for a place without a code.
    pub(super) fn locate(&self, place: &PlaceMention, period: Option<Period>) -> Option<AreaCode> {
        match place.place {
            Place::ThisRegion => self.region.clone(),
            Place::ThisProvince => self.province.clone(),
            _ => place.area(period),
        }
    }

    /// Lets what was said in a paragraph reach as far as `reach` says from now on.
    pub(super) fn widen(&mut self, reach: Reach) {
        self.period = self.period.take().map(|period| period.widened(reach));
        self.area = self.area.take().map(|area| area.widened(reach));
    }
}

/// The first whole date in a date line, else near the head of the text.
fn printed_date(text: &str, blocks: &[Block], found: &Mentions) -> Option<Date> {
    let whole = |span: Span| {
        found.periods.iter().filter(move |period| span.contains(period.span)).find_map(|period| {
            match (period.expression.part, period.expression.resolve(&TimeContext::default())) {
                (Part::Day { .. }, Some(Period::Day(date))) => Some(date),
                _ => None,
            }
        })
    };
    let lines = blocks.iter().filter(|block| block.kind == BlockKind::DateLine);
    let dated = lines.filter_map(|block| whole(block.span)).next();
    dated.or_else(|| {
        // `Ngày 27-12-2022, Trung tâm …`: the first sentence of a report dates what it reports.
        let head = blocks.iter().filter(|block| !block.span.of(text).trim().is_empty()).take(4);
        head.filter_map(|block| block.sentences.first()).find_map(|sentence| whole(sentence.span))
    })
}

/// The place with a code that the text names most, one in its head counting more.
fn most_named(found: &Mentions) -> Option<AreaCode> {
    let mut counts: std::collections::BTreeMap<AreaCode, usize> = std::collections::BTreeMap::new();
    for (index, place) in found.places.iter().enumerate() {
        if let Some(area) = place.area(None).filter(|_| place.in_name != InName::Other) {
            let first = if index == 0 { 2 } else { 0 };
            *counts.entry(area).or_default() += 1 + first;
        }
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(area, _)| area)
}

/// Tells whether a period mention stands for what a figure is compared with.
pub(super) fn is_base(lower: &str, period: &PeriodMention) -> bool {
    if matches!(period.expression.part, Part::Same) {
        return true;
    }
    let before = lower[..period.span.start].trim_end();
    [
        "so với",
        "so với cùng kỳ",
        "so với kế hoạch",
        "kế hoạch",
        "với",
        "so cùng kỳ",
        "cùng kỳ",
        "của kế hoạch",
        "so",
        "mức",
        "thực hiện",
    ]
    .iter()
    .take(3)
    .any(|word| before.ends_with(word))
        || {
            // `so với tổng kinh phí thực hiện năm 2018`: a comparison opened before it in its clause.
            let clause = before.rfind([',', ';', '.', ':']).map_or(0, |at| at + 1);
            before[clause..].rfind("so với").is_some()
        }
}
