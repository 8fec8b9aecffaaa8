//! Where decoded packets go: on the file's own clock, gaps as silence, edits applied.
//!
//! In: decoded packets with the frame each starts at by its container, and the edit list. Out: one
//! unbroken stream of frames to the resampler, and the stretches of it that stand for sound that
//! was damaged or missing.
//!
//! Two steps. The *media clock* counts frames as stored: a packet that starts late leaves silence
//! before it, one that starts early loses what overlaps. Then *pieces* of the media clock are laid
//! one after the other, as the edit list says (ISO/IEC 14496-12, 8.6.6): that is what a player shows.

use super::resample::Resampler;
use super::work::{SAMPLE_RATE, ms_of_samples};
use crate::error::Result;
use crate::session::{Ms, Span, join};

/// Packet times are trusted beyond this much disagreement with the count of frames so far: within
/// it, it is the rounding of coarse time stamps. A part of a second: 10 ms.
const TOLERANCE_PER_S: u64 = 100;
/// The longest silence a gap between two packets may stand for, in seconds: hostile time stamps must
/// not fill the disk.
const LONGEST_GAP_S: u64 = 3600;
/// The longest recording, in seconds: 24 hours.
pub(super) const LONGEST_S: u64 = 24 * 3600;

/// A piece of the recording as a player shows it, in frames of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// Silence.
    Silence(u64),
    /// Frames of the media clock from `start` on; `None`: to the end.
    Media { start: u64, frames: Option<u64> },
}

impl Piece {
    /// All of the media, as it is.
    pub(super) const ALL: Self = Self::Media { start: 0, frames: None };
}

/// Why a recording cannot be laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absurd {
    /// A gap longer than an hour.
    Gap,
    /// More than a day.
    Length,
}

/// Lays packets out.
pub(super) struct Placer<'a> {
    resampler: Resampler<'a>,
    rate: u64,
    pieces: Vec<Piece>,
    piece: usize,
    /// Frames of the current piece already laid.
    laid: u64,
    /// Media clock: frames taken so far.
    media: u64,
    /// Output clock, in source frames.
    out: u64,
    damaged: Vec<(u64, u64)>,
    /// Set when the edit list asks for more silence than anyone recorded.
    absurd: Option<Absurd>,
}

/// What a stretch of the media clock is made of.
#[derive(Clone, Copy)]
enum Material<'a> {
    Sound(&'a [Vec<f32>]),
    /// Sound that is damaged or missing.
    Nothing,
    /// The time before the sound begins.
    Silence,
}

impl<'a> Placer<'a> {
    /// Lays out `pieces` of a source of `rate` frames a second.
    pub(super) fn new(rate: u32, pieces: Vec<Piece>, resampler: Resampler<'a>) -> Self {
        let rate = u64::from(rate);
        let silences = pieces.iter().map(|piece| match piece {
            Piece::Silence(frames) => *frames,
            Piece::Media { .. } => 0,
        });
        let silence = silences.fold(0, u64::saturating_add);
        let absurd = (silence > LONGEST_GAP_S * rate).then_some(Absurd::Gap);
        let (piece, laid, media, out, damaged) = (0, 0, 0, 0, Vec::new());
        Self { resampler, rate, pieces, piece, laid, media, out, damaged, absurd }
    }

    /// Frames laid so far, as time.
    pub(super) fn time(&self) -> Ms {
        self.to_ms(self.out)
    }

    /// Frames of the media clock taken so far.
    pub(super) fn media(&self) -> u64 {
        self.media
    }

    /// Whether every piece is laid, so that nothing that follows is heard.
    pub(super) fn complete(&self) -> bool {
        self.piece >= self.pieces.len()
    }

    /// Takes a decoded packet, one vector a channel, that starts at frame `start` of the media
    /// clock; negative: before it.
    pub(super) fn sound(&mut self, start: i64, block: &[Vec<f32>]) -> Result<Option<Absurd>> {
        let frames = block.first().map_or(0, Vec::len);
        let skip = match self.catch_up(start)? {
            Ok(skip) => usize::try_from(skip).unwrap_or(usize::MAX).min(frames),
            Err(absurd) => return Ok(Some(absurd)),
        };
        self.lay(Material::Sound(block), skip, frames)?;
        Ok(None)
    }

