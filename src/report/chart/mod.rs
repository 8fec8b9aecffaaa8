//! Drawings: a small typed SVG, the bars of the fundamentals, the sessions over time,
//! the ribbon and the icons.
//!
//! In: numbers and finished labels. Out: [`Svg`] elements. Nothing here knows an analysis; colours
//! are classes of the page's style, positions are attributes, so the page needs no `style=`.

mod bullet;
mod history;
mod icons;
pub mod ribbon;
mod svg;

pub use bullet::{Bar, Label, Position, bullet};
pub use history::{Dot, History, Middle, history, history_key};
pub use icons::{Icon, answer_bar, defs, key, status, swatch, tied};
pub use svg::{Percent, Svg};
