//! Consent before the first sample: a sentence, and a person who confirms it.

use std::io::{IsTerminal as _, Write as _};

use crate::error::{Error, Result};
use crate::run::record;
use crate::session::{Consent, Language};

/// How consent comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It was said on the command line.
    Said,
    /// It is asked for.
    Asked,
}

/// How it comes about here.
///
/// # Errors
/// [`Error::Usage`]: it was not said, and nobody can be asked.
pub(super) fn how(said: bool) -> Result<How> {
    if said {
        return Ok(How::Said);
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        return Ok(How::Asked);
    }
    Err(Error::Usage(
        "Nobody can be asked here whether everyone agrees to be recorded; say so with --consent yes"
            .to_owned(),
    ))
}

/// Asks, where it is to be asked.
///
/// # Errors
/// [`Error::Capture`]: it was not given.
pub(super) fn ask(how: How, language: Language) -> Result<Consent> {
    let (sentence, question) = words(language);
    if how == How::Asked {
        let mut screen = std::io::stderr().lock();
        drop(write!(screen, "{sentence}\n{question} ").and_then(|()| screen.flush()));
        let mut answer = String::new();
        drop(std::io::stdin().read_line(&mut answer));
        if !is_yes(&answer) {
            return Err(Error::Capture(
                "Nothing was recorded: consent was not given; start again when everyone agrees"
                    .to_owned(),
            ));
        }
    }
    Ok(Consent { time: record::time_now(), words: sentence.to_owned() })
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "yes" | "oui")
}

fn words(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Fr => (
            "Toutes les personnes que l’on entendra savent que cet entretien est enregistré et dans \
             quel but, et elles sont d’accord.",
            "Tapez oui pour commencer l’enregistrement\u{a0}:",
        ),
        Language::En | Language::Other => (
            "Everyone who will be heard knows that this conversation is recorded and what for, and \
             agrees to it.",
            "Type yes to start recording:",
        ),
    }
}

/// The language of this computer, as far as it concerns us.
pub(super) fn of_this_computer() -> Language {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    of_locale({ set }.find(|value| !value.is_empty()).as_deref())
}

fn of_locale(locale: Option<&str>) -> Language {
    match locale {
        Some(locale) if locale.to_lowercase().starts_with("fr") => Language::Fr,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_and_oui_are_consent() {
        for yes in ["yes\n", " Oui \r\n", "YES"] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "y", "no", "yes?", "non"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }

    #[test]
    fn the_sentence_is_in_the_language_of_the_computer() {
        assert_eq!(of_locale(Some("fr_CA.UTF-8")), Language::Fr);
        for other in [None, Some("C"), Some("en_GB.UTF-8"), Some("de_DE")] {
            assert_eq!(of_locale(other), Language::En);
        }
        assert!(
            words(Language::Fr).0.contains("d’accord") && words(Language::En).0.contains("agrees")
        );
    }

    #[test]
    fn what_was_said_on_the_command_line_is_not_asked_again() {
        assert_eq!(how(true).unwrap(), How::Said);
        let consent = ask(How::Said, Language::En).unwrap();
        assert_eq!(consent.words, words(Language::En).0);
        assert!(consent.time.parse::<jiff::Timestamp>().is_ok(), "{}", consent.time);
    }
}
