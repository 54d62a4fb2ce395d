//! Words as numbers: the vocabulary of all rules, and the tokens of a text in its terms.
//!
//! Every rule is written in words; a text is cut into tokens once, each looked up once, and from
//! then on rules compare integers. A word is known in lower case, with a capital, in capitals, and
//! with the tone mark where either school puts it (`hoà`, `hòa`): texts are matched leniently and
//! never corrected. Two known words that a typist glued together (`tỷđồng`) are two tokens.

mod table;

use super::letters::{latin, letters};
use crate::model::Span;

use table::Table;

/// A word of the vocabulary; equal for all spellings of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub u32);

impl Word {
    /// A word that no rule knows.
    pub const UNKNOWN: Word = Word(0);

    /// Returns its place in a table by word.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters.
    Letters,
    /// ASCII digits.
    Digits,
    /// One character that is neither, nor white space.
    Mark,
}

/// A token: letters, digits or one mark. White space belongs to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is made of.
    pub kind: TokenKind,
    /// The word it is.
    pub word: Word,
    /// Whether its first letter is a capital.
    pub capital: bool,
}

/// All words of all rules.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    words: Table,
    count: u32,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self { words: Table::default(), count: 1 }
    }
}

impl Vocabulary {
    /// Returns how many words there are, [`Word::UNKNOWN`] included.
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Tells whether no word is known.
    pub const fn is_empty(&self) -> bool {
        self.count == 1
    }

    /// Returns the word that a token of these letters is.
    pub fn get(&self, letters: &str) -> Word {
        self.words.get(letters)
    }

    /// Takes in a word in all its spellings, and returns it.
    pub fn intern(&mut self, word: &str) -> Word {
        let lower = word.to_lowercase();
        let known = self.get(&lower);
        let id = if known == Word::UNKNOWN { Word(self.count) } else { known };
        if known == Word::UNKNOWN {
            self.count += 1;
            for spelling in tone_placements(&lower) {
                let upper = spelling.to_uppercase();
                let title: String = {
                    let mut letters = spelling.chars();
                    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
                };
                for form in [spelling, upper, title] {
                    self.words.add(&form, id);
                }
            }
        }
        self.words.add(word, id);
        id
    }

    /// Cuts the bytes `within` of `text` into tokens, appended to `tokens`.
    pub fn tokenize(&self, text: &str, within: Span, tokens: &mut Vec<Token>) {
        self.tokenize_on(text, within, tokens, &mut Whole::default());
    }

    /// As [`Self::tokenize`], for one line of a text after the other.
    pub fn tokenize_on(&self, text: &str, within: Span, tokens: &mut Vec<Token>, whole: &mut Whole) {
        let end = within.end.min(text.len());
        let bytes = &text.as_bytes()[..end];
        let mut at = within.start;
        while let Some(byte) = bytes.get(at) {
            let start = at;
            // How many bytes the first letter has, for what is letters.
            let (kind, first) = match CLASS[usize::from(*byte)] {
                Class::Space => {
                    at += 1;
                    continue;
                }
                Class::Digit => (TokenKind::Digits, 1),
                Class::Letter => (TokenKind::Letters, 1),
                Class::Mark => (TokenKind::Mark, 1),
                Class::Wide => match latin(bytes, at) {
                    0 => match rare(&text[at..end]) {
                        (Some(kind), length) => (kind, length),
                        (None, length) => {
                            at += length;
                            continue;
                        }
                    },
                    length => (TokenKind::Letters, length),
                },
            };
            at += first;
            let mut capital = false;
            match kind {
                TokenKind::Letters => {
                    capital = begins_capital(bytes, start, first);
                    at = letters_end(text, bytes, at);
                }
                TokenKind::Digits => {
                    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                        at += 1;
                    }
                }
                TokenKind::Mark => {}
            }
            let span = Span::new(start, at);
            let word = self.words.get_in(text, span);
            let token = Token { span, kind, word, capital };
            if word == Word::UNKNOWN && kind == TokenKind::Letters && GLUED_BYTES.contains(&span.len()) {
                let key = Table::key_in(text, span);
                if key.is_some_and(|key| whole.knows(key)) {
                    tokens.push(token);
                } else if self.push_unknown(text, token, tokens) {
                    whole.note(key);
                }
            } else {
                tokens.push(token);
            }
        }
    }

    /// Pushes letters that are no known word: two of them where two were glued together. Tells whether they are
    /// one word.
    fn push_unknown(&self, text: &str, token: Token, tokens: &mut Vec<Token>) -> bool {
        let Some((cut, left, right)) = self.unglue(token.span.of(text)) else {
            tokens.push(token);
            return true;
        };
        let Span { start, end } = token.span;
        tokens.push(Token { span: Span::new(start, start + cut), word: left, ..token });
        tokens.push(Token { span: Span::new(start + cut, end), word: right, capital: false, ..token });
        false
    }

    /// Finds where two known words were glued together; only where the letters cannot be one
    /// Vietnamese syllable, which has its vowels in one run.
    fn unglue(&self, letters: &str) -> Option<(usize, Word, Word)> {
        if !super::letters::letters().has_two_vowel_runs(letters) {
            return None;
        }
        let mut cuts = letters.char_indices().skip(2).map(|(at, _)| at);
        cuts.find_map(|at| {
            let (left, right) = letters.split_at(at);
            if right.chars().nth(1).is_none() || right.chars().next().is_none_or(char::is_uppercase) {
                return None;
            }
            let (a, b) = (self.get(left), self.get(right));
            (a != Word::UNKNOWN && b != Word::UNKNOWN).then_some((at, a, b))
        })
    }
}

