//! What a session is about, said in a line: when it took place, in which language, who wrote the
//! words down.

use super::text::clean;
use super::words::{Words, fill};
use crate::analysis::Analysis;
use crate::session::{About, DateFrom, Language};

/// The title, with the day where a person or the recording says it.
pub(super) fn title(w: &Words, analysis: &Analysis) -> String {
    // The time of the file is too weak a word for the title.
    let weak = analysis.session.date_from == Some(DateFrom::Mtime);
    let date = analysis.session.date.as_deref().filter(|_| !weak).map(clean);
    date.map_or_else(|| w.title.to_owned(), |date| format!("{} · {date}", w.title))
}

/// The day of the session and, where no person gave it, what says so.
pub(super) fn date(w: &Words, about: &About) -> Option<String> {
    let date = clean(about.date.as_ref()?);
    let sentence = match about.date_from {
        None | Some(DateFrom::Option) => return Some(date),
        Some(DateFrom::Container) => w.date_container,
        Some(DateFrom::FileName) => w.date_file_name,
        Some(DateFrom::Mtime) => w.date_mtime,
    };
    Some(fill(sentence, &[("date", &date)]))
}

/// The language's name.
pub(super) fn language(w: &'static Words, language: Language) -> &'static str {
    match language {
        Language::En => w.language_en,
        Language::Fr => w.language_fr,
        Language::Other => w.language_other,
    }
}

/// Who wrote the words down.
pub(super) fn words_by(w: &Words, analysis: &Analysis) -> String {
    match &analysis.source.model {
        Some(model) => fill(w.words_by_model, &[("model", &clean(model))]),
        None => w.words_by_import.to_owned(),
    }
}
