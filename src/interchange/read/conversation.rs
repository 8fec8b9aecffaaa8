//! What was said, piece by piece → speakers, utterances, speech.

use std::collections::{BTreeMap, BTreeSet};

use super::encoding::clean;
use super::{MOST_UTTERANCES, Unreadable, names};
use crate::session::{
    Language, Ms, OptionalSpan, Role, RoleEvidence, RoleFrom, SPEECH_PAUSE, Span, Speaker,
    SpeakerId, Speech, Utterance, join,
};

/// Captions of one speaker closer than this make one utterance. Ours: makers cut a sentence into
/// captions that touch or leave a frame or two, while a pause that a reader should see as a new
/// line is longer (a turn ends at 2 s, CODEBOOK).
const ONE_UTTERANCE: Ms = Ms(1_000);
/// An utterance this long ends with its next sentence: times inside it are shared out by
/// characters, which is fair over some seconds only. Ours.
const LONG_UTTERANCE: Ms = Ms(30_000);
/// What a word takes, for a caption whose end is not after its start: 150 words a minute.
const WORD: Ms = Ms(400);

/// A piece of a transcript before it is known who speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The name in it; `None`: whoever spoke before.
    pub name: Option<String>,
    /// Start and end as written.
    pub time: Option<(Ms, Ms)>,
    /// The words.
    pub text: String,
}

/// Who speaks and what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conversation {
    pub speakers: Vec<Speaker>,
    pub utterances: Vec<Utterance>,
    /// `None` without times.
    pub speech: Option<Vec<Speech>>,
}

/// Puts the pieces together, in order of time where there are times.
pub(super) fn conversation(said: Vec<Said>) -> Result<Conversation, Unreadable> {
    let mut said: Vec<Said> = said
        .into_iter()
        .map(|one| Said { text: clean(&one.text), ..one })
        .filter(|one| !one.text.is_empty())
        .collect();
    if said.is_empty() {
        return Err(Unreadable::NothingSaid);
    }
    // Before the sort: "whoever spoke before" is meant of the file.
    let of = who(&mut said)?;
    let mut order: Vec<(Ms, usize)> = Vec::with_capacity(said.len());
    let mut last = Ms::ZERO;
    for (index, one) in said.iter().enumerate() {
        last = one.time.map_or(last, |(start, _)| start);
        order.push((last, index));
    }
    order.sort_unstable();
    let mut utterances: Vec<Utterance> = Vec::new();
    let mut spans: BTreeMap<SpeakerId, Vec<Span>> = BTreeMap::new();
    for (_, index) in order {
        let (one, speaker) = (&said[index], of.ids[index]);
        let span = one.time.and_then(|time| span(time, &one.text));
        if let Some(span) = span {
            spans.entry(speaker).or_default().push(span);
        }
        match utterances.last_mut().filter(|last| goes_on(last, speaker, span)) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&one.text);
                last.span = OptionalSpan(last.time().zip(span).map(|(a, b)| a.hull(b)));
            }
            None => utterances.push(utterance(speaker, span, one.text.clone(), Language::En)),
        }
    }
    if utterances.len() > MOST_UTTERANCES {
        return Err(Unreadable::TooLong);
    }
    number(&mut utterances);
    Ok(Conversation { speakers: of.speakers, utterances, speech: speech(spans, SPEECH_PAUSE) })
}

/// The stretches of each speaker, closer ones joined, in order of time; `None` without any.
pub(super) fn speech(spans: BTreeMap<SpeakerId, Vec<Span>>, gap: Ms) -> Option<Vec<Speech>> {
    if spans.is_empty() {
        return None;
    }
    let of =
        |(speaker, spans)| join(spans, gap).into_iter().map(move |span| Speech { span, speaker });
    let mut speech: Vec<Speech> = spans.into_iter().flat_map(of).collect();
    speech.sort_unstable();
    Some(speech)
}

/// Numbers utterances from 1.
pub(super) fn number(utterances: &mut [Utterance]) {
    for (number, utterance) in (1..).zip(utterances) {
        utterance.id = number;
    }
}

