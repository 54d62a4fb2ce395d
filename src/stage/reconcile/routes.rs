//! Routes: relations that go through a level that nobody printed, or printed only as a bound.
//!
//! A level and its percentage of plan give the plan; a level and its growth give the level before.
//! Where two routes lead to one unprinted level, or the parts of an unprinted whole are reached, the
//! figures on them fix each other although no sentence puts them side by side.

use std::collections::BTreeMap;

use crate::model::figure::{AreaCode, Aspect, Figure, Fund, IndicatorCode, Measure, Qualifier, UnitCode};
use crate::model::finding::Relation;
use crate::model::period::Period;
use crate::stage::rules::guards::{RelationKind, Role};

use super::claim::Claim;
use super::formula::Formula;
use super::guard::{self, Degree};
use super::page::Page;
use super::rates::{relation, rule};
use super::term::Term;

/// What tells one level from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) indicator: Option<IndicatorCode>,
    pub(super) unit: UnitCode,
    pub(super) area: Option<AreaCode>,
    pub(super) period: Period,
    pub(super) aspect: Option<Aspect>,
    pub(super) fund: Option<Fund>,
}

impl Key {
    /// Returns the key of a printed level whose period is known; an estimate is of what is done.
    pub(super) fn of(level: &Figure) -> Option<Self> {
        Some(Self {
            indicator: level.indicator.clone(),
            unit: level.unit.clone(),
            area: level.area.clone(),
            period: level.period?,
            aspect: level
                .aspect
                .map(|aspect| if aspect == Aspect::Estimate { Aspect::Actual } else { aspect }),
            fund: level.fund,
        })
    }

    fn of_fund(&self, fund: Fund) -> Self {
        Self { fund: Some(fund), ..self.clone() }
    }
}

/// Where a route leads to from its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To what the level is a rate of: the plan, the year before.
    Behind,
    /// To what is a rate of the level: the year after.
    Ahead,
}

/// One way to an unprinted level: a printed level and a rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route<'f> {
    pub(super) level: &'f Figure,
    pub(super) rate: &'f Figure,
    pub(super) relation: Relation,
    pub(super) way: Way,
}

impl<'f> Route<'f> {
    /// Returns the unprinted level as this route gives it.
    pub(super) fn term(self) -> Term<'f> {
        let level = Term::printed(self.level, self.role());
        match self.way {
            Way::Behind => level.behind(self.relation, self.rate),
            Way::Ahead => level.ahead(self.relation, self.rate),
        }
    }

    /// Returns the role of the printed level.
    const fn role(self) -> &'static str {
        match (self.way, self.relation) {
            (Way::Ahead, _) => "earlier",
            (Way::Behind, Relation::OfPlan) => "actual",
            (Way::Behind, _) => "later",
        }
    }
}

/// The routes of a page by the level that they lead to, in reading order.
pub(super) type Routes<'f> = BTreeMap<Key, Vec<Route<'f>>>;

/// Finds the routes of a page; a rate that `is_known`, related to a printed level, leads nowhere new.
pub(super) fn find<'f>(page: &Page<'f>, is_known: &dyn Fn(&Figure) -> bool) -> Routes<'f> {
    let mut routes = Routes::new();
    for (at, rate) in page.figures.iter().enumerate() {
        if is_known(rate) || page.is_of_rate(rate) {
            continue;
        }
        if let Some((key, route)) = route(page, at) {
            routes.entry(key).or_default().push(route);
        }
    }
    routes
}

fn route<'f>(page: &Page<'f>, at: usize) -> Option<(Key, Route<'f>)> {
    let rate = page.figures[at];
    let relation = relation(rate.measure)
        .filter(|relation| matches!(relation, Relation::OfPlan | Relation::Growth | Relation::Index))
        .filter(|relation| rule(page, *relation).is_some())?;
    let guards = page.rules.relation(RelationKind::Route)?;
    // The level is the nearest one before the rate in its sentence that the guards allow.
    let level = page.level_of(at, |level| {
        guard::holds(page, guards, Degree::Must, &[(Role::Later, level), (Role::Rate, rate)])
    })?;
    let base = rate.base.as_ref();
    let period = base.and_then(|base| base.period).or_else(|| match relation {
        Relation::OfPlan => level.period.map(|period| Period::Year(period.year())),
        _ => level.period.and_then(|period| period.shifted(-1)),
    })?;
    // A part of a year compared with a year: the same part of it.
    let period = match (relation, level.period, period) {
        (Relation::Growth | Relation::Index, Some(later), Period::Year(year)) => {
            later.shifted(year - later.year())?
        }
        _ => period,
    };
    let aspect = match relation {
        Relation::OfPlan => Some(Aspect::Plan),
        _ => base.and_then(|base| base.aspect).or(level.aspect),
    };
    let key = Key { period, aspect, ..Key::of(level)? };
    let key =
        Key { aspect: key.aspect.map(|a| if a == Aspect::Estimate { Aspect::Actual } else { a }), ..key };
    Some((key, Route { level, rate, relation, way: Way::Behind }))
}

