//! Speech and words → utterances → the session: roles, and what a reader should know first.

use super::listen::Listened;
use super::takes::Recorded;
use super::transcribe::Heard;
use super::{CoachChoice, Job, date, noted, publish, tracks};
use crate::analysis;
use crate::attribution::{Attributed, by_speaker, roles, utterances};
use crate::error::{Error, Result};
use crate::session::{
    Corrections, Evidence, Language, Ms, Noted, Role, RoleEvidence, RoleFrom, SeparationLevel,
    Session, Source, SourceFile, SourceKind, Speaker, SpeakerId, Speech, SpeechFrom, Utterance,
    Warning, WarningCode, Word,
};
use crate::speakers::VoiceDoubt;

/// Models that hear French clearly less well than English: on the development sessions base had 13
/// to 17 % of French words wrong on mixed recordings (`../shared/speech/README.md`).
const WEAK_IN_FRENCH: [&str; 3] = ["base", "base-q8_0", "tiny"];

/// What a recording holds, once it was heard.
pub(super) struct Said {
    language: Language,
    invented: u32,
    speech: Vec<Speech>,
    /// In time order; their melody comes later.
    pub utterances: Vec<Utterance>,
}

fn ids(listened: &Listened) -> Vec<SpeakerId> {
    (1_u8..).map(SpeakerId).take(listened.speech.len()).collect()
}

/// Lays the words of a recording to its speakers.
pub(super) fn said(listened: &Listened, heard: Heard) -> Said {
    let ids = ids(listened);
    let mut speech: Vec<Speech> = ids
        .iter()
        .zip(&listened.speech)
        .flat_map(|(&speaker, spans)| spans.iter().map(move |&span| Speech { span, speaker }))
        .collect();
    speech.sort_unstable();
    let invented: u32 = heard.windows.iter().map(|window| window.invented).sum();
    let words = heard.windows.into_iter().flat_map(|window| window.words);
    let words: Vec<(Option<SpeakerId>, Word)> =
        words.map(|heard| (heard.speaker, heard.word)).collect();
    let Attributed { spoken, speech } = by_speaker(&ids, words, &speech, listened.scores.as_ref());
    let utterances = utterances(&spoken, &speech, heard.language);
    Said { language: heard.language, invented, speech, utterances }
}

/// Makes the session of a recording that was heard; `known` is the speaker whose voice is that of the
/// coach's voiceprint, from 0, and how like.
///
/// # Errors
/// The coach was named and is not among the speakers.
pub(super) fn session(
    job: &Job,
    hashes: &[String],
    model: &str,
    listened: &Listened,
    said: Said,
    known: Option<(usize, f64)>,
) -> Result<Session> {
    let ids = ids(listened);
    let Said { language, invented, speech, utterances } = said;
    let notes = noted::of_job(job);
    let began = recorded_at(listened).or(noted::started(notes.as_ref()));
    let mut session = Session {
        source: Source {
            kind: SourceKind::Recording,
            duration_ms: Some(listened.duration_ms),
            part: listened.part,
            language,
            model: Some(model.to_owned()),
            speaker_evidence: listened.evidence,
            separation: listened.separation,
            speech_from: SpeechFrom::Sound,
            files: files(job, hashes, listened, &ids),
        },
        about: date::about(job, began),
        speakers: speakers(job, listened, &ids),
        warnings: warnings(listened, language, model, invented, speech.is_empty()),
        speech: Some(speech),
        utterances,
        noted: Noted::default(),
        corrections: Corrections::default(),
    };
    if let Some(notes) = &notes {
        noted::put(notes, &mut session);
    }
    give_roles(job, &mut session, known)?;
    Ok(session)
}

/// When the container of the first file that says so was recorded.
fn recorded_at(listened: &Listened) -> Option<&str> {
    listened.recorded.iter().find_map(|one| one.facts.recorded.as_deref())
}

/// The speakers, with the names that the files of their own give them.
fn speakers(job: &Job, listened: &Listened, ids: &[SpeakerId]) -> Vec<Speaker> {
    let name = |take: &usize| {
        let input = listened.recorded.get(*take).and_then(|one| job.inputs.get(one.input));
        input?.name.clone().filter(|_| listened.evidence == Evidence::Tracks)
    };
    let names = listened.takes.iter().map(name).chain(std::iter::repeat(None));
    ids.iter().zip(names).map(|(&id, name)| Speaker { name, ..unknown(id) }).collect()
}

fn unknown(id: SpeakerId) -> Speaker {
    Speaker { id, role: Role::Unknown, name: None, role_evidence: None, role_confidence: None }
}