/// An utterance without words of its own.
pub(super) fn utterance(
    speaker: SpeakerId,
    span: Option<Span>,
    text: String,
    language: Language,
) -> Utterance {
    let span = OptionalSpan(span);
    Utterance { id: 0, speaker, span, language, text, words: Vec::new(), prosody: None }
}

fn goes_on(last: &Utterance, speaker: SpeakerId, span: Option<Span>) -> bool {
    let Some((before, now)) = last.time().zip(span) else { return false };
    let ended = before.length() >= LONG_UTTERANCE && last.text.ends_with(['.', '?', '!', '…']);
    last.speaker == speaker && now.start().since(before.end()) < ONE_UTTERANCE && !ended
}

/// When a piece is said; of one whose end is not after its start, as long as its words take.
fn span((start, end): (Ms, Ms), text: &str) -> Option<Span> {
    let words = u64::try_from(text.split(' ').count()).unwrap_or(u64::MAX);
    Span::new(start, end).or_else(|| Span::new(start, start + Ms(WORD.0.saturating_mul(words))))
}

struct Who {
    speakers: Vec<Speaker>,
    /// A speaker a piece.
    ids: Vec<SpeakerId>,
}

/// Speakers by their names, in order of first appearance; pieces without a name are of the speaker
/// before, and of the first one where there is none before.
fn who(said: &mut [Said]) -> Result<Who, Unreadable> {
    let mut named: Vec<String> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut places = Vec::with_capacity(said.len());
    let mut last = None;
    for one in said.iter() {
        let name = one.name.as_deref().map(clean).filter(|name| !name.is_empty());
        if let Some(name) = name {
            let place = *known.entry(name.to_lowercase()).or_insert_with(|| {
                named.push(name);
                named.len() - 1
            });
            last = Some(place);
        }
        places.push(last);
    }
    if named.is_empty() {
        return Err(Unreadable::NoNames);
    }
    if named.len() > usize::from(u8::MAX) {
        return Err(Unreadable::TooManySpeakers { most: u8::MAX });
    }
    // What this program writes where it knows no name: S1, S2.
    let labels: Vec<SpeakerId> = named.iter().filter_map(|name| name.parse().ok()).collect();
    let different: BTreeSet<&SpeakerId> = labels.iter().collect();
    let labelled = different.len() == named.len();
    let id = |place: usize| {
        let number = u8::try_from(place + 1).unwrap_or(u8::MAX);
        if labelled { labels[place] } else { SpeakerId(number) }
    };
    let speaker = |(place, name): (usize, &String)| {
        let name = Some(name.clone()).filter(|_| !labelled);
        speaker(id(place), None, name)
    };
    let mut speakers: Vec<Speaker> = named.iter().enumerate().map(speaker).collect();
    speakers.sort_by_key(|speaker| speaker.id);
    Ok(Who { speakers, ids: places.into_iter().map(|place| id(place.unwrap_or(0))).collect() })
}

