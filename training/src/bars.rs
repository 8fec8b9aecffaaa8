//! The bars of issue 7 that can be rehearsed on `../shared/coding/dev`.

use std::collections::BTreeMap;

use train_coder::agreement::{Aspect, figures};
use train_coder::lang::{Act, CharSpan, Code, Openness};

use crate::data::Doc;

/// What is said of a stretch, by the rules or by the model.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub span: CharSpan,
    pub asks: bool,
    pub open: bool,
    pub strict: bool,
    pub level: u8,
    pub reflects: bool,
    pub informs: bool,
    pub affirms: bool,
    pub backchannel: bool,
}

/// The counted acts of one sentence.
pub fn of_acts(span: CharSpan, acts: &[Act]) -> Said {
    let mut said = Said {
        span,
        asks: false,
        open: false,
        strict: false,
        level: 0,
        reflects: false,
        informs: false,
        affirms: false,
        backchannel: false,
    };
    for act in acts.iter().filter(|act| act.confidence >= 0.5) {
        match act.code {
            Code::Question { pragmatic, strict, .. } => {
                said.asks = true;
                said.open |= pragmatic == Openness::Open;
                said.strict |= strict == Openness::Open;
            }
            Code::Prescriptive { push } => said.level = said.level.max(push.level()),
            Code::Reflection { .. } => said.reflects = true,
            Code::Information { .. } => said.informs = true,
            Code::Affirmation => said.affirms = true,
            Code::Backchannel => said.backchannel = true,
            Code::Permission => {}
        }
    }
    said
}

fn within(all: &[Said], span: CharSpan) -> impl Iterator<Item = &Said> + Clone {
    all.iter().filter(move |said| {
        let common = said.span.end.min(span.end).saturating_sub(said.span.start.max(span.start));
        let shorter = (said.span.end - said.span.start).min(span.end - span.start).max(1);
        common * 2 > shorter
    })
}

fn three(all: &mut dyn Iterator<Item = &Said>, strict: bool) -> u8 {
    all.map(|said| match said.asks {
        true if (if strict { said.strict } else { said.open }) => 2,
        true => 1,
        false => 0,
    })
    .max()
    .unwrap_or(0)
}

#[derive(Default)]
struct Pairs(BTreeMap<String, Vec<(u8, u8)>>, Vec<String>);

impl Pairs {
    fn add(&mut self, name: String, want: u8, got: u8) {
        if !self.0.contains_key(&name) {
            self.1.push(name.clone());
        }
        self.0.entry(name).or_default().push((want, got));
    }
}