/// The files, an entry a speaker where each has a channel or a track, else an entry for the one file.
fn files(job: &Job, hashes: &[String], listened: &Listened, ids: &[SpeakerId]) -> Vec<SourceFile> {
    let file = |recorded: &Recorded, channel: Option<u16>, track: Option<u16>, speaker| {
        let path = &job.inputs[recorded.input].path;
        SourceFile {
            name: publish::file_name(path),
            sha256: hashes[recorded.input].clone(),
            href: publish::href(path, &job.results),
            playable: recorded.facts.playable(),
            channel,
            track,
            decoded_by: recorded.facts.decoded_by,
            offset_ms: recorded.offset,
            speaker,
        }
    };
    let number = |take: usize| u16::try_from(take).unwrap_or(u16::MAX);
    let first = listened.recorded.first();
    let parts = job.together.parts;
    match listened.evidence {
        Evidence::Voices if parts => {
            listened.recorded.iter().map(|one| file(one, None, None, None)).collect()
        }
        Evidence::Channels if parts => {
            let takes = || listened.takes.iter().zip(ids);
            let of = |one| takes().map(move |(&take, &id)| (one, number(take), id));
            let each = listened.recorded.iter().flat_map(of);
            each.map(|(one, channel, id)| file(one, Some(channel), None, Some(id))).collect()
        }
        Evidence::Voices => {
            // Of several files the one in which all are heard.
            let heard = if job.inputs.len() > 1 { listened.takes.first() } else { None };
            let one = heard.map_or(first, |&take| listened.recorded.get(take));
            one.map(|one| file(one, None, None, None)).into_iter().collect()
        }
        Evidence::Tracks => {
            let with = listened.takes.iter().zip(ids);
            let with =
                with.filter_map(|(&take, &id)| Some((listened.recorded.get(take)?, take, id)));
            with.map(|(one, take, id)| file(one, None, Some(number(take)), Some(id))).collect()
        }
        Evidence::Channels | Evidence::Imported => {
            let of = |(&take, &id)| Some(file(first?, Some(number(take)), None, Some(id)));
            listened.takes.iter().zip(ids).filter_map(of).collect()
        }
    }
}

fn warnings(
    listened: &Listened,
    language: Language,
    model: &str,
    invented: u32,
    silent: bool,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, message: String| warnings.push(Warning { code, message });
    let damaged: Ms =
        listened.recorded.iter().flat_map(|one| &one.facts.damaged).map(|span| span.length()).sum();
    if damaged > Ms::ZERO {
        let seconds = damaged.seconds();
        warn(
            WarningCode::DamagedAudio,
            format!("{seconds:.1} s of the recording are damaged and stand as silence."),
        );
    }
    let missing: Ms =
        listened.recorded.iter().map(|one| one.facts.missing()).max().unwrap_or_default();
    if missing > Ms::ZERO {
        let seconds = missing.seconds();
        warn(
            WarningCode::ShorterThanDeclared,
            format!(
                "The recording is {seconds:.1} s shorter than the file says it is: it may be cut off."
            ),
        );
    }
    if tracks::doubtful(&listened.recorded) && !silent {
        warn(
            WarningCode::TracksNotAligned,
            "Nothing in the tracks says how they lie to each other: they are taken to begin at the \
             same moment."
                .to_owned(),
        );
    }
    if invented > 0 {
        warn(
            WarningCode::InventedTextDropped,
            format!(
                "{invented} words that speech-to-text invented or said over and over were left out."
            ),
        );
    }
    if listened.separation.level == SeparationLevel::Weak && !silent {
        let off = listened.separation.talk_share_error.map_or_else(String::new, |error| {
            format!(" Talk shares may be off by {:.0} points.", error * 100.0)
        });
        warn(
            WarningCode::WeakSeparation,
            format!("The voices are hard to tell apart in this recording.{off}"),
        );
    }
    match listened.doubt {
        None => {}
        Some(VoiceDoubt::One) => warn(
            WarningCode::OneVoice,
            "Only one voice seems to be in this recording, or two that are nearly the same."
                .to_owned(),
        ),
        Some(VoiceDoubt::More) => warn(
            WarningCode::MoreVoices,
            "More than two people seem to speak; --speakers says how many are looked for."
                .to_owned(),
        ),
    }
    if language == Language::Fr && WEAK_IN_FRENCH.contains(&model) && !silent {
        warn(
            WarningCode::ModelWeakInLanguage,
            format!(
                "Model {model} hears French less well than English; model small is more accurate."
            ),
        );
    }
    warnings
}

