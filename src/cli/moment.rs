//! Points in time as people write and read them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// Reads `15m`, `2h`, `3 days` (ago), `2024-05-01`, `2024-05-01T08:00` (local time) or a full
/// timestamp with its offset.
///
/// # Errors
/// A sentence that says what can be written.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    let local = |at: DateTime| at.to_zoned(TimeZone::system()).ok().map(|zoned| zoned.timestamp());
    let ago = |span: Span| Zoned::now().checked_sub(span).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<Span>().ok().and_then(ago))
        .or_else(|| text.parse::<DateTime>().ok().and_then(local))
        .or_else(|| text.parse::<Date>().ok().and_then(|date| local(date.at(0, 0, 0, 0))))
        .ok_or_else(|| "write a time as 15m, 2h, 3d, 2024-05-01, or 2024-05-01T08:00:00Z".to_owned())
}

/// A point in the history of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// When this was the last event.
    Position(u64),
    /// When every event recorded up to then was there, and no later one.
    Time(Timestamp),
}

/// Reads a position of the event log, or a time as [`parse`] does.
///
/// # Errors
/// A sentence that says what can be written.
pub fn at(text: &str) -> Result<At, String> {
    match text.parse() {
        Ok(position) => Ok(At::Position(position)),
        Err(_) => parse(text).map(At::Time).map_err(|what| format!("{what}; or a position of the event log")),
    }
}

/// Shows a time in local time, to the second.
pub fn show(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Shows microseconds since 1970 in local time, to the second.
pub fn show_micros(at: i64) -> String {
    Timestamp::from_microsecond(at).map_or_else(|_| at.to_string(), show)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(parse("2024-05-01T08:00:00Z").unwrap().to_string(), "2024-05-01T08:00:00Z");
        for text in ["15m", "2h", "3d", "2024-05-01", "2024-05-01T08:00"] {
            assert!(parse(text).unwrap() < Timestamp::now(), "{text}");
        }
        assert_eq!(at("17"), Ok(At::Position(17)));
        assert!(matches!(at("2024-05-01T08:00:00Z"), Ok(At::Time(_))));
        assert!(at("some day").unwrap_err().contains("position"));
        assert!(parse("yesterday-ish").unwrap_err().contains("15m"));
    }
}
