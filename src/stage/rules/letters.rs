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
    /// Tells whether the letter of [`latin`] that begins at `at` is a capital.
    pub(super) fn begins_capital(&self, bytes: &[u8], at: usize) -> bool {
        self.kinds.get(code(bytes, at).0).is_some_and(|kind| kind & CAPITAL != 0)
    }

    /// Tells whether `text` has vowels in two places or more, with other letters between them.
    pub(super) fn has_two_vowel_runs(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let (mut runs, mut inside, mut at) = (0, false, 0);
        while at < bytes.len() {
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
    let table = &letters().small;
    let bytes = text.as_bytes();
    let mut lower = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while let Some(gap) = bytes[at..].iter().position(|byte| MAY_BE_CAPITAL[usize::from(*byte)]) {
        at += gap;
        let lead = bytes[at];
        if lead.is_ascii() {
            lower.push_str(&text[kept..at]);
            lower.push(char::from(lead.to_ascii_lowercase()));
            at += 1;
            kept = at;
            continue;
        }
        // Of Vietnamese letters the small ones are the odd ones.
        if lead == 0xe1 && latin(bytes, at) == 3 && bytes[at + 2] & 1 == 1 {
            at += 3;
            continue;
        }
        let (code, length) = code(bytes, at);
        let next = at + length;
        let known = table.get(code).map(|small| u32::from(*small));
        let folded = known.or_else(|| char::from_u32(code as u32).map(|letter| small(letter) as u32));
        if let Some(folded) = folded.filter(|folded| *folded as usize != code).and_then(char::from_u32) {
            lower.push_str(&text[kept..at]);
            lower.push(folded);
            kept = next;
        }
        at = next;
    }
    lower.push_str(&text[kept..]);
    lower
}

/// By byte: whether a letter that begins with it may be a capital. No byte inside of a letter does.
const MAY_BE_CAPITAL: [bool; 256] = {
    let mut may = [false; 256];
    let mut byte = 0;
    while byte < may.len() {
        may[byte] = (byte as u8).is_ascii_uppercase() || byte >= 0xc3;
        byte += 1;
    }
    may
};

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
