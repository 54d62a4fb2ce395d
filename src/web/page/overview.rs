//! `/`: plan against outturn by area and year, the newest documents, open conflicts, what was refused.

use std::sync::Arc;

use maud::{Markup, html};

use crate::ledger::catalogue::{Catalogue, Filter};
use crate::ledger::views::FindingRow;
use crate::ledger::{DocumentRow, RefusedRow};
use crate::model::finding::Verdict;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::series::{FUNDING, Pair, Series};
use crate::web::sheet::Sheet;
use crate::web::shell::{self, page, table, text};
use crate::web::site::Site;

/// Newest documents, conflicts and refused files that are listed.
const SOME: usize = 8;
/// Rows of plan and outturn that are listed; the forms for machines have all.
const PAIRS: usize = 24;

/// Answers the overview.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, lang) = (site.ledger()?, ask.lang);
    let catalogue = site.catalogue(&ledger)?;
    let pairs = pairs(&catalogue);
    if !matches!(ask.form, Form::Html | Form::Json) {
        return sheet(&catalogue, &pairs).reply(ask.form);
    }
    let refused = ledger.refused()?;
    let mut asked = Filter::default();
    asked.facets[0].push(Verdict::Conflicts.code().to_owned());
    let conflicts = catalogue.findings(&asked, &[]);
    let mut shown = Vec::new();
    for place in conflicts.rows.iter().take(SOME) {
        shown.extend(ledger.finding(catalogue.finding_id(*place))?);
    }
    let mut newest: Vec<_> = catalogue.documents.iter().collect();
    newest.sort_by_key(|row| std::cmp::Reverse(row.position));
    newest.truncate(SOME);
    if ask.form == Form::Json {
        return Ok(Reply::Json(serde_json::json!({
            "ledger": catalogue.counts, "levels": sheet(&catalogue, &pairs).json()["rows"], "newest": newest, "refused": refused,
            "conflicts": shown.iter().map(|row| &row.finding.id).collect::<Vec<_>>(),
        })));
    }
    let counts = &catalogue.counts;
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
        (open_conflicts(lang, &shown, conflicts.rows.len()))
        section aria-labelledby="plan" {
            h2 #plan { (lang.t("Kinh phí khuyến công: kế hoạch và thực hiện", "Industrial promotion funding: plan and outturn")) }
            (pair_table(site, lang, &catalogue, &pairs))
        }
        (documents(lang, &newest, &refused))
        p { a href=(records::PACKAGE) { (lang.t("Toàn bộ sổ cái trong một tệp (Data Package, ZIP)", "The whole ledger in one file (Data Package, ZIP)")) } }
    };
    Ok(page(ask, lang.t("Tổng quan", "Overview"), super::TABLE_FORMS, &body))
}

fn tile(to: &str, count: u64, what: &str) -> Markup {
    html! { li { a href=(to) { strong { (numbers::grouped(&count.to_string())) } " " (what) } } }
}

/// Plan and outturn: the country, then regions, then provinces; the newest year first.
fn pairs(catalogue: &Catalogue) -> Vec<Pair<'_>> {
    let mut pairs = Series::of(catalogue, FUNDING.0, FUNDING.1).pairs();
    let breadth = |area: &str| match area {
        "VN" => 0,
        region if region.starts_with("KC_") => 1,
        _ => 2,
    };
    pairs.sort_by(|one, other| {
        let key = |pair: &Pair<'_>| (breadth(pair.area), std::cmp::Reverse(pair.year));
        let by_area = |pair: &Pair<'_>| pair.area.to_owned();
        match breadth(one.area) {
            // Provinces are many: the newest year of any comes first.
            2 => key(one).cmp(&key(other)).then_with(|| by_area(one).cmp(&by_area(other))),
            _ => (breadth(one.area), by_area(one), std::cmp::Reverse(one.year)).cmp(&(
                breadth(other.area),
                by_area(other),
                std::cmp::Reverse(other.year),
            )),
        }
    });
    pairs
}

fn open_conflicts(lang: Lang, shown: &[FindingRow], all: usize) -> Markup {
    html! {
        section aria-labelledby="open" {
            h2 #open { (lang.t("Mâu thuẫn cần xem", "Conflicts to look at")) }
            @if shown.is_empty() { p { (lang.t("Không có mâu thuẫn nào.", "There are none.")) } }
            @else {
                ul.conflicts {
                    @for row in shown {
                        li {
                            (shell::verdict(lang, Some(row.finding.verdict))) " "
                            a href={ "/doi-chieu/" (row.finding.id) } { (text(lang.sentence(&row.finding.explanation))) }
                            @if let Some(source) = &row.source { " " span.count { (text(source)) } }
                        }
                    }
                }
                @if all > shown.len() { p { a href="/doi-chieu?verdict=conflicts" { (lang.t("xem tất cả", "see all")) " (" (numbers::grouped(&all.to_string())) ")" } } }
            }
        }
    }
}

