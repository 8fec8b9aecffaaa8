//! Agreement of two codings on one aspect.
//!
//! Kappa: Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
//! Measurement 20 (1960) 37–46. Its standard error for an interval: Fleiss, Cohen & Everitt, "Large
//! sample standard errors of kappa and weighted kappa", Psychological Bulletin 72 (1969) 323–327.
//! Precision, recall and F1 take the first coding as what is right (van Rijsbergen, "Information
//! Retrieval", 1979); F1 is the same either way round. For them a class counts as found when it is
//! not the first one, "nothing".
//!
//! The error is that of units drawn independently of each other; utterances of one conversation are
//! not quite, so a true interval is somewhat wider.

use serde::Serialize;

use super::Aspect;

/// Nineteen twentieths of a normal distribution lie within this many standard deviations.
const Z95: f64 = 1.959_963_984_540;

/// Why a figure is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undefined {
    /// One of the two did not code this.
    NotCoded,
    /// There is no unit that both coded.
    NoUnits,
    /// One of the two put every unit into the same class, so nothing can be told from chance.
    OneClass,
    /// Neither found any.
    NoCases,
    /// The tool found none, so none can be right.
    NoneFound,
    /// The coder found none, so none can be missed.
    NoneThere,
    /// Units that several people coded are in it several times: no interval can be given.
    CountedAgain,
    /// Fewer than two open shares can be compared.
    NoQuestions,
}

/// Agreement beyond chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// 1 at full agreement, 0 at what chance would give.
    pub value: Option<f64>,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Why the value is null, or only the interval.
    pub reason: Option<Undefined>,
}

/// How well the second coding finds what the first has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Found {
    /// Harmonic mean of precision and recall.
    pub f1: Option<f64>,
    /// Share of what the second found that the first has too.
    pub precision: Option<f64>,
    /// Share of what the first has that the second found.
    pub recall: Option<f64>,
    /// Why one of them is null; the first that holds.
    pub reason: Option<Undefined>,
}

/// Two codings compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// What is compared.
    pub aspect: Aspect,
    /// Units that both coded.
    pub units: u64,
    /// Share of them in the same class.
    pub same: Option<f64>,
    /// Agreement beyond chance.
    pub kappa: Kappa,
    /// Cases found.
    pub found: Found,
    /// Names of the classes, in the order of `confusion`.
    pub classes: &'static [&'static str],
    /// How many units are in which class: a row a class of the first coding, a column a class of the
    /// second.
    pub confusion: Vec<Vec<u64>>,
}

/// Compares pairs of classes: of the first coding and of the second.
#[must_use]
pub fn figures(aspect: Aspect, pairs: impl IntoIterator<Item = (usize, usize)>) -> Figures {
    let classes = aspect.classes();
    let mut confusion = vec![vec![0_u64; classes.len()]; classes.len()];
    for (one, other) in pairs {
        if let Some(cell) = confusion.get_mut(one).and_then(|row| row.get_mut(other)) {
            *cell += 1;
        }
    }
    let units = confusion.iter().flatten().sum();
    let same: u64 = (0..classes.len()).map(|class| confusion[class][class]).sum();
    Figures {
        aspect,
        units,
        same: share(same, units),
        kappa: kappa(&confusion),
        found: found(&confusion),
        classes,
        confusion,
    }
}

impl Figures {
    /// The same where nothing could be compared because one of the two did not code this.
    #[must_use]
    pub(super) fn not_coded(aspect: Aspect) -> Self {
        let mut none = figures(aspect, []);
        none.kappa.reason = Some(Undefined::NotCoded);
        none.found.reason = Some(Undefined::NotCoded);
        none
    }

    /// Takes the interval away where units are in it more than once.
    pub(super) fn without_interval(mut self) -> Self {
        let kappa = &mut self.kappa;
        if kappa.value.is_some() {
            (kappa.standard_error, kappa.low, kappa.high) = (None, None, None);
            kappa.reason = Some(Undefined::CountedAgain);
        }
        self
    }
}

/// `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of utterances stay far below 2^53")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts of utterances stay far below 2^53")]
fn kappa(table: &[Vec<u64>]) -> Kappa {
    let none = |reason| Kappa { value: None, standard_error: None, low: None, high: None, reason };
    let count: u64 = table.iter().flatten().sum();
    if count == 0 {
        return none(Some(Undefined::NoUnits));
    }
    let n = count as f64;
    let classes = 0..table.len();
    let p = |i: usize, j: usize| table[i][j] as f64 / n;
    let of_first = |i: usize| table[i].iter().sum::<u64>() as f64 / n;
    let of_second = |j: usize| table.iter().map(|row| row[j]).sum::<u64>() as f64 / n;
    // With one class on either side kappa is 0, or 0 by 0, whatever the other says. In whole numbers,
    // so that no rounding hides it.
    let by_second = |j: usize| table.iter().map(|row| row[j]).sum::<u64>();
    if classes.clone().any(|i| table[i].iter().sum::<u64>() == count || by_second(i) == count) {
        return none(Some(Undefined::OneClass));
    }
    let seen: f64 = classes.clone().map(|i| p(i, i)).sum();
    let chance: f64 = classes.clone().map(|i| of_first(i) * of_second(i)).sum();
    let value = (seen - chance) / (1.0 - chance);
    let rest = 1.0 - value;
    let agreed: f64 = classes
        .clone()
        .map(|i| p(i, i) * (1.0 - (of_first(i) + of_second(i)) * rest).powi(2))
        .sum();
    let differed: f64 = classes
        .clone()
        .flat_map(|i| classes.clone().map(move |j| (i, j)))
        .filter(|(i, j)| i != j)
        .map(|(i, j)| p(i, j) * (of_second(i) + of_first(j)).powi(2))
        .sum();
    let middle = value - chance * rest;
    let variance =
        (agreed + rest * rest * differed - middle * middle) / (n * (1.0 - chance) * (1.0 - chance));
    let error = variance.max(0.0).sqrt();
    Kappa {
        value: Some(value),
        standard_error: Some(error),
        low: Some((value - Z95 * error).max(-1.0)),
        high: Some((value + Z95 * error).min(1.0)),
        reason: None,
    }
}

