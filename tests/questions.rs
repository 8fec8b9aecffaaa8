//! Questions from sound: how many of those that people coded the whole program finds, and what
//! transcription, segmentation, coding and melody each do to that.
//!
//! `scripts/evaluate-questions` makes the results this reads (folder in `QUESTIONS_RESULTS`; that of
//! recordings of people in `QUESTIONS_REAL`); without them this says so and measures nothing.
//! `QUESTIONS_SHOW=1` prints what was missed and what was too many (the sessions are written, nobody's).

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a test: it may panic, its counts are small, and its table is printed"
)]

#[allow(dead_code, reason = "another test reads the rest of the truth")]
mod truth;

use std::path::{Path, PathBuf};

use openfloor::analysis::{Coding, MomentKind, Profile, analyse, code_session};
use openfloor::attribution::{SpokenWords, utterances};
use openfloor::lang::{Code, Openness, RISE};
use openfloor::session::{Evidence, Language, Ms, Role, Session, Span, Word};
use truth::{Truth, text};

const BARS: [(Language, f64); 2] = [(Language::En, 0.85), (Language::Fr, 0.80)];
const OPENNESS_BAR: f64 = 0.75;

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// A question, as people coded it or as the program did.
#[derive(Clone)]
struct Asked {
    at: Span,
    open: bool,
    ambiguous: bool,
    text: String,
    by_melody: bool,
}

/// The coach's questions by the people who coded.
fn coded(truth: &Truth) -> Vec<Asked> {
    let acts = truth.list("utterances").iter().flat_map(|one| {
        one["acts"].as_array().into_iter().flatten().filter(|_| one["speaker"] == "S1")
    });
    acts.filter(|act| act["kind"] == "question")
        .map(|act| Asked {
            at: truth::span(act),
            open: act["openness"] == "open",
            ambiguous: act["ambiguous"] == true,
            text: text(&act["text"]).to_owned(),
            by_melody: false,
        })
        .collect()
}

/// Acts that people could well code otherwise.
fn ambiguous(truth: &Truth) -> Vec<Span> {
    let acts = truth.list("utterances").iter().filter_map(|one| one["acts"].as_array()).flatten();
    acts.filter(|act| act["ambiguous"] == true).map(truth::span).collect()
}

/// The coach's questions by the program.
fn found(session: &Session, coding: &Coding) -> Vec<Asked> {
    let analysis = analyse(session, coding, &Profile::built_in("coaching").unwrap());
    let counted = analysis.moments.into_iter().filter(|moment| {
        moment.kind == MomentKind::Question
            && moment.confidence >= 0.5
            && moment.speaker.is_some_and(|id| session.role(id) == Role::Coach)
    });
    counted
        .map(|moment| Asked {
            at: Span::new(moment.start_ms.unwrap(), moment.end_ms.unwrap()).unwrap(),
            open: moment.openness == Some(Openness::Open),
            ambiguous: false,
            text: moment.text.unwrap_or_default(),
            by_melody: moment.cues.iter().any(|cue| cue.rule.ends_with(RISE)),
        })
        .collect()
}

/// At least half of the shorter lies in the other.
fn together(a: Span, b: Span) -> bool {
    a.overlap(b).0 * 2 >= a.length().min(b.length()).0
}

#[derive(Default, Clone, Copy)]
struct Score {
    both: usize,
    coded: usize,
    found: usize,
    same_openness: usize,
    by_melody: usize,
    by_melody_right: usize,
}

impl Score {
    fn f1(self) -> f64 {
        2.0 * self.both as f64 / (self.coded + self.found) as f64
    }

    fn openness(self) -> f64 {
        self.same_openness as f64 / self.both as f64
    }

    fn add(&mut self, other: Self) {
        self.both += other.both;
        self.coded += other.coded;
        self.found += other.found;
        self.same_openness += other.same_openness;
        self.by_melody += other.by_melody;
        self.by_melody_right += other.by_melody_right;
    }
}

