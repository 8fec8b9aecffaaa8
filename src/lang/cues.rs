//! Cues: the rules of `en.toml` and `fr.toml`, compiled once.
//!
//! In: the two files. Out: a [`Book`] per language. A pattern is matched against a clause written
//! as ` word word word `, in lower case, without punctuation and with hyphens opened, and must
//! cover whole words; `<name>` in a pattern stands for the words listed under that name. What a
//! match means where it stands is decided in code (`clause.rs`, `question.rs`, …). A rule that
//! does not compile never fires; a test compiles every one and runs its examples.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::finder::Finder;
use super::{Openness, Push, QuestionForm};
use crate::session::Language;

/// What a rule tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Question,
    Prescriptive,
    Permission,
    Information,
    Reflection,
    Affirmation,
    /// Tells nothing by itself: code asks where it stands (reported speech, embedded clauses, …).
    Frame,
}

/// Where in a clause a rule must match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum At {
    /// Anywhere.
    #[default]
    Anywhere,
    /// At the start of the sentence, markers aside.
    Head,
    /// At the start of the sentence or after a pause, markers aside.
    Opening,
    /// As the last words.
    End,
    /// The whole sentence, markers aside.
    Whole,
}

/// What a question cue needs to make a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asks {
    /// A question mark.
    #[default]
    Marked,
    /// A question mark, or the start of a clause.
    Opening,
    /// Nothing more.
    Always,
}

/// Checks in code that silence a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unless {
    /// The wh-word belongs to a statement: "I know what you mean".
    Embedded,
    /// The duty is the client's own, told or felt: "you feel you should".
    Reported,
    /// A wh-word before it asks or joins: "what you should do", "if you need to".
    Governed,
    /// The sentence asks.
    Asking,
    /// It stands in somebody's mouth: « elle me disait, arrête ».
    Quoted,
    /// A word before it takes it in: « qu'est-ce que », « c'est ce que ».
    Glued,
    /// No hyphen ties the verb to what follows it.
    NotTied,
    /// No hyphen ties the verb to its subject, and nothing else makes it an inversion.
    NotInverted,
    /// What looks like an inversion is none: « rendez-vous », « peut-être ».
    OddInversion,
    /// The wh-word takes a clause of its own: "what you said is …".
    Statement,
    /// A wh-word stands before it in the clause.
    WhBefore,
    /// A pause follows its first word: « écoutez, … ».
    Interjected,
    /// A pronoun before it is its subject: « vous pensez » is no order.
    HasSubject,
}

/// One rule as written in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    pattern: String,
    #[serde(default)]
    at: At,
    #[serde(default)]
    asks: Asks,
    form: Option<QuestionForm>,
    openness: Option<Openness>,
    strict: Option<Openness>,
    #[serde(default)]
    leading: bool,
    level: Option<u8>,
    #[serde(default)]
    unless: Vec<Unless>,
    #[serde(default)]
    experience: bool,
    confidence: Option<f64>,
    #[serde(default)]
    rank: u8,
    #[serde(default)]
    yes: Vec<String>,
    #[serde(default)]
    no: Vec<String>,
}

/// One language's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    question: Vec<Written>,
    #[serde(default)]
    prescriptive: Vec<Written>,
    #[serde(default)]
    permission: Vec<Written>,
    #[serde(default)]
    information: Vec<Written>,
    #[serde(default)]
    reflection: Vec<Written>,
    #[serde(default)]
    affirmation: Vec<Written>,
    #[serde(default)]
    frame: Vec<Written>,
}

/// One rule, compiled.
#[derive(Debug)]
pub(super) struct Rule {
    /// `language.kind.name`.
    pub id: String,
    pub kind: Kind,
    pub at: At,
    pub asks: Asks,
    pub form: QuestionForm,
    pub openness: Openness,
    pub strict: Openness,
    pub leading: bool,
    pub push: Option<Push>,
    pub unless: Vec<Unless>,
    pub experience: bool,
    pub confidence: Option<f64>,
    /// Which of several cues at one place decides: the lower.
    pub rank: u8,
    /// Examples on which it fires, and on which it does not.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that runs the examples"))]
    pub examples: (Vec<String>, Vec<String>),
}

impl Rule {
    /// Last part of the id.
    pub(super) fn name(&self) -> &str {
        self.id.rsplit('.').next().unwrap_or(&self.id)
    }
}

/// Lists that code asks for by name.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// Words that stand before a clause without belonging to it.
    pub leads: HashSet<String>,
    /// Hesitations.
    pub fillers: HashSet<String>,
    /// Words that can open a sentence where nothing is punctuated.
    pub breaks: HashSet<String>,
    /// Words a clause begins with after them.
    pub begins: HashSet<String>,
    /// Words a backchannel is made of.
    pub backchannel: HashSet<String>,
    /// Words that say nothing about what a question is about.
    pub function: HashSet<String>,
    /// Words that a finished clause does not end in.
    pub unfinished: HashSet<String>,
    /// Base forms that open an order (English).
    pub verbs: HashSet<String>,
    /// Words that may be said twice in a row.
    pub doubled: HashSet<String>,
    /// Words by which a speaker speaks of themselves.
    pub oneself: HashSet<String>,
    /// Words by which a speaker speaks of whom they talk to.
    pub addressed: HashSet<String>,
    /// Pairs of words that hold such a word and speak of nobody: "you know".
    pub asides: HashSet<String>,
}

