//! Guards, evaluated: what the rules ask of the slots of figures before they are related.

use crate::model::figure::{Aspect, Figure, Fund};
use crate::model::period::Period;
use crate::stage::rules::guards::{Guard, RelationRule, Role, Slot, Strictness};

use super::page::{Page, is_intended};

/// Figures in the roles of a relation; a role may be taken by several.
pub(super) type Cast<'c, 'f> = &'c [(Role, &'f Figure)];

/// How sure a relation has to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Degree {
    /// Related at all.
    Must,
    /// A near miss that contradicts.
    Near,
    /// Related without a doubt.
    Sure,
    /// Of one scope.
    Scope,
}

/// What a figure says in a slot.
#[derive(Debug, PartialEq)]
enum Said<'f> {
    Code(&'f str),
    Period(Period),
    Year(i16),
    Aspect(Aspect),
    Intended(bool),
    Fund(Fund),
}

/// How what two figures say fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Same,
    /// The first says nothing, or the second, or both.
    Open {
        first: bool,
        second: bool,
    },
    Other,
}

impl Fit {
    fn of<T: PartialEq>(first: Option<T>, second: Option<T>) -> Self {
        match (first, second) {
            (Some(first), Some(second)) if first == second => Self::Same,
            (Some(_), Some(_)) => Self::Other,
            (first, second) => Self::Open { first: first.is_none(), second: second.is_none() },
        }
    }

    const fn holds(self, strictness: Strictness) -> bool {
        match strictness {
            Strictness::Agree | Strictness::AgreeApart => !matches!(self, Self::Other),
            Strictness::Equal => matches!(self, Self::Same | Self::Open { first: true, second: true }),
            Strictness::Stated => matches!(self, Self::Same),
            Strictness::AsStated => matches!(self, Self::Same | Self::Open { first: true, .. }),
            Strictness::Differ => !matches!(self, Self::Same | Self::Open { first: true, second: true }),
        }
    }
}

/// Parts and their whole in their roles.
pub(super) fn of_whole<'f>(parts: &[&'f Figure], whole: &'f Figure) -> Vec<(Role, &'f Figure)> {
    let parts = parts.iter().map(|part| (Role::Part, *part));
    parts.chain([(Role::Whole, whole)]).collect()
}

/// Tells whether every guard of a relation that asks for a degree holds for these figures.
pub(super) fn holds(page: &Page<'_>, rule: &RelationRule, degree: Degree, cast: Cast<'_, '_>) -> bool {
    rule.guards.iter().all(|guard| {
        let asked = match degree {
            Degree::Must => guard.must,
            Degree::Near => guard.near,
            Degree::Sure => guard.sure,
            Degree::Scope => guard.scope,
        };
        let Some(strictness) = asked else { return true };
        all(guard, cast, |first, second| {
            let near = || strictness == Strictness::AgreeApart && of_one_sentence(first, cast);
            fit(page, guard, first, second, cast).holds(strictness) || near()
        })
    })
}

/// What a figure says in every slot in which the guards of a relation want two figures to be the same: figures of
/// one key are in it. `None` where it is silent in a slot that has to be stated.
pub(super) fn key(rule: &RelationRule, figure: &Figure) -> Option<String> {
    let mut key = String::new();
    for guard in rule.guards.iter().filter(|guard| guard.with.is_some()) {
        let said = said(guard.slot, figure, None);
        match guard.must {
            Some(Strictness::Stated) if said.is_none() => return None,
            Some(Strictness::Stated | Strictness::Equal) => key.push_str(&format!("{said:?}|")),
            _ => {}
        }
    }
    Some(key)
}

/// The points that the guards of a relation give a pairing.
pub(super) fn points(page: &Page<'_>, rule: &RelationRule, cast: Cast<'_, '_>) -> i32 {
    let mut points = 0;
    for guard in rule.guards.iter().filter(|guard| (guard.same, guard.open, guard.other) != (0, 0, 0)) {
        all(guard, cast, |first, second| {
            points += match fit(page, guard, first, second, cast) {
                Fit::Same => guard.same,
                Fit::Open { .. } => guard.open,
                Fit::Other => guard.other,
            };
            true
        });
    }
    points
}

