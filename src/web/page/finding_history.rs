//! How a finding across documents came to stand, or to stand no more: a part of its page.

use maud::{Markup, html};

use crate::ledger::LedgerReader;
use crate::ledger::history::Turn;
use crate::model::finding::Explanation;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::shell::{self, page, table, text};

/// Documents that are named at a turn; an event takes in many at once.
const NAMED_DOCUMENTS: usize = 8;
/// Findings that are shown in the place of one that stands no more.
const INSTEAD_LIMIT: usize = 8;

/// Answers a finding that stood and stands no more; `None` where there never was one.
pub(super) fn gone(ask: &Ask, ledger: &LedgerReader, id: &str) -> Result<Option<Reply>, ViewError> {
    let (lang, turns) = (ask.lang, ledger.history_of(id)?);
    let Some(last) = turns.last() else { return Ok(None) };
    if ask.form == Form::Json {
        return Ok(Some(Reply::Json(serde_json::json!({ "finding": null, "id": id, "history": turns }))));
    }
    let said = Explanation { vi: last.vi.clone(), en: last.en.clone() };
    let instead = ledger.decided_with(id, last.position, INSTEAD_LIMIT)?;
    let body = html! {
        p.lead {
            span.verdict { (lang.t("không còn đứng", "superseded")) } " "
            (lang.t(
                "Đối chiếu này đã được thay thế khi có báo cáo mới; trước đó nó ghi:",
                "This check was superseded when reports came; before, it said:",
            ))
        }
        blockquote { (text(lang.sentence(&said))) }
        @if !instead.is_empty() {
            h2 { (lang.t("Nay đối chiếu được", "What was decided instead")) }
            ul {
                @for (id, verdict, formula) in &instead {
                    li { (shell::verdict(lang, Some(*verdict))) " " a href={ "/doi-chieu/" (id) } { (text(formula)) } }
                }
            }
        }
        (turned(lang, ledger, &turns)?)
    };
    Ok(Some(page(ask, lang.t("Đối chiếu", "Check"), &[("json", "JSON")], &body)))
}

/// The times that a finding was decided, and the documents that led to it; nothing where it was decided once.
pub(super) fn turned(lang: Lang, ledger: &LedgerReader, turns: &[Turn]) -> Result<Markup, ViewError> {
    if turns.len() < 2 {
        return Ok(html! {});
    }
    let heads = [
        lang.t("Khi", "When"),
        lang.t("Kết luận", "Verdict"),
        lang.t("Vì các báo cáo", "Because of"),
        lang.t("Sự kiện", "Event"),
    ];
    let mut rows = Vec::new();
    for turn in turns {
        let mut named = Vec::new();
        for document in turn.because.iter().take(NAMED_DOCUMENTS) {
            let source = ledger.document(*document)?.map_or_else(|| document.short(12), |row| row.source);
            named.push((format!("/tai-lieu/{document}"), source));
        }
        let more = turn.because.len().saturating_sub(NAMED_DOCUMENTS);
        rows.push(vec![
            html! { (numbers::moment(turn.decided_at)) },
            html! {
                @match turn.verdict {
                    Some(verdict) => { (shell::verdict(lang, Some(verdict))) }
                    None => { (lang.t("không còn đứng", "superseded")) }
                }
            },
            html! {
                @for (at, (link, source)) in named.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href=(link) { (text(source)) }
                }
                @if more > 0 { (lang.t(" và ", " and ")) (more) (lang.t(" báo cáo khác", " more")) }
            },
            html! { a href={ "/su-kien/" (turn.position) } { (turn.position) } },
        ]);
    }
    let caption = lang.t("Đối chiếu này qua các lần xét", "How this check was decided, first to last");
    Ok(html! { h2 { (lang.t("Diễn biến", "History")) } (table(caption, &heads, &rows)) })
}
