//! `recordings.csv` beside the recordings: what it says of each, and lines that cannot be followed.

use serde_json::Value;

use crate::support::{Place, json, silence};

fn calls(table: impl AsRef<[u8]>) -> Place {
    let place = Place::new();
    for (seconds, name) in [(1, "a.wav"), (2, "2025-01-01 b.wav"), (3, "sub/c.wav")] {
        let path = place.path("calls").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        silence(&path, seconds);
    }
    place.write("calls/recordings.csv", table);
    place
}

/// Date, what says it, coach, client, profile.
fn facts(place: &Place, name: &str) -> [Value; 5] {
    let analysis = json(place.path(format!("calls/{name}.openfloor/analysis.json")));
    let about = &analysis["session"];
    [&about["date"], &about["date_from"], &about["coach"], &about["client"], &analysis["profile"]]
        .map(Clone::clone)
}

#[test]
fn a_table_gives_each_recording_its_facts() {
    let place = calls(
        "\u{feff}client;file;date;coach;profile\r\nK.;a.wav;2026-03-12;Zoé;lead\r\n\
         M.;2025-01-01 b.wav;2026-03-13;;\r\n",
    );
    place.write("openfloor.toml", "coach-name = \"Settings\"\nprofile = \"mentoring\"\n");
    place.analyze(["calls"]).exits(0);
    assert_eq!(facts(&place, "a.wav"), ["2026-03-12", "option", "Zoé", "K.", "lead"]);
    let b = facts(&place, "2025-01-01 b.wav");
    assert_eq!(b, ["2026-03-13", "option", "Settings", "M.", "mentoring"]);
    let c = facts(&place, "sub/c.wav");
    assert_eq!((&c[1], &c[2], &c[3]), (&"mtime".into(), &"Settings".into(), &Value::Null));
    // The command line wins.
    let line = ["calls", "--coach-name", "Anna", "--date", "2026-01-01", "--profile", "coaching"];
    place.analyze(line).exits(0);
    assert_eq!(facts(&place, "a.wav"), ["2026-01-01", "option", "Anna", "K.", "coaching"]);
}

#[test]
fn a_changed_line_is_a_changed_result() {
    let place = calls("file,client\na.wav,K.\n");
    place.analyze(["calls"]).exits(0);
    place.write("calls/recordings.csv", "file,client\na.wav,L.\n");
    let said = place.analyze(["calls"]).exits(0);
    assert!(said.out.contains("1 analysed, 2 already done, 0 failed"), "{}", said.out);
    assert_eq!(facts(&place, "a.wav")[3], "L.");
}

#[test]
fn lines_that_cannot_be_followed_are_said_and_everything_is_analysed() {
    let place = calls(
        "file,coach,profile,date\na.wav,Anna,guru,2026-03-12\ngone.wav,,,\n\
         sub/c.wav,Cem,,12/03/2026\na.wav,Twice,,\n",
    );
    let dry = place.run(["analyze", "calls", "--dry-run"]).exits(0);
    assert_eq!(dry.err.lines().count(), 4, "a dry run says so too: {}", dry.err);
    let said = place.analyze(["calls"]).exits(3);
    assert!(said.out.contains("3 analysed, 0 already done, 4 failed"), "{}", said.out);
    for says in [
        "recordings.csv, line 2: there is no profile “guru”",
        "recordings.csv, line 3: there is no file gone.wav",
        "recordings.csv, line 4: the date cannot be read; write it as YYYY-MM-DD",
        "recordings.csv, line 5: a.wav is on line 2 already",
    ] {
        assert!(said.err.lines().any(|line| line.contains(says)), "{says}: {}", said.err);
    }
    assert_eq!(said.err.lines().count(), 4, "{}", said.err);
    assert_eq!(
        facts(&place, "a.wav"),
        ["2026-03-12", "option", "Anna", "null", "coaching"].map(|text| if text == "null" {
            Value::Null
        } else {
            text.into()
        })
    );
    assert_eq!(facts(&place, "sub/c.wav")[2], "Cem");
}

#[test]
fn a_table_that_is_none_is_said_and_everything_is_analysed() {
    let place = calls("a.wav,Anna\n");
    let said = place.analyze(["calls", "--json"]).exits(3);
    assert!(said.err.contains("line 1: there is no column “file”"), "{}", said.err);
    assert_eq!(said.out.lines().count(), 4, "a failure and three analyses");
    // A recording that was named is analysed as named: the table is the folder's.
    place.analyze(["calls/a.wav"]).exits(0);
}

#[test]
fn what_a_table_says_of_the_same_recording_by_another_name_holds_and_the_first_wins() {
    let place = calls("file,client,coach\n\"2025-01-01 b.wav\",K.,Anna\nsub/copy.wav,L.,\n");
    std::fs::copy(place.path("calls/2025-01-01 b.wav"), place.path("calls/sub/copy.wav")).unwrap();
    let said = place.analyze(["calls"]).exits(0);
    let same = "calls/sub/copy.wav: the same recording as calls/2025-01-01 b.wav, analysed once\n";
    assert!(said.out.contains(same), "{}", said.out);
    assert_eq!(facts(&place, "2025-01-01 b.wav")[2..4], ["Anna", "K."]);
    // Where the table names only the other one, that is what is known of it.
    place.write("calls/recordings.csv", "file,client\nsub/copy.wav,L.\n");
    place.analyze(["calls"]).exits(0);
    assert_eq!(facts(&place, "2025-01-01 b.wav")[3], "L.");
}
