//! Facts about the whole analysis, on small sessions made by hand.

use super::*;
use crate::lang::{CharSpan, Code, Openness, Push, QuestionForm};
use crate::session::{
    About, Corrections, Edit, Evidence, Noted, OptionalSpan, Place, Role, Separation, Source,
    SourceKind, Span, Speaker, SpeakerId, Speech, SpeechFrom, Utterance, edits,
};

const OPEN: Code = question(Openness::Open);
const CLOSED: Code = question(Openness::Closed);
const ADVICE: Code = Code::Prescriptive { push: Push::Advice };

const fn question(openness: Openness) -> Code {
    Code::Question { form: QuestionForm::Wh, pragmatic: openness, strict: openness, leading: false }
}

/// A session in the making: who speaks from when to when, what, and how it is coded.
struct Made {
    session: Session,
    coding: Coding,
}

impl Made {
    fn new() -> Self {
        let speaker = |id, role| Speaker {
            id: SpeakerId(id),
            role,
            name: None,
            role_evidence: None,
            role_confidence: None,
        };
        let session = Session {
            source: Source {
                kind: SourceKind::Recording,
                duration_ms: Some(Ms(200_000)),
                part: None,
                language: Language::En,
                model: None,
                speaker_evidence: Evidence::Channels,
                separation: Separation {
                    level: SeparationLevel::Clear,
                    bleed_db: None,
                    talk_share_error: Some(0.02),
                },
                speech_from: SpeechFrom::Sound,
                files: Vec::new(),
            },
            about: About::default(),
            speakers: vec![speaker(1, Role::Coach), speaker(2, Role::Coachee)],
            speech: Some(Vec::new()),
            utterances: Vec::new(),
            warnings: Vec::new(),
            noted: Noted::default(),
            corrections: Corrections::default(),
        };
        Self { session, coding: Coding::default() }
    }

    /// One utterance, coded as a whole.
    fn say(mut self, who: u8, from: u64, to: u64, text: &str, codes: &[Code]) -> Self {
        let span = Span::new(Ms(from), Ms(to)).unwrap();
        let speaker = SpeakerId(who);
        self.session.speech.as_mut().unwrap().push(Speech { span, speaker });
        self.session.utterances.push(Utterance {
            id: u32::try_from(self.session.utterances.len() + 1).unwrap(),
            speaker,
            span: OptionalSpan(Some(span)),
            language: Language::En,
            text: text.to_owned(),
            words: Vec::new(),
            prosody: None,
        });
        let end = u32::try_from(text.chars().count()).unwrap();
        let act = |&code: &Code| Act {
            span: CharSpan { start: 0, end },
            code,
            cues: Vec::new(),
            confidence: 0.9,
        };
        self.coding.0.push(codes.iter().map(act).collect());
        self
    }

    fn but(mut self, change: impl FnOnce(&mut Session)) -> Self {
        change(&mut self.session);
        self
    }

    fn untimed(self) -> Self {
        self.but(|session| {
            session.speech = None;
            session.source.duration_ms = None;
            session.utterances.iter_mut().for_each(|one| one.span = OptionalSpan(None));
        })
    }

    fn unsure(mut self) -> Self {
        self.coding.0.iter_mut().flatten().for_each(|act| act.confidence = 0.4);
        self
    }

    fn analysed(&self) -> Analysis {
        analyse(&self.session, &self.coding, &Profile::built_in("coaching").unwrap())
    }
}

fn metric<'a>(analysis: &'a Analysis, id: &str) -> &'a Metric {
    of(analysis, id, Subject::Coach)
}

fn of<'a>(analysis: &'a Analysis, id: &str, subject: Subject) -> &'a Metric {
    analysis.metrics.iter().find(|m| m.id == id && m.subject == subject).unwrap()
}

fn value(analysis: &Analysis, id: &str) -> Option<f64> {
    metric(analysis, id).value
}

fn moment<'a>(analysis: &'a Analysis, id: &str) -> &'a Moment {
    analysis.moments.iter().find(|moment| moment.id == id).unwrap()
}

