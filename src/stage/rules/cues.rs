//! Lists of cue phrases, compared with a text's words fast: frames ask dozens of lists about the words
//! around every figure.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::letters::latin;

/// A list of lower-case phrases, in the order of its file; reads as a slice of them.
///
/// A byte of a text is looked at once for all phrases of the list: a table tells which bytes begin some
/// phrase, which stand second and which third, and only where all three fit is a phrase compared.
#[derive(Clone)]
pub struct PhraseList {
    phrases: Vec<String>,
    /// Bit `n` of a byte's entry: some phrase has the byte in place `n` (or ends before that place); bit 3: some
    /// phrase ends with it.
    places: Box<[u8; 256]>,
    /// The numbers of the phrases, by first byte.
    first: Vec<u32>,
    /// By byte: where the phrases that begin with it begin in `first`; they end where those of the next do.
    heads: Box<[u32; 257]>,
    /// Its number in the pack's [`super::marks::CueTree`].
    number: Option<u8>,
    /// Whether a phrase ends with what is no letter and no digit.
    open: bool,
}

impl PhraseList {
    /// Makes the list of `phrases`. An empty phrase is found nowhere.
    pub fn new(phrases: Vec<String>) -> Self {
        let mut places = Box::new([0u8; 256]);
        let mut first = Vec::new();
        for (number, phrase) in phrases.iter().enumerate() {
            let bytes = phrase.as_bytes();
            let Some(head) = bytes.first() else { continue };
            first.push((*head, u32::try_from(number).unwrap_or(u32::MAX)));
            places[usize::from(bytes[bytes.len() - 1])] |= 1 << LAST;
            for place in 0..3 {
                match bytes.get(place) {
                    Some(byte) => places[usize::from(*byte)] |= 1 << place,
                    None => places.iter_mut().for_each(|entry| *entry |= 1 << place),
                }
            }
        }
        first.sort_unstable();
        let before = |byte: usize| first.partition_point(|(head, _)| usize::from(*head) < byte);
        let heads = Box::new(std::array::from_fn(|byte| u32::try_from(before(byte)).unwrap_or(u32::MAX)));
        let first = first.iter().map(|(_, number)| *number).collect();
        let open = phrases.iter().any(|phrase| !phrase.ends_with(char::is_alphanumeric));
        Self { phrases, places, first, heads, number: None, open }
    }

    /// Takes its number in the tree of the pack's lists.
    pub(super) fn numbered(&mut self, number: u8) {
        self.number = Some(number);
    }

    /// Returns its number in the tree of the pack's lists; `None` in none.
    pub(super) fn number(&self) -> Option<u8> {
        self.number
    }

    /// Tells whether a phrase ends with what is no letter and no digit.
    pub(super) fn ends_open(&self) -> bool {
        self.open
    }

