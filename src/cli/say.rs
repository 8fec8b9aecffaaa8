//! Text to the terminal. A closed pipe is no error: whoever reads has read enough.

use std::io::{IsTerminal, Write};

use crate::report::{Style, text};

/// Text on standard output, as it is.
pub(super) fn out(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// One line on standard output that may hold the name of a file: a name cannot drive the terminal,
/// nor pass for another line.
pub(super) fn line(line: &str) {
    out(&format!("{}\n", text::clean(line)));
}

/// One line on standard error, after the program's name. Control characters of file names are taken
/// out: a name cannot drive the terminal.
pub(super) fn err(line: &str) {
    let line = format!("openfloor: {}\n", text::clean(line));
    drop(std::io::stderr().lock().write_all(line.as_bytes()));
}

/// What failed on standard error, and with `json` on standard output too, as a document of its own.
pub(super) fn failure(json: bool, source: &str, error: &str) {
    err(error);
    if json {
        let failure = serde_json::json!({
            "schema": "openfloor.failure/1", "source": source, "error": error,
        });
        out(&format!("{failure}\n"));
    }
}

/// One line on standard error, for progress where there is no terminal.
pub(super) fn note(line: &str) {
    let line = format!("{}\n", text::clean(line));
    drop(std::io::stderr().lock().write_all(line.as_bytes()));
}

/// How summaries are laid out on this standard output.
pub(super) fn style() -> Style {
    let terminal = std::io::stdout().is_terminal();
    let color = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let width = console::Term::stdout().size_checked().map_or(80, |(_, columns)| columns);
    Style { color, width: usize::from(width) }
}

/// A panic message may hold what was said: only its place is printed.
pub(super) fn keep_panics_confidential() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        err(&format!("an error inside Openfloor{place}; no part of the session is shown here"));
    }));
}
