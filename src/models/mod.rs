//! What models exist, where they are, and whether they are what they should be.
//!
//! In: a model's name or path. Out: the path of a file that may be loaded, and its hash for
//! fingerprints. Nothing is ever fetched without being asked.

pub mod fetch;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod header;

use std::env;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::error::{Error, Result};
use crate::hashing;

pub use header::Shape;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Speech to text.
    SpeechToText,
    /// Speech or not.
    VoiceActivity,
    /// Whose voice.
    VoiceEncoder,
}

/// The hash a model file is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownHash {
    /// SHA-256 of the file that comes with Openfloor.
    Sha256(&'static str),
    /// SHA-1 as whisper.cpp publishes it (`models/README.md` of whisper.cpp, commit 41e789ee), who
    /// publishes no other. Two files of one SHA-1 can be made by whoever makes both; another file for
    /// a given SHA-1 cannot be made so far.
    Sha1(&'static str),
}

/// A model that Openfloor knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What a person calls it.
    pub name: &'static str,
    /// Name of its file.
    pub file: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// Rough size in MiB.
    pub mebibytes: u32,
    /// The hash it is checked against.
    pub hash: KnownHash,
    /// Its licence.
    pub licence: &'static str,
    /// One line for a person who chooses.
    pub about: &'static str,
}

/// The speech-to-text model that comes with Openfloor.
pub const DEFAULT_SPEECH_TO_TEXT: &str = "base-q8_0";

/// The voice-activity model that comes with Openfloor.
pub const VOICE_ACTIVITY: &str = "silero-v6.2.3";

/// The voice encoder that comes with Openfloor.
pub const VOICE_ENCODER: &str = "resemblyzer";

/// Where the larger models are published.
pub const PUBLISHED_AT: &str = "https://huggingface.co/ggerganov/whisper.cpp/tree/main";

const fn whisper(
    name: &'static str,
    file: &'static str,
    mebibytes: u32,
    sha1: &'static str,
    about: &'static str,
) -> Known {
    Known {
        name,
        file,
        purpose: Purpose::SpeechToText,
        mebibytes,
        hash: KnownHash::Sha1(sha1),
        licence: "MIT (OpenAI)",
        about,
    }
}

/// Every model known by name, bundled ones first, then by size.
pub const KNOWN: [Known; 10] = [
    Known {
        name: DEFAULT_SPEECH_TO_TEXT,
        file: "ggml-base-q8_0.bin",
        purpose: Purpose::SpeechToText,
        mebibytes: 78,
        hash: KnownHash::Sha256("81cfccb75eb8eb4eecf9829be7448c60e3d4abcb5bdb0f00e2c8a726f7ae2f25"),
        licence: "MIT (OpenAI)",
        about: "comes with Openfloor; good in English, fair in French",
    },
    Known {
        name: VOICE_ACTIVITY,
        file: "ggml-silero-v6.2.3.bin",
        purpose: Purpose::VoiceActivity,
        mebibytes: 1,
        hash: KnownHash::Sha256("abd79739d3ff4bc37fa1d24f1fca8244f2e31ec9f0bb7ea6244b185bfaa0b8e6"),
        licence: "MIT (Silero Team)",
        about: "comes with Openfloor; tells speech from everything else",
    },
    Known {
        name: VOICE_ENCODER,
        file: "resemblyzer-voice-encoder.onnx",
        purpose: Purpose::VoiceEncoder,
        mebibytes: 5,
        hash: KnownHash::Sha256("3853ef3dacdf95087ef9dece95c093ac710571422e8d75817ca74c7ea9503e85"),
        licence: "Apache-2.0 (Resemble AI, Corentin Jemine)",
        about: "comes with Openfloor; tells whose voice it is",
    },
    whisper(
        "base",
        "ggml-base.bin",
        142,
        "465707469ff3a37a2b9b8d8f89f2f99de7299dac",
        "as base-q8_0, unquantised",
    ),
    whisper(
        "small",
        "ggml-small.bin",
        466,
        "55356645c2b361a969dfd0ef2c5a50d530afd8d5",
        "the first step up, above all for French",
    ),
    whisper(
        "large-v3-turbo-q5_0",
        "ggml-large-v3-turbo-q5_0.bin",
        547,
        "e050f7970618a659205450ad97eb95a18d69c9ee",
        "nearly as good as the largest, in a third of the space",
    ),
    whisper(
        "large-v3-q5_0",
        "ggml-large-v3-q5_0.bin",
        1100,
        "e6e2ed78495d403bef4b7cff42ef4aaadcfea8de",
        "the largest, quantised",
    ),
    whisper(
        "medium",
        "ggml-medium.bin",
        1500,
        "fd9727b6e1217c2f614f9b698455c4ffd82463b4",
        "good in both languages, slow",
    ),
    whisper(
        "large-v3-turbo",
        "ggml-large-v3-turbo.bin",
        1500,
        "4af2b29d7ec73d781377bfd1758ca957a807e941",
        "nearly as good as the largest, faster",
    ),
    whisper(
        "large-v3",
        "ggml-large-v3.bin",
        2900,
        "ad82bf6a9043ceed055076d0fd39f5f186ff8062",
        "the most accurate, the slowest",
    ),
];

