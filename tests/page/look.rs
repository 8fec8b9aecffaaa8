//! How the page stands on screens and on paper, and who can read it.

use std::path::{Path, PathBuf};

use openfloor::session::{Language, Role, SpeakerId};

use super::browser::{Chromium, PHONE, Tab, WIDE, pages};
use super::sample::{long, one_microphone, only, session, up_to, without_coach, written_as};

/// Every state a page can be in, with its name.
fn states(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let english = || session(Language::En);
    let coach = SpeakerId(1);
    let silent = only(english(), |_| false);
    let states = [
        ("english", english(), "coaching"),
        ("french", session(Language::Fr), "coaching"),
        ("lead", english(), "lead"),
        ("mentoring", session(Language::Fr), "mentoring"),
        ("no coach", without_coach(session(Language::Fr)), "coaching"),
        ("no questions", only(english(), |one| !one.text.contains('?')), "coaching"),
        ("one minute", up_to(english(), 60_000), "coaching"),
        ("one speaker", only(english(), |one| one.speaker == coach), "coaching"),
        ("no speech", silent, "coaching"),
        ("one microphone", one_microphone(english()), "coaching"),
        ("another language", session(Language::Other), "coaching"),
        ("an hour", long(900), "coaching"),
    ];
    let write = |(name, session, profile): (&'static str, _, &str)| {
        (name, written_as(&folder.join(name), &session, profile))
    };
    states.into_iter().map(write).collect()
}

/// Pictures of every state, for a person to look at: `OPENFLOOR_PICTURES=FOLDER`.
#[test]
fn every_state_is_pictured_where_it_is_asked_for() {
    let Some(folder) = std::env::var_os("OPENFLOOR_PICTURES").map(PathBuf::from) else { return };
    pictured(&folder, states(&folder));
}

/// Pictures of pages, by day and night and on a telephone, and each on paper.
pub fn pictured(folder: &Path, states: Vec<(&'static str, PathBuf)>) {
    let chromium = Chromium::start();
    for (name, page) in states {
        for (kind, look) in [("light", WIDE), ("dark", WIDE.dark()), ("phone", PHONE)] {
            chromium.open(&page, look).picture(&folder.join(format!("{name}.{kind}.png")));
        }
        std::fs::write(folder.join(format!("{name}.pdf")), chromium.open(&page, WIDE).pdf())
            .unwrap();
    }
}

fn unfold(tab: &Tab<'_>) {
    tab.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
}

#[test]
fn nothing_is_wider_than_a_telephone_by_day_or_night() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        for look in [PHONE, PHONE.dark()] {
            let tab = chromium.open(&page, look);
            unfold(&tab);
            tab.run("const play = document.querySelector('.play'); if (play) { play.click(); }");
            fits(&tab, name);
        }
    }
}

#[test]
fn on_paper_the_moments_begin_by_the_third_page_and_nothing_is_cut() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        let tab = chromium.open(&page, WIDE);
        let whole = pages(&tab.pdf());
        let cut: Vec<String> = tab.ask(
            "[...document.styleSheets[0].cssRules].filter((rule) => rule.conditionText === 'print')
                .flatMap((rule) => [...rule.cssRules])
                .filter((rule) => rule.style && rule.style.breakInside === 'avoid')
                .map((rule) => rule.selectorText)",
        );
        for part in [".row", ".mo", ".blk", ".think li"] {
            assert!(
                cut.iter().any(|rule| rule.split(", ").any(|one| one == part)),
                "{part}: {cut:?}"
            );
        }
        tab.run("document.querySelectorAll('#moments, #transcript, #think, footer').forEach((part) => part.remove())");
        let before = pages(&tab.pdf());
        println!("{name}: {before} pages before the moments, {whole} in all");
        assert!((1..=2).contains(&before), "{name}: {before} pages before the moments");
        assert!(whole >= before, "{name}");
    }
}

/// The script of axe-core, where `scripts/install-tools test` brought it.
pub fn axe() -> Option<String> {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/axe.min.js");
    let axe = option_env!("CARGO_TARGET_DIR")
        .map_or(axe, |target| Path::new(target).join("tools/axe.min.js"));
    let script = std::fs::read_to_string(&axe).ok();
    if script.is_none() {
        println!("axe-core is not there (scripts/install-tools test brings it): not run");
    }
    script
}

/// What axe finds wrong with the page it was run in.
pub const VIOLATIONS: &str = "axe.run().then((result) => result.violations.map((one) =>
    `${one.impact}: ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`))";

/// Nothing is wider than the screen, and nothing went wrong.
pub fn fits(tab: &Tab<'_>, name: &str) {
    let widths: Vec<u32> = tab.ask("[document.documentElement.scrollWidth, innerWidth]");
    assert!(widths[0] <= widths[1], "{name}: {widths:?}");
    assert_eq!(tab.faults(), Vec::<String>::new(), "{name}");
}

