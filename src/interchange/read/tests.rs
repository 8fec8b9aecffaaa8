use serde_json::json;

use super::*;
use crate::session::{Role, SpeakerId};

#[test]
fn the_form_is_known_by_how_a_file_starts() {
    for (head, form) in [
        ("WEBVTT", Some(Form::WebVtt)),
        ("\u{feff}WEBVTT - Meeting\r\n\r\n1\r\n", Some(Form::WebVtt)),
        ("WEBVTTX\n", None),
        ("1\r\n00:00:01,000 --> 00:00:02,000\r\n", Some(Form::SubRip)),
        ("00:00:01,000 --> 00:00:02,000\n", Some(Form::SubRip)),
        ("{\n \"schema\" : \"openfloor.transcript/7\",", Some(Form::Document)),
        ("{\"tool_version\":\"1\",\"schema\":\"openfloor.transcript/1\"", Some(Form::Document)),
        ("{\"schema\":\"openfloor.analysis/1\"", None),
        ("{\"a\": 1}", None),
        ("Anna: Hello", None),
        ("", None),
        ("\0\0\0", None),
    ] {
        assert_eq!(recognised(head.as_bytes()), form, "{head:?}");
    }
    let utf16: Vec<u8> = "\u{feff}WEBVTT\n\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(recognised(&utf16), Some(Form::WebVtt));
}

#[test]
fn times_of_captions_stand_for_speech_and_say_so() {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\nAnna: What now?\n\n00:03.000 --> 00:09.000\nTom: Well.\n";
    let found = read(text.as_bytes(), None).unwrap();
    assert_eq!(found.speech_from, SpeechFrom::Captions);
    assert_eq!(found.speech.unwrap().len(), 2);
    assert_eq!((found.duration_ms, found.evidence), (Some(Ms(9_000)), Evidence::Imported));
    assert_eq!(found.language, Language::En);
    assert_eq!(
        read(text.as_bytes(), Some(Language::Fr)).unwrap().utterances[0].language,
        Language::Fr
    );
}

#[test]
fn a_text_without_times_has_no_speech() {
    let found = read("Coach: Où en es-tu ?\nClient: Je ne sais pas.\n".as_bytes(), None).unwrap();
    assert_eq!((found.speech, found.duration_ms, found.language), (None, None, Language::Fr));
    assert_eq!(
        found.speakers.iter().map(|one| one.role).collect::<Vec<_>>(),
        [Role::Coach, Role::Coachee]
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    let document = |schema: &str| json!({"schema": schema, "utterances": []}).to_string();
    let many = (0..300).map(|n| format!("P{n}: hello")).collect::<Vec<_>>().join("\n");
    for (text, why) in [
        ("", Unreadable::Empty),
        ("WEBVTT\n", Unreadable::NoCaptions),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n\n", Unreadable::NothingSaid),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n", Unreadable::NoNames),
        ("just some words", Unreadable::NoNames),
        ("   \n", Unreadable::NothingSaid),
        ("{\"a\": 1}", Unreadable::OtherJson),
        ("\u{1}\u{2}\u{3}\u{4}PNG", Unreadable::NoForm),
        (&many, Unreadable::TooManySpeakers { most: 255 }),
        (&document("openfloor.transcript/2"), Unreadable::Newer { version: 2 }),
        (&document("openfloor.transcript/x"), Unreadable::OtherJson),
        (
            "{\"schema\":\"openfloor.transcript/1\",\n\"utterances\":[{\"text\": 12}]}",
            Unreadable::Damaged { line: 2, column: 25 },
        ),
        (
            "{\"schema\":\"openfloor.transcript/1\",\"utterances\":[{\"text\": \"secr",
            Unreadable::Damaged { line: 1, column: 63 },
        ),
    ] {
        let found = read(text.as_bytes(), None).unwrap_err();
        assert_eq!(found, why, "{text:.80}");
        assert!(found.to_string().contains("; "), "no way out: {found}");
    }
}

#[test]
fn a_document_may_lack_all_but_its_schema_and_words() {
    let text = json!({"schema": "openfloor.transcript/1", "novelty": {"a": 1},
        "speakers": [{"id": "Anna", "role": "coach"}],
        "utterances": [{"text": "What would you like?"}, {"speaker": "Tom", "text": "This.", "words": null},
            {"text": "And \u{0} that."}, {"speaker": "Tom"}]});
    let found = read(text.to_string().as_bytes(), None).unwrap();
    let said: Vec<(u32, SpeakerId, &str)> =
        found.utterances.iter().map(|one| (one.id, one.speaker, one.text.as_str())).collect();
    assert_eq!(
        said,
        [
            (1, SpeakerId(1), "What would you like?"),
            (2, SpeakerId(2), "This."),
            (3, SpeakerId(2), "And that."),
        ]
    );
    let people: Vec<_> = found.speakers.iter().map(|one| (one.role, one.name.as_deref())).collect();
    assert_eq!(people, [(Role::Coach, Some("Anna")), (Role::Unknown, Some("Tom"))]);
    assert_eq!((found.speech, found.duration_ms), (None, None));
}

