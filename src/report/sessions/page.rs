//! `sessions.html`: one self-contained page, of the same make as `report.html`.

use askama::Template;

use super::changed::number;
use super::groups::Sessions;
use super::view::{Choice, CoachView, TrackView, Viewer};
use crate::report::chart::{self, Svg, history, history_key};
use crate::report::html::NoPage;
use crate::report::html::policy::policy;
use crate::report::words::{Words, fill};

const STYLE: &str = concat!(
    include_str!("../html/css/tokens.css"),
    include_str!("../html/css/page.css"),
    include_str!("../html/css/fundamentals.css"),
    include_str!("../html/css/chips.css"),
    include_str!("../html/css/print.css"),
    include_str!("../html/css/sessions.css"),
);
const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("../html/js/start.js"),
    include_str!("../html/js/sessions.js"),
    "})();\n",
);

/// Who is to see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who made the recordings: names, days, files and links.
    Own,
    /// Others: no name of a person or a file, months instead of days, no links.
    Others,
}

#[derive(Template)]
#[template(path = "sessions/page.html")]
struct Page<'a> {
    w: &'static Words,
    policy: String,
    style: &'static str,
    script: &'static str,
    defs: Svg,
    counted: &'a str,
    choices: Vec<Choice>,
    named: bool,
    linked: bool,
    legend: Vec<(Svg, &'static str)>,
    coaches: Vec<CoachView>,
    small: Vec<(&'static str, String)>,
}

#[expect(clippy::unused_self, reason = "called by the template")]
impl Page<'_> {
    fn draw(&self, track: &TrackView) -> (Svg, Svg) {
        history(&track.history)
    }
}

/// The page.
///
/// # Errors
/// Laying out into memory does not fail; the template engine's error type says it might.
pub fn page(sessions: &Sessions, audience: Audience, tool_version: &str) -> Result<String, NoPage> {
    let viewer = Viewer::new(sessions, audience);
    let w = sessions.words;
    let (n, coaches) = (number(sessions.entries.len()), number(sessions.coaches()));
    let counted = [w.count(n, w.sessions_n, &[]), w.count(coaches, w.coaches_n, &[])].join(" · ");
    let coaches = viewer.coaches();
    let rows = || coaches.iter().flat_map(|coach| &coach.groups).flat_map(|group| &group.rows);
    let page = Page {
        w,
        policy: policy(STYLE, SCRIPT, false),
        style: STYLE,
        script: SCRIPT,
        defs: chart::defs(),
        counted: &counted,
        choices: viewer.choices(),
        named: rows().any(|row| !row.client.is_empty()),
        linked: audience == Audience::Own,
        legend: legend(w),
        small: small(w, tool_version),
        coaches,
    };
    Ok(page.render()?)
}

fn legend(w: &'static Words) -> Vec<(Svg, &'static str)> {
    let [range, near, _, likely, hollow] = chart::key();
    let [session, middle, median, gap] = history_key();
    vec![
        (range, w.range_usual),
        (near, w.range_near),
        (session, w.key_session),
        (likely, w.likely_span_key),
        (hollow, w.hollow),
        (middle, w.key_middle),
        (median, w.key_median),
        (gap, w.key_gap),
    ]
}

fn small(w: &'static Words, tool_version: &str) -> Vec<(&'static str, String)> {
    vec![
        (w.s_usual, w.s_usual_text.to_owned()),
        (w.s_apart, w.s_apart_text.to_owned()),
        (w.s_order, w.s_order_text.to_owned()),
        (w.s_range, w.s_range_text.to_owned()),
        (w.s_span, w.s_span_text.to_owned()),
        (w.s_not_done, w.s_not_done_text.to_owned()),
        (w.s_versions, fill("Openfloor {tool}", &[("tool", tool_version)])),
    ]
}