/// Pairs each coded question with the one found that runs with it longest.
fn score(what: &str, coded: &[Asked], found: &[Asked], doubtful: Option<&[Span]>) -> Score {
    let mut pairs: Vec<(Ms, usize, usize)> = Vec::new();
    for (c, one) in coded.iter().enumerate() {
        for (f, other) in found.iter().enumerate().filter(|(_, f)| together(one.at, f.at)) {
            pairs.push((one.at.overlap(other.at), c, f));
        }
    }
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.0), pair.1, pair.2));
    let (mut of_coded, mut of_found) = (vec![None; coded.len()], vec![None; found.len()]);
    for (_, c, f) in pairs {
        if of_coded[c].is_none() && of_found[f].is_none() {
            (of_coded[c], of_found[f]) = (Some(f), Some(c));
        }
    }
    let mut score = Score::default();
    let show = doubtful.is_none() && std::env::var_os("QUESTIONS_SHOW").is_some();
    for (one, pair) in coded.iter().zip(&of_coded) {
        if doubtful.is_some() && one.ambiguous {
            continue;
        }
        score.coded += 1;
        if let Some(pair) = *pair {
            score.both += 1;
            score.same_openness += usize::from(found[pair].open == one.open);
        } else if show {
            println!("{what}: missed at {}: {}", one.at.start(), one.text);
        }
    }
    for (one, pair) in found.iter().zip(&of_found) {
        let of_doubt = match *pair {
            Some(pair) => coded[pair].ambiguous,
            None => doubtful.unwrap_or_default().iter().any(|&act| together(act, one.at)),
        };
        if doubtful.is_some() && of_doubt {
            continue;
        }
        score.found += 1;
        score.by_melody += usize::from(one.by_melody);
        score.by_melody_right += usize::from(one.by_melody && pair.is_some());
        if show && pair.is_none() {
            println!("{what}: too many at {}: {}", one.at.start(), one.text);
        }
    }
    score
}

fn session(results: &Path) -> Session {
    serde_json::from_slice(&std::fs::read(results.join("session.json")).unwrap()).unwrap()
}

/// Without what was heard of the melody.
fn unheard(mut session: Session) -> Session {
    for utterance in &mut session.utterances {
        utterance.prosody = None;
    }
    session
}

/// With each word as `to` makes it.
fn spelt(mut session: Session, to: impl Fn(&str) -> String) -> Session {
    for utterance in &mut session.utterances {
        utterance.words.iter_mut().for_each(|word| word.text = to(&word.text));
        // A mark that stood by itself is no word any more.
        utterance.words.retain(|word| !word.text.is_empty());
        let words: Vec<&str> = utterance.words.iter().map(|word| word.text.as_str()).collect();
        utterance.text = words.join(" ");
    }
    session.utterances.retain(|utterance| !utterance.words.is_empty());
    session
}

/// The truth's words, cut to utterances as ours are: by our speech and roles.
fn regrouped(truth: &Session, ours: &Session) -> Session {
    let spoken: Vec<SpokenWords> = ours
        .speakers
        .iter()
        .map(|speaker| {
            let same = |id| truth.role(id) == speaker.role;
            let said = truth.utterances.iter().filter(|one| same(one.speaker));
            let mut words: Vec<Word> = said.flat_map(|one| one.words.clone()).collect();
            words.sort_by_key(|word| word.span);
            SpokenWords { speaker: speaker.id, words }
        })
        .collect();
    let speech = ours.speech.clone().unwrap();
    let said = utterances(&spoken, &speech, ours.source.language);
    Session { utterances: said, ..ours.clone() }
}

const LAYERS: [&str; 7] = [
    "truth's words and utterances",
    "truth's words, our utterances",
    "our words, melody off",
    "our words, melody on",
    "our words, every ? a full stop, off",
    "the same, on",
    "our words without a mark, off",
];
const LAST: &str = "the same, on";

/// The layers of one session, in order, the last being [`LAST`].
fn layers(truth: &Truth, results: &Path) -> Vec<Session> {
    let ours = session(results);
    let truth = truth.session(Evidence::Channels);
    let stops = spelt(ours.clone(), |word| word.replace('?', "."));
    let bare = spelt(ours.clone(), |word| {
        word.replace(['?', '.', '!', ',', ':', ';', '…'], "").to_lowercase()
    });
    vec![
        truth.clone(),
        regrouped(&truth, &ours),
        unheard(ours.clone()),
        ours,
        unheard(stops.clone()),
        stops,
        unheard(bare.clone()),
        bare,
    ]
}