/// A coach who asks once, and a coachee who answers at length.
fn short_talk() -> Made {
    Made::new()
        .say(1, 1_000, 3_000, "What do you want?", &[OPEN])
        .say(2, 7_000, 97_000, "I want to stop doing everything myself.", &[])
        .say(1, 98_000, 100_000, "You could ask for help.", &[ADVICE])
        .say(2, 101_000, 105_000, "I could try that.", &[])
}

#[test]
fn every_metric_of_the_codebook_is_there_once_a_subject_with_a_value_or_a_reason() {
    let analysis = short_talk().analysed();
    for known in definitions::ALL {
        let rows: Vec<_> = analysis.metrics.iter().filter(|m| m.id == known.id).collect();
        let expected = if known.id == "response_gap_ms_median" { 2 } else { 1 };
        assert_eq!(rows.len(), expected, "{}", known.id);
        for row in rows {
            assert_ne!(row.value.is_some(), row.reason.is_some(), "{}", known.id);
            assert!(!row.definition.is_empty() && !row.source.is_empty(), "{}", known.id);
        }
    }
    assert_eq!(analysis.metrics.len(), definitions::ALL.len() + 1);
}

#[test]
fn a_wait_runs_to_the_answer_and_the_answer_to_the_next_turn() {
    let analysis = short_talk().analysed();
    let asked = moment(&analysis, "q-1-0-17");
    assert_eq!((asked.wait_ms, asked.next), (Some(Ms(4_000)), Some(Subject::Coachee)));
    let answer = asked.answer.as_ref().unwrap();
    assert_eq!((answer.ms, answer.words, answer.utterances), (Some(Ms(90_000)), 7, [2, 2]));
    assert_eq!(value(&analysis, "wait_over_3s_share"), Some(1.0));
}

#[test]
fn every_moment_of_a_metric_exists() {
    let analysis = short_talk().analysed();
    for metric in &analysis.metrics {
        for id in &metric.moments {
            assert!(analysis.moments.iter().any(|moment| moment.id == *id), "{id}");
        }
    }
}

#[test]
fn two_questions_in_one_breath_are_stacked_and_have_one_wait() {
    let made = |pause: u64| {
        Made::new()
            .say(1, 1_000, 3_000, "What do you want?", &[OPEN])
            .say(1, 3_000 + pause, 6_000 + pause, "Have you told your boss?", &[CLOSED])
            .say(2, 12_000, 90_000, "Not yet.", &[])
            .analysed()
    };
    let breath = made(999);
    assert_eq!(moment(&breath, "q-1-0-17").flags, [MomentFlag::Stacked]);
    assert_eq!(moment(&breath, "q-1-0-17").group, moment(&breath, "q-2-0-24").group);
    assert_eq!(moment(&breath, "q-1-0-17").wait_ms, None);
    let both = made(1_000);
    assert!(moment(&both, "q-1-0-17").broken);
    assert_eq!(metric(&both, "stacked_turn_share").numerator, Some(1.0));
    let apart = made(2_000);
    assert!(moment(&apart, "q-1-0-17").broken);
    assert_eq!(metric(&apart, "stacked_turn_share").numerator, Some(0.0));
    assert_eq!(metric(&apart, "stacked_turn_share").denominator, Some(1.0), "one run of turns");
}

#[test]
fn going_on_with_a_statement_in_the_same_breath_breaks_nothing() {
    let analysis = Made::new()
        .say(1, 1_000, 3_000, "What do you want?", &[OPEN])
        .say(1, 3_500, 5_000, "I ask because you said so.", &[])
        .say(2, 9_000, 90_000, "Peace.", &[])
        .analysed();
    let asked = moment(&analysis, "q-1-0-17");
    assert_eq!((asked.wait_ms, asked.broken), (Some(Ms(500)), false));
    assert_eq!(asked.next, Some(Subject::Coach));
}

#[test]
fn a_repair_of_the_same_question_is_not_stacked() {
    let analysis = Made::new()
        .say(1, 1_000, 3_000, "What would success look like?", &[OPEN])
        .say(1, 3_500, 5_000, "Really, what would success look like?", &[OPEN])
        .say(2, 6_000, 90_000, "More time.", &[])
        .analysed();
    assert_eq!(value(&analysis, "stacked_turn_share"), Some(0.0));
}

