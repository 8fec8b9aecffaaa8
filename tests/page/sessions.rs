//! Sessions over time in the browser: who can read the page, what it asks for, what it does with names.

use std::path::{Path, PathBuf};

use openfloor::report::sessions::Sessions;
use openfloor::run::sessions::{gather, share, write};
use openfloor::session::Language;

use super::browser::{Chromium, PHONE, Tab, WIDE, pages};
use super::history::{Of, many, results};
use super::look::{axe, fits, pictured};
use super::sample::session;
use super::words::hostile;

/// The page about everything in a folder.
fn page(folder: &Path) -> PathBuf {
    let gathered = gather(&[folder.to_owned()], None, None);
    assert!(gathered.failures.is_empty(), "{:?}", gathered.failures);
    write(folder, &Sessions::new(gathered.entries, None), &gathered.fingerprint).unwrap()
}

/// Every state the page can be in, with its name.
fn states(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let of = |name: &str, n, language, coach| {
        let folder = folder.join(name);
        many(&folder, n, language, coach);
        folder
    };
    let (en, fr) = (Language::En, Language::Fr);
    let anna = Some("Anna Kern");
    let mut states: Vec<(&str, PathBuf)> = [
        ("one", of("one", 1, en, anna)),
        ("four", of("four", 4, en, None)),
        ("six", of("six", 6, fr, Some("Zoé Lefèvre"))),
        ("thirty", of("thirty", 30, en, anna)),
        ("ninety", of("ninety", 90, fr, anna)),
    ]
    .into_iter()
    .map(|(name, folder)| (name, page(&folder)))
    .collect();
    let two = of("two", 8, en, anna);
    many(&two.join("more"), 3, en, Some("Bert"));
    let nobody = Of { date: None, coach: anna, client: None };
    for name in ["undated 1.wav", "undated 2.wav"] {
        results(&two, name, session(en), nobody, |_| ());
    }
    states.push(("two", page(&two)));
    let shared = folder.join("shared.html");
    share(&shared, &Sessions::new(gather(&[two], None, None).entries, None)).unwrap();
    states.push(("shared", shared));
    states
}

/// Pictures of every state, for a person to look at: `OPENFLOOR_PICTURES=FOLDER`.
#[test]
fn every_state_of_sessions_is_pictured_where_it_is_asked_for() {
    let Some(folder) = std::env::var_os("OPENFLOOR_PICTURES").map(PathBuf::from) else { return };
    let folder = folder.join("sessions");
    pictured(&folder, states(&folder));
}

#[test]
fn sessions_fit_a_telephone_and_ask_for_nothing() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        for look in [PHONE, PHONE.dark(), WIDE] {
            let tab = chromium.open(&page, look);
            fits(&tab, name);
            let asked: Vec<String> = tab.requests();
            assert_eq!(asked.len(), 1, "{name}: {asked:?}");
            assert!(asked[0].starts_with("file://"), "{name}: {asked:?}");
        }
    }
}

#[test]
fn axe_finds_nothing_serious_in_sessions_by_day_or_night_in_either_language() {
    let Some(axe) = axe() else { return };
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        for look in [WIDE, WIDE.dark(), PHONE] {
            let tab = chromium.open(&page, look);
            tab.run(&axe);
            let found: Vec<String> = tab.ask(super::look::VIOLATIONS);
            assert_eq!(found, Vec::<String>::new(), "{name}, {look:?}");
        }
    }
}

fn shown(tab: &Tab<'_>, what: &str) -> usize {
    tab.ask(&format!(
        "[...document.querySelectorAll('{what}')].filter((one) =>
            one.checkVisibility({{ visibilityProperty: true }})).length"
    ))
}

