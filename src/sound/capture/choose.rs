//! What a person wants of an input → an input and a format it has.

use cpal::traits::{DeviceTrait as _, HostTrait as _};
use cpal::{BufferSize, ErrorKind, SampleFormat, SupportedBufferSize, SupportedStreamConfigRange};

use super::inputs::{format, id, merged, name};
use crate::error::{Error, Result};
use crate::sound::MAX_CHANNELS;

/// What is wanted of an input; what is `None` is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its identifier or its name, or a part of that which no other has.
    pub device: Option<String>,
    /// Samples a second.
    pub rate_hz: Option<u32>,
    /// Channels.
    pub channels: Option<u16>,
}

/// An input that fits.
#[derive(Clone)]
pub struct Chosen {
    pub(super) device: cpal::Device,
    pub(super) sample: SampleFormat,
    pub(super) period: BufferSize,
    /// The system's identifier.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Samples a second.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u16,
}

/// Rates in the order in which they are taken where none was named: what microphones and sound cards
/// run at, then what speech needs.
const RATES: [u32; 5] = [48_000, 44_100, 32_000, 24_000, 16_000];
/// Kinds of sample likewise: what is kept are 16 bits.
const SAMPLES: [SampleFormat; 9] = [
    SampleFormat::I16,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::F32,
    SampleFormat::F64,
    SampleFormat::U16,
    SampleFormat::U32,
    SampleFormat::U8,
    SampleFormat::I8,
];
/// The system hands over sound this often a second, where it can be asked: seldom enough that a busy
/// machine keeps up (two such pieces are held), often enough that little is lost with it.
const PIECES: u32 = 5;

/// Finds an input that fits.
///
/// # Errors
/// [`Error::Capture`]: there is none, or it does not record so, with what it has.
pub fn choose(wanted: &Wanted) -> Result<Chosen> {
    super::quiet();
    let host = cpal::default_host();
    let device = match wanted.device.as_deref() {
        None => host.default_input_device().ok_or_else(super::none)?,
        Some(text) => named(&host, text)?,
    };
    let (id, name) = (id(&device), name(&device));
    let by_name = wanted.device.is_some();
    let ranges: Vec<SupportedStreamConfigRange> = device
        .supported_input_configs()
        .map_err(|error| unusable(&name, by_name, &error))?
        .collect();
    let Some((range, rate_hz)) = pick(&ranges, wanted) else {
        return Err(lacks(&name, &ranges, wanted));
    };
    Ok(Chosen {
        sample: range.sample_format(),
        period: period(*range.buffer_size(), rate_hz),
        channels: range.channels(),
        device,
        id,
        name,
        rate_hz,
    })
}

/// The input that a person means.
fn named(host: &cpal::Host, text: &str) -> Result<cpal::Device> {
    let devices: Vec<cpal::Device> = host.input_devices().map_err(|_| super::none())?.collect();
    if devices.is_empty() {
        return Err(super::none());
    }
    let ids: Vec<(String, String)> = devices.iter().map(|one| (id(one), name(one))).collect();
    let at = which(&ids, text)?;
    Ok(devices[at].clone())
}

/// Whether an input of this identifier and this name is meant.
type Fits<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Which of some inputs, each an identifier and a name, is meant.
fn which(inputs: &[(String, String)], text: &str) -> Result<usize> {
    let wanted = text.trim().to_lowercase();
    // `alsa:pulse` is also found as `pulse`.
    let short =
        |id: &str| id.split_once(':').map_or(String::new(), |(_, rest)| rest.to_lowercase());
    let ways: [Fits<'_>; 3] = [
        &|id, _| id.to_lowercase() == wanted || short(id) == wanted,
        &|_, name| name.to_lowercase() == wanted,
        &|_, name| name.to_lowercase().contains(&wanted),
    ];
    for fits in ways {
        let found: Vec<usize> =
            (0..inputs.len()).filter(|&at| fits(&inputs[at].0, &inputs[at].1)).collect();
        match found[..] {
            [] => {}
            [only] => return Ok(only),
            _ => {
                let ids: Vec<&str> = found.iter().map(|&at| inputs[at].0.as_str()).collect();
                return Err(Error::Capture(format!(
                    "“{text}” fits several inputs; name one of these with --device: {}",
                    ids.join(", ")
                )));
            }
        }
    }
    Err(Error::Capture(format!(
        "There is no input “{text}”; openfloor devices lists those there are"
    )))
}

