//! Figures, lengths and places as text, the same wherever they stand.
//!
//! In: values of an analysis and the language's words. Out: text. A share has no decimals; a rate
//! has one between 0 and 3; a length has one below ten seconds. French writes a comma, and a narrow
//! no-break space before `%`.

use super::words::Words;
use crate::analysis::Unit;
use crate::session::Ms;

/// Hard space between a number and its unit.
const HARD: char = '\u{a0}';

/// `65%`, `65 %`.
#[must_use]
pub fn share(words: &Words, value: f64) -> String {
    format!("{}{}", whole(value * 100.0), percent_sign(words))
}

fn percent_sign(words: &Words) -> &'static str {
    if words.french() { "\u{202f}%" } else { "%" }
}

/// Percentage points, for an error.
#[must_use]
pub fn points(words: &Words, share: f64) -> String {
    let n = whole((share * 100.0).max(1.0));
    let one = n == "1";
    match (one, words.french()) {
        (true, true) => format!("un{HARD}point"),
        (true, false) => format!("{n}{HARD}point"),
        (false, _) => format!("{n}{HARD}points"),
    }
}

/// A rate: one decimal between 0 and 3 where it says more, none above.
#[must_use]
pub fn rate(words: &Words, value: f64) -> String {
    let even = (value - value.round()).abs() < 0.05;
    if even || value <= 0.0 || value >= 2.95 { whole(value) } else { decimal(words, value, 1) }
}

/// A figure in its unit, without the words for the unit.
#[must_use]
pub fn figure(words: &Words, unit: Unit, value: f64) -> String {
    match unit {
        Unit::Share => share(words, value),
        Unit::Count | Unit::Words | Unit::WordsPerMinute => whole(value),
        Unit::Ms => length_f(words, value),
        Unit::PerHour | Unit::Per10Min | Unit::Per100Turns | Unit::Ratio => rate(words, value),
    }
}

/// A span of figures: `64–67%`, `1.7–51`; one figure when both ends read alike.
#[must_use]
pub fn span(words: &Words, unit: Unit, low: f64, high: f64) -> String {
    let (from, to) = (figure(words, unit, low), figure(words, unit, high));
    if from == to {
        return from;
    }
    let from = from.strip_suffix(percent_sign(words)).unwrap_or(&from);
    format!("{from}–{to}")
}

/// A length: `4.5 s`, `21 s`, `2 min 39 s`, `1 h 2 min`.
#[must_use]
pub fn length(words: &Words, ms: Ms) -> String {
    length_f(words, ms.as_f64())
}

fn length_f(words: &Words, ms: f64) -> String {
    let seconds = ms.max(0.0) / 1000.0;
    if seconds < 9.95 {
        return format!("{}{HARD}s", decimal(words, seconds, 1));
    }
    let total = round(seconds);
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    match (hours, minutes, seconds) {
        (0, 0, s) => format!("{s}{HARD}s"),
        (0, m, 0) => format!("{m}{HARD}min"),
        (0, m, s) => format!("{m}{HARD}min{HARD}{s}{HARD}s"),
        (h, 0, _) => format!("{h}{HARD}h"),
        (h, m, _) => format!("{h}{HARD}h{HARD}{m}{HARD}min"),
    }
}

/// A place in the recording: `1:09`, `1:02:05`.
#[must_use]
pub fn place(at: Ms) -> String {
    let total = at.0 / 1000;
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A count as it is read: never negative, never huge.
#[must_use]
pub fn count(value: f64) -> u64 {
    round(value)
}

/// The cell, from 0 to `last`, that a share of the way falls in.
#[must_use]
pub fn index(share: f64, last: usize) -> usize {
    let cells = u32::try_from(last).unwrap_or(u32::MAX);
    usize::try_from(round(share * f64::from(cells))).unwrap_or(last).min(last)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the numbers that are exact"
)]
fn round(value: f64) -> u64 {
    if value.is_finite() { value.round().clamp(0.0, 9_007_199_254_740_992.0) as u64 } else { 0 }
}

fn whole(value: f64) -> String {
    round(value).to_string()
}

/// A number with so many decimals.
#[must_use]
pub fn decimal(words: &Words, value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    if words.french() { text.replace('.', ",") } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use crate::session::Language;

    #[test]
    fn figures_read_as_agreed() {
        let (en, fr) = (words(Language::En), words(Language::Fr));
        assert_eq!(share(en, 0.6505), "65%");
        assert_eq!(span(en, Unit::Share, 0.635, 0.665), "64–67%");
        assert_eq!(span(fr, Unit::Share, 0.33, 0.36), "33–36\u{202f}%");
        assert_eq!(span(en, Unit::Per10Min, 1.7, 51.2), "1.7–51");
        assert_eq!(rate(fr, 1.94), "1,9");
        assert_eq!((rate(en, 0.0), rate(en, 3.4)), ("0".into(), "3".into()));
        assert_eq!(span(en, Unit::Share, 0.65, 0.652), "65%");
    }

    #[test]
    fn lengths_and_places_read_as_agreed() {
        let (en, fr) = (words(Language::En), words(Language::Fr));
        assert_eq!(length(en, Ms(4_460)), "4.5\u{a0}s");
        assert_eq!(length(fr, Ms(4_460)), "4,5\u{a0}s");
        assert_eq!(length(en, Ms(158_850)), "2\u{a0}min\u{a0}39\u{a0}s");
        assert_eq!(length(en, Ms(3_725_000)), "1\u{a0}h\u{a0}2\u{a0}min");
        assert_eq!(length(en, Ms(9_960)), "10\u{a0}s");
        assert_eq!((place(Ms(69_695)), place(Ms(3_725_999))), ("1:09".into(), "1:02:05".into()));
    }

    #[test]
    fn what_is_no_number_does_not_panic() {
        let en = words(Language::En);
        for odd in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
            let _ = (share(en, odd), rate(en, odd), figure(en, Unit::Ms, odd), count(odd));
        }
    }
}
