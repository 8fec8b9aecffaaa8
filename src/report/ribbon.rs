//! The session from start to end: who talks when, what is marked, the coach's share over time.
//!
//! In: a [`Reader`] of a session. Out: a [`Ribbon`]: drawn blocks with their key and caption, or
//! the sentence that says why there is none. A mark leads to the moment that is listed below.

use super::chart::ribbon::{Block, Held, Lane, Link, Mark, Row, Slice, block};
use super::chart::{Icon, Svg, swatch, tied};
use super::evidence::voice;
use super::moments::{Reader, display, icon, level, of_kind};
use super::numbers::{length, place, share};
use super::rows::{metric, reason_words};
use super::text::opening;
use super::words::fill;
use crate::analysis::{Moment, MomentFlag, MomentKind, Reason, Series};
use crate::lang::Openness;
use crate::session::{Ms, Role, Span, SpeakerId, Speech};

/// Up to this length a block is two minutes wide, above it five (report/README).
const SHORT: Ms = Ms(12 * 60_000);
const SHORT_BLOCK: u64 = 2 * 60_000;
const LONG_BLOCK: u64 = 5 * 60_000;
/// A day. A longer session has a damaged time.
const MOST_BLOCKS: usize = 24 * 12;
/// A shorter pause within one speaker's turn is part of it (DESIGN §2).
const TURN_PAUSE: Ms = Ms(2_000);
/// A sign lies where its speech does, to this much. Ours.
const NEAR: Ms = Ms(200);
/// Words and characters of a quotation on a mark.
const QUOTED: (usize, usize) = (16, 100);

