//! Sites: the places where relations across documents are looked for, and what is found there.
//!
//! A site reads the cells that it names and nothing else. Which sites a cell can touch follows from the
//! cell alone, so that what a new document changes is found without looking at the rest.

use std::collections::BTreeMap;

use crate::model::Decimal;
use crate::model::figure::{Aspect, Figure, Fund, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::interval::Interval;
use crate::model::period::Period;
use crate::model::rational::Rational;

use super::super::claim::Claim;
use super::super::formula::Formula;
use super::super::quantity::{self, Reading};
use super::CELL_LIMIT;
use super::area::AreaTree;
use super::counted;
use super::region::Loaded;
use super::series::{Series, SeriesKey};
use super::statement::{Cell, Statement};
use super::unprinted::{self, Unprinted};

/// Years that a change may look back: `so với năm 2015` of a report of 2020.
const YEARS_BACK: i16 = 5;
/// Two numbers of one key further apart than the smaller one is large are not taken for one quantity, unless
/// one digit tells them apart.
const FAR_TIMES: i128 = 2;
/// A hedge is of a number that is no more than one part in so many away.
const HEDGE_PARTS: i128 = 10;
/// Months of a year.
const MONTHS: i8 = 12;

/// A place where relations are looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Site {
    /// The statements of one cell: restated, against the plan, over funds.
    Cell(Cell),
    /// The changes in this cell against an earlier one.
    Change(Cell, Cell),
    /// An area against the areas that make it up, and their shares of it.
    Parts(Cell),
    /// What is counted from January on, of one year, which the cell names.
    Year(Cell),
    /// How many areas make up each part of an area, in all the years in which their number was the same; the cell
    /// names the first.
    Counted(Cell),
    /// What lead to a level of this cell that no report prints.
    Unprinted(Cell),
}

impl Site {
    /// Returns the sites whose relations all have a figure of `cell` that is the later, or the whole: every
    /// relation is found at the sites of one cell alone.
    pub(super) fn of(cell: &Cell, areas: &AreaTree) -> Vec<Self> {
        let mut sites = vec![Self::Cell(cell.clone())];
        let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
        sites.extend(earlier.map(|earlier| Self::Change(cell.clone(), cell.at(earlier))));
        if !areas.parts(&cell.area).is_empty() {
            sites.push(Self::Parts(cell.clone()));
        }
        if months_from_january(cell.period).is_some() {
            sites.push(Self::Year(cell.at(Period::Year(cell.period.year()))));
        }
        sites.extend(counted::whole(cell, areas).map(Self::Counted));
        let earlier = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(-years));
        let leads_to = earlier.chain([Period::Year(cell.period.year())]);
        sites.extend(leads_to.map(|period| Self::Unprinted(cell.at(period))));
        sites
    }

    /// Returns every site that reads `cell`.
    pub(super) fn around(cell: &Cell, areas: &AreaTree) -> Vec<Self> {
        let mut sites = Self::of(cell, areas);
        let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
        sites.extend(later.map(|later| Self::Change(cell.at(later), cell.clone())));
        sites.extend(areas.parent(&cell.area).map(|parent| Self::Parts(cell.of_area(parent))));
        sites.push(Self::Unprinted(cell.clone()));
        sites
    }

    /// Returns the cells that it reads.
    pub(super) fn reads(&self, areas: &AreaTree) -> Vec<Cell> {
        match self {
            Self::Cell(cell) => vec![cell.clone()],
            Self::Change(later, earlier) => vec![later.clone(), earlier.clone()],
            Self::Parts(whole) => {
                let parts = areas.parts(&whole.area).iter().map(|part| whole.of_area(part));
                std::iter::once(whole.clone()).chain(parts).collect()
            }
            Self::Year(year) => {
                let periods = (1..=MONTHS).filter_map(|m| Period::from_january(year.period.year(), m));
                periods.map(|period| year.at(period)).collect()
            }
            Self::Counted(whole) => counted::reads(whole, areas),
            Self::Unprinted(cell) => {
                let later = (1..=YEARS_BACK).filter_map(|years| cell.period.shifted(years));
                let mut cells: Vec<Cell> = later.map(|later| cell.at(later)).collect();
                match cell.period {
                    Period::Year(_) => cells.extend(Self::Year(cell.clone()).reads(areas)),
                    _ => cells.push(cell.clone()),
                }
                cells
            }
        }
    }

    /// Returns the relations found here, in no particular order.
    pub(super) fn relations<'s>(&self, cells: &'s Loaded, areas: &'s AreaTree) -> Vec<Related<'s>> {
        match self {
            Self::Cell(cell) => within(cells, cell),
            Self::Change(later, earlier) => changes(cells, later, earlier),
            Self::Parts(whole) => {
                let mut found = parts(cells, whole, areas);
                found.extend(shares_of_area(cells, whole, areas));
                found
            }
            Self::Year(year) => {
                let through = self.reads(areas);
                let mut found = orders(cells, &through);
                found.extend(through.iter().flat_map(|part| planned_for_year(cells, part, year)));
                found
            }
            Self::Counted(whole) => counted::regions(cells, whole, areas).into_iter().collect(),
            Self::Unprinted(_) => {
                let all = self.unprinted(cells, areas);
                all.iter().flat_map(Unprinted::meetings).filter(is_met).collect()
            }
        }
    }

    /// Returns the levels that no report prints and that several lead to here.
    pub(super) fn unprinted<'s>(&self, cells: &'s Loaded, areas: &AreaTree) -> Vec<Unprinted<'s>> {
        match self {
            Self::Unprinted(cell) => unprinted::at(cells, cell, &self.reads(areas)),
            _ => Vec::new(),
        }
    }
}

