//! Hearing the moment. The recording is a tone that rises by 100 Hz a second from 300 Hz, so what
//! is heard says where it is.

use std::path::{Path, PathBuf};

use openfloor::session::{Language, Ms, Session};

use super::browser::{Chromium, Tab, WIDE};
use super::sample::{session, sha256, up_to, written};
use super::support::ffmpeg;

/// Length of the recording.
const LENGTH_MS: u64 = 36_000;

/// What the reader's ear is: the place in the recording that the speakers give, in seconds.
const EAR: &str = "
    const ear = new AudioContext();
    const ears = [...document.querySelectorAll('audio')].map((audio) => {
        const listener = ear.createAnalyser();
        listener.fftSize = 2048;
        const source = ear.createMediaElementSource(audio);
        source.connect(listener);
        listener.connect(ear.destination);
        return listener;
    });
    window.hear = (which) => {
        const wave = new Float32Array(2048);
        ears[which].getFloatTimeDomainData(wave);
        const crossings = [];
        for (let i = 1; i < wave.length; i += 1) {
            if (wave[i - 1] < 0 && wave[i] >= 0) {
                crossings.push(i - wave[i] / (wave[i] - wave[i - 1]));
            }
        }
        const loud = Math.max(...wave) > 0.05;
        if (!loud || crossings.length < 5) { return null; }
        const cycles = crossings.length - 1;
        const seconds = (crossings[cycles] - crossings[0]) / ear.sampleRate;
        return (cycles / seconds - 300) / 100;
    };
    await ear.resume();
";

fn recording(path: &Path, codec: &[&str]) {
    let tone = format!("aevalsrc=0.5*sin(2*PI*(300*t+50*t*t)):s=44100:d={}", LENGTH_MS / 1000);
    let mut arguments = vec!["-f", "lavfi", "-i", &tone];
    arguments.extend(codec);
    let name = path.display().to_string();
    arguments.push(&name);
    ffmpeg(&arguments);
}

/// A session whose recording has this name.
fn about(name: &str) -> Session {
    let mut session = up_to(session(Language::En), LENGTH_MS);
    for file in &mut session.source.files {
        file.name = name.into();
        file.href = Some(format!("../{name}"));
    }
    session
}

/// A folder with a recording and the page about it.
fn beside(name: &str, codec: &[&str]) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join(name);
    recording(&sound, codec);
    let mut session = about(name);
    for file in &mut session.source.files {
        file.sha256 = sha256(&sound);
    }
    let page = written(folder.path(), &session);
    (folder, page, sound)
}

/// Where the sound and the browser's clock are, at one time, once it plays.
fn heard(tab: &Tab<'_>, which: usize) -> (f64, f64) {
    tab.until(&format!("document.querySelectorAll('audio')[{which}].currentTime > 0 && !document.querySelectorAll('audio')[{which}].paused && window.hear({which}) !== null"));
    // The listener's memory is full of the new place once it has played for longer than it holds.
    tab.run("await new Promise((done) => setTimeout(done, 150));");
    let both: Vec<f64> = tab.ask(&format!(
        "[window.hear({which}), document.querySelectorAll('audio')[{which}].currentTime]"
    ));
    (both[0], both[1])
}

const PLAYED: &str = "window.started = []; document.querySelectorAll('audio').forEach((audio, i) =>
    audio.addEventListener('playing', () => window.started.push([i, audio.currentTime])));";

