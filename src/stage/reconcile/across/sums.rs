//! Levels of several reports that make up a whole, or that lie within each other: funds, areas, the months of a
//! year.

use std::collections::BTreeMap;

use crate::model::figure::{Aspect, Figure, Fund, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::period::Period;

use super::super::claim::Claim;
use super::super::formula::Formula;
use super::lists::CodeLists;
use super::region::Loaded;
use super::related::{Kind, Related, is_comparable, is_reported};
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement};

/// Months of a year.
pub(super) const MONTHS: i8 = 12;

/// What was done by one month of a year against what was done by the next later one that is stated, and what was done
/// within the year against the next that holds it.
pub(super) fn orders<'s>(cells: &'s Loaded, through: &[Cell], within: &[Cell]) -> Vec<Related<'s>> {
    let counted = |cell: &Cell| -> Vec<(Period, SeriesKey<'s>, &'s Statement)> {
        let levels =
            cells.series(cell).into_iter().filter_map(|(key, series)| Some((key, added_up(&series)?)));
        let adds_up = |key: &SeriesKey<'s>| {
            key.measure == Measure::Value
                && matches!(key.aspect, Some(Aspect::Actual | Aspect::Disbursed))
                && !matches!(key.unit.as_str(), "percent" | "percentage_point")
        };
        levels.filter(|(key, _)| adds_up(key)).map(|(key, one)| (cell.period, key, one)).collect()
    };
    let by_month: Vec<_> = through.iter().flat_map(counted).collect();
    let mut found = Vec::new();
    for (at, (_, key, longer)) in by_month.iter().enumerate() {
        let shorter = by_month[..at].iter().rev().find(|(_, other, _)| other == key);
        found.extend(shorter.and_then(|(_, _, shorter)| order(shorter, longer)));
    }
    for (period, key, shorter) in within.iter().flat_map(counted) {
        let holds = |(longer, other, _): &&(Period, SeriesKey<'s>, _)| {
            *other == key && longer.last_day() >= period.last_day()
        };
        found.extend(by_month.iter().find(holds).and_then(|(_, _, longer)| order(shorter, longer)));
    }
    found
}

/// The level of a series that grows over a year; what there is at a moment may be less later.
fn added_up<'s>(series: &Series<'s>) -> Option<&'s Statement> {
    let held = series.stated.iter().any(|one| one.held);
    series.settled().filter(|one| !held && one.figure.qualifier == Qualifier::Eq)
}

fn order<'s>(shorter: &'s Statement, longer: &'s Statement) -> Option<Related<'s>> {
    let (figures, roles) = (vec![&*shorter.figure, &*longer.figure], vec!["shorter", "longer"]);
    let formula = Formula::AtLeast(Box::new(Formula::Figure(0)));
    let mut claim = Claim::of(Relation::Order, figures, roles, formula, "across.order");
    claim.scope = [shorter, longer].iter().any(|one| one.revised || one.other_scope);
    let related = Related::new(Kind::Ordered, claim, vec![shorter, longer]);
    let told = related.is_across() && (related.claim.holds() || is_comparable(&related.claim));
    told.then_some(related)
}

/// Returns the periods of a year that do not begin in January.
pub(super) fn within_year(year: i16) -> impl Iterator<Item = Period> {
    let quarters = (2..=4).map(move |quarter| Period::Quarter(year, quarter));
    let months = (2..=MONTHS).map(move |month| Period::Month(year, month));
    [Period::Half(year, 2)].into_iter().chain(quarters).chain(months)
}

/// Tells whether a period is one of those.
pub(super) const fn is_within_year(period: Period) -> bool {
    matches!(period, Period::Half(_, 2) | Period::Quarter(_, 2..=4) | Period::Month(_, 2..=MONTHS))
}

/// Months that are counted from January on; `None` of other periods.
pub(super) fn months_from_january(period: Period) -> Option<i8> {
    let months = match period {
        Period::Year(_) => MONTHS,
        Period::Half(_, 1) => 6,
        Period::Quarter(_, 1) => 3,
        Period::Month(_, 1) => 1,
        Period::Months(_, months) => i8::try_from(months).ok()?,
        _ => return None,
    };
    (Period::from_january(period.year(), months) == Some(period)).then_some(months)
}

/// National and local money of several reports against the total that another states.
pub(super) fn funds<'s>(
    all: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    totals: &Series<'s>,
) -> Option<Related<'s>> {
    let settled = |fund: Fund| all.get(&key.with_fund(fund)).and_then(Series::settled);
    let whole = totals.settled().filter(|whole| whole.names_fund)?;
    let (national, local) = (settled(Fund::National)?, settled(Fund::Local)?);
    if settled(Fund::Counterpart).is_some() || all.contains_key(&key.with_fund(Fund::Counterpart)) {
        return None;
    }
    let mut claim = Claim::of_sum(&[&national.figure, &local.figure], &whole.figure, "across.funds");
    claim.scope = [national, local, whole].iter().any(|one| one.revised || one.other_scope);
    let related = Related::new(Kind::Funds, claim, vec![national, local, whole]);
    Some(related).filter(is_reported)
}

/// The statements of all areas that make up an area, against its own.
pub(super) fn parts<'s>(cells: &'s Loaded, whole: &Cell, lists: &CodeLists) -> Vec<Related<'s>> {
    let wholes = cells.series(whole);
    if wholes.is_empty() {
        return Vec::new();
    }
    let codes = lists.parts(&whole.area);
    let split: Vec<BTreeMap<SeriesKey<'s>, Series<'s>>> =
        codes.iter().map(|part| cells.series(&whole.of_area(part))).collect();
    let mut found = Vec::new();
    for (key, series) in &wholes {
        if key.measure != Measure::Value || matches!(key.unit.as_str(), "percent" | "percentage_point") {
            continue;
        }
        let Some(total) = series.settled().filter(|one| one.figure.qualifier == Qualifier::Eq) else {
            continue;
        };
        let stated: Vec<&'s Statement> =
            split.iter().filter_map(|part| part.get(key).and_then(Series::settled)).collect();
        if stated.len() < 2 {
            continue;
        }
        let complete = stated.len() == codes.len();
        let figures: Vec<&Figure> = stated.iter().map(|one| &*one.figure).collect();
        let mut claim = Claim::of_sum(&figures, &total.figure, "across.areas");
        if !complete {
            claim.formula = Formula::AtLeast(Box::new(claim.formula));
        }
        let mut statements = stated;
        statements.push(total);
        claim.scope = statements.iter().any(|one| one.revised || one.other_scope);
        let related = Related::new(Kind::Areas, claim, statements);
        // Some of the parts can only be too much; that they are not says nothing.
        let tells = complete || !matches!(related.verdict(), Verdict::Agrees | Verdict::AgreesIfTruncated);
        found.extend(Some(related).filter(|related| tells && is_reported(related)));
    }
    found
}
