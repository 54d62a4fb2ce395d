//! Which mentions may begin with a word: one look at each token of a text tells where to look closer.

use super::MentionRules;
use crate::stage::rules::word::{Vocabulary, Word};

/// What may begin with a word, slots apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Begins {
    /// A number: it is a number word, `nửa` or `gấp`.
    pub number: bool,
    /// A period.
    pub period: bool,
    /// A place.
    pub place: bool,
}

/// What may begin with each word, as the pack was read: a rule that is taken out afterwards keeps its words.
#[derive(Debug, Clone, Default)]
pub struct Starts(Vec<Begins>);

impl Starts {
    pub(super) fn of(rules: &MentionRules, words: &Vocabulary) -> Self {
        let begins = |word: Word| {
            let number = rules.digits.get(word).is_some();
            let fixed = [rules.fixed.nua, rules.fixed.gap].contains(&Some(word));
            Begins {
                number: number || fixed,
                period: number || rules.period_words.starts_with(word),
                place: rules.place_words.starts_with(word),
            }
        };
        let unknown = std::iter::once(Begins::default());
        Self(unknown.chain((1..words.len()).map(|word| begins(Word(word as u32)))).collect())
    }

    /// Returns what may begin with a word: nothing with [`Word::UNKNOWN`].
    pub fn get(&self, word: Word) -> Begins {
        self.0.get(word.index()).copied().unwrap_or_default()
    }
}
