//! ffmpeg, which makes the recordings of the tests.

use std::process::Command;

/// Runs ffmpeg, and gives what it wrote to standard output; it must be installed and succeed.
pub fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let run = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
        .args(arguments)
        .output()
        .expect("these tests need ffmpeg: scripts/install-tools test");
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}
