//! Who imports whom, held against the table of the design (DESIGN §2, `ARCHITECTURE.md`), and the
//! rules that go with it: only `cli` prints, tokio lives in one file, one folder connects outward, the
//! pure rooms touch no file, clock, thread or environment.
//!
//! Every path in `src/` is read (`crate::…`, `super::…` as far as it leads out of a room, `std::…`),
//! groups too, outside comments, strings and what is compiled for tests only.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms, and the rooms each may import. Every room may import itself.
const MAY_IMPORT: [(&str, &[&str]); 20] = [
    // The waist and what follows from it: pure.
    ("session", &[]),
    ("lang", &["session"]),
    ("attribution", &["session", "lang"]),
    ("analysis", &["session", "lang"]),
    ("agreement", &["session", "lang", "analysis"]),
    ("report", &["session", "lang", "analysis", "agreement"]),
    ("interchange", &["session", "lang", "analysis"]),
    // Engines: never each other, but all hear sound.
    ("sound", &["session", "error", "progress"]),
    ("speakers", &["session", "sound", "error", "progress"]),
    ("words", &["session", "sound", "error", "progress", "models"]),
    // Services.
    ("error", &[]),
    ("progress", &["session"]),
    ("hashing", &[]),
    ("models", &["hashing", "error"]),
    ("results", &["error", "hashing"]),
    // What joins them.
    (
        "run",
        &[
            "session",
            "lang",
            "attribution",
            "analysis",
            "agreement",
            "report",
            "interchange",
            "sound",
            "speakers",
            "words",
            "error",
            "progress",
            "hashing",
            "models",
            "results",
        ],
    ),
    ("serve", &["session", "error", "run"]),
    (
        "cli",
        &[
            "session",
            "lang",
            "attribution",
            "analysis",
            "agreement",
            "report",
            "interchange",
            "sound",
            "speakers",
            "words",
            "error",
            "progress",
            "hashing",
            "models",
            "results",
            "run",
            "serve",
        ],
    ),
    // Compiled for tests and `cargo fuzz` only.
    ("fuzzing", &["sound", "models", "results", "run"]),
    // `main.rs` reaches the library by its name.
    ("main", &[]),
];

const PURE: [&str; 7] =
    ["session", "lang", "attribution", "analysis", "agreement", "report", "interchange"];

/// What a pure room leaves alone.
const IMPURE: [&str; 6] =
    ["std::fs", "std::thread", "std::env", "std::net", "std::process", "std::io"];
const CLOCKS: [&str; 2] = ["Instant", "SystemTime"];

/// The file that may speak of tokio.
const TOKIO: &str = "run/batch.rs";

/// The files that may use a network: the first connects to other computers, the second listens on
/// the loopback.
const NETWORKED: [&str; 2] = ["models/fetch/", "serve/"];
const NETWORK: [&str; 7] =
    ["ureq", "tiny_http", "TcpStream", "TcpListener", "UdpSocket", "ToSocketAddrs", "UnixStream"];

/// A file of `src/`, without comments, strings and tests.
struct Source {
    /// Path under `src/`.
    name: String,
    tokens: Vec<String>,
}

impl Source {
    fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), tokens: without_tests(tokens(text)) }
    }

    /// The room: the first folder, or the file at the root.
    fn room(&self) -> &str {
        self.name.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// How many modules deep the file's own module is: 1 for `room/mod.rs` and `room.rs`.
    fn depth(&self) -> usize {
        let parts = self.name.split('/').count();
        if self.name.ends_with("/mod.rs") { parts - 1 } else { parts }
    }

    /// The rooms that paths lead to, with the words that follow `lead`.
    fn rooms(&self) -> BTreeSet<String> {
        let mut rooms = after(&self.tokens, &["crate"]);
        let out: Vec<&str> = vec!["super"; self.depth()];
        rooms.extend(after(&self.tokens, &out));
        // Names that `lib.rs` gives the crate's root.
        rooms
            .into_iter()
            .map(|room| match room.as_str() {
                "Error" | "Reaction" | "Result" => "error".to_owned(),
                _ => room,
            })
            .collect()
    }

    fn has(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| token == word)
    }

    /// What in this file the design forbids.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |what: String| faults.push(format!("src/{}: {what}", self.name));
        let room = self.room();
        if room != "lib" {
            match MAY_IMPORT.iter().find(|(name, _)| *name == room) {
                None => fault(format!("the room `{room}` is not in the table")),
                Some((_, allowed)) => {
                    for other in self.rooms() {
                        if other != room && !allowed.contains(&other.as_str()) {
                            fault(format!("`{room}` imports `{other}`"));
                        }
                    }
                }
            }
        }
        if room != "cli" {
            for pair in self.tokens.windows(2) {
                let printing = ["print", "println", "eprint", "eprintln", "dbg"];
                if pair[1] == "!" && printing.contains(&pair[0].as_str()) {
                    fault(format!("it prints ({}!)", pair[0]));
                }
            }
        }
        if self.has("tokio") && self.name != TOKIO {
            fault("it speaks of tokio".to_owned());
        }
        for word in NETWORK {
            if self.has(word) && !NETWORKED.iter().any(|room| self.name.starts_with(room)) {
                fault(format!("it speaks of {word}"));
            }
        }
        if PURE.contains(&room) {
            for module in after(&self.tokens, &["std"]) {
                if IMPURE.contains(&format!("std::{module}").as_str()) {
                    fault(format!("a pure room uses std::{module}"));
                }
            }
            for clock in CLOCKS {
                if self.has(clock) {
                    fault(format!("a pure room uses {clock}"));
                }
            }
        }
        faults
    }
}

