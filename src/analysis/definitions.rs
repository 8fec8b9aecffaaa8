//! What each metric is: unit, denominator, definition in one sentence, source (CODEBOOK §5).

use super::result::Unit;

/// The description of a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Definition {
    /// As in CODEBOOK §5.
    pub(super) id: &'static str,
    /// Of the value.
    pub(super) unit: Unit,
    /// What stands below the line.
    pub(super) over: Option<&'static str>,
    /// One sentence.
    pub(super) sentence: &'static str,
    /// Where the definition is from.
    pub(super) source: &'static str,
}

/// Source of the main denominator of talk shares.
const TALK: &str = "edu-convokit talk time; Ovida shows share of voice; ICF PCC 7.8";

/// Every metric, in the order of CODEBOOK §5.
pub(super) const ALL: &[Definition] = &[
    Definition {
        id: "coach_talk_share",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Own talk time over the sum of all talk times; overlap counts for each, silence for nobody.",
        source: TALK,
    },
    Definition {
        id: "coach_talk_share_of_session",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Own talk time over the length of the session.",
        source: "Gong's denominator (share of call time); CODEBOOK §2",
    },
    Definition {
        id: "coach_talk_share_first_half",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Share of the talk before the middle of the session.",
        source: "CODEBOOK §2, talk share over time",
    },
    Definition {
        id: "coach_talk_share_second_half",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Share of the talk after the middle of the session.",
        source: "CODEBOOK §2, talk share over time",
    },
    Definition {
        id: "coach_word_share",
        unit: Unit::Share,
        over: Some("words"),
        sentence: "Own words over everybody's words.",
        source: "CODEBOOK §2; the denominator of motivational-interviewing studies",
    },
    Definition {
        id: "overlap_share",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Time during which two or more talk at once, over the length of the session.",
        source: "CODEBOOK §2",
    },
    Definition {
        id: "silence_share",
        unit: Unit::Share,
        over: Some("ms"),
        sentence: "Time during which nobody talks, over the length of the session, beginning and end included.",
        source: "CODEBOOK §2; edu-convokit leaves it out of talk shares too",
    },
    Definition {
        id: "question_count",
        unit: Unit::Count,
        over: None,
        sentence: "Questions asked, each counted, requests for leave included.",
        source: "AnnoMI; MISC 2.5",
    },
    Definition {
        id: "open_question_count",
        unit: Unit::Count,
        over: None,
        sentence: "Questions that let the coachee choose the direction and length of the answer, under the rule in force.",
        source: "AnnoMI question_subtype; MISC 2.5 OQ",
    },
    Definition {
        id: "closed_question_count",
        unit: Unit::Count,
        over: None,
        sentence: "Questions that expect yes or no, a choice, a number or one fact, under the rule in force.",
        source: "AnnoMI question_subtype; MISC 2.5 CQ",
    },
    Definition {
        id: "leading_question_count",
        unit: Unit::Count,
        over: None,
        sentence: "Questions whose wording carries the answer or a judgement.",
        source: "ICF PCC 7 (no attachment); MISC Confront/Advise boundary",
    },
    Definition {
        id: "questions_per_hour",
        unit: Unit::PerHour,
        over: Some("ms"),
        sentence: "Questions per hour of session.",
        source: "Gavin & Bernardi 2025",
    },
    Definition {
        id: "open_question_share",
        unit: Unit::Share,
        over: Some("questions"),
        sentence: "Open questions over all questions, under the rule in force.",
        source: "ICF PCC 7.6 “primarily open-ended”; MITI 3.1.1 percent open questions",
    },
    Definition {
        id: "open_question_share_strict",
        unit: Unit::Share,
        over: Some("questions"),
        sentence: "Open questions over all questions, where whatever can be answered yes or no is closed.",
        source: "MISC 2.5 OQ/CQ, grammatical rule",
    },
    Definition {
        id: "stacked_turn_share",
        unit: Unit::Share,
        over: Some("question turns"),
        sentence: "Turns with two or more different questions, under 2 s apart and unanswered, over turns with a question.",
        source: "ICF PCC 7.6 “one at a time”; MITI counts one question a volley",
    },
    Definition {
        id: "prescriptive_count_level_1",
        unit: Unit::Count,
        over: None,
        sentence: "Options offered: you could, how about, have you thought about.",
        source: "MISC ADP/ADW; AnnoMI options",
    },
    Definition {
        id: "prescriptive_count_level_2",
        unit: Unit::Count,
        over: None,
        sentence: "Advice: I would recommend, if I were you.",
        source: "MISC ADP/ADW; AnnoMI advice",
    },
    Definition {
        id: "prescriptive_count_level_3",
        unit: Unit::Count,
        over: None,
        sentence: "Directives: what the coachee should, must or needs to do.",
        source: "MISC DI; MITI 4.2.1 Persuade",
    },
    Definition {
        id: "prescriptive_per_100_turns",
        unit: Unit::Per100Turns,
        over: Some("turns"),
        sentence: "Directives and advice without leave, per 100 turns (backchannels are no turns).",
        source: "CODEBOOK §4, measured on AnnoMI; ICF PCC 7.5 “without attachment”",
    },
    Definition {
        id: "permission_share",
        unit: Unit::Share,
        over: Some("prescriptive acts"),
        sentence: "Suggestions for which leave was asked or the choice stressed, over all of level 1 and above.",
        source: "MITI 4.2.1 Persuade with Permission",
    },
    Definition {
        id: "reflection_count",
        unit: Unit::Count,
        over: None,
        sentence: "Statements that give back what the coachee said or meant.",
        source: "MITI 4.2.1 SR/CR; AnnoMI reflection",
    },
    Definition {
        id: "reflections_per_question",
        unit: Unit::Ratio,
        over: Some("questions"),
        sentence: "Reflections over questions.",
        source: "MITI 4.2.1 R:Q",
    },
    Definition {
        id: "affirmation_count",
        unit: Unit::Count,
        over: None,
        sentence: "Praise and support.",
        source: "MITI 4.2.1 Affirm",
    },
    Definition {
        id: "information_count",
        unit: Unit::Count,
        over: None,
        sentence: "Facts, method, logistics or own experience, with no action asked.",
        source: "MITI 4.2.1 GI; AnnoMI information",
    },
    Definition {
        id: "wait_ms_median",
        unit: Unit::Ms,
        over: None,
        sentence: "Median time from the end of the last question of a stretch of talk to the next speech of anyone.",
        source: "Rowe, wait time 1; ICF PCC 7.6 pace; CODEBOOK §2",
    },
    Definition {
        id: "wait_under_1s_share",
        unit: Unit::Share,
        over: Some("waits"),
        sentence: "Waits under 1 s over all waits.",
        source: "Rowe, classroom wait-time research; CODEBOOK §1",
    },
    Definition {
        id: "wait_over_3s_share",
        unit: Unit::Share,
        over: Some("waits"),
        sentence: "Waits of 3 s or more over all waits.",
        source: "Rowe, classroom wait-time research; CODEBOOK §1",
    },
    Definition {
        id: "broken_question_share",
        unit: Unit::Share,
        over: Some("waits"),
        sentence: "Waits that the asker ends, after 1 s or more and before any answer, over all waits.",
        source: "ICF PCC 7.6 “at a pace that allows for thinking”; CODEBOOK §2",
    },
    Definition {
        id: "answer_ms_median",
        unit: Unit::Ms,
        over: None,
        sentence: "Median length of the other's talk from a question to the asker's next turn.",
        source: "CODEBOOK §2, answer",
    },
    Definition {
        id: "answer_words_median",
        unit: Unit::Words,
        over: None,
        sentence: "Median number of the other's words from a question to the asker's next turn.",
        source: "CODEBOOK §2, answer",
    },
    Definition {
        id: "response_gap_ms_median",
        unit: Unit::Ms,
        over: None,
        sentence: "Median time from the end of the other's turn to the start of one's own; negative is overlap. Conversation's norm is about 200 ms and each pair has its own.",
        source: "CODEBOOK §2, response gap",
    },
    Definition {
        id: "interruptions_per_10min",
        unit: Unit::Per10Min,
        over: Some("ms"),
        sentence: "Interruptions per 10 minutes of the other's talk: starting 0.3 s or more before the other ends, who stops within 1 s with an unfinished clause, or 0.8 s of overlap.",
        source: "ICF PCC 6.6; thresholds ours",
    },
    Definition {
        id: "interrupted_by_coachee_per_10min",
        unit: Unit::Per10Min,
        over: Some("ms"),
        sentence: "Interruptions by the coachee per 10 minutes of the coach's talk, by the same rule.",
        source: "ICF PCC 6.6, reversed; thresholds ours",
    },
    Definition {
        id: "backchannels_per_10min",
        unit: Unit::Per10Min,
        over: Some("ms"),
        sentence: "Small signs of listening (at most 1.2 s and three words while the other has the floor) per 10 minutes of the other's talk.",
        source: "MISC Facilitate; SwDA b; Gavin & Bernardi 2025",
    },
    Definition {
        id: "monologue_count",
        unit: Unit::Count,
        over: None,
        sentence: "Turns of the coach longer than 60 s.",
        source: "ICF PCC 7.8 “allows the client to do most of the talking”; threshold ours",
    },
    Definition {
        id: "longest_monologue_ms",
        unit: Unit::Ms,
        over: None,
        sentence: "The coach's longest turn, of whatever length.",
        source: "ICF PCC 7.8; CODEBOOK §2",
    },
    Definition {
        id: "coachee_longest_turn_ms",
        unit: Unit::Ms,
        over: None,
        sentence: "The coachee's longest turn: a good sign.",
        source: "ICF PCC 7.8; CODEBOOK §2",
    },
    Definition {
        id: "silence_held_per_10min",
        unit: Unit::Per10Min,
        over: Some("ms"),
        sentence: "Pauses of 3 s or more between speech, per 10 minutes of session.",
        source: "CODEBOOK §2, silence held; Rowe's 3 s",
    },
    Definition {
        id: "silence_held_ms_total",
        unit: Unit::Ms,
        over: None,
        sentence: "All pauses of 3 s or more between speech together.",
        source: "CODEBOOK §2, silence held",
    },
    Definition {
        id: "longest_silence_ms",
        unit: Unit::Ms,
        over: None,
        sentence: "The longest pause of 3 s or more between speech; 0 when there was none.",
        source: "CODEBOOK §2, silence held",
    },
    Definition {
        id: "coach_words_per_minute",
        unit: Unit::WordsPerMinute,
        over: Some("ms"),
        sentence: "Words per minute of own talk time.",
        source: "CODEBOOK §2, pace",
    },
    Definition {
        id: "coachee_words_per_minute",
        unit: Unit::WordsPerMinute,
        over: Some("ms"),
        sentence: "Words per minute of own talk time.",
        source: "CODEBOOK §2, pace",
    },
];

/// The description of `id`; an id that is not in the table has an empty one, which a test refuses.
pub(super) fn of(id: &str) -> Definition {
    ALL.iter().copied().find(|known| known.id == id).unwrap_or(Definition {
        id: "",
        unit: Unit::Count,
        over: None,
        sentence: "",
        source: "",
    })
}

/// Where `id` stands in the table.
pub(super) fn place(id: &str) -> usize {
    ALL.iter().position(|known| known.id == id).unwrap_or(ALL.len())
}