#[test]
fn permission_covers_its_own_turn_and_the_next_one_when_it_was_granted() {
    let made = |answer: &str| {
        Made::new()
            .say(1, 1_000, 3_000, "May I share an idea?", &[CLOSED, Code::Permission])
            .say(2, 3_500, 5_000, answer, &[])
            .say(1, 5_500, 8_000, "I would ask for help.", &[ADVICE])
            .say(2, 9_000, 90_000, "I see what you mean there.", &[])
            .analysed()
    };
    let granted = made("Sure, go ahead.");
    assert_eq!(moment(&granted, "p-3-0-21").flags, [MomentFlag::Permission]);
    assert_eq!(moment(&granted, "p-3-0-21").level, Some(2), "never lowered");
    assert_eq!(value(&granted, "prescriptive_per_100_turns"), Some(0.0));
    assert_eq!(value(&granted, "permission_share"), Some(1.0));
    let refused = made("I'd rather not.");
    assert_eq!(value(&refused, "prescriptive_per_100_turns"), Some(50.0));
    let hesitant = Made::new()
        .say(1, 1_000, 3_000, "May I share an idea?", &[CLOSED, Code::Permission])
        .say(2, 3_500, 5_000, "Well, let me think.", &[])
        .say(2, 8_000, 9_000, "Go on, then.", &[])
        .say(1, 9_500, 11_000, "I would ask for help.", &[ADVICE])
        .say(2, 12_000, 90_000, "I see what you mean there.", &[])
        .analysed();
    assert_eq!(value(&hesitant, "permission_share"), Some(1.0));
    let same = Made::new()
        .say(1, 1_000, 3_000, "It is up to you, but I would ask.", &[ADVICE, Code::Permission])
        .say(2, 3_500, 90_000, "Perhaps I will.", &[])
        .analysed();
    assert_eq!(value(&same, "permission_share"), Some(1.0));
}

#[test]
fn an_unsure_act_is_kept_and_not_counted_but_widens_the_range() {
    let analysis = short_talk().unsure().analysed();
    assert_eq!(moment(&analysis, "q-1-0-17").flags, [MomentFlag::Unsure]);
    let count = metric(&analysis, "question_count");
    assert_eq!((count.value, count.low, count.high), (Some(0.0), Some(0.0), Some(1.0)));
    assert!(count.moments.is_empty());
    assert_eq!(metric(&analysis, "open_question_share").reason, Some(Reason::NoQuestions));
}

#[test]
fn a_rejected_moment_is_kept_and_leaves_the_count() {
    let reject = |session: &mut Session| {
        let edit = Edit::RejectMoment {
            at: Place {
                speaker: Some(SpeakerId(1)),
                time: OptionalSpan(Span::new(Ms(98_000), Ms(100_000))),
                ..Place::default()
            },
            kind: MomentKind::Prescriptive,
            rejected: true,
        };
        *session = edits::apply(&[edit], session.clone());
    };
    let analysis = short_talk().but(reject).analysed();
    assert!(moment(&analysis, "p-3-0-23").rejected);
    assert_eq!(value(&analysis, "prescriptive_count_level_2"), Some(0.0));
    assert_eq!(metric(&analysis, "permission_share").reason, Some(Reason::NoPrescriptiveAct));
    assert_eq!(analysis.prompts.last().unwrap().template, "longest_answer");
}

