//! Source text to clean text: composed letters, one kind of space and line end, nothing without
//! width; and the map back.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use crate::model::text::{CleanText, OffsetMap, Run};

/// Normalizes `source`. Linear in its length.
pub(super) fn normalize(source: &str) -> CleanText {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let mut out = Out { clean: CleanText::default() };
    let mut rest = source.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if first.is_ascii() && first != '\r' && rest.peek().is_none_or(|(_, next)| next.is_ascii()) {
            out.keep(first, start);
            continue;
        }
        // A letter with all that may combine with it.
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = rest.peek().copied() {
            if !combines(&classes, next) {
                break;
            }
            end = at + next.len_utf8();
            rest.next();
        }
        let cluster = &source[start..end];
        if cluster.len() == first.len_utf8() && plain(first) == Some(first) && nfc.is_normalized(cluster) {
            out.keep(first, start);
        } else if first != '\r' || !source[end..].starts_with('\n') {
            let plain: String = cluster.chars().filter_map(plain).collect();
            out.replace(&nfc.normalize(&plain), start, cluster.len());
        }
    }
    out.clean
}

/// Returns what stands for a character: one kind of space and of line end, `None` for what has no
/// width (soft hyphens, joiners, marks of direction and of byte order).
fn plain(letter: char) -> Option<char> {
    match letter {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => None,
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
        '\n' | '\t' => Some(letter),
        _ if letter.is_whitespace() => Some(' '),
        _ => Some(letter),
    }
}

/// Tells whether a character may compose with the one before it, or has no width of its own.
fn combines(classes: &CanonicalCombiningClassMapBorrowed<'_>, letter: char) -> bool {
    // Below U+0300 nothing combines; Hangul vowels and finals compose though their class is zero.
    plain(letter).is_none()
        || letter >= '\u{300}'
            && (classes.get_u8(letter) != 0
                || matches!(
                    letter,
                    '\u{1160}'..='\u{11ff}' | '\u{9be}' | '\u{9d7}' | '\u{b3e}' | '\u{b56}' | '\u{b57}'
                ))
}

struct Out {
    clean: CleanText,
}

impl Out {
    /// Takes a character over as it is.
    fn keep(&mut self, letter: char, source: usize) {
        let (clean, len) = (self.clean.text.len(), letter.len_utf8());
        self.clean.text.push(letter);
        self.note(Run { clean, len, source, source_len: len });
    }

    /// Writes `text` in the place of `source_len` source bytes.
    fn replace(&mut self, text: &str, source: usize, source_len: usize) {
        if text.is_empty() {
            return;
        }
        let clean = self.clean.text.len();
        self.clean.text.push_str(text);
        self.note(Run { clean, len: text.len(), source, source_len });
    }

    fn note(&mut self, run: Run) {
        let OffsetMap { runs } = &mut self.clean.map;
        match runs.last_mut() {
            Some(last)
                if run.len == run.source_len
                    && last.len == last.source_len
                    && last.source + last.source_len == run.source =>
            {
                last.len += run.len;
                last.source_len += run.source_len;
            }
            _ => runs.push(run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use proptest::prelude::*;

    #[test]
    fn decomposed_letters_are_composed_and_lead_back() {
        let source = "ty\u{309}\u{a0}đô\u{300}ng\r\nhết";
        let clean = normalize(source);
        assert_eq!(clean.text, "tỷ đồng\nhết");
        let at = clean.text.find("đồng").unwrap();
        let span = clean.map.to_source(Span::new(at, at + "đồng".len()));
        assert_eq!(span.of(source), "đô\u{300}ng");
    }

    proptest! {
        /// Every clean byte leads to source bytes, in order; kept text is the source's own; the
        /// result is composed, and stays as it is when normalized again.
        #[test]
        fn the_map_tiles_and_leads_back(source in "[a-cơđ\u{300}\u{301}\u{323}\u{a0}\u{200b}\r\n\t 0-9,.가-갂\u{1161}]{0,60}") {
            let clean = normalize(&source);
            let mut at = 0;
            let mut from = 0;
            for run in &clean.map.runs {
                prop_assert_eq!(run.clean, at);
                prop_assert!(run.source >= from && run.len > 0);
                at += run.len;
                from = run.source + run.source_len;
            }
            prop_assert_eq!(at, clean.text.len());
            prop_assert!(from <= source.len());
            prop_assert!(ComposingNormalizerBorrowed::new_nfc().is_normalized(&clean.text));
            prop_assert_eq!(&normalize(&clean.text).text, &clean.text);
            for (start, letter) in clean.text.char_indices() {
                let span = clean.map.to_source(Span::new(start, start + letter.len_utf8()));
                prop_assert!(source.get(span.start..span.end).is_some());
                // Marks that did not compose may have changed places within their cluster.
                let mark = |c: char| ('\u{300}'..'\u{370}').contains(&c) || ('\u{1160}'..'\u{1200}').contains(&c);
                let next = clean.text[start + letter.len_utf8()..].chars().next();
                if !mark(letter) && !next.is_some_and(mark) {
                    prop_assert_eq!(normalize(span.of(&source)).text, letter.to_string());
                }
            }
        }
    }
}
