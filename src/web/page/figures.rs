//! `/so-lieu`: figures, filtered by facets with counts and by words without accents.

use std::sync::Arc;

use maud::{Markup, html};

use crate::export::Table;
use crate::ledger::LedgerReader;
use crate::ledger::catalogue::{Catalogue, Facet, Selection};
use crate::model::figure::Measure;
use crate::model::record::FigureRecord;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::page::conditions::conditions;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, pager, table, text};
use crate::web::site::Site;

/// Values of a facet that are shown; the rest is behind a fold.
const FACET_ROWS: usize = 8;

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, lang) = (site.ledger()?, ask.lang);
    let catalogue = site.catalogue(&ledger)?;
    let selection = catalogue.figures(&ask.filter());
    let ids = || selection.rows.iter().map(|row| catalogue.figure_id(*row).to_owned()).collect::<Vec<_>>();
    match ask.form {
        Form::Html => {}
        Form::Json => {
            let counts = Facet::ALL.map(|facet| (facet.name(), selection.counts[facet as usize].clone()));
            let counts: std::collections::BTreeMap<_, _> = counts.into_iter().collect();
            let head = serde_json::json!({
                "total": selection.rows.len(), "checkpoint": catalogue.checkpoint, "counts": counts,
            });
            let head = head.as_object().cloned().unwrap_or_default();
            return Ok(records::json(site, head, "figures", ids(), |ledger, id| {
                let row = ledger.figure(id)?;
                Ok(row
                    .map(|row| FigureRecord::printed(row.document, &row.source, &row.figure, row.generation)))
            }));
        }
        _ => {
            // Nothing asked is everything: no need to name each.
            let ids = (!ask.filter().is_empty()).then(ids);
            return records::reply(site, ask, Table::Figures, ids);
        }
    }
    let rows = lines(site, lang, &ledger, &catalogue, ask.page_rows(&selection.rows))?;
    let heads = [
        lang.t("Nguyên văn", "As printed"),
        lang.t("Nội dung", "What"),
        lang.t("Giá trị", "Value"),
        lang.t("Địa bàn", "Area"),
        lang.t("Kỳ, tính chất", "Period, aspect"),
        lang.t("Tệp", "File"),
        lang.t("Kết luận", "Verdict"),
    ];
    let body = html! {
        (conditions(site, ask))
        div.browse {
            div.facets {
                form.filter method="get" action="/so-lieu" role="search" {
                    @for (name, value) in ask.query.iter().filter(|(name, _)| name != "q" && name != "page") {
                        input type="hidden" name=(name) value=(value);
                    }
                    label for="q" { (lang.t("Tìm trong số liệu và tên tệp", "Search figures and file names")) }
                    input #q name="q" type="search" value=[ask.value("q")];
                    button { (lang.t("Tìm", "Search")) }
                }
                // On a narrow screen the script folds it: the figures come first.
                details.fold open { summary { (lang.t("Lọc theo", "Narrow by")) } @for facet in Facet::ALL { (facet_list(site, ask, facet, &selection)) } }
            }
            div.results {
                @if rows.is_empty() { p { (lang.t("Không có số liệu nào hợp điều kiện.", "No figure fits.")) } }
                @else {
                    (table(lang.t("Số liệu, theo tệp và vị trí", "Figures by file and place"), &heads, &rows))
                    (pager(ask, selection.rows.len()))
                }
            }
        }
    };
    Ok(page(ask, lang.t("Số liệu", "Figures"), &super::record_forms(Table::Figures), &body))
}

