use super::*;
use crate::analysis::{Moment, MomentKind, Reason, Status};
use crate::report::rows::rows;
use crate::report::sample;

fn print() -> SmallPrint {
    SmallPrint {
        tool_version: "0.1.0".into(),
        fingerprint: "f".repeat(64),
        session: "e".repeat(64),
    }
}

fn laid_out(sample: &(Analysis, Session)) -> String {
    page(&sample.0, &sample.1, &print(), &PageSettings::default()).unwrap()
}

/// The page without its style and script, where `<` is only ever markup of ours.
fn markup(page: &str) -> String {
    page.replace(STYLE, "").replace(SCRIPT, "")
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sample = sample::english();
    assert_eq!(laid_out(&sample), laid_out(&sample));
}

#[test]
fn the_policy_allows_this_style_and_this_script_alone() {
    let page = laid_out(&sample::english());
    let between = |open: &str, close: &str| {
        assert_eq!(page.matches(open).count(), 1, "one {open}");
        page.split_once(open).unwrap().1.split_once(close).unwrap().0.to_owned()
    };
    let script = policy::source_hash(&between("<script>", "</script>"));
    let style = policy::source_hash(&between("<style>", "</style>"));
    // The template escapes the quotes of the attribute; a browser reads them back.
    let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1;
    let policy = policy.split_once('"').unwrap().0.replace("&#39;", "'").replace("&#x2B;", "+");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(policy.contains(&format!("script-src '{script}'")), "{policy} {script}");
    assert!(policy.contains(&format!("style-src '{style}'")), "{policy} {style}");
    assert!(!policy.contains("unsafe"));
}

#[test]
fn the_page_asks_for_nothing_and_has_no_style_or_handler_attributes() {
    for sample in [sample::english(), sample::french()] {
        let page = laid_out(&sample);
        for outside in ["http:", "https:", "//cdn", "@import", "src=", "<link", "<img", "<iframe"] {
            assert!(!page.contains(outside), "{outside}");
        }
        for tag in markup(&page).split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
            let names = tag.split_whitespace().skip(1).filter_map(|part| part.split_once('='));
            for (name, _) in names {
                assert!(name != "style" && !name.starts_with("on"), "<{tag}>");
            }
        }
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let hostile = format!(
        "<script>alert(1)</script></style><img src=x onerror=alert(2)> \"quoted' & \u{202e}turned \
         \0 \u{1b}[31m {}",
        "x".repeat(10_000)
    );
    let (mut analysis, mut session) = sample::english();
    for utterance in &mut session.utterances {
        utterance.text.clone_from(&hostile);
    }
    for moment in &mut analysis.moments {
        moment.text = Some(hostile.clone());
        moment.id = format!("{}\"><script>alert(3)</script>", moment.id);
    }
    for metric in &mut analysis.metrics {
        metric.moments = vec!["\"><script>".into()];
        metric.denominator_unit = Some("<b>".into());
    }
    for fundamental in &mut analysis.fundamentals {
        fundamental.id = hostile.clone();
        fundamental.why.clone_from(&hostile);
        fundamental.band.as_mut().unwrap().source.clone_from(&hostile);
    }
    analysis.profile.clone_from(&hostile);
    analysis.source.model = Some(hostile.clone());
    analysis.source.files[0].name.clone_from(&hostile);
    analysis.session.date = Some(hostile.clone());
    analysis.session.coach = Some(hostile.clone());
    analysis.session.client = Some(hostile.clone());
    analysis.speakers[0].name = Some(hostile.clone());
    session.speakers[0].name = Some(hostile.clone());
    let unknown = sample::without_coach(&analysis, &session);
    for sample in [(analysis, session), unknown] {
        let small = SmallPrint {
            tool_version: hostile.clone(),
            fingerprint: hostile.clone(),
            session: hostile.clone(),
        };
        let page = page(&sample.0, &sample.1, &small, &PageSettings::default()).unwrap();
        // The program, and what it reads.
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</style").count(), 1);
        assert!(!page.contains("<img") && !page.contains("<b>\""));
        assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
        assert!(page.chars().all(|c| c == '\n' || !c.is_control()));
        assert!(!page.contains('\u{202e}'), "no mark may turn the page around");
    }
}

