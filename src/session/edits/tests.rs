use serde_json::json;

use super::*;
use crate::session::{Ms, Session, Speech};

fn session() -> Session {
    let speaker = |id: &str, role: &str| json!({"id": id, "role": role, "name": null});
    let word =
        |text: &str, start: u64| json!({"text": text, "start_ms": start, "end_ms": start + 400});
    serde_json::from_value(json!({
        "source": {"kind": "recording", "duration_ms": 20_000, "language": "en", "model": "base",
            "speaker_evidence": "voices", "files": [],
            "separation": {"level": "clear", "bleed_db": null, "talk_share_error": null}},
        "about": {},
        "speakers": [speaker("S1", "coach"), speaker("S2", "coachee"), speaker("S3", "other")],
        "speech": [
            {"speaker": "S1", "start_ms": 1_000, "end_ms": 3_000},
            {"speaker": "S2", "start_ms": 4_000, "end_ms": 8_000},
            {"speaker": "S3", "start_ms": 8_200, "end_ms": 9_000}],
        "utterances": [
            {"id": 1, "speaker": "S1", "start_ms": 1_000, "end_ms": 3_000, "language": "en",
             "text": "what do you kneed", "words": [word("what", 1_000), word("do", 1_500),
                word("you", 2_000), word("kneed", 2_500)]},
            {"id": 2, "speaker": "S2", "start_ms": 4_000, "end_ms": 8_000, "language": "en",
             "text": "rest and quiet", "words": [word("rest", 4_000), word("and", 5_000), word("quiet", 7_500)]},
            {"id": 3, "speaker": "S3", "start_ms": 8_200, "end_ms": 9_000, "language": "en", "text": "yes"}],
        "warnings": []
    }))
    .unwrap()
}

fn span(start: u64, end: u64) -> Span {
    Span::new(Ms(start), Ms(end)).unwrap()
}

fn at(speaker: u8, start: u64, end: u64) -> Place {
    Place {
        speaker: Some(SpeakerId(speaker)),
        time: OptionalSpan(Span::new(Ms(start), Ms(end))),
        ..Place::default()
    }
}

fn roles(session: &Session) -> Vec<Role> {
    session.speakers.iter().map(|one| one.role).collect()
}

#[test]
fn no_edits_change_nothing() {
    assert_eq!(apply(&[], session()), session());
}

