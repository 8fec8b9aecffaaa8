//! What the model sees of a sentence: cues, grammar, surroundings, and runs of words and letters.
//!
//! In: a [`Clause`] with what the rules say of it, and what stands around it. Out: [`Features`]:
//! numbers of names (`hash.rs`), in groups that are weighed apart. Pure, and the same in training
//! and in use: `training/` reads these very lines.

use super::classes::{class, duty, person};
use super::hash::Name;
use crate::lang::clause::Clause;
use crate::lang::cues::Kind;
use crate::lang::text::{Mark, Word};
use crate::lang::{Act, Code, Openness};
use crate::session::Language;

/// Groups of features; each weighs the same whatever the length of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Group {
    /// Cues of the rules, and the rules' verdict.
    Cues,
    /// Grammar: person, duty, mood, length, first and last words.
    Grammar,
    /// What stands around the sentence.
    Around,
    /// Runs of one to three words.
    Words,
    /// Runs of one to four classes of words.
    Shapes,
    /// Runs of two to five letters, inside a word and its borders.
    Letters,
}

impl Group {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Cues, Self::Grammar, Self::Around, Self::Words, Self::Shapes, Self::Letters];
}

/// One feature and the words of the clause that show it (half-open); equal for what has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature {
    /// Number of its name.
    pub key: u32,
    /// First word.
    pub from: u16,
    /// One past the last.
    pub to: u16,
}

/// The features of one sentence, by group; in each group every number once, in rising order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// Numbers with their places.
    pub groups: [Vec<Feature>; 6],
}

/// What stands around a sentence.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::lang) struct Around<'a> {
    /// What the rules say of the sentence before, in the same utterance.
    pub earlier: Option<&'a [Act]>,
    /// And of the one after.
    pub later: Option<&'a [Act]>,
    /// What the other speaker said just before.
    pub before: Option<&'a str>,
}

/// Longest run of letters.
const LETTERS_MAX: usize = 5;
/// Longest run of words, and of classes.
const WORDS_MAX: usize = 3;
const SHAPES_MAX: usize = 4;

struct Collector {
    features: Features,
}

impl Collector {
    fn put(&mut self, group: Group, name: Name, place: (usize, usize)) {
        let bound = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.features.groups[group as usize].push(Feature {
            key: name.number(),
            from: bound(place.0),
            to: bound(place.1),
        });
    }

    /// A feature named by parts.
    fn say(&mut self, group: Group, parts: &[&str], place: (usize, usize)) {
        let name = parts.iter().fold(Name::new(group as u8), |name, part| name.text(part).border());
        self.put(group, name, place);
    }
}

/// Reads a clause and what the rules found in it.
pub(in crate::lang) fn read(
    clause: &Clause<'_>,
    acts: &[Act],
    around: Around<'_>,
    language: Language,
) -> Features {
    let mut all = Collector { features: Features::default() };
    cues(&mut all, clause, acts, around);
    grammar(&mut all, clause, language);
    surroundings(&mut all, clause, around);
    runs(&mut all, clause, language);
    for group in &mut all.features.groups {
        group.sort_unstable();
        group.dedup_by_key(|feature| feature.key);
    }
    all.features
}

/// What an act is, in a word.
fn verdict(act: &Act) -> &'static str {
    match act.code {
        Code::Question { pragmatic: Openness::Open, strict: Openness::Open, .. } => "open",
        Code::Question { pragmatic: Openness::Open, .. } => "half open",
        Code::Question { .. } => "closed",
        Code::Prescriptive { push } => {
            ["level 1", "level 2", "level 3"][usize::from(push.level() - 1)]
        }
        Code::Permission => "permission",
        Code::Information { experience: true } => "experience",
        Code::Information { .. } => "information",
        Code::Reflection { .. } => "reflection",
        Code::Affirmation => "affirmation",
        Code::Backchannel => "backchannel",
    }
}

fn sureness(act: &Act) -> &'static str {
    match act.confidence {
        c if c < 0.5 => "doubtful",
        c if c < 0.65 => "likely",
        c if c < 0.8 => "clear",
        _ => "sure",
    }
}

