use std::fs;

use super::super::{Filter, Found, recordings};
use super::*;

fn tree(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Recording 1a2b3c\r\n").unwrap();
    }
    folder
}

/// What is found in a folder of a tree: files, names, mix, left out, as they are read.
fn read(tree: &Path, inside: &str) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(tree).unwrap().to_str().unwrap().to_owned();
    let one = |found: Found| {
        let files = found.inputs.iter().map(|input| match &input.name {
            Some(person) => format!("{} ({person})", name(&input.path)),
            None => name(&input.path),
        });
        let mut line = files.collect::<Vec<_>>().join(" + ");
        if found.together.begin {
            line.push_str(" together");
        }
        if let Some(mix) = &found.together.mix {
            line = format!("{line} by {}", name(mix));
        }
        let mut out: Vec<String> = found.left_out.iter().map(|path| name(path)).collect();
        out.sort();
        if !out.is_empty() {
            line = format!("{line} without {}", out.join(", "));
        }
        line
    };
    recordings(&[tree.join(inside)], None, &Filter::default())
        .into_iter()
        .map(|found| one(found.unwrap()))
        .collect()
}

const ANNA: &str = "Audio Record/audioAnnaMartin21667483884.m4a";
const BEN: &str = "Audio Record/audioBen11667483884.m4a";

#[test]
fn a_zoom_meeting_is_one_session_and_its_mix_is_no_other() {
    let place = "2026-03-12 14.00.12 Anna Martin's Zoom Meeting";
    let names = [ANNA, BEN, "audio1667483884.m4a", "video1667483884.mp4", "chat.txt", "cc.vtt"];
    let tree = tree(&names.map(|name| format!("{place}/{name}")).each_ref().map(String::as_str));
    let session = format!(
        "{place}/{ANNA} (Anna Martin) + {place}/{BEN} (Ben) by {place}/audio1667483884.m4a without \
         {place}/audio1667483884.m4a"
    );
    // From above, the meeting's folder, and the folder of its tracks.
    for inside in ["", place, &format!("{place}/Audio Record")] {
        assert_eq!(read(tree.path(), inside), std::slice::from_ref(&session), "{inside}");
    }
    let found = recordings(&[tree.path().to_owned()], Some(Path::new("/out")), &Filter::default())
        .remove(0)
        .unwrap();
    assert_eq!(found.results, Path::new("/out").join(place).join(format!("{ANNA}.openfloor")));
}

#[test]
fn older_names_and_names_that_end_in_digits_are_zooms_too() {
    let old =
        tree(&["Audio Record/audio_only_1.m4a", "Audio Record/audio_only_2.m4a", "zoom_0.mp4"]);
    let session = "Audio Record/audio_only_1.m4a + Audio Record/audio_only_2.m4a by zoom_0.mp4 \
                   without zoom_0.mp4";
    assert_eq!(read(old.path(), ""), [session]);
    let phone =
        ["Audio Record/audioiPhone1211667483884.m4a", "Audio Record/audioÉlodieN21667483884.m4a"];
    let session = format!("{} (i Phone12) + {} (Élodie N)", phone[0], phone[1]);
    assert_eq!(read(tree(&phone).path(), ""), [session]);
}

#[test]
fn numbers_of_their_own_in_one_folder_of_tracks_are_one_meeting() {
    let two = ["Audio Record/audioAnna98796876.m4a", "Audio Record/audioBen11223344.m4a"];
    let session = format!("{} (Anna) + {} (Ben)", two[0], two[1]);
    assert_eq!(read(tree(&two).path(), ""), [session]);
}

#[test]
fn of_one_participant_or_one_twice_the_mix_is_taken() {
    let alone = tree(&[ANNA, "audio_only.m4a", "zoom_0.mp4"]);
    assert_eq!(read(alone.path(), ""), [format!("audio_only.m4a without {ANNA}, zoom_0.mp4")]);
    let again = "Audio Record/audioAnnaMartin31667483884.m4a";
    let twice = tree(&[ANNA, BEN, again, "audio_only.m4a"]);
    let session = format!("audio_only.m4a without {ANNA}, {again}, {BEN}");
    assert_eq!(read(twice.path(), ""), [session]);
    // Without a mix each is a recording.
    assert_eq!(read(tree(&[ANNA]).path(), ""), [ANNA]);
}

