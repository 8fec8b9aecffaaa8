//! Transcripts made elsewhere, or by this program → what a session is made of.
//!
//! In: the bytes of a file. Out: an [`Imported`], or an [`Unreadable`] whose sentence never quotes
//! what was said. Read are `transcript.json`, `WebVTT`, `SubRip` and plain text with names; which of
//! them a file is, its content says. Nothing in it is trusted: times may go back, captions overlap,
//! names be anything.
//!
//! When somebody speaks is read off voice activity where a `transcript.json` carries it. Else the
//! times of captions stand for it ([`SpeechFrom::Captions`]): enough for who talks how long, and for
//! nothing that needs a pause or an overlap.

mod conversation;
mod cues;
mod document;
mod encoding;
mod language;
mod names;
mod plain;

pub use encoding::text;

use std::sync::LazyLock;

use regex::Regex;

use crate::session::{
    Evidence, Language, Ms, Separation, SeparationLevel, Span, Speaker, Speech, SpeechFrom,
    Utterance,
};

/// No session lasts longer, and times up to here can be reckoned with. Ours.
const LATEST: Ms = Ms(100 * 3_600_000);
/// Ten hours of lively talk. Ours; one voice that says all of it takes some seconds to measure.
const MOST_UTTERANCES: usize = 20_000;

/// A form of transcript that shows at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `transcript.json` of this program.
    Document,
    /// `WebVTT`.
    WebVtt,
    /// `SubRip`.
    SubRip,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The language of most of the talk.
    pub language: Language,
    /// End of the last word or as the file says; `None` without times.
    pub duration_ms: Option<Ms>,
    /// The part of the recording that is the session, where it is not all of it.
    pub part: Option<Span>,
    /// What told the speakers apart.
    pub evidence: Evidence,
    /// How cleanly.
    pub separation: Separation,
    /// What `speech` was read off.
    pub speech_from: SpeechFrom,
    /// Who speaks, with the roles that the file gives.
    pub speakers: Vec<Speaker>,
    /// When each speaks; `None` without times.
    pub speech: Option<Vec<Speech>>,
    /// What was said.
    pub utterances: Vec<Utterance>,
}

/// Why a file is no transcript that can be analysed. Each is half a sentence, what to do after it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No bytes.
    #[error("the file is empty; export the transcript again")]
    Empty,
    /// Of none of the forms.
    #[error(
        "this is no transcript that can be read; name a WebVTT or SRT file, a transcript.json, or a text with Name: before what each person says"
    )]
    NoForm,
    /// No line with `-->`.
    #[error(
        "there is no caption in it; export the transcript again, as WebVTT or SRT with speaker names"
    )]
    NoCaptions,
    /// Captions or lines without words.
    #[error("nothing is said in it; export the transcript again")]
    NothingSaid,
    /// Nobody is named.
    #[error(
        "it does not say who speaks; export it with speaker names, or write Name: before what each person says"
    )]
    NoNames,
    /// More people than labels.
    #[error("it names more than {most} speakers; name a transcript of one conversation")]
    TooManySpeakers {
        /// How many can be told apart.
        most: u8,
    },
    /// More utterances than a session has.
    #[error("it has more than {MOST_UTTERANCES} utterances; name a transcript of one conversation")]
    TooLong,
    /// Cut or damaged JSON, or a value of another kind than its schema says.
    #[error(
        "it is damaged or cut at line {line}, column {column}; copy it again, or make it anew from the recording"
    )]
    Damaged {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON of another kind.
    #[error("this JSON is no transcript of Openfloor; name a transcript.json, WebVTT or SRT file")]
    OtherJson,
    /// A later major version.
    #[error(
        "it was written by a newer Openfloor (openfloor.transcript/{version}); update Openfloor, or export the transcript as WebVTT"
    )]
    Newer {
        /// Of the schema.
        version: u32,
    },
}

static DOCUMENT: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "written here and compiled by the tests")]
    Regex::new(r#"^\s*\{(?s:.*)"schema"\s*:\s*"openfloor\.transcript/"#).expect("a pattern")
});

