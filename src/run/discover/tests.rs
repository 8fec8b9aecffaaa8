use super::*;

fn tree(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    folder
}

fn found(folder: &Path, out: Option<&Path>) -> Vec<(String, PathBuf)> {
    recordings(&[folder.to_owned()], out, &Filter::default())
        .into_iter()
        .map(|found| {
            let found = found.unwrap();
            let path = found.inputs[0].path.strip_prefix(folder).unwrap().to_owned();
            (path.to_str().unwrap().to_owned(), found.results)
        })
        .collect()
}

#[test]
fn folders_are_walked_in_order_and_hidden_files_and_results_are_left_out() {
    let tree =
        tree(&["b.WAV", "a/x.m4a", "a.wav.openfloor/y.wav", ".z.wav", "notes.txt", "a.flac"]);
    let names: Vec<String> = found(tree.path(), None).into_iter().map(|f| f.0).collect();
    assert_eq!(names, ["a/x.m4a", "a.flac", "b.WAV"]);
}

#[test]
fn results_lie_beside_the_recording_or_under_out_with_the_same_path() {
    let tree = tree(&["a/x.m4a"]);
    let beside = tree.path().join("a/x.m4a.openfloor");
    assert_eq!(found(tree.path(), None)[0].1, beside);
    let out = Path::new("/tmp/out");
    assert_eq!(found(tree.path(), Some(out))[0].1, out.join("a/x.m4a.openfloor"));
}

#[test]
fn a_name_that_fills_its_place_still_has_results_of_its_own() {
    let long = |last: &str| format!("{}{last}.wav", "é".repeat(125));
    let results = |name: &str| beside(Path::new("calls").join(name).as_path());
    let (one, other) = (results(&long("a")), results(&long("b")));
    assert_ne!(one, other);
    let name = one.file_name().unwrap().to_str().unwrap();
    assert!(name.len() <= 255 && name.starts_with("éé") && name.ends_with(FOLDER_SUFFIX), "{name}");
    assert_eq!(one.parent(), Some(Path::new("calls")));
}

#[test]
fn of_a_session_the_recording_is_taken_else_the_transcript_that_says_most() {
    let tree = tree(&[
        "a.mp4",
        "a.transcript.vtt",
        "a.vtt",
        "b.srt",
        "b.vtt",
        "c_1920x1080.mp4",
        "c.cc.vtt",
        "d.fr.srt",
        "notes.txt",
        "other.json",
        "sub/a.vtt",
    ]);
    let ours = "{\"schema\":\"openfloor.transcript/1\"}";
    fs::write(tree.path().join("d.json"), ours).unwrap();
    let names = |paths: &[PathBuf]| -> Vec<String> {
        let name = |path: &PathBuf| path.strip_prefix(tree.path()).unwrap().display().to_string();
        paths.iter().map(name).collect()
    };
    let found: Vec<(String, Vec<String>)> =
        recordings(&[tree.path().to_owned()], None, &Filter::default())
            .into_iter()
            .map(|found| found.unwrap())
            .map(|found| (names(&[found.inputs[0].path.clone()]).remove(0), names(&found.left_out)))
            .collect();
    let expected: [(&str, &[&str]); 5] = [
        ("a.mp4", &["a.transcript.vtt", "a.vtt"]),
        ("b.vtt", &["b.srt"]),
        ("c_1920x1080.mp4", &["c.cc.vtt"]),
        ("d.json", &["d.fr.srt"]),
        ("sub/a.vtt", &[]),
    ];
    let expected = expected.map(|(name, rest)| {
        (name.to_owned(), rest.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    });
    assert_eq!(found, expected);
}

#[test]
fn a_folder_that_links_to_itself_is_walked_once() {
    let tree = tree(&["a/x.m4a"]);
    std::os::unix::fs::symlink(tree.path(), tree.path().join("a/up")).unwrap();
    assert_eq!(found(tree.path(), None).len(), 1);
}

#[test]
fn a_folder_without_recordings_says_so() {
    let tree = tree(&["notes.txt"]);
    let error =
        recordings(&[tree.path().to_owned()], None, &Filter::default()).remove(0).unwrap_err().1;
    assert!(error.to_string().contains("no recording and no transcript in this"), "{error}");
}

#[test]
fn names_that_are_no_utf8_and_look_the_same_are_two_sessions() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let tree = tree(&[]);
    for name in [b"s\xe9ance.wav".as_slice(), b"s\xe8ance.fr.vtt"] {
        fs::write(tree.path().join(OsStr::from_bytes(name)), "").unwrap();
    }
    let found = recordings(&[tree.path().to_owned()], None, &Filter::default());
    assert_eq!(found.len(), 2);
    assert!(found.iter().flatten().all(|found| found.left_out.is_empty()));
}

#[test]
fn a_folder_of_which_everything_is_left_out_says_so() {
    let tree = tree(&["a.wav", "old/b.wav"]);
    let filter = Filter::new(&[], &["*.wav".to_owned(), "old".to_owned()]).unwrap();
    let error = recordings(&[tree.path().to_owned()], None, &filter).remove(0).unwrap_err().1;
    assert!(error.to_string().contains("what --include and --exclude leave"), "{error}");
}

#[test]
fn a_recording_without_an_ending_is_the_session_of_its_transcript() {
    let tree = tree(&["talk.vtt", "other"]);
    fs::write(tree.path().join("talk"), b"RIFF\x24\0\0\0WAVEfmt ").unwrap();
    let found = recordings(&[tree.path().to_owned()], None, &Filter::default());
    let [Ok(found)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found.inputs[0].path, tree.path().join("talk"));
    assert_eq!(found.left_out, [tree.path().join("talk.vtt")]);
}
