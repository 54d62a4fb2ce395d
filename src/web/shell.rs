//! What every page has around its own part: head, navigation, language switch, forms of the view; and
//! the pieces that several pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::model::finding::Verdict;
use crate::web::ask::{Ask, PAGE_ROWS};
use crate::web::lang::{Lang, sign};
use crate::web::numbers;
use crate::web::reply::Reply;
use crate::wording::{is_unseen, visible};

/// The sections of the navigation: path, Vietnamese, English.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("/tai-lieu", "Tài liệu", "Documents"),
    ("/so-lieu", "Số liệu", "Figures"),
    ("/doi-chieu", "Đối chiếu", "Checks"),
    ("/bieu-do", "Biểu đồ", "Charts"),
    ("/xu-ly", "Xử lý", "Pipeline"),
    ("/su-kien", "Sự kiện", "Events"),
    ("/the-he", "Thế hệ", "Generations"),
    ("/danh-muc", "Danh mục", "Codes"),
];

/// Puts a page together. `forms` are the endings under which the same view is to be had.
pub(super) fn page(ask: &Ask, title: &str, forms: &[(&str, &str)], body: &Markup) -> Reply {
    let lang = ask.lang;
    Reply::Page(html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(title)) " – socai" }
                link rel="icon" href="/tep/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/tep/style.css";
                script src="/tep/script.js" type="module" {}
            }
            body data-lang=(lang.code()) {
                a.skip href="#main" { (lang.t("Đến nội dung chính", "Skip to content")) }
                header.top {
                    a.brand href="/" { "sổ cái" }
                    nav aria-label=(lang.t("Các trang", "Pages")) {
                        ul {
                            @for (path, vi, en) in SECTIONS {
                                li { a href=(path) aria-current=[ask.path.starts_with(path).then_some("page")] { (lang.t(vi, en)) } }
                            }
                        }
                    }
                    form.find role="search" action="/so-lieu" method="get" {
                        label.vh for="find" { (lang.t("Tìm số liệu", "Search figures")) }
                        input #find name="q" type="search" autocomplete="off"
                            value=[ask.path.starts_with("/so-lieu").then(|| ask.value("q")).flatten()]
                            placeholder=(lang.t("Tìm, không cần dấu", "Search"));
                        button type="submit" { (lang.t("Tìm", "Go")) }
                    }
                    a.switch href=(ask.in_lang(other(lang))) lang=(other(lang).code()) hreflang=(other(lang).code()) {
                        (lang.t("English", "Tiếng Việt"))
                    }
                }
                main #main tabindex="-1" {
                    h1 { (text(title)) }
                    (body)
                    @if !forms.is_empty() {
                        p.forms {
                            (lang.t("Lấy nội dung này: ", "This view as: "))
                            @for (at, (ending, name)) in forms.iter().enumerate() {
                                @if at > 0 { " · " }
                                a href=(ask.as_form(ending)) { (name) }
                            }
                        }
                    }
                }
                footer {
                    p { (lang.t("Nhấn ", "Press ")) kbd { "?" } (lang.t(" để xem các phím tắt.", " for the keys.")) }
                    (keys(lang))
                }
            }
        }
    })
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Vi => Lang::En,
        Lang::En => Lang::Vi,
    }
}

fn keys(lang: Lang) -> Markup {
    let rows = [
        ("j", "k", lang.t("số liệu sau, trước", "next, previous figure")),
        ("n", "p", lang.t("mâu thuẫn sau, trước", "next, previous conflict")),
        ("Enter", "", lang.t("mở mục đang chọn", "open what is selected")),
        ("/", "", lang.t("tìm", "search")),
        ("Esc", "", lang.t("đóng, bỏ chọn", "close, leave")),
        ("?", "", lang.t("các phím tắt", "these keys")),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { (lang.t("Phím tắt", "Keys")) }
            dl {
                @for (one, two, what) in rows {
                    div { dt { kbd { (one) } @if !two.is_empty() { " " kbd { (two) } } } dd { (what) } }
                }
            }
            form method="dialog" { button { (lang.t("Đóng", "Close")) } }
        }
    }
}

