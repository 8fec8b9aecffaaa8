//! Several codings at once: what most say, and the mean of many comparisons.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::{Figures, Undefined};
use super::{Aspect, Unit};

/// The classes of a unit, in the order of [`Aspect::ALL`].
pub(super) type Classes = [Option<usize>; Aspect::ALL.len()];

/// A coding, as classes.
pub(super) type Coding = BTreeMap<Unit, Classes>;

/// The class that more than half of these codings give, where at least `least` of them coded it;
/// none otherwise.
pub(super) fn majority(codings: &[&Coding], least: usize) -> Coding {
    let mut votes: BTreeMap<Unit, Vec<&Classes>> = BTreeMap::new();
    for (&unit, classes) in codings.iter().copied().flatten() {
        votes.entry(unit).or_default().push(classes);
    }
    let decided = |classes: &[&Classes]| {
        let mut most = Classes::default();
        for (nth, aspect) in Aspect::ALL.iter().enumerate() {
            let cast = || classes.iter().filter_map(|one| one[nth]);
            let all = cast().count();
            let wins = |class: &usize| cast().filter(|one| one == class).count() * 2 > all;
            most[nth] = (0..aspect.classes().len()).find(|class| all >= least && wins(class));
        }
        most
    };
    votes.into_iter().map(|(unit, classes)| (unit, decided(&classes))).collect()
}

/// The mean kappa of several comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// What was compared.
    pub aspect: Aspect,
    /// Their mean.
    pub kappa: Option<f64>,
    /// How many comparisons have a kappa.
    pub pairs: u64,
    /// Why there is none.
    pub reason: Option<Undefined>,
}

/// The mean of what each comparison says of each aspect.
#[expect(clippy::cast_precision_loss, reason = "pairs of people are few")]
pub(super) fn means<'f>(comparisons: &(impl Iterator<Item = &'f [Figures]> + Clone)) -> Vec<Mean> {
    let of = |(nth, &aspect): (usize, &Aspect)| {
        let mut each = comparisons.clone().filter_map(|figures| figures.get(nth));
        let values: Vec<f64> = each.clone().filter_map(|one| one.kappa.value).collect();
        let reason = each.find_map(|one| one.kappa.reason);
        let some = !values.is_empty();
        Mean {
            aspect,
            kappa: some.then(|| values.iter().sum::<f64>() / values.len() as f64),
            pairs: values.len() as u64,
            reason: if some { None } else { reason.or(Some(Undefined::NoUnits)) },
        }
    };
    Aspect::ALL.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coding(class: Option<usize>) -> Coding {
        let unit = Unit { recording: 0, utterance: 1, part: None };
        BTreeMap::from([(unit, [class; Aspect::ALL.len()])])
    }

    fn most(classes: &[Option<usize>], least: usize) -> Option<usize> {
        let codings: Vec<Coding> = classes.iter().map(|&class| coding(class)).collect();
        let openness = Aspect::ALL.iter().position(|one| *one == Aspect::Openness).unwrap();
        majority(&codings.iter().collect::<Vec<_>>(), least).values().next().unwrap()[openness]
    }

    #[test]
    fn a_majority_is_more_than_half_of_those_who_coded() {
        assert_eq!(most(&[Some(2), Some(2), Some(1)], 3), Some(2));
        assert_eq!(most(&[Some(2), Some(1), Some(0)], 3), None);
        assert_eq!(most(&[Some(2), Some(2), Some(1), Some(1)], 3), None);
        assert_eq!(most(&[Some(2), Some(2), None], 3), None, "too few coded it");
        assert_eq!(most(&[Some(1), Some(1), None], 2), Some(1));
    }
}
