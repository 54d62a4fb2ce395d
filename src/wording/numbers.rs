//! Numbers and times as Vietnamese reports print them: a comma before the fraction, points between
//! thousands. Pages use it in both languages, so that a value reads like the quote beside it.

use crate::model::Decimal;
use crate::model::finding::Bounds;
use crate::model::period::Period;
use crate::wording::lang::Lang;

/// Writes an exact decimal (`77228000000`, `46.47`) as printed: `77.228.000.000`, `46,47`. Text that is
/// no decimal stays as it is.
pub fn grouped(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("−", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
        return decimal.to_owned();
    }
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push(',');
        text.push_str(part);
    }
    text
}

/// Writes a value with its unit; money in the largest of tỷ, triệu and đồng that keeps it short,
/// never rounded.
pub fn with_unit(decimal: &str, unit: &str, unit_name: &str) -> String {
    match unit {
        "VND" => money(decimal),
        "percent" => format!("{}%", grouped(decimal)),
        _ => format!("{} {}", grouped(decimal), inside(unit_name)),
    }
}

/// Writes a name as it stands inside of a line: `Lao động` is `lao động`, `MW` and `kWh` stay.
fn inside(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

/// Writes an amount in đồng: `77228000000` is `77,228 tỷ đồng`.
pub fn money(decimal: &str) -> String {
    let plain = || format!("{} đồng", grouped(decimal));
    let Ok(value) = decimal.parse::<Decimal>() else { return plain() };
    let size = decimal.trim_start_matches('-').split('.').next().unwrap_or("").len();
    let (power, name) = match size {
        0..=6 => return plain(),
        7..=9 => (-6, "triệu đồng"),
        _ => (-9, "tỷ đồng"),
    };
    value.shift(power).map_or_else(plain, |value| format!("{} {name}", grouped(&trimmed(&value.to_string()))))
}

fn trimmed(decimal: &str) -> String {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        decimal.to_owned()
    }
}

/// Significant digits to which a computed bound with a fraction, and one without, is shortened.
const SHORT_DIGITS: i32 = 6;
const SHORT_WHOLE_DIGITS: i32 = 8;

/// Shortens a computed bound (`46.5119742064`, `35883757875`) for reading, outwards: a lower end
/// downwards, an upper end (`up`) upwards. What is short already stays as it is.
pub fn short(decimal: &str, up: bool) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    // The place of the last digit kept: 2 is the second after the mark, -3 the thousands.
    let count = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX);
    let leading = count(part) - count(part.trim_start_matches('0'));
    let last = match (whole, part) {
        ("0", _) => SHORT_DIGITS + leading,
        (_, "") => (SHORT_WHOLE_DIGITS - count(whole)).min(0),
        _ => (SHORT_DIGITS - count(whole)).max(0),
    };
    let shortened = || {
        let scaled = digits.parse::<Decimal>().ok()?.shift(last)?;
        if scaled.is_whole() {
            return None;
        }
        let cut = scaled.mantissa().div_euclid(10_i128.checked_pow(scaled.scale())?);
        // Away from zero, cutting digits off is inwards: one more in the last place is outwards.
        let cut = if up == sign.is_empty() { cut.checked_add(1)? } else { cut };
        Decimal::whole(cut).shift(-last)
    };
    shortened().map_or_else(|| decimal.to_owned(), |end| format!("{sign}{end}"))
}

/// Writes an interval with its unit: `từ … đến …`, or the one value where both ends are the same.
pub fn interval(lang: Lang, low: Option<&str>, high: Option<&str>, show: impl Fn(&str) -> String) -> String {
    match (low, high) {
        (Some(low), Some(high)) if low == high => show(low),
        (Some(low), Some(high)) => {
            format!("{} {} {} {}", lang.t("từ", "from"), show(low), lang.t("đến", "to"), show(high))
        }
        (Some(low), None) => format!("{} {}", lang.t("từ", "at least"), show(low)),
        (None, Some(high)) => format!("{} {}", lang.t("đến", "at most"), show(high)),
        (None, None) => lang.t("không giới hạn", "unbounded").to_owned(),
    }
}

/// Writes computed bounds in a unit (code and name), shortened outwards.
pub fn bounds(lang: Lang, bounds: &Bounds, unit: &str, unit_name: &str) -> String {
    let low = bounds.low.as_deref().map(|end| short(end, false));
    let high = bounds.high.as_deref().map(|end| short(end, true));
    interval(lang, low.as_deref(), high.as_deref(), |end| with_unit(end, unit, unit_name))
}

/// Writes a period of the record contract in words.
pub fn period(lang: Lang, code: &str) -> String {
    let shown = code.parse::<Period>().ok();
    let words = |period: Period| match lang {
        Lang::Vi => period.in_vietnamese(),
        Lang::En => period.in_english(),
    };
    shown.map_or_else(|| code.to_owned(), words)
}

/// Writes microseconds since 1970 in local time, as Vietnamese write it.
pub fn moment(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(
        |_| at.to_string(),
        |at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%d/%m/%Y %H:%M:%S").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_the_reports() {
        assert_eq!(grouped("77228000000"), "77.228.000.000");
        assert_eq!(grouped("-46.47"), "−46,47");
        assert_eq!(grouped("335"), "335");
        assert_eq!(money("77228000000"), "77,228 tỷ đồng");
        assert_eq!(money("7450000000"), "7,45 tỷ đồng");
        assert_eq!(money("500000"), "500.000 đồng");
        assert_eq!(money("61500000"), "61,5 triệu đồng");
        assert_eq!(with_unit("82.78", "percent", ""), "82,78%");
        assert_eq!(with_unit("335", "person", "Lao động"), "335 lao động");
        assert_eq!(with_unit("5", "MW", "MW"), "5 MW");
    }

    #[test]
    fn computed_ends_are_shortened_outwards() {
        for (decimal, low, high) in [
            ("46.5119742064", "46.5119", "46.512"),
            ("-8.51234567", "-8.51235", "-8.51234"),
            ("0.0369742064135", "0.0369742", "0.0369743"),
            ("46.47", "46.47", "46.47"),
            ("77289940828.4", "77289940828", "77289940829"),
            ("35883757875", "35883757000", "35883758000"),
            ("77228000000", "77228000000", "77228000000"),
        ] {
            assert_eq!(
                (short(decimal, false).as_str(), short(decimal, true).as_str()),
                (low, high),
                "{decimal}"
            );
        }
    }

    #[test]
    fn periods_are_words() {
        for (code, vi) in [
            ("2012", "năm 2012"),
            ("2017-S1", "6 tháng đầu năm 2017"),
            ("2024-Q1", "quý I/2024"),
            ("2023-05", "tháng 5/2023"),
            ("2012-01-01/P9M", "9 tháng đầu năm 2012"),
            ("2013/2020", "2013–2020"),
            ("2017-08-03", "3/8/2017"),
        ] {
            assert_eq!(period(Lang::Vi, code), vi);
        }
    }
}
