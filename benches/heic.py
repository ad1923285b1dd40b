#!/usr/bin/env python3
"""Times an iPhone-like HEIC (12 MP, 8x6 tiles of 512x512 pixels) on its way to a JPEG of 10 MP, beside pillow-heif and Pillow.

usage: python3 benches/heic.py PROGRAM [--runs N] [--folder DIR]      needs pillow, pillow-heif and numpy
PROGRAM is target/release/examples/prep-and-upload. Whole processes, in turns; medians of wall time in ms, and peak memory in MB.
"""
import argparse, importlib.util, os, resource, statistics, subprocess, sys, tempfile, time
import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))

def maker():
    path = os.path.join(HERE, "..", "crates", "photo-prep", "tests", "data", "heic", "make.py")
    spec = importlib.util.spec_from_file_location("make", path)
    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
    return module

def photo(width, height):
    """Noise of all sizes, as leaves, grass and skin have it; the same each time."""
    random = np.random.default_rng(7); total = np.zeros((height, width, 3), np.float32)
    for octave in range(8):
        w, h = max(2, width >> (8 - octave)), max(2, height >> (8 - octave))
        noise = Image.fromarray(random.integers(0, 256, (h, w, 3), np.uint8)).resize((width, height), Image.BICUBIC)
        total += (np.asarray(noise, np.float32) - 127) / 1.55 ** octave
    return Image.fromarray(np.clip(total * 0.8 + 120, 0, 255).astype(np.uint8))

def make(path, width=4032, height=3024, tile=512):
    m = maker(); tiles, columns, rows = m.cut(photo(width, height), (tile, tile))
    file = m.File()
    file.primary = m.grid(file, [m.coded(t, quality=55, **m.FULL601) for t in tiles], columns, rows, (width, height), properties=(m.irot(3),))
    open(path, "wb").write(file.bytes(in_idat=(file.primary,)))

PEER = """
import sys, pillow_heif
from PIL import Image
image = pillow_heif.open_heif(sys.argv[1]).to_pillow()
image = image.resize((2738, 3651), Image.LANCZOS)
image.save(sys.argv[2], quality=92, subsampling=2)
"""

def run(command):
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return (time.perf_counter() - start) * 1e3, usage.ru_maxrss / 1024

def main():
    ap = argparse.ArgumentParser(); ap.add_argument("program"); ap.add_argument("--runs", type=int, default=5); ap.add_argument("--folder")
    args = ap.parse_args()
    folder = args.folder or tempfile.mkdtemp()
    source = os.path.join(folder, "iphone_like.heic")
    if not os.path.exists(source): make(source)
    print(f"{source}: {os.path.getsize(source)} bytes")
    ours = [args.program, "prep", source, "--out", os.path.join(folder, "ours.jpg"), "--quality", "92"]
    jobs = {
        "photo-prep": ours, "photo-prep, 1 thread": [*ours, "--threads", "1"],
        "pillow-heif": [sys.executable, "-c", PEER, source, os.path.join(folder, "peer.jpg")],
    }
    seen = {name: [] for name in jobs}
    for _ in range(args.runs + 1):
        for name, command in jobs.items(): seen[name].append(run(command))
    for name, all_runs in seen.items():
        times, memory = zip(*all_runs[1:])
        print(f"{name}: {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f}), {max(memory):.0f} MB")
    ratio = statistics.median(t[0] / o[0] for t, o in zip(seen["pillow-heif"][1:], seen["photo-prep"][1:]))
    threads = statistics.median(t[0] / o[0] for t, o in zip(seen["photo-prep, 1 thread"][1:], seen["photo-prep"][1:]))
    print(f"pillow-heif / photo-prep: {ratio:.2f}; one thread / two: {threads:.2f}")

main()