#[test]
fn axe_finds_nothing_serious_by_day_or_night_in_either_language() {
    let Some(axe) = axe() else { return };
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        // Both languages by day and night; of the other states those that look otherwise.
        let looks = match name {
            "english" | "french" => vec![WIDE, WIDE.dark(), PHONE],
            "no coach" | "one microphone" | "one speaker" | "no speech" => vec![WIDE],
            _ => Vec::new(),
        };
        for look in looks {
            let tab = chromium.open(&page, look);
            unfold(&tab);
            tab.run("const play = document.querySelector('.play'); if (play) { play.click(); }");
            tab.run(&axe);
            let found: Vec<String> = tab.ask(VIOLATIONS);
            assert_eq!(found, Vec::<String>::new(), "{name}, {look:?}");
        }
    }
}

#[test]
fn a_mark_of_the_ribbon_leads_to_its_moment() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    let page = written_as(folder.path(), &session(Language::En), "coaching");
    let tab = chromium.open(&page, WIDE);
    let marks: Vec<String> = tab.ask(
        "[...document.querySelectorAll('.mk')].map((mark) => mark.getAttribute('href').slice(1))",
    );
    assert!(marks.len() > 15, "{marks:?}");
    tab.run("document.querySelector('input[value=silence]').click()");
    for mark in &marks {
        tab.click(&format!(".mk[href='#{mark}'] :is(.hit,circle)"));
        let come: bool = tab.ask(&format!(
            "document.activeElement === document.getElementById('{mark}').closest('.mo') &&
                document.activeElement.getBoundingClientRect().height > 0 && location.hash === '#{mark}'"
        ));
        assert!(come, "{mark}");
    }
}

#[test]
fn the_keyboard_alone_reaches_every_moment() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    let page = written_as(folder.path(), &session(Language::En), "coaching");
    let tab = chromium.open(&page, WIDE);
    let all: usize = tab.ask("document.querySelectorAll('.mo').length");
    tab.run(
        "window.reached = new Set(); window.stops = 0;
        document.addEventListener('focusin', (event) => {
            window.stops += 1;
            const card = event.target.closest('.mo');
            if (card) { window.reached.add(card.id); }
        })",
    );
    for _ in 0..all * 3 + 120 {
        tab.press("Tab");
    }
    assert_eq!(tab.ask::<usize>("window.reached.size"), all, "by the tab key");
    // The ribbon is one stop; its arrows come to every mark, and Enter to the moment.
    tab.run(
        "document.querySelector('.mk[tabindex=\"0\"]').focus(); window.marks = new Set();
        document.addEventListener('focusin', (event) => {
            const mark = event.target.closest('.mk');
            if (mark) { window.marks.add(mark); }
        })",
    );
    let marks: usize = tab.ask("document.querySelectorAll('.mk').length");
    assert_eq!(tab.ask::<u32>("document.querySelectorAll('.mk[tabindex=\"0\"]').length"), 1);
    for _ in 1..marks {
        tab.press("ArrowRight");
    }
    assert_eq!(tab.ask::<usize>("window.marks.size"), marks - 1, "by the arrows, the first aside");
    tab.press("Enter");
    assert!(tab.ask::<bool>("document.activeElement.classList.contains('mo')"));
}

#[test]
fn notes_are_kept_only_while_the_box_is_ticked() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    let page = written_as(folder.path(), &session(Language::En), "coaching");
    let written = |tab: &Tab<'_>, text: &str| {
        tab.run(&format!(
            "const area = document.querySelector('textarea'); area.value = '{text}';
            area.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        ));
    };
    let noted = |tab: &Tab<'_>| tab.ask::<String>("document.querySelector('textarea').value");
    let tab = chromium.open(&page, WIDE);
    written(&tab, "gone");
    assert_eq!(noted(&chromium.open(&page, WIDE)), "");
    tab.click("#keep");
    written(&tab, "kept");
    let again = chromium.open(&page, WIDE);
    assert_eq!(noted(&again), "kept");
    again.click("#erase");
    assert_eq!(noted(&chromium.open(&page, WIDE)), "");
}

#[test]
fn roles_are_named_for_who_cannot_see_the_colours() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    let mut told = session(Language::En);
    told.speakers[0].role = Role::Coach;
    let page = written_as(folder.path(), &told, "coaching");
    let tab = chromium.open(&page, WIDE);
    let landmarks: Vec<String> = tab.ask(
        "[...document.querySelectorAll('header, main, footer, section')].map((part) => {
            const label = part.getAttribute('aria-label') ||
                (document.getElementById(part.getAttribute('aria-labelledby')) || {}).textContent;
            return part.tagName.toLowerCase() + (label ? ` ${label}` : '');
        })",
    );
    for part in [
        "main",
        "section What this rests on",
        "section The fundamentals",
        "section The session from start to end",
        "section Moments",
        "section Transcript",
        "section To think about",
        "section Small print",
    ] {
        assert!(landmarks.iter().any(|one| one == part), "{part}: {landmarks:?}");
    }
}
