//! A disk that is full when each of the results is to be written: one sentence, no torn artefact, and
//! the next run, with space, comes to the same end.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{
    ARTEFACTS, GIVEN, Place, RESULTS, Said, apart, copy_folder, counts, finished, json,
    same_artefacts, text, windows,
};

/// Mounts a small disk over the results folder (which may hold stages), runs, keeps what is there,
/// gives it space, runs again and keeps that.
const SCRIPT: &str = r#"
size=$1; results=$2; kept=$3; shift 3
mkdir -p "$kept/before" "$results" && cp -a "$results/." "$kept/before" || exit 99
mount -t tmpfs -o "size=$size,mode=0700" tmpfs "$results" || exit 99
cp -a "$kept/before/." "$results" || exit 98
"$@"; code=$?
cp -a "$results/." "$kept/small"
umount "$results" && mount -t tmpfs -o size=64m,mode=0700 tmpfs "$results" || exit 97
cp -a "$kept/small/." "$results"
"$@" >"$kept/second.out" 2>"$kept/second.err"; echo $? >"$kept/second.code"
cp -a "$results/." "$kept/large"
exit $code
"#;

const PAGE: usize = 4096;
/// The work copy of `talk.wav`: 14 s at 16 kHz, 16 bit, two files of whole pages.
const WORK_COPY: usize = 2 * (14 * 16_000 * 2_usize).next_multiple_of(PAGE);

struct Tried {
    said: Said,
    kept: PathBuf,
    place: Place,
}

fn on_a_disk_of(size: usize, place: Place, more: &[&str]) -> Tried {
    let kept = place.path("kept");
    fs::create_dir_all(kept.join("small")).unwrap();
    fs::create_dir_all(kept.join("large")).unwrap();
    let (size, results) = (size.to_string(), place.path(RESULTS));
    let mut wrapper = apart("-m");
    wrapper.extend(["sh", "-c", SCRIPT, "sh", &size, text(&results), text(&kept)]);
    let line = [&["analyze", "talk.wav", "--threads", "1"][..], &GIVEN, more].concat();
    let said = Said::of(&mut place.under(&wrapper, &line));
    Tried { said, kept, place }
}

/// Every artefact is whole or absent, and nothing else is there.
fn nothing_is_torn(folder: &Path) {
    for name in ARTEFACTS.iter().chain(&["run.json", "stages/speech.json"]) {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        match *name {
            "transcript.vtt" => assert!(text.starts_with("WEBVTT") && text.ends_with('\n')),
            "report.html" => assert!(text.trim_end().ends_with("</html>"), "{text:.200}"),
            _ => drop(json(&path)),
        }
    }
    crate::support::walk(folder, &mut |path| {
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(!name.starts_with(".writing"), "{} was left", path.display());
    });
}

/// Holds the sentence, that nothing is torn or said, and the run that follows.
#[track_caller]
fn full(tried: &Tried) {
    let last = tried.said.err.lines().last().unwrap_or_default();
    let context = format!("{:?}\n{}\n{}", tried.said.code, tried.said.out, tried.said.err);
    assert_eq!(tried.said.code, Some(1), "{context}");
    assert!(last.starts_with("openfloor: talk.wav.openfloor"), "{context}");
    assert!(last.contains("cannot be written (No space left on device"), "{context}");
    assert!(last.ends_with("free some space or choose another folder with --out"), "{context}");
    assert_eq!(tried.said.out, "");
    crate::confidential::nothing_said(&tried.said.err);
    nothing_is_torn(&tried.kept.join("small"));
    assert!(!tried.kept.join("small/analysis.json").exists(), "it would be believed");
    let code = fs::read_to_string(tried.kept.join("second.code")).unwrap();
    let err = fs::read_to_string(tried.kept.join("second.err")).unwrap();
    assert_eq!(code.trim(), "0", "{err}");
    same_artefacts(&tried.kept.join("large"), finished());
}

#[test]
fn while_the_sound_is_read() {
    full(&on_a_disk_of(WORK_COPY / 2, Place::with_talk(), &[]));
}

#[test]
fn when_who_speaks_when_is_known() {
    // The lock takes a page.
    full(&on_a_disk_of(WORK_COPY + PAGE, Place::with_talk(), &[]));
}

#[test]
fn after_a_window_was_heard() {
    let place = Place::with_talk();
    // A log whose page has room for half a window: a field that nobody reads fills the rest.
    let log = fs::read_to_string(finished().join("stages/words.jsonl")).unwrap();
    let [head, facts, first, ..] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    let room = PAGE - (head.len() + facts.len() + first.len() / 2);
    let filled = facts.replace("}}", &format!(r#","nothing":"{}"}}}}"#, ".".repeat(room)));
    place.write(Path::new(RESULTS).join("stages/words.jsonl"), format!("{head}\n{filled}\n"));
    // The lock, who speaks when, and that page.
    let tried = on_a_disk_of(WORK_COPY + 3 * PAGE, place, &["-v"]);
    let log = fs::read_to_string(tried.kept.join("small/stages/words.jsonl")).unwrap();
    assert!(log.contains(r#"{"entry"#) && !log.ends_with('\n'), "a torn window");
    full(&tried);
    assert_eq!(counts(&tried.kept.join("large")), [1, 1, windows(finished())]);
}

#[test]
fn when_results_are_written() {
    // Stages take two pages, the lock one; then session, transcript, subtitles, page, analysis.
    let pages = [3, 5, 8, 12, 16];
    let mut failed_at = Vec::new();
    for more in pages {
        let tried = on_a_disk_of((2 + more) * PAGE, Place::with_heard_talk(), &[]);
        let last = tried.said.err.lines().last().unwrap_or_default().to_owned();
        failed_at.push(last.split(": ").nth(1).unwrap_or_default().to_owned());
        full(&tried);
    }
    failed_at.dedup();
    assert!(failed_at.len() >= 3, "different writes fail: {failed_at:?}");
}

#[test]
fn when_another_reading_is_written_over_a_finished_one() {
    let mut place = Place::with_talk();
    let results = place.path(RESULTS);
    copy_folder(finished(), &results);
    let size: u64 = {
        let mut pages = 0;
        crate::support::walk(&results, &mut |path| {
            if path.is_file() {
                pages += fs::metadata(path).unwrap().len().div_ceil(PAGE as u64);
            }
        });
        pages * PAGE as u64
    };
    // Room for nothing more than there is: the new page has no place beside the old one.
    place = {
        let tried =
            on_a_disk_of(usize::try_from(size).unwrap(), place, &["--profile", "mentoring"]);
        assert_eq!(tried.said.code, Some(1), "{}\n{}", tried.said.out, tried.said.err);
        nothing_is_torn(&tried.kept.join("small"));
        let code = fs::read_to_string(tried.kept.join("second.code")).unwrap();
        assert_eq!(code.trim(), "0");
        assert_eq!(json(tried.kept.join("large/analysis.json"))["profile"], "mentoring");
        tried.place
    };
    // The results folder itself was under the disk and is as it was.
    place.analyze_talk(&[]).exits(0);
    same_artefacts(&place.path(RESULTS), finished());
}
