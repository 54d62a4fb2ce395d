//! `/xu-ly`: the pipeline as it works: stages and their queues, the last documents, what is parked and
//! can be tried again. The page listens for its parts ([`crate::web::live`]) and works without.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::model::Digest;
use crate::runtime::{Outcome, watch};
use crate::stage::plan::Stage;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::live::{Moment, moment};
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{self, page, table, text};
use crate::web::site::Site;

/// Answers the page.
///
/// # Errors
/// What log and ledger say; the form is none of the view's.
pub(in crate::web) async fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let lang = ask.lang;
    let moment = moment(site).await?;
    match ask.form {
        Form::Html => {}
        Form::Json => return Ok(Reply::Json(json(&moment))),
        form => return sheet(&moment).reply(form),
    }
    let body = html! {
        p #live-state role="status" data-live="/xu-ly/dong" data-on=(lang.t("Đang cập nhật trực tiếp.", "Live.")) data-off=(lang.t("Mất kết nối; đang thử lại.", "Connection lost; trying again.")) {
            (lang.t("Tải lại trang để cập nhật.", "Reload the page to see what is new."))
        }
        @for (id, content) in parts(site, lang, &moment) { section #(id) { (content) } }
    };
    Ok(page(ask, lang.t("Xử lý", "Pipeline"), super::TABLE_FORMS, &body))
}