/// The ribbon, ready to be laid out.
#[derive(Debug, Clone)]
pub struct Ribbon {
    /// Drawings in order of time.
    pub blocks: Vec<Svg>,
    /// More than a screen of them: smaller on paper.
    pub long: bool,
    /// What the drawings mean.
    pub key: Vec<(Svg, String)>,
    /// Under them: what the line is, and the rest; `None` without a coach.
    pub caption: Option<(&'static str, String)>,
}

/// Draws it.
///
/// # Errors
/// The sentence that says why there is nothing to draw.
pub fn ribbon(reader: &Reader<'_>) -> Result<Ribbon, &'static str> {
    let session = reader.session;
    let silent = session.utterances.iter().all(|utterance| utterance.text.trim().is_empty());
    let speech = match session.speech.as_deref() {
        Some([]) => return Err(reason_words(reader.words, Reason::NoSpeech)),
        None if silent => return Err(reason_words(reader.words, Reason::NoSpeech)),
        None => return Err(reason_words(reader.words, Reason::NoTimes)),
        Some(speech) => speech,
    };
    let heard = speech.iter().map(|one| one.span.end()).max().unwrap_or_default();
    let end = session.source.duration_ms.unwrap_or_default().max(heard);
    let width = if end <= SHORT { SHORT_BLOCK } else { LONG_BLOCK };
    let people = People::of(reader);
    let found = Found::of(reader);
    let floor = floor(speech, &found.signs_of_all);
    let starts = (0..end.0).step_by(usize::try_from(width).unwrap_or(usize::MAX));
    let spans = starts.filter_map(|start| Span::new(Ms(start), Ms(start + width)));
    let draw = |span: Span| {
        let lanes = people.lanes(span, speech, &floor);
        block(&Block {
            span,
            spoken: format!("{} – {}", place(span.start()), place(span.end().min(end))),
            ticks: ticks(span, width),
            lanes,
            silences: found.silences(reader, span),
            stretches: found.stretches(reader, span, &people),
            marks: found.marks(reader, span),
            slices: slices(reader, span),
            edges: edges(reader),
        })
    };
    let blocks: Vec<Svg> = spans.take(MOST_BLOCKS).map(draw).collect();
    Ok(Ribbon {
        long: blocks.len() > 6,
        blocks,
        key: key(reader, &people, &found),
        caption: caption(reader),
    })
}

fn ticks(span: Span, width: u64) -> Vec<(Ms, String)> {
    let step = if width == SHORT_BLOCK { 30_000 } else { 60_000 };
    (0..width / step).map(|i| span.start() + Ms(i * step)).map(|at| (at, place(at))).collect()
}

fn clip(span: Span, window: Span) -> Option<Span> {
    Span::new(span.start().max(window.start()), span.end().min(window.end()))
}

/// Who stands where: the coach above, the person coached below, everybody else under them. With
/// nobody known to be the coach, voices in their order.
struct People {
    lanes: Vec<(Vec<SpeakerId>, String)>,
}

impl People {
    fn of(reader: &Reader<'_>) -> Self {
        let speakers = &reader.session.speakers;
        let with = |role: Role| speakers.iter().filter(move |s| s.role == role).map(|s| s.id);
        let words = reader.words;
        let mut lanes: Vec<(Vec<SpeakerId>, String)> = if with(Role::Coach).next().is_some() {
            vec![
                (with(Role::Coach).collect(), words.coach.to_owned()),
                (with(Role::Coachee).collect(), words.coachee.to_owned()),
            ]
        } else {
            let first = speakers.iter().take(2);
            first.map(|s| (vec![s.id], voice(words, reader.analysis, s.id))).collect()
        };
        let placed: Vec<SpeakerId> = lanes.iter().flat_map(|lane| lane.0.clone()).collect();
        let rest: Vec<SpeakerId> =
            speakers.iter().map(|s| s.id).filter(|id| !placed.contains(id)).collect();
        if !rest.is_empty() {
            lanes.push((rest, words.other_person.to_owned()));
        }
        Self { lanes }
    }

    fn lane(&self, id: SpeakerId) -> Option<usize> {
        self.lanes.iter().position(|(ids, _)| ids.contains(&id))
    }

    fn lanes(&self, window: Span, speech: &[Speech], floor: &[Speech]) -> Vec<Lane> {
        let of = |all: &[Speech], lane: usize| -> Vec<Span> {
            let own = all.iter().filter(|one| self.lane(one.speaker) == Some(lane));
            own.filter_map(|one| clip(one.span, window)).collect()
        };
        (0..self.lanes.len()).map(|i| Lane { floor: of(floor, i), voice: of(speech, i) }).collect()
    }
}

/// Whose turn it is: speech with its pauses, until somebody else says more than a small sign.
fn floor(speech: &[Speech], signs: &[&Moment]) -> Vec<Speech> {
    let is_sign = |one: &Speech| {
        signs.iter().any(|sign| {
            let (start, end) = (sign.start_ms.unwrap_or_default(), sign.end_ms.unwrap_or_default());
            sign.speaker == Some(one.speaker)
                && one.span.start() + NEAR >= start
                && one.span.end() <= end + NEAR
        })
    };
    let mut turns: Vec<Speech> = Vec::new();
    for one in speech.iter().filter(|one| !is_sign(one)) {
        match turns.last_mut() {
            Some(turn)
                if turn.speaker == one.speaker
                    && one.span.start() < turn.span.end() + TURN_PAUSE =>
            {
                turn.span = turn.span.hull(one.span);
            }
            _ => turns.push(*one),
        }
    }
    turns
}

/// The moments that are drawn: those the page lists.
struct Found<'a> {
    questions: Vec<&'a Moment>,
    phrases: Vec<&'a Moment>,
    interruptions: Vec<&'a Moment>,
    signs: Vec<&'a Moment>,
    signs_of_all: Vec<&'a Moment>,
    marked: Vec<&'a Moment>,
    silences: Vec<&'a Moment>,
    stretches: Vec<&'a Moment>,
}

impl<'a> Found<'a> {
    fn of(reader: &Reader<'a>) -> Self {
        let mut stretches = of_kind(reader, MomentKind::Monologue);
        stretches.extend(of_kind(reader, MomentKind::LongestTurn));
        let all = reader.analysis.moments.iter();
        Self {
            questions: of_kind(reader, MomentKind::Question),
            phrases: of_kind(reader, MomentKind::Prescriptive),
            interruptions: of_kind(reader, MomentKind::Interruption),
            signs: of_kind(reader, MomentKind::Backchannel),
            signs_of_all: all
                .filter(|m| m.kind == MomentKind::Backchannel && !m.rejected)
                .collect(),
            marked: of_kind(reader, MomentKind::Mark),
            silences: of_kind(reader, MomentKind::Silence),
            stretches,
        }
    }

