//! Whether a track of AAC has a second half an octave up (SBR, "HE-AAC").
//!
//! In: an `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1). Symphonia decodes the lower half of such
//! a track, at half its rate, and does not tell: the upper half would be missing and, by the delay
//! that SBR adds, the times off.

/// Whether the configuration says that SBR follows, in either of the two ways (1.6.5), or the
/// container counts in twice the rate the configuration gives, which is the third.
pub(super) fn has_sbr(config: &[u8], rate: u32, container: Option<u32>) -> bool {
    let mut bits = Bits { data: config, at: 0 };
    let explicit = says_sbr(&mut bits).unwrap_or(false);
    explicit || rate <= 24_000 && container == Some(rate * 2)
}

fn says_sbr(bits: &mut Bits<'_>) -> Option<bool> {
    let object = bits.object()?;
    if object == 5 || object == 29 {
        return Some(true);
    }
    bits.rate()?;
    let channels = bits.take(4)?;
    // Of other kinds of object, and of channels that are listed, what follows is of other form.
    if object != 2 || channels == 0 {
        return Some(false);
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        bits.take(14)?;
    }
    bits.take(1)?;
    let extension = bits.take(11)? == 0x2B7 && bits.object()? == 5;
    Some(extension && bits.take(1)? == 1)
}

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.data.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn object(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            object => Some(object),
        }
    }

    fn rate(&mut self) -> Option<()> {
        if self.take(4)? == 15 {
            self.take(24)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sbr_is_found_in_all_three_ways() {
        // Object 2, 22.05 kHz, mono; then the extension: absent, said not to be there, there.
        for (config, sbr) in [
            (&[0x13, 0x88][..], false),
            (&[0x13, 0x88, 0x56, 0xe5, 0x00], false),
            (&[0x13, 0x88, 0x56, 0xe5, 0xa0], true),
            // Object 5 in front: 22.05 kHz, mono, 44.1 kHz, object 2.
            (&[0x2b, 0x8a, 0x08, 0x00], true),
            (&[0xeb, 0x8a, 0x08, 0x00], true),
            (&[], false),
            (&[0xff; 8], false),
        ] {
            assert_eq!(has_sbr(config, 22_050, Some(22_050)), sbr, "{config:x?}");
        }
        assert!(has_sbr(&[0x13, 0x88], 22_050, Some(44_100)));
        assert!(!has_sbr(&[0x11, 0x88], 48_000, Some(96_000)));
    }
}
