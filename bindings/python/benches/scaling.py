"""Whether threads of Python get the cores as threads of Rust do: python scaling.py FOLDER [FILES]

Prepares the same files by `prepare` from 1, 2, 4 and 8 Python threads, whose pool has as many (RAYON_NUM_THREADS), and by
`prepare_many`, which is Rust's `Batch`, with as many; in turn, three times; medians. Tells files a second, seconds of CPU, which
grow where threads stand in each other's way, and the cores that were at work, which what else the machine does bounds.
"""

import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OPTIONS = {"max_pixels": 250_000, "max_bytes": 100_000}
THREADS = [1, 2, 4, 8]
ROUNDS = 3


def by_python(paths, threads):
    import photo_prep

    def prepared(path):
        try:
            photo_prep.prepare(path, **OPTIONS)
        except photo_prep.PhotoPrepError:
            pass

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(prepared, paths))


def by_rust(paths, threads):
    import photo_prep

    for _ in photo_prep.prepare_many(paths, threads=threads, **OPTIONS):
        pass


def measured(way, threads, folder, files):
    """In a process of its own: seconds by the clock and of CPU."""
    paths = sorted(str(path) for path in Path(folder).iterdir())[:files]
    began, used = time.perf_counter(), time.process_time()
    {"python": by_python, "rust": by_rust}[way](paths, threads)
    print(len(paths), time.perf_counter() - began, time.process_time() - used)


def main():
    folder, files = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
    runs = {}
    for _ in range(ROUNDS):
        for threads in THREADS:
            for way in ("rust", "python"):
                env = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
                command = [sys.executable, __file__, "--one", way, str(threads), folder, str(files)]
                told = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.split()
                runs.setdefault((threads, way), []).append(tuple(map(float, told)))
    print("threads  way     files/s  CPU s  cores at work")
    for (threads, way), told in runs.items():
        count = told[0][0]
        seconds, cpu = (statistics.median(run[n] for run in told) for n in (1, 2))
        cores = statistics.median(run[2] / run[1] for run in told)
        print(f"{threads:7}  {way:6} {count / seconds:8.1f} {cpu:6.1f} {cores:10.2f}")
    for threads in THREADS:
        ratios = [rust[1] / python[1] for rust, python in zip(runs[threads, "rust"], runs[threads, "python"])]
        print(f"{threads} threads: Python has {statistics.median(ratios):.2f} of Rust's throughput, median of {ROUNDS} rounds")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        measured(sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        main()
