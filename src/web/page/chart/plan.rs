//! Plan and outturn of one area, year beside year.

use std::collections::BTreeMap;

use maud::html;

use super::{Chart, With, axis_unit};
use crate::web::numbers;
use crate::web::series::{FUNDING, Series};
use crate::web::sheet::Sheet;
use crate::web::svg::{self, About};

/// The most years beside each other.
const YEARS: usize = 10;

pub(super) fn make(with: &With<'_>) -> Chart {
    let lang = with.lang;
    let series = Series::of(with.catalogue, FUNDING.0, FUNDING.1);
    let pairs = series.pairs();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in &pairs {
        *counts.entry(pair.area).or_default() += 1;
    }
    let area = with.area(counts.into_iter().collect());
    let mut own: Vec<_> = pairs.into_iter().filter(|pair| pair.area == area.chosen).collect();
    let years = own.len().saturating_sub(YEARS);
    own.drain(..years);
    let most = own.iter().flat_map(|pair| [pair.plan.value, pair.outturn.value]).max();
    let (power, unit) = axis_unit(most);
    let groups: Vec<_> = own
        .iter()
        .map(|pair| {
            let values = [pair.plan, pair.outturn].map(|point| point.value.shift(power));
            (pair.year.to_string(), values)
        })
        .collect();
    let name = with.site.names.area(lang, &area.chosen);
    let about = format!(
        "{}: {name}",
        lang.t(
            "Kinh phí khuyến công theo kế hoạch và đã thực hiện, theo năm",
            "Industrial promotion funding, planned and carried out, by year"
        )
    );
    let series_names = [lang.t("kế hoạch", "plan"), lang.t("thực hiện", "outturn")];
    let description = lang.t("Số của biểu đồ ở bảng bên dưới.", "The numbers are in the table below.");
    let picture = (!own.is_empty())
        .then(|| svg::bars(About { title: &about, description }, unit, series_names, &groups));
    let link = |row: u32| format!("/so-lieu/{}", with.catalogue.figure_id(row));
    let fund = |pair: &crate::web::series::Pair<'_>| {
        pair.fund.map_or("", |fund| with.site.names.name(lang, "fund", fund.code())).to_owned()
    };
    Chart {
        heads: vec![
            lang.t("Năm", "Year"),
            lang.t("Kế hoạch", "Plan"),
            lang.t("Thực hiện", "Outturn"),
            lang.t("Kỳ thực hiện", "Outturn of"),
            lang.t("So với kế hoạch", "Of plan"),
            lang.t("Nguồn vốn", "Fund"),
        ],
        rows: own
            .iter()
            .map(|pair| {
                vec![
                    html! { (pair.year) },
                    html! { a.n href=(link(pair.plan.row)) { (with.value(pair.plan.value)) } },
                    html! { a.n href=(link(pair.outturn.row)) { (with.value(pair.outturn.value)) } },
                    html! { (numbers::period(lang, &pair.outturn.period.to_string())) },
                    html! { @if let Some(percent) = pair.percent() { span.n { (numbers::grouped(&percent.to_string())) "%" } } },
                    html! { (fund(pair)) },
                ]
            })
            .collect(),
        sheet: Sheet {
            name: "ke-hoach-va-thuc-hien".to_owned(),
            heads: vec!["area", "year", "plan", "outturn", "outturn_period", "percent", "fund", "plan_figure", "outturn_figure"],
            rows: own
                .iter()
                .map(|pair| {
                    vec![
                        pair.area.to_owned(),
                        pair.year.to_string(),
                        pair.plan.value.to_string(),
                        pair.outturn.value.to_string(),
                        pair.outturn.period.to_string(),
                        pair.percent().map_or_else(String::new, |percent| percent.to_string()),
                        pair.fund.map_or_else(String::new, |fund| fund.code().to_owned()),
                        with.catalogue.figure_id(pair.plan.row).to_owned(),
                        with.catalogue.figure_id(pair.outturn.row).to_owned(),
                    ]
                })
                .collect(),
        },
        about,
        picture,
        choices: vec![area],
    }
}