/// The first names behind `lead::`, of groups each one.
fn after(tokens: &[String], lead: &[&str]) -> BTreeSet<String> {
    let pattern: Vec<&str> = lead.iter().flat_map(|word| [*word, "::"]).collect();
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        let Some(head) = tokens.get(at..at + pattern.len()) else { break };
        // `a::crate` is no path, and `super::super::x` is not `super::x`.
        let starts = at == 0 || tokens[at - 1] != "::";
        if !starts || head.iter().ne(pattern.iter()) {
            continue;
        }
        let rest = &tokens[at + pattern.len()..];
        let Some(first) = rest.first() else { continue };
        if first != "{" {
            found.insert(first.clone());
            continue;
        }
        let mut level = 0;
        let mut fresh = true;
        for token in rest {
            match token.as_str() {
                "{" => level += 1,
                "}" => level -= 1,
                "," if level == 1 => fresh = true,
                name if level == 1 && fresh => {
                    found.insert(name.to_owned());
                    fresh = false;
                }
                _ => {}
            }
            if level == 0 {
                break;
            }
        }
    }
    found.retain(|name| name != "super" && name != "self");
    found
}

/// Words, `::` and single marks; comments, strings, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            while i < chars.len() && !(chars[i] == '*' && at(i + 1) == '/') {
                i += 1;
            }
            i += 2;
        } else if c == 'r'
            && (at(i + 1) == '"' || at(i + 1) == '#' && matches!(at(i + 2), '"' | '#'))
        {
            let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
            i += hashes + 2;
            let closes = |i: usize| at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#');
            while i < chars.len() && !closes(i) {
                i += 1;
            }
            i += hashes + 1;
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && at(i + 1) == '\\' {
            i += 3;
            while i < chars.len() && chars[i] != '\'' {
                i += 1;
            }
            i += 1;
        } else if c == '\'' && at(i + 2) == '\'' {
            i += 3;
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            tokens.push(chars[start..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            tokens.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            i += 1;
        }
    }
    tokens
}

const TESTS: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

/// Where each item that is compiled for tests only starts (at its `#`) and ends.
fn test_items(tokens: &[String]) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    for start in 0..tokens.len() {
        if tokens.get(start..start + TESTS.len()).is_none_or(|head| head.iter().ne(&TESTS)) {
            continue;
        }
        let mut level = 0;
        let mut end = start + TESTS.len();
        while end < tokens.len() {
            match tokens[end].as_str() {
                "{" | "[" | "(" => level += 1,
                "}" | "]" | ")" => level -= 1,
                _ => {}
            }
            end += 1;
            if level == 0 && matches!(tokens[end - 1].as_str(), ";" | "}") {
                break;
            }
        }
        items.push((start, end));
    }
    items
}

fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let items = test_items(&tokens);
    let kept = |at: usize| !items.iter().any(|&(start, end)| (start..end).contains(&at));
    tokens.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, token)| token).collect()
}

/// Names of the modules that a file has for tests only, in files of their own.
fn test_modules(tokens: &[String]) -> Vec<String> {
    let items = test_items(tokens);
    let module = |&(start, end): &(usize, usize)| match &tokens[start..end] {
        [.., word, name, close] if word == "mod" && close == ";" => Some(name.clone()),
        _ => None,
    };
    items.iter().filter_map(module).collect()
}

