//! `transcript.json` → what a session is made of (`schemas/transcript.schema.json`).
//!
//! Fields that are not known are passed over, and all but the schema may be missing or null.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::conversation::{number, speaker, speech, utterance};
use super::encoding::{clean, without_controls};
use super::{Imported, LATEST, MOST_UTTERANCES, Unreadable, end, language, separation};
use crate::session::{
    Evidence, Language, Ms, OptionalSpan, Prosody, Role, Separation, Span, Speaker, SpeakerId,
    Speech, SpeechFrom, Utterance, Word,
};

/// The version that is written and read here.
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Raw {
    language: Option<String>,
    duration_ms: Option<f64>,
    speaker_evidence: Option<String>,
    separation: Option<Separation>,
    part: Option<RawSpan>,
    speech_from: Option<String>,
    speakers: Option<Vec<RawSpeaker>>,
    speech: Option<Vec<RawSpeech>>,
    utterances: Option<Vec<RawUtterance>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSpan {
    start_ms: Option<f64>,
    end_ms: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSpeaker {
    id: Option<String>,
    role: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSpeech {
    speaker: Option<String>,
    #[serde(flatten)]
    span: RawSpan,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawUtterance {
    id: Option<u32>,
    speaker: Option<String>,
    start_ms: Option<f64>,
    end_ms: Option<f64>,
    language: Option<String>,
    text: Option<String>,
    words: Option<Vec<RawWord>>,
    prosody: Option<Prosody>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawWord {
    text: Option<String>,
    start_ms: Option<f64>,
    end_ms: Option<f64>,
    confidence: Option<f64>,
}

impl RawSpan {
    fn read(&self) -> Option<Span> {
        Span::new(time(self.start_ms)?, time(self.end_ms)?)
    }
}

/// A time that can be reckoned with.
fn time(ms: Option<f64>) -> Option<Ms> {
    let ms = ms?.round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the comparison leaves whole numbers up to LATEST"
    )]
    (0.0..=LATEST.as_f64()).contains(&ms).then_some(Ms(ms as u64))
}

/// Reads the document. Errors of the JSON reader quote what they stumble over: only their place is
/// passed on.
pub(super) fn document(text: &str, asked: Option<Language>) -> Result<Imported, Unreadable> {
    let damaged = |error: serde_json::Error| Unreadable::Damaged {
        line: error.line(),
        column: error.column(),
    };
    let head: Head = serde_json::from_str(text).map_err(damaged)?;
    let schema = head.schema.unwrap_or_default();
    let version = schema.strip_prefix("openfloor.transcript/").ok_or(Unreadable::OtherJson)?;
    let version = version.split('.').next().unwrap_or_default();
    match version.parse() {
        Ok(VERSION) => {}
        Ok(version) if version > VERSION => return Err(Unreadable::Newer { version }),
        _ => return Err(Unreadable::OtherJson),
    }
    let raw: Raw = serde_json::from_str(text).map_err(damaged)?;
    let mut people = People::new(raw.speakers.unwrap_or_default())?;
    let said_language = raw.language.as_deref().and_then(language::of_code);
    let language = asked.or(said_language);
    let mut utterances =
        utterances(raw.utterances.unwrap_or_default(), &mut people, asked, language)?;
    let language = language.unwrap_or_else(|| language::language(&utterances.0));
    for &index in &utterances.1 {
        utterances.0[index].language = language;
    }
    let (speech, speech_from) =
        talk(raw.speech, raw.speech_from.as_deref(), &utterances.0, &mut people)?;
    let utterances = ordered(utterances.0);
    let timed = end(speech.as_deref(), &utterances);
    let length = time(raw.duration_ms);
    Ok(Imported {
        language,
        // A session in which nobody speaks has a length all the same.
        duration_ms: if speech.is_some() || timed.is_some() { timed.max(length) } else { None },
        part: raw.part.and_then(|part| part.read()),
        evidence: evidence(raw.speaker_evidence.as_deref()),
        separation: separation(raw.separation, speech_from),
        speech_from,
        speakers: people.speakers(),
        speech,
        utterances,
    })
}

fn evidence(text: Option<&str>) -> Evidence {
    match text {
        Some("tracks") => Evidence::Tracks,
        Some("channels") => Evidence::Channels,
        Some("voices") => Evidence::Voices,
        _ => Evidence::Imported,
    }
}

/// The utterances, and the indexes of those that do not say their language.
fn utterances(
    raw: Vec<RawUtterance>,
    people: &mut People,
    asked: Option<Language>,
    language: Option<Language>,
) -> Result<(Vec<Utterance>, Vec<usize>), Unreadable> {
    if raw.len() > MOST_UTTERANCES {
        return Err(Unreadable::TooLong);
    }
    // With an id missing, twice or out of order all are numbered anew.
    let ids: Option<Vec<u32>> = raw.iter().map(|one| one.id).collect();
    let ids = ids.filter(|ids| ids.is_sorted_by(|a, b| a < b) && ids.first() != Some(&0));
    let mut last = people.only();
    let (mut all, mut unsaid) = (Vec::with_capacity(raw.len()), Vec::new());
    for (index, one) in raw.into_iter().enumerate() {
        if let Some(key) = one.speaker.as_deref().map(clean).filter(|key| !key.is_empty()) {
            last = Some(people.of(&key)?);
        }
        let (text, words) = text_and_words(one.text, one.words.unwrap_or_default());
        if text.is_empty() {
            continue;
        }
        let span = RawSpan { start_ms: one.start_ms, end_ms: one.end_ms }.read();
        let own = asked.or_else(|| one.language.as_deref().and_then(language::of_code));
        if own.or(language).is_none() {
            unsaid.push(all.len());
        }
        let own = own.or(language).unwrap_or(Language::Other);
        let speaker = last.ok_or(Unreadable::NoNames)?;
        let mut utterance = utterance(speaker, span, text, own);
        utterance.words = words;
        utterance.prosody = one.prosody;
        utterance.id = ids.as_ref().map_or(0, |ids| ids[index]);
        all.push(utterance);
    }
    if ids.is_none() {
        number(&mut all);
    }
    Ok((all, unsaid))
}

/// The text and, where they are whole and make up the text, its words.
fn text_and_words(text: Option<String>, raw: Vec<RawWord>) -> (String, Vec<Word>) {
    let word = |raw: RawWord| {
        Some(Word {
            text: without_controls(&raw.text?),
            span: Span::new(time(raw.start_ms)?, time(raw.end_ms)?)?,
            confidence: raw.confidence.filter(|sure| (0.0..=1.0).contains(sure)),
        })
    };
    let words: Option<Vec<Word>> = raw.into_iter().map(word).collect();
    let words = words.unwrap_or_default();
    let joined = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    match text.map(|text| without_controls(&text)) {
        None if clean(&joined).is_empty() => (String::new(), Vec::new()),
        None => (joined, words),
        Some(text) if text == joined => (text, words),
        Some(text) => (clean(&text), Vec::new()),
    }
}

/// Speech as the document has it, else as long as the utterances are.
fn talk(
    raw: Option<Vec<RawSpeech>>,
    from: Option<&str>,
    utterances: &[Utterance],
    people: &mut People,
) -> Result<(Option<Vec<Speech>>, SpeechFrom), Unreadable> {
    let said: Vec<(SpeakerId, Span)> =
        utterances.iter().filter_map(|one| Some((one.speaker, one.time()?))).collect();
    let mut heard: BTreeMap<SpeakerId, Vec<Span>> = BTreeMap::new();
    let there = raw.is_some();
    for one in raw.into_iter().flatten() {
        if let (Some(key), Some(span)) = (&one.speaker, one.span.read()) {
            heard.entry(people.of(&clean(key))?).or_default().push(span);
        }
    }
    let captions = from == Some("captions");
    let from = |captions| if captions { SpeechFrom::Captions } else { SpeechFrom::Sound };
    if !heard.is_empty() {
        return Ok((speech(heard, Ms::ZERO), from(captions)));
    }
    if there && utterances.is_empty() {
        return Ok((Some(Vec::new()), SpeechFrom::Sound));
    }
    let mut spans: BTreeMap<SpeakerId, Vec<Span>> = BTreeMap::new();
    for (speaker, span) in said {
        spans.entry(speaker).or_default().push(span);
    }
    let speech = speech(spans, Ms::ZERO);
    let captions = speech.is_some();
    Ok((speech, from(captions)))
}

/// Utterances in order of time, where each has one; numbered anew when that changes the order.
fn ordered(mut utterances: Vec<Utterance>) -> Vec<Utterance> {
    let start = |one: &Utterance| one.time().map(Span::start);
    let all = utterances.iter().all(|one| one.span != OptionalSpan(None));
    if all && !utterances.is_sorted_by_key(start) {
        utterances.sort_by_key(start);
        number(&mut utterances);
    }
    utterances
}

/// The speakers of a document by whatever they are called in it.
struct People {
    /// Keys of the document, in order; the labels are found at the end.
    keys: Vec<String>,
    raw: Vec<RawSpeaker>,
    labelled: bool,
}

impl People {
    fn new(raw: Vec<RawSpeaker>) -> Result<Self, Unreadable> {
        let key =
            |one: &RawSpeaker| clean(one.id.as_deref().or(one.name.as_deref()).unwrap_or_default());
        let keys: Vec<String> = raw.iter().map(key).collect();
        let labels: std::collections::BTreeSet<SpeakerId> =
            keys.iter().filter_map(|key| key.parse().ok()).collect();
        let labelled = labels.len() == keys.len();
        if keys.len() > usize::from(u8::MAX) {
            return Err(Unreadable::TooManySpeakers { most: u8::MAX });
        }
        Ok(Self { keys, raw, labelled })
    }

    fn id(&self, place: usize) -> SpeakerId {
        let label = self.keys.get(place).filter(|_| self.labelled).and_then(|key| key.parse().ok());
        label.unwrap_or_else(|| SpeakerId(u8::try_from(place + 1).unwrap_or(u8::MAX)))
    }

    /// The only one listed.
    fn only(&self) -> Option<SpeakerId> {
        (self.keys.len() == 1).then(|| self.id(0))
    }

    /// The speaker that `key` means, by label or name; one that is not listed joins the list.
    fn of(&mut self, key: &str) -> Result<SpeakerId, Unreadable> {
        let named = |one: &RawSpeaker| one.name.as_deref().map(clean).as_deref() == Some(key);
        let place = self.keys.iter().position(|known| known == key);
        if let Some(place) = place.or_else(|| self.raw.iter().position(named)) {
            return Ok(self.id(place));
        }
        if self.keys.len() >= usize::from(u8::MAX) {
            return Err(Unreadable::TooManySpeakers { most: u8::MAX });
        }
        let label: Option<SpeakerId> = key.parse().ok();
        let free = |id: &SpeakerId| !(0..self.keys.len()).any(|place| self.id(place) == *id);
        // A label that joins labels stays; a name among labels takes the first that is free.
        let key = match label.filter(|id| self.labelled && free(id)) {
            Some(id) => id.to_string(),
            None if self.labelled && !self.keys.is_empty() => {
                let next = (1..=u8::MAX).map(SpeakerId).find(free);
                next.ok_or(Unreadable::TooManySpeakers { most: u8::MAX })?.to_string()
            }
            None => {
                self.labelled = false;
                key.to_owned()
            }
        };
        let name = Some(key.clone()).filter(|key| key.parse::<SpeakerId>().is_err());
        self.keys.push(key);
        self.raw.push(RawSpeaker { id: None, role: None, name });
        Ok(self.id(self.keys.len() - 1))
    }

    fn speakers(&self) -> Vec<Speaker> {
        let one = |(place, raw): (usize, &RawSpeaker)| {
            let role = match raw.role.as_deref() {
                Some("coach") => Some(Role::Coach),
                Some("coachee") => Some(Role::Coachee),
                Some("other") => Some(Role::Other),
                _ => None,
            };
            let called = || raw.id.as_deref().filter(|id| id.parse::<SpeakerId>().is_err());
            let name = raw.name.as_deref().or_else(called).map(clean);
            speaker(self.id(place), role, name.filter(|name| !name.is_empty()))
        };
        let mut speakers: Vec<Speaker> = self.raw.iter().enumerate().map(one).collect();
        speakers.sort_by_key(|speaker| speaker.id);
        speakers
    }
}
