//! Levels that no report prints and that several lead to: the plan behind the percentages of two outturns, the
//! year before two growths.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;
use crate::model::figure::{Aspect, Measure};
use crate::model::finding::Relation;
use crate::model::period::Period;

use super::super::routes::{self, Key, Route};
use super::rates::own_level;
use super::region::Loaded;
use super::related::{Kind, Related};
use super::series::SeriesKey;
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

    /// Returns each route against the next.
    pub(super) fn meetings(&self) -> impl Iterator<Item = Related<'s>> {
        self.routes.windows(2).filter_map(|pair| {
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
    let here = cells.series(cell);
    let mut found: BTreeMap<(Key, &'s BTreeSet<String>), Unprinted<'s>> = BTreeMap::new();
    let mut led: BTreeSet<((Key, &'s BTreeSet<String>), Digest)> = BTreeSet::new();
    for from in around {
        let all = cells.series(from);
        for (key, rates) in &all {
            let Some((relation, period, aspect)) = target(key, from) else { continue };
            if period != cell.period || relation == Relation::Difference {
                continue;
            }
            for rate in &rates.stated {
                let Some((level, top)) = own_level(&all, key, rate) else { continue };
                let printed = |aspect| here.contains_key(&level.with_aspect(aspect));
                if printed(aspect) || (aspect == Aspect::Actual && printed(Aspect::Estimate)) {
                    continue;
                }
                let Some(own) = Key::of(&top.figure) else { continue };
                let key = Key { period, aspect: Some(aspect), ..own };
                let name = (key.clone(), level.narrowing);
                // Copies, and a report that says it twice, lead to it once.
                if !led.insert((name.clone(), top.witness)) {
                    continue;
                }
                let route = Route { level: &top.figure, rate: &rate.figure, relation };
                let empty = || Unprinted { cell: cell.clone(), key, routes: Vec::new() };
                found.entry(name).or_insert_with(empty).routes.push((route, [top, rate]));
            }
        }
    }
    found.into_values().filter(|one| one.routes.len() > 1).collect()
}
