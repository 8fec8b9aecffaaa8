//! Values as a person types them: tracks, dates, times, speakers, profiles.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::run::Input;
use crate::session::{Language, Ms, Role, Span, SpeakerId};

/// The language of a report.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PageLanguage {
    /// English
    En,
    /// French
    Fr,
}

impl From<PageLanguage> for Language {
    fn from(language: PageLanguage) -> Self {
        match language {
            PageLanguage::En => Self::En,
            PageLanguage::Fr => Self::Fr,
        }
    }
}

/// The language of the report by the option, else by the settings; `None`: that of the session.
pub(super) fn report_language(
    option: Option<PageLanguage>,
    setting: Option<&str>,
) -> Result<Option<Language>> {
    let set = setting.map(|text| {
        PageLanguage::from_str(text, false).map_err(|_| {
            Error::Usage("openfloor.toml: the language of the report is en or fr".to_owned())
        })
    });
    Ok(option.or(set.transpose()?).map(Language::from))
}

/// `S1=WHAT`.
fn of_speaker(text: &str) -> Result<(SpeakerId, &str), String> {
    let wrong = "write it with a speaker and =, such as S1=coach";
    let (speaker, what) = text.split_once('=').ok_or(wrong)?;
    Ok((speaker.parse().map_err(|_| wrong)?, what))
}

/// `S1=coach`.
pub(super) fn role(text: &str) -> Result<(SpeakerId, Role), String> {
    let (speaker, role) = of_speaker(text)?;
    let role = match role {
        "coach" => Role::Coach,
        "coachee" => Role::Coachee,
        "other" => Role::Other,
        "unknown" => Role::Unknown,
        _ => return Err("the role is coach, coachee, other or unknown".to_owned()),
    };
    Ok((speaker, role))
}

/// `S1=Anna`; `S1=` takes the name away.
pub(super) fn name(text: &str) -> Result<(SpeakerId, Option<String>), String> {
    let (speaker, name) = of_speaker(text)?;
    if name.chars().count() > 200 {
        return Err("a name has at most 200 characters".to_owned());
    }
    Ok((speaker, Some(name.to_owned()).filter(|name| !name.trim().is_empty())))
}

/// `S3=S2`.
pub(super) fn merge(text: &str) -> Result<(SpeakerId, SpeakerId), String> {
    let (speaker, into) = of_speaker(text)?;
    let into = into.parse().map_err(|_| "both are speakers, such as S3=S2")?;
    Ok((speaker, into))
}

/// `FROM-TO`, each as [`time`].
pub(super) fn span(text: &str) -> Result<Span, String> {
    let wrong = "write it as FROM-TO, such as 12:30-14:00, the first before the second";
    let (from, to) = text.split_once('-').ok_or(wrong)?;
    Span::new(time(from)?, time(to)?).ok_or_else(|| wrong.to_owned())
}

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
    Ok(Input { path: PathBuf::from(path), role, name: None })
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
