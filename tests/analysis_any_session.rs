//! Whatever a session holds, its analysis stands: no panic, the same twice, ids that are unique,
//! shares from 0 to 1, ranges that hold their value, and a reason for everything that is null.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;

use openfloor::analysis::{Coding, Profile, Unit, analyse};
use openfloor::lang::{Act, CharSpan, Code, Openness, Push, QuestionForm};
use openfloor::session::{
    About, Evidence, Language, Ms, Noted, OptionalSpan, Role, Separation, SeparationLevel, Session,
    Source, SourceKind, Span, Speaker, SpeakerId, Speech, SpeechFrom, Utterance, Word,
};

/// A generator that gives the same numbers on every machine (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn span(&mut self, within: u64) -> Span {
        let start = self.below(within);
        Span::new(Ms(start), Ms(start + 1 + self.below(8_000))).unwrap()
    }

    fn code(&mut self) -> Code {
        let openness = [Openness::Open, Openness::Closed];
        match self.below(8) {
            0..=2 => Code::Question {
                form: self.one(&[QuestionForm::Wh, QuestionForm::Tag, QuestionForm::Fragment]),
                pragmatic: self.one(&openness),
                strict: self.one(&openness),
                leading: self.below(4) == 0,
            },
            3 => Code::Prescriptive {
                push: self.one(&[Push::Option, Push::Advice, Push::Directive]),
            },
            4 => Code::Permission,
            5 => Code::Information { experience: self.below(2) == 0 },
            6 => Code::Reflection { checking: self.below(2) == 0 },
            _ => self.one(&[Code::Affirmation, Code::Backchannel]),
        }
    }
}

const TEXTS: [&str; 7] = [
    "",
    "Mm-hmm.",
    "Oui.",
    "What do you want, and why now?",
    "Tu pourrais peut-être demander à l'équipe ?",
    "I wanted to tell her that-",
    "It went on and on, and nobody said a word about it.",
];

fn session(n: &mut Numbers) -> (Session, Coding) {
    let people = 1 + u8::try_from(n.below(3)).unwrap();
    let length = n.one(&[20_000, 200_000, 2_000_000]);
    let speakers = (1..=people)
        .map(|id| Speaker {
            id: SpeakerId(id),
            role: n.one(&[Role::Coach, Role::Coachee, Role::Other, Role::Unknown]),
            name: None,
            role_evidence: None,
            role_confidence: None,
        })
        .collect();
    let who = |n: &mut Numbers| SpeakerId(1 + u8::try_from(n.below(u64::from(people))).unwrap());
    let timed = n.below(4) > 0;
    let speech = timed.then(|| {
        (0..n.below(60)).map(|_| Speech { span: n.span(length), speaker: who(n) }).collect()
    });
    let mut coding = Coding::default();
    let utterances = (0..n.below(40))
        .map(|index| {
            let text = n.one(&TEXTS);
            let span = (timed && n.below(9) > 0).then(|| n.span(length));
            let words = match span {
                Some(_) if n.below(2) == 0 => text
                    .split_whitespace()
                    .map(|word| Word {
                        text: word.to_owned(),
                        span: n.span(length),
                        confidence: None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            let acts = (0..n.below(3)).map(|_| {
                let start = u32::try_from(n.below(40)).unwrap();
                let end = u32::try_from(n.below(60)).unwrap();
                let confidence = n.one(&[0.2, 0.5, 0.9, 1.0]);
                Act { span: CharSpan { start, end }, code: n.code(), cues: Vec::new(), confidence }
            });
            coding.0.push(acts.collect());
            Utterance {
                id: u32::try_from(index + 1).unwrap(),
                speaker: who(n),
                span: OptionalSpan(span),
                language: n.one(&[Language::En, Language::Fr]),
                text: text.to_owned(),
                words,
                prosody: None,
            }
        })
        .collect();
    coding.0.truncate(usize::try_from(n.below(60)).unwrap());
    let source = Source {
        part: None,
        kind: SourceKind::Recording,
        duration_ms: n.one(&[None, Some(Ms(0)), Some(Ms(length)), Some(Ms(u64::MAX))]),
        language: n.one(&[Language::En, Language::Fr, Language::Other]),
        model: None,
        speaker_evidence: n.one(&[Evidence::Channels, Evidence::Voices, Evidence::Imported]),
        separation: Separation {
            level: n.one(&[SeparationLevel::Clear, SeparationLevel::Weak]),
            bleed_db: None,
            talk_share_error: n.one(&[None, Some(0.05)]),
        },
        speech_from: n.one(&[SpeechFrom::Sound, SpeechFrom::Captions]),
        files: Vec::new(),
    };
    let about = About::default();
    let noted = Noted {
        marks_ms: (0..n.below(3) * 10).step_by(10).map(|at| Ms(at + n.below(10))).collect(),
        gaps: (0..n.below(2)).map(|_| n.span(60_000)).collect(),
    };
    (
        Session {
            source,
            about,
            speakers,
            speech,
            utterances,
            warnings: Vec::new(),
            noted,
            corrections: openfloor::session::Corrections::default(),
        },
        coding,
    )
}

#[test]
fn any_session_has_an_analysis() {
    let profiles: Vec<Profile> =
        ["coaching", "mentoring", "lead"].map(|name| Profile::built_in(name).unwrap()).into();
    let mut numbers = Numbers(7);
    for round in 0..3_000 {
        let (session, coding) = session(&mut numbers);
        let profile = &profiles[round % 3];
        let analysis = analyse(&session, &coding, profile);
        assert_eq!(analysis, analyse(&session, &coding, profile), "round {round}");
        let ids: BTreeSet<&str> = analysis.moments.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids.len(), analysis.moments.len(), "round {round}: ids are unique");
        for metric in &analysis.metrics {
            let at = format!("round {round}: {} of {:?}", metric.id, metric.subject);
            assert_ne!(metric.value.is_some(), metric.reason.is_some(), "{at}");
            assert!(metric.moments.iter().all(|id| ids.contains(id.as_str())), "{at}");
            let Some(value) = metric.value else { continue };
            assert!(value.is_finite(), "{at}");
            if metric.unit == Unit::Share {
                assert!((0.0..=1.0).contains(&value), "{at} is {value}");
            }
            if let (Some(low), Some(high)) = (metric.low, metric.high) {
                assert!(low <= value && value <= high, "{at}: {low} {value} {high}");
            }
        }
    }
}
