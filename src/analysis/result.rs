//! What an analysis is: metrics with their definitions and moments, fundamentals, moments, series
//! and prompts (DESIGN §4). Field names are the contract of `analysis.json`.

use serde::{Deserialize, Serialize};

use crate::lang::{CharSpan, Cue, Openness, QuestionForm};
use crate::session::edits::{Edit, Note};
use crate::session::{
    Language, MomentKind, Ms, OptionalSpan, Place, Role, RoleEvidence, Source, Span, SpeakerId,
    Warning,
};

/// Everything that is measured in one session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Version of the definitions; changes whenever a number can change for the same session.
    pub definitions_version: u32,
    /// Name of the profile it is read by.
    pub profile: String,
    /// The rule by which `openness` was decided: `pragmatic` or `strict`.
    pub openness_rule: OpennessRule,
    /// Where the session comes from.
    pub source: Source,
    /// What people and file names say about it.
    pub session: crate::session::About,
    /// The speakers with their talk.
    pub speakers: Vec<SpeakerTalk>,
    /// Every metric of CODEBOOK §5.
    pub metrics: Vec<Metric>,
    /// The rows of the report, in the order of the profile.
    pub fundamentals: Vec<Fundamental>,
    /// Everything that was counted or is worth a look, in time order.
    pub moments: Vec<Moment>,
    /// Metrics over time.
    pub series: Vec<Series>,
    /// What to think about: templates and the moments they are made from.
    pub prompts: Vec<Prompt>,
    /// What a reader should know first.
    pub warnings: Vec<Warning>,
    /// What a person corrected; absent where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edited>,
}

/// What a person corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// How many edits there are.
    pub count: u64,
    /// Stretches off the record.
    pub excluded: Vec<Span>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Edits that no longer find their place.
    pub lost: Vec<Edit>,
    /// Lines of `edits.json` that could not be read.
    pub unread: u64,
}

/// By which rule a question counts as open (CODEBOOK §1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpennessRule {
    /// As trained coders of counselling talk decide.
    #[default]
    Pragmatic,
    /// Whatever can be answered yes or no is closed.
    Strict,
}

/// A speaker's talk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeakerTalk {
    /// Label.
    pub id: SpeakerId,
    /// Role.
    pub role: Role,
    /// A name, where somebody gave one.
    pub name: Option<String>,
    /// Why this role.
    pub role_evidence: Option<RoleEvidence>,
    /// How sure.
    pub role_confidence: Option<f64>,
    /// Union of their speech; null without times.
    pub talk_ms: Option<Ms>,
    /// Of all talk; null without times or speech.
    pub talk_share: Option<f64>,
    /// Words said.
    pub words: u64,
}

/// Whose figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The coach.
    Coach,
    /// The person coached.
    Coachee,
    /// Both together.
    Session,
    /// One speaker by label, where roles are unknown.
    #[serde(untagged)]
    Speaker(SpeakerId),
}

/// A unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// From 0 to 1.
    Share,
    /// A number of things.
    Count,
    /// Milliseconds.
    Ms,
    /// Words.
    Words,
    /// Per hour of session.
    PerHour,
    /// Per ten minutes (the definition says of what).
    #[serde(rename = "per_10_min")]
    Per10Min,
    /// Per hundred turns.
    #[serde(rename = "per_100_turns")]
    Per100Turns,
    /// One count over another.
    Ratio,
    /// Words a minute.
    WordsPerMinute,
}

/// Why a figure is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The transcript has no times.
    NoTimes,
    /// Captions stand for speech: pauses, overlaps and short signs are not in them.
    CaptionTimes,
    /// Overlap cannot be heard well enough on one channel.
    NoOverlapEvidence,
    /// Needs one voice a channel.
    NoChannels,
    /// Who is the coach is not known.
    CoachUnknown,
    /// The language is not covered.
    LanguageUnsupported,
    /// The coach asks nothing.
    NoQuestions,
    /// Nothing prescriptive was said.
    NoPrescriptiveAct,
    /// Nobody speaks.
    NoSpeech,
    /// Too little talk to say anything.
    TooShort,
}

/// What to keep in mind about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricFlag {
    /// Under ten minutes of conversation or under five questions by the coach.
    LittleMaterial,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// As in CODEBOOK §5.
    pub id: String,
    /// Whose.
    pub subject: Subject,
    /// Null when it was not measured: `reason` says why.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: Unit,
    /// What was counted or summed.
    pub numerator: Option<f64>,
    /// Over what.
    pub denominator: Option<f64>,
    /// What the denominator is: `ms`, `questions`, `turns`, …
    pub denominator_unit: Option<String>,
    /// Lower end of the 80 % range (CODEBOOK §3).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What to keep in mind.
    pub flags: Vec<MetricFlag>,
    /// One sentence.
    pub definition: String,
    /// Where the definition is from.
    pub source: String,
    /// Ids of the moments that made it.
    pub moments: Vec<String>,
    /// Why there is no value.
    pub reason: Option<Reason>,
}

