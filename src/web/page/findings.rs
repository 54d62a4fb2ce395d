//! `/doi-chieu`: what arithmetic decided, conflicts first.

use std::sync::Arc;

use maud::html;

use crate::export::Table;
use crate::ledger::catalogue::Facet;
use crate::model::finding::Verdict;
use crate::model::record::FindingRecord;
use crate::web::ask::{Ask, Form};
use crate::web::numbers;
use crate::web::page::conditions::conditions;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, pager, table, text};
use crate::web::site::Site;

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (ledger, lang) = (site.ledger()?, ask.lang);
    let catalogue = site.catalogue(&ledger)?;
    let selection = catalogue.findings(&ask.filter(), &ask.values("relation"));
    let ids = || selection.rows.iter().map(|row| catalogue.finding_id(*row).to_owned()).collect::<Vec<_>>();
    match ask.form {
        Form::Html => {}
        Form::Json => {
            let head = serde_json::json!({ "total": selection.rows.len() });
            let head = head.as_object().cloned().unwrap_or_default();
            return Ok(records::json(site, head, "findings", ids(), |ledger, id| {
                Ok(ledger.finding(id)?.map(|row| FindingRecord::new(&row.finding, row.generation)))
            }));
        }
        _ => return records::reply(site, ask, Table::Findings, Some(ids())),
    }
    let mut lines = Vec::new();
    for place in ask.page_rows(&selection.rows) {
        let Some(row) = ledger.finding(catalogue.finding_id(*place))? else { continue };
        let finding = &row.finding;
        lines.push(vec![
            shell::verdict(lang, Some(finding.verdict)),
            html! { a href={ "/doi-chieu/" (finding.id) } { (text(lang.sentence(&finding.explanation))) } },
            html! { (site.names.name(lang, "relation", finding.relation.code())) },
            html! { (text(&finding.formula)) },
            html! {
                @match (&row.document, &row.source) {
                    (Some(document), Some(source)) => { a.file href={ "/tai-lieu/" (document) } { (text(source)) } }
                    _ => { (finding.documents.len()) " " (lang.t("tài liệu", "documents")) }
                }
            },
        ]);
    }
    let heads = [
        lang.t("Kết luận", "Verdict"),
        lang.t("Giải thích", "Explanation"),
        lang.t("Quan hệ", "Relation"),
        lang.t("Công thức", "Formula"),
        lang.t("Tệp", "File"),
    ];
    let counts = &selection.counts[Facet::Verdict as usize];
    let asked = ask.values("verdict");
    let choice = |value: Option<Verdict>| {
        let code = value.map_or("", Verdict::code);
        ask.link(|query| {
            query.retain(|(name, _)| name != "verdict");
            if !code.is_empty() {
                query.push(("verdict".to_owned(), code.to_owned()));
            }
        })
    };
    let count = |count: u64| numbers::grouped(&count.to_string());
    let body = html! {
        (conditions(site, ask))
        nav.tabs aria-label=(lang.t("Lọc theo kết luận", "By verdict")) {
            ul {
                li { a href=(choice(None)) aria-current=[asked.is_empty().then_some("true")] { (lang.t("tất cả", "all")) " (" (count(counts.values().sum())) ")" } }
                @for verdict in Verdict::ALL {
                    li { a href=(choice(Some(*verdict))) aria-current=[asked.iter().any(|code| code == verdict.code()).then_some("true")] {
                        (shell::verdict(lang, Some(*verdict))) " (" (count(counts.get(verdict.code()).copied().unwrap_or(0))) ")"
                    } }
                }
            }
        }
        form.filter method="get" action="/doi-chieu" {
            @for (name, value) in ask.query.iter().filter(|(name, _)| name != "q" && name != "page") {
                input type="hidden" name=(name) value=(value);
            }
            label for="q" { (lang.t("Tìm trong giải thích và tên tệp", "Search explanations and file names")) }
            input #q name="q" type="search" value=[ask.value("q")];
            button { (lang.t("Tìm", "Search")) }
        }
        @if lines.is_empty() { p { (lang.t("Không có đối chiếu nào hợp điều kiện.", "No check fits.")) } }
        @else {
            (table(lang.t("Đối chiếu, mâu thuẫn trước", "Checks, conflicts first"), &heads, &lines))
            (pager(ask, selection.rows.len()))
        }
    };
    Ok(page(ask, lang.t("Đối chiếu", "Checks"), &super::record_forms(Table::Findings), &body))
}
