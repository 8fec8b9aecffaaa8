use super::*;

/// Name, start and end, words.
type Piece = (Option<String>, Option<(u64, u64)>, String);

fn said(text: &str, form: Captions) -> Vec<Piece> {
    let all = captions(text, form).unwrap().said.into_iter();
    all.map(|one| {
        let time = one.time.map(|(start, end)| (start.0, end.0));
        (one.name, time, one.text.trim().to_owned())
    })
    .collect()
}

fn piece(name: &str, start: u64, end: u64, text: &str) -> Piece {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    (name, Some((start, end)), text.to_owned())
}

#[test]
fn zoom_numbers_captions_and_writes_names_before_a_colon() {
    let text = "WEBVTT\n\n1\n00:00:03.210 --> 00:00:05.900\nAnna Müller: Where shall we start?\n\n\
        2\n00:00:07.000 --> 00:00:09.000\nTom: With this: my team.\n";
    assert_eq!(
        said(text, Captions::WebVtt),
        [
            piece("Anna Müller", 3_210, 5_900, "Where shall we start?"),
            piece("Tom", 7_000, 9_000, "With this: my team."),
        ]
    );
}

#[test]
fn teams_writes_voices_and_long_names_of_captions() {
    let text = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\nMade by a machine\n\n\
        1f3a9c52-0000-4000-8000-000000000000/12-0\n00:03.210 --> 00:05.900 align:start position:0%\n\
        <v.loud Smith, Anna>Where <i>shall</i> we\nstart &amp; <00:04.000>end?</v>\n\n\
        1f3a9c52/13-0\n100:00:00.000 --> 100:00:00.000\n<v Tom>Here.</v>\n";
    assert_eq!(
        said(text, Captions::WebVtt),
        [
            piece("Smith, Anna", 3_210, 5_900, "Where shall we\nstart & end?"),
            piece("Tom", 360_000_000, 360_000_000, "Here."),
        ]
    );
}

#[test]
fn voices_of_one_caption_share_its_time() {
    let text = "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Anna>abc</v>\n<v Tom>d</v>\n\n\
        00:05.000 --> 00:06.000\nwho?\n";
    assert_eq!(
        said(text, Captions::WebVtt),
        [
            piece("Anna", 0, 3_200, "abc"),
            piece("Tom", 3_200, 4_000, "d"),
            piece("", 5_000, 6_000, "who?"),
        ]
    );
}

#[test]
fn a_file_may_say_its_language() {
    let language = |text: &str| captions(text, Captions::WebVtt).unwrap().language;
    let cue = "\n\n00:00.000 --> 00:04.000\n<v A>x\n";
    assert_eq!(
        language(&format!("WEBVTT\nKind: captions\nLanguage: fr-FR{cue}")),
        Some(Language::Fr)
    );
    assert_eq!(language(&format!("WEBVTT\n\nNOTE Language: en{cue}")), Some(Language::En));
    assert_eq!(language(&format!("WEBVTT{cue}")), None);
}

#[test]
fn subrip_has_commas_tags_and_lines_of_two_people() {
    let text = "1\n00:00:01,000 --> 00:00:02,500\n<font color=\"#fff\">Anna: Hi,</font>\nTom.\n\n\
        2\n00:00:03,000 --> 00:00:05,000\n{\\an8}- Tom: Hi.\n- Anna: So?\n3\n00:00:06,5 --> 00:00:07\nTom: I\n\nsee.\n\n";
    assert_eq!(
        said(text, Captions::SubRip),
        [
            piece("Anna", 1_000, 2_500, "Hi, Tom."),
            piece("Tom", 3_000, 4_000, "Hi."),
            piece("Anna", 4_000, 5_000, "So?"),
            piece("Tom", 6_500, 7_000, "I see."),
        ]
    );
}

#[test]
fn names_may_stand_in_brackets_and_a_laugh_is_none() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\n[Anna] Hi.\n\n2\n00:00:02,000 --> 00:00:03,000\n[Tom] Hi.\n";
    let names: Vec<_> = said(text, Captions::SubRip).into_iter().map(|one| one.0).collect();
    assert_eq!(names, [Some("Anna".to_owned()), Some("Tom".to_owned())]);
    let text = "1\n00:00:01,000 --> 00:00:02,000\nAnna: Hi.\n\n2\n00:00:02,000 --> 00:00:03,000\n[laughs] Hi.\n";
    let names: Vec<_> = said(text, Captions::SubRip).into_iter().map(|one| one.0).collect();
    assert_eq!(names, [Some("Anna".to_owned()), None]);
}

#[test]
fn a_caption_whose_time_cannot_be_read_keeps_its_words() {
    for line in [
        "a --> b",
        "-00:01.000 --> 00:02.000",
        "1:2:3:4.0 --> 00:05.000",
        "99999:00:00.000 --> 00:01.000",
        "-->",
    ] {
        let text = format!("WEBVTT\n\n{line}\n<v Anna>Hi.\n");
        assert_eq!(
            said(&text, Captions::WebVtt),
            [(Some("Anna".to_owned()), None, "Hi.".to_owned())]
        );
    }
}

#[test]
fn a_file_without_captions_says_so() {
    for text in ["WEBVTT\n", "WEBVTT\n\nNOTE nothing\n", "", "\0\0\0", "hello\n\nhello"] {
        assert_eq!(captions(text, Captions::WebVtt), Err(Unreadable::NoCaptions), "{text:?}");
    }
}

#[test]
fn what_is_no_tag_stays() {
    assert_eq!(
        plain("I <3 you, a < b > c &lt;i&gt; &nosuch; <i>x</i>"),
        "I <3 you, a < b > c <i> &nosuch; x"
    );
}