#[test]
fn an_unknown_coach_leaves_the_coach_null_and_gives_every_speaker() {
    let unknown = |session: &mut Session| {
        session.speakers.iter_mut().for_each(|speaker| speaker.role = Role::Unknown);
    };
    let analysis = short_talk().but(unknown).analysed();
    let share = metric(&analysis, "coach_talk_share");
    assert_eq!((share.value, share.reason), (None, Some(Reason::CoachUnknown)));
    let one = of(&analysis, "coach_talk_share", Subject::Speaker(SpeakerId(1))).value.unwrap();
    let two = of(&analysis, "coach_talk_share", Subject::Speaker(SpeakerId(2))).value.unwrap();
    assert!((one + two - 1.0).abs() < 1e-12);
    assert!(analysis.fundamentals.iter().all(|row| row.status == Status::NotMeasured));
    assert!(analysis.warnings.iter().any(|w| w.code == WarningCode::CoachUnknown));
    assert_eq!(moment(&analysis, "s-3000").next, Some(Subject::Speaker(SpeakerId(2))));
    assert!(of(&analysis, "silence_share", Subject::Session).value.is_some());
    let text = serde_json::to_string(&analysis).unwrap();
    assert!(text.contains(r#""subject":"S1""#) && text.contains(r#""next":"S2""#));
    assert_eq!(serde_json::from_str::<Analysis>(&text).unwrap(), analysis);
}

#[test]
fn without_times_words_stand_and_times_are_null() {
    let analysis = short_talk().untimed().analysed();
    for id in ["coach_talk_share", "wait_ms_median", "questions_per_hour", "answer_ms_median"] {
        assert_eq!(metric(&analysis, id).reason, Some(Reason::NoTimes), "{id}");
    }
    assert_eq!(value(&analysis, "question_count"), Some(1.0));
    assert_eq!(value(&analysis, "answer_words_median"), Some(7.0));
    assert_eq!(value(&analysis, "prescriptive_per_100_turns"), Some(50.0));
    assert_eq!(moment(&analysis, "q-1-0-17").start_ms, None);
}

#[test]
fn one_microphone_shows_no_interruptions() {
    let mono = |session: &mut Session| session.source.speaker_evidence = Evidence::Voices;
    let analysis = short_talk().but(mono).analysed();
    for (id, subject) in [
        ("interruptions_per_10min", Subject::Coach),
        ("interrupted_by_coachee_per_10min", Subject::Coachee),
        ("overlap_share", Subject::Session),
    ] {
        assert_eq!(of(&analysis, id, subject).reason, Some(Reason::NoOverlapEvidence), "{id}");
    }
}

#[test]
fn another_language_is_measured_in_time_only() {
    let dutch = |session: &mut Session| session.source.language = Language::Other;
    let analysis = short_talk().but(dutch).analysed();
    for id in ["question_count", "open_question_share", "reflection_count", "permission_share"] {
        assert_eq!(metric(&analysis, id).reason, Some(Reason::LanguageUnsupported), "{id}");
    }
    assert!(value(&analysis, "coach_talk_share").is_some());
    assert!(value(&analysis, "coach_word_share").is_some());
}

#[test]
fn silence_alone_measures_nothing_and_says_so() {
    let roles = [Role::Unknown, Role::Coach];
    for role in roles {
        let analysis = Made::new().but(|session| session.speakers[0].role = role).analysed();
        let null = analysis.metrics.iter().all(|m| m.value.is_none());
        assert!(null);
        assert_eq!(metric(&analysis, "coach_talk_share").reason, Some(Reason::NoSpeech));
        assert_eq!(metric(&analysis, "question_count").reason, Some(Reason::NoSpeech));
        assert!(analysis.warnings.iter().any(|w| w.code == WarningCode::NoSpeech));
        assert!(!analysis.warnings.iter().any(|w| w.code == WarningCode::LittleMaterial));
    }
}

#[test]
fn a_small_sign_takes_no_turn_but_an_answer_does() {
    let made = |code: Code| {
        Made::new()
            .say(1, 1_000, 3_000, "Did you tell her so?", &[code])
            .say(2, 3_300, 3_800, "Yes.", &[])
            .say(1, 4_000, 6_000, "So that is done.", &[])
            .say(2, 7_000, 90_000, "It was not easy at all.", &[])
            .analysed()
    };
    let turns = |analysis: &Analysis| metric(analysis, "prescriptive_per_100_turns").denominator;
    assert_eq!(turns(&made(CLOSED)), Some(2.0));
    assert_eq!(turns(&made(Code::Affirmation)), Some(1.0));
}

#[test]
fn the_coachs_small_sign_is_a_moment_and_a_word_that_opens_a_turn_is_none() {
    let analysis = Made::new()
        .say(2, 1_000, 70_000, "It began in spring and it went on.", &[])
        .say(1, 30_000, 30_600, "Mm-hmm.", &[])
        .say(1, 70_500, 70_900, "Okay.", &[])
        .say(1, 71_500, 73_000, "And what then?", &[OPEN])
        .say(2, 74_000, 75_000, "Then I left.", &[])
        .but(|session| session.speech.as_mut().unwrap().sort())
        .analysed();
    let signs = metric(&analysis, "backchannels_per_10min");
    assert_eq!(signs.moments, ["b-S1-30000"]);
    assert_eq!(signs.numerator, Some(1.0));
}

#[test]
fn an_unfinished_clause_or_a_long_overlap_is_an_interruption_and_a_sentence_end_is_not() {
    let made = |text: &str, start: u64| {
        let analysis = Made::new()
            .say(2, 1_000, 80_000, text, &[])
            .say(1, start, 85_000, "But why did you do it?", &[OPEN])
            .say(2, 86_000, 87_000, "I was tired.", &[])
            .analysed();
        metric(&analysis, "interruptions_per_10min").numerator
    };
    assert_eq!(made("I wanted to tell her that-", 79_700), Some(1.0));
    assert_eq!(made("I wanted to tell her.", 79_700), Some(0.0));
    assert_eq!(made("I wanted to tell her that-", 79_701), Some(0.0));
    assert_eq!(made("I wanted to tell her.", 79_200), Some(1.0));
    assert_eq!(made("I wanted to tell her.", 79_201), Some(0.0));
}

#[test]
fn sixty_seconds_are_no_monologue_and_a_small_sign_does_not_break_one() {
    let made = |end: u64| {
        Made::new()
            .say(1, 0, 40_000, "Let me tell you all about it.", &[])
            .say(2, 40_100, 40_500, "Yeah.", &[])
            .say(1, 41_000, end, "And so it went.", &[])
            .say(2, 100_000, 190_000, "I see your point, I think.", &[])
            .analysed()
    };
    assert_eq!(value(&made(60_000), "monologue_count"), Some(0.0));
    let long = made(60_001);
    assert_eq!(metric(&long, "monologue_count").moments, ["m-S1-0"]);
    assert_eq!(moment(&long, "m-S1-0").utterances, Some([1, 3]));
    assert_eq!(value(&long, "longest_monologue_ms"), Some(60_001.0));
    let longest = of(&long, "coachee_longest_turn_ms", Subject::Coachee);
    assert_eq!((longest.value, longest.moments.len()), (Some(90_000.0), 1));
}

#[test]
fn a_pause_of_exactly_three_seconds_is_held() {
    let made = |start: u64| {
        Made::new()
            .say(1, 1_000, 3_000, "Take your time.", &[])
            .say(2, start, 90_000, "Well, let me see.", &[])
            .analysed()
    };
    let longest = |analysis: &Analysis| of(analysis, "longest_silence_ms", Subject::Session).value;
    assert_eq!(longest(&made(6_000)), Some(3_000.0));
    assert_eq!(longest(&made(5_999)), Some(0.0), "measured, and there is none");
}

#[test]
fn a_last_piece_under_half_a_slice_joins_the_one_before() {
    let points = |duration: u64| -> Vec<u64> {
        let analysis =
            short_talk().but(|session| session.source.duration_ms = Some(Ms(duration))).analysed();
        analysis.series[0].points.iter().map(|point| point.end_ms.0).collect()
    };
    assert_eq!(points(149_999), [60_000, 149_999]);
    assert_eq!(points(150_000), [60_000, 120_000, 150_000]);
    assert_eq!(points(900_000), [300_000, 600_000, 900_000]);
}

#[test]
fn the_prompts_are_the_longest_silence_the_closed_run_and_the_first_phrase() {
    let analysis = Made::new()
        .say(1, 1_000, 3_000, "Did you tell her so?", &[CLOSED])
        .say(2, 7_000, 50_000, "No, not at all.", &[])
        .say(1, 51_000, 53_000, "Will you tell her?", &[CLOSED])
        .say(2, 54_000, 90_000, "Perhaps I will.", &[])
        .say(1, 91_000, 93_000, "You had better do it.", &[ADVICE])
        .analysed();
    let prompts: Vec<_> =
        analysis.prompts.iter().map(|p| (p.template.as_str(), p.moment.as_str())).collect();
    let expected =
        [("longest_silence", "s-3000"), ("closed_run", "q-1-0-20"), ("first_phrase", "p-5-0-21")];
    assert_eq!(prompts, expected);
    assert_eq!(analysis.prompts[1].args["count"], 2);
}

#[test]
fn a_share_of_open_questions_is_never_surer_than_a_twentieth() {
    let share = short_talk();
    let analysis = share.analysed();
    let open = metric(&analysis, "open_question_share");
    assert_eq!(open.value, Some(1.0));
    assert!(open.low.unwrap() <= 0.95);
    assert_eq!(open.high, Some(1.0));
}

#[test]
fn little_material_is_flagged_and_makes_no_row_firm() {
    let analysis = short_talk().analysed();
    assert_eq!(metric(&analysis, "coach_talk_share").flags, [MetricFlag::LittleMaterial]);
    assert!(metric(&analysis, "question_count").flags.is_empty());
    assert!(analysis.fundamentals.iter().all(|row| !row.firm));
}

#[test]
fn the_strict_rule_of_a_profile_decides_what_is_open() {
    let polite = Code::Question {
        form: QuestionForm::YesNo,
        pragmatic: Openness::Open,
        strict: Openness::Closed,
        leading: false,
    };
    let made = Made::new().say(1, 1_000, 3_000, "Can you tell me more?", &[polite]).say(
        2,
        4_000,
        90_000,
        "It began in spring.",
        &[],
    );
    let mut profile = Profile::built_in("coaching").unwrap();
    let open = |profile: &Profile| {
        let analysis = analyse(&made.session, &made.coding, profile);
        (value(&analysis, "open_question_share"), value(&analysis, "open_question_share_strict"))
    };
    assert_eq!(open(&profile), (Some(1.0), Some(0.0)));
    profile.openness.rule = OpennessRule::Strict;
    assert_eq!(open(&profile), (Some(0.0), Some(0.0)));
}

#[test]
fn an_analysis_survives_being_written_and_read() {
    let analysis = short_talk().analysed();
    let text = serde_json::to_string(&analysis).unwrap();
    assert_eq!(serde_json::from_str::<Analysis>(&text).unwrap(), analysis);
}

#[test]
fn captions_show_neither_pauses_nor_overlaps_nor_signs() {
    let captions = |session: &mut Session| {
        session.source.speaker_evidence = Evidence::Imported;
        session.source.speech_from = SpeechFrom::Captions;
    };
    let analysis = short_talk().but(captions).analysed();
    for (id, subject) in [
        ("interruptions_per_10min", Subject::Coach),
        ("interrupted_by_coachee_per_10min", Subject::Coachee),
        ("wait_ms_median", Subject::Coach),
        ("broken_question_share", Subject::Coach),
        ("backchannels_per_10min", Subject::Coach),
        ("response_gap_ms_median", Subject::Coachee),
        ("overlap_share", Subject::Session),
        ("silence_share", Subject::Session),
        ("silence_held_per_10min", Subject::Session),
        ("longest_silence_ms", Subject::Session),
    ] {
        let metric = of(&analysis, id, subject);
        assert_eq!((metric.value, metric.reason), (None, Some(Reason::CaptionTimes)), "{id}");
    }
    assert!(analysis.moments.iter().all(|moment| moment.wait_ms.is_none() && !moment.broken));
    assert!(!analysis.moments.iter().any(|moment| moment.kind == MomentKind::Silence));
    for id in ["coach_talk_share", "longest_monologue_ms", "questions_per_hour"] {
        assert!(value(&analysis, id).is_some(), "{id}");
    }
}
