use unicode_width::UnicodeWidthStr;

use super::*;
use crate::report::sample;

fn plain(width: usize) -> Style {
    Style { color: false, width }
}

#[test]
fn it_fits_one_screen() {
    for (analysis, session) in [sample::english(), sample::french()] {
        let unknown = sample::without_coach(&analysis, &session).0;
        for analysis in [analysis, unknown] {
            for width in [80, 100, 132, 160] {
                let text = summary(&analysis, plain(width));
                assert!(text.lines().count() <= 40, "{} lines:\n{text}", text.lines().count());
                for line in text.lines().filter(|line| !line.contains("openfloor analyze")) {
                    assert!(line.width() <= width, "{} wide: {line}", line.width());
                }
            }
        }
    }
}

#[test]
fn colour_only_when_asked() {
    let (analysis, _) = sample::english();
    assert!(!summary(&analysis, plain(80)).contains('\u{1b}'));
    let coloured = summary(&analysis, Style { color: true, width: 80 });
    assert!(coloured.contains("\u{1b}[1m"));
    let bare = coloured.replace("\u{1b}[1m", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
    assert_eq!(
        bare.split_whitespace().count(),
        summary(&analysis, plain(80)).split_whitespace().count()
    );
}

#[test]
fn figures_and_places_stand_in_it() {
    let (analysis, _) = sample::english();
    let text = summary(&analysis, plain(80));
    for part in [
        "Listening",
        "15%",
        "likely",
        "leans within range",
        "What this rests on",
        "from the way the two speak",
        "first indication",
        "1 question by the coach (1 open)",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[test]
fn a_french_session_is_told_in_french_with_the_word_on_the_model() {
    let (analysis, _) = sample::french();
    let text = summary(&analysis, plain(100));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("15\u{202f}%") || flat.contains("15 %"), "{text}");
    assert!(flat.contains("entend le français moins bien") && flat.contains("--model small"));
}

#[test]
fn an_unknown_coach_ends_with_the_command_to_run() {
    let (analysis, session) = sample::english();
    let (unknown, _) = sample::without_coach(&analysis, &session);
    let text = summary(&unknown, plain(80));
    assert!(
        text.contains("  Who is the coach is not known.") && text.contains("! To say who it is")
    );
    let last = text.lines().last().unwrap();
    assert_eq!(last.trim(), "openfloor analyze written_en.stereo.flac --coach right");
    assert!(text.contains("--coach left"));
    assert!(!text.contains("question by the coach"));
}

#[test]
fn a_file_name_cannot_drive_the_terminal() {
    let (mut analysis, session) = sample::english();
    analysis.source.files[0].name = "\u{1b}]0;owned\u{7}\u{1b}[2J\nx\u{202e}.wav".into();
    analysis.session.date = Some("\u{9b}31m".into());
    analysis.source.model = Some("\u{1b}[5m".into());
    analysis.speakers[0].name = Some("\u{1b}[8mhidden".into());
    let (unknown, _) = sample::without_coach(&analysis, &session);
    for analysis in [analysis, unknown] {
        let text = summary(&analysis, plain(80));
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn a_bar_shows_the_range_and_the_session() {
    let (analysis, _) = sample::english();
    let w = words(analysis.source.language);
    let bars: Vec<String> = rows(w, &analysis).iter().map(|row| text_bar(&row.bar)).collect();
    assert!(bars.iter().all(|bar| bar.width() == CELLS), "{bars:?}");
    assert!(bars[0].contains('○') && bars[0].contains('━') && bars[0].contains('╌'));
    assert!(bars[3].ends_with('▷'), "33 per 100 turns lie beyond 16: {}", bars[3]);
}

#[test]
fn the_longest_figure_stands_apart_from_where_it_falls() {
    let (mut analysis, _) = sample::english();
    for metric in &mut analysis.metrics {
        if metric.id == "open_question_share" {
            (metric.value, metric.low, metric.high) = (Some(1.0), Some(0.951), Some(1.0));
        }
    }
    for width in [60, 72, 80, 100, 140] {
        let text = summary(&analysis, plain(width));
        assert!(text.contains("likely 95–100%") && !text.contains("95–100%l"), "{text}");
    }
}