    fn marks(&self, reader: &Reader<'_>, window: Span) -> Vec<Mark> {
        let words = reader.words;
        let rows = [
            (Row::Question, &self.questions),
            (Row::Question, &self.marked),
            (Row::Phrase, &self.phrases),
            (Row::Sign, &self.signs),
            (Row::Between, &self.interruptions),
        ];
        let mut marks = Vec::new();
        for (row, moments) in rows {
            for moment in moments {
                let Some(at) = moment.start_ms.filter(|&at| within(at, window)) else { continue };
                let leading = moment.flags.contains(&MomentFlag::Leading);
                let what = match row {
                    Row::Question if moment.kind == MomentKind::Mark => words.mark.to_owned(),
                    Row::Question if leading => {
                        format!("{}, {}", asked(reader, moment), words.leading)
                    }
                    Row::Question => asked(reader, moment).to_owned(),
                    Row::Phrase => level(words, moment).to_lowercase(),
                    Row::Sign => words.key_sign.to_owned(),
                    Row::Between => words.key_interruption.to_owned(),
                };
                let text = display(moment.text.as_deref().unwrap_or_default(), words.french());
                let (mut text, more) = opening(&text, QUOTED.0, QUOTED.1);
                if more > 0 {
                    text.push('…');
                }
                let spoken = [format!("{what}, {}", place(at)), text];
                let spoken = spoken.iter().filter(|part| !part.is_empty());
                let spoken = spoken.map(String::as_str).collect::<Vec<_>>().join(": ");
                marks.push(Mark {
                    link: Link { target: reader.target(&moment.id), at, spoken },
                    row,
                    icon: icon(moment),
                    turn: moment.group.clone(),
                });
            }
        }
        marks.sort_by_key(|mark| mark.link.at);
        marks
    }

    fn silences(&self, reader: &Reader<'_>, window: Span) -> Vec<Held> {
        let words = reader.words;
        let spoken = |lasts: &str, at: Ms| format!("{}, {}: {lasts}", words.key_silence, place(at));
        let held = self.silences.iter().filter_map(|silence| {
            let (start, end) = silence.start_ms.zip(silence.end_ms)?;
            let text = length(words, end.since(start));
            let link = Link {
                target: reader.target(&silence.id),
                at: start,
                spoken: spoken(&text, start),
            };
            let link = within(start, window).then_some(link);
            Some(Held { span: clip(Span::new(start, end)?, window)?, lane: 0, link, text })
        });
        held.collect()
    }

    fn stretches(&self, reader: &Reader<'_>, window: Span, people: &People) -> Vec<Held> {
        let words = reader.words;
        let held = self.stretches.iter().filter_map(|stretch| {
            let (start, end) = stretch.start_ms.zip(stretch.end_ms)?;
            if !within(start, window) {
                return None;
            }
            let text = length(words, end.since(start));
            let label = match stretch.kind {
                MomentKind::Monologue => words.monologue,
                _ => words.longest_stretch,
            };
            let spoken = format!("{}, {}", fill(label, &[("length", &text)]), place(start));
            Some(Held {
                span: clip(Span::new(start, end)?, window)?,
                lane: u32::try_from(people.lane(stretch.speaker?)?).ok()?,
                link: Some(Link { target: reader.target(&stretch.id), at: start, spoken }),
                text,
            })
        });
        held.collect()
    }
}

fn within(at: Ms, window: Span) -> bool {
    (window.start()..window.end()).contains(&at)
}

fn asked(reader: &Reader<'_>, moment: &Moment) -> &'static str {
    let open = moment.openness == Some(Openness::Open);
    if open { reader.words.open_question } else { reader.words.closed_question }
}

fn series<'a>(reader: &Reader<'a>) -> Option<&'a Series> {
    reader.analysis.series.iter().find(|series| series.metric == "coach_talk_share")
}

fn slices(reader: &Reader<'_>, window: Span) -> Vec<Slice> {
    let points = series(reader).into_iter().flat_map(|series| &series.points);
    let slice = |point: &crate::analysis::Point| {
        let span = clip(Span::new(point.start_ms, point.end_ms)?, window)?;
        let value = point.value?;
        Some(Slice { span, share: value, text: share(reader.words, value) })
    };
    points.filter_map(slice).collect()
}

