//! The codings of `../shared/coding`, as coded sentences in their utterances.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use train_coder::lang::CharSpan;
use train_coder::lang::model::{Features, gaps};
use train_coder::session::Language;

/// What coders say of a sentence; `None` where a file does not say.
#[derive(Debug, Clone, Default)]
pub struct Gold {
    pub asks: Option<bool>,
    pub open: Option<bool>,
    pub strict: Option<bool>,
    pub level: Option<u8>,
    /// `reflection`, `information`, …; several where an act has several codes.
    pub kinds: Option<Vec<String>>,
    pub unsure: bool,
    /// A second coder's openness (0, 1, 2) or level.
    pub second: Option<u8>,
}

impl Gold {
    /// Of two sentences that were not told apart: what either is.
    pub fn with(mut self, other: &Self) -> Self {
        let either = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(a), Some(b)) => Some(a || b),
            (a, b) => a.or(b),
        };
        self.asks = either(self.asks, other.asks);
        self.open = either(self.open, other.open);
        self.strict = either(self.strict, other.strict);
        self.level = self.level.max(other.level);
        self.unsure |= other.unsure;
        if let Some(kinds) = &other.kinds {
            self.kinds.get_or_insert_default().extend(kinds.iter().cloned());
        }
        self
    }

    /// What is still known when a part of the stretch was not coded: that something is in it, never
    /// that it is not.
    pub fn only_yes(mut self) -> Self {
        self.asks = self.asks.filter(|yes| *yes);
        self.level = self.level.filter(|level| *level > 0);
        self.kinds = None;
        self
    }
}

/// A sentence and its codes.
#[derive(Debug, Clone)]
pub struct Target {
    pub span: CharSpan,
    pub gold: Gold,
}

/// What AnnoMI's people say of a turn.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    /// 0 none, 1 closed, 2 open.
    pub three: u8,
    pub reflection: bool,
    pub advice: bool,
    pub other: bool,
    pub coder: String,
    pub transcript: String,
}

/// An utterance with coded sentences.
#[derive(Debug, Clone)]
pub struct Doc {
    pub set: &'static str,
    pub language: Language,
    pub fold: usize,
    pub text: String,
    /// The text as AnnoMI lower-cases it, where there is one.
    pub asr: Option<String>,
    pub before: Option<String>,
    pub targets: Vec<Target>,
    pub turn: Option<Turn>,
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Folds; transcripts and writers are dealt to them in turn.
pub const FOLDS: usize = 6;

struct Table {
    head: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(folder: &Path, name: &str) -> Result<Self> {
        let comma = name.ends_with("csv");
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if comma { b',' } else { b'\t' })
            .quoting(comma)
            .flexible(true)
            .from_path(folder.join(name))?;
        let head = reader.headers()?.iter().map(str::to_owned).collect();
        Ok(Self { head, rows: reader.records().collect::<std::result::Result<_, _>>()? })
    }

    fn get<'a>(&self, row: &'a csv::StringRecord, name: &str) -> &'a str {
        let place = self.head.iter().position(|head| head == name);
        place.and_then(|place| row.get(place)).unwrap_or_else(|| panic!("no column {name}"))
    }

    fn try_get<'a>(&self, row: &'a csv::StringRecord, name: &str) -> Option<&'a str> {
        self.head.iter().position(|head| head == name).and_then(|place| row.get(place))
    }
}

fn openness(text: &str) -> (bool, Option<bool>) {
    match text {
        "open" => (true, Some(true)),
        "closed" => (true, Some(false)),
        _ => (false, None),
    }
}

fn three(text: &str) -> u8 {
    match text {
        "open" => 2,
        "closed" => 1,
        _ => 0,
    }
}

/// A turn with «the sentence» marked: the text without the marks, and where the sentence is.
pub fn marked(turn: &str) -> (String, CharSpan) {
    let (mut text, mut start, mut end, mut at) = (String::new(), 0, 0, 0);
    for c in turn.chars() {
        match c {
            '«' => start = at,
            '»' => end = at,
            c => {
                text.push(c);
                at += 1;
            }
        }
    }
    (text, CharSpan { start, end })
}

