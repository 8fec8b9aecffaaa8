//! Conversations on one channel, mixed for the tests: two voices summed, with level differences,
//! noise, a telephone's band, a room, or built turn by turn from recordings of one voice.
//!
//! Everything is drawn from fixed seeds: the same files come out everywhere.

use openfloor::session::{Ms, Span, join};

/// Samples a second.
pub const RATE: usize = 16_000;

/// Numbers that look random and are the same on every machine (`SplitMix64`).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to 1.
    pub fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }
}

pub fn gain(db: f64) -> f32 {
    10_f64.powf(db / 20.0) as f32
}

/// Two channels as one, the second made louder by `second_db`.
pub fn sum(channels: &[Vec<i16>; 2], second_db: f64) -> Vec<f32> {
    let second = gain(second_db);
    channels[0]
        .iter()
        .zip(&channels[1])
        .map(|(&a, &b)| f32::from(a) + f32::from(b) * second)
        .collect()
}

/// Adds white noise of a level in dBFS.
pub fn add_noise(sound: &mut [f32], dbfs: f64) {
    let mut dice = Dice::new(7);
    // An even distribution from −1 to 1 has a power of a third.
    let loudness = gain(dbfs) * 32768.0 * 3_f32.sqrt();
    for sample in sound {
        *sample += dice.between(-1.0, 1.0) as f32 * loudness;
    }
}

/// What a telephone leaves: 300 to 3400 Hz.
pub fn telephone(sound: &[f32]) -> Vec<f32> {
    const HALF: usize = 160;
    let low_pass = |hertz: f64, n: f64| {
        let x = std::f64::consts::TAU * hertz / RATE as f64;
        if n == 0.0 { x / std::f64::consts::PI } else { (x * n).sin() / (std::f64::consts::PI * n) }
    };
    let taps: Vec<(usize, f32)> = (0..=2 * HALF)
        .map(|tap| {
            let n = tap as f64 - HALF as f64;
            let window = 0.5 + 0.5 * (std::f64::consts::PI * n / HALF as f64).cos();
            (tap, ((low_pass(3400.0, n) - low_pass(300.0, n)) * window) as f32)
        })
        .collect();
    filtered(sound, &taps, HALF)
}

/// A room: after the direct sound, reflections that die away by 60 dB in 0.3 s.
pub fn room(sound: &[f32]) -> Vec<f32> {
    let mut dice = Dice::new(11);
    let mut taps = vec![(0, 1.0)];
    for _ in 0..120 {
        let seconds = dice.between(0.002, 0.25);
        let sign = if dice.roll() < 0.5 { -1.0 } else { 1.0 };
        taps.push(((seconds * RATE as f64) as usize, sign * 0.22 * gain(-60.0 * seconds / 0.3)));
    }
    filtered(sound, &taps, 0)
}

/// `sound` through a filter given as delays and weights, moved earlier by `early`.
fn filtered(sound: &[f32], taps: &[(usize, f32)], early: usize) -> Vec<f32> {
    let mut out = vec![0.0; sound.len()];
    for &(delay, weight) in taps {
        let (to, from) = if delay >= early { (delay - early, 0) } else { (0, early - delay) };
        let count = sound.len().saturating_sub(to.max(from));
        for (out, &sample) in out[to..to + count].iter_mut().zip(&sound[from..from + count]) {
            *out += weight * sample;
        }
    }
    out
}

pub fn to_i16(sound: &[f32]) -> Vec<i16> {
    sound.iter().map(|&sample| sample.clamp(-32768.0, 32767.0) as i16).collect()
}

/// Where a clean recording of one voice is loud: frames of 10 ms within 33 dB of its loudest
/// hundredth (the rule of `call_aws40.rttm`), pauses under 300 ms closed.
pub fn loud(samples: &[i16]) -> Vec<Span> {
    const HOP: usize = RATE / 100;
    let energies: Vec<f64> = samples
        .chunks(HOP)
        .map(|frame| frame.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / HOP as f64)
        .collect();
    let smooth: Vec<f64> = (0..energies.len())
        .map(|n| {
            let around = &energies[n.saturating_sub(1)..energies.len().min(n + 2)];
            10.0 * (around.iter().sum::<f64>() / around.len() as f64 + 1.0).log10()
        })
        .collect();
    let mut sorted = smooth.clone();
    sorted.sort_by(f64::total_cmp);
    let threshold = sorted.get(sorted.len() * 99 / 100).copied().unwrap_or(0.0) - 33.0;
    let frames = smooth.iter().enumerate().filter(|(_, level)| **level > threshold);
    let spans = frames.filter_map(|(n, _)| Span::new(Ms(n as u64 * 10), Ms(n as u64 * 10 + 10)));
    join(spans.collect(), Ms(300)).into_iter().filter(|span| span.length() >= Ms(120)).collect()
}