/// Edges of the usual range of the coach's share, the ends of the scale left out.
fn edges(reader: &Reader<'_>) -> Vec<f64> {
    let fundamentals = reader.analysis.fundamentals.iter();
    let bands =
        fundamentals.filter(|f| f.metric == "coach_talk_share").filter_map(|f| f.band.as_ref());
    let mut edges: Vec<f64> =
        bands.flat_map(|band| band.within.iter().flatten().copied()).collect();
    edges.retain(|edge| *edge > 0.0 && *edge < 1.0);
    edges
}

fn caption(reader: &Reader<'_>) -> Option<(&'static str, String)> {
    let words = reader.words;
    let slice = series(reader)?.slice_ms;
    let head = if slice > Ms(60_000) { words.share_by_five } else { words.share_by_minute };
    let mut rest = Vec::new();
    let edges: Vec<String> = edges(reader).iter().map(|&edge| share(words, edge)).collect();
    if !edges.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "one or two edges")]
        let text = words.form(edges.len() as f64, words.share_edge);
        rest.push(fill(text, &[("edges", &edges.join(words.range_and))]));
    }
    let half = |id| metric(reader.analysis, id).and_then(|metric| metric.value);
    let halves = half("coach_talk_share_first_half").zip(half("coach_talk_share_second_half"));
    rest.extend(halves.map(|(first, second)| {
        let (first, second) = (share(words, first), share(words, second));
        fill(words.share_halves, &[("first", &first), ("second", &second)])
    }));
    Some((head, rest.join(" ")))
}

