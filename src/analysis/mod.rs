//! From a session to figures with the moments behind them, by the definitions of CODEBOOK.
//!
//! In: a [`Session`](crate::session::Session) and a profile. Out: an [`Analysis`]. Pure: no files,
//! no clock; milliseconds for an hour of talk.

mod result;

pub use result::{
    Analysis, Answer, Axis, Band, Form, Fundamental, Metric, MetricFlag, Moment, MomentFlag,
    MomentKind, OpennessRule, Point, Prompt, Reason, Series, SpeakerTalk, Status, Subject, Unit,
    page_language,
};

/// Changes whenever a number can change for the same session.
pub const DEFINITIONS_VERSION: u32 = 1;
