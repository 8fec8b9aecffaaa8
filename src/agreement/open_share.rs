//! The share of open questions in each recording, as people and the tool have it.
//!
//! Over units that ask (an utterance with several questions is one), and over the units that the
//! coder coded. The error is the tool's share less the coder's; per recording, less the mean of the
//! coders' shares.

use serde::Serialize;

use super::Aspect;
use super::figures::{Undefined, share};
use super::majority::Coding;
use super::study::Named;

/// Open questions among questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Share {
    /// Units that ask an open question.
    pub open: u64,
    /// Units that ask.
    pub questions: u64,
    /// The one over the other; null without questions.
    pub share: Option<f64>,
}

/// One coder and the tool in one recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByCoder {
    /// Who.
    pub coder: String,
    /// What the coder has.
    pub coded: Share,
    /// What the tool has in the same units.
    pub tool: Share,
    /// The tool's share less the coder's.
    pub error: Option<f64>,
    /// Why there is none.
    pub reason: Option<Undefined>,
}

/// One recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenShare {
    /// Which.
    pub recording: String,
    /// Coder by coder.
    pub coders: Vec<ByCoder>,
    /// The mean of the coders' shares.
    pub mean: Option<f64>,
    /// The mean of the errors.
    pub error: Option<f64>,
    /// Why there is none.
    pub reason: Option<Undefined>,
}

/// The shares of each recording that somebody coded.
pub(super) fn open_shares(names: &[&str], tool: &Coding, coders: &[Named]) -> Vec<OpenShare> {
    let of = |(index, name): (usize, &&str)| {
        let each = coders.iter().filter_map(|coder| by_coder(index, tool, coder));
        let coders: Vec<ByCoder> = each.collect();
        if coders.is_empty() {
            return None;
        }
        let both = || coders.iter().filter(|one| one.error.is_some());
        let mean_of = |values: Vec<f64>| mean(&values);
        let error = mean_of(both().filter_map(|one| one.error).collect());
        Some(OpenShare {
            recording: (*name).to_owned(),
            mean: mean_of(both().filter_map(|one| one.coded.share).collect()),
            error,
            reason: error.is_none().then_some(Undefined::NoQuestions),
            coders,
        })
    };
    names.iter().enumerate().filter_map(of).collect()
}

/// Mean size of the errors over recordings, and of how many.
pub(super) fn mean_error(shares: &[OpenShare]) -> (Option<f64>, u64) {
    let errors: Vec<f64> = shares.iter().filter_map(|one| one.error).map(f64::abs).collect();
    (mean(&errors), errors.len() as u64)
}

#[expect(clippy::cast_precision_loss, reason = "recordings and coders are few")]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// `None`: this coder did not code questions in this recording.
fn by_coder(recording: usize, tool: &Coding, coder: &Named) -> Option<ByCoder> {
    let nth = Aspect::ALL.iter().position(|one| *one == Aspect::Openness)?;
    let (mut people, mut tools) = (Share::default(), Share::default());
    let mut any = false;
    for (unit, classes) in coder.coding.iter().filter(|(unit, _)| unit.recording == recording) {
        let theirs = classes[nth];
        let ours = tool.get(unit).and_then(|classes| classes[nth]);
        let Some((theirs, ours)) = theirs.zip(ours) else { continue };
        any = true;
        for (share, class) in [(&mut people, theirs), (&mut tools, ours)] {
            share.questions += u64::from(class > 0);
            share.open += u64::from(class == 2);
        }
    }
    for one in [&mut people, &mut tools] {
        one.share = share(one.open, one.questions);
    }
    let error = tools.share.zip(people.share).map(|(tool, coder)| tool - coder);
    any.then(|| ByCoder {
        coder: coder.name.to_owned(),
        coded: people,
        tool: tools,
        error,
        reason: error.is_none().then_some(Undefined::NoQuestions),
    })
}
