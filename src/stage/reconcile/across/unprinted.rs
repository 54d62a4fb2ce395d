//! Levels that no report prints and that several lead to: the plan behind the percentages of two outturns, the
//! year before two growths, the year of which one report prints the growth and another the level before.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Aspect, Measure, Qualifier};
use crate::model::finding::Relation;
use crate::model::period::Period;

use super::super::routes::{self, Key, Route, Way};
use super::rates::Levels;
use super::region::Loaded;
use super::related::{Kind, Related};
use super::series::SeriesKey;
use super::sites::YEARS_BACK;
use super::statement::{Cell, Statement};

/// A level that no report prints, and how reports of several witnesses lead to it.
#[derive(Debug, Clone)]
pub(super) struct Unprinted<'s> {
    pub(super) cell: Cell,
    pub(super) key: Key,
    /// A level and its rate; of each witness one, in order.
    pub(super) routes: Vec<(Route<'s>, [&'s Statement; 2])>,
}

impl<'s> Unprinted<'s> {
    /// Returns its cell and those that its routes start in.
    pub(super) fn cells(&self) -> BTreeSet<Cell> {
        let stated = self.routes.iter().flat_map(|(_, both)| both);
        stated.filter_map(|one| Cell::of(&one.figure)).chain([self.cell.clone()]).collect()
    }

    /// Returns each route against the next. One that leads up and one that leads down are a chain.
    pub(super) fn meetings(&self) -> impl Iterator<Item = Related<'s>> {
        let alike = |pair: &&[(Route<'s>, _)]| pair[0].0.way == pair[1].0.way;
        self.routes.windows(2).filter(alike).filter_map(|pair| {
            let ((first, [level, rate]), (second, [other, other_rate])) = (&pair[0], &pair[1]);
            let mut claim = routes::meeting(*first, *second)?;
            let statements = vec![*level, *rate, *other_rate, *other];
            claim.rule = "across.routes";
            claim.scope = statements.iter().any(|one| one.revised || one.other_scope);
            Some(Related { through: Some(self.cell.clone()), ..Related::new(Kind::Met, claim, statements) })
        })
    }
}

/// What a rate leads to from its level.
pub(super) fn target(key: &SeriesKey<'_>, cell: &Cell) -> Option<(Relation, Period, Aspect)> {
    let base = |base: Option<Period>| key.base.and_then(|known| known.period).or(base);
    let elsewhere = key.base.and_then(|base| base.area.as_ref()).is_some_and(|area| *area != cell.area);
    let aspect = key.aspect?;
    let done = |aspect| matches!(aspect, Aspect::Actual | Aspect::Estimate);
    let compared = key.base.and_then(|base| base.aspect).unwrap_or(aspect);
    let relation = match key.measure {
        Measure::OfPlan => {
            // A part of a year is measured by the plan of the year where nothing else is said.
            let period = base(Some(Period::Year(cell.period.year())))?;
            return (!elsewhere).then_some((Relation::OfPlan, period, Aspect::Plan));
        }
        Measure::Growth => Relation::Growth,
        Measure::Index => Relation::Index,
        Measure::Difference => Relation::Difference,
        _ => return None,
    };
    let like = (done(aspect) && done(compared)) || (aspect == Aspect::Plan && compared == Aspect::Plan);
    let aspect = if done(aspect) { Aspect::Actual } else { aspect };
    (like && !elsewhere).then_some((relation, base(cell.period.shifted(-1))?, aspect))
}

/// Finds the levels at `cell` that no report prints, from what the cells `around` state.
pub(super) fn at<'s>(cells: &'s Loaded, cell: &Cell, around: &[Cell]) -> Vec<Unprinted<'s>> {
    let mut search =
        Search { here: Levels::of(cells, cell), cell, found: BTreeMap::new(), led: BTreeSet::new() };
    // What a rate leads to from its level lies behind it.
    for from in around.iter().filter(|from| from.period.year() >= cell.period.year()) {
        search.behind(cells, from);
    }
    search.ahead(cells);
    let is_told = |one: &Unprinted<'_>| {
        let [(_, [level, rate])] = one.routes[..] else { return one.routes.len() > 1 };
        level.witness != rate.witness
    };
    search.found.into_values().filter(is_told).collect()
}

