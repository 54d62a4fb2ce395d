//! Periods and dates: what is printed, and what it comes to in its context.
//!
//! An expression is a part of a year (`6 tháng đầu năm`, `quý III`, `15/5`) and the way its year is
//! told: printed, counted from the year spoken of (`năm trước`), or left open.

use jiff::civil::Date;

use crate::model::Span;
use crate::model::mention::MentionClass;
use crate::model::period::Period;

/// A date, a period or a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodMention {
    /// From its first word to its last: `9 tháng đầu năm 2012`, `cùng kỳ năm trước`, `6/10`.
    pub span: Span,
    /// `Date`, `Period` or `Duration` (durations name no period and resolve to none).
    pub class: MentionClass,
    /// What it says.
    pub expression: TimeExpression,
    /// How it stands to the figure: the time itself, or an end of it.
    pub role: TimeRole,
    /// The rule that read it: `period.months_from_start`.
    pub rule: String,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl TimeExpression {
    /// Resolves the expression in its context; `None` where the text leaves it open.
    pub fn resolve(&self, context: &TimeContext) -> Option<Period> {
        let _ = context;
        None
    }
}
