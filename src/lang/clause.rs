//! A clause: a stretch of words with the cues found in it and what stands around them.
//!
//! In: words, a book of cues. Out: a [`Clause`] whose [`Hit`]s have passed their guards. Guards are
//! what no pattern can say: whether a wh-word belongs to a statement, whose duty it is, who is
//! quoted, whether a verb and a pronoun are tied by a hyphen.

use super::cues::{At, Book, Kind, Rule, Unless};
use super::sentences::Sentence;
use super::text::{Mark, Word};
use super::{Cue, CueSpan};

/// A rule that fired, and on which words of the clause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'b> {
    pub rule: &'b Rule,
    pub from: usize,
    pub to: usize,
}

/// A sentence, or a part of one, ready to be read.
#[derive(Debug)]
pub(super) struct Clause<'b> {
    /// Its words, hesitations and repetitions left out.
    pub words: Vec<&'b Word>,
    /// Index of each among the words of the utterance.
    pub places: Vec<usize>,
    /// Where a clause can begin: at the start, after a pause, after markers.
    pub opens: Vec<bool>,
    /// First word after the markers.
    pub head: usize,
    pub mark: Mark,
    /// Whether question marks can be leant on.
    pub marked: bool,
    pub hits: Vec<Hit<'b>>,
}

impl<'b> Clause<'b> {
    /// Reads `words`, the words of an utterance from `first` on.
    pub(super) fn read(
        book: &'b Book,
        words: &'b [Word],
        first: usize,
        mark: Mark,
        marked: bool,
    ) -> Self {
        let places = kept(words, book);
        let kept: Vec<&Word> = places.iter().map(|place| &words[*place]).collect();
        let (opens, head) = openings(&kept, book, marked);
        let mut clause = Self {
            words: kept,
            places: places.into_iter().map(|place| place + first).collect(),
            opens,
            head,
            mark,
            marked,
            hits: Vec::new(),
        };
        clause.look(book);
        clause
    }

    /// Reads a sentence of an utterance.
    pub(super) fn of_sentence(
        sentence: &Sentence,
        words: &'b [Word],
        book: &'b Book,
        marked: bool,
    ) -> Self {
        let part = &words[sentence.words.clone()];
        Self::read(book, part, sentence.words.start, sentence.mark, marked)
    }

    /// Finds every match, then drops what its place or its guards forbid.
    fn look(&mut self, book: &'b Book) {
        let mut canon = String::from(" ");
        let mut starts = Vec::with_capacity(self.words.len() + 1);
        for word in &self.words {
            starts.push(canon.len());
            canon.push_str(&word.text);
            canon.push(' ');
        }
        starts.push(canon.len());
        let mut found: Vec<Hit<'b>> = book
            .finder
            .find(&canon, &starts)
            .into_iter()
            .map(|(number, from, to)| Hit { rule: &book.rules[number], from, to })
            .collect();
        found.retain(|hit| self.placed(hit));
        self.hits = found;
        let stay: Vec<Hit<'b>> =
            self.hits.iter().filter(|hit| !self.silenced(hit)).copied().collect();
        self.hits = stay;
    }

    fn placed(&self, hit: &Hit<'_>) -> bool {
        match hit.rule.at {
            At::Anywhere => true,
            At::Head => hit.from <= self.head,
            At::Opening => self.opens[hit.from],
            At::End => hit.to == self.words.len(),
            At::Whole => hit.from <= self.head && hit.to == self.words.len(),
        }
    }

    fn silenced(&self, hit: &Hit<'_>) -> bool {
        if hit.rule.kind == Kind::Frame {
            return false;
        }
        hit.rule.unless.iter().any(|guard| match guard {
            Unless::Embedded => self.embedded(hit.from),
            Unless::Reported => self.reported(hit.from),
            Unless::Governed => self.frame_before("governs", hit.from, 1),
            Unless::Asking => self.asks(),
            Unless::OddInversion => self.odd(hit),
            Unless::Statement => self.frames("wh_clause").any(|frame| frame.from == hit.from),
            Unless::WhBefore => self.frames("wh").any(|frame| frame.to <= hit.from),
            Unless::Interjected => {
                self.words.get(hit.from + 1).is_some_and(|word| word.pause && !word.joined)
            }
            Unless::Quoted => false,
            Unless::Glued => self.frame_before("glues", hit.from, 0),
            Unless::NotTied => !self.words.get(hit.from + 1).is_some_and(|word| word.joined),
            Unless::NotInverted => self.odd(hit) || !self.tied(hit),
            Unless::HasSubject => self.frame_before("subject", hit.from, 0),
        }) || self.quoted(hit.from)
    }

    /// "I know what you mean": a frame that takes a wh-clause ends right before it, and nothing
    /// before that asks.
    fn embedded(&self, from: usize) -> bool {
        self.frame_before("embeds", from, 0)
            && !self.frames("inquires").any(|frame| frame.from < from)
    }

