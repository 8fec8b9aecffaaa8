//! Logistic regression with a penalty on the squares of the weights, by L-BFGS.
//!
//! Source: Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5; backtracking
//! line search (3.1). One thread, fixed order: the same data give the same weights.

/// Rows of (column, value).
#[derive(Debug, Default, Clone)]
pub struct Matrix {
    pub starts: Vec<usize>,
    pub columns: Vec<u32>,
    pub values: Vec<f32>,
    pub width: usize,
}

/// One problem: which rows, what they are, and how much each counts.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    pub matrix: &'a Matrix,
    /// Row, class, weight.
    pub rows: Vec<(usize, bool, f64)>,
    /// Penalty on half the sum of squares.
    pub penalty: f64,
}

const MEMORY: usize = 8;
const ROUNDS: usize = 40;

impl Problem<'_> {
    fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.matrix.starts[row]..self.matrix.starts[row + 1];
        (&self.matrix.columns[range.clone()], &self.matrix.values[range])
    }

    /// Score of a row; the last weight is the bias.
    pub fn score(&self, weights: &[f64], row: usize) -> f64 {
        let (columns, values) = self.row(row);
        let sum: f64 =
            columns.iter().zip(values).map(|(c, v)| weights[*c as usize] * f64::from(*v)).sum();
        sum + weights[self.matrix.width]
    }

    fn loss(&self, weights: &[f64], gradient: &mut [f64]) -> f64 {
        let width = self.matrix.width;
        for (slot, weight) in gradient.iter_mut().zip(weights) {
            *slot = self.penalty * weight;
        }
        gradient[width] = 0.0;
        let mut loss =
            0.5 * self.penalty * weights[..width].iter().map(|weight| weight * weight).sum::<f64>();
        for (row, class, worth) in &self.rows {
            let sign = if *class { 1.0 } else { -1.0 };
            let margin = sign * self.score(weights, *row);
            loss += worth
                * if margin > 0.0 {
                    (-margin).exp().ln_1p()
                } else {
                    margin.exp().ln_1p() - margin
                };
            let pull = -sign * worth / (1.0 + margin.exp());
            let (columns, values) = self.row(*row);
            for (column, value) in columns.iter().zip(values) {
                gradient[*column as usize] += pull * f64::from(*value);
            }
            gradient[width] += pull;
        }
        loss
    }

    /// The best weights, the bias last.
    pub fn solve(&self) -> Vec<f64> {
        let size = self.matrix.width + 1;
        let mut weights = vec![0.0; size];
        let mut gradient = vec![0.0; size];
        let mut loss = self.loss(&weights, &mut gradient);
        let mut memory: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for round in 0..ROUNDS {
            let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
            let mut alphas = Vec::new();
            for (s, y, rho) in memory.iter().rev() {
                let alpha = rho * dot(s, &direction);
                for (d, y) in direction.iter_mut().zip(y) {
                    *d -= alpha * y;
                }
                alphas.push(alpha);
            }
            if let Some((s, y, _)) = memory.last() {
                let scale = dot(s, y) / dot(y, y);
                direction.iter_mut().for_each(|d| *d *= scale);
            }
            for ((s, y, rho), alpha) in memory.iter().zip(alphas.iter().rev()) {
                let beta = rho * dot(y, &direction);
                for (d, s) in direction.iter_mut().zip(s) {
                    *d += (alpha - beta) * s;
                }
            }
            let slope = dot(&gradient, &direction);
            if slope > -1e-9 {
                break;
            }
            let mut step = if round == 0 { 1.0 / dot(&gradient, &gradient).sqrt() } else { 1.0 };
            let mut next_gradient = vec![0.0; size];
            let (next, next_loss) = loop {
                let next: Vec<f64> =
                    weights.iter().zip(&direction).map(|(w, d)| w + step * d).collect();
                let next_loss = self.loss(&next, &mut next_gradient);
                if next_loss <= loss + 1e-4 * step * slope || step < 1e-12 {
                    break (next, next_loss);
                }
                step *= 0.5;
            };
            let s: Vec<f64> = next.iter().zip(&weights).map(|(a, b)| a - b).collect();
            let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
            let product = dot(&s, &y);
            let gain = loss - next_loss;
            (weights, gradient, loss) = (next, next_gradient, next_loss);
            if product > 1e-12 {
                if memory.len() == MEMORY {
                    memory.remove(0);
                }
                memory.push((s, y, 1.0 / product));
            }
            if gain < 3e-5 * loss.abs() {
                break;
            }
        }
        weights
    }
}