/// Asks of every figure in the first role of a guard, with every one in its second.
fn all<'f>(
    guard: &Guard,
    cast: Cast<'_, 'f>,
    mut asked: impl FnMut(&'f Figure, Option<&'f Figure>) -> bool,
) -> bool {
    let taken = |role: Role| cast.iter().filter(move |(taken, _)| *taken == role).map(|(_, figure)| *figure);
    taken(guard.of).all(|first| match guard.with {
        Some(role) => taken(role).all(|second| asked(first, Some(second))),
        None => asked(first, None),
    })
}

/// Tells whether a figure stands in the sentence of the one that is stated, the last of the cast.
fn of_one_sentence(figure: &Figure, cast: Cast<'_, '_>) -> bool {
    cast.last().is_some_and(|(_, stated)| stated.sentence == figure.sentence)
}

fn fit(page: &Page<'_>, guard: &Guard, first: &Figure, second: Option<&Figure>, cast: Cast<'_, '_>) -> Fit {
    let level = cast.first().map(|(_, figure)| *figure);
    let Some(second) = second else {
        let said = said(guard.slot, first, level);
        let Some(code) = said.as_ref().map(code) else { return Fit::Open { first: true, second: false } };
        return if guard.is.iter().any(|known| known == code) { Fit::Same } else { Fit::Other };
    };
    match guard.slot {
        Slot::Breadth if page.is_wider(first, second) => Fit::Other,
        Slot::Breadth => Fit::Same,
        Slot::Subject if page.is_wider(first, second) => Fit::Same,
        Slot::Province => match (province(first), province(second)) {
            (Some(first), Some(second)) if first.0 == second.0 => Fit::of(Some(first.1), Some(second.1)),
            (first, second) => Fit::Open { first: first.is_none(), second: second.is_none() },
        },
        // Of a level with which a rate is compared, its own.
        Slot::Base | Slot::StatedBase => {
            Fit::of(said(guard.slot, first, level), said(Slot::Period, second, level))
        }
        Slot::BaseCapacity => Fit::of(said(guard.slot, first, level), said(Slot::Capacity, second, level)),
        slot => Fit::of(said(slot, first, level), said(slot, second, level)),
    }
}

/// What a figure says in a slot; `level` is the one that a rate is of.
fn said<'f>(slot: Slot, figure: &'f Figure, level: Option<&Figure>) -> Option<Said<'f>> {
    let base = figure.base.as_ref();
    let intended = |aspect: Aspect| Said::Intended(is_intended(aspect));
    match slot {
        Slot::Indicator | Slot::Subject => figure.indicator.as_ref().map(|code| Said::Code(code.as_str())),
        Slot::Unit => Some(Said::Code(figure.unit.as_str())),
        Slot::Area | Slot::Province | Slot::Breadth => {
            figure.area.as_ref().map(|area| Said::Code(area.as_str()))
        }
        Slot::Period => figure.period.map(Said::Period),
        Slot::Year => figure.period.map(|period| Said::Year(period.year())),
        Slot::StatedBase => base.and_then(|base| base.period).map(Said::Period),
        Slot::Base => {
            let before = || figure.period.and_then(|period| period.shifted(-1));
            base.and_then(|base| base.period).or_else(before).map(Said::Period)
        }
        Slot::Aspect => figure.aspect.map(Said::Aspect),
        Slot::Capacity => figure.aspect.map(intended),
        Slot::BaseCapacity => {
            base.and_then(|base| base.aspect).or(level.and_then(|level| level.aspect)).map(intended)
        }
        Slot::Fund => figure.fund.map(Said::Fund),
    }
}

fn code<'s>(said: &Said<'s>) -> &'s str {
    match said {
        Said::Code(code) => code,
        Said::Aspect(aspect) => aspect.code(),
        Said::Fund(fund) => fund.code(),
        Said::Intended(true) => "intended",
        Said::Intended(false) => "done",
        Said::Period(_) | Said::Year(_) => "",
    }
}

/// The list and the number of a province.
fn province(figure: &Figure) -> Option<(&str, &str)> {
    figure.area.as_ref()?.as_str().split_once(':')
}
