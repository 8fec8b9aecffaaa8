//! What every subject of the analysis reads: the session with its acts placed in time, its floor,
//! its talk times, and who is looked at.

use std::collections::BTreeMap;

use super::Coding;
use super::result::{Reason, Subject};
use super::talk_time::{TalkTime, talk_time};
use super::turns::{self, Floor};
use crate::lang::{self, Act, CharSpan};
use crate::session::{
    Language, Ms, Role, Session, Span, SpeakerId, Speech, SpeechFrom, Utterance, join,
};

/// An act with its place.
#[derive(Debug, Clone, Copy)]
pub struct PlacedAct<'a> {
    /// What it is.
    pub act: &'a Act,
    /// Index of its utterance.
    pub utterance: usize,
    /// Who says it.
    pub speaker: SpeakerId,
    /// From its words where there are any, else from the utterance: what a moment shows.
    pub time: Option<Span>,
    /// The same, but within an utterance without words shared out by characters: what is reckoned
    /// with.
    pub at: Option<Span>,
}

/// What only a session with times has.
#[derive(Debug)]
pub(super) struct Timed<'a> {
    pub(super) speech: &'a [Speech],
    /// When the session starts, on the recording's clock.
    pub(super) start: Ms,
    /// Length of the session, without what is off the record.
    pub(super) duration: Ms,
    pub(super) talk: TalkTime,
}

/// Who is looked at: the coach, or each speaker in turn where the coach is unknown.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) own: SpeakerId,
    pub(super) subject: Subject,
    pub(super) others: Vec<SpeakerId>,
    /// The coachee's rows are given under this subject; `None` where roles are unknown.
    pub(super) other_subject: Option<Subject>,
}

/// How much of what is left out lies in the session, without what is heard there: speech at the edge of
/// a gap reaches into it by some frames, and is time of the session.
fn silent_part(left_out: &[Span], speech: &[Speech], start: Ms, end: Ms) -> Ms {
    let inside = left_out
        .iter()
        .filter_map(|cut| Span::new(cut.start().max(start), cut.end().min(end)))
        .collect::<Vec<_>>();
    if inside.is_empty() {
        return Ms::ZERO;
    }
    let heard = join(speech.iter().map(|one| one.span).collect(), Ms(1));
    let silent = |cut: &Span| {
        let heard: Ms = heard.iter().map(|heard| heard.overlap(*cut)).sum();
        cut.length().since(heard)
    };
    inside.iter().map(silent).sum()
}