/// A speaker with the role that the file gives, or else says in the name. A name that says nothing
/// but that is none.
pub(super) fn speaker(id: SpeakerId, role: Option<Role>, name: Option<String>) -> Speaker {
    let by_name = name.as_deref().and_then(names::role);
    let role = role.or(by_name).unwrap_or_default();
    let name = name.filter(|name| by_name.is_none() || name.contains('('));
    let evidence = RoleEvidence::new(RoleFrom::Import);
    let role_evidence = Some(evidence).filter(|_| role != Role::Unknown);
    Speaker { id, role, name, role_evidence, role_confidence: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, start: u64, end: u64, text: &str) -> Said {
        Said {
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            time: Some((Ms(start), Ms(end))),
            text: text.to_owned(),
        }
    }

    fn texts(conversation: &Conversation) -> Vec<(String, &str)> {
        let all = conversation.utterances.iter();
        all.map(|one| (one.speaker.to_string(), one.text.as_str())).collect()
    }

    #[test]
    fn captions_of_one_speaker_that_nearly_touch_are_one_utterance() {
        let pieces = vec![
            said("Anna", 0, 1_000, "What would"),
            said("Anna", 1_999, 3_000, "you like?"),
            said("Anna", 4_000, 5_000, "Hm?"),
            said("Tom", 5_000, 6_000, "This."),
        ];
        let found = conversation(pieces).unwrap();
        let expected = [("S1", "What would you like?"), ("S1", "Hm?"), ("S2", "This.")];
        assert_eq!(texts(&found), expected.map(|(who, text)| (who.to_owned(), text)));
        assert_eq!(found.utterances[0].time(), Span::new(Ms(0), Ms(3_000)));
        assert_eq!(found.utterances.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 2, 3]);
        // Speech keeps the pause that the utterance runs over.
        assert_eq!(found.speech.unwrap().len(), 4);
        let names: Vec<_> = found.speakers.iter().map(|one| one.name.as_deref()).collect();
        assert_eq!(names, [Some("Anna"), Some("Tom")]);
    }

    #[test]
    fn captions_without_a_name_are_of_the_speaker_before() {
        let pieces = vec![
            said("", 0, 900, "Hello."),
            said("Anna", 1_000, 2_000, "Hi."),
            said("Tom", 9_000, 9_900, "Yes."),
            said("", 20_000, 20_900, "And no."),
        ];
        let found = conversation(pieces).unwrap();
        let expected = [("S1", "Hello. Hi."), ("S2", "Yes."), ("S2", "And no.")];
        assert_eq!(texts(&found), expected.map(|(who, text)| (who.to_owned(), text)));
        let nobody = vec![said("", 0, 900, "Hello.")];
        assert_eq!(conversation(nobody), Err(Unreadable::NoNames));
    }

    #[test]
    fn times_that_go_back_are_put_in_order_and_ends_before_starts_are_mended() {
        let pieces = vec![
            said("Anna", 50_000, 40_000, "Two words"),
            said("Tom", 1_000, 5_000, "First."),
            said("Tom", 2_000, 2_000, "Inside."),
            said("Tom", u64::MAX, u64::MAX, "Never."),
        ];
        let found = conversation(pieces).unwrap();
        let expected = [("S2", "First. Inside."), ("S1", "Two words"), ("S2", "Never.")];
        assert_eq!(texts(&found), expected.map(|(who, text)| (who.to_owned(), text)));
        assert_eq!(found.utterances[0].time(), Span::new(Ms(1_000), Ms(5_000)));
        assert_eq!(found.utterances[1].time(), Span::new(Ms(50_000), Ms(50_800)));
    }

    #[test]
    fn a_long_utterance_ends_with_its_sentence() {
        let pieces: Vec<Said> = (0..20)
            .map(|nth| {
                let text = if nth % 5 == 4 { "ends here." } else { "goes on" };
                said("Anna", nth * 4_000, nth * 4_000 + 3_900, text)
            })
            .collect();
        let found = conversation(pieces).unwrap();
        let lengths: Vec<u64> =
            found.utterances.iter().map(|one| one.time().unwrap().length().0).collect();
        assert_eq!(lengths, [39_900, 39_900]);
    }

    #[test]
    fn more_speakers_than_can_be_told_apart_are_refused() {
        let many =
            |count: u64| (0..count).map(|n| said(&format!("P {n}"), n, n + 1, "x")).collect();
        assert_eq!(conversation(many(255)).unwrap().speakers.len(), 255);
        assert_eq!(conversation(many(256)), Err(Unreadable::TooManySpeakers { most: 255 }));
    }

    #[test]
    fn a_name_that_is_a_role_gives_it() {
        let pieces = vec![said("Coach", 0, 900, "Hi."), said("Tom (client)", 1_000, 2_000, "Hi.")];
        let speakers = conversation(pieces).unwrap().speakers;
        assert_eq!((speakers[0].role, speakers[0].name.as_deref()), (Role::Coach, None));
        assert_eq!(
            (speakers[1].role, speakers[1].name.as_deref()),
            (Role::Coachee, Some("Tom (client)"))
        );
        assert_eq!(speakers[0].role_evidence.as_ref().unwrap().from, RoleFrom::Import);
    }

    #[test]
    fn labels_of_our_own_stay_what_they_are() {
        let pieces = vec![said("S2", 0, 900, "Hi."), said("S1", 1_000, 2_000, "Hi.")];
        let found = conversation(pieces).unwrap();
        assert_eq!(found.speakers[0].id, SpeakerId(1));
        assert_eq!((found.utterances[0].speaker, &found.speakers[0].name), (SpeakerId(2), &None));
    }
}
