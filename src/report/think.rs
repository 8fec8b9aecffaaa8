//! To think about: open questions made from this session, with room to write.
//!
//! In: the prompts of an analysis. Out: [`Thought`]s in finished words. A prompt whose moment is
//! gone, or that these words do not know, is passed over.

use serde_json::Value;

use super::moments::{Reader, display};
use super::numbers::{length, place};
use super::text::{anchor, opening};
use super::words::fill;
use crate::analysis::{Moment, Prompt};
use crate::session::Ms;

/// Words and characters of a quotation in a question.
const QUOTED: (usize, usize) = (24, 200);

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thought {
    /// The question.
    pub text: String,
    /// Where the moment it is about starts; `None` without times.
    pub at: Option<Ms>,
    /// The same, to be read.
    pub place: String,
    /// Name of the moment's element.
    pub target: String,
}

/// The questions of a session.
#[must_use]
pub fn thoughts(reader: &Reader<'_>) -> Vec<Thought> {
    reader.analysis.prompts.iter().filter_map(|prompt| thought(reader, prompt)).collect()
}

fn thought(reader: &Reader<'_>, prompt: &Prompt) -> Option<Thought> {
    let mut moments = reader.analysis.moments.iter();
    let moment = moments.find(|moment| moment.id == prompt.moment && !moment.rejected)?;
    let text = match prompt.template.as_str() {
        "longest_silence" => silence(reader, prompt, moment),
        "closed_run" => closed_run(reader, prompt, moment),
        "first_phrase" => first_phrase(reader, moment),
        "longest_answer" => longest_answer(reader, prompt, moment),
        _ => return None,
    };
    Some(Thought {
        text,
        at: moment.start_ms,
        place: moment.start_ms.map(place).unwrap_or_default(),
        target: anchor(&moment.id),
    })
}

fn number(prompt: &Prompt, name: &str) -> Option<u64> {
    prompt.args.get(name).and_then(Value::as_u64)
}

fn silence(reader: &Reader<'_>, prompt: &Prompt, moment: &Moment) -> String {
    let words = reader.words;
    let (start, end) = (moment.start_ms.unwrap_or_default(), moment.end_ms.unwrap_or_default());
    let lasts = number(prompt, "ms").map_or_else(|| end.since(start), Ms);
    let (at, lasts) = (place(start), length(words, lasts));
    let values = [("at", at.as_str()), ("length", &lasts)];
    match reader.said_before(start) {
        Some(quote) => fill(words.think_silence_after, &[values[0], values[1], ("quote", &quote)]),
        None => fill(words.think_silence, &values),
    }
}

fn closed_run(reader: &Reader<'_>, prompt: &Prompt, moment: &Moment) -> String {
    let words = reader.words;
    let count = words.small_number(number(prompt, "count").unwrap_or(2));
    let (from, to) = (number(prompt, "start_ms").map(Ms), number(prompt, "end_ms").map(Ms));
    if let Some((from, to)) = from.zip(to) {
        let values = [("from", place(from)), ("to", place(to))];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        fill(words.think_closed, &[values[0], values[1], ("n", &count)])
    } else {
        let quote = quoted(reader, moment);
        fill(words.think_closed_untimed, &[("quote", &quote), ("n", &count)])
    }
}

fn first_phrase(reader: &Reader<'_>, moment: &Moment) -> String {
    let words = reader.words;
    let what = match moment.level {
        Some(3) => words.think_says,
        Some(2) => words.think_advises,
        _ => words.think_offers,
    };
    let quote = quoted(reader, moment);
    match moment.start_ms {
        Some(at) => {
            fill(words.think_phrase, &[("at", &place(at)), ("what", what), ("quote", &quote)])
        }
        None => fill(words.think_phrase_untimed, &[("what", what), ("quote", &quote)]),
    }
}

fn longest_answer(reader: &Reader<'_>, prompt: &Prompt, moment: &Moment) -> String {
    let words = reader.words;
    let lasts = match number(prompt, "ms") {
        Some(ms) => length(words, Ms(ms)),
        None => words.count(number(prompt, "words").unwrap_or_default(), words.answer_words, &[]),
    };
    let quote = quoted(reader, moment);
    let values = [("length", lasts.as_str()), ("quote", quote.as_str())];
    match moment.start_ms {
        Some(at) => fill(words.think_answer, &[values[0], values[1], ("at", &place(at))]),
        None => fill(words.think_answer_untimed, &values),
    }
}