/// Words of a text that no rule knows and that are no two glued together, those seen last: a text says the same words
/// again and again.
#[derive(Debug, Clone)]
pub struct Whole(Box<[u128; WHOLE]>);

/// How many of them are remembered.
const WHOLE: usize = 256;

impl Default for Whole {
    fn default() -> Self {
        Self(Box::new([0; WHOLE]))
    }
}

impl Whole {
    fn place(key: u128) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % WHOLE
    }

    #[inline]
    fn knows(&self, key: u128) -> bool {
        self.0[Self::place(key)] == key
    }

    fn note(&mut self, key: Option<u128>) {
        if let Some(key) = key {
            self.0[Self::place(key)] = key;
        }
    }
}

/// How many bytes two words have that were glued together.
const GLUED_BYTES: std::ops::RangeInclusive<usize> = 5..=24;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Digit,
    Letter,
    Mark,
    /// The first byte of a character beyond ASCII.
    Wide,
}

const CLASS: [Class; 256] = {
    let mut classes = [Class::Wide; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        classes[byte] = if b.is_ascii_digit() {
            Class::Digit
        } else if b.is_ascii_alphabetic() {
            Class::Letter
        } else if b <= b' ' || b == 0x7f {
            Class::Space
        } else {
            Class::Mark
        };
        byte += 1;
    }
    classes
};

/// What a character begins that is no letter of [`latin`], `None` for what belongs to no token, and how many bytes
/// it has.
fn rare(text: &str) -> (Option<TokenKind>, usize) {
    let Some(first) = text.chars().next() else { return (None, text.len()) };
    let kind = if is_letter(first) {
        Some(TokenKind::Letters)
    } else if first.is_whitespace() || is_invisible(first) {
        None
    } else {
        Some(TokenKind::Mark)
    };
    (kind, first.len_utf8())
}

/// Tells whether the letter of `length` bytes at `at` is a capital.
#[inline]
fn begins_capital(bytes: &[u8], at: usize, length: usize) -> bool {
    if length == 1 { bytes[at].is_ascii_uppercase() } else { letters().begins_capital(bytes, at) }
}

/// Where the letters end that go on at `at`, at the end of `bytes` at most, which are those of `text` as far as they go.
#[inline]
fn letters_end(text: &str, bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at += match STEP[usize::from(*byte)] {
            0 => break,
            LOOK => match latin(bytes, at) {
                0 => match text[at..bytes.len()].chars().next() {
                    Some(next) if is_letter(next) => next.len_utf8(),
                    _ => break,
                },
                length => length,
            },
            step => usize::from(step),
        };
    }
    at
}

