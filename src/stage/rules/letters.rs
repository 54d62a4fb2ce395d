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
    /// Tells whether a letter is a capital.
    pub(super) fn is_capital(&self, letter: char) -> bool {
        match self.kinds.get(letter as usize) {
            Some(kind) => kind & CAPITAL != 0,
            None => letter.is_uppercase(),
        }
    }

    /// Tells whether a letter is a Vietnamese vowel.
    pub(super) fn is_vowel(&self, letter: char) -> bool {
        self.kinds.get(letter as usize).is_some_and(|kind| kind & VOWEL != 0)
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
    let mut bytes = text.as_bytes().to_vec();
    bytes.make_ascii_lowercase();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            0..=0x7f => at += 1,
            lead @ 0xc2..=0xdf => {
                let code = (usize::from(lead & 0x1f) << 6) | usize::from(bytes[at + 1] & 0x3f);
                let small = table[code];
                bytes[at] = 0xc0 | (small >> 6) as u8;
                bytes[at + 1] = 0x80 | (small & 0x3f) as u8;
                at += 2;
            }
            0xe1 => {
                let code = (usize::from(bytes[at + 1] & 0x3f) << 6) | usize::from(bytes[at + 2] & 0x3f);
                let small = table[0x1000 + code];
                bytes[at] = 0xe0 | (small >> 12) as u8;
                bytes[at + 1] = 0x80 | ((small >> 6) & 0x3f) as u8;
                bytes[at + 2] = 0x80 | (small & 0x3f) as u8;
                at += 3;
            }
            _ => {
                let letter = text[at..].chars().next().unwrap_or('\0');
                small(letter).encode_utf8(&mut bytes[at..at + letter.len_utf8()]);
                at += letter.len_utf8();
            }
        }
    }
    // Each letter was replaced by one of the same length, so it is UTF-8.
    String::from_utf8(bytes).unwrap_or_else(|_| text.chars().map(small).collect())
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
            assert_eq!(letters().is_capital(letter), letter.is_uppercase(), "{letter}");
        }
    }

    #[test]
    fn offsets_stay() {
        assert_eq!(lower_case("ĐỀ ÁN Ở Hà Nội"), "đề án ở hà nội");
        assert_eq!(lower_case("\u{130}\u{1e9e}\u{212a}\u{1c5}"), "\u{130}\u{1e9e}\u{212a}\u{1c6}");
    }
}
