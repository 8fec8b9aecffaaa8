"""Word error, talk share and the coach's identity on spoken sessions whose truth is known.

Run by scripts/evaluate-words, whose head describes the method and the options.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from array import array
from dataclasses import dataclass, field
from pathlib import Path

ROLES = {"S1": "coach", "S2": "coachee"}
LANGUAGES = {"en": "English", "fr": "French"}

# Sounds that are no words, left out of reference and hypothesis alike, after normalising.
FILLERS = {
    "en": {"ah", "er", "erm", "hm", "hmm", "mhm", "mhmm", "mm", "mmhm", "mmhmm", "mmm", "uh", "uhh", "uhm", "um", "umm"},
    "fr": {"euh", "heu", "hm", "hmm", "hum", "mh", "mhm", "mm", "mmh", "mmhm", "mmm", "uh", "uhm", "um"},
}
WORDS_MAY_EXCEED_PEER_BY = 1.0
SHARE_MAY_DIFFER_BY = {"channels": 1.0, "call": 1.5}


# --- what is measured -----------------------------------------------------------------------


@dataclass
class Session:
    """A recording of two channels and what was said in it."""

    name: str
    recording: Path
    truth: dict

    @property
    def language(self):
        return self.truth["language"]

    def channel(self, speaker):
        sides = {s["id"]: s["channel"] for s in self.truth["speakers"]}
        return ("left", "right").index(sides[speaker])

    def reference(self, speaker):
        return " ".join(u["text"] for u in self.truth["utterances"] if u["speaker"] == speaker)


@dataclass
class Errors:
    """Word errors of a text against its reference."""

    words: int = 0
    substituted: int = 0
    deleted: int = 0
    inserted: int = 0

    def __add__(self, other):
        return Errors(
            self.words + other.words,
            self.substituted + other.substituted,
            self.deleted + other.deleted,
            self.inserted + other.inserted,
        )

    @property
    def percent(self):
        return 100 * (self.substituted + self.deleted + self.inserted) / self.words

    def kinds(self):
        return f"{self.substituted} / {self.deleted} / {self.inserted}"


@dataclass
class Heard:
    """What one program made of one session."""

    words: dict = field(default_factory=dict)  # truth's speaker → text
    coach_share: float | None = None
    coach_found: bool | None = None
    language: str | None = None


def find_sessions(folders, only):
    """Sessions in the first folder that has any: NAME.stereo.flac, its truth beside it or in ../truth."""
    for folder in folders:
        sessions = []
        for recording in sorted(folder.glob("*.stereo.flac")):
            name = recording.name.removesuffix(".stereo.flac")
            for truths in (folder, folder.parent / "truth"):
                truth = truths / f"{name}.truth.json"
                if truth.is_file():
                    sessions.append(Session(name, recording, json.loads(truth.read_text())))
                    break
        if sessions:
            return [s for s in sessions if not only or s.name in only]
    places = " or ".join(str(f) for f in folders)
    sys.exit(f"No spoken session with its truth (NAME.stereo.flac, NAME.truth.json) was found in {places}.")


# --- word error -----------------------------------------------------------------------------


class Normaliser:
    """Whisper's own normalisers: the English one, and the basic one for any other language."""

    def __init__(self):
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer

        self.english = EnglishTextNormalizer()
        self.basic = BasicTextNormalizer()

    def words(self, text, language):
        text = text.replace("’", "'")
        if language == "en":
            text = self.english(text)
        else:
            text = self.basic(text.replace("'", " "))
        return [w for w in text.split() if w not in FILLERS[language]]


def align(reference, hypothesis):
    """Counts errors along one cheapest alignment (a substitution before a deletion and an insertion)."""
    width = len(hypothesis) + 1
    rows = [array("i", range(width))]
    for i, word in enumerate(reference, 1):
        above = rows[-1]
        row = array("i", [i]) + array("i", bytes(4 * (width - 1)))
        left = i
        for j, heard in enumerate(hypothesis, 1):
            left = min(above[j - 1] + (word != heard), above[j] + 1, left + 1)
            row[j] = left
        rows.append(row)
    errors = Errors(words=len(reference))
    i, j = len(reference), len(hypothesis)
    while i or j:
        here = rows[i][j]
        if i and j and rows[i - 1][j - 1] + (reference[i - 1] != hypothesis[j - 1]) == here:
            i, j = i - 1, j - 1
            errors.substituted += reference[i] != hypothesis[j]
        elif i and rows[i - 1][j] + 1 == here:
            i -= 1
            errors.deleted += 1
        else:
            j -= 1
            errors.inserted += 1
    return errors


