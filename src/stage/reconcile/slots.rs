//! Relations that slots alone tell: a longer cumulative period is no smaller, and regions make up their country.
//!
//! `6 tháng đầu năm đạt 20 tỷ đồng … cả năm đạt 45 tỷ đồng`: of one key, what was done by December holds what was
//! done by June. Every slot has to be stated, and every period of a key to have one value on the page: where
//! a key was printed with several values, something tells them apart that no slot holds.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::figure::{Figure, Measure, Qualifier};
use crate::model::finding::{Relation, Verdict};
use crate::model::period::Period;
use crate::stage::rules::guards::{RelationKind, RelationRule, Role};

use super::claim::Claim;
use super::formula::Formula;
use super::guard::{self, Degree};
use super::page::{Page, lower, says_held};

/// Returns the orders and the sums over regions of the page.
pub(super) fn claims<'f>(page: &Page<'f>) -> Vec<Claim<'f>> {
    let mut keys: BTreeMap<String, Vec<&'f Figure>> = BTreeMap::new();
    let mut levels: BTreeMap<String, Vec<&'f Figure>> = BTreeMap::new();
    let of_order = page.rules.relation(RelationKind::Order);
    let of_regions = page.rules.relation(RelationKind::SumRegions);
    for figure in page.figures.iter().copied().filter(|figure| is_level(figure)) {
        let counted = |rule: &&RelationRule| {
            let cast = [(Role::Longer, figure)];
            guard::holds(page, rule, Degree::Must, &cast)
        };
        let stock = figure
            .indicator
            .as_ref()
            .is_some_and(|code| page.rules.stocks.iter().any(|one| one == code.as_str()));
        if let Some(key) =
            of_order.filter(counted).filter(|_| !stock).and_then(|rule| guard::key(rule, figure))
        {
            keys.entry(key).or_default().push(figure);
        }
        if let Some(key) = of_regions.and_then(|rule| guard::key(rule, figure)) {
            levels.entry(key).or_default().push(figure);
        }
    }
    let mut found: Vec<Claim<'f>> = keys.values().flat_map(|key| orders(page, key)).collect();
    found.extend(levels.values().flat_map(|level| regions(page, level)));
    found
}

fn is_level(figure: &Figure) -> bool {
    figure.measure == Measure::Value
        && figure.qualifier == Qualifier::Eq
        && figure.indicator.is_some()
        && figure.area.is_some()
        && figure.period.is_some()
        && figure.unit.as_str() != "percent"
}

/// The first and the last day of a part of one year; `None` of other periods.
fn within_year(period: Period) -> Option<(Date, Date)> {
    let (first, last) = (period.first_day()?, period.last_day()?);
    let counted = !matches!(period, Period::Day(_) | Period::Years(..));
    (counted && last.year() == first.year()).then_some((first, last))
}

