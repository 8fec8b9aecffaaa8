//! What a person chose: [`Options`] change the result and enter the fingerprint, [`Runtime`] does
//! neither.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::analysis::Profile;
use crate::error::crossing;
use crate::session::{About, Language, Ms, SpeakerId};

/// What changes the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Name or path of the speech-to-text model.
    pub model: String,
    /// The language of the session.
    pub language: LanguageChoice,
    /// Who is the coach; `None`: worked out.
    pub coach: Option<CoachChoice>,
    /// How many voices share a channel, where they do; from 1 to 6.
    pub speakers: u8,
    /// The part of the recording that is the session; `None`: all of it.
    pub part: Option<Part>,
    /// What people said about the session.
    pub about: About,
    /// How the figures are read and shown.
    pub reading: Reading,
}

/// How the figures of a session are read and shown: changes neither what was heard nor what was
/// said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The ranges they are held against.
    pub profile: Profile,
    /// The language of the report; `None`: that of the session.
    pub language: Option<Language>,
}

/// A part of a recording, on its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it starts.
    #[serde(rename = "from_ms")]
    pub from: Ms,
    /// Where it ends; `None`: with the recording.
    #[serde(rename = "to_ms")]
    pub to: Option<Ms>,
}

/// What does not change the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Listeners at once, a thread each.
    pub threads: usize,
    /// Do everything anew.
    pub force: bool,
    /// Hash the recordings anew instead of trusting what the file system says of them.
    pub verify: bool,
    /// Put copies that a browser plays into the results.
    pub copy_audio: bool,
}

impl Default for Runtime {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads, force: false, verify: false, copy_audio: false }
    }
}

/// The language of a session, as chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LanguageChoice {
    /// Worked out.
    #[default]
    Auto,
    /// English.
    En,
    /// French.
    Fr,
}

/// Who is the coach, as chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoachChoice {
    /// The voice on this channel or track, from 0.
    Channel(u16),
    /// Who speaks first.
    First,
    /// The speaker of this label.
    Speaker(SpeakerId),
    /// The speaker of this name, in whatever case: transcripts have names.
    Named(String),
    /// Whose voice is like the voiceprint in this file.
    Voiceprint(#[serde(with = "crossing::path")] PathBuf),
}

/// A `--coach` that is none of its forms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the coach is given as left, right, channel:N (from 1), first, a speaker such as S1, a voiceprint \
         (a file that ends in .json), or of a transcript a name in it"
)]
pub struct NoCoachChoice;

impl FromStr for CoachChoice {
    type Err = NoCoachChoice;

    fn from_str(text: &str) -> Result<Self, NoCoachChoice> {
        match text {
            "left" => Ok(Self::Channel(0)),
            "right" => Ok(Self::Channel(1)),
            "first" => Ok(Self::First),
            _ => match text.strip_prefix("channel:") {
                Some(number) => match number.parse::<u16>() {
                    Ok(number) if number > 0 => Ok(Self::Channel(number - 1)),
                    _ => Err(NoCoachChoice),
                },
                None if text.to_lowercase().ends_with(".json") => Ok(Self::Voiceprint(text.into())),
                None => text.parse().map(Self::Speaker).or_else(|_| named(text)),
            },
        }
    }
}

/// A name; what only fails to be a label ("S0", "S300") is none.
fn named(text: &str) -> Result<CoachChoice, NoCoachChoice> {
    let name = text.trim();
    let number = name
        .strip_prefix(['S', 's'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if name.is_empty() || number {
        Err(NoCoachChoice)
    } else {
        Ok(CoachChoice::Named(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coach_is_a_side_a_channel_the_first_a_label_or_a_name() {
        assert_eq!("right".parse(), Ok(CoachChoice::Channel(1)));
        assert_eq!("channel:1".parse(), Ok(CoachChoice::Channel(0)));
        assert_eq!("S2".parse(), Ok(CoachChoice::Speaker(SpeakerId(2))));
        assert_eq!("channel:0".parse::<CoachChoice>(), Err(NoCoachChoice));
        assert_eq!("S0".parse::<CoachChoice>(), Err(NoCoachChoice));
        assert_eq!("Anna M".parse(), Ok(CoachChoice::Named("Anna M".to_owned())));
    }
}