/// As speech-to-text without punctuation writes it; offsets stay.
pub fn bare(text: &str) -> String {
    text.chars()
        .map(|c| if matches!(c, '.' | '?' | '!' | ',' | ';' | ':' | '…' | '—') { ' ' } else { c })
        .flat_map(|c| c.to_lowercase().next())
        .collect()
}

/// All documents.
pub fn read(folder: &Path) -> Result<Vec<Doc>> {
    let mut docs = annomi(folder)?;
    docs.extend(scenes(folder)?);
    docs.extend(sessions(folder, "coaching_en.json", Language::En)?);
    docs.extend(sessions(folder, "coaching_fr.json", Language::Fr)?);
    docs.extend(french(folder)?);
    docs.extend(codebook(&folder.join("../codebook_examples.tsv"))?);
    Ok(docs)
}

/// The codebook's own examples that say what a sentence is: they define, so every fold is shown
/// them, and no bar counts them.
fn codebook(file: &Path) -> Result<Vec<Doc>> {
    let mut docs = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let [kind, language, sign, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not four fields: {line}").into());
        };
        let asks = |open| Gold { asks: Some(true), open: Some(open), ..Gold::default() };
        let level = |level| Gold { level: Some(level), ..Gold::default() };
        let says = |kind: &str| Gold {
            asks: Some(false),
            level: Some(0),
            kinds: Some(vec![kind.to_owned()]),
            ..Gold::default()
        };
        let gold = match (kind, sign) {
            ("open_question", "+") => asks(true),
            ("closed_question", "+") => asks(false),
            ("directive", "+") => level(3),
            ("suggestion", "+") if text.starts_with("If I were") || text.starts_with("À votre") => {
                level(2)
            }
            ("suggestion", "+") => level(1),
            ("directive" | "suggestion", "-") => level(0),
            ("reflection" | "information", "+") => says(kind),
            _ => continue,
        };
        let span = CharSpan { start: 0, end: u32::try_from(text.chars().count())? };
        docs.push(Doc {
            set: "codebook",
            language: if language == "en" { Language::En } else { Language::Fr },
            fold: usize::MAX,
            text: text.to_owned(),
            asr: None,
            before: None,
            targets: vec![Target { span, gold }],
            turn: None,
        });
    }
    Ok(docs)
}

/// Talk to learn sentence ends from.
pub struct Talk {
    pub language: Language,
    pub fold: usize,
    pub text: String,
    /// The coded sentences in it.
    pub coded: Vec<CharSpan>,
}

impl Talk {
    /// What each gap is seen as, and whether a sentence ends there: as it was coded, else as it is
    /// punctuated; nothing is known of the rest of a text without marks.
    pub fn gaps(&self) -> Vec<(Features, bool)> {
        let marked = self.text.contains(['.', '?', '!']);
        gaps(&self.text, self.language)
            .into_iter()
            .filter_map(|gap| {
                let inside =
                    self.coded.iter().any(|s| s.start < gap.span.start && gap.span.end < s.end);
                let edge = self.coded.iter().any(|s| {
                    (gap.span.start..=gap.span.end).contains(&s.start)
                        || (gap.span.start..=gap.span.end).contains(&s.end)
                });
                let ends = match (edge, inside) {
                    (true, _) => true,
                    (_, true) => false,
                    _ if marked => gap.ends,
                    _ => return None,
                };
                Some((gap.features, ends))
            })
            .collect()
    }
}

/// What sentence ends are learnt from.
pub fn talk(docs: &[Doc]) -> Vec<Talk> {
    let mut all = Vec::new();
    for doc in docs {
        let (language, fold) = (doc.language, doc.fold);
        if matches!(doc.set, "annomi" | "sentences" | "sessions") {
            let coded = if doc.set == "sentences" { spans(doc) } else { Vec::new() };
            all.push(Talk { language, fold, text: doc.text.clone(), coded });
            let before = doc.before.iter().filter(|text| text.contains(['.', '?', '!']));
            all.extend(before.map(|text| Talk {
                language,
                fold,
                text: text.clone(),
                coded: Vec::new(),
            }));
        }
    }
    all
}

fn spans(doc: &Doc) -> Vec<CharSpan> {
    doc.targets.iter().map(|target| target.span).collect()
}