#[test]
fn two_meetings_in_one_folder_of_tracks_are_two_sessions() {
    let [later, other] =
        ["Audio Record/audioAnnaMartin15550001111.m4a", "Audio Record/audioCleo25550001111.m4a"];
    let tree = tree(&[ANNA, BEN, later, other, "audio1667483884.m4a", "audio5550001111.m4a"]);
    let found = read(tree.path(), "");
    let sessions = [
        format!("{later} (Anna Martin) + {other} (Cleo) by audio5550001111.m4a"),
        format!("{ANNA} (Anna Martin) + {BEN} (Ben) by audio1667483884.m4a"),
    ];
    for session in sessions {
        assert!(found.iter().any(|one| one.starts_with(&session)), "{session}: {found:#?}");
    }
}

#[test]
fn the_same_names_outside_a_folder_of_tracks_are_recordings() {
    let loose = ["Sessions/audioAnna11667483884.m4a", "Sessions/audioBen21667483884.m4a"];
    assert_eq!(read(tree(&loose).path(), ""), loose);
}

#[test]
fn riversides_tracks_of_one_recording_follow_each_other() {
    let [anna, ben] = [
        "riverside_anna_martin_raw-audio_coach's st_0241.wav",
        "riverside_ben_raw-audio_coach's st_0242.wav",
    ];
    let session = format!("{anna} (anna martin) + {ben} (ben)");
    assert_eq!(read(tree(&[anna, ben]).path(), ""), std::slice::from_ref(&session));
    let same = ["riverside_anna_raw-audio_s_0242.wav", "riverside_ben_raw-audio_s_0242.wav"];
    assert_eq!(read(tree(&same).path(), ""), [format!("{} (anna) + {} (ben)", same[0], same[1])]);
    // The next recording of the same two.
    let [later, other] = [anna.replace("0241", "0243"), ben.replace("0242", "0244")];
    let found = read(tree(&[anna, ben, &later, &other]).path(), "");
    assert_eq!(found, [session, format!("{later} (anna martin) + {other} (ben)")]);
}

#[test]
fn of_riversides_kinds_the_one_that_begins_together_is_taken() {
    let names = [
        "riverside_anna_raw-synced-audio_st_0001.wav",
        "riverside_ben_raw-synced-audio_st_0002.wav",
        "riverside_anna_raw-audio_st_0003.wav",
        "riverside_ben_raw-audio_st_0004.wav",
        "riverside_composed-audio_st_0005.wav",
    ];
    let session = format!(
        "{} (anna) + {} (ben) together by {} without {}, {}, {}",
        names[0], names[1], names[4], names[2], names[3], names[4]
    );
    let mut expected: Vec<&str> = session.split(" without ").collect();
    let found = read(tree(&names).path(), "");
    let mut parts: Vec<&str> = found[0].split(" without ").collect();
    assert_eq!((found.len(), parts.remove(0)), (1, expected.remove(0)));
    assert_eq!(parts[0].split(", ").count(), 3, "{}", parts[0]);
}

#[test]
fn riversides_tracks_that_do_not_follow_each_other_are_recordings() {
    for apart in [
        // Other studios, other recordings, one person, and who belongs to whom cannot be told.
        &["riverside_anna_raw-audio_one_0001.wav", "riverside_ben_raw-audio_two_0002.wav"][..],
        &["riverside_anna_raw-audio_st_0001.wav", "riverside_ben_raw-audio_st_0007.wav"],
        &["riverside_anna_raw-audio_st_0001.wav", "riverside_anna_raw-audio_st_0002.wav"],
        &[
            "riverside_anna_raw-audio_st_0001.wav",
            "riverside_ben_raw-audio_st_0003.wav",
            "riverside_cleo_raw-audio_st_0002.wav",
            "riverside_cleo_raw-audio_st_0004.wav",
        ],
        &["riverside_anna_raw-audio_st.wav", "riverside_ben_raw-audio_st.wav"],
        &["anna_0001.wav", "ben_0001.wav"],
    ] {
        assert_eq!(read(tree(apart).path(), ""), apart);
    }
}

#[test]
fn craigs_tracks_are_known_by_what_lies_beside_them() {
    let tracks = ["1-anna_0.flac", "2-ben.flac"];
    let session = "1-anna_0.flac (anna) + 2-ben.flac (ben) together";
    for beside in ["info.txt", "raw.dat"] {
        assert_eq!(read(tree(&[&tracks[..], &[beside]].concat()).path(), ""), [session]);
    }
    // Without it they are anybody's files, and so are others beside another text.
    assert_eq!(read(tree(&tracks).path(), ""), tracks);
    let other = tree(&tracks);
    fs::write(other.path().join("info.txt"), "Sessions of March").unwrap();
    assert_eq!(read(other.path(), ""), tracks);
    let twice = ["1-anna.flac", "1-anna.ogg", "2-ben.flac", "2-ben.ogg", "raw.dat"];
    assert_eq!(read(tree(&twice).path(), "").len(), 4);
}
