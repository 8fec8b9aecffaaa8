//! What a person sees while it records: meters on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use console::{measure_text_width, style, truncate_str};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::keys::Keys;
use crate::cli::say;
use crate::report::text::clean;
use crate::run::record::{Alarm, News, Plan, Press, State, View, Watch};
use crate::session::{Ms, Role};
use crate::sound::Level;

/// Cells of a meter.
const CELLS: usize = 30;
/// Where a meter begins, dBFS.
const FLOOR: f64 = -60.0;
/// How often the screen is drawn: as often as sound comes.
const DRAWN: Duration = Duration::from_millis(200);
/// How often plain lines say that it goes on.
const TOLD: Ms = Ms(60_000);

/// The screen and the keyboard.
pub(super) struct Screen {
    keys: Keys,
    how: How,
    title: String,
    names: Vec<String>,
    /// Warnings that were told and still hold.
    told: Vec<Warning>,
    next_line: Ms,
}

enum How {
    Meters { bar: ProgressBar, drawn: Option<Instant> },
    Lines,
    Quiet,
}

/// Something that is wrong, as long as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Warning {
    Channel(Alarm),
    DiskLow,
}

impl Screen {
    pub(super) fn new(plan: &Plan, quiet: bool) -> Self {
        let how = if quiet {
            How::Quiet
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(12));
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
            How::Meters { bar, drawn: None }
        } else {
            How::Lines
        };
        let title = clean(&plan.out.display().to_string());
        let chosen = &plan.chosen;
        let plural = if chosen.channels == 1 { "" } else { "s" };
        if !quiet {
            say::note(&format!(
                "Recording {title} from {}, {} channel{plural} at {} Hz",
                chosen.name, chosen.channels, chosen.rate_hz
            ));
        }
        if matches!(how, How::Lines) {
            say::note("Stop it with Ctrl-C; what is recorded is kept");
        }
        let names = (0..chosen.channels).map(|number| channel(plan, number)).collect();
        Self { keys: Keys::new(), how, title, names, told: Vec::new(), next_line: TOLD }
    }

    /// A line that stays.
    fn line(&self, line: &str) {
        match &self.how {
            How::Meters { bar, .. } => bar.suspend(|| say::note(line)),
            How::Lines | How::Quiet => say::note(line),
        }
    }

    fn name(&self, channel: u16) -> &str {
        self.names.get(usize::from(channel)).map_or("", String::as_str)
    }

    fn warning(&self, warning: Warning, view: &View<'_>) -> String {
        match warning {
            Warning::Channel(Alarm::Clipping(number)) => {
                format!("{}: too loud, it is cut off; turn it down or move away", self.name(number))
            }
            Warning::Channel(Alarm::Dead(number)) => {
                format!("{}: nothing comes; is it plugged in and switched on?", self.name(number))
            }
            Warning::Channel(Alarm::Silent(number)) => {
                format!("{}: nobody is heard; is this microphone near somebody?", self.name(number))
            }
            Warning::DiskLow => {
                let left = view.disk_left.map_or_else(String::new, about);
                format!("The disk is nearly full: {left} left")
            }
        }
    }

    fn draw(&self, view: &View<'_>, warnings: &[Warning]) -> String {
        let width = console::Term::stderr().size_checked().map_or(80, |(_, columns)| columns);
        let width = usize::from(width).saturating_sub(1);
        let state = match view.state {
            State::Recording => style("● Recording").red(),
            State::Paused => style("‖ Paused, nothing is kept").yellow(),
            State::Gone => style("! The input is gone: silence is kept until it is back").yellow(),
        };
        let state = state.for_stderr().bold();
        let left = view
            .disk_left
            .map_or_else(String::new, |left| format!("   {} of disk left", about(left)));
        let mut lines = vec![format!("{state}   {}{left}   {}", clock(view.length), self.title)];
        let longest = self.names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
        for (name, level) in self.names.iter().zip(view.levels) {
            lines.push(format!("  {name:longest$}  {}", meter(level)));
        }
        for &warning in warnings {
            let warning =
                style(format!("  ! {}", self.warning(warning, view))).yellow().for_stderr();
            lines.push(warning.to_string());
        }
        if self.keys.are_there() {
            let pause = if view.state == State::Paused { "go on" } else { "pause" };
            lines.push(format!("  space {pause} · m mark this moment · s stop"));
        }
        let lines: Vec<_> = lines.iter().map(|line| truncate_str(line, width, "…")).collect();
        lines.join("\n")
    }
}

impl Watch for Screen {
    fn pressed(&mut self) -> Option<Press> {
        self.keys.pressed()
    }

