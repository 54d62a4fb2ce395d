//! Letters by table: small letters with the same offsets, and what each letter is, without a search of the
//! Unicode tables for each.

use std::sync::OnceLock;

/// Letters below this have an entry: Latin with all of Vietnamese.
const TABLED: usize = 0x2000;

/// An entry's bits: a capital, a vowel whatever its marks.
const CAPITAL: u8 = 1;
const VOWEL: u8 = 2;

/// The tables.
pub(super) struct Letters {
    /// The small letter of each, where it takes as many bytes; else the letter itself.
    small: Vec<u16>,
    kinds: Vec<u8>,
}

/// Returns the tables, made from the standard library's at the first call.
pub(super) fn letters() -> &'static Letters {
    static LETTERS: OnceLock<Letters> = OnceLock::new();
    LETTERS.get_or_init(|| {
        let all = (0..TABLED).map(|code| u32::try_from(code).ok().and_then(char::from_u32));
        let small = all.clone().map(|letter| letter.map_or(0, |letter| small(letter) as u16)).collect();
        let kind = |letter: char| {
            let vowel = matches!(super::word::base(letter), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
            (u8::from(letter.is_uppercase()) * CAPITAL) | (u8::from(vowel) * VOWEL)
        };
        Letters { small, kinds: all.map(|letter| letter.map_or(0, kind)).collect() }
    })
}

impl Letters {
    /// Tells whether the letter beyond ASCII that begins at `at` is a capital.
    pub(super) fn begins_capital(&self, bytes: &[u8], at: usize) -> bool {
        let (code, _) = code(bytes, at);
        match self.kinds.get(code) {
            Some(kind) => kind & CAPITAL != 0,
            None => char::from_u32(code as u32).is_some_and(char::is_uppercase),
        }
    }

    /// Tells whether `text` has vowels in two places or more, with other letters between them.
    pub(super) fn has_two_vowel_runs(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let (mut runs, mut inside, mut at) = (0, false, 0);
        while at < bytes.len() && runs < 2 {
            let (code, length) =
                if bytes[at].is_ascii() { (usize::from(bytes[at]), 1) } else { code(bytes, at) };
            let vowel = self.kinds.get(code).is_some_and(|kind| kind & VOWEL != 0);
            runs += usize::from(vowel && !inside);
            inside = vowel;
            at += length;
        }
        runs >= 2
    }
}

/// The small letter of `letter`, or itself where that takes more or fewer bytes.
fn small(letter: char) -> char {
    let mut folded = letter.to_lowercase();
    match (folded.next(), folded.next()) {
        (Some(one), None) if one.len_utf8() == letter.len_utf8() => one,
        _ => letter,
    }
}

/// Lower case with the same offsets: a letter whose lower case has another length stays as it is.
pub fn lower_case(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut lower =
        Lower { text, small: &letters().small, lower: String::with_capacity(text.len()), kept: 0 };
    let mut at = 0;
    while let (Some(here), Some(next), Some(after)) =
        (lane(bytes, at), lane(bytes, at + 1), lane(bytes, at + 2))
    {
        // A byte of the number for each byte of the text.
        let mut marked = u128::from_le_bytes(may_be_capitals(here, next, after));
        while marked != 0 {
            let place = marked.trailing_zeros() / 8;
            lower.letter(at + place as usize);
            marked &= !(0xff << (place * 8));
        }
        at += LANE;
    }
    let begins = |byte: u8| byte.is_ascii_uppercase() || byte >= 0xc3;
    (at..bytes.len()).filter(|at| begins(bytes[*at])).for_each(|at| lower.letter(at));
    lower.lower.push_str(&text[lower.kept..]);
    lower.lower
}

/// A text that is being lowered.
struct Lower<'t> {
    text: &'t str,
    small: &'t [u16],
    lower: String,
    /// How far the text has been taken over.
    kept: usize,
}

