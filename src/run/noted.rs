//! What was noted while a recording was made → what the session says of it.
//!
//! In: the notes beside the recording ([`super::record`]). Out: consent, day, marks, gaps, warnings, and
//! who sits at which microphone.

use super::Job;
use super::record::notes::Notes;
use crate::session::{
    Evidence, Ms, Noted, Role, RoleFrom, Session, Side, Span, SpeakerId, Warning, WarningCode, join,
};

/// Silence shorter than this is nothing to be told of.
const TOLD: Ms = Ms(100);

/// The notes of a job's recording. Of several tracks each would have its own clock: they are left.
pub(super) fn of_job(job: &Job) -> Option<Notes> {
    let first = job.inputs.first()?;
    let one = job.inputs.len() == 1 || job.together.parts;
    Notes::read(&first.path).filter(|_| one)
}

/// When it began, for the date of the session.
pub(super) fn started(notes: Option<&Notes>) -> Option<&str> {
    Some(notes?.opening.as_ref()?.started.as_str())
}

/// Puts into a session what its notes say.
pub(super) fn put(notes: &Notes, session: &mut Session) {
    session.about.consent = notes.opening.as_ref().map(|opening| opening.consent.clone());
    let whole = Span::new(Ms::ZERO, session.source.duration_ms.unwrap_or_default());
    let Some(part) = session.source.part.or(whole) else { return };
    let mut marks: Vec<Ms> =
        notes.marks().filter(|&at| part.start() <= at && at <= part.end()).collect();
    marks.sort_unstable();
    marks.dedup();
    let gaps = notes.gaps().into_iter().filter_map(|(from, to)| {
        let (from, to) = (from.max(part.start()), to.unwrap_or(part.end()).min(part.end()));
        Span::new(from, to)
    });
    let gaps = join(gaps.collect(), Ms(1));
    let missing: Ms = gaps.iter().map(|gap| gap.length()).sum();
    let mut warn = |code, message: String| session.warnings.push(Warning { code, message });
    if missing >= TOLD {
        warn(
            WarningCode::RecordingGaps,
            format!(
                "{:.1} s could not be recorded and stand as silence, which is in no figure.",
                missing.seconds()
            ),
        );
    }
    if !notes.ended() && notes.opening.is_some() {
        warn(
            WarningCode::RecordingTorn,
            "The recording was not stopped properly: up to 2 s at its end are missing.".to_owned(),
        );
    }
    session.noted = Noted { marks_ms: marks, gaps };
}

/// Gives the roles that were said of the microphones; whether any was.
pub(super) fn give_sides(notes: &Notes, session: &mut Session) -> bool {
    let Some(opening) = &notes.opening else { return false };
    if session.source.speaker_evidence != Evidence::Channels {
        return false;
    }
    let ids: Vec<SpeakerId> = session.speakers.iter().map(|speaker| speaker.id).collect();
    let mut given = false;
    for id in ids {
        let role = match session.side(id) {
            Some(Side::Left) => opening.sides[0],
            Some(Side::Right) => opening.sides[1],
            None => None,
        };
        if let Some(role) = role.filter(|&role| role != Role::Unknown) {
            session.give_role(id, role, RoleFrom::Recording);
            given = true;
        }
    }
    if given {
        session.give_other_roles(RoleFrom::Recording);
    }
    given
}
