//! The weights (`ranking.toml`) by which one of several well-formed periods or places is chosen for a
//! figure, and the features that may have one.
//!
//! A feature is a template and one value of each of its axes, all named. Its weight is a small integer
//! and is trained (`scripts/train`); a feature that the file does not name weighs nothing. A candidate's
//! score is the sum of the weights of its features, and the highest score wins.

use std::collections::BTreeMap;

use super::Files;
use super::cues::PhraseList;
use super::error::{RuleError, read};

/// The file of the pack.
const FILE: &str = "ranking.toml";

/// A kind of feature: its name in the file, and the names of the values of its axes.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The table in the file: `[period.NAME]`.
    pub name: &'static str,
    /// The values of each axis; a key in the table names one of each, in this order.
    pub axes: &'static [&'static [&'static str]],
}

impl Template {
    fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.len()).product()
    }

    /// Returns the number within the template of the feature that `key` names.
    fn index(&self, key: &str) -> Option<usize> {
        let mut words = key.split(' ');
        let mut index = 0;
        for axis in self.axes {
            let word = words.next()?;
            index = index * axis.len() + axis.iter().position(|value| *value == word)?;
        }
        words.next().is_none().then_some(index)
    }

    fn key(&self, mut index: usize) -> String {
        let mut words = Vec::new();
        for axis in self.axes.iter().rev() {
            words.push(axis[index % axis.len()]);
            index /= axis.len();
        }
        words.reverse();
        words.join(" ")
    }
}

/// A feature, numbered through all templates of its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Feature(pub u16);

/// The weights of one slot's candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    templates: &'static [Template],
    offsets: Vec<usize>,
    /// By template: where its features begin, and the lengths of its axes behind the first.
    shapes: Vec<Places>,
    weights: Vec<i32>,
}

/// Where the features of a template are, and how its values number them. A template has three axes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    offset: usize,
    second: usize,
    third: usize,
}

impl Places {
    fn of(template: &Template, offset: usize) -> Self {
        let length = |axis: usize| template.axes.get(axis).map_or(1, |axis| axis.len());
        Self { offset, second: length(1), third: length(2) }
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Template {}

impl Model {
    fn of(templates: &'static [Template]) -> Self {
        let mut offsets = Vec::with_capacity(templates.len());
        let mut shapes = Vec::with_capacity(templates.len());
        let mut end = 0;
        for template in templates {
            offsets.push(end);
            shapes.push(Places::of(template, end));
            end += template.len();
        }
        Self { templates, offsets, shapes, weights: vec![0; end] }
    }

    /// Returns the feature of the template at `template` with these values of its axes.
    #[inline]
    pub fn feature(&self, template: usize, values: &[usize]) -> Feature {
        debug_assert_eq!(
            self.templates[template].axes.len(),
            values.len(),
            "{}",
            self.templates[template].name
        );
        let shape = &self.shapes[template];
        let index = match *values {
            [a] => a,
            [a, b] => a * shape.second + b,
            [a, b, c] => (a * shape.second + b) * shape.third + c,
            _ => 0,
        };
        Feature((shape.offset + index) as u16)
    }

    /// Returns the weight of a feature.
    #[inline]
    pub fn weight(&self, feature: Feature) -> i64 {
        self.weights.get(usize::from(feature.0)).copied().unwrap_or(0).into()
    }

    /// Returns how many features there are.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Tells whether there are no features.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Returns the table and the key under which the file names a feature.
    pub fn name(&self, feature: Feature) -> (&'static str, String) {
        let index = usize::from(feature.0);
        let template = self.offsets.partition_point(|offset| *offset <= index).saturating_sub(1);
        (self.templates[template].name, self.templates[template].key(index - self.offsets[template]))
    }

    fn load(&mut self, slot: &str, tables: &Tables, text: &str) -> Result<(), RuleError> {
        for (name, weights) in tables {
            let Some(at) = self.templates.iter().position(|template| template.name == name) else {
                let known: Vec<&str> = self.templates.iter().map(|template| template.name).collect();
                return Err(misfit(text, name, &format!("the tables of {slot} are {}", known.join(", "))));
            };
            for (key, weight) in weights {
                let Some(index) = self.templates[at].index(key) else {
                    let axes = self.templates[at].axes.iter().map(|axis| axis.join("|"));
                    let hint = format!("a key of {slot}.{name} is {}", axes.collect::<Vec<_>>().join(" "));
                    return Err(misfit(text, key, &hint));
                };
                self.weights[self.offsets[at] + index] = *weight;
            }
        }
        Ok(())
    }
}

fn misfit(text: &str, words: &str, hint: &str) -> RuleError {
    let at = text.find(words).unwrap_or(0);
    RuleError::at(FILE, text, at, format!("no feature is named {words:?}"), hint)
}

type Tables = BTreeMap<String, BTreeMap<String, i32>>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Ranking {
    words: Cues,
    period: Tables,
    area: Tables,
}

/// The words that features ask for; every list holds lower-case phrases.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each list is explained in ranking.toml, beside its words")]
pub struct Cues {
    pub compared: PhraseList,
    pub plan: PhraseList,
    pub law: PhraseList,
    pub level: PhraseList,
    pub at: PhraseList,
    pub of: PhraseList,
    pub against: PhraseList,
    pub rank: PhraseList,
    pub way: PhraseList,
    pub has: PhraseList,
    pub pairs: PhraseList,
    pub former: PhraseList,
    pub national: PhraseList,
    pub occasion: PhraseList,
}

/// The weights of both slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingRules {
    /// The words that features ask for.
    pub words: Cues,
    /// Of the period.
    pub period: Model,
    /// Of the area.
    pub area: Model,
}

impl RankingRules {
    /// Reads the weights.
    ///
    /// # Errors
    /// A key that names no feature, with its line.
    pub fn load(files: &Files) -> Result<Self, RuleError> {
        let text = files.text(FILE);
        let tables: Ranking = read(FILE, text)?;
        let mut rules = Self { words: tables.words, period: Model::of(PERIOD), area: Model::of(AREA) };
        rules.period.load("period", &tables.period, text)?;
        rules.area.load("area", &tables.area, text)?;
        Ok(rules)
    }
}

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $value,)+ }

        impl $name {
            /// The names of the values, in order.
            pub const NAMES: &'static [&'static str] = &[$($word),+];
        }
    };
}

