//! A typed element tree: names and attribute names are ours, values and text are escaped.
//!
//! In: calls that name an element and its attributes. Out: markup, through `Display`. Hurl draws
//! its timeline with such a tree (`report/html/timeline/svg`); this one is smaller.

use std::fmt;

/// A position or length along a drawing that fills its place, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// The place of `value` between `from` and `to`, held to the drawing.
    #[must_use]
    pub fn of(value: f64, from: f64, to: f64) -> Self {
        let width = to - from;
        if width.is_nan() || width <= 0.0 || value.is_nan() {
            return Self(0.0);
        }
        Self(((value - from) / width * 100.0).clamp(0.0, 100.0))
    }

    /// From here to `other`; zero when it lies before.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self((other.0 - self.0).max(0.0))
    }

    /// The same, at least `margin` away from both ends.
    #[must_use]
    pub fn held(self, margin: f64) -> Self {
        Self(self.0.max(margin).min(100.0 - margin))
    }

    /// As a number from 0 to 100.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}%", self.0)
    }
}

/// An SVG element.
#[derive(Debug, Clone)]
pub struct Svg {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Svg>,
    text: Option<String>,
}

impl Svg {
    /// An element without attributes.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), children: Vec::new(), text: None }
    }

    /// A drawing that a reader of the screen passes over.
    #[must_use]
    pub fn decoration(width: u32, height: u32) -> Self {
        Self::new("svg").with("width", width).with("height", height).with("aria-hidden", "true")
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// With an element inside.
    #[must_use]
    pub fn holding(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With text inside.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Adds an element.
    pub fn push(&mut self, child: Self) {
        self.children.push(child);
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\'' => f.write_str("&#39;")?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"")?;
            escape(f, value)?;
            f.write_str("\"")?;
        }
        if self.children.is_empty() && self.text.is_none() {
            return f.write_str("/>");
        }
        f.write_str(">")?;
        if let Some(text) = &self.text {
            escape(f, text)?;
        }
        for child in &self.children {
            write!(f, "{child}")?;
        }
        write!(f, "</{}>", self.name)
    }
}

/// Its names are fixed and its values escaped: a template need not escape it again.
impl askama::filters::HtmlSafe for Svg {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_text_are_escaped() {
        let svg = Svg::new("text").with("aria-label", "\"><script>").saying("a < b & 'c'");
        assert_eq!(
            svg.to_string(),
            "<text aria-label=\"&quot;&gt;&lt;script&gt;\">a &lt; b &amp; &#39;c&#39;</text>"
        );
    }

    #[test]
    fn a_place_is_held_to_the_drawing() {
        assert_eq!(Percent::of(0.35, 0.0, 0.5).to_string(), "70.00%");
        assert_eq!(Percent::of(9.0, 0.0, 6.0).to_string(), "100.00%");
        assert_eq!(Percent::of(1.0, 2.0, 2.0).to_string(), "0.00%");
        assert_eq!(Percent::of(f64::NAN, 0.0, 1.0).to_string(), "0.00%");
    }
}
