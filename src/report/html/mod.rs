//! The page: one self-contained HTML file.
//!
//! In: an [`Analysis`], the [`Session`] its quotations come from, and the [`SmallPrint`]. Out: the
//! text of the page, the same bytes for the same input. Style and script are files of their own,
//! taken in at build time; the page asks for nothing from outside, and its policy lets nothing but
//! that one style and that one script run, so an escape that was missed still could not.

mod body;
mod correct;
pub(super) mod policy;
mod share;
mod small;

pub use share::shared_page;

use std::collections::BTreeMap;

use askama::Template;

use super::about::title;
use super::chart::{self, Svg};
use super::moments::Reader;
use super::numbers;
use super::recordings::{Recording, expected_length, recordings};
use super::text::clean;
use super::words::{Words, fill, words};
use crate::analysis::Analysis;
use crate::session::{Language, Ms, Session, SpeakerId};

/// In this order: what comes later may lean on what comes before; paper has the last word.
const STYLE: &str = concat!(
    include_str!("css/tokens.css"),
    include_str!("css/page.css"),
    include_str!("css/fundamentals.css"),
    include_str!("css/ribbon.css"),
    include_str!("css/chips.css"),
    include_str!("css/moments.css"),
    include_str!("css/transcript.css"),
    include_str!("css/think.css"),
    include_str!("css/correct.css"),
    include_str!("css/player.css"),
    include_str!("css/print.css"),
);
/// Of the copy to show: nothing in it is played, corrected or written.
const SHARED_STYLE: &str = concat!(
    include_str!("css/tokens.css"),
    include_str!("css/page.css"),
    include_str!("css/fundamentals.css"),
    include_str!("css/ribbon.css"),
    include_str!("css/moments.css"),
    include_str!("css/print.css"),
);
/// One scope that no other script sees, though the policy lets none run.
const SCRIPT: &str = concat!(
    "(async () => {\n'use strict';\n",
    include_str!("js/start.js"),
    include_str!("js/state.js"),
    include_str!("js/moments.js"),
    include_str!("js/ribbon.js"),
    include_str!("js/player.js"),
    include_str!("js/notes.js"),
    include_str!("js/correct.js"),
    include_str!("js/people.js"),
    include_str!("js/mend.js"),
    "})();\n",
);

/// What the foot of the page says about its making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallPrint {
    /// Version of this program.
    pub tool_version: String,
    /// Fingerprint of the analysis: of the recording, the options and the models.
    pub fingerprint: String,
    /// Fingerprint of the session, which corrections do not change: notes are kept under it.
    pub session: String,
}

/// The page could not be laid out.
#[derive(Debug, thiserror::Error)]
#[error("the report page could not be laid out")]
pub struct NoPage(#[from] pub(super) askama::Error);

/// Links to copies, by the hash of the recording.
pub type Copies<'a> = Option<&'a BTreeMap<String, String>>;

/// How a page is made, besides what is on it.
#[derive(Debug, Default)]
pub struct PageSettings<'a> {
    /// Its language; `None`: that of the session.
    pub language: Option<Language>,
    /// The program shows it: corrections are sent back instead of kept in the page.
    pub served: bool,
    /// `edits.json` as it stands, so that a page opened as a file can add to it.
    pub edits: &'a str,
    /// Copies of the recordings beside the page, by the hash of the recording: a link each.
    pub copies: Copies<'a>,
    /// The same session with somebody else as the coach.
    pub others: Vec<Alternative<'a>>,
}

/// A session with somebody else taken for the coach.
#[derive(Debug)]
pub struct Alternative<'a> {
    /// Who.
    pub coach: SpeakerId,
    /// With the roles changed.
    pub session: &'a Session,
    /// Its figures.
    pub analysis: &'a Analysis,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    w: &'static Words,
    title: String,
    fingerprint: &'a str,
    session: &'a str,
    policy: String,
    style: &'static str,
    script: &'static str,
    defs: Svg,
    body: String,
    others: Vec<Other>,
    /// For the script.
    data: String,
    recordings: Vec<Recording>,
    playable: bool,
    length: Option<Ms>,
    cuts: String,
    longer: String,
    choose: String,
}

/// The page with somebody else as the coach, for a script to show.
struct Other {
    coach: SpeakerId,
    /// Packed: it would make the page twice as long.
    body: String,
}

/// Text deflated (RFC 1951), in base64: what `DecompressionStream` takes. The same bytes for the same
/// text.
fn packed(text: &str) -> String {
    /// A hundredth larger than by the best level, in half its time.
    const LEVEL: u8 = 6;
    policy::base64(&miniz_oxide::deflate::compress_to_vec(text.as_bytes(), LEVEL))
}
/// The report of one session.
///
/// # Errors
/// Laying out into memory does not fail; the template engine's error type says it might.
pub fn page(
    analysis: &Analysis,
    session: &Session,
    small: &SmallPrint,
    settings: &PageSettings<'_>,
) -> Result<String, NoPage> {
    let w = words(settings.language.unwrap_or(analysis.source.language));
    let recordings = with_copies(recordings(analysis), settings.copies);
    let length = expected_length(analysis);
    let fingerprint = clean(&small.fingerprint);
    let heard = clean(&small.session);
    let others = settings.others.iter().map(|other| {
        let body = body::body(w, other.analysis, other.session, small)?;
        Ok(Other { coach: other.coach, body: packed(&body) })
    });
    let page = Page {
        w,
        title: title(w, analysis),
        fingerprint: &fingerprint,
        session: &heard,
        policy: policy::policy(STYLE, SCRIPT, settings.served),
        style: STYLE,
        script: SCRIPT,
        defs: chart::defs(),
        body: body::body(w, analysis, session, small)?,
        others: others.collect::<Result<_, askama::Error>>()?,
        data: correct::data(&Reader::new(w, analysis, session), settings),
        cuts: correct::cuts(analysis),
        longer: longer(w, length),
        choose: choose(w, &recordings),
        playable: !recordings.is_empty(),
        recordings,
        length,
    };
    Ok(page.render()?)
}

/// A copy beside the page is played in the place of the recording.
fn with_copies(mut recordings: Vec<Recording>, copies: Copies<'_>) -> Vec<Recording> {
    for recording in &mut recordings {
        if let Some(link) = copies.and_then(|copies| copies.get(&recording.sha256)) {
            (recording.href, recording.playable) = (Some(link.clone()), true);
        }
    }
    recordings
}

fn longer(w: &Words, expected: Option<Ms>) -> String {
    let expected = expected.map(|length| numbers::length(w, length)).unwrap_or_default();
    fill(w.recording_length_differs, &[("expected", &expected)])
}

fn choose(w: &Words, recordings: &[Recording]) -> String {
    let names: Vec<&str> = recordings.iter().map(|recording| recording.name.as_str()).collect();
    fill(w.choose_recording, &[("names", &names.join(", "))])
}

#[cfg(test)]
mod tests;
