//! What a card needs from the session: who somebody is called, and what was said just before.
//!
//! In: the words, an analysis and its session. Out: names and quotations.

use super::quote::display;
use crate::analysis::{Analysis, Moment, Subject};
use crate::report::evidence;
use crate::report::text::{anchor, clean, ending};
use crate::report::words::{Words, fill};
use crate::session::{Ms, Role, Session, SpeakerId, Utterance};

/// The most that is quoted of what the other said before.
const BEFORE_WORDS: usize = 24;
const BEFORE_CHARS: usize = 240;

/// Looks things up in one session.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The page's words.
    pub words: &'static Words,
    /// What was found.
    pub analysis: &'a Analysis,
    /// Where it was found.
    pub session: &'a Session,
    /// Whether the moments are listed, so that a mark can lead to them.
    pub links: bool,
}

impl<'a> Reader<'a> {
    /// A reader of this session.
    #[must_use]
    pub fn new(words: &'static Words, analysis: &'a Analysis, session: &'a Session) -> Self {
        Self { words, analysis, session, links: true }
    }

    /// The same, of a page on which no moment is listed.
    #[must_use]
    pub fn without_links(self) -> Self {
        Self { links: false, ..self }
    }

    /// Where a mark leads.
    #[must_use]
    pub fn target(&self, id: &str) -> Option<String> {
        self.links.then(|| anchor(id))
    }

    /// "Coach", "Coachee"; "Voice A" where roles are unknown.
    #[must_use]
    pub fn name(&self, id: SpeakerId) -> String {
        match self.session.role(id) {
            Role::Coach => self.words.coach.to_owned(),
            Role::Coachee => self.words.coachee.to_owned(),
            Role::Other => {
                let named = self.session.speakers.iter().find(|s| s.id == id);
                let name = named.and_then(|speaker| speaker.name.as_deref());
                name.map_or_else(|| self.words.other_person.to_owned(), clean)
            }
            Role::Unknown => evidence::voice(self.words, self.analysis, id),
        }
    }

    /// The name somebody gave, with what they are; else [`Self::name`].
    #[must_use]
    pub fn called(&self, id: SpeakerId) -> String {
        let what = self.name(id);
        let named = self.session.speakers.iter().find(|speaker| speaker.id == id);
        match named.and_then(|speaker| speaker.name.as_deref()).map(clean) {
            Some(name) if name != what => format!("{name} · {what}"),
            _ => what,
        }
    }

    /// "the coach", "the coachee", inside a sentence.
    #[must_use]
    pub fn the(&self, id: SpeakerId) -> String {
        match self.session.role(id) {
            Role::Coach => self.words.the_coach.to_owned(),
            Role::Coachee => self.words.the_coachee.to_owned(),
            Role::Other | Role::Unknown => self.name(id),
        }
    }

    /// Likewise, of whoever a figure is about.
    #[must_use]
    pub fn the_subject(&self, subject: Subject) -> String {
        match subject {
            Subject::Coach => self.words.the_coach.to_owned(),
            Subject::Coachee => self.words.the_coachee.to_owned(),
            Subject::Session => self.words.somebody.to_owned(),
            Subject::Speaker(id) => self.the(id),
        }
    }

    /// At the start of a sentence.
    #[must_use]
    pub fn at_start(&self, id: SpeakerId) -> String {
        let name = self.the(id);
        let mut chars = name.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }

    /// The utterance of this number.
    #[must_use]
    pub fn utterance(&self, id: u32) -> Option<&'a Utterance> {
        self.session.utterances.iter().find(|utterance| utterance.id == id)
    }

    /// What the other said last before this moment, with who said it.
    #[must_use]
    pub fn before(&self, moment: &Moment) -> Option<String> {
        let [first, _] = moment.utterances?;
        let at = self.session.utterances.iter().position(|u| u.id == first)?;
        let speaker = moment.speaker.or_else(|| Some(self.session.utterances.get(at)?.speaker))?;
        let earlier = self.session.utterances.get(..at)?.iter().rev();
        let other = earlier.take(40).find(|utterance| utterance.speaker != speaker)?;
        let who = self.name(other.speaker);
        let quote = self.quoted(&other.text);
        Some(fill(self.words.before, &[("who", &who), ("quote", &quote)]))
    }

    /// The last words before a place in time, after "After".
    #[must_use]
    pub fn last_words(&self, at: Ms) -> Option<String> {
        Some(fill(self.words.after_quote, &[("quote", &self.said_before(at)?)]))
    }

    /// The last words before a place in time.
    #[must_use]
    pub fn said_before(&self, at: Ms) -> Option<String> {
        // Speech ends a little before the words that were aligned with it may.
        let heard = at + Ms(500);
        let earlier = self.session.utterances.iter().filter(|u| {
            u.time().is_some_and(|time| time.end() <= heard) && !u.text.trim().is_empty()
        });
        let last = earlier.max_by_key(|u| u.time().map(crate::session::Span::end))?;
        Some(self.quoted(&last.text))
    }

    fn quoted(&self, text: &str) -> String {
        let text = display(text, self.words.french());
        self.words.quote(&ending(&text, BEFORE_WORDS, BEFORE_CHARS))
    }
}
