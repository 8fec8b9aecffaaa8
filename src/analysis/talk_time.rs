//! Talk time: how long each speaker talks, and each one's share of the talking.
//!
//! A speaker's *talk time* is the length of the union of their speech, backchannels included. A
//! *share* is talk time over the sum of all talk times, so simultaneous speech counts for both
//! speakers and shares add to 1; silence is reported apart (CODEBOOK §2). Halves are cut at the
//! middle of the session's length.
//!
//! Source: edu-convokit, `Annotator.get_talktime` with `analysis_unit="timestamps"` and
//! `representation="proportion"` (<https://github.com/rosewang2008/edu-convokit>). Fields differ on
//! the denominator (Ovida: share of voice; Gong: of call time), so it is printed with the number.

use std::collections::BTreeMap;

use super::figure::{Figure, Sheet, real};
use super::result::{Point, Reason, Series, Subject};
use super::scene::{Scene, View};
use crate::session::{Evidence, Ms, Span, SpeakerId, Speech};

/// Sessions shorter than this are shown by the minute, longer ones by five (DESIGN §4).
const MINUTE_SLICES_UNDER: Ms = Ms(15 * 60_000);

/// More slices than a month has are no session but a damaged time. Ours.
const MOST_SLICES: u64 = 10_000;

/// Talk time of one recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkTime {
    /// Talk time by speaker; a speaker without speech is absent.
    pub talk_ms: BTreeMap<SpeakerId, Ms>,
    /// Time during which two or more speakers talk at once.
    pub overlap_ms: Ms,
    /// Time during which nobody talks, before the first and after the last word included.
    pub silence_ms: Ms,
}

/// Measures `speech`, given in any order, over the stretch of time that is the session; speech that
/// runs past its end makes it longer, for nothing that was heard is dropped. Without a session there
/// is no silence.
#[must_use]
pub fn talk_time(speech: &[Speech], session: Option<Span>) -> TalkTime {
    let mut edges = Vec::with_capacity(2 * speech.len());
    for one in speech {
        edges.extend([
            (one.span.start(), one.speaker, 1_i32),
            (one.span.end(), one.speaker, -1_i32),
        ]);
    }
    edges.sort_unstable();

    let mut open: BTreeMap<SpeakerId, i32> = BTreeMap::new();
    let mut talk_ms: BTreeMap<SpeakerId, Ms> = BTreeMap::new();
    let (mut overlap_ms, mut silence_ms) = (Ms::ZERO, Ms::ZERO);
    let mut now = session.map_or(Ms::ZERO, Span::start);
    for (time, speaker, step) in edges {
        let elapsed = time.since(now);
        match open.len() {
            0 => silence_ms += elapsed,
            1 => {}
            _ => overlap_ms += elapsed,
        }
        for &talker in open.keys() {
            *talk_ms.entry(talker).or_default() += elapsed;
        }
        // At one time the ends sort before the starts, so a count may pass through -1.
        *open.entry(speaker).or_default() += step;
        open.retain(|_, count| *count != 0);
        now = time;
    }
    silence_ms += session.map_or(Ms::ZERO, Span::end).since(now);
    TalkTime { talk_ms, overlap_ms, silence_ms }
}

impl TalkTime {
    /// All talk times together.
    #[must_use]
    pub fn total(&self) -> Ms {
        self.talk_ms.values().copied().sum()
    }

    /// Talk time of one speaker; zero for one who never speaks.
    #[must_use]
    pub fn of(&self, speaker: SpeakerId) -> Ms {
        self.talk_ms.get(&speaker).copied().unwrap_or_default()
    }

    /// Share of all talk time, from 0 to 1; `None` when nobody talks, which is not 0.
    #[must_use]
    pub fn share(&self, speaker: SpeakerId) -> Option<f64> {
        let total = self.total();
        (total > Ms::ZERO).then(|| self.of(speaker).as_f64() / total.as_f64())
    }
}

/// The part of `speech` that lies inside `window`.
fn within(speech: &[Speech], window: Span) -> Vec<Speech> {
    let clip = |one: &Speech| {
        let start = one.span.start().max(window.start());
        let end = one.span.end().min(window.end());
        Span::new(start, end).map(|span| Speech { span, speaker: one.speaker })
    };
    speech.iter().filter_map(clip).collect()
}

