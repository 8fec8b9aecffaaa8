//! Trains the language model of `src/lang/model` and measures it by folds of transcripts and
//! writers. Usage: see `scripts/train-coder`.

mod bars;
mod corpus;
mod data;
mod fit;
mod learn;
mod roles;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use bars::{Said, bars, of_acts};
use corpus::{MODES, Read, number, read};
use data::{Doc, FOLDS};
use fit::{Lesson, School, Settings};
use train_coder::lang::model::{Borders, Example, Head, Models, Weights, examples};
use train_coder::lang::{CharSpan, Context, Punctuation};
use train_coder::session::Language;

/// Sets that may be learnt from (`../shared/coding/README.md`).
const LEARNT: [&str; 4] = ["annomi", "sentences", "sessions", "codebook"];

/// The bars that settings are chosen by.
const SHORT: [&str; 21] = [
    "annomi_sentences: question F1",
    "annomi_sentences: three-way kappa",
    "annomi_sentences: three-way kappa, strict",
    "annomi_sentences: level >= 2 kappa",
    "annomi_sentences: reflection kappa",
    "annomi turns: question F1",
    "annomi turns: reflection kappa",
    "annomi turns: three-way kappa, last",
    "annomi turns: open share, mean error",
    "prescriptive_en: level >= 2 kappa",
    "sentences_en: three-way kappa",
    "sentences_en: level >= 2 kappa",
    "sentences_fr: question F1",
    "sentences_fr: three-way kappa",
    "sentences_fr: level >= 2 kappa",
    "sentences_fr: level >= 1 kappa",
    "prescriptive_fr: level >= 2 kappa",
    "prescriptive_fr: level >= 1 kappa",
    "questions_fr: question F1",
    "questions_fr: three-way kappa",
    "parisstories: question F1",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::default();
    let (mut only, mut rules) = (None, false);
    let (mut write, mut short) = (None, false);
    let mut coded_ends = false;
    let mut who = false;
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "en" => only = Some(Language::En),
            "fr" => only = Some(Language::Fr),
            "rules" => rules = true,
            "short" => short = true,
            "roles" => who = true,
            "coded-ends" => coded_ends = true,
            "write" => write = Some(Path::new("../src/lang/model")),
            word if settings.set(word) => {}
            word => return Err(format!("unknown: {word}").into()),
        }
    }
    let began = Instant::now();
    let mut docs = data::read(Path::new("../../shared/coding/dev"))?;
    docs.retain(|doc| only.is_none_or(|only| only == doc.language));
    let cutters = cutters(&docs, only, &settings);
    let read: Vec<[Read; 2]> = docs
        .iter()
        .map(|doc| {
            let fold = (doc.fold < FOLDS).then_some(doc.fold);
            MODES.map(|mode| read(doc, mode, cutters.get(&(doc.language, fold))))
        })
        .collect();
    eprintln!("read {} documents in {:.1?}", docs.len(), began.elapsed());

    let mut tables = Tables::new();
    if !rules {
        for language in [Language::En, Language::Fr] {
            if only.is_some_and(|only| only != language) {
                continue;
            }
            for marked in [true, false] {
                let lessons = lessons(&docs, &read, language, marked, &settings);
                let school = School::new(lessons, &settings);
                let began = Instant::now();
                let folds: Vec<(usize, Weights)> =
                    (0..FOLDS).map(|fold| (fold, school.learn(Some(fold)))).collect();
                let shifts = school.shifts(&folds, settings.shift);
                let all = folds.into_iter().map(|(fold, table)| (Some(fold), table));
                for (fold, mut table) in all.chain([(None, school.learn(None))]) {
                    for (head, (shift, sure)) in shifts.iter().enumerate() {
                        table.bias[head] -= shift;
                        table.sure[head] = *sure;
                    }
                    tables.insert((language, marked, fold), table);
                }
                eprintln!("thresholds and likelihoods {shifts:.2?}");
                eprintln!("{language:?} {marked} {:?} in {:.1?}", school.size(), began.elapsed());
            }
        }
    }
    if who {
        return roles(&tables, &cutters, write.is_some());
    }
    if let Some(folder) = write {
        for ((language, fold), table) in &cutters {
            if fold.is_none() {
                let name = format!("{}_borders.bin", language.code().unwrap_or(""));
                std::fs::write(folder.join(name), table.write())?;
            }
        }
        for ((language, marked, fold), table) in &tables {
            if fold.is_none() {
                let mode = if *marked { "marked" } else { "words" };
                let name = format!("{}_{mode}.bin", language.code().unwrap_or(""));
                std::fs::write(folder.join(name), table.write())?;
            }
        }
    }
    for mode in MODES {
        let began = Instant::now();
        let by_rules = bars(&docs, &|index| {
            let examples = &read[index][number(mode)].engine;
            let mut said: Vec<Said> =
                examples.iter().map(|one| of_acts(one.span, &one.acts)).collect();
            small(&docs[index], &mut said);
            said
        });
        let by_model = (!rules).then(|| {
            bars(&docs, &|index| {
                let doc = &docs[index];
                let fold = (doc.fold < FOLDS).then_some(doc.fold);
                if coded_ends {
                    return read[index][number(mode)]
                        .gold
                        .iter()
                        .map(|one| weigh(&tables[&(doc.language, one.marked, fold)], one))
                        .collect();
                }
                if !short {
                    let models = Models {
                        marked: tables.get(&(doc.language, true, fold)),
                        words: tables.get(&(doc.language, false, fold)),
                        borders: cutters.get(&(doc.language, fold)),
                    };
                    return corpus::code(doc, mode, models);
                }
                let mut said: Vec<Said> = read[index][number(mode)]
                    .engine
                    .iter()
                    .map(|one| weigh(&tables[&(doc.language, one.marked, fold)], one))
                    .collect();
                small(doc, &mut said);
                said
            })
        });
        let rate = docs.len() as f64 / began.elapsed().as_secs_f64();
        println!(
            "\n{rate:.0} utterances a second, {}",
            if mode == Punctuation::Written { "PUNCTUATED" } else { "WORDS ONLY" }
        );
        for (place, (name, rule)) in by_rules.iter().enumerate() {
            let model = by_model.as_ref().map(|all| all[place].1);
            let model = model.map_or(String::new(), |figure| format!("{figure:7.3}"));
            if !short || SHORT.contains(&name.as_str()) {
                println!("{name:58} {rule:7.3} {model}");
            }
        }
    }
    Ok(())
}