/// The form of a file, by how it starts; `None` for plain text and for anything else.
#[must_use]
pub fn recognised(head: &[u8]) -> Option<Form> {
    let text = encoding::text(head);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\n']);
    if let Some(rest) = text.strip_prefix("WEBVTT") {
        return rest
            .is_empty()
            .then_some(Form::WebVtt)
            .or_else(|| rest.starts_with(char::is_whitespace).then_some(Form::WebVtt));
    }
    if text.starts_with('{') {
        return DOCUMENT.is_match(text).then_some(Form::Document);
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let numbered = first.bytes().all(|byte| byte.is_ascii_digit());
    let time = if numbered { lines.next()? } else { first };
    let opens = time.starts_with(|c: char| c.is_ascii_digit());
    (opens && time.contains("-->")).then_some(Form::SubRip)
}

/// Reads a transcript. The `language` that a person named wins over what the file says, and that over
/// what its words look like.
///
/// # Errors
/// The file is no transcript, is damaged, or does not say who speaks.
pub fn read(bytes: &[u8], language: Option<Language>) -> Result<Imported, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    let form = recognised(bytes);
    let text = encoding::text(bytes);
    let text = text.trim_start_matches('\u{feff}');
    match form {
        Some(Form::Document) => document::document(text, language),
        Some(Form::WebVtt) => captioned(text, cues::Captions::WebVtt, language),
        Some(Form::SubRip) => captioned(text, cues::Captions::SubRip, language),
        None if text.trim_start().starts_with(['{', '[']) && is_json(text) => {
            Err(Unreadable::OtherJson)
        }
        None if text.contains("-->") => captioned(text, cues::Captions::SubRip, language),
        None if !is_text(text) => Err(Unreadable::NoForm),
        None => imported(plain::plain(text)?, language),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
        || text.trim_start().starts_with("{\"")
}

/// Whether most of it can be seen: a picture or an archive cannot.
fn is_text(text: &str) -> bool {
    let start = || text.chars().take(4_096);
    let strange = start().filter(|&c| (c.is_control() && !c.is_whitespace()) || c == '\u{fffd}');
    strange.count() * 20 <= start().count()
}

fn captioned(
    text: &str,
    form: cues::Captions,
    language: Option<Language>,
) -> Result<Imported, Unreadable> {
    let found = cues::captions(text, form)?;
    imported(found.said, language.or(found.language))
}

fn imported(
    said: Vec<conversation::Said>,
    language: Option<Language>,
) -> Result<Imported, Unreadable> {
    let found = conversation::conversation(said)?;
    let mut utterances = found.utterances;
    let language = language.unwrap_or_else(|| language::language(&utterances));
    for utterance in &mut utterances {
        utterance.language = language;
    }
    let from = if found.speech.is_some() { SpeechFrom::Captions } else { SpeechFrom::Sound };
    Ok(Imported {
        language,
        duration_ms: end(found.speech.as_deref(), &utterances),
        part: None,
        evidence: Evidence::Imported,
        separation: separation(None, from),
        speech_from: from,
        speakers: found.speakers,
        speech: found.speech,
        utterances,
    })
}

/// How far a talk share by captions lies from that by voice activity, at most, on the two spoken
/// sessions in `fixtures/` (docs/decisions/0007-transcripts.md).
const CAPTION_SHARE_ERROR: f64 = 0.05;

/// How cleanly speakers are separated: as a file says, with what captions cost.
fn separation(said: Option<Separation>, from: SpeechFrom) -> Separation {
    let unknown =
        Separation { level: SeparationLevel::Unknown, bleed_db: None, talk_share_error: None };
    let mut separation = said.unwrap_or(unknown);
    // A share from 0 to 1: a file may say anything.
    separation.talk_share_error =
        separation.talk_share_error.filter(|error| (0.0..=1.0).contains(error));
    if from == SpeechFrom::Captions {
        let error = separation.talk_share_error.unwrap_or(0.0).max(CAPTION_SHARE_ERROR);
        separation.talk_share_error = Some(error);
    }
    separation
}

/// When the last of it ends.
fn end(speech: Option<&[Speech]>, utterances: &[Utterance]) -> Option<Ms> {
    let speech = speech.unwrap_or_default().iter().map(|one| one.span.end());
    speech.chain(utterances.iter().filter_map(|one| Some(one.time()?.end()))).max()
}

#[cfg(test)]
mod tests;
