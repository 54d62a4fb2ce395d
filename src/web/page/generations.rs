//! `/the-he`: the generations of the ledger, which stages and rules each was made with, and what differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::event::envelope::StreamId;
use crate::event::kinds::{Event, GenerationStarted};
use crate::ledger::StageCounts;
use crate::web::ask::{Ask, Form};
use crate::web::lang::Lang;
use crate::web::numbers;
use crate::web::reply::{Reply, ViewError};
use crate::web::sheet::Sheet;
use crate::web::shell::{page, table, text};
use crate::web::site::Site;

/// A generation, with what its ledger holds.
struct Generation {
    started: GenerationStarted,
    at: Timestamp,
    activated: Option<Timestamp>,
    active: bool,
    /// Names of the stages whose identity is not that of the generation before.
    changed: Vec<String>,
    /// `None` where its ledger was not kept.
    counts: Option<StageCounts>,
}

/// Answers the list.
pub(in crate::web) fn view(site: &Arc<Site>, ask: &Ask) -> Result<Reply, ViewError> {
    let lang = ask.lang;
    if let (Some(before), Some(after)) = (ask.value("before"), ask.value("after")) {
        return super::difference::view(site, ask, before, after);
    }
    let generations = read(site)?;
    match ask.form {
        Form::Html => {}
        Form::Json => return Ok(Reply::Json(sheet(&generations).json())),
        form => return sheet(&generations).reply(form),
    }
    let rows: Vec<Vec<Markup>> = generations.iter().rev().map(|generation| row(lang, generation)).collect();
    let heads = [
        lang.t("Thế hệ", "Generation"),
        lang.t("Bắt đầu", "Started"),
        lang.t("Lý do", "Reason"),
        lang.t("Công đoạn thay đổi", "Stages changed"),
        lang.t("Số liệu", "Figures"),
        lang.t("Đối chiếu", "Findings"),
        lang.t("Mâu thuẫn", "Conflicts"),
        lang.t("Tình trạng", "State"),
    ];
    let body = html! {
        p { (lang.t(
            "Mỗi lần công đoạn hay quy tắc thay đổi là một thế hệ mới của sổ cái; thế hệ cũ vẫn còn.",
            "Each change of stages or rules makes a new generation of the ledger; the old one stays."
        )) }
        @if generations.len() > 1 { (compare(lang, &generations)) }
        (table(lang.t("Các thế hệ, mới nhất trước", "Generations, newest first"), &heads, &rows))
    };
    Ok(page(ask, lang.t("Thế hệ", "Generations"), super::TABLE_FORMS, &body))
}

fn read(site: &Site) -> Result<Vec<Generation>, ViewError> {
    let mut found: Vec<Generation> = Vec::new();
    let mut active = None;
    for envelope in site.log()?.stream(StreamId::Generations)? {
        match envelope.event {
            Event::GenerationStarted(started) => {
                let before: BTreeMap<_, _> = found
                    .last()
                    .map(|last| last.started.stages.iter().cloned().collect())
                    .unwrap_or_default();
                let other = |stage: &&(String, _)| before.get(&stage.0) != Some(&stage.1);
                let changed = started.stages.iter().filter(other).map(|(name, _)| name.clone()).collect();
                let counts = site.counts(started.number);
                found.push(Generation {
                    started,
                    at: envelope.recorded_at,
                    activated: None,
                    active: false,
                    changed,
                    counts,
                });
            }
            Event::GenerationActivated(activated) => {
                active = Some(activated.number);
                if let Some(one) = found.iter_mut().find(|one| one.started.number == activated.number) {
                    one.activated = Some(envelope.recorded_at);
                }
            }
            _ => {}
        }
    }
    for generation in &mut found {
        generation.active = Some(generation.started.number) == active;
    }
    Ok(found)
}

/// Asks which two generations to compare: at first the newest with the one before it.
fn compare(lang: Lang, generations: &[Generation]) -> Markup {
    let last = generations.len() - 1;
    let select = |name: &str, label: &str, chosen: usize| {
        html! {
            label for=(name) { (label) }
            select #(name) name=(name) {
                @for (at, generation) in generations.iter().enumerate() {
                    option value=(generation.started.number) selected[at == chosen] { (generation.started.number) }
                }
            }
        }
    };
    html! {
        form.filter method="get" action="/the-he" {
            (select("before", lang.t("So sánh thế hệ", "Compare generation"), last.saturating_sub(1)))
            (select("after", lang.t("với", "with"), last))
            button { (lang.t("So sánh", "Compare")) }
        }
    }
}

fn row(lang: Lang, generation: &Generation) -> Vec<Markup> {
    let count = |of: fn(&StageCounts) -> u64| {
        html! { @match &generation.counts { Some(counts) => { span.n { (numbers::grouped(&of(counts).to_string())) } } None => { "–" } } }
    };
    vec![
        html! { span.n { (generation.started.number) } },
        html! { (numbers::moment(generation.at.as_microsecond())) },
        html! { (text(&crate::wording::reason(lang, &generation.started.reason))) },
        html! { (generation.changed.iter().map(|name| super::stage(lang, name)).collect::<Vec<_>>().join(", ")) },
        count(|counts| counts.figures),
        count(|counts| counts.findings),
        count(|counts| counts.conflicts),
        html! {
            @if generation.active { strong { "● " (lang.t("đang dùng", "active")) } }
            @else if let Some(at) = generation.activated { (lang.t("đã dùng từ ", "was active from ")) (numbers::moment(at.as_microsecond())) }
            @else { (lang.t("chưa dùng", "never active")) }
        },
    ]
}

fn sheet(generations: &[Generation]) -> Sheet {
    let count = |generation: &Generation, of: fn(&StageCounts) -> u64| {
        generation.counts.as_ref().map(|counts| of(counts).to_string()).unwrap_or_default()
    };
    let row = |generation: &Generation| {
        vec![
            generation.started.number.to_string(),
            generation.at.to_string(),
            generation.started.reason.clone(),
            generation.changed.join(" "),
            generation.active.to_string(),
            generation.activated.map(|at| at.to_string()).unwrap_or_default(),
            count(generation, |counts| counts.figures),
            count(generation, |counts| counts.findings),
            count(generation, |counts| counts.conflicts),
        ]
    };
    Sheet {
        name: "the-he".to_owned(),
        heads: vec![
            "generation",
            "started_at",
            "reason",
            "changed_stages",
            "active",
            "activated_at",
            "figures",
            "findings",
            "conflicts",
        ],
        rows: generations.iter().map(row).collect(),
    }
}
