//! Periods and dates: what is printed, and what it comes to in its context.
//!
//! An expression is a part of a year (`6 tháng đầu năm`, `quý III`, `15/5`) and the way its year is
//! told: printed, counted from the year spoken of (`năm trước`), or left open.

use compact_str::{CompactString, ToCompactString, format_compact};
use jiff::civil::Date;

use super::number::Line;
use super::{Mentions, OtherMention};
use crate::model::Span;
use crate::model::mention::MentionClass;
use crate::model::period::Period;
use crate::stage::rules::mention::{PartKind, PeriodRule};
use crate::stage::rules::phrase::{Found, Slot};
use crate::stage::rules::{TokenKind, Word};

/// A date, a period or a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodMention {
    /// From its first word to its last: `9 tháng đầu năm 2012`, `cùng kỳ năm trước`, `6/10`.
    pub span: Span,
    /// `Date`, `Period` or `Duration` (durations name no period and resolve to none).
    pub class: MentionClass,
    /// What it says.
    pub expression: TimeExpression,
    /// The length of a duration: `P5Y`.
    pub length: Option<CompactString>,
    /// How it stands to the figure: the time itself, or an end of it.
    pub role: TimeRole,
    /// The rule that read it: `period.months_from_start`.
    pub rule: CompactString,
}

/// How a time stands to what is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeRole {
    /// In that time.
    Plain,
    /// Up to its end, from the year's start for what accumulates: `đến hết tháng 8`, `tính đến 30/9`.
    Until,
    /// From its start on: `từ năm 2012`.
    Since,
}

/// A part of a year and how its year is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeExpression {
    /// Which part.
    pub part: Part,
    /// Of which year.
    pub year: Year,
}

/// A part of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Whole,
    /// A half: 1 or 2.
    Half(i8),
    /// A quarter: 1 to 4.
    Quarter(i8),
    /// A month: 1 to 12.
    Month(i8),
    /// A day of a month.
    Day {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
    /// The first so many months.
    FirstMonths(i8),
    /// The last so many months.
    LastMonths(i8),
    /// From one month to another, both included.
    MonthRange(i8, i8),
    /// The first or the second half of a month.
    HalfMonth {
        /// 1 to 12.
        month: i8,
        /// 1 or 2.
        half: i8,
    },
    /// From one day of a month to another, both included: `5 - 10/12`.
    DayRange {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        first: i8,
        /// 1 to 31.
        last: i8,
    },
    /// `những tháng đầu năm`: no number.
    SomeFirstMonths,
    /// `những tháng cuối năm`: what is left of it.
    RestOfYear,
    /// `cùng kỳ`: the part of the year that is spoken of, in the year before or the one printed.
    Same,
    /// `tháng trước`, `tháng này`: so many months from the one spoken of.
    RelativeMonth(i8),
    /// `quý trước`, `quý này`: so many quarters from the one spoken of.
    RelativeQuarter(i8),
    /// `5 năm qua`, `3 năm gần đây`: so many years up to the one spoken of.
    PastYears(i8),
    /// `đến nay`, `hiện nay`: the day that is spoken of.
    Now,
    /// Years from one to another, both printed: `giai đoạn 2016-2020`.
    Years(i16, i16),
    /// `những năm tiếp theo`: the years after the one spoken of, without an end.
    OpenYears,
    /// A duration: `5 năm`; names no period.
    Duration,
}

/// How the year of an expression is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Year {
    /// Printed.
    Stated(i16),
    /// So many years from the one spoken of: `năm nay` 0, `năm trước` -1.
    Relative(i8),
    /// Left open.
    Open,
}

/// What is known around an expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeContext {
    /// The document's printed date.
    pub document_date: Option<Date>,
    /// The year spoken of: the nearest one stated before.
    pub year: Option<i16>,
    /// The period of the figure that is compared (`cùng kỳ` shifts it).
    pub period: Option<Period>,
}

impl PeriodMention {
    /// Returns the months of a duration that is told in months.
    pub fn months(&self) -> Option<i8> {
        self.length.as_ref()?.strip_prefix('P')?.strip_suffix('M')?.parse().ok()
    }
}

