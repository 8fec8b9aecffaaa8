"""Agreement of the coding engine with the codings in ../shared/coding/dev, by the program's own commands.

Run by scripts/evaluate-coding, whose head describes what is made of which file.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

MARKS = str.maketrans({mark: " " for mark in ".?!,;:…—"})
MODES = ("marks", "words")
# Coder 3 of AnnoMI calls nearly every question open (../shared/coding/README.md).
OPENS_EVERYTHING = "coder 3"
KINDS = ("reflection", "information", "affirmation", "backchannel")
COLUMNS = ("question", "question_strict", "prescriptive", *KINDS, "permission")


# --- codings → transcripts and a table of codes ------------------------------------------------


class Set:
    """Transcripts of one kind and the codes that go with them."""

    def __init__(self, name):
        self.name = name
        self.talks = defaultdict(list)  # transcript → utterances
        self.languages = {}
        self.lines = []

    def say(self, talk, language, role, text, **more):
        """Adds an utterance; its number, or None where there are no words."""
        self.languages[talk] = language
        if not text.split():
            return None
        number = len(self.talks[talk]) + 1
        speaker = "S1" if role == "coach" else "S2"
        self.talks[talk].append({"id": number, "speaker": speaker, "text": text, **more})
        return number

    def code(self, talk, number, coder, part=None, **codes):
        if number is not None:
            self.lines.append({"recording": talk, "utterance": number, "coder": coder, "part": part, **codes})

    def write(self, folder, mode):
        folder.mkdir(parents=True)
        for talk, utterances in self.talks.items():
            said = []
            for one in utterances:
                one = dict(one)
                bare_text = one.pop("bare", None)
                # A letter for a letter: where a part begins stays.
                text = one["text"] if mode == "marks" else bare_text or bare(one["text"])
                one["text"] = clean(text)
                said.append(one)
            document = {
                "schema": "openfloor.transcript/1",
                "language": self.languages[talk],
                "speakers": [{"id": "S1", "role": "coach"}, {"id": "S2", "role": "coachee"}],
                "utterances": said,
            }
            (folder / f"{talk}.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        texts = {
            (talk, one["id"]): one["text"] if mode == "marks" else bare(one["text"])
            for talk, utterances in self.talks.items()
            for one in utterances
        }
        with (folder / "codes.csv").open("w", encoding="utf-8", newline="") as file:
            used = [column for column in COLUMNS if any(column in line for line in self.lines)]
            table = csv.DictWriter(file, ["recording", "utterance", "part", "coder", *used], restval="?")
            table.writeheader()
            for line in self.lines:
                line = dict(line)
                if line["part"]:
                    line["part"] = moved(texts[line["recording"], line["utterance"]], *line["part"])
                else:
                    line["part"] = ""
                table.writerow(line)


def bare(text):
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(MARKS))


def clean(text):
    return " ".join(text.split())


def moved(text, start, end):
    """A part of a text, in the same text with single spaces, as the program reads it."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    before = len(clean(text[:start] + "x")) - 1
    return f"{before}..{before + len(clean(text[start:end]))}"


def table(path, separator):
    with path.open(encoding="utf-8", newline="") as file:
        quoting = csv.QUOTE_MINIMAL if separator == "," else csv.QUOTE_NONE
        yield from csv.DictReader(file, delimiter=separator, quoting=quoting)


def asks(cell):
    return cell if cell in ("open", "closed") else "none"


def yes(holds):
    return "yes" if holds else "no"


def level(cell):
    return cell if cell in ("1", "2", "3") else "0"


def marked(turn):
    """A turn with «the sentence» marked: the text, and where the sentence is."""
    start = turn.index("«")
    end = turn.index("»") - 1
    return turn.replace("«", "").replace("»", ""), (start, end)


def annomi(dev):
    turns, sentences, twice = Set("annomi"), Set("annomi_sentences"), Set("prescriptive_en")
    numbers = {}
    for row in table(dev / "annomi_dev.csv", ","):
        role = "coach" if row["interlocutor"] == "therapist" else "coachee"
        for one in (turns, sentences, twice):
            more = {"bare": row["text_asr"]} if one is turns else {}
            number = one.say(row["transcript_id"], "en", role, row["text"], **more)
            numbers[one.name, row["uid"]] = row["transcript_id"], number
        if role != "coach":
            continue
        kind = row["therapist_input_subtype"]
        codes = {
            "question": asks(row["question"]),
            "prescriptive": {"advice": "2", "options": "1"}.get(kind, "0"),
            "reflection": yes(row["reflection_exists"] == "True"),
            "information": yes(kind == "information"),
        }
        turns.code(*numbers["annomi", row["uid"]], f"coder {row['annotator_id']}", **codes)
    for row in table(dev / "annomi_sentences.tsv", "\t"):
        part = int(row["start"]), int(row["end"])
        sentences.code(*numbers["annomi_sentences", row["uid"]], "machine", part, **sentence(row))
    for row in table(dev / "prescriptive_en.tsv", "\t"):
        part = int(row["start"]), int(row["end"])
        for coder in "ab":
            twice.code(*numbers["prescriptive_en", row["uid"]], coder, part, prescriptive=level(row[coder]))
    return [turns, sentences, twice]