impl Lower<'_> {
    /// Lowers the letter that begins at `at`.
    fn letter(&mut self, at: usize) {
        let bytes = self.text.as_bytes();
        let lead = bytes[at];
        let (code, length) = if lead.is_ascii() { (usize::from(lead), 1) } else { code(bytes, at) };
        let known = self.small.get(code).map(|small| u32::from(*small));
        let folded = known.or_else(|| char::from_u32(code as u32).map(|letter| small(letter) as u32));
        if let Some(folded) = folded.filter(|folded| *folded as usize != code).and_then(char::from_u32) {
            self.lower.push_str(&self.text[self.kept..at]);
            self.lower.push(folded);
            self.kept = at + length;
        }
    }
}

/// How many bytes are looked at at a time: as many as a processor compares with one instruction.
const LANE: usize = 16;

fn lane(bytes: &[u8], at: usize) -> Option<&[u8; LANE]> {
    bytes.get(at..at + LANE)?.try_into().ok()
}

/// Marks with a one where a letter begins that may be a capital, by its byte and the two after it. Small letters of
/// Vietnamese are told by arithmetic alone, which the compiler does for all bytes at once
/// where the function is one of its own.
#[inline(never)]
fn may_be_capitals(here: &[u8; LANE], next: &[u8; LANE], after: &[u8; LANE]) -> [u8; LANE] {
    let mut marks = [0; LANE];
    for (((mark, byte), next), after) in marks.iter_mut().zip(here).zip(next).zip(after) {
        let (byte, next, after) = (*byte, *next, *after);
        let ascii = byte.wrapping_sub(b'A') < 26;
        let latin_1 = (byte == 0xc3) & (next > 0x9e);
        let latin_a = (byte == 0xc4) & (next & 1 == 1) & (next < 0xb9);
        let horned = (byte == 0xc6) & ((next == 0xa1) | (next == 0xb0));
        // Of the letters that only Vietnamese has the small ones are the odd ones.
        let vietnamese = (byte == 0xe1) & (next.wrapping_sub(0xba) < 2) & (after & 1 == 1);
        *mark = u8::from(ascii | ((byte >= 0xc3) & !(latin_1 | latin_a | horned | vietnamese)));
    }
    marks
}

/// The code of the letter beyond ASCII that begins at `at` of a UTF-8 text, and how many bytes it has.
#[inline]
fn code(bytes: &[u8], at: usize) -> (usize, usize) {
    let behind = |place: usize| usize::from(bytes[at + place] & 0x3f);
    match bytes[at] {
        lead @ 0..=0xdf => ((usize::from(lead & 0x1f) << 6) | behind(1), 2),
        lead @ 0xe0..=0xef => ((usize::from(lead & 0xf) << 12) | (behind(1) << 6) | behind(2), 3),
        lead => ((usize::from(lead & 7) << 18) | (behind(1) << 12) | (behind(2) << 6) | behind(3), 4),
    }
}

/// How many bytes the Latin letter beyond ASCII has that begins at `at`; 0 where none of Latin or
/// Vietnamese begins there.
#[inline]
pub(super) fn latin(bytes: &[u8], at: usize) -> usize {
    match bytes[at] {
        // All but `×` and `÷`.
        0xc3 if !matches!(bytes[at + 1], 0x97 | 0xb7) => 2,
        0xc4..=0xc9 => 2,
        0xe1 if matches!(bytes[at + 1], 0xb8..=0xbb) => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_say_what_the_standard_library_says() {
        let all: String = (0..=0x1_ffff).filter_map(char::from_u32).collect();
        let slowly: String = all.chars().map(small).collect();
        assert!(lower_case(&all) == slowly);
        for letter in all.chars() {
            let bytes = letter.to_string().into_bytes();
            let latin = latin(&bytes, 0);
            assert!(latin == 0 || latin == bytes.len() && letter.is_alphabetic(), "{letter}");
            assert!(latin == 0 || letters().begins_capital(&bytes, 0) == letter.is_uppercase(), "{letter}");
        }
    }

    #[test]
    fn offsets_stay() {
        assert_eq!(lower_case("ĐỀ ÁN Ở Hà Nội"), "đề án ở hà nội");
        assert_eq!(lower_case("\u{130}\u{1e9e}\u{212a}\u{1c5}"), "\u{130}\u{1e9e}\u{212a}\u{1c6}");
    }
}
