//! Conversations to make pages of: written here, coded and analysed by the library.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use openfloor::analysis::{Analysis, Profile, analyse, code_session};
use openfloor::report::{PageSettings, SmallPrint, page};
use openfloor::session::{
    About, Corrections, Decoder, Evidence, Language, Ms, Noted, OptionalSpan, Role, RoleEvidence,
    RoleFrom, Separation, SeparationLevel, Session, Side, Source, SourceFile, SourceKind, Span,
    Speaker, SpeakerId, Speech, SpeechFrom, Utterance,
};

/// Who says it, milliseconds of silence before it (negative: before the other has finished), what.
type Line = (u8, i64, &'static str);

const ENGLISH: [Line; 24] = [
    (1, 400, "Hello Anita, good to see you."),
    (2, 300, "Hello. Yes, it has been a while."),
    (1, 500, "What would you like to explore today?"),
    (2, 3_600, "The promotion. The panel is in three weeks, and I do not feel ready at all."),
    (1, 300, "Have you started preparing? Did you read the criteria? And who is on the panel?"),
    (
        2,
        400,
        "Uh, yes, I have read the criteria. I think Sandra is on it, and two people from finance.",
    ),
    (1, 200, "You need to come with numbers. Don't tell them stories."),
    (2, 900, "But numbers do not say what the team went through, and what we learnt from it was"),
    (1, -900, "You should find some anyway."),
    (2, 700, "All right."),
    (1, 500, "Don't you think a slide would make you look more prepared?"),
    (2, 400, "Perhaps. I am not sure that they want slides."),
    (1, 600, "What's really holding you back here?"),
    (
        2,
        4_500,
        "I think that I am afraid of being seen. When I was younger I was told not to show off, \
      and each time I have to speak about what I did well, something in me says be quiet. It is \
      the same at home. My brother was the loud one, and I was the one who helped.",
    ),
    (1, -4_000, "Mm-hmm."),
    (1, 4_800, "You were the one who helped."),
    (
        2,
        1_200,
        "Yes. And I still do that at work. I help everybody, and then nobody knows what I did.",
    ),
    (1, 900, "How would you like it to be?"),
    (2, 5_200, "I would like to say it plainly, once, without feeling that I stole something."),
    (1, 300, "Maybe you could write down three things you are proud of before the panel."),
    (2, 500, "I can do that. By Friday."),
    (1, 400, "Is Friday enough time for you?"),
    (2, 200, "Yes."),
    (1, 500, "Good. I will see you next week."),
];

const FRENCH: [Line; 16] = [
    (1, 400, "Bonjour, comment allez-vous ?"),
    (2, 300, "Bonjour. Ça va, un peu fatiguée."),
    (1, 500, "De quoi avez-vous envie de parler aujourd’hui ?"),
    (2, 3_600, "De ma charge de travail. Je n’arrive plus à dire non, et mes semaines débordent."),
    (1, 300, "Est-ce que vous en avez parlé à votre responsable ? Est-ce qu’il le sait ?"),
    (2, 400, "Non, pas vraiment. J’ai peur de sa réaction, je crois."),
    (1, 200, "Vous devriez lui demander un rendez-vous."),
    (2, 900, "Oui, peut-être, mais je ne sais pas comment lui dire."),
    (1, 600, "Qu’est-ce que ça changerait pour vous ?"),
    (
        2,
        5_500,
        "Je dormirais mieux. Je pourrais rentrer à une heure normale et dîner avec mes enfants, \
      et je crois que je serais plus présente aussi avec mon équipe, parce que là je cours.",
    ),
    (1, -3_000, "Hum."),
    (1, 4_200, "Vous courez."),
    (2, 900, "Oui, tout le temps."),
    (1, 500, "Vous pourriez peut-être commencer par une seule réunion."),
    (2, 500, "Oui, celle du lundi."),
    (1, 400, "Avec quoi repartez-vous ?"),
];

/// How long it takes to say, at some fifteen characters a second.
fn lasts(text: &str) -> u64 {
    text.chars().count() as u64 * 65 + 200
}

/// A session with one voice a channel and the coach known.
pub fn session(language: Language) -> Session {
    match language {
        Language::Fr => told(language, FRENCH.iter().copied()),
        _ => told(language, ENGLISH.iter().copied()),
    }
}

/// The same talk over and over, until there are so many utterances.
pub fn long(utterances: usize) -> Session {
    told(Language::En, ENGLISH.iter().copied().cycle().take(utterances))
}

fn told(language: Language, lines: impl Iterator<Item = Line>) -> Session {
    let (mut speech, mut utterances, mut now) = (Vec::new(), Vec::new(), 0_u64);
    for (id, (who, gap, text)) in (1..).zip(lines) {
        let start = now.saturating_add_signed(gap);
        let end = start + lasts(text);
        let speaker = SpeakerId(who);
        let span = Span::new(Ms(start), Ms(end)).unwrap();
        utterances.push(Utterance {
            id,
            speaker,
            span: OptionalSpan(Some(span)),
            language,
            text: text.to_owned(),
            words: Vec::new(),
            prosody: None,
        });
        speech.push(Speech { span, speaker });
        now = now.max(end);
    }
    speech.sort_unstable();
    let speaker = |id: u8, role: Role| Speaker {
        id: SpeakerId(id),
        role,
        name: None,
        role_evidence: Some(RoleEvidence {
            questions: (role == Role::Coach).then_some(10),
            of: Some(11),
            side: Some(if id == 1 { Side::Left } else { Side::Right }),
            ..RoleEvidence::new(RoleFrom::Conversation)
        }),
        role_confidence: Some(0.97),
    };
    let file = |channel: u16| SourceFile {
        name: "talk.wav".into(),
        sha256: "0".repeat(64),
        href: Some("../talk.wav".into()),
        playable: true,
        channel: Some(channel),
        track: None,
        decoded_by: Decoder::Symphonia,
        offset_ms: Ms(0),
        speaker: Some(SpeakerId(u8::try_from(channel).unwrap() + 1)),
    };
    Session {
        source: Source {
            kind: SourceKind::Recording,
            duration_ms: Some(Ms(now + 700)),
            part: None,
            language,
            model: Some("base-q8_0".into()),
            speaker_evidence: Evidence::Channels,
            separation: Separation {
                level: SeparationLevel::Clear,
                bleed_db: Some(-30.0),
                talk_share_error: Some(0.015),
            },
            speech_from: SpeechFrom::Sound,
            files: vec![file(0), file(1)],
        },
        about: About::default(),
        speakers: vec![speaker(1, Role::Coach), speaker(2, Role::Coachee)],
        speech: Some(speech),
        utterances,
        warnings: Vec::new(),
        noted: Noted::default(),
        corrections: Corrections::default(),
    }
}

/// With nobody taken for the coach.
pub fn without_coach(mut session: Session) -> Session {
    for speaker in &mut session.speakers {
        (speaker.role, speaker.role_evidence, speaker.role_confidence) =
            (Role::Unknown, None, None);
    }
    session
}

/// One microphone for both.
pub fn one_microphone(mut session: Session) -> Session {
    session.source.speaker_evidence = Evidence::Voices;
    session.source.separation.level = SeparationLevel::Weak;
    session.source.separation.talk_share_error = Some(0.06);
    session.source.files.truncate(1);
    session.source.files[0].channel = None;
    session.source.files[0].speaker = None;
    session
}

/// Only so much of it.
pub fn up_to(mut session: Session, end: u64) -> Session {
    session.utterances.retain(|one| one.time().is_some_and(|time| time.end() <= Ms(end)));
    session.speech.iter_mut().for_each(|all| all.retain(|one| one.span.end() <= Ms(end)));
    session.source.duration_ms = Some(Ms(end));
    session
}

/// Only what is kept of it.
pub fn only(mut session: Session, keep: impl Fn(&Utterance) -> bool) -> Session {
    session.utterances.retain(|one| keep(one));
    let spans: Vec<_> = session.utterances.iter().filter_map(Utterance::time).collect();
    let heard = |one: &Speech| spans.contains(&one.span);
    session.speech.iter_mut().for_each(|all| all.retain(heard));
    session
}

/// Its analysis.
pub fn analysed(session: &Session, profile: &str) -> Analysis {
    analyse(session, &code_session(session), &Profile::built_in(profile).unwrap())
}

/// Its page.
pub fn html(analysis: &Analysis, session: &Session) -> String {
    let small = SmallPrint {
        tool_version: "0.1.0".into(),
        fingerprint: "f".repeat(64),
        session: "e".repeat(64),
    };
    page(analysis, session, &small, &PageSettings::default()).unwrap()
}

/// Its page as a file: `talk.wav.openfloor/report.html` in `folder`.
pub fn written(folder: &Path, session: &Session) -> PathBuf {
    written_as(folder, session, "coaching")
}

/// Likewise, read by a profile.
pub fn written_as(folder: &Path, session: &Session, profile: &str) -> PathBuf {
    let results = folder.join("talk.wav.openfloor");
    std::fs::create_dir_all(&results).unwrap();
    let path = results.join("report.html");
    std::fs::write(&path, html(&analysed(session, profile), session)).unwrap();
    path
}

/// SHA-256 of a file, as an analysis has it.
pub fn sha256(path: &Path) -> String {
    use sha2::Digest as _;
    let mut hex = String::new();
    for byte in sha2::Sha256::digest(std::fs::read(path).unwrap()) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}