/// Returns the relations that hold through unprinted levels.
pub(super) fn claims<'f>(page: &Page<'f>, routes: &Routes<'f>) -> Vec<Claim<'f>> {
    let mut found = Vec::new();
    for several in routes.values() {
        found.extend(several.windows(2).filter_map(|pair| meeting(pair[0], pair[1])));
    }
    for (key, several) in routes {
        found.extend(several.iter().filter_map(|whole| from_parts(routes, key, *whole)));
    }
    found.extend(through_bounds(page, routes));
    found
}

/// Two routes to one level: the level at the end of the second, as the first gives it.
pub(super) fn meeting<'f>(first: Route<'f>, second: Route<'f>) -> Option<Claim<'f>> {
    let term = first.term();
    let term = match second.way {
        Way::Behind => term.ahead(second.relation, second.rate),
        Way::Ahead => term.behind(second.relation, second.rate),
    };
    term.claim(second.relation, second.level, second.role(), "relations.routes")
}

/// The plan of a whole from the plans of its parts: national and local make the total.
fn from_parts<'f>(routes: &Routes<'f>, key: &Key, whole: Route<'f>) -> Option<Claim<'f>> {
    if key.fund != Some(Fund::Total) || whole.relation != Relation::OfPlan {
        return None;
    }
    let part = |fund: Fund| {
        let several = routes.get(&key.of_fund(fund))?;
        several.iter().find(|part| part.relation == whole.relation).map(|part| part.term())
    };
    let parts = part(Fund::National)?.with(part(Fund::Local)?, Formula::plus);
    let term = Term::printed(whole.level, "actual").with(parts, Formula::percent);
    term.claim(whole.relation, whole.rate, "rate", "relation.of_plan.parts")
}

/// Levels printed as a mere bound that a route fixes on both sides: what else is said of them.
fn through_bounds<'f>(page: &Page<'f>, routes: &Routes<'f>) -> Vec<Claim<'f>> {
    let mut fixed: BTreeMap<Key, Vec<(&'f Figure, Term<'f>)>> = BTreeMap::new();
    for several in routes.values() {
        for bound in several.iter().filter(|route| is_bound(route.level)) {
            for exact in several.iter().filter(|route| !is_bound(route.level)) {
                let term = exact.term().ahead(bound.relation, bound.rate);
                let ends = term.interval();
                if ends.low.is_some() && ends.high.is_some() && !ends.is_empty() {
                    fixed.extend(Key::of(bound.level).map(|key| (key, vec![(bound.level, term)])));
                }
            }
        }
    }
    let mut found = Vec::new();
    for (key, terms) in &fixed {
        for (bound, term) in terms {
            found.extend(remainder(page, key, bound, term));
            found.extend(of_fixed_plan(page, key, bound, term));
        }
    }
    found
}

pub(super) fn is_bound(figure: &Figure) -> bool {
    matches!(figure.qualifier, Qualifier::Gt | Qualifier::Ge | Qualifier::Lt | Qualifier::Le)
}

/// What is left of a whole after one of its two funds.
fn remainder<'f>(page: &Page<'f>, key: &Key, whole: &'f Figure, term: &Term<'f>) -> Option<Claim<'f>> {
    if key.fund != Some(Fund::Total) {
        return None;
    }
    let near = page.near(whole);
    let part = |fund: Fund| {
        let wanted = key.of_fund(fund);
        let is_it =
            |level: &&&'f Figure| level.measure == Measure::Value && Key::of(level).as_ref() == Some(&wanted);
        let mut fits = near.iter().filter(is_it);
        fits.next().copied().filter(|_| fits.next().is_none())
    };
    let (national, local) = (part(Fund::National)?, part(Fund::Local)?);
    let (first, second) =
        if national.span.start < local.span.start { (national, local) } else { (local, national) };
    let left = term.clone().with(Term::printed(first, "part"), Formula::less);
    left.claim(Relation::Sum, second, "part", "relation.sum.remainder")
}

/// A percentage of a plan that is printed only as a bound.
fn of_fixed_plan<'f>(page: &Page<'f>, key: &Key, plan: &'f Figure, term: &Term<'f>) -> Option<Claim<'f>> {
    if key.aspect != Some(Aspect::Plan) {
        return None;
    }
    let (at, rate) = page.figures.iter().enumerate().find(|(_, rate)| {
        rate.measure == Measure::OfPlan
            && rate.span.start > plan.span.start
            && rate.indicator == key.indicator
            && rate.area == key.area
            && rate.fund == key.fund
            && rate.period.is_some_and(|period| Period::Year(period.year()) == key.period)
    })?;
    let level = page.level_of(at, |level| level.indicator == rate.indicator && level.fund == rate.fund)?;
    let term = Term::printed(level, "actual").with(term.clone(), Formula::percent);
    term.claim(Relation::OfPlan, rate, "rate", "relation.of_plan.fixed")
}
