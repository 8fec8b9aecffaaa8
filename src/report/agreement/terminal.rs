//! The table for a terminal.
//!
//! A kappa is written without its leading zero, as papers do. What is null says why.

use std::fmt::Write as _;

use super::Study;
use crate::agreement::{
    Agreement, Aspect, Codes, Comparison, Differs, Figures, Mean, OpenShare, Undefined, Withheld,
};
use crate::lang::CharSpan;
use crate::report::numbers::place;
use crate::report::text::{clean, opening};
use crate::session::Span;

/// More coders than this have a line each instead of a table each.
const TABLE_EACH: usize = 3;
/// Cells of the names of aspects.
const ASPECT: usize = 30;
/// An utterance is shown so far.
const SHOWN_WORDS: usize = 40;
const SHOWN_CHARS: usize = 300;

/// The tables, and at most `most` of the utterances on which not all agree.
#[must_use]
pub fn terminal(study: &Study<'_>, most: usize) -> String {
    let mut out = String::new();
    let found = study.agreement;
    head(&mut out, study);
    if study.coders.len() <= TABLE_EACH {
        for one in &found.each {
            table(&mut out, &format!("The tool with {}", clean(&one.coder)), one);
        }
    }
    if let Some(everyone) = &found.everyone {
        table(&mut out, "The tool with all coders, code by code", everyone);
    }
    if let Some(majority) = &found.majority {
        table(&mut out, "The tool with the majority of coders", majority);
    }
    several(&mut out, found);
    open_shares(&mut out, found);
    differences(&mut out, study, most);
    for note in study.notes {
        line(&mut out, &format!("Note: {note}"));
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(clean(text).trim_end());
    out.push('\n');
}

fn head(out: &mut String, study: &Study<'_>) {
    let found = study.agreement;
    let names: Vec<&str> = study.coders.iter().map(|one| one.name.as_str()).collect();
    line(
        out,
        &format!(
            "{} coded by {} ({}) in {}",
            count(found.units, "utterance", "utterances"),
            count(names.len() as u64, "person", "people"),
            names.join(", "),
            count(study.recordings.len() as u64, "recording", "recordings"),
        ),
    );
    for (why, units) in &found.withheld {
        let why = match why {
            Withheld::LanguageUnsupported => {
                "in a language that is neither English nor French: the tool gives no codes there"
            }
            Withheld::NotTheCoach => "not said by the coach: the tool is not compared there",
            Withheld::OffTheRecord => "off the record",
        };
        line(out, &format!("{} {why}", count(*units, "utterance", "utterances")));
    }
    for one in study.recordings.iter().filter(|one| one.coach().is_none()) {
        line(
            out,
            &format!("{}: who is the coach is not known; everybody's words are coded", one.name),
        );
    }
    if study.corrected {
        line(out, "The tool's codes are those after your corrections.");
    }
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn table(out: &mut String, title: &str, comparison: &Comparison) {
    out.push('\n');
    line(
        out,
        &format!(
            "{title:<ASPECT$}  {:>5} {:>5}  {:<18} {:>5} {:>9} {:>7}",
            "n", "same", "kappa (95 %)", "F1", "precision", "recall"
        ),
    );
    let coded = |figures: &&Figures| figures.kappa.reason != Some(Undefined::NotCoded);
    for figures in comparison.figures.iter().filter(coded) {
        row(out, figures);
    }
    let left = comparison.figures.iter().filter(|figures| !coded(figures));
    let left: Vec<&str> = left.map(|figures| figures.aspect.title()).collect();
    if !left.is_empty() {
        line(out, &format!("  not coded: {}", left.join(", ")));
    }
    let openness = comparison.figures.iter().find(|one| one.aspect == Aspect::Openness);
    if let Some(figures) = openness.filter(|one| one.units > 0) {
        confusion(out, figures, comparison);
    }
}

fn row(out: &mut String, figures: &Figures) {
    let kappa = match (figures.kappa.value, figures.kappa.low.zip(figures.kappa.high)) {
        (Some(value), Some((low, high))) => {
            format!("{} ({} to {})", short(Some(value)), short(Some(low)), short(Some(high)))
        }
        (value, _) => short(value),
    };
    let percent =
        figures.same.map_or_else(|| "–".to_owned(), |same| format!("{:.0}%", same * 100.0));
    let found = figures.found;
    let why = figures.kappa.reason.or(found.reason).map_or("", because);
    line(
        out,
        &format!(
            "  {:<width$}  {:>5} {percent:>5}  {kappa:<18} {:>5} {:>9} {:>7}  {why}",
            figures.aspect.title(),
            figures.units,
            short(found.f1),
            short(found.precision),
            short(found.recall),
            width = ASPECT - 2,
        ),
    );
}

/// `.74`, `-.10`, `1.00`; `–` for what is null.
fn short(value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let text = format!("{value:.2}");
    match text.strip_prefix("0.").or_else(|| text.strip_prefix("-0.")) {
        Some("00") => ".00".to_owned(),
        Some(rest) if text.starts_with('-') => format!("-.{rest}"),
        Some(rest) => format!(".{rest}"),
        None => text,
    }
}

fn because(reason: Undefined) -> &'static str {
    match reason {
        Undefined::NotCoded => "not coded",
        Undefined::NoUnits => "nothing that both coded",
        Undefined::OneClass => "one of the two gave one code throughout",
        Undefined::NoCases => "neither found any",
        Undefined::NoneFound => "the second found none",
        Undefined::NoneThere => "the first found none",
        Undefined::CountedAgain => "",
        Undefined::NoQuestions => "no questions",
    }
}

fn confusion(out: &mut String, figures: &Figures, comparison: &Comparison) {
    let down = clean(&comparison.coder);
    let across = comparison.with.as_deref().unwrap_or("the tool");
    line(out, &format!("  questions: down what {down} coded, across what {across} did"));
    let mut header = format!("  {:>10}", "");
    for class in figures.classes {
        let _ = write!(header, " {class:>7}");
    }
    line(out, &header);
    for (class, counts) in figures.classes.iter().zip(&figures.confusion) {
        let mut cells = format!("  {class:>10}");
        for count in counts {
            let _ = write!(cells, " {count:>7}");
        }
        line(out, &cells);
    }
}

/// What there is to say of several coders.
fn several(out: &mut String, found: &Agreement) {
    if found.each.len() > TABLE_EACH {
        out.push('\n');
        kappas(out, "Kappa of the tool with …", &found.each, |one| clean(&one.coder));
        means(out, "mean of these", &found.tool_mean);
    }
    if !found.pairs.is_empty() {
        out.push('\n');
        let name = |one: &Comparison| {
            format!("{} and {}", clean(&one.coder), clean(one.with.as_deref().unwrap_or_default()))
        };
        kappas(out, "Kappa of coders with each other", &found.pairs, name);
        if found.pairs.len() > 1 {
            means(out, "mean of these", &found.coder_mean);
        }
        let name = |one: &Comparison| clean(one.with.as_deref().unwrap_or_default());
        if !found.with_rest.is_empty() {
            out.push('\n');
            kappas(out, "… with the majority of the others", &found.with_rest, name);
        }
    }
}

/// Aspects that have a column where comparisons have a line.
const COLUMNS: [(Aspect, &str); 6] = [
    (Aspect::Question, "question"),
    (Aspect::Openness, "openness"),
    (Aspect::Level1, "level 1+"),
    (Aspect::Level2, "level 2+"),
    (Aspect::Reflection, "reflect."),
    (Aspect::Information, "inform."),
];

fn kappas(
    out: &mut String,
    title: &str,
    comparisons: &[Comparison],
    name: impl Fn(&Comparison) -> String,
) {
    let mut header = format!("{title:<36}");
    for (_, aspect) in COLUMNS {
        let _ = write!(header, " {aspect:>8}");
    }
    line(out, &header);
    for one in comparisons {
        let value =
            |aspect| one.figures.iter().find(|figures| figures.aspect == aspect)?.kappa.value;
        values(out, &name(one), value);
    }
}

fn means(out: &mut String, title: &str, means: &[Mean]) {
    values(out, title, |aspect| means.iter().find(|one| one.aspect == aspect)?.kappa);
}

fn values(out: &mut String, name: &str, value: impl Fn(Aspect) -> Option<f64>) {
    let mut cells = format!("  {name:<34}");
    for (aspect, _) in COLUMNS {
        let _ = write!(cells, " {:>8}", short(value(aspect)));
    }
    line(out, &cells);
}

fn open_shares(out: &mut String, found: &Agreement) {
    if found.open_shares.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Open questions among questions     coders    tool   error");
    for one in &found.open_shares {
        shares(out, one);
    }
    let (error, over) = found.open_share_error;
    if let Some(error) = error.filter(|_| over > 1) {
        let error = format!("{:.0} points", error * 100.0);
        line(out, &format!("  off by {error} on average, over {over} recordings"));
    }
}

fn shares(out: &mut String, one: &OpenShare) {
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0))
    };
    let error = |error: Option<f64>, reason: Option<Undefined>| match error {
        Some(error) => format!("{:+.0} points", error * 100.0),
        None => reason.map_or_else(String::new, |reason| because(reason).to_owned()),
    };
    let mut put = |name: &str, coder: Option<f64>, tool: Option<f64>, error: String| {
        line(out, &format!("  {name:<32} {:>6} {:>7}   {error}", percent(coder), percent(tool)));
    };
    if let [only] = &one.coders[..] {
        put(&one.recording, only.coded.share, only.tool.share, error(only.error, only.reason));
        return;
    }
    let tool = one.mean.zip(one.error).map(|(mean, error)| mean + error);
    put(&format!("{}, mean", one.recording), one.mean, tool, error(one.error, one.reason));
    for coder in &one.coders {
        let name = format!("  {}", coder.coder);
        put(&name, coder.coded.share, coder.tool.share, error(coder.error, coder.reason));
    }
}

