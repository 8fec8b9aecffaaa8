//! `openfloor agree`: a sheet is written, coded by two people, and held against the tool; what is
//! wrong with a table is said with its line, and never what was said.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{PACKAGE, Place, Said, json as read_json};

/// With these transcripts analysed.
fn with(names: &[&str]) -> Place {
    let place = Place::new();
    for name in names {
        let from = Path::new(PACKAGE).join("fixtures/transcripts").join(name);
        place.write(name, fs::read(from).unwrap());
        place.analyze([*name]).exits(0);
    }
    place
}

/// The rows of a table of commas, header first.
fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// A row as text, with another separator.
fn line(cells: &[String], separator: &str) -> String {
    let quoted: Vec<String> =
        cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    quoted.join(separator)
}

/// Agrees, and gives the document, held against its schema.
#[track_caller]
fn agree(place: &Place, arguments: &[&str]) -> Value {
    let said = place.run([&["agree", "--json"], arguments].concat()).exits(0);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let schema = read_json(Path::new(PACKAGE).join("schemas/agreement.schema.json"));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    document
}

/// The figures of one aspect in a comparison.
fn of<'v>(comparison: &'v Value, aspect: &str) -> &'v Value {
    let figures = comparison["figures"].as_array().unwrap();
    figures.iter().find(|one| one["aspect"] == aspect).unwrap()
}

/// A table whose question column follows the utterances' last character.
fn asked_by_marks(sheet: &str, open: &str, closed: &str, separator: &str) -> String {
    let mut rows = rows(sheet);
    let text = 5;
    let question = rows[0].iter().position(|name| name == "question").unwrap();
    for row in rows.iter_mut().skip(1) {
        if row[text].trim_end().ends_with('?') {
            let first = row[text].to_lowercase();
            let how = first.contains("what") || first.contains("how") || first.contains("quoi");
            if how { open } else { closed }.clone_into(&mut row[question]);
        }
    }
    rows.iter().map(|row| line(row, separator) + "\r\n").collect()
}