fn quoted(reader: &Reader<'_>, moment: &Moment) -> String {
    let text = display(moment.text.as_deref().unwrap_or_default(), reader.words.french());
    let (mut text, more) = opening(&text, QUOTED.0, QUOTED.1);
    if more > 0 {
        text.push_str(" …");
    }
    reader.words.quote(&text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lang::{self, Code, Context, Openness, Punctuation};
    use crate::report::sample;
    use crate::report::words::words;
    use crate::session::Language;

    fn asked(sample: &(crate::analysis::Analysis, crate::session::Session)) -> Vec<Thought> {
        let words = words(sample.0.source.language);
        thoughts(&Reader::new(words, &sample.0, &sample.1))
    }

    #[test]
    fn each_question_names_its_moment() {
        let texts: Vec<String> = asked(&sample::english()).into_iter().map(|t| t.text).collect();
        assert_eq!(
            texts,
            [
                "At 0:03 a silence of 3.5\u{a0}s follows “What would you like to explore?”. What happened in that silence?",
                "At 0:41 comes the first phrase that says what to do: “You should call him.” What did you want for the coachee at that moment?",
            ]
        );
    }

    #[test]
    fn what_the_words_do_not_know_or_no_moment_holds_is_passed_over() {
        let (mut analysis, session) = sample::english();
        analysis.prompts[0].template = "<script>".into();
        analysis.prompts[1].moment = "gone".into();
        assert_eq!(asked(&(analysis, session)), Vec::new());
    }

    #[test]
    fn without_times_nothing_is_said_of_a_place() {
        let (mut analysis, session) = sample::english();
        for moment in &mut analysis.moments {
            (moment.start_ms, moment.end_ms) = (None, None);
        }
        let question = analysis.moments.iter().find(|m| m.openness.is_some()).unwrap().id.clone();
        let prompt = |template: &str, args| {
            serde_json::from_value(json!({"template": template,
            "moment": question, "args": args}))
            .unwrap()
        };
        analysis.prompts = vec![
            prompt("closed_run", json!({"count": 5, "start_ms": null, "end_ms": null})),
            prompt("first_phrase", json!({"level": 1})),
            prompt("longest_answer", json!({"ms": null, "words": 90})),
        ];
        for thought in asked(&(analysis, session)) {
            assert_eq!((thought.at, thought.place.as_str()), (None, ""));
            assert!(!thought.text.contains("0:0") && !thought.text.contains('{'), "{thought:?}");
        }
    }

    /// The report asks as it would have a coach ask: its own coder finds one open question in each.
    #[test]
    fn our_own_coder_codes_each_question_open_and_no_more_than_one() {
        let mut otherwise = Vec::new();
        for language in [Language::En, Language::Fr] {
            let words = words(language);
            let templates = [
                words.think_silence_after,
                words.think_silence,
                words.think_closed,
                words.think_closed_untimed,
                words.think_phrase,
                words.think_phrase_untimed,
                words.think_answer,
                words.think_answer_untimed,
            ];
            for template in templates {
                // A quotation is of the session, not of the report.
                let quote = words.quote("Hm");
                let names = ["at", "length", "from", "to", "n", "what", "quote"];
                let values = names.map(|name| (name, if name == "quote" { &quote } else { "3" }));
                let text = fill(template, &values);
                let context =
                    Context { punctuation: Punctuation::Written, before: None, melody: &[] };
                let acts = lang::code(&text, language, context);
                let asked = acts.iter().filter(|act| matches!(act.code, Code::Question { .. }));
                let open = |code| {
                    matches!(code, Code::Question { pragmatic: Openness::Open, leading: false, .. })
                };
                let asked: Vec<_> = asked.map(|act| act.code).collect();
                if asked.len() != 1 || !asked.into_iter().all(open) {
                    otherwise.push(format!("{text}: {acts:?}"));
                }
            }
        }
        assert_eq!(otherwise, Vec::<String>::new());
    }
}
