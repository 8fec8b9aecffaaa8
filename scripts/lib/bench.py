"""Times openfloor beside its peers, and measures its memory. Run by scripts/bench, whose head
describes the method and the options. Standard library only: a small driver, so that the peak
memory of a child is the child's own."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

EXCERPTS = {"en": "en_delegation.stereo.flac", "fr": "fr_retour.stereo.flac"}
RATE, CHANNELS = 16000, 2
SECOND = RATE * CHANNELS * 2  # bytes of one second of 16-bit stereo
THREADS = 2
MODEL = Path("models/ggml-base-q8_0.bin")
STATE_MB, REST_MB, LENGTH_MB = 250, 100, 20  # the bars of memory
SWITCH_MS = 200  # the bar of another profile
DECODE_S = 10  # the bar of decoding an hour


@dataclass
class Cost:
    """What one run of a program took."""

    cpu_s: float
    wall_s: float
    rss_mb: float
    words: int | None = None


def memory_of(process):
    """What a process and all below it have in memory, in bytes."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        below = [child for task in tasks for child in (task / "children").read_text().split()]
    except (OSError, IndexError):  # It has ended.
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(memory_of(child) for child in below)


class Peak(threading.Thread):
    """Looks now and then how much memory a process and all below it have together."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.bytes, self.over = process, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.05):
            self.bytes = max(self.bytes, memory_of(self.process))

    def end(self):
        self.over.set()
        self.join()
        return self.bytes


def run(command):
    """Runs a program to its end; gives its cost, children included, and what it printed."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        child = subprocess.Popen([str(c) for c in command], stdout=printed, stderr=said, stdin=subprocess.DEVNULL)
        peak = Peak(child.pid)
        peak.start()
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - begun
        together = peak.end()
        child.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        said.seek(0)
        output = printed.read().decode()
        if child.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}\nended with {child.returncode}:\n{said.read().decode()[-2000:]}")
    # Whatever is over before it was looked at: the system's own record of the largest process.
    rss_mb = max(used.ru_maxrss * 1024, together) / 1e6
    return Cost(used.ru_utime + used.ru_stime, wall_s, rss_mb), output


# --- speed ----------------------------------------------------------------------------------


def cut_excerpt(language, given):
    """The two-channel excerpt as FLAC, and its mono mix as WAV for the peers."""
    recording = Path("fixtures/recordings") / EXCERPTS[language]
    if not recording.is_file():
        recording = Path("../shared/speech/dev") / EXCERPTS[language]
    stem = given.work / f"{language}-{given.start}-{given.seconds}"
    stereo, mono = stem.with_suffix(".flac"), stem.with_suffix(".wav")
    if not mono.is_file():
        cut = ["ffmpeg", "-v", "error", "-y", "-ss", given.start, "-t", given.seconds, "-i", recording, "-map_metadata", "-1"]
        run([*cut, stereo])
        run([*cut, "-ac", "1", "-ar", RATE, "-c:a", "pcm_s16le", mono])
    return stereo, mono


def openfloor(given, stereo, _mono, _language):
    command = [given.program, "analyze", stereo, "--out", given.work / "results", "--force", "--threads", THREADS]
    cost, _ = run(command)
    results = given.work / "results" / f"{stereo.name}.openfloor" / "transcript.json"
    if results.is_file():
        cost.words = sum(len(u["text"].split()) for u in json.loads(results.read_text())["utterances"])
    return cost


def peer(script, model):
    def time_peer(given, _stereo, mono, language):
        python = given.peers / "venv/bin/python"
        cost, output = run([python, Path("scripts/lib") / script, mono, language, model(given), THREADS])
        told = json.loads(output.splitlines()[-1])
        return Cost(cost.cpu_s - told["cpu_s"], cost.wall_s - told["wall_s"], cost.rss_mb, told["words"])

    return time_peer


PROGRAMS = {
    "openfloor": openfloor,
    "whisper.cpp": peer("peer_whisper_cpp.py", lambda given: MODEL),
    "faster-whisper": peer("peer_faster_whisper.py", lambda given: given.peers / "whisper-base-ct2"),
}