impl TimeExpression {
    /// Resolves the expression in its context; `None` where the text leaves it open.
    pub fn resolve(&self, context: &TimeContext) -> Option<Period> {
        let spoken = context
            .year
            .or_else(|| context.period.map(|period| period.year()))
            .or_else(|| context.document_date.map(|date| date.year()));
        let year = match self.year {
            Year::Stated(year) => Some(year),
            // What is told from today's point of view counts from the document's date.
            Year::Relative(0) => context.document_date.map(|date| date.year()).or(spoken),
            Year::Relative(years) => spoken.map(|year| year + i16::from(years)),
            Year::Open => spoken,
        };
        let document_month = || context.document_date.map(|date| (date.year(), date.month()));
        match self.part {
            Part::Whole => year.map(Period::Year),
            Part::Half(half) => year.map(|year| Period::Half(year, half)),
            Part::Quarter(quarter) => year.map(|year| Period::Quarter(year, quarter)),
            Part::Month(month) => year.map(|year| Period::Month(year, month)),
            Part::Day { month, day } => Date::new(year?, month, day).ok().map(Period::Day),
            Part::FirstMonths(months) => Period::from_january(year?, months),
            Part::LastMonths(6) => year.map(|year| Period::Half(year, 2)),
            Part::LastMonths(3) => year.map(|year| Period::Quarter(year, 4)),
            Part::LastMonths(months) => {
                Some(Period::Months(Date::new(year?, 13 - months, 1).ok()?, months.into()))
            }
            Part::MonthRange(first, last) if first == last => year.map(|year| Period::Month(year, first)),
            Part::MonthRange(1, last) => Period::from_january(year?, last),
            Part::MonthRange(first, last) => {
                let months = last.checked_sub(first)?.checked_add(1).filter(|months| *months > 0)?;
                Some(Period::Months(Date::new(year?, first, 1).ok()?, months.into()))
            }
            Part::HalfMonth { month, half: 1 } => Some(Period::Days(Date::new(year?, month, 1).ok()?, 15)),
            Part::HalfMonth { month, .. } => {
                let start = Date::new(year?, month, 16).ok()?;
                Some(Period::Days(start, i16::from(start.days_in_month()) - 15))
            }
            Part::DayRange { month, first, last } => {
                let start = Date::new(year?, month, first).ok()?;
                let days = last.checked_sub(first)?.checked_add(1).filter(|days| *days > 0)?;
                (last <= start.days_in_month()).then_some(Period::Days(start, days.into()))
            }
            Part::Same => match (context.period?, self.year) {
                (period, Year::Stated(year)) => period.shifted(year - period.year()),
                (period, Year::Relative(years)) => period.shifted(years.into()),
                (period, Year::Open) => period.shifted(-1),
            },
            Part::RelativeMonth(months) => {
                let (year, month) = match context.period {
                    Some(Period::Month(year, month)) => (year, month),
                    _ => document_month()?,
                };
                let index = i32::from(year) * 12 + i32::from(month) - 1 + i32::from(months);
                let month = i8::try_from(index.rem_euclid(12)).ok()? + 1;
                Some(Period::Month(i16::try_from(index.div_euclid(12)).ok()?, month))
            }
            Part::RelativeQuarter(quarters) => {
                let (year, quarter) = match context.period {
                    Some(Period::Quarter(year, quarter)) => (year, quarter),
                    _ => document_month().map(|(year, month)| (year, (month - 1) / 3 + 1))?,
                };
                let index = i32::from(year) * 4 + i32::from(quarter) - 1 + i32::from(quarters);
                let quarter = i8::try_from(index.rem_euclid(4)).ok()? + 1;
                Some(Period::Quarter(i16::try_from(index.div_euclid(4)).ok()?, quarter))
            }
            Part::PastYears(years) => spoken.map(|last| Period::Years(last - i16::from(years) + 1, last)),
            Part::Now => context.document_date.map(Period::Day),
            Part::Years(first, last) => (first < last).then_some(Period::Years(first, last)),
            Part::SomeFirstMonths | Part::RestOfYear | Part::OpenYears | Part::Duration => None,
        }
    }