/// The shares of one speaker.
pub(super) fn measure(scene: &Scene, view: &View, sheet: &mut Sheet) {
    let subject = view.subject;
    sheet.put("coach_talk_share", subject, share(scene, view, None));
    sheet.put("coach_talk_share_of_session", subject, of_session(scene, view));
    for (id, second) in
        [("coach_talk_share_first_half", false), ("coach_talk_share_second_half", true)]
    {
        let figure = scene.timed().and_then(|timed| {
            let (start, end) = (timed.start, timed.start + timed.duration);
            let middle = Ms(u64::midpoint(start.0, end.0));
            let half = if second { Span::new(middle, end) } else { Span::new(start, middle) };
            share(scene, view, Some(half.ok_or(Reason::TooShort)?))
        });
        sheet.put(id, subject, figure);
    }
    sheet.put("coach_word_share", subject, word_share(scene, view));
}

fn share(scene: &Scene, view: &View, window: Option<Span>) -> Result<Figure, Reason> {
    let timed = scene.timed()?;
    let clipped;
    let talk = match window {
        None => &timed.talk,
        Some(window) => {
            clipped = talk_time(&within(timed.speech, window), None);
            &clipped
        }
    };
    let value = talk.share(view.own).ok_or(Reason::NoSpeech)?;
    let figure = Figure::over(talk.of(view.own).as_f64(), talk.total().as_f64());
    Ok(match scene.session.source.separation.talk_share_error {
        Some(error) => figure.range((value - error).max(0.0), (value + error).min(1.0)),
        None => figure,
    })
}

fn of_session(scene: &Scene, view: &View) -> Result<Figure, Reason> {
    let timed = scene.timed()?;
    let own = timed.talk.of(view.own).as_f64();
    let figure = Figure::over(own, timed.duration.as_f64());
    Ok(match scene.session.source.separation.talk_share_error {
        // The error was measured on the share of talk: scaled by how much of the session is talk.
        Some(error) => {
            let error = error * timed.talk.total().as_f64() / timed.duration.as_f64();
            let value = figure.value;
            figure.range((value - error).max(0.0), (value + error).min(1.0))
        }
        None => figure,
    })
}

fn word_share(scene: &Scene, view: &View) -> Result<Figure, Reason> {
    let all: u64 = scene.words.values().sum();
    if all == 0 {
        return Err(Reason::NoSpeech);
    }
    Ok(Figure::over(real(scene.words_of(view.own)), real(all)))
}

/// What is measured of the session as a whole.
pub(super) fn measure_session(scene: &Scene, sheet: &mut Sheet) {
    let overlap = scene.heard().and_then(|timed| {
        // One microphone for two voices: no overlap found is no evidence that there was none.
        let apart =
            matches!(scene.session.source.speaker_evidence, Evidence::Tracks | Evidence::Channels);
        if !apart && timed.talk.overlap_ms == Ms::ZERO {
            let imported = scene.session.source.speaker_evidence == Evidence::Imported;
            return Err(if imported { Reason::NoChannels } else { Reason::NoOverlapEvidence });
        }
        Ok(Figure::over(timed.talk.overlap_ms.as_f64(), timed.duration.as_f64()))
    });
    sheet.put("overlap_share", Subject::Session, overlap);
    let silence = scene
        .heard()
        .map(|timed| Figure::over(timed.talk.silence_ms.as_f64(), timed.duration.as_f64()));
    sheet.put("silence_share", Subject::Session, silence);
}

