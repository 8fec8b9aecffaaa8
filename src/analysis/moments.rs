//! Moments: the evidence behind every number, one for each thing that was counted or is worth a
//! look (DESIGN §4, `moments`).
//!
//! A moment with a confidence of 0.5 or more is counted; one below carries the flag `unsure`, is
//! kept and never counted; a rejected one is kept and never counted. Words make moments for the
//! speaker who is looked at: the coach, or everybody where the coach is unknown. Ids are made from
//! kind, utterance and span, or from kind, speaker and time: stable while the text is.

use super::OpennessRule;
use super::result::{Form, Moment, MomentFlag};
use super::scene::{PlacedAct, Scene, slice};
use crate::lang::{self, Code, Openness};
use crate::session::{MomentKind, Ms, Span, SpeakerId};

/// From this confidence on an act is counted (DESIGN §4).
pub const COUNTED_FROM: f64 = 0.5;

/// A moment and what its neighbours need to know of it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) moment: Moment,
    /// When, as reckoned; see [`PlacedAct::at`].
    pub(super) at: Option<Span>,
    /// Its turn.
    pub(super) turn: Option<usize>,
    /// The run of its turn.
    pub(super) run: Option<usize>,
    /// Index of its utterance.
    pub(super) utterance: usize,
    /// Words of it.
    pub(super) words: u64,
    /// How many of the acts it makes are right on average: its confidence, zero when rejected.
    pub(super) chance: f64,
}

impl Item {
    /// Whether it enters the numbers.
    pub(super) fn counts(&self) -> bool {
        self.chance >= COUNTED_FROM
    }

    /// Whether it is this kind and this speaker's.
    pub(super) fn is(&self, kind: MomentKind, speaker: SpeakerId) -> bool {
        self.moment.kind == kind && self.moment.speaker == Some(speaker)
    }

    pub(super) fn has(&self, flag: MomentFlag) -> bool {
        self.moment.flags.contains(&flag)
    }

    pub(super) fn flag(&mut self, flag: MomentFlag) {
        if !self.has(flag) {
            self.moment.flags.push(flag);
            self.moment.flags.sort_unstable();
        }
    }

    /// A moment that is measured in time and has no words.
    pub(super) fn heard(
        kind: MomentKind,
        speaker: Option<SpeakerId>,
        span: Span,
        confidence: f64,
    ) -> Self {
        let who = speaker.map(|speaker| format!("{speaker}-")).unwrap_or_default();
        Self {
            moment: Moment {
                start_ms: Some(span.start()),
                end_ms: Some(span.end()),
                ..blank(format!("{}-{who}{}", letter(kind), span.start().0), kind, speaker)
            }
            .with(confidence),
            at: Some(span),
            turn: None,
            run: None,
            utterance: 0,
            words: 0,
            chance: confidence,
        }
    }
}

impl Moment {
    fn with(mut self, confidence: f64) -> Self {
        self.confidence = confidence;
        if confidence < COUNTED_FROM {
            self.flags.push(MomentFlag::Unsure);
        }
        self
    }
}

fn blank(id: String, kind: MomentKind, speaker: Option<SpeakerId>) -> Moment {
    Moment {
        id,
        kind,
        form: None,
        openness: None,
        openness_strict: None,
        level: None,
        flags: Vec::new(),
        group: None,
        utterances: None,
        span: None,
        speaker,
        start_ms: None,
        end_ms: None,
        text: None,
        answer: None,
        wait_ms: None,
        next: None,
        after: None,
        broken: false,
        of: None,
        overlap_ms: None,
        rejected: false,
        corrected: false,
        cues: Vec::new(),
        confidence: 1.0,
    }
}

/// What an id begins with.
fn letter(kind: MomentKind) -> &'static str {
    match kind {
        MomentKind::Question => "q",
        MomentKind::Prescriptive => "p",
        MomentKind::Permission => "pm",
        MomentKind::Information => "i",
        MomentKind::Reflection => "r",
        MomentKind::Affirmation => "a",
        MomentKind::Backchannel => "b",
        MomentKind::Interruption => "x",
        MomentKind::Monologue => "m",
        MomentKind::LongestTurn => "l",
        MomentKind::Silence => "s",
        MomentKind::Mark => "k",
    }
}

/// The moments that words make, in the order of the transcript. Backchannels are left to
/// [`super::listening`], which asks the timing.
pub(super) fn of_words(scene: &Scene, rule: OpennessRule) -> Vec<Item> {
    let mut items: Vec<Item> = scene
        .acts
        .iter()
        .filter(|placed| scene.coach.is_none_or(|coach| coach == placed.speaker))
        .filter_map(|placed| item(scene, placed, rule))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(item.moment.id.clone()));
    items
}

