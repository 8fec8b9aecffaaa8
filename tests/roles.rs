//! Who is taken for the coach, on every transcript of `../shared` whose roles are known: English
//! counselling demonstrations (`AnnoMI`) and six coaching sessions in English and French.
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

use openfloor::attribution::roles::{FLOOR, infer};
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

/// The parts of a conversation, of at most so many utterances.
fn parts(conversations: &[Conversation], length: usize) -> Vec<Conversation> {
    conversations
        .iter()
        .flat_map(|one| one.chunks(length).filter(move |part| part.len() == length))
        .map(<[_]>::to_vec)
        .collect()
}

fn judged(conversation: &Conversation, language: Language) -> Option<(bool, f64)> {
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
    let acts: Vec<Vec<Act>> = utterances
        .iter()
        .map(|one| {
            code(&one.text, language, Context { punctuation: mode, before: None, melody: &[] })
        })
        .collect();
    // In both orders: the label must not decide.
    let found = infer(&[OTHER, COACH], &utterances, &acts)?;
    assert_eq!(Some(found), infer(&[COACH, OTHER], &utterances, &acts));
    Some((found.coach == COACH, found.confidence))
}

/// Share right among those not refused, share refused; prints how stated confidence meets the truth.
fn measure(name: &str, conversations: &[Conversation], language: Language) -> (f64, f64) {
    let all: Vec<Option<(bool, f64)>> =
        conversations.iter().map(|one| judged(one, language)).collect();
    let sure: Vec<(bool, f64)> =
        all.iter().flatten().copied().filter(|(_, confidence)| *confidence >= FLOOR).collect();
    let count = |values: usize| f64::from(u32::try_from(values).unwrap());
    let right = count(sure.iter().filter(|(right, _)| *right).count()) / count(sure.len()).max(1.0);
    let refused = 1.0 - count(sure.len()) / count(all.len());
    println!("{name}: {} conversations, right {right:.3}, refused {refused:.3}", all.len());
    for (low, high) in [(0.5, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1.01)] {
        let within = all.iter().flatten().filter(|(_, c)| (low..high).contains(c));
        let (right, total) =
            within.fold((0, 0), |(right, total), (is, _)| (right + usize::from(*is), total + 1));
        println!("    stated {low:.2}–{high:.2}: {right} of {total}");
    }
    (right, refused)
}

#[test]
fn the_coach_is_right_on_whole_conversations_and_seldom_refused() {
    for (name, conversations, language) in [
        ("annomi", annomi("text"), Language::En),
        ("annomi, words only", annomi("text_asr"), Language::En),
        ("coaching en", coaching("en"), Language::En),
        ("coaching fr", coaching("fr"), Language::Fr),
    ] {
        if conversations.is_empty() {
            return;
        }
        let (right, refused) = measure(name, &conversations, language);
        assert!(right >= 0.95 && refused <= 0.1, "{name}");
    }
}

#[test]
fn a_short_stretch_is_judged_right_or_refused() {
    for (name, conversations, language) in [
        ("annomi, 12 utterances", parts(&annomi("text"), 12), Language::En),
        ("coaching en, 12 utterances", parts(&coaching("en"), 12), Language::En),
        ("coaching fr, 12 utterances", parts(&coaching("fr"), 12), Language::Fr),
    ] {
        if conversations.is_empty() {
            return;
        }
        let (right, _) = measure(name, &conversations, language);
        assert!(right >= 0.9, "{name}");
    }
}
