//! The words that the number grammar itself knows.

use crate::stage::rules::word::{Vocabulary, Word};

/// The values of number words.
#[derive(Debug, Clone, Default)]
pub struct NumberWords(Vec<Option<i32>>);

impl NumberWords {
    /// Returns the value of a word.
    pub fn get(&self, word: Word) -> Option<i32> {
        self.0.get(word.index()).copied().flatten()
    }

    /// Takes a word's value out.
    pub(crate) fn remove(&mut self, word: Word) {
        if let Some(value) = self.0.get_mut(word.index()) {
            *value = None;
        }
    }
}

impl FromIterator<(Word, i32)> for NumberWords {
    fn from_iter<I: IntoIterator<Item = (Word, i32)>>(words: I) -> Self {
        let mut values = Vec::new();
        for (word, value) in words {
            values.resize(values.len().max(word.index() + 1), None);
            values[word.index()] = Some(value);
        }
        Self(values)
    }
}

/// Words of closed classes that the number grammar is built of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the word it is named after")]
pub struct Fixed {
    pub muoi: Word2,
    pub muoi_ten: Word2,
    pub nam: Word2,
    pub tu4: Word2,
    pub tram: Word2,
    pub nghin: Word2,
    pub ngan: Word2,
    pub trieu: Word2,
    pub ty: Word2,
    pub ti: Word2,
    pub le: Word2,
    pub linh: Word2,
    pub ruoi: Word2,
    pub nua: Word2,
    pub mot: Word2,
    pub den: Word2,
    pub toi: Word2,
    pub tu: Word2,
    pub het: Word2,
    pub ke: Word2,
    pub gap: Word2,
    pub lan: Word2,
    pub va: Word2,
    pub moi: Word2,
    pub khong: Word2,
    pub doi: Word2,
    pub thu: Word2,
    pub ngay: Word2,
    pub tong: Word2,
    pub so: Word2,
}

/// A fixed word; unknown by default.
pub type Word2 = Option<Word>;

impl Fixed {
    pub(super) fn load(words: &mut Vocabulary) -> Self {
        let mut word = |text: &str| Some(words.intern(text));
        Self {
            muoi: word("mươi"),
            muoi_ten: word("mười"),
            nam: word("năm"),
            tu4: word("tư"),
            tram: word("trăm"),
            nghin: word("nghìn"),
            ngan: word("ngàn"),
            trieu: word("triệu"),
            ty: word("tỷ"),
            ti: word("tỉ"),
            le: word("lẻ"),
            linh: word("linh"),
            ruoi: word("rưỡi"),
            nua: word("nửa"),
            mot: word("một"),
            den: word("đến"),
            toi: word("tới"),
            tu: word("từ"),
            het: word("hết"),
            ke: word("kể"),
            gap: word("gấp"),
            lan: word("lần"),
            va: word("và"),
            moi: word("mỗi"),
            khong: word("không"),
            doi: word("đôi"),
            thu: word("thứ"),
            ngay: word("ngày"),
            tong: word("tổng"),
            so: word("số"),
        }
    }
}
