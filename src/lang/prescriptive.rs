//! Prescriptive phrases: what the client is told, advised or offered to do.
//!
//! Source: CODEBOOK §1 (levels 3, 2 and 1; leave asked for never lowers the level). The cue gives
//! the level; guards in `clause.rs` have dropped duties that are the client's own, told or asked
//! about. What is left to say here: an order is only an order where no subject stands before it,
//! and housekeeping ("take your time", « asseyez-vous ») is none.

use super::clause::{Clause, Hit};
use super::cues::Kind;
use super::{Cue, Push};

/// A prescriptive phrase as found.
#[derive(Debug, Clone)]
pub(super) struct Pushed {
    pub push: Push,
    pub cues: Vec<Cue>,
    pub confidence: f64,
}

/// Confidence of a rule that states none, from its precision on development sentences.
const USUAL: f64 = 0.7;

/// The strongest prescriptive phrase of the clause; `invites` when it is an order to tell ("tell me
/// about …"), which asks and does not direct.
pub(super) fn read(clause: &Clause<'_>, invites: bool) -> Option<Pushed> {
    if clause.has_frame("housekeeping") {
        return None;
    }
    let asks = clause.asks() || invites;
    let hits: Vec<&Hit<'_>> = clause
        .of(Kind::Prescriptive)
        .filter(|hit| !(asks && hit.rule.push == Some(Push::Directive)))
        .filter(|hit| !(clause.has_frame("imagines") && hit.rule.push == Some(Push::Option)))
        .collect();
    let push = hits.iter().filter_map(|hit| hit.rule.push).max()?;
    let telling: Vec<&&Hit<'_>> = hits.iter().filter(|hit| hit.rule.push == Some(push)).collect();
    let confidence =
        telling.iter().map(|hit| hit.rule.confidence.unwrap_or(USUAL)).fold(0.0, f64::max);
    Some(Pushed {
        push,
        cues: telling.into_iter().map(|hit| clause.cue(hit)).collect(),
        confidence,
    })
}
