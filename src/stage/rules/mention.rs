//! The rules of mentions, as written in TOML and as the extractor uses them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::error::RuleError;
use super::phrase::Phrases;
use super::word::{Vocabulary, Word};
use super::{Files, read};
use crate::model::figure::Qualifier;

/// A pattern with its place in the file.
type Form = Spanned<String>;

/// `units.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitFile {
    scale: Vec<Scale>,
    unit: Vec<Unit>,
    noun: Vec<Noun>,
    per: Per,
}

/// A power of ten with a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The power.
    pub power: i32,
    /// Whether the scale alone means money in đồng (`335 triệu`).
    pub money: bool,
    forms: Vec<Form>,
    /// `text => value unit`.
    pub examples: Vec<String>,
}

/// A unit of measure or money.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The contract's code.
    pub code: String,
    /// `amount` or `percent`.
    pub class: crate::model::mention::MentionClass,
    /// The power of ten to the canonical unit.
    #[serde(default)]
    pub power: i32,
    forms: Vec<Form>,
    /// `text => value unit`.
    pub examples: Vec<String>,
}

/// A kind of counted thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    /// The contract's code.
    pub unit: String,
    forms: Vec<Form>,
    /// `text => value unit`.
    pub examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Per {
    forms: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

/// `hedges.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct HedgeFile {
    hedge: Vec<Hedge>,
}

/// Words that bound a numeral.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    qualifier: Spanned<String>,
    /// What it makes of the numeral; `None` for what only looks like a hedge.
    #[serde(skip)]
    pub bound: Option<Qualifier>,
    #[serde(default)]
    before: Vec<Form>,
    #[serde(default)]
    after: Vec<Form>,
    /// `text => qualifier`.
    pub examples: Vec<String>,
}

/// `numbers.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberFile {
    digits: BTreeMap<String, i32>,
    ordinal: Before,
    rank: Before,
    law: Before,
    name: Before,
    multiple: Before,
    five: Before,
    stop: Before,
    clock: Before,
    street: After,
    part: After,
    of: Between,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    before: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    after: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    between: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

/// `periods.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodFile {
    period: Vec<PeriodRule>,
}

/// A way to name a period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodRule {
    /// Its name within the file.
    pub id: String,
    /// Which part of a year it names.
    pub part: PartKind,
    /// The part's number, where no slot gives it.
    pub value: Option<i8>,
    /// The year counted from the one spoken of, where no slot gives it.
    pub year: Option<i8>,
    forms: Vec<Form>,
    /// `text => period`.
    pub examples: Vec<String>,
}

/// The parts of a year that a period rule may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at `extract::mention::period::Part`")]
pub enum PartKind {
    Whole,
    Half,
    Quarter,
    Month,
    Day,
    FirstMonths,
    LastMonths,
    MonthRange,
    HalfMonth,
    DayRange,
    SomeFirstMonths,
    RestOfYear,
    Same,
    RelativeMonth,
    RelativeQuarter,
    PastYears,
    Now,
    Years,
    OpenYears,
    Duration,
}

/// `places.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceFile {
    place: Vec<PlaceRule>,
    #[serde(default)]
    prefix: Vec<Form>,
    agency: Vec<Form>,
    name: Vec<Form>,
}

/// A place and its names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRule {
    /// Its name within the file.
    pub id: String,
    /// What it is.
    pub kind: PlaceKind,
    /// The code of a region, or of the 63 provinces.
    pub code: Option<String>,
    /// The code of the 34 provinces, where it is one of them.
    pub after: Option<String>,
    /// Whether its name must be written with capitals.
    #[serde(default)]
    pub capital: bool,
    forms: Vec<Form>,
    /// Texts that name it.
    #[serde(default)]
    pub examples: Vec<String>,
}

impl PlaceRule {
    /// Returns its first form: its name.
    pub fn name(&self) -> Option<&str> {
        self.forms().next()
    }

    /// Returns every form under which texts name it.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(|form| form.get_ref().as_str())
    }

    /// Returns every name of it, without the words that may stand before.
    pub fn names(&self) -> Vec<String> {
        self.forms.iter().flat_map(|form| spellings(form.get_ref())).collect()
    }
}

impl Unit {
    /// Returns every form under which texts name it.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(|form| form.get_ref().as_str())
    }
}

impl Noun {
    /// Returns every form under which texts name it.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(|form| form.get_ref().as_str())
    }
}

