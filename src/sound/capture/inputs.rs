//! Which microphones and lines this machine has.
//!
//! In: nothing. Out: the audio inputs with the formats each can record in.

use cpal::traits::{DeviceTrait as _, HostTrait as _};
use serde::Serialize;

use crate::error::Result;

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

/// No microphones: ALSA's device that makes up silence, and its way to JACK, which writes to the terminal
/// where no JACK runs. A person who means the latter names it.
const NOT_LISTED: [&str; 2] = ["alsa:null", "alsa:jack"];

/// Lists the audio inputs, the default one first.
///
/// # Errors
/// [`Error::Capture`](crate::Error::Capture) when there is none, or the sound system does not answer.
pub fn inputs() -> Result<Vec<Input>> {
    super::quiet();
    let host = cpal::default_host();
    let default = host.default_input_device().as_ref().map(id);
    let devices = host.input_devices().map_err(|_| super::none())?;
    let mut inputs: Vec<Input> = devices
        .filter_map(|device| {
            let id = id(&device);
            if NOT_LISTED.contains(&id.as_str()) {
                return None;
            }
            let formats = merged(device.supported_input_configs().ok()?.map(format));
            let default = default.as_deref() == Some(&id);
            (!formats.is_empty()).then_some(Input { name: name(&device), id, default, formats })
        })
        .collect();
    if inputs.is_empty() {
        return Err(super::none());
    }
    inputs.sort_by_key(|input| !input.default);
    Ok(inputs)
}

/// What selects an input.
pub(super) fn id(device: &cpal::Device) -> String {
    device.id().map(|id| id.to_string()).unwrap_or_default()
}

/// What people call it.
pub(super) fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(|_| id(device), |about| about.name().to_owned())
}

pub(super) fn format(range: cpal::SupportedStreamConfigRange) -> Format {
    Format {
        sample_format: range.sample_format().to_string(),
        fewest_channels: range.channels(),
        most_channels: range.channels(),
        lowest_rate_hz: range.min_sample_rate(),
        highest_rate_hz: range.max_sample_rate(),
    }
}

/// Joins formats that differ only in the next number of channels: systems list up to 64 of them.
pub(super) fn merged(formats: impl Iterator<Item = Format>) -> Vec<Format> {
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