/// Roles that were given win, then those that were said while it was recorded, then a voice that is known, then those a transcript gives; else they are
/// worked out, and below the floor nobody has one.
pub(super) fn give_roles(
    job: &Job,
    session: &mut Session,
    known: Option<(usize, f64)>,
) -> Result<()> {
    let given: Vec<(SpeakerId, Role)> = session
        .speakers
        .iter()
        .zip(&job.inputs)
        .filter_map(|(speaker, input)| Some((speaker.id, input.role?)))
        .collect();
    if job.inputs.len() > 1 && !given.is_empty() {
        for (id, role) in given {
            session.give_role(id, role, RoleFrom::Track);
        }
        session.give_other_roles(RoleFrom::Track);
        return Ok(());
    }
    let named = job.options.coach.as_ref();
    if let Some(choice) = named.filter(|one| !matches!(one, CoachChoice::Voiceprint(_))) {
        let coach = chosen(job, session, choice)?;
        for speaker in &mut session.speakers {
            *speaker = Speaker { name: speaker.name.take(), ..unknown(speaker.id) };
        }
        session.give_role(coach, Role::Coach, RoleFrom::Option);
        session.give_other_roles(RoleFrom::Option);
        return Ok(());
    }
    if noted::of_job(job).is_some_and(|notes| noted::give_sides(&notes, session)) {
        return Ok(());
    }
    if let Some((place, likeness)) = known
        && let Some(coach) = session.speakers.get(place).map(|one| one.id)
    {
        session.give_role(coach, Role::Coach, RoleFrom::Voiceprint);
        let speaker = &mut session.speakers[place];
        if let Some(evidence) = &mut speaker.role_evidence {
            evidence.likeness = Some(likeness);
        }
        session.give_other_roles(RoleFrom::Voiceprint);
        return Ok(());
    }
    if session.speakers.iter().any(|speaker| speaker.role != Role::Unknown) {
        session.give_other_roles(RoleFrom::Import);
        return Ok(());
    }
    let coding = analysis::code_session(session);
    let ids: Vec<SpeakerId> = session.speakers.iter().map(|speaker| speaker.id).collect();
    let whole = session.source.part.is_none();
    if let Some(found) = roles::infer(&ids, &session.utterances, &coding.0, whole) {
        found_out(session, found);
    }
    Ok(())
}

fn chosen(job: &Job, session: &Session, choice: &CoachChoice) -> Result<SpeakerId> {
    let path = &job.inputs[0].path;
    let by_index = |index: u16| session.speakers.get(usize::from(index)).map(|one| one.id);
    let first = || session.speech.iter().flatten().next().map(|speech| speech.speaker);
    let found = match choice {
        CoachChoice::Channel(_) if session.source.speaker_evidence == Evidence::Imported => {
            return Err(Error::ReadTranscript {
                path: path.clone(),
                wrong:
                    "--coach names a channel, and a transcript has none; name the speaker, such as \
                        --coach S1"
                        .to_owned(),
            });
        }
        CoachChoice::Channel(index) => by_index(*index),
        // Told by the sound, before this.
        CoachChoice::Voiceprint(_) => None,
        CoachChoice::First => {
            first().or_else(|| session.utterances.first().map(|said| said.speaker))
        }
        CoachChoice::Speaker(id) => {
            session.speakers.iter().map(|one| one.id).find(|known| known == id)
        }
        CoachChoice::Named(wanted) => {
            let named = |one: &&Speaker| {
                let name = one.name.as_deref().map(str::to_lowercase);
                name.is_some_and(|name| name == wanted.to_lowercase())
            };
            session.speakers.iter().find(named).map(|one| one.id)
        }
    };
    // Of a session in which nobody speaks, nobody is the first.
    let silent = first().is_none() && session.utterances.is_empty();
    found.or(by_index(0).filter(|_| silent)).ok_or_else(|| {
        let name = publish::file_name(path);
        let count = session.speakers.len();
        Error::Usage(format!("{name}: --coach names a voice that is not there; it has {count} speakers, S1 to S{count}"))
    })
}

fn found_out(session: &mut Session, found: roles::Finding) {
    if let Some(doubt) = found.doubt {
        for speaker in &mut session.speakers {
            let why = RoleEvidence::new(RoleFrom::Conversation);
            speaker.role_evidence = Some(RoleEvidence { doubt: Some(doubt), ..why });
        }
        return;
    }
    session.give_role(found.coach, Role::Coach, RoleFrom::Conversation);
    if let Some(speaker) = session.speakers.iter_mut().find(|one| one.id == found.coach) {
        speaker.role_confidence = Some((found.confidence * 1000.0).round() / 1000.0);
        if let Some(evidence) = &mut speaker.role_evidence {
            (evidence.questions, evidence.of) = (Some(found.questions), Some(found.of));
            evidence.signs = found.signs;
        }
    }
    session.give_other_roles(RoleFrom::Conversation);
}