/// A conversation of one channel with its truth.
pub struct Talk {
    pub sound: Vec<f32>,
    /// Speech of each voice.
    pub speech: Vec<Vec<Span>>,
}

/// Recordings of single voices, laid out as turns: each voice goes on where it stopped, until one has
/// nothing left or `most` is reached. Each voice is brought to −23 dBFS and its `level_db`.
pub fn conversation(voices: &[(&[i16], f64)], most: Ms, seed: u64) -> Talk {
    let mut dice = Dice::new(seed);
    let mut sound: Vec<f32> = vec![0.0; RATE / 2];
    let mut speech = vec![Vec::new(); voices.len()];
    let pieces: Vec<Vec<Span>> = voices.iter().map(|(samples, _)| loud(samples)).collect();
    let gains: Vec<f32> = voices
        .iter()
        .zip(&pieces)
        .map(|((samples, level), pieces)| {
            let all: Vec<f64> =
                pieces.iter().flat_map(|span| cut(samples, *span)).map(|&s| f64::from(s)).collect();
            let power = all.iter().map(|s| s * s).sum::<f64>() / all.len().max(1) as f64;
            gain(-23.0 + level) * 32768.0 / (power.sqrt() as f32).max(1.0)
        })
        .collect();
    // Who says much and who little.
    let long: Vec<f64> = voices.iter().map(|_| dice.between(3.0, 12.0)).collect();
    let mut next = vec![(0, Ms::ZERO); voices.len()];
    let mut who = 0;
    while Ms((sound.len() / 16) as u64) < most {
        let short = dice.roll() < 0.2;
        let wanted = if short { dice.between(0.3, 1.0) } else { dice.between(1.0, long[who]) };
        let mut left = Ms((wanted * 1000.0) as u64);
        let (samples, _) = voices[who];
        while left > Ms(150) {
            let (piece, from) = next[who];
            let Some(span) = pieces[who].get(piece) else { return Talk { sound, speech } };
            let start = span.start().max(from);
            // No crumbs: what is left of a piece under half a second goes with it.
            let end =
                if span.end().since(start) < left + Ms(500) { span.end() } else { start + left };
            let Some(taken) = Span::new(start, end) else {
                next[who] = (piece + 1, Ms::ZERO);
                continue;
            };
            let at = Ms((sound.len() / 16) as u64);
            speech[who].extend(Span::new(at, at + taken.length()));
            let part = cut(samples, taken);
            let fade = 80.min(part.len() / 4);
            sound.extend(part.iter().enumerate().map(|(n, &sample)| {
                let edge = n.min(part.len() - 1 - n);
                f32::from(sample) * gains[who] * (edge as f32 / fade as f32).min(1.0)
            }));
            left = left.since(taken.length());
            next[who] = (piece, end);
            let pause = if left > Ms(150) { dice.between(0.15, 0.9) } else { 0.0 };
            sound.extend(std::iter::repeat_n(0.0, (pause * RATE as f64) as usize / 16 * 16));
            while !sound.len().is_multiple_of(16) {
                sound.push(0.0);
            }
        }
        let gap = dice.between(0.02, 1.2);
        sound.extend(std::iter::repeat_n(0.0, (gap * RATE as f64) as usize / 16 * 16));
        who = (who + 1 + (dice.roll() * (voices.len() - 1) as f64) as usize) % voices.len();
    }
    let speech = speech.into_iter().map(|spans| join(spans, Ms(300))).collect();
    Talk { sound, speech }
}

/// The samples of a stretch.
pub fn cut(samples: &[i16], span: Span) -> &[i16] {
    let at = |time: Ms| (time.0 as usize * 16).min(samples.len());
    &samples[at(span.start())..at(span.end())]
}