fn found(table: &[Vec<u64>]) -> Found {
    let all: u64 = table.iter().flatten().sum();
    let rows = table.iter().skip(1);
    let there: u64 = rows.clone().flatten().sum();
    let both: u64 = rows.flat_map(|row| row.iter().skip(1)).sum();
    let said: u64 = table.iter().flat_map(|row| row.iter().skip(1)).sum();
    let reason = [
        (all == 0, Undefined::NoUnits),
        (there + said == 0, Undefined::NoCases),
        (said == 0, Undefined::NoneFound),
        (there == 0, Undefined::NoneThere),
    ];
    Found {
        f1: share(2 * both, there + said),
        precision: share(both, said),
        recall: share(both, there),
        reason: reason.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many pairs as a table of counts says.
    fn of(aspect: Aspect, table: &[&[usize]]) -> Figures {
        let pairs = table.iter().enumerate().flat_map(|(i, row)| {
            row.iter().enumerate().flat_map(move |(j, &n)| std::iter::repeat_n((i, j), n))
        });
        figures(aspect, pairs)
    }

    fn near(value: Option<f64>, wanted: f64, within: f64) -> bool {
        value.is_some_and(|value| (value - wanted).abs() < within)
    }

    #[test]
    fn kappa_and_its_error_are_those_of_fleiss() {
        // Fleiss, "Statistical Methods for Rates and Proportions", 2nd ed. (1981), table 13.1: two
        // raters, 100 patients; kappa .676, and .088 is its standard error.
        let kappa = of(Aspect::Openness, &[&[75, 1, 4], &[5, 4, 1], &[0, 0, 10]]).kappa;
        assert!(near(kappa.value, 0.6765, 0.0001), "{kappa:?}");
        assert!(near(kappa.standard_error, 0.0877, 0.0001), "{kappa:?}");
        assert!(near(kappa.low, 0.5046, 0.0001) && near(kappa.high, 0.8484, 0.0001), "{kappa:?}");
    }

    #[test]
    fn kappa_is_as_worked_out_by_hand() {
        // Seen .7, chance .5 * .6 + .5 * .4 = .5: (.7 - .5) / .5.
        let by_hand = of(Aspect::Reflection, &[&[20, 5], &[10, 15]]);
        assert!(near(by_hand.kappa.value, 0.4, 1e-12));
        assert!(near(by_hand.same, 0.7, 1e-12));
        assert_eq!(by_hand.units, 50);
        assert!(near(of(Aspect::Question, &[&[3, 0], &[0, 2]]).kappa.value, 1.0, 1e-12));
        assert!(near(of(Aspect::Question, &[&[1, 1], &[1, 1]]).kappa.value, 0.0, 1e-12));
    }

    #[test]
    fn precision_and_recall_take_the_first_coding_as_right() {
        let found = of(Aspect::Question, &[&[80, 10], &[5, 15]]).found;
        assert!(near(found.precision, 0.6, 1e-12) && near(found.recall, 0.75, 1e-12));
        assert!(near(found.f1, 2.0 / 3.0, 1e-12));
        // An open question that is called closed is a question found all the same.
        let asked = of(Aspect::Openness, &[&[1, 0, 0], &[0, 1, 1], &[0, 1, 1]]).found;
        assert!(near(asked.f1, 1.0, 1e-12));
    }

    #[test]
    fn what_cannot_be_told_is_null_with_a_reason_and_never_nan() {
        let reasons = |table: &[&[usize]]| {
            let figures = of(Aspect::Question, table);
            for value in [figures.kappa.value, figures.kappa.standard_error, figures.found.f1] {
                assert!(value.is_none_or(f64::is_finite));
            }
            (figures.kappa.reason, figures.found.reason)
        };
        let (no_units, one_class) = (Some(Undefined::NoUnits), Some(Undefined::OneClass));
        assert_eq!(reasons(&[&[0, 0], &[0, 0]]), (no_units, no_units));
        assert_eq!(reasons(&[&[9, 0], &[0, 0]]), (one_class, Some(Undefined::NoCases)));
        assert_eq!(reasons(&[&[0, 0], &[0, 9]]), (one_class, None));
        assert_eq!(reasons(&[&[9, 0], &[1, 0]]), (one_class, Some(Undefined::NoneFound)));
        assert_eq!(reasons(&[&[9, 1], &[0, 0]]), (one_class, Some(Undefined::NoneThere)));
        assert_eq!(of(Aspect::Question, &[&[9, 0], &[1, 0]]).found.f1, Some(0.0));
    }
}
