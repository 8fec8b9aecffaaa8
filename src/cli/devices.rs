//! `openfloor devices`: what a session can be recorded from.

use super::{Exit, say};
use crate::sound::inputs;

pub(super) fn run() -> Exit {
    match inputs() {
        Ok(inputs) => {
            for input in inputs {
                let mark = if input.default { " (default)" } else { "" };
                say::line(&format!("{}{mark}", input.name));
                say::line(&format!("    --device {}", quoted(&input.id)));
                for format in &input.formats {
                    let channels = range(format.fewest_channels, format.most_channels);
                    let rates = range(format.lowest_rate_hz, format.highest_rate_hz);
                    let sample = &format.sample_format;
                    say::out(&format!("    {channels} channels, {rates} Hz, {sample}\n"));
                }
            }
            Exit::Done
        }
        // Whatever is missing, the command line is not what is wrong.
        Err(error) => {
            say::err(&error.to_string());
            Exit::Failed
        }
    }
}

/// As it is typed in a shell.
fn quoted(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":,=._-".contains(c);
    if id.chars().all(plain) { id.to_owned() } else { format!("'{}'", id.replace('\'', "'\\''")) }
}

fn range<T: PartialEq + std::fmt::Display + Copy>(low: T, high: T) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}
