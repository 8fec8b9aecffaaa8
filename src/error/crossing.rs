//! What crosses to and from a worker process and has no form in JSON: paths, which may be no UTF-8, and
//! the operating system's own errors.

/// A path as its exact bytes.
pub(crate) mod path {
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        OsString::deserialize(from).map(PathBuf::from)
    }
}

/// A path, where there is one.
pub(crate) mod maybe_path {
    use std::ffi::{OsStr, OsString};
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde gives the field")]
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(AsRef::<OsStr>::as_ref).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<OsString>::deserialize(from)?.map(PathBuf::from))
    }
}

/// An error of input or output: the system's number, or else its text.
pub(super) mod io_error {
    use std::io;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Form {
        Number(i32),
        Text(String),
    }

    pub fn serialize<S: Serializer>(error: &io::Error, to: S) -> Result<S::Ok, S::Error> {
        let form = error.raw_os_error().map_or_else(|| Form::Text(error.to_string()), Form::Number);
        form.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<io::Error, D::Error> {
        Ok(match Form::deserialize(from)? {
            Form::Number(number) => io::Error::from_raw_os_error(number),
            Form::Text(text) => io::Error::other(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::io;
    use std::os::unix::ffi::OsStringExt;

    use crate::error::Error;

    #[test]
    fn an_error_is_the_same_sentence_and_reaction_on_the_other_side() {
        let path: std::path::PathBuf = OsString::from_vec(b"s\xe9ance.wav".to_vec()).into();
        for error in [
            Error::Decode { path: path.clone(), wrong: "x".to_owned(), remedy: "y".into() },
            Error::ReadFile { path: path.clone(), source: io::Error::from_raw_os_error(5) },
            Error::WriteResult { path: path.clone(), source: io::Error::other("odd") },
            Error::Start { source: io::ErrorKind::UnexpectedEof.into() },
            Error::Cancelled,
        ] {
            let crossed = serde_json::to_vec(&error).unwrap();
            let crossed: Error = serde_json::from_slice(&crossed).unwrap();
            assert_eq!(crossed.to_string(), error.to_string());
            assert_eq!(crossed.reaction(), error.reaction());
            if let Error::Decode { path: found, .. } = crossed {
                assert_eq!(found, path);
            }
        }
    }
}
