//! Figures: statements of a value at a key, in the terms of the record contract.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::period::Period;
use super::{Decimal, Digest, Span};

macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub CompactString);

        impl $name {
            /// Takes the code as it is written.
            pub fn new(code: impl Into<CompactString>) -> Self {
                Self(code.into())
            }

            /// Returns the code as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

code!(
    /// A code of the indicator list (`kinh_phi`).
    IndicatorCode
);
code!(
    /// A code of the area list (`VN`, `KC_N28`, `VN63:24`, `VN34:24`).
    AreaCode
);
code!(
    /// A canonical unit (`VND`, `percent`, `person`, `t`).
    UnitCode
);
code!(
    /// The id of a figure: 24 hex digits.
    FigureId
);

impl FigureId {
    /// Names the figure that stands at `span` of the source text of `document` with `measure`;
    /// depends on nothing else.
    pub fn of(document: Digest, span: Span, measure: Measure) -> Self {
        let (start, end) = ((span.start as u64).to_le_bytes(), (span.end as u64).to_le_bytes());
        let fields = [b"figure", &document.as_bytes()[..], &start, &end, measure.code().as_bytes()];
        Self(CompactString::new(&Digest::of_fields(fields).hex()[..24]))
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value, in the contract's order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Returns the contract's code.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// Reads the contract's code; `None` for any other text.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.code())
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What kind of statement a figure is.
    Measure {
        /// A level.
        Value = "value",
        /// A percentage of a plan.
        OfPlan = "of_plan",
        /// A signed percentage change.
        Growth = "growth",
        /// A percentage of an earlier level.
        Index = "index",
        /// A percentage of a whole.
        Share = "share",
        /// A mean per something.
        Mean = "mean",
        /// A signed absolute change.
        Difference = "difference",
    }
}

codes! {
    /// How a numeral is hedged.
    Qualifier {
        /// As printed.
        Eq = "eq",
        /// Above (trên, hơn, vượt).
        Gt = "gt",
        /// At least.
        Ge = "ge",
        /// Below (gần, dưới, chưa đến).
        Lt = "lt",
        /// At most.
        Le = "le",
        /// About.
        Approx = "approx",
    }
}

codes! {
    /// In what capacity a value is stated.
    Aspect {
        /// Planned.
        Plan = "plan",
        /// Carried out.
        Actual = "actual",
        /// Estimated (ước).
        Estimate = "estimate",
        /// Disbursed (giải ngân).
        Disbursed = "disbursed",
        /// Allocated (phân bổ, giao).
        Allocated = "allocated",
        /// Aimed at (mục tiêu, phấn đấu).
        Target = "target",
    }
}

codes! {
    /// Whose money it is.
    Fund {
        /// All sources together.
        Total = "total",
        /// National industrial promotion (khuyến công quốc gia).
        National = "national",
        /// Local industrial promotion (khuyến công địa phương).
        Local = "local",
        /// The beneficiaries' own (đối ứng).
        Counterpart = "counterpart",
    }
}

/// What a relative measure refers to; each `None` where the text leaves it open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Base {
    /// The period compared with.
    pub period: Option<Period>,
    /// The aspect compared with.
    pub aspect: Option<Aspect>,
    /// The area compared with, where it is another.
    pub area: Option<AreaCode>,
}

/// A slot of a figure that `explain` can account for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// [`Figure::indicator`]
    Indicator,
    /// [`Figure::label`]
    Label,
    /// [`Figure::measure`]
    Measure,
    /// [`Figure::value`] and [`Figure::step`]
    Value,
    /// [`Figure::unit`]
    Unit,
    /// [`Figure::qualifier`]
    Qualifier,
    /// [`Figure::area`]
    Area,
    /// [`Figure::period`]
    Period,
    /// [`Figure::aspect`]
    Aspect,
    /// [`Figure::fund`]
    Fund,
    /// [`Figure::base`]
    Base,
}

/// From how far away a slot was filled, nearest first: the order in which context is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The numeral's own words.
    Numeral,
    /// The clause it stands in.
    Clause,
    /// Another clause of the same sentence.
    Sentence,
    /// The cell's row or column in a table.
    Table,
    /// The head of the list it stands in.
    ListHead,
    /// An earlier sentence of the same paragraph.
    Paragraph,
    /// An earlier paragraph of the section.
    Section,
    /// The title.
    Title,
    /// The printed date of the document.
    DocumentDate,
    /// A default of the rule pack that holds when nothing is said.
    Default,
}

/// Where a slot's value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The words it was read from, in the source text; `None` for a default.
    pub words: Option<Span>,
    /// The rule that read it (`period.months_from_start`).
    pub rule: CompactString,
    /// From how far away.
    pub reach: Reach,
}

/// Where the slots of a figure came from, in order of slot: a map that takes no more room than what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins(Box<[Entry]>);

