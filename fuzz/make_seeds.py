"""Makes fuzz/seeds: small files of every shape our own readers know. Needs ffmpeg; run from the project's
root. The seeds are committed: run it again only when a shape is added."""

import json
import struct
import subprocess
from pathlib import Path

SEEDS = Path("fuzz/seeds")


def put(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def ffmpeg(name, *options, seconds=0.1):
    path = Path("/tmp") / f"openfloor-seed-{name}"
    source = f"sine=frequency=300:sample_rate=16000:duration={seconds}"
    bare = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *bare, *options, path], check=True)
    content = path.read_bytes()
    path.unlink()
    return content


def box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def mp4():
    put("mp4", "aac.m4a", ffmpeg("a.m4a"))
    put("mp4", "faststart.m4a", ffmpeg("b.m4a", "-movflags", "+faststart"))
    put("mp4", "fragments.mp4", ffmpeg("c.mp4", "-movflags", "+frag_keyframe+empty_moov"))
    put("mp4", "alac.m4a", ffmpeg("d.m4a", "-c:a", "alac"))
    put("mp4", "pcm.mov", ffmpeg("e.mov", "-c:a", "pcm_s16le", seconds=0.02))
    # Apple's tag, a 64-bit box, an empty edit: what ffmpeg does not write.
    text = b"\0\0\0\x01\0\0\0\0 00000000 00000840 000001CA 00000000003F31F6 00000000"
    tag = box(b"----", box(b"name", b"\0\0\0\0iTunSMPB"), box(b"data", text))
    udta = box(b"udta", box(b"meta", bytes(4), box(b"ilst", tag)))
    tkhd = box(b"tkhd", b"\x01", bytes(19), struct.pack(">I", 1), bytes(60))
    mdhd = box(b"mdhd", b"\x01", bytes(19), struct.pack(">IQ", 48000, 480000), bytes(4))
    hdlr = box(b"hdlr", bytes(8), b"soun", bytes(12))
    stsd = box(b"stsd", bytes(4), struct.pack(">I", 1), box(b"mp4a", bytes(28)))
    stts = box(b"stts", bytes(4), struct.pack(">III", 1, 469, 1024))
    edits = struct.pack(">QqHHQqHH", 250, -1, 1, 0, 9900, 1024, 1, 0)
    elst = box(b"edts", box(b"elst", b"\x01\0\0\0", struct.pack(">I", 2), edits))
    trak = box(b"trak", tkhd, elst, box(b"mdia", mdhd, hdlr, box(b"minf", box(b"stbl", stsd, stts))))
    mvhd = box(b"mvhd", bytes(12), struct.pack(">II", 1000, 10000))
    large = struct.pack(">I4sQ", 1, b"free", 24) + bytes(8)
    put("mp4", "apple.m4a", box(b"ftyp", b"M4A ") + large + box(b"moov", mvhd, trak, udta) + box(b"mdat", bytes(8)))


def wav():
    short = 0.01
    put("wav", "pcm.wav", ffmpeg("a.wav", seconds=short))
    put("wav", "adpcm.wav", ffmpeg("b.wav", "-c:a", "adpcm_ima_wav", seconds=0.1))
    put("wav", "float.wav", ffmpeg("c.wav", "-c:a", "pcm_f32le", "-ac", "2", seconds=short))
    put("wav", "rf64.wav", ffmpeg("d.wav", "-rf64", "always", seconds=short))
    put("wav", "six.wav", ffmpeg("e.wav", "-ac", "6", seconds=short))


def sniff():
    head = 600
    for name, options in {
        "id3.mp3": ["-c:a", "libmp3lame", "-id3v2_version", "3", "-metadata", "title=x"],
        "flac.flac": [], "opus.ogg": ["-c:a", "libopus"], "vorbis.ogg": ["-c:a", "libvorbis"],
        "matroska.mkv": ["-c:a", "flac"], "adts.aac": [], "caf.caf": [], "aiff.aiff": [], "asf.wma": [],
    }.items():  # fmt: skip
        put("sniff", name, ffmpeg(name, *options)[:head])
    put("sniff", "text.txt", "Bonjour, c'était bien.".encode())
    put("sniff", "archive.zip", b"PK\x03\x04\x14\0\x06\0" + bytes(22))


def model():
    parameters = [51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 7]
    head = struct.pack("<I11i", 0x67676D6C, *parameters) + struct.pack("<2i", 80, 201)
    words = struct.pack("<i", 50000) + bytes(4 * 50000)
    tensor = struct.pack("<3i", 1, 4, 8) + struct.pack("<i", 32) + b"name" + bytes(34)
    put("model", "whole.bin", head + bytes(80 * 201 * 4) + words + 50 * tensor)
    put("model", "cut.bin", head + bytes(400))


def log():
    lines = [
        {"schema": "openfloor.words/1", "tool_version": "0", "fingerprint": "f"},
        {"facts": {"language": "en"}},
        {"entry": {"index": 0, "words": [{"text": "x", "start_ms": 0, "end_ms": 10}]}},
        {"entry": {"index": 1, "words": []}},
    ]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    put("log", "whole.jsonl", text.encode())
    put("log", "torn.jsonl", text.encode()[:-20])


def frames():
    def frame(kind, payload):
        return kind + struct.pack("<I", len(payload)) + payload

    facts = {"duration_ms": 1000, "channels": 2, "sample_rate_hz": 16000, "container": "wav", "codec": "pcm_s16le",
             "tracks": 1, "damaged": [{"start_ms": 10, "end_ms": 20}], "declared_ms": 1000}  # fmt: skip
    messages = [{"began": {"stage": "decode", "total_ms": 1000}}, {"channels": 2},
                {"advanced": {"stage": "decode", "done_ms": 1000}}, {"decoded": facts}]  # fmt: skip
    told = [frame(b"M", json.dumps(message).encode()) for message in messages]
    sound = frame(b"S", struct.pack("<H4h", 1, 1, -1, 2, -2))
    put("frames", "decoded.bin", told[0] + told[1] + sound + told[2] + told[3])
    path = {"Unix": list(b"/talk.wav")}
    failed = [{"failed": {"decode": {"path": path, "wrong": "it is odd", "remedy": "copy it again"}}},
              {"failed": {"read_file": {"path": path, "source": {"number": 5}}}}, {"failed": "cancelled"}]  # fmt: skip
    for number, message in enumerate(failed):
        put("frames", f"failed-{number}.bin", frame(b"M", json.dumps(message).encode()))


for make in (mp4, wav, sniff, model, log, frames):
    make()
