//! Recording, by the real program from real inputs: ALSA's `file` over `null`, which gives a known file's
//! samples as fast as they are taken (or as fast as they are fed to it), and a `PulseAudio` null sink, which
//! gives them by the clock.
//!
//! `scripts/test` installs `PulseAudio` and its way into ALSA.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

#[expect(dead_code, reason = "other tests have more to do")]
mod support;

#[path = "record/alsa.rs"]
mod alsa;
#[path = "record/bad_input.rs"]
mod bad_input;
#[path = "record/consent.rs"]
mod consent;
#[path = "record/exact.rs"]
mod exact;
#[path = "record/full.rs"]
mod full;
#[path = "record/killed.rs"]
mod killed;
#[path = "record/long.rs"]
mod long;
#[path = "record/pulse.rs"]
mod pulse;
#[path = "record/real_time.rs"]
mod real_time;
#[path = "record/report.rs"]
mod report;
#[path = "record/vanished.rs"]
mod vanished;
