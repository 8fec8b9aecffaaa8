//! Who is taken for the coach, on every transcript of `../shared` whose roles are known: English
//! counselling demonstrations (`AnnoMI`) and six coaching sessions in English and French; whole and in
//! parts, as written and by words alone, with utterances given to the wrong speaker, with more
//! speakers, and on two clients without a coach. The printed table is the program's own weights on
//! what they were learnt from; `scripts/train-roles` prints the same by folds.
//!
//! Needs `../shared`; without it, it says so and checks nothing.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that fails says why; its figures are quoted in docs/decisions"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use openfloor::attribution::roles::{Finding, infer};
use openfloor::lang::{Act, Context, code, punctuation};
use openfloor::session::{Language, OptionalSpan, SpeakerId, Utterance};

const COACH: SpeakerId = SpeakerId(1);
const OTHER: SpeakerId = SpeakerId(2);

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/coding/dev");
    if !folder.is_dir() {
        println!("NOT RUN: ../shared is not here");
    }
    folder.is_dir().then_some(folder)
}

type Conversation = Vec<(SpeakerId, String)>;

fn annomi(column: &str) -> Vec<Conversation> {
    let Some(folder) = shared() else { return Vec::new() };
    let mut reader = csv::Reader::from_path(folder.join("annomi_dev.csv")).unwrap();
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|column| column == name).unwrap();
    let (id, who, text) = (at("transcript_id"), at("interlocutor"), at(column));
    let mut conversations: BTreeMap<String, Conversation> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let speaker = if &record[who] == "therapist" { COACH } else { OTHER };
        conversations
            .entry(record[id].to_owned())
            .or_default()
            .push((speaker, record[text].to_owned()));
    }
    conversations.into_values().collect()
}

fn coaching(language: &str) -> Vec<Conversation> {
    let Some(folder) = shared() else { return Vec::new() };
    let text = fs::read(folder.join(format!("coaching_{language}.json"))).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let conversation = |session: &serde_json::Value| {
        let said = session["utterances"].as_array().unwrap().iter().map(|utterance| {
            let speaker = if utterance["speaker"] == "S1" { COACH } else { OTHER };
            (speaker, utterance["text"].as_str().unwrap().to_owned())
        });
        said.collect()
    };
    file["sessions"].as_array().unwrap().iter().map(conversation).collect()
}

/// As speech-to-text without punctuation writes it.
fn bare(conversation: &Conversation) -> Conversation {
    let bare = |text: &str| -> String {
        text.to_lowercase().chars().filter(|c| !matches!(c, '.' | '?' | '!' | ',' | '…')).collect()
    };
    conversation.iter().map(|(speaker, text)| (*speaker, bare(text))).collect()
}

/// The parts of a conversation, of exactly so many utterances; all of it where that is 0.
fn parts(conversation: &Conversation, length: usize) -> Vec<Conversation> {
    let length = if length == 0 { conversation.len() } else { length };
    conversation.chunks_exact(length).map(<[_]>::to_vec).collect()
}

fn judged(conversation: &Conversation, language: Language, whole: bool) -> Option<Finding> {
    let mode = punctuation(conversation.iter().map(|(_, text)| text.as_str()));
    let utterances: Vec<Utterance> = (1..)
        .zip(conversation)
        .map(|(id, (speaker, text))| Utterance {
            id,
            speaker: *speaker,
            span: OptionalSpan(None),
            language,
            text: text.clone(),
            words: Vec::new(),
            prosody: None,
        })
        .collect();
    let acts: Vec<Vec<Act>> = (0..conversation.len())
        .map(|place| {
            let (speaker, text) = &conversation[place];
            let before = conversation[..place].iter().rev().find(|(other, _)| other != speaker);
            let before = before.map(|(_, text)| text.as_str());
            code(text, language, Context { punctuation: mode, before, melody: &[] })
        })
        .collect();
    let mut speakers: Vec<SpeakerId> = conversation.iter().map(|(speaker, _)| *speaker).collect();
    speakers.sort_unstable();
    speakers.dedup();
    let found = infer(&speakers, &utterances, &acts, whole);
    // In both orders: the label must not decide.
    speakers.reverse();
    assert_eq!(found, infer(&speakers, &utterances, &acts, whole));
    found
}

/// Every conversation with its language, as written and by words alone.
fn all() -> Vec<(&'static str, Conversation, Language)> {
    let mut all = Vec::new();
    let mut add = |name, conversations: Vec<Conversation>, language| {
        all.extend(conversations.into_iter().map(|one| (name, one, language)));
    };
    add("AnnoMI", annomi("text"), Language::En);
    add("AnnoMI, words only", annomi("text_asr"), Language::En);
    for (code, language) in [("en", Language::En), ("fr", Language::Fr)] {
        let sessions = coaching(code);
        add("coaching, words only", sessions.iter().map(bare).collect(), language);
        add("coaching", sessions, language);
    }
    all
}

/// Right among those that are not refused, refused, how many.
#[derive(Default)]
struct Outcome {
    right: u32,
    wrong: u32,
    refused: u32,
    /// What was stated, and whether it is so; refused or not.
    stated: Vec<(f64, bool)>,
}

