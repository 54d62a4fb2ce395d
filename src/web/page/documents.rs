//! `/tai-lieu`: every document, with how many figures and conflicts.

use std::sync::Arc;

use maud::{Markup, html};

use crate::export::Table;
use crate::web::ask::{Ask, Form};
use crate::web::numbers;
use crate::web::records;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, pager, table, text};
use crate::web::site::Site;

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let ledger = site.ledger()?;
    let catalogue = site.catalogue(&ledger)?;
    let mut rows = catalogue.documents_with(ask.value("q").unwrap_or(""));
    match ask.value("sort") {
        Some("newest") => rows.sort_by_key(|row| std::cmp::Reverse(row.position)),
        Some("conflicts") => rows.sort_by_key(|row| std::cmp::Reverse(row.conflicts)),
        _ => {}
    }
    match ask.form {
        Form::Json => return Ok(Reply::Json(serde_json::json!({ "total": rows.len(), "documents": rows }))),
        Form::Html => {}
        _ => {
            let ids = rows.iter().map(|row| row.document.to_string()).collect();
            return records::reply(site, ask, Table::Documents, Some(ids));
        }
    }
    let lang = ask.lang;
    let lines: Vec<_> = ask
        .page_rows(&rows)
        .iter()
        .map(|row| {
            vec![
                html! { a href={ "/tai-lieu/" (row.document) } { (text(&row.source)) } },
                html! { @if row.tags.is_empty() { "–" } @else { (text(&row.tags.join(" / "))) } },
                html! { (numbers::moment(row.received_at)) },
                html! { span.n { (row.figures) } },
                html! {
                    @if !row.done { (lang.t("đang xử lý hoặc tạm dừng", "at work or parked")) }
                    @else if row.conflicts > 0 {
                        (shell::verdict(lang, Some(crate::model::finding::Verdict::Conflicts))) " (" (row.conflicts) ")"
                    } @else { (lang.t("không có mâu thuẫn", "no conflict")) }
                },
            ]
        })
        .collect();
    let heads = [
        lang.t("Tệp", "File"),
        lang.t("Thư mục", "Folder"),
        lang.t("Nhận lúc", "Received"),
        lang.t("Số liệu", "Figures"),
        lang.t("Tình trạng", "State"),
    ];
    let body = html! {
        form.filter method="get" action="/tai-lieu" {
            label for="name" { (lang.t("Tên tệp có", "Name contains")) }
            input #name name="q" value=[ask.value("q")];
            @if let Some(sort) = ask.value("sort") { input type="hidden" name="sort" value=(sort); }
            button { (lang.t("Lọc", "Filter")) }
        }
        (orders(ask))
        @if rows.is_empty() {
            p { (lang.t("Chưa có tài liệu nào. Thả báo cáo vào ", "No documents. Drop reports into ")) code { (site.inbox.display()) } "." }
        } @else {
            (table(lang.t("Các tài liệu", "The documents"), &heads, &lines))
            (pager(ask, rows.len()))
        }
    };
    Ok(page(ask, lang.t("Tài liệu", "Documents"), &super::record_forms(Table::Documents), &body))
}

/// Links to the orders of the list.
fn orders(ask: &Ask) -> Markup {
    let lang = ask.lang;
    let orders = [
        ("name", lang.t("theo tên", "by name")),
        ("newest", lang.t("mới nhận trước", "newest first")),
        ("conflicts", lang.t("nhiều mâu thuẫn trước", "most conflicts first")),
    ];
    let chosen = ask.value("sort").unwrap_or("name");
    let to = |sort: &str| {
        ask.link(|query| {
            query.retain(|(name, _)| name != "sort");
            query.push(("sort".to_owned(), sort.to_owned()));
        })
    };
    html! {
        nav.tabs aria-label=(lang.t("Thứ tự", "Order")) {
            ul { @for (sort, words) in orders { li { a href=(to(sort)) aria-current=[(sort == chosen).then_some("true")] { (words) } } } }
        }
    }
}
