//! `openfloor.toml`: what a person does not want to type each time. A flag wins.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

use crate::error::{Error, Result};

/// The name of the settings file, in the current folder or in the user's settings folder for
/// Openfloor.
const NAME: &str = "openfloor.toml";

/// Settings; each has the name and meaning of the flag.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    pub out: Option<PathBuf>,
    pub model: Option<String>,
    pub language: Option<String>,
    pub coach: Option<String>,
    pub coach_name: Option<String>,
    pub profile: Option<String>,
    pub report_language: Option<String>,
    pub jobs: Option<usize>,
    pub threads: Option<usize>,
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub exclude: Vec<String>,
}

impl Settings {
    /// The settings of the current folder, else of the user, else none.
    ///
    /// # Errors
    /// A settings file is there and cannot be used.
    pub fn find() -> Result<Self> {
        let mut places = vec![PathBuf::from(NAME)];
        if let Ok(base) = etcetera::choose_base_strategy() {
            places.push(base.config_dir().join("openfloor").join(NAME));
        }
        match places.into_iter().find(|path| path.is_file()) {
            Some(path) => Self::read(&path),
            None => Ok(Self::default()),
        }
    }

    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            Error::Usage(format!("{}: {message}; mend or remove the line", path.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Settings::read(file.path())
    }

    #[test]
    fn settings_have_the_names_of_the_flags() {
        let settings =
            "model = \"small\"\ncoach-name = \"Anna\"\nthreads = 2\nexclude = [\"old\"]\n";
        let settings = read(settings).unwrap();
        assert_eq!((settings.include, settings.exclude), (vec![], vec!["old".to_owned()]));
        assert_eq!(settings.coach_name.as_deref(), Some("Anna"));
        assert_eq!((settings.model.as_deref(), settings.threads), (Some("small"), Some(2)));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = read("modle = \"small\"\n").unwrap_err().to_string();
        assert!(error.contains("modle") && error.contains("mend or remove"), "{error}");
    }
}
