//! Corrections on the page: sent back where the program shows it, saved as a file where it does not;
//! the figures come out as the command line's.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use openfloor::interchange::transcript_json;
use openfloor::session::Language;
use serde_json::Value;

use super::browser::{Chromium, Tab, WIDE};
use super::sample::session;

/// A folder with a conversation, analysed, in a home of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let text = transcript_json(&session(Language::En), "0.1.0").unwrap();
        std::fs::write(place.0.path().join("talk.json"), text).unwrap();
        place.run(&["analyze", "-q", "talk.json", "--date", "2026-11-02"]);
        place
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openfloor"));
        command.args(arguments).current_dir(self.0.path()).env("HOME", self.0.path());
        // No browser of this machine's is started.
        command.env("PATH", "/nowhere").env_remove("BROWSER");
        command
    }

    fn run(&self, arguments: &[&str]) {
        let done = self.command(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn results(&self) -> PathBuf {
        self.0.path().join("talk.json.openfloor")
    }

    fn analysis(&self) -> Value {
        let text = std::fs::read_to_string(self.results().join("analysis.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The name of the first moment that holds these words.
    fn moment(&self, words: &str) -> String {
        let analysis = self.analysis();
        let moments = analysis["moments"].as_array().unwrap();
        let holds =
            |moment: &&Value| moment["text"].as_str().is_some_and(|text| text.contains(words));
        moments.iter().find(holds).unwrap()["id"].as_str().unwrap().to_owned()
    }
}

/// `openfloor report --open`, and where it shows the page.
struct Shown(Child, String);

impl Shown {
    fn of(place: &Place) -> Self {
        Self::start(&mut place.command(&["report", "talk.json", "--open"]))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self(child, address.trim().to_owned())
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the command line would do for the three corrections below.
fn by_command_line() -> Value {
    let place = Place::new();
    place.run(&["speakers", "talk.json", "--role", "S2=coach"]);
    place.run(&["speakers", "talk.json", "--role", "S1=coach"]);
    let question = place.moment("What's really holding you back here?");
    place.run(&["mark", "talk.json", &question, "--as", "closed"]);
    let words = place.moment("You need to come with numbers.");
    place.run(&[
        "mark",
        "talk.json",
        &words,
        "--text",
        "You need to come with figures. Don't tell them stories.",
    ]);
    place.analysis()
}

/// Whether the page has come again with so many corrections.
fn count(n: usize) -> String {
    format!(
        "document.querySelector('#corrections p').textContent.startsWith('{n} ') && document.querySelector('.fix')"
    )
}

const SWAP: &str = "document.querySelector('.swap button').click()";

/// Opens the panel of what holds these words.
fn correct(tab: &Tab<'_>, words: &str, act: &str) {
    tab.run(&format!(
        "const part = [...document.querySelectorAll('[data-at]')].find((part) => part.textContent.includes({words:?}));
        part.querySelector('.fix').click();
        const panel = document.querySelector('.panel');
        {act}"
    ));
}

const CLOSED: &str = "panel.querySelector('select').value = 'closed';
    [...panel.querySelectorAll('button')].find((one) => one.textContent === 'Save').click();";

/// Mends the words of a turn in the transcript.
fn mend(tab: &Tab<'_>) {
    tab.run(
        "document.querySelector('#transcript details').open = true;
        [...document.querySelectorAll('#transcript .btn')].find((one) => one.textContent === 'Correct the transcript').click();
        const turn = [...document.querySelectorAll('.tr li')].find((turn) => turn.textContent.includes('come with numbers'));
        [...turn.querySelectorAll('.btn')].find((one) => one.textContent === 'Mend the words').click();
        const area = turn.querySelector('textarea');
        area.value = area.value.replace('numbers', 'figures');
        [...turn.querySelectorAll('.panel .btn')].find((one) => one.textContent === 'Save').click();",
    );
}

fn without_prints(mut analysis: Value) -> Value {
    // The two made their edits in other folders, of the same transcript: nothing else may differ.
    analysis.as_object_mut().unwrap().remove("fingerprint");
    analysis
}

#[test]
fn corrections_on_the_page_that_the_program_shows_come_out_as_the_command_lines() {
    let place = Place::new();
    let shown = Shown::of(&place);
    let chromium = Chromium::start();
    let tab = chromium.open_address(&shown.1, WIDE);
    tab.run(SWAP);
    tab.until(&count(1));
    tab.run(SWAP);
    tab.until(&count(2));
    correct(&tab, "What's really holding you back here?", CLOSED);
    tab.until(&count(3));
    mend(&tab);
    tab.until(&count(4));
    assert!(tab.ask::<bool>("document.querySelector('#transcript details').open"), "as it was");
    assert_eq!(tab.faults(), Vec::<String>::new());
    assert_eq!(place.analysis(), by_command_line());
    // Nothing but this address was asked.
    let home = shown.1.rsplit_once("/report.html").unwrap().0.to_owned();
    for asked in tab.requests() {
        assert!(asked.starts_with(&home) || asked == "about:blank", "{asked}");
    }
}

#[test]
fn corrections_on_a_page_opened_as_a_file_are_saved_and_come_out_the_same() {
    let place = Place::new();
    let chromium = Chromium::start();
    let saved = tempfile::tempdir().unwrap();
    chromium.save_into(saved.path());
    let tab = chromium.open(&place.results().join("report.html"), WIDE);
    let figure = |tab: &Tab<'_>| tab.ask::<String>("document.querySelector('.fig b').textContent");
    let before = figure(&tab);
    tab.run(SWAP);
    // The other way round is at hand without anybody counting.
    tab.until("document.querySelector('.evid').textContent.includes('Shown with')");
    assert_ne!(figure(&tab), before);
    tab.run("[...document.querySelectorAll('#pending .btn')].find((one) => one.textContent.startsWith('Undo')).click()");
    tab.until("document.querySelector('.swap')");
    assert_eq!(figure(&tab), before);
    tab.run(SWAP);
    tab.until("document.querySelector('.evid').textContent.includes('Shown with')");
    tab.run("[...document.querySelectorAll('#pending .btn')].find((one) => one.textContent.startsWith('Undo')).click()");
    tab.until("document.querySelector('.swap')");
    correct(&tab, "What's really holding you back here?", CLOSED);
    mend(&tab);
    assert!(
        tab.ask::<String>("document.getElementById('pending').textContent")
            .contains("2 corrections are noted here")
    );
    assert!(tab.ask::<bool>(
        "document.querySelector('#transcript').textContent.includes('come with figures')"
    ));
    tab.run("[...document.querySelectorAll('#pending .btn')].find((one) => one.textContent === 'Save edits.json').click()");
    let file = saved.path().join("edits.json");
    for _ in 0..500 {
        if file.is_file() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    copy(&file, &place.results().join("edits.json"));
    place.run(&["report", "talk.json"]);
    let other = Place::new();
    let question = other.moment("What's really holding you back here?");
    other.run(&["mark", "talk.json", &question, "--as", "closed"]);
    let words = other.moment("You need to come with numbers.");
    other.run(&[
        "mark",
        "talk.json",
        &words,
        "--text",
        "You need to come with figures. Don't tell them stories.",
    ]);
    assert_eq!(without_prints(place.analysis()), without_prints(other.analysis()));
    assert_eq!(place.analysis()["fingerprint"], other.analysis()["fingerprint"]);
    assert_eq!(tab.faults(), Vec::<String>::new());
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

#[test]
fn the_shown_page_can_take_a_moment_out_and_put_it_back_note_and_exclude() {
    let place = Place::new();
    let shown = Shown::of(&place);
    let chromium = Chromium::start();
    let tab = chromium.open_address(&shown.1, WIDE);
    let first = "panel.querySelector('button').click();";
    correct(&tab, "Is Friday enough time for you?", first);
    tab.until(&count(1));
    assert!(tab.ask::<bool>(
        "document.getElementById('g-rejected').textContent.includes('Is Friday enough')"
    ));
    correct(&tab, "Is Friday enough time for you?", first);
    tab.until(&count(2));
    assert!(tab.ask::<bool>("document.getElementById('g-rejected') === null"));
    correct(
        &tab,
        "How would you like it to be?",
        "panel.querySelector('textarea').value = 'ask this again';
        [...panel.querySelectorAll('button')].find((one) => one.textContent === 'Save').click();",
    );
    tab.until("document.querySelector('.mine') && document.querySelector('.mine').textContent.includes('ask this again')");
    tab.run(
        "document.querySelector('#transcript details').open = true;
        [...document.querySelectorAll('#transcript .btn')].find((one) => one.textContent === 'Correct the transcript').click();
        const [from, to] = document.querySelectorAll('.stretch input');
        from.value = '0:00'; to.value = '0:04';
        document.querySelector('.stretch .btn').click();",
    );
    tab.until("document.querySelector('[data-cut]')");
    assert!(!tab.ask::<bool>("document.body.textContent.includes('good to see you')"));
    tab.run("document.querySelector('[data-cut] .btn').click()");
    tab.until(&count(5));
    assert!(tab.ask::<bool>("document.body.textContent.includes('good to see you')"));
    assert_eq!(tab.faults(), Vec::<String>::new());
}

#[test]
fn the_shown_page_plays_the_recording_from_the_wanted_place() {
    let place = crate::support::Place::with_finished_talk();
    let mut command = place.command(["report", "talk.wav", "--open"]);
    let shown = Shown::start(command.env("PATH", "/nowhere"));
    let chromium = Chromium::start();
    let tab = chromium.open_address(&shown.1, WIDE);
    let moments: usize = tab.ask("document.querySelectorAll('.mo[data-t] .play').length");
    assert!(moments > 0);
    // The last one, so that a part of the file is asked for that lies behind its start.
    tab.run(
        "const plays = [...document.querySelectorAll('.mo[data-t] .play')]
        .sort((a, b) => a.closest('.mo').dataset.t - b.closest('.mo').dataset.t);
        window.wanted = Math.max(0, plays.at(-1).closest('.mo').dataset.t / 1000 - 2);
        plays.at(-1).click();",
    );
    tab.until("!document.querySelector('audio').paused && document.querySelector('audio').currentTime > window.wanted + 0.2");
    let at: f64 = tab.ask("document.querySelector('audio').currentTime - window.wanted");
    assert!((0.0..10.0).contains(&at), "{at}");
    assert!(tab.requests().iter().any(|asked| asked.ends_with("/talk.wav")));
    assert_eq!(tab.faults(), Vec::<String>::new());
}

#[test]
fn nobody_else_can_ask_the_program_for_anything() {
    let place = Place::new();
    let shown = Shown::of(&place);
    let (host, path) = shown.1.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let ask = |request: &str| -> String {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
    };
    let get = |host: &str, path: &str, more: &str| {
        ask(&format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n"))
    };
    assert!(get(host, path, "").contains(" 200 "));
    let base = path.strip_suffix("report.html").unwrap();
    for (host, path, more) in [
        (host, "results/report.html".to_owned(), ""),
        (host, format!("{}/results/report.html", "0".repeat(32)), ""),
        ("evil.example", path.to_owned(), ""),
        (host, path.to_owned(), "Origin: http://evil.example\r\n"),
        (host, format!("{base}session.json"), ""),
        (host, format!("{base}../talk.json"), ""),
        (host, format!("{base}..%2ftalk.json"), ""),
        (host, path.replace("results/report.html", "talk.json"), ""),
    ] {
        assert!(get(host, &path, more).contains(" 404 "), "{host} {path} {more}");
    }
    let body = "not edits";
    let post = format!(
        "POST /{base}edits HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    assert!(ask(&post).contains(" 400 "));
    assert!(!place.results().join("edits.json").exists());
}