/// The first format that fits, by the order of belief in what serves best.
fn pick<'a>(
    ranges: &'a [SupportedStreamConfigRange],
    wanted: &Wanted,
) -> Option<(&'a SupportedStreamConfigRange, u32)> {
    // Two channels keep two microphones apart; of one microphone both are alike, which does no harm.
    let channels: Vec<u16> = match wanted.channels {
        Some(channels) => vec![channels],
        None => [2, 1].into_iter().chain(3..=MAX_CHANNELS).collect(),
    };
    for channels in channels {
        let of: Vec<_> = ranges.iter().filter(|range| range.channels() == channels).collect();
        let mut rates: Vec<u32> = wanted.rate_hz.map_or(RATES.to_vec(), |rate| vec![rate]);
        if wanted.rate_hz.is_none() {
            rates.extend(of.iter().map(|range| range.max_sample_rate()));
        }
        for rate in rates {
            for sample in SAMPLES {
                let fits = |range: &&&SupportedStreamConfigRange| {
                    range.sample_format() == sample && range.contains_rate(rate)
                };
                if let Some(range) = of.iter().find(fits) {
                    return Some((range, rate));
                }
            }
        }
    }
    None
}

fn period(supported: SupportedBufferSize, rate: u32) -> BufferSize {
    match supported {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed((rate / PIECES).clamp(min, max))
        }
        _ => BufferSize::Default,
    }
}

/// What an input has, where it has not what is wanted.
fn lacks(name: &str, ranges: &[SupportedStreamConfigRange], wanted: &Wanted) -> Error {
    let mut has: Vec<String> = merged(ranges.iter().map(|&range| format(range)))
        .iter()
        .filter(|one| SAMPLES.iter().any(|sample| sample.to_string() == one.sample_format))
        .map(|one| {
            let channels = between(one.fewest_channels, one.most_channels);
            let plural = if one.most_channels == 1 { "" } else { "s" };
            let rates = between(one.lowest_rate_hz, one.highest_rate_hz);
            format!("{channels} channel{plural} at {rates} Hz")
        })
        .collect();
    has.sort();
    has.dedup();
    let mut asked = Vec::new();
    if let Some(channels) = wanted.channels {
        asked.push(format!("{channels} channel{}", if channels == 1 { "" } else { "s" }));
    }
    asked.extend(wanted.rate_hz.map(|rate| format!("{rate} samples a second")));
    let asked = asked.join(" at ");
    Error::Capture(match (asked.is_empty(), has.is_empty()) {
        (_, true) => {
            format!("{name} has no format that can be recorded; choose another input with --device")
        }
        (true, _) => format!("{name} has too many channels; choose another input with --device"),
        _ => format!("{name} does not record {asked}; it has {}", has.join(", ")),
    })
}