/// Every bar: name and figure, in a fixed order.
pub fn bars(docs: &[Doc], said: &dyn Fn(usize) -> Vec<Said>) -> Vec<(String, f64)> {
    let mut pairs = Pairs::default();
    let mut shares: BTreeMap<String, [f64; 4]> = BTreeMap::new();
    for (index, doc) in docs.iter().enumerate() {
        if doc.set == "codebook" {
            continue;
        }
        let all = said(index);
        let language = doc.language.code().unwrap_or("");
        let set = if doc.set == "annomi" {
            "annomi_sentences".into()
        } else if matches!(doc.set, "sentences" | "sessions") {
            format!("{}_{language}", doc.set)
        } else {
            doc.set.to_owned()
        };
        for target in &doc.targets {
            let here = within(&all, target.span);
            let gold = &target.gold;
            let got = three(&mut here.clone(), false);
            let code =
                |asks: bool, open: Option<bool>| u8::from(asks) + u8::from(open == Some(true));
            if let Some(asks) = gold.asks {
                if doc.set == "fqb" {
                    pairs.add(format!("{set}: open/closed kappa"), code(asks, gold.open), got);
                    pairs.add(format!("{set}: question F1"), u8::from(asks), u8::from(got > 0));
                    continue;
                }
                pairs.add(format!("{set}: question F1"), u8::from(asks), u8::from(got > 0));
                if doc.set == "parisstories" {
                    continue;
                }
                let want = code(asks, gold.open);
                pairs.add(format!("{set}: three-way kappa"), want, got);
                let strict = three(&mut here.clone(), true);
                pairs.add(
                    format!("{set}: three-way kappa, strict"),
                    code(asks, gold.strict),
                    strict,
                );
                if asks && got > 0 {
                    pairs.add(format!("{set}: open/closed kappa of both found"), want, got);
                }
            }
            if let Some(level) = gold.level {
                let got = here.clone().map(|said| said.level).max().unwrap_or(0);
                let mut levels = vec![level];
                levels.extend(gold.second.filter(|_| doc.set.starts_with("presc")));
                for level in levels {
                    for at in [2, 1, 3] {
                        let (want, got) = (u8::from(level >= at), u8::from(got >= at));
                        pairs.add(format!("{set}: level >= {at} kappa"), want, got);
                    }
                }
            }
            if let Some(kinds) = &gold.kinds {
                let any = |f: fn(&Said) -> bool| u8::from(here.clone().any(f));
                for (kind, got) in [
                    ("reflection", any(|said| said.reflects)),
                    ("information", any(|said| said.informs)),
                    ("affirmation", any(|said| said.affirms)),
                ] {
                    let want = u8::from(kinds.iter().any(|one| one == kind));
                    pairs.add(format!("{set}: {kind} kappa"), want, got);
                }
            }
        }
        let Some(turn) = &doc.turn else { continue };
        let any = three(&mut all.iter(), false);
        let last = all.iter().rev().find(|said| said.asks);
        let last = last.map_or(0, |said| 1 + u8::from(said.open));
        if turn.coder != "3" {
            pairs.add("annomi turns: three-way kappa, any open".into(), turn.three, any);
            pairs.add("annomi turns: three-way kappa, last".into(), turn.three, last);
            if turn.three > 0 && any > 0 {
                pairs.add("annomi turns: open/closed kappa of both found".into(), turn.three, last);
            }
            let slot = shares.entry(turn.transcript.clone()).or_default();
            slot[0] += f64::from(u8::from(turn.three == 2));
            slot[1] += f64::from(u8::from(turn.three > 0));
            slot[2] += f64::from(u8::from(last == 2));
            slot[3] += f64::from(u8::from(last > 0));
        }
        pairs.add("annomi turns: question F1".into(), u8::from(turn.three > 0), u8::from(any > 0));
        let longest = all.iter().max_by_key(|said| said.span.end - said.span.start);
        let reflects = any == 0 && longest.is_some_and(|said| said.reflects);
        pairs.add(
            "annomi turns: reflection kappa".into(),
            u8::from(turn.reflection),
            u8::from(reflects),
        );
        let advice = all.iter().any(|said| said.level >= 2);
        pairs.add(
            "annomi turns: advice kappa, level >= 2".into(),
            u8::from(turn.advice),
            u8::from(advice),
        );
        let advice = all.iter().any(|said| said.level >= 1);
        pairs.add(
            "annomi turns: advice kappa, level >= 1".into(),
            u8::from(turn.advice),
            u8::from(advice),
        );
        if doc.text.split_whitespace().count() <= 3 {
            let got = all.iter().any(|said| said.backchannel);
            pairs.add("annomi turns: backchannel F1".into(), u8::from(turn.other), u8::from(got));
        }
    }
    let mut out = Vec::new();
    for name in &pairs.1 {
        let here = pairs.0[name].iter().map(|pair| (pair.0.into(), pair.1.into()));
        let figures = figures(Aspect::Openness, here);
        let given = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
        let (precision, recall) = (given(figures.found.precision), given(figures.found.recall));
        if name.ends_with("F1") {
            out.push((name.clone(), given(figures.found.f1)));
            if name.contains("paris") || name.contains("backchannel") {
                out.push((format!("{name}: precision"), precision));
                out.push((format!("{name}: recall"), recall));
            }
        } else {
            out.push((name.clone(), given(figures.kappa.value)));
            if name.contains("prescriptive") && name.contains(">= 2") {
                out.push((format!("{name}: precision"), precision));
                out.push((format!("{name}: recall"), recall));
            }
        }
    }
    let errors: Vec<f64> = shares
        .values()
        .filter(|slot| slot[1] >= 3.0 && slot[3] > 0.0)
        .map(|slot| (slot[0] / slot[1] - slot[2] / slot[3]).abs())
        .collect();
    if !errors.is_empty() {
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        out.push(("annomi turns: open share, mean error".into(), mean));
    }
    out
}