fn cues(all: &mut Collector, clause: &Clause<'_>, acts: &[Act], around: Around<'_>) {
    let group = Group::Cues;
    for hit in &clause.hits {
        let place = (hit.from, hit.to);
        all.say(group, &["cue", &hit.rule.id], place);
        if hit.from <= clause.head {
            all.say(group, &["cue at the head", &hit.rule.id], place);
        } else if clause.opens[hit.from] {
            all.say(group, &["cue opens", &hit.rule.id], place);
        }
        if hit.to == clause.words.len() {
            all.say(group, &["cue at the end", &hit.rule.id], place);
        }
    }
    let asked = around.before.is_some_and(ends_asking);
    for act in acts {
        let (what, sure) = (verdict(act), sureness(act));
        all.say(group, &["verdict", what], (0, 0));
        all.say(group, &["verdict", what, sure], (0, 0));
        if asked {
            all.say(group, &["verdict after a question", what], (0, 0));
        }
    }
    if acts.is_empty() {
        all.say(group, &["no verdict"], (0, 0));
    }
    let question = clause.of(Kind::Question).count();
    let pushed = clause.of(Kind::Prescriptive).count();
    all.say(group, &["question cues", count(question)], (0, 0));
    all.say(group, &["prescriptive cues", count(pushed)], (0, 0));
}

fn count(n: usize) -> &'static str {
    match n {
        0 => "0",
        1 => "1",
        2 => "2",
        3 => "3",
        4..=5 => "4-5",
        6..=8 => "6-8",
        9..=12 => "9-12",
        13..=20 => "13-20",
        _ => "21+",
    }
}

fn mark(clause: &Clause<'_>) -> &'static str {
    match (clause.marked, clause.mark) {
        (false, _) => "unmarked",
        (_, Mark::Question) => "?",
        (_, Mark::Point) => ".",
        (_, Mark::Nothing) => "none",
    }
}

fn grammar(all: &mut Collector, clause: &Clause<'_>, language: Language) {
    let group = Group::Grammar;
    let words = &clause.words;
    let mark = mark(clause);
    all.say(group, &["mark", mark], (0, 0));
    all.say(group, &["length", count(words.len())], (0, 0));
    all.say(group, &["length", count(words.len()), mark], (0, 0));
    let class_at = |place: usize| words.get(place).map_or("", |word| class(&word.text, language));
    let head = clause.head;
    all.say(group, &["head", class_at(head), mark], (head, head + 1));
    all.say(group, &["head", class_at(head), class_at(head + 1)], (head, head + 2));
    if let Some(first) = words.first() {
        all.say(group, &["first", &first.text], (0, 1));
    }
    let last = words.len().saturating_sub(1);
    if let Some(word) = words.last() {
        all.say(group, &["last", &word.text], (last, last + 1));
        all.say(group, &["last class", class_at(last), mark], (last, last + 1));
        if words.len() > 1 {
            all.say(group, &["last two", &words[last - 1].text, &word.text], (last - 1, last + 1));
        }
    }
    if words.iter().any(|word| word.quoted) {
        all.say(group, &["quoted"], (0, 0));
    }
    persons(all, words, head);
}

/// Who the sentence speaks of, and on whom a duty is laid.
fn persons(all: &mut Collector, words: &[&Word], head: usize) {
    let group = Group::Grammar;
    let mut subjects: Vec<(usize, &'static str)> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if let Some(person) = person(&word.text) {
            subjects.push((place, person));
            all.say(group, &["person", person], (place, place + 1));
        }
        if !duty(&word.text) {
            continue;
        }
        let text = word.text.as_str();
        let after = words.get(place + 1).and_then(|next| super::classes::person(&next.text));
        let near = subjects.iter().rev().find(|(at, _)| at + 4 > place).map(|(_, who)| *who);
        let who = near.unwrap_or("-");
        let main = subjects.first().map_or("-", |(_, who)| *who);
        let inverted = after.unwrap_or("-");
        let place = (place, place + 1);
        all.say(group, &["duty", text, who], place);
        all.say(group, &["duty", text, who, "under", main, inverted], place);
        all.say(group, &["duty of", who, "under", main], place);
        let early = if place.0 <= head + 1 { "early" } else { "late" };
        all.say(group, &["duty", text, early], place);
    }
    let main = subjects.iter().find(|(place, _)| *place >= head);
    let (far, who) = main.map_or(("none", "-"), |(place, who)| (count(place - head), *who));
    all.say(group, &["subject", who, far], (0, 0));
    let order: String = subjects.iter().take(3).flat_map(|(_, who)| [*who, " "]).collect();
    all.say(group, &["subjects", &order], (0, 0));
}

