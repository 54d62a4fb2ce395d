//! Blocks to sentences, sentences to clauses.
//!
//! A splitter of our own: the Unicode rules (UAX 29) break `TP. Hồ Chí Minh` and are slower.

use crate::model::Span;
use crate::model::segment::{Block, BlockKind, Sentence};
use crate::stage::rules::segment::SegmentRules;

/// The longest sentence, in bytes: twice the longest of all reports that we have read. What no person wrote as one
/// sentence is cut into pieces no longer than that, so that whatever looks at a whole sentence later costs no more.
pub(super) const SENTENCE_BYTES: usize = 4096;

/// Divides a block into sentences that tile it, each with its clauses or cells.
pub(super) fn sentences(text: &str, block: &Block, rules: &SegmentRules) -> Vec<Sentence> {
    let words = block.span.of(text);
    if block.span.is_empty() {
        return Vec::new();
    }
    if matches!(block.kind, BlockKind::TableRow | BlockKind::TableHead) {
        let mark = match words.trim() {
            row if row.contains('\n') => '\n',
            row if row.contains('|') => '|',
            _ => '\t',
        };
        return vec![Sentence {
            span: block.span,
            clauses: cut(block.span, words, false, |_, _, c| c == mark),
        }];
    }
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, mark) in words.match_indices(['.', '!', '?', '…']) {
        let end = at + mark.len();
        if end > start && ends_here(words, start, at, end, rules) {
            let rest = &words[end..];
            let close = rest.len() - rest.trim_start_matches(['"', '”', ')', '»', '\'']).len();
            let after = &rest[close..];
            let space = after.len() - after.trim_start().len();
            spans.push(Span::new(start, end + close + space));
            start = end + close + space;
        }
    }
    if start < words.len() {
        spans.push(Span::new(start, words.len()));
    }
    spans
        .into_iter()
        .flat_map(|span| pieces(words, span))
        .map(|span| {
            let own = &words[span.start..span.end];
            let span = Span::new(block.span.start + span.start, block.span.start + span.end);
            Sentence { span, clauses: cut(span, own, true, ends_clause) }
        })
        .collect()
}

/// Cuts a sentence of more than [`SENTENCE_BYTES`] into pieces that tile it: behind the last white space that fits;
/// where there is none, behind the last letter that does.
fn pieces(words: &str, whole: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = whole.start;
    while whole.end - start > SENTENCE_BYTES {
        let most = words.floor_char_boundary(start + SENTENCE_BYTES);
        let piece = &words[start..most];
        let space = piece.char_indices().rev().find(|(_, letter)| letter.is_whitespace());
        let end = space.map_or(most, |(at, letter)| start + at + letter.len_utf8());
        pieces.push(Span::new(start, end));
        start = end;
    }
    pieces.push(Span::new(start, whole.end));
    pieces
}

/// Tells whether the mark at `at..end` ends a sentence begun at `start`.
fn ends_here(words: &str, start: usize, at: usize, end: usize, rules: &SegmentRules) -> bool {
    let rest = words[end..].trim_start_matches(['"', '”', ')', '»', '\'']);
    // Something must stand after it, and apart: `3.382`, `v.v`, `...` inside are none.
    let Some(gap) = rest.chars().next() else { return false };
    if !gap.is_whitespace() {
        return false;
    }
    let next = rest
        .trim_start()
        .chars()
        .find(|c| !matches!(c, '"' | '“' | '(' | '«' | '\'' | '-' | '–' | '+' | '•' | '*'));
    if !next.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) {
        return false;
    }
    if !words[at..].starts_with('.') || words[..at].ends_with('.') {
        return true;
    }
    let before = &words[start..at];
    let last =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“')).next().unwrap_or("");
    if last.is_empty() {
        return true;
    }
    // `1. Kết quả`, `K. Văn A`: an item's number at the beginning, an initial anywhere.
    if before.trim_start() == last && last.len() <= 3 && last.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    if last.chars().count() == 1 && last.chars().all(char::is_uppercase) {
        return false;
    }
    let lower = last.to_lowercase();
    !rules.abbreviations.contains(&lower)
}

/// Tells whether a clause ends after the mark `c` at `at`: a comma, semicolon or colon between
/// digits belongs to a number, and brackets open and close clauses.
fn ends_clause(words: &[u8], at: usize, c: char) -> bool {
    match c {
        ',' | ':' => {
            let digit = |index: Option<usize>| {
                index.and_then(|index| words.get(index)).is_some_and(u8::is_ascii_digit)
            };
            !(digit(at.checked_sub(1)) && digit(Some(at + 1)))
        }
        ';' | ')' => true,
        _ => false,
    }
}

/// Cuts behind each mark that `ends` a part and, where `brackets` begin one, before each that opens.
fn cut(whole: Span, words: &str, brackets: bool, ends: impl Fn(&[u8], usize, char) -> bool) -> Vec<Span> {
    let bytes = words.as_bytes();
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, c) in words.char_indices() {
        let stop = if brackets && c == '(' && at > start {
            Some(at)
        } else {
            ends(bytes, at, c).then_some(at + c.len_utf8())
        };
        if let Some(stop) = stop
            && stop > start
        {
            spans.push(Span::new(whole.start + start, whole.start + stop));
            start = stop;
        }
    }
    if start < words.len() {
        spans.push(Span::new(whole.start + start, whole.end));
    }
    spans
}
