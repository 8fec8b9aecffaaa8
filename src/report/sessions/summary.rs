//! What the terminal says of many sessions: a line a coach and profile.

use unicode_width::UnicodeWidthStr;

use super::groups::Sessions;
use super::page::Audience;
use super::view::Viewer;

/// Longer names are cut, so that the columns stay on the screen.
const NAME: usize = 32;

/// A line for each coach and profile: name, how many sessions, from when to when. In the words of the
/// page; names of others cannot drive the terminal.
#[must_use]
pub fn summary(sessions: &Sessions) -> String {
    let viewer = Viewer::new(sessions, Audience::Own);
    let lines: Vec<(String, String)> = viewer
        .coaches()
        .into_iter()
        .flat_map(|coach| {
            let name = cut(&coach.name);
            coach.groups.into_iter().map(move |group| (name.clone(), group.title))
        })
        .collect();
    let width = lines.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let line = |(name, title): &(String, String)| {
        format!("  {name}{}  {title}\n", " ".repeat(width - name.width()))
    };
    lines.iter().map(line).collect()
}

fn cut(name: &str) -> String {
    if name.width() <= NAME {
        return name.to_owned();
    }
    let mut kept = String::new();
    for c in name.chars() {
        if kept.width() + 3 > NAME {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}