/// Every period of a key that begins in January against the next longer one, and every other against the shortest
/// that holds it from January on.
fn orders<'f>(page: &Page<'f>, key: &[&'f Figure]) -> Vec<Claim<'f>> {
    let mut periods: BTreeMap<(Date, Date), Vec<&'f Figure>> = BTreeMap::new();
    for figure in key {
        if let Some(days) = figure.period.and_then(within_year) {
            periods.entry(days).or_default().push(figure);
        }
    }
    let rows: Vec<(Date, Date, &Vec<&'f Figure>)> =
        periods.iter().map(|((first, last), figures)| (*first, *last, figures)).collect();
    let plain = |one: &[&Figure]| one.iter().all(|other| other.value == one[0].value);
    let mut found = Vec::new();
    for (at, (first, last, shorter)) in rows.iter().enumerate() {
        // In order of first and last day: of one year, what begins in January stands before all else.
        let begins = |day: &Date| day.day_of_year() == 1;
        let others = if begins(first) { &rows[at + 1..] } else { &rows[..] };
        let longer =
            others.iter().find(|(from, to, _)| begins(from) && from.year() == first.year() && to >= last);
        let Some((_, _, longer)) = longer.filter(|(_, _, longer)| plain(shorter) && plain(longer)) else {
            continue;
        };
        let (shorter, longer) = (shorter[0], longer[0]);
        let roles = vec!["shorter", "longer"];
        let formula = Formula::AtLeast(Box::new(Formula::Figure(0)));
        let claim = Claim::of(Relation::Order, vec![shorter, longer], roles, formula, "relation.order");
        // What a label says more than the other is a narrower thing.
        let alike = lower(&shorter.label) == lower(&longer.label);
        let told = claim.holds() || (alike && !is_held(page, shorter) && !is_held(page, longer));
        found.extend(told.then_some(claim));
    }
    found
}

/// Tells whether a figure's sentence says that it is what there is at a moment.
fn is_held(page: &Page<'_>, figure: &Figure) -> bool {
    says_held(
        &page.words(figure.sentence.start, figure.sentence.end),
        &page.rules.held,
        &page.rules.held_verbs,
    )
}

/// The parts of an area that the rules list, where each is printed once, and the area itself.
fn regions<'f>(page: &Page<'f>, level: &[&'f Figure]) -> Vec<Claim<'f>> {
    let of = |area: &str| -> Option<&'f Figure> {
        let mut all =
            level.iter().copied().filter(|figure| figure.area.as_ref().is_some_and(|a| a.as_str() == area));
        let first = all.next()?;
        all.all(|other| other.value == first.value).then_some(first)
    };
    let made_up = page.rules.made_up.iter().filter_map(|known| {
        let parts: Vec<&Figure> = known.parts.iter().map(|part| of(part)).collect::<Option<_>>()?;
        let claim = Claim::of_sum(&parts, of(&known.area)?, "relation.sum.regions");
        let told = matches!(claim.decide().verdict, Verdict::Agrees) || claim.is_repairable();
        told.then_some(claim)
    });
    made_up.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Decimal;
    use crate::model::figure::{AreaCode, Aspect, IndicatorCode};
    use crate::stage::rules::RulePack;

    fn level(at: usize, value: i128, area: &str, period: &str) -> Figure {
        Figure {
            quote: value.to_string().into(),
            indicator: Some(IndicatorCode::new("kinh_phi")),
            label: "kinh phí".to_owned(),
            area: Some(AreaCode::new(area)),
            period: period.parse().ok(),
            aspect: Some(Aspect::Actual),
            ..Figure::printed(at, Measure::Value, [value, 1].map(Decimal::whole), "VND")
        }
    }

    fn decided(figures: &[Figure]) -> Vec<(Relation, Verdict)> {
        let source = ".".repeat(figures.len() + 1);
        let rules = &RulePack::builtin().relations;
        let page = Page::new(&source, figures, rules);
        claims(&page).iter().map(|claim| (claim.relation, claim.decide().verdict)).collect()
    }

    #[test]
    fn nine_months_are_no_smaller_than_six() {
        let six = level(0, 20, "VN", "2023-S1");
        let nine = |value| level(1, value, "VN", "2023-01-01/P9M");
        assert_eq!(decided(&[six.clone(), nine(31)]), [(Relation::Order, Verdict::Agrees)]);
        assert_eq!(decided(&[six.clone(), nine(13)]), [(Relation::Order, Verdict::Conflicts)]);
        // Another year, another place, another half, a plan, or a key with two values say nothing.
        assert!(decided(&[six.clone(), level(1, 13, "VN", "2024-01-01/P9M")]).is_empty());
        assert!(decided(&[six.clone(), level(1, 13, "KC_N28", "2023-01-01/P9M")]).is_empty());
        assert!(decided(&[six.clone(), level(1, 13, "VN", "2023-S2")]).is_empty());
        let planned = Figure { aspect: Some(Aspect::Plan), ..nine(13) };
        assert!(decided(&[six.clone(), planned]).is_empty());
        assert!(decided(&[six.clone(), level(2, 25, "VN", "2023-S1"), nine(13)]).is_empty());
    }

    #[test]
    fn a_stock_is_no_sum_over_the_year() {
        let of = |at, value, period: &str, indicator: &str| Figure {
            indicator: Some(IndicatorCode::new(indicator)),
            ..level(at, value, "VN", period)
        };
        let both = |indicator: &str| [of(0, 20, "2023-S1", indicator), of(1, 13, "2023", indicator)];
        assert_eq!(decided(&both("de_an")), [(Relation::Order, Verdict::Conflicts)]);
        assert!(decided(&both("cong_tac_vien")).is_empty());
    }

    #[test]
    fn a_year_is_no_smaller_than_what_lies_in_it() {
        let second = |value| level(0, value, "VN", "2023-Q2");
        let year = level(1, 20, "VN", "2023");
        assert_eq!(decided(&[second(13), year.clone()]), [(Relation::Order, Verdict::Agrees)]);
        assert_eq!(decided(&[second(31), year.clone()]), [(Relation::Order, Verdict::Conflicts)]);
        // Six months end before it does.
        let half = level(2, 12, "VN", "2023-S1");
        let third = level(3, 15, "VN", "2023-Q3");
        assert_eq!(decided(&[third, half]), []);
    }

    #[test]
    fn the_regions_make_up_the_country() {
        let report = |total| {
            let parts = [("KC_N28", 120), ("KC_C15", 50), ("KC_S20", 80), ("VN", total)];
            let rows = parts.iter().enumerate();
            rows.map(|(at, (area, value))| level(at, *value, area, "2023")).collect::<Vec<_>>()
        };
        assert_eq!(decided(&report(250)), [(Relation::Sum, Verdict::Agrees)]);
        assert_eq!(decided(&report(350)), [(Relation::Sum, Verdict::Conflicts)]);
        assert!(decided(&report(250)[1..]).is_empty());
    }
}