    /// "You feel (that) you should": said, felt or thought by the client.
    fn reported(&self, from: usize) -> bool {
        self.frame_before("reports_duty", from, 2) || self.frames("gives_back").next().is_some()
    }

    /// Words in quotation marks, or after « elle me disait, » and "she'd go,".
    fn quoted(&self, from: usize) -> bool {
        self.words.get(from).is_some_and(|word| word.quoted)
            || self.frames("speaks").any(|frame| {
                frame.to <= from
                    && self.words.get(frame.to).is_some_and(|word| word.pause || word.capital)
            })
            || self
                .frames("spoke")
                .any(|frame| frame.to == self.words.len() && self.words[frame.from].pause)
    }

    /// A hyphen ties two of its words.
    fn tied(&self, hit: &Hit<'_>) -> bool {
        (hit.from + 1..hit.to).any(|place| self.words[place].joined)
    }

    fn odd(&self, hit: &Hit<'_>) -> bool {
        self.frames("no_inversion").any(|odd| odd.from <= hit.from && hit.from < odd.to)
    }

    /// Whether the sentence asks; a light tag ("okay?") does not make an order a question.
    pub(super) fn asks(&self) -> bool {
        self.marked
            && self.mark == Mark::Question
            && !self.hits.iter().any(|hit| hit.rule.name() == "tag_light")
    }

    fn frames(&self, name: &str) -> impl Iterator<Item = &Hit<'b>> {
        self.hits.iter().filter(move |h| h.rule.kind == Kind::Frame && h.rule.name() == name)
    }

    /// Whether the frame occurs.
    pub(super) fn has_frame(&self, name: &str) -> bool {
        self.frames(name).next().is_some()
    }

    /// Whether the frame ends at `place`, or up to `slack` words before.
    pub(super) fn frame_before(&self, name: &str, place: usize, slack: usize) -> bool {
        self.frames(name).any(|frame| frame.to <= place && frame.to + slack >= place)
    }

    /// Hits of one kind, in the order of their places.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Hit<'b>> {
        self.hits.iter().filter(move |hit| hit.rule.kind == kind)
    }

    /// The cue a hit is shown as.
    pub(super) fn cue(&self, hit: &Hit<'_>) -> Cue {
        let start = self.words[hit.from].span.start;
        let end = self.words[hit.to - 1].span.end;
        Cue { rule: hit.rule.id.clone(), span: CueSpan { start, end } }
    }
}

/// Places of the words that carry the sentence: without hesitations, broken-off words and what is
/// said again ("did you-- did you", "the the").
fn kept(words: &[Word], book: &Book) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::with_capacity(words.len());
    for (place, word) in words.iter().enumerate() {
        let next = words.get(place + 1);
        let broken = word.cut
            && next.is_some_and(|next| {
                next.text.starts_with(&word.text) || word.text.chars().count() <= 2
            });
        let stutter = next.is_some_and(|next| {
            next.joined
                && next.text != word.text
                && word.text.len() < 4
                && next.text.starts_with(&word.text)
        });
        if !book.lexicon.fillers.contains(&word.text) && !broken && !stutter {
            places.push(place);
        }
    }
    for length in 1..=3 {
        let mut out: Vec<usize> = Vec::with_capacity(places.len());
        for place in places {
            out.push(place);
            let count = out.len();
            if count < 2 * length {
                continue;
            }
            let (first, again) = (count - 2 * length, count - length);
            let same =
                (0..length).all(|n| words[out[first + n]].text == words[out[again + n]].text);
            let doubled = length == 1 && book.lexicon.doubled.contains(&words[place].text);
            if same && !doubled {
                out.drain(first..again);
            }
        }
        places = out;
    }
    places
}

/// Where clauses can begin, and the first word after the opening markers.
fn openings(words: &[&Word], book: &Book, marked: bool) -> (Vec<bool>, usize) {
    let lead = |place: usize| book.lexicon.leads.contains(&words[place].text);
    let breaks = |place: usize| book.lexicon.breaks.contains(&words[place].text);
    let mut opens = vec![false; words.len() + 1];
    let mut head = 0;
    while head + 1 < words.len() && lead(head) {
        head += 1;
    }
    let mut open = true;
    for place in 0..words.len() {
        open = open || words[place].pause || (!marked && breaks(place));
        opens[place] = open;
        open = open && lead(place);
    }
    (opens, head)
}

#[cfg(test)]
pub(super) fn rules_that_fire(book: &Book, text: &str) -> Vec<String> {
    let words = super::text::words(text, book.language);
    super::sentences::written(&words)
        .into_iter()
        .flat_map(|sentence| {
            let part = &words[sentence.words.clone()];
            let clause = Clause::read(book, part, sentence.words.start, sentence.mark, true);
            clause.hits.iter().map(|hit| hit.rule.id.clone()).collect::<Vec<_>>()
        })
        .collect()
}
