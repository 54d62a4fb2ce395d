//! `/su-kien`: the event log as it is, of one document or of all, newest first; `/su-kien/{position}`:
//! one event, raw.

use std::sync::Arc;

use maud::{Markup, html};

use crate::event::envelope::{Position, StreamId};
use crate::event::kinds::Event;
use crate::event_log::{LogReader, RawEvent};
use crate::web::ask::{Ask, Form, PAGE_ROWS};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::page::stage;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{page, pager, pairs, table, text};
use crate::web::site::Site;

/// Bytes of a payload that are shown on the page; the whole is to be had as JSON.
const PAYLOAD_BYTES: usize = 64 << 10;
/// Bytes up to which a stored payload is read for a line of the list.
const LINE_BYTES: u32 = 64 << 10;
/// Events that one file of the list holds: each is read with its payload.
const FILE_ROWS: u64 = 5_000;

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (log, lang) = (site.log()?, ask.lang);
    let (events, total) = match ask.value("document") {
        Some(name) => of_stream(site, &log, ask, name)?,
        None => newest(&log, ask)?,
    };
    match ask.form {
        Form::Html => {}
        Form::Json => return Ok(Reply::Json(sheet(&events).json())),
        form => return sheet(&events).reply(form),
    }
    let rows: Vec<Vec<Markup>> = events
        .iter()
        .map(|event| {
            vec![
                html! { a.n href={ "/su-kien/" (event.position) } { (event.position) } },
                html! { (numbers::moment(event.recorded_at)) },
                html! { (kind(lang, &event.kind)) " " code { (event.kind) } },
                html! { @if let Ok(name) = event.stream.parse() { (stream(name)) } " " span.count { "v" (event.version) } },
                html! { (text(&line(lang, event))) },
                html! { span.n { (event.generation) } },
                html! { @if let Some(cause) = event.cause { a.n href={ "/su-kien/" (cause) } { (cause) } } },
            ]
        })
        .collect();
    let heads = [
        lang.t("Vị trí", "Position"),
        lang.t("Lúc", "When"),
        lang.t("Sự kiện", "Event"),
        lang.t("Dòng", "Stream"),
        lang.t("Nội dung", "What"),
        lang.t("Thế hệ", "Generation"),
        lang.t("Do", "Cause"),
    ];
    let body = html! {
        p { (lang.t(
            "Mọi việc đã xảy ra, không bao giờ sửa; sổ cái dựng lại được từ đây.",
            "Everything that happened, never changed; the ledger can be made again from it."
        )) }
        form.filter method="get" action="/su-kien" {
            label for="document" { (lang.t("Của tài liệu (mã băm, tên tệp) hoặc", "Of the document (digest, file name), or of")) " generations, corpus" }
            input #document name="document" value=[ask.value("document")];
            button { (lang.t("Xem", "Show")) }
        }
        @if rows.is_empty() { p { (lang.t("Không có sự kiện nào.", "There are no events.")) } }
        @else {
            (table(lang.t("Sự kiện, mới nhất trước", "Events, newest first"), &heads, &rows))
            (pager(ask, total))
        }
    };
    Ok(page(ask, lang.t("Sự kiện", "Events"), super::TABLE_FORMS, &body))
}

/// The events of one page of the log, newest first, and how many there are: positions have no gaps.
fn newest(log: &LogReader, ask: &Ask) -> Result<(Vec<RawEvent>, usize), ViewError> {
    let head = log.head()?.0;
    let size = if ask.form == Form::Html { PAGE_ROWS as u64 } else { FILE_ROWS };
    let total = usize::try_from(head).unwrap_or(usize::MAX);
    let skipped = if ask.form == Form::Html { (ask.page_of(total) as u64 - 1) * size } else { 0 };
    let until = head.saturating_sub(skipped);
    let after = until.saturating_sub(size);
    let count = usize::try_from(until - after).unwrap_or(0);
    let mut events = log.light_after(Position(after), count, LINE_BYTES)?;
    events.reverse();
    Ok((events, total))
}

/// The events of the stream that `name` means.
fn of_stream(
    site: &Site,
    log: &LogReader,
    ask: &Ask,
    name: &str,
) -> Result<(Vec<RawEvent>, usize), ViewError> {
    let missing = || {
        ViewError::Missing(format!("{name}: {}", ask.lang.t("không có dòng sự kiện này", "no such stream")))
    };
    let stream = match name.parse() {
        Ok(stream) => stream,
        Err(_) => {
            let found = site.ledger()?.documents_named(name)?;
            let [document] = found.as_slice() else { return Err(missing()) };
            StreamId::Document(document.document)
        }
    };
    let mut events = log.light_stream(stream, LINE_BYTES)?;
    if events.is_empty() {
        return Err(missing());
    }
    events.reverse();
    let total = events.len();
    if ask.form == Form::Html {
        events = ask.page_rows(&events).to_vec();
    }
    Ok((events, total))
}

