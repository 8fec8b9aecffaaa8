"""Folders of recordings: what a finished one costs, another profile, jobs at once, memory.
Run by scripts/bench --folder, whose head describes it. Standard library only."""

import json
import shutil
import statistics
import wave
from pathlib import Path

from bench import CHANNELS, MODEL, RATE, SECOND, long_recording, pour, run, spread, talk

AGAIN_S, SWITCH_S = 2, 60  # the bars, of CPU for 1,000
SLOT_MB = 400  # and of memory: the model and so much for each job


def silent(folder, count):
    """Recordings in which nobody speaks, each a sample longer than the last: none is another's double."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"silent-{number:04}.wav"
        if not path.is_file():
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1), file.setsampwidth(2), file.setframerate(RATE)
                file.writeframes(bytes(2 * (RATE // 2 + number)))


def hour_long(given):
    """A transcript of an hour, word by word, by repetition of what is heard in a bundled session."""
    path = given.work / "transcript-1h.json"
    if path.is_file():
        return json.loads(path.read_text())
    recording = Path("fixtures/recordings/en_delegation.stereo.flac")
    run([given.program, "analyze", recording, "--out", given.work / "results"])
    short = json.loads((given.work / "results" / f"{recording.name}.openfloor/transcript.json").read_text())
    spoken, speech, start = [], [], 0
    while start < 3_600_000:
        for one in short["utterances"]:
            words = [shifted(word, start) for word in one.get("words") or []]
            spoken.append({**shifted(one, start), "id": len(spoken) + 1, "words": words})
        speech += [shifted(span, start) for span in short["speech"]]
        start += short["duration_ms"]
    whole = {**short, "duration_ms": start, "utterances": spoken, "speech": speech}
    path.write_text(json.dumps(whole))
    return whole


def shifted(item, by):
    return {**item, "start_ms": item["start_ms"] + by, "end_ms": item["end_ms"] + by}


def transcripts(given, folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    whole = hour_long(given)
    for number in range(count):
        path = folder / f"session-{number:04}.json"
        if not path.is_file():
            whole["speakers"][0]["name"] = f"Coach {number}"
            path.write_text(json.dumps(whole))


def finished(given, count):
    """The second run on a finished folder."""
    recordings = given.work / f"silent-{count}"
    silent(recordings, count)
    command = [given.program, "analyze", "-q", recordings]
    run(command)
    costs = [run(command)[0] for _ in range(given.runs)]
    return costs, AGAIN_S * count / 1000


def switched(given, count):
    """Stored transcripts of an hour read by another profile."""
    folder = given.work / f"transcripts-{count}"
    transcripts(given, folder, count)
    command = [given.program, "analyze", "-q", folder, "--profile"]
    run([*command, "coaching"])
    costs = [run([*command, ("mentoring", "coaching")[number % 2]])[0] for number in range(given.runs)]
    return costs, SWITCH_S * count / 1000


def excerpts(given, count, seconds):
    """Recordings of speech, of different places in the bundled sessions."""
    folder = given.work / f"calls-{count}x{seconds}"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"call-{number}.wav"
        if not path.is_file():
            with talk(given) as source, wave.open(str(path), "wb") as file:
                source.seek(number * 40 * SECOND)
                file.setnchannels(CHANNELS), file.setsampwidth(2), file.setframerate(RATE)
                pour(source, seconds, Frames(file))
    return folder


class Frames:
    """A sink of samples for a WAV file."""

    def __init__(self, file):
        self.file = file

    def write(self, samples):
        self.file.writeframes(samples)


def jobs(given):
    """One recording after the other against two at once; they take turns."""
    folder = excerpts(given, 6, 120)
    costs = {"1": [], "2": []}
    for _ in range(given.runs):
        for slots, kept in costs.items():
            command = [given.program, "analyze", "-q", "--force", "--out", given.work / "results-jobs", "--jobs", slots, folder]
            kept.append(run(command)[0])
    return costs


def memory(given):
    """Two recordings of an hour at once, speech throughout."""
    folder = given.work / "two-hours"
    folder.mkdir(parents=True, exist_ok=True)
    long = long_recording(given, 1, "full")
    for number in (1, 2):
        path = folder / f"hour-{number}.flac"
        if not path.is_file():
            shutil.copy(long, path)
            with path.open("ab") as file:
                file.write(bytes(number))  # Not each other's double; a decoder passes over it.
    cost, _ = run([given.program, "analyze", "-q", "--force", "--jobs", "2", "--out", given.work / "results-two", folder])
    return cost, 2 * (MODEL.stat().st_size / 1e6 + SLOT_MB)


def folder(given):
    met = True
    print(f"Folders, median (lowest–highest) of {given.runs} runs.\n")
    print("| what | CPU s | wall s | peak MB, all processes | bar | within the bar |")
    print("| --- | --- | --- | --- | --- | --- |")
    for what, measure in (("a finished folder, again", finished), ("transcripts of an hour, another profile", switched)):
        costs, bar = measure(given, given.count)
        good = statistics.median(c.cpu_s for c in costs) < bar
        met &= good
        row(f"{given.count} × {what}", costs, f"{bar:.1f} s CPU", "yes" if good else "**no**")
    for slots, costs in jobs(given).items():
        row(f"6 × 2 min of speech, --jobs {slots}", costs, "", "")
    if given.hours:
        cost, bar = memory(given)
        met &= cost.rss_mb <= bar
        row("2 × 60 min of speech, --jobs 2", [cost], f"{bar:.0f} MB", "yes" if cost.rss_mb <= bar else "**no**")
    print()
    return met


def row(what, costs, bar, good):
    print(f"| {what} | {spread([c.cpu_s for c in costs])} | {spread([c.wall_s for c in costs])} | "
          f"{spread([c.rss_mb for c in costs], 0)} | {bar} | {good} |", flush=True)  # fmt: skip