impl Outcome {
    fn add(&mut self, found: Option<&Finding>) {
        let Some(found) = found else { return };
        let right = found.coach == COACH;
        self.stated.push((found.confidence, right));
        match (found.doubt, right) {
            (Some(_), _) => self.refused += 1,
            (None, true) => self.right += 1,
            (None, false) => self.wrong += 1,
        }
    }

    fn rightly(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn refusing(&self) -> f64 {
        f64::from(self.refused) / f64::from((self.right + self.wrong + self.refused).max(1))
    }

    fn print(&self, name: &str) {
        let judged = self.right + self.wrong;
        println!("{name}: {} of {judged} right, {} refused", self.right, self.refused);
    }

    /// Stated and observed share in each band that holds so many.
    fn bands(&self, least: usize) -> Vec<(f64, f64, usize)> {
        [(0.5, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1.0)]
            .into_iter()
            .filter_map(|(low, high)| {
                let of: Vec<_> =
                    self.stated.iter().filter(|(sure, _)| (low..high).contains(sure)).collect();
                let count = f64::from(u32::try_from(of.len()).unwrap());
                let stated = of.iter().map(|(sure, _)| sure).sum::<f64>() / count;
                let right = of.iter().map(|(_, right)| f64::from(u8::from(*right))).sum::<f64>();
                (of.len() >= least).then_some((stated, right / count, of.len()))
            })
            .collect()
    }
}

#[test]
fn the_coach_is_right_on_whole_conversations_and_seldom_refused() {
    let mut outcomes: BTreeMap<(&str, bool), Outcome> = BTreeMap::new();
    for (name, conversation, language) in all() {
        let outcome = outcomes.entry((name, language == Language::Fr)).or_default();
        outcome.add(judged(&conversation, language, true).as_ref());
    }
    for ((name, french), outcome) in &outcomes {
        outcome.print(&format!("{name}, {}", if *french { "French" } else { "English" }));
        assert!(outcome.rightly() >= 0.95 && outcome.refusing() <= 0.1, "{name}");
    }
}

#[test]
fn a_part_is_judged_right_or_refused_and_what_is_stated_is_so() {
    let all = all();
    if all.is_empty() {
        return;
    }
    let mut together = Outcome::default();
    for length in [0, 48, 24, 12, 6] {
        let mut outcome = Outcome::default();
        for (_, conversation, language) in &all {
            for part in parts(conversation, length) {
                outcome.add(judged(&part, *language, length == 0).as_ref());
            }
        }
        outcome.print(&format!("{length} utterances"));
        println!("    stated, observed, of: {:.2?}", outcome.bands(1));
        assert!(outcome.rightly() >= 0.97, "{length}");
        together.stated.extend(outcome.stated);
    }
    println!("all: {:.2?}", together.bands(1));
    for (stated, observed, count) in together.bands(50) {
        assert!(observed >= stated - 0.05, "{stated:.2} stated, {observed:.2} of {count}");
    }
}

/// The same numbers each time.
fn dice(of: usize, sides: usize) -> usize {
    (of + 1).wrapping_mul(2_654_435_761) / 7 % sides
}

#[test]
fn utterances_given_to_the_wrong_speaker_do_not_mislead() {
    let all = all();
    for share in [5, 10] {
        let mut outcome = Outcome::default();
        for (_, conversation, language) in &all {
            let mut spoilt = conversation.clone();
            for (place, (speaker, _)) in spoilt.iter_mut().enumerate() {
                if dice(place, 100) < share {
                    *speaker = if *speaker == COACH { OTHER } else { COACH };
                }
            }
            outcome.add(judged(&spoilt, *language, true).as_ref());
        }
        outcome.print(&format!("{share} % wrongly given"));
        assert!(all.is_empty() || outcome.rightly() >= 0.95 && outcome.refusing() <= 0.1);
    }
}

#[test]
fn the_coach_of_several_is_found() {
    let all = all();
    for others in [2, 5] {
        let mut outcome = Outcome::default();
        for (_, conversation, language) in &all {
            let mut more = conversation.clone();
            for (place, (speaker, _)) in more.iter_mut().enumerate() {
                if *speaker == OTHER {
                    *speaker = SpeakerId(2 + u8::try_from(place / 10 % others).unwrap());
                }
            }
            outcome.add(judged(&more, *language, true).as_ref());
        }
        outcome.print(&format!("{others} others"));
        assert!(all.is_empty() || outcome.rightly() >= 0.95 && outcome.refusing() <= 0.1);
    }
}

#[test]
fn of_two_who_are_both_coached_nobody_is_the_coach() {
    let conversations = annomi("text");
    let own = |of: &Conversation, as_whom: SpeakerId| -> Conversation {
        let said = of.iter().filter(|(speaker, _)| *speaker == OTHER);
        said.map(|(_, text)| (as_whom, text.clone())).collect()
    };
    let mut taken = 0;
    for pair in conversations.windows(2) {
        let (a, b) = (own(&pair[0], COACH), own(&pair[1], OTHER));
        let mixed: Conversation = a.into_iter().zip(b).flat_map(|(a, b)| [a, b]).collect();
        let found = judged(&mixed, Language::En, true);
        taken += u32::from(found.is_some_and(|found| found.doubt.is_none()));
    }
    println!("somebody taken for the coach in {taken} of {}", conversations.len());
    assert!(taken <= 3, "{taken}");
}