# --- the peer -------------------------------------------------------------------------------


class Peer:
    """faster-whisper on the same weights: each channel silenced outside the truth's speech."""

    def __init__(self, model, cache, compute, threads):
        self.model, self.cache, self.compute, self.threads = model, cache, compute, threads
        self.loaded = None

    def hear(self, session):
        heard = Heard()
        audio = None
        for speaker in ROLES:
            kept = self.cache / f"{session.name}.{speaker}.{self.key(session, speaker)}.json"
            if not kept.is_file():
                if audio is None:
                    audio = self.decode(session.recording)
                segments = self.transcribe(silenced(audio[session.channel(speaker)], session, speaker), session.language)
                self.cache.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(segments, ensure_ascii=False, indent=1) + "\n")
            heard.words[speaker] = " ".join(s["text"].strip() for s in json.loads(kept.read_text()))
        return heard

    def key(self, session, speaker):
        import ctranslate2
        import faster_whisper

        settings = [faster_whisper.__version__, ctranslate2.__version__, self.compute, session.channel(speaker)]
        told = json.dumps([settings, session.language, session.truth["speech"][speaker]])
        return hashlib.sha256(session.recording.read_bytes() + told.encode()).hexdigest()[:16]

    @staticmethod
    def decode(recording):
        from faster_whisper import decode_audio

        return decode_audio(str(recording), split_stereo=True)

    def transcribe(self, samples, language):
        import ctranslate2
        from faster_whisper import WhisperModel

        if self.loaded is None:
            self.loaded = WhisperModel(
                str(self.model), device="cpu", compute_type=self.compute, cpu_threads=self.threads
            )
        ctranslate2.set_random_seed(0)  # tries at a higher temperature draw lots
        segments, _ = self.loaded.transcribe(samples, language=language, beam_size=1, vad_filter=True)
        return [
            {"start": s.start, "end": s.end, "temperature": s.temperature, "text": s.text} for s in segments
        ]


def silenced(samples, session, speaker):
    import numpy

    kept = numpy.zeros_like(samples)
    for start_ms, end_ms in session.truth["speech"][speaker]:
        span = slice(start_ms * 16, end_ms * 16)
        kept[span] = samples[span]
    return kept


# --- Openfloor ------------------------------------------------------------------------------


