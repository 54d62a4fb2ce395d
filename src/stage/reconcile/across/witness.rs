//! Near-duplicate texts: a report that several sites print is one witness.
//!
//! A sketch holds [`HASHES`] min-hashes of a text's runs of [`RUN_WORDS`] words, numbers included. Of two
//! texts about as many min-hashes are equal as their runs are common (Jaccard). Two texts are one witness
//! where at least [`WITNESS_MATCHES`] are, that is about 78 of 100 runs: what a copy under another head and
//! foot keeps, and what two reports in one form with numbers of their own do not. Witnesses are closed
//! under it: a copy of a copy is a copy, so that the order of arrival does not matter.
//!
//! Sketches fall into [`BANDS`] bands of four. Where 50 of 64 are equal at least two bands are equal whole,
//! so whoever looks only at documents with a band in common misses none.
//!
//! No crate of this kind is both kept and free of floats and of hash seeds drawn at random, and all of
//! them keep an index in memory; the forty lines that are needed stand here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::model::fold::fold;
use crate::model::{Digest, Hasher};

/// Min-hashes of a sketch.
const HASHES: usize = 64;
/// Bands of a sketch.
pub const BANDS: usize = 16;
/// Min-hashes in a band.
const BAND_HASHES: usize = HASHES / BANDS;
/// Equal min-hashes from which on two texts are one witness.
pub const WITNESS_MATCHES: usize = 50;
/// Words in a run.
const RUN_WORDS: usize = 4;

// The guarantee that the module promises: what differs cannot spoil every band.
const _: () = assert!(HASHES - WITNESS_MATCHES < BANDS);

/// What is kept of a text to tell its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch([u32; HASHES]);

impl Sketch {
    /// Sketches a text; small and capital letters, tone marks and punctuation do not matter.
    pub fn of(text: &str) -> Self {
        let folded = fold(text);
        let words: Vec<&str> =
            folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let mut least = [u32::MAX; HASHES];
        let runs: BTreeSet<u64> = words.windows(RUN_WORDS.min(words.len().max(1))).map(run).collect();
        for hash in runs {
            for (place, kept) in (1_u64..).zip(least.iter_mut()) {
                let high = (mixed(hash ^ mixed(place)) >> 32) as u32;
                *kept = (*kept).min(high);
            }
        }
        Self(least)
    }

    /// Returns the bands: equal ones are what documents that may be copies have in common.
    pub fn bands(&self) -> [u64; BANDS] {
        let mut bands = [0; BANDS];
        for (band, hashes) in bands.iter_mut().zip(self.0.chunks(BAND_HASHES)) {
            *band = hashes.iter().fold(0, |all, hash| mixed(all ^ u64::from(*hash)));
        }
        bands
    }

    /// Tells whether two texts are one witness.
    pub fn is_copy(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count() >= WITNESS_MATCHES
    }

    /// Reads what [`Sketch::to_hex`] wrote; `None` for anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut hashes = [0; HASHES];
        if text.len() != HASHES * 8 {
            return None;
        }
        for (at, hash) in hashes.iter_mut().enumerate() {
            *hash = u32::from_str_radix(text.get(at * 8..at * 8 + 8)?, 16).ok()?;
        }
        Some(Self(hashes))
    }

    /// Writes it as hex digits, eight a min-hash.
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(HASHES * 8), |mut text, hash| {
            // Writing to a string does not fail.
            let _ = write!(text, "{hash:08x}");
            text
        })
    }
}

/// Documents, by their places in a list, and which are copies of each other, through others too.
#[derive(Debug, Default)]
pub struct Copies {
    parents: Vec<usize>,
}

impl Copies {
    /// Adds a document that is nobody's copy yet, and returns its place, from 0.
    pub fn add(&mut self) -> usize {
        self.parents.push(self.parents.len());
        self.parents.len() - 1
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    /// Tells whether two places are known to be copies.
    pub fn are(&mut self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }

    /// Makes two places copies.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// Returns for every place, of which `documents` are the documents, the smallest digest of its copies.
    pub fn witnesses(&mut self, documents: &[Digest]) -> Vec<Digest> {
        let mut least = documents.to_vec();
        for (place, document) in documents.iter().enumerate() {
            let root = self.root(place);
            least[root] = least[root].min(*document);
        }
        (0..documents.len()).map(|place| least[self.root(place)]).collect()
    }
}

fn run(words: &[&str]) -> u64 {
    let digest = words.iter().fold(Hasher::new(), |hasher, word| hasher.field(word.as_bytes())).finish();
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Mixes the bits of a number so that every bit of the outcome hangs on every bit of it.
const fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(number: usize, lines: usize) -> String {
        (0..lines)
            .map(|line| {
                let value = 100 + (number * 7919 + line * 104_729) % 899;
                format!(
                    "Huyện thứ {line} của tỉnh đã đào tạo nghề cho {value} lao động nông thôn trong năm.\n"
                )
            })
            .collect()
    }

    #[test]
    fn a_copy_under_another_head_is_one_witness() {
        let original = report(1, 40);
        let copy = format!("Báo điện tử ngày 3-8\n{original}Nguồn: cổng thông tin\n").replace("đào", "Đào");
        assert!(Sketch::of(&original).is_copy(&Sketch::of(&copy)));
        let common =
            Sketch::of(&original).bands().iter().zip(Sketch::of(&copy).bands()).any(|(a, b)| *a == b);
        assert!(common, "a copy shares a band");
    }

    #[test]
    fn two_reports_in_one_form_are_two_witnesses() {
        assert!(!Sketch::of(&report(1, 40)).is_copy(&Sketch::of(&report(2, 40))));
    }

    #[test]
    fn a_sketch_survives_printing_and_a_short_text_has_one() {
        for text in ["", "một", "một hai ba bốn năm sáu"] {
            let sketch = Sketch::of(text);
            assert_eq!(Sketch::from_hex(&sketch.to_hex()), Some(sketch), "{text:?}");
        }
        assert_eq!(Sketch::from_hex("0"), None);
    }

    #[test]
    fn a_copy_of_a_copy_is_a_copy() {
        let documents: Vec<Digest> = (0..4_u8).map(|n| Digest::of(&[n])).collect();
        let mut copies = Copies::default();
        documents.iter().for_each(|_| {
            copies.add();
        });
        copies.join(1, 2);
        copies.join(0, 1);
        assert!(copies.are(0, 2) && !copies.are(0, 3));
        let witnesses = copies.witnesses(&documents);
        assert!(witnesses[..3].iter().all(|witness| *witness == witnesses[0]));
        assert_eq!(witnesses[3], documents[3]);
    }
}