    fn look(&mut self, view: &View<'_>) {
        let mut warnings: Vec<Warning> =
            view.alarms.iter().copied().map(Warning::Channel).collect();
        warnings.extend(view.disk_is_low().then_some(Warning::DiskLow));
        for news in view.news {
            if !matches!(self.how, How::Quiet) || is_trouble(news) {
                self.line(&told(news));
            }
        }
        if !matches!(self.how, How::Meters { .. }) {
            for &warning in &warnings {
                if !self.told.contains(&warning) {
                    self.line(&format!("{} {}", clock(view.length), self.warning(warning, view)));
                }
            }
            self.told.clone_from(&warnings);
        }
        if matches!(self.how, How::Lines) && view.length >= self.next_line {
            let left = view
                .disk_left
                .map_or_else(String::new, |left| format!(", {} of disk left", about(left)));
            self.line(&format!("{} recorded{left}", clock(view.length)));
            self.next_line = Ms((view.length.0 / TOLD.0 + 1) * TOLD.0);
        }
        let due = |drawn: &Option<Instant>| drawn.is_none_or(|drawn| drawn.elapsed() >= DRAWN);
        if matches!(&self.how, How::Meters { drawn, .. } if due(drawn)) {
            let text = self.draw(view, &warnings);
            if let How::Meters { bar, drawn } = &mut self.how {
                bar.set_message(text);
                bar.tick();
                *drawn = Some(Instant::now());
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let How::Meters { bar, .. } = &self.how {
            bar.finish_and_clear();
        }
    }
}

/// What a channel is called.
fn channel(plan: &Plan, number: u16) -> String {
    let side = match (plan.chosen.channels, number) {
        (1, _) => "Microphone".to_owned(),
        (2, 0) => "Left".to_owned(),
        (2, _) => "Right".to_owned(),
        (_, number) => format!("Channel {}", number + 1),
    };
    let who = plan.sides.get(usize::from(number)).copied().flatten();
    match who {
        Some(Role::Coach) => format!("{side}, coach"),
        Some(Role::Coachee) => format!("{side}, coachee"),
        Some(Role::Other) => format!("{side}, other"),
        Some(Role::Unknown) | None => side,
    }
}

/// A bar as long as the channel is loud, a stroke at its peak, and the peak in decibels below the end of
/// the scale.
fn meter(level: &Level) -> String {
    let cell = |db: Option<f64>| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a few cells"
        )]
        let cell =
            |db: f64| (((db - FLOOR) / -FLOOR).clamp(0.0, 1.0) * CELLS as f64).round() as usize;
        db.map_or(0, cell)
    };
    let (loud, peak) = (cell(level.dbfs()), cell(level.peak_dbfs()));
    let bar: String = (0..CELLS)
        .map(|at| match at {
            _ if at < loud => '█',
            _ if at + 1 == peak => '|',
            _ => '·',
        })
        .collect();
    let peak = level
        .peak_dbfs()
        .map_or_else(|| "  –".to_owned(), |db| format!("{:3.0}", db.round() + 0.0));
    let bar = if level.clipped > 0 { style(bar).red() } else { style(bar).green() };
    format!("{} {peak} dB", bar.for_stderr())
}

fn is_trouble(news: &News) -> bool {
    match news {
        News::Marked(_) | News::Paused(_) | News::Resumed(_) | News::Part(..) => false,
        News::Gone(_)
        | News::Back(..)
        | News::Lost(..)
        | News::Slipped(_)
        | News::Slept(..)
        | News::NotNoted(_) => true,
    }
}

fn told(news: &News) -> String {
    match news {
        News::Marked(at) => format!("{} marked", clock(*at)),
        News::Paused(at) => format!("{} paused: nothing is kept", clock(*at)),
        News::Resumed(at) => format!("{} goes on", clock(*at)),
        News::Gone(at) => {
            format!(
                "{} the input is gone: silence is kept until it is back; plug it in again",
                clock(*at)
            )
        }
        News::Back(at, length) => {
            format!("{} the input is back; {} of silence stand for it", clock(*at), clock(*length))
        }
        News::Lost(at, length) => format!(
            "{} this computer does not keep up: {:.1} s are lost and stand as silence; close other \
             programs",
            clock(*at),
            length.seconds()
        ),
        News::Slipped(at) => {
            format!("{} the system lost a little sound; close other programs", clock(*at))
        }
        News::Slept(at, length) => format!(
            "{} the computer slept for {}, and nothing was recorded; keep it awake",
            clock(*at),
            clock(*length)
        ),
        News::Part(at, number) => format!("{} goes on in file {number}", clock(*at)),
        News::NotNoted(at) => {
            format!("{} this could not be noted: the disk does not take it", clock(*at))
        }
    }
}

/// Hours, minutes and seconds.
pub(super) fn clock(time: Ms) -> String {
    let seconds = time.0 / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A length for which a minute more or less is nothing.
fn about(time: Ms) -> String {
    match time.0 / 60_000 {
        0 => "under a minute".to_owned(),
        minutes @ 1..120 => format!("{minutes} min"),
        minutes @ 120..6_000 => format!("{} h", minutes / 60),
        _ => "over 100 h".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_shows_loudness_and_peak() {
        console::set_colors_enabled_stderr(false);
        let half = Level { peak: 16_384, power: 1 << 26, clipped: 0, samples: 100 };
        let shown = meter(&half);
        assert_eq!(shown.chars().filter(|&c| c == '█').count(), 24);
        assert_eq!(shown.chars().position(|c| c == '|'), Some(26));
        assert!(shown.ends_with(" -6 dB"), "{shown}");
        let silent = meter(&Level::default());
        assert!(silent.starts_with("····") && silent.ends_with("– dB"), "{silent}");
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        assert_eq!(clock(Ms(3_723_900)), "1:02:03");
        let told = [30_000, 60_000, 7_140_000, 7_200_000, 360_000_000, 400_000_000]
            .map(|ms| about(Ms(ms)));
        assert_eq!(told, ["under a minute", "1 min", "119 min", "2 h", "over 100 h", "over 100 h"]);
    }
}
