#!/usr/bin/env python3
"""Sounds in which nobody speaks, for measuring a voice detector's false alarms.

    docs/decisions/0001-sounds-without-speech.py OUT_DIR [SECONDS]     (default 300)

16 kHz mono WAV, 16 bit, same bytes every time. Noises, hum, and music of three kinds: plucked
chords with drums, a bowed and a blown melody with vibrato, and a "sung" vowel melody (harmonics
under moving formants), the nearest to a voice that a few lines can make. Needs nothing but Python.
"""
import array, math, random, sys, wave, os

RATE = 16_000


def write(path, samples, peak):
    top = max(1e-9, max(abs(s) for s in samples))
    pcm = array.array("h", (int(s / top * peak * 32767) for s in samples))
    with wave.open(path, "wb") as out:
        out.setnchannels(1), out.setsampwidth(2), out.setframerate(RATE)
        out.writeframes(pcm.tobytes())


def white(n, rng):
    return [rng.uniform(-1, 1) for _ in range(n)]


def pink(n, rng):  # Paul Kellet's filter
    b, out = [0.0] * 3, []
    for _ in range(n):
        w = rng.uniform(-1, 1)
        b[0] = 0.99765 * b[0] + w * 0.0990460
        b[1] = 0.96300 * b[1] + w * 0.2965164
        b[2] = 0.57000 * b[2] + w * 1.0526913
        out.append(sum(b) + w * 0.1848)
    return out


def brown(n, rng):
    level, out = 0.0, []
    for _ in range(n):
        level = 0.998 * level + rng.uniform(-1, 1) * 0.05
        out.append(level)
    return out


def babble_free_room(n, rng):  # a fan: brown noise and its hum
    base = brown(n, rng)
    return [b + 0.15 * math.sin(2 * math.pi * 120 * i / RATE) for i, b in enumerate(base)]


def hum(n, _):
    parts = [(50, 1.0), (100, 0.6), (150, 0.4), (250, 0.2), (350, 0.1)]
    return [sum(a * math.sin(2 * math.pi * f * i / RATE) for f, a in parts) for i in range(n)]


def keyboard(n, rng):  # clicks of typing over a quiet room
    out = [x * 0.004 for x in pink(n, rng)]
    at = 0
    while at < n - 2000:
        for i in range(900):
            out[at + i] += rng.uniform(-1, 1) * math.exp(-i / 120) * rng.uniform(0.5, 1)
        at += int(RATE * rng.uniform(0.08, 0.4))
    return out


SCALE = [0, 2, 4, 5, 7, 9, 11, 12]


def note_hz(step, base=220.0):
    return base * 2 ** ((SCALE[step % 7] + 12 * (step // 7)) / 12)


def chords(n, rng):  # plucked strings (Karplus-Strong) and drums, 100 beats a minute
    out = [0.0] * n
    beat = int(RATE * 0.6)
    for number, start in enumerate(range(0, n - 2 * beat, beat)):
        root = [0, 3, 4, 0][(number // 4) % 4]
        for step in (root, root + 2, root + 4):
            size = int(RATE / note_hz(step))
            line = [rng.uniform(-1, 1) for _ in range(size)]
            for i in range(2 * beat):
                k = i % size
                out[start + i] += 0.3 * line[k]
                line[k] = 0.996 * 0.5 * (line[k] + line[(k + 1) % size])
        for i in range(2500):  # bass drum, snare on two and four
            out[start + i] += math.sin(2 * math.pi * (60 + 60 * math.exp(-i / 300)) * i / RATE) * math.exp(-i / 700)
            if number % 2:
                out[start + i] += 0.6 * rng.uniform(-1, 1) * math.exp(-i / 500)
    return out


def melody(n, rng, tone):
    out, start = [0.0] * n, 0
    step = 4
    while start < n:
        step = max(0, min(13, step + rng.choice([-2, -1, -1, 1, 1, 2])))
        length = int(RATE * rng.choice([0.25, 0.4, 0.5, 0.8, 1.2]))
        phase, hz = 0.0, note_hz(step)
        for i in range(min(length, n - start)):
            t = i / RATE
            phase += 2 * math.pi * hz * (1 + 0.012 * math.sin(2 * math.pi * 5.5 * t) * min(1, t / 0.3)) / RATE
            envelope = min(1, i / 800) * min(1, (length - i) / 1200)
            out[start + i] = envelope * tone(phase, hz, t, start)
        start += length + (int(RATE * 0.3) if rng.random() < 0.2 else 0)
    return out


def bowed(phase, hz, t, _):
    return sum(math.sin(k * phase) / k for k in range(1, max(2, int(7000 / hz))))


def blown(phase, hz, t, _):
    return math.sin(phase) + 0.3 * math.sin(2 * phase) + 0.1 * math.sin(3 * phase) + 0.02 * random.uniform(-1, 1)


VOWELS = [(700, 1200, 2600), (300, 2300, 3000), (450, 800, 2500), (350, 700, 2400), (550, 1800, 2500)]


def sung(phase, hz, t, start):
    formants = VOWELS[(start // 4000) % 5]
    total = 0.0
    for k in range(1, max(2, int(5000 / hz))):
        f = k * hz
        gain = sum(1 / (1 + ((f - c) / 90) ** 2) for c in formants)
        total += gain * math.sin(k * phase) / k**0.5
    return total


def main():
    out, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    n = RATE * seconds
    os.makedirs(out, exist_ok=True)
    write(f"{out}/silence.wav", [0.0] * n, 0)
    for name, make, peak in [
        ("white_loud", white, 0.3), ("white_quiet", white, 0.003), ("pink_loud", pink, 0.3), ("pink_quiet", pink, 0.003),
        ("brown", brown, 0.3), ("fan", babble_free_room, 0.1), ("hum", hum, 0.1), ("keyboard", keyboard, 0.3),
        ("chords_drums", chords, 0.5),
    ]:
        write(f"{out}/{name}.wav", make(n, random.Random(name)), peak)
    for name, tone in [("bowed", bowed), ("blown", blown), ("sung_vowels", sung)]:
        random.seed(name)
        write(f"{out}/{name}.wav", melody(n, random.Random(name), tone), 0.4)


main()
