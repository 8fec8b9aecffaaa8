//! Which microphones and lines this machine has.
//!
//! In: nothing. Out: the audio inputs with the formats each can record in. Nothing is recorded yet.

use cpal::traits::{DeviceTrait as _, HostTrait as _};
use serde::Serialize;

use crate::error::{Error, Result};

/// An audio input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The system's own identifier, which selects it.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Whether the system records from it when nothing else is said.
    pub default: bool,
    /// What it can record in, in the system's order.
    pub formats: Vec<Format>,
}

/// A range of formats an input can record in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Format {
    /// How a sample is stored, such as `i16` or `f32`.
    pub sample_format: String,
    /// Fewest channels.
    pub fewest_channels: u16,
    /// Most channels.
    pub most_channels: u16,
    /// Lowest rate, samples a second.
    pub lowest_rate_hz: u32,
    /// Highest rate, samples a second.
    pub highest_rate_hz: u32,
}

/// ALSA's device that discards and makes up silence: listed, but no microphone.
const NULL_DEVICE: &str = "alsa:null";

/// Lists the audio inputs, the default one first.
///
/// # Errors
/// [`Error::Usage`] when there is none, or the sound system does not answer.
pub fn inputs() -> Result<Vec<Input>> {
    // ALSA writes what it cannot find to standard error; this takes it instead, on this thread.
    #[cfg(target_os = "linux")]
    let _quiet = alsa::Output::local_error_handler();
    let host = cpal::default_host();
    let identify = |device: &cpal::Device| device.id().map(|id| id.to_string()).unwrap_or_default();
    let default = host.default_input_device().as_ref().map(identify);
    let devices = host.input_devices().map_err(|_| none())?;
    let mut inputs: Vec<Input> = devices
        .filter_map(|device| {
            let id = identify(&device);
            let name = device.description().map_or_else(|_| id.clone(), |d| d.name().to_owned());
            let formats = merged(device.supported_input_configs().ok()?.map(format));
            let default = default.as_deref() == Some(&id);
            (id != NULL_DEVICE && !formats.is_empty()).then_some(Input {
                id,
                name,
                default,
                formats,
            })
        })
        .collect();
    if inputs.is_empty() {
        return Err(none());
    }
    inputs.sort_by_key(|input| !input.default);
    Ok(inputs)
}

fn none() -> Error {
    Error::Usage("No audio input was found; plug in or enable a microphone".to_owned())
}

fn format(range: cpal::SupportedStreamConfigRange) -> Format {
    Format {
        sample_format: range.sample_format().to_string(),
        fewest_channels: range.channels(),
        most_channels: range.channels(),
        lowest_rate_hz: range.min_sample_rate(),
        highest_rate_hz: range.max_sample_rate(),
    }
}

/// Joins formats that differ only in the next number of channels: systems list up to 64 of them.
fn merged(formats: impl Iterator<Item = Format>) -> Vec<Format> {
    let mut merged: Vec<Format> = Vec::new();
    for format in formats {
        match merged.last_mut() {
            Some(last)
                if last.most_channels.checked_add(1) == Some(format.fewest_channels)
                    && last.sample_format == format.sample_format
                    && last.lowest_rate_hz == format.lowest_rate_hz
                    && last.highest_rate_hz == format.highest_rate_hz =>
            {
                last.most_channels = format.most_channels;
            }
            _ => merged.push(format),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_listed_or_there_is_a_sentence() {
        match inputs() {
            Ok(inputs) => assert!(inputs.iter().all(|input| !input.formats.is_empty())),
            Err(error) => assert_eq!(
                error.to_string(),
                "No audio input was found; plug in or enable a microphone"
            ),
        }
    }

    #[test]
    fn formats_that_differ_in_channels_alone_are_one() {
        let format = |sample_format: &str, channels| Format {
            sample_format: sample_format.to_owned(),
            fewest_channels: channels,
            most_channels: channels,
            lowest_rate_hz: 8_000,
            highest_rate_hz: 48_000,
        };
        let listed = [format("i16", 1), format("i16", 2), format("i16", 4), format("f32", 1)];
        let merged = merged(listed.into_iter());
        let channels: Vec<_> =
            merged.iter().map(|f| (f.fewest_channels, f.most_channels)).collect();
        assert_eq!(channels, [(1, 2), (4, 4), (1, 1)]);
    }
}