class Busy:
    """Another program that computes on one core as long as the block lasts."""

    def __enter__(self):
        self.child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        time.sleep(0.5)

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def rounds(given, excerpts, programs, count, warm_up):
    """Costs by (language, program); the programs take turns."""
    costs = {}
    for number in range(count + warm_up):
        for language, (stereo, mono) in excerpts.items():
            for name in programs:
                cost = PROGRAMS[name](given, stereo, mono, language)
                if number >= warm_up:
                    costs.setdefault((language, name), []).append(cost)
                warm = " (warm-up)" if number < warm_up else ""
                print(f"{language} {name}: {cost.cpu_s:.1f} s CPU, {cost.wall_s:.1f} s{warm}", file=sys.stderr)
    return costs


def spread(values, digits=1):
    """Median, and the range when there is one."""
    low, middle, high = min(values), statistics.median(values), max(values)
    text = f"{middle:.{digits}f}"
    return f"{text} ({low:.{digits}f}–{high:.{digits}f})" if len(values) > 1 else text


def speed(given):
    languages = [given.only] if given.only else list(EXCERPTS)
    programs = ["openfloor"] if given.no_peers else list(PROGRAMS)
    excerpts = {language: cut_excerpt(language, given) for language in languages}
    states = {"idle": rounds(given, excerpts, programs, given.runs, 1)}
    if given.busy_runs:
        with Busy():
            states["beside another program"] = rounds(given, excerpts, programs, given.busy_runs, 0)
    print(f"{given.seconds} s of speech, {THREADS} threads, median (lowest–highest) of "
          f"{given.runs} rounds idle, {given.busy_runs} beside another program.\n")  # fmt: skip
    print("| machine | language | program | CPU s | wall s | peak MB | words | openfloor's CPU | openfloor's wall |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for state, costs in states.items():
        for (language, name), runs in sorted(costs.items(), key=lambda c: (languages.index(c[0][0]), programs.index(c[0][1]))):
            mine = costs[language, "openfloor"]
            ratios = ["–", "–"]
            if name != "openfloor":
                ratios = [
                    f"{statistics.median(getattr(c, what) for c in mine) / statistics.median(getattr(c, what) for c in runs):.2f} ×"
                    for what in ("cpu_s", "wall_s")
                ]
            cells = [state, language, name, spread([c.cpu_s for c in runs]), spread([c.wall_s for c in runs]),
                     spread([c.rss_mb for c in runs], 0), runs[0].words or "–", *ratios]  # fmt: skip
            print("| " + " | ".join(map(str, cells)) + " |")
    print()


# --- long recordings ------------------------------------------------------------------------


def talk(given):
    """Ten minutes of the bundled sessions as raw 16-bit stereo in a file: the driver stays small,
    since a child starts with its parent's peak memory on its account."""
    path = given.work / "talk-600.raw"
    if not path.is_file():
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            for name in EXCERPTS.values():
                command = ["ffmpeg", "-v", "error", "-i", Path("fixtures/recordings") / name,
                           "-f", "s16le", "-ar", RATE, "-ac", CHANNELS, "-"]  # fmt: skip
                subprocess.run([str(c) for c in command], stdout=file, check=True)
        if partial.stat().st_size < 600 * SECOND:
            sys.exit("The bundled sessions are shorter than ten minutes together.")
        partial.rename(path)
    return path.open("rb")


def pour(source, seconds, sink):
    """Copies so many seconds of sound, a second at a time; silence when there is no source."""
    for _ in range(seconds):
        sink.write(source.read(SECOND) if source else bytes(SECOND))


def long_recording(given, hours, kind):
    """An hour or two as FLAC: ten minutes of speech in twenty pieces with silence between, or speech throughout."""
    path = given.work / f"{kind}-{hours}h.flac"
    if path.is_file():
        return path
    length = hours * 3600
    partial = path.with_suffix(".partial.flac")
    encode = ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", str(CHANNELS), "-i", "-", str(partial)]
    encoder = subprocess.Popen(encode, stdin=subprocess.PIPE)
    with talk(given) as source:
        if kind == "spread":
            for _ in range(20):
                pour(source, 30, encoder.stdin)
                pour(None, (length - 600) // 20, encoder.stdin)
        else:
            for _ in range(length // 600):
                source.seek(0)
                pour(source, 600, encoder.stdin)
    encoder.stdin.close()
    if encoder.wait() != 0:
        sys.exit(f"ffmpeg could not write {partial}")
    partial.rename(path)
    return path


def memory(given):
    kinds = ["spread"] if given.spread_only else ["spread", "full"]
    bar = MODEL.stat().st_size / 1e6 + THREADS * STATE_MB + REST_MB
    print(f"Peak memory of analyze, {THREADS} threads (bar: {bar:.0f} MB, and ± {LENGTH_MB} MB from one hour to two).\n")
    print("| recording | 1 h: peak MB | 2 h: peak MB | difference | 1 h: CPU s | 2 h: CPU s | within the bars |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    met = True
    for kind in kinds:
        costs = []
        for hours in (1, 2):
            recording = long_recording(given, hours, kind)
            print(f"analysing {recording.name} …", file=sys.stderr)
            costs.append(run([given.program, "analyze", recording, "--out", given.work / "results",
                              "--force", "--threads", THREADS])[0])  # fmt: skip
        one, two = costs
        good = max(one.rss_mb, two.rss_mb) <= bar and abs(two.rss_mb - one.rss_mb) <= LENGTH_MB
        met &= good
        name = "ten minutes of speech, spread" if kind == "spread" else "speech throughout"
        print(f"| {name} | {one.rss_mb:.0f} | {two.rss_mb:.0f} | {two.rss_mb - one.rss_mb:+.0f} | "
              f"{one.cpu_s:.0f} | {two.cpu_s:.0f} | {'yes' if good else '**no**'} |", flush=True)  # fmt: skip
    print()
    return met


def profile_switch(given):
    recording = long_recording(given, 1, "full")
    command = [given.program, "analyze", recording, "--out", given.work / "results", "--threads", THREADS]
    print(f"transcribing {recording.name} where it is not kept …", file=sys.stderr)
    run(command)
    costs = []
    for number in range(2 * max(1, given.runs) + 1):
        profile = ("mentoring", "coaching")[number % 2]
        cost, _ = run([*command, "--profile", profile])
        if number:
            costs.append(cost)
    cpu_ms = [1000 * c.cpu_s for c in costs]
    rss_mb = [c.rss_mb for c in costs]
    unloaded = max(rss_mb) < MODEL.stat().st_size / 1e6
    met = statistics.median(cpu_ms) < SWITCH_MS and unloaded
    print("Another profile on a 60-minute session whose transcription is kept:\n")
    print(f"| CPU ms (bar: under {SWITCH_MS}) | wall ms | peak MB | no model loaded (peak under the model's size) |")
    print("| --- | --- | --- | --- |")
    print(f"| {spread(cpu_ms, 0)} | {spread([1000 * c.wall_s for c in costs], 0)} | {spread(rss_mb, 0)} | "
          f"{'yes' if unloaded else '**no**'} |\n")  # fmt: skip
    return met


# --- decoding -------------------------------------------------------------------------------

# Name, channels, ffmpeg's encoder. 48 kHz all: telephones and meeting programs.
HOURS = [
    ("mono.mp3", 1, ["-c:a", "libmp3lame", "-b:a", "96k"]), ("stereo.mp3", 2, ["-c:a", "libmp3lame", "-b:a", "192k"]),
    ("mono.m4a", 1, ["-c:a", "aac", "-b:a", "96k"]), ("stereo.m4a", 2, ["-c:a", "aac", "-b:a", "192k"]),
    ("mono.opus", 1, ["-c:a", "libopus", "-b:a", "32k"]), ("stereo.opus", 2, ["-c:a", "libopus", "-b:a", "96k"]),
    ("mono.flac", 1, ["-c:a", "flac"]), ("stereo.flac", 2, ["-c:a", "flac"]),
]  # fmt: skip


def decode(given):
    print(f"Decoding an hour at 48 kHz to 16 kHz (bar: {DECODE_S} s CPU), median of {given.runs}.\n")
    print("| recording | CPU s | peak MB | within the bar |")
    print("| --- | --- | --- | --- |")
    met = True
    for name, channels, encode in HOURS:
        path = given.work / f"hour-{name}"
        if not path.is_file():
            source = talk(given).name
            partial = path.with_name(f"partial-{name}")
            run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-f", "s16le", "-ar", RATE, "-ac", CHANNELS, "-i", source,
                 "-t", 3600, "-ar", 48000, "-ac", channels, *encode, partial])  # fmt: skip
            partial.rename(path)
        command = ["env", f"OPENFLOOR_DECODE={path.resolve()}", given.decoder, "--ignored", "--exact", "the_file_that_is_timed"]
        costs = [run(command)[0] for _ in range(given.runs)]
        cpu_s = [c.cpu_s for c in costs]
        good = statistics.median(cpu_s) <= DECODE_S
        met &= good
        print(f"| {name} | {spread(cpu_s)} | {spread([c.rss_mb for c in costs], 0)} | {'yes' if good else '**no**'} |", flush=True)
    print()
    return met


# --- recording ------------------------------------------------------------------------------

# A captured hour: three hundredths of a core (issue 10).
RECORD_S = 108


def record(given):
    """An hour through the test that records one, which prints memory and CPU seconds of the program."""
    print("| an hour of | CPU s | peak MB | within |\n|---|---|---|---|", flush=True)
    met = True
    for form in ("16000x1", "48000x2"):
        command = [given.recorder, "--exact", "long::an_hour_costs_no_more_memory_than_a_minute_and_nothing_is_lost", "--nocapture"]
        said = subprocess.run(command, env={**os.environ, "OPENFLOOR_HOUR": form}, capture_output=True, text=True, check=True).stdout
        found = re.search(r"Hz: (\d+) kB .* ([\d.]+) CPU seconds", said)
        kilobytes, cpu_s = int(found[1]), float(found[2])
        met &= cpu_s <= RECORD_S
        print(f"| {form.replace('x', ' Hz × ')} | {cpu_s:.1f} | {kilobytes / 1024:.0f} | {'yes' if cpu_s <= RECORD_S else '**no**'} |", flush=True)
    print()
    return met


# --- the run --------------------------------------------------------------------------------


def machine():
    """Processor, cores, system: what the figures hold for."""
    model, flags = platform.machine(), ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
        if line.startswith("flags"):
            known = set(line.split(":", 1)[1].split())
            flags = " ".join(f for f in ("avx2", "fma", "f16c", "avx512f", "avx512_vnni") if f in known)
    load = os.getloadavg()[0]
    return (f"Machine: {model}, {len(os.sched_getaffinity(0))} cores ({flags}), Linux {platform.release()}; "
            f"load when begun {load:.1f}.\n")  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", allow_abbrev=False)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--busy-runs", type=int, default=3)
    parser.add_argument("--only", choices=list(EXCERPTS))
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--start", type=int, default=30)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--spread-only", action="store_true")
    parser.add_argument("--profile-switch", action="store_true")
    parser.add_argument("--decode", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--folder", action="store_true")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--hours", action="store_true")
    # From the wrapper.
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--decoder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--recorder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.runs < 1:
        parser.error("--runs must be at least 1")
    return given


def main():
    given = arguments()
    given.work.mkdir(parents=True, exist_ok=True)
    print(machine(), flush=True)
    met = True
    if given.memory:
        met &= memory(given)
    if given.profile_switch:
        met &= profile_switch(given)
    if given.decode:
        met &= decode(given)
    if given.record:
        met &= record(given)
    if given.folder:
        from bench_folder import folder

        met &= folder(given)
    if not (given.memory or given.profile_switch or given.decode or given.record or given.folder):
        speed(given)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