/// What kind of relation was found: how it is put in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two reports state one quantity.
    Restated,
    /// An estimate, and what was carried out.
    Estimated,
    /// A figure that its report says was set anew.
    Revised,
    /// The plan of one report, the outturn and its percentage of another.
    Planned,
    /// A change that one report states against a level of another.
    Changed,
    /// Funds that make up a total.
    Funds,
    /// Areas that make up an area.
    Areas,
    /// The share that one report states, of a whole that another does.
    Shared,
    /// What was done by one month, and by a later one.
    Ordered,
    /// How many areas each part of an area has, and how many it has itself.
    Counted,
    /// Two ways to a level that no report prints.
    Met,
    /// So many statements that none is compared.
    Crowded,
}

/// A relation between statements of several documents.
#[derive(Debug, Clone)]
pub(super) struct Related<'s> {
    pub(super) kind: Kind,
    pub(super) claim: Claim<'s>,
    pub(super) statements: Vec<&'s Statement>,
    /// The cell of a level that it goes through and that no report prints.
    pub(super) through: Option<Cell>,
}

impl<'s> Related<'s> {
    pub(super) fn new(kind: Kind, claim: Claim<'s>, statements: Vec<&'s Statement>) -> Self {
        Self { kind, claim, statements, through: None }
    }

    /// Returns the cells of its figures, again and again where several are of one, and what it goes through.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> {
        self.statements.iter().filter_map(|one| Cell::of(&one.figure)).chain(self.through.clone())
    }

    /// Tells whether at least two documents take part.
    pub(super) fn is_across(&self) -> bool {
        self.statements.iter().any(|one| one.document != self.statements[0].document)
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.claim.decide().verdict
    }
}

fn within<'s>(cells: &'s Loaded, cell: &Cell) -> Vec<Related<'s>> {
    let statements = cells.get(cell);
    if statements.len() > CELL_LIMIT {
        return crowded(statements).into_iter().collect();
    }
    let all = cells.series(cell);
    let mut found = Vec::new();
    for (key, series) in &all {
        found.extend(restated(key, series));
        if key.aspect == Some(Aspect::Estimate) {
            found.extend(estimated(&all, key, series));
        }
        if key.measure == Measure::OfPlan {
            found.extend(planned(&all, key, series));
        }
        if key.measure == Measure::Share && matches!(key.fund, Some(Fund::National | Fund::Local)) {
            let of_area = key.base.and_then(|base| base.area.as_ref()).is_none_or(|area| *area == cell.area);
            let whole = |level: &SeriesKey<'s>| all.get(&level.with_fund(Fund::Total));
            found.extend(of_area.then(|| shared(&all, key, series, whole)).into_iter().flatten());
        }
        if key.measure == Measure::Value && key.fund == Some(Fund::Total) {
            found.extend(funds(&all, key, series));
        }
    }
    found.retain(Related::is_across);
    found
}