    /// Makes what a rule's pattern says with the numbers found in its slots.
    fn of(rule: &PeriodRule, values: &[(Slot, i32)]) -> Option<Self> {
        let years: Vec<i16> = values
            .iter()
            .filter(|(slot, _)| *slot == Slot::Year)
            .filter_map(|(_, year)| i16::try_from(*year).ok())
            .collect();
        // `2 ngày 24 và 25/9`: how many they are is no day.
        let told = |slot: Slot| slot != Slot::Year && (slot != Slot::N || rule.part != PartKind::DayRange);
        let mut numbers = values
            .iter()
            .filter(|(slot, _)| told(*slot))
            .filter_map(|(_, number)| i8::try_from(*number).ok());
        let mut number = || numbers.next().or(rule.value);
        let within = |value: i8, most: i8| (1..=most).contains(&value).then_some(value);
        let part = match rule.part {
            PartKind::Whole => Part::Whole,
            PartKind::Half => Part::Half(within(rule.value?, 2)?),
            PartKind::Quarter => Part::Quarter(within(number()?, 4)?),
            PartKind::Month => Part::Month(within(number()?, 12)?),
            PartKind::Day => {
                let day = number()?;
                Part::Day { day: within(day, 31)?, month: within(number()?, 12)? }
            }
            PartKind::FirstMonths => Part::FirstMonths(within(number()?, 12)?),
            PartKind::LastMonths => Part::LastMonths(within(number()?, 12)?),
            PartKind::MonthRange => {
                let first = within(number()?, 12)?;
                Part::MonthRange(first, within(number()?, 12)?)
            }
            PartKind::HalfMonth => Part::HalfMonth { month: within(number()?, 12)?, half: rule.value? },
            PartKind::DayRange => {
                let first = within(number()?, 31)?;
                let last = within(number()?, 31)?;
                Part::DayRange { first, last, month: within(number()?, 12)? }
            }
            PartKind::SomeFirstMonths => Part::SomeFirstMonths,
            PartKind::RestOfYear => Part::RestOfYear,
            PartKind::Same => Part::Same,
            PartKind::RelativeMonth => Part::RelativeMonth(rule.value?),
            PartKind::RelativeQuarter => Part::RelativeQuarter(rule.value?),
            PartKind::PastYears => Part::PastYears(within(number()?, 99)?),
            PartKind::Now => Part::Now,
            PartKind::Years => Part::Years(*years.first()?, *years.get(1)?),
            PartKind::OpenYears => Part::OpenYears,
            PartKind::Duration => Part::Duration,
        };
        let year = match (years.first(), rule.year) {
            (Some(year), _) => Year::Stated(*year),
            (None, Some(years)) => Year::Relative(years),
            (None, None) => Year::Open,
        };
        Some(Self { part, year })
    }
}

/// The length of so many `unit`, as ISO 8601 has it; `None` for a word of another kind.
pub(super) fn length(count: &str, unit: &str) -> Option<CompactString> {
    let (time, designator) = match unit.to_lowercase().as_str() {
        "năm" => ("", "Y"),
        "thập kỷ" | "kỷ" => ("", "0Y"),
        "quý" => return count.parse::<u32>().ok().map(|quarters| format_compact!("P{}M", quarters * 3)),
        "tháng" => ("", "M"),
        "tuần" => ("", "W"),
        "ngày" => ("", "D"),
        "giờ" | "tiếng" => ("T", "H"),
        "phút" => ("T", "M"),
        "giây" => ("T", "S"),
        _ => return None,
    };
    Some(format_compact!("P{time}{count}{designator}"))
}

/// A date or year of birth: what it says is no time of any figure.
fn birth(mention: &PeriodMention) -> OtherMention {
    let value = mention.expression.resolve(&TimeContext::default());
    OtherMention {
        span: mention.span,
        class: MentionClass::Other,
        value: value.map(|value| value.to_compact_string()).unwrap_or_default(),
        rule: CompactString::const_new("number.birth"),
    }
}