/// Answers one event.
pub(in crate::web) fn one(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let (log, lang, id) = (site.log()?, ask.lang, ask.id());
    let missing = || ViewError::Missing(format!("{id}: {}", lang.t("không có sự kiện này", "no such event")));
    let position: u64 = id.parse().ok().filter(|position| *position > 0).ok_or_else(missing)?;
    let raw = log.raw_after(Position(position - 1), 1)?.pop().filter(|raw| raw.position == position);
    let raw = raw.ok_or_else(missing)?;
    let payload: serde_json::Value =
        raw.payload.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    match ask.form {
        Form::Html => {}
        Form::Json => return Ok(Reply::Json(json(&raw, &payload))),
        form => return sheet(&[raw]).reply(form),
    }
    let mut shown =
        serde_json::to_string_pretty(&payload).map_err(|error| ViewError::Write(error.to_string()))?;
    let whole = shown.len() <= PAYLOAD_BYTES;
    if !whole {
        shown.truncate(shown.floor_char_boundary(PAYLOAD_BYTES));
    }
    let digest = |digest: crate::model::Digest| html! { code.hash { (digest) } };
    let stream = raw.stream.parse::<StreamId>();
    let body = html! {
        (pairs(&[
            (lang.t("Sự kiện", "Event"), html! { (kind(lang, &raw.kind)) " " code { (raw.kind) } }),
            (lang.t("Ghi lúc", "Recorded"), html! { (numbers::moment(raw.recorded_at)) }),
            (lang.t("Dòng", "Stream"), html! { @if let Ok(name) = stream { (self::stream(name)) } " v" (raw.version) }),
            (lang.t("Thế hệ", "Generation"), html! { (raw.generation) }),
            (lang.t("Lần thử", "Attempt"), html! { (raw.attempt) }),
            (lang.t("Do sự kiện", "Cause"), html! { @if let Some(cause) = raw.cause { a href={ "/su-kien/" (cause) } { (cause) } } @else { "–" } }),
            (lang.t("Khóa công đoạn", "Stage key"), html! { @if let Some(key) = raw.stage_key { (digest(key)) } @else { "–" } }),
            (lang.t("Mã băm nội dung", "Payload's digest"), digest(raw.payload_digest)),
            (lang.t("Mã băm chuỗi", "Chain's digest"), digest(raw.digest)),
            (lang.t("Lược đồ", "Schema"), html! { (raw.schema) }),
        ]))
        h2 { (lang.t("Nội dung", "Payload")) }
        @if !whole { p { (lang.t("Chỉ có phần đầu; toàn bộ ở bản JSON.", "The beginning; the whole is in the JSON form.")) } }
        pre.raw tabindex="0" role="region" aria-label=(lang.t("Nội dung sự kiện", "The event's payload")) { (crate::web::shell::bare(&shown)) }
        nav.pager aria-label=(lang.t("Sự kiện kề bên", "Neighbours")) {
            @if position > 1 { a rel="prev" href={ "/su-kien/" (position - 1) } { "← " (position - 1) } }
            a rel="next" href={ "/su-kien/" (position + 1) } { (position + 1) " →" }
        }
    };
    let title = format!("{} {position}", lang.t("Sự kiện", "Event"));
    Ok(page(ask, &title, super::TABLE_FORMS, &body))
}

fn json(raw: &RawEvent, payload: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "position": raw.position, "stream": raw.stream, "version": raw.version, "kind": raw.kind,
        "schema": raw.schema, "stage_key": raw.stage_key, "cause": raw.cause, "generation": raw.generation,
        "attempt": raw.attempt, "recorded_at": raw.recorded_at, "payload_digest": raw.payload_digest,
        "digest": raw.digest, "payload": payload,
    })
}

fn stream(stream: StreamId) -> Markup {
    html! {
        @match stream.document() {
            Some(document) => { a href={ "/su-kien?document=" (document) } { code { (document.short(12)) } } }
            None => { a href={ "/su-kien?document=" (stream) } { code { (stream) } } }
        }
    }
}

