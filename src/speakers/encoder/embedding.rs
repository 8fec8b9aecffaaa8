//! What a voice is like, as numbers: their middle, and how like two are.

use crate::speakers::frames::real;

/// Numbers of an embedding.
pub const EMBEDDING: usize = 256;

/// What a voice is like: [`EMBEDDING`] numbers, 0 or more, of length 1.
pub type Embedding = Vec<f32>;

/// How like two voices are: the cosine of their embeddings, 1 for the same.
#[must_use]
pub fn likeness(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1e-9)
}

/// The mean of embeddings, of length 1; `None` of none.
pub(in crate::speakers) fn middle<'a>(
    embeddings: impl Iterator<Item = &'a Embedding>,
) -> Option<Embedding> {
    let mut sum = vec![0.0_f64; EMBEDDING];
    let mut count = 0;
    for embedding in embeddings {
        count += 1;
        for (sum, &value) in sum.iter_mut().zip(embedding) {
            *sum += f64::from(value);
        }
    }
    let length = sum.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-9 * real(count));
    #[expect(clippy::cast_possible_truncation, reason = "as the network gives it")]
    let unit = sum.into_iter().map(|value| (value / length) as f32).collect();
    (count > 0).then_some(unit)
}
