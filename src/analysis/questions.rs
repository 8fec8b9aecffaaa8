//! Questions: how many, how open, how many at a time, how long the asker waits, what they bring.
//!
//! *Stacked*: two or more different questions of at least three words in one turn, under 2 s apart
//! and unanswered; a repair of the same question is none (CODEBOOK §1, after ICF PCC 7.6 "one at a
//! time"). A tag is taken for two words, so a tag question needs five.
//!
//! *Wait*: from the end of the last question of a stretch of talk (one's own pauses under 1 s
//! included) to the next speech of anyone, the other's backchannels apart; an answer that starts
//! before the question ends is a wait of 0. *Broken*: the asker speaks again after 1 s or more and
//! before the other. Going on within 1 s is the same breath: the wait ends there and is not broken
//! (CODEBOOK §2, after Rowe's wait time 1).
//!
//! *Answer*: the other's talk from the last question of a turn to the asker's next turn, counted by
//! the stretches that begin there, so that an answer that is talked over is whole.

use super::figure::{Figure, Sheet, median, number};
use super::interval;
use super::moments::{Item, is_open, tally};
use super::result::{Answer, Form, MomentFlag, Reason};
use super::scene::{Scene, View};
use crate::lang::{self, QuestionForm};
use crate::session::{MomentKind, Ms, Span, SpeakerId};

/// Questions further apart are not stacked (CODEBOOK §1).
const STACKED_WITHIN: Ms = Ms(2_000);
/// Going on sooner is the same breath (CODEBOOK §2).
pub const SAME_BREATH: Ms = Ms(1_000);
/// A wait of this length is long (Rowe).
const LONG_WAIT_MS: f64 = 3_000.0;
/// A question this far from the end of its stretch of speech ends with it: word times are coarser
/// than voice activity. Ours.
const SNAP: Ms = Ms(500);
/// An open share is never surer than this (CODEBOOK §3).
const OPEN_SHARE_LEAST: f64 = 0.05;

/// Sets groups, waits and answers on the questions of `view`.
pub(super) fn enrich(items: &mut [Item], scene: &Scene, view: &View) {
    let questions: Vec<usize> = (0..items.len())
        .filter(|&i| items[i].is(MomentKind::Question, view.own) && items[i].counts())
        .collect();
    stack(items, &questions, view);
    if scene.heard().is_ok() {
        wait(items, &questions, scene, view);
    }
    for (place, &index) in questions.iter().enumerate() {
        let next = questions.get(place + 1).map(|&next| items[next].run);
        if items[index].run.is_some() && next != Some(items[index].run) {
            items[index].moment.answer = answer(&items[index], scene, view);
        }
    }
}

fn stack(items: &mut [Item], questions: &[usize], view: &View) {
    let mut group = 0;
    let mut close = |items: &mut [Item], chain: &mut Vec<usize>| {
        if chain.len() > 1 {
            group += 1;
            for &index in chain.iter() {
                items[index].flag(MomentFlag::Stacked);
                items[index].moment.group = Some(group_name(view, group));
            }
        }
        chain.clear();
    };
    let mut chain: Vec<usize> = Vec::new();
    let mut last: Option<usize> = None;
    for &index in questions {
        let fewest_words = match items[index].moment.form {
            Some(Form::Question(QuestionForm::Tag)) => 5,
            _ => 3,
        };
        if items[index].words < fewest_words {
            continue;
        }
        let follows = last.is_some_and(|last| {
            let (before, now) = (&items[last], &items[index]);
            let gap = now.at.zip(before.at).map(|(now, before)| now.start().since(before.end()));
            now.turn.is_some()
                && now.turn == before.turn
                && gap.is_none_or(|gap| gap < STACKED_WITHIN)
        });
        if !follows {
            close(items, &mut chain);
        }
        last = Some(index);
        let text = |i: usize| items[i].moment.text.as_deref().unwrap_or_default();
        if !chain.iter().any(|&before| lang::same_question(text(before), text(index))) {
            chain.push(index);
        }
    }
    close(items, &mut chain);
}

/// `g3`, and with unknown roles `g3-S2`.
fn group_name(view: &View, group: usize) -> String {
    match view.other_subject {
        Some(_) => format!("g{group}"),
        None => format!("g{group}-{}", view.own),
    }
}