/// Returns the texts that a form stands for, without what it has in brackets: `[vùng] (a|b) c` is `a c`
/// and `b c`.
fn spellings(form: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = form;
    while let Some(at) = rest.find(['[', '(']) {
        let (before, group) = rest.split_at(at);
        let optional = group.starts_with('[');
        let end = group.find(if optional { ']' } else { ')' }).unwrap_or(group.len().saturating_sub(1));
        let inner = group.get(1..end).unwrap_or("");
        texts.iter_mut().for_each(|text| text.push_str(before));
        if !optional {
            let with = |text: &String| -> Vec<String> {
                inner.split('|').map(|choice| format!("{text}{choice}")).collect()
            };
            texts = texts.iter().flat_map(with).collect();
        }
        rest = group.get(end + 1..).unwrap_or("");
    }
    texts.into_iter().map(|text| format!("{text}{rest}").trim().to_owned()).collect()
}

/// What a place rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "documented at `extract::mention::place::Place`")]
pub enum PlaceKind {
    Country,
    Region,
    Uncoded,
    Foreign,
    Province,
    Below,
    ThisRegion,
    ThisProvince,
}

/// The rules of mentions, ready for use.
#[derive(Debug, Clone, Default)]
pub struct MentionRules {
    /// The scales and the tree of their names.
    pub scales: Vec<Scale>,
    /// See `scales`.
    pub scale_words: Phrases,
    /// The units and the tree of their names.
    pub units: Vec<Unit>,
    /// See `units`.
    pub unit_words: Phrases,
    /// The counted nouns and the tree of them.
    pub nouns: Vec<Noun>,
    /// See `nouns`.
    pub noun_words: Phrases,
    /// What stands after `/`.
    pub per_words: Phrases,
    /// The hedges, and the trees of those before and after a numeral.
    pub hedges: Vec<Hedge>,
    /// See `hedges`.
    pub hedges_before: Phrases,
    /// See `hedges`.
    pub hedges_after: Phrases,
    /// What makes a numeral after it an ordinal.
    pub ordinal_before: Phrases,
    /// What makes a number word after it a rank.
    pub rank_before: Phrases,
    /// What makes a numeral after it the number of a law.
    pub law_before: Phrases,
    /// What makes a numeral after it a name.
    pub name_before: Phrases,
    /// What makes `3 lần` after it a multiple.
    pub multiple_before: Phrases,
    /// What makes `năm` after it a five.
    pub five_before: Phrases,
    /// What is never the counted thing after a numeral.
    pub stop: Phrases,
    /// What makes hours after it a time of day.
    pub clock_before: Phrases,
    /// What makes a numeral before it a number in a street.
    pub street_after: Phrases,
    /// What makes `1/3` before it a fraction and no pair of counts.
    pub part_after: Phrases,
    /// What joins a count to the count that it is out of.
    pub of_between: Phrases,
    /// The period rules and the tree of their forms.
    pub periods: Vec<PeriodRule>,
    /// See `periods`.
    pub period_words: Phrases,
    /// The places and the tree of their names.
    pub places: Vec<PlaceRule>,
    /// See `places`.
    pub place_words: Phrases,
    /// `tỉnh`, `thành phố`: what may stand before a place's name.
    pub place_prefix: Phrases,
    /// What makes the place after it a part of an agency's name.
    pub agency_before: Phrases,
    /// What makes the place after it a part of another name.
    pub other_name_before: Phrases,
    /// The value of each number word.
    pub digits: NumberWords,
    /// Words that the code itself knows.
    pub fixed: Fixed,
}

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
}

/// A fixed word; unknown by default.
pub type Word2 = Option<Word>;

