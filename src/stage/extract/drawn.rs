//! Percentages that `lần lượt` says of the figures before, one of each: `54 đề án nguồn quốc gia và 412 đề án
//! nguồn địa phương, chiếm lần lượt 11,59% và 88,41%`.

use super::frame;
use super::mention::{NumberMention, Role};
use crate::model::mention::MentionClass;
use crate::stage::rules::cues::PhraseList;

/// For percentages in a row behind a word of `pairs`: the number of each in the sentence and that of the figure
/// that it is said of, in order. As many figures of one kind stand before as there are percentages.
pub(super) fn drawn(lower: &str, numbers: &[&NumberMention], pairs: &PhraseList) -> Vec<(usize, usize)> {
    let percent = |at: usize| numbers.get(at).is_some_and(|number| number.class == MentionClass::Percent);
    let gap = |at: usize| {
        let from = numbers[at - 1].span.end;
        lower.get(from..numbers[at].span.start).unwrap_or("")
    };
    let mut drawn = Vec::new();
    let mut at = 1;
    while at < numbers.len() {
        if !percent(at) || frame::last_of(gap(at), pairs).is_none() {
            at += 1;
            continue;
        }
        let joined =
            |next: usize| percent(next) && matches!(gap(next).trim_matches([' ', ',', ';']), "" | "và");
        let mut end = at + 1;
        while joined(end) {
            end += 1;
        }
        let count = end - at;
        let like = |number: &NumberMention| {
            number.unit == numbers[at - 1].unit && !matches!(number.role, Role::RangeHigh | Role::PairWhole)
        };
        let first = at.checked_sub(count).filter(|_| count > 1 && !percent(at - 1));
        if let Some(first) = first.filter(|first| numbers[*first..at].iter().all(|number| like(number))) {
            drawn.extend((0..count).map(|which| (at + which, first + which)));
        }
        at = end;
    }
    drawn
}
