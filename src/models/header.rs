//! A whisper.cpp model file, looked through before whisper.cpp sees it.
//!
//! whisper.cpp trusts the numbers in a model file: a wrong one makes it allocate without bound or
//! read and write past the end. So every number is checked against what Whisper models have, and
//! the tensors are walked to the last byte: a truncated file is found without a hash. The layout is
//! whisper.cpp 1.8's (`whisper_model_load` in `src/whisper.cpp`): magic, eleven parameters, mel
//! filters, vocabulary, tensors.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

const MAGIC: u32 = 0x6767_6d6c;

/// Whisper's own sizes (OpenAI's `model.py` and the published checkpoints).
const STATES: [i32; 5] = [384, 512, 768, 1024, 1280];
const HEADS: [i32; 5] = [6, 8, 12, 16, 20];
const AUDIO_LAYERS: [i32; 5] = [4, 6, 12, 24, 32];
const TEXT_LAYERS: [i32; 6] = [2, 4, 6, 12, 24, 32];
const MULTILINGUAL: [i32; 2] = [51_865, 51_866];
const ENGLISH_ONLY: i32 = 51_864;

/// What is wrong with a model file, in words that finish a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw(pub String);

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self("the model file is cut off".to_owned()),
            _ => Self(format!("the model file cannot be read ({error})")),
        }
    }
}

/// The numbers that tell the published models apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Layers of the encoder.
    pub audio_layers: i32,
    /// Layers of the decoder.
    pub text_layers: i32,
    /// Words and special tokens.
    pub vocabulary: i32,
}

/// Checks a Whisper model file from the first byte to the last.
pub(super) fn check(path: &Path) -> Result<Shape, Flaw> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut reader = Reader { inner: BufReader::new(file), at: 0, length };
    if length < 4 || reader.u32()? != MAGIC {
        return Err(Flaw("this is not a whisper.cpp model".to_owned()));
    }
    let (shape, mels) = parameters(&mut reader)?;
    filters(&mut reader, mels)?;
    words(&mut reader, shape.vocabulary)?;
    tensors(&mut reader)?;
    Ok(shape)
}

struct Reader {
    inner: BufReader<File>,
    at: u64,
    length: u64,
}

impl Reader {
    fn u32(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.inner.read_exact(&mut bytes)?;
        self.at += 4;
        Ok(u32::from_le_bytes(bytes))
    }

    fn i32(&mut self) -> io::Result<i32> {
        Ok(self.u32()?.cast_signed())
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.length - self.at {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += bytes;
        if bytes < 256 {
            let step = i64::try_from(bytes).unwrap_or_default();
            return self.inner.seek_relative(step);
        }
        self.inner.seek(SeekFrom::Start(self.at)).map(drop)
    }
}

fn within(name: &str, value: i32, allowed: &[i32]) -> Result<(), Flaw> {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(Flaw(format!("this is not a Whisper model that can be used ({name} is {value})")))
}

/// The eleven parameters; gives back the model's shape and the number of mel bands.
fn parameters(reader: &mut Reader) -> Result<(Shape, i32), Flaw> {
    let vocabulary = reader.i32()?;
    if vocabulary == ENGLISH_ONLY {
        return Err(Flaw("this is an English-only model".to_owned()));
    }
    within("the size of its vocabulary", vocabulary, &MULTILINGUAL)?;
    within("its audio context", reader.i32()?, &[1500])?;
    let audio_state = reader.i32()?;
    within("its audio state", audio_state, &STATES)?;
    within("its number of audio heads", reader.i32()?, &HEADS)?;
    let audio_layers = reader.i32()?;
    within("its number of audio layers", audio_layers, &AUDIO_LAYERS)?;
    within("its text context", reader.i32()?, &[448])?;
    within("its text state", reader.i32()?, &[audio_state])?;
    within("its number of text heads", reader.i32()?, &HEADS)?;
    let text_layers = reader.i32()?;
    within("its number of text layers", text_layers, &TEXT_LAYERS)?;
    let mels = reader.i32()?;
    within("its number of mel bands", mels, &[80, 128])?;
    // ggml_ftype, with the quantisation version in the thousands.
    within("its number format", reader.i32()? % 1000, &[0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14])?;
    Ok((Shape { audio_layers, text_layers, vocabulary }, mels))
}

fn filters(reader: &mut Reader, mels: i32) -> Result<(), Flaw> {
    within("the height of its mel filters", reader.i32()?, &[mels])?;
    within("the width of its mel filters", reader.i32()?, &[201])?;
    reader.skip(u64::from(mels.unsigned_abs()) * 201 * 4)?;
    Ok(())
}

fn words(reader: &mut Reader, vocabulary: i32) -> Result<(), Flaw> {
    let count = reader.i32()?;
    if !(50_000..=vocabulary).contains(&count) {
        within("the number of its words", count, &[])?;
    }
    for _ in 0..count {
        let length = reader.u32()?;
        if length > 1024 {
            return Err(Flaw("the model file is damaged (a word of its vocabulary)".to_owned()));
        }
        reader.skip(u64::from(length))?;
    }
    Ok(())
}

/// Bytes of a block and values in it, for each `ggml_type` that model files are published in.
fn block(kind: i32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (4, 1),
        1 => (2, 1),
        2 => (18, 32),
        3 => (20, 32),
        6 => (22, 32),
        7 => (24, 32),
        8 => (34, 32),
        9 => (36, 32),
        10 => (84, 256),
        11 => (110, 256),
        12 => (144, 256),
        13 => (176, 256),
        14 => (210, 256),
        _ => return None,
    })
}

