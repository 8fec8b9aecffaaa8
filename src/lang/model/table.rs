//! The weights: a compact table, one a language and mode.
//!
//! File (`*.bin`, little endian): `OFCM`, version, heads, groups (bytes); for each head its bias
//! (f32), the slope and place of its likelihood (f32) and for each group a step (f32); the number of features (u32); their numbers (u32, rising);
//! for each feature one signed byte a head. A score is
//! bias + Σ over groups of step ÷ √(features of the group) × (sum of bytes): the sums are of whole
//! numbers, so their order does not matter.

use super::features::{Features, Group};

/// What is decided, each by a weighing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Head {
    /// It asks.
    Asks,
    /// If it asks, it leaves the answer open, by the pragmatic rule.
    Open,
    /// The same by the strict rule.
    OpenStrict,
    /// It prescribes at level 1 or more.
    Level1,
    /// At level 2 or more.
    Level2,
    /// At level 3.
    Level3,
    /// It gives back.
    Reflects,
    /// It informs.
    Informs,
    /// It affirms.
    Affirms,
}

impl Head {
    /// All, in the order of the file.
    pub const ALL: [Self; 9] = [
        Self::Asks,
        Self::Open,
        Self::OpenStrict,
        Self::Level1,
        Self::Level2,
        Self::Level3,
        Self::Reflects,
        Self::Informs,
        Self::Affirms,
    ];
}

/// How many things are decided of a sentence.
pub const HEADS: usize = Head::ALL.len();
const GROUPS: usize = Group::ALL.len();

/// One model, of `HEADS` weighings over the same features.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<const HEADS: usize> {
    /// Of each head.
    pub bias: [f32; HEADS],
    /// Slope and place of the likelihood of a score, of each head.
    pub sure: [[f32; 2]; HEADS],
    /// Worth of one unit of a byte, of each head and group.
    pub step: [[f32; GROUPS]; HEADS],
    /// Numbers of the features, rising.
    pub keys: Vec<u32>,
    /// For each feature its bytes.
    pub weights: Vec<[i8; HEADS]>,
    /// Where the search for a number begins, by its first 12 bits.
    starts: Vec<u32>,
}

const MAGIC: &[u8; 4] = b"OFCM";
const VERSION: u8 = 2;
const START_BITS: u32 = 12;