/// What was marked while it was recorded, unless it was taken off the record since.
pub(super) fn marks(scene: &Scene) -> Vec<Item> {
    let off = &scene.session.corrections.excluded;
    let marks = scene.session.noted.marks_ms.iter().filter_map(|&at| Span::new(at, at + Ms(1)));
    let on = marks.filter(|mark| off.iter().all(|cut| cut.overlap(*mark) == Ms::ZERO));
    on.map(|mark| Item::heard(MomentKind::Mark, None, mark, 1.0)).collect()
}

/// What an act makes.
pub(super) fn kind(code: Code) -> MomentKind {
    match code {
        Code::Question { .. } => MomentKind::Question,
        Code::Prescriptive { .. } => MomentKind::Prescriptive,
        Code::Permission => MomentKind::Permission,
        Code::Information { .. } => MomentKind::Information,
        Code::Reflection { .. } => MomentKind::Reflection,
        Code::Affirmation => MomentKind::Affirmation,
        Code::Backchannel => MomentKind::Backchannel,
    }
}

fn item(scene: &Scene, placed: &PlacedAct<'_>, rule: OpennessRule) -> Option<Item> {
    let (act, utterance) = (placed.act, &scene.session.utterances[placed.utterance]);
    let kind = kind(act.code);
    if kind == MomentKind::Backchannel {
        return None;
    }
    let id = format!("{}-{}-{}-{}", letter(kind), utterance.id, act.span.start, act.span.end);
    let text = slice(&utterance.text, act.span);
    let words = lang::word_count(&text);
    let mut moment = Moment {
        utterances: Some([utterance.id; 2]),
        span: Some(act.span),
        start_ms: placed.time.map(Span::start),
        end_ms: placed.time.map(Span::end),
        text: Some(text),
        cues: act.cues.clone(),
        ..blank(id, kind, Some(placed.speaker))
    };
    match act.code {
        Code::Question { form, pragmatic, strict, leading } => {
            moment.form = Some(Form::Question(form));
            moment.openness = Some(match rule {
                OpennessRule::Pragmatic => pragmatic,
                OpennessRule::Strict => strict,
            });
            moment.openness_strict = Some(strict);
            moment.flags.extend(leading.then_some(MomentFlag::Leading));
        }
        Code::Prescriptive { push } => {
            moment.form = Some(Form::Prescriptive(push));
            moment.level = Some(push.level());
        }
        Code::Information { experience } => {
            moment.flags.extend(experience.then_some(MomentFlag::Experience));
        }
        Code::Reflection { checking } => {
            moment.flags.extend(checking.then_some(MomentFlag::Checking));
        }
        Code::Permission | Code::Affirmation | Code::Backchannel => {}
    }
    let turn = scene.turn(placed);
    Some(Item {
        moment: moment.with(act.confidence),
        at: placed.at,
        turn,
        run: turn.map(|turn| scene.floor.turns[turn].run),
        utterance: placed.utterance,
        words,
        chance: act.confidence,
    })
}

/// All moments in order of time; without times in the order of the transcript.
pub(super) fn sorted(items: Vec<Item>) -> Vec<Moment> {
    let mut moments: Vec<Moment> = items.into_iter().map(|item| item.moment).collect();
    moments.sort_by(|a, b| {
        let key = |m: &Moment| (m.start_ms.unwrap_or(Ms::ZERO), m.utterances, m.span, m.kind);
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    moments
}

/// The counted ones among `items`: their ids and the chances of all, unsure ones included.
pub(super) struct Tally {
    pub(super) count: usize,
    pub(super) ids: Vec<String>,
    pub(super) chances: Vec<f64>,
}

/// Counts.
pub(super) fn tally<'i>(items: impl Iterator<Item = &'i Item>) -> Tally {
    let mut tally = Tally { count: 0, ids: Vec::new(), chances: Vec::new() };
    for item in items {
        if item.counts() {
            tally.count += 1;
            tally.ids.push(item.moment.id.clone());
        }
        tally.chances.push(item.chance);
    }
    tally
}

/// Whether a question is open under the rule in force, or under the strict one.
pub(super) fn is_open(item: &Item, strict: bool) -> bool {
    let openness = if strict { item.moment.openness_strict } else { item.moment.openness };
    openness == Some(Openness::Open)
}
