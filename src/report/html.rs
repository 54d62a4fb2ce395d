//! The report as a page in one file: no script, no picture, nothing fetched.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::wording::Lang;

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 11pt/1.45 'Be Vietnam Pro', 'Noto Serif', 'DejaVu Serif', 'Times New Roman', serif; color: #111; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6em; } h2 { font-size: 1.2em; margin-top: 2em; }
table { border-collapse: collapse; width: 100%; font-size: .9em; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }
th { background: #e8edf2; } td.number { text-align: right; white-space: nowrap; }
thead { display: table-header-group; } tr { break-inside: avoid; }
mark { background: #ffe08a; padding: 0 .1em; } blockquote { margin: .5em 0 .5em 1em; padding-left: .8em; border-left: 3px solid #999; }
section.conflict { break-inside: avoid; margin: 1em 0; } code, .digest { font: .8em monospace; overflow-wrap: anywhere; }
@page { size: A4; margin: 18mm; } @media print { body { margin: 0; max-width: none; } }
";

/// Lays the report out as a page.
pub fn page(report: &Report) -> String {
    let lang = report.lang;
    let body = html! {
        h1 { (report.title) }
        p { (report.summary) }
        h2 { (lang.t("Mâu thuẫn", "Contradictions")) }
        @if report.conflicts.is_empty() { p { (lang.t("Không có.", "None.")) } }
        @for (at, conflict) in (1..).zip(&report.conflicts) {
            section.conflict {
                p { strong { (at) ". " (conflict.explanation) } }
                @for (parts, number) in &conflict.sentences {
                    blockquote {
                        @for part in parts { @if part.is_figure { mark { (part.words) } } @else { (part.words) } }
                        " " a href={ "#n" (number) } { "[" (number) "]" }
                    }
                }
                @if !conflict.suspects.is_empty() {
                    p { (lang.t("Nên kiểm tra: ", "Look at: ")) (conflict.suspects.join("; ")) }
                }
            }
        }
        h2 { (lang.t("Số liệu", "Figures")) }
        table {
            thead { tr { @for head in report.heads() { th scope="col" { (head) } } } }
            tbody {
                @for line in &report.figures {
                    tr {
                        td { (line.what) }
                        td.number title=(line.quote) { (line.value) }
                        td { (line.area) } td { (line.period) } td { (line.aspect) } td { (line.verdict) }
                        td { a href={ "#n" (line.source) } { "[" (line.source) "]" } }
                    }
                }
            }
        }
        @if let Some(more) = report.unlisted_words() { p { (more) } }
        h2 { (lang.t("Nguồn", "Sources")) }
        ol {
            @for (at, origin) in (1..).zip(&report.sources) {
                li id={ "n" (at) } { bdi { (origin.file) } br; span.digest { "blake3 " (origin.digest) } }
            }
        }
    };
    page_of_its_own(lang, &report.title, STYLE, &body).into_string()
}

/// A page in one file, which needs nothing beside it and may fetch nothing.
pub(crate) fn page_of_its_own(lang: Lang, title: &str, style: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    }
}