impl<const HEADS: usize> Table<HEADS> {
    /// A table of parts; `keys` must rise.
    #[must_use]
    pub fn new(
        bias: [f32; HEADS],
        step: [[f32; GROUPS]; HEADS],
        keys: Vec<u32>,
        weights: Vec<[i8; HEADS]>,
    ) -> Self {
        let mut starts = Vec::with_capacity((1 << START_BITS) + 1);
        let mut place = 0_usize;
        for bucket in 0..=(1_u64 << START_BITS) {
            while keys.get(place).is_some_and(|key| u64::from(*key >> (32 - START_BITS)) < bucket) {
                place += 1;
            }
            starts.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        Self { bias, sure: [[1.0, 0.0]; HEADS], step, keys, weights, starts }
    }

    /// How likely a head is right about a score, from what coders said of sentences with such scores
    /// (Platt scaling: J. Platt, Probabilistic outputs for support vector machines, 1999).
    #[must_use]
    pub fn likely(&self, head: usize, score: f64) -> f64 {
        let [slope, place] = self.sure[head].map(f64::from);
        1.0 / (1.0 + (-(slope * score + place)).exp())
    }

    /// Reads a file; `None` when it is not one of ours.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut take = |count: usize| -> Option<&[u8]> {
            let (head, tail) = rest.split_at_checked(count)?;
            rest = tail;
            Some(head)
        };
        if take(3)? != [VERSION, u8::try_from(HEADS).ok()?, u8::try_from(GROUPS).ok()?] {
            return None;
        }
        let four = |bytes: &[u8]| -> Option<[u8; 4]> { bytes.try_into().ok() };
        let (mut bias, mut step) = ([0.0; HEADS], [[0.0; GROUPS]; HEADS]);
        let mut sure = [[0.0; 2]; HEADS];
        for ((bias, sure), steps) in bias.iter_mut().zip(&mut sure).zip(&mut step) {
            *bias = f32::from_le_bytes(four(take(4)?)?);
            for number in sure {
                *number = f32::from_le_bytes(four(take(4)?)?);
            }
            for step in steps {
                *step = f32::from_le_bytes(four(take(4)?)?);
            }
        }
        let count = usize::try_from(u32::from_le_bytes(four(take(4)?)?)).ok()?;
        let keys: Vec<u32> = take(count.checked_mul(4)?)?
            .chunks_exact(4)
            .filter_map(|bytes| four(bytes).map(u32::from_le_bytes))
            .collect();
        let weights: Vec<[i8; HEADS]> = take(count.checked_mul(HEADS)?)?
            .chunks_exact(HEADS)
            .map(|bytes| std::array::from_fn(|head| bytes[head].cast_signed()))
            .collect();
        Some(Self { sure, ..Self::new(bias, step, keys, weights) })
    }

    /// The file's bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        out.extend([VERSION, small(HEADS), small(GROUPS)]);
        for ((bias, sure), steps) in self.bias.iter().zip(&self.sure).zip(&self.step) {
            out.extend(bias.to_le_bytes());
            out.extend(sure.iter().flat_map(|number| number.to_le_bytes()));
            out.extend(steps.iter().flat_map(|step| step.to_le_bytes()));
        }
        out.extend(u32::try_from(self.keys.len()).unwrap_or(u32::MAX).to_le_bytes());
        for key in &self.keys {
            out.extend(key.to_le_bytes());
        }
        for bytes in &self.weights {
            out.extend(bytes.map(i8::cast_unsigned));
        }
        out
    }

    /// The bytes of a feature, `None` for one never met in training.
    #[must_use]
    pub fn find(&self, key: u32) -> Option<&[i8; HEADS]> {
        let bucket = usize::try_from(key >> (32 - START_BITS)).ok()?;
        let from = usize::try_from(*self.starts.get(bucket)?).ok()?;
        let to = usize::try_from(*self.starts.get(bucket + 1)?).ok()?;
        let at = self.keys.get(from..to)?.binary_search(&key).ok()?;
        self.weights.get(from + at)
    }

    /// The score of each head: the logarithm of the odds.
    #[must_use]
    pub fn scores(&self, features: &Features) -> [f64; HEADS] {
        let mut scores = self.bias.map(f64::from);
        for (number, group) in features.groups.iter().enumerate() {
            if group.is_empty() {
                continue;
            }
            let mut sums = [0_i32; HEADS];
            for feature in group {
                let Some(bytes) = self.find(feature.key) else { continue };
                for (sum, byte) in sums.iter_mut().zip(bytes) {
                    *sum += i32::from(*byte);
                }
            }
            let worth = 1.0 / root(group.len());
            for ((score, steps), sum) in scores.iter_mut().zip(&self.step).zip(sums) {
                *score += worth * f64::from(steps[number]) * f64::from(sum);
            }
        }
        scores
    }
}

/// √n of a number of features; the groups of long sentences are weighed down by it.
#[must_use]
pub fn root(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::model::Feature;

    fn table() -> Table<2> {
        let keys = vec![3, 0x1000_0000, u32::MAX];
        Table::new([0.5, -1.0], [[0.25; GROUPS]; 2], keys, vec![[1, -2], [3, 0], [-128, 127]])
    }

    #[test]
    fn a_written_table_reads_back_the_same() {
        assert_eq!(Table::read(&table().write()), Some(table()));
    }

    #[test]
    fn a_likelihood_is_the_logistic_of_the_score_on_its_scale() {
        let table = Table { sure: [[2.0, 0.0], [1.0, -1.0]], ..table() };
        assert!((table.likely(0, 0.0) - 0.5).abs() < 1e-12);
        assert!((table.likely(0, 0.5) - 0.731_058_578_63).abs() < 1e-9);
        assert!((table.likely(1, 1.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_table_cut_short_or_of_another_kind_is_none() {
        let bytes = table().write();
        assert_eq!(Table::<2>::read(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Table::<3>::read(&bytes), None);
        assert_eq!(Table::<2>::read(b""), None);
    }

    #[test]
    fn a_score_is_bias_and_the_known_features_of_each_group_by_root_n() {
        let feature = |key| Feature { key, from: 0, to: 0 };
        let mut features = Features::default();
        features.groups[0] = vec![feature(3), feature(4), feature(5), feature(u32::MAX)];
        features.groups[2] = vec![feature(0x1000_0000)];
        // 0.5 + ¼ · (1 − 128) ÷ 2 + ¼ · 3, −1 + ¼ · (−2 + 127) ÷ 2
        let [first, second] = table().scores(&features);
        assert!((first + 14.625).abs() < 1e-12 && (second - 14.625).abs() < 1e-12);
    }
}