    /// The phrases that stand as whole words at the very beginning of `words`.
    pub fn standing_first<'s>(&'s self, words: &str) -> impl Iterator<Item = &'s str> {
        self.beginning(words).filter(|phrase| ends_word(words, phrase.len()))
    }

    /// Finds for each phrase the last place where it stands in `words` as whole words and `fits`: places
    /// and phrases, the last place first.
    pub fn each_last(&self, words: &str, fits: impl Fn(usize) -> bool) -> Vec<(usize, &str)> {
        let bytes = words.as_bytes();
        let mut found: Vec<(usize, &str)> = Vec::new();
        for at in (0..bytes.len()).rev() {
            if !self.may_start(bytes, at) || !begins_word(words, at) {
                continue;
            }
            for phrase in self.starting(bytes, at) {
                let known = found.iter().any(|(_, other)| *other == phrase);
                if !known && ends_word(words, at + phrase.len()) && fits(at) {
                    found.push((at, phrase));
                }
            }
        }
        found
    }

    /// Tells whether a phrase stands anywhere in `words`, as whole words or not.
    pub fn occurs_in(&self, words: &str) -> bool {
        self.first_in(words).is_some()
    }

    /// Finds the first place where a phrase stands in `words`, as whole words or not.
    pub fn first_in(&self, words: &str) -> Option<usize> {
        let bytes = words.as_bytes();
        (0..bytes.len()).find(|at| self.may_start(bytes, *at) && self.starting(bytes, *at).next().is_some())
    }

    /// Tells whether `word` is one of the phrases.
    pub fn has(&self, word: &str) -> bool {
        let bytes = word.as_bytes();
        self.may_start(bytes, 0) && self.headed(bytes, 0).any(|phrase| phrase == word)
    }

    /// Tells whether `words` begins with a phrase.
    pub fn begins(&self, words: &str) -> bool {
        self.beginning(words).next().is_some()
    }

    /// The phrases that `words` begins with, as whole words or not.
    pub fn beginning<'s, 'w>(&'s self, words: &'w str) -> impl Iterator<Item = &'s str> + use<'s, 'w> {
        let may = self.may_start(words.as_bytes(), 0);
        self.starting(words.as_bytes(), 0).take_while(move |_| may)
    }

    /// Tells whether `words` ends with a phrase, as whole words.
    pub fn ends(&self, words: &str) -> bool {
        self.ending(words).any(|phrase| begins_word(words, words.len() - phrase.len()))
    }

    /// The phrases that `words` ends with, as whole words or not.
    pub fn ending<'s>(&'s self, words: &str) -> impl Iterator<Item = &'s str> {
        let last = words.bytes().next_back();
        let may = last.is_some_and(|byte| self.places[usize::from(byte)] >> LAST & 1 == 1);
        let phrases = if may { self.phrases.as_slice() } else { &[] };
        let standing = move |phrase: &&str| phrase.bytes().next_back() == last && words.ends_with(phrase);
        phrases.iter().map(String::as_str).filter(standing)
    }

    /// Tells whether the three bytes from `at` on are ones that some phrase begins with.
    #[inline]
    fn may_start(&self, bytes: &[u8], at: usize) -> bool {
        let has = |at: usize, place: u8| {
            bytes.get(at).is_none_or(|byte| self.places[usize::from(*byte)] >> place & 1 == 1)
        };
        has(at, 0) && has(at + 1, 1) && has(at + 2, 2)
    }

    /// The phrases that stand at `at`.
    fn starting<'s, 'w>(&'s self, bytes: &'w [u8], at: usize) -> impl Iterator<Item = &'s str> + use<'s, 'w> {
        self.headed(bytes, at).filter(move |phrase| bytes[at..].starts_with(phrase.as_bytes()))
    }

    /// The phrases that begin with the byte at `at`.
    fn headed(&self, bytes: &[u8], at: usize) -> impl Iterator<Item = &str> {
        let head = bytes.get(at).map_or(256, |byte| usize::from(*byte));
        let until = self.heads.get(head + 1).copied().unwrap_or(self.heads[256]);
        let headed = self.first.get(self.heads[head] as usize..until as usize).unwrap_or_default();
        headed.iter().map(|number| self.phrases[*number as usize].as_str())
    }
}

/// The bit of [`PhraseList::places`] that is set for bytes that some phrase ends with.
const LAST: u8 = 3;

/// Phrases that can be looked for in words: a [`PhraseList`], or a few phrases picked from one.
pub trait Cues {
    /// Finds the last place where a phrase stands in `words` as whole words and `fits`.
    fn last_fitting(&self, words: &str, fits: impl Fn(usize) -> bool) -> Option<usize>;
}

impl Cues for PhraseList {
    fn last_fitting(&self, words: &str, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let bytes = words.as_bytes();
        (0..bytes.len()).rev().find(|at| {
            self.may_start(bytes, *at)
                && begins_word(words, *at)
                && self.starting(bytes, *at).any(|phrase| ends_word(words, at + phrase.len()))
                && fits(*at)
        })
    }
}

impl Cues for [String] {
    fn last_fitting(&self, words: &str, fits: impl Fn(usize) -> bool) -> Option<usize> {
        self.iter().filter_map(|phrase| last_whole(words, phrase, &fits)).max()
    }
}

impl Cues for Vec<String> {
    fn last_fitting(&self, words: &str, fits: impl Fn(usize) -> bool) -> Option<usize> {
        self.as_slice().last_fitting(words, fits)
    }
}

/// Finds the last place where `phrase` stands in `words` as whole words and `fits`.
pub fn last_whole(words: &str, phrase: &str, fits: &impl Fn(usize) -> bool) -> Option<usize> {
    let (bytes, phrase) = (words.as_bytes(), phrase.as_bytes());
    let first = phrase.first()?;
    let mut end = bytes.len().checked_sub(phrase.len())? + 1;
    while let Some(at) = memchr::memrchr(*first, &bytes[..end]) {
        let stands = bytes[at..].starts_with(phrase);
        if stands && begins_word(words, at) && ends_word(words, at + phrase.len()) && fits(at) {
            return Some(at);
        }
        end = at;
    }
    None
}

/// Finds the first place of a few bytes in `words`; for short words and phrases, where a searcher costs more
/// to make than to use.
pub fn find(words: &str, phrase: &str) -> Option<usize> {
    let (bytes, phrase) = (words.as_bytes(), phrase.as_bytes());
    let last = bytes.len().checked_sub(phrase.len())?;
    let (lead, byte) = telling(phrase)?;
    let mut places = memchr::memchr_iter(byte, &bytes[lead..=last + lead]);
    places.find(|at| bytes[*at..].starts_with(phrase))
}