def analyze(program, recording, out, options):
    """Runs the whole program; gives its transcript and its analysis."""
    command = [str(program), "analyze", str(recording), "--out", str(out), "--json", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with exit code {done.returncode}:\n{done.stdout}")
    results = sorted(out.rglob(f"{recording.name}.openfloor"))
    if len(results) != 1:
        sys.exit(f"expected one results folder for {recording.name} in {out}, found {len(results)}")
    return (json.loads((results[0] / f"{name}.json").read_text()) for name in ("transcript", "analysis"))


def speakers_by_channel(analysis):
    """Channel → speaker, as the analysis gives it."""
    return {f["channel"]: f["speaker"] for f in analysis["source"]["files"] if f["channel"] is not None}


def talk_share(analysis, speaker):
    talk = {s["id"]: s["talk_ms"] or 0 for s in analysis["speakers"]}
    return 100 * talk.get(speaker, 0) / max(1, sum(talk.values()))


def hear(program, session, out, options, swapped):
    transcript, analysis = analyze(program, session.recording, out, options)
    speakers = speakers_by_channel(analysis)
    roles = {s["id"]: s["role"] for s in analysis["speakers"]}
    heard = Heard(language=analysis["source"]["language"])
    for truth_speaker in ROLES:
        channel = session.channel(truth_speaker)
        speaker = speakers.get(1 - channel if swapped else channel)
        mine = [u for u in transcript["utterances"] if u["speaker"] == speaker]
        heard.words[truth_speaker] = " ".join(u["text"] for u in mine)
        if truth_speaker == "S1":
            heard.coach_share = talk_share(analysis, speaker)
            heard.coach_found = roles.get(speaker) == "coach"
    return heard


def swap_channels(recording, folder):
    """The same recording with left and right exchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    swapped = folder / recording.name
    if not swapped.is_file() or swapped.stat().st_mtime < recording.stat().st_mtime:
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-i", str(recording), "-map_metadata", "-1",
             "-af", "pan=stereo|c0=c1|c1=c0", str(swapped)],
            check=True,
        )  # fmt: skip
    return swapped


def union_ms(spans):
    total, reached = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def share_by_rttm(path, name):
    """Share of talk of one speaker of an RTTM file, percent."""
    spans = {}
    for line in path.read_text().splitlines():
        parts = line.split()
        if parts and parts[0] == "SPEAKER":
            start = round(float(parts[3]) * 1000)
            spans.setdefault(parts[7], []).append((start, start + round(float(parts[4]) * 1000)))
    talk = {speaker: union_ms(s) for speaker, s in spans.items()}
    return 100 * talk[name] / sum(talk.values())


# --- tables ---------------------------------------------------------------------------------


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join(" --- " for _ in head) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def verdict(good):
    return "yes" if good else "**no**"


def print_words(counts, programs):
    """Word error by language and role, corpus level; tells whether the bar is met."""
    met = True
    rows = []
    for language, spelt in LANGUAGES.items():
        if not any(l == language for _, l, _ in counts):
            continue
        for role in (*ROLES.values(), "both"):
            wanted = ROLES.values() if role == "both" else (role,)
            total = {p: sum((counts[p, language, r] for r in wanted), Errors()) for p in programs}
            row = [spelt, role, total[programs[0]].words]
            for program in programs:
                row += [f"{total[program].percent:.2f} %", total[program].kinds()]
            if len(programs) == 2:
                difference = total["openfloor"].percent - total["faster-whisper"].percent
                row.append(f"{difference:+.2f}")
                good = difference <= WORDS_MAY_EXCEED_PEER_BY
                row.append(verdict(good))
                met &= good
            rows.append(row)
    head = ["language", "role", "words"]
    for program in programs:
        head += [program, "sub. / del. / ins."]
    if len(programs) == 2:
        head += ["difference", f"≤ {WORDS_MAY_EXCEED_PEER_BY:g} point"]
    print("Word error, by language and role:\n")
    table(head, rows)
    return met


def print_words_by_session(errors, programs):
    rows = []
    for (name, speaker), by_program in errors.items():
        row = [name, ROLES[speaker], next(iter(by_program.values())).words]
        for program in programs:
            row += [f"{by_program[program].percent:.2f} %", by_program[program].kinds()]
        rows.append(row)
    head = ["session", "role", "words"]
    for program in programs:
        head += [program, "sub. / del. / ins."]
    print("Word error, by session:\n")
    table(head, rows)


def print_shares(shares):
    """Talk share and coach against the truth; tells whether the bars are met."""
    met = True
    rows = []
    for name, kind, truth, found, coach, language in shares:
        near = abs(found - truth) <= SHARE_MAY_DIFFER_BY[kind]
        met &= near and coach is not False and language is not False
        rows.append(
            [name, f"{truth:.1f} %", f"{found:.1f} %", f"{found - truth:+.2f}",
             f"{verdict(near)} (≤ {SHARE_MAY_DIFFER_BY[kind]:g})",
             "–" if coach is None else verdict(coach), "–" if language is None else verdict(language)]
        )  # fmt: skip
    print("Talk share (of the coach; of the agent in the real call) and who was taken for the coach:\n")
    table(["recording", "truth", "openfloor", "difference", "near enough", "coach found", "language found"], rows)
    return met


# --- the run --------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/evaluate-words", allow_abbrev=False)
    parser.add_argument("--swap", action="store_true")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--peer-only", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--reuse", action="store_true")
    parser.add_argument("--speech", type=Path, metavar="DIR")
    parser.add_argument("--real", type=Path, metavar="DIR")
    parser.add_argument("--compute", default="int8", metavar="TYPE")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--show", action="store_true")
    # From the wrapper.
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("options", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer_only and given.no_peer:
        parser.error("--peer-only and --no-peer leave nothing to do")
    return given


def main():
    given = arguments()
    folders = [given.speech] if given.speech else [Path("../shared/speech/dev"), Path("fixtures/recordings")]
    sessions = find_sessions(folders, given.only)
    normaliser = Normaliser()
    programs = (["openfloor"] if not given.peer_only else []) + (["faster-whisper"] if not given.no_peer else [])
    peer = Peer(given.peers / "whisper-base-ct2", given.peers / "transcripts", given.compute, given.threads)
    out = given.work / ("swapped" if given.swap else "as-recorded")
    options = [*([] if given.reuse else ["--force"]), *given.options]

    errors, shares = {}, []
    for session in sessions:
        heard = {}
        if "openfloor" in programs:
            if given.swap:
                session.recording, original = swap_channels(session.recording, given.work / "swapped-audio"), session.recording
            mine = heard["openfloor"] = hear(given.program, session, out, options, given.swap)
            talk = {s: union_ms(session.truth["speech"][s]) for s in ROLES}
            truth = 100 * talk["S1"] / sum(talk.values())
            found = mine.language == session.language
            shares.append((session.name, "channels", truth, mine.coach_share, mine.coach_found, found))
            if given.swap:
                session.recording = original
        if "faster-whisper" in programs:
            heard["faster-whisper"] = peer.hear(session)
        for speaker in ROLES:
            reference = normaliser.words(session.reference(speaker), session.language)
            texts = {p: normaliser.words(heard[p].words[speaker], session.language) for p in programs}
            errors[session.name, speaker] = {p: align(reference, text) for p, text in texts.items()}
            if given.show:
                show(session, speaker, reference, texts)
        print(f"{session.name} done", file=sys.stderr)

    if "openfloor" in programs and not given.only:
        call = real_call(given, out, options)
        if call:
            shares.append(call)

    counts = {}
    for session in sessions:
        for speaker, role in ROLES.items():
            for program, found in errors[session.name, speaker].items():
                key = program, session.language, role
                counts[key] = counts.get(key, Errors()) + found
    print(f"{len(sessions)} sessions from {sessions[0].recording.parent}"
          f"{', channels swapped' if given.swap else ''}; peer: {given.compute}.\n")  # fmt: skip
    met = print_words(counts, programs)
    print_words_by_session(errors, programs)
    if shares:
        met &= print_shares(shares)
    return 0 if met else 1


def real_call(given, out, options):
    """The agent's talk share on a real call with reference turns; its agent is on the left."""
    places = [given.real] if given.real else [Path("../shared/real/dev"), Path("fixtures/recordings")]
    for place in places:
        recording = place / "call_aws40.flac"
        turns = next((p for p in (place / "call_aws40.rttm", place.parent / "truth/call_aws40.rttm") if p.is_file()), None)
        if recording.is_file() and turns:
            if given.swap:
                recording = swap_channels(recording, given.work / "swapped-audio")
            _, analysis = analyze(given.program, recording, out, options)
            agent = speakers_by_channel(analysis).get(1 if given.swap else 0)
            return "call_aws40", "call", share_by_rttm(turns, "AGENT"), talk_share(analysis, agent), None, None
    return None


def show(session, speaker, reference, texts):
    """Where reference and hypotheses differ, for people."""
    import difflib

    for program, text in texts.items():
        print(f"{session.name} {ROLES[speaker]}, {program}:")
        matcher = difflib.SequenceMatcher(None, reference, text, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind != "equal":
                print(f"  {' '.join(reference[max(0, a - 2):a])} [{' '.join(reference[a:b])} → {' '.join(text[c:d])}]")
    print()


if __name__ == "__main__":
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is missing: run scripts/install-tools peers")
    sys.exit(main())
