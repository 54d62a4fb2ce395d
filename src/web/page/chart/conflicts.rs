//! Where the conflicts are: areas down, years across.

use std::collections::{BTreeMap, BTreeSet};

use maud::html;

use super::{Chart, With};
use crate::web::ask::address;
use crate::web::sheet::Sheet;
use crate::web::svg::{self, About, Cell};

/// The most years and areas in the picture; the table has all.
const YEARS: usize = 12;
const AREAS: usize = 30;

pub(super) fn make(with: &With<'_>) -> Chart {
    let lang = with.lang;
    let counts = with.catalogue.findings_by_place();
    let mut areas: BTreeMap<&str, u64> = BTreeMap::new();
    for ((area, _), (_, conflicts)) in &counts {
        *areas.entry(area).or_default() += conflicts;
    }
    areas.retain(|_, conflicts| *conflicts > 0);
    let mut worst: Vec<(&str, u64)> = areas.iter().map(|(area, conflicts)| (*area, *conflicts)).collect();
    worst.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    worst.truncate(AREAS);
    let in_conflict = counts.iter().filter(|((area, _), _)| worst.iter().any(|(other, _)| other == area));
    let years: BTreeSet<i16> = in_conflict.map(|((_, year), _)| *year).collect();
    let years: Vec<i16> = years.iter().skip(years.len().saturating_sub(YEARS)).copied().collect();
    let heads: Vec<String> = years.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, Vec<Cell>)> = worst
        .iter()
        .map(|(area, _)| {
            let cell = |year: &i16| counts.get(&(*area, *year)).map(|(all, conflicts)| (*conflicts, *all));
            (short(&with.site.names.area(lang, area)), years.iter().map(cell).collect())
        })
        .collect();
    let about = lang
        .t(
            "Số mâu thuẫn theo địa bàn và năm của các số liệu liên quan",
            "Conflicts by area and year of the figures that take part",
        )
        .to_owned();
    let description = lang.t(
        "Mỗi ô ghi số mâu thuẫn; ô trống là không có đối chiếu nào. Bảng bên dưới có cả số đối chiếu.",
        "Each cell has the number of conflicts; where there is no cell there is no check. The table below has the number of checks, too.",
    );
    let listed: Vec<_> = counts.iter().filter(|(_, (_, conflicts))| *conflicts > 0).collect();
    let link = |area: &str, year: i16| {
        let query = [("verdict", "conflicts"), ("area", area), ("year", &year.to_string())];
        address("/doi-chieu", &query.map(|(name, value)| (name.to_owned(), value.to_owned())))
    };
    Chart {
        picture: (!rows.is_empty()).then(|| svg::map(About { title: &about, description }, &heads, &rows)),
        heads: vec![
            lang.t("Địa bàn", "Area"),
            lang.t("Năm", "Year"),
            lang.t("Mâu thuẫn", "Conflicts"),
            lang.t("Đối chiếu", "Checks"),
        ],
        rows: listed
            .iter()
            .map(|((area, year), (all, conflicts))| {
                vec![
                    html! { (with.site.names.area(lang, area)) },
                    html! { (year) },
                    html! { a.n href=(link(area, *year)) { (conflicts) } },
                    html! { span.n { (all) } },
                ]
            })
            .collect(),
        sheet: Sheet {
            name: "ban-do-mau-thuan".to_owned(),
            heads: vec!["area", "year", "conflicts", "checks"],
            rows: listed
                .iter()
                .map(|((area, year), (all, conflicts))| {
                    vec![(*area).to_owned(), year.to_string(), conflicts.to_string(), all.to_string()]
                })
                .collect(),
        },
        about,
        choices: Vec::new(),
    }
}

/// Shortens a name to the room that the picture has: what a bracket adds falls away.
fn short(name: &str) -> String {
    name.split(" (").next().unwrap_or(name).to_owned()
}