fn wait(items: &mut [Item], questions: &[usize], scene: &Scene, view: &View) {
    let own: Vec<Span> = scene.floor.talk_of(view.own).map(|one| one.span).collect();
    let mut others: Vec<(Span, SpeakerId)> = scene
        .floor
        .stretches
        .iter()
        .filter(|one| one.speaker != view.own && !one.backchannel)
        .map(|one| (one.span, one.speaker))
        .collect();
    others.sort_unstable();
    for (place, &index) in questions.iter().enumerate() {
        let Some(at) = items[index].at else { continue };
        let following = own_words_after(scene, &items[index]);
        let end = snapped(&own, at, following);
        let next_own = going_on(&own, end, following);
        let next_question = questions
            .get(place + 1)
            .filter(|&&next| items[next].turn == items[index].turn && items[next].turn.is_some());
        let later = next_question.and_then(|&next| items[next].at);
        if later.is_some_and(|later| longest_pause(&own, end, later.start()) < SAME_BREATH) {
            continue;
        }
        let next_other = others
            .iter()
            .find(|(span, _)| span.end() > end)
            .map(|&(span, who)| (span.start().max(end), who));
        let (time, who) = match (next_own, next_other) {
            (Some(own), Some((other, _))) if own < other => (own, view.own),
            (_, Some((other, who))) => (other, who),
            (Some(own), None) => (own, view.own),
            (None, None) => continue,
        };
        if scene.is_cut(end, time) {
            continue;
        }
        let length = time.since(end);
        let moment = &mut items[index].moment;
        moment.wait_ms = Some(length);
        moment.next = Some(scene.subject(who));
        moment.broken = who == view.own && length >= SAME_BREATH;
    }
}

/// Start of the speaker's first word after the question, where its utterance goes on and has words.
fn own_words_after(scene: &Scene, item: &Item) -> Option<Ms> {
    let end = item.at?.end();
    let utterance = &scene.session.utterances[item.utterance];
    utterance.words.iter().map(|word| word.span.start()).find(|&start| start >= end)
}

/// The end of a question, moved to the end of its stretch of speech when nothing else is said in
/// between.
fn snapped(own: &[Span], at: Span, following: Option<Ms>) -> Ms {
    let end = at.end();
    let Some(stretch) = own.iter().rev().find(|span| span.start() < end) else { return end };
    let apart = end.since(stretch.end()).0 + stretch.end().since(end).0;
    let alone = following.is_none_or(|next| next + Ms(100) >= stretch.end());
    if apart <= SNAP.0 && alone { stretch.end() } else { end }
}

/// When the speaker speaks on: within the same stretch at once, or with the next one.
fn going_on(own: &[Span], end: Ms, following: Option<Ms>) -> Option<Ms> {
    let stretch = own.iter().find(|span| span.end() > end)?;
    if stretch.start() > end {
        return Some(stretch.start());
    }
    Some(following.filter(|&next| next < stretch.end()).unwrap_or(end))
}

/// The longest pause of the speaker between two times.
fn longest_pause(own: &[Span], from: Ms, to: Ms) -> Ms {
    let (mut now, mut longest) = (from, Ms::ZERO);
    for span in own.iter().filter(|span| span.end() > from && span.start() < to) {
        longest = longest.max(span.start().since(now));
        now = now.max(span.end());
    }
    longest.max(to.since(now))
}

fn answer(item: &Item, scene: &Scene, view: &View) -> Option<Answer> {
    let run = item.run?;
    if scene.timed().is_err() {
        return answer_by_order(item, run, scene, view);
    }
    let from = item.at?.start();
    let to = scene.floor.next_run_start(view.own, run).unwrap_or(Ms(u64::MAX));
    let inside = |span: Span| from <= span.start() && span.start() < to;
    let spans: Vec<Span> = scene
        .floor
        .stretches
        .iter()
        .filter(|one| view.others.contains(&one.speaker) && !one.backchannel && inside(one.span))
        .map(|one| one.span)
        .collect();
    let whole = spans.iter().copied().reduce(Span::hull)?;
    let said = (0..scene.session.utterances.len()).filter(|&index| {
        let utterance = &scene.session.utterances[index];
        view.others.contains(&utterance.speaker)
            && utterance.time().is_some_and(|time| time.overlap(whole) > Ms::ZERO && inside(time))
    });
    let (words, utterances) = sum_up(scene, said)?;
    Some(Answer {
        start_ms: Some(whole.start()),
        end_ms: Some(whole.end()),
        ms: Some(spans.iter().map(|span| span.length()).sum()),
        words,
        utterances,
    })
}