/// A cell of too many statements says so, and nothing else.
fn crowded(statements: &[Statement]) -> Option<Related<'_>> {
    let first = statements.first()?;
    let second = statements.iter().find(|one| one.document != first.document)?;
    let mut claim = Claim::of_two(Relation::Restated, &first.figure, &second.figure, "across.crowded");
    claim.scope = false;
    Some(Related::new(Kind::Crowded, claim, vec![first, second]))
}

/// Every statement of a quantity against the one that the most witnesses uphold.
fn restated<'s>(key: &SeriesKey<'s>, series: &Series<'s>) -> Vec<Related<'s>> {
    let Some(reference) = series.reference else { return Vec::new() };
    let others = series.stated.iter().filter(|other| other.figure.id != reference.figure.id);
    others
        .filter(|other| is_first_of_witness(other, series))
        .filter_map(|other| statement_pair(key, reference, other))
        .collect()
}

/// Tells whether no copy of its report says the same under a smaller id: copies say it once.
fn is_first_of_witness(statement: &Statement, series: &Series<'_>) -> bool {
    let same = |other: &&&Statement| {
        other.witness == statement.witness
            && other.figure.value == statement.figure.value
            && other.figure.qualifier == statement.figure.qualifier
    };
    let first = series.stated.iter().find(same);
    first.is_none_or(|first| first.figure.id == statement.figure.id)
}

fn statement_pair<'s>(
    key: &SeriesKey<'s>,
    reference: &'s Statement,
    other: &'s Statement,
) -> Option<Related<'s>> {
    let hedged = other.figure.qualifier != Qualifier::Eq;
    let (first, second) = if hedged { (other, reference) } else { (reference, other) };
    let relation = if hedged { Relation::Bound } else { Relation::Restated };
    let mut claim = Claim::of_two(relation, &first.figure, &second.figure, "across.restated");
    let revised = reference.revised != other.revised || is_provisional(key.aspect);
    claim.scope = revised || reference.other_scope != other.other_scope;
    let kind = if revised { Kind::Revised } else { Kind::Restated };
    let related = Related::new(kind, claim, vec![first, second]);
    // What a share or a mean is of its report may leave open: only what one digit repairs contradicts.
    let loose = matches!(key.measure, Measure::Share | Measure::Mean | Measure::Difference);
    let alike = |claim: &Claim<'_>| if loose { is_one_digit_off(claim) } else { is_comparable(claim) };
    let near = !hedged || is_near_hedge(&reference.figure.value, &other.figure.value);
    match related.verdict() {
        // Copies of one report say nothing of each other's figures.
        Verdict::Agrees | Verdict::AgreesIfTruncated | Verdict::Undetermined => {
            (near && reference.witness != other.witness).then_some(related)
        }
        Verdict::DiffersInScope | Verdict::Conflicts => (near && alike(&related.claim)).then_some(related),
    }
}

/// What is estimated, allocated or paid out by some day is not the same at another.
const fn is_provisional(aspect: Option<Aspect>) -> bool {
    matches!(aspect, Some(Aspect::Estimate | Aspect::Allocated | Aspect::Disbursed))
}

/// Tells whether two numbers are so near that they were meant to be of one quantity: otherwise they are
/// more likely of two, told apart by words that were not read.
fn is_comparable(claim: &Claim<'_>) -> bool {
    let (a, b) = (Rational::from(claim.figures[0].value), Rational::from(claim.figures[1].value));
    if a.is_negative() != b.is_negative() {
        return false;
    }
    let (a, b) = (a.abs(), b.abs());
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    large <= small.mul(&Rational::whole(FAR_TIMES)) || is_one_digit_off(claim)
}

