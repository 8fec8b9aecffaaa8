use jiff::civil::date;

use super::*;
use crate::run::{Input, LanguageChoice, Options, Together};

const LATEST: Date = date(2026, 11, 29);

fn named(name: &str) -> Option<String> {
    of_name(name, LATEST).map(|date| date.to_string())
}

#[test]
fn names_that_recorders_phones_and_meetings_give_hold_the_day() {
    for name in [
        "GMT20260312-140000_Recording.m4a",
        "GMT20260312-140000_Recording_1920x1080.mp4",
        "Coaching Anna-20260312_140000-Meeting Recording.mp4",
        "Réunion-20260312_140000-Enregistrement de la réunion.mp4",
        "Recording_20260312_140000.m4a",
        "Voice 260312_140000.m4a",
        "REC_20260312.mp3",
        "20260312 140000.m4a",
        "20260312140000.m4a",
        "PXL_20260312_140000123.mp4",
        "VID_20260312_140000.mp4",
        "Enregistrement_2026-03-12.m4a",
        "2026-03-12 14-00-12.mkv",
        "2026-03-12_14-00-12.mkv",
        "2026-03-12T14-00-12.wav",
        "WhatsApp Audio 2026-03-12 at 14.00.12.ogg",
        "WhatsApp Audio 2026-03-12 à 14.00.12.ogg",
        "AUD-20260312-WA0001.opus",
        "PTT-20260312-WA0017.opus",
        "260312_0012.mp3",
        "2026.03.12 Anna.wav",
        "2026_03_12.wav",
        "anna 2026-03-12 (2).wav",
        "séance Élodie 2026-03-12.wav",
    ] {
        assert_eq!(named(name).as_deref(), Some("2026-03-12"), "{name}");
    }
}

#[test]
fn a_day_before_its_month_is_read_where_it_can_be_no_other() {
    assert_eq!(named("anna 25-03-2026.wav").as_deref(), Some("2026-03-25"));
    assert_eq!(named("anna 25.03.2026.wav").as_deref(), Some("2026-03-25"));
    assert_eq!(named("anna 03-25-2026.wav").as_deref(), Some("2026-03-25"));
    assert_eq!(named("anna 05-05-2026.wav").as_deref(), Some("2026-05-05"));
    assert_eq!(named("anna 12-03-2026.wav"), None);
    assert_eq!(named("anna 31-02-2026.wav"), None);
}

#[test]
fn numbers_that_are_no_day_are_not_taken_for_one() {
    for name in [
        "",
        "session.wav",
        "New Recording 12.m4a",
        "audio1234567890.m4a",
        "DM550012.wma",
        "+33612345678.m4a",
        "201012311030.amr",
        "120260312.wav",
        "202603123.wav",
        "20261312.wav",
        "20260230.wav",
        "2026-13-01.wav",
        "2026-02-30.wav",
        "2026-03_12.wav",
        "20260312990000.wav",
        "19040101_000000.m4a",
        "1970-01-01.wav",
        "2999-12-31.wav",
        "2026-12-24.wav",
        "call_261332_1234.wav",
        "code260312_0012.wav",
        "260312.wav",
        "260312_999999.wav",
        "2026.wav",
        "٢٠٢٦٠٣١٢.wav",
    ] {
        assert_eq!(named(name), None, "{name}");
    }
}

#[test]
fn of_two_days_the_one_with_a_time_is_the_session_s() {
    let teams = "Plan for 2025-12-31-20260312_140000-Meeting Recording.mp4";
    assert_eq!(named(teams).as_deref(), Some("2026-03-12"));
    assert_eq!(named("2026-03-12 and 2026-03-13.wav"), None);
    assert_eq!(named("2026-03-12 (20260312).wav").as_deref(), Some("2026-03-12"));
}

#[test]
fn what_the_person_says_comes_first_then_the_name_the_container_and_the_file_s_time() {
    let name = Some(Dated { date: date(2026, 3, 12), from: DateFrom::FileName });
    let time = Some(Dated { date: date(2026, 3, 15), from: DateFrom::Mtime });
    let container = Some(Dated { date: date(2026, 3, 13), from: DateFrom::Container });
    let recorded = Some("2026-03-13T01:00:00Z");
    assert_eq!(chosen(name, recorded, LATEST), name);
    assert_eq!(chosen(time, recorded, LATEST), container);
    assert_eq!(chosen(None, Some("2026-03-13 01:00:00"), LATEST), container);
    assert_eq!(chosen(time, None, LATEST), time);
    for unset in ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2036-02-07T06:28:16Z", "é", ""]
    {
        assert_eq!(chosen(time, Some(unset), LATEST), time, "{unset}");
    }
}

fn job(paths: &[&Path], date: Option<&str>) -> Job {
    let profile = crate::analysis::Profile::built_in("coaching").unwrap();
    let given = date.map(|_| DateFrom::Option);
    let about = About { date: date.map(str::to_owned), date_from: given, ..About::default() };
    let inputs = paths
        .iter()
        .map(|path| Input { path: path.to_path_buf(), role: None, name: None })
        .collect();
    let options = Options {
        model: String::new(),
        language: LanguageChoice::Auto,
        coach: None,
        speakers: 2,
        part: None,
        about,
        reading: crate::run::Reading { profile, language: None },
    };
    Job { inputs, together: Together::default(), results: std::path::PathBuf::new(), options }
}

#[test]
fn a_file_s_own_time_is_its_day_in_utc_when_nothing_else_says_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.wav");
    let file = fs::File::create(&path).unwrap();
    let night: Timestamp = "2026-03-12T23:59:59Z".parse().unwrap();
    file.set_modified(night.into()).unwrap();
    let found = about(&job(&[&path], None), None);
    assert_eq!(
        (found.date.as_deref(), found.date_from),
        (Some("2026-03-12"), Some(DateFrom::Mtime))
    );
    let found = about(&job(&[&path], Some("2020-01-01")), Some("2026-03-13"));
    assert_eq!(
        (found.date.as_deref(), found.date_from),
        (Some("2020-01-01"), Some(DateFrom::Option))
    );
    assert_eq!(around(&job(&[&path], Some("2020-01-01"))), None);
}

#[test]
fn zoom_s_folder_says_the_day_and_a_person_s_folder_does_not() {
    let home = tempfile::tempdir().unwrap();
    let day = |folder: &str| {
        let folder = home.path().join(folder);
        fs::create_dir(&folder).unwrap();
        let path = folder.join("audio1234567890.m4a");
        fs::write(&path, "").unwrap();
        of_path(&path, LATEST).map(|date| date.to_string())
    };
    assert_eq!(day("2026-03-12 14.00.12 Anna's Zoom Meeting").as_deref(), Some("2026-03-12"));
    assert_eq!(day("2026-03-12 sessions"), None);
    assert_eq!(day("sessions"), None);
}

#[test]
fn of_several_tracks_the_first_that_has_a_day_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = folder.path().join("anna.wav");
    let other = folder.path().join("2026-03-12 tom.wav");
    let found = around(&job(&[&one, &other], None)).unwrap();
    assert_eq!((found.date, found.from), (date(2026, 3, 12), DateFrom::FileName));
}