/// What tells unprinted levels of one cell apart.
type Name<'s> = (Key, &'s BTreeSet<String>);

/// The search for the levels of one cell that no report prints.
struct Search<'s, 'c> {
    here: Levels<'s>,
    cell: &'c Cell,
    found: BTreeMap<Name<'s>, Unprinted<'s>>,
    led: BTreeSet<(Name<'s>, Digest)>,
}

impl<'s> Search<'s, '_> {
    /// What rates of later levels, or of outturns, lead down to.
    fn behind(&mut self, cells: &'s Loaded, from: &Cell) {
        let all = Levels::of(cells, from);
        for (key, rates) in &all.all {
            let Some((relation, period, aspect)) = target(key, from) else { continue };
            if period != self.cell.period || relation == Relation::Difference {
                continue;
            }
            for rate in &rates.stated {
                let Some(top) = all.top(key, rate) else { continue };
                let route =
                    Route { level: &top.level.figure, rate: &rate.figure, relation, way: Way::Behind };
                self.add(top.key, aspect, route, [top.level, rate]);
            }
        }
    }

    /// What the changes here, of which no report prints the level, lead up to from earlier levels.
    fn ahead(&mut self, cells: &'s Loaded) {
        let mut routes = Vec::new();
        for (key, rates) in &self.here.all {
            let Some((relation, period, aspect)) = target(key, self.cell) else { continue };
            let years = self.cell.period.year() - period.year();
            let is_read =
                (1..=YEARS_BACK).contains(&years) && self.cell.period.shifted(-years) == Some(period);
            let final_ = key.aspect == Some(aspect);
            if !is_read || !final_ || !matches!(relation, Relation::Growth | Relation::Index) {
                continue;
            }
            let earlier = cells.series(&self.cell.at(period));
            let is_level = |level: &SeriesKey<'s>| {
                level.measure == Measure::Value
                    && level.fund == key.fund
                    && level.aspect == Some(aspect)
                    && level.narrowing == key.narrowing
                    && !matches!(level.unit.as_str(), "percent" | "percentage_point")
            };
            let mut levels = earlier.iter().filter(|(level, _)| is_level(level));
            let (Some((level, series)), None) = (levels.next(), levels.next()) else { continue };
            let exact = |one: &&Statement| one.figure.qualifier == Qualifier::Eq && one.names_fund;
            let Some(bottom) = series.settled().filter(exact) else { continue };
            for rate in rates.stated.iter().filter(|rate| self.here.is_alone(rate)) {
                let route = Route { level: &bottom.figure, rate: &rate.figure, relation, way: Way::Ahead };
                routes.push((level.clone(), aspect, route, [bottom, rate]));
            }
        }
        for (level, aspect, route, both) in routes {
            self.add(&level, aspect, route, both);
        }
    }

    /// Adds a route to what no report prints.
    fn add(&mut self, level: &SeriesKey<'s>, aspect: Aspect, route: Route<'s>, both: [&'s Statement; 2]) {
        let printed = |aspect| self.here.all.contains_key(&level.with_aspect(aspect));
        if printed(aspect) || (aspect == Aspect::Actual && printed(Aspect::Estimate)) {
            return;
        }
        let Some(own) = Key::of(route.level) else { return };
        let key = Key { period: self.cell.period, aspect: Some(aspect), ..own };
        let name = (key.clone(), level.narrowing);
        // Copies, and a report that says it twice, lead to it once.
        let [_, rate] = both;
        if !self.led.insert((name.clone(), rate.witness)) {
            return;
        }
        let empty = || Unprinted { cell: self.cell.clone(), key, routes: Vec::new() };
        self.found.entry(name).or_insert_with(empty).routes.push((route, both));
    }
}