fn lines(
    site: &Site,
    lang: Lang,
    ledger: &LedgerReader,
    catalogue: &Catalogue,
    rows: &[u32],
) -> Result<Vec<Vec<Markup>>, ViewError> {
    let mut lines = Vec::new();
    for place in rows {
        // A figure that went since the catalogue was made is left out.
        let Some(row) = ledger.figure(catalogue.figure_id(*place))? else { continue };
        let figure = &row.figure;
        let unit = site.names.name(lang, "unit", figure.unit.as_str());
        let what = figure.indicator.as_ref().map(|code| site.names.name(lang, "indicator", code.as_str()));
        lines.push(vec![
            html! { a href={ "/so-lieu/" (figure.id) } { (text(&figure.quote)) } },
            html! {
                @if let Some(what) = what { (what) } @else { (text(&figure.label)) }
                @if figure.measure != Measure::Value { " " small { (site.names.name(lang, "measure", figure.measure.code())) } }
            },
            html! { span.n { (numbers::with_unit(&figure.value.to_string(), figure.unit.as_str(), unit)) } },
            html! { @if let Some(area) = &figure.area { (short_area(&site.names.area(lang, area.as_str()))) } @else { "–" } },
            html! {
                @if let Some(period) = figure.period { (numbers::period(lang, &period.to_string())) } @else { "–" }
                @if let Some(aspect) = figure.aspect { " " small { (site.names.name(lang, "aspect", aspect.code())) } }
            },
            html! { a.file href={ "/tai-lieu/" (row.document) "?figure=" (figure.id) "#f-" (figure.id) } { (text(&row.source)) } },
            html! { (shell::verdict(lang, catalogue.verdict_of(*place))) },
        ]);
    }
    Ok(lines)
}

/// Returns an area's name without what a bracket adds (`(20 tỉnh, thành phố)`): in a table there is no room
/// for it. A list that it is on stays, since two areas may share the name.
pub(super) fn short_area(name: &str) -> &str {
    match name.split_once(" (") {
        Some((short, _)) if short.starts_with("Khu vực") => short,
        _ => name,
    }
}

fn facet_list(site: &Site, ask: &Ask, facet: Facet, selection: &Selection) -> Markup {
    let lang = ask.lang;
    let asked = ask.values(facet.name());
    let mut values: Vec<(&String, u64)> =
        selection.counts[facet as usize].iter().map(|(value, count)| (value, *count)).collect();
    values.sort_by(|one, other| {
        let chosen = |value: &String| asked.contains(value);
        chosen(other.0).cmp(&chosen(one.0)).then(other.1.cmp(&one.1)).then(one.0.cmp(other.0))
    });
    let (shown, folded) = values.split_at(values.len().min(FACET_ROWS));
    let line = |value: &String, count: u64| {
        let chosen = asked.contains(value);
        let to = ask.link(|query| {
            if chosen {
                query.retain(|(name, other)| name != facet.name() || other != value);
            } else {
                query.push((facet.name().to_owned(), value.clone()));
            }
        });
        html! {
            li { a href=(to) aria-current=[chosen.then_some("true")] {
                @if chosen { span aria-hidden="true" { "☑ " } span.vh { (lang.t("Bỏ: ", "Remove: ")) } } @else { span aria-hidden="true" { "☐ " } }
                (text(&site.names.facet(lang, facet, value)))
            } " " span.count { (numbers::grouped(&count.to_string())) } }
        }
    };
    html! {
        @if !values.is_empty() {
            section.facet {
                h2 { (title(lang, facet)) }
                ul { @for (value, count) in shown { (line(value, *count)) } }
                @if !folded.is_empty() {
                    details { summary { (lang.t("thêm", "more")) " (" (folded.len()) ")" } ul { @for (value, count) in folded { (line(value, *count)) } } }
                }
            }
        }
    }
}

/// Returns a facet's name in words.
pub(super) const fn title(lang: Lang, facet: Facet) -> &'static str {
    match facet {
        Facet::Verdict => lang.t("Kết luận", "Verdict"),
        Facet::Indicator => lang.t("Chỉ tiêu", "Indicator"),
        Facet::Area => lang.t("Địa bàn", "Area"),
        Facet::Period => lang.t("Kỳ", "Period"),
        Facet::Aspect => lang.t("Tính chất", "Aspect"),
        Facet::Fund => lang.t("Nguồn vốn", "Fund"),
        Facet::Measure => lang.t("Loại", "Measure"),
    }
}
