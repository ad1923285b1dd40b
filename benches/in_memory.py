#!/usr/bin/env python3
"""Prints the table of pictures that need no decoding: in_memory.py PREP_LOOP IN RUNS

IN is within the limits, but has private metadata (ok8.jpg of ../shared/peers/make_corpus.py); what becomes of it needs nothing more. Files of
this size cost more to read, write and rename than such a picture takes to prepare, so both are told: with files, and from bytes to bytes
in memory. sharp is the fastest peer of the tables above. SHARP_FROM as for ../shared/peers/bench.py.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = 5


def times(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return statistics.median(json.loads(done.stdout)["ms"])


def main():
    program, picture, runs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        out, clean, copy = (pathlib.Path(folder) / name for name in ("out.jpg", "clean.jpg", "copy.jpg"))
        ours = lambda source, to: times(program, source, to, 4 * runs, 5, 0)
        ours(picture, clean)
        ours(clean, copy)
        if clean.read_bytes() != copy.read_bytes():
            sys.exit("a clean picture did not come back as it was")
        print("\n### Pictures that need no decoding\n")
        print("%s as it is, and once its private metadata is gone: the same bytes come back then. Median ms of %d rounds, in turns." % (picture.name, ROUNDS))
        print("\n| input | bytes | sharp-fast, in memory | photo-prep, in memory | sharp : photo-prep | photo-prep, with files |")
        print("|---|---|---|---|---|---|")
        for source in (picture, clean):
            sharp = lambda: times("node", HERE / "in_memory.mjs", source, runs, 1)
            rounds = [(sharp(), ours(source, "-"), ours(source, out)) for _ in range(ROUNDS)]
            peer, memory, files = (statistics.median(r[n] for r in rounds) for n in range(3))
            gain = statistics.median(r[0] / r[1] for r in rounds)
            print("| %s | %d | %.0f | %.3f | %.0f | %.1f |" % (source.name, os.path.getsize(source), peer, memory, gain, files))


main()
