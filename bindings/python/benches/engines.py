"""Prepares a folder by one way and tells time, memory and results: python engines.py WAY FOLDER OUT
Compares the lines that such runs gave, in the order of their rounds: python engines.py compare LINES

Ways: program (the command line), many, one (`prepare` in a loop), threads (`prepare` from 8 threads), arrow, daft, ray,
spark. Each reads the files, prepares them and writes or hashes what comes out. One line of JSON: seconds without the start
of the engine, seconds of CPU of all processes, the most memory that all processes had, the most resident memory of a process
that has photo_prep in it in each tenth of the run, and a digest of each file's name, verdict, and SHA-256 or error. The same
digest means the same results.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "examples"))
ROOT = Path(__file__).resolve().parents[3]
CLI = os.environ.get("PHOTO_PREP_CLI", str(ROOT / "target/release/examples/prep-and-upload"))
OPTIONS = {"max_pixels": 250_000, "max_bytes": 100_000}
BATCH = 32


class Memory(threading.Thread):
    """The most memory that this process and its descendants had together, without what they share; and of those that
    have photo_prep in them, the most resident memory over time. Looked at once a second: the kernel goes through all
    pages for it, while the process waits."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self._end = 0, threading.Event()
        self._workers = []

    def run(self):
        while not self._end.wait(1):
            processes = descendants(os.getpid())
            self.peak = max(self.peak, sum(map(proportional, processes)))
            resident = [size for size in map(resident_worker, processes) if size]
            self._workers.append((time.perf_counter(), max(resident, default=0)))

    def stop(self):
        self._end.set()
        self.join()
        return self.peak

    def of_workers(self, seconds):
        """In MB, the most in each tenth of the last so many seconds; `None` where nothing was looked at."""
        end = time.perf_counter()
        tenths = [[] for _ in range(10)]
        for at, size in self._workers:
            share = 1 - (end - at) / seconds
            if 0 <= share < 1 and size:
                tenths[int(share * 10)].append(size)
        return [round(max(sizes) / 1e6) if sizes else None for sizes in tenths]


def descendants(root):
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                pass
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def proportional(pid):
    try:
        for line in Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def resident_worker(pid):
    """Resident bytes of a process that prepares pictures."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        # A JVM has thousands of maps.
        if "java" in program:
            return None
        if "prep-and-upload" not in program and "photo_prep" not in Path(f"/proc/{pid}/maps").read_text():
            return None
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, IndexError):
        return None


def digest(content):
    return sha256(content).hexdigest()


def of_item(item):
    """Name, verdict and digest, or the error's code."""
    if item.prepared is None:
        return Path(item.source).name, "unfixable", item.error.kind
    return Path(item.source).name, item.prepared.verdict, digest(item.prepared.bytes)


def of_row(path, row):
    return Path(path).name, row["verdict"], digest(row["bytes"]) if row["bytes"] is not None else row["error_code"]


