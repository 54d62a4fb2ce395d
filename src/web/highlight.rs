//! Figures in a running text as flat segments: where figures overlap, the stretch that they share
//! carries the ids of all of them, so that no mark ever has to nest in another.

use std::collections::BTreeSet;

use crate::model::Span;

/// A stretch of text and the figures, by their place in the list given, that cover all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands.
    pub span: Span,
    /// The figures, in order; empty between figures.
    pub figures: Vec<usize>,
}

/// Divides `within` of `text` into segments at every beginning and end of `spans`. The segments tile
/// `within`; a span that is not of this text is passed over.
pub fn segments(text: &str, within: Span, spans: &[Span]) -> Vec<Segment> {
    let sound = |span: &Span| text.get(span.start..span.end).is_some() && !span.is_empty();
    let mut turns: Vec<(usize, bool, usize)> = Vec::new();
    for (figure, span) in spans.iter().enumerate() {
        if sound(span) && span.overlaps(within) {
            turns.push((span.start.max(within.start), true, figure));
            turns.push((span.end.min(within.end), false, figure));
        }
    }
    turns.sort_unstable();
    let mut made = Vec::new();
    let mut active: BTreeSet<usize> = BTreeSet::new();
    let mut at = within.start;
    let mut push = |from: usize, to: usize, active: &BTreeSet<usize>| {
        if from < to {
            made.push(Segment { span: Span::new(from, to), figures: active.iter().copied().collect() });
        }
    };
    for (place, begins, figure) in turns {
        push(at, place, &active);
        at = at.max(place);
        if begins {
            active.insert(figure);
        } else {
            active.remove(&figure);
        }
    }
    push(at, within.end, &active);
    made
}

/// Divides a text into paragraphs, at empty lines; white space around them falls away.
pub fn paragraphs(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut open: Option<Span> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        if body.trim_start().is_empty() {
            found.extend(open.take());
        } else {
            let start = open.map_or(at, |span| span.start);
            open = Some(Span::new(start, at + body.len()));
        }
        at += line.len();
    }
    found.extend(open);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_two_figures_share_carries_both() {
        let text = "từ 200 đến 300 triệu";
        let from = |word: &str| Span::new(text.find(word).unwrap(), text.len());
        let (whole, second) = (from("200"), from("300"));
        let made = segments(text, Span::new(0, text.len()), &[whole, second]);
        let shown: Vec<(&str, &[usize])> =
            made.iter().map(|segment| (segment.span.of(text), segment.figures.as_slice())).collect();
        assert_eq!(shown, [("từ ", &[][..]), ("200 đến ", &[0]), ("300 triệu", &[0, 1])]);
    }

    #[test]
    fn paragraphs_end_at_empty_lines() {
        let text = "Một\nhai\n\n  \nba \n";
        let shown: Vec<&str> = paragraphs(text).iter().map(|span| span.of(text)).collect();
        assert_eq!(shown, ["Một\nhai", "ba"]);
    }

    proptest! {
        #[test]
        fn segments_tile_the_text_and_every_figure_is_whole(
            text in "[a-zđ ]{1,40}",
            ends in proptest::collection::vec((0usize..60, 0usize..60), 0..8),
        ) {
            let spans: Vec<Span> = ends.iter().map(|(a, b)| Span::new(*a.min(b), *a.max(b))).collect();
            let made = segments(&text, Span::new(0, text.len()), &spans);
            let joined: String = made.iter().map(|segment| segment.span.of(&text)).collect();
            prop_assert_eq!(&joined, &text);
            for (figure, span) in spans.iter().enumerate() {
                let own: String = made.iter().filter(|s| s.figures.contains(&figure)).map(|s| s.span.of(&text)).collect();
                prop_assert_eq!(own.as_str(), text.get(span.start..span.end).unwrap_or(""));
            }
        }
    }
}