fn is_one_digit_off(claim: &Claim<'_>) -> bool {
    (0..claim.figures.len()).any(|at| {
        let wanted = claim.implied(at, Reading::Rounded);
        quantity::one_digit_repair(claim.figures[at], &wanted).is_some()
    })
}

fn is_near_hedge(number: &Decimal, hedge: &Decimal) -> bool {
    let (number, hedge) = (Rational::from(*number), Rational::from(*hedge));
    number.sub(&hedge).abs().mul(&Rational::whole(HEDGE_PARTS)) <= number.abs()
}

/// What one report estimates and another says was carried out: a later report takes the estimate's place.
fn estimated<'s>(
    all: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    series: &Series<'s>,
) -> Vec<Related<'s>> {
    let actual = all.get(&key.with_aspect(Aspect::Actual)).and_then(Series::settled);
    let Some(actual) = actual else { return Vec::new() };
    let pair = |estimate: &&'s Statement| {
        let (first, second) = (*estimate, actual);
        if first.figure.qualifier != Qualifier::Eq || first.witness == second.witness {
            return None;
        }
        let mut claim = Claim::of_two(Relation::Restated, &first.figure, &second.figure, "across.estimated");
        claim.scope = true;
        is_comparable(&claim).then(|| Related::new(Kind::Estimated, claim, vec![first, second]))
    };
    series.stated.iter().filter(|one| is_first_of_witness(one, series)).filter_map(pair).collect()
}

/// The plan of one report against the outturn of another, which states the percentage and not the plan.
fn planned<'s>(
    all: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rates: &Series<'s>,
) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some((level, actual)) = own_level(all, key, rate) else { continue };
        let Some(plans) = all.get(&level.with_aspect(Aspect::Plan)) else { continue };
        if plans.of_document(rate.document).is_some() {
            continue;
        }
        let Some(plan) = plans.elsewhere(rate.document) else { continue };
        found.extend(of_plan(actual, plan, rate));
    }
    found
}

/// The plan of a year in one report against the outturn of a part of it in another, which states the percentage
/// and not the plan.
fn planned_for_year<'s>(cells: &'s Loaded, part: &Cell, year: &Cell) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    if part.period == year.period {
        return found;
    }
    let (all, of_year) = (cells.series(part), cells.series(year));
    let rates = all.iter().filter(|(key, _)| {
        key.measure == Measure::OfPlan
            && unprinted::target(key, part).is_some_and(|(_, to, _)| to == year.period)
    });
    for (key, rates) in rates {
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some((level, actual)) = own_level(&all, key, rate) else { continue };
            let plan = level.with_aspect(Aspect::Plan);
            let own = |series: &Series<'s>| series.of_document(rate.document).is_some();
            if all.get(&plan).is_some_and(own) || of_year.get(&plan).is_some_and(own) {
                continue;
            }
            let Some(plan) = of_year.get(&plan).and_then(|plans| plans.elsewhere(rate.document)) else {
                continue;
            };
            found.extend(of_plan(actual, plan, rate));
        }
    }
    found
}

fn of_plan<'s>(actual: &'s Statement, plan: &'s Statement, rate: &'s Statement) -> Option<Related<'s>> {
    let mut claim = Claim::of_rate(Relation::OfPlan, &actual.figure, &plan.figure, &rate.figure);
    claim.rule = "across.of_plan";
    claim.scope = [rate, actual, plan].iter().any(|one| one.revised || one.other_scope);
    Some(Related::new(Kind::Planned, claim, vec![actual, plan, rate])).filter(is_reported)
}

/// A meeting is reported where it says something: where it fails, only if one digit repairs it, since the level
/// between may have been set anew meanwhile.
fn is_met(related: &Related<'_>) -> bool {
    is_reported(related) && (related.verdict() != Verdict::Conflicts || is_one_digit_off(&related.claim))
}