fn annomi(folder: &Path) -> Result<Vec<Doc>> {
    let rows = Table::read(folder, "annomi_dev.csv")?;
    let mut transcripts: Vec<u32> = rows
        .rows
        .iter()
        .map(|row| rows.get(row, "transcript_id").parse())
        .collect::<std::result::Result<_, _>>()?;
    transcripts.sort_unstable();
    transcripts.dedup();
    let mut docs: BTreeMap<String, Doc> = BTreeMap::new();
    let mut order = Vec::new();
    let mut before: Option<(String, String)> = None;
    for row in &rows.rows {
        let transcript = rows.get(row, "transcript_id").to_owned();
        if rows.get(row, "interlocutor") != "therapist" {
            before = Some((transcript, rows.get(row, "text").to_owned()));
            continue;
        }
        let uid = rows.get(row, "uid").to_owned();
        let number: u32 = transcript.parse()?;
        let fold = transcripts.binary_search(&number).unwrap_or(0) % FOLDS;
        let behaviour = rows.get(row, "main_therapist_behaviour");
        order.push(uid.clone());
        docs.insert(
            uid,
            Doc {
                set: "annomi",
                language: Language::En,
                fold,
                text: rows.get(row, "text").to_owned(),
                asr: Some(rows.get(row, "text_asr").to_owned()),
                before: before.clone().filter(|b| b.0 == transcript).map(|b| b.1),
                targets: Vec::new(),
                turn: Some(Turn {
                    three: three(rows.get(row, "question")),
                    reflection: behaviour == "reflection",
                    advice: rows.get(row, "therapist_input_subtype") == "advice",
                    other: behaviour == "other",
                    coder: rows.get(row, "annotator_id").to_owned(),
                    transcript,
                }),
            },
        );
    }
    let coded = Table::read(folder, "annomi_sentences.tsv")?;
    for row in &coded.rows {
        let (asks, open) = openness(coded.get(row, "openness"));
        let target = Target {
            span: CharSpan {
                start: coded.get(row, "start").parse()?,
                end: coded.get(row, "end").parse()?,
            },
            gold: Gold {
                asks: Some(asks),
                open,
                strict: openness(coded.get(row, "openness_strict")).1,
                level: Some(coded.get(row, "level").parse()?),
                kinds: Some(vec![coded.get(row, "kind").to_owned()]),
                unsure: coded.get(row, "sure") == "0",
                second: None,
            },
        };
        docs.get_mut(coded.get(row, "uid")).ok_or("unknown uid")?.targets.push(target);
    }
    let coded = Table::read(folder, "prescriptive_en.tsv")?;
    let mut more = Vec::new();
    for row in &coded.rows {
        let mut doc = docs[coded.get(row, "uid")].clone();
        doc.set = "prescriptive_en";
        doc.turn = None;
        doc.targets = vec![Target {
            span: CharSpan {
                start: coded.get(row, "start").parse()?,
                end: coded.get(row, "end").parse()?,
            },
            gold: Gold {
                level: Some(coded.get(row, "a").parse()?),
                second: Some(coded.get(row, "b").parse()?),
                ..Gold::default()
            },
        }];
        more.push(doc);
    }
    let mut all: Vec<Doc> = order.into_iter().filter_map(|uid| docs.remove(&uid)).collect();
    all.extend(more);
    Ok(all)
}

fn scenes(folder: &Path) -> Result<Vec<Doc>> {
    let mut docs = Vec::new();
    for set in ["sentences", "prescriptive_fr", "questions_fr"] {
        let rows = Table::read(folder, &format!("{set}.tsv"))?;
        for row in &rows.rows {
            let (text, span) = marked(rows.get(row, "turn"));
            let language = match rows.try_get(row, "language") {
                Some("en") => Language::En,
                _ => Language::Fr,
            };
            let writer = rows.try_get(row, "writer").and_then(|w| w[2..].parse::<usize>().ok());
            let gold = match set {
                "sentences" => {
                    let (asks, open) = openness(rows.get(row, "openness"));
                    Gold {
                        asks: Some(asks),
                        open,
                        strict: openness(rows.get(row, "openness_strict")).1,
                        level: Some(rows.get(row, "level").parse()?),
                        kinds: Some(vec![rows.get(row, "kind").to_owned()]),
                        ..Gold::default()
                    }
                }
                "prescriptive_fr" => Gold {
                    level: Some(rows.get(row, "a").parse()?),
                    second: Some(rows.get(row, "b").parse()?),
                    ..Gold::default()
                },
                _ => {
                    let (asks, open) = openness(rows.get(row, "a"));
                    Gold {
                        asks: Some(asks),
                        open,
                        strict: openness(rows.get(row, "strict_a")).1,
                        second: Some(three(rows.get(row, "b"))),
                        ..Gold::default()
                    }
                }
            };
            docs.push(Doc {
                set,
                language,
                fold: writer.map_or(usize::MAX, |writer| writer - 1),
                text,
                asr: None,
                before: Some(rows.get(row, "before").to_owned()).filter(|b| !b.is_empty()),
                targets: vec![Target { span, gold }],
                turn: None,
            });
        }
    }
    Ok(docs)
}

