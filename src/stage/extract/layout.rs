//! Where the marks, figures and words of a sentence stand, indexed once, so that asking what stands
//! between two places costs no scan.

use smallvec::SmallVec;

use super::mention::NumberMention;
use crate::model::Span;
use crate::stage::rules::bytes::each_of;
use crate::stage::rules::cues::PhraseList;
use crate::stage::rules::ranking::{Between, Where};

/// How many bytes before a place are looked at for the words that lead to it.
pub(super) const LEAD_BYTES: usize = 48;

/// How many bytes of a sentence before a figure, or behind the next one, are looked at for what may be said of
/// it farther off than in its own words; of what stands over a sentence, how many at its end. No sentence that
/// a person reads is as long: it keeps the cost of a figure the same in a line of ten megabytes.
pub(super) const REACH_BYTES: usize = 4096;

/// Where the last [`REACH_BYTES`] of `lower[start..end]` begin.
pub(super) fn reach(lower: &str, start: usize, end: usize) -> usize {
    let mut from = start.max(end.saturating_sub(REACH_BYTES));
    while !lower.is_char_boundary(from) {
        from += 1;
    }
    from
}

/// The end of a letter at `at` or before it.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// How many figures back the last one in the open is looked for.
const FIGURES_BACK: usize = 6;

/// Offsets in order.
type Places = SmallVec<[usize; 8]>;

/// The marks of a sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) span: Span,
    commas: Places,
    /// Semicolons and colons.
    parts: Places,
    opens: Places,
    shuts: Places,
    figures: Vec<Span>,
}

/// How many of the sorted `list` lie in `from..to`.
fn count(list: &[usize], from: usize, to: usize) -> usize {
    list.partition_point(|at| *at < to).saturating_sub(list.partition_point(|at| *at < from))
}

impl Layout {
    pub(super) fn of(lower: &str, span: Span, numbers: &[&NumberMention]) -> Self {
        let mut layout =
            Self { span, figures: numbers.iter().map(|number| number.span).collect(), ..Self::default() };
        let bytes = &lower.as_bytes()[span.start..span.end];
        each_of(bytes, *b",;:()", |at, byte| {
            let list = match byte {
                b',' => {
                    // A comma within a numeral is none.
                    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
                    if at > 0 && digit(at - 1) && digit(at + 1) {
                        return;
                    }
                    &mut layout.commas
                }
                b'(' => &mut layout.opens,
                b')' => &mut layout.shuts,
                _ => &mut layout.parts,
            };
            list.push(span.start + at);
        });
        layout
    }

    /// Tells how a mention stands to a figure.
    pub(super) fn place(&self, lower: &str, mention: Span, figure: Span) -> Where {
        if mention.overlaps(figure) {
            return Where::Within;
        }
        let behind = mention.start >= figure.end;
        let (from, to) = if behind { (figure.end, mention.start) } else { (mention.end, figure.start) };
        let words = || lower.get(from..to).map_or(9, |gap| gap.split_ascii_whitespace().take(9).count());
        // `đạt 600 tấn và năm 2017 đạt 650 tấn`: what is joined is of the next one.
        let joins = || lower.get(from..to).is_some_and(|gap| matches!(gap.trim(), "và" | "còn"));
        let parted = count(&self.parts, from, to) > 0;
        let commas = count(&self.commas, from, to);
        match (behind, parted, commas) {
            (true, false, 0) if to - from <= LEAD_BYTES && words() <= 1 && !joins() => Where::Behind,
            (true, false, 0) => Where::BehindClause,
            (true, ..) => Where::BehindComma,
            (false, true, _) => Where::Parted,
            (false, _, 0) if to - from <= LEAD_BYTES && words() <= 2 => Where::Beside,
            (false, _, 0) => Where::Clause,
            (false, _, 1) => Where::Comma,
            (false, ..) => Where::Commas,
        }
    }

    /// Tells whether a mention stands right behind another figure than this one.
    pub(super) fn claimed(&self, lower: &str, mention: Span, figure: Span) -> bool {
        let before = self.figures.partition_point(|other| other.start < mention.start);
        before.checked_sub(1).is_some_and(|at| {
            let other = self.figures[at];
            other.start != figure.start && self.place(lower, mention, other) == Where::Behind
        })
    }