def sentence(row):
    kinds = row["kind"].replace("+", " ").replace(",", " ").split()
    return {
        "question": asks(row["openness"]),
        "question_strict": asks(row["openness_strict"]),
        "prescriptive": level(row["level"]),
        **{kind: yes(kind in kinds) for kind in KINDS[:3]},
    }


def scenes(dev):
    sets = {language: Set(f"scenes_{language}") for language in ("en", "fr")}
    for row in table(dev / "sentences.tsv", "\t"):
        one = sets[row["language"]]
        one.say(row["writer"], row["language"], "coachee", row["before"])
        text, part = marked(row["turn"])
        number = one.say(row["writer"], row["language"], "coach", text)
        one.code(row["writer"], number, "machine", part, **sentence(row))
    advice, questions = Set("prescriptive_fr"), Set("questions_fr")
    for one in (advice, questions):
        for row in table(dev / f"{one.name}.tsv", "\t"):
            one.say(one.name, "fr", "coachee", row["before"])
            text, part = marked(row["turn"])
            number = one.say(one.name, "fr", "coach", text)
            for coder in "ab":
                if one is advice:
                    codes = {"prescriptive": level(row[coder])}
                else:
                    strict = asks(row[f"strict_{coder}"])
                    codes = {"question": asks(row[coder]), "question_strict": strict}
                one.code(one.name, number, coder, part, **codes)
    return [*sets.values(), advice, questions]


def sessions(dev):
    sets = []
    for language in ("en", "fr"):
        one = Set(f"sessions_{language}")
        document = json.loads((dev / f"coaching_{language}.json").read_text(encoding="utf-8"))
        for session in document["sessions"]:
            for said in session["utterances"]:
                times = {name: said[name] for name in ("start_ms", "end_ms")}
                number = one.say(session["id"], language, said["role"], said["text"], **times)
                parts = defaultdict(list)
                for act in said.get("acts", []):
                    parts[act["start"], act["end"]].append(act)
                for part, acts in parts.items():
                    one.code(session["id"], number, "author", part, **act_codes(acts))
        sets.append(one)
    return sets


def act_codes(acts):
    def last(name, default):
        return next((str(act[name]) for act in reversed(acts) if act.get(name) is not None), default)

    kinds = {act["kind"] for act in acts}
    flags = {flag for act in acts for flag in act.get("flags", [])}
    return {
        "question": asks(last("openness", "none")),
        "question_strict": asks(last("openness_strict", "none")),
        "prescriptive": level(last("level_of_the_words", last("level", "0"))),
        **{kind: yes(kind in kinds) for kind in KINDS},
        "permission": yes("asks_permission" in flags),
    }


# --- the program ------------------------------------------------------------------------------


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"openfloor {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def measured(program, work, one, codes="codes.csv"):
    """What agree says of a set, by mode."""
    found = {}
    for mode in MODES:
        folder = work / f"{one.name}-{mode}"
        if not folder.exists():
            one.write(folder, mode)
            run(program, "analyze", "-q", folder)
        found[mode] = json.loads(run(program, "agree", folder / codes, folder, "--json"))
    return found


