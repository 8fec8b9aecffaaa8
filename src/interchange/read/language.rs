//! In which language a text is: English, French, or another.

use whatlang::{Info, Lang};

use super::Utterance;
use crate::lang;
use crate::session::Language;

/// Characters that are looked at: half an hour of talk.
const ENOUGH: usize = 30_000;

/// The language of what was said. A text too short to be sure of is English or French, whichever its
/// small words are.
pub(super) fn language(said: &[Utterance]) -> Language {
    let mut text = String::new();
    for utterance in said {
        if text.len() > ENOUGH {
            break;
        }
        text.push_str(&utterance.text);
        text.push('\n');
    }
    let sure = whatlang::detect(&text).filter(Info::is_reliable).map(|info| info.lang());
    match sure {
        Some(Lang::Eng) => Language::En,
        Some(Lang::Fra) => Language::Fr,
        Some(_) => Language::Other,
        None if lang::rather_french(&text) => Language::Fr,
        None => Language::En,
    }
}

/// A language as a file writes it, such as `fr`, `fr-CA` or `en_US`.
pub(super) fn of_code(code: &str) -> Option<Language> {
    let code = code.trim().to_lowercase();
    match code.split(['-', '_']).next().unwrap_or_default() {
        "" => None,
        "en" | "eng" | "english" => Some(Language::En),
        "fr" | "fra" | "fre" | "french" | "français" => Some(Language::Fr),
        _ => Some(Language::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::conversation::utterance;
    use super::*;
    use crate::session::SpeakerId;

    fn of(texts: &[&str]) -> Language {
        let said: Vec<Utterance> = texts
            .iter()
            .map(|text| utterance(SpeakerId(1), None, (*text).to_owned(), Language::En))
            .collect();
        language(&said)
    }

    #[test]
    fn a_conversation_is_in_the_language_of_its_words() {
        assert_eq!(of(&["What would you like to talk about today?", "My team."]), Language::En);
        assert_eq!(
            of(&["De quoi voudrais-tu parler aujourd’hui ?", "De mon équipe."]),
            Language::Fr
        );
        let german = [
            "Worüber möchtest du heute sprechen?",
            "Ich möchte über mein Team reden, es \
            ist gerade nicht einfach, weil wir so viel zu tun haben.",
        ];
        assert_eq!(of(&german), Language::Other);
    }

    #[test]
    fn a_few_words_are_english_or_french() {
        assert_eq!(of(&["Yes.", "Okay."]), Language::En);
        assert_eq!(of(&["Oui, d’accord."]), Language::Fr);
        assert_eq!(of(&[]), Language::En);
    }

    #[test]
    fn codes_may_have_a_region() {
        assert_eq!(of_code("fr-CA"), Some(Language::Fr));
        assert_eq!(of_code("en_US"), Some(Language::En));
        assert_eq!(of_code("de"), Some(Language::Other));
        assert_eq!(of_code(" "), None);
    }
}
