"""Transcribes a mono 16 kHz WAV with faster-whisper: peer_faster_whisper.py WAV LANGUAGE MODEL THREADS.

Prints one line of JSON: the CPU and wall time spent before the work began, and the words heard.
"""

import json
import sys
import time

born = time.perf_counter()
from faster_whisper import WhisperModel  # noqa: E402

from wav import samples  # noqa: E402

start = {"cpu_s": time.process_time(), "wall_s": time.perf_counter() - born}
wav, language, model, threads = sys.argv[1:]
whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=int(threads))
segments, _ = whisper.transcribe(samples(wav), language=language, beam_size=1, vad_filter=True)
print(json.dumps({**start, "words": sum(len(s.text.split()) for s in segments)}))
