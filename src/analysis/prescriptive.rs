//! Prescriptive phrases: how hard they push, and whether leave was asked.
//!
//! The level is what the words say and is never lowered. A phrase is covered by *permission* when
//! the speaker asks leave or stresses the choice in the same turn, or asked it in the turn before
//! and the other granted it in between (CODEBOOK §1, after MITI 4.2.1 Persuade with Permission).
//! The rate counts levels 2 and 3 without permission per 100 turns, never as a share of talk:
//! advice is hard to code for people too (kappa .50 on `AnnoMI`), so every phrase is quoted.

use super::figure::{Figure, Sheet, number};
use super::interval;
use super::moments::{Item, tally};
use super::result::{MomentFlag, Reason};
use super::scene::{Scene, View};
use crate::session::{MomentKind, Ms};

/// Words that refuse leave when an answer opens with them. Ours; looked for in the first five words.
const REFUSES: &[&str] = &[
    "no", "nope", "nah", "not", "never", "dont", "rather", "wait", "later", "non", "pas", "jamais",
    "plutôt", "attends", "attendez",
];
/// Openings that hold such a word and grant it all the same.
const GRANTS: &[&str] = &["why not", "no problem", "no worries", "pourquoi pas", "pas de"];

/// Sets the flag on the phrases that permission covers.
pub(super) fn enrich(items: &mut [Item], scene: &Scene, view: &View) {
    let leave: Vec<usize> = items
        .iter()
        .filter(|item| item.is(MomentKind::Permission, view.own) && item.counts())
        .filter_map(|item| item.turn)
        .collect();
    let granted: Vec<usize> = leave.iter().flat_map(|&turn| grant(scene, view, turn)).collect();
    for item in items {
        let covered = item.is(MomentKind::Prescriptive, view.own)
            && item.turn.is_some_and(|turn| leave.contains(&turn) || granted.contains(&turn));
        if covered {
            item.flag(MomentFlag::Permission);
        }
    }
}

/// The speaker's turns that follow, if the other grants leave between `asked` and them.
fn grant(scene: &Scene, view: &View, asked: usize) -> Vec<usize> {
    let turns = &scene.floor.turns;
    let run = turns[asked].run;
    let of = |turn: &usize, run: usize| turns[*turn].run == run;
    let answer: Vec<usize> = (asked..turns.len())
        .skip_while(|turn| of(turn, run))
        .take_while(|turn| of(turn, run + 1))
        .filter(|&turn| view.others.contains(&turns[turn].speaker))
        .collect();
    if !grants(&text_of(scene, view, &answer)) {
        return Vec::new();
    }
    let next = (asked..turns.len()).skip_while(|turn| turns[*turn].run < run + 2);
    next.take_while(|turn| of(turn, run + 2) && turns[*turn].speaker == view.own).collect()
}

/// What the others say in these turns.
fn text_of(scene: &Scene, view: &View, turns: &[usize]) -> String {
    let timed = scene.timed().is_ok();
    let said = scene.session.utterances.iter().enumerate().filter(|(index, utterance)| {
        if turns.is_empty() || !view.others.contains(&utterance.speaker) {
            return false;
        }
        let turn = match utterance.time() {
            Some(time) if timed => {
                let middle = Ms(u64::midpoint(time.start().0, time.end().0));
                scene.floor.turn_at(utterance.speaker, middle)
            }
            _ => scene.floor.turn_of(*index),
        };
        turn.is_some_and(|turn| turns.contains(&turn))
    });
    said.map(|(_, utterance)| utterance.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether an answer to a request for leave grants it: there is one, and it opens with no refusal
/// ("That's what I'm here for", "What is it?" grant it as "yes" does).
fn grants(answer: &str) -> bool {
    let opening: Vec<String> = answer
        .split_whitespace()
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .take(5)
        .collect();
    let refuses = opening.iter().any(|word| REFUSES.contains(&word.as_str()));
    let joined = opening.join(" ");
    !opening.is_empty() && (!refuses || GRANTS.iter().any(|grant| joined.contains(grant)))
}

/// The figures about one speaker's prescriptive phrases.
pub(super) fn measure(items: &[Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let subject = view.subject;
    let coded = scene.coded();
    let phrases: Vec<&Item> =
        items.iter().filter(|item| item.is(MomentKind::Prescriptive, view.own)).collect();
    for (id, level) in [
        ("prescriptive_count_level_1", 1),
        ("prescriptive_count_level_2", 2),
        ("prescriptive_count_level_3", 3),
    ] {
        let of = phrases.iter().copied().filter(|item| item.moment.level == Some(level));
        let tally = tally(of);
        let (low, high) = interval::count(&tally.chances);
        let figure = Figure::plain(number(tally.count)).range(low, high).of(tally.ids);
        sheet.put(id, subject, coded.map(|()| figure));
    }
    let turns = number(scene.floor.runs(view.own));
    let rate = coded.and_then(|()| {
        if turns < 1.0 {
            return Err(Reason::TooShort);
        }
        let tally = tally(phrases.iter().copied().filter(|item| imposes(item)));
        let (low, high) = interval::count(&tally.chances);
        Ok(Figure::scaled(number(tally.count), turns, 100.0)
            .range(low / turns * 100.0, high / turns * 100.0)
            .of(tally.ids))
    });
    sheet.put("prescriptive_per_100_turns", subject, rate);
    let share = coded.and_then(|()| {
        let (with, without): (Vec<&Item>, Vec<&Item>) =
            phrases.iter().partition(|item| item.has(MomentFlag::Permission));
        let (with, without) = (tally(with.into_iter()), tally(without.into_iter()));
        let all = with.count + without.count;
        if all == 0 {
            return Err(Reason::NoPrescriptiveAct);
        }
        Ok(Figure::over(number(with.count), number(all))
            .maybe_range(interval::share(&with.chances, &without.chances))
            .of(with.ids.into_iter().chain(without.ids).collect()))
    });
    sheet.put("permission_share", subject, share);
}

/// Level 2 or 3 without permission: what the rate counts.
fn imposes(item: &Item) -> bool {
    item.moment.level >= Some(2) && !item.has(MomentFlag::Permission)
}

#[cfg(test)]
mod tests {
    use super::grants;

    #[test]
    fn leave_is_given_unless_it_is_refused() {
        for yes in
            ["Sure.", "That's what I'm here for.", "Why not?", "Oui, volontiers.", "Pas de souci."]
        {
            assert!(grants(yes), "{yes}");
        }
        for no in
            ["No, thanks.", "I'd rather not.", "Non.", "Euh, pas vraiment.", "I don't know.", ""]
        {
            assert!(!grants(no), "{no}");
        }
    }
}
