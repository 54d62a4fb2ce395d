//! Periods in SDMX's terms, as the record contract prints them, and the days that they cover.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span as TimeSpan, ToSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A stretch of time. Years are from 1900 to 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A calendar year: `2012`.
    Year(i16),
    /// A half (1 or 2): `2017-S1`.
    Half(i16, i8),
    /// A quarter (1 to 4): `2024-Q1`.
    Quarter(i16, i8),
    /// A month (1 to 12): `2023-05`.
    Month(i16, i8),
    /// A day: `2017-08-03`.
    Day(Date),
    /// Some years, both ends included: `2013/2020`.
    Years(i16, i16),
    /// So many months from a day: `2012-01-01/P9M`.
    Months(Date, i16),
    /// So many days from a day: `2020-01-01/P45D`.
    Days(Date, i16),
}

/// A text that is no period of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a period: {0:?}; expected 2012, 2017-S1, 2024-Q1, 2023-05, 2017-08-03, 2013/2020, 2012-01-01/P9M or 2020-01-01/P45D"
)]
pub struct BadPeriod(String);

impl Period {
    /// Makes the period of `months` months from January of `year`, in its shortest form: six are
    /// a half, twelve a year, three the first quarter, one January.
    pub fn from_january(year: i16, months: i8) -> Option<Self> {
        match months {
            1 => Some(Self::Month(year, 1)),
            3 => Some(Self::Quarter(year, 1)),
            6 => Some(Self::Half(year, 1)),
            12 => Some(Self::Year(year)),
            2..=11 => Some(Self::Months(Date::new(year, 1, 1).ok()?, months.into())),
            _ => None,
        }
    }

    /// Returns it as Vietnamese texts name it: `9 tháng đầu năm 2012`.
    pub fn in_vietnamese(&self) -> String {
        match *self {
            Self::Year(year) => format!("năm {year}"),
            Self::Half(year, 1) => format!("6 tháng đầu năm {year}"),
            Self::Half(year, _) => format!("6 tháng cuối năm {year}"),
            Self::Quarter(year, quarter) => format!("quý {}/{year}", roman(quarter)),
            Self::Month(year, month) => format!("tháng {month}/{year}"),
            Self::Day(date) => day(date),
            Self::Years(first, last) => format!("{first}–{last}"),
            Self::Months(from, count) if from.day_of_year() == 1 => {
                format!("{count} tháng đầu năm {}", from.year())
            }
            Self::Months(from, count) => format!("{count} tháng từ {}", day(from)),
            Self::Days(from, count) => format!("{count} ngày từ {}", day(from)),
        }
    }

    /// Returns it in English: `first 9 months of 2012`.
    pub fn in_english(&self) -> String {
        match *self {
            Self::Year(year) => format!("year {year}"),
            Self::Half(year, half) => format!("half {half} of {year}"),
            Self::Quarter(year, quarter) => format!("quarter {}/{year}", roman(quarter)),
            Self::Month(year, month) => format!("month {month}/{year}"),
            Self::Day(date) => day(date),
            Self::Years(first, last) => format!("{first}–{last}"),
            Self::Months(from, count) if from.day_of_year() == 1 => {
                format!("first {count} months of {}", from.year())
            }
            Self::Months(from, count) => format!("{count} months from {}", day(from)),
            Self::Days(from, count) => format!("{count} days from {}", day(from)),
        }
    }

    /// Returns the first day.
    pub fn first_day(&self) -> Option<Date> {
        match *self {
            Self::Year(year) | Self::Years(year, _) => Date::new(year, 1, 1).ok(),
            Self::Half(year, half) => Date::new(year, (half - 1) * 6 + 1, 1).ok(),
            Self::Quarter(year, quarter) => Date::new(year, (quarter - 1) * 3 + 1, 1).ok(),
            Self::Month(year, month) => Date::new(year, month, 1).ok(),
            Self::Day(day) | Self::Months(day, _) | Self::Days(day, _) => Some(day),
        }
    }

    /// Returns the last day.
    pub fn last_day(&self) -> Option<Date> {
        let of_month = |year: i16, month: i8| Some(Date::new(year, month, 1).ok()?.last_of_month());
        let length: TimeSpan = match *self {
            Self::Year(year) => return of_month(year, 12),
            Self::Half(year, half) => return of_month(year, half * 6),
            Self::Quarter(year, quarter) => return of_month(year, quarter * 3),
            Self::Month(year, month) => return of_month(year, month),
            Self::Day(day) => return Some(day),
            Self::Years(_, last) => return Date::new(last, 12, 31).ok(),
            // From the first of a month on, which is almost all of them, no calendar is asked.
            Self::Months(day, months) if day.day() == 1 => {
                let last = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + i32::from(months) - 1;
                let month = i8::try_from(last.rem_euclid(12)).ok()? + 1;
                return of_month(i16::try_from(last.div_euclid(12)).ok()?, month);
            }
            Self::Months(_, months) => i64::from(months).months(),
            Self::Days(_, days) => i64::from(days).days(),
        };
        self.first_day()?.checked_add(length).ok()?.yesterday().ok()
    }

