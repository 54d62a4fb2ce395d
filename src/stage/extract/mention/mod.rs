//! Mentions: what each numeral of a text is, and the periods and places that it names.
//!
//! All spans are in the clean text. What a mention means by itself is told here; what it means in
//! its sentence (whose figure, which period of several) is told by the layers above.

mod legal;
mod naming;
mod number;
mod numeral;
pub mod period;
pub mod place;
mod tail;

use compact_str::CompactString;

use crate::model::figure::{Qualifier, UnitCode};
use crate::model::mention::MentionClass;
use crate::model::{Decimal, Span};
use crate::stage::rules::mention::MentionRules;
use crate::stage::rules::phrase::may_be_roman;
use crate::stage::rules::{RulePack, Token, TokenKind, Whole};

pub use period::{PeriodMention, TimeContext, TimeExpression};
pub use place::PlaceMention;

/// The mentions of one text (or one line of it), each list in order of start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Numerals that state an amount, a percentage or a count.
    pub numbers: Vec<NumberMention>,
    /// Dates, periods and durations.
    pub periods: Vec<PeriodMention>,
    /// Places.
    pub places: Vec<PlaceMention>,
    /// Numerals that are no figure and no time: legal references, ordinals, telephone numbers.
    pub others: Vec<OtherMention>,
}

/// A numeral that states an amount, a percentage or a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberMention {
    /// From the first character of the numeral to the end of its unit: a figure's quote. For the
    /// first of a range it runs to the shared unit.
    pub span: Span,
    /// The numeral alone.
    pub numeral: Span,
    /// `Amount`, `Percent` or `Count`.
    pub class: MentionClass,
    /// The value in `unit`, never signed by the words around; `gấp 1,5 lần` is 150 percent.
    pub value: Decimal,
    /// One unit of the last printed digit, in `unit`; zero for whole counts.
    pub step: Decimal,
    /// The canonical unit; `item` for counted things on no list, and for bare numerals, whose
    /// `bare` is set.
    pub unit: UnitCode,
    /// Whether no unit or counted noun stands beside the numeral (a table cell, `15/28 tỉnh`'s
    /// first number has the second's unit and is not bare).
    pub bare: bool,
    /// The scale and the unit words (`tỷ đồng`), empty where bare.
    pub unit_words: Span,
    /// The counted noun (`cơ sở CNNT`), as far as the lexicon of counted nouns knows it.
    pub noun: Option<Span>,
    /// What the unit is divided by: `/tỉnh`, `/người/tháng`, `mỗi tỉnh`.
    pub per: Option<Span>,
    /// How it is hedged; `Ge` and `Le` for the ends of a range.
    pub qualifier: Qualifier,
    /// The words that hedge it, before (`trên`) or after (`trở lên`).
    pub hedge: Option<Span>,
    /// Its place in a range or a pair.
    pub role: Role,
    /// Whether it is a multiple (`gấp 1,5 lần`): an index in percent.
    pub multiple: bool,
    /// Whether the numeral or its unit makes it a figure by itself. False for what stands in a
    /// heading number, a model name and the like, and for `một` in its sense of *a*.
    pub figure: bool,
    /// The rule that read the numeral: `number.digits`.
    pub read_by: &'static str,
    /// The rule that read what follows it: `unit.VND`.
    pub unit_by: CompactString,
    /// Whether a rule of hedges is one of those that read it.
    pub hedge_counts: bool,
}

impl NumberMention {
    /// Returns the rules that read it: `number.digits`, `unit.VND`, `hedge.gt`.
    pub fn rules(&self) -> impl Iterator<Item = CompactString> {
        let hedged = self.hedge_counts.then(|| CompactString::const_new("hedge.") + self.qualifier.code());
        [CompactString::const_new(self.read_by), self.unit_by.clone()].into_iter().chain(hedged)
    }
}

/// A numeral's place among numerals that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// On its own.
    Single,
    /// The lower end of a range whose upper end is the next number.
    RangeLow,
    /// The upper end of a range whose lower end is the number before.
    RangeHigh,
    /// The first of `15/28 tỉnh`.
    PairPart,
    /// The second of `15/28 tỉnh`.
    PairWhole,
}

/// A numeral that is no figure and no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherMention {
    /// Where it stands, its introducing word included (`lần thứ XVIII`), save for laws (`45/2012/NĐ-CP`).
    pub span: Span,
    /// `LegalReference`, `Ordinal`, `Duration` or `Other`.
    pub class: MentionClass,
    /// The value as the contract prints it.
    pub value: CompactString,
    /// The rule that read it.
    pub rule: CompactString,
}

/// The tokens of a line at which something may begin, each list in order.
#[derive(Debug, Default)]
struct Candidates {
    digits: Vec<usize>,
    numbers: Vec<usize>,
    periods: Vec<usize>,
    places: Vec<usize>,
}

impl Candidates {
    /// Looks at each token once.
    fn gather(&mut self, text: &str, tokens: &[Token], rules: &MentionRules) {
        for list in [&mut self.digits, &mut self.numbers, &mut self.periods, &mut self.places] {
            list.clear();
        }
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Digits => {
                    self.digits.push(at);
                    self.numbers.push(at);
                    self.periods.push(at);
                }
                TokenKind::Letters => {
                    let begins = rules.starts.get(token.word);
                    if begins.is_nothing() && !token.capital {
                        continue;
                    }
                    if begins.number() || token.capital && may_be_roman(token.span.of(text)) {
                        self.numbers.push(at);
                    }
                    if begins.period() {
                        self.periods.push(at);
                    }
                    if begins.place() {
                        self.places.push(at);
                    }
                }
                TokenKind::Mark => {}
            }
        }
    }
}

/// Finds the mentions of `within` of `text`, a block or a whole text. Nothing runs across a line.
pub fn find(text: &str, within: Span, rules: &RulePack) -> Mentions {
    let mut out = Mentions::default();
    let (mut tokens, mut taken, mut whole) = (Vec::new(), Vec::new(), Whole::default());
    let mut candidates = Candidates::default();
    let end = within.end.min(text.len());
    let mut start = within.start;
    while start < end {
        let stop = memchr::memchr(b'\n', &text.as_bytes()[start..end]).map_or(end, |at| start + at);
        tokens.clear();
        rules.words.tokenize_on(text, Span::new(start, stop), &mut tokens, &mut whole);
        candidates.gather(text, &tokens, &rules.mention);
        taken.clear();
        taken.resize(tokens.len(), false);
        let mut line = number::Line { text, tokens: &tokens, taken: &mut taken, rules: &rules.mention };
        line.legal_references(&candidates.digits, &mut out.others);
        line.clocks(&candidates.digits, &mut out.others);
        line.periods(&candidates.periods, &mut out);
        line.numbers(&candidates.numbers, &mut out);
        line.places(&candidates.places, &mut out.places);
        start = stop + 1;
    }
    out.others.sort_by_key(|other| other.span);
    out
}
