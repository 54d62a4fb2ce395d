//! `/`: plan against outturn by area and year, the newest documents, open conflicts, what was refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::ledger::catalogue::Filter;
use crate::ledger::views::FigureRow;
use crate::model::figure::Aspect;
use crate::model::finding::Verdict;
use crate::web::ask::{Ask, Form};
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, table, text};
use crate::web::site::Site;

/// The indicator whose plan and outturn the overview shows.
const FUNDING: &str = "kinh_phi";
/// Newest documents, conflicts and refused files that are listed.
const SOME: usize = 8;

/// Answers the overview.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, lang) = (site.ledger()?, ask.lang);
    let catalogue = site.catalogue(&ledger)?;
    let counts = ledger.counts()?;
    let refused = ledger.refused()?;
    let levels = levels(ledger.levels_of(FUNDING)?);
    let mut asked = Filter::default();
    asked.facets[0].push(Verdict::Conflicts.code().to_owned());
    let conflicts = catalogue.findings(&asked, &[]);
    let mut newest: Vec<_> = catalogue.documents.iter().collect();
    newest.sort_by_key(|row| std::cmp::Reverse(row.position));
    newest.truncate(SOME);
    match ask.form {
        Form::Json => {
            let levels: Vec<_> = levels.iter().map(|((area, year), level)| level.json(area, *year)).collect();
            return Ok(Reply::Json(serde_json::json!({
                "ledger": counts, "levels": levels, "newest": newest, "refused": refused,
                "conflicts": conflicts.rows.iter().take(SOME).map(|row| catalogue.finding_id(*row)).collect::<Vec<_>>(),
            })));
        }
        Form::Html => {}
        _ => return Err(ViewError::Form),
    }
    let mut shown = Vec::new();
    for place in conflicts.rows.iter().take(SOME) {
        shown.extend(ledger.finding(catalogue.finding_id(*place))?);
    }
    let body = html! {
        ul.tiles {
            (tile("/tai-lieu", counts.documents, lang.t("tài liệu", "documents")))
            (tile("/so-lieu", counts.figures, lang.t("số liệu", "figures")))
            (tile("/doi-chieu", counts.findings, lang.t("đối chiếu", "checks")))
            (tile("/doi-chieu?verdict=conflicts", counts.conflicts, lang.t("mâu thuẫn", "conflicts")))
        }
        @if counts.documents == 0 {
            p { (lang.t("Thả báo cáo vào ", "Drop reports into ")) code { (site.inbox.display()) } (lang.t(" để bắt đầu.", " to begin.")) }
        }
        section aria-labelledby="open" {
            h2 #open { (lang.t("Mâu thuẫn cần xem", "Conflicts to look at")) }
            @if shown.is_empty() { p { (lang.t("Không có mâu thuẫn nào.", "There are none.")) } }
            @else {
                ul.conflicts {
                    @for row in &shown {
                        li {
                            (shell::verdict(lang, Some(row.finding.verdict))) " "
                            a href={ "/doi-chieu/" (row.finding.id) } { (text(lang.sentence(&row.finding.explanation))) }
                            @if let Some(source) = &row.source { " – " (text(source)) }
                        }
                    }
                }
                @if conflicts.rows.len() > SOME { p { a href="/doi-chieu?verdict=conflicts" { (lang.t("xem tất cả", "see all")) " (" (conflicts.rows.len()) ")" } } }
            }
        }
        section aria-labelledby="plan" {
            h2 #plan { (lang.t("Kinh phí khuyến công: kế hoạch và thực hiện", "Industrial promotion funding: plan and outturn")) }
            (level_table(site, ask, &levels))
        }
        section aria-labelledby="newest" {
            h2 #newest { (lang.t("Tài liệu mới nhận", "Newest documents")) }
            ul { @for row in &newest {
                li { a href={ "/tai-lieu/" (row.document) } { (text(&row.source)) } " – " (numbers::moment(row.received_at)) ", " (row.figures) " " (lang.t("số liệu", "figures")) }
            } }
        }
        @if !refused.is_empty() {
            section aria-labelledby="refused" {
                h2 #refused { (lang.t("Không nhận", "Refused")) " (" (refused.len()) ")" }
                ul { @for row in refused.iter().take(SOME) { li { (text(&row.source)) ": " (text(&row.message)) } } }
            }
        }
    };
    Ok(page(ask, lang.t("Tổng quan", "Overview"), &[("json", "JSON")], &body))
}

