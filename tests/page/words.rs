//! What others wrote is shown as text, and a long session stays light.

use openfloor::session::Language;

use super::browser::{Chromium, PHONE, WIDE};
use super::sample::{analysed, html, long, session, written};

/// Words that try to be more than words.
pub fn hostile() -> Vec<String> {
    vec![
        "<script>window.owned = 1</script>".into(),
        "</style></script><img src=x onerror=\"window.owned = 2\">".into(),
        "\"'`> onfocus=window.owned=3 autofocus <svg onload=window.owned=4>".into(),
        "javascript:window.owned=5 {{ 7 * 7 }} ${window.owned=6} &lt;b&gt; &amp;".into(),
        "\u{202e}desrever \u{2066}apart\u{2069} \u{200f}right \u{0}null\u{1b}[31m".into(),
        "x".repeat(10_000),
        "-->\u{feff}<!-- ]]> \u{e0001}".into(),
    ]
}

#[test]
fn hostile_words_are_shown_as_text_and_nothing_of_them_runs() {
    let chromium = Chromium::start();
    for word in hostile() {
        let folder = tempfile::tempdir().unwrap();
        let mut told = session(Language::En);
        for one in &mut told.utterances {
            one.text = format!("{} What about {word}?", one.text);
        }
        for speaker in &mut told.speakers {
            speaker.name = Some(word.clone());
        }
        told.about.coach = Some(word.clone());
        told.about.client = Some(word.clone());
        told.about.date = Some(word.clone());
        told.source.model = Some(word.clone());
        for file in &mut told.source.files {
            file.name.clone_from(&word);
            file.href = Some(word.clone());
            file.sha256.clone_from(&word);
        }
        let page = written(folder.path(), &told);
        let tab = chromium.open(&page, PHONE);
        tab.run(
            "document.querySelectorAll('details').forEach((part) => { part.open = true; });
            document.querySelector('.play').click();",
        );
        let short: String = word.chars().take(40).collect();
        assert!(tab.ask::<bool>("window.owned === undefined"), "{short}");
        let foreign: u32 =
            tab.ask("document.querySelectorAll('img, iframe, b b, svg script').length");
        assert_eq!(foreign, 0, "{short}");
        // The program, and what it reads.
        assert_eq!(tab.ask::<u32>("document.scripts.length"), 2, "{short}");
        let widths: Vec<u32> = tab.ask("[document.documentElement.scrollWidth, innerWidth]");
        assert!(widths[0] <= widths[1], "{short}: {widths:?}");
        let shown: String = tab.ask("document.querySelector('#transcript').textContent");
        if word
            .chars()
            .all(|c| !c.is_control() && !('\u{2000}'..='\u{20ff}').contains(&c) && c < '\u{fe00}')
        {
            assert!(shown.contains(&word), "{short}");
        }
        let outside = tab.requests().into_iter().filter(|url| !url.starts_with("file://")).count();
        assert_eq!(outside, 0, "{short}: {:?}", tab.requests());
    }
}

#[test]
fn ninety_minutes_of_talk_make_a_light_page_that_opens_at_once() {
    let told = long(1_500);
    let length = told.source.duration_ms.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let page = written(folder.path(), &told);
    let size = std::fs::metadata(&page).unwrap().len();
    let chromium = Chromium::start();
    let tab = chromium.open(&page, WIDE);
    let opened: f64 = tab.ask("performance.getEntriesByType('navigation')[0].loadEventEnd");
    tab.run("document.querySelector('details').open = true");
    let slowest: f64 = tab.ask(
        "new Promise((done) => {
            let last = performance.now(), slowest = 0, left = 60;
            const frame = () => {
                const now = performance.now();
                slowest = Math.max(slowest, now - last);
                last = now;
                left -= 1;
                if (left === 0) { done(slowest); return; }
                scrollBy(0, 800);
                requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        })",
    );
    println!(
        "{} minutes, {size} bytes, opened in {opened:.0} ms, slowest frame {slowest:.0} ms",
        length.0 / 60_000
    );
    assert!(size < 1_500_000, "{size} bytes");
    assert_eq!(tab.faults(), Vec::<String>::new());
}

#[test]
fn the_same_session_gives_the_same_bytes() {
    let page = || {
        let session = long(200);
        html(&analysed(&session, "coaching"), &session)
    };
    assert_eq!(page(), page());
}
