//! Memory does not grow with length: a session spread over one and over two hours.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{root, tool};

/// Five minutes of the bundled English session: a half at the start and one in the
/// middle of `hours`, silence after each.
fn spread(hours: u32, to: &Path) {
    let session = root().join("fixtures/recordings/en_delegation.stereo.flac");
    let half = hours * 1800;
    let pad = format!(
        "[0:a]asplit[a][b];[a]atrim=end=140,apad=whole_dur={half}[c];\
         [b]atrim=start=140:end=280,asetpts=PTS-STARTPTS,apad=whole_dur={half}[d];[c][d]concat=n=2:v=0:a=1"
    );
    tool(
        Command::new("ffmpeg")
            .args(["-loglevel", "error", "-i"])
            .arg(&session)
            .args(["-filter_complex", &pad])
            .arg(to),
    );
}

/// Peak memory of `openfloor analyze` and its children together, in MB: the highest sum of what each
/// has in memory.
fn peak_mb(recording: &Path, threads: &str) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_openfloor"))
        .args(["analyze", "-q", "--threads", threads, "--out"])
        .arg(folder.path())
        .arg(recording)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0.0_f64;
    let exit = loop {
        peak = peak.max(memory_mb(child.id()));
        if let Some(exit) = child.try_wait().unwrap() {
            break exit;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(exit.success());
    peak
}

/// What a process and all below it have in memory.
fn memory_mb(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    // Any of its threads may have started one.
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: f64 = children
        .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|child| child.parse().ok())
        .map(memory_mb)
        .sum();
    kilobytes.unwrap_or(0.0) / 1024.0 + children
}

#[test]
fn memory_is_the_same_at_one_and_two_hours_and_bounded() {
    const MODEL_MB: f64 = 78.0;
    const STATES: f64 = 2.0;
    let folder = tempfile::tempdir().unwrap();
    let peaks: Vec<f64> = [1, 2]
        .into_iter()
        .map(|hours| {
            let recording = folder.path().join(format!("{hours}h.flac"));
            spread(hours, &recording);
            peak_mb(&recording, "2")
        })
        .collect();
    println!("peak memory: {:.0} MB at one hour, {:.0} MB at two", peaks[0], peaks[1]);
    assert!((peaks[0] - peaks[1]).abs() <= 20.0, "{peaks:?}");
    assert!(peaks[1] <= MODEL_MB + STATES * 250.0 + 100.0, "{peaks:?}");
}