#[test]
fn speech_of_a_document_was_heard_and_times_of_utterances_are_those_of_captions() {
    let with = |more: serde_json::Value| {
        let mut text = json!({"schema": "openfloor.transcript/1", "language": "en", "duration_ms": 9_000,
            "speakers": [{"id": "S2"}, {"id": "S1", "name": "Anna"}],
            "utterances": [{"id": 4, "speaker": "S1", "start_ms": 500, "end_ms": 3_000, "text": "Hi."},
                {"id": 7, "speaker": "S2", "start_ms": 4_000, "end_ms": 5_000, "text": "Hi."}]});
        text.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(text.to_string().as_bytes(), None).unwrap()
    };
    let heard = with(json!({"speech": [{"speaker": "S1", "start_ms": 500, "end_ms": 2_900}]}));
    assert_eq!((heard.speech_from, heard.speech.unwrap().len()), (SpeechFrom::Sound, 1));
    assert_eq!(heard.utterances.iter().map(|one| one.id).collect::<Vec<_>>(), [4, 7]);
    assert_eq!(heard.duration_ms, Some(Ms(9_000)));
    let plain = with(json!({}));
    assert_eq!((plain.speech_from, plain.speech.unwrap().len()), (SpeechFrom::Captions, 2));
    let captions = with(json!({"speech_from": "captions", "speaker_evidence": "channels",
        "speech": [{"speaker": "S1", "start_ms": 500, "end_ms": 2_900}]}));
    assert_eq!(
        (captions.speech_from, captions.evidence),
        (SpeechFrom::Captions, Evidence::Channels)
    );
}

#[test]
fn words_that_are_not_the_text_are_left_out() {
    let with = |words: serde_json::Value, text: &str| {
        let text = json!({"schema": "openfloor.transcript/1", "speakers": [{"id": "S1"}],
            "utterances": [{"text": text, "words": words}]});
        read(text.to_string().as_bytes(), None).unwrap().utterances.remove(0).words.len()
    };
    let word =
        |text: &str, start: i64, end: i64| json!({"text": text, "start_ms": start, "end_ms": end});
    assert_eq!(with(json!([word("Hi", 0, 5), word("you", 5, 9)]), "Hi you"), 2);
    assert_eq!(with(json!([word("Hi", 0, 5)]), "Hi you"), 0);
    assert_eq!(with(json!([word("Hi", 5, 5)]), "Hi"), 0);
    assert_eq!(with(json!([word("Hi", -5, 5)]), "Hi"), 0);
}

/// Anything at all, cut and mixed from what the forms are made of.
#[test]
fn no_file_makes_it_panic() {
    const PIECES: [&str; 24] = [
        "WEBVTT\n",
        "\n\n",
        "1\n",
        "00:00:01,000 --> 00:00:02,000\n",
        "00:09.000 --> 00:01.000\n",
        "99:99:99.999 --> 999999:00.0\n",
        "<v Anna>",
        "</v>",
        "Tom: ",
        "[Eve] ",
        "-->",
        "&amp;&#0;&#x110000;",
        "\0",
        "\u{feff}",
        "é«»…",
        "<",
        "{\\",
        "NOTE ",
        "{\"schema\":\"openfloor.transcript/1\",\"utterances\":[",
        "{\"speaker\":\"S1\",\"start_ms\":-1,\"end_ms\":1e300,\"text\":\"x\"},",
        "]}",
        "Anna  0:12\n",
        "words? ",
        "(0:1",
    ];
    let mut seed = 1_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..4_000 {
        let mut text: Vec<u8> = Vec::new();
        for _ in 0..next(30) {
            let piece = PIECES[next(PIECES.len())].as_bytes();
            text.extend(&piece[..next(piece.len() + 1).max(piece.len() / 2)]);
        }
        if let Ok(found) = read(&text, None) {
            assert!(found.utterances.iter().all(|one| !one.text.is_empty()));
            assert!(
                found
                    .utterances
                    .iter()
                    .all(|one| found.speakers.iter().any(|s| s.id == one.speaker))
            );
        }
    }
}

#[test]
fn a_word_of_ten_thousand_letters_is_a_word() {
    let long = "a".repeat(10_000);
    let text = format!("WEBVTT\n\n00:01.000 --> 00:02.000\n<v {long}>{long}\n");
    let found = read(text.as_bytes(), Some(Language::En)).unwrap();
    assert_eq!(found.utterances[0].text.len(), 10_000);
}
