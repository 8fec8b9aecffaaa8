//! All comparisons of one study: the tool with each person, people with each other, and with what
//! most of them say.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::figures::{Figures, figures};
use super::majority::{Classes, Coding, Mean, majority, means};
use super::open_share::{OpenShare, mean_error, open_shares};
use super::reliability::{Reliability, reliability};
use super::{Aspect, Coder, Codes, Recording, Unit, Withheld};
use crate::analysis::OpennessRule;

/// A majority takes at least three.
const LEAST_FOR_MAJORITY: usize = 3;

/// Two codings compared: rows of a confusion are the first's classes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Whose codes are held against.
    pub coder: String,
    /// Whose codes are held against them; null: the tool's.
    pub with: Option<String>,
    /// Aspect by aspect.
    pub figures: Vec<Figures>,
}

/// A unit on which not all agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Differs {
    /// Which.
    pub unit: Unit,
    /// On what.
    pub aspects: Vec<Aspect>,
    /// What the tool says; `None`: its codes are withheld.
    pub tool: Option<Codes>,
    /// What each says who coded it: index of the coder.
    pub coders: Vec<(usize, Codes)>,
}

/// What a study found.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The tool with each coder.
    pub each: Vec<Comparison>,
    /// The tool with all coders at once, code by code; where there are several.
    pub everyone: Option<Comparison>,
    /// The tool with what most coders say, where there are at least three.
    pub majority: Option<Comparison>,
    /// Mean of `each`.
    pub tool_mean: Vec<Mean>,
    /// Each pair of coders who coded some of the same.
    pub pairs: Vec<Comparison>,
    /// Mean of `pairs`.
    pub coder_mean: Vec<Mean>,
    /// Each coder with what most of the others say, where there are at least three.
    pub with_rest: Vec<Comparison>,
    /// Open questions in each recording.
    pub open_shares: Vec<OpenShare>,
    /// Mean size of the error of the open share, and over how many recordings.
    pub open_share_error: (Option<f64>, u64),
    /// What the confidences are worth.
    pub reliability: Vec<Reliability>,
    /// Units on which not all agree, in order.
    pub differs: Vec<Differs>,
    /// Units that were coded.
    pub units: u64,
    /// Of them, those of which the tool says nothing, by why.
    pub withheld: BTreeMap<Withheld, u64>,
}

/// A coder's classes.
pub(super) struct Named<'c> {
    pub(super) name: &'c str,
    pub(super) coding: Coding,
}

/// Compares.
#[must_use]
pub fn study(recordings: &[Recording], coders: &[Coder]) -> Agreement {
    let units: BTreeSet<Unit> =
        coders.iter().flat_map(|coder| coder.codes.keys().copied()).collect();
    let mut withheld = BTreeMap::new();
    let mut said: BTreeMap<Unit, Codes> = BTreeMap::new();
    for &unit in &units {
        let Some(recording) = recordings.get(unit.recording) else { continue };
        match recording.codes(&unit) {
            Ok(given) => drop(said.insert(unit, given)),
            Err(why) => *withheld.entry(why).or_insert(0) += 1,
        }
    }
    let tool: Coding =
        said.iter().map(|(&unit, codes)| (unit, classes(codes, OpennessRule::Pragmatic))).collect();
    let people: Vec<Named> = coders
        .iter()
        .map(|coder| {
            let class = |(&unit, codes): (&Unit, &Codes)| {
                let rule = recordings.get(unit.recording).map(|one| one.rule).unwrap_or_default();
                (unit, classes(codes, rule))
            };
            Named { name: &coder.name, coding: coder.codes.iter().map(class).collect() }
        })
        .collect();
    let each: Vec<Comparison> =
        people.iter().map(|one| comparison(one.name, None, &[(&one.coding, &tool)])).collect();
    let pairs = pairs(&people);
    let all: Vec<&Coding> = people.iter().map(|one| &one.coding).collect();
    let several = people.len() >= LEAST_FOR_MAJORITY;
    let most = || comparison("majority", None, &[(&majority(&all, LEAST_FOR_MAJORITY), &tool)]);
    let pooled: Vec<(&Coding, &Coding)> = all.iter().map(|one| (*one, &tool)).collect();
    let names: Vec<&str> = recordings.iter().map(|one| one.name.as_str()).collect();
    let open_shares = open_shares(&names, &tool, &people);
    Agreement {
        everyone: (people.len() > 1).then(|| comparison("everyone", None, &pooled)),
        majority: several.then(most),
        tool_mean: means(&each.iter().map(|one| one.figures.as_slice())),
        coder_mean: means(&pairs.iter().map(|one| one.figures.as_slice())),
        with_rest: if several { with_rest(&people) } else { Vec::new() },
        open_share_error: mean_error(&open_shares),
        open_shares,
        reliability: reliability(recordings, coders),
        differs: units
            .iter()
            .filter_map(|unit| differs(*unit, &said, &tool, &people, coders))
            .collect(),
        units: units.len() as u64,
        withheld,
        each,
        pairs,
    }
}