fn tile(to: &str, count: u64, what: &str) -> Markup {
    html! { li { a href=(to) { strong { (numbers::grouped(&count.to_string())) } " " (what) } } }
}

/// The statements of one area and year.
#[derive(Debug, Default)]
struct Level {
    plan: Vec<FigureRow>,
    actual: Vec<FigureRow>,
}

impl Level {
    fn json(&self, area: &str, year: i16) -> serde_json::Value {
        let list = |rows: &[FigureRow]| -> Vec<serde_json::Value> {
            rows.iter()
                .map(|row| {
                    let figure = &row.figure;
                    serde_json::json!({ "figure": figure.id, "value": figure.value, "period": figure.period, "aspect": figure.aspect })
                })
                .collect()
        };
        serde_json::json!({ "area": area, "year": year, "plan": list(&self.plan), "actual": list(&self.actual) })
    }
}

/// Sorts levels by area and year, into plan and outturn; a whole year's statement comes first.
fn levels(rows: Vec<FigureRow>) -> BTreeMap<(String, i16), Level> {
    let mut levels: BTreeMap<(String, i16), Level> = BTreeMap::new();
    for row in rows {
        let (Some(area), Some(period), Some(aspect)) =
            (&row.figure.area, row.figure.period, row.figure.aspect)
        else {
            continue;
        };
        let level = levels.entry((area.as_str().to_owned(), period.year())).or_default();
        match aspect {
            Aspect::Plan | Aspect::Allocated | Aspect::Target => level.plan.push(row),
            Aspect::Actual | Aspect::Estimate | Aspect::Disbursed => level.actual.push(row),
        }
    }
    for level in levels.values_mut() {
        for rows in [&mut level.plan, &mut level.actual] {
            // The longest period, then the largest: the whole before its parts.
            rows.sort_by(|one, other| {
                let length = |row: &FigureRow| row.figure.period.and_then(|period| period.last_day());
                length(other).cmp(&length(one)).then(other.figure.value.cmp(&one.figure.value))
            });
        }
    }
    levels
}

fn level_table(site: &Site, ask: &Ask, levels: &BTreeMap<(String, i16), Level>) -> Markup {
    let lang = ask.lang;
    let cell = |rows: &[FigureRow]| {
        html! {
            @match rows.first() {
                Some(row) => {
                    a href={ "/so-lieu/" (row.figure.id) } { (numbers::money(&row.figure.value.to_string())) }
                    @if let Some(period) = row.figure.period { " " small { (numbers::period(lang, &period.to_string())) } }
                }
                None => { "–" }
            }
        }
    };
    let rows: Vec<Vec<Markup>> = levels
        .iter()
        .filter(|(_, level)| !level.plan.is_empty() && !level.actual.is_empty())
        .map(|((area, year), level)| {
            let all = crate::web::ask::address(
                "/so-lieu",
                &[("indicator".to_owned(), FUNDING.to_owned()), ("area".to_owned(), area.clone())],
            );
            vec![
                html! { a href=(all) { (site.names.area(lang, area)) } },
                html! { (year) },
                cell(&level.plan),
                cell(&level.actual),
                html! { (level.plan.len() + level.actual.len()) },
            ]
        })
        .collect();
    let heads = [
        lang.t("Địa bàn", "Area"),
        lang.t("Năm", "Year"),
        lang.t("Kế hoạch", "Plan"),
        lang.t("Thực hiện", "Outturn"),
        lang.t("Số lần nêu", "Statements"),
    ];
    html! {
        @if rows.is_empty() { p { (lang.t("Chưa có địa bàn nào có cả kế hoạch và thực hiện.", "No area has both a plan and an outturn yet.")) } }
        @else { (table(lang.t("Theo địa bàn và năm; nơi có nhiều số, lấy kỳ dài nhất", "By area and year; of several statements the longest period"), &heads, &rows)) }
    }
}