/// Renders the parts of the page, each with its id.
pub(in crate::web) fn parts(site: &Site, lang: Lang, moment: &Moment) -> [(&'static str, Markup); 3] {
    [
        ("live-stages", stages(site, lang, moment)),
        ("live-newest", newest(lang, moment)),
        ("live-troubles", troubles(site, lang, moment)),
    ]
}

fn stages(site: &Site, lang: Lang, moment: &Moment) -> Markup {
    let behind = moment.head.saturating_sub(moment.checkpoint);
    let number = |count: u64| html! { span.n { (numbers::grouped(&count.to_string())) } };
    let received = moment.stages.received;
    let mut rows =
        vec![vec![html! { (super::stage(lang, "receive")) }, number(received), html! {}, html! {}, html! {}]];
    for (stage, row) in Stage::ALL.into_iter().zip(moment.stages.stages) {
        let queued = moment.load.map(|load| load.queued[stage as usize] as u64);
        rows.push(vec![
            html! { (super::stage(lang, stage.name())) },
            html! { (number(row.done)) " " meter min="0" max=(received.max(1)) value=(row.done) aria-hidden="true" {} },
            number(row.waiting),
            html! { @match queued { Some(queued) => { (number(queued)) } None => { "–" } } },
            number(row.parked),
        ]);
    }
    let heads = [
        lang.t("Công đoạn", "Stage"),
        lang.t("Đã xong", "Done"),
        lang.t("Chờ", "Waiting"),
        lang.t("Trong hàng đợi", "Queued"),
        lang.t("Tạm dừng", "Parked"),
    ];
    html! {
        p {
            @match moment.load {
                Some(load) => {
                    strong { "● " (lang.t("socai run đang chạy", "socai run is working")) } ": "
                    (load.documents) "/" (load.documents_most) " " (lang.t("tài liệu đang xử lý", "documents at work")) ". "
                }
                None => { strong { "○ " (lang.t("socai run không chạy", "socai run is not running")) } ". " }
            }
            (lang.t("Thả báo cáo vào", "Drop reports into")) " " code { (site.inbox.display()) } ". "
            (lang.t("Nhật ký có", "The log has")) " " (numbers::grouped(&moment.head.to_string())) " " (lang.t("sự kiện", "events"))
            @if behind > 0 { "; " (lang.t("sổ cái còn chậm", "the ledger lacks")) " " (numbers::grouped(&behind.to_string())) } "."
        }
        (table(lang.t("Các công đoạn, tính theo tài liệu", "Stages, in documents"), &heads, &rows))
    }
}

fn newest(lang: Lang, moment: &Moment) -> Markup {
    let rows: Vec<Vec<Markup>> = moment
        .newest
        .iter()
        .map(|row| {
            let parked = moment.troubles.iter().find(|(trouble, _)| trouble.document == row.document);
            vec![
                html! { a href={ "/tai-lieu/" (row.document) } { (text(&row.source)) } },
                html! { (numbers::moment(row.received_at)) },
                html! { span.n { (row.figures) } },
                html! {
                    @if row.done && row.conflicts > 0 { (shell::verdict(lang, Some(crate::model::finding::Verdict::Conflicts))) " (" (row.conflicts) ")" }
                    @else if row.done { "✓ " (lang.t("xong", "done")) }
                    @else if parked.is_some_and(|(trouble, _)| trouble.parked) { "⏸ " (lang.t("tạm dừng", "parked")) }
                    @else { "… " (lang.t("đang xử lý", "at work")) }
                },
            ]
        })
        .collect();
    let heads = [
        lang.t("Tệp", "File"),
        lang.t("Nhận lúc", "Received"),
        lang.t("Số liệu", "Figures"),
        lang.t("Tình trạng", "State"),
    ];
    html! {
        h2 { (lang.t("Tài liệu mới nhận", "Last documents")) }
        @if rows.is_empty() { p { (lang.t("Chưa có tài liệu nào.", "There are none yet.")) } }
        @else { (table(lang.t("Mới nhất trước", "Newest first"), &heads, &rows)) }
    }
}

fn troubles(site: &Site, lang: Lang, moment: &Moment) -> Markup {
    html! {
        h2 { (lang.t("Tạm dừng và thử lại", "Parked and tried again")) }
        @if moment.troubles.is_empty() { p { (lang.t("Không có tài liệu nào bị tạm dừng.", "No document is parked.")) } }
        @else {
            ul.troubles {
                @for (trouble, source) in &moment.troubles {
                    li {
                        span.verdict.v-conflicts { (if trouble.parked { "⏸ " } else { "↻ " }) (if trouble.parked { lang.t("tạm dừng", "parked") } else { lang.t("đang thử lại", "being tried again") }) } " "
                        a href={ "/tai-lieu/" (trouble.document) } { (text(source)) } ", "
                        (super::stage(lang, &trouble.stage)) ", " (lang.t("lần thử", "tries")) " " (trouble.attempts) ": " (text(lang.reason(&trouble.reason, &trouble.message))) " "
                        @if lang == Lang::Vi { small lang="en" { (text(&trouble.message)) } " " }
                        @if trouble.parked {
                            @if site.retries {
                                form.inline method="post" action="/xu-ly/thu-lai" {
                                    input type="hidden" name="document" value=(trouble.document);
                                    button id={ "retry-" (trouble.document.short(12)) } { (lang.t("Thử lại", "Try again")) }
                                }
                            } @else { code { "socai quarantine retry " (trouble.document.short(12)) } }
                        }
                    }
                }
            }
        }
    }
}

fn json(moment: &Moment) -> serde_json::Value {
    let troubles: Vec<_> = moment.troubles.iter().map(|(trouble, _)| trouble).collect();
    serde_json::json!({
        "head": moment.head, "checkpoint": moment.checkpoint, "progress": moment.stages, "load": moment.load,
        "newest": moment.newest, "troubles": troubles,
    })
}

fn sheet(moment: &Moment) -> Sheet {
    let row = |(at, row): (usize, &crate::ledger::StageRow)| {
        let queued = moment.load.map(|load| load.queued[at].to_string()).unwrap_or_default();
        vec![
            Stage::ALL[at].name().to_owned(),
            row.done.to_string(),
            row.waiting.to_string(),
            queued,
            row.parked.to_string(),
        ]
    };
    Sheet {
        name: "xu-ly".to_owned(),
        heads: vec!["stage", "done", "waiting", "queued", "parked"],
        rows: moment.stages.stages.iter().enumerate().map(row).collect(),
    }
}

/// Tries a parked document again, as a person asked by the page's button, and shows the page. The
/// daemon's answer is waited for, up to the stages' own time bound.
pub(in crate::web) async fn retry(State(site): State<Arc<Site>>, ask: Ask, body: String) -> Response {
    let lang = ask.lang;
    let sorry = |status: StatusCode, what: &str| {
        let next =
            lang.t("Về <a href=\"/xu-ly\">trang xử lý</a>.", "Back to <a href=\"/xu-ly\">the pipeline</a>.");
        let title = lang.t("Chưa thử lại được", "Not tried again");
        (status, shell::sorry(&ask, title, what, next)).into_response()
    };
    if !site.retries {
        return sorry(StatusCode::FORBIDDEN, lang.t("trang này chỉ để xem", "this page is read only"));
    }
    let named = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "document");
    let document = named.and_then(|(_, value)| value.parse::<Digest>().ok());
    let Some(document) = document else {
        return sorry(StatusCode::BAD_REQUEST, lang.t("không rõ tài liệu nào", "no document is named"));
    };
    match watch::retry(&site.options(), document).await {
        Ok(Outcome::Failed { message }) => sorry(StatusCode::CONFLICT, &message),
        Ok(_) => Reply::See("/xu-ly".to_owned()).into_response(),
        Err(error) => sorry(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}