/// By its first byte: how many bytes a letter has, 0 for what is no letter.
const STEP: [u8; 256] = {
    let mut steps = [0; 256];
    let mut byte = 0;
    while byte < steps.len() {
        steps[byte] = match byte as u8 {
            0xc4..=0xc9 => 2,
            0xc3 | 0xca.. => LOOK,
            byte => byte.is_ascii_alphabetic() as u8,
        };
        byte += 1;
    }
    steps
};

/// In [`STEP`]: the bytes behind the first tell.
const LOOK: u8 = u8::MAX;

/// Letters of Latin script and the combining marks that NFC leaves alone; superscripts and ordinal
/// signs (`m²`, `º`) are marks of their own.
fn is_letter(character: char) -> bool {
    match character {
        '\u{c0}'..='\u{24f}' => character != '×' && character != '÷',
        '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' => true,
        '\u{2000}'..='\u{206f}' | '\u{80}'..='\u{bf}' => false,
        other => other.is_alphabetic(),
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

pub(super) fn base(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ' | 'ẩ' | 'ẫ'
        | 'ậ' => 'a',
        'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => 'e',
        'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => 'i',
        'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ' | 'ở' | 'ỡ'
        | 'ợ' => 'o',
        'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => 'u',
        'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => 'y',
        other => other,
    }
}

const PLACEMENTS: &[(&str, &str)] = &[
    ("òa", "oà"),
    ("óa", "oá"),
    ("ỏa", "oả"),
    ("õa", "oã"),
    ("ọa", "oạ"),
    ("òe", "oè"),
    ("óe", "oé"),
    ("ỏe", "oẻ"),
    ("õe", "oẽ"),
    ("ọe", "oẹ"),
    ("ùy", "uỳ"),
    ("úy", "uý"),
    ("ủy", "uỷ"),
    ("ũy", "uỹ"),
    ("ụy", "uỵ"),
];

/// Returns the word and, where its tone mark has two customary places, its other spelling.
fn tone_placements(word: &str) -> Vec<String> {
    for (old, new) in PLACEMENTS {
        if word.ends_with(old) {
            return vec![word.to_owned(), word.replace(old, new)];
        }
        if word.ends_with(new) {
            return vec![word.to_owned(), word.replace(new, old)];
        }
    }
    vec![word.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(vocabulary: &Vocabulary, text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        vocabulary.tokenize(text, Span::new(0, text.len()), &mut tokens);
        tokens.iter().map(|token| token.span.of(text).to_owned()).collect()
    }

    fn vocabulary(known: &[&str]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for word in known {
            vocabulary.intern(word);
        }
        vocabulary
    }

    #[test]
    fn digits_letters_and_marks_are_cut_apart() {
        let none = Vocabulary::default();
        assert_eq!(words(&none, "thực hiện13 đề án"), ["thực", "hiện", "13", "đề", "án"]);
        assert_eq!(words(&none, "1,2tỷ (8 %)"), ["1", ",", "2", "tỷ", "(", "8", "%", ")"]);
        assert_eq!(words(&none, "5.000 m²…"), ["5", ".", "000", "m", "²", "…"]);
    }

    #[test]
    fn known_words_glued_together_are_two_tokens() {
        let some = vocabulary(&["tỷ", "đồng", "kỳ", "năm"]);
        assert_eq!(words(&some, "tỷđồng cùng kỳnăm"), ["tỷ", "đồng", "cùng", "kỳ", "năm"]);
        assert_eq!(words(&some, "Marathon"), ["Marathon"]);
    }

    #[test]
    fn spellings_of_a_word_are_one_word() {
        let some = vocabulary(&["hòa", "quý"]);
        assert_eq!(some.get("HOÀ"), some.get("hòa"));
        assert_eq!(some.get("Hoà"), some.get("hòa"));
        assert_ne!(some.get("quý"), Word::UNKNOWN);
        assert_eq!(some.get("hoa"), Word::UNKNOWN);
    }
}