#[test]
fn a_sheet_is_coded_by_two_people_and_compared() {
    let place = with(&["zoom_en.vtt"]);
    let before = place.entries();
    let said = place.run(["agree", "--sheet", "zoom_en.vtt", "--output", "sheet.csv"]).exits(0);
    assert_eq!(said.out, "sheet.csv\n");
    let sheet = fs::read_to_string(place.path("sheet.csv")).unwrap();
    assert!(
        sheet.starts_with("\u{feff}recording,utterance,speaker,time,before,text,coder,question")
    );
    for word in ["\"open\"", ",open", "closed", "directive", "q-"] {
        assert!(!sheet.contains(word), "the sheet is blind: {word}");
    }
    // Anna: Excel in France. Ben: UTF-16 with tabs, and he finds nothing at all.
    let anna = asked_by_marks(&sheet, "Ouverte", "FERMÉE", ";");
    place.write("anna.csv", format!("\u{feff}sep=;\r\n{anna}"));
    let nothing = asked_by_marks(&sheet, "no", "no", "\t");
    let utf16: Vec<u8> =
        format!("\u{feff}{nothing}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("ben.csv", utf16);
    let document = agree(&place, &["anna.csv", "ben.csv", "zoom_en.vtt"]);
    assert_eq!(document["coders"], json!(["anna", "ben"]));
    assert_eq!(document["notes"], json!([]));
    let [anna, ben] = [0, 1].map(|nth| &document["tool"]["with_each"][nth]);
    let kappa = of(anna, "openness")["kappa"]["value"].as_f64().unwrap();
    assert!(kappa > 0.5, "{kappa}");
    let found = &of(ben, "question")["found"];
    assert_eq!((&found["recall"], &found["reason"]), (&Value::Null, &json!("none_there")));
    // Nobody touched this column: nobody coded it.
    let reflection = of(anna, "reflection");
    assert_eq!((&reflection["units"], &reflection["kappa"]["value"]), (&json!(0), &Value::Null));
    assert_eq!(reflection["kappa"]["reason"], "not_coded");
    assert_eq!(document["coders_together"]["pairs"].as_array().unwrap().len(), 1);
    assert!(!document["differs"].as_array().unwrap().is_empty());
    let said = place.run(["agree", "anna.csv", "ben.csv", "zoom_en.vtt"]).exits(0);
    for words in ["The tool with anna", "Kappa of coders with each other", "anna and ben", "–"] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert_eq!(said.err, "");
    let after: Vec<String> = place.entries();
    let made = ["anna.csv", "ben.csv", "sheet.csv"];
    let rest: Vec<&String> = after.iter().filter(|name| !made.contains(&name.as_str())).collect();
    assert_eq!(rest, before.iter().collect::<Vec<_>>(), "nothing else is written");
}

#[test]
fn one_table_may_hold_several_coders_and_several_recordings() {
    let place = with(&["zoom_en.vtt", "notes_fr.txt"]);
    let said = place.run(["agree", "--sheet", "."]).exits(0);
    let header = rows(&said.out).remove(0);
    let mut table = line(&header, ",") + "\n";
    for row in rows(&said.out).iter().skip(1) {
        for coder in ["Anna", "Ben", "Zoé"] {
            let mut row = row.clone();
            row[6] = coder.to_owned();
            if row[5].contains('?') {
                row[7] = if coder == "Ben" { "closed" } else { "open" }.to_owned();
            }
            table += &(line(&row, ",") + "\n");
        }
    }
    place.write("codes.csv", &table);
    let document = agree(&place, &["codes.csv", "zoom_en.vtt", "notes_fr.txt.openfloor"]);
    assert_eq!(document["coders"], json!(["Anna", "Ben", "Zoé"]));
    assert_eq!(document["recordings"].as_array().unwrap().len(), 2);
    assert_ne!(document["tool"]["with_majority"], Value::Null);
    let shares = document["open_share"]["recordings"].as_array().unwrap();
    assert_eq!(shares.len(), 2);
    assert_eq!(shares[0]["coders"][1]["coded"]["open"], json!(0));
    let pair = &document["coders_together"]["pairs"][1];
    assert_eq!((&pair["coder"], &pair["with"]), (&json!("Anna"), &json!("Zoé")));
    assert_eq!(of(pair, "openness")["kappa"]["value"], json!(1.0));
    // Without a column for the recording two could be meant.
    let mut bare = rows(&table);
    for row in &mut bare {
        row.remove(0);
    }
    let bare: String = bare.iter().map(|row| line(row, ",") + "\n").collect();
    place.write("bare.csv", bare);
    refused(&place, &["bare.csv", "."], "bare.csv, line 1", "no column “recording”");
}

#[test]
fn a_file_is_never_written_over() {
    let place = with(&["zoom_en.vtt"]);
    place.write("sheet.csv", "mine");
    let said = place.run(["agree", "--sheet", "zoom_en.vtt", "--output", "sheet.csv"]).exits(2);
    said.sentence("sheet.csv");
    assert_eq!(fs::read_to_string(place.path("sheet.csv")).unwrap(), "mine");
}

#[test]
fn the_session_alone_is_enough_and_nothing_is_written_beside_it() {
    let place = with(&["zoom_en.vtt"]);
    let only = place.path("only.openfloor");
    fs::create_dir(&only).unwrap();
    fs::copy(place.path("zoom_en.vtt.openfloor/session.json"), only.join("session.json")).unwrap();
    place.write("codes.csv", "utterance,question\n1,open\n3,no\n");
    let document = agree(&place, &["codes.csv", "only.openfloor/session.json"]);
    assert_eq!(document["units"], json!(2));
    assert_eq!(fs::read_dir(&only).unwrap().count(), 1);
}

#[test]
fn labels_corrected_by_hand_count_only_when_they_are_asked_for() {
    let place = with(&["zoom_en.vtt"]);
    let analysis = read_json(place.path("zoom_en.vtt.openfloor/analysis.json"));
    let question = analysis["moments"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "question" && one["confidence"].as_f64() > Some(0.5))
        .unwrap();
    let id = question["id"].as_str().unwrap().to_owned();
    let utterance = question["utterances"][0].as_u64().unwrap();
    let (start, end) = (&question["span"][0], &question["span"][1]);
    let table = format!("utterance,part,question\n{utterance},{start}..{end},no\n");
    place.write("codes.csv", table);
    place.run(["mark", "zoom_en.vtt", &id, "--reject"]).exits(0);
    let found = |more: &[&str]| {
        let document = agree(&place, &[&["codes.csv", "zoom_en.vtt"], more].concat());
        of(&document["tool"]["with_each"][0], "question")["same"].clone()
    };
    assert_eq!(found(&[]), json!(0.0));
    assert_eq!(found(&["--corrected"]), json!(1.0));
}

#[test]
fn the_rule_is_that_of_the_profile_that_is_named() {
    let place = Place::new();
    let talk = json!({"schema": "openfloor.transcript/1", "language": "en",
        "speakers": [{"id": "S1", "role": "coach"}, {"id": "S2", "role": "coachee"}],
        "utterances": [
            {"id": 1, "speaker": "S2", "text": "I am not sure where this is going."},
            {"id": 2, "speaker": "S1", "text": "Can you tell me more about that?"},
            {"id": 3, "speaker": "S2", "text": "It is the team, they do not talk."}]});
    place.write("talk.json", talk.to_string());
    place.analyze(["talk.json"]).exits(0);
    place.write("codes.csv", "utterance,question\n2,open\n");
    let same = |profile: &str| {
        let document = agree(&place, &["codes.csv", "talk.json", "--profile", profile]);
        assert_eq!(document["recordings"][0]["rule"], profile);
        of(&document["tool"]["with_each"][0], "openness")["same"].clone()
    };
    assert_eq!((same("pragmatic"), same("strict")), (json!(1.0), json!(0.0)));
    let said = place.run(["agree", "codes.csv", "talk.json", "--profile", "nobody"]);
    assert_eq!(said.exits(2).out, "");
}

#[test]
fn a_third_language_has_no_codes_of_the_tool_and_an_unknown_coach_means_everybody() {
    let place = Place::new();
    let talk = json!({"schema": "openfloor.transcript/1",
        "speakers": [{"id": "S1"}, {"id": "S2"}],
        "utterances": [
            {"id": 1, "speaker": "S1", "language": "de", "text": "Wie geht es dir heute damit?"},
            {"id": 2, "speaker": "S2", "language": "de", "text": "Ganz gut, denke ich."}]});
    place.write("talk.json", talk.to_string());
    place.analyze(["talk.json"]).exits(0);
    let said = place.run(["agree", "--sheet", "talk.json"]).exits(0);
    assert_eq!(rows(&said.out).len(), 3, "{}", said.out);
    assert!(said.err.contains("everybody is on the sheet"), "{}", said.err);
    place.write("anna.csv", "utterance,question\n1,open\n2,\n");
    place.write("ben.csv", "utterance,question\n1,closed\n2,\n");
    let document = agree(&place, &["anna.csv", "ben.csv", "talk.json"]);
    assert_eq!(document["withheld"], json!({"language_unsupported": 2}));
    assert_eq!(document["coders_together"]["pairs"][0]["figures"][0]["units"], json!(2));
    let figures = &document["tool"]["with_each"][0]["figures"][0];
    assert_eq!((&figures["units"], &figures["kappa"]["value"]), (&json!(0), &Value::Null));
    let said = place.run(["agree", "anna.csv", "talk.json"]).exits(0);
    assert!(said.out.contains("neither English nor French"), "{}", said.out);
}

/// Holds that the table is refused: usage, one sentence with the place, nothing of the talk in it.
#[track_caller]
fn refused(place: &Place, arguments: &[&str], at: &str, says: &str) {
    let said: Said = place.run([&["agree"], arguments].concat()).exits(2);
    let sentence = said.sentence(at).to_owned();
    assert!(sentence.contains(says), "“{says}” is not said: {sentence}");
    assert!(!sentence.contains("SECRET"), "{sentence}");
    assert_eq!(said.out, "");
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_its_line() {
    let place = with(&["zoom_en.vtt"]);
    for (table, line, says) in [
        ("", 1, "no column “utterance”"),
        ("text,question\nSECRET,open\n", 1, "no column “utterance”"),
        ("utterance,text\n1,SECRET\n", 1, "no column of codes"),
        ("utterance,question,Question\n1,open,open\n", 1, "two columns “question”"),
        ("utterance,question\n1,open\n3,SECRET\n", 3, "column “question” is not known"),
        ("utterance,prescriptive\n1,4\n", 2, "write 0, 1 (option)"),
        ("utterance,reflection\n1,open\n", 2, "write yes or no"),
        ("utterance,question\n9999,open\n", 2, "zoom_en.vtt has no utterance 9999"),
        ("utterance,question\nSECRET,open\n", 2, "the utterance is no number"),
        ("utterance,question\n,open\n", 2, "no utterance is named"),
        ("recording,utterance,question\nother.wav,1,open\n", 2, "other.wav is none of"),
        ("utterance,question\n1,open\n1,closed\n", 3, "other codes for this utterance on line 2"),
        ("utterance,question\n1,open,SECRET\n", 2, "3 cells under 2 columns"),
        ("utterance,part,question\n1,5..2,open\n", 2, "the part is not within"),
        ("utterance,part,question\n1,0..99999,open\n", 2, "the part is not within"),
        ("utterance,question\n1,\n3,\n", 1, "no line of it holds a code"),
        ("utterance,question,text\n1,open,\"SECRET\n3,closed,x\n", 2, "is not closed"),
        ("sep=;\nutterance;question\n1;perhaps\n", 3, "is not known"),
        ("\u{0}\u{1}\u{2}", 1, "no column “utterance”"),
    ] {
        place.write("codes.csv", table);
        let at = format!("codes.csv, line {line}");
        refused(&place, &["codes.csv", "zoom_en.vtt"], &at, says);
    }
    // The same twice is said twice, and that is all.
    place.write("codes.csv", "utterance,question\n1,open\n\n1,OPEN\n");
    assert_eq!(agree(&place, &["codes.csv", "zoom_en.vtt"])["units"], json!(1));
    // Other words, and a column of one's own.
    place.write("codes.csv", "utterance,question,text,Mood\n1,open,something else,good\n");
    let notes = agree(&place, &["codes.csv", "zoom_en.vtt"])["notes"].to_string();
    assert!(notes.contains("Mood") && notes.contains("1 lines have other words"), "{notes}");
}

#[test]
fn results_and_tables_that_are_not_there_are_named() {
    let place = with(&["zoom_en.vtt"]);
    place.write("codes.csv", "utterance,question\n1,open\n");
    refused(&place, &["codes.csv"], "results", "no results are named");
    refused(&place, &["zoom_en.vtt"], "table", "no table of codes is named");
    refused(&place, &["--sheet", "codes.csv", "zoom_en.vtt"], "--sheet", "results alone");
    place.run(["agree", "none.csv", "zoom_en.vtt"]).fails_on("none.csv", "cannot be read");
    place.run(["agree", "codes.csv", "none.wav"]).fails_on("none.wav", "");
    fs::create_dir(place.path("empty.openfloor")).unwrap();
    place.run(["agree", "codes.csv", "empty.openfloor"]).fails_on("empty.openfloor", "analyze");
}
