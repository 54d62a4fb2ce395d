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
///
/// What is asked of most tokens is a slot of four bytes, of which thousands fit a processor's nearest cache; a spelling
/// itself is looked at only where the slot says that it may be the one.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// At the place that a spelling's hash gives, or the first free one behind it: another part of the hash, and the
    /// spelling's number from 1; 0 where none is. Never more than half full.
    slots: Vec<u32>,
    /// Spellings of [`SHORT_BYTES`] at most, as little-endian numbers.
    short: Vec<(u128, Word)>,
    long: Long,
}

/// The bits of a slot that number a spelling; more spellings than that are in no pack.
const NUMBER: u32 = 0xf_ffff;

impl Default for Table {
    fn default() -> Self {
        Self { slots: vec![0; 64], short: Vec::new(), long: Long::default() }
    }
}

impl Table {
    /// The spelling as a number; `None` where it is too long. No spelling holds a zero byte.
    fn key(letters: &[u8]) -> Option<u128> {
        let mut key = [0; SHORT_BYTES];
        key.get_mut(..letters.len())?.copy_from_slice(letters);
        Some(u128::from_le_bytes(key))
    }

    /// The place of a key, and the part of its hash that a slot keeps.
    #[inline]
    fn hash(key: u128) -> (usize, u32) {
        let folded = (key as u64) ^ ((key >> 64) as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        let hash = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((hash >> 40) as usize, (hash >> 8) as u32 & !NUMBER)
    }

    /// The word that the spelling `key` is.
    #[inline(always)]
    fn find(&self, key: u128) -> Word {
        let (mut at, part) = Self::hash(key);
        loop {
            let slot = self.slots[at & (self.slots.len() - 1)];
            if slot == 0 {
                return Word::UNKNOWN;
            }
            if slot & !NUMBER == part {
                let (known, word) = self.short[(slot & NUMBER) as usize - 1];
                if known == key {
                    return word;
                }
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
    #[inline(always)]
    pub(super) fn get_in(&self, text: &str, span: Span) -> Word {
        match Self::key_in(text, span) {
            Some(key) => self.find(key),
            None => self.get(span.of(text)),
        }
    }

    /// The letters `span` of `text` as a number; `None` where they are too many, or the text ends near behind them.
    #[inline(always)]
    pub(super) fn key_in(text: &str, span: Span) -> Option<u128> {
        let window = text.as_bytes().get(span.start..span.start + SHORT_BYTES)?;
        let mask = MASKS.get(span.end - span.start)?;
        Some(u128::from_le_bytes(window.try_into().ok()?) & mask)
    }

    /// Takes in a spelling that is not known.
    pub(super) fn add(&mut self, spelling: &str, word: Word) {
        let Some(key) = Self::key(spelling.as_bytes()).filter(|key| *key != 0) else {
            self.long.entry(spelling.into()).or_insert(word);
            return;
        };
        if self.find(key) != Word::UNKNOWN || self.short.len() >= NUMBER as usize {
            return;
        }
        self.short.push((key, word));
        if self.short.len() * 2 > self.slots.len() {
            self.slots = vec![0; self.slots.len() * 2];
            (1..=self.short.len()).for_each(|number| self.place(number));
        } else {
            self.place(self.short.len());
        }
    }

    /// Gives the spelling with a number its slot.
    fn place(&mut self, number: usize) {
        let (mut at, part) = Self::hash(self.short[number - 1].0);
        let mask = self.slots.len() - 1;
        while self.slots[at & mask] != 0 {
            at += 1;
        }
        self.slots[at & mask] = part | number as u32 & NUMBER;
    }
}
