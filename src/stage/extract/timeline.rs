//! Mentions as they are exported: every numeral with its class and value, the years that periods leave
//! out read from the text around them.
//!
//! Figures have a context of their own, sentence by sentence; a mention stands by itself. One walk from
//! the text's end and one from its beginning, whatever its length.

use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString, format_compact};
use jiff::civil::Date;

use super::context::is_base;
use super::mention::period::{Part, TimeContext, Year};
use super::mention::{Mentions, PeriodMention, Role};
use crate::model::mention::{Mention, MentionClass};
use crate::model::period::Period;
use crate::model::text::{CleanText, WayBack};

/// Every numeral and period, in order, in source offsets. `date` is the document's printed one.
pub(super) fn mentions(clean: &CleanText, lower: &str, date: Option<Date>, found: &Mentions) -> Vec<Mention> {
    let numbers = found.numbers.iter().enumerate().filter(|(_, number)| number.role != Role::PairWhole);
    let numbers = numbers.map(|(at, number)| {
        // `15/28 tỉnh` is printed as one numeral.
        let whole = found.numbers.get(at + 1).filter(|_| number.role == Role::PairPart);
        let value = match whole {
            Some(whole) => format_compact!("{}/{}", number.value, whole.value),
            None => number.value.to_compact_string(),
        };
        (number.span, number.class, value)
    });
    let values = values(lower, date, &found.periods);
    let periods = found.periods.iter().zip(values).filter_map(|(period, value)| {
        // `hiện nay` names no time where no date is printed.
        let nothing = value.is_none() && matches!(period.expression.part, Part::Now);
        let value = value.unwrap_or_else(|| CompactString::new(period.span.of(&clean.text)));
        (!nothing).then_some((period.span, period.class, value))
    });
    let others = found.others.iter().map(|other| (other.span, other.class, other.value.clone()));
    let way = WayBack::new(&clean.map);
    let mut all = Vec::with_capacity(found.numbers.len() + found.periods.len() + found.others.len());
    let mention =
        |(span, class, value): (_, MentionClass, _)| Mention { span: way.to_source(span), class, value };
    all.extend(numbers.chain(periods).chain(others).map(mention));
    all.sort_by_key(|mention| (mention.span, mention.class));
    all
}

/// What is spoken of where the walk stands.
#[derive(Debug, Default)]
struct Spoken {
    date: Option<Date>,
    /// The year stated last.
    year: Option<i16>,
    /// The part of a year that was stated last and compared with nothing.
    period: Option<Period>,
    /// The last year that each part was stated with.
    years: BTreeMap<Part, i16>,
    /// The months told of a year so far: `9 tháng đầu năm 2012`.
    told: BTreeMap<i16, i8>,
}

/// The value of each period: a day, `first/last` days, `first/..`, a length; `None` where it stays open.
fn values(lower: &str, date: Option<Date>, periods: &[PeriodMention]) -> Vec<Option<CompactString>> {
    let bases: Vec<bool> = periods.iter().map(|period| is_base(lower, period)).collect();
    let later = later_years(periods, &bases);
    let mut spoken = Spoken { date, ..Spoken::default() };
    let mut values = Vec::with_capacity(periods.len());
    for ((period, base), later) in periods.iter().zip(bases).zip(later) {
        values.push(spoken.value(period, base, later));
    }
    values
}

/// For each period without a year: the year that the same part of a year is printed with next, else that
/// of the next part of a year (a whole year may be the one before or the one to come).
fn later_years(periods: &[PeriodMention], bases: &[bool]) -> Vec<(Option<i16>, Option<i16>)> {
    let mut years: BTreeMap<Part, i16> = BTreeMap::new();
    let mut any = None;
    let mut later: Vec<(Option<i16>, Option<i16>)> = Vec::with_capacity(periods.len());
    for (period, base) in periods.iter().zip(bases).rev() {
        later.push((years.get(&period.expression.part).copied(), any));
        if let (Year::Stated(year), false) = (period.expression.year, *base) {
            years.insert(period.expression.part, year);
            if !matches!(period.expression.part, Part::Whole | Part::Years(..)) {
                any = Some(year);
            }
        }
    }
    later.reverse();
    later
}

impl Spoken {
    fn value(
        &mut self,
        mention: &PeriodMention,
        base: bool,
        later: (Option<i16>, Option<i16>),
    ) -> Option<CompactString> {
        let expression = mention.expression;
        if let Part::Duration = expression.part {
            return mention.length.clone();
        }
        let dated = self.date.map(|date| date.year());
        let same = self.years.get(&expression.part).copied().or(later.0);
        let year = match (expression.year, expression.part) {
            (Year::Stated(year), _) => Some(year),
            // Of the year that the report was written in, or the one that the same part is printed with.
            (Year::Open, Part::FirstMonths(_) | Part::Half(_) | Part::SomeFirstMonths) => {
                dated.or(same).or(self.year).or(later.1)
            }
            _ => self.year.or(dated).or(same).or(later.1),
        };
        let value = match expression.part {
            Part::SomeFirstMonths => return Some(format_compact!("{}-01-01/..", year?)),
            Part::OpenYears => return Some(format_compact!("{}-01-01/..", year? + 1)),
            Part::RestOfYear => {
                let year = year?;
                let told = self.told.get(&year).copied().unwrap_or(6);
                return Some(format_compact!("{year}-{:02}-01/{year}-12-31", told % 12 + 1));
            }
            _ => expression.resolve(&TimeContext { document_date: self.date, year, period: self.period })?,
        };
        if let Year::Stated(year) = expression.year
            && !base
        {
            self.year = Some(year);
            self.years.insert(expression.part, year);
        }
        if !base && expression.part != Part::Now {
            self.period = Some(value);
            let months = match value {
                Period::Half(_, 1) => Some(6),
                Period::Quarter(_, quarter) => Some(quarter * 3),
                Period::Months(first, months) if first.month() == 1 => i8::try_from(months).ok(),
                _ => None,
            };
            self.told.extend(months.map(|months| (value.year(), months)));
        }
        Some(days(value))
    }
}

fn days(period: Period) -> CompactString {
    let mut printed = CompactString::const_new("");
    match (period, period.first_day(), period.last_day()) {
        (Period::Day(day), ..) => push_day(&mut printed, day),
        (_, Some(first), Some(last)) => {
            push_day(&mut printed, first);
            printed.push('/');
            push_day(&mut printed, last);
        }
        _ => printed = period.to_compact_string(),
    }
    printed
}

/// Prints a day as [`Date`] itself does, without the choices that it looks at first.
fn push_day(printed: &mut CompactString, day: Date) {
    let Ok(year) = u32::try_from(day.year()) else {
        printed.push_str(&day.to_compact_string());
        return;
    };
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let [y, m, d] = [year, day.month().unsigned_abs().into(), day.day().unsigned_abs().into()];
    let [thousands, hundreds, tens, ones] = [1000, 100, 10, 1].map(|unit| digit(y / unit));
    let bytes =
        [thousands, hundreds, tens, ones, b'-', digit(m / 10), digit(m), b'-', digit(d / 10), digit(d)];
    printed.push_str(std::str::from_utf8(&bytes).unwrap_or_default());
}
