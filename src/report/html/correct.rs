//! What the page needs to take corrections, and what it says of those that were made.

use std::fmt::Write as _;

use serde_json::json;

use super::PageSettings;
use crate::analysis::Analysis;
use crate::report::moments::Reader;
use crate::report::numbers::place;
use crate::report::text::{clean, opening};
use crate::report::words::fill;
use crate::session::{Edit, Label, Ms, Place, Role, Span};

/// The most words and characters of a name on a button.
const LABEL: (usize, usize) = (6, 48);

/// What was corrected, in finished words.
pub(super) struct Corrections {
    /// How much.
    pub count: String,
    /// Stretches off the record: start and end for the script, and to be read.
    pub excluded: Vec<(u64, u64, String)>,
    /// Edits that no longer find their place: the lead, and what each is.
    pub lost: Option<(String, Vec<String>)>,
    /// Lines that could not be read.
    pub unread: Option<String>,
}

/// What was corrected; `None` where nothing was.
pub(super) fn corrections(reader: &Reader<'_>) -> Option<Corrections> {
    let (w, edits) = (reader.words, reader.analysis.edits.as_ref()?);
    let n = u64::try_from(edits.lost.len()).unwrap_or(u64::MAX);
    let lost = edits.lost.iter().map(|edit| lost(reader, edit)).collect();
    Some(Corrections {
        count: w.count(edits.count, w.c_count, &[]),
        excluded: edits
            .excluded
            .iter()
            .map(|cut| {
                let text = format!("{} – {}", place(cut.start()), place(cut.end()));
                (cut.start().0, cut.end().0, text)
            })
            .collect(),
        lost: (n > 0).then(|| (w.count(n, w.c_lost, &[]), lost)),
        unread: (edits.unread > 0).then(|| w.count(edits.unread, w.c_unread, &[])),
    })
}

/// What kind of edit, and where.
fn lost(reader: &Reader<'_>, edit: &Edit) -> String {
    let when = |at: &Place| start(at.time.0.map(Span::start));
    let (nth, at) = match edit {
        Edit::SetRole { speaker, .. } => (0, speaker.to_string()),
        Edit::Rename { speaker, .. } => (1, speaker.to_string()),
        Edit::Merge { speaker, into } => (2, format!("{speaker}, {into}")),
        Edit::SetText { at, .. } => (3, when(at)),
        Edit::SetLabel { at, .. } => (4, when(at)),
        Edit::RejectMoment { at, .. } => (5, when(at)),
        Edit::ExcludeSpan { span, .. } => (6, start(Some(span.start()))),
        Edit::Note { at, .. } => (7, when(at)),
    };
    let what = reader.words.c_edits.split('|').nth(nth).unwrap_or_default();
    if at.is_empty() { what.to_owned() } else { format!("{what} ({at})") }
}

fn start(at: Option<Ms>) -> String {
    at.map(place).unwrap_or_default()
}

/// Stretches that are not played: `start-end`, milliseconds, with spaces between.
pub(super) fn cuts(analysis: &Analysis) -> String {
    let cuts = analysis.edits.iter().flat_map(|edits| &edits.excluded);
    let cuts: Vec<String> = cuts.map(|cut| format!("{}-{}", cut.start().0, cut.end().0)).collect();
    cuts.join(" ")
}

/// What the script needs: who speaks, what stands in `edits.json`, its words. As JSON that cannot
/// end the element it stands in.
pub(super) fn data(reader: &Reader<'_>, settings: &PageSettings<'_>) -> String {
    let (w, session) = (reader.words, reader.session);
    let speakers: Vec<_> = session
        .speakers
        .iter()
        .map(|one| {
            let who = reader.called(one.id);
            // A name on a button, not a text to read.
            let mut label = crate::report::evidence::voice(w, reader.analysis, one.id);
            if one.role != Role::Unknown {
                label = who;
            }
            let (mut label, more) = opening(&label, LABEL.0, LABEL.1);
            if more > 0 {
                label.push('…');
            }
            // The name somebody gave; else "the coachee", "Voice A".
            let in_sentence = match one.name {
                Some(_) => label.clone(),
                None => reader.the(one.id),
            };
            json!({
                "id": one.id, "role": one.role, "name": one.name.as_deref().map(clean), "who": label,
                "role_of": fill(w.c_role, &[("who", &label)]),
                "name_of": fill(w.c_name, &[("who", &label)]),
                "same_as": fill(w.c_same, &[("who", &label)]),
                "swap": fill(w.c_swap, &[("who", &in_sentence)]),
                "shown": fill(w.c_shown_as, &[("who", &in_sentence)]),
            })
        })
        .collect();
    let labels: Vec<_> = Label::ALL
        .iter()
        .zip(w.c_labels.split('|'))
        .map(|(label, text)| json!([label, text]))
        .collect();
    let roles = json!([
        [Role::Coach, w.coach],
        [Role::Coachee, w.coachee],
        [Role::Other, w.other_person],
        [Role::Unknown, w.c_unknown]
    ]);
    let forms = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    let data = json!({
        "served": settings.served, "edits": settings.edits, "french": w.french(),
        "speakers": speakers, "labels": labels, "roles": roles,
        "w": {
            "correct": w.c_correct, "none": w.c_none, "restore": w.c_restore, "is": w.c_is,
            "note": w.c_note, "save": w.c_save, "cancel": w.c_cancel, "mend": w.c_mend,
            "off": w.c_off, "on": w.c_on, "transcript": w.c_transcript, "from": w.c_from,
            "to": w.c_to, "exclude": w.c_exclude, "bad_time": w.c_bad_time, "people": w.c_people,
            "pending": forms(w.c_pending), "how": w.c_pending_how, "download": w.c_download,
            "undo": w.c_undo, "saving": w.c_saving, "failed": w.c_failed, "gone": w.c_gone,
            "by_hand": w.c_by_hand, "rejected": w.c_rejected,
        },
    });
    in_element(&data.to_string())
}

/// JSON that neither ends the element it stands in nor turns the text around it.
fn in_element(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            other => text.push(other),
        }
    }
    text
}