fn between<T: PartialEq + std::fmt::Display + Copy>(low: T, high: T) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// Why an input cannot be recorded from.
pub(super) fn unusable(name: &str, by_name: bool, error: &cpal::Error) -> Error {
    Error::Capture(match error.kind() {
        ErrorKind::DeviceBusy => format!(
            "{name} is busy: another program records from it; close that program, or choose another \
             input with --device"
        ),
        ErrorKind::PermissionDenied => format!(
            "{name} may not be used by you; allow it in the system's settings (on Linux: join the \
             group audio)"
        ),
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable if !by_name => {
            return super::none();
        }
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => {
            format!("{name} is not there now; plug it in, or choose another input with --device")
        }
        ErrorKind::UnsupportedOperation => {
            format!("{name} is no input; openfloor devices lists those there are")
        }
        _ => {
            format!("{name} cannot be recorded from ({error}); choose another input with --device")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(
        channels: u16,
        low: u32,
        high: u32,
        sample: SampleFormat,
    ) -> SupportedStreamConfigRange {
        let size = SupportedBufferSize::Range { min: 100, max: 4_000 };
        SupportedStreamConfigRange::new(channels, low, high, size, sample)
    }

    fn picked(
        ranges: &[SupportedStreamConfigRange],
        wanted: &Wanted,
    ) -> Option<(u16, u32, SampleFormat)> {
        pick(ranges, wanted).map(|(range, rate)| (range.channels(), rate, range.sample_format()))
    }

    const ANY: Wanted = Wanted { device: None, rate_hz: None, channels: None };

    #[test]
    fn two_channels_of_16_bits_at_48000_are_taken_where_there_are() {
        let all = [
            range(1, 8_000, 96_000, SampleFormat::I16),
            range(2, 8_000, 96_000, SampleFormat::F32),
            range(2, 8_000, 96_000, SampleFormat::I16),
        ];
        assert_eq!(picked(&all, &ANY), Some((2, 48_000, SampleFormat::I16)));
        let one = Wanted { channels: Some(1), rate_hz: Some(22_050), ..ANY };
        assert_eq!(picked(&all, &one), Some((1, 22_050, SampleFormat::I16)));
    }

    #[test]
    fn an_input_of_one_channel_or_of_odd_rates_is_taken_as_it_is() {
        let headset = [range(1, 8_000, 8_000, SampleFormat::I32)];
        assert_eq!(picked(&headset, &ANY), Some((1, 8_000, SampleFormat::I32)));
    }

    #[test]
    fn what_an_input_does_not_have_is_said_with_what_it_has() {
        let all = [
            range(1, 44_100, 48_000, SampleFormat::I16),
            range(2, 44_100, 48_000, SampleFormat::I16),
        ];
        let wanted = Wanted { rate_hz: Some(96_000), channels: Some(2), ..ANY };
        assert_eq!(picked(&all, &wanted), None);
        assert_eq!(
            lacks("USB mic", &all, &wanted).to_string(),
            "USB mic does not record 2 channels at 96000 samples a second; it has 1 to 2 channels at \
             44100 to 48000 Hz"
        );
    }

    #[test]
    fn an_input_is_found_by_identifier_by_name_and_by_a_part_of_it() {
        let inputs =
            [("alsa:pulse", "PulseAudio"), ("alsa:hw:1", "USB mic"), ("alsa:plughw:1", "USB mic")];
        let inputs = inputs.map(|(id, name)| (id.to_owned(), name.to_owned()));
        assert_eq!(which(&inputs, "alsa:hw:1").unwrap(), 1);
        assert_eq!(which(&inputs, "pulse").unwrap(), 0);
        assert_eq!(which(&inputs, "pulseaudio").unwrap(), 0);
        let several = which(&inputs, "usb").unwrap_err().to_string();
        assert!(several.contains("alsa:hw:1, alsa:plughw:1"), "{several}");
        let none = which(&inputs, "Blue Yeti").unwrap_err().to_string();
        assert!(none.contains("no input “Blue Yeti”"), "{none}");
    }

    #[test]
    fn what_keeps_an_input_from_recording_is_said_with_what_to_do() {
        let said =
            |kind: ErrorKind, by_name| unusable("USB mic", by_name, &kind.into()).to_string();
        assert!(
            said(ErrorKind::DeviceBusy, true).contains("USB mic is busy: another program records")
        );
        assert!(said(ErrorKind::PermissionDenied, true).contains("may not be used by you"));
        assert!(said(ErrorKind::DeviceNotAvailable, true).contains("is not there now; plug it in"));
        assert!(said(ErrorKind::DeviceNotAvailable, false).starts_with("No audio input was found"));
        assert!(said(ErrorKind::UnsupportedOperation, true).contains("is no input"));
        assert!(said(ErrorKind::BackendError, true).contains("; choose another input"));
    }

    #[test]
    fn a_piece_is_a_fifth_of_a_second_where_the_input_can() {
        assert_eq!(
            period(SupportedBufferSize::Range { min: 16, max: 96_000 }, 48_000),
            BufferSize::Fixed(9_600)
        );
        assert_eq!(
            period(SupportedBufferSize::Range { min: 16, max: 1_024 }, 48_000),
            BufferSize::Fixed(1_024)
        );
        assert_eq!(period(SupportedBufferSize::Unknown, 48_000), BufferSize::Default);
    }
}