/// Every file of `src/` that is compiled into the program.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let mut left_out: BTreeSet<PathBuf> = BTreeSet::new();
    for path in &files {
        let folder = match path.file_name().unwrap().to_str().unwrap() {
            "mod.rs" | "lib.rs" | "main.rs" => path.parent().unwrap().to_owned(),
            _ => path.with_extension(""),
        };
        for module in test_modules(&tokens(&fs::read_to_string(path).unwrap())) {
            left_out.insert(folder.join(format!("{module}.rs")));
            left_out.insert(folder.join(module));
        }
    }
    files
        .iter()
        .filter(|path| !left_out.iter().any(|out| path.starts_with(out)))
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            Source::new(name, &fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn the_code_keeps_to_the_table_of_imports_and_the_rules_of_the_house() {
    let sources = sources();
    assert!(sources.len() > 60, "only {} files were read", sources.len());
    let faults: Vec<String> = sources.iter().flat_map(Source::faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_of_the_table_is_there() {
    let sources = sources();
    for (room, _) in MAY_IMPORT {
        assert!(sources.iter().any(|source| source.room() == room), "there is no room `{room}`");
    }
}

#[test]
fn no_two_rooms_import_each_other() {
    let allows = |from: &str, to: &str| {
        MAY_IMPORT.iter().any(|(room, allowed)| *room == from && allowed.contains(&to))
    };
    for (one, _) in MAY_IMPORT {
        for (other, _) in MAY_IMPORT {
            assert!(!(allows(one, other) && allows(other, one)), "{one} and {other}");
        }
    }
}

#[test]
fn a_forbidden_import_is_found_in_whatever_form() {
    for (name, text) in [
        ("session/time.rs", "use crate::lang::Act;"),
        ("session/mod.rs", "use super::lang::Act;"),
        ("analysis/words.rs", "fn f() { super::super::report::page() }"),
        ("lang/mod.rs", "use crate::{session::Ms, analysis};"),
        ("speakers/mod.rs", "pub use crate::words::{Window, pack};"),
        ("words/hear.rs", "fn f(x: &crate::speakers::Told) {}"),
        ("report/mod.rs", "use crate::{\n    session,\n    results::Folder,\n};"),
        ("run/mod.rs", "use crate::cli;"),
        ("error.rs", "use super::session::Ms;"),
        ("results/log.rs", "use crate::session::Ms;"),
        ("attribution/mod.rs", "use crate::Error;"),
        ("novelty/mod.rs", "fn f() {}"),
        ("sound/decode.rs", "fn f() { println!(\"{}\", 1) }"),
        ("run/mod.rs", "fn f() { eprint!(\"\") }"),
        ("run/pipeline.rs", "use tokio::sync::Mutex;"),
        ("cli/models.rs", "fn f() { ureq::get(\"\") }"),
        ("run/pipeline.rs", "use std::net::{IpAddr, TcpStream};"),
        ("analysis/mod.rs", "use std::fs;"),
        ("analysis/mod.rs", "use std::{collections::BTreeMap, env};"),
        ("report/mod.rs", "use std::time::Instant;"),
        ("interchange/mod.rs", "fn f() { std::thread::yield_now() }"),
        ("session/mod.rs", "#[cfg(test)]\nmod tests { use crate::run; }\nuse crate::run;"),
    ] {
        let faults = Source::new(name, text).faults();
        assert_eq!(faults.len(), 1, "{name}: {text}: {faults:?}");
    }
}

#[test]
fn an_allowed_import_is_not_taken_for_a_forbidden_one() {
    for (name, text) in [
        ("session/time.rs", "use crate::session::people; use super::text;"),
        ("speakers/channels.rs", "use crate::sound::{LEVEL_HOP_SAMPLES, words};"),
        ("analysis/mod.rs", "//! as [`crate::run`] does\nuse std::time::Duration;"),
        ("analysis/mod.rs", "const A: &str = \"use crate::run;\"; const B: char = '\"';"),
        ("analysis/mod.rs", "const A: &str = r#\"a \" use crate::run;\"#;"),
        ("analysis/mod.rs", "fn f<'a>(x: &'a str) {} /* use crate::run; */"),
        ("lang/mod.rs", "#[cfg(test)]\nmod tests {\n  use crate::{run, results};\n}\n"),
        ("lang/mod.rs", "#[cfg(test)]\nuse std::fs;\n#[cfg(test)]\nfn f() { std::fs::x() }"),
        ("cli/say.rs", "use crate::run; fn f() { println!(\"\") }"),
        ("run/batch.rs", "use tokio::sync::Mutex;"),
        ("models/fetch/http.rs", "use ureq::Agent;"),
        ("words/hear.rs", "use std::thread; use crate::models::Found; use crate::Result;"),
        ("lib.rs", "pub use error::Error;"),
    ] {
        let faults = Source::new(name, text).faults();
        assert!(faults.is_empty(), "{name}: {text}: {faults:?}");
    }
}

#[test]
fn files_for_tests_only_are_known_by_their_declaration() {
    let declared = tokens("mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\npub(crate) mod c;\nmod d;");
    assert_eq!(test_modules(&declared), ["b", "c"]);
}