impl Line<'_> {
    /// Finds the line's dates, periods and durations, which begin at some of the tokens `candidates`, and takes
    /// their tokens.
    pub(crate) fn periods(&mut self, candidates: &[usize], out: &mut Mentions) {
        let number = |word: Word| self.rules.digits.get(word);
        let mut found = Vec::new();
        let mut next = 0;
        for at in candidates.iter().copied() {
            let token = &self.tokens[at];
            let long = token.kind == TokenKind::Digits && (token.span.len() > 4 || self.inside_number(at));
            if at < next || self.taken[at] || long {
                continue;
            }
            let window = &self.tokens[at..self.tokens.len().min(at + 16)];
            let hit = self.rules.period_words.longest(self.text, window, &number);
            if let Some((used, mention)) =
                hit.and_then(|hit| self.period(at, &hit).map(|mention| (hit.tokens, mention)))
            {
                next = at + used;
                found.push((at, next));
                if self.ending_at(&self.rules.birth_before, at, 2).is_some() {
                    out.others.push(birth(&mention));
                } else {
                    out.periods.push(mention);
                }
            }
        }
        for (from, to) in found {
            self.taken[from..to].fill(true);
        }
    }

    /// Tells whether the digits go on from or into a decimal number: `1,5 năm`.
    fn inside_number(&self, at: usize) -> bool {
        at > 1
            && self.tokens[at - 2].kind == TokenKind::Digits
            && self.tokens[at - 2].span.end == self.tokens[at - 1].span.start
            && self.tokens[at - 1].span.end == self.tokens[at].span.start
            && matches!(self.tokens[at - 1].span.of(self.text), "." | ",")
    }

    fn period(&self, at: usize, hit: &Found) -> Option<PeriodMention> {
        let rule = &self.rules.periods[hit.rule as usize];
        let next = at + hit.tokens;
        let digits_only = self.tokens[at..next].iter().all(|token| token.kind != TokenKind::Letters);
        if digits_only && !self.stands_as_date(at, next, rule) {
            return None;
        }
        let expression = TimeExpression::of(rule, &hit.values)?;
        let class = match rule.part {
            PartKind::Day => MentionClass::Date,
            PartKind::Duration => MentionClass::Duration,
            _ => MentionClass::Period,
        };
        let fixed = &self.rules.fixed;
        // `lần thứ 9 năm 2023`: a rank, and a year after it.
        let counted = self.tokens[at].kind != TokenKind::Letters
            || self.rules.digits.get(self.tokens[at].word).is_some();
        if counted
            && self.ending_at(&self.rules.ordinal_before, at, 3).is_some_and(|(from, _)| {
                self.tokens[from..at]
                    .iter()
                    .any(|token| token.word == self.rules.fixed.thu.unwrap_or(Word::UNKNOWN))
            })
        {
            return None;
        }
        let before = |back: usize| at.checked_sub(back).map(|at| self.tokens[at].word);
        let one_of = |word: Option<Word>, list: &[Option<Word>]| word.is_some() && list.contains(&word);
        let leads = |place: Option<Word>| one_of(place, &[fixed.den, fixed.toi, fixed.het]);
        let first = Some(self.tokens[at].word);
        let led = usize::from(before(1).is_some_and(|word| Some(word) == fixed.ngay)) + 1;
        let role = if leads(before(led)) || leads(first) {
            TimeRole::Until
        } else if one_of(before(1), &[fixed.tu, fixed.ke]) || one_of(first, &[fixed.tu]) {
            TimeRole::Since
        } else {
            TimeRole::Plain
        };
        // A date begins at its first digit; the words before it say how it stands to the figure.
        let start = match rule.part {
            PartKind::Day => (at..next).find(|at| self.tokens[*at].kind == TokenKind::Digits).unwrap_or(at),
            _ => at,
        };
        let span = Span::new(self.tokens[start].span.start, self.tokens[next - 1].span.end);
        let length = match (rule.part, hit.values.first()) {
            (PartKind::Duration, Some((_, count))) => {
                length(&count.to_compact_string(), self.words(next - 1))
            }
            _ => None,
        };
        Some(PeriodMention {
            span,
            class,
            expression,
            length,
            role,
            rule: CompactString::const_new("period.") + rule.id.as_str(),
        })
    }

    /// Tells whether digits without a word of time are one: a bare year or `6/10` may as well count.
    fn stands_as_date(&self, at: usize, next: usize, rule: &PeriodRule) -> bool {
        let tokens = next - at;
        let counts = self.longest(&self.rules.unit_words, next).is_some()
            || self.longest(&self.rules.noun_words, next).is_some()
            || self.longest(&self.rules.scale_words, next).is_some();
        let glued_on = self.tokens.get(next).is_some_and(|token| {
            token.span.start == self.tokens[next - 1].span.end
                && matches!(token.span.of(self.text), "." | ",")
                && self.tokens.get(next + 1).is_some_and(|after| {
                    after.kind == TokenKind::Digits && after.span.start == token.span.end
                })
        });
        if counts || glued_on {
            return false;
        }
        let before = at.checked_sub(1).map_or("", |before| self.tokens[before].span.of(self.text));
        // `ISO 9001:2015` is a standard.
        if before == ":" && self.glued(at - 1) && at > 1 && self.glued(at - 2) {
            return false;
        }
        match (rule.part, tokens) {
            (PartKind::Day, 3) => matches!(before, "(" | ""),
            // Bare, in the years that reports speak of; known counted nouns were asked above.
            (PartKind::Whole, 1) => {
                // `CNC-2000` is a machine.
                !self.is_named(at) && ("1990".."2040").contains(&self.tokens[at].span.of(self.text))
            }
            _ => true,
        }
    }
}