impl MentionRules {
    /// Reads the files of mentions and takes their words into the vocabulary.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn load(files: &Files, words: &mut Vocabulary) -> Result<Self, Vec<RuleError>> {
        let mut rules = Self::default();
        let mut errors = Vec::new();
        match read::<UnitFile>("units.toml", files.text("units.toml")) {
            Ok(file) => {
                let mut tree = Tree::new(files, "units.toml", words, &mut errors);
                tree.add(&mut rules.scale_words, file.scale.iter().map(|rule| rule.forms.as_slice()));
                tree.add(&mut rules.unit_words, file.unit.iter().map(|rule| rule.forms.as_slice()));
                tree.add(&mut rules.noun_words, file.noun.iter().map(|rule| rule.forms.as_slice()));
                tree.add(&mut rules.per_words, std::iter::once(file.per.forms.as_slice()));
                (rules.scales, rules.units, rules.nouns) = (file.scale, file.unit, file.noun);
            }
            Err(error) => errors.push(error),
        }
        match read::<HedgeFile>("hedges.toml", files.text("hedges.toml")) {
            Ok(mut file) => {
                for hedge in &mut file.hedge {
                    let code = hedge.qualifier.get_ref().as_str();
                    hedge.bound = Qualifier::from_code(code);
                    if hedge.bound.is_none() && code != "none" {
                        let text = files.text("hedges.toml");
                        let known = "qualifiers are gt, ge, lt, le, approx and none";
                        let message = format!("`{code}` is no qualifier");
                        errors.push(RuleError::at(
                            "hedges.toml",
                            text,
                            hedge.qualifier.span().start,
                            message,
                            known,
                        ));
                    }
                }
                let mut tree = Tree::new(files, "hedges.toml", words, &mut errors);
                tree.add(&mut rules.hedges_before, file.hedge.iter().map(|rule| rule.before.as_slice()));
                tree.add(&mut rules.hedges_after, file.hedge.iter().map(|rule| rule.after.as_slice()));
                rules.hedges = file.hedge;
            }
            Err(error) => errors.push(error),
        }
        match read::<NumberFile>("numbers.toml", files.text("numbers.toml")) {
            Ok(file) => {
                let mut tree = Tree::new(files, "numbers.toml", words, &mut errors);
                tree.add(&mut rules.ordinal_before, std::iter::once(file.ordinal.before.as_slice()));
                tree.add(&mut rules.rank_before, std::iter::once(file.rank.before.as_slice()));
                tree.add(&mut rules.law_before, std::iter::once(file.law.before.as_slice()));
                tree.add(&mut rules.name_before, std::iter::once(file.name.before.as_slice()));
                tree.add(&mut rules.multiple_before, std::iter::once(file.multiple.before.as_slice()));
                tree.add(&mut rules.five_before, std::iter::once(file.five.before.as_slice()));
                tree.add(&mut rules.stop, std::iter::once(file.stop.before.as_slice()));
                tree.add(&mut rules.clock_before, std::iter::once(file.clock.before.as_slice()));
                tree.add(&mut rules.street_after, std::iter::once(file.street.after.as_slice()));
                tree.add(&mut rules.part_after, std::iter::once(file.part.after.as_slice()));
                tree.add(&mut rules.of_between, std::iter::once(file.of.between.as_slice()));
                rules.digits = file.digits.iter().map(|(word, value)| (words.intern(word), *value)).collect();
            }
            Err(error) => errors.push(error),
        }
        match read::<PeriodFile>("periods.toml", files.text("periods.toml")) {
            Ok(file) => {
                let mut tree = Tree::new(files, "periods.toml", words, &mut errors);
                tree.add(&mut rules.period_words, file.period.iter().map(|rule| rule.forms.as_slice()));
                rules.periods = file.period;
            }
            Err(error) => errors.push(error),
        }
        match read::<PlaceFile>("places.toml", files.text("places.toml")) {
            Ok(file) => {
                let mut tree = Tree::new(files, "places.toml", words, &mut errors);
                tree.add(&mut rules.place_words, file.place.iter().map(|rule| rule.forms.as_slice()));
                tree.add(&mut rules.place_prefix, std::iter::once(file.prefix.as_slice()));
                tree.add(&mut rules.agency_before, std::iter::once(file.agency.as_slice()));
                tree.add(&mut rules.other_name_before, std::iter::once(file.name.as_slice()));
                rules.places = file.place;
            }
            Err(error) => errors.push(error),
        }
        rules.fixed = Fixed::load(words);
        if errors.is_empty() { Ok(rules) } else { Err(errors) }
    }
}

impl Fixed {
    fn load(words: &mut Vocabulary) -> Self {
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
        }
    }
}

/// Adds the forms of one file's rules to trees, gathering mistakes with their places.
struct Tree<'a> {
    file: &'static str,
    text: &'a str,
    words: &'a mut Vocabulary,
    errors: &'a mut Vec<RuleError>,
}

impl<'a> Tree<'a> {
    fn new(
        files: &'a Files,
        file: &'static str,
        words: &'a mut Vocabulary,
        errors: &'a mut Vec<RuleError>,
    ) -> Self {
        Self { file, text: files.text(file), words, errors }
    }

    fn add<'f>(&mut self, phrases: &mut Phrases, rules: impl Iterator<Item = &'f [Form]>) {
        for (number, forms) in rules.enumerate() {
            for form in forms {
                let rule = u32::try_from(number).unwrap_or(u32::MAX);
                if let Err(message) = phrases.add(form.get_ref(), rule, self.words) {
                    let hint =
                        "a pattern is words, (a|b), [x] and {slots}; no two rules may share a sequence";
                    self.errors.push(RuleError::at(self.file, self.text, form.span().start, message, hint));
                }
            }
        }
    }
}
