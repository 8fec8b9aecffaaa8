//! Which files of a folder are wanted: patterns for what is taken and for what is left out.
//!
//! In: patterns as `--include` and `--exclude` give them. A pattern is held against the path as seen
//! from the folder that was named, and one without `/` against the name alone, too. `*` and `?` stay
//! within a name, `**` goes through folders. Large and small ASCII letters are alike, as in endings.
//! Names are bytes: one that is no UTF-8 is matched as it is, and `?` and `[…]` stand for one byte.

use std::path::Path;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, Result};

/// What is wanted of folders. Files that are named are not held against it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `None`: everything.
    include: Option<Patterns>,
    exclude: Patterns,
}

impl Filter {
    /// From the patterns for what is taken (none: everything) and for what is left out, which wins.
    ///
    /// # Errors
    /// [`Error::Usage`]: a pattern cannot be read.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        let include = if include.is_empty() { None } else { Some(Patterns::new(include)?) };
        Ok(Self { include, exclude: Patterns::new(exclude)? })
    }

    /// Whether a file is wanted, by its path as seen from the folder that was named.
    pub(super) fn takes(&self, file: &Path) -> bool {
        self.include.as_ref().is_none_or(|include| include.match_path(file)) && self.enters(file)
    }

    /// Whether a folder is gone into.
    pub(super) fn enters(&self, folder: &Path) -> bool {
        !self.exclude.match_path(folder)
    }
}

#[derive(Debug, Clone, Default)]
struct Patterns {
    paths: GlobSet,
    names: GlobSet,
}

impl Patterns {
    fn new(patterns: &[String]) -> Result<Self> {
        let (mut paths, mut names) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            let wrong = |what: &str| {
                Error::Usage(format!(
                    "the pattern “{pattern}” cannot be read ({what}); write it as “*.wav”, “2026/**” \
                     or “{{anna,ben}}-*”, and put \\ before a character that is meant as it is"
                ))
            };
            // As from the folder that is named, whichever way that is written.
            let bare = pattern.strip_prefix("./").unwrap_or(pattern);
            let bare = bare.trim_start_matches('/').trim_end_matches('/');
            if bare.is_empty() {
                return Err(wrong("it is empty"));
            }
            let glob = GlobBuilder::new(bare)
                .literal_separator(true)
                .case_insensitive(true)
                .backslash_escape(true)
                .build()
                .map_err(|error| wrong(&error.kind().to_string()))?;
            paths.add(glob.clone());
            if !pattern.trim_end_matches('/').contains('/') {
                names.add(glob);
            }
        }
        let built = |set: GlobSetBuilder| {
            let failed = |error: globset::Error| {
                Error::Usage(format!("the patterns are too many or too long ({})", error.kind()))
            };
            set.build().map_err(failed)
        };
        Ok(Self { paths: built(paths)?, names: built(names)? })
    }

    fn match_path(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.paths.is_match_candidate(&Candidate::new(path))
            || self.names.is_match_candidate(&Candidate::new(name))
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |patterns: &[&str]| patterns.iter().map(|&one| one.to_owned()).collect();
        let (include, exclude): (Vec<String>, Vec<String>) = (owned(include), owned(exclude));
        Filter::new(&include, &exclude).unwrap()
    }

    fn takes(filter: &Filter, path: &str) -> bool {
        filter.takes(Path::new(path))
    }

    #[test]
    fn without_patterns_everything_is_wanted() {
        assert!(takes(&Filter::default(), "a/b.wav") && Filter::default().enters(Path::new("a")));
    }

    #[test]
    fn a_pattern_without_a_slash_is_held_against_the_name_and_one_with_against_the_path() {
        let wav = filter(&["*.wav"], &[]);
        assert!(takes(&wav, "b.WAV") && takes(&wav, "a/b.wav") && !takes(&wav, "a/b.mp3"));
        let year = filter(&["2026/*"], &[]);
        assert!(takes(&year, "2026/b.mp3"));
        assert!(!takes(&year, "2026/03/b.mp3") && !takes(&year, "old/2026/b.mp3"));
        let deep = filter(&["2026/**"], &[]);
        assert!(takes(&deep, "2026/b.mp3") && takes(&deep, "2026/03/b.mp3"));
        let any = filter(&["**/03/*.mp3"], &[]);
        assert!(takes(&any, "2026/03/b.mp3") && takes(&any, "03/b.mp3"));
        for root in ["/b.mp3", "./b.mp3"] {
            let root = filter(&[root], &[]);
            assert!(takes(&root, "b.mp3") && !takes(&root, "a/b.mp3"));
        }
    }

    #[test]
    fn what_is_left_out_wins_and_a_folder_left_out_is_not_entered() {
        let both = filter(&["*.wav"], &["draft*", "old/"]);
        assert!(takes(&both, "a.wav") && !takes(&both, "draft.wav"));
        assert!(!both.enters(Path::new("2025/old")) && !both.enters(Path::new("Drafts")));
        // Folders are entered whatever is wanted of them.
        assert!(both.enters(Path::new("2025")));
    }

    #[test]
    fn names_that_are_no_utf8_are_matched_as_they_are() {
        let name = |bytes| Path::new(OsStr::from_bytes(bytes));
        let wav = filter(&["s*.wav"], &["*x.wav"]);
        assert!(wav.takes(name(b"s\xe9ance.wav")));
        assert!(!wav.takes(name(b"\xe9.wav")) && !wav.takes(name(b"s\xe9x.wav")));
        assert!(takes(&filter(&["séance*"], &[]), "séance 1.wav"));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_named() {
        for bad in ["[a", "{a,b", "a}", "", "/", "a\\"] {
            let error = Filter::new(&[], &[bad.to_owned()]).unwrap_err();
            assert!(matches!(error, Error::Usage(_)));
            let sentence = error.to_string();
            assert!(sentence.starts_with(&format!("the pattern “{bad}” cannot")), "{sentence}");
        }
    }
}
