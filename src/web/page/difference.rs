//! `/the-he?before=N&after=M`: what two generations do not have alike, and which rule did it.

use std::sync::Arc;

use maud::{Markup, html};

use crate::ledger::diff::{Change, Difference, Record};
use crate::runtime::replay::ReplayError;
use crate::runtime::trial::{Base, difference};
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{page, table, text};
use crate::web::site::Site;
use crate::wording::{Names, difference as words};

/// Changes that the page lists; the forms for machines have all.
const SHOWN: usize = 200;

/// Answers the difference of two generations.
pub(super) fn view(site: &Arc<Site>, ask: &Ask, before: &str, after: &str) -> Result<Reply, ViewError> {
    let lang = ask.lang;
    let missing = || {
        ViewError::Missing(format!(
            "{before}, {after}: {}",
            lang.t("không có thế hệ này", "no such generation")
        ))
    };
    let number = |text: &str| text.parse::<u64>().map_err(|_| missing());
    let failed = |error: ReplayError| match error {
        ReplayError::NoSuch(_) => missing(),
        other => ViewError::Missing(other.to_string()),
    };
    let log = site.log()?;
    let one = Base::of(&log, number(before)?).map_err(failed)?;
    let other = Base::of(&log, number(after)?).map_err(failed)?;
    let difference = difference(&site.options(), &one, &other, None).map_err(failed)?;
    match ask.form {
        Form::Html => {}
        Form::Json => {
            let value =
                serde_json::to_value(&difference).map_err(|error| ViewError::Write(error.to_string()))?;
            return Ok(Reply::Json(value));
        }
        form => return sheet(&difference).reply(form),
    }
    let title = format!("{} {before} → {after}", lang.t("Thế hệ", "Generations"));
    let body = html! {
        p { a href="/the-he" { (lang.t("← các thế hệ", "← generations")) } }
        (tallies(lang, &difference))
        p {
            (lang.t("Mâu thuẫn mới", "New conflicts")) ": " (difference.conflicts_added) "; "
            (lang.t("không còn", "gone")) ": " (difference.conflicts_removed) "; "
            (lang.t("tài liệu có thay đổi", "documents changed")) ": " (difference.documents_changed) "."
        }
        @if difference.changes.is_empty() { p { (lang.t("Hai thế hệ như nhau.", "The two are alike.")) } }
        @else { (changes(lang, &site.names, &difference)) }
    };
    Ok(page(ask, &title, super::TABLE_FORMS, &body))
}

fn tallies(lang: Lang, difference: &Difference) -> Markup {
    let rows: Vec<Vec<Markup>> = Record::ALL
        .iter()
        .filter_map(|record| {
            let tally = difference.counts.get(record.plural())?;
            let mut cells = vec![html! { (words::record(lang, *record)) }];
            let counts = [tally.before, tally.after, tally.added, tally.removed, tally.changed];
            cells.extend(counts.map(|count| html! { span.n { (count) } }));
            Some(cells)
        })
        .collect();
    let heads = [
        lang.t("Bản ghi", "Records"),
        lang.t("Trước", "Before"),
        lang.t("Sau", "After"),
        lang.t("Thêm", "Added"),
        lang.t("Bớt", "Removed"),
        lang.t("Đổi", "Changed"),
    ];
    table(lang.t("Số bản ghi", "How many records"), &heads, &rows)
}

fn changes(lang: Lang, names: &Names, difference: &Difference) -> Markup {
    let rows: Vec<Vec<Markup>> = difference
        .changes
        .iter()
        .take(SHOWN)
        .map(|change| {
            let to = match change.record {
                Record::Figure => format!("/so-lieu/{}", change.id),
                _ => format!("/doi-chieu/{}", change.id),
            };
            // What is gone, or was never printed, has no page in the active generation.
            let has_page = change.after.is_some() && change.record != Record::Derived;
            vec![
                html! { (words::what(lang, change.what)) },
                html! { (words::record(lang, change.record)) },
                html! { @if has_page { a href=(to) { (text(&change.quote)) } } @else { (text(&change.quote)) } },
                html! { (fields(lang, names, change)) },
                html! { @if let Some(source) = &change.source { span.file { (text(source)) } } @else { "–" } },
                html! { code { (change.rules.join(", ")) } },
            ]
        })
        .collect();
    let heads = [
        lang.t("Thay đổi", "Change"),
        lang.t("Bản ghi", "Record"),
        lang.t("Nguyên văn", "Words"),
        lang.t("Trước → sau", "Before → after"),
        lang.t("Tệp", "File"),
        lang.t("Do", "Because of"),
    ];
    html! {
        (table(lang.t("Các thay đổi", "The changes"), &heads, &rows))
        @if difference.changes.len() > SHOWN {
            p { (SHOWN) " / " (difference.changes.len()) ". " (lang.t("Toàn bộ ở các bản bên dưới.", "All are in the forms below.")) }
        }
    }
}

fn fields(lang: Lang, names: &Names, change: &Change) -> Markup {
    html! {
        @for (at, field) in change.fields.iter().enumerate() {
            @if at > 0 { "; " }
            (text(&words::change(lang, names, field)))
        }
    }
}

fn sheet(difference: &Difference) -> Sheet {
    let row = |change: &Change| {
        vec![
            change.what.name().to_owned(),
            change.record.plural().to_owned(),
            change.id.clone(),
            change.document.map(|document| document.to_string()).unwrap_or_default(),
            change.source.clone().unwrap_or_default(),
            change.quote.clone(),
            change.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(" "),
            change.rules.join(" "),
        ]
    };
    Sheet {
        name: "the-he".to_owned(),
        heads: vec!["what", "records", "id", "document", "source", "quote", "fields", "rules"],
        rows: difference.changes.iter().map(row).collect(),
    }
}
