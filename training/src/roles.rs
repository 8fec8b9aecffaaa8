//! Learns what shows that somebody is the coach: the weights of `src/attribution/roles`, measured by
//! folds of transcripts. Usage: see `scripts/train-roles`.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use train_coder::lang::model::Models;
use train_coder::lang::{Act, Context, code_with, punctuation};
use train_coder::roles::{Finding, Shown, Weights, infer_with, look};
use train_coder::session::{Language, OptionalSpan, RoleSign, SpeakerId, Utterance};

use crate::data::{FOLDS, bare};
use crate::learn::{Matrix, Problem};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const COACH: SpeakerId = SpeakerId(1);
const OTHER: SpeakerId = SpeakerId(2);

/// Utterances of a part; the first is a whole transcript.
const LENGTHS: [usize; 6] = [usize::MAX, 96, 48, 24, 12, 6];

/// Penalty on the squares of the weights. Of 1, 3, 10 and 30 the one by which what is stated met what
/// is so best without ever being under it from 0.75 on (`docs/decisions/0011-coach.md`).
const PENALTY: f64 = 10.0;

/// A transcript whose coach is known.
pub struct Conversation {
    name: String,
    set: &'static str,
    /// The fold of the language model's that has not seen it.
    pub fold: usize,
    pub language: Language,
    said: Vec<(SpeakerId, String)>,
}

/// The same with its acts.
pub struct Coded {
    name: String,
    set: &'static str,
    fold: usize,
    utterances: Vec<Utterance>,
    acts: Vec<Vec<Act>>,
}

/// All transcripts with known roles, as written and by words alone.
pub fn read(folder: &Path) -> Result<Vec<Conversation>> {
    let mut all = annomi(folder)?;
    all.extend(coaching(folder, "en", Language::En)?);
    all.extend(coaching(folder, "fr", Language::Fr)?);
    Ok(all)
}

fn annomi(folder: &Path) -> Result<Vec<Conversation>> {
    let mut reader = csv::Reader::from_path(folder.join("annomi_dev.csv"))?;
    let head = reader.headers()?.clone();
    let at = |name: &str| head.iter().position(|column| column == name).ok_or("no column");
    let (id, who) = (at("transcript_id")?, at("interlocutor")?);
    let rows = reader.records().collect::<std::result::Result<Vec<_>, _>>()?;
    let ids: BTreeSet<u32> =
        rows.iter().map(|row| row[id].parse()).collect::<std::result::Result<_, _>>()?;
    let mut all = Vec::new();
    for (column, set) in [("text", "AnnoMI"), ("text_asr", "AnnoMI, words only")] {
        let column = at(column)?;
        for (place, number) in ids.iter().map(u32::to_string).enumerate() {
            let own = rows.iter().filter(|row| row[id] == *number);
            let said = own.map(|row| {
                let speaker = if &row[who] == "therapist" { COACH } else { OTHER };
                (speaker, row[column].to_owned())
            });
            all.push(Conversation {
                name: format!("AnnoMI {number}"),
                set,
                fold: place % FOLDS,
                language: Language::En,
                said: said.collect(),
            });
        }
    }
    Ok(all)
}

fn coaching(folder: &Path, code: &str, language: Language) -> Result<Vec<Conversation>> {
    let text = fs::read_to_string(folder.join(format!("coaching_{code}.json")))?;
    let file: serde_json::Value = serde_json::from_str(&text)?;
    let mut all = Vec::new();
    for (index, session) in file["sessions"].as_array().ok_or("no sessions")?.iter().enumerate() {
        for words in [false, true] {
            let said = session["utterances"].as_array().ok_or("no utterances")?.iter().map(|one| {
                let text = one["text"].as_str().unwrap_or_default();
                let text = if words { bare(text) } else { text.to_owned() };
                (if one["speaker"] == "S1" { COACH } else { OTHER }, text)
            });
            all.push(Conversation {
                name: session["id"].as_str().ok_or("no id")?.to_owned(),
                set: match (language, words) {
                    (Language::Fr, false) => "coaching, French",
                    (Language::Fr, true) => "coaching, French, words only",
                    (_, false) => "coaching, English",
                    (_, true) => "coaching, English, words only",
                },
                // As `data::sessions` deals them.
                fold: if language == Language::En { index + 3 } else { 5 },
                language,
                said: said.collect(),
            });
        }
    }
    Ok(all)
}

