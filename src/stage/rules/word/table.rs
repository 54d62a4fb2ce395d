//! Spellings and the words that they are: a table that a word of a text is looked up in once.

use std::hash::{BuildHasherDefault, Hasher};

use super::Word;
use crate::model::Span;

/// FNV-1a: the same on every machine and run; words are short and come from rule files.
#[derive(Debug, Clone, Copy)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[expect(clippy::disallowed_types, reason = "looked up by key, never iterated; its hasher is fixed")]
type Long = std::collections::HashMap<Box<str>, Word, BuildHasherDefault<Fnv>>;

/// Bytes of a spelling that is looked up as one number.
const SHORT_BYTES: usize = 16;

/// By length: the bits of so many bytes.
const MASKS: [u128; SHORT_BYTES] = {
    let mut masks = [0; SHORT_BYTES];
    let mut length = 1;
    while length < SHORT_BYTES {
        masks[length] = masks[length - 1] << 8 | 0xff;
        length += 1;
    }
    masks
};

/// Spellings and the words that they are.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Spellings of [`SHORT_BYTES`] at most, as little-endian numbers, at the place that their hash gives or the
    /// first free one behind it; 0 where none is. Never more than half full.
    short: Vec<(u128, Word)>,
    /// How many of them there are.
    count: usize,
    long: Long,
}

impl Default for Table {
    fn default() -> Self {
        Self { short: vec![(0, Word::UNKNOWN); 64], count: 0, long: Long::default() }
    }
}

impl Table {
    /// The spelling as a number; `None` where it is too long. No spelling holds a zero byte.
    fn key(letters: &[u8]) -> Option<u128> {
        let mut key = [0; SHORT_BYTES];
        key.get_mut(..letters.len())?.copy_from_slice(letters);
        Some(u128::from_le_bytes(key))
    }

    #[inline]
    fn hash(key: u128) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
    }

    /// Where `key` stands, or would.
    fn place(&self, key: u128) -> usize {
        let mask = self.short.len() - 1;
        let mut at = Self::hash(key) & mask;
        while self.short[at].0 != key && self.short[at].0 != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    /// The word that the spelling `key` is.
    #[inline]
    fn find(&self, key: u128) -> Word {
        let mut at = Self::hash(key);
        loop {
            let (known, word) = self.short[at & (self.short.len() - 1)];
            // Where no spelling is, no word is either.
            if known == key || known == 0 {
                return word;
            }
            at += 1;
        }
    }

    pub(super) fn get(&self, letters: &str) -> Word {
        match Self::key(letters.as_bytes()) {
            Some(key) => self.find(key),
            None => self.long.get(letters).copied().unwrap_or(Word::UNKNOWN),
        }
    }

    /// As [`Self::get`] of the letters `span` of `text`.
    #[inline]
    pub(super) fn get_in(&self, text: &str, span: Span) -> Word {
        let window = text.as_bytes().get(span.start..span.start + SHORT_BYTES);
        let length = span.end - span.start;
        match window.and_then(|window| <[u8; SHORT_BYTES]>::try_from(window).ok()) {
            Some(window) if length < SHORT_BYTES => {
                let key = u128::from_le_bytes(window) & MASKS[length];
                self.find(key)
            }
            _ => self.get(span.of(text)),
        }
    }

    /// Takes in a spelling that is not known.
    pub(super) fn add(&mut self, spelling: &str, word: Word) {
        let Some(key) = Self::key(spelling.as_bytes()).filter(|key| *key != 0) else {
            self.long.entry(spelling.into()).or_insert(word);
            return;
        };
        let at = self.place(key);
        if self.short[at].0 == 0 {
            self.short[at] = (key, word);
            self.count += 1;
        }
        if self.count * 2 > self.short.len() {
            let wider = vec![(0, Word::UNKNOWN); self.short.len() * 2];
            for (key, word) in std::mem::replace(&mut self.short, wider) {
                if key != 0 {
                    let at = self.place(key);
                    self.short[at] = (key, word);
                }
            }
        }
    }
}
