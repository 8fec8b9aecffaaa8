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
        let context = Context { punctuation: Punctuation::Written, before: None, melody: &[] };
        let acts = code(text, language, context);
        lines += 1;
        if holds(kind, text, &acts) != (sign == "+") {
            wrong.push(format!("{line}  {acts:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {lines}: {wrong:#?}", wrong.len());
}

/// Codes with their spans, for short.
fn read(text: &str, language: Language, punctuation: Punctuation) -> Vec<Act> {
    code(text, language, Context { punctuation, before: None, melody: &[] })
}

#[test]
fn three_questions_in_one_breath_are_three_acts() {
    for (text, language) in [
        ("What do you want, and why now, and who could help you?", Language::En),
        ("Qu'est-ce que tu veux, et pourquoi maintenant, et avec qui ?", Language::Fr),
    ] {
        let acts = read(text, language, Punctuation::Written);
        assert_eq!(acts.len(), 3, "{acts:?}");
        assert!(acts.iter().all(|act| matches!(act.code, Code::Question { .. })));
        assert!(acts.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    }
}

#[test]
fn an_option_asked_is_a_question_and_an_option_of_the_same_span() {
    let acts = read("Have you thought about hiring someone?", Language::En, Punctuation::Written);
    assert_eq!(acts.len(), 2);
    assert_eq!(acts[0].span, acts[1].span);
}

#[test]
fn what_speech_to_text_does_to_a_text_does_not_change_its_codes() {
    for (written, heard) in [
        ("Qu'est-ce que vous voulez ?", "qu’est ce que vous voulez?"),
        ("Est-ce que tu l'as vue ?", "Euh, est-ce que, est-ce que tu l'as vue ?"),
        ("Avez-vous essayé ?", "AVEZ VOUS ESSAYÉ ?"),
    ] {
        let codes = |text| -> Vec<Code> {
            read(text, Language::Fr, Punctuation::Written).into_iter().map(|a| a.code).collect()
        };
        assert_eq!(codes(written), codes(heard), "{heard}");
    }
    let codes = |text| -> Vec<Code> {
        read(text, Language::En, Punctuation::Written).into_iter().map(|a| a.code).collect()
    };
    assert_eq!(codes("What do you want?"), codes("Um, wh- what do you-- do you want?"));
}

#[test]
fn without_punctuation_a_question_is_cut_out_of_the_stream() {
    let text = "okay so you stayed late again what would you like to change about that";
    let acts = read(text, Language::En, Punctuation::Missing);
    let question = acts.iter().find(|act| matches!(act.code, Code::Question { .. })).unwrap();
    assert_eq!(text.get(question.span.start as usize..).unwrap(), &text[30..]);
}

#[test]
fn any_text_is_safe_and_its_spans_lie_where_they_should() {
    let long = "so what do you want and you should go ".repeat(600);
    let runs = "?!…--'’\"«».,".repeat(2_000);
    let texts = [
        "",
        " ",
        "\u{0}\u{7}\u{1b}[31m",
        "?",
        "…",
        "😀😀 what now? 👩‍👩‍👧",
        "مرحبا كيف حالك؟ what?",
        "e\u{301}\u{301}\u{301}",
        "'",
        "l'",
        "a-",
        "-a",
        "((((",
        "[",
        "\u{202e}why?",
        "İİİ ẞ?",
        &long,
        &runs,
    ];
    for text in texts {
        let length = u32::try_from(text.chars().count()).unwrap();
        for language in [Language::En, Language::Fr, Language::Other] {
            for punctuation in [Punctuation::Written, Punctuation::Missing] {
                let acts = read(text, language, punctuation);
                assert!(acts.is_sorted_by_key(|act| act.span.start));
                for act in &acts {
                    assert!(act.span.start < act.span.end && act.span.end <= length);
                    assert!((0.0..=1.0).contains(&act.confidence));
                    for cue in &act.cues {
                        assert!(act.span.start <= cue.span.start && cue.span.end <= act.span.end);
                        assert!(cue.span.start < cue.span.end);
                    }
                }
            }
        }
    }
}

#[test]
fn time_grows_with_length_and_no_faster() {
    let time = |times: usize| {
        let text = "so what do you want and you should go ".repeat(times);
        let began = std::time::Instant::now();
        let _ = read(&text, Language::En, Punctuation::Missing);
        began.elapsed().as_secs_f64()
    };
    let _ = time(10);
    assert!(time(4_000) < 60.0 * time(400).max(0.001), "ten times the text took too long");
}
