//! From scores to acts, and where the rules have the last word.
//!
//! In: sentences, each with its clause, the rules' acts and its features. Out: acts. What is
//! likely comes from the weights; its form, its cues, what leads and what asks leave come from the
//! rules. The rules' veto: a light tag alone ("okay?") asks nothing, housekeeping ("take your
//! time") prescribes nothing. Where the rules have no words to show, the words and grammar that
//! weighed most are shown instead. The melody has its say where it is doubtful whether a sentence
//! without its question mark asks (`melody.rs`), and nowhere else.

use std::mem::discriminant;
use std::sync::LazyLock;

use super::features::{Features, Group};
use super::table::{HEADS, Head, root};
use super::{Borders, Weights, seen};
use crate::lang::clause::Clause;
use crate::lang::cues::Kind;
use crate::lang::melody;
use crate::lang::text::Mark;
use crate::lang::{
    Act, COUNTED, Code, Context, Cue, CueSpan, Glide, Openness, Part, Push, QuestionForm,
};
use crate::session::Language;

/// The weights of one language.
#[derive(Debug, Clone, Copy, Default)]
pub struct Models<'a> {
    /// For talk with its marks.
    pub marked: Option<&'a Weights>,
    /// For words alone.
    pub words: Option<&'a Weights>,
    /// Where words alone are cut.
    pub borders: Option<&'a Borders>,
}

/// What the program carries of one language.
struct Kept {
    marked: Option<Weights>,
    words: Option<Weights>,
    borders: Option<Borders>,
}

impl Kept {
    fn read(marked: &[u8], words: &[u8], borders: &[u8]) -> Self {
        Self {
            marked: Weights::read(marked),
            words: Weights::read(words),
            borders: Borders::read(borders),
        }
    }
}

static ENGLISH: LazyLock<Kept> = LazyLock::new(|| {
    Kept::read(
        include_bytes!("en_marked.bin"),
        include_bytes!("en_words.bin"),
        include_bytes!("en_borders.bin"),
    )
});
static FRENCH: LazyLock<Kept> = LazyLock::new(|| {
    Kept::read(
        include_bytes!("fr_marked.bin"),
        include_bytes!("fr_words.bin"),
        include_bytes!("fr_borders.bin"),
    )
});

impl Models<'static> {
    /// The weights that the program carries; none for a third language.
    #[must_use]
    pub fn of(language: Language) -> Self {
        let kept = match language {
            Language::En => &*ENGLISH,
            Language::Fr => &*FRENCH,
            Language::Other => return Self::default(),
        };
        Self {
            marked: kept.marked.as_ref(),
            words: kept.words.as_ref(),
            borders: kept.borders.as_ref(),
        }
    }
}

/// Likelihood from which something is shown as unsure; from a half it is counted.
const SHOWN: f64 = 0.35;
const UNCOUNTED_MOST: f64 = 0.49;

/// Most pieces of a sentence that are shown for what the weights decided.
const SHOWN_PIECES: usize = 2;

/// What a full stop of speech-to-text counts against the words before it: the best of 0, 1/2 and 1 over
/// both languages (`docs/decisions/0009-melody.md`).
const FULL_STOP: f64 = 0.5;

