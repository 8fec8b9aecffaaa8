//! Agreement of two codings.

/// Cohen's kappa of codes from 0 to 3.
pub fn kappa(pairs: &[(u8, u8)]) -> f64 {
    let count = pairs.len() as f64;
    let share =
        |f: &dyn Fn(&(u8, u8)) -> bool| pairs.iter().filter(|p| f(p)).count() as f64 / count;
    let agree = share(&|p| p.0 == p.1);
    let chance: f64 = (0..4).map(|k| share(&|p| p.0 == k) * share(&|p| p.1 == k)).sum();
    (agree - chance) / (1.0 - chance)
}

/// F1, precision and recall of "not 0"; the first of a pair is the coder.
pub fn f1(pairs: &[(u8, u8)]) -> (f64, f64, f64) {
    let both = pairs.iter().filter(|p| p.0 > 0 && p.1 > 0).count() as f64;
    let want = pairs.iter().filter(|p| p.0 > 0).count() as f64;
    let got = pairs.iter().filter(|p| p.1 > 0).count() as f64;
    (2.0 * both / (want + got), both / got, both / want)
}
