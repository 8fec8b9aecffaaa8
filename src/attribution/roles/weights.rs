//! What each sign of being the coach weighs: the numbers are made by `scripts/train-roles write`.

use super::Weights;

/// Natural logarithm of the odds that one unit more of a sign gives (`signs.rs` has the units), in
/// the order of `RoleSign::ALL`.
#[rustfmt::skip]
pub(super) const WEIGHTS: Weights = [
    0.61, // asks
    0.36, // asks_openly
    0.20, // answered
    1.88, // speaks_of_you
    0.28, // advises
    0.33, // gives_back
    0.19, // asks_leave
    0.10, // opens
];
