//! What was carried out or disbursed through the months of a year, against the plan of the newest.

use std::collections::BTreeMap;

use maud::html;

use super::{Chart, With, axis_unit};
use crate::ledger::catalogue::{Level, Side};
use crate::model::figure::Fund;
use crate::web::numbers;
use crate::web::series::{FUNDING, FUNDS, Series};
use crate::web::sheet::Sheet;
use crate::web::svg::{self, About, Line};

/// The most years in one picture: beyond that lines cannot be told apart.
const YEARS: usize = 4;

pub(super) fn make(with: &With<'_>) -> Chart {
    let lang = with.lang;
    let series = Series::of(with.catalogue, FUNDING.0, FUNDING.1);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((area, _, side, ..), _) in series.points() {
        if *side == Side::Outturn {
            *counts.entry(area).or_default() += 1;
        }
    }
    let area = with.area(counts.into_iter().collect());
    // Of one year only the fund with most points is drawn: two funds would be two lines of one name.
    let mut years: BTreeMap<i16, BTreeMap<Option<Fund>, Vec<Level<'_>>>> = BTreeMap::new();
    for ((own, year, side, fund, _), point) in series.points() {
        if *own == area.chosen && *side == Side::Outturn {
            years.entry(*year).or_default().entry(*fund).or_default().push(*point);
        }
    }
    let rank = |fund: &Option<Fund>| FUNDS.iter().position(|other| other == fund);
    let mut shown: Vec<(i16, Option<Fund>, Vec<Level<'_>>)> = years
        .into_iter()
        .filter_map(|(year, funds)| {
            let best =
                funds.into_iter().max_by_key(|(fund, points)| (points.len(), std::cmp::Reverse(rank(fund))));
            best.map(|(fund, points)| (year, fund, points))
        })
        .collect();
    let older = shown.len().saturating_sub(YEARS);
    shown.drain(..older);
    let plan = shown.last().and_then(|(year, fund, _)| {
        let point = series.points().find(|((own, of, side, money, _), _)| {
            *own == area.chosen && of == year && *side == Side::Plan && money == fund
        });
        point.map(|(_, point)| *point)
    });
    let values = shown.iter().flat_map(|(_, _, points)| points.iter()).chain(plan.iter());
    let (power, unit) = axis_unit(values.map(|point| point.value).max());
    let at = |point: &Level<'_>| Some((point.months, point.value.shift(power)?));
    let mut lines: Vec<Line> = shown
        .iter()
        .map(|(year, _, points)| Line {
            name: year.to_string(),
            points: points.iter().filter_map(at).collect(),
            level: false,
        })
        .collect();
    if let Some(plan) = &plan {
        let name = format!("{} {}", lang.t("KH", "plan"), plan.year);
        lines.push(Line { name, points: at(plan).into_iter().collect(), level: true });
    }
    let about = format!(
        "{}: {}",
        lang.t(
            "Kinh phí khuyến công đã thực hiện, giải ngân, lũy kế từ đầu năm",
            "Industrial promotion funding carried out or disbursed since January"
        ),
        with.site.names.area(lang, &area.chosen)
    );
    let description = lang.t("Số của biểu đồ ở bảng bên dưới.", "The numbers are in the table below.");
    let picture = (!shown.is_empty())
        .then(|| svg::lines(About { title: &about, description }, unit, lang.t("tháng", "month"), &lines));
    let all: Vec<&Level<'_>> = shown.iter().flat_map(|(_, _, points)| points.iter()).collect();
    let names = &with.site.names;
    Chart {
        heads: vec![
            lang.t("Kỳ", "Period"),
            lang.t("Lũy kế", "Since January"),
            lang.t("Tính chất", "Aspect"),
            lang.t("Nguồn vốn", "Fund"),
            lang.t("Số lần nêu", "Statements"),
        ],
        rows: all
            .iter()
            .map(|point| {
                let level = &point;
                vec![
                    html! { (numbers::period(lang, &level.period.to_string())) },
                    html! { a.n href={ "/so-lieu/" (with.catalogue.figure_id(level.row)) } { (with.value(level.value)) } },
                    html! { (names.name(lang, "aspect", level.aspect.code())) },
                    html! { @if let Some(fund) = level.fund { (names.name(lang, "fund", fund.code())) } },
                    html! { span.n { (point.statements) } },
                ]
            })
            .collect(),
        sheet: Sheet {
            name: "giai-ngan-trong-nam".to_owned(),
            heads: vec!["area", "year", "months", "period", "value", "aspect", "fund", "statements", "figure"],
            rows: all
                .iter()
                .map(|point| {
                    vec![
                        point.area.to_owned(),
                        point.year.to_string(),
                        point.months.to_string(),
                        point.period.to_string(),
                        point.value.to_string(),
                        point.aspect.code().to_owned(),
                        point.fund.map_or_else(String::new, |fund| fund.code().to_owned()),
                        point.statements.to_string(),
                        with.catalogue.figure_id(point.row).to_owned(),
                    ]
                })
                .collect(),
        },
        about,
        picture,
        choices: vec![area],
    }
}
