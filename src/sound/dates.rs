//! When a recording was made, as its container says it.
//!
//! In: what containers keep: seconds or nanoseconds since an epoch, or a date as text. Out: one form
//! of text, or nothing where it is no date to the day, or the zero of a clock that was never set.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use crate::session::Ms;

/// Seconds from 1904-01-01, MP4's epoch (ISO/IEC 14496-12, 8.2.2), to 1970-01-01.
const FROM_1904_S: i64 = 2_082_844_800;
/// Seconds from 1970-01-01 to 2001-01-01, Matroska's epoch (RFC 9559, 5.1.2.8).
const TO_2001_S: i64 = 978_307_200;
/// The first year a date is believed of: before it are the zeros of clocks that were never set.
const FIRST_YEAR: i16 = 1990;

/// Seconds since 1904, UTC.
pub(super) fn since_1904(seconds: u64) -> Option<String> {
    utc(i64::try_from(seconds).ok()?.checked_sub(FROM_1904_S)?)
}

/// Nanoseconds since 2001, UTC.
pub(super) fn since_2001(nanoseconds: i64) -> Option<String> {
    utc(nanoseconds.div_euclid(1_000_000_000).checked_add(TO_2001_S)?)
}

/// The same to the millisecond since 1970; `None` where no more than the second was written down.
pub(super) fn exactly_since_2001(nanoseconds: i64) -> Option<Ms> {
    since_2001(nanoseconds)?;
    let exact = nanoseconds.rem_euclid(1_000_000_000) != 0;
    let since_1970 = nanoseconds.div_euclid(1_000_000).checked_add(TO_2001_S * 1000)?;
    u64::try_from(since_1970).ok().filter(|_| exact).map(Ms)
}

/// Milliseconds from 1970 to so many samples after the midnight of a day (EBU Tech 3285, `TimeReference`),
/// as the recorder's clock counts them. `None` without a day, and of 0, which is written where the
/// time is not known.
pub(super) fn since_midnight(day: &str, samples: u64, rate: u32) -> Option<Ms> {
    const DAY_MS: u64 = 86_400_000;
    let day = text(day)?.get(..10)?.parse::<Date>().ok()?;
    let days = day.since(Date::new(1970, 1, 1).ok()?).ok()?.get_days();
    let since = samples.checked_mul(1000)?.checked_div(rate.into())?;
    let known = samples > 0 && since < DAY_MS;
    u64::try_from(days).ok().filter(|_| known).map(|days| Ms(days * DAY_MS + since))
}

fn utc(seconds: i64) -> Option<String> {
    let time = Timestamp::from_second(seconds).ok()?;
    let year = time.strftime("%Y").to_string().parse::<i16>().ok()?;
    (year >= FIRST_YEAR).then(|| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A tag's text: a full date, perhaps with a time, perhaps with an offset from UTC.
pub(super) fn text(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return utc(time.as_second());
    }
    // QuickTime writes the offset without a colon.
    if let Ok(time) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text) {
        return utc(time.as_second());
    }
    let digits = |range: std::ops::Range<usize>| -> Option<i16> {
        let piece = text.get(range)?;
        piece.bytes().all(|byte| byte.is_ascii_digit()).then(|| piece.parse().ok())?
    };
    let two = |range| digits(range).and_then(|number| i8::try_from(number).ok());
    let apart = |at: usize| text.as_bytes().get(at).is_some_and(|byte| !byte.is_ascii_digit());
    if !(apart(4) && apart(7)) || text.as_bytes().get(10).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let date = Date::new(digits(0..4)?, two(5..7)?, two(8..10)?).ok()?;
    if date.year() < FIRST_YEAR {
        return None;
    }
    let time = two(11..13).zip(two(14..16)).filter(|_| apart(13));
    let seconds = two(17..19).filter(|_| apart(16)).unwrap_or(0);
    let time = time.and_then(|(hour, minute)| Time::new(hour, minute, seconds, 0).ok());
    Some(match time {
        Some(time) => DateTime::from_parts(date, time).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        None => date.strftime("%Y-%m-%d").to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_counted_from() {
        assert_eq!(since_1904(3_793_000_000).as_deref(), Some("2024-03-11T11:06:40Z"));
        assert_eq!(since_2001(-1), Some("2000-12-31T23:59:59Z".to_owned()));
        for zero in [0, 2_082_844_800, u64::MAX] {
            assert_eq!(since_1904(zero), None);
        }
        assert_eq!(since_2001(i64::MIN), None);
    }

    #[test]
    fn a_start_is_told_exactly_or_not_at_all() {
        assert_eq!(
            since_midnight("2024-03-12", 48_000 * 36_000 + 24, 48_000),
            Some(Ms(1_710_237_600_000))
        );
        assert_eq!(since_midnight("2024-03-12", 48_048, 48_000), Some(Ms(1_710_201_601_001)));
        for (day, samples) in [
            ("2024-03-12", 0),
            ("", 48_000),
            ("2024-03-12", u64::MAX),
            ("2024-03-12", 48_000 * 86_400),
        ] {
            assert_eq!(since_midnight(day, samples, 48_000), None, "{day} {samples}");
        }
        assert_eq!(since_midnight("2024-03-12", 1, 0), None);
        assert_eq!(exactly_since_2001(731_930_400_250_000_000), Some(Ms(1_710_237_600_250)));
        assert_eq!(exactly_since_2001(731_930_400_000_000_000), None);
        assert_eq!(exactly_since_2001(i64::MIN), None);
    }

    #[test]
    fn full_dates_are_taken_in_the_forms_recorders_write() {
        for (tag, date) in [
            ("2024-03-12", Some("2024-03-12")),
            ("2024:03:12 10:11:12", Some("2024-03-12T10:11:12")),
            ("2024-03-12 10-11-12", Some("2024-03-12T10:11:12")),
            ("2024-03-12T10:11", Some("2024-03-12T10:11:00")),
            ("2024-03-12T10:11:12+0100", Some("2024-03-12T09:11:12Z")),
            ("2024-03-12T10:11:12.000000Z", Some("2024-03-12T10:11:12Z")),
            ("2024", None),
            ("2024-03", None),
            ("2024-13-12", None),
            ("1970-01-01T00:00:00Z", None),
            ("0000-00-00", None),
            ("12 mars 2024", None),
            ("2024\u{e9}03-12", None),
        ] {
            assert_eq!(text(tag).as_deref(), date, "{tag}");
        }
    }
}
