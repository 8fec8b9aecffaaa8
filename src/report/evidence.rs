//! What kind of evidence a session is, said before any figure.
//!
//! In: an [`Analysis`]. Out: [`Evidence`]: sentences in the order how the voices were told apart,
//! who is taken for the coach and why, what is thin; loud when doubtful; and when nobody could be
//! taken for the coach, the commands that say who it is.

use super::numbers;
use super::text::{clean, shell_word};
use super::words::{Words, fill};
use crate::analysis::{Analysis, SpeakerTalk};
use crate::session::{
    Decoder, Doubt, Evidence as Means, Language, Ms, Role, RoleFrom, RoleSign, SeparationLevel,
    Side, SourceKind, SpeakerId, WarningCode,
};

/// Below this a role worked out from the conversation is called likely, not certain.
const CERTAIN: f64 = 0.8;
/// Under this a conversation is little material (CODEBOOK §2).
const LITTLE: Ms = Ms(600_000);

/// What a session rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Said louder: one microphone for two voices, weak separation, or an unknown coach.
    pub loud: bool,
    /// Sentences, a line each.
    pub lines: Vec<String>,
    /// What to do when the coach is unknown.
    pub unknown: Option<UnknownCoach>,
}

/// Nobody could be taken for the coach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCoach {
    /// That this is so.
    pub say: String,
    /// What each voice was measured at.
    pub voices: Vec<String>,
    /// Leads the commands.
    pub lead: &'static str,
    /// Commands that say who it is, one of which is to be run.
    pub commands: Vec<String>,
}