    /// Takes a packet of `frames` frames that could not be decoded.
    pub(super) fn damage(&mut self, start: i64, frames: u64) -> Result<Option<Absurd>> {
        let skip = match self.catch_up(start)? {
            Ok(skip) => skip.min(frames),
            Err(absurd) => return Ok(Some(absurd)),
        };
        if frames > LONGEST_GAP_S * self.rate {
            return Ok(Some(Absurd::Gap));
        }
        self.lay_empty(Material::Nothing, frames - skip)?;
        Ok(None)
    }

    /// Fills the media clock up to `start`; gives how many frames of the packet are already past.
    fn catch_up(&mut self, start: i64) -> Result<Result<u64, Absurd>> {
        let before = start.min(0).unsigned_abs();
        let start = u64::try_from(start).unwrap_or(0);
        if let Some(absurd) = self.absurd {
            return Ok(Err(absurd));
        }
        if start > LONGEST_S * self.rate {
            return Ok(Err(Absurd::Length));
        }
        if self.media.abs_diff(start) <= self.rate / TOLERANCE_PER_S && before == 0 {
            return Ok(Ok(0));
        }
        if start <= self.media {
            return Ok(Ok(self.media - start + before));
        }
        if start - self.media > LONGEST_GAP_S * self.rate {
            return Ok(Err(Absurd::Gap));
        }
        // A track that begins late in a film misses nothing.
        let begun = self.media > 0;
        let gap = if begun { Material::Nothing } else { Material::Silence };
        self.lay_empty(gap, start - self.media)?;
        Ok(Ok(0))
    }

    fn lay_empty(&mut self, material: Material<'_>, frames: u64) -> Result<()> {
        let mut left = frames;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(usize::MAX);
            self.lay(material, 0, count)?;
            left -= count as u64;
        }
        Ok(())
    }

    /// Moves the media clock over frames `from..to` of a block and lays what the pieces want of it.
    fn lay(&mut self, material: Material<'_>, from: usize, to: usize) -> Result<()> {
        let mut at = from;
        while at < to {
            let count = (to - at) as u64;
            let used = match self.pieces.get(self.piece).copied() {
                None => count,
                Some(Piece::Silence(frames)) => {
                    self.resampler.push_silence(frames)?;
                    self.out += frames;
                    self.next_piece();
                    0
                }
                Some(Piece::Media { start, .. }) if self.media < start => {
                    count.min(start - self.media)
                }
                Some(Piece::Media { frames: Some(frames), .. }) if self.laid >= frames => {
                    self.next_piece();
                    0
                }
                Some(Piece::Media { frames, .. }) => {
                    let used = frames.map_or(count, |frames| count.min(frames - self.laid));
                    match material {
                        Material::Sound(block) => {
                            let until = at + usize::try_from(used).unwrap_or(0);
                            self.resampler.push(block, at, until)?;
                        }
                        Material::Silence => self.resampler.push_silence(used)?,
                        Material::Nothing => {
                            self.resampler.push_silence(used)?;
                            self.damaged.push((self.out, self.out + used));
                        }
                    }
                    self.laid += used;
                    self.out += used;
                    used
                }
            };
            self.media += used;
            at += usize::try_from(used).unwrap_or(0);
        }
        Ok(())
    }

    fn next_piece(&mut self) {
        self.piece += 1;
        self.laid = 0;
    }

    fn to_ms(&self, frames: u64) -> Ms {
        ms_of_frames(frames, self.rate)
    }

    /// Hands on what is left, and gives the stretches that stand for damaged or missing sound, joined.
    pub(super) fn finish(self) -> Result<Vec<Span>> {
        let spans = self.damaged.iter();
        let spans = spans.filter_map(|&(from, to)| Span::new(self.to_ms(from), self.to_ms(to)));
        let damaged = join(spans.collect(), Ms(1));
        self.resampler.finish()?;
        Ok(damaged)
    }
}

