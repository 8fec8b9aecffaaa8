//! The small print: how to read it, each definition with its source, what is wrong or not done.
//!
//! In: an [`Analysis`] and the [`SmallPrint`], which a copy to show does without. Out: terms and their text.

use super::SmallPrint;
use crate::analysis::{Analysis, Fundamental, OpennessRule, Profile, Unit};
use crate::report::about::words_by;
use crate::report::evidence::profile;
use crate::report::numbers;
use crate::report::rows::{metric, name, range};
use crate::report::text::clean;
use crate::report::words::{Words, fill};

/// Terms and their text, in the order of the page.
pub(super) fn small(
    w: &'static Words,
    analysis: &Analysis,
    small: Option<&SmallPrint>,
) -> Vec<(String, String)> {
    let mut terms = vec![
        (w.s_range.to_owned(), w.s_range_text.to_owned()),
        (w.s_span.to_owned(), w.s_span_text.to_owned()),
    ];
    terms.extend(analysis.fundamentals.iter().map(|f| definition(w, analysis, f)));
    let definitions = analysis.definitions_version.to_string();
    let tool =
        small.map_or_else(|| env!("CARGO_PKG_VERSION").to_owned(), |s| clean(&s.tool_version));
    let versions = fill(
        w.s_versions_text,
        &[
            ("tool", &tool),
            ("definitions", &definitions),
            ("profile", &profile(w, &analysis.profile)),
            ("words", &words_by(w, analysis)),
        ],
    );
    terms.extend(analysis.session.consent.as_ref().map(|consent| {
        let said = [("time", clean(&consent.time)), ("words", clean(&consent.words))];
        let said = said.each_ref().map(|(name, text)| (*name, text.as_str()));
        (w.s_consent.to_owned(), fill(w.s_consent_text, &said))
    }));
    let fingerprint = small.map(|small| {
        format!(" {}", fill(w.s_fingerprint, &[("fingerprint", &clean(&small.fingerprint))]))
    });
    let fingerprint = fingerprint.unwrap_or_default();
    terms.extend([
        (w.s_wrong.to_owned(), w.s_wrong_text.to_owned()),
        (w.s_not_done.to_owned(), w.s_not_done_text.to_owned()),
        (w.s_versions.to_owned(), format!("{versions}.{fingerprint}")),
    ]);
    terms
}

fn definition(w: &'static Words, analysis: &Analysis, f: &Fundamental) -> (String, String) {
    let (text, source) = match f.id.as_str() {
        "listens" => (w.s_listens.to_owned(), w.source_listens),
        "asks_openly" => (openness(w, analysis), w.source_openly),
        "one_at_a_time" => (w.s_one.to_owned(), w.source_one),
        "does_not_prescribe" => (w.s_prescribe.to_owned(), w.source_prescribe),
        "asks_permission" => (w.s_permission.to_owned(), w.source_permission),
        "gives_space" => (w.s_space.to_owned(), w.source_space),
        "lets_finish" => (w.s_finish.to_owned(), w.source_finish),
        "shows_understanding" => (w.s_signs.to_owned(), w.source_signs),
        _ => (clean(&f.why), ""),
    };
    let mut parts = vec![text];
    let unit = metric(analysis, &f.metric).map_or(Unit::Share, |metric| metric.unit);
    if let Some(range) = range(w, f, unit) {
        parts.push(fill(w.s_definition_range, &[("range", &range)]));
    }
    // The numbers of a profile of the user's own have a source of the user's own.
    let own = f.band.as_ref().filter(|_| Profile::names().all(|name| name != analysis.profile));
    match own {
        Some(band) => parts.push(clean(&band.source)),
        None => parts.push(source.to_owned()),
    }
    parts.retain(|part| !part.is_empty());
    (name(w, &f.id), parts.join(" "))
}

fn openness(w: &'static Words, analysis: &Analysis) -> String {
    let rule = match analysis.openness_rule {
        OpennessRule::Pragmatic => w.rule_pragmatic,
        OpennessRule::Strict => w.rule_strict,
    };
    let text = fill(w.s_openly, &[("rule", rule)]);
    let strict = metric(analysis, "open_question_share_strict").and_then(|metric| metric.value);
    match strict.filter(|_| analysis.openness_rule == OpennessRule::Pragmatic) {
        Some(share) => {
            let share = numbers::share(w, share);
            format!("{text} {}", fill(w.s_openly_strict, &[("share", &share)]))
        }
        None => text,
    }
}