/// A model file that was found and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Name for results: the known name, or the file's own stem.
    pub name: String,
    /// SHA-256, for fingerprints.
    pub sha256: String,
    /// Shape of a speech-to-text model.
    pub shape: Option<Shape>,
}

/// The folders that are searched, in order: `OPENFLOOR_MODELS`, the user's data folder, `models/`
/// beside the executable or above it, `models/` in the package root.
#[must_use]
pub fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(folder) = env::var_os("OPENFLOOR_MODELS").filter(|value| !value.is_empty()) {
        folders.push(PathBuf::from(folder));
    }
    if let Ok(base) = etcetera::choose_base_strategy() {
        folders.push(base.data_dir().join("openfloor").join("models"));
    }
    // target/release/openfloor has its package root two folders up; an installed one has it beside.
    if let Some(beside) = env::current_exe().ok().as_deref().and_then(Path::parent) {
        folders.extend(beside.ancestors().take(3).map(|folder| folder.join("models")));
    }
    folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"));
    folders
}

/// The folder that a person's own models go into: the first that is searched.
#[must_use]
pub fn own_folder() -> PathBuf {
    folders().into_iter().next().unwrap_or_default()
}

/// The known model of this name.
#[must_use]
pub fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|model| model.name == name)
}

/// Where the file of a known model is, if it is anywhere; not checked.
#[must_use]
pub fn locate(model: &Known) -> Option<PathBuf> {
    folders().into_iter().map(|folder| folder.join(model.file)).find(|path| path.is_file())
}

/// Finds and checks a speech-to-text model by name or path.
///
/// # Errors
/// It is absent, damaged, of the wrong kind, or (by name) not the published file.
pub fn speech_to_text(name_or_path: &str) -> Result<Found> {
    if let Some(model) = known(name_or_path).filter(|m| m.purpose == Purpose::SpeechToText) {
        let path = locate(model).ok_or_else(|| absent(model))?;
        let shape = Some(checked_header(&path)?);
        return Ok(Found { shape, ..verified(model, path)? });
    }
    let path = PathBuf::from(name_or_path);
    if !path.is_file() {
        return Err(Error::LoadModel {
            wrong: "there is no model of this name and no file at this path".to_owned(),
            remedy: "`openfloor models list` shows the names".to_owned(),
            path,
        });
    }
    let shape = Some(checked_header(&path)?);
    let sha256 = hashing::sha256_of_file(&path)
        .map_err(|source| Error::ReadFile { path: path.clone(), source })?;
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
    let name = name.strip_prefix("ggml-").unwrap_or(&name).to_owned();
    Ok(Found { path, name, sha256, shape })
}

/// Finds and checks the voice-activity model.
///
/// # Errors
/// It is absent, or not the file that comes with Openfloor.
pub fn voice_activity() -> Result<Found> {
    bundled(known(VOICE_ACTIVITY).unwrap_or(&KNOWN[1]))
}