/// The cues of one language.
#[derive(Debug)]
pub(super) struct Book {
    #[cfg(test)]
    pub language: Language,
    pub rules: Vec<Rule>,
    /// The patterns of the rules, in their order.
    pub finder: Finder,
    pub lexicon: &'static Lexicon,
}

static ENGLISH: LazyLock<Option<Book>> =
    LazyLock::new(|| Book::read(Language::En, include_str!("en.toml")).ok());
static FRENCH: LazyLock<Option<Book>> =
    LazyLock::new(|| Book::read(Language::Fr, include_str!("fr.toml")).ok());

/// The cues of `language`; `None` for a language without any.
pub(super) fn book(language: Language) -> Option<&'static Book> {
    match language {
        Language::En => ENGLISH.as_ref(),
        Language::Fr => FRENCH.as_ref(),
        Language::Other => None,
    }
}

static ENGLISH_WORDS: LazyLock<Option<Lexicon>> =
    LazyLock::new(|| Lexicon::read(include_str!("en.toml")).ok());
static FRENCH_WORDS: LazyLock<Option<Lexicon>> =
    LazyLock::new(|| Lexicon::read(include_str!("fr.toml")).ok());

/// The word lists of `language` alone: its patterns take a hundred times as long to make ready.
pub(super) fn lexicon(language: Language) -> Option<&'static Lexicon> {
    match language {
        Language::En => ENGLISH_WORDS.as_ref(),
        Language::Fr => FRENCH_WORDS.as_ref(),
        Language::Other => None,
    }
}

impl Lexicon {
    fn read(text: &str) -> Result<Self, toml::de::Error> {
        #[derive(Deserialize)]
        struct Lists {
            words: BTreeMap<String, Vec<String>>,
        }
        let Lists { words } = toml::from_str(text)?;
        let list = |name: &str| -> HashSet<String> {
            words.get(name).into_iter().flatten().cloned().collect()
        };
        Ok(Self {
            leads: list("leads"),
            fillers: list("fillers"),
            breaks: list("breaks"),
            begins: list("begins"),
            backchannel: list("backchannel"),
            function: list("function"),
            unfinished: list("unfinished"),
            verbs: list("verb"),
            doubled: list("doubled"),
            oneself: list("oneself"),
            addressed: list("addressed"),
            asides: list("asides"),
        })
    }
}

impl Book {
    fn read(language: Language, text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let lexicon = lexicon(language).ok_or("a language without words")?;
        let kinds = [
            (Kind::Question, "question", &file.question),
            (Kind::Prescriptive, "prescriptive", &file.prescriptive),
            (Kind::Permission, "permission", &file.permission),
            (Kind::Information, "information", &file.information),
            (Kind::Reflection, "reflection", &file.reflection),
            (Kind::Affirmation, "affirmation", &file.affirmation),
            (Kind::Frame, "frame", &file.frame),
        ];
        let code = language.code().unwrap_or_default();
        let (mut rules, mut finder) = (Vec::new(), Finder::default());
        for (kind, kind_name, written) in kinds {
            for rule in written {
                let id = format!("{code}.{kind_name}.{}", rule.name);
                finder
                    .add(&expand(&rule.pattern, &file.words))
                    .map_err(|error| format!("{id}: {error}"))?;
                let openness = rule.openness.unwrap_or(Openness::Closed);
                rules.push(Rule {
                    id,
                    kind,
                    at: rule.at,
                    asks: rule.asks,
                    form: rule.form.unwrap_or(QuestionForm::YesNo),
                    openness,
                    strict: rule.strict.unwrap_or(openness),
                    leading: rule.leading,
                    push: match rule.level {
                        Some(1) => Some(Push::Option),
                        Some(2) => Some(Push::Advice),
                        Some(_) => Some(Push::Directive),
                        None => None,
                    },
                    unless: rule.unless.clone(),
                    experience: rule.experience,
                    confidence: rule.confidence,
                    rank: rule.rank,
                    examples: (rule.yes.clone(), rule.no.clone()),
                });
            }
        }
        Ok(Self {
            #[cfg(test)]
            language,
            rules,
            finder,
            lexicon,
        })
    }
}

/// Replaces every `<name>` by the alternatives listed under it; lists may use lists.
fn expand(pattern: &str, lists: &BTreeMap<String, Vec<String>>) -> String {
    let mut out = pattern.to_owned();
    for _ in 0..4 {
        for (name, words) in lists {
            let key = format!("<{name}>");
            if out.contains(&key) {
                out = out.replace(&key, &format!("(?:{})", words.join("|")));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::clause::rules_that_fire;
    use super::*;

    #[test]
    fn every_rule_compiles_and_holds_on_its_examples() {
        let mut wrong = Vec::new();
        for (language, text) in
            [(Language::En, include_str!("en.toml")), (Language::Fr, include_str!("fr.toml"))]
        {
            let book = Book::read(language, text).unwrap();
            for rule in &book.rules {
                let (yes, no) = &rule.examples;
                if yes.is_empty() || no.is_empty() {
                    wrong.push(format!("{} lacks an example", rule.id));
                }
                for (examples, want) in [(yes, true), (no, false)] {
                    for example in examples {
                        if rules_that_fire(&book, example).contains(&rule.id) != want {
                            wrong.push(format!("{} on {example:?}: want {want}", rule.id));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn rule_ids_are_unique() {
        for language in [Language::En, Language::Fr] {
            let ids: Vec<_> = book(language).unwrap().rules.iter().map(|rule| &rule.id).collect();
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        }
    }
}
