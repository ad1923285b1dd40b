#!/usr/bin/env python3
"""Prints the tables of BENCHMARKS.md that bench.py has no figures for: more_tables.py PREP_LOOP BATCH_JSON RUNS INPUT...

The stages of prep-loop on one thread and on two, and the batch of 40.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile


ROUNDS = 5


def loop(program, path, runs, threads):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, path, os.path.join(folder, "out"), str(runs), "1", str(threads)]
        done = subprocess.run(command + ["--quality", "90", "--subsampling", "420"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    program, batch, runs, *inputs = sys.argv[1:]
    print("\n### photo-prep's stages, median ms on one thread and on two\n")
    print("Medians of %d rounds of both; the last column is the median of the rounds' ratios. The planes of a JPEG are" % ROUNDS)
    print("reduced while they are decoded.\n")
    print("| input | 1: whole | decode | color | encode | 2: whole | decode | color | encode | 1 : 2 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for path in inputs:
        # In turns, so that a machine that is slower for a while is so for both.
        rounds = [[loop(program, path, runs, threads) for threads in (1, 2)] for _ in range(ROUNDS)]
        median = lambda threads, of: statistics.median(of(r[threads]) for r in rounds)
        whole = lambda result: statistics.median(result["ms"])
        cells = []
        for threads in (0, 1):
            stages = [median(threads, lambda r: r["stages"].get(name, 0.0)) for name in ("decode", "color", "encode")]
            cells += ["%.0f" % ms for ms in [median(threads, whole)] + stages]
        gain = statistics.median(whole(one) / whole(two) for one, two in rounds)
        print("| %s | %s | %.2f |" % (os.path.basename(path), " | ".join(cells), gain))
    print("\n### The batch of 40 mixed files, two at a time\n")
    print("| peer | seconds | images/s | peak memory (MB) |\n|---|---|---|---|")
    for row in json.load(open(batch)):
        print("| %s | %.2f | %.2f | %d |" % (row["peer"], row["seconds"], row["images_per_s"], row["peak_mb"]))


main()