/// Whether the last thing said asks; by its mark, for the other speaker's talk is read by nothing
/// else here.
fn ends_asking(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

/// Words by which a client asks for advice, in both languages.
const WANTS_ADVICE: [&str; 22] = [
    "should i",
    "what do i do",
    "what can i do",
    "how do i",
    "how can i",
    "any ideas",
    "any tips",
    "advice",
    "suggest",
    "recommend",
    "what would you do",
    "que faire",
    "je devrais",
    "je dois faire",
    "je fais quoi",
    "comment je fais",
    "comment faire",
    "conseil",
    "une idée",
    "des idées",
    "à ma place",
    "vous feriez",
];

fn surroundings(all: &mut Collector, clause: &Clause<'_>, around: Around<'_>) {
    let group = Group::Around;
    let mark = mark(clause);
    for (side, acts) in [("earlier", around.earlier), ("later", around.later)] {
        let Some(acts) = acts else {
            all.say(group, &[side, "nothing"], (0, 0));
            all.say(group, &[side, "nothing", mark], (0, 0));
            continue;
        };
        if acts.is_empty() {
            all.say(group, &[side, "no verdict"], (0, 0));
        }
        for act in acts {
            all.say(group, &[side, verdict(act)], (0, 0));
        }
    }
    let Some(before) = around.before else {
        all.say(group, &["before", "nothing"], (0, 0));
        return;
    };
    let length = before.split_whitespace().count();
    all.say(group, &["before", count(length)], (0, 0));
    if ends_asking(before) {
        all.say(group, &["before", "?"], (0, 0));
        all.say(group, &["before", "?", mark], (0, 0));
    }
    let tail: String = before.to_lowercase().chars().rev().take(160).collect();
    let tail: String = tail.chars().rev().collect();
    if WANTS_ADVICE.iter().any(|words| tail.contains(words)) {
        all.say(group, &["before", "wants advice"], (0, 0));
    }
}

fn runs(all: &mut Collector, clause: &Clause<'_>, language: Language) {
    let words = &clause.words;
    let mark = mark(clause);
    let mut texts: Vec<&str> = vec!["^"];
    let mut shapes: Vec<(&str, usize)> = vec![("^", 0)];
    for (place, word) in words.iter().enumerate() {
        texts.push(&word.text);
        if word.joined {
            shapes.push(("-", place));
        } else if word.pause && place > 0 && clause.marked {
            shapes.push((",", place));
        }
        shapes.push((class(&word.text, language), place));
        letters(all, &word.text, place);
    }
    texts.push(mark);
    shapes.push((mark, words.len()));
    for start in 0..texts.len() {
        let mut name = Name::new(Group::Words as u8);
        for (more, text) in texts[start..].iter().take(WORDS_MAX).enumerate() {
            name = name.text(text).border();
            let place = (start.saturating_sub(1), (start + more).min(words.len()));
            all.put(Group::Words, name, place);
        }
    }
    for start in 0..shapes.len() {
        let mut name = Name::new(Group::Shapes as u8);
        for (more, (shape, at)) in shapes[start..].iter().take(SHAPES_MAX).enumerate() {
            name = name.text(shape).border();
            if more > 0 {
                all.put(Group::Shapes, name, (shapes[start].1, (at + 1).min(words.len())));
            }
        }
    }
}

/// Runs of letters of one word, its borders as spaces.
fn letters(all: &mut Collector, word: &str, place: usize) {
    let row: Vec<char> =
        std::iter::once(' ').chain(word.chars().take(40)).chain(std::iter::once(' ')).collect();
    for start in 0..row.len() {
        let mut name = Name::new(Group::Letters as u8);
        for (more, letter) in row[start..].iter().take(LETTERS_MAX).enumerate() {
            name = name.letter(*letter);
            if more > 0 {
                all.put(Group::Letters, name, (place, place + 1));
            }
        }
    }
}