/// An [`Origin`] and its slot. The places of no text that is read need more than four bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    slot: Slot,
    reach: Reach,
    words: Option<(u32, Length)>,
    rule: CompactString,
}

/// How many bytes words have, and one more.
type Length = std::num::NonZeroU32;

impl Entry {
    fn of(slot: Slot, origin: Origin) -> Self {
        let place = |words: Span| {
            let length = u32::try_from(words.len()).ok()?;
            Some((u32::try_from(words.start).ok()?, Length::MIN.checked_add(length)?))
        };
        Self { slot, reach: origin.reach, words: origin.words.and_then(place), rule: origin.rule }
    }

    fn origin(&self) -> Origin {
        let span = |(start, length): (u32, Length)| {
            let start = start as usize;
            Span::new(start, start + length.get() as usize - 1)
        };
        Origin { words: self.words.map(span), rule: self.rule.clone(), reach: self.reach }
    }
}

impl Origins {
    /// Returns where a slot came from; `None` where the figure's does not say.
    pub fn get(&self, slot: Slot) -> Option<Origin> {
        self.0.iter().find(|entry| entry.slot == slot).map(Entry::origin)
    }

    /// Returns each slot and where it came from.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, Origin)> {
        self.0.iter().map(|entry| (entry.slot, entry.origin()))
    }
}

impl FromIterator<(Slot, Origin)> for Origins {
    /// Takes the slots in any order; of one that comes twice what comes last.
    fn from_iter<I: IntoIterator<Item = (Slot, Origin)>>(origins: I) -> Self {
        let origins = origins.into_iter().map(|(slot, origin)| Entry::of(slot, origin));
        let (least, most) = origins.size_hint();
        let mut entries: Vec<Entry> = Vec::with_capacity(most.unwrap_or(least));
        entries.extend(origins);
        if !entries.is_sorted_by(|one, next| one.slot < next.slot) {
            let sorted: BTreeMap<Slot, Entry> =
                entries.into_iter().map(|entry| (entry.slot, entry)).collect();
            entries = sorted.into_values().collect();
        }
        Self(entries.into_boxed_slice())
    }
}

impl Serialize for Origins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Origins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let origins = BTreeMap::<Slot, Origin>::deserialize(deserializer)?;
        Ok(origins.into_iter().collect())
    }
}

/// A statement of a value at a key. All spans are in the source text.
///
/// The document, the file name and the generation are not fields: they belong to the event that
/// carries the figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// See [`FigureId::of`].
    pub id: FigureId,
    /// From the first character of the numeral to the end of its unit.
    pub span: Span,
    /// The sentence it stands in.
    pub sentence: Span,
    /// Exactly the source text at `span`.
    pub quote: CompactString,
    /// What is measured, `None` where no indicator of the list fits.
    pub indicator: Option<IndicatorCode>,
    /// The words that name what is measured, as printed, in reading order.
    pub label: String,
    /// What kind of statement it is.
    pub measure: Measure,
    /// The value in `unit`; signed for growth and difference.
    pub value: Decimal,
    /// One unit of the last printed digit, in `unit`: `77,228 tỷ đồng` has 1000000, `82,78%` 0.01.
    /// Zero for counts, which are exact.
    pub step: Decimal,
    /// The canonical unit.
    pub unit: UnitCode,
    /// How the numeral is hedged.
    pub qualifier: Qualifier,
    /// Lower end of the closed interval that digits and qualifier admit; `None` is unbounded.
    pub low: Option<Decimal>,
    /// Upper end of the closed interval that digits and qualifier admit; `None` is unbounded.
    pub high: Option<Decimal>,
    /// Where.
    pub area: Option<AreaCode>,
    /// When.
    pub period: Option<Period>,
    /// In what capacity.
    pub aspect: Option<Aspect>,
    /// Whose money.
    pub fund: Option<Fund>,
    /// What a relative measure refers to.
    pub base: Option<Base>,
    /// The rules of the rule pack that produced it, outermost first.
    pub rules: Vec<CompactString>,
    /// Where each slot came from.
    pub origins: Origins,
}

#[cfg(test)]
impl Figure {
    /// A figure one byte long at `at`, for tests: nothing is told of it but its number and the step of its last digit.
    pub(crate) fn printed(at: usize, measure: Measure, [value, step]: [Decimal; 2], unit: &str) -> Self {
        let span = Span::new(at, at + 1);
        Self {
            id: FigureId::of(Digest::of(b"printed"), span, measure),
            span,
            sentence: span,
            quote: CompactString::default(),
            indicator: None,
            label: String::new(),
            measure,
            value,
            step,
            unit: UnitCode::new(unit),
            qualifier: Qualifier::Eq,
            low: None,
            high: None,
            area: None,
            period: None,
            aspect: None,
            fund: None,
            base: None,
            rules: Vec::new(),
            origins: Origins::default(),
        }
    }
}
