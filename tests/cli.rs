//! The command line, end to end: the real program, whisper.cpp with the bundled model, real files.
//!
//! What each run decoded, loaded and heard is counted (`run.json`), never timed. Recordings are cut
//! from `fixtures/recordings` by ffmpeg (`scripts/test` installs it). As root other users and full
//! disks are tried by `setpriv` and `unshare`; otherwise by permissions and user namespaces.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

mod support;

#[path = "cli/agree.rs"]
mod agree;
#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/bad_models.rs"]
mod bad_models;
#[path = "cli/batch.rs"]
mod batch;
#[path = "cli/confidential.rs"]
mod confidential;
#[path = "cli/copies.rs"]
mod copies;
#[path = "cli/corrections.rs"]
mod corrections;
#[path = "cli/damaged.rs"]
mod damaged;
#[path = "cli/dates.rs"]
mod dates;
#[path = "cli/enroll.rs"]
mod enroll;
#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[path = "cli/fetch.rs"]
mod fetch;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/full_disk.rs"]
mod full_disk;
#[path = "page/history.rs"]
#[expect(clippy::cast_precision_loss, reason = "figures of a sample")]
mod history;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/listing.rs"]
mod listing;
#[path = "cli/lost.rs"]
mod lost;
#[path = "cli/one_channel.rs"]
mod one_channel;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/part.rs"]
mod part;
#[path = "cli/resume.rs"]
mod resume;
#[path = "page/sample.rs"]
#[expect(dead_code, reason = "the page's tests have more states")]
mod sample;
#[path = "cli/sessions.rs"]
mod sessions;
#[path = "cli/side_commands.rs"]
mod side_commands;
#[path = "cli/tracks.rs"]
mod tracks;
#[path = "cli/transcripts.rs"]
mod transcripts;
#[path = "cli/usage.rs"]
mod usage;
#[path = "cli/worker.rs"]
mod worker;