fn differences(out: &mut String, study: &Study<'_>, most: usize) {
    let differs = &study.agreement.differs;
    if differs.is_empty() || most == 0 {
        return;
    }
    out.push('\n');
    line(out, "Where not all agree");
    for one in differs.iter().take(most) {
        difference(out, study, one);
    }
    if differs.len() > most {
        let left = differs.len() - most;
        let also = count(left as u64, "more utterance", "more utterances");
        line(out, &format!("  {also}: --show {} shows all, --json has them too", differs.len()));
    }
}

fn difference(out: &mut String, study: &Study<'_>, one: &Differs) {
    let Some(recording) = study.recordings.get(one.unit.recording) else { return };
    let said = recording.utterance(one.unit.utterance);
    let time = said.and_then(crate::session::Utterance::time).map(Span::start).map(place);
    let mut title = format!("  #{}", one.unit.utterance);
    if study.recordings.len() > 1 {
        title = format!("  {} #{}", recording.name, one.unit.utterance);
    }
    if let Some(time) = time {
        let _ = write!(title, " {time}");
    }
    let text = said.map(|said| words(&said.text, one.unit.part)).unwrap_or_default();
    line(out, &format!("{title}  {text}"));
    for aspect in &one.aspects {
        // "A question or none" is said by whether it is open.
        if *aspect == Aspect::Question {
            continue;
        }
        let class = |codes: &Codes| {
            let class = aspect.of(codes).and_then(|class| aspect.classes().get(class));
            class.copied().unwrap_or("not coded")
        };
        let mut each: Vec<String> = one
            .coders
            .iter()
            .filter_map(|(nth, codes)| {
                Some(format!("{} {}", study.coders.get(*nth)?.name, class(codes)))
            })
            .collect();
        let tool = one.tool.as_ref().map_or("codes withheld", class);
        each.push(format!("tool {tool}"));
        line(out, &format!("      {}: {}", aspect.title(), each.join(", ")));
    }
}

/// What the unit is about, cut where it is long.
fn words(text: &str, part: Option<CharSpan>) -> String {
    let text: String = match part {
        Some(part) => {
            let length = part.end.saturating_sub(part.start) as usize;
            text.chars().skip(part.start as usize).take(length).collect()
        }
        None => text.to_owned(),
    };
    let (shown, left) = opening(&text, SHOWN_WORDS, SHOWN_CHARS);
    if left > 0 { format!("“{shown} …”") } else { format!("“{shown}”") }
}