axis! {
    /// What a figure states.
    Group {
        /// An amount.
        Amount = "amount",
        /// A count.
        Count = "count",
        /// A percentage of a plan.
        Plan = "of_plan",
        /// A change, or a percentage of an earlier level.
        Change = "change",
        /// A percentage of a whole.
        Share = "share",
        /// A mean.
        Mean = "mean",
    }
}
axis! {
    /// Where a figure stands in its sentence.
    Setting {
        /// In the open.
        Open = "open",
        /// First in a bracket behind words of a plan: `78% kế hoạch năm (3.500 lao động)`.
        BracketPlan = "bracket_plan",
        /// First in a bracket behind a comparison: `so với năm 2018 (60 đề án)`.
        BracketBase = "bracket_base",
        /// In another bracket.
        Bracket = "bracket",
        /// Behind `so với mức`, in the open.
        Level = "compared_level",
    }
}
axis! {
    /// What the words before a figure say of it.
    Told {
        /// Nothing.
        Nothing = "nothing",
        /// That it is planned or aimed at.
        Planned = "planned",
        /// That it is done.
        Done = "done",
        /// That it was at the occasion that the text reports: guests, awards.
        Occasion = "occasion",
    }
}
axis! {
    /// Where a mention stands from the figure.
    Where {
        /// Before it, with two words between at most.
        Beside = "beside",
        /// Before it in its clause.
        Clause = "clause",
        /// Before it, one comma between.
        Comma = "comma",
        /// Before it, more commas between.
        Commas = "commas",
        /// Before it, a semicolon or colon between.
        Parted = "parted",
        /// Right behind it.
        Behind = "behind",
        /// Behind it in its clause.
        BehindClause = "behind_clause",
        /// Behind it, past a comma.
        BehindComma = "behind_comma",
        /// In it.
        Within = "within",
    }
}
axis! {
    /// How many figures stand between.
    Between {
        /// None.
        None = "none",
        /// One.
        One = "one",
        /// Two or more.
        More = "more",
    }
}
axis! {
    /// What stands before a period or is said by it.
    Cue {
        /// Nothing of a comparison.
        No = "no",
        /// `cùng kỳ`.
        Same = "same",
        /// `so với năm 2018`.
        Compared = "compared",
        /// `82% kế hoạch năm 2018`.
        Plan = "plan",
        /// A law or programme is named right before: `Quyết định số … ngày …`.
        Law = "law",
    }
}
axis! {
    /// What kind of time is named.
    Part {
        /// A year.
        Year = "year",
        /// A half or a quarter.
        Quarter = "quarter",
        /// Months from January.
        FirstMonths = "first_months",
        /// A month.
        Month = "month",
        /// A day.
        Day = "day",
        /// Several years.
        Years = "years",
        /// `cùng kỳ`.
        Same = "same",
        /// `tháng trước`.
        Relative = "relative",
        /// `5 năm qua`.
        Past = "past",
        /// `đến nay`.
        Now = "now",
        /// `5 tháng`.
        Duration = "duration",
        /// Another stretch.
        Other = "other",
    }
}
axis! {
    /// How a time stands to what is said of it.
    Role {
        /// In it.
        In = "in",
        /// Up to it.
        Until = "until",
        /// From it on.
        Since = "since",
    }
}
axis! {
    /// How an expression was resolved.
    Variant {
        /// By the year spoken of, or printed.
        Spoken = "spoken",
        /// By the year of the printed date.
        Document = "document",
        /// By the year after that: `quý I tới`.
        Next = "next",
        /// From January up to it.
        Cumulative = "cumulative",
        /// Its whole year.
        Whole = "whole",
        /// From the year named before up to it.
        Span = "span",
    }
}
axis! {
    /// Which one of its kind.
    Order {
        /// The nearest.
        First = "first",
        /// The second.
        Second = "second",
        /// A farther one.
        Farther = "farther",
    }
}
axis! {
    /// Whether the sentence itself names one.
    Own {
        /// It does not.
        No = "no",
        /// Only before a figure in the open that stands between.
        Stale = "stale",
        /// Before the figure.
        Before = "before",
        /// Behind it.
        Behind = "behind",
    }
}
axis! {
    /// Whether a time is told anew for a figure.
    Fresh {
        /// It stands behind the last figure in the open.
        Fresh = "fresh",
        /// It stands before that one.
        Stale = "stale",
        /// It stands behind the figure.
        Behind = "behind",
    }
}
axis! {
    /// From where a value is carried.
    Carried {
        /// The last figure in the open.
        Last = "last_figure",
        /// The figure right before, be it in a bracket.
        Previous = "previous_figure",
        /// The first figure of the sentence.
        SentenceFirst = "sentence_first",
        /// The first figure of the block.
        BlockFirst = "block_first",
        /// The one stated last.
        Stated = "stated",
        /// The list's head.
        ListHead = "list_head",
        /// The heading.
        Heading = "heading",
        /// The title.
        Title = "title",
        /// The one that a sentence opened with.
        Topic = "topic",
        /// The first one in running text.
        Opening = "opening",
        /// The one named most.
        Most = "most",
        /// The whole year of the figure before.
        YearOfLast = "year_of_last",
        /// The document's date.
        Document = "document",
        /// The year before the document's.
        YearBefore = "year_before",
        /// An agency of the country or of a province.
        Agency = "agency",
        /// The country, where nothing is said.
        Default = "default",
        /// Left open.
        Nothing = "nothing",
    }
}
axis! {
    /// How far away it was carried from.
    Distance {
        /// The same sentence.
        Sentence = "sentence",
        /// The sentence before.
        Next = "next",
        /// The same block.
        Block = "block",
        /// The block before.
        NextBlock = "next_block",
        /// Farther.
        Far = "far",
    }
}
axis! {
    /// How long a period is.
    Shape {
        /// Open.
        Nothing = "nothing",
        /// A year.
        Year = "year",
        /// Several years.
        Years = "years",
        /// A half, a quarter, some months.
        Months = "months",
        /// A month.
        Month = "month",
        /// A day or some days.
        Day = "day",
    }
}
axis! {
    /// How a value stands to that of the figure before.
    Versus {
        /// There is none before.
        Alone = "alone",
        /// The same.
        Same = "same",
        /// It holds that one.
        Holds = "holds",
        /// It is held by that one.
        Held = "held",
        /// Of the same year or kind.
        Kin = "kin",
        /// Another.
        Other = "other",
    }
}
axis! {
    /// How a period stands to the document's date.
    Time {
        /// There is no date.
        Unknown = "unknown",
        /// Behind it.
        Past = "past",
        /// Around it.
        Current = "current",
        /// After it.
        Future = "future",
    }
}
axis! {
    /// What kind of place is named.
    Named {
        /// The country.
        Country = "country",
        /// A region with a code.
        Region = "region",
        /// A stretch of country without one.
        Uncoded = "uncoded",
        /// A foreign country.
        Foreign = "foreign",
        /// A province.
        Province = "province",
        /// A district or town.
        Below = "below",
        /// The region spoken of.
        ThisRegion = "this_region",
        /// The province spoken of.
        ThisProvince = "this_province",
    }
}
axis! {
    /// Whether the place is a part of another name.
    InName {
        /// It is not.
        No = "no",
        /// Of an agency's.
        Agency = "agency",
        /// Of another.
        Other = "other",
    }
}
axis! {
    /// The word before a place.
    Lead {
        /// Another one.
        Other = "other",
        /// None: it begins the sentence or clause.
        First = "first",
        /// `tại`, `ở`, `trên địa bàn`.
        At = "at",
        /// `của`.
        Of = "of",
        /// `so với`, `hơn`, `kém`.
        Compared = "compared",
        /// `cấp`: a rank, no place.
        Rank = "rank",
        /// `sang`, `đến`, `từ`.
        Way = "way",
        /// Another place: a list.
        List = "list",
    }
}
axis! {
    /// What follows a place.
    Follow {
        /// Something else.
        Other = "other",
        /// A bracket.
        Bracket = "bracket",
        /// A verb of having or reaching, a colon.
        Has = "has",
        /// Another place.
        List = "list",
    }
}
axis! {
    /// What an area is.
    Zone {
        /// Open.
        Nothing = "nothing",
        /// The country.
        Country = "country",
        /// A region.
        Region = "region",
        /// A province.
        Province = "province",
    }
}
axis! {
    /// Whether it is what the document is about.
    Main {
        /// It is not.
        No = "no",
        /// It is named most, but not in the title.
        Most = "most",
        /// It is in the title.
        Title = "title",
    }
}
axis! {
    /// Whether a time belongs to another figure: `lên 15% vào năm 2020`.
    Claim {
        /// It does not.
        Free = "free",
        /// It stands right behind another one.
        Taken = "taken",
    }
}
axis! {
    /// Where a body of the whole country is named: `Tổng cục Thống kê`.
    Nation {
        /// Nowhere near.
        No = "no",
        /// In the opening of the document.
        Opening = "opening",
        /// In the sentence before the figure.
        Sentence = "sentence",
        /// In both.
        Both = "both",
    }
}
axis! {
    /// How much one place prevails in the document.
    #[derive(Default)]
    Prevails {
        /// No place is named.
        #[default]
        None = "none",
        /// One makes up half of what is named.
        One = "one",
        /// None does.
        Several = "several",
    }
}
axis! {
    /// The block a figure stands in.
    Kind {
        /// The title.
        Title = "title",
        /// A heading.
        Heading = "heading",
        /// A list item.
        Item = "item",
        /// Running text.
        Prose = "prose",
        /// A table.
        Table = "table",
    }
}

