//! Values as a person types them: tracks, dates, times.

use std::path::PathBuf;

use crate::run::Input;
use crate::session::{Ms, Role};

/// `ROLE=FILE`.
pub(super) fn track(text: &str) -> Result<Input, String> {
    let (role, path) =
        text.split_once('=').ok_or("write it as ROLE=FILE, such as coach=anna.m4a")?;
    let role = match role {
        "coach" => Some(Role::Coach),
        "coachee" => Some(Role::Coachee),
        "other" => Some(Role::Other),
        "unknown" => None,
        _ => return Err("the role is coach, coachee, other or unknown".to_owned()),
    };
    Ok(Input { path: PathBuf::from(path), role })
}

/// `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Result<String, String> {
    Ok(crate::run::typed_date(text)?)
}

/// `MM:SS`, `H:MM:SS`, and parts of a second after a point.
pub(super) fn time(text: &str) -> Result<Ms, String> {
    let wrong = || "write it as MM:SS or H:MM:SS, such as 12:30".to_owned();
    let parts: Vec<&str> = text.split(':').collect();
    let (seconds, before) = parts.split_last().ok_or_else(wrong)?;
    if !(1..=2).contains(&before.len()) {
        return Err(wrong());
    }
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let number = |digits: &str, most: u64| -> Result<u64, String> {
        let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number: Option<u64> = digits.parse().ok().filter(|&number| plain && number <= most);
        number.ok_or_else(wrong)
    };
    let thousandths = if part.is_empty() && whole == *seconds {
        0
    } else {
        number(part, 999)? * [100, 10, 1][part.len() - 1]
    };
    let minutes = match before {
        [hours, minutes] => number(hours, 23)? * 60 + number(minutes, 59)?,
        [minutes] => number(minutes, 999)?,
        _ => return Err(wrong()),
    };
    Ok(Ms((minutes * 60 + number(whole, 59)?) * 1000 + thousandths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_minutes_and_seconds_and_may_have_hours_and_parts() {
        assert_eq!(time("12:30"), Ok(Ms(750_000)));
        assert_eq!(time("0:05.25"), Ok(Ms(5_250)));
        assert_eq!(time("1:02:03"), Ok(Ms(3_723_000)));
        assert_eq!(time("90:00"), Ok(Ms(5_400_000)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let wrong = [
            "",
            "12",
            "12:60",
            "1:60:00",
            "-1:00",
            "1:2:3:4",
            "a:00",
            "1:00.",
            "1:00.1234",
            "24:00:00",
        ];
        for text in wrong {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
