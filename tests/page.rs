//! The page in a real Chromium: what it asks for, what is heard, who can read it, what it shows of
//! words that others wrote.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test; figures that are not asserted are printed"
)]

#[path = "page/browser.rs"]
mod browser;
#[path = "page/correct.rs"]
mod correct;
#[path = "page/history.rs"]
mod history;
#[path = "page/look.rs"]
mod look;
#[path = "page/sample.rs"]
mod sample;
#[path = "page/sessions.rs"]
mod sessions;
#[path = "page/sound.rs"]
mod sound;
#[path = "page/words.rs"]
mod words;

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "little of it is called here")]
mod support;
