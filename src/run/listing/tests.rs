use std::fs;

use super::*;

struct Calls(tempfile::TempDir);

impl Calls {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.wav", "b.wav", "sub/c.wav", "notes.txt", "Zoé 1.wav"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn listing(&self, table: impl AsRef<[u8]>) -> Listing {
        fs::write(self.path(NAME), table).unwrap();
        let taken = ["a.wav", "b.wav", "sub/c.wav", "Zoé 1.wav"].map(|name| self.path(name));
        Listing::of(&[self.0.path().to_owned()], taken.iter().map(PathBuf::as_path))
    }

    /// The one sentence that a table is answered with, after the path of the table.
    fn sentence(&self, table: &str) -> String {
        let failures = self.listing(table).failures;
        assert_eq!(failures.len(), 1, "{failures:?}");
        let sentence = failures[0].1.to_string();
        let path = self.path(NAME).display().to_string();
        sentence.strip_prefix(&path).unwrap_or_else(|| panic!("{sentence}")).to_owned()
    }
}

#[test]
fn a_table_is_read_however_a_spreadsheet_wrote_it() {
    let calls = Calls::new();
    let plain = "file,coach,client,profile,date\nZoé 1.wav,Zoé,K,lead,2026-03-12\n";
    let as_latin: Vec<u8> = plain.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mut wide = vec![0xff, 0xfe];
    wide.extend(plain.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes));
    let tables: [Vec<u8>; 7] = [
        plain.into(),
        format!("\u{feff}{plain}").into(),
        plain.replace('\n', "\r\n").replace(',', ";").into(),
        plain.replace(',', "\t").into(),
        as_latin,
        wide,
        "Notes;DATE;client; File ;profile;coach\n\"a; b\n\"\"c\"\"\";2026-03-12;K;\"Zoé 1.wav\";lead;Zoé\n\n;;\n"
            .into(),
    ];
    for table in tables {
        let text = String::from_utf8_lossy(&table).into_owned();
        let listing = calls.listing(&table);
        assert!(listing.failures.is_empty(), "{text}: {:?}", listing.failures);
        let facts = listing.facts(&calls.path("Zoé 1.wav")).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(facts.coach.as_deref(), Some("Zoé"), "{text}");
        assert_eq!(facts.client.as_deref(), Some("K"), "{text}");
        assert_eq!(facts.date.as_deref(), Some("2026-03-12"), "{text}");
        assert_eq!(facts.profile.as_ref().unwrap().name, "lead", "{text}");
        assert_eq!(listing.facts(&calls.path("a.wav")), None, "{text}");
    }
}

#[test]
fn a_line_that_cannot_be_followed_says_which_and_loses_nothing_else() {
    let calls = Calls::new();
    for (line, says) in [
        ("gone.wav,X,,,", "there is no file gone.wav"),
        ("notes.txt,X,,,", "notes.txt is none of the recordings to analyse"),
        ("../recordings.csv/..,X,,,", "there is no file"),
        ("a.wav,X,,,", "a.wav is on line 2 already; keep one of the lines"),
        ("./a.wav,X,,,", "./a.wav is on line 2 already"),
        (",X,,,", "no file is named"),
        ("b.wav,X,,,12/03/2026", "the date cannot be read; write it as YYYY-MM-DD"),
        ("b.wav,X,,,2026-02-30", "the date cannot be read"),
        ("b.wav,X,,guru,", "there is no profile “guru”"),
        ("b.wav,X,,,2026-03-12,more", "6 cells under 5 columns"),
        ("b.wav,\"X,,,", "a quotation mark is not closed"),
    ] {
        let table =
            format!("file,coach,client,profile,date\na.wav,Anna,,,\n{line}\nsub\\c.wav,Cem,,,\n");
        let sentence = calls.sentence(&table);
        assert!(sentence.starts_with(&format!(", line 3: {says}")), "{line}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
        let listing = calls.listing(&table);
        let coach = |name: &str| listing.facts(&calls.path(name)).and_then(|one| one.coach.clone());
        assert_eq!(coach("a.wav").as_deref(), Some("Anna"), "{line}");
        if !says.contains("quotation") {
            assert_eq!(coach("sub/c.wav").as_deref(), Some("Cem"), "{line}");
        }
        let partly = says.contains("the date") || says.contains("profile");
        assert_eq!(coach("b.wav").is_some(), partly, "{line}: its other facts hold");
    }
}

#[test]
fn a_table_that_is_none_says_so() {
    let calls = Calls::new();
    for (table, says) in [
        ("", "line 1: there is no column “file”; its first line names the columns"),
        ("a.wav,Anna\n", "line 1: there is no column “file”"),
        ("file,coach,File\na.wav,Anna,b.wav\n", "line 1: there are two columns “file”"),
        ("\0\0\0\u{1}", "line 1: there is no column “file”"),
    ] {
        let sentence = calls.sentence(table);
        assert!(sentence.contains(says), "{table:?}: {sentence}");
    }
}

#[test]
fn a_profile_of_one_s_own_is_a_file_beside_the_table() {
    let calls = Calls::new();
    fs::write(calls.path("mine.toml"), "name = 3\n").unwrap();
    let sentence = calls.sentence("file,profile\na.wav,mine.toml\n");
    assert!(sentence.contains("mine.toml") && sentence.contains("line 2"), "{sentence}");
}

#[test]
fn a_folder_named_twice_has_one_table() {
    let calls = Calls::new();
    fs::write(calls.path(NAME), "file\ngone.wav\n").unwrap();
    let folder = calls.0.path().to_owned();
    let twice = [folder.clone(), folder.join("sub/..")];
    assert_eq!(Listing::of(&twice, std::iter::empty()).failures.len(), 1);
    assert!(Listing::of(&[folder.join("sub")], std::iter::empty()).failures.is_empty());
}
