//! Which mentions may begin with a word: one look at each token of a text tells where to look closer.

use super::MentionRules;
use crate::stage::rules::word::{Vocabulary, Word};

/// What may begin with a word, slots apart: a bit for each kind of mention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Begins(u8);

impl Begins {
    const NUMBER: u8 = 1;
    const PERIOD: u8 = 2;
    const PLACE: u8 = 4;

    fn of(rules: &MentionRules, word: Word) -> Self {
        let spelt = rules.digits.get(word).is_some();
        let number = spelt || [rules.fixed.nua, rules.fixed.gap].contains(&Some(word));
        let period = spelt || rules.period_words.starts_with(word);
        let place = rules.place_words.starts_with(word);
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        Self(bit(number, Self::NUMBER) | bit(period, Self::PERIOD) | bit(place, Self::PLACE))
    }

    /// Tells whether nothing does.
    pub fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// Tells whether a number does: it is a number word, `nửa` or `gấp`.
    pub fn number(self) -> bool {
        self.0 & Self::NUMBER != 0
    }

    /// Tells whether a period does.
    pub fn period(self) -> bool {
        self.0 & Self::PERIOD != 0
    }

    /// Tells whether a place does.
    pub fn place(self) -> bool {
        self.0 & Self::PLACE != 0
    }
}

/// What may begin with each word, as the pack was read: a rule that is taken out afterwards keeps its words.
#[derive(Debug, Clone, Default)]
pub struct Starts(Vec<Begins>);

impl Starts {
    pub(super) fn of(rules: &MentionRules, words: &Vocabulary) -> Self {
        let known = (1..words.len()).map(|word| Begins::of(rules, Word(word as u32)));
        Self(std::iter::once(Begins::default()).chain(known).collect())
    }

    /// Returns what may begin with a word: nothing with [`Word::UNKNOWN`].
    #[inline]
    pub fn get(&self, word: Word) -> Begins {
        self.0.get(word.index()).copied().unwrap_or_default()
    }
}