/// Weights by language, by whether there is punctuation, and by the fold that was left out.
type Tables = BTreeMap<(Language, bool, Option<usize>), Weights>;

/// Learns who is the coach, from acts that were found by weights that have not seen the transcript.
fn roles(tables: &Tables, cutters: &Cutters, write: bool) -> Result<(), Box<dyn Error>> {
    let conversations = roles::read(Path::new("../../shared/coding/dev"))?;
    let coded = |one: roles::Conversation| {
        let (language, fold) = (one.language, Some(one.fold));
        let models = Models {
            marked: tables.get(&(language, true, fold)),
            words: tables.get(&(language, false, fold)),
            borders: cutters.get(&(language, fold)),
        };
        roles::coded(one, models)
    };
    let all: Vec<roles::Coded> = conversations.into_iter().map(coded).collect();
    let weights = roles::run(&all);
    if write {
        roles::write(Path::new("../src/attribution/roles/weights.rs"), &weights)?;
    }
    Ok(())
}

type Cutters = BTreeMap<(Language, Option<usize>), Borders>;

/// Learns sentence ends by folds, and says how well.
fn cutters(docs: &[Doc], only: Option<Language>, settings: &Settings) -> Cutters {
    let talk = data::talk(docs);
    let mut all = Cutters::new();
    for language in [Language::En, Language::Fr] {
        if only.is_some_and(|only| only != language) {
            continue;
        }
        let mut scored: Vec<(f64, bool)> = Vec::new();
        let mut tables = Vec::new();
        for fold in (0..FOLDS).map(Some).chain([None]) {
            let seen = talk.iter().filter(|one| one.language == language && Some(one.fold) != fold);
            let lessons: Vec<_> = seen.flat_map(data::Talk::gaps).collect();
            let table = fit::borders(&lessons, 2, 20_000, settings.ends);
            for one in talk.iter().filter(|one| one.language == language && Some(one.fold) == fold)
            {
                let gaps = one.gaps();
                scored.extend(gaps.iter().map(|(seen, ends)| (table.scores(seen)[0], *ends)));
            }
            tables.push((fold, table));
        }
        let (cut, f1) = fit::best_f1(&mut scored);
        println!("{language:?}: sentence ends F1 {f1:.3} at {cut:.2}, {} gaps", scored.len());
        for (fold, mut table) in tables {
            let fewer = if language == Language::Fr { settings.fewer } else { 0.0 };
            table.bias[0] -= (cut + fewer) as f32;
            all.insert((language, fold), table);
        }
    }
    all
}

/// An utterance of small words of listening is that, whatever the model says.
fn small(doc: &Doc, said: &mut [Said]) {
    if train_coder::lang::is_backchannel(&doc.text, doc.language) {
        for one in said {
            let span = one.span;
            *one = of_acts(span, &[]);
            one.backchannel = true;
        }
    }
}

/// What the model says of a sentence.
fn weigh(table: &Weights, example: &Example) -> Said {
    let scores = table.scores(&example.features);
    let over = |head: Head| scores[head as usize] > 0.0;
    let mut said = of_acts(example.span, &[]);
    said.asks = over(Head::Asks);
    said.open = over(Head::Open);
    said.strict = over(Head::OpenStrict);
    said.level = match (over(Head::Level1), over(Head::Level2), over(Head::Level3)) {
        (_, true, true) => 3,
        (_, true, false) => 2,
        (true, false, _) => 1,
        _ => 0,
    };
    said.reflects = over(Head::Reflects);
    said.informs = over(Head::Informs);
    said.affirms = over(Head::Affirms);
    said
}

