//! Where a session comes from: the files, the model, and how far its speakers can be told apart.

use serde::{Deserialize, Serialize};

use super::{Language, Ms, Span, SpeakerId};

/// Sound or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A recording, transcribed here.
    Recording,
    /// A transcript made elsewhere.
    Transcript,
}

/// What tells the speakers apart, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// One file a participant.
    Tracks,
    /// One channel a participant.
    Channels,
    /// Voices told apart on one channel.
    Voices,
    /// The transcript names them.
    Imported,
}

/// How cleanly the speakers are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeparationLevel {
    /// Believe the talk times.
    Clear,
    /// Talk times are rough.
    Weak,
    /// Not measured.
    Unknown,
}

/// How cleanly the speakers are separated, with the measured figures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Separation {
    /// In a word.
    pub level: SeparationLevel,
    /// Level of a voice in the other's channel against its own, dB; null where none was found.
    pub bleed_db: Option<f64>,
    /// Expected error of a talk share, from 0 to 1, measured on development recordings with this
    /// kind of evidence; null where it was not.
    pub talk_share_error: Option<f64>,
}

/// What the stretches of speech were read off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeechFrom {
    /// The sound: voice activity, or a transcript that carries it.
    #[default]
    Sound,
    /// When captions stand: makers stretch them for reading and never let two overlap, so pauses,
    /// overlaps and short signs are not in them.
    Captions,
}

impl SpeechFrom {
    /// Whether it was heard.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        *self == Self::Sound
    }
}

/// Which program took a recording apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoder {
    /// This one, by way of Symphonia and libopus.
    #[default]
    Symphonia,
    /// The `ffmpeg` that is installed on this machine.
    Ffmpeg,
}

impl Decoder {
    /// Whether it is part of this program.
    #[must_use]
    pub fn is_own(&self) -> bool {
        *self == Self::Symphonia
    }
}

/// One file of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// File name, never its path.
    pub name: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Link from the results folder to the file, where a page may follow it.
    pub href: Option<String>,
    /// Whether a browser can be expected to play it.
    pub playable: bool,
    /// The channel of this file a speaker is on, from 0; null when the file is one speaker's.
    pub channel: Option<u16>,
    /// Its number among the tracks, from 0.
    pub track: Option<u16>,
    /// Which program took it apart, where that was not Openfloor itself.
    #[serde(default, skip_serializing_if = "Decoder::is_own")]
    pub decoded_by: Decoder,
    /// Where it starts on the session's clock.
    pub offset_ms: Ms,
    /// Whose voice it holds; null where it holds several.
    pub speaker: Option<SpeakerId>,
}

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Sound or text.
    pub kind: SourceKind,
    /// Length of the recording, or the end of the last utterance; null for a text without times.
    pub duration_ms: Option<Ms>,
    /// The part of the recording that is the session, where it is not all of it: nothing else was
    /// listened to. Times stay those of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Span>,
    /// The language of most of the talk.
    pub language: Language,
    /// Name of the speech-to-text model; null for a transcript made elsewhere.
    pub model: Option<String>,
    /// What tells the speakers apart.
    pub speaker_evidence: Evidence,
    /// How cleanly.
    pub separation: Separation,
    /// What the stretches of speech were read off, where that was not sound.
    #[serde(default, skip_serializing_if = "SpeechFrom::is_sound")]
    pub speech_from: SpeechFrom,
    /// The files.
    pub files: Vec<SourceFile>,
}

/// What says when a session took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFrom {
    /// A person.
    Option,
    /// The container of the recording.
    Container,
    /// The name of a file, or of the folder that a meeting program made for it.
    FileName,
    /// The time the file was last written, which a copy may have changed.
    Mtime,
}

/// What people and file names say about a session; nothing here is worked out from the sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// ISO date, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Where the date is from; null where there is none.
    pub date_from: Option<DateFrom>,
    /// The coach's name.
    pub coach: Option<String>,
    /// A pseudonym of the client.
    pub client: Option<String>,
    /// What was agreed to before it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
}

/// Consent to a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// When it was given, RFC 3339, by the clock of the place.
    pub time: String,
    /// The sentence that was confirmed.
    pub words: String,
}

/// What was noted while a session was recorded; empty where another program recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Moments that were marked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks_ms: Vec<Ms>,
    /// Silence that stands for what was not recorded, in order: nobody was silent then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Span>,
}

impl Noted {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks_ms.is_empty() && self.gaps.is_empty()
    }
}

/// What a reader should know before believing the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// For programs.
    pub code: WarningCode,
    /// For people: one sentence, in English, that never quotes the session.
    pub message: String,
}

/// Kinds of warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// Under ten minutes of conversation, or under five questions by the coach.
    LittleMaterial,
    /// Nobody could be taken for the coach.
    CoachUnknown,
    /// Nobody speaks.
    NoSpeech,
    /// The language is neither English nor French.
    LanguageUnsupported,
    /// Parts of the recording were damaged and stand as silence.
    DamagedAudio,
    /// The file says it is longer than what could be decoded.
    ShorterThanDeclared,
    /// Text that speech-to-text invents on noise was left out.
    InventedTextDropped,
    /// The model hears this language less well than English.
    ModelWeakInLanguage,
    /// Two voices are mixed more than the numbers can bear.
    WeakSeparation,
    /// Only one voice seems to be on the channel, or two that are nearly the same.
    OneVoice,
    /// More voices seem to be on the channel than were looked for.
    MoreVoices,
    /// Nothing says how the tracks lie to each other.
    TracksNotAligned,
    /// The input was gone, or the machine did not keep up, for a while: silence stands for it.
    RecordingGaps,
    /// The recording was not stopped properly: its end may be missing.
    RecordingTorn,
}
