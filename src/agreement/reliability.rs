//! Whether a confidence means what it says: of the units that the tool gives a confidence of 70 to
//! 80 %, people should have about three quarters (`DeGroot` & Fienberg, "The comparison and evaluation
//! of forecasters", The Statistician 32 (1983) 12–22).
//!
//! A unit stands with the surest of its moments, counted or not. A unit that several people coded is
//! counted once for each of them.

use serde::Serialize;

use super::figures::share;
use super::{Aspect, Coder, Recording};
use crate::session::MomentKind;

/// Units of about one confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// From this confidence on.
    pub from: f64,
    /// Up to it.
    pub to: f64,
    /// How many units.
    pub units: u64,
    /// Their mean confidence.
    pub stated: Option<f64>,
    /// Share of them in which people have it too.
    pub observed: Option<f64>,
}

/// The bins of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// What is coded.
    pub aspect: Aspect,
    /// Ten bins.
    pub bins: Vec<Bin>,
}

/// Of questions, and of prescriptive phrases.
#[expect(clippy::cast_precision_loss, reason = "counts of utterances stay far below 2^53")]
pub(super) fn reliability(recordings: &[Recording], coders: &[Coder]) -> Vec<Reliability> {
    let kinds =
        [(Aspect::Question, MomentKind::Question), (Aspect::Level1, MomentKind::Prescriptive)];
    let of = |(aspect, kind): (Aspect, MomentKind)| {
        let (mut sums, mut counts, mut right) = ([0.0; 10], [0_u64; 10], [0_u64; 10]);
        for (unit, codes) in coders.iter().flat_map(|coder| &coder.codes) {
            let recording = recordings.get(unit.recording);
            // Where the tool codes nothing it states no confidence either.
            let recording = recording.filter(|recording| recording.codes(unit).is_ok());
            let stated = recording.and_then(|recording| recording.confidence(unit, kind));
            let Some((stated, there)) = stated.zip(aspect.of(codes)) else { continue };
            let bin = (0..9).find(|&bin| stated < f64::from(bin + 1) / 10.0).unwrap_or(9);
            let bin = usize::try_from(bin).unwrap_or(9);
            sums[bin] += stated;
            counts[bin] += 1;
            right[bin] += u64::from(there > 0);
        }
        let bins = (0..10_u8).map(|nth| {
            let bin = usize::from(nth);
            Bin {
                from: f64::from(nth) / 10.0,
                to: f64::from(nth + 1) / 10.0,
                units: counts[bin],
                stated: (counts[bin] > 0).then(|| sums[bin] / counts[bin] as f64),
                observed: share(right[bin], counts[bin]),
            }
        });
        Reliability { aspect, bins: bins.collect() }
    };
    kinds.map(of).into()
}