def program(folder, out):
    arguments = [word for name, value in OPTIONS.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    began = time.perf_counter()
    run = subprocess.run([CLI, "prep", folder, "--out", out, "--json", *arguments], capture_output=True, text=True)
    seconds = time.perf_counter() - began
    lines = []
    for line in map(json.loads, run.stdout.splitlines()):
        good = line["status"] == "ok"
        what = (line["verdict"]["before"], line["out"]["sha256"]) if good else ("unfixable", line["error"]["kind"])
        lines.append((Path(line["file"]).name, *what))
    return seconds, lines


def files(folder):
    return sorted(str(path) for path in Path(folder).iterdir())


def many(folder, out):
    import photo_prep

    paths, lines = files(folder), []
    began = time.perf_counter()
    # As the program: SHA-256 of both files, and one file written for each picture.
    for item in photo_prep.prepare_many(paths, sha256=True, **OPTIONS):
        if item.prepared is not None:
            item.prepared.save(Path(out, Path(item.source).stem))
            lines.append((Path(item.source).name, item.prepared.verdict, item.prepared.report["output"]["sha256"]))
        else:
            lines.append(of_item(item))
    return time.perf_counter() - began, lines


def prepared(path):
    import photo_prep

    try:
        done = photo_prep.prepare(path, **OPTIONS)
        return Path(path).name, done.verdict, digest(done.bytes)
    except photo_prep.PhotoPrepError as error:
        return Path(path).name, "unfixable", error.kind


def one(folder, out):
    paths = files(folder)
    began = time.perf_counter()
    lines = [prepared(path) for path in paths]
    return time.perf_counter() - began, lines


def threads(folder, out):
    paths = files(folder)
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        lines = list(pool.map(prepared, paths))
    return time.perf_counter() - began, lines


def memory_only(folder, out):
    """`prepare_many`, the results only hashed, as by the engines."""
    import photo_prep

    paths = files(folder)
    began = time.perf_counter()
    lines = [of_item(item) for item in photo_prep.prepare_many(paths, **OPTIONS)]
    return time.perf_counter() - began, lines


def arrow(folder, out):
    import photo_prep
    import pyarrow

    paths, lines = files(folder), []
    began = time.perf_counter()
    for first in range(0, len(paths), BATCH):
        column = pyarrow.array([Path(path).read_bytes() for path in paths[first : first + BATCH]])
        rows = photo_prep.prepare_arrow(column, **OPTIONS).to_pylist()
        lines += map(of_row, paths[first : first + BATCH], rows)
    return time.perf_counter() - began, lines


def daft_paths(folder, out):
    """Daft lists the files, `prepare_arrow` reads them."""
    return daft(folder, out, download=False)


def daft(folder, out, download=True):
    import daft
    import photo_prep

    kind = daft.DataType.from_arrow_type(photo_prep.arrow_type())

    @daft.func.batch(return_dtype=kind, batch_size=BATCH, use_process=False)
    def photos(column: daft.Series) -> daft.Series:
        return daft.Series.from_arrow(photo_prep.prepare_arrow(column, **OPTIONS))

    began = time.perf_counter()
    frame = daft.from_glob_path(f"{folder}/*").select("path")
    files = frame["path"].download(on_error="null") if download else frame["path"]
    frame = frame.with_column("photo", photos(files))
    lines = [of_row(row["path"], row["photo"]) for row in frame.iter_rows(results_buffer_size=1)]
    return time.perf_counter() - began, lines


def ray(folder, out):
    import photo_prep
    import pyarrow
    import ray

    def photos(batch):
        return pyarrow.table(
            {"path": batch["path"], "photo": photo_prep.prepare_arrow(batch["bytes"], threads=1, **OPTIONS)}
        )

    ray.init(num_cpus=os.cpu_count(), include_dashboard=False, log_to_driver=False, object_store_memory=512 << 20)
    began = time.perf_counter()
    rows = ray.data.read_binary_files(folder, include_paths=True)
    rows = rows.map_batches(photos, batch_format="pyarrow", batch_size=BATCH, zero_copy_batch=True)
    lines = [of_row(row["path"], row["photo"]) for row in rows.iter_rows()]
    return time.perf_counter() - began, lines


def spark(folder, out):
    import photo_prep
    import pyarrow
    from pyspark.sql import SparkSession
    from with_spark import SCHEMA

    def photos(batches):
        for batch in batches:
            rows = photo_prep.prepare_arrow(batch["content"], threads=1, **OPTIONS)
            columns = dict(zip(rows.type.names, rows.flatten()))
            columns["bytes"] = columns["bytes"].cast(pyarrow.binary())
            yield pyarrow.RecordBatch.from_pydict({"path": batch["path"], **columns})

    builder = SparkSession.builder.master(f"local[{os.cpu_count()}]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
    session = builder.config("spark.sql.files.maxPartitionBytes", str(32 << 20)).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    began = time.perf_counter()
    frame = session.read.format("binaryFile").load(folder).select("path", "content").mapInArrow(photos, SCHEMA)
    lines = [of_row(row["path"], row.asDict()) for row in frame.toLocalIterator()]
    return time.perf_counter() - began, lines


WAYS = {way.__name__: way for way in (program, many, one, threads, memory_only, arrow, daft, daft_paths, ray, spark)}


#: What is compared: a way, the way that it is measured by, and the least ratio of their throughputs.
PAIRS = [("many", "program", 0.95), ("daft", "memory_only", 0.85)]


def compare(path):
    """Medians of the ratios of the rounds, by the clock. Runs of a round are side by side, so that what else the
    machine does falls on both."""
    told = [json.loads(line) for line in Path(path).read_text().splitlines()]
    seconds = {}
    for line in told:
        seconds.setdefault(line["way"], []).append((line["seconds"], line["cpu"]))
    for way, base, bar in PAIRS:
        rounds = list(zip(seconds.get(way, []), seconds.get(base, [])))
        if not rounds:
            continue
        clock, cpu = ([its[n] / ours[n] for ours, its in rounds] for n in (0, 1))
        middle = statistics.median(clock)
        said = "reached" if middle >= bar else "MISSED"
        each = " ".join(f"{ratio:.2f}" for ratio in clock)
        print(f"{way} / {base}: {middle:.3f} by the clock ({each}), {statistics.median(cpu):.3f} by CPU; {bar} is {said}")
    for line in told:
        print(f"{line['way']:>12} {line['seconds']:7.2f} s, most MB of a worker by tenths of the run: {line['workers_mb']}")
    results = {line["digest"] for line in told}
    print(f"{len(told)} runs, {len(results)} result(s): {told[0]['verdicts']}")
    return 0 if len(results) == 1 else 1


def main():
    if sys.argv[1] == "compare":
        sys.exit(compare(sys.argv[2]))
    way, folder, out = sys.argv[1:]
    Path(out).mkdir(parents=True, exist_ok=True)
    memory = Memory()
    memory.start()
    seconds, lines = WAYS[way](os.path.abspath(folder), out)
    workers = memory.of_workers(seconds)
    peak = max(memory.stop(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {
        "way": way,
        "files": len(lines),
        "seconds": round(seconds, 2),
        "cpu": round(sum(one.ru_utime + one.ru_stime for one in used), 2),
        "peak_mb": round(peak / 1e6),
        "workers_mb": workers,
        "verdicts": dict(sorted(Counter(verdict for _, verdict, _ in lines).items())),
        "digest": digest("\n".join(" ".join(line) for line in sorted(lines)).encode())[:16],
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
