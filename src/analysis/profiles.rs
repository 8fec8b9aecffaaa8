//! Profiles: by which bands a session is read, as TOML with the source of each number beside it.
//!
//! Three are built in (`profiles/*.toml`, CODEBOOK §4): `coaching`, `mentoring` and `lead`. A
//! person may write their own; what is wrong with it is said in one sentence that names the field.

use serde::{Deserialize, Serialize};

use super::OpennessRule;
use super::definitions;
use super::result::Axis;

/// The rows a report knows how to name (CODEBOOK §4).
const FUNDAMENTALS: [&str; 8] = [
    "listens",
    "asks_openly",
    "one_at_a_time",
    "does_not_prescribe",
    "asks_permission",
    "gives_space",
    "lets_finish",
    "shows_understanding",
];

const BUILT_IN: [(&str, &str); 3] = [
    ("coaching", include_str!("profiles/coaching.toml")),
    ("mentoring", include_str!("profiles/mentoring.toml")),
    ("lead", include_str!("profiles/lead.toml")),
];

/// By which bands a session is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name in every result.
    pub name: String,
    /// When a question counts as open.
    pub openness: OpennessSetting,
    /// Its rows, in the order of the report.
    #[serde(rename = "fundamental")]
    pub fundamentals: Vec<Row>,
}

/// When a question counts as open, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpennessSetting {
    /// The rule.
    pub rule: OpennessRule,
    /// Where it is from.
    pub source: String,
}

/// One row of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// As in CODEBOOK §4.
    pub id: String,
    /// The metric it is read from, of CODEBOOK §5, in that metric's unit.
    pub metric: String,
    /// Pieces that are within the range.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Vec<[f64; 2]>>,
    /// Pieces that are near it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Vec<[f64; 2]>>,
    /// Where the range is from; needed with `in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Below a number of counted acts the row is never worse than `watch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_from: Option<JudgedFrom>,
    /// Ends of the scale it is drawn on.
    pub axis: SourcedAxis,
    /// Why it matters, one sentence.
    pub why: String,
    /// The marker of a professional body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

/// From how many counted acts on a row may be `out_of_band`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedFrom {
    /// So many.
    pub acts: u32,
    /// Where the number is from.
    pub source: String,
}

/// Ends of a scale with their source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedAxis {
    /// Lower end.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Where they are from.
    pub source: String,
}

impl SourcedAxis {
    /// Without the source.
    #[must_use]
    pub fn ends(&self) -> Axis {
        Axis { from: self.from, to: self.to }
    }
}

/// What is wrong with a profile, in one sentence that names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, a field that is missing or unknown, or a value of another kind.
    #[error("line {line} of the profile: {message}")]
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// Readable, but it makes no sense.
    #[error("the profile's {field} {wrong}")]
    Invalid {
        /// Which field, as `fundamental "listens", in`.
        field: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// No profile of that name is built in.
    #[error("there is no profile “{0}”: coaching, mentoring and lead are built in, or name a file")]
    NoSuchProfile(String),
}

impl Profile {
    /// Names of the built-in profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A built-in profile.
    ///
    /// # Errors
    /// A name that is not built in.
    pub fn built_in(name: &str) -> Result<Self, ProfileError> {
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| ProfileError::NoSuchProfile(name.to_owned()))?;
        Self::parse(text)
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// Whatever is wrong with it, named by its field.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|&byte| byte == b'\n').count();
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            ProfileError::Unreadable { line, message }
        })?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), ProfileError> {
        need("name", &self.name)?;
        need("openness source", &self.openness.source)?;
        if self.fundamentals.is_empty() {
            return Err(wrong("fundamental", "has no row"));
        }
        for (place, row) in self.fundamentals.iter().enumerate() {
            row.check()?;
            if self.fundamentals[..place].iter().any(|before| before.id == row.id) {
                return Err(row.wrong("id", "stands there twice"));
            }
        }
        Ok(())
    }
}

fn wrong(field: &str, wrong: &str) -> ProfileError {
    ProfileError::Invalid { field: field.to_owned(), wrong: wrong.to_owned() }
}

fn need(field: &str, text: &str) -> Result<(), ProfileError> {
    if text.trim().is_empty() { Err(wrong(field, "is empty")) } else { Ok(()) }
}

impl Row {
    fn wrong(&self, field: &str, what: &str) -> ProfileError {
        wrong(&format!("fundamental \"{}\", {field}", self.id), what)
    }