#[test]
fn questions_of_the_spoken_sessions_are_found() {
    let Some(results) = folder("QUESTIONS_RESULTS") else {
        println!("no results of the spoken sessions: scripts/evaluate-questions makes them");
        return;
    };
    let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/speech/dev");
    let names: Vec<&str> = LAYERS.into_iter().chain([LAST]).collect();
    let mut low = Vec::new();
    for (language, bar) in BARS {
        let code = language.code().unwrap();
        let mut all = vec![(Score::default(), Score::default()); names.len()];
        let mut rises = Rises::default();
        let mut sessions = 0;
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(&speech).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(id) = name.strip_suffix(".truth.json").filter(|id| id.starts_with(code))
            else {
                continue;
            };
            sessions += 1;
            let truth = Truth::read(&path);
            let results = results.join(format!("{id}.stereo.flac.openfloor"));
            let (coded, doubtful) = (coded(&truth), ambiguous(&truth));
            rises.count(&session(&results), Some(&truth));
            for ((layer, all), name) in layers(&truth, &results).iter().zip(&mut all).zip(&names) {
                let found = found(layer, &code_session(layer));
                let what = format!("{id}, {name}");
                all.0.add(score(&what, &coded, &found, None));
                all.1.add(score(&what, &coded, &found, Some(&doubtful)));
            }
        }
        println!("\n{code}, {sessions} sessions, {} questions of the coach", all[0].0.coded);
        println!(
            "| | F1 | missed | too many | same openness | F1, without ambiguous | by melody, right |"
        );
        println!("|---|---|---|---|---|---|---|");
        for (name, (score, clear)) in names.iter().zip(&all) {
            println!(
                "| {name} | {:.3} | {} | {} | {:.3} | {:.3} | {}, {} |",
                score.f1(),
                score.coded - score.both,
                score.found - score.both,
                score.openness(),
                clear.f1(),
                score.by_melody,
                score.by_melody_right,
            );
        }
        println!("Ends with a slope: {rises}");
        for (off, on) in [(2, 3), (4, 5), (6, 7)] {
            if all[on].0.f1() < all[off].0.f1() {
                low.push(format!("{code}: {} falls with the melody", names[off]));
            }
        }
        let whole = all[3].0;
        if whole.f1() < bar || whole.openness() < OPENNESS_BAR {
            low.push(format!("{code}: F1 {:.3}, openness {:.3}", whole.f1(), whole.openness()));
        }
    }
    assert!(low.is_empty(), "{}", low.join("\n"));
}

/// Ends that rise three semitones or more, of all that have a slope.
#[derive(Default)]
struct Rises {
    asked: (usize, usize),
    said: (usize, usize),
}

impl std::fmt::Display for Rises {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (asked, said) = (self.asked, self.said);
        write!(f, "{} of {} that ask rise, {} of {} others", asked.0, asked.1, said.0, said.1)
    }
}

impl Rises {
    /// Counts the ends of a session. What asks is known from the truth for the coach; without it from
    /// the question marks that speech-to-text wrote, for everybody.
    fn count(&mut self, session: &Session, truth: Option<&Truth>) {
        let questions: Vec<Span> =
            truth.map(coded).unwrap_or_default().iter().map(|one| one.at).collect();
        for utterance in &session.utterances {
            if truth.is_some() && session.role(utterance.speaker) != Role::Coach {
                continue;
            }
            let (Some(heard), Some(last)) = (&utterance.prosody, utterance.words.last()) else {
                continue;
            };
            let inside =
                heard.ends.iter().map(|end| (end.at_ms, end.slope_st_per_s, end.voiced_ms));
            let voiced = heard.voiced_ms.unwrap_or_default();
            for (at, slope, voiced) in
                inside.chain([(last.span.end(), heard.final_slope_st_per_s, voiced)])
            {
                let Some(slope) = slope else { continue };
                let word = utterance.words.iter().find(|word| word.span.end() == at).unwrap();
                let asks = match truth {
                    // A question ends here, if its end is nearer than half a second.
                    Some(_) => questions
                        .iter()
                        .any(|asked| asked.end().since(at).max(at.since(asked.end())) < Ms(500)),
                    None => word.text.contains('?'),
                };
                let counts = if asks { &mut self.asked } else { &mut self.said };
                counts.0 += usize::from(slope * voiced.seconds() >= 3.0);
                counts.1 += 1;
            }
        }
    }
}

#[test]
fn rises_in_recordings_of_people_are_counted() {
    let Some(results) = folder("QUESTIONS_REAL") else {
        println!("no results of recordings of people: scripts/evaluate-questions makes them");
        return;
    };
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all.retain(|results| results.join("session.json").is_file());
    let mut sum = Rises::default();
    for results in all {
        let session = session(&results);
        let mut rises = Rises::default();
        rises.count(&session, None);
        sum.count(&session, None);
        let coding = code_session(&session);
        let by_melody = coding.0.iter().flatten().filter(|act| {
            matches!(act.code, Code::Question { .. })
                && act.cues.iter().any(|cue| cue.rule.ends_with(RISE))
        });
        let name = results.file_name().unwrap().to_string_lossy().into_owned();
        println!("{name}: {rises}; {} questions by the melody", by_melody.count());
    }
    println!("together: {sum}");
    assert!(sum.said.1 > 0, "no melody was measured in recordings of people");
}
