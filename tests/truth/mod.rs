//! The truth files of the spoken sessions, as a session with the acts of its utterances.

use std::collections::BTreeSet;
use std::path::Path;

use openfloor::analysis::Coding;
use openfloor::lang::{Act, CharSpan, Code, Openness, Push, QuestionForm};
use openfloor::session::{
    About, Corrections, Evidence, Language, Ms, Noted, OptionalSpan, Separation, SeparationLevel,
    Session, Source, SourceKind, Span, Speaker, Speech, SpeechFrom, Utterance, Word,
};
use serde_json::Value;

/// A file of format `openfloor.speech-truth/1`.
pub struct Truth(pub Value);

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub fn ms(value: &Value) -> Ms {
    Ms(value.as_u64().unwrap())
}

pub fn span(value: &Value) -> Span {
    Span::new(ms(&value["start_ms"]), ms(&value["end_ms"])).unwrap()
}

fn named<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn flagged(act: &Value, flag: &str) -> bool {
    act["flags"].as_array().is_some_and(|flags| flags.iter().any(|one| one == flag))
}

/// The words of `said`, spread over `over` by their characters.
fn words(said: &str, over: Span) -> Vec<Word> {
    let all = said.chars().count() as u64;
    let at = |offset: u64| Ms(over.start().0 + over.length().0 * offset / all);
    let mut offset = 0;
    said.split(' ')
        .map(|word| {
            let length = word.chars().count() as u64;
            let span = Span::new(at(offset), at(offset + length)).unwrap();
            offset += length + 1;
            Word { text: word.to_owned(), span, confidence: None }
        })
        .collect()
}

impl Truth {
    pub fn read(path: &Path) -> Self {
        Self(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    pub fn list(&self, key: &str) -> &[Value] {
        self.0[key].as_array().unwrap()
    }

    pub fn measure(&self, key: &str) -> f64 {
        self.0["measures"][key].as_f64().unwrap()
    }

    pub fn count(&self, key: &str) -> f64 {
        self.0["counts"][key].as_f64().unwrap()
    }

    pub fn session(&self, evidence: Evidence) -> Session {
        let language: Language = named(&self.0["language"]);
        let mut speech: Vec<Speech> = Vec::new();
        for (who, stretches) in self.0["speech"].as_object().unwrap() {
            for one in stretches.as_array().unwrap() {
                let span = Span::new(ms(&one[0]), ms(&one[1])).unwrap();
                speech.push(Speech { span, speaker: who.parse().unwrap() });
            }
        }
        speech.sort_unstable();
        let utterance = |one: &Value| Utterance {
            id: u32::try_from(one["id"].as_u64().unwrap()).unwrap(),
            speaker: text(&one["speaker"]).parse().unwrap(),
            span: OptionalSpan(Some(span(one))),
            language,
            text: text(&one["text"]).to_owned(),
            words: Self::words(one),
            prosody: None,
        };
        let speaker = |one: &Value| Speaker {
            id: text(&one["id"]).parse().unwrap(),
            role: named(&one["role"]),
            name: None,
            role_evidence: None,
            role_confidence: None,
        };
        Session {
            source: Source {
                kind: SourceKind::Recording,
                duration_ms: Some(ms(&self.0["duration_ms"])),
                part: None,
                language,
                model: None,
                speaker_evidence: evidence,
                separation: Separation {
                    level: SeparationLevel::Clear,
                    bleed_db: None,
                    talk_share_error: Some(0.01),
                },
                speech_from: SpeechFrom::Sound,
                files: Vec::new(),
            },
            about: About::default(),
            speakers: self.list("speakers").iter().map(speaker).collect(),
            speech: Some(speech),
            utterances: self.list("utterances").iter().map(utterance).collect(),
            warnings: Vec::new(),
            noted: Noted::default(),
            corrections: Corrections::default(),
        }
    }

    /// Difference 1: the sound of `who` inside a stretch given by utterances.
    pub fn sound(&self, who: &Value, within: Span) -> Span {
        let speech = self.0["speech"][text(who)].as_array().unwrap().iter();
        let spans = speech.map(|one| Span::new(ms(&one[0]), ms(&one[1])).unwrap());
        let inside = spans.filter(|one| one.overlap(within) > Ms::ZERO);
        inside.reduce(Span::hull).unwrap()
    }

    /// Difference 1 for one wait: the pause in the truth's own speech after the asker's last sound
    /// before `wait` ends, where the quiet end of a word lies below the threshold of speech.
    pub fn pause_after(&self, wait: &Value) -> Ms {
        let said = self.list("utterances").iter().find(|one| one["id"] == wait["utterance"]);
        let end = ms(&said.unwrap()["end_ms"]);
        let speech = |who: &str| self.0["speech"][who].as_array().unwrap().iter();
        let last = speech("S1").map(|one| ms(&one[1])).filter(|&stop| stop <= end + Ms(20)).max();
        let last = last.unwrap();
        let next = speech("S2").find(|one| ms(&one[1]) > last).map(|one| ms(&one[0]));
        next.unwrap().since(last)
    }

    /// Words timed within the acts of the coach, within the utterance of the coachee.
    fn words(utterance: &Value) -> Vec<Word> {
        let whole = text(&utterance["text"]);
        let mut timed: Vec<Word> = Vec::new();
        let mut done = BTreeSet::new();
        for act in utterance["acts"].as_array().into_iter().flatten() {
            if done.insert(act["start"].as_u64().unwrap()) {
                timed.extend(words(text(&act["text"]), span(act)));
            }
        }
        let joined = timed.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        if joined == whole { timed } else { words(whole, span(utterance)) }
    }

    pub fn coding(&self) -> Coding {
        let acts =
            |one: &Value| one["acts"].as_array().into_iter().flatten().flat_map(acts).collect();
        Coding(self.list("utterances").iter().map(acts).collect())
    }
}

fn acts(act: &Value) -> Vec<Act> {
    let offset = |key: &str| u32::try_from(act[key].as_u64().unwrap()).unwrap();
    let code = match text(&act["kind"]) {
        "question" => Code::Question {
            form: named::<QuestionForm>(&act["form"]),
            pragmatic: named::<Openness>(&act["openness"]),
            strict: named::<Openness>(&act["openness_strict"]),
            leading: flagged(act, "leading"),
        },
        "prescriptive" => {
            // The level is what the words say and is never lowered (CODEBOOK §1, permission).
            let words = act.get("level_of_the_words").unwrap_or(&act["level"]);
            let push = match words.as_u64().unwrap() {
                1 => Push::Option,
                2 => Push::Advice,
                _ => Push::Directive,
            };
            Code::Prescriptive { push }
        }
        "information" => Code::Information { experience: false },
        "reflection" => Code::Reflection { checking: flagged(act, "checking") },
        "affirmation" => Code::Affirmation,
        "backchannel" => Code::Backchannel,
        _ => return Vec::new(),
    };
    let act_of = |code| Act {
        span: CharSpan { start: offset("start"), end: offset("end") },
        code,
        cues: Vec::new(),
        confidence: if act["ambiguous"] == true { 0.6 } else { 0.9 },
    };
    let mut found = vec![act_of(code)];
    if flagged(act, "asks_permission") {
        found.push(act_of(Code::Permission));
    }
    found
}