/// The coach's share over time: a slice a minute under 15 minutes, else five; a last piece under
/// half a slice joins the one before (DESIGN §4).
pub(super) fn series(scene: &Scene) -> Vec<Series> {
    let (Some(coach), Ok(timed)) = (scene.coach, scene.timed()) else { return Vec::new() };
    let slice = if timed.duration < MINUTE_SLICES_UNDER { Ms(60_000) } else { Ms(300_000) };
    if timed.duration.0 / slice.0 > MOST_SLICES {
        return Vec::new();
    }
    let mut points: Vec<Point> = Vec::new();
    let (mut start, stop) = (timed.start, timed.start + timed.duration);
    while start < stop {
        let rest = stop.since(start);
        let last = rest.0 < slice.0 + slice.0 / 2;
        let end = if last { stop } else { start + slice };
        let value = Span::new(start, end)
            .and_then(|window| talk_time(&within(timed.speech, window), None).share(coach));
        points.push(Point { start_ms: start, end_ms: end, value });
        start = end;
    }
    vec![Series { metric: "coach_talk_share".to_owned(), slice_ms: slice, points }]
}

#[cfg(test)]
mod tests {
    use super::*;

    const COACH: SpeakerId = SpeakerId(1);
    const CLIENT: SpeakerId = SpeakerId(2);

    fn speech(stretches: &[(SpeakerId, u64, u64)]) -> Vec<Speech> {
        stretches
            .iter()
            .map(|&(speaker, start, end)| Speech {
                span: Span::new(Ms(start), Ms(end)).unwrap(),
                speaker,
            })
            .collect()
    }

    fn measured(stretches: &[(SpeakerId, u64, u64)]) -> TalkTime {
        talk_time(&speech(stretches), Span::new(Ms::ZERO, Ms(10_000)))
    }

    #[test]
    fn overlapping_speech_of_one_speaker_counts_once() {
        let t = measured(&[(COACH, 0, 3_000), (COACH, 2_000, 4_000)]);
        assert_eq!((t.talk_ms[&COACH], t.overlap_ms), (Ms(4_000), Ms(0)));
    }

    #[test]
    fn simultaneous_speech_counts_for_both_and_shares_add_to_one() {
        let t = measured(&[(CLIENT, 1_000, 5_000), (COACH, 4_000, 6_000)]);
        assert_eq!((t.overlap_ms, t.silence_ms), (Ms(1_000), Ms(5_000)));
        assert!((t.share(COACH).unwrap() - 2.0 / 6.0).abs() < 1e-12);
        assert!((t.share(CLIENT).unwrap() - 4.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn touching_speech_does_not_overlap_in_any_order() {
        let t = measured(&[(COACH, 2_000, 3_000), (CLIENT, 1_000, 2_000), (CLIENT, 3_000, 4_000)]);
        assert_eq!((t.overlap_ms, t.silence_ms), (Ms(0), Ms(7_000)));
        let t = measured(&[(CLIENT, 2_000, 3_000), (CLIENT, 1_000, 2_000)]);
        assert_eq!(t.of(CLIENT), Ms(2_000));
    }

    #[test]
    fn a_silent_recording_has_no_shares() {
        let t = measured(&[]);
        assert_eq!((t.silence_ms, t.share(COACH)), (Ms(10_000), None));
    }

    #[test]
    fn it_equals_a_count_of_every_millisecond() {
        let mut seed = 1_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (seed >> 33) % below
        };
        for _ in 0..500 {
            let stretches: Vec<_> = (0..next(9))
                .map(|_| {
                    let start = next(90);
                    let speaker = SpeakerId(u8::try_from(1 + next(3)).unwrap());
                    (speaker, start, start + 1 + next(10))
                })
                .collect();
            let mut expected =
                TalkTime { talk_ms: BTreeMap::new(), overlap_ms: Ms::ZERO, silence_ms: Ms::ZERO };
            for ms in 0..100 {
                let mut talking: Vec<SpeakerId> = stretches
                    .iter()
                    .filter(|&&(_, start, end)| start <= ms && ms < end)
                    .map(|&(speaker, _, _)| speaker)
                    .collect();
                talking.sort_unstable();
                talking.dedup();
                match talking.len() {
                    0 => expected.silence_ms += Ms(1),
                    1 => {}
                    _ => expected.overlap_ms += Ms(1),
                }
                for speaker in talking {
                    *expected.talk_ms.entry(speaker).or_default() += Ms(1);
                }
            }
            assert_eq!(
                talk_time(&speech(&stretches), Span::new(Ms::ZERO, Ms(100))),
                expected,
                "{stretches:?}"
            );
        }
    }
}
