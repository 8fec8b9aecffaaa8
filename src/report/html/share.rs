//! The copy to show: figures, ribbon and ranges, in a page without a script.

use askama::Template;

use super::body::{RowView, legend, meta, row_view};
use super::{NoPage, SHARED_STYLE, policy, small};
use crate::analysis::Analysis;
use crate::report::chart::{self, Svg};
use crate::report::evidence::{Evidence, evidence};
use crate::report::moments::{Group, Reader, groups};
use crate::report::ribbon::{Ribbon, ribbon};
use crate::report::rows::rows;
use crate::report::share::stripped;
use crate::report::words::{Words, words};
use crate::session::{Language, Session};

/// Groups that hold the coach's own phrases.
const PHRASES: [&str; 2] = ["g-questions", "g-prescriptive"];

#[derive(Template)]
#[template(path = "share.html")]
struct Shared {
    w: &'static Words,
    note: Option<&'static str>,
    policy: String,
    style: &'static str,
    defs: Svg,
    meta: Vec<(&'static str, String)>,
    evidence: Evidence,
    legend: Vec<(Svg, &'static str)>,
    rows: Vec<RowView>,
    ribbon: Result<Ribbon, &'static str>,
    ribbon_lede: &'static str,
    groups: Vec<Group>,
    /// Nothing is, here.
    playable: bool,
    small: Vec<(String, String)>,
}

/// A copy of a report without what was said, names, files, days or sound; with `quotes`, with the
/// coach's own questions and phrases.
///
/// # Errors
/// Laying out into memory does not fail; the template engine's error type says it might.
pub fn shared_page(
    analysis: &Analysis,
    session: &Session,
    language: Option<Language>,
    quotes: bool,
) -> Result<String, NoPage> {
    let w = words(language.unwrap_or(analysis.source.language));
    let (analysis, session) = stripped(w, analysis, session, quotes);
    let (analysis, session) = (&analysis, &session);
    let reader = Reader::new(w, analysis, session).without_links();
    let page = Shared {
        w,
        note: Some(if quotes { w.share_note_quotes } else { w.share_note }),
        policy: policy::policy_without_script(SHARED_STYLE),
        style: SHARED_STYLE,
        defs: chart::defs(),
        meta: meta(w, analysis),
        evidence: without_commands(evidence(w, analysis)),
        legend: legend(w),
        rows: rows(w, analysis)
            .into_iter()
            .map(|mut row| {
                row.link = None;
                row_view(row)
            })
            .collect(),
        ribbon: ribbon(&reader),
        ribbon_lede: w.share_ribbon_lede,
        groups: if quotes { phrases(w, analysis, session) } else { Vec::new() },
        playable: false,
        small: small::small(w, analysis, None),
    };
    Ok(page.render()?)
}

/// What is to be run is for who has the recording, and names it.
fn without_commands(mut evidence: Evidence) -> Evidence {
    if let Some(unknown) = &mut evidence.unknown {
        unknown.commands.clear();
    }
    evidence
}

/// The coach's own questions and phrases, with nothing of what came before or after.
fn phrases(w: &'static Words, analysis: &Analysis, session: &Session) -> Vec<Group> {
    let mut groups = groups(w, analysis, session);
    groups.retain(|group| PHRASES.contains(&group.id));
    for card in groups.iter_mut().flat_map(|group| &mut group.cards) {
        card.before = None;
        card.notes.clear();
        card.of = None;
        card.quotes.iter_mut().for_each(|quote| quote.of = None);
        card.tags.iter_mut().for_each(|tag| {
            if let Some((_, text)) = tag.link.take() {
                tag.text.push_str(&text);
            }
        });
    }
    groups
}

#[cfg(test)]
mod tests;