/// The classes of a unit. Under the strict rule a coder's strict code is the one that counts, where
/// there is one; the tool's own codes are under the rule already.
fn classes(codes: &Codes, rule: OpennessRule) -> Classes {
    let strict = codes.question_strict.filter(|_| rule == OpennessRule::Strict);
    let codes = Codes { question: strict.or(codes.question), ..*codes };
    Aspect::ALL.map(|aspect| aspect.of(&codes))
}

fn comparison(coder: &str, with: Option<&str>, codings: &[(&Coding, &Coding)]) -> Comparison {
    let figures = Aspect::ALL.iter().enumerate().map(|(nth, &aspect)| {
        let mut units = BTreeSet::new();
        let mut pairs = Vec::new();
        for (first, second) in codings {
            for (unit, classes) in *first {
                let other = second.get(unit).and_then(|other| other[nth]);
                if let Some(pair) = classes[nth].zip(other) {
                    units.insert(*unit);
                    pairs.push(pair);
                }
            }
        }
        let has_it = |coding: &Coding| coding.values().any(|classes| classes[nth].is_some());
        let both = codings.iter().any(|(first, second)| has_it(first) && has_it(second));
        if !both {
            return Figures::not_coded(aspect);
        }
        let again = units.len() < pairs.len();
        let figures = figures(aspect, pairs);
        if again { figures.without_interval() } else { figures }
    });
    Comparison {
        coder: coder.to_owned(),
        with: with.map(str::to_owned),
        figures: figures.collect(),
    }
}

/// Pairs with something in common.
fn pairs(people: &[Named]) -> Vec<Comparison> {
    let mut pairs = Vec::new();
    for (nth, one) in people.iter().enumerate() {
        for other in &people[nth + 1..] {
            if one.coding.keys().any(|unit| other.coding.contains_key(unit)) {
                let codings = (&one.coding, &other.coding);
                pairs.push(comparison(one.name, Some(other.name), &[codings]));
            }
        }
    }
    pairs
}

fn with_rest(people: &[Named]) -> Vec<Comparison> {
    let of = |(nth, one): (usize, &Named)| {
        let others = people.iter().enumerate().filter(|(other, _)| *other != nth);
        let others: Vec<&Coding> = others.map(|(_, other)| &other.coding).collect();
        let most = majority(&others, LEAST_FOR_MAJORITY - 1);
        comparison("majority of the others", Some(one.name), &[(&most, &one.coding)])
    };
    people.iter().enumerate().map(of).collect()
}

/// `None` where all who coded agree.
fn differs(
    unit: Unit,
    said: &BTreeMap<Unit, Codes>,
    tool: &Coding,
    people: &[Named],
    coders: &[Coder],
) -> Option<Differs> {
    let codings = people.iter().map(|one| &one.coding).chain([tool]);
    let all: Vec<&Classes> = codings.filter_map(|coding| coding.get(&unit)).collect();
    let aspects = Aspect::ALL.iter().enumerate().filter(|(nth, _)| {
        let mut classes = all.iter().filter_map(|classes| classes[*nth]);
        classes.next().is_some_and(|first| classes.any(|other| other != first))
    });
    let aspects: Vec<Aspect> = aspects.map(|(_, &aspect)| aspect).collect();
    (!aspects.is_empty()).then(|| Differs {
        unit,
        aspects,
        tool: said.get(&unit).copied(),
        coders: coders
            .iter()
            .enumerate()
            .filter_map(|(nth, coder)| Some((nth, *coder.codes.get(&unit)?)))
            .collect(),
    })
}
