"""Reads the WAV files that scripts/bench writes."""

import wave

import numpy


def samples(path):
    """Samples of a 16-bit mono 16 kHz WAV, as floats in −1..1."""
    with wave.open(path, "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        raw = file.readframes(file.getnframes())
    return numpy.frombuffer(raw, dtype="<i2").astype(numpy.float32) / 32768