#[test]
fn every_link_has_a_place_to_go_and_every_name_is_given_once() {
    let samples = [Some(sample::english()), Some(sample::french()), sample::spoken("en_promotion")];
    for sample in samples.into_iter().flatten() {
        let page = markup(&laid_out(&sample));
        let mut names: Vec<&str> =
            page.split(" id=\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "a name is given twice");
        for target in page.split("href=\"#").skip(1).map(|part| part.split('"').next().unwrap()) {
            assert!(names.binary_search(&target).is_ok(), "nowhere to go: #{target}");
        }
    }
}

#[test]
fn the_deciding_words_are_marked_and_the_time_is_shown() {
    let page = laid_out(&sample::english());
    assert!(page.contains("<mark>What would</mark> you like to explore?"));
    assert!(
        page.contains("data-t=\"1000\"") && page.contains("<button class=\"play\">0:01</button>")
    );
    assert!(page.contains("Answer 34\u{a0}s, 9 words, after 3.5\u{a0}s"), "what it brought");
    assert!(page.contains("3.5\u{a0}s, then the coachee speaks"));
    assert!(page.contains("clear case"));
}

#[test]
fn a_question_that_only_the_melody_shows_says_so() {
    for (mut sample, says) in [
        (sample::english(), "the voice rises at the end"),
        (sample::french(), "la voix monte à la fin"),
    ] {
        assert!(!laid_out(&sample).contains(says));
        let question = |moment: &&mut Moment| moment.kind == MomentKind::Question;
        let asked = sample.0.moments.iter_mut().find(question).unwrap();
        asked.cues[0].rule = format!("en.{}", crate::lang::RISE);
        assert!(laid_out(&sample).contains(says));
    }
}

#[test]
fn every_reason_and_every_status_has_words_in_both_languages() {
    let reasons = [
        Reason::NoTimes,
        Reason::CaptionTimes,
        Reason::NoOverlapEvidence,
        Reason::NoChannels,
        Reason::CoachUnknown,
        Reason::LanguageUnsupported,
        Reason::NoQuestions,
        Reason::NoPrescriptiveAct,
        Reason::NoSpeech,
        Reason::TooShort,
    ];
    for sample in [sample::english(), sample::french()] {
        let w = words(sample.0.source.language);
        for reason in reasons {
            let (mut analysis, session) = sample.clone();
            sample::set_reason(&mut analysis, 0, reason);
            let page = laid_out(&(analysis, session));
            let text = crate::report::rows::reason_words(w, reason).replace('\'', "&#39;");
            assert!(page.contains(&text) && page.contains(w.not_measured), "{reason:?}");
        }
        for status in [Status::InBand, Status::Watch, Status::OutOfBand, Status::Shown] {
            for firm in [true, false] {
                let (mut analysis, session) = sample.clone();
                analysis.fundamentals[0].status = status;
                analysis.fundamentals[0].firm = firm;
                let text = crate::report::rows::status_words(w, status, firm);
                assert!(laid_out(&(analysis, session)).contains(text), "{status:?}");
            }
        }
    }
}

#[test]
fn without_a_range_the_figure_stands_alone() {
    let (mut analysis, session) = sample::english();
    analysis.fundamentals[0].band = None;
    analysis.fundamentals[0].status = Status::Shown;
    let row = rows(words(Language::En), &analysis).swap_remove(0);
    assert_eq!((row.status_words, row.bar.within.len()), ("shown, no range", 0));
    assert!(laid_out(&(analysis, session)).contains("15%. shown, no range"));
}

#[test]
fn fewer_than_four_phrases_are_to_look_at() {
    let (analysis, _) = sample::english();
    let row = rows(words(Language::En), &analysis).swap_remove(3);
    assert_eq!(row.sentence, "1 phrase to look at, in 3 turns.");
    assert!(row.bar.beyond());
}

#[test]
fn an_unknown_coach_is_said_aloud_and_nothing_is_called_the_coachs() {
    let (analysis, session) = sample::english();
    let page = laid_out(&sample::without_coach(&analysis, &session));
    assert!(page.contains("class=\"evid loud\""));
    assert!(page.contains("openfloor analyze written_en.stereo.flac --coach left"));
    assert!(page.contains("Voice A") && page.contains("Voice B"));
    assert!(page.matches("Who is the coach is not known yet.").count() >= 8);
}

#[test]
fn a_rejected_moment_stands_apart_and_can_be_put_back() {
    let (mut analysis, session) = sample::english();
    for moment in &mut analysis.moments {
        moment.rejected = true;
    }
    let page = markup(&laid_out(&(analysis, session)));
    let (shown, apart) = page.split_once("id=\"g-rejected\"").unwrap();
    assert!(!shown.contains("class=\"mo\"") && shown.contains("No question was found."));
    assert!(apart.contains("class=\"mo\"") && apart.contains(" data-rejected"));
}

#[test]
fn a_session_without_anything_in_it_still_has_a_page() {
    let (mut analysis, mut session) = sample::french();
    analysis.moments.clear();
    analysis.metrics.clear();
    analysis.speakers.clear();
    session.utterances.clear();
    session.speech = None;
    session.speakers.clear();
    let page = laid_out(&(analysis, session));
    assert!(page.contains("non mesuré") && !page.contains("id=\"transcript\""));
}