/// The level in a rate's sentence that it is said of; `None` where there is none, or two that it may be of.
pub(super) fn own_level<'a, 's>(
    all: &'a BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rate: &Statement,
) -> Option<(&'a SeriesKey<'s>, &'s Statement)> {
    // A difference is of the unit of its levels, a rate of another.
    let is_level = |level: &SeriesKey<'s>| {
        level.measure == Measure::Value
            && level.fund == key.fund
            && level.aspect == key.aspect
            && (*level.unit == rate.figure.unit) == (key.measure == Measure::Difference)
    };
    let mut own = all
        .iter()
        .filter(|(level, _)| is_level(level))
        .filter_map(|(level, series)| Some((level, series.of_document(rate.document)?)))
        .filter(|(_, level)| is_rate_of(rate, level));
    let first = own.next()?;
    own.next().is_none().then_some(first)
}

/// The shares that reports state of a part, against the whole that another report states and they do not.
fn shared<'a, 's: 'a>(
    parts: &BTreeMap<SeriesKey<'s>, Series<'s>>,
    key: &SeriesKey<'s>,
    rates: &Series<'s>,
    whole: impl Fn(&SeriesKey<'s>) -> Option<&'a Series<'s>>,
) -> Vec<Related<'s>> {
    let mut found = Vec::new();
    for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
        let Some((level, part)) = own_level(parts, key, rate) else { continue };
        let Some(wholes) = whole(level).filter(|one| one.of_document(rate.document).is_none()) else {
            continue;
        };
        let Some(whole) = wholes.elsewhere(rate.document).filter(|one| one.names_fund) else { continue };
        let mut claim = Claim::of_rate(Relation::Share, &part.figure, &whole.figure, &rate.figure);
        claim.rule = "across.share";
        claim.scope = [*rate, part, whole].iter().any(|one| one.revised || one.other_scope);
        let related = Related::new(Kind::Shared, claim, vec![part, whole, rate]);
        // Of what it is a share its report may leave open: only what one digit repairs was meant to be of this.
        let meant = related.verdict() != Verdict::Conflicts || is_one_digit_off(&related.claim);
        found.extend(Some(related).filter(|related| meant && is_reported(related)));
    }
    found
}

/// The shares in an area that reports of its parts state.
fn shares_of_area<'s>(cells: &'s Loaded, whole: &Cell, areas: &AreaTree) -> Vec<Related<'s>> {
    let wholes = cells.series(whole);
    if wholes.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for part in areas.parts(&whole.area) {
        let all = cells.series(&whole.of_area(part));
        for (key, series) in &all {
            let of_whole = key.base.and_then(|base| base.area.as_ref()) == Some(&whole.area);
            let then = key.base.and_then(|base| base.period).is_none_or(|period| period == whole.period);
            if key.measure == Measure::Share && of_whole && then {
                found.extend(shared(&all, key, series, |level| wholes.get(level)));
            }
        }
    }
    found
}

/// What was done by one month of a year, against what was done by the next later one that is stated.
fn orders<'s>(cells: &'s Loaded, through_the_year: &[Cell]) -> Vec<Related<'s>> {
    let mut before: BTreeMap<SeriesKey<'s>, &'s Statement> = BTreeMap::new();
    let mut found = Vec::new();
    for cell in through_the_year {
        for (key, series) in cells.series(cell) {
            let adds_up = key.measure == Measure::Value
                && matches!(key.aspect, Some(Aspect::Actual | Aspect::Disbursed))
                && !matches!(key.unit.as_str(), "percent" | "percentage_point");
            let settled = series.settled().filter(|one| adds_up && one.figure.qualifier == Qualifier::Eq);
            let Some(longer) = settled else { continue };
            let Some(shorter) = before.insert(key, longer) else { continue };
            let (figures, roles) = (vec![&*shorter.figure, &*longer.figure], vec!["shorter", "longer"]);
            let formula = Formula::AtLeast(Box::new(Formula::Figure(0)));
            let mut claim = Claim::of(Relation::Order, figures, roles, formula, "across.order");
            claim.scope = [shorter, longer].iter().any(|one| one.revised || one.other_scope);
            let related = Related::new(Kind::Ordered, claim, vec![shorter, longer]);
            let told = related.is_across() && (related.claim.holds() || is_comparable(&related.claim));
            found.extend(told.then_some(related));
        }
    }
    found
}

