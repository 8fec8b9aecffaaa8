"""Transcribes a mono 16 kHz WAV with whisper.cpp: peer_whisper_cpp.py WAV LANGUAGE MODEL THREADS.

Prints one line of JSON: the CPU and wall time spent before the work began, and the words heard.
"""

import json
import sys
import time

born = time.perf_counter()
import numpy  # noqa: E402
from pywhispercpp.model import Model  # noqa: E402

from wav import samples  # noqa: E402

start = {"cpu_s": time.process_time(), "wall_s": time.perf_counter() - born}
wav, language, model, threads = sys.argv[1:]
whisper = Model(
    model,
    params_sampling_strategy=0,  # greedy
    redirect_whispercpp_logs_to=None,
    n_threads=int(threads),
    language=language,
    translate=False,
    print_progress=False,
    print_realtime=False,
)
segments = whisper.transcribe(numpy.ascontiguousarray(samples(wav)))
print(json.dumps({**start, "words": sum(len(s.text.split()) for s in segments)}))