/// What there is to learn from in a language and mode.
fn lessons(
    docs: &[Doc],
    read: &[[Read; 2]],
    language: Language,
    marked: bool,
    settings: &Settings,
) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for (doc, read) in docs.iter().zip(read) {
        if doc.language != language || !LEARNT.contains(&doc.set) {
            continue;
        }
        let weight =
            if doc.set != "annomi" && language == Language::En { settings.scenes } else { 1.0 };
        for mode in MODES {
            let examples = &read[number(mode)].gold;
            for (example, target) in examples.iter().zip(&doc.targets) {
                let wanted = example.marked == marked && (marked || mode == Punctuation::Missing);
                if wanted {
                    lessons.push(Lesson {
                        example: example.clone(),
                        gold: target.gold.clone(),
                        fold: doc.fold,
                        weight,
                        copy: false,
                    });
                    if settings.blind > 0.0 {
                        let mut example = example.clone();
                        example.features.groups[0].clear();
                        example.features.groups[2].clear();
                        lessons.push(Lesson {
                            example,
                            gold: target.gold.clone(),
                            fold: doc.fold,
                            weight: weight * settings.blind,
                            copy: true,
                        });
                    }
                }
            }
        }
        if settings.pieces > 0.0 && !marked {
            pieces(
                &mut lessons,
                doc,
                &read[number(Punctuation::Missing)],
                weight * settings.pieces,
            );
        }
        if settings.silver > 0.0 && !marked {
            silver(&mut lessons, doc, settings.silver);
        }
        if settings.people > 0.0
            && let Some(turn) = &doc.turn
            && turn.coder != "3"
        {
            people(&mut lessons, doc, read, marked, turn.three, settings.people);
        }
    }
    lessons
}

/// What punctuation says of talk that nobody coded: a sentence with a question mark asks.
fn silver(lessons: &mut Vec<Lesson>, doc: &Doc, weight: f64) {
    let context = Context { punctuation: Punctuation::Missing, before: None, melody: &[] };
    let coded = |span: CharSpan| {
        doc.targets.iter().any(|one| one.span.start < span.end && span.start < one.span.end)
    };
    for (text, own) in [(doc.before.as_deref(), false), (Some(doc.text.as_str()), true)] {
        let Some(text) = text.filter(|text| text.contains(['.', '?', '!'])) else { continue };
        let plain = data::bare(text);
        for span in train_coder::lang::sentences(text) {
            if own && coded(span) {
                continue;
            }
            let mark = text.chars().take(span.end as usize).skip(span.start as usize);
            let asks = mark.collect::<String>().ends_with('?');
            let all = examples(&plain, doc.language, context, Some(span), None);
            let one =
                all.into_iter().find(|one| one.span.start < span.end && one.span.end > span.start);
            let Some(example) = one else { continue };
            let gold = data::Gold { asks: Some(asks), ..data::Gold::default() };
            lessons.push(Lesson { example, gold, fold: doc.fold, weight, copy: true });
        }
    }
}

/// Sentences as the program cuts them by words alone, with what the coded sentences in them are:
/// in use, these are what is weighed.
fn pieces(lessons: &mut Vec<Lesson>, doc: &Doc, read: &Read, weight: f64) {
    if doc.asr.is_some() {
        return;
    }
    for example in &read.engine {
        let mut covered = 0;
        let mut gold: Option<data::Gold> = None;
        for target in &doc.targets {
            let span = example.span;
            let common =
                target.span.end.min(span.end).saturating_sub(target.span.start.max(span.start));
            let shorter = (span.end - span.start).min(target.span.end - target.span.start);
            covered += common;
            if common * 2 > shorter {
                gold = Some(match gold {
                    None => target.gold.clone(),
                    Some(before) => before.with(&target.gold),
                });
            }
        }
        let Some(mut gold) = gold else { continue };
        if covered * 10 < (example.span.end - example.span.start) * 7 {
            gold = gold.only_yes();
        }
        lessons.push(Lesson { example: example.clone(), gold, fold: doc.fold, weight, copy: true });
    }
}

/// What AnnoMI's people say of a turn, where that says something of one sentence.
fn people(
    lessons: &mut Vec<Lesson>,
    doc: &Doc,
    read: &[Read; 2],
    marked: bool,
    three: u8,
    weight: f64,
) {
    let asking: Vec<usize> = (0..doc.targets.len())
        .filter(|place| doc.targets[*place].gold.asks == Some(true))
        .collect();
    let mode = if marked { Punctuation::Written } else { Punctuation::Missing };
    let examples = &read[number(mode)].gold;
    for (place, example) in examples.iter().enumerate() {
        if example.marked != marked {
            continue;
        }
        let gold = match (three, asking.as_slice()) {
            (0, _) => data::Gold { asks: Some(false), ..data::Gold::default() },
            (_, [one]) if *one == place => {
                data::Gold { asks: Some(true), open: Some(three == 2), ..data::Gold::default() }
            }
            _ => continue,
        };
        lessons.push(Lesson { example: example.clone(), gold, fold: doc.fold, weight, copy: true });
    }
}
