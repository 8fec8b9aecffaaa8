//! Edits in order → the corrected session.

use std::collections::BTreeMap;

use super::{Corrections, Edit, Note, Place, Rejection, Relabelled, mend};
use crate::session::{
    MomentKind, Ms, OptionalSpan, Role, RoleFrom, SPEECH_PAUSE, Session, Span, SpeakerId, Speech,
    Utterance, join,
};

/// The session as a person corrected it.
#[must_use]
pub fn apply(edits: &[Edit], mut session: Session) -> Session {
    let mut lost = Vec::new();
    let whose = Whose::of(edits, &session, &mut lost);
    whose.merge(&mut session);
    people(edits, &whose, &mut session, &mut lost);
    texts(edits, &whose, &mut session, &mut lost);
    let excluded = excluded(edits, &session, &mut lost);
    exclude(&mut session, &excluded);
    let mut corrections = judgements(edits, &whose);
    lost.extend(notes(edits, &whose, &session, &mut corrections.notes));
    // A note about what is off the record would put it on again.
    corrections.notes.retain(|note| {
        note.at.time.0.is_none_or(|time| excluded.iter().all(|cut| cut.overlap(time) == Ms::ZERO))
    });
    lost.sort_unstable();
    session.corrections = Corrections { edits: edits.to_vec(), excluded, lost, ..corrections };
    session
}

/// Who each voice is, once voices are merged.
struct Whose(BTreeMap<SpeakerId, SpeakerId>);

impl Whose {
    fn of(edits: &[Edit], session: &Session, lost: &mut Vec<usize>) -> Self {
        let known = |id: SpeakerId| session.speakers.iter().any(|one| one.id == id);
        let mut whose = Self(BTreeMap::new());
        for (index, edit) in edits.iter().enumerate() {
            let Edit::Merge { speaker, into } = *edit else { continue };
            if !known(speaker) || !known(into) {
                lost.push(index);
            } else if speaker == into {
                whose.0.remove(&speaker);
            } else if whose.is(into) != speaker {
                // Otherwise the two would be each other's.
                whose.0.insert(speaker, into);
            }
        }
        whose
    }

    fn is(&self, mut id: SpeakerId) -> SpeakerId {
        while let Some(&next) = self.0.get(&id) {
            id = next;
        }
        id
    }

    fn merge(&self, session: &mut Session) {
        if self.0.is_empty() {
            return;
        }
        session.speakers.retain(|one| self.is(one.id) == one.id);
        for utterance in &mut session.utterances {
            utterance.speaker = self.is(utterance.speaker);
        }
        for file in &mut session.source.files {
            file.speaker = file.speaker.map(|id| self.is(id));
        }
        if let Some(speech) = session.speech.take() {
            let mut by_speaker: BTreeMap<SpeakerId, Vec<Span>> = BTreeMap::new();
            for one in speech {
                by_speaker.entry(self.is(one.speaker)).or_default().push(one.span);
            }
            let joined = by_speaker.into_iter().flat_map(|(speaker, spans)| {
                join(spans, SPEECH_PAUSE).into_iter().map(move |span| Speech { span, speaker })
            });
            let mut speech: Vec<Speech> = joined.collect();
            speech.sort_unstable();
            session.speech = Some(speech);
        }
        // The one other who is left has the other role.
        session.give_other_roles(RoleFrom::Edit);
    }
}

fn people(edits: &[Edit], whose: &Whose, session: &mut Session, lost: &mut Vec<usize>) {
    for (index, edit) in edits.iter().enumerate() {
        let (Edit::SetRole { speaker, .. } | Edit::Rename { speaker, .. }) = edit else { continue };
        let id = whose.is(*speaker);
        let Some(speaker) = session.speakers.iter_mut().find(|one| one.id == id) else {
            lost.push(index);
            continue;
        };
        match edit {
            Edit::Rename { name, .. } => {
                speaker.name = name.clone().filter(|name| !name.trim().is_empty());
            }
            Edit::SetRole { role, .. } => {
                let before = speaker.role;
                set_role(session, id, before, *role);
            }
            _ => {}
        }
    }
}

/// One coach, one coachee: who had the role takes the one that came free. A role nobody took is
/// worked out of who is left.
fn set_role(session: &mut Session, id: SpeakerId, before: Role, role: Role) {
    if matches!(role, Role::Coach | Role::Coachee) && before != role {
        let held = session.speakers.iter().filter(|one| one.role == role && one.id != id);
        for other in held.map(|one| one.id).collect::<Vec<_>>() {
            session.give_role(other, before, RoleFrom::Edit);
        }
    }
    session.give_role(id, role, RoleFrom::Edit);
    if role != Role::Unknown {
        session.give_other_roles(RoleFrom::Edit);
    }
}

fn texts(edits: &[Edit], whose: &Whose, session: &mut Session, lost: &mut Vec<usize>) {
    // Places as they were heard: an utterance mended twice is found twice.
    let places: Vec<Place> = session.utterances.iter().map(place).collect();
    let mut gone = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let Edit::SetText { at, text } = edit else { continue };
        let at = Place { chars: None, ..at.with(|id| whose.is(id)) };
        match at.find(places.iter().copied()).filter(|&found| whole(&at, &places[found])) {
            Some(found) => {
                gone.retain(|&other| other != found);
                if text.trim().is_empty() {
                    gone.push(found);
                } else {
                    mend::mend(&mut session.utterances[found], text);
                }
            }
            None => lost.push(index),
        }
    }
    let mut number = 0;
    session.utterances.retain(|_| {
        number += 1;
        !gone.contains(&(number - 1))
    });
}

