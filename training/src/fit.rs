//! From coded sentences to a table of weights.

use std::collections::HashMap;

use train_coder::lang::model::{Borders, Example, Features, Group, Head, Table, Weights, root};

use crate::data::Gold;
use crate::learn::{Matrix, Problem};

/// What can be turned.
#[derive(Debug, Clone)]
pub struct Settings {
    pub scale: [f64; 6],
    pub penalty: f64,
    /// Fewest sentences that a feature is seen in.
    pub seen: u32,
    /// Most features kept.
    pub keep: usize,
    /// Weight of unsure sentences.
    pub unsure: f64,
    /// Weight of scenes beside real speech, in English.
    pub scenes: f64,
    /// Weight of what AnnoMI's people say.
    pub people: f64,
    /// Weight of uncoded sentences that only their question mark tells of (by words alone).
    pub silver: f64,
    /// Weight of a copy of each lesson without the cues: the rules were written by looking at these
    /// very sentences, so a model that leans on them alone would be disappointed elsewhere.
    pub blind: f64,
    /// Weight of the sentences as the program cuts them by words alone.
    pub pieces: f64,
    /// Penalty of the sentence ends.
    pub ends: f64,
    /// How far the threshold of sentence ends stands above where F1 is best, in French (in English
    /// it stands there).
    pub fewer: f64,
    /// Whether thresholds are moved to where the folds agree best.
    pub shift: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scale: [4.0, 1.0, 1.0, 1.5, 1.0, 1.5],
            penalty: 1.0,
            seen: 3,
            keep: 20_000,
            unsure: 0.7,
            scenes: 1.0,
            people: 0.0,
            silver: 0.3,
            blind: 0.5,
            pieces: 0.0,
            ends: 0.3,
            fewer: 0.6,
            shift: true,
        }
    }
}

impl Settings {
    /// Reads `name=value` from the command line.
    pub fn set(&mut self, word: &str) -> bool {
        let Some((name, value)) = word.split_once('=') else { return false };
        let Ok(value) = value.parse::<f64>() else { return false };
        match name {
            "penalty" => self.penalty = value,
            "seen" => self.seen = value as u32,
            "keep" => self.keep = value as usize,
            "unsure" => self.unsure = value,
            "scenes" => self.scenes = value,
            "silver" => self.silver = value,
            "blind" => self.blind = value,
            "pieces" => self.pieces = value,
            "ends" => self.ends = value,
            "fewer" => self.fewer = value,
            "shift" => self.shift = value > 0.0,
            "people" => self.people = value,
            "cues" => self.scale[0] = value,
            "grammar" => self.scale[1] = value,
            "around" => self.scale[2] = value,
            "words" => self.scale[3] = value,
            "shapes" => self.scale[4] = value,
            "letters" => self.scale[5] = value,
            _ => return false,
        }
        true
    }
}

/// A coded sentence to learn from.
pub struct Lesson {
    pub example: Example,
    pub gold: Gold,
    pub fold: usize,
    pub weight: f64,
    /// Whether it repeats another.
    pub copy: bool,
}

/// All lessons of one language and mode, as numbers.
pub struct School {
    lessons: Vec<Lesson>,
    matrix: Matrix,
    keys: Vec<(u32, usize)>,
    settings: Settings,
}

/// What a head is to say of a sentence; `None` where it is not asked.
fn class(head: Head, gold: &Gold) -> Option<bool> {
    let kind = |name: &str| gold.kinds.as_ref().map(|kinds| kinds.iter().any(|kind| kind == name));
    match head {
        Head::Asks => gold.asks,
        Head::Open => gold.open,
        Head::OpenStrict => gold.strict,
        Head::Level1 => gold.level.map(|level| level >= 1),
        Head::Level2 => gold.level.map(|level| level >= 2),
        Head::Level3 => gold.level.map(|level| level >= 3),
        Head::Reflects => kind("reflection"),
        Head::Informs => kind("information"),
        Head::Affirms => kind("affirmation"),
    }
}

