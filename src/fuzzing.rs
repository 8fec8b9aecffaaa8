//! Our own readers of hostile bytes, each as a function of bytes that must not panic, hang or balloon:
//! for `cargo fuzz` (`fuzz/`), and for the replay of its seeds with every test run. Compiled for these
//! two only.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::run::worker::Frames;
use crate::{models, results, sound};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its seeds' folder.
pub const TARGETS: [(&str, Target); 6] = [
    ("mp4", mp4),
    ("wav", wav),
    ("sniff", sniff),
    ("model", model),
    ("log", log),
    ("frames", frames),
];

/// The boxes of an MP4, and what a player shows of each of its tracks.
pub fn mp4(bytes: &[u8]) {
    with_file(bytes, sound::fuzzing::mp4);
}

/// A WAV header, and the file as it is put right.
pub fn wav(bytes: &[u8]) {
    with_file(bytes, |path| {
        if let Some(mut source) = sound::fuzzing::wav(path) {
            let length = io::copy(&mut source, &mut io::sink()).unwrap_or(0);
            for at in [0, length / 2, length] {
                let mut piece = [0; 64];
                drop(source.seek(SeekFrom::Start(at)).and_then(|_| source.read(&mut piece)));
            }
        }
    });
}

/// What kind of file it is.
pub fn sniff(bytes: &[u8]) {
    with_file(bytes, |path| drop(sound::recognised(path)));
}

/// A whisper.cpp model from its magic to its last tensor.
pub fn model(bytes: &[u8]) {
    with_file(bytes, models::fuzzing::check);
}

/// A log of finished windows.
pub fn log(bytes: &[u8]) {
    with_file(bytes, results::fuzzing::log);
}

/// What a child process sends, as its parent reads it.
pub fn frames(bytes: &[u8]) {
    let mut frames = Frames::new(bytes);
    while let Ok(Some(_)) = frames.next_frame() {}
}

fn with_file(bytes: &[u8], read: impl FnOnce(&Path)) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if file.write_all(bytes).is_ok() {
        read(file.path());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Changes of each seed.
    const CHANGES: u32 = 400;

    struct Dice(u64);

    impl Dice {
        /// A number below `limit` (Knuth's MMIX generator).
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % limit.max(1)
        }
    }

    /// Bits flipped, numbers made absurd, the rest cut off.
    fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
        for _ in 0..=dice.below(8) {
            // Half of the blows hit the head.
            let reach = if dice.below(2) == 0 { bytes.len() } else { bytes.len().min(256) };
            let at = dice.below(reach);
            match dice.below(4) {
                0 => bytes.truncate(at),
                1 => {
                    let absurd = [0_u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff][dice.below(5)];
                    for (byte, value) in bytes.iter_mut().skip(at).zip(absurd.to_be_bytes()) {
                        *byte = value;
                    }
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << dice.below(8);
                    }
                }
            }
        }
    }

    #[test]
    fn seeds_and_what_is_made_from_them_are_read_without_a_panic() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        for (name, target) in TARGETS {
            let mut dice = Dice(7);
            let mut found = 0;
            for seed in fs::read_dir(seeds.join(name)).unwrap() {
                let bytes = fs::read(seed.unwrap().path()).unwrap();
                target(&bytes);
                for _ in 0..CHANGES {
                    let mut changed = bytes.clone();
                    change(&mut changed, &mut dice);
                    target(&changed);
                }
                found += 1;
            }
            assert!(found > 0, "{name} has no seed");
        }
    }
}