def without(folder, coder):
    """The table without one coder, beside it."""
    lines = (folder / "codes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if f",{coder}," not in line)
    (folder / "without.csv").write_text(kept, encoding="utf-8")


# --- what is printed --------------------------------------------------------------------------

TITLES = {
    "annomi": "AnnoMI, 66 English sessions, turn by turn, ten coders",
    "annomi without coder 3": "the same without the coder who calls nearly all open",
    "annomi_sentences": "AnnoMI, sentence by sentence, machine-coded",
    "prescriptive_en": "AnnoMI, sentences coded twice",
    "scenes_en": "written scenes, English",
    "scenes_fr": "written scenes, French",
    "prescriptive_fr": "prescriptive phrases, French, coded twice",
    "questions_fr": "questions, French, coded twice",
    "sessions_en": "three whole sessions, English",
    "sessions_fr": "three whole sessions, French",
}
NAMES = {
    "question": "question",
    "openness": "none/closed/open",
    "openness_strict": "the same, strict rule",
    "level_1": "prescriptive, level ≥ 1",
    "level_2": "prescriptive, level ≥ 2",
}


def short(value):
    if value is None:
        return "–"
    return f"{value:.2f}".replace("0.", ".") if abs(value) < 0.995 else f"{value:.2f}"


def comparison(found):
    tool = found["tool"]
    return tool["with_everyone"] or tool["with_each"][0]


def by_aspect(figures):
    return {one["aspect"]: one for one in figures}


def cell(figures):
    if figures["kappa"]["value"] is None:
        return "–"
    found = figures["found"]
    return f"{short(figures['kappa']['value'])}, {short(found['f1'])} ({short(found['precision'])} / {short(found['recall'])})"


def rows(name, found):
    aspects = {mode: by_aspect(comparison(found[mode])["figures"]) for mode in MODES}
    people = {one["aspect"]: one["kappa"] for one in found["marks"]["coders_together"]["mean"]}
    for aspect, figures in aspects["marks"].items():
        if figures["kappa"]["reason"] == "not_coded":
            continue
        cells = [cell(aspects[mode][aspect]) for mode in MODES]
        coders = short(people.get(aspect))
        print(f"| {TITLES[name]} | {NAMES.get(aspect, aspect)} | {figures['units']} | {cells[0]} | {cells[1]} | {coders} |")
    if name.startswith("annomi") and not name.endswith("sentences") or name.startswith("sessions"):
        errors = [short(found[mode]["open_share"]["mean_error"]) for mode in MODES]
        over = found["marks"]["open_share"]["over"]
        print(f"| {TITLES[name]} | open share of a session, mean error | {over} sessions | {errors[0]} | {errors[1]} | |")


def reliability(all_found, names, title):
    names = [name for name in names if name in all_found]
    if not names:
        return
    print()
    print(f"Stated confidence against the share in which the coders have it too: {title}. Units in brackets.")
    print()
    print("| stated | questions | words only | prescriptive | words only |")
    print("|---" * 5 + "|")
    sums = defaultdict(lambda: [0, 0.0])
    for name in names:
        for mode in MODES:
            for kind in all_found[name][mode]["reliability"]:
                for nth, part in enumerate(kind["bins"]):
                    if part["units"]:
                        place = sums[nth, kind["aspect"], mode]
                        place[0] += part["units"]
                        place[1] += part["units"] * part["observed"]
    for nth in sorted({place[0] for place in sums}):
        cells = []
        for aspect in ("question", "level_1"):
            for mode in MODES:
                units, right = sums[nth, aspect, mode]
                cells.append(f"{short(right / units)} ({units})" if units else "–")
        print(f"| {nth / 10:.1f}–{(nth + 1) / 10:.1f} | {' | '.join(cells)} |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", required=True)
    options.add_argument("--dev", required=True, type=Path)
    options.add_argument("--work", required=True, type=Path)
    options.add_argument("--only", action="append", default=[])
    options = options.parse_args()
    sets = [*annomi(options.dev), *scenes(options.dev), *sessions(options.dev)]
    if options.only:
        sets = [one for one in sets if one.name in options.only]
        if not sets:
            sys.exit(f"--only: the sets are {', '.join(TITLES)}")
    print("What the weights have seen in training is among these codings: these figures are those of the")
    print("program as it is, not of unseen talk. `scripts/train-coder` judges every sentence by weights that")
    print("have not seen its transcript or writer; the figures of new talk lie nearer to those.")
    print()
    print("Kappa, F1 (precision / recall); a question is found when both have one, open or closed.")
    print()
    print("| codings | what | units | as punctuated | words only | coders with each other, kappa |")
    print("|---" * 6 + "|")
    all_found = {}
    for one in sets:
        all_found[one.name] = measured(options.program, options.work, one)
        rows(one.name, all_found[one.name])
        if one.name == "annomi":
            for mode in MODES:
                without(options.work / f"annomi-{mode}", OPENS_EVERYTHING)
            name = "annomi without coder 3"
            all_found[name] = measured(options.program, options.work, one, "without.csv")
            rows(name, all_found[name])
        sys.stdout.flush()
    reliability(all_found, ["annomi"], "AnnoMI's turns, ten people")
    reliability(all_found, ["prescriptive_fr", "questions_fr"], "French phrases no weight has seen")
    seen = [name for name in all_found if name.startswith(("annomi_", "scenes", "sessions"))]
    reliability(all_found, seen, "machine-coded, seen in training")


if __name__ == "__main__":
    main()