macro_rules! templates {
    ($(#[$doc:meta])* $list:ident, $module:ident { $($name:ident = $word:literal [$($axis:ident),*],)+ }) => {
        $(#[$doc])*
        pub const $list: &[Template] =
            &[$(Template { name: $word, axes: &[$($axis::NAMES),*] }),+];

        /// The numbers of the templates.
        #[allow(missing_docs, non_camel_case_types, reason = "each is named as in the list")]
        pub mod $module {
            #[derive(Clone, Copy)]
            enum Number { $($name),+ }
            $(#[allow(non_upper_case_globals, reason = "each is named as in the list")] pub const $name: usize = Number::$name as usize;)+
        }
    };
}

templates! {
    /// The features of a period.
    PERIOD, period {
        Place = "place" [Where, Between, Group],
        PlaceBetween = "place_between" [Where, Between],
        PlaceClaim = "place_claim" [Where, Claim],
        PlacePart = "place_part" [Where, Part],
        PlaceCue = "place_cue" [Where, Cue, Setting],
        GroupCue = "group_cue" [Cue, Group, Between],
        PartRole = "part_role" [Part, Role, Variant],
        PartGroup = "part_group" [Part, Group],
        PlaceVariant = "place_variant" [Where, Variant],
        FreshClaim = "fresh" [Fresh, Cue, Claim],
        FreshGroup = "fresh_group" [Fresh, Group, Setting],
        OrderCue = "order" [Order, Cue],
        Bracketed = "bracketed" [Cue, Setting],
        CarriedFrom = "carried" [Carried, Distance, Own],
        CarriedGroup = "carried_group" [Carried, Group],
        CarriedSetting = "carried_setting" [Carried, Setting],
        CarriedTold = "carried_told" [Carried, Told],
        CarriedKind = "carried_kind" [Carried, Kind],
        CarriedShape = "carried_shape" [Carried, Shape],
        ShapeTold = "shape" [Shape, Told],
        ShapeGroup = "shape_group" [Shape, Group],
        VersusLast = "versus" [Versus, Setting, Group],
        VersusSetting = "versus_setting" [Versus, Setting],
        VersusOwn = "versus_own" [Versus, Own, Distance],
        TimeTold = "time" [Time, Told],
        TimeShape = "time_shape" [Time, Shape],
    }
}

templates! {
    /// The features of an area.
    AREA, area {
        Place = "place" [Where, Between, Group],
        PlaceNamed = "place_named" [Where, Named],
        NamedName = "named" [Named, InName],
        LeadNamed = "lead" [Lead, Named],
        LeadWhere = "lead_where" [Lead, Where],
        FollowWhere = "follow" [Follow, Where],
        FollowBetween = "follow_between" [Follow, Between],
        OrderWhere = "order" [Order, Lead],
        Bracketed = "bracketed" [InName, Setting],
        CarriedFrom = "carried" [Carried, Distance, Own],
        CarriedZone = "carried_zone" [Carried, Zone],
        CarriedKind = "carried_kind" [Carried, Kind],
        CarriedSetting = "carried_setting" [Carried, Setting],
        ZoneMain = "zone" [Zone, Main],
        ZoneGroup = "zone_group" [Zone, Group],
        ZoneNation = "nation" [Nation, Prevails, Zone],
        ZonePrevails = "prevails" [Prevails, Main, Zone],
        VersusLast = "versus" [Versus, Setting, Zone],
        VersusOwn = "versus_own" [Versus, Own, Distance],
    }
}

#[cfg(test)]
mod tests {
    use super::super::RulePack;
    use super::*;

    #[test]
    fn every_feature_is_found_again_by_its_name() {
        for templates in [PERIOD, AREA] {
            let model = Model::of(templates);
            for at in 0..model.len() {
                let feature = Feature(u16::try_from(at).unwrap());
                let (table, key) = model.name(feature);
                let template = templates.iter().position(|template| template.name == table).unwrap();
                let index = templates[template].index(&key).unwrap();
                assert_eq!(model.offsets[template] + index, at, "{table} {key}");
            }
        }
    }

    #[test]
    fn a_weight_of_no_feature_is_refused_with_its_line() {
        let text = RulePack::builtin().files.text(FILE).split("\n[period").next().unwrap().to_owned();
        let text = format!("{text}\n[period.shape]\n\"year told\" = 3\n\n[area]\n");
        let error = RulePack::parse(&[(FILE.to_owned(), text.clone())]).unwrap_err().remove(0);
        let line = text.lines().position(|line| line.starts_with("\"year told\"")).unwrap() + 1;
        assert_eq!((error.line, error.file.as_str()), (line, FILE), "{error}");
        assert!(error.to_string().contains("no feature is named \"year told\""), "{error}");
    }
}