    /// Returns the year of the first day.
    pub fn year(&self) -> i16 {
        match *self {
            Self::Year(year)
            | Self::Half(year, _)
            | Self::Quarter(year, _)
            | Self::Month(year, _)
            | Self::Years(year, _) => year,
            Self::Day(day) | Self::Months(day, _) | Self::Days(day, _) => day.year(),
        }
    }

    /// Returns the same stretch of another year (`cùng kỳ`): moved by `years`.
    pub fn shifted(&self, years: i16) -> Option<Self> {
        let year = |value: i16| value.checked_add(years).filter(|y| (1900..2200).contains(y));
        let date = |day: Date| day.checked_add(i64::from(years).years()).ok();
        Some(match *self {
            Self::Year(y) => Self::Year(year(y)?),
            Self::Half(y, half) => Self::Half(year(y)?, half),
            Self::Quarter(y, quarter) => Self::Quarter(year(y)?, quarter),
            Self::Month(y, month) => Self::Month(year(y)?, month),
            Self::Years(a, b) => Self::Years(year(a)?, year(b)?),
            Self::Day(day) => Self::Day(date(day)?),
            Self::Months(day, months) => Self::Months(date(day)?, months),
            Self::Days(day, days) => Self::Days(date(day)?, days),
        })
    }
}

fn day(date: Date) -> String {
    format!("{}/{}/{}", date.day(), date.month(), date.year())
}

fn roman(quarter: i8) -> &'static str {
    let index = usize::try_from(quarter).unwrap_or(0);
    ["", "I", "II", "III", "IV"].get(index).copied().unwrap_or("")
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Year(year) => write!(out, "{year:04}"),
            Self::Half(year, half) => write!(out, "{year:04}-S{half}"),
            Self::Quarter(year, quarter) => write!(out, "{year:04}-Q{quarter}"),
            Self::Month(year, month) => write!(out, "{year:04}-{month:02}"),
            Self::Day(day) => write!(out, "{day}"),
            Self::Years(from, to) => write!(out, "{from:04}/{to:04}"),
            Self::Months(day, months) => write!(out, "{day}/P{months}M"),
            Self::Days(day, days) => write!(out, "{day}/P{days}D"),
        }
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        parse(text).ok_or_else(|| BadPeriod(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<Period> {
    let year = |part: &str| -> Option<i16> {
        let ok = part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
        ok.then(|| part.parse().ok()).flatten().filter(|y| (1900..2200).contains(y))
    };
    let small = |part: &str, low: i8, high: i8| -> Option<i8> {
        let ok = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        ok.then(|| part.parse().ok()).flatten().filter(|n| (low..=high).contains(n))
    };
    if let Some((left, right)) = text.split_once('/') {
        if let Some(length) = right.strip_prefix('P') {
            let day: Date = left.parse().ok()?;
            let count = |digits: &str| digits.parse::<i16>().ok().filter(|n| (1..=1200).contains(n));
            return match length.as_bytes().last()? {
                b'M' => Some(Period::Months(day, count(length.strip_suffix('M')?)?)),
                b'D' => Some(Period::Days(day, count(length.strip_suffix('D')?)?)),
                _ => None,
            };
        }
        let (from, to) = (year(left)?, year(right)?);
        return (from <= to).then_some(Period::Years(from, to));
    }
    let Some((left, right)) = text.split_once('-') else {
        return year(text).map(Period::Year);
    };
    let y = year(left)?;
    if let Some(half) = right.strip_prefix('S') {
        return Some(Period::Half(y, small(half, 1, 2)?));
    }
    if let Some(quarter) = right.strip_prefix('Q') {
        return Some(Period::Quarter(y, small(quarter, 1, 4)?));
    }
    if right.contains('-') {
        return text.parse().ok().map(Period::Day);
    }
    (right.len() == 2).then(|| small(right, 1, 12)).flatten().map(|month| Period::Month(y, month))
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_contract_survives_printing() {
        for text in [
            "2012",
            "2017-S1",
            "2024-Q1",
            "2023-05",
            "2017-08-03",
            "2013/2020",
            "2012-01-01/P9M",
            "2020-01-01/P45D",
        ] {
            assert_eq!(text.parse::<Period>().map(|p| p.to_string()).as_deref(), Ok(text));
        }
        for text in ["12", "2012-13", "2017-S3", "2020/2013", "x", "2012-01-01/P", ""] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_covers_its_days() {
        let days = |text: &str| {
            let period: Period = text.parse().unwrap();
            format!("{} {}", period.first_day().unwrap(), period.last_day().unwrap())
        };
        assert_eq!(days("2012-01-01/P9M"), "2012-01-01 2012-09-30");
        assert_eq!(days("2012-11-01/P4M"), "2012-11-01 2013-02-28");
        assert_eq!(days("2012-12-01/P1M"), "2012-12-01 2012-12-31");
        assert_eq!(days("2012-01-15/P2M"), "2012-01-15 2012-03-14");
        assert_eq!(days("2024-Q1"), "2024-01-01 2024-03-31");
        assert_eq!(days("2017-S2"), "2017-07-01 2017-12-31");
        assert_eq!(days("2013/2020"), "2013-01-01 2020-12-31");
    }
}