fn tensors(reader: &mut Reader) -> Result<(), Flaw> {
    let damaged = |what: &str| Flaw(format!("the model file is damaged ({what})"));
    let mut count = 0_u32;
    while reader.at < reader.length {
        let dimensions = reader.u32()?;
        let name = reader.u32()?;
        let (bytes, values) = block(reader.i32()?).ok_or_else(|| damaged("a tensor's type"))?;
        if !(1..=3).contains(&dimensions) || !(1..=128).contains(&name) {
            return Err(damaged("a tensor's head"));
        }
        let mut elements = 1_u64;
        for _ in 0..dimensions {
            let size = reader.u32()?;
            if !(1..=100_000).contains(&size) {
                return Err(damaged("a tensor's size"));
            }
            elements *= u64::from(size);
        }
        if !elements.is_multiple_of(values) {
            return Err(damaged("a tensor's size"));
        }
        reader.skip(u64::from(name))?;
        reader.skip(elements / values * bytes)?;
        count += 1;
    }
    if count < 50 { Err(damaged("tensors are missing")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn bundled() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-base-q8_0.bin")
    }

    /// The bundled model's first `length` bytes, with `bytes` put in place at `at`.
    fn changed(length: u64, at: usize, bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut start = Vec::new();
        File::open(bundled()).unwrap().take(length).read_to_end(&mut start).unwrap();
        start[at..at + bytes.len()].copy_from_slice(bytes);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&start).unwrap();
        file
    }

    #[test]
    fn the_bundled_model_is_sound_to_its_last_byte() {
        let base = Shape { audio_layers: 6, text_layers: 6, vocabulary: 51_865 };
        assert_eq!(check(&bundled()), Ok(base));
    }

    #[test]
    fn a_truncated_model_is_found_wherever_it_is_cut() {
        for length in [3, 4, 40, 70_000, 900_000, 5_000_000, 81_768_584] {
            let flaw = check(changed(length, 0, &[]).path()).unwrap_err();
            assert!(flaw.0.contains("cut off") || flaw.0.contains("not a whisper"), "{flaw:?}");
        }
    }

    #[test]
    fn numbers_that_would_make_whisper_allocate_without_bound_are_refused() {
        for parameter in 1..=11 {
            let file = changed(1_000_000, 4 * parameter, &i32::MAX.to_le_bytes());
            assert!(check(file.path()).is_err(), "parameter {parameter}");
        }
        let word = 4 * 12 + 8 + 80 * 201 * 4 + 4;
        assert!(check(changed(1_000_000, word, &u32::MAX.to_le_bytes()).path()).is_err());
    }

    #[test]
    fn an_english_only_model_is_named_as_such() {
        let file = changed(1_000_000, 4, &ENGLISH_ONLY.to_le_bytes());
        assert_eq!(check(file.path()).unwrap_err().0, "this is an English-only model");
    }
}