/// Says what an event tells, in a line; that its payload is large, where it was not read for that.
fn line(lang: Lang, event: &RawEvent) -> String {
    let large = || lang.t("nội dung dài, mở sự kiện để xem", "a long payload: open the event").to_owned();
    let read = event.payload.is_some().then(|| event.clone().decode());
    read.and_then(Result::ok).map_or_else(large, |event| gist(lang, &event.event))
}

/// Says what an event tells, in a line.
pub(super) fn gist(lang: Lang, event: &Event) -> String {
    let count = |number: usize, vi: &str, en: &str| format!("{number} {}", lang.t(vi, en));
    match event {
        Event::DocumentReceived(event) => {
            format!("{} ({} byte, {})", event.name, event.size, event.media_type)
        }
        Event::DocumentSeenAgain(event) => event.name.clone(),
        Event::DocumentRefused(event) => {
            format!("{}: {}", event.name, lang.reason(&event.reason, &event.message))
        }
        Event::TextCleaned(event) => event.encoding.clone(),
        Event::TextSegmented(event) => count(event.blocks.len(), "khối", "blocks"),
        Event::FiguresExtracted(event) => format!(
            "{}, {}",
            count(event.figures.len(), "số liệu", "figures"),
            count(event.mentions.len(), "cụm số", "numerals")
        ),
        Event::FiguresReconciled(event) => format!(
            "{}, {}",
            count(event.findings.len(), "đối chiếu", "findings"),
            count(event.derived.len(), "số suy ra", "derived")
        ),
        Event::CorpusReconciled(event) => format!(
            "{}, {}",
            count(event.joined.len(), "tài liệu", "documents"),
            count(event.components.len(), "nhóm số liệu", "components")
        ),
        Event::StageFailed(event) => format!("{}: {}", stage(lang, &event.stage), event.message),
        Event::StageParked(event) => {
            format!("{}: {}", stage(lang, &event.stage), lang.reason(&event.reason, &event.message))
        }
        Event::DocumentRetried(event) => event.document.short(12),
        Event::DocumentDropped(event) => event.document.short(12),
        Event::GenerationStarted(event) => format!("{}: {}", event.number, event.reason),
        Event::GenerationActivated(event) => event.number.to_string(),
        Event::GenerationLetGo(event) => event.number.to_string(),
    }
}

/// Names a kind of event in words.
fn kind(lang: Lang, kind: &str) -> &str {
    match kind {
        "document-received" => lang.t("nhận tài liệu", "document received"),
        "document-seen-again" => lang.t("gặp lại tài liệu", "document seen again"),
        "document-refused" => lang.t("không nhận tài liệu", "document refused"),
        "text-cleaned" => lang.t("làm sạch văn bản", "text cleaned"),
        "text-segmented" => lang.t("chia đoạn văn bản", "text segmented"),
        "figures-extracted" => lang.t("trích số liệu", "figures extracted"),
        "figures-reconciled" => lang.t("đối chiếu số liệu", "figures reconciled"),
        "corpus-reconciled" => lang.t("đối chiếu giữa các tài liệu", "documents reconciled with each other"),
        "stage-failed" => lang.t("công đoạn lỗi", "stage failed"),
        "stage-parked" => lang.t("tạm dừng tài liệu", "document parked"),
        "document-retried" => lang.t("thử lại tài liệu", "document retried"),
        "document-dropped" => lang.t("gác tài liệu sang bên", "document set aside"),
        "generation-started" => lang.t("bắt đầu thế hệ", "generation started"),
        "generation-activated" => lang.t("dùng thế hệ", "generation activated"),
        "generation-let-go" => lang.t("bỏ thế hệ", "generation let go"),
        other => other,
    }
}

fn sheet(events: &[RawEvent]) -> Sheet {
    let or_empty = |text: Option<String>| text.unwrap_or_default();
    let row = |event: &RawEvent| {
        vec![
            event.position.to_string(),
            event.recorded_at.to_string(),
            event.kind.clone(),
            event.stream.clone(),
            event.version.to_string(),
            event.generation.to_string(),
            event.attempt.to_string(),
            or_empty(event.cause.map(|cause| cause.to_string())),
            or_empty(event.stage_key.map(|key| key.to_string())),
            event.digest.to_string(),
            line(Lang::Vi, event),
        ]
    };
    Sheet {
        name: "su-kien".to_owned(),
        heads: vec![
            "position",
            "recorded_at",
            "kind",
            "stream",
            "version",
            "generation",
            "attempt",
            "cause",
            "stage_key",
            "digest",
            "gist",
        ],
        rows: events.iter().map(row).collect(),
    }
}