    /// Counts the figures between a mention and a figure.
    pub(super) fn between(&self, mention: Span, figure: Span) -> Between {
        let (from, to) = if mention.start >= figure.end {
            (figure.end, mention.start)
        } else {
            (mention.end, figure.start)
        };
        match self.figures(from, to.max(from)) {
            0 => Between::None,
            1 => Between::One,
            _ => Between::More,
        }
    }

    /// Tells whether a mention is shut in a bracket that the figure is not in.
    pub(super) fn shut(&self, mention: Span, figure: Span) -> bool {
        if mention.start >= figure.end {
            return count(&self.opens, figure.end, mention.start)
                > count(&self.shuts, figure.end, mention.start);
        }
        let shut = self.shuts.partition_point(|at| *at < mention.end);
        let open = self.opens.partition_point(|at| *at < mention.end);
        match (self.shuts.get(shut).filter(|at| **at < figure.start), self.opens.get(open)) {
            (Some(shut), Some(open)) => shut < open,
            (shut, None) => shut.is_some(),
            (None, _) => false,
        }
    }

    /// Returns the last figure before this one that is not shut in a bracket, of the nearest few.
    pub(super) fn last_open(&self, figure: Span) -> Option<Span> {
        let before = self.figures.partition_point(|other| other.start < figure.start);
        let near = self.figures[before.saturating_sub(FIGURES_BACK)..before].iter().rev();
        near.copied().find(|other| !self.shut(*other, figure))
    }

    /// Returns the last figure that begins before `mention` does.
    pub(super) fn figure_before(&self, mention: Span) -> Option<Span> {
        let before = self.figures.partition_point(|figure| figure.start < mention.start);
        before.checked_sub(1).map(|at| self.figures[at])
    }

    /// Returns the bracket that is open at `at`.
    pub(super) fn bracket(&self, at: usize) -> Option<usize> {
        let open = self.opens[..self.opens.partition_point(|open| *open < at)].last()?;
        let shut = self.shuts[..self.shuts.partition_point(|shut| *shut < at)].last();
        shut.is_none_or(|shut| shut < open).then_some(*open)
    }

    /// Counts the figures that begin in `from..to`.
    pub(super) fn figures(&self, from: usize, to: usize) -> usize {
        let before = |at: usize| self.figures.partition_point(|figure| figure.start < at);
        before(to).saturating_sub(before(from))
    }

    /// Returns the words right before `at`: back to the mark, figure or sentence start before it,
    /// [`LEAD_BYTES`] at most.
    pub(super) fn lead<'t>(&self, lower: &'t str, at: usize, from: usize) -> &'t str {
        let last = |list: &[usize]| {
            let before = list.partition_point(|mark| *mark < at);
            before.checked_sub(1).map_or(self.span.start, |before| list[before] + 1)
        };
        let start = last(&self.commas).max(last(&self.parts)).max(last(&self.opens)).max(from);
        tail(lower, start.min(at), at)
    }
}

/// The last [`LEAD_BYTES`] of `lower[start..end]`.
pub(super) fn tail(lower: &str, start: usize, end: usize) -> &str {
    let mut start = start.max(end.saturating_sub(LEAD_BYTES));
    while !lower.is_char_boundary(start) {
        start += 1;
    }
    lower.get(start..end).unwrap_or("")
}

/// The first [`LEAD_BYTES`] of `lower[start..end]`.
pub(super) fn head(lower: &str, start: usize, end: usize) -> &str {
    let mut end = end.min(start + LEAD_BYTES);
    while !lower.is_char_boundary(end) {
        end -= 1;
    }
    lower.get(start..end).unwrap_or("")
}

/// How many bytes of a text its opening has at most.
const OPENING_BYTES: usize = 2000;

/// The text up to `end`, [`OPENING_BYTES`] at most.
pub(super) fn front(lower: &str, end: usize) -> &str {
    let mut end = end.min(OPENING_BYTES).min(lower.len());
    while !lower.is_char_boundary(end) {
        end -= 1;
    }
    &lower[..end]
}

/// Tells whether `words` end with one of `phrases` as whole words.
pub(super) fn ends(words: &str, phrases: &PhraseList) -> bool {
    phrases.ends(words.trim_end())
}

/// Tells whether `words` begin with one of `phrases` as whole words.
pub(super) fn begins(words: &str, phrases: &PhraseList) -> bool {
    phrases.standing_first(words.trim_start()).next().is_some()
}
