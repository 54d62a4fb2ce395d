//! `/tai-lieu`: every document, with how many figures and conflicts.

use std::sync::Arc;

use maud::html;

use crate::web::ask::{Ask, Form, PAGE_ROWS};
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, pager, table, text};
use crate::web::site::Site;

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let ledger = site.ledger()?;
    let catalogue = site.catalogue(&ledger)?;
    let rows = catalogue.documents_with(ask.value("q").unwrap_or(""));
    let shown = || rows.iter().skip((ask.page() - 1) * PAGE_ROWS).take(PAGE_ROWS);
    match ask.form {
        Form::Json => return Ok(Reply::Json(serde_json::json!({ "total": rows.len(), "documents": rows }))),
        Form::Html => {}
        _ => return Err(ViewError::Form),
    }
    let lang = ask.lang;
    let lines: Vec<_> = shown()
        .map(|row| {
            vec![
                html! { a href={ "/tai-lieu/" (row.document) } { (text(&row.source)) } },
                html! { (text(&row.tags.join(" / "))) },
                html! { (numbers::moment(row.received_at)) },
                html! { (row.figures) },
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
            button { (lang.t("Lọc", "Filter")) }
        }
        @if rows.is_empty() {
            p { (lang.t("Chưa có tài liệu nào. Thả báo cáo vào ", "No documents. Drop reports into ")) code { (site.inbox.display()) } "." }
        } @else {
            (table(lang.t("Tài liệu, theo tên tệp", "Documents by file name"), &heads, &lines))
            (pager(ask, rows.len()))
        }
    };
    Ok(page(ask, lang.t("Tài liệu", "Documents"), &[("json", "JSON")], &body))
}
