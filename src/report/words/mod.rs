//! Every sentence of the report, once a language.
//!
//! In: which language a session's page is written in. Out: [`Words`], the same for the terminal and
//! the page. A sentence is a line of text with `{names}` to fill; where number matters it has two
//! forms parted by `|`, singular first. English is singular at 1, French below 2.

mod en;
mod fr;

use crate::session::Language;

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {
        /// The sentences of one language. The compiler holds both languages to the same list.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "a sentence is its own description: see en.rs")]
        pub struct Words { $($(#[doc = $doc])* pub $name: &'static str,)+ }

        impl Words {
            /// Every sentence with its name, for tests that read them all.
            #[cfg(test)]
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

words! {
    lang, language, product, title, skip,
    // meta
    date, date_container, date_file_name, date_mtime, not_given, length, read_as, words_by, words_by_model, words_by_import, recording,
    transcript_file, unknown_length,
    profile_coaching, profile_mentoring, profile_lead, language_en, language_fr, language_other,
    // evidence
    rests_on, by_tracks, by_channels, by_channels_unmeasured, by_channels_weak, by_voices,
    by_voices_error, one_voice, more_voices, by_ffmpeg, by_import, by_import_untimed, weak_error,
    coach_worked_out, coach_worked_out_plain, coach_by_option, coach_by_track, coach_by_recording, coach_by_import,
    coach_by_edit, coach_by_voiceprint, coach_signs, sign_asks_openly, sign_answered,
    sign_speaks_of_you, sign_advises, sign_gives_back, sign_asks_leave, sign_opens, coach_likely,
    doubt_one_voice, doubt_too_little, doubt_nobody_coaches, doubt_alike, channel_left, channel_right, coach_unknown_loud, coach_command,
    voice, little_time, little_questions, no_speech_heard, language_not_covered,
    damaged, shorter, not_aligned, recording_gaps, recording_torn, invented_dropped, model_weak, model_weak_french,
    voice_line, voice_line_untimed,
    // people
    coach, coachee, the_coach, the_coachee, other_person, somebody,
    // fundamentals
    fundamentals, fundamentals_lede, range_usual, range_near, this_session, likely_span_key, hollow,
    listens, listens_unit, asks_openly, asks_openly_unit, one_at_a_time, one_at_a_time_unit,
    does_not_prescribe, does_not_prescribe_unit, asks_permission, asks_permission_unit,
    gives_space, gives_space_unit, lets_finish, lets_finish_unit,
    shows_understanding, shows_understanding_unit,
    listens_say, listens_words_say, asks_openly_say, one_at_a_time_say, one_at_a_time_none,
    prescribe_say, prescribe_none, prescribe_few, prescribe_levels, levels_directive, levels_advice,
    prescribe_options, permission_say, permission_none, space_say, space_none, finish_once,
    finish_twice, finish_say, finish_none, signs_say, signs_none,
    see_stretches, see_questions, see_stacked, see_phrases, see_suggestions, see_broken,
    see_question, see_interruptions, see_signs,
    likely, range_words, range_from_to, range_and, in_band, watch, out_of_band, in_band_leans,
    watch_leans, out_of_band_leans, shown, not_measured,
    unit_share, unit_count, unit_words, unit_per_hour, unit_per_10_min, unit_per_100_turns,
    unit_ratio, unit_words_per_minute,
    no_prescriptive_act, no_times, caption_times, no_overlap_evidence, no_channels, coach_unknown,
    language_unsupported, no_questions, no_speech, too_short,
    // moments
    moments, moments_lede, show, everything, show_open, show_closed, show_stacked, show_leading,
    show_broken, show_prescriptive, show_interruption, show_stretch, show_silence, show_sign,
    show_reflection, order, order_answer, order_time,
    g_questions, g_prescriptive, g_interruptions, g_stretches, g_silences, g_signs, g_reflections,
    g_others, g_marks, questions_empty, prescriptive_empty, interruptions_empty, stretches_empty,
    silences_empty, signs_empty, reflections_empty,
    before, open, closed, open_question, closed_question, leading, in_one_turn,
    answer, answer_words, answer_untimed, after_wait, at_once, no_answer_coach, no_answer,
    went_on, also, option, advice, directive, option_shown, with_leave, without_leave,
    starts_before_end, starts_before, longest_stretch, monologue, exercise, more_words, silence_then,
    silence_only, after_quote, permission, information, experience, affirmation, mark, checking,
    voice_rises,
    clear_case, fairly_clear, unsure, on_paper, no_time, quote_open, quote_close,
    moments_lede_play,
    // counts in the terminal
    counts, count_questions, count_open, count_closed, count_leading, count_phrases,
    count_directives, count_advice, count_options, count_interruptions, count_monologues,
    count_silences, count_signs, count_reflections,
    // transcript
    transcript, transcript_open, transcript_note, opens_in_page,
    // ribbon
    ribbon, ribbon_lede, key_one_turn, key_interruption, key_silence,
    key_sign, share_by_minute, share_by_five, share_edge, share_halves,
    // to think about
    think, think_lede, think_none, think_silence_after, think_silence,
    think_closed, think_closed_untimed, think_phrase, think_phrase_untimed, think_says,
    think_advises, think_offers, think_answer, think_answer_untimed, small_numbers,
    think_go, keep_notes, erase_notes, notes_erased, print_page,
    // sessions over time
    over_time, over_time_lede, sessions_n, coaches_n, coach_not_named, a_coach, a_coach_of, own_profile,
    definitions_of, definitions_differ, from_until, file_date, no_dates, no_date, dates_weak,
    dates_missing, whose_client, no_client, filter_note, changed_most, changed_say, changed_none,
    changed_too_few, changed_no_date, newest_say, newest_none, usual_within,
    usual_above, usual_below, usual_say, usual_too_few, gap_reason, gap_sessions,
    key_session, key_middle, key_median, key_gap, each_fundamental, history_spoken, table_of,
    client, report_column, no_report, s_usual, s_usual_text, s_apart, s_apart_text, s_order,
    s_order_text, sessions_line,
    // player
    player, play, pause, play_from, back,
    forward, next_moment, previous_moment, close_player, player_keys,
    line_heard, choose_recording, recording_missing, recording_unplayable, recording_checking,
    recording_same, recording_same_length, recording_differs, recording_length_differs, recording_too_few,
    play_anyway, press_play,
    // corrections
    c_correct, c_none, c_restore, c_is, c_note, c_save, c_cancel, c_mend, c_off, c_on,
    c_transcript, c_from, c_to, c_exclude, c_bad_time, c_people, c_name, c_role, c_unknown,
    c_same, c_swap, c_pending, c_pending_how, c_download, c_undo, c_saving, c_failed, c_gone,
    c_by_hand, c_heading, c_count, c_excluded, c_lost, c_unread, c_rejected, c_shown_as, c_labels,
    c_edits, c_script,
    // a prescriptive phrase turned round
    instead,
    // a copy to show
    share_note, share_note_quotes, share_ribbon_lede, share_own_model, share_own_profile,
    // small print
    small, s_range, s_range_text, s_span, s_span_text, s_definition_range, s_listens, s_openly,
    s_openly_strict, s_one, s_prescribe, s_permission, s_space, s_finish, s_signs, s_wrong,
    s_wrong_text, s_not_done, s_not_done_text, s_consent, s_consent_text, s_versions, s_versions_text, s_fingerprint,
    rule_pragmatic, rule_strict, source_listens, source_openly, source_one, source_prescribe,
    source_permission, source_space, source_finish, source_signs,
}

/// The words of a page about a session in this language.
#[must_use]
pub fn words(language: Language) -> &'static Words {
    match crate::analysis::page_language(language) {
        Language::Fr => &fr::FR,
        Language::En | Language::Other => &en::EN,
    }
}

impl Words {
    /// Whether this is French, for numbers and plurals.
    #[must_use]
    pub fn french(&self) -> bool {
        self.lang == "fr"
    }

    /// The form of `text` for a number: the part before `|` for one, the part after for several.
    #[must_use]
    pub fn form(&self, number: f64, text: &'static str) -> &'static str {
        let is_one = (number - 1.0).abs() < f64::EPSILON;
        let singular = if self.french() { number < 2.0 } else { is_one };
        match text.split_once('|') {
            Some((one, _)) if singular => one,
            Some((_, many)) => many,
            None => text,
        }
    }

    /// `text` with its `{n}` and other names filled, in the form that `n` asks for.
    #[must_use]
    pub fn count(&self, n: u64, text: &'static str, more: &[(&str, &str)]) -> String {
        let number = n.to_string();
        let mut all = vec![("n", number.as_str())];
        all.extend_from_slice(more);
        #[expect(clippy::cast_precision_loss, reason = "only told apart from 1 and 2")]
        fill(self.form(n as f64, text), &all)
    }

    /// A number up to ten in words, above that in digits.
    #[must_use]
    pub fn small_number(&self, n: u64) -> String {
        let word = usize::try_from(n).ok().and_then(|n| self.small_numbers.split(' ').nth(n));
        word.map_or_else(|| n.to_string(), str::to_owned)
    }

    /// A quotation in this language's marks.
    #[must_use]
    pub fn quote(&self, text: &str) -> String {
        format!("{}{text}{}", self.quote_open, self.quote_close)
    }
}

/// `text` with each `{name}` put in; what is put in is not read again, so a transcript may hold
/// braces.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) {
            out.push_str(value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|p| p.0).collect()
    }

    #[test]
    fn both_languages_have_every_sentence_and_fill_the_same_names() {
        let (en, fr) = (en::EN.all(), fr::FR.all());
        assert_eq!(en.len(), fr.len());
        for ((key, english), (_, french)) in en.iter().zip(&fr) {
            assert!(!english.is_empty() && !french.is_empty(), "{key} is empty");
            assert_eq!(names(english), names(french), "{key}");
        }
    }

    #[test]
    fn no_sentence_judges() {
        let avoided = [
            " good ",
            " bad ",
            "poor",
            "excellent",
            "too much",
            "should ",
            " must ",
            " score",
            "faible",
            "mauvais",
            "trop de",
            " devrait",
            " score",
        ];
        for (key, text) in en::EN.all().into_iter().chain(fr::FR.all()) {
            // ICF's own note, quoted, and a session that is outside a range "for good reasons".
            if matches!(key, "s_range_text") {
                continue;
            }
            let low = text.to_lowercase();
            for word in avoided {
                assert!(!low.contains(word), "{key} says {word:?}");
            }
        }
    }

    #[test]
    fn french_spaces_stand_before_its_marks() {
        for (key, text) in fr::FR.all() {
            for mark in [" ;", " ?", " !", " :", " »", "« ", " %"] {
                assert!(!text.contains(mark), "{key}: an ordinary space in {text:?}");
            }
            assert!(!text.contains('\''), "{key}: a straight apostrophe");
        }
    }

    #[test]
    fn french_is_singular_below_two_and_english_at_one() {
        assert_eq!(fr::FR.form(0.0, "signe|signes"), "signe");
        assert_eq!(fr::FR.form(1.9, "signe|signes"), "signe");
        assert_eq!(en::EN.form(0.0, "sign|signs"), "signs");
        assert_eq!(en::EN.form(1.0, "sign|signs"), "sign");
    }

    #[test]
    fn numbers_up_to_ten_are_words() {
        for words in [&en::EN, &fr::FR] {
            assert_eq!(words.small_numbers.split(' ').count(), 11);
        }
        assert_eq!((en::EN.small_number(5), fr::FR.small_number(12)), ("five".into(), "12".into()));
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        assert_eq!(fill("a {x} b {y}", &[("x", "{y}"), ("y", "2")]), "a {y} b 2");
        assert_eq!(fill("open { brace", &[]), "open { brace");
    }
}