impl School {
    pub fn new(lessons: Vec<Lesson>, settings: &Settings) -> Self {
        let mut seen: HashMap<u32, (u32, usize)> = HashMap::new();
        for lesson in &lessons {
            for (number, group) in lesson.example.features.groups.iter().enumerate() {
                for feature in group {
                    seen.entry(feature.key).or_insert((0, number)).0 += 1;
                }
            }
        }
        let mut keys: Vec<(u32, usize)> = seen
            .iter()
            .filter(|(_, (count, group))| *count >= settings.seen && settings.scale[*group] > 0.0)
            .map(|(key, (_, group))| (*key, *group))
            .collect();
        keys.sort_unstable();
        let column: HashMap<u32, u32> =
            keys.iter().enumerate().map(|(place, (key, _))| (*key, place as u32)).collect();
        let mut matrix = Matrix { width: keys.len(), starts: vec![0], ..Matrix::default() };
        for lesson in &lessons {
            push(&mut matrix, &lesson.example.features, &column, settings);
        }
        Self { lessons, matrix, keys, settings: settings.clone() }
    }

    /// How far each head's scores are to be moved so that 0 is where coders and model agree best
    /// (kappa), and how likely the moved scores then are right, from what each fold says of the
    /// sentences that it was not shown.
    pub fn shifts(&self, folds: &[(usize, Weights)], shift: bool) -> [(f32, [f32; 2]); 9] {
        let scores: Vec<Option<[f64; 9]>> = self
            .lessons
            .iter()
            .map(|lesson| {
                let table = folds.iter().find(|(fold, _)| *fold == lesson.fold).map(|(_, t)| t);
                table.map(|table| table.scores(&lesson.example.features))
            })
            .collect();
        Head::ALL.map(|head| {
            let mut pairs: Vec<(f64, bool)> = self
                .lessons
                .iter()
                .zip(&scores)
                .filter(|(lesson, _)| !lesson.copy)
                .filter_map(|(lesson, scores)| {
                    Some(((*scores)?[head as usize], class(head, &lesson.gold)?))
                })
                .collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            let cut = if shift { best_cut(&pairs) } else { 0.0 };
            pairs.iter_mut().for_each(|pair| pair.0 -= cut);
            (cut as f32, platt(&pairs).map(|number| number as f32))
        })
    }

    pub fn size(&self) -> (usize, usize) {
        (self.lessons.len(), self.keys.len())
    }

    /// Learns from all lessons but those of a fold.
    pub fn learn(&self, without: Option<usize>) -> Weights {
        let mut weights: Vec<Vec<f64>> = Vec::new();
        for head in Head::ALL {
            let rows: Vec<(usize, bool, f64)> = self
                .lessons
                .iter()
                .enumerate()
                .filter(|(_, lesson)| without != Some(lesson.fold))
                .filter_map(|(row, lesson)| {
                    let sure = if lesson.gold.unsure { self.settings.unsure } else { 1.0 };
                    Some((row, class(head, &lesson.gold)?, lesson.weight * sure))
                })
                .collect();
            let problem = Problem { matrix: &self.matrix, rows, penalty: self.settings.penalty };
            weights.push(problem.solve());
        }
        self.table(&weights)
    }

    /// The heaviest features, in signed bytes.
    fn table(&self, weights: &[Vec<f64>]) -> Weights {
        quantised(weights, &self.keys, &self.settings)
    }
}

/// The heaviest features of all, in signed bytes.
fn quantised<const HEADS: usize>(
    weights: &[Vec<f64>],
    keys: &[(u32, usize)],
    settings: &Settings,
) -> Table<HEADS> {
    let most: Vec<f64> = weights
        .iter()
        .map(|w| w[..keys.len()].iter().fold(1e-9, |most: f64, w| most.max(w.abs())))
        .collect();
    let worth = |place: usize| {
        weights.iter().zip(&most).map(|(w, most)| (w[place] / most).abs()).fold(0.0, f64::max)
    };
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)).then(a.cmp(b)));
    order.truncate(settings.keep);
    order.sort_unstable();
    let mut step = [[0.0_f32; 6]; HEADS];
    for (head, w) in weights.iter().enumerate() {
        for group in 0..Group::ALL.len() {
            let most = order
                .iter()
                .filter(|place| keys[**place].1 == group)
                .fold(1e-9, |most: f64, place| most.max(w[*place].abs()));
            step[head][group] = (most / 127.0) as f32;
        }
    }
    let bytes = order
        .iter()
        .map(|place| {
            std::array::from_fn(|head| {
                let group = keys[*place].1;
                (weights[head][*place] / f64::from(step[head][group])).round() as i8
            })
        })
        .collect();
    for row in &mut step {
        for (group, step) in row.iter_mut().enumerate() {
            *step *= settings.scale[group] as f32;
        }
    }
    let bias = std::array::from_fn(|head| weights[head][keys.len()] as f32);
    let keys = order.iter().map(|place| keys[*place].0).collect();
    Table::new(bias, step, keys, bytes)
}

