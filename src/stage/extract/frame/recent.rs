//! What words were asked about last, and what they tell.

use std::cell::Cell;

use super::AspectCue;
use crate::model::figure::Fund;
use crate::stage::rules::marks::cut_out;

/// What words of one text were found to tell, those asked about last: several slots of a figure ask about the same
/// words, and every figure beneath a heading about that.
#[derive(Debug, Clone)]
pub(in crate::stage::extract) struct Recent<'t> {
    text: &'t str,
    pub(super) aspects: [Cell<Asked<AspectCue>>; RECENT],
    pub(super) funds: [Cell<Asked<Fund>>; RECENT],
}

/// Where words begin and end in the text, whether they are read as those of money, and what they tell.
pub(super) type Asked<T> = (usize, usize, bool, Option<T>);

/// How many words are remembered at a time, each at the place that its end gives.
const RECENT: usize = 16;

impl<'t> Recent<'t> {
    /// Remembers nothing yet of `text`.
    pub(in crate::stage::extract) fn of(text: &'t str) -> Self {
        // No words of nothing are asked about.
        let none = (0, 0, false);
        Self {
            text,
            aspects: std::array::from_fn(|_| Cell::new((none.0, none.1, none.2, None))),
            funds: std::array::from_fn(|_| Cell::new((none.0, none.1, none.2, None))),
        }
    }

    /// Returns what `words` tell: remembered, or read now.
    pub(super) fn told<T: Copy>(
        &self,
        asked: &[Cell<Asked<T>>; RECENT],
        words: &str,
        money: bool,
        read: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        let Some(start) = cut_out(words, self.text).filter(|_| !words.is_empty()) else { return read() };
        let end = start + words.len();
        let slot = &asked[(start ^ end ^ usize::from(money)) % RECENT];
        let (from, to, of_money, told) = slot.get();
        if (from, to, of_money) == (start, end, money) {
            return told;
        }
        let told = read();
        slot.set((start, end, money, told));
        told
    }
}