/// Names of the files, each once: a two-channel recording has an entry a channel.
#[must_use]
pub fn file_names(analysis: &Analysis) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for file in &analysis.source.files {
        let name = clean(&file.name);
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether some speaker is taken for the coach.
#[must_use]
pub fn coach(analysis: &Analysis) -> Option<&SpeakerTalk> {
    analysis.speakers.iter().find(|speaker| speaker.role == Role::Coach)
}

/// "Voice A", "Voice B", in the order of the speakers.
#[must_use]
pub fn voice(words: &Words, analysis: &Analysis, id: SpeakerId) -> String {
    let index = analysis.speakers.iter().position(|s| s.id == id).unwrap_or(usize::from(id.0));
    let letter = u8::try_from(index).ok().filter(|&i| i < 26).map(|i| char::from(b'A' + i));
    let letter = letter.map_or_else(|| id.to_string(), String::from);
    fill(words.voice, &[("letter", &letter)])
}

/// The name of a profile in the page's language; one of the user's own stays as it is.
#[must_use]
pub fn profile(words: &Words, name: &str) -> String {
    match name {
        "coaching" => words.profile_coaching.to_owned(),
        "mentoring" => words.profile_mentoring.to_owned(),
        "lead" => words.profile_lead.to_owned(),
        own => clean(own),
    }
}

/// Reads it off an analysis.
#[must_use]
pub fn evidence(words: &'static Words, analysis: &Analysis) -> Evidence {
    let source = &analysis.source;
    let silent = has(analysis, WarningCode::NoSpeech);
    let coach = coach(analysis);
    let mut first = vec![told_apart(words, analysis)];
    let outside = source.files.iter().any(|file| file.decoded_by == Decoder::Ffmpeg);
    first.extend(outside.then(|| words.by_ffmpeg.to_owned()));
    first.extend(coach.and_then(|coach| why_coach(words, analysis, coach)));
    let mut lines = vec![first.join(" ")];
    if has(analysis, WarningCode::LittleMaterial) {
        lines.push(little(words, analysis).to_owned());
    }
    let mut seen: Vec<WarningCode> = analysis.warnings.iter().map(|w| w.code).collect();
    seen.sort_unstable();
    seen.dedup();
    lines.extend(seen.into_iter().filter_map(|code| warning(words, analysis, code)));
    let unknown = (coach.is_none() && !silent).then(|| unknown_coach(words, analysis));
    let doubtful = source.speaker_evidence == Means::Voices
        || source.separation.level == SeparationLevel::Weak
        || has(analysis, WarningCode::WeakSeparation);
    Evidence { loud: doubtful || silent || unknown.is_some(), lines, unknown }
}

fn has(analysis: &Analysis, code: WarningCode) -> bool {
    analysis.warnings.iter().any(|warning| warning.code == code)
}

fn told_apart(words: &Words, analysis: &Analysis) -> String {
    let source = &analysis.source;
    let error = source.separation.talk_share_error.filter(|error| *error > 0.0);
    let points = error.map(|error| numbers::points(words, error));
    let weak = source.separation.level == SeparationLevel::Weak
        || has(analysis, WarningCode::WeakSeparation);
    let untimed = source.kind == SourceKind::Transcript && source.duration_ms.is_none();
    match source.speaker_evidence {
        Means::Imported if untimed => words.by_import_untimed.to_owned(),
        Means::Imported => words.by_import.to_owned(),
        Means::Voices => match points {
            Some(points) => fill(words.by_voices_error, &[("points", &points)]),
            None => words.by_voices.to_owned(),
        },
        Means::Tracks if !weak => words.by_tracks.to_owned(),
        Means::Channels if !weak => match source.separation.level {
            SeparationLevel::Unknown => words.by_channels_unmeasured.to_owned(),
            SeparationLevel::Clear | SeparationLevel::Weak => words.by_channels.to_owned(),
        },
        Means::Tracks | Means::Channels => match points {
            Some(points) => {
                let error = fill(words.weak_error, &[("points", &points)]);
                format!("{} {error}", words.by_channels_weak)
            }
            None => words.by_channels_weak.to_owned(),
        },
    }
}

fn why_coach(words: &Words, analysis: &Analysis, coach: &SpeakerTalk) -> Option<String> {
    let evidence = coach.role_evidence.as_ref()?;
    let who = match (evidence.side, &coach.name) {
        (Some(Side::Left), _) => words.channel_left.to_owned(),
        (Some(Side::Right), _) => words.channel_right.to_owned(),
        (None, Some(name)) => clean(name),
        (None, None) => voice(words, analysis, coach.id),
    };
    let who = ("who", who.as_str());
    Some(match evidence.from {
        RoleFrom::Option => fill(words.coach_by_option, &[who]),
        RoleFrom::Track => fill(words.coach_by_track, &[who]),
        RoleFrom::Recording => fill(words.coach_by_recording, &[who]),
        RoleFrom::Import => fill(words.coach_by_import, &[who]),
        RoleFrom::Edit => fill(words.coach_by_edit, &[who]),
        RoleFrom::Voiceprint => {
            let likeness = numbers::decimal(words, evidence.likeness.unwrap_or_default(), 2);
            fill(words.coach_by_voiceprint, &[who, ("likeness", &likeness)])
        }
        RoleFrom::Conversation => {
            let mut sentence = match (evidence.questions, evidence.of) {
                // Questions are a reason only where they are most of them.
                (Some(n), Some(of)) if n > of / 2 => {
                    let of = of.to_string();
                    words.count(u64::from(n), words.coach_worked_out, &[who, ("of", &of)])
                }
                _ => fill(words.coach_worked_out_plain, &[who]),
            };
            if let Some(signs) = signs(words, &evidence.signs) {
                sentence = format!("{sentence} {signs}");
            }
            match coach.role_confidence {
                Some(sure) if sure < CERTAIN => format!("{sentence} {}", words.coach_likely),
                _ => sentence,
            }
        }
    })
}

/// What else decided, as a sentence.
fn signs(words: &Words, signs: &[RoleSign]) -> Option<String> {
    let name = |sign: &RoleSign| match sign {
        RoleSign::Asks => None,
        RoleSign::AsksOpenly => Some(words.sign_asks_openly),
        RoleSign::Answered => Some(words.sign_answered),
        RoleSign::SpeaksOfYou => Some(words.sign_speaks_of_you),
        RoleSign::Advises => Some(words.sign_advises),
        RoleSign::GivesBack => Some(words.sign_gives_back),
        RoleSign::AsksLeave => Some(words.sign_asks_leave),
        RoleSign::Opens => Some(words.sign_opens),
    };
    let names: Vec<&str> = signs.iter().filter_map(name).collect();
    let (last, before) = names.split_last()?;
    let listed = match before {
        [] => (*last).to_owned(),
        before => format!("{}{}{last}", before.join(", "), words.range_and),
    };
    Some(fill(words.coach_signs, &[("signs", &listed)]))
}

fn little(words: &'static Words, analysis: &Analysis) -> &'static str {
    let long = analysis.source.duration_ms.is_none_or(|duration| duration >= LITTLE);
    if long { words.little_questions } else { words.little_time }
}

/// A warning in the page's words; the two that stand elsewhere say nothing here.
fn warning(words: &Words, analysis: &Analysis, code: WarningCode) -> Option<String> {
    Some(match code {
        WarningCode::LittleMaterial | WarningCode::CoachUnknown | WarningCode::WeakSeparation => {
            return None;
        }
        WarningCode::OneVoice => words.one_voice.to_owned(),
        WarningCode::MoreVoices => words.more_voices.to_owned(),
        WarningCode::NoSpeech => words.no_speech_heard.to_owned(),
        WarningCode::LanguageUnsupported => words.language_not_covered.to_owned(),
        WarningCode::DamagedAudio => words.damaged.to_owned(),
        WarningCode::ShorterThanDeclared => words.shorter.to_owned(),
        WarningCode::TracksNotAligned => words.not_aligned.to_owned(),
        WarningCode::RecordingGaps => words.recording_gaps.to_owned(),
        WarningCode::RecordingTorn => words.recording_torn.to_owned(),
        WarningCode::InventedTextDropped => words.invented_dropped.to_owned(),
        WarningCode::ModelWeakInLanguage => {
            let model = clean(analysis.source.model.as_deref().unwrap_or("base"));
            // The measured share of wrong words is that of `base` on French.
            let measured = model.starts_with("base") && analysis.source.language == Language::Fr;
            let text = if measured { words.model_weak_french } else { words.model_weak };
            let larger = if model.starts_with("small") { "medium" } else { "small" };
            let option = format!("--model {larger}");
            fill(text, &[("model", &model), ("larger", larger), ("option", &option)])
        }
    })
}

fn unknown_coach(words: &'static Words, analysis: &Analysis) -> UnknownCoach {
    let commands = commands(analysis);
    let many = if commands.len() > 1 { 2.0 } else { 1.0 };
    let doubts = analysis.speakers.iter().filter_map(|one| one.role_evidence.as_ref()?.doubt);
    let why = doubts.into_iter().next().map(|doubt| match doubt {
        Doubt::OneVoice => words.doubt_one_voice,
        Doubt::TooLittle => words.doubt_too_little,
        Doubt::NobodyCoaches => words.doubt_nobody_coaches,
        Doubt::Alike => words.doubt_alike,
    });
    UnknownCoach {
        say: why.map_or_else(
            || words.coach_unknown_loud.to_owned(),
            |why| format!("{} {why}", words.coach_unknown_loud),
        ),
        voices: analysis.speakers.iter().map(|s| voice_line(words, analysis, s)).collect(),
        lead: words.form(many, words.coach_command),
        commands,
    }
}

fn voice_line(words: &Words, analysis: &Analysis, speaker: &SpeakerTalk) -> String {
    let mut voice = voice(words, analysis, speaker.id);
    if let Some(name) = &speaker.name {
        voice = format!("{voice} ({}, {})", speaker.id, clean(name));
    } else {
        voice = format!("{voice} ({})", speaker.id);
    }
    let said = words.count(speaker.words, words.answer_words, &[]);
    match (speaker.talk_ms, speaker.talk_share) {
        (Some(talk), Some(share)) => {
            let length = numbers::length(words, talk);
            let share = numbers::share(words, share);
            fill(
                words.voice_line,
                &[("voice", &voice), ("length", &length), ("share", &share), ("words", &said)],
            )
        }
        _ => fill(words.voice_line_untimed, &[("voice", &voice), ("words", &said)]),
    }
}

/// What to run, once for each voice that could be the coach.
fn commands(analysis: &Analysis) -> Vec<String> {
    let files: Vec<String> = analysis.source.files.iter().map(|f| shell_word(&f.name)).collect();
    if analysis.source.speaker_evidence == Means::Tracks && files.len() > 1 {
        let roles = |coach: usize| {
            let track = |(i, file): (usize, &String)| {
                let role = if i == coach { "coach" } else { "coachee" };
                format!(" --track {role}={file}")
            };
            files.iter().enumerate().map(track).collect::<String>()
        };
        return (0..files.len()).map(|i| format!("openfloor analyze{}", roles(i))).collect();
    }
    let file = files.first().map_or("FILE", String::as_str);
    let channels = analysis.source.speaker_evidence == Means::Channels;
    let who: Vec<String> = if channels && analysis.speakers.len() == 2 {
        vec!["left".into(), "right".into()]
    } else {
        analysis.speakers.iter().map(|speaker| speaker.id.to_string()).collect()
    };
    who.into_iter().map(|who| format!("openfloor analyze {file} --coach {who}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::words::words;
    use crate::session::{RoleEvidence, Warning};

    fn read(analysis: &Analysis) -> Evidence {
        evidence(words(Language::En), analysis)
    }

    fn warn(analysis: &mut Analysis, code: WarningCode) {
        analysis.warnings.push(Warning { code, message: String::new() });
    }

    #[test]
    fn channels_are_quiet_and_one_microphone_is_loud() {
        let mut analysis = sample::english().0;
        assert!(!read(&analysis).loud);
        analysis.source.speaker_evidence = Means::Voices;
        analysis.source.separation.talk_share_error = Some(0.062);
        let evidence = read(&analysis);
        assert!(evidence.loud);
        assert!(evidence.lines[0].contains("can be off by about 6\u{a0}points"), "{evidence:?}");
    }

    #[test]
    fn weak_channels_are_loud_and_a_plain_text_says_it_has_no_times() {
        let mut analysis = sample::english().0;
        analysis.source.separation.level = SeparationLevel::Weak;
        assert!(read(&analysis).loud && read(&analysis).lines[0].contains("rough"));
        analysis.source.speaker_evidence = Means::Imported;
        analysis.source.separation.level = SeparationLevel::Unknown;
        analysis.source.kind = SourceKind::Transcript;
        analysis.source.duration_ms = None;
        assert!(read(&analysis).lines[0].contains("without times"));
    }

    #[test]
    fn sound_that_another_program_read_is_said_to_be() {
        let mut analysis = sample::english().0;
        assert!(!read(&analysis).lines[0].contains("ffmpeg"));
        analysis.source.files[0].decoded_by = Decoder::Ffmpeg;
        assert!(read(&analysis).lines[0].contains("The sound was read by ffmpeg"));
    }

    #[test]
    fn how_surely_the_coach_was_worked_out_is_said() {
        let mut analysis = sample::english().0;
        assert!(!read(&analysis).lines[0].contains("not certain"));
        analysis.speakers[0].role_confidence = Some(0.7);
        assert!(read(&analysis).lines[0].ends_with("This is likely, not certain."));
    }

    #[test]
    fn what_decided_is_said_and_questions_only_where_they_did() {
        let mut analysis = sample::english().0;
        let evidence = analysis.speakers[0].role_evidence.as_mut().unwrap();
        (evidence.questions, evidence.of) = (Some(19), Some(23));
        evidence.signs = vec![RoleSign::SpeaksOfYou, RoleSign::Asks, RoleSign::Opens];
        let said = read(&analysis).lines[0].clone();
        assert!(said.contains("questions. That voice speaks of “you” more than of “I” and speaks"));
        let evidence = analysis.speakers[0].role_evidence.as_mut().unwrap();
        (evidence.questions, evidence.of) = (Some(0), Some(2));
        let said = read(&analysis).lines[0].clone();
        assert!(said.contains("from the way the two speak. That voice"), "{said}");
    }

    #[test]
    fn why_nobody_is_taken_for_the_coach_is_said() {
        let (known, session) = sample::english();
        let mut analysis = sample::without_coach(&known, &session).0;
        let said = |analysis: &Analysis| read(analysis).unknown.unwrap().say;
        assert!(said(&analysis).ends_with("until it is."));
        let evidence =
            RoleEvidence { doubt: Some(Doubt::Alike), ..RoleEvidence::new(RoleFrom::Conversation) };
        analysis.speakers[0].role_evidence = Some(evidence);
        assert!(said(&analysis).ends_with("so it cannot be told."));
    }

    #[test]
    fn every_warning_has_a_line_or_a_place_of_its_own() {
        let silent =
            [WarningCode::LittleMaterial, WarningCode::CoachUnknown, WarningCode::WeakSeparation];
        let said = [
            WarningCode::NoSpeech,
            WarningCode::LanguageUnsupported,
            WarningCode::DamagedAudio,
            WarningCode::ShorterThanDeclared,
            WarningCode::TracksNotAligned,
            WarningCode::RecordingGaps,
            WarningCode::RecordingTorn,
            WarningCode::InventedTextDropped,
            WarningCode::ModelWeakInLanguage,
        ];
        let analysis = sample::english().0;
        for words in [words(Language::En), words(Language::Fr)] {
            assert!(silent.iter().all(|&code| warning(words, &analysis, code).is_none()));
            assert!(said.iter().all(|&code| warning(words, &analysis, code).is_some()));
        }
    }

    #[test]
    fn silence_is_said_once_and_asks_for_no_coach() {
        let (known, session) = sample::english();
        let mut analysis = sample::without_coach(&known, &session).0;
        warn(&mut analysis, WarningCode::NoSpeech);
        warn(&mut analysis, WarningCode::NoSpeech);
        let evidence = read(&analysis);
        assert!(evidence.loud && evidence.unknown.is_none());
        let said = evidence.lines.iter().filter(|line| line.contains("Nobody is heard"));
        assert_eq!(said.count(), 1);
    }

    #[test]
    fn tracks_are_named_by_role_in_the_command() {
        let (known, session) = sample::english();
        let mut analysis = sample::without_coach(&known, &session).0;
        analysis.source.speaker_evidence = Means::Tracks;
        let mut second = analysis.source.files[0].clone();
        second.name = "the other's.wav".into();
        analysis.source.files.push(second);
        let commands = read(&analysis).unknown.unwrap().commands;
        assert_eq!(
            commands[0],
            r"openfloor analyze --track coach=written_en.stereo.flac --track coachee='the other'\''s.wav'"
        );
        assert_eq!(commands.len(), 2);
    }
}
