//! One file a person.

use std::fs;
use std::path::Path;

use crate::support::{
    Place, channels, counts, ffmpeg, json, noise, silence, talk, text, warnings, wav, windows,
};

/// The channels of the talk as files of their own.
fn split() -> Place {
    let place = Place::new();
    let both = channels(talk());
    wav(&place.path("coach.wav"), 16_000, &both[..1]);
    wav(&place.path("client.wav"), 16_000, &both[1..]);
    place
}

const TRACKS: [&str; 4] = ["--track", "coachee=client.wav", "--track", "coach=coach.wav"];

#[test]
fn roles_are_as_given_and_the_evidence_is_tracks() {
    let place = split();
    place.analyze([&TRACKS[..], &["--language", "en"]].concat()).exits(0);
    // Beside the first track, named after it.
    let results = place.path("client.wav.openfloor");
    assert_eq!(counts(&results), [2, 1, windows(&results)]);
    let analysis = json(results.join("analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "tracks");
    let of = |what: &str, key: &str| -> Vec<String> {
        let rows =
            if what == "speakers" { &analysis["speakers"] } else { &analysis["source"][what] };
        rows.as_array().unwrap().iter().map(|row| row[key].to_string()).collect()
    };
    assert_eq!(of("speakers", "role"), [r#""coachee""#, r#""coach""#]);
    assert_eq!(of("files", "name"), [r#""client.wav""#, r#""coach.wav""#]);
    assert_eq!(of("files", "track"), ["0", "1"]);
    assert_eq!(of("files", "channel"), ["null", "null"]);
    assert_eq!(of("files", "speaker"), [r#""S1""#, r#""S2""#]);
    assert_eq!(of("files", "href"), [r#""../client.wav""#, r#""../coach.wav""#]);
    assert_eq!(analysis["speakers"][0]["role_evidence"]["from"], "track");

    let said = place.analyze([&TRACKS[..], &["--language", "en"]].concat()).exits(0);
    assert!(said.out.contains("already analysed"), "{}", said.out);
    // The same voices with their roles changed over are heard no second time.
    let swapped = ["--track", "coach=client.wav", "--track", "coachee=coach.wav"];
    place.analyze([&swapped[..], &["--language", "en"]].concat()).exits(0);
    assert_eq!(counts(&results), [0, 0, 0]);
    assert_eq!(json(results.join("analysis.json"))["speakers"][0]["role"], "coach");
}

#[test]
fn tracks_of_other_rates_forms_and_lengths_stand_on_one_clock() {
    let place = split();
    let (coach, client) = (place.path("coach.wav"), place.path("client.wav"));
    // The coach hung up three seconds early; both recorders had their own form.
    ffmpeg(&["-t", "11", "-i", text(&coach), "-ar", "44100", text(&place.path("coach.flac"))]);
    let stereo = ["-ar", "48000", "-ac", "2", "-c:a", "aac"];
    ffmpeg(&[&["-i", text(&client)][..], &stereo, &[text(&place.path("client.m4a"))]].concat());
    let line = ["--track", "coach=coach.flac", "--track", "coachee=client.m4a", "--language", "en"];
    place.analyze(line).exits(0);
    let results = place.path("coach.flac.openfloor");
    assert_eq!(counts(&results), [2, 1, windows(&results)]);
    let analysis = json(results.join("analysis.json"));
    let duration = analysis["source"]["duration_ms"].as_u64().unwrap();
    assert!((13_950..14_050).contains(&duration), "{duration}");
    hold_starts(&results, ["S1", "S2"], 0);
}

/// Holds when the coach and the coachee are heard to begin, all `late` by so many milliseconds. By
/// fixtures/truth the coach begins at 0.60 s, the coachee at 4.07 s and 10.73 s.
#[track_caller]
fn hold_starts(results: &Path, [coach, coachee]: [&str; 2], late: u64) {
    let transcript = json(results.join("transcript.json"));
    let speech = transcript["speech"].as_array().unwrap();
    let starts = |speaker: &str| -> Vec<u64> {
        let own = speech.iter().filter(|one| one["speaker"] == speaker);
        own.map(|one| one["start_ms"].as_u64().unwrap()).collect()
    };
    for (speaker, at) in [(coach, 600), (coachee, 4070), (coachee, 10_732)] {
        let near = starts(speaker).iter().any(|time| time.abs_diff(at + late) <= 60);
        assert!(near, "{speaker} at {}: {:?}", at + late, starts(speaker));
    }
}

/// The channels of the talk, each silent where only the other one speaks, over a little noise.
fn dry() -> [Vec<i16>; 2] {
    let [mut coach, mut client]: [Vec<i16>; 2] = channels(talk()).try_into().unwrap();
    let power = |sound: &[i16]| sound.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    for (one, other) in coach.chunks_mut(1600).zip(client.chunks_mut(1600)) {
        let (left, right) = (power(one), power(other));
        if left < right / 40.0 {
            one.fill(0);
        } else if right < left / 40.0 {
            other.fill(0);
        }
    }
    for (seed, sound) in [(1, &mut coach), (2, &mut client)] {
        let noise = noise(seed, sound.len());
        sound.iter_mut().zip(noise).for_each(|(sample, noise)| *sample += noise / 32);
    }
    [coach, client]
}

/// Offsets and names of the tracks of an analysis, by file.
fn placed(results: &Path) -> Vec<(String, u64)> {
    let analysis = json(results.join("analysis.json"));
    let files = analysis["source"]["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            (file["name"].as_str().unwrap().to_owned(), file["offset_ms"].as_u64().unwrap())
        })
        .collect()
}

/// How late the second recorder was started, milliseconds: while the coach asks, before the answer.
const LATE: u64 = 2_500;

#[test]
fn a_zoom_meeting_is_put_on_one_clock_by_its_mix() {
    let place = Place::new();
    let meeting = "2026-03-12 14.00.12 Anna Martin's Zoom Meeting";
    let [coach, client] = dry();
    let (left, right) = (place.path("coach.wav"), place.path("client.wav"));
    wav(&left, 16_000, &[coach]);
    wav(&right, 16_000, &[client]);
    let folder = place.path(meeting).join("Audio Record");
    fs::create_dir_all(&folder).unwrap();
    let aac = ["-ar", "32000", "-c:a", "aac"];
    let anna = folder.join("audioAnnaMartin21667483884.m4a");
    let ben = folder.join("audioBen11667483884.m4a");
    let cut = format!("{LATE}ms");
    ffmpeg(&[&["-ss", &cut, "-i", text(&right)][..], &aac, &[text(&anna)]].concat());
    ffmpeg(&[&["-i", text(&left)][..], &aac, &[text(&ben)]].concat());
    let mix = place.path(meeting).join("audio1667483884.m4a");
    let sum = ["-filter_complex", "amix=inputs=2", "-ar", "32000", "-c:a", "aac"];
    ffmpeg(&[&["-i", text(&left), "-i", text(&right)][..], &sum, &[text(&mix)]].concat());
    place.write(Path::new(meeting).join("chat.txt"), "14:01:02 From Ben : hello");

    let said = place.run(["analyze", "--dry-run", meeting]).exits(0);
    let listed: Vec<&str> = said.out.lines().collect();
    assert_eq!(listed.len(), 2, "{}", said.out);
    assert!(listed[0].contains("audioAnnaMartin21667483884.m4a + "), "{}", said.out);
    assert!(listed[1].contains("left out, of the same session: "), "{}", said.out);
    assert!(listed[1].ends_with("audio1667483884.m4a"), "{}", said.out);

    let line = [meeting, "--language", "en", "--coach", "Ben"];
    place.analyze(line).exits(0);
    let results = folder.join("audioAnnaMartin21667483884.m4a.openfloor");
    let [(first, late), (second, begin)] = &placed(&results)[..] else { panic!("two") };
    assert_eq!((&first[..], &second[..], *begin), (file_name(&anna), file_name(&ben), 0));
    assert!(late.abs_diff(LATE) <= 20, "{late}");
    hold_starts(&results, ["S2", "S1"], 0);
    let analysis = json(results.join("analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "tracks");
    assert_eq!(analysis["speakers"][1]["role"], "coach");
    assert_eq!(analysis["session"]["date"], "2026-03-12");
    assert!(!warnings(&results).contains(&"tracks_not_aligned".to_owned()));
    let names = json(results.join("session.json"));
    let names = names.get("data").unwrap_or(&names)["speakers"].as_array().unwrap();
    assert_eq!((&names[0]["name"], &names[1]["name"]), (&"Anna Martin".into(), &"Ben".into()));
    // Three files are decoded; nothing is done twice, and a part is cut on the common clock.
    assert_eq!(counts(&results), [3, 1, windows(&results)]);
    let again = place.analyze(line).exits(0);
    assert!(again.out.contains("already analysed"), "{}", again.out);
    place.analyze([&line[..], &["--from", "0:04", "--to", "0:09"]].concat()).exits(0);
    assert_eq!(placed(&results)[0].1, *late);
    hold_first(&results, "S1", 4070);
}

/// Holds when a speaker is first heard.
#[track_caller]
fn hold_first(results: &Path, speaker: &str, at: u64) {
    let transcript = json(results.join("transcript.json"));
    let speech = transcript["speech"].as_array().unwrap();
    let first = speech.iter().find(|one| one["speaker"] == speaker).unwrap();
    let start = first["start_ms"].as_u64().unwrap();
    assert!(start.abs_diff(at) <= 60, "{start}");
}

fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn a_track_that_was_started_late_is_placed_by_what_leaks() {
    let place = Place::new();
    let [coach, client] = dry();
    let leak = |own: &[i16], other: &[i16]| -> Vec<i16> {
        // −20 dB, three metres away.
        let late = |n: usize| n.checked_sub(140).map_or(0, |n| other[n] / 10);
        (0..own.len()).map(|n| own[n].saturating_add(late(n))).collect()
    };
    let from = usize::try_from(LATE).unwrap() * 16;
    wav(&place.path("coach.wav"), 16_000, &[leak(&coach, &client)]);
    wav(&place.path("client.wav"), 16_000, &[leak(&client, &coach)[from..].to_vec()]);
    place.analyze([&TRACKS[..], &["--language", "en"]].concat()).exits(0);
    let results = place.path("client.wav.openfloor");
    let late = placed(&results)[0].1;
    assert!(late.abs_diff(LATE) <= 20, "{late}");
    hold_starts(&results, ["S2", "S1"], 0);
}

#[test]
fn tracks_that_hold_nothing_of_each_other_begin_where_they_say_or_together_with_a_warning() {
    let place = Place::new();
    let [coach, client] = dry();
    let from = usize::try_from(LATE).unwrap() * 16;
    wav(&place.path("coach.wav"), 16_000, &[coach]);
    wav(&place.path("client.wav"), 16_000, &[client[from..].to_vec()]);
    let line = [&TRACKS[..], &["--language", "en"]].concat();
    place.analyze(&line).exits(0);
    let results = place.path("client.wav.openfloor");
    assert_eq!(placed(&results)[0].1, 0);
    assert!(warnings(&results).contains(&"tracks_not_aligned".to_owned()));

    let ten = 10 * 3600 * 16_000;
    broadcast(&place.path("coach.wav"), "2026-03-12", ten);
    broadcast(&place.path("client.wav"), "2026-03-12", ten + LATE * 16);
    place.analyze(&line).exits(0);
    assert_eq!(placed(&results)[0].1, LATE);
    assert!(!warnings(&results).contains(&"tracks_not_aligned".to_owned()));
    hold_starts(&results, ["S2", "S1"], 0);
}

/// Puts a broadcast chunk into a WAV file: the day, and the samples since midnight.
fn broadcast(path: &Path, day: &str, samples: u64) {
    let mut bytes = fs::read(path).unwrap();
    let mut chunk = vec![0; 602];
    chunk[320..330].copy_from_slice(day.as_bytes());
    chunk[330..338].copy_from_slice(b"10:00:00");
    chunk[338..346].copy_from_slice(&samples.to_le_bytes());
    let mut head = b"bext".to_vec();
    head.extend(u32::try_from(chunk.len()).unwrap().to_le_bytes());
    head.extend(chunk);
    bytes.splice(12..12, head);
    let size = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
    bytes[4..8].copy_from_slice(&size);
    fs::write(path, bytes).unwrap();
}

#[test]
fn tracks_of_one_file_are_people_and_a_mix_of_them_is_nobody() {
    let place = split();
    let (coach, client) = (place.path("coach.wav"), place.path("client.wav"));
    // As OBS writes them: what everybody hears first, then each alone.
    let both = ["-i", text(&coach), "-i", text(&client)];
    let mixed =
        ["-filter_complex", "[0][1]amix=inputs=2[mix]", "-map", "[mix]", "-map", "0", "-map", "1"];
    let path = place.path("session.mkv");
    ffmpeg(&[&both[..], &mixed, &["-c:a", "aac", "-b:a", "96k", text(&path)]].concat());
    place.analyze(["session.mkv", "--language", "en", "--coach", "first"]).exits(0);
    let analysis = json(place.path("session.mkv.openfloor/analysis.json"));
    assert_eq!(analysis["source"]["speaker_evidence"], "tracks");
    let files = analysis["source"]["files"].as_array().unwrap();
    let of: Vec<(&str, u64)> = files
        .iter()
        .map(|file| (file["speaker"].as_str().unwrap(), file["track"].as_u64().unwrap()))
        .collect();
    assert_eq!(of, [("S1", 1), ("S2", 2)]);
    assert_eq!(analysis["speakers"][0]["role"], "coach");
    // The coach talks about a third of the time (fixtures/truth).
    let share = analysis["speakers"][0]["talk_share"].as_f64().unwrap();
    assert!((0.2..0.75).contains(&share), "{share}");
}

#[test]
fn a_track_that_cannot_be_read_is_the_one_that_is_named() {
    let place = split();
    place.write("client.wav", "text");
    place.analyze(TRACKS).fails_on("client.wav", "this is text, not a recording");
    fs::remove_file(place.path("client.wav")).unwrap();
    place.analyze(TRACKS).fails_on("client.wav", "cannot be read");
    assert!(!place.path("client.wav.openfloor").exists());
}

#[test]
fn one_track_twice_holds_the_same_voices() {
    let place = split();
    let twice = ["--track", "coach=coach.wav", "--track", "coachee=coach.wav"];
    place.analyze(twice).fails_on(
        "coach.wav",
        "its tracks hold the same voices, so they are not one file a person",
    );
    silence(&place.path("client.wav"), 2);
    place.analyze(TRACKS).fails_on("client.wav", "only one of its tracks holds a voice");
    assert!(!place.path("client.wav.openfloor").exists());
}