#[test]
fn a_moment_is_heard_from_two_seconds_before_it_in_every_format_and_nothing_else_is_asked_for() {
    let chromium = Chromium::start();
    let formats: [(&str, &[&str]); 5] = [
        ("talk.wav", &[]),
        ("talk.m4a", &["-c:a", "aac", "-b:a", "96k"]),
        ("talk.mp3", &["-c:a", "libmp3lame", "-b:a", "96k"]),
        ("talk.ogg", &["-c:a", "libvorbis"]),
        ("talk.flac", &["-c:a", "flac"]),
    ];
    for (name, codec) in formats {
        let (_folder, page, sound) = beside(name, codec);
        let tab = chromium.open(&page, WIDE);
        let own = format!("file://{}", page.display());
        assert_eq!(tab.requests(), [own.as_str()], "{name}: before anything is played");
        tab.run(&format!("{EAR} {PLAYED}"));
        let card = "document.querySelector('#g-prescriptive .play')";
        let wanted =
            tab.ask::<f64>(&format!("Number({card}.closest('.mo').dataset.t)")) / 1000.0 - 2.0;
        assert!(wanted > 10.0, "{name}: {wanted}");
        tab.click("#g-prescriptive .play");
        let (ear, clock) = heard(&tab, 0);
        let started: f64 = tab.ask("window.started[0][1]");
        assert!((started - wanted).abs() < 0.1, "{name}: {wanted} wanted, {started} played");
        assert!((ear - clock).abs() < 0.1, "{name}: {ear} is heard at {clock}");
        let mut asked = tab.requests();
        asked.sort_unstable();
        asked.dedup();
        let mut expected = [own, format!("file://{}", sound.display())];
        expected.sort_unstable();
        assert_eq!(asked, expected, "{name}");
        assert_eq!(tab.faults(), Vec::<String>::new(), "{name}");
        println!(
            "{name}: wanted {wanted:.3} s, started {started:.3} s, ear {ear:.3} s at {clock:.3} s"
        );
    }
}

#[test]
fn the_line_being_heard_is_marked_and_the_keys_move_through_the_sound() {
    let chromium = Chromium::start();
    let (_folder, page, _) = beside("talk.wav", &[]);
    let tab = chromium.open(&page, WIDE);
    tab.run("document.querySelector('details').open = true");
    tab.click("#g-prescriptive .play");
    tab.until("document.querySelector('audio').currentTime > 0");
    tab.until("document.querySelectorAll('.u.now').length === 1");
    let clock = || tab.ask::<f64>("document.querySelector('audio').currentTime");
    let line: String = tab.ask("document.querySelector('.u.now').textContent");
    assert_eq!(tab.ask::<String>("document.getElementById('pl-line').textContent"), line);
    let pressed = "document.querySelector('#g-prescriptive .play').getAttribute('aria-pressed')";
    assert_eq!(tab.ask::<String>(pressed), "true");
    // The button that was pressed has the focus: the space key is its own, and pauses.
    tab.press(" ");
    tab.until("document.querySelector('audio').paused");
    tab.run("document.activeElement.blur()");
    let before = clock();
    tab.press("ArrowLeft");
    tab.press(" ");
    tab.until("!document.querySelector('audio').paused");
    let after = clock();
    assert!((before - 5.0 - after).abs() < 0.5, "{before} and then {after}");
    tab.press("ArrowRight");
    tab.until(&format!("document.querySelector('audio').currentTime > {}", after + 4.0));
    // n: the next phrase, which is the next in its group.
    tab.run("document.querySelector('#g-questions .mo .play').focus()");
    tab.press("n");
    assert_eq!(
        tab.ask::<String>("document.activeElement.id"),
        tab.ask::<String>("document.querySelectorAll('#g-questions .mo')[1].id")
    );
    tab.until("!document.querySelector('audio').paused");
    tab.press("p");
    assert!(
        tab.ask::<bool>("document.activeElement === document.querySelector('#g-questions .mo')")
    );
    tab.click("#pl-close");
    assert!(tab.ask::<bool>("document.querySelector('audio').paused"));
    assert_eq!(tab.ask::<u32>("document.querySelectorAll('.u.now').length"), 0);
}

#[test]
fn the_files_of_two_participants_play_together_at_their_offsets() {
    let chromium = Chromium::start();
    let (folder, _, sound) = beside("talk.wav", &[]);
    let mut session = about("talk.wav");
    std::fs::copy(&sound, folder.path().join("other.wav")).unwrap();
    for (number, (file, name)) in
        session.source.files.iter_mut().zip(["talk.wav", "other.wav"]).enumerate()
    {
        file.name = name.into();
        file.href = Some(format!("../{name}"));
        file.channel = None;
        file.track = Some(u16::try_from(number).unwrap());
        file.offset_ms = Ms(3_000 * number as u64);
    }
    session.source.duration_ms = Some(Ms(LENGTH_MS + 3_000));
    let page = written(folder.path(), &session);
    let tab = chromium.open(&page, WIDE);
    tab.run(&format!("{EAR} {PLAYED}"));
    // From the start, where the second file has not begun yet.
    tab.run(
        "[...document.querySelectorAll('.mo .play')]
            .sort((a, b) => a.closest('.mo').dataset.t - b.closest('.mo').dataset.t)[0].click()",
    );
    let (first, clock) = heard(&tab, 0);
    assert!((first - clock).abs() < 0.1, "{first} at {clock}");
    tab.until("!document.querySelectorAll('audio')[1].paused");
    heard(&tab, 1);
    let both: Vec<f64> = tab.ask("[window.hear(0), window.hear(1)]");
    assert!(
        (both[0] - both[1] - 3.0).abs() < 0.15,
        "the second lies three seconds later: {both:?}"
    );
}

