//! The rules of mentions, ready for use: the trees of the forms of `units.toml`, `hedges.toml`, `numbers.toml`,
//! `periods.toml` and `places.toml`.

mod forms;
mod starts;
mod words;

pub use forms::{Hedge, Noun, PartKind, PeriodRule, PlaceKind, PlaceRule, Scale, Unit};
pub use starts::{Begins, Starts};
pub use words::{Fixed, NumberWords, Word2};

use forms::{Form, HedgeFile, NumberFile, PeriodFile, PlaceFile, UnitFile};

use super::error::RuleError;
use super::phrase::Phrases;
use super::word::Vocabulary;
use super::{Files, read};
use crate::model::figure::Qualifier;

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
    /// What makes a date or year after it that of a birth.
    pub birth_before: Phrases,
    /// What makes a numeral before it a number in a street.
    pub street_after: Phrases,
    /// What makes `1/3` before it a fraction and no pair of counts.
    pub part_after: Phrases,
    /// What joins a count to the count that it is out of.
    pub of_between: Phrases,
    /// What pairs the numerals after it off with what is listed before, so that they share one unit.
    pub turn_before: Phrases,
    /// What leads from one level to another: `từ 20 lên 35 cơ sở`.
    pub level_between: Phrases,
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
    /// What may begin with each word.
    pub starts: Starts,
}

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
                tree.add(&mut rules.birth_before, std::iter::once(file.birth.before.as_slice()));
                tree.add(&mut rules.street_after, std::iter::once(file.street.after.as_slice()));
                tree.add(&mut rules.part_after, std::iter::once(file.part.after.as_slice()));
                tree.add(&mut rules.level_between, std::iter::once(file.level.between.as_slice()));
                tree.add(&mut rules.turn_before, std::iter::once(file.turn.before.as_slice()));
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
        rules.starts = Starts::of(&rules, words);
        if errors.is_empty() { Ok(rules) } else { Err(errors) }
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
