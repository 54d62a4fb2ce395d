//! The rules of mentions as they are written in TOML.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::model::figure::Qualifier;

/// A pattern with its place in the file.
pub(super) type Form = Spanned<String>;

/// `units.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitFile {
    pub(super) scale: Vec<Scale>,
    pub(super) unit: Vec<Unit>,
    pub(super) noun: Vec<Noun>,
    pub(super) per: Per,
}

/// A power of ten with a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The power.
    pub power: i32,
    /// Whether the scale alone means money in đồng (`335 triệu`).
    pub money: bool,
    pub(super) forms: Vec<Form>,
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
    pub(super) forms: Vec<Form>,
    /// `text => value unit`.
    pub examples: Vec<String>,
}

/// A kind of counted thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    /// The contract's code.
    pub unit: String,
    pub(super) forms: Vec<Form>,
    /// `text => value unit`.
    pub examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Per {
    pub(super) forms: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

/// `hedges.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HedgeFile {
    pub(super) hedge: Vec<Hedge>,
}

/// Words that bound a numeral.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hedge {
    pub(super) qualifier: Spanned<String>,
    /// What it makes of the numeral; `None` for what only looks like a hedge.
    #[serde(skip)]
    pub bound: Option<Qualifier>,
    #[serde(default)]
    pub(super) before: Vec<Form>,
    #[serde(default)]
    pub(super) after: Vec<Form>,
    /// `text => qualifier`.
    pub examples: Vec<String>,
}

/// `numbers.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberFile {
    pub(super) digits: BTreeMap<String, i32>,
    pub(super) ordinal: Before,
    pub(super) rank: Before,
    pub(super) law: Before,
    pub(super) name: Before,
    pub(super) multiple: Before,
    pub(super) five: Before,
    pub(super) stop: Before,
    pub(super) birth: Before,
    pub(super) turn: Before,
    pub(super) clock: Before,
    pub(super) street: After,
    pub(super) part: After,
    pub(super) of: Between,
    pub(super) level: Between,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    pub(super) before: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    pub(super) after: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    pub(super) between: Vec<Form>,
    #[expect(dead_code, reason = "the examples' runner reads them with their places")]
    examples: Vec<String>,
}

/// `periods.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodFile {
    pub(super) period: Vec<PeriodRule>,
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
    pub(super) forms: Vec<Form>,
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
pub(super) struct PlaceFile {
    pub(super) place: Vec<PlaceRule>,
    #[serde(default)]
    pub(super) prefix: Vec<Form>,
    pub(super) agency: Vec<Form>,
    pub(super) name: Vec<Form>,
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
    pub(super) forms: Vec<Form>,
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