/// Shows a text of a document or file name: escaped, kept apart from the direction of the text around
/// it, and with the characters that would turn or hide it made visible.
pub(super) fn text(text: &str) -> Markup {
    html! { bdi { (bare(text)) } }
}

/// As [`text`], without the element around it.
pub(super) fn bare(text: &str) -> Markup {
    let mut parts: Vec<Result<&str, char>> = Vec::new();
    let mut from = 0;
    for (at, letter) in text.char_indices().filter(|(_, letter)| is_unseen(*letter)) {
        parts.push(Ok(&text[from..at]));
        parts.push(Err(letter));
        from = at + letter.len_utf8();
    }
    parts.push(Ok(&text[from..]));
    html! {
        @for part in parts {
            @match part {
                Ok(words) => { (words) }
                Err(letter) => { span.trick { "⟨" (format!("U+{:04X}", u32::from(letter))) "⟩" } }
            }
        }
    }
}

/// Shows a verdict: its sign and its word.
pub(super) fn verdict(lang: Lang, verdict: Option<Verdict>) -> Markup {
    html! {
        span class={ "verdict v-" (verdict.map_or("none", Verdict::code)) } {
            span.sign aria-hidden="true" { (sign(verdict)) } " " (lang.verdict(verdict))
        }
    }
}

/// A table that becomes a list of cards on a narrow screen and stays a table for screen readers. Columns
/// whose cells hold a number (class `n`) are set to the right.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    let is_number = |at: usize| {
        rows.iter().take(PAGE_ROWS).any(|row| row.get(at).is_some_and(|cell| cell.0.contains("class=\"n\"")))
    };
    let numbers: Vec<Option<&str>> = (0..heads.len()).map(|at| is_number(at).then_some("num")).collect();
    html! {
        table role="table" {
            caption { (caption) }
            thead role="rowgroup" {
                tr role="row" { @for (head, class) in heads.iter().zip(&numbers) { th role="columnheader" scope="col" class=[*class] { (head) } } }
            }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for ((cell, head), class) in row.iter().zip(heads).zip(&numbers) { td role="cell" data-label=(head) class=[*class] { (cell) } }
                    }
                }
            }
        }
    }
}

/// Links to the pages of a list of `total` rows.
pub(super) fn pager(ask: &Ask, total: usize) -> Markup {
    let (lang, here, last) = (ask.lang, ask.page_of(total), total.div_ceil(PAGE_ROWS).max(1));
    let to = |page: usize| ask.link(|query| query.push(("page".to_owned(), page.to_string())));
    let number = |number: usize| numbers::grouped(&number.to_string());
    html! {
        nav.pager aria-label=(lang.t("Trang", "Pages of the list")) {
            @if here > 2 { a href=(to(1)) { "⇤ " (lang.t("đầu", "first")) } }
            @if here > 1 { a rel="prev" href=(to(here - 1)) { "← " (lang.t("trước", "previous")) } }
            span { (lang.t("trang", "page")) " " (number(here)) " / " (number(last)) " · " (number(total)) " " (lang.t("dòng", "rows")) }
            @if here < last { a rel="next" href=(to(here + 1)) { (lang.t("sau", "next")) " →" } }
            @if here + 1 < last { a href=(to(last)) { (lang.t("cuối", "last")) " ⇥" } }
        }
    }
}

/// Two columns of names and values.
pub(super) fn pairs(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.pairs { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } }
    }
}

/// Names and values one after the other, in as few lines as they need.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } }
    }
}

/// The icon, a file of its own.
pub(super) const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1b4d8f"/><path d="M4 4h8M4 8h8M4 12h5" stroke="#fff" stroke-width="1.6"/></svg>"##;

/// The page for what cannot be shown.
pub(super) fn sorry(ask: &Ask, title: &str, what: &str, next: &str) -> Reply {
    page(ask, title, &[], &html! { p { (text(what)) } p { (PreEscaped(next)) } })
}
