//! How sure a figure is: the 80 % range of it when each act, counted or unsure, is right with its
//! stated confidence (CODEBOOK §3). A session's own figure is no sample, so there is no sampling
//! error in it; what is uncertain is the coding.
//!
//! A count of acts that are right with chances `p` is Poisson-binomial: its distribution is worked
//! out exactly up to 400 acts, and taken as normal above. Shares and ratios of two such
//! counts use the normal approximation with the first-order (delta) variance. A median is below `x`
//! when more of the right acts lie below `x` than above, and the difference of those two counts is
//! taken as normal. What nobody marked, not even as unsure, is outside this model.

/// Counts of more acts than this are taken as normal.
const EXACT_UP_TO: usize = 400;

/// Nine tenths of a normal distribution lie below its mean and this many standard deviations.
const Z90: f64 = 1.281_551_565_545;

/// Lower and upper end.
pub type Range = (f64, f64);

/// The 80 % range of how many of these acts are right.
#[must_use]
pub fn count(chances: &[f64]) -> Range {
    if chances.len() > EXACT_UP_TO {
        let (mean, variance) = moments(chances);
        let half = Z90 * variance.sqrt();
        return ((mean - half).max(0.0), mean + half);
    }
    let mut distribution = vec![0.0; chances.len() + 1];
    distribution[0] = 1.0;
    for (known, &chance) in chances.iter().enumerate() {
        for right in (0..=known).rev() {
            let moved = distribution[right] * chance;
            distribution[right + 1] += moved;
            distribution[right] -= moved;
        }
    }
    let quantile = |below: f64| {
        let (mut sum, mut right) = (0.0, 0.0);
        for mass in &distribution {
            sum += mass;
            if sum >= below - 1e-9 {
                break;
            }
            right += 1.0;
        }
        right
    };
    (quantile(0.1), quantile(0.9))
}

/// The 80 % range of right `ins` over right `ins` and `outs` together; `None` without any.
#[must_use]
pub fn share(ins: &[f64], outs: &[f64]) -> Option<Range> {
    let ((a, var_a), (b, var_b)) = (moments(ins), moments(outs));
    let all = a + b;
    if all <= 0.0 {
        return None;
    }
    let value = a / all;
    let rest = 1.0 - value;
    let half = Z90 * (rest * rest * var_a + value * value * var_b).sqrt() / all;
    Some(((value - half).max(0.0), (value + half).min(1.0)))
}

/// The 80 % range of right `tops` over right `bottoms`, which are other acts; `None` without any.
#[must_use]
pub fn ratio(tops: &[f64], bottoms: &[f64]) -> Option<Range> {
    let ((a, var_a), (b, var_b)) = (moments(tops), moments(bottoms));
    if b <= 0.0 {
        return None;
    }
    let value = a / b;
    let half = Z90 * (var_a + value * value * var_b).sqrt() / b;
    Some(((value - half).max(0.0), value + half))
}

/// The 80 % range of the median of `(value, chance)`; `None` without any.
#[must_use]
pub fn median(values: &[(f64, f64)]) -> Option<Range> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (total, variance) = moments(&sorted.iter().map(|&(_, chance)| chance).collect::<Vec<_>>());
    let half = Z90 * variance.sqrt();
    let at = |least: f64| {
        let mut below = 0.0;
        for &(value, chance) in &sorted {
            below += chance;
            if below - (total - below) >= least - 1e-9 {
                return Some(value);
            }
        }
        sorted.last().map(|&(value, _)| value)
    };
    Some((at(-half)?, at(half)?))
}

/// Mean and variance of how many are right.
fn moments(chances: &[f64]) -> Range {
    chances.iter().fold((0.0, 0.0), |(mean, variance), &p| (mean + p, variance + p * (1.0 - p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_acts_have_no_range() {
        assert_eq!(count(&[1.0; 7]), (7.0, 7.0));
        assert_eq!(share(&[1.0; 3], &[1.0; 1]), Some((0.75, 0.75)));
        assert_eq!(median(&[(1.0, 1.0), (2.0, 1.0), (9.0, 1.0)]), Some((2.0, 2.0)));
    }

    #[test]
    fn ten_fair_coins_show_three_to_seven_heads_in_four_of_five_throws() {
        // Binomial(10, 0.5): P(X <= 2) = 0.055, P(X <= 3) = 0.172; P(X <= 6) = 0.828, 7: 0.945.
        assert_eq!(count(&[0.5; 10]), (3.0, 7.0));
    }

    #[test]
    fn the_normal_range_meets_the_exact_one_at_the_border() {
        let exact = count(&[0.7; EXACT_UP_TO]);
        let normal = count(&[0.7; EXACT_UP_TO + 1]);
        assert!((exact.0 - normal.0).abs() < 2.0 && (exact.1 - normal.1).abs() < 2.0);
    }

    #[test]
    fn nothing_has_no_share_and_no_median() {
        assert_eq!((share(&[], &[]), ratio(&[1.0], &[]), median(&[])), (None, None, None));
        assert_eq!(count(&[]), (0.0, 0.0));
    }

    #[test]
    fn unsure_acts_widen_a_median() {
        let doubtful = [(1.0, 0.5), (2.0, 0.5), (3.0, 0.5), (4.0, 0.5), (5.0, 0.5)];
        let (low, high) = median(&doubtful).unwrap();
        assert!(low < 3.0 && high > 3.0, "{low} {high}");
    }
}
