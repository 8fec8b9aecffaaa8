//! What a person corrected: labels replace the codes of acts before anything is counted, rejections
//! are left out of every count, and what no longer finds its place is listed.

use std::collections::BTreeSet;

use super::Coding;
use super::moments::{Item, kind};
use super::result::{Edited, MomentFlag};
use super::scene::time_of;
use crate::lang::{Act, Code, Openness, Push, QuestionForm};
use crate::session::edits::Relabelled;
use crate::session::{Label, MomentKind, OptionalSpan, Place, Session};

/// The acts of a session, with the labels that a person gave.
pub(super) struct Labelled {
    /// The acts.
    pub coding: Coding,
    /// Acts that were given one: utterance and characters.
    touched: BTreeSet<(u32, (u32, u32))>,
    /// The edits that found their act.
    found: BTreeSet<usize>,
}

/// Replaces the codes of acts by what a person says they are. In order: a label may be about what
/// an earlier one made.
pub(super) fn relabel(session: &Session, coding: &Coding) -> Labelled {
    let mut labelled =
        Labelled { coding: coding.clone(), touched: BTreeSet::new(), found: BTreeSet::new() };
    if session.corrections.labels.is_empty() {
        return labelled;
    }
    let mut places: Vec<(usize, usize, Place)> = Vec::new();
    for (index, acts) in coding.0.iter().enumerate() {
        let Some(utterance) = session.utterances.get(index) else { continue };
        places.extend(acts.iter().enumerate().map(|(nth, act)| {
            let place = Place {
                speaker: Some(utterance.speaker),
                time: OptionalSpan(time_of(utterance, act.span)),
                utterance: Some(utterance.id),
                chars: Some(act.span.into()),
            };
            (index, nth, place)
        }));
    }
    for edit in &session.corrections.labels {
        let of_kind: Vec<&(usize, usize, Place)> = places
            .iter()
            .filter(|(index, nth, _)| kind(labelled.coding.0[*index][*nth].code) == edit.kind)
            .collect();
        let Some(found) = edit.at.find(of_kind.iter().map(|place| place.2)) else { continue };
        let &(index, nth, place) = of_kind[found];
        let act = &mut labelled.coding.0[index][nth];
        let Some(code) = code(edit, act) else { continue };
        act.code = code;
        act.confidence = 1.0;
        labelled.found.insert(edit.edit);
        labelled.touched.extend(place.utterance.zip(place.chars));
    }
    labelled
}

/// Marks the moments that a person rejected; which edits found theirs.
pub(super) fn reject(items: &mut [Item], session: &Session) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for one in &session.corrections.rejections {
        if let Some(item) = at(items, one.kind, &one.at) {
            item.moment.rejected = true;
            item.chance = 0.0;
            found.insert(one.edit);
        }
    }
    found
}

/// Marks the moments that a person labelled, and long stretches that were exercises; which edits
/// found theirs.
pub(super) fn mark(items: &mut [Item], session: &Session, labelled: &Labelled) -> BTreeSet<usize> {
    let mut found = labelled.found.clone();
    for item in items.iter_mut() {
        let utterance = item.moment.utterances.map(|[first, _]| first);
        let place = utterance.zip(item.moment.span.map(Into::into));
        item.moment.corrected = place.is_some_and(|place| labelled.touched.contains(&place));
    }
    let exercises = session.corrections.labels.iter().filter(|one| one.label == Label::Exercise);
    for one in exercises {
        if let Some(item) = at(items, one.kind, &one.at) {
            item.flag(MomentFlag::Exercise);
            // CODEBOOK §1: an exercise that was asked for is no monologue.
            item.chance = 0.0;
            item.moment.corrected = true;
            found.insert(one.edit);
        }
    }
    found
}

fn at<'i>(items: &'i mut [Item], kind: MomentKind, place: &Place) -> Option<&'i mut Item> {
    let of_kind: Vec<usize> =
        (0..items.len()).filter(|&index| items[index].moment.kind == kind).collect();
    let found = place.find(of_kind.iter().map(|&index| items[index].moment.place()))?;
    items.get_mut(of_kind[found])
}

/// What was corrected, for the page; `None` where nothing was. An edit about what is off the record
/// has its place.
pub(super) fn edited(session: &Session, found: &BTreeSet<usize>) -> Option<Edited> {
    let corrections = &session.corrections;
    if corrections.is_empty() {
        return None;
    }
    let off = |place: &Place| {
        let time = place.time.0;
        time.is_some_and(|time| corrections.excluded.iter().any(|cut| cut.overlap(time).0 > 0))
    };
    let judged = corrections.rejections.iter().map(|one| (one.edit, one.at));
    let judged = judged.chain(corrections.labels.iter().map(|one| (one.edit, one.at)));
    let missed = judged.filter(|(edit, place)| !found.contains(edit) && !off(place));
    let mut lost: BTreeSet<usize> = missed.map(|(edit, _)| edit).collect();
    lost.extend(&corrections.lost);
    Some(Edited {
        count: u64::try_from(corrections.edits.len()).unwrap_or(u64::MAX),
        excluded: corrections.excluded.clone(),
        notes: corrections.notes.clone(),
        lost: lost.iter().filter_map(|&edit| corrections.edits.get(edit).cloned()).collect(),
        unread: corrections.unread,
    })
}

/// The code that a label stands for. What the label does not speak of stays as it was heard.
fn code(edit: &Relabelled, act: &Act) -> Option<Code> {
    let asked = |openness: Option<Openness>, leads: bool| {
        if let Code::Question { form, pragmatic, strict, leading } = act.code {
            return Code::Question {
                form,
                pragmatic: openness.unwrap_or(pragmatic),
                strict: openness.unwrap_or(strict),
                leading: leads || (leading && openness.is_none()),
            };
        }
        let openness = openness.unwrap_or(Openness::Closed);
        let open = openness == Openness::Open;
        let form = if open { QuestionForm::Wh } else { QuestionForm::YesNo };
        Code::Question { form, pragmatic: openness, strict: openness, leading: leads }
    };
    Some(match edit.label {
        Label::Open => asked(Some(Openness::Open), false),
        Label::Closed => asked(Some(Openness::Closed), false),
        Label::Leading => asked(None, true),
        Label::Directive => Code::Prescriptive { push: Push::Directive },
        Label::Advice => Code::Prescriptive { push: Push::Advice },
        Label::Option => Code::Prescriptive { push: Push::Option },
        Label::Permission => Code::Permission,
        Label::Information => Code::Information { experience: false },
        Label::Reflection => Code::Reflection { checking: false },
        Label::Affirmation => Code::Affirmation,
        Label::Exercise => return None,
    })
}
