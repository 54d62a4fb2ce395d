//! What narrows a list, said above it in words: each condition with a link that takes it away.

use maud::{Markup, html};

use crate::ledger::catalogue::Facet;
use crate::web::ask::Ask;
use crate::web::page::figures;
use crate::web::shell::text;
use crate::web::site::Site;

/// Digits of a digest that name a document among others.
const DIGITS: usize = 12;

/// Shows the conditions of a list; nothing where there are none.
pub(super) fn conditions(site: &Site, ask: &Ask) -> Markup {
    let lang = ask.lang;
    let said = ask.query.iter().enumerate().filter_map(|(at, (name, value))| {
        let (title, words) = match name.as_str() {
            "q" => (lang.t("có chữ", "with the words"), value.clone()),
            "year" => (lang.t("năm", "year"), value.clone()),
            "document" => (lang.t("tài liệu", "document"), value.chars().take(DIGITS).collect()),
            "relation" => {
                (lang.t("quan hệ", "relation"), site.names.name(lang, "relation", value).to_owned())
            }
            other => {
                let facet = Facet::ALL.into_iter().find(|facet| facet.name() == other)?;
                (figures::title(lang, facet), site.names.facet(lang, facet, value))
            }
        };
        Some((at, title, words))
    });
    let said: Vec<_> = said.collect();
    let without = |gone: usize| {
        let kept = ask.query.iter().enumerate().filter(|(at, (name, _))| *at != gone && name != "page");
        crate::web::ask::address(&ask.path, &kept.map(|(_, pair)| pair.clone()).collect::<Vec<_>>())
    };
    html! {
        @if !said.is_empty() {
            ul.conditions aria-label=(lang.t("Đang lọc theo", "Narrowed by")) {
                @for (at, title, words) in &said {
                    li { a href=(without(*at)) {
                        span.vh { (lang.t("Bỏ: ", "Remove: ")) } (title) ": " strong { (text(words)) } span aria-hidden="true" { " ✕" }
                    } }
                }
                li { a href=(ask.path) { (lang.t("bỏ mọi điều kiện", "clear all")) } }
            }
        }
    }
}
