//! Sessions over time: one page, one table and one document of many sessions.
//!
//! In: [`Entry`]s, each the [`Record`] of an analysis and where its report lies. Out: [`Sessions`] in
//! order and in groups that may be set against each other, and from them [`page`], [`csv`], [`json`]
//! and the [`summary`] of the terminal. Coaches are kept apart, profiles and definitions never mixed,
//! and nothing is ranked: a session stands beside the earlier ones of the same coach.

mod changed;
mod csv;
mod groups;
mod json;
mod page;
mod record;
#[cfg(test)]
pub(super) mod sample;
mod summary;
#[cfg(test)]
mod tests;
mod usual;
mod view;

pub use csv::csv;
pub(super) use csv::text as cell;
pub use groups::{Entry, Group, Sessions, Track};
pub use json::json;
pub use page::{Audience, page};
pub use record::{Figure, Measured, Named, Origin, Reading, Record, Voice};
pub use summary::summary;
pub use usual::{ENOUGH, Place, Usual};