/// Frames at `rate` as milliseconds, by way of 16 kHz samples; `rate` 0 gives 0.
pub(super) fn ms_of_frames(frames: u64, rate: u64) -> Ms {
    let samples = u128::from(frames) * u128::from(SAMPLE_RATE) / u128::from(rate.max(1));
    ms_of_samples(u64::try_from(samples).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{TakeSound, WorkWriter};

    /// Lays packets (start, samples; none = damaged with a length) at 16 kHz.
    fn lay(pieces: Vec<Piece>, packets: &[(i64, Result<Vec<f32>, u64>)]) -> (Vec<i16>, Vec<Span>) {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = WorkWriter::new(dir.path());
        writer.channels(1).unwrap();
        let resampler = Resampler::new(16_000, 1, &mut writer).unwrap();
        let mut placer = Placer::new(16_000, pieces, resampler);
        for (start, packet) in packets {
            let absurd = match packet {
                Ok(samples) => placer.sound(*start, std::slice::from_ref(samples)),
                Err(frames) => placer.damage(*start, *frames),
            };
            assert_eq!(absurd.unwrap(), None);
        }
        let damaged = placer.finish().unwrap();
        (writer.finish().unwrap().window(0, 0, usize::MAX).unwrap(), damaged)
    }

    fn steps(first: u32, count: u32) -> Vec<f32> {
        (first..first + count).map(|n| f32::from(u16::try_from(n).unwrap()) / 32768.0).collect()
    }

    fn span(start: u64, end: u64) -> Span {
        Span::new(Ms(start), Ms(end)).unwrap()
    }

    #[test]
    fn a_damaged_packet_is_silence_of_its_length() {
        let (out, damaged) = lay(
            vec![Piece::ALL],
            &[(0, Ok(steps(1, 1600))), (1600, Err(1600)), (3200, Ok(steps(9, 16)))],
        );
        assert_eq!((out.len(), out[1599], out[1600], out[3199], out[3200]), (3216, 1600, 0, 0, 9));
        assert_eq!(damaged, [span(100, 200)]);
    }

    #[test]
    fn a_gap_is_silence_and_an_overlap_is_dropped() {
        let (out, damaged) = lay(
            vec![Piece::ALL],
            &[(0, Ok(steps(1, 800))), (1600, Ok(steps(1, 800))), (2000, Ok(steps(500, 800)))],
        );
        assert_eq!((out.len(), out[1599], out[1600], out[2399], out[2400]), (2800, 0, 1, 800, 900));
        assert_eq!(damaged, [span(50, 100)]);
    }

    #[test]
    fn a_late_beginning_is_silence_but_no_damage() {
        let (out, damaged) = lay(vec![Piece::ALL], &[(1600, Ok(steps(1, 800)))]);
        assert_eq!((out.len(), out[1599], out[1600]), (2400, 0, 1));
        assert_eq!(damaged, []);
    }

    #[test]
    fn rounded_time_stamps_leave_no_holes() {
        let packets: Vec<_> = (0..100).map(|n| (n * 341 + n % 3 * 40, Ok(steps(1, 341)))).collect();
        let (out, damaged) = lay(vec![Piece::ALL], &packets);
        assert_eq!((out.len(), damaged), (34_100, vec![]));
    }

    #[test]
    fn edits_trim_delay_and_cut() {
        let pieces = vec![
            Piece::Silence(160),
            Piece::Media { start: 100, frames: Some(200) },
            Piece::Media { start: 500, frames: None },
        ];
        let (out, damaged) = lay(pieces, &[(0, Ok(steps(0, 1000)))]);
        assert_eq!(out.len(), 160 + 200 + 500);
        assert_eq!((out[159], out[160], out[359], out[360], out[859]), (0, 100, 299, 500, 999));
        assert_eq!(damaged, []);
    }

    #[test]
    fn hostile_times_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = WorkWriter::new(dir.path());
        writer.channels(1).unwrap();
        let resampler = Resampler::new(16_000, 1, &mut writer).unwrap();
        let mut placer = Placer::new(16_000, vec![Piece::ALL], resampler);
        let block = [steps(0, 10)];
        assert_eq!(placer.sound(16_000 * 4000, &block).unwrap(), Some(Absurd::Gap));
        assert_eq!(placer.sound(i64::MAX, &block).unwrap(), Some(Absurd::Length));
        assert_eq!(placer.damage(0, u64::MAX).unwrap(), Some(Absurd::Gap));
        assert_eq!(placer.sound(i64::MIN, &block).unwrap(), None);
        assert_eq!(placer.time(), Ms(0));
    }

    #[test]
    fn an_edit_list_cannot_fill_the_disk_with_silence() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = WorkWriter::new(dir.path());
        writer.channels(1).unwrap();
        let resampler = Resampler::new(16_000, 1, &mut writer).unwrap();
        let pieces = vec![Piece::Silence(u64::MAX), Piece::Silence(9), Piece::ALL];
        let mut placer = Placer::new(16_000, pieces, resampler);
        assert_eq!(placer.sound(0, &[steps(0, 10)]).unwrap(), Some(Absurd::Gap));
    }
}