    fn check(&self) -> Result<(), ProfileError> {
        if !FUNDAMENTALS.contains(&self.id.as_str()) {
            return Err(self.wrong("id", &format!("is none of {}", FUNDAMENTALS.join(", "))));
        }
        if definitions::of(&self.metric).id.is_empty() {
            let what = format!("names a metric that is not measured: \"{}\"", self.metric);
            return Err(self.wrong("metric", &what));
        }
        let axis = &self.axis;
        if !(axis.from.is_finite() && axis.to.is_finite() && axis.from < axis.to) {
            return Err(self.wrong("axis", "must run from a smaller number to a greater one"));
        }
        for (field, text) in [("axis source", &axis.source), ("why", &self.why)] {
            if text.trim().is_empty() {
                return Err(self.wrong(field, "is empty"));
            }
        }
        if self.judged_from.as_ref().is_some_and(|from| from.source.trim().is_empty()) {
            return Err(self.wrong("judged_from source", "is empty"));
        }
        self.check_band()
    }

    fn check_band(&self) -> Result<(), ProfileError> {
        let Some(within) = &self.within else {
            return match self.watch {
                Some(_) => Err(self.wrong("watch", "needs an \"in\" beside it")),
                None => Ok(()),
            };
        };
        if self.source.as_deref().is_none_or(|source| source.trim().is_empty()) {
            return Err(self.wrong("source", "must say where the range is from"));
        }
        if within.is_empty() {
            return Err(self.wrong("in", "has no piece"));
        }
        let watch = self.watch.as_deref().unwrap_or_default();
        let mut pieces: Vec<(&str, [f64; 2])> = within.iter().map(|&piece| ("in", piece)).collect();
        pieces.extend(watch.iter().map(|&piece| ("watch", piece)));
        for &(field, [from, to]) in &pieces {
            if !(from.is_finite() && to.is_finite()) {
                return Err(self.wrong(field, "must have numbers as ends: a piece that reaches an end of the axis goes on beyond it"));
            }
            if from >= to {
                let what = format!("has a piece from {from} to {to}: the smaller end comes first");
                return Err(self.wrong(field, &what));
            }
            if from < self.axis.from || to > self.axis.to {
                let what = format!("has a piece from {from} to {to}, beyond the axis");
                return Err(self.wrong(field, &what));
            }
        }
        pieces.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
        for pair in pieces.windows(2) {
            if pair[0].1[1] > pair[1].1[0] {
                let (one, other) = (pair[0], pair[1]);
                let what = format!("overlaps {} at {}", one.0, other.1[0]);
                return Err(self.wrong(other.0, &what));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coaching() -> &'static str {
        BUILT_IN[0].1
    }

    fn refused(from: &str, to: &str) -> String {
        assert!(coaching().contains(from), "{from}");
        Profile::parse(&coaching().replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_profiles_are_valid_and_bear_their_names() {
        for name in Profile::names() {
            let profile = Profile::built_in(name).unwrap();
            assert_eq!(profile.name, name);
            assert_eq!(profile.fundamentals.len(), FUNDAMENTALS.len());
        }
    }

    #[test]
    fn mentoring_has_no_band_for_advice_and_lead_has_two_bands() {
        let banded = |name| -> Vec<String> {
            let rows = Profile::built_in(name).unwrap().fundamentals;
            rows.into_iter().filter(|row| row.within.is_some()).map(|row| row.id).collect()
        };
        assert!(!banded("mentoring").contains(&"does_not_prescribe".to_owned()));
        assert_eq!(banded("mentoring").len(), 7);
        assert_eq!(banded("lead"), ["one_at_a_time", "lets_finish"]);
    }

    #[test]
    fn an_unknown_field_is_named_with_its_line() {
        let message = refused("marker = \"ICF PCC 7.8\"", "market = \"ICF PCC 7.8\"");
        assert!(message.contains("`market`") && message.starts_with("line "), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }

    #[test]
    fn pieces_that_overlap_are_named() {
        let message = refused("watch = [[0.3, 0.5]]", "watch = [[0.2, 0.5]]");
        assert_eq!(message, "the profile's fundamental \"listens\", watch overlaps in at 0.2");
    }

    #[test]
    fn a_reversed_piece_is_named() {
        let message = refused("in = [[0.0, 0.3]]", "in = [[0.3, 0.0]]");
        assert!(message.contains("\"listens\", in has a piece from 0.3 to 0"), "{message}");
    }

    #[test]
    fn a_range_without_a_source_is_refused() {
        let message = refused("source = \"Ovida", "marker = \"Ovida");
        assert!(message.contains("duplicate key") || message.contains("source"), "{message}");
        let message = refused("source = \"MITI 4.2.1", "marker = \"MITI 4.2.1");
        assert!(message.contains("\"asks_permission\", source must say"), "{message}");
    }

    #[test]
    fn an_unknown_metric_a_twin_row_and_a_foreign_name_are_refused() {
        assert!(refused("coach_talk_share", "talk").contains("not measured: \"talk\""));
        assert!(refused("id = \"asks_openly\"", "id = \"listens\"").contains("stands there twice"));
        let error = Profile::built_in("therapy").unwrap_err().to_string();
        assert!(error.contains("“therapy”") && error.contains("mentoring"), "{error}");
    }
}