/// The acts of an utterance. `by_words` are its sentences as if nothing had been punctuated, with their
/// weights: where speech-to-text wrote a full stop and the sentence asks, the words weighing twice
/// as much as the full stop, it is read by them (`docs/decisions/0009-melody.md` has what that is worth).
pub(in crate::lang) fn decide(
    parts: &[Part<'_>],
    by_words: Option<(&[Part<'_>], &Weights)>,
    language: Language,
    weights: Option<&Weights>,
    context: Context<'_>,
) -> Vec<Act> {
    let Some(weights) = weights else {
        return parts.iter().flat_map(|part| part.acts.clone()).collect();
    };
    let features = seen(parts, language, context.before);
    let readings = parts.iter().zip(&features).map(|(part, seen)| Reading::of(part, seen, weights));
    let judged = |reading: Reading<'_, '_>| judge(&reading, language, context.melody);
    let Some((bare, bare_weights)) = by_words else {
        return readings.flat_map(judged).collect();
    };
    let bare_features = seen(bare, language, context.before);
    readings
        .zip(bare.iter().zip(&bare_features))
        .flat_map(|(marked, (bare, seen))| {
            if marked.part.clause.mark == Mark::Question {
                return judged(marked);
            }
            let bare = Reading::of(bare, seen, bare_weights);
            let asks = bare.score(Head::Asks) + FULL_STOP * marked.score(Head::Asks) > 0.0;
            judged(if asks { bare } else { marked })
        })
        .collect()
}

/// A sentence with what the weights say of it.
struct Reading<'r, 'b> {
    part: &'r Part<'b>,
    features: &'r Features,
    weights: &'r Weights,
    scores: [f64; HEADS],
}

impl<'r, 'b> Reading<'r, 'b> {
    fn of(part: &'r Part<'b>, features: &'r Features, weights: &'r Weights) -> Self {
        Self { part, features, weights, scores: weights.scores(features) }
    }

    fn score(&self, head: Head) -> f64 {
        self.scores[head as usize]
    }

    /// The words that show a code: the rules' cues, else what weighed most.
    fn cues(&self, code: Code, head: Head, language: Language) -> Vec<Cue> {
        let same = |act: &&Act| discriminant(&act.code) == discriminant(&code);
        self.part.acts.iter().find(same).map_or_else(
            || pieces(&self.part.clause, self.features, self.weights, head, language),
            |act| act.cues.clone(),
        )
    }
}

/// How sure something is said: what is counted is at least a half, whatever its likelihood. A score
/// of zero is where counting agrees best with coders, which for rare acts is under a half.
fn confidence(weights: &Weights, head: Head, score: f64) -> f64 {
    let likely = weights.likely(head as usize, score);
    if score > 0.0 { likely.max(COUNTED) } else { likely.min(UNCOUNTED_MOST) }
}

/// The acts of one sentence under one model.
fn judge(reading: &Reading<'_, '_>, language: Language, melody: &[Glide]) -> Vec<Act> {
    let (part, weights) = (reading.part, reading.weights);
    let score = |head: Head| reading.score(head);
    let mut acts = Vec::new();
    let by_rules = part.acts.iter().find(|act| matches!(act.code, Code::Question { .. }));
    // What is given back in a rising tone, half of trained coders call a question (CODEBOOK §1).
    let gives_back = score(Head::Reflects) > 0.0;
    let rise = if gives_back { None } else { melody::rise(part, melody, score(Head::Asks)) };
    let asks =
        asks(part, by_rules, weights, score(Head::Asks) + rise.map_or(0.0, |_| melody::WORTH));
    if asks >= SHOWN {
        let open = |over: bool| if over { Openness::Open } else { Openness::Closed };
        let (form, leading) = match by_rules.map(|act| act.code) {
            Some(Code::Question { form, leading, .. }) => (form, leading),
            _ => (form(&part.clause), false),
        };
        let code = Code::Question {
            form,
            leading,
            pragmatic: open(score(Head::Open) > 0.0),
            strict: open(score(Head::OpenStrict) > 0.0),
        };
        let cues = match rise {
            Some(word) => vec![Cue { rule: melody::rule(language), span: word }],
            None => reading.cues(code, Head::Asks, language),
        };
        acts.push(Act { span: part.span, code, cues, confidence: asks });
    }
    let pushed = pushed(part, weights, &score);
    if let Some((push, head, confidence)) = pushed {
        let code = Code::Prescriptive { push };
        let cues = reading.cues(code, head, language);
        acts.push(Act { span: part.span, code, cues, confidence });
    }
    let permission = part.acts.iter().find(|act| act.code == Code::Permission);
    acts.extend(permission.cloned());
    let counted = acts.iter().any(|act| act.confidence >= COUNTED);
    if !counted && let Some((code, head)) = statement(part, &score) {
        let cues = reading.cues(code, head, language);
        acts.push(Act {
            span: part.span,
            code,
            cues,
            confidence: confidence(weights, head, score(head)),
        });
    }
    acts
}

/// The form of a question that only the weights find: that of the first cue that could ask, else a
/// statement's.
fn form(clause: &Clause<'_>) -> QuestionForm {
    let cue = clause.of(Kind::Question).min_by_key(|hit| (hit.rule.rank, hit.from));
    cue.map_or(QuestionForm::Declarative, |hit| hit.rule.form)
}

/// Score of "asks" under which a sentence with a question mark, which the rules call a question, is
/// none all the same. People who code call most statements with a question mark questions, coders
/// of single sentences do not; at -2 the ten coders of AnnoMI are met best without leaving the
/// others (docs/decisions/0008).
const MARK_HOLDS: f64 = -2.0;

/// How likely the sentence asks. A light tag alone ("okay?") and a single word without a cue
/// ("yeah?") ask nothing; a question mark holds unless the weights are sure against it.
fn asks(part: &Part<'_>, by_rules: Option<&Act>, weights: &Weights, score: f64) -> f64 {
    let sure = confidence(weights, Head::Asks, score);
    let marked = part.clause.marked && part.clause.mark == Mark::Question;
    let counted = by_rules.filter(|act| act.confidence >= COUNTED);
    match counted {
        _ if part.clause.has_frame("tag_only") => 0.0,
        None if marked && part.clause.words.len() <= 1 => 0.0,
        Some(_) if marked && score > MARK_HOLDS => sure.max(COUNTED),
        _ => sure,
    }
}

/// How hard the sentence pushes, if it does: the highest level that is likelier than not.
fn pushed(
    part: &Part<'_>,
    weights: &Weights,
    score: &impl Fn(Head) -> f64,
) -> Option<(Push, Head, f64)> {
    if part.clause.has_frame("housekeeping") {
        return None;
    }
    let (one, two, three) = (score(Head::Level1), score(Head::Level2), score(Head::Level3));
    let (push, head) = if two > 0.0 && three > 0.0 {
        (Push::Directive, Head::Level3)
    } else if two > 0.0 {
        (Push::Advice, Head::Level2)
    } else if one > 0.0 {
        (Push::Option, Head::Level1)
    } else {
        return None;
    };
    // That it pushes at all is at least as likely as that it pushes this hard.
    let sure = |head: Head| confidence(weights, head, score(head));
    Some((push, head, sure(Head::Level1).max(sure(Head::Level2))))
}

/// What a sentence that neither asks nor pushes says.
fn statement(part: &Part<'_>, score: &impl Fn(Head) -> f64) -> Option<(Code, Head)> {
    let heads = [Head::Reflects, Head::Informs, Head::Affirms];
    let head = heads.into_iter().max_by(|a, b| score(*a).total_cmp(&score(*b)))?;
    if score(head) <= 0.0 {
        return None;
    }
    let code = match head {
        Head::Reflects => {
            Code::Reflection { checking: part.clause.marked && part.clause.mark == Mark::Question }
        }
        Head::Informs => Code::Information {
            experience: part.acts.iter().any(|a| a.code == Code::Information { experience: true }),
        },
        _ => Code::Affirmation,
    };
    Some((code, head))
}

/// The runs of words that weighed most for a head.
fn pieces(
    clause: &Clause<'_>,
    features: &Features,
    weights: &Weights,
    head: Head,
    language: Language,
) -> Vec<Cue> {
    let mut found: Vec<(f64, usize, usize)> = Vec::new();
    for group in [Group::Words, Group::Shapes, Group::Grammar] {
        let all = &features.groups[group as usize];
        let worth = f64::from(weights.step[head as usize][group as usize]) / root(all.len().max(1));
        for feature in all {
            let place = (usize::from(feature.from), usize::from(feature.to));
            if place.0 < place.1
                && place.1 <= clause.words.len()
                && let Some(bytes) = weights.find(feature.key)
                && bytes[head as usize] > 0
            {
                found.push((worth * f64::from(bytes[head as usize]), place.0, place.1));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut cues: Vec<Cue> = Vec::new();
    for (_, from, to) in found {
        let span =
            CueSpan { start: clause.words[from].span.start, end: clause.words[to - 1].span.end };
        if cues.iter().all(|cue| cue.span.end <= span.start || span.end <= cue.span.start) {
            let kind = match head {
                Head::Asks | Head::Open | Head::OpenStrict => "question",
                Head::Level1 | Head::Level2 | Head::Level3 => "prescriptive",
                Head::Reflects => "reflection",
                Head::Informs => "information",
                Head::Affirms => "affirmation",
            };
            let rule = format!("{}.{kind}.learnt", language.code().unwrap_or_default());
            cues.push(Cue { rule, span });
        }
        if cues.len() == SHOWN_PIECES {
            break;
        }
    }
    cues.sort_by_key(|cue| cue.span.start);
    cues
}
