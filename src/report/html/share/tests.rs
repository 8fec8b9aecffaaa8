use std::collections::BTreeSet;

use regex::Regex;

use super::*;
use crate::report::sample;
use crate::session::edits::{Edit, Note, Place};

/// What can be read on a page or is read aloud: text, labels, titles.
fn readable(page: &str) -> String {
    let style = Regex::new(r"(?s)<style>.*?</style>").unwrap();
    let page = style.replace_all(page, " ");
    let labels = Regex::new(r#"(?:aria-label|title|alt)="([^"]*)""#).unwrap();
    let labels: Vec<&str> =
        labels.captures_iter(&page).map(|found| found.get(1).unwrap().as_str()).collect();
    let tags = Regex::new(r"(?s)<[^>]*>").unwrap();
    let text = format!("{} {}", tags.replace_all(&page, " "), labels.join(" "));
    text.replace("&#38;", "&").replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&")
}

fn words_of(text: &str) -> Vec<String> {
    let letters = |c: char| !c.is_alphabetic();
    text.to_lowercase().split(letters).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words that the product itself says.
fn vocabulary(language: Language) -> BTreeSet<String> {
    let mut all: BTreeSet<String> =
        words(language).all().into_iter().flat_map(|(_, text)| words_of(text)).collect();
    // The name on the page, units, and the families of models.
    let own = "openfloor min s h base q small medium large icf pcc miti ovida annomi";
    all.extend(words_of(own));
    all
}

fn samples() -> Vec<(Analysis, Session)> {
    let spoken = ["en_promotion", "fr_charge"].into_iter().filter_map(sample::spoken);
    [sample::english(), sample::french()].into_iter().chain(spoken).collect()
}

#[test]
fn a_copy_to_show_holds_no_three_words_that_were_said() {
    for (analysis, session) in samples() {
        let page = shared_page(&analysis, &session, None, false).unwrap();
        let shown = format!(" {} ", words_of(&readable(&page)).join(" "));
        let own: Vec<String> = words(analysis.source.language)
            .all()
            .into_iter()
            .map(|(_, text)| format!(" {} ", words_of(text).join(" ")))
            .collect();
        for utterance in &session.utterances {
            for three in words_of(&utterance.text).windows(3) {
                let three = format!(" {} ", three.join(" "));
                let is_ours = own.iter().any(|text| text.contains(&three));
                assert!(is_ours || !shown.contains(&three), "{three}");
            }
        }
    }
}

#[test]
fn a_copy_to_show_says_only_words_of_the_product() {
    for (analysis, session) in samples() {
        let page = shared_page(&analysis, &session, None, false).unwrap();
        let vocabulary = vocabulary(analysis.source.language);
        let strange: BTreeSet<String> = words_of(&readable(&page))
            .into_iter()
            .filter(|word| !vocabulary.contains(word))
            .collect();
        assert_eq!(strange, BTreeSet::new());
    }
}

/// A session in which everything that a person or a file could say is a word to look for.
fn marked(mut sample: (Analysis, Session)) -> (Analysis, Session) {
    let canary = |what: &str| format!("canary{what}");
    let (analysis, session) = (&mut sample.0, &mut sample.1);
    for source in [&mut analysis.source, &mut session.source] {
        source.model = Some(canary("model"));
        for file in &mut source.files {
            (file.name, file.href) = (canary("file"), Some(canary("href")));
            file.sha256 = canary("hash");
        }
    }
    for about in [&mut analysis.session, &mut session.about] {
        (about.coach, about.client) = (Some(canary("coach")), Some(canary("client")));
        about.date = Some("2031-05-17".into());
    }
    analysis.speakers.iter_mut().for_each(|one| one.name = Some(canary("name")));
    session.speakers.iter_mut().for_each(|one| one.name = Some(canary("name")));
    analysis.profile = canary("profile");
    for fundamental in &mut analysis.fundamentals {
        (fundamental.why, fundamental.marker) = (canary("why"), Some(canary("marker")));
        if let Some(band) = &mut fundamental.band {
            band.source = canary("source");
        }
    }
    analysis.warnings.iter_mut().for_each(|one| one.message = canary("warning"));
    let note = Note { at: Place::default(), kind: None, text: canary("note") };
    analysis.edits = Some(crate::analysis::Edited {
        count: 1,
        excluded: Vec::new(),
        notes: vec![note],
        lost: vec![Edit::SetText { at: Place::default(), text: canary("mended") }],
        unread: 0,
    });
    sample
}

#[test]
fn a_copy_to_show_names_nobody_and_no_day_with_or_without_quotations() {
    for sample in samples().into_iter().map(marked) {
        for quotes in [false, true] {
            let page = shared_page(&sample.0, &sample.1, None, quotes).unwrap();
            assert!(!page.contains("canary"), "{}", &page[page.find("canary").unwrap()..][..40]);
            assert!(page.contains("2031-05") && !page.contains("2031-05-17"));
            assert!(
                !page.contains("<script") && !page.contains("<audio") && !page.contains("data-at")
            );
        }
        let mut unknown = sample;
        unknown.1.speakers.iter_mut().for_each(|one| one.role = crate::session::Role::Unknown);
        unknown.0.speakers.iter_mut().for_each(|one| one.role = crate::session::Role::Unknown);
        let page = shared_page(&unknown.0, &unknown.1, None, true).unwrap();
        assert!(!page.contains("canary") && !page.contains("openfloor analyze"));
    }
}

#[test]
fn with_quotations_a_copy_holds_the_coachs_phrases_and_nothing_of_the_other() {
    let (analysis, session) = sample::english();
    let page = readable(&shared_page(&analysis, &session, None, true).unwrap());
    let asked =
        analysis.moments.iter().find(|one| one.kind == crate::analysis::MomentKind::Question);
    let text = asked.and_then(|moment| moment.text.clone()).unwrap();
    let shown = words_of(&page).join(" ");
    assert!(shown.contains(&words_of(&text).join(" ")));
    let coach = session.only(crate::session::Role::Coach);
    let own: Vec<String> =
        words(Language::En).all().iter().map(|(_, t)| words_of(t).join(" ")).collect();
    for utterance in session.utterances.iter().filter(|one| Some(one.speaker) != coach) {
        for three in words_of(&utterance.text).windows(3).map(|three| three.join(" ")) {
            assert!(own.iter().any(|t| t.contains(&three)) || !shown.contains(&three), "{three}");
        }
    }
}