fn answer_by_order(item: &Item, run: usize, scene: &Scene, view: &View) -> Option<Answer> {
    let said = (item.utterance + 1..scene.session.utterances.len())
        .take_while(|&index| {
            let turn = scene.floor.turn_of(index).map(|turn| &scene.floor.turns[turn]);
            turn.is_none_or(|turn| turn.speaker != view.own || turn.run == run)
        })
        .filter(|&index| {
            view.others.contains(&scene.session.utterances[index].speaker)
                && scene.floor.turn_of(index).is_some()
        });
    let (words, utterances) = sum_up(scene, said)?;
    Some(Answer { start_ms: None, end_ms: None, ms: None, words, utterances })
}

fn sum_up(scene: &Scene, said: impl Iterator<Item = usize>) -> Option<(u64, [u32; 2])> {
    let (mut words, mut ends) = (0, None);
    for index in said {
        words += scene.words_in[index];
        let id = scene.session.utterances[index].id;
        ends = Some(ends.map_or([id, id], |[first, _]: [u32; 2]| [first, id]));
    }
    Some((words, ends?))
}

/// The figures about one speaker's questions.
pub(super) fn measure(items: &[Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let subject = view.subject;
    let coded = scene.coded();
    let questions: Vec<&Item> =
        items.iter().filter(|item| item.is(MomentKind::Question, view.own)).collect();
    let asked = || coded.and(some(&questions));

    let mut count = |id: &str, keep: &dyn Fn(&Item) -> bool| {
        let tally = tally(questions.iter().copied().filter(|item| keep(item)));
        let (low, high) = interval::count(&tally.chances);
        let figure = Figure::plain(number(tally.count)).range(low, high).of(tally.ids);
        sheet.put(id, subject, coded.map(|()| figure));
    };
    count("question_count", &|_| true);
    count("open_question_count", &|item| is_open(item, false));
    count("closed_question_count", &|item| !is_open(item, false));
    count("leading_question_count", &|item| item.has(MomentFlag::Leading));

    let per_hour = coded.and_then(|()| scene.timed()).map(|timed| {
        let tally = tally(questions.iter().copied());
        let (low, high) = interval::count(&tally.chances);
        let hours = timed.duration.as_f64() / 3_600_000.0;
        Figure::scaled(number(tally.count), timed.duration.as_f64(), 3_600_000.0)
            .range(low / hours, high / hours)
            .of(tally.ids)
    });
    sheet.put("questions_per_hour", subject, per_hour);
    for (id, strict) in [("open_question_share", false), ("open_question_share_strict", true)] {
        sheet.put(id, subject, asked().map(|()| open_share(&questions, strict)));
    }
    sheet.put("stacked_turn_share", subject, asked().map(|()| stacked_share(&questions)));
    measure_waits(&questions, scene, view, sheet);
    measure_answers(&questions, scene, view, sheet);
}

fn some(questions: &[&Item]) -> Result<(), Reason> {
    if questions.iter().any(|item| item.counts()) { Ok(()) } else { Err(Reason::NoQuestions) }
}

fn open_share(questions: &[&Item], strict: bool) -> Figure {
    let (open, closed): (Vec<&Item>, Vec<&Item>) =
        questions.iter().partition(|item| is_open(item, strict));
    let (open, closed) = (tally(open.into_iter()), tally(closed.into_iter()));
    let figure = Figure::over(number(open.count), number(open.count + closed.count));
    let value = figure.value;
    let (low, high) = interval::share(&open.chances, &closed.chances).unwrap_or((value, value));
    let low = low.min(value - OPEN_SHARE_LEAST).max(0.0);
    let high = high.max(value + OPEN_SHARE_LEAST).min(1.0);
    figure.range(low, high).of(open.ids.into_iter().chain(closed.ids).collect())
}

/// A turn is stacked when its two surest stacked questions are right, and holds a question when its
/// surest one is.
fn stacked_share(questions: &[&Item]) -> Figure {
    let mut turns: std::collections::BTreeMap<Option<usize>, Vec<&Item>> =
        std::collections::BTreeMap::new();
    for item in questions {
        turns.entry(item.run).or_default().push(item);
    }
    let (mut stacked, mut single, mut ids, mut count, mut all) = (vec![], vec![], vec![], 0, 0);
    for turn in turns.values() {
        let mut chances: Vec<f64> =
            turn.iter().filter(|i| i.has(MomentFlag::Stacked)).map(|i| i.chance).collect();
        chances.sort_by(|a, b| b.total_cmp(a));
        all += usize::from(turn.iter().any(|item| item.counts()));
        if let [first, second, ..] = chances[..] {
            count += 1;
            stacked.push(first * second);
            let of = turn.iter().filter(|i| i.has(MomentFlag::Stacked));
            ids.extend(of.map(|item| item.moment.id.clone()));
        } else {
            single.push(turn.iter().map(|item| item.chance).fold(0.0, f64::max));
        }
    }
    Figure::over(number(count), number(all)).maybe_range(interval::share(&stacked, &single)).of(ids)
}

fn measure_waits(questions: &[&Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let subject = view.subject;
    let waits: Vec<(f64, &Item)> =
        questions.iter().filter_map(|item| Some((item.moment.wait_ms?.as_f64(), *item))).collect();
    let ready = scene.coded().and_then(|()| scene.heard().map(|_| ())).and_then(|()| {
        some(questions)?;
        // Questions there were, but nothing was said after any of them.
        if waits.is_empty() { Err(Reason::TooShort) } else { Ok(()) }
    });
    let ids = || waits.iter().map(|(_, item)| item.moment.id.clone()).collect::<Vec<_>>();
    let middle = ready.and_then(|()| {
        let value = median(waits.iter().map(|&(wait, _)| wait).collect());
        let sure: Vec<(f64, f64)> = waits.iter().map(|&(wait, item)| (wait, item.chance)).collect();
        let figure = Figure::plain(value.ok_or(Reason::TooShort)?);
        Ok(figure.maybe_range(interval::median(&sure)).of(ids()))
    });
    sheet.put("wait_ms_median", subject, middle);
    let mut share = |id: &str, keep: &dyn Fn(f64, &Item) -> bool| {
        let (ins, outs): (Vec<_>, Vec<_>) =
            waits.iter().partition(|&&(wait, item)| keep(wait, item));
        let chances = |of: &[(f64, &Item)]| of.iter().map(|(_, i)| i.chance).collect::<Vec<_>>();
        let figure = ready.map(|()| {
            Figure::over(number(ins.len()), number(waits.len()))
                .maybe_range(interval::share(&chances(&ins), &chances(&outs)))
                .of(ins.iter().map(|(_, item)| item.moment.id.clone()).collect())
        });
        sheet.put(id, subject, figure);
    };
    share("wait_under_1s_share", &|wait, _| wait < SAME_BREATH.as_f64());
    share("wait_over_3s_share", &|wait, _| wait >= LONG_WAIT_MS);
    share("broken_question_share", &|_, item| item.moment.broken);
}

fn measure_answers(questions: &[&Item], scene: &Scene, view: &View, sheet: &mut Sheet) {
    let coded = scene.coded().and_then(|()| some(questions));
    let mut middle = |id: &str, ready: Result<(), Reason>, of: &dyn Fn(&Answer) -> Option<f64>| {
        let answers: Vec<(f64, &Item)> = questions
            .iter()
            .filter_map(|item| Some((of(item.moment.answer.as_ref()?)?, *item)))
            .collect();
        let figure = ready.and_then(|()| {
            let value = median(answers.iter().map(|&(length, _)| length).collect());
            let sure: Vec<_> =
                answers.iter().map(|&(length, item)| (length, item.chance)).collect();
            Ok(Figure::plain(value.ok_or(Reason::TooShort)?)
                .maybe_range(interval::median(&sure))
                .of(answers.iter().map(|(_, item)| item.moment.id.clone()).collect()))
        });
        sheet.put(id, view.subject, figure);
    };
    let timed = coded.and_then(|()| scene.timed().map(|_| ()));
    middle("answer_ms_median", timed, &|answer| answer.ms.map(Ms::as_f64));
    middle("answer_words_median", coded, &|answer| Some(super::figure::real(answer.words)));
}