#[test]
fn a_choice_of_the_client_changes_table_and_dots() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    many(folder.path(), 9, Language::En, Some("Anna"));
    let bert = Of { date: Some("2026-05-05"), coach: Some("Bert"), client: None };
    results(folder.path(), "b.wav", session(Language::En), bert, |_| ());
    let tab = chromium.open(&page(folder.path()), WIDE);
    let all = [("tbody tr", 10), (".d", 10 * 8), (".coach", 2)];
    let of_k = [("tbody tr", 5), (".d", 5 * 8), (".coach", 1)];
    let of_nobody = [("tbody tr", 1), (".d", 8), (".coach", 1)];
    for (value, expected) in [("all", all), ("1", of_k), ("0", of_nobody), ("all", all)] {
        tab.click(&format!("label:has(input[value=\"{value}\"])"));
        for (what, n) in expected {
            assert_eq!(shown(&tab, what), n, "{value}: {what}");
        }
        assert_eq!(shown(&tab, "#filtered"), usize::from(value != "all"), "{value}");
    }
    assert_eq!(tab.faults(), Vec::<String>::new());
}

#[test]
fn a_dot_leads_to_its_session_and_every_report_is_a_tab_stop() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    many(folder.path(), 6, Language::En, Some("Anna"));
    let tab = chromium.open(&page(folder.path()), WIDE);
    tab.click(".multiples li:nth-child(2) .d[data-s='3'] circle");
    assert!(tab.ask::<bool>("document.activeElement.id === 's3'"));
    assert_eq!(tab.ask::<usize>("document.querySelectorAll('.d.on').length"), 8);
    tab.run(
        "document.activeElement.blur(); window.reached = new Set();
        document.addEventListener('focusin', (event) => {
            if (event.target.closest('td')) { window.reached.add(event.target.href); }
        })",
    );
    for _ in 0..12 {
        tab.press("Tab");
    }
    assert_eq!(tab.ask::<usize>("window.reached.size"), 6);
    let there: String = tab.ask("document.querySelector('#s1 a').href");
    let path = there.strip_prefix("file://").unwrap();
    let tab = chromium.open(Path::new(path), WIDE);
    assert!(tab.ask::<bool>("document.querySelector('#fundamentals') !== null"), "{path}");
}

#[test]
fn without_a_script_every_session_is_there() {
    let folder = tempfile::tempdir().unwrap();
    many(folder.path(), 6, Language::En, Some("Anna"));
    let page = page(folder.path());
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::write(
        &page,
        text.replace("<script>", "<template>").replace("</script>", "</template>"),
    )
    .unwrap();
    let chromium = Chromium::start();
    let tab = chromium.open(&page, WIDE);
    assert_eq!((shown(&tab, "tbody tr"), shown(&tab, ".d"), shown(&tab, ".tools")), (6, 48, 0));
}

#[test]
fn hostile_names_are_shown_as_text_among_sessions() {
    let chromium = Chromium::start();
    for word in hostile() {
        let folder = tempfile::tempdir().unwrap();
        let of = Of { date: Some("2026-03-12"), coach: Some(&word), client: Some(&word) };
        results(folder.path(), "a.wav", session(Language::En), of, |document| {
            document["profile"] = word.clone().into();
            document["fundamentals"][0]["id"] = word.clone().into();
            document["source"]["files"][0]["name"] = word.clone().into();
        });
        let other = Of { client: None, date: Some(&word), ..of };
        results(folder.path(), "b.wav", session(Language::Fr), other, |_| ());
        let tab = chromium.open(&page(folder.path()), PHONE);
        let short: String = word.chars().take(40).collect();
        fits(&tab, &short);
        assert!(tab.ask::<bool>("window.owned === undefined"), "{short}");
        assert_eq!(tab.ask::<u32>("document.scripts.length"), 1, "{short}");
        let foreign: u32 = tab.ask("document.querySelectorAll('img, iframe, svg script').length");
        assert_eq!(foreign, 0, "{short}");
        if word.is_ascii() && !word.contains(['\0', '\u{1b}']) {
            let heading: String = tab.ask("document.querySelector('.coach h2').textContent");
            assert_eq!(heading, word.trim());
        }
        assert_eq!(tab.requests().len(), 1, "{short}: {:?}", tab.requests());
    }
}

#[test]
fn sessions_on_paper_are_few_pages() {
    let chromium = Chromium::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in states(folder.path()) {
        let n = pages(&chromium.open(&page, WIDE).pdf());
        println!("{name}: {n} pages");
        assert!((1..=20).contains(&n), "{name}: {n} pages");
    }
}