#[test]
fn a_recording_that_is_not_there_is_asked_for_and_the_right_one_plays() {
    let chromium = Chromium::start();
    let (folder, page, sound) = beside("talk.wav", &[]);
    let elsewhere = folder.path().join("elsewhere.wav");
    std::fs::rename(&sound, &elsewhere).unwrap();
    let tab = chromium.open(&page, WIDE);
    tab.run(EAR);
    tab.click("#g-prescriptive .play");
    tab.until("!document.getElementById('pl-ask').hidden");
    let note = "document.getElementById('pl-note').textContent";
    assert!(tab.ask::<String>(note).starts_with("The recording is not where"));
    tab.choose("#pl-file", &[&elsewhere]);
    tab.until(&format!("{note} === 'This is the recording that was analysed.'"));
    let (ear, clock) = heard(&tab, 0);
    assert!((ear - clock).abs() < 0.1, "{ear} at {clock}");
    assert!(tab.ask::<bool>("document.querySelector('audio').src.startsWith('blob:')"));
}

#[test]
fn another_file_is_said_to_be_another_before_it_plays() {
    let chromium = Chromium::start();
    let (folder, page, sound) = beside("talk.wav", &[]);
    let (copy, shorter) = (folder.path().join("copy.flac"), folder.path().join("shorter.wav"));
    recording(&copy, &["-c:a", "flac"]);
    recording(&shorter, &["-t", "10"]);
    std::fs::remove_file(&sound).unwrap();
    let tab = chromium.open(&page, WIDE);
    tab.click("#g-prescriptive .play");
    tab.until("!document.getElementById('pl-ask').hidden");
    for (file, said) in [
        (&shorter, "This is not the file that was analysed: what you hear"),
        (&copy, "This is not the file that was analysed, but it is as long"),
    ] {
        tab.choose("#pl-file", &[file]);
        tab.until(&format!("document.getElementById('pl-note').textContent.startsWith('{said}')"));
        assert!(tab.ask::<bool>("document.querySelector('audio').paused"), "{said}");
        assert!(!tab.ask::<bool>("document.getElementById('pl-anyway').hidden"), "{said}");
    }
    tab.click("#pl-anyway");
    tab.until("document.querySelector('audio').currentTime > 10 && !document.querySelector('audio').paused");
}

#[test]
fn a_recording_in_place_of_the_analysed_one_is_told_by_its_length() {
    let chromium = Chromium::start();
    let (_folder, page, sound) = beside("talk.wav", &[]);
    recording(&sound, &["-t", "12"]);
    let tab = chromium.open(&page, WIDE);
    tab.click("#g-prescriptive .play");
    tab.until(
        "document.getElementById('pl-note').textContent.startsWith('The recording is not as long')",
    );
    assert!(tab.ask::<bool>("document.querySelector('audio').paused"));
}

#[test]
fn what_the_browser_cannot_play_is_said_with_the_way_out() {
    let chromium = Chromium::start();
    let (_folder, page, sound) = beside("talk.wav", &[]);
    let wma = sound.with_extension("wma");
    recording(&wma, &["-c:a", "wmav2"]);
    std::fs::remove_file(&sound).unwrap();
    let tab = chromium.open(&page, WIDE);
    tab.click("#g-prescriptive .play");
    tab.until("!document.getElementById('pl-ask').hidden");
    tab.choose("#pl-file", &[&wma]);
    tab.until("document.getElementById('pl-note').textContent.startsWith('This browser cannot play talk.wma.')");
    let note: String = tab.ask("document.getElementById('pl-note').textContent");
    assert!(note.contains("make a copy of it as MP3, M4A or WAV"), "{note}");
}
