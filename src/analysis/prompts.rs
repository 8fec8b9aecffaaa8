//! What to think about: the longest silence, the longest run of closed questions, the first
//! prescriptive phrase, or where there is none the question with the longest answer (DESIGN §6).
//! Only what stands in the numbers is asked about.

use serde_json::{Map, Value};

use super::moments::{Item, is_open};
use super::result::Prompt;
use super::scene::Scene;
use crate::session::{MomentKind, Ms, Span};

/// At most three prompts; none about words where the coach is unknown.
pub(super) fn think_about(items: &[Item], scene: &Scene) -> Vec<Prompt> {
    let mut prompts = Vec::new();
    let silences = items.iter().filter(|i| i.moment.kind == MomentKind::Silence && i.counts());
    let length = |item: &Item| item.at.map(Span::length).unwrap_or_default();
    if let Some(silence) = first_greatest(silences, length) {
        let next = silence.moment.next.and_then(|next| serde_json::to_value(next).ok());
        let args = [("ms", Some(length(silence).0.into())), ("next", next)];
        prompts.push(prompt("longest_silence", silence, args));
    }
    let Some(coach) = scene.coach else { return prompts };
    let questions: Vec<&Item> =
        items.iter().filter(|i| i.is(MomentKind::Question, coach) && i.counts()).collect();
    let runs = questions.chunk_by(|a, b| is_open(a, false) == is_open(b, false));
    let closed = runs.filter(|run| run.len() > 1 && !is_open(run[0], false));
    if let Some(run) = closed.reduce(|best, next| if next.len() > best.len() { next } else { best })
    {
        let last = run.last().and_then(|item| item.moment.end_ms);
        let args = [
            ("count", Some(run.len().into())),
            ("start_ms", run[0].moment.start_ms.map(|ms| ms.0.into())),
            ("end_ms", last.map(|ms| ms.0.into())),
        ];
        prompts.push(prompt("closed_run", run[0], args));
    }
    let phrase = items.iter().find(|i| i.is(MomentKind::Prescriptive, coach) && i.counts());
    if let Some(phrase) = phrase {
        let args = [("level", phrase.moment.level.map(Value::from))];
        prompts.push(prompt("first_phrase", phrase, args));
        return prompts;
    }
    let answered = questions.iter().copied().filter(|item| item.moment.answer.is_some());
    let words = |item: &Item| item.moment.answer.as_ref().map(|a| (a.ms, a.words));
    if let Some(question) = first_greatest(answered, words) {
        let (ms, words) = words(question).unwrap_or((None, 0));
        let args = [("ms", ms.map(|Ms(ms)| ms.into())), ("words", Some(words.into()))];
        prompts.push(prompt("longest_answer", question, args));
    }
    prompts
}

fn first_greatest<'i, K: Ord>(
    items: impl Iterator<Item = &'i Item>,
    key: impl Fn(&Item) -> K,
) -> Option<&'i Item> {
    items.reduce(|best, next| if key(next) > key(best) { next } else { best })
}

fn prompt<const N: usize>(template: &str, item: &Item, args: [(&str, Option<Value>); N]) -> Prompt {
    let args: Map<String, Value> = args
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.unwrap_or(Value::Null)))
        .collect();
    Prompt { template: template.to_owned(), moment: item.moment.id.clone(), args }
}
