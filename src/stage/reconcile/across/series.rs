//! Series: the statements of one quantity, and what the reports say of it together.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::figure::{Aspect, Base, Figure, FigureId, Fund, Measure, Qualifier, UnitCode};
use crate::model::interval::Interval;
use crate::model::{Decimal, Digest};

use super::super::quantity::{self, Reading};
use super::SERIES_LIMIT;
use super::statement::Statement;

/// What tells the quantities of a cell apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeriesKey<'s> {
    pub(super) aspect: Option<Aspect>,
    pub(super) fund: Option<Fund>,
    pub(super) measure: Measure,
    pub(super) unit: &'s UnitCode,
    pub(super) base: Option<&'s Base>,
    pub(super) narrowing: &'s BTreeSet<String>,
}

impl<'s> SeriesKey<'s> {
    pub(super) fn of(statement: &'s Statement) -> Self {
        let figure = &statement.figure;
        Self {
            aspect: figure.aspect,
            fund: figure.fund,
            measure: figure.measure,
            unit: &figure.unit,
            base: figure.base.as_ref(),
            narrowing: &statement.narrowing,
        }
    }

    pub(super) fn with_aspect(&self, aspect: Aspect) -> Self {
        Self { aspect: Some(aspect), ..self.clone() }
    }

    pub(super) fn with_fund(&self, fund: Fund) -> Self {
        Self { fund: Some(fund), ..self.clone() }
    }
}

/// The statements of one quantity: of every document the most exact, where it is of one mind.
#[derive(Debug, Clone)]
pub(super) struct Series<'s> {
    /// In order of id.
    pub(super) stated: Vec<&'s Statement>,
    /// The statement that the most witnesses uphold.
    pub(super) reference: Option<&'s Statement>,
    /// Two of so many statements that none is looked at.
    pub(super) crowded: Option<[&'s Statement; 2]>,
}

impl<'s> Series<'s> {
    fn of(all: &[&'s Statement]) -> Self {
        if all.len() > SERIES_LIMIT {
            let other = all.iter().find(|one| one.document != all[0].document);
            let crowded = other.map(|other| [all[0], *other]);
            return Self { stated: Vec::new(), reference: None, crowded };
        }
        let mut by_document: BTreeMap<Digest, Vec<&'s Statement>> = BTreeMap::new();
        for statement in all {
            by_document.entry(statement.document).or_default().push(statement);
        }
        // A document that prints two values under one key tells them apart by words that were not read.
        let mut stated: Vec<&'s Statement> =
            by_document.values().filter(|own| of_one_mind(own)).filter_map(|own| most_exact(own)).collect();
        stated.sort_by(|a, b| a.figure.id.cmp(&b.figure.id));
        Self { reference: reference(&stated), stated, crowded: None }
    }

    /// Returns the statement that stands for the quantity; `None` where reports contradict each other.
    pub(super) fn settled(&self) -> Option<&'s Statement> {
        let reference = self.reference?;
        let own = interval(&reference.figure);
        self.stated.iter().all(|other| interval(&other.figure).meets(&own)).then_some(reference)
    }

    /// Returns the statement of one document.
    pub(super) fn of_document(&self, document: Digest) -> Option<&'s Statement> {
        self.stated.iter().copied().find(|statement| statement.document == document)
    }

    /// Returns the statement that `reader` may be set against: the settled one, where it is not of the
    /// same document.
    pub(super) fn elsewhere(&self, reader: Digest) -> Option<&'s Statement> {
        self.settled().filter(|statement| statement.document != reader)
    }
}

/// One series by the places of its statements in their cell.
#[derive(Debug, Clone)]
pub(super) struct Sorted {
    first: usize,
    stated: Vec<usize>,
    reference: Option<usize>,
    crowded: Option<[usize; 2]>,
}

impl Sorted {
    /// Returns the series among `statements`, those that were sorted.
    pub(super) fn series<'s>(&self, statements: &'s [Statement]) -> (SeriesKey<'s>, Series<'s>) {
        let series = Series {
            stated: self.stated.iter().map(|place| &statements[*place]).collect(),
            reference: self.reference.map(|place| &statements[place]),
            crowded: self.crowded.map(|both| both.map(|place| &statements[place])),
        };
        (SeriesKey::of(&statements[self.first]), series)
    }
}

/// Sorts the statements of a cell, which stand in order of figure id, into series.
pub(super) fn sort(statements: &[Statement]) -> Vec<Sorted> {
    let mut groups: BTreeMap<SeriesKey<'_>, Vec<&Statement>> = BTreeMap::new();
    for statement in statements {
        groups.entry(SeriesKey::of(statement)).or_default().push(statement);
    }
    let place = |one: &Statement| {
        statements.binary_search_by(|other| other.figure.id.cmp(&one.figure.id)).unwrap_or_default()
    };
    let sorted = groups.into_values().map(|all| {
        let series = Series::of(&all);
        Sorted {
            first: place(all[0]),
            stated: series.stated.iter().map(|one| place(one)).collect(),
            reference: series.reference.map(place),
            crowded: series.crowded.map(|both| both.map(place)),
        }
    });
    sorted.collect()
}

pub(super) fn interval(figure: &Figure) -> Interval {
    quantity::interval(figure, Reading::Rounded)
}

fn of_one_mind(own: &[&Statement]) -> bool {
    own.iter().skip(1).all(|one| interval(&one.figure).meets(&interval(&own[0].figure)))
        && own.iter().enumerate().all(|(at, one)| {
            own[..at].iter().all(|other| interval(&one.figure).meets(&interval(&other.figure)))
        })
}

/// The statement with no hedge and the smallest step; of two, the one with the smaller id.
fn most_exact<'s>(own: &[&'s Statement]) -> Option<&'s Statement> {
    own.iter().copied().min_by(|a, b| exactness(a).cmp(&exactness(b)))
}

fn exactness(statement: &Statement) -> (bool, Decimal, &FigureId) {
    let figure = &statement.figure;
    (figure.qualifier != Qualifier::Eq, figure.step, &figure.id)
}

/// The statement, not hedged, that the most witnesses meet; of several, the most exact.
fn reference<'s>(stated: &[&'s Statement]) -> Option<&'s Statement> {
    // Equal numbers are looked at once.
    let mut values: BTreeMap<(Decimal, Decimal), Vec<&'s Statement>> = BTreeMap::new();
    for statement in stated.iter().filter(|one| one.figure.qualifier == Qualifier::Eq) {
        let figure = &statement.figure;
        values.entry((figure.value, figure.step)).or_default().push(statement);
    }
    let values: Vec<(Interval, Vec<&'s Statement>)> =
        values.into_values().map(|group| (interval(&group[0].figure), group)).collect();
    let upheld = |own: &Interval| {
        let meeting = values.iter().filter(|(other, _)| other.meets(own)).flat_map(|(_, group)| group);
        meeting.map(|statement| statement.witness).collect::<BTreeSet<Digest>>().len()
    };
    let ranked = values.iter().filter_map(|(own, group)| Some((upheld(own), most_exact(group)?)));
    ranked.min_by(|(a, x), (b, y)| b.cmp(a).then_with(|| exactness(x).cmp(&exactness(y)))).map(|(_, one)| one)
}