fn sessions(folder: &Path, file: &str, language: Language) -> Result<Vec<Doc>> {
    let data: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.join(file))?)?;
    let mut docs = Vec::new();
    for (index, session) in data["sessions"].as_array().ok_or("no sessions")?.iter().enumerate() {
        let mut before: Option<String> = None;
        for utterance in session["utterances"].as_array().ok_or("no utterances")? {
            let text = utterance["text"].as_str().ok_or("no text")?.to_owned();
            let Some(acts) = utterance["acts"].as_array() else {
                before = Some(text);
                continue;
            };
            let mut targets: Vec<Target> = Vec::new();
            for act in acts {
                let edge = |name: &str| act[name].as_u64().and_then(|n| u32::try_from(n).ok());
                let span = CharSpan {
                    start: edge("start").ok_or("start")?,
                    end: edge("end").ok_or("end")?,
                };
                let kind = act["kind"].as_str().ok_or("kind")?.to_owned();
                if kind == "backchannel" {
                    continue;
                }
                let (asks, open) = openness(act["openness"].as_str().unwrap_or(""));
                let strict = openness(act["openness_strict"].as_str().unwrap_or("")).1;
                let level = act["level_of_the_words"].as_u64().or(act["level"].as_u64());
                let level = u8::try_from(level.unwrap_or(0))?;
                let same = targets.iter().position(|target| target.span == span);
                let place = same.unwrap_or_else(|| {
                    let gold = Gold {
                        asks: Some(false),
                        level: Some(0),
                        kinds: Some(Vec::new()),
                        ..Gold::default()
                    };
                    targets.push(Target { span, gold });
                    targets.len() - 1
                });
                let gold = &mut targets[place].gold;
                gold.asks = gold.asks.map(|before| before || asks);
                gold.open = gold.open.or(open);
                gold.strict = gold.strict.or(strict);
                gold.level = gold.level.map(|before| before.max(level));
                gold.unsure |= act["ambiguous"].as_bool().unwrap_or(false);
                gold.kinds.get_or_insert_default().push(kind);
            }
            docs.push(Doc {
                set: "sessions",
                language,
                fold: if language == Language::En { index + 3 } else { 5 },
                text,
                asr: None,
                before: before.clone(),
                targets,
                turn: None,
            });
        }
    }
    Ok(docs)
}

/// Written and spoken French questions: measured on, never trained on (their licences).
fn french(folder: &Path) -> Result<Vec<Doc>> {
    let mut docs = Vec::new();
    for (set, file) in
        [("fqb", "fr_fqb_dev.csv"), ("parisstories", "fr_parisstories_questions.csv")]
    {
        let rows = Table::read(folder, file)?;
        for row in &rows.rows {
            let text = rows.get(row, "text").to_owned();
            let span = CharSpan { start: 0, end: u32::try_from(text.chars().count())? };
            let gold = if set == "fqb" {
                let (asks, open) = openness(rows.get(row, "silver_open_closed"));
                if !asks {
                    continue;
                }
                Gold { asks: Some(asks), open, ..Gold::default() }
            } else {
                Gold { asks: Some(rows.get(row, "is_question") == "True"), ..Gold::default() }
            };
            docs.push(Doc {
                set,
                language: Language::Fr,
                fold: usize::MAX,
                text,
                asr: Some(rows.get(row, "text_asr").to_owned()),
                before: None,
                targets: vec![Target { span, gold }],
                turn: None,
            });
        }
    }
    Ok(docs)
}