/// Where a figure falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Within the range.
    InBand,
    /// Near it.
    Watch,
    /// Outside.
    OutOfBand,
    /// Measured, and the profile has no range for it.
    Shown,
    /// Not measured.
    NotMeasured,
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fundamental {
    /// As in CODEBOOK §4.
    pub id: String,
    /// Where the figure falls.
    pub status: Status,
    /// False when the range of the figure crosses an edge, or there is little material: "leans".
    pub firm: bool,
    /// The metric it is read from.
    pub metric: String,
    /// The range; null where the profile has none.
    pub band: Option<Band>,
    /// Ends of the scale it is drawn on.
    pub axis: Axis,
    /// Why it matters, one sentence.
    pub why: String,
    /// The marker of a professional body it follows, where there is one.
    pub marker: Option<String>,
}

/// A range and what is near it. Each piece is `[from, to]`, both ends included; an edge belongs to
/// the better side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Within.
    #[serde(rename = "in")]
    pub within: Vec<[f64; 2]>,
    /// Near.
    pub watch: Vec<[f64; 2]>,
    /// Where the numbers are from.
    pub source: String,
}

/// Ends of a scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Lower end.
    pub from: f64,
    /// Upper end.
    pub to: f64,
}

/// What marks a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentFlag {
    /// One of several questions in one turn.
    Stacked,
    /// The wording carries the answer.
    Leading,
    /// A reflection in a rising tone.
    Checking,
    /// Leave was asked or given.
    Permission,
    /// The speaker's own experience.
    Experience,
    /// A stretch of guided exercise.
    Exercise,
    /// Confidence under 0.5: shown, never counted.
    Unsure,
}

/// What a question brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// First sound of it.
    pub start_ms: Option<Ms>,
    /// Last.
    pub end_ms: Option<Ms>,
    /// The coachee's talk up to the coach's next turn; null without times.
    pub ms: Option<Ms>,
    /// Words of it.
    pub words: u64,
    /// First and last utterance.
    pub utterances: [u32; 2],
}

/// A moment: the evidence behind a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Made from kind, utterance and span (or kind and time): stable while the text is.
    pub id: String,
    /// What it is.
    pub kind: MomentKind,
    /// Grammatical form of a question, or `directive`, `advice`, `option`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub form: Option<Form>,
    /// Openness under the rule in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub openness: Option<Openness>,
    /// Openness under the strict rule.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub openness_strict: Option<Openness>,
    /// 1, 2, 3: how hard a prescriptive phrase pushes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<u8>,
    /// What marks it.
    pub flags: Vec<MomentFlag>,
    /// Stacked questions of one turn share it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<String>,
    /// First and last utterance; null for kinds without words.
    pub utterances: Option<[u32; 2]>,
    /// Range in the utterance's text, when first = last.
    pub span: Option<CharSpan>,
    /// Whose it is; null for a silence.
    pub speaker: Option<SpeakerId>,
    /// From the words where there are any, else from the utterance, else null.
    pub start_ms: Option<Ms>,
    /// Likewise.
    pub end_ms: Option<Ms>,
    /// The words; null for kinds without words.
    pub text: Option<String>,
    /// What a question brought.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<Answer>,
    /// From the end of the last question of a stretch to the next speech of anyone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wait_ms: Option<Ms>,
    /// Who speaks next: after a question's wait, or after a silence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<Subject>,
    /// Who spoke before a silence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Subject>,
    /// The coach spoke again a second or more later, before the coachee.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub broken: bool,
    /// Who is interrupted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<SpeakerId>,
    /// How long both spoke.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overlap_ms: Option<Ms>,
    /// A person said that it is none.
    pub rejected: bool,
    /// A person said what it is.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub corrected: bool,
    /// The words that decided.
    pub cues: Vec<Cue>,
    /// How sure, from 0 to 1; 1 for what is measured in time.
    pub confidence: f64,
}

impl Moment {
    /// Where it is, as an edit addresses it.
    #[must_use]
    pub fn place(&self) -> Place {
        let time = self.start_ms.zip(self.end_ms).and_then(|(start, end)| Span::new(start, end));
        Place {
            speaker: self.speaker,
            time: OptionalSpan(time),
            // Another model numbers them otherwise: only where there is nothing else.
            utterance: self.utterances.map(|[first, _]| first).filter(|_| time.is_none()),
            chars: self.span.map(|span| (span.start, span.end)),
        }
    }
}

/// `form` of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Form {
    /// Of a question.
    Question(QuestionForm),
    /// Of a prescriptive phrase.
    Prescriptive(crate::lang::Push),
}

/// A metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Metric id.
    pub metric: String,
    /// Length of a slice.
    pub slice_ms: Ms,
    /// One a slice; a last piece under half a slice joins the one before.
    pub points: Vec<Point>,
}

/// A slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Start of the slice.
    pub start_ms: Ms,
    /// End of the slice.
    pub end_ms: Ms,
    /// Null where nobody speaks.
    pub value: Option<f64>,
}

/// Something to think about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Name of the sentence in the report's words: `longest_silence`, `closed_run`,
    /// `first_phrase`, `longest_answer`.
    pub template: String,
    /// The moment it is made from.
    pub moment: String,
    /// What fills the sentence.
    pub args: serde_json::Map<String, serde_json::Value>,
}

/// The language a page about this session is written in: French for French, else English.
#[must_use]
pub fn page_language(language: Language) -> Language {
    match language {
        Language::Fr => Language::Fr,
        Language::En | Language::Other => Language::En,
    }
}