/// The score at which "above" agrees best with the classes; the mean over the cuts whose kappa is
/// within a hundredth of the best, so that one sentence does not decide.
fn best_cut(pairs: &[(f64, bool)]) -> f64 {
    let total = pairs.len() as f64;
    let yes = pairs.iter().filter(|pair| pair.1).count() as f64;
    let (mut below, mut below_yes) = (0.0, 0.0);
    let mut cuts = Vec::new();
    for pair in pairs.windows(2) {
        below += 1.0;
        below_yes += f64::from(u8::from(pair[0].1));
        let above = total - below;
        let agree = (yes - below_yes + below - below_yes) / total;
        let chance = (above * yes + below * (total - yes)) / (total * total);
        let kappa = (agree - chance) / (1.0 - chance);
        let cut = f64::midpoint(pair[0].0, pair[1].0);
        if cut.abs() < 1.5 {
            cuts.push((kappa, cut));
        }
    }
    let best = cuts.iter().map(|cut| cut.0).fold(f64::MIN, f64::max);
    let near: Vec<f64> = cuts.iter().filter(|cut| cut.0 > best - 0.01).map(|cut| cut.1).collect();
    if near.is_empty() { 0.0 } else { near.iter().sum::<f64>() / near.len() as f64 }
}

/// Slope and place of the logistic that fits best, by Newton's method.
fn platt(pairs: &[(f64, bool)]) -> [f64; 2] {
    let (mut slope, mut place) = (1.0, 0.0);
    for _ in 0..30 {
        let (mut g, mut h) = ([0.0; 2], [[1e-3, 0.0], [0.0, 1e-3]]);
        for (score, yes) in pairs {
            let p = 1.0 / (1.0 + (-(slope * score + place)).exp());
            let (miss, worth) = (p - f64::from(u8::from(*yes)), p * (1.0 - p));
            g[0] += miss * score;
            g[1] += miss;
            h[0][0] += worth * score * score;
            h[0][1] += worth * score;
            h[1][1] += worth;
        }
        let det = h[0][0] * h[1][1] - h[0][1] * h[0][1];
        slope -= (h[1][1] * g[0] - h[0][1] * g[1]) / det;
        place -= (h[0][0] * g[1] - h[0][1] * g[0]) / det;
    }
    [slope, place]
}

fn push(matrix: &mut Matrix, features: &Features, column: &HashMap<u32, u32>, settings: &Settings) {
    for (number, group) in features.groups.iter().enumerate() {
        let value = settings.scale[number] / root(group.len().max(1));
        for feature in group {
            if let Some(column) = column.get(&feature.key) {
                matrix.columns.push(*column);
                matrix.values.push(value as f32);
            }
        }
    }
    matrix.starts.push(matrix.columns.len());
}

/// Learns where sentences end, from punctuated texts.
pub fn borders(gaps: &[(Features, bool)], seen_least: u32, keep: usize, penalty: f64) -> Borders {
    let mut seen: HashMap<u32, u32> = HashMap::new();
    for feature in gaps.iter().flat_map(|(features, _)| &features.groups[0]) {
        *seen.entry(feature.key).or_insert(0) += 1;
    }
    let mut keys: Vec<(u32, usize)> =
        seen.iter().filter(|(_, count)| **count >= seen_least).map(|(key, _)| (*key, 0)).collect();
    keys.sort_unstable();
    let column: HashMap<u32, u32> =
        keys.iter().enumerate().map(|(place, (key, _))| (*key, place as u32)).collect();
    let settings = Settings { scale: [2.0; 6], keep, ..Settings::default() };
    let mut matrix = Matrix { width: keys.len(), starts: vec![0], ..Matrix::default() };
    for (features, _) in gaps {
        push(&mut matrix, features, &column, &settings);
    }
    let rows = gaps.iter().enumerate().map(|(row, (_, ends))| (row, *ends, 1.0)).collect();
    let weights = Problem { matrix: &matrix, rows, penalty }.solve();
    quantised(&[weights], &keys, &settings)
}

/// The score at which "above" finds the ends best, and its F1.
pub fn best_f1(scored: &mut [(f64, bool)]) -> (f64, f64) {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let yes = scored.iter().filter(|one| one.1).count() as f64;
    let (mut right, mut best) = (0.0, (0.0, 0.0));
    for (place, (score, ends)) in scored.iter().enumerate() {
        right += f64::from(u8::from(*ends));
        let f1 = 2.0 * right / (yes + place as f64 + 1.0);
        if f1 > best.1 {
            best = (*score, f1);
        }
    }
    best
}
