//! The codebook's own examples, held against the engine (test only).
//!
//! `fixtures/codebook_examples.tsv`: kind, language, + or −, sentence. Every line is decidable from
//! text; "stacked" is two or more question acts that do not repeat each other.

use super::{Act, Code, Context, Openness, Punctuation, Push, code, same_question};
use crate::session::Language;

fn holds(kind: &str, text: &str, acts: &[Act]) -> bool {
    let sure = || acts.iter().filter(|act| act.confidence >= 0.5);
    let asks = |wanted: Openness| {
        let open =
            sure().any(|act| matches!(act.code, Code::Question { pragmatic: Openness::Open, .. }));
        let any = sure().any(|act| matches!(act.code, Code::Question { .. }));
        if wanted == Openness::Open { open } else { any && !open }
    };
    let chars: Vec<char> = text.chars().collect();
    let words = |act: &Act| -> String {
        chars[act.span.start as usize..act.span.end as usize].iter().collect()
    };
    match kind {
        "open_question" => asks(Openness::Open),
        "closed_question" => asks(Openness::Closed),
        "stacked_question" => {
            let questions: Vec<String> =
                sure().filter(|act| matches!(act.code, Code::Question { .. })).map(words).collect();
            questions.windows(2).any(|pair| !same_question(&pair[0], &pair[1]))
        }
        "leading_question" => {
            sure().any(|act| matches!(act.code, Code::Question { leading: true, .. }))
        }
        "directive" => sure().any(|a| a.code == Code::Prescriptive { push: Push::Directive }),
        "suggestion" => sure().any(|act| {
            matches!(act.code, Code::Prescriptive { push: Push::Advice | Push::Option })
        }),
        "permission" => sure().any(|act| act.code == Code::Permission),
        "information" => sure().any(|act| matches!(act.code, Code::Information { .. })),
        "reflection" => sure().any(|act| matches!(act.code, Code::Reflection { .. })),
        "backchannel" => sure().any(|act| act.code == Code::Backchannel),
        other => panic!("the fixture has a kind that is not tested: {other}"),
    }
}

#[test]
fn every_example_of_the_codebook_is_coded_as_it_says() {
    let file = include_str!("../../fixtures/codebook_examples.tsv");
    let (mut wrong, mut lines) = (Vec::new(), 0);
    for line in file.lines() {
        let [kind, language, sign, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four fields: {line}");
        };
        let language = if language == "en" { Language::En } else { Language::Fr };
        let context = Context { punctuation: Punctuation::Written, before: None };
        let acts = code(text, language, context);
        lines += 1;
        if holds(kind, text, &acts) != (sign == "+") {
            wrong.push(format!("{line}  {acts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {lines}: {wrong:#?}", wrong.len());
}
