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


def loop(program, path, runs, threads):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, path, os.path.join(folder, "out"), str(runs), "1", str(threads)]
        done = subprocess.run(command + ["--quality", "90", "--subsampling", "420"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    program, batch, runs, *inputs = sys.argv[1:]
    print("\n### photo-prep's stages, median ms on one thread and on two\n")
    print("The planes of a JPEG are reduced while they are decoded.\n")
    print("| input | 1: whole | decode | colour | encode | 2: whole | decode | colour | encode | 1 : 2 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for path in inputs:
        cells, whole = [], []
        for threads in (1, 2):
            result = loop(program, path, runs, threads)
            whole.append(statistics.median(result["ms"]))
            stages = [result["stages"].get(name, 0.0) for name in ("decode", "color", "encode")]
            cells += ["%.0f" % whole[-1]] + ["%.0f" % ms for ms in stages]
        print("| %s | %s | %.2f |" % (os.path.basename(path), " | ".join(cells), whole[0] / whole[1]))
    print("\n### The batch of 40 mixed files, two at a time\n")
    print("| peer | seconds | images/s | peak memory (MB) |\n|---|---|---|---|")
    for row in json.load(open(batch)):
        print("| %s | %.2f | %.2f | %d |" % (row["peer"], row["seconds"], row["images_per_s"], row["peak_mb"]))


main()
