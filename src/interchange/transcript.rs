//! `transcript.json`: what was said, by whom and when (DESIGN §4; `schemas/transcript.schema.json`).
//!
//! In: a [`Session`]. Out: the document, as a value or as text. It carries no fingerprint: it is
//! derived from the session with a person's corrections applied.

use serde::Serialize;

use crate::session::{
    Evidence, Language, Ms, Role, Separation, Session, Span, SpeakerId, Speech, SpeechFrom,
    Utterance,
};

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transcript<'a> {
    /// `openfloor.transcript/1`.
    pub schema: &'static str,
    /// Version of the program that wrote it.
    pub tool_version: &'a str,
    /// The language of most of the talk.
    pub language: Language,
    /// Length of the recording; null for a text without times.
    pub duration_ms: Option<Ms>,
    /// Who speaks.
    pub speakers: Vec<TranscriptSpeaker<'a>>,
    /// What told the speakers apart.
    pub speaker_evidence: Evidence,
    /// How cleanly.
    pub separation: Separation,
    /// The part of the recording that is the session, where it is not all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Span>,
    /// What speech was read off, where that was not sound.
    #[serde(skip_serializing_if = "SpeechFrom::is_sound")]
    pub speech_from: SpeechFrom,
    /// Voice activity; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech: Option<&'a [Speech]>,
    /// What was said.
    pub utterances: &'a [Utterance],
}

/// A speaker of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptSpeaker<'a> {
    /// Label.
    pub id: SpeakerId,
    /// Role.
    pub role: Role,
    /// A name, where somebody gave one.
    pub name: Option<&'a str>,
}

/// The document of a session.
#[must_use]
pub fn transcript<'a>(session: &'a Session, tool_version: &'a str) -> Transcript<'a> {
    let speaker = |speaker: &'a crate::session::Speaker| TranscriptSpeaker {
        id: speaker.id,
        role: speaker.role,
        name: speaker.name.as_deref(),
    };
    Transcript {
        schema: "openfloor.transcript/1",
        tool_version,
        language: session.source.language,
        duration_ms: session.source.duration_ms,
        speakers: session.speakers.iter().map(speaker).collect(),
        speaker_evidence: session.source.speaker_evidence,
        separation: session.source.separation,
        part: session.source.part,
        speech_from: session.source.speech_from,
        speech: session.speech.as_deref(),
        utterances: &session.utterances,
    }
}

/// The document as text, ended by a line feed.
///
/// # Errors
/// A number that JSON cannot hold; sessions that were read or made by this program have none.
pub fn transcript_json(session: &Session, tool_version: &str) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&transcript(session, tool_version))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn session() -> Session {
        let value = json!({
            "source": {"kind": "recording", "duration_ms": 9_000, "language": "en",
                "model": "base", "speaker_evidence": "channels",
                "separation": {"level": "clear", "bleed_db": -30.0, "talk_share_error": 0.01},
                "files": []},
            "about": {},
            "speakers": [{"id": "S1", "role": "coach", "name": null},
                         {"id": "S2", "role": "coachee", "name": "Anna"}],
            "speech": [{"speaker": "S1", "start_ms": 520, "end_ms": 3_100}],
            "utterances": [{"id": 1, "speaker": "S1", "start_ms": 520, "end_ms": 3_100,
                "language": "en", "text": "What now?",
                "words": [{"text": "What", "start_ms": 520, "end_ms": 700, "confidence": 0.98},
                          {"text": "now?", "start_ms": 700, "end_ms": 3_100}]}],
            "warnings": []
        });
        serde_json::from_value(value).unwrap()
    }

    fn errors(document: &Value) -> Vec<String> {
        let schema = include_str!("../../schemas/transcript.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    #[test]
    fn it_is_as_its_schema_says() {
        let text = transcript_json(&session(), "0.1.0").unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(errors(&document), Vec::<String>::new());
        assert!(text.starts_with("{\n  \"schema\": \"openfloor.transcript/1\","));
        assert_eq!(document["utterances"][0]["words"][0]["confidence"], 0.98);
        let mut wrong = document;
        wrong["speakers"][0]["id"] = json!("the coach");
        assert!(!errors(&wrong).is_empty());
    }

    #[test]
    fn a_text_without_times_has_no_speech_and_null_times() {
        let mut untimed = session();
        untimed.speech = None;
        untimed.source.duration_ms = None;
        for utterance in &mut untimed.utterances {
            utterance.span = crate::session::OptionalSpan(None);
            utterance.words.clear();
        }
        let text = transcript_json(&untimed, "0.1.0").unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(errors(&document), Vec::<String>::new());
        assert!(document.get("speech").is_none());
        assert_eq!(document["utterances"][0]["start_ms"], Value::Null);
    }
}