/// The session as the subjects read it.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) session: &'a Session,
    pub(super) acts: Vec<PlacedAct<'a>>,
    pub(super) floor: Floor,
    pub(super) words: BTreeMap<SpeakerId, u64>,
    pub(super) words_in: Vec<u64>,
    pub(super) coach: Option<SpeakerId>,
    /// What counts as no time of the session.
    left_out: Vec<Span>,
    timed: Option<Timed<'a>>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(session: &'a Session, coding: &'a Coding) -> Self {
        let mut acts = Vec::new();
        let (mut by_speaker, mut words_in) = (BTreeMap::new(), Vec::new());
        for (index, utterance) in session.utterances.iter().enumerate() {
            let count = lang::word_count(&utterance.text);
            *by_speaker.entry(utterance.speaker).or_default() += count;
            words_in.push(count);
            acts.extend(coding.0.get(index).into_iter().flatten().map(|act| PlacedAct {
                act,
                utterance: index,
                speaker: utterance.speaker,
                time: time_of(utterance, act.span),
                at: from_words(utterance, act.span).or_else(|| by_characters(utterance, act.span)),
            }));
        }
        let left_out = session.left_out();
        let timed = session.speech.as_deref().map(|speech| {
            let heard = speech.iter().map(|one| one.span.end()).max().unwrap_or_default();
            let part = session.source.part;
            let start = part.map_or(Ms::ZERO, Span::start);
            let end = part.map_or(session.source.duration_ms.unwrap_or_default(), Span::end);
            let end = end.max(heard);
            let mut talk = talk_time(speech, Span::new(start, end));
            let off = silent_part(&left_out, speech, start, end);
            talk.silence_ms = talk.silence_ms.since(off);
            Timed { speech, start, duration: end.since(start).since(off), talk }
        });
        let floor = match &timed {
            Some(timed) => turns::by_time(session, timed.speech, &acts),
            None => turns::by_order(session, &acts),
        };
        let coach = session.only(Role::Coach);
        Self { session, acts, floor, words: by_speaker, words_in, coach, left_out, timed }
    }

    /// The measured times, or why there are none.
    pub(super) fn timed(&self) -> Result<&Timed<'a>, Reason> {
        match &self.timed {
            None if self.words.values().all(|&count| count == 0) => Err(Reason::NoSpeech),
            None => Err(Reason::NoTimes),
            Some(timed) if timed.talk.total() == Ms::ZERO => Err(Reason::NoSpeech),
            Some(timed) => Ok(timed),
        }
    }

    /// Whether something between two places is off the record or was not recorded: what was heard on
    /// both sides of it did not follow each other.
    pub(super) fn is_cut(&self, from: Ms, to: Ms) -> bool {
        let between = |cut: &&Span| cut.start() < to && cut.end() > from;
        self.left_out.iter().any(|cut| between(&cut))
    }

    /// The same where speech was heard: captions tell neither pauses nor overlaps.
    pub(super) fn heard(&self) -> Result<&Timed<'a>, Reason> {
        let timed = self.timed()?;
        match self.session.source.speech_from {
            SpeechFrom::Sound => Ok(timed),
            SpeechFrom::Captions => Err(Reason::CaptionTimes),
        }
    }

    /// Whether words can be coded here.
    pub(super) fn coded(&self) -> Result<(), Reason> {
        if self.words.values().all(|&count| count == 0) {
            // Speech without a single word: nothing was asked that we know of.
            return Err(Reason::NoSpeech);
        }
        match self.session.source.language {
            Language::Other => Err(Reason::LanguageUnsupported),
            Language::En | Language::Fr => Ok(()),
        }
    }

    /// The coach alone, or everybody who talks where the coach is unknown.
    pub(super) fn views(&self) -> Vec<View> {
        if let Some(coach) = self.coach {
            return vec![View {
                own: coach,
                subject: Subject::Coach,
                others: self.coachees(coach),
                other_subject: Some(Subject::Coachee),
            }];
        }
        let all = self.session.speakers.iter().map(|speaker| speaker.id);
        all.clone()
            .map(|own| View {
                own,
                subject: Subject::Speaker(own),
                others: all.clone().filter(|&other| other != own).collect(),
                other_subject: None,
            })
            .collect()
    }

    /// Those who are coached: by role, else whoever's role is not known.
    fn coachees(&self, coach: SpeakerId) -> Vec<SpeakerId> {
        let of = |role: Role| -> Vec<SpeakerId> {
            let speakers = self.session.speakers.iter();
            speakers.filter(|s| s.role == role && s.id != coach).map(|s| s.id).collect()
        };
        let coachees = of(Role::Coachee);
        if coachees.is_empty() { of(Role::Unknown) } else { coachees }
    }

    /// A speaker as the subject of a figure or a moment.
    pub(super) fn subject(&self, speaker: SpeakerId) -> Subject {
        match self.coach {
            Some(coach) if coach == speaker => Subject::Coach,
            Some(coach) if self.coachees(coach).contains(&speaker) => Subject::Coachee,
            _ => Subject::Speaker(speaker),
        }
    }

    pub(super) fn words_of(&self, speaker: SpeakerId) -> u64 {
        self.words.get(&speaker).copied().unwrap_or_default()
    }

    /// The turn an act belongs to.
    pub(super) fn turn(&self, placed: &PlacedAct<'_>) -> Option<usize> {
        match (placed.at, &self.timed) {
            (Some(at), Some(_)) => {
                self.floor.turn_at(placed.speaker, Ms(u64::midpoint(at.start().0, at.end().0)))
            }
            _ => self.floor.turn_of(placed.utterance),
        }
    }
}

/// When an act is said, as far as it is known: from its words where there are any, else from the
/// utterance.
pub(super) fn time_of(utterance: &Utterance, span: CharSpan) -> Option<Span> {
    from_words(utterance, span).or_else(|| utterance.time())
}

/// When the words of `span` are said; `None` without words, or when they are not the text.
fn from_words(utterance: &Utterance, span: CharSpan) -> Option<Span> {
    let (mut offset, mut found): (u32, Option<Span>) = (0, None);
    for word in &utterance.words {
        let length = u32::try_from(word.text.chars().count()).ok()?;
        if offset < span.end && offset + length > span.start {
            found = Some(found.map_or(word.span, |before| before.hull(word.span)));
        }
        offset += length + 1;
    }
    found
}

/// Where `span` lies if every character of the utterance takes as long.
fn by_characters(utterance: &Utterance, span: CharSpan) -> Option<Span> {
    let whole = utterance.time()?;
    let characters = u64::try_from(utterance.text.chars().count()).ok()?.max(1);
    let at = |offset: u32| {
        let part = whole.length().0.saturating_mul(u64::from(offset).min(characters)) / characters;
        whole.start() + Ms(part)
    };
    Span::new(at(span.start), at(span.end)).or(Some(whole))
}

/// The characters of `span`.
pub(super) fn slice(text: &str, span: CharSpan) -> String {
    let length = span.end.saturating_sub(span.start);
    text.chars()
        .skip(usize::try_from(span.start).unwrap_or(usize::MAX))
        .take(usize::try_from(length).unwrap_or(0))
        .collect()
}