#[test]
fn an_edit_is_a_line_that_names_time_speaker_and_kind() {
    let edit = Edit::RejectMoment { at: at(1, 5, 9), kind: MomentKind::Question, rejected: true };
    let line = r#"{"edit":"reject_moment","speaker":"S1","start_ms":5,"end_ms":9,"kind":"question","rejected":true}"#;
    assert_eq!(serde_json::to_string(&edit).unwrap(), line);
    let short =
        r#"{"edit":"reject_moment","kind":"question","speaker":"S1","start_ms":5,"end_ms":9}"#;
    assert_eq!(serde_json::from_str::<Edit>(short).unwrap(), edit);
    let cut: Edit =
        serde_json::from_str(r#"{"edit":"exclude_span","start_ms":1,"end_ms":2}"#).unwrap();
    assert_eq!(cut, Edit::ExcludeSpan { span: span(1, 2), excluded: true });
    assert!(
        serde_json::from_str::<Edit>(r#"{"edit":"set_role","speaker":"S0","role":"coach"}"#)
            .is_err()
    );
}

#[test]
fn who_becomes_the_coach_takes_the_place_of_the_coach() {
    let edit = Edit::SetRole { speaker: SpeakerId(2), role: Role::Coach };
    let edited = apply(std::slice::from_ref(&edit), session());
    assert_eq!(roles(&edited), [Role::Coachee, Role::Coach, Role::Other]);
    let back = Edit::SetRole { speaker: SpeakerId(1), role: Role::Coach };
    assert_eq!(roles(&apply(&[edit, back], session())), roles(&session()));
}

#[test]
fn with_one_role_said_the_others_follow() {
    let mut unknown = session();
    unknown.speakers.iter_mut().for_each(|one| one.role = Role::Unknown);
    let edit = Edit::SetRole { speaker: SpeakerId(1), role: Role::Coach };
    // The one who talks most of the others.
    assert_eq!(roles(&apply(&[edit], unknown)), [Role::Coach, Role::Coachee, Role::Other]);
}

#[test]
fn voices_merge_with_their_speech_and_their_edits_and_part_again() {
    let merge = Edit::Merge { speaker: SpeakerId(3), into: SpeakerId(2) };
    let mend = Edit::SetText { at: at(3, 8_200, 9_000), text: "yes, both".into() };
    let edited = apply(&[mend, merge.clone()], session());
    assert_eq!(roles(&edited), [Role::Coach, Role::Coachee]);
    let speech: Vec<Speech> = edited.speech.clone().unwrap();
    assert_eq!(speech[1], Speech { span: span(4_000, 9_000), speaker: SpeakerId(2) });
    assert_eq!(
        (edited.utterances[2].speaker, edited.utterances[2].text.as_str()),
        (SpeakerId(2), "yes, both")
    );
    assert!(edited.corrections.lost.is_empty());
    let part = Edit::Merge { speaker: SpeakerId(3), into: SpeakerId(3) };
    assert_eq!(apply(&[merge, part], session()).speakers, session().speakers);
}

#[test]
fn two_voices_cannot_be_each_others() {
    let merge = |speaker, into| Edit::Merge { speaker: SpeakerId(speaker), into: SpeakerId(into) };
    let edited = apply(&[merge(2, 3), merge(3, 2), merge(1, 3)], session());
    assert_eq!(edited.speakers.len(), 1);
}

#[test]
fn mended_words_take_the_times_of_those_they_replace() {
    let edit = Edit::SetText { at: at(1, 1_000, 3_000), text: "what do you really need".into() };
    let edited = apply(&[edit], session());
    let words: Vec<(&str, Span)> =
        edited.utterances[0].words.iter().map(|word| (word.text.as_str(), word.span)).collect();
    assert_eq!(edited.utterances[0].text, "what do you really need");
    assert_eq!(words[2], ("you", span(2_000, 2_400)));
    assert_eq!(words[3], ("really", span(2_500, 2_740)));
    assert_eq!(words[4], ("need", span(2_740, 2_900)));
}

#[test]
fn a_word_that_was_missed_stands_between_its_neighbours() {
    let edit = Edit::SetText { at: at(2, 4_000, 8_000), text: "rest and some quiet".into() };
    let edited = apply(&[edit], session());
    let words = &edited.utterances[1].words;
    assert_eq!((words[2].text.as_str(), words[2].span), ("some", span(5_200, 7_700)));
    let gone = Edit::SetText { at: at(2, 4_000, 8_000), text: " ".into() };
    assert_eq!(apply(&[gone], session()).utterances.len(), 2);
}

#[test]
fn what_is_off_the_record_is_nowhere() {
    let edit = Edit::ExcludeSpan { span: span(4_900, 7_600), excluded: true };
    let note = Edit::Note { at: at(2, 5_000, 5_400), kind: None, text: "about that".into() };
    let edited = apply(&[edit.clone(), note], session());
    // "quiet" is touched, so it goes too.
    assert_eq!(edited.utterances[1].text, "rest");
    assert_eq!(edited.utterances[1].span, OptionalSpan(Some(span(4_000, 4_900))));
    let speech: Vec<Span> = edited.speech_of(SpeakerId(2)).collect();
    assert_eq!(speech, [span(4_000, 4_900), span(7_600, 8_000)]);
    assert_eq!(edited.corrections.notes, []);
    let again = Edit::ExcludeSpan { span: span(0, 20_000), excluded: false };
    assert_eq!(apply(&[edit, again], session()).utterances, session().utterances);
}

#[test]
fn an_utterance_without_word_times_goes_whole() {
    let edit = Edit::ExcludeSpan { span: span(8_900, 30_000), excluded: true };
    let edited = apply(&[edit], session());
    assert_eq!(edited.utterances.len(), 2);
    assert_eq!(edited.corrections.excluded, [span(8_900, 20_000)]);
}

#[test]
fn what_no_longer_finds_its_place_is_listed() {
    let edits = [
        Edit::SetText { at: at(1, 12_000, 13_000), text: "x".into() },
        Edit::SetText { at: at(1, 1_000, 1_400), text: "a small part of it".into() },
        Edit::Rename { speaker: SpeakerId(9), name: None },
        Edit::ExcludeSpan { span: span(25_000, 26_000), excluded: true },
        Edit::Note { at: at(1, 25_000, 26_000), kind: None, text: "x".into() },
        Edit::Merge { speaker: SpeakerId(7), into: SpeakerId(1) },
    ];
    let edited = apply(&edits, session());
    assert_eq!(edited.corrections.lost, [0, 1, 2, 3, 4, 5]);
    assert_eq!(edited.utterances, session().utterances);
}

#[test]
fn the_last_word_on_a_moment_counts() {
    let place = at(1, 1_000, 3_000);
    let reject = |rejected| Edit::RejectMoment { at: place, kind: MomentKind::Question, rejected };
    let label = Edit::SetLabel { at: place, kind: MomentKind::Question, label: Label::Open };
    let standing = |edits: &[Edit]| {
        let corrections = apply(edits, session()).corrections;
        (corrections.rejections.len(), corrections.labels.len())
    };
    assert_eq!(standing(&[reject(true), reject(true)]), (1, 0));
    assert_eq!(standing(&[reject(true), reject(false)]), (0, 0));
    assert_eq!(standing(&[reject(true), label.clone()]), (0, 1));
    assert_eq!(standing(&[label, reject(true)]), (1, 1));
}

#[test]
fn of_two_acts_at_one_time_the_characters_tell_which() {
    let place = |chars| Place { chars: Some(chars), ..at(1, 1_000, 3_000) };
    assert_eq!(place((5, 9)).find([place((0, 4)), place((5, 9))]), Some(1));
    // Another model wrote other words: the time says enough.
    assert_eq!(place((5, 9)).find([place((3, 4))]), Some(0));
    assert_eq!(place((5, 9)).find([at(2, 1_000, 3_000)]), None);
}

#[test]
fn every_edit_is_as_its_schema_says() {
    let schema = include_str!("../../../schemas/edits.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let place = Place { chars: Some((0, 4)), ..at(1, 1_000, 3_000) };
    let untimed = Place { utterance: Some(3), time: OptionalSpan(None), ..place };
    let kind = MomentKind::Question;
    let mut edits = vec![
        Edit::SetRole { speaker: SpeakerId(1), role: Role::Coach },
        Edit::Rename { speaker: SpeakerId(1), name: None },
        Edit::Merge { speaker: SpeakerId(3), into: SpeakerId(2) },
        Edit::SetText { at: place, text: "x".into() },
        Edit::RejectMoment { at: untimed, kind, rejected: false },
        Edit::ExcludeSpan { span: span(1, 2), excluded: true },
        Edit::Note { at: place, kind: None, text: "x".into() },
    ];
    edits.extend(Label::ALL.map(|label| Edit::SetLabel { at: place, kind, label }));
    for edit in edits {
        let value = serde_json::to_value(&edit).unwrap();
        assert!(validator.is_valid(&value), "{value}");
        assert_eq!(serde_json::from_value::<Edit>(value).unwrap(), edit);
    }
    let unknown = json!({"edit": "sing", "speaker": "S1"});
    assert!(!validator.is_valid(&unknown));
}
