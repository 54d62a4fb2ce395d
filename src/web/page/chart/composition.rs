//! What the funding of one area and year is made of: by whose money, or by what it is spent on.

use std::collections::{BTreeMap, BTreeSet};

use maud::html;

use super::{Chart, Choice, With};
use crate::ledger::catalogue::{Level, Side};
use crate::model::Decimal;
use crate::model::figure::Fund;
use crate::web::numbers;
use crate::web::series::{FUNDING, FUNDS, Series, share};
use crate::web::sheet::Sheet;
use crate::web::svg::{self, About};

/// A part: its code, its words, and the level.
struct Part<'c> {
    code: String,
    name: String,
    point: Level<'c>,
}

/// A place: area, year, side.
type Place<'c> = (&'c str, i16, Side);

pub(super) fn make(with: &With<'_>) -> Chart {
    let lang = with.lang;
    let by_use = with.ask.value("by") == Some("indicator");
    let whole = Series::of(with.catalogue, FUNDING.0, FUNDING.1);
    let parts = if by_use { by_indicator(with) } else { by_fund(with, &whole) };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((area, ..), parts) in &parts {
        let count = counts.entry(area).or_default();
        *count = (*count).max(parts.len());
    }
    let area = with.area(counts.into_iter().collect());
    let places: Vec<&Place<'_>> = parts.keys().filter(|(own, ..)| *own == area.chosen).collect();
    let code = |(_, year, side): &Place<'_>| {
        format!("{year}-{}", if *side == Side::Plan { "plan" } else { "actual" })
    };
    let fullest = places.iter().max_by_key(|place| (parts.get(**place).map_or(0, Vec::len), place.1));
    let asked = with.ask.value("year").and_then(|asked| places.iter().find(|place| code(place) == asked));
    let chosen = asked.or(fullest).copied();
    let when = Choice {
        name: "year",
        label: lang.t("Năm", "Year"),
        values: places
            .iter()
            .map(|place| {
                let side = if place.2 == Side::Plan {
                    lang.t("kế hoạch", "plan")
                } else {
                    lang.t("thực hiện", "outturn")
                };
                (code(place), format!("{}, {side}", place.1))
            })
            .collect(),
        chosen: chosen.map(code).unwrap_or_default(),
    };
    let by = Choice {
        name: "by",
        label: lang.t("Chia theo", "By"),
        values: vec![
            ("fund".to_owned(), lang.t("nguồn vốn", "fund").to_owned()),
            ("indicator".to_owned(), lang.t("nội dung chi", "use").to_owned()),
        ],
        chosen: if by_use { "indicator" } else { "fund" }.to_owned(),
    };
    let own = chosen.and_then(|place| parts.get(place)).map_or(&[][..], Vec::as_slice);
    // Shares are of what is stated for all together; where nothing is, of the parts' sum.
    let stated = chosen.and_then(|(area, year, side)| {
        let funds = if by_use { &FUNDS[..2] } else { &FUNDS[..1] };
        funds.iter().find_map(|fund| whole.longest(area, *year, *side, *fund))
    });
    let sum = own.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.point.value));
    let total = stated.map(|point| point.value).or(sum).unwrap_or(Decimal::ZERO);
    let percent = |part: &Part<'_>| share(part.point.value, total);
    let about = format!(
        "{}: {}{}",
        lang.t("Kinh phí khuyến công gồm những phần nào", "What industrial promotion funding is made of"),
        with.site.names.area(lang, &area.chosen),
        chosen.map_or_else(String::new, |(_, year, _)| format!(", {year}")),
    );
    let description = lang.t("Số của biểu đồ ở bảng bên dưới.", "The numbers are in the table below.");
    let drawn: Vec<(String, String, Decimal)> = own
        .iter()
        .map(|part| {
            let shown = percent(part)
                .map_or_else(String::new, |share| format!(" ({}%)", numbers::grouped(&share.to_string())));
            let value = part.point.value;
            (part.name.clone(), format!("{}{shown}", with.value(value)), value)
        })
        .collect();
    Chart {
        picture: (!own.is_empty()).then(|| svg::rows(About { title: &about, description }, &drawn)),
        heads: vec![
            lang.t("Phần", "Part"),
            lang.t("Giá trị", "Value"),
            if stated.is_some() { lang.t("Trong tổng số đã nêu", "Of the stated total") } else { lang.t("Trong tổng các phần", "Of the parts' sum") },
            lang.t("Kỳ", "Period"),
        ],
        rows: own
            .iter()
            .map(|part| {
                let level = &part.point;
                vec![
                    html! { (part.name) },
                    html! { a.n href={ "/so-lieu/" (with.catalogue.figure_id(level.row)) } { (with.value(level.value)) } },
                    html! { @if let Some(share) = percent(part) { span.n { (numbers::grouped(&share.to_string())) "%" } } },
                    html! { (numbers::period(lang, &level.period.to_string())) },
                ]
            })
            .collect(),
        sheet: Sheet {
            name: "co-cau".to_owned(),
            heads: vec!["area", "year", "part", "value", "percent", "percent_of", "period", "figure"],
            rows: own
                .iter()
                .map(|part| {
                    vec![
                        part.point.area.to_owned(),
                        part.point.year.to_string(),
                        part.code.clone(),
                        part.point.value.to_string(),
                        percent(part).map_or_else(String::new, |share| share.to_string()),
                        if stated.is_some() { "stated" } else { "sum" }.to_owned(),
                        part.point.period.to_string(),
                        with.catalogue.figure_id(part.point.row).to_owned(),
                    ]
                })
                .collect(),
        },
        about,
        choices: vec![by, area, when],
    }
}

/// The parts by whose money, in places that have two or more.
fn by_fund<'c>(with: &With<'_>, whole: &Series<'c>) -> BTreeMap<Place<'c>, Vec<Part<'c>>> {
    let places: BTreeSet<Place<'c>> =
        whole.points().map(|((area, year, side, ..), _)| (*area, *year, *side)).collect();
    let parts = places.into_iter().map(|place| {
        let part = |fund: Fund| {
            let point = whole.longest(place.0, place.1, place.2, Some(fund))?;
            let name = with.site.names.name(with.lang, "fund", fund.code()).to_owned();
            Some(Part { code: fund.code().to_owned(), name, point })
        };
        (place, [Fund::National, Fund::Local, Fund::Counterpart].into_iter().filter_map(part).collect())
    });
    parts.filter(|(_, parts): &(_, Vec<Part<'_>>)| parts.len() > 1).collect()
}

/// The parts by indicator: those whose parent in the code list is the funding.
fn by_indicator<'c>(with: &With<'c>) -> BTreeMap<Place<'c>, Vec<Part<'c>>> {
    let mut found: BTreeMap<Place<'c>, Vec<Part<'c>>> = BTreeMap::new();
    let children = with
        .site
        .names
        .records()
        .iter()
        .filter(|record| record.list == "indicator" && record.parent.as_deref() == Some(FUNDING.0));
    for record in children {
        let series = Series::of(with.catalogue, &record.code, FUNDING.1);
        let places: BTreeSet<Place<'c>> =
            series.points().map(|((area, year, side, ..), _)| (*area, *year, *side)).collect();
        for place in places {
            let point = FUNDS.into_iter().find_map(|fund| series.longest(place.0, place.1, place.2, fund));
            if let Some(point) = point {
                let name = with.lang.t(&record.name, &record.name_en).to_owned();
                found.entry(place).or_default().push(Part { code: record.code.clone(), name, point });
            }
        }
    }
    found
}