/// Codes a transcript by weights that have not seen it.
pub fn coded(one: Conversation, models: Models<'_>) -> Coded {
    let mode = punctuation(one.said.iter().map(|(_, text)| text.as_str()));
    let acts = (0..one.said.len()).map(|place| {
        let (speaker, text) = &one.said[place];
        let before = one.said[..place].iter().rev().find(|(other, _)| other != speaker);
        let before = before.map(|(_, text)| text.as_str());
        code_with(text, one.language, Context { punctuation: mode, before, melody: &[] }, models)
    });
    let utterances = (1..).zip(&one.said).map(|(id, (speaker, text))| Utterance {
        id,
        speaker: *speaker,
        span: OptionalSpan(None),
        language: one.language,
        text: text.clone(),
        words: Vec::new(),
        prosody: None,
    });
    Coded {
        acts: acts.collect(),
        utterances: utterances.collect(),
        name: one.name,
        set: one.set,
        fold: one.fold,
    }
}

/// How a conversation is spoilt before it is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spoilt {
    Not,
    /// So many of a hundred utterances are given to the wrong speaker.
    Wrong(u32),
    /// What the other says is dealt to so many, in stretches of ten utterances.
    Others(u8),
}

/// A part of a conversation as its speakers show themselves.
struct Sample<'a> {
    of: &'a Coded,
    length: usize,
    weight: f64,
    shown: Vec<Shown>,
}

/// Numbers that are the same each time (an LCG; Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(bound)) as u32
    }
}

fn samples<'a>(all: impl Iterator<Item = &'a Coded>, spoilt: Spoilt) -> Vec<Sample<'a>> {
    let mut samples = Vec::new();
    let mut dice = Dice(1);
    for one in all {
        let mut utterances = one.utterances.clone();
        let mut speakers = vec![COACH, OTHER];
        match spoilt {
            Spoilt::Not => {}
            Spoilt::Wrong(share) => {
                for said in utterances.iter_mut().filter(|_| dice.below(100) < share) {
                    said.speaker = if said.speaker == COACH { OTHER } else { COACH };
                }
            }
            Spoilt::Others(count) => {
                speakers.extend((0..count - 1).map(|more| SpeakerId(3 + more)));
                for (place, said) in utterances.iter_mut().enumerate() {
                    if said.speaker == OTHER {
                        said.speaker = speakers[1 + place / 10 % usize::from(count)];
                    }
                }
            }
        }
        for length in LENGTHS {
            let size = length.min(utterances.len());
            if length != usize::MAX && size < length {
                continue;
            }
            let parts = utterances.len() / size;
            for part in 0..parts {
                let range = part * size..(part + 1) * size;
                let whole = length == usize::MAX;
                let shown = look(&speakers, &utterances[range.clone()], &one.acts[range], whole);
                if shown.iter().filter(|one| one.words > 0.0).count() > 1 {
                    samples.push(Sample { of: one, length, weight: 1.0 / parts as f64, shown });
                }
            }
        }
    }
    samples
}

fn learn<'a>(samples: impl Iterator<Item = &'a Sample<'a>>) -> Weights {
    let mut matrix = Matrix { width: RoleSign::COUNT, starts: vec![0], ..Matrix::default() };
    let mut rows = Vec::new();
    for sample in samples {
        // Both ways round, so that no side is favoured.
        for (side, class) in [(1.0, true), (-1.0, false)] {
            for sign in 0..RoleSign::COUNT {
                let difference = sample.shown[0].signs[sign] - sample.shown[1].signs[sign];
                matrix.columns.push(sign as u32);
                matrix.values.push((side * difference) as f32);
            }
            matrix.starts.push(matrix.columns.len());
            rows.push((rows.len(), class, sample.weight));
        }
    }
    let weights = Problem { matrix: &matrix, rows, penalty: PENALTY }.solve();
    std::array::from_fn(|sign| (weights[sign] * 100.0).round() / 100.0)
}

/// What became of a set of samples.
#[derive(Default)]
struct Outcome {
    all: usize,
    refused: usize,
    right: usize,
}

impl Outcome {
    fn add(&mut self, found: &Finding) {
        self.all += 1;
        if found.doubt.is_some() {
            self.refused += 1;
        } else if found.coach == COACH {
            self.right += 1;
        }
    }

    fn told(&self) -> String {
        format!("{} of {} right, {} refused", self.right, self.all - self.refused, self.refused)
    }
}

fn name(length: usize) -> String {
    if length == usize::MAX { "whole".to_owned() } else { length.to_string() }
}

