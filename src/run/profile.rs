//! A profile by its name, or in a file.

use std::path::Path;

use crate::analysis::Profile;
use crate::error::{Error, Result};

/// A built-in profile by name, or one in a file, whose path is as seen from `folder`.
///
/// # Errors
/// There is none of that name, or the file cannot be read or makes no sense.
pub fn read_profile(name_or_file: &str, folder: &Path) -> Result<Profile> {
    let path = folder.join(name_or_file);
    if !path.is_file() {
        return Profile::built_in(name_or_file).map_err(|error| Error::Usage(error.to_string()));
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|source| Error::ReadFile { path: path.clone(), source })?;
    Profile::parse(&text).map_err(|error| Error::Usage(format!("{}: {error}", path.display())))
}