/// Finds and checks the voice encoder.
///
/// # Errors
/// It is absent, or not the file that comes with Openfloor.
pub fn voice_encoder() -> Result<Found> {
    bundled(known(VOICE_ENCODER).unwrap_or(&KNOWN[2]))
}

fn bundled(model: &Known) -> Result<Found> {
    verified(model, locate(model).ok_or_else(|| absent(model))?)
}

/// Compares a known model's file with its hash.
///
/// # Errors
/// The file cannot be read, or is another.
pub fn verified(model: &Known, path: PathBuf) -> Result<Found> {
    compared(model, path, hashing::sha256_of_file, hashing::sha1_of_file)
}

/// As [`verified`], reading the whole file whatever is remembered of it.
///
/// # Errors
/// The file cannot be read, or is another.
pub fn verified_anew(model: &Known, path: PathBuf) -> Result<Found> {
    compared(model, path, hashing::sha256_of_file_anew, hashing::sha1_of_file_anew)
}

type HashFile = fn(&Path) -> std::io::Result<String>;

fn compared(model: &Known, path: PathBuf, sha256: HashFile, sha1: HashFile) -> Result<Found> {
    let read = |hash: HashFile| {
        hash(&path).map_err(|source| Error::ReadFile { path: path.clone(), source })
    };
    let found = read(sha256)?;
    let same = match model.hash {
        KnownHash::Sha256(expected) => found == expected,
        KnownHash::Sha1(expected) => read(sha1)? == expected,
    };
    if same {
        return Ok(Found { path, name: model.name.to_owned(), sha256: found, shape: None });
    }
    Err(Error::LoadModel {
        path,
        wrong: format!("this is not the published file of model {}", model.name),
        remedy: match model.purpose {
            Purpose::SpeechToText => {
                "get it again, or name the file itself with --model PATH if you trust it"
            }
            Purpose::VoiceActivity | Purpose::VoiceEncoder => {
                "copy it again from the folder `models` of Openfloor"
            }
        }
        .to_owned(),
    })
}

fn checked_header(path: &Path) -> Result<Shape> {
    header::check(path).map_err(|flaw| Error::LoadModel {
        path: path.to_owned(),
        wrong: flaw.0,
        remedy: format!(
            "choose a multilingual Whisper model in whisper.cpp's format (`openfloor models list`; \
             files are published at {PUBLISHED_AT})"
        ),
    })
}

/// The error that says a known model is not here, and where to get it.
#[must_use]
pub fn absent(model: &Known) -> Error {
    let remedy = match model.hash {
        KnownHash::Sha256(_) => format!(
            "it comes with Openfloor in its folder `models`: copy that folder beside the program, or \
             say where it is with OPENFLOOR_MODELS (looked in {})",
            folders().iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", ")
        ),
        KnownHash::Sha1(_) => format!(
            "get it with `openfloor models fetch {}`, or from {PUBLISHED_AT} and put it into {}",
            model.name,
            own_folder().display()
        ),
    };
    Error::LoadModel {
        path: PathBuf::from(model.file),
        wrong: format!("model {} is not on this computer", model.name),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_models_are_found_and_are_the_published_files() {
        assert_eq!(speech_to_text(DEFAULT_SPEECH_TO_TEXT).unwrap().name, DEFAULT_SPEECH_TO_TEXT);
        assert_eq!(voice_activity().unwrap().name, VOICE_ACTIVITY);
        assert_eq!(voice_encoder().unwrap().name, VOICE_ENCODER);
    }

    #[test]
    fn a_path_that_is_no_model_says_what_to_choose() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = speech_to_text(path.to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains("not a whisper.cpp model; choose a multilingual"), "{error}");
    }

    #[test]
    fn an_unknown_name_points_to_the_list() {
        let error = speech_to_text("huge").unwrap_err().to_string();
        assert!(error.starts_with("huge: there is no model of this name"), "{error}");
    }
}