/// Learns by folds and from everything, prints what came of it; the weights from everything.
pub fn run(all: &[Coded]) -> Weights {
    let lessons = samples(all.iter(), Spoilt::Not);
    let folds: Vec<Weights> =
        (0..FOLDS).map(|fold| learn(lessons.iter().filter(|one| one.of.fold != fold))).collect();
    let judged = |one: &Sample| infer_with(&folds[one.of.fold], one.shown.clone());
    println!("By folds, set by set:");
    for length in LENGTHS {
        let sets: BTreeSet<&str> = all.iter().map(|one| one.set).collect();
        for set in sets {
            let mut outcome = Outcome::default();
            let own = lessons.iter().filter(|one| one.length == length && one.of.set == set);
            own.filter_map(judged).for_each(|found| outcome.add(&found));
            if outcome.all > 0 {
                println!("{:>6} {set:30} {}", name(length), outcome.told());
            }
        }
    }
    for spoilt in [
        Spoilt::Not,
        Spoilt::Wrong(5),
        Spoilt::Wrong(10),
        Spoilt::Wrong(20),
        Spoilt::Others(2),
        Spoilt::Others(5),
    ] {
        println!("By folds, {spoilt:?}:");
        let samples = samples(all.iter(), spoilt);
        for length in LENGTHS {
            let of: Vec<(&Sample, Finding)> = samples
                .iter()
                .filter(|one| one.length == length)
                .filter_map(|one| Some((one, judged(one)?)))
                .collect();
            let mut outcome = Outcome::default();
            of.iter().for_each(|(_, found)| outcome.add(found));
            println!("{:>6} {}; {}", name(length), outcome.told(), reliability(&of));
            for (sample, found) in &of {
                if length == usize::MAX && (found.doubt.is_some() || found.coach != COACH) {
                    println!("        {} ({}): {found:?}", sample.of.name, sample.of.set);
                }
            }
        }
    }
    for (learnt, kept) in [
        ("AnnoMI", [false, true, true]),
        ("the coaching sessions", [true, false, false]),
        ("the English", [false, false, true]),
    ] {
        let held = |one: &Sample| {
            kept[match one.of.set {
                set if set.starts_with("AnnoMI") => 0,
                set if set.contains("English") => 1,
                _ => 2,
            }]
        };
        let weights = learn(lessons.iter().filter(|one| !held(one)));
        println!("Learnt from {learnt}, on the rest:");
        for length in LENGTHS {
            let mut outcome = Outcome::default();
            let rest = lessons.iter().filter(|one| one.length == length && held(one));
            rest.filter_map(|one| infer_with(&weights, one.shown.clone()))
                .for_each(|found| outcome.add(&found));
            println!("{:>6} {}", name(length), outcome.told());
        }
    }
    clients(all, &folds);
    let weights = learn(lessons.iter());
    println!("{weights:?}");
    weights
}

/// Puts weights into the program's table.
pub fn write(file: &Path, weights: &Weights) -> Result<()> {
    let mut text = String::new();
    for line in fs::read_to_string(file)?.lines() {
        let weight = line.split_once(", // ").filter(|(weight, _)| weight.starts_with("    "));
        let place = weight.and_then(|(_, what)| {
            let known = |sign: &RoleSign| serde_json::to_value(sign).ok() == Some(what.into());
            RoleSign::ALL.iter().position(known)
        });
        match (place, weight) {
            (Some(place), Some((_, what))) => {
                let _ = writeln!(text, "    {:.2}, // {what}", weights[place]);
            }
            _ => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    Ok(fs::write(file, text)?)
}

/// Stated against observed: share right and mean stated in each band, whether refused or not.
fn reliability(found: &[(&Sample, Finding)]) -> String {
    let mut told = String::new();
    for (low, high) in [(0.0, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1.0)] {
        let band = found.iter().filter(|(_, found)| (low..high).contains(&found.confidence));
        let (mut count, mut right, mut stated) = (0.0, 0.0, 0.0);
        for (_, found) in band {
            count += 1.0;
            right += f64::from(u8::from(found.coach == COACH));
            stated += found.confidence;
        }
        if count > 0.0 {
            let (stated, right) = (stated / count, right / count);
            let _ = write!(told, "  {stated:.2} → {right:.2} ({count})");
        }
    }
    told
}

/// Conversations without a coach: the clients of two transcripts, turn about.
fn clients(all: &[Coded], folds: &[Weights]) {
    for set in ["AnnoMI", "AnnoMI, words only"] {
        let of: Vec<&Coded> = all.iter().filter(|one| one.set == set).collect();
        let (mut taken, mut count) = (0, 0);
        for pair in of.windows(2) {
            let own = |one: &'_ Coded, speaker: SpeakerId| -> Vec<(Utterance, Vec<Act>)> {
                let said = one.utterances.iter().zip(&one.acts);
                let said = said.filter(|(said, _)| said.speaker == OTHER);
                said.map(|(said, acts)| (Utterance { speaker, ..said.clone() }, acts.clone()))
                    .collect()
            };
            let (a, b) = (own(pair[0], COACH), own(pair[1], OTHER));
            let (utterances, acts): (Vec<Utterance>, Vec<Vec<Act>>) =
                a.into_iter().zip(b).flat_map(|(a, b)| [a, b]).unzip();
            let shown = look(&[COACH, OTHER], &utterances, &acts, true);
            if let Some(found) = infer_with(&folds[pair[0].fold], shown) {
                count += 1;
                taken += usize::from(found.doubt.is_none());
            }
        }
        println!("Two clients of {set}: one is taken for the coach in {taken} of {count}");
    }
}