/// Finds the last place of a few bytes in `words`, as [`find`] does the first.
pub fn rfind(words: &str, phrase: &str) -> Option<usize> {
    let (bytes, phrase) = (words.as_bytes(), phrase.as_bytes());
    let last = bytes.len().checked_sub(phrase.len())?;
    let (lead, byte) = telling(phrase)?;
    let mut places = memchr::memrchr_iter(byte, &bytes[lead..=last + lead]);
    places.find(|at| bytes[*at..].starts_with(phrase))
}

/// The first byte of a phrase that is no space, of which there are too many in every text, and its place.
fn telling(phrase: &[u8]) -> Option<(usize, u8)> {
    let lead = phrase.iter().position(|byte| *byte != b' ').unwrap_or(0);
    phrase.get(lead).map(|byte| (lead, *byte))
}

/// Tells whether no letter or digit stands right before `at`.
#[inline]
pub(super) fn begins_word(words: &str, at: usize) -> bool {
    let bytes = words.as_bytes();
    let Some(before) = at.checked_sub(1).map(|before| bytes[before]) else { return true };
    if before.is_ascii() {
        return !before.is_ascii_alphanumeric();
    }
    // Back to the first byte of the letter.
    let lead = bytes[..at].iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
    latin(bytes, lead) == 0 && !words[..at].chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Tells whether no letter or digit stands at `at`.
#[inline]
pub(super) fn ends_word(words: &str, at: usize) -> bool {
    let bytes = words.as_bytes();
    match bytes.get(at) {
        None => true,
        Some(byte) if byte.is_ascii() => !byte.is_ascii_alphanumeric(),
        Some(_) => latin(bytes, at) == 0 && !words[at..].chars().next().is_some_and(char::is_alphanumeric),
    }
}

impl Deref for PhraseList {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.phrases
    }
}

impl<'a> IntoIterator for &'a PhraseList {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.phrases.iter()
    }
}

impl Default for PhraseList {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl PartialEq for PhraseList {
    fn eq(&self, other: &Self) -> bool {
        self.phrases == other.phrases
    }
}

impl Eq for PhraseList {}

impl fmt::Debug for PhraseList {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.phrases.fmt(out)
    }
}

impl<'de> Deserialize<'de> for PhraseList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the standard library would find it, phrase by phrase.
    fn slowly(phrases: &[String], words: &str) -> Option<usize> {
        let whole = |at: usize, length: usize| {
            !words[..at].chars().next_back().is_some_and(char::is_alphanumeric)
                && !words[at + length..].chars().next().is_some_and(char::is_alphanumeric)
        };
        let starts = |phrase: &String| -> Option<usize> {
            let mut starts =
                words.char_indices().map(|(at, _)| at).filter(|at| words[*at..].starts_with(phrase));
            starts.rfind(|at| whole(*at, phrase.len()))
        };
        phrases.iter().filter(|phrase| !phrase.is_empty()).filter_map(starts).max()
    }

    proptest! {
        #[test]
        fn a_list_finds_what_its_phrases_find(
            phrases in proptest::collection::vec("[aă%][bđ ]?[aă]{0,2}", 0..5),
            words in "[abăđ %“,]{0,14}",
        ) {
            let list = PhraseList::new(phrases.clone());
            prop_assert_eq!(list.last_fitting(&words, |_| true), slowly(&phrases, &words));
            prop_assert_eq!(phrases[..].last_fitting(&words, |_| true), slowly(&phrases, &words));
            let occurs = phrases.iter().any(|phrase| !phrase.is_empty() && words.contains(phrase.as_str()));
            prop_assert_eq!(list.occurs_in(&words), occurs);
            prop_assert_eq!(list.has(&words), phrases.contains(&words) && !words.is_empty());
            for phrase in phrases.iter().filter(|phrase| !phrase.is_empty()) {
                prop_assert_eq!(find(&words, phrase), words.find(phrase.as_str()));
                prop_assert_eq!(rfind(&words, phrase), words.rfind(phrase.as_str()));
            }
        }
    }

    #[test]
    fn the_last_whole_words_are_found() {
        let list = PhraseList::new(vec!["tăng".to_owned(), "cao hơn".to_owned()]);
        let last = |words: &str| list.last_fitting(words, |_| true);
        assert_eq!(last("tăng 5%, cao hơn 3%, đặt tăngg"), Some("tăng 5%, ".len()));
        assert_eq!(last("giảm"), None);
    }
}
