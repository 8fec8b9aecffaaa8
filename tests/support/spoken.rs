//! Spoken recordings and who speaks when in them, by their truth.

use std::fs;
use std::path::Path;
use std::time::Duration;

use openfloor::progress::Silent;
use openfloor::session::{Ms, Span};
use openfloor::sound::work_copy;

/// The project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The samples of a recording, a list a channel.
pub fn channels(path: &Path) -> Vec<Vec<i16>> {
    let folder = tempfile::tempdir().unwrap();
    let (copy, _) = work_copy(path, 0, folder.path(), &Silent, &Silent).unwrap();
    (0..copy.channels()).map(|channel| copy.window(channel, 0, usize::MAX).unwrap()).collect()
}

/// The samples of a recording of two channels.
pub fn two(path: &Path) -> [Vec<i16>; 2] {
    channels(path).try_into().unwrap()
}

/// The speech of a spoken session (`NAME.truth.json`), left and right.
pub fn truth(path: &Path) -> [Vec<Span>; 2] {
    let truth: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut sides = [Vec::new(), Vec::new()];
    for speaker in truth["speakers"].as_array().unwrap() {
        let side = usize::from(speaker["channel"] == "right");
        let spans = truth["speech"][speaker["id"].as_str().unwrap()].as_array().unwrap();
        let at = |value: &serde_json::Value| Ms(value.as_u64().unwrap());
        sides[side] =
            spans.iter().filter_map(|span| Span::new(at(&span[0]), at(&span[1]))).collect();
    }
    sides
}

/// The turns of a real recording (`NAME.rttm`), by name, in the order they are first heard.
pub fn rttm(path: &Path) -> Vec<(String, Vec<Span>)> {
    let mut found: Vec<(String, Vec<Span>)> = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ms = |text: &str| {
            let time = Duration::from_secs_f64(text.parse().unwrap());
            Ms(u64::try_from(time.as_millis()).unwrap())
        };
        let (start, length) = (ms(fields[3]), ms(fields[4]));
        let span = Span::new(start, start + length).unwrap();
        match found.iter_mut().find(|(name, _)| name == fields[7]) {
            Some((_, spans)) => spans.push(span),
            None => found.push((fields[7].to_owned(), vec![span])),
        }
    }
    found
}

/// How long the stretches are together, milliseconds.
pub fn talk(spans: &[Span]) -> f64 {
    spans.iter().map(|span| span.length().as_f64()).sum()
}