/// Only what this ribbon holds.
fn key(reader: &Reader<'_>, people: &People, found: &Found<'_>) -> Vec<(Svg, String)> {
    let words = reader.words;
    let classes = ["lane1", "lane2", "lane3"];
    let lanes = people.lanes.iter().zip(classes);
    let mut key: Vec<(Svg, String)> =
        lanes.map(|((_, name), class)| (swatch(class), name.clone())).collect();
    let any = |moments: &[&Moment], keep: &dyn Fn(&Moment) -> bool| moments.iter().any(|m| keep(m));
    let open = |m: &Moment| m.openness == Some(Openness::Open);
    let has_level = |n: u8| move |m: &Moment| m.level.unwrap_or(1) == n;
    let mut mark = |there: bool, icon: Option<Svg>, text: &str| {
        key.extend(icon.filter(|_| there).map(|icon| (icon, text.to_owned())));
    };
    let (asked, said) = (&found.questions, &found.phrases);
    mark(any(asked, &open), Icon::Open.draw(), words.open_question);
    mark(any(asked, &|m| !open(m)), Icon::Closed.draw(), words.closed_question);
    let stacked = any(asked, &|m| m.flags.contains(&MomentFlag::Stacked));
    mark(stacked, Some(tied()), words.key_one_turn);
    let leading = any(asked, &|m| m.flags.contains(&MomentFlag::Leading));
    mark(leading, Icon::ClosedLeading.draw(), words.leading);
    mark(any(said, &has_level(1)), Icon::Option.draw(), &words.option.to_lowercase());
    mark(any(said, &has_level(2)), Icon::Advice.draw(), &words.advice.to_lowercase());
    mark(any(said, &has_level(3)), Icon::Directive.draw(), &words.directive.to_lowercase());
    mark(!found.interruptions.is_empty(), Icon::Interruption.draw(), words.key_interruption);
    mark(!found.silences.is_empty(), Some(swatch("sil")), words.key_silence);
    mark(!found.signs.is_empty(), Icon::Sign.draw(), words.key_sign);
    mark(!found.marked.is_empty(), Icon::Marked.draw(), &words.mark.to_lowercase());
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::report::sample;
    use crate::report::words::words;
    use crate::session::Session;

    fn drawn(sample: &(Analysis, Session)) -> Result<Ribbon, &'static str> {
        let words = words(sample.0.source.language);
        ribbon(&Reader::new(words, &sample.0, &sample.1))
    }

    fn marked(ribbon: &Ribbon) -> String {
        ribbon.blocks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_moment_it_knows_has_a_mark() {
        let ribbon = drawn(&sample::english()).unwrap();
        assert_eq!(ribbon.blocks.len(), 1);
        let drawing = marked(&ribbon);
        for part in [
            "open question, 0:01: What would you like to explore?",
            "directive, 0:41: You should call him.",
            "small sign, 0:20: Mm-hmm.",
            "silence of 3 s or more, 0:03: 3.5\u{a0}s",
            "Coachee’s longest stretch, 34\u{a0}s, 0:06",
        ] {
            assert!(drawing.contains(part), "{part}: {drawing}");
        }
        let keys: Vec<&str> = ribbon.key.iter().map(|(_, text)| text.as_str()).collect();
        let expected = ["Coach", "Coachee", "open question", "directive", "silence of 3 s or more"];
        assert!(expected.iter().all(|key| keys.contains(key)), "{keys:?}");
        assert!(!keys.contains(&"interruption"), "only what is there has a key");
    }

    #[test]
    fn what_was_marked_while_recording_stands_among_the_questions_in_order_of_time() {
        let mut sample = sample::english();
        let mut mark = sample.0.moments[0].clone();
        mark.id = "k1".to_owned();
        mark.kind = MomentKind::Mark;
        (mark.openness, mark.text, mark.speaker, mark.group) = (None, None, None, None);
        (mark.start_ms, mark.end_ms) = (Some(Ms(21_000)), Some(Ms(21_000)));
        sample.0.moments.push(mark);
        let ribbon = drawn(&sample).unwrap();
        let drawing = marked(&ribbon);
        assert!(drawing.contains("aria-label=\"Set while recording, 0:21\""), "{drawing}");
        assert!(drawing.contains("#g-mark"), "{drawing}");
        assert_eq!(ribbon.key.last().unwrap().1, "set while recording");
        let reader = Reader::new(words(sample.0.source.language), &sample.0, &sample.1);
        let all = Found::of(&reader).marks(&reader, Span::new(Ms(0), Ms(120_000)).unwrap());
        let places: Vec<Ms> = all.iter().map(|mark| mark.link.at).collect();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn the_share_and_the_edge_of_its_range_are_drawn_and_said() {
        let ribbon = drawn(&sample::english()).unwrap();
        assert!(marked(&ribbon).contains(">60%</text>"));
        let (head, rest) = ribbon.caption.unwrap();
        assert_eq!(head, "Coach’s share of the talk, minute by minute.");
        assert!(rest.contains("edge of the usual range, 30%"), "{rest}");
    }

    #[test]
    fn a_small_sign_does_not_take_the_floor() {
        let (analysis, session) = sample::english();
        let signs: Vec<&Moment> =
            analysis.moments.iter().filter(|m| m.kind == MomentKind::Backchannel).collect();
        let speech = session.speech.as_deref().unwrap();
        let turns = floor(speech, &signs);
        assert_eq!(turns.len(), 4, "{turns:?}");
        assert!(turns.iter().all(|turn| turn.span.start() != Ms(20_000)));
    }

    #[test]
    fn with_nobody_known_to_be_the_coach_voices_have_lanes_and_there_is_no_share() {
        let (mut analysis, session) = sample::english();
        analysis.series.clear();
        let ribbon = drawn(&sample::without_coach(&analysis, &session)).unwrap();
        assert_eq!((ribbon.key[0].1.as_str(), ribbon.key[1].1.as_str()), ("Voice A", "Voice B"));
        assert!(ribbon.caption.is_none());
        assert!(marked(&ribbon).contains("lane1") && marked(&ribbon).contains("lane2"));
    }

    #[test]
    fn what_has_no_times_or_no_speech_says_so() {
        let (analysis, mut session) = sample::english();
        session.speech = None;
        assert_eq!(
            drawn(&(analysis.clone(), session.clone())).unwrap_err(),
            "The transcript has no times."
        );
        session.speech = Some(Vec::new());
        assert_eq!(drawn(&(analysis, session)).unwrap_err(), "Nobody is heard speaking.");
    }

    #[test]
    fn a_long_session_has_wider_blocks_and_a_damaged_time_does_not_fill_the_page() {
        let (mut analysis, mut session) = sample::english();
        session.source.duration_ms = Some(Ms(90 * 60_000));
        assert_eq!(drawn(&(analysis.clone(), session.clone())).unwrap().blocks.len(), 18);
        session.source.duration_ms = Some(Ms(u64::MAX / 2));
        analysis.source.duration_ms = session.source.duration_ms;
        assert_eq!(drawn(&(analysis, session)).unwrap().blocks.len(), MOST_BLOCKS);
    }
}