/// Whether each is most of the other: a longer utterance holds words that nobody mended.
fn whole(wanted: &Place, found: &Place) -> bool {
    match (wanted.time.0, found.time.0) {
        (Some(wanted), Some(found)) => {
            wanted.overlap(found).0 > wanted.length().max(found.length()).0 / 2
        }
        _ => true,
    }
}

fn place(utterance: &Utterance) -> Place {
    Place {
        speaker: Some(utterance.speaker),
        time: utterance.span,
        utterance: Some(utterance.id),
        chars: None,
    }
}

/// When the session ends; `None` without times.
fn end(session: &Session) -> Option<Ms> {
    let said = session.utterances.iter().filter_map(Utterance::time).map(Span::end).max();
    session.source.duration_ms.max(said)
}

fn excluded(edits: &[Edit], session: &Session, lost: &mut Vec<usize>) -> Vec<Span> {
    let end = end(session).unwrap_or_default();
    let mut all: Vec<Span> = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let Edit::ExcludeSpan { span, excluded } = *edit else { continue };
        let Some(span) = Span::new(span.start(), span.end().min(end)) else {
            lost.push(index);
            continue;
        };
        if excluded {
            all.push(span);
            all = join(all, Ms::ZERO);
        } else {
            all = all.into_iter().flat_map(|one| one.without(span)).collect();
        }
    }
    all
}

/// What is left of a stretch without another.
/// Takes out what lies in `cuts`. A word that is only touched goes as well: it may be the one that
/// mattered. An utterance whose words have no times goes whole.
fn exclude(session: &mut Session, cuts: &[Span]) {
    if cuts.is_empty() {
        return;
    }
    let touched = |span: Span| cuts.iter().any(|cut| cut.overlap(span) > Ms::ZERO);
    if let Some(speech) = &mut session.speech {
        let kept = speech.iter().flat_map(|one| {
            let mut spans = vec![one.span];
            for &cut in cuts {
                spans = spans.into_iter().flat_map(|span| span.without(cut)).collect();
            }
            let speaker = one.speaker;
            spans.into_iter().map(move |span| Speech { span, speaker })
        });
        let mut kept: Vec<Speech> = kept.collect();
        kept.sort_unstable();
        *speech = kept;
    }
    session.utterances.retain_mut(|utterance| {
        let Some(time) = utterance.time().filter(|&time| touched(time)) else { return true };
        let before = utterance.words.len();
        utterance.words.retain(|word| !touched(word.span));
        if utterance.words.len() < before {
            // How a voice ends what is off the record is off the record too.
            utterance.prosody = None;
        }
        let Some((first, last)) = utterance.words.first().zip(utterance.words.last()) else {
            return false;
        };
        // The edges of the utterance stay where they were, unless a cut moved them.
        let (mut from, mut to) = (time.start(), time.end());
        for cut in cuts {
            if cut.overlap(time) == Ms::ZERO {
                continue;
            }
            if cut.end() <= first.span.start() {
                from = from.max(cut.end());
            }
            if cut.start() >= last.span.end() {
                to = to.min(cut.start());
            }
        }
        utterance.span = OptionalSpan(Span::new(from, to));
        let words: Vec<&str> = utterance.words.iter().map(|word| word.text.as_str()).collect();
        utterance.text = words.join(" ");
        true
    });
}

/// Rejections and labels that stand: the last word on a moment counts.
fn judgements(edits: &[Edit], whose: &Whose) -> Corrections {
    let mut standing = Corrections::default();
    let same = |a: (MomentKind, &Place), b: (MomentKind, &Place)| {
        a.0 == b.0 && a.1.find([*b.1]).is_some() && a.1.chars == b.1.chars
    };
    for (index, edit) in edits.iter().enumerate() {
        match *edit {
            Edit::RejectMoment { at, kind, rejected } => {
                let at = at.with(|id| whose.is(id));
                standing.rejections.retain(|one| !same((kind, &at), (one.kind, &one.at)));
                if rejected {
                    standing.rejections.push(Rejection { edit: index, kind, at });
                }
            }
            Edit::SetLabel { at, kind, label } => {
                let at = at.with(|id| whose.is(id));
                standing.rejections.retain(|one| !same((kind, &at), (one.kind, &one.at)));
                standing.labels.push(Relabelled { edit: index, kind, at, label });
            }
            _ => {}
        }
    }
    standing
}

/// Notes that stand, one a place; what is written about past the end is lost.
fn notes(edits: &[Edit], whose: &Whose, session: &Session, notes: &mut Vec<Note>) -> Vec<usize> {
    let end = end(session);
    let mut lost = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let Edit::Note { at, kind, text } = edit else { continue };
        let at = at.with(|id| whose.is(id));
        notes.retain(|other| (other.at, other.kind) != (at, *kind));
        let past = at.time.0.is_some_and(|time| end.is_none_or(|end| time.start() >= end));
        if past {
            lost.push(index);
        } else if !text.trim().is_empty() {
            notes.push(Note { at, kind: *kind, text: text.clone() });
        }
    }
    lost
}