/// Months that are counted from January on; `None` of other periods.
fn months_from_january(period: Period) -> Option<i8> {
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

/// Tells whether a rate stands behind this level in its sentence, so that it is said of it.
fn is_rate_of(rate: &Statement, level: &Statement) -> bool {
    rate.figure.sentence == level.figure.sentence
        && level.figure.span.start < rate.figure.span.start
        && (rate.narrowing.is_empty() || rate.narrowing == level.narrowing)
        && level.figure.qualifier == Qualifier::Eq
        && rate.figure.qualifier == Qualifier::Eq
}

/// The changes that reports of `later` state, against the level that another report states of `earlier`.
fn changes<'s>(cells: &'s Loaded, later: &Cell, earlier: &Cell) -> Vec<Related<'s>> {
    let (now, before) = (cells.series(later), cells.series(earlier));
    let mut found = Vec::new();
    if before.is_empty() {
        return found;
    }
    for (key, rates) in &now {
        let Some((relation, period, aspect)) = unprinted::target(key, later) else { continue };
        if period != earlier.period || relation == Relation::OfPlan {
            continue;
        }
        for rate in rates.stated.iter().filter(|rate| is_first_of_witness(rate, rates)) {
            let Some((level, top)) = own_level(&now, key, rate) else { continue };
            let actual = before.get(&level.with_aspect(aspect));
            let estimate =
                before.get(&level.with_aspect(Aspect::Estimate)).filter(|_| aspect == Aspect::Actual);
            let states = |series: Option<&Series<'s>>| {
                series.is_some_and(|series| series.of_document(rate.document).is_some())
            };
            if states(actual) || states(estimate) {
                continue;
            }
            let settled = |series: Option<&Series<'s>>| series.and_then(|one| one.elsewhere(rate.document));
            let (bottom, final_) = match settled(actual) {
                Some(bottom) => (bottom, true),
                None => match settled(estimate) {
                    Some(bottom) => (bottom, false),
                    None => continue,
                },
            };
            let mut claim = Claim::of_rate(relation, &top.figure, &bottom.figure, &rate.figure);
            claim.rule = "across.change";
            claim.scope = !final_ || [*rate, top, bottom].iter().any(|one| one.revised || one.other_scope);
            let related = Related::new(Kind::Changed, claim, vec![top, bottom, rate]);
            found.extend(Some(related).filter(is_reported));
        }
    }
    found
}

/// A relation of levels and a rate is reported where it holds and says something, or fails by so little
/// that it was meant to hold.
fn is_reported(related: &Related<'_>) -> bool {
    if !related.is_across() {
        return false;
    }
    match related.verdict() {
        Verdict::Agrees | Verdict::AgreesIfTruncated => related.claim.says_something(),
        _ => is_meant(&related.claim),
    }
}

/// Tells whether the stated figure lies near what the others give: within a third of it, or one digit off.
fn is_meant(claim: &Claim<'_>) -> bool {
    let last = claim.figures.len() - 1;
    let computed = claim.implied(last, Reading::Rounded);
    let shift = Rational::whole(if claim.relation == Relation::Growth { 100 } else { 0 });
    let stated = Rational::from(claim.stated().value).add(&shift);
    let gap = computed.gap(&Interval::exactly(claim.stated().value));
    gap.mul(&Rational::whole(3)) <= stated.abs() || is_one_digit_off(claim)
}

/// National and local money of several reports against the total that another states.
fn funds<'s>(
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
fn parts<'s>(cells: &'s Loaded, whole: &Cell, areas: &AreaTree) -> Vec<Related<'s>> {
    let wholes = cells.series(whole);
    if wholes.is_empty() {
        return Vec::new();
    }
    let codes = areas.parts(&whole.area);
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
