//! `/bieu-do/{slug}`: charts, each with its table; the picture alone is to be had as `.svg`.

mod composition;
mod conflicts;
mod plan;
mod year;

use std::sync::Arc;

use maud::{Markup, html};

use crate::ledger::catalogue::Catalogue;
use crate::model::Decimal;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{page, table};
use crate::web::site::Site;

/// A chart, made.
struct Chart {
    /// What it shows, in one sentence.
    about: String,
    /// The picture; `None` where there is nothing to draw.
    picture: Option<Markup>,
    /// Selects that change it.
    choices: Vec<Choice>,
    /// The table's heads and rows, for people.
    heads: Vec<&'static str>,
    rows: Vec<Vec<Markup>>,
    /// The table for machines.
    sheet: Sheet,
}

/// A select: parameter, label, values with words, and the one chosen.
struct Choice {
    name: &'static str,
    label: &'static str,
    values: Vec<(String, String)>,
    chosen: String,
}

/// What a chart is made from.
struct With<'a> {
    site: &'a Site,
    ask: &'a Ask,
    lang: Lang,
    catalogue: &'a Catalogue,
}

type Make = for<'a> fn(&With<'a>) -> Chart;

/// The charts: slug, title in both languages, how it is made.
const CHARTS: [(&str, &str, &str, Make); 4] = [
    ("ke-hoach-va-thuc-hien", "Kế hoạch và thực hiện", "Plan and outturn", plan::make),
    ("giai-ngan-trong-nam", "Thực hiện trong năm", "Through the year", year::make),
    ("co-cau", "Cơ cấu kinh phí", "Composition", composition::make),
    ("ban-do-mau-thuan", "Bản đồ mâu thuẫn", "Conflict map", conflicts::make),
];

/// Leads to the first chart.
pub(in crate::web) fn first(_site: &Arc<Site>, _ask: &Ask) -> Result<Reply, ViewError> {
    Ok(Reply::See(format!("/bieu-do/{}", CHARTS[0].0)))
}

/// Answers a chart.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (slug, lang) = (ask.id(), ask.lang);
    let missing =
        || ViewError::Missing(format!("{slug}: {}", lang.t("không có biểu đồ này", "no such chart")));
    let found = CHARTS.iter().find(|(name, ..)| *name == slug);
    let (_, vi, en, make) = found.ok_or_else(missing)?;
    let ledger = site.ledger()?;
    let catalogue = site.catalogue(&ledger)?;
    let chart = make(&With { site, ask, lang, catalogue: &catalogue });
    match ask.form {
        Form::Html => {}
        Form::Svg => return chart.picture.map(Reply::Svg).ok_or_else(missing),
        Form::Json => return Ok(Reply::Json(chart.sheet.json())),
        form => return chart.sheet.reply(form),
    }
    let title = lang.t(vi, en);
    let mut forms = super::TABLE_FORMS.to_vec();
    if chart.picture.is_some() {
        forms.insert(0, ("svg", "SVG"));
    }
    let body = html! {
        nav.tabs aria-label=(lang.t("Các biểu đồ", "Charts")) {
            ul { @for (name, vi, en, _) in CHARTS {
                li { a href={ "/bieu-do/" (name) } aria-current=[(name == slug).then_some("page")] { (lang.t(vi, en)) } }
            } }
        }
        p.lead { (chart.about) }
        (choices(ask, &chart.choices))
        @match &chart.picture {
            // It scrolls in itself on a narrow screen, so that its words stay readable.
            Some(picture) => { figure.chart tabindex="0" role="region" aria-label=(lang.t("Biểu đồ", "Chart")) { (picture) } }
            None => { p { (lang.t("Chưa đủ số liệu để vẽ biểu đồ này.", "There are not enough figures for this chart yet.")) } }
        }
        @if !chart.rows.is_empty() { (table(lang.t("Bảng số của biểu đồ", "The chart's table"), &chart.heads, &chart.rows)) }
    };
    Ok(page(ask, title, &forms, &body))
}

fn choices(ask: &Ask, choices: &[Choice]) -> Markup {
    html! {
        @if choices.iter().any(|choice| choice.values.len() > 1) {
            form.filter method="get" action=(ask.path) {
                @for choice in choices {
                    label for=(choice.name) { (choice.label) }
                    select #(choice.name) name=(choice.name) {
                        @for (value, words) in &choice.values {
                            option value=(value) selected[*value == choice.chosen] { (words) }
                        }
                    }
                }
                button { (ask.lang.t("Xem", "Show")) }
            }
        }
    }
}

impl With<'_> {
    /// Returns the choice of an area among `areas`, given with how much there is to see of each: the one
    /// asked for, else the one with most.
    fn area(&self, mut areas: Vec<(&str, usize)>) -> Choice {
        areas.sort_by(|one, other| one.0.cmp(other.0));
        let most = areas.iter().max_by_key(|(_, count)| *count).map_or("", |(area, _)| area);
        let asked = self.ask.value("area").filter(|asked| areas.iter().any(|(area, _)| area == asked));
        let values =
            areas.iter().map(|(area, _)| ((*area).to_owned(), self.site.names.area(self.lang, area)));
        Choice {
            name: "area",
            label: self.lang.t("Địa bàn", "Area"),
            values: values.collect(),
            chosen: asked.unwrap_or(most).to_owned(),
        }
    }

    /// Writes a value of the charts' unit for people.
    fn value(&self, value: Decimal) -> String {
        numbers::money(&value.to_string())
    }
}

/// Brings đồng to the unit of an axis and says which it is.
fn axis_unit(most: Option<Decimal>) -> (i32, &'static str) {
    match most.map_or(0, |most| most.mantissa()) {
        0..1_000_000 => (0, "đồng"),
        1_000_000..1_000_000_000 => (-6, "triệu đồng"),
        _ => (-9, "tỷ đồng"),
    }
}