fn pair_table(site: &Site, lang: Lang, catalogue: &Catalogue, pairs: &[Pair<'_>]) -> Markup {
    let rows: Vec<Vec<Markup>> = pairs
        .iter()
        .take(PAIRS)
        .map(|pair| {
            let level = |level: &crate::ledger::catalogue::Level<'_>| {
                html! { a.n href={ "/so-lieu/" (catalogue.figure_id(level.row)) } { (numbers::money(&level.value.to_string())) } }
            };
            let chart = crate::web::ask::address(
                "/bieu-do/ke-hoach-va-thuc-hien",
                &[("area".to_owned(), pair.area.to_owned())],
            );
            vec![
                html! { a href=(chart) { (site.names.area(lang, pair.area)) } },
                html! { (pair.year) },
                level(&pair.plan),
                level(&pair.outturn),
                html! { @if let Some(percent) = pair.percent() { span.n { (numbers::grouped(&percent.to_string())) "%" } } },
                html! { (numbers::period(lang, &pair.outturn.period.to_string())) },
                html! { @if let Some(fund) = pair.fund { (site.names.name(lang, "fund", fund.code())) } },
            ]
        })
        .collect();
    let heads = [
        lang.t("Địa bàn", "Area"),
        lang.t("Năm", "Year"),
        lang.t("Kế hoạch", "Plan"),
        lang.t("Thực hiện", "Outturn"),
        lang.t("So với kế hoạch", "Of plan"),
        lang.t("Kỳ thực hiện", "Outturn of"),
        lang.t("Nguồn vốn", "Fund"),
    ];
    html! {
        @if rows.is_empty() { p { (lang.t("Chưa có địa bàn nào có cả kế hoạch và thực hiện.", "No area has both a plan and an outturn yet.")) } }
        @else {
            (table(lang.t("Kỳ dài nhất của mỗi năm; tỷ lệ tính từ hai số bên trái, có thể thuộc hai tài liệu", "The longest period of each year; the rate is computed from the two figures, which may be of two documents"), &heads, &rows))
            @if pairs.len() > rows.len() { p { a href="/bieu-do/ke-hoach-va-thuc-hien" { (lang.t("xem mọi địa bàn", "see every area")) " (" (numbers::grouped(&pairs.len().to_string())) " " (lang.t("dòng", "rows")) ")" } } }
        }
    }
}

fn documents(lang: Lang, newest: &[&DocumentRow], refused: &[RefusedRow]) -> Markup {
    html! {
        section aria-labelledby="newest" {
            h2 #newest { (lang.t("Tài liệu mới nhận", "Newest documents")) }
            ul.plain { @for row in newest {
                li { a href={ "/tai-lieu/" (row.document) } { (text(&row.source)) } " " span.count { (numbers::moment(row.received_at)) ", " (numbers::grouped(&row.figures.to_string())) " " (lang.t("số liệu", "figures")) } }
            } }
        }
        @if !refused.is_empty() {
            section aria-labelledby="refused" {
                h2 #refused { (lang.t("Không nhận", "Refused")) " (" (refused.len()) ")" }
                ul.plain { @for row in refused.iter().take(SOME) { li { (text(&row.source)) ": " (text(lang.reason(&row.reason, &row.message))) } } }
            }
        }
    }
}

fn sheet(catalogue: &Catalogue, pairs: &[Pair<'_>]) -> Sheet {
    let row = |pair: &Pair<'_>| {
        vec![
            pair.area.to_owned(),
            pair.year.to_string(),
            pair.fund.map(|fund| fund.code().to_owned()).unwrap_or_default(),
            pair.plan.value.to_string(),
            pair.outturn.value.to_string(),
            pair.percent().map(|percent| percent.to_string()).unwrap_or_default(),
            pair.outturn.period.to_string(),
            catalogue.figure_id(pair.plan.row).to_owned(),
            catalogue.figure_id(pair.outturn.row).to_owned(),
        ]
    };
    Sheet {
        name: "tong-quan".to_owned(),
        heads: vec![
            "area",
            "year",
            "fund",
            "plan",
            "outturn",
            "percent",
            "outturn_period",
            "plan_figure",
            "outturn_figure",
        ],
        rows: pairs.iter().map(row).collect(),
    }
}
