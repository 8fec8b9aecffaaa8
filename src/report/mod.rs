//! What a coach reads: one screen in the terminal and one page of HTML.
//!
//! In: an [`Analysis`](crate::analysis::Analysis), and for the page the
//! [`Session`](crate::session::Session) its quotations come from. Out: text. Pure: no files, no
//! clock, no printing; the same input gives the same bytes.
//!
//! The way through: [`words`] (sentences, two languages) and [`numbers`] (figures and times as
//! text) are used by [`evidence`] (what it rests on), [`rows`] (the fundamentals), [`ribbon`] (the
//! session from start to end), [`moments`] (the cards), [`transcript`], [`think`] (questions) and
//! [`recordings`] (what can be played); those are views, plain data with finished sentences, which
//! [`terminal`] and [`html`] lay out. [`chart`] draws. [`sessions`] does all this for several sessions,
//! [`agreement`] sets codes of people beside the tool's. Everything that comes from a recording, a transcript or a
//! file name passes [`text::clean`] on its way into a view.

mod about;
pub mod agreement;
pub mod chart;
pub mod evidence;
pub mod html;
pub mod moments;
pub mod numbers;
pub mod recordings;
pub mod ribbon;
pub mod rows;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod schemas;
pub mod sessions;
mod share;
pub mod terminal;
pub mod text;
pub mod think;
pub mod transcript;
pub mod words;

pub use html::{Alternative, NoPage, PageSettings, SmallPrint, page, shared_page};
pub use terminal::{Style, summary};
