#!/usr/bin/env python3
"""How good pictures are that were fitted to a byte limit: twenty pictures, three limits, four programs.

    fitting_quality.py PREP_LOOP METRIC [FOLDER]    (the program of `cargo build --release -p photo-prep --example prep-loop`, and
                                                     the one built of ../shared/peers/metric; jpegoptim and convert in the PATH)

SSIMULACRA2 of each result against the source, both decoded by Pillow; nobody may take pixels away (quality floor 1). `bisection` is the
highest quality of libjpeg-turbo, with optimized Huffman tables and the source's sampling, that fits. Prints a table in Markdown.
"""

import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../../shared/peers"))
import make_corpus  # noqa: E402

LIMITS = (10_000_000, 1_000_000, 300_000)


def sources(folder):
    """Twenty JPEGs: sixteen of 3 MP at qualities from 85 to 98 and three samplings, four of 10 MP that weigh over 10 MB."""
    photos = make_corpus.package_photos()
    for n in range(20):
        large = n >= 16
        path = folder / f"{n:02}.jpg"
        if not path.exists():
            size = (3600, 2700) if large else (2000, 1500)
            picture = make_corpus.picture(*size, 900 + n, photos, 9.0 if large else 1.0 + 0.3 * n)
            quality, sampling = (98, 0) if large else (85 + n % 14, (2, 2, 1, 0)[n % 4])
            picture.save(path, quality=quality, subsampling=sampling)
        yield path


def bisection(source, limit, out):
    picture, sampling = Image.open(source), {"2x2": 2, "2x1": 1, "1x1": 0}
    factors = picture.layer[0][1:3]
    best, low, high = None, 1, 100
    while low <= high:
        quality, data = (low + high) // 2, io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, subsampling=sampling["%dx%d" % factors])
        if data.tell() <= limit:
            best, low = data.getvalue(), quality + 1
        else:
            high = quality - 1
    out.write_bytes(best)


def run(*command):
    subprocess.run([str(c) for c in command], check=True, capture_output=True)


def fitted(prep, source, limit, out):
    """Each program's file, by its name."""
    files = {name: out / f"{name}.jpg" for name in ("photo-prep", "jpegoptim", "convert", "bisection")}
    run(prep, source, files["photo-prep"], 1, 0, 0, "--max-bytes", limit, "--quality-floor", 1)
    files["jpegoptim"].write_bytes(source.read_bytes())
    run("jpegoptim", "-q", "-s", f"--size={limit // 1024}k", files["jpegoptim"])
    run("convert", source, "-strip", "-define", f"jpeg:extent={limit // 1024}KB", files["convert"])
    bisection(source, limit, files["bisection"])
    return files


def score(metric, source, result, folder):
    paths = [folder / "a.ppm", folder / "b.ppm"]
    for picture, path in zip((source, result), paths):
        Image.open(picture).convert("RGB").save(path)
    done = subprocess.run([metric, *map(str, paths), "ssim2"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["ssimulacra2"]


def main():
    prep, metric = sys.argv[1:3]
    kept = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    rows, worse = {limit: [] for limit in LIMITS}, []
    with tempfile.TemporaryDirectory() as name:
        folder = kept or pathlib.Path(name)
        folder.mkdir(exist_ok=True)
        work = pathlib.Path(name)
        for source in sources(folder):
            for limit in (x for x in LIMITS if x < os.path.getsize(source)):
                files = fitted(prep, source, limit, work)
                scores = {k: score(metric, source, f, work) for k, f in files.items()}
                sizes = {k: f.stat().st_size for k, f in files.items()}
                rows[limit].append((scores, sizes))
                held = {k: s for k, s in scores.items() if sizes[k] <= limit}
                if scores["photo-prep"] < max(held.values()):
                    worse.append((source.name, limit, scores, sizes))
                print(source.name, limit, scores, sizes, file=sys.stderr, flush=True)
    print("| limit | pictures | " + " | ".join(f"{k}: SSIMULACRA2, % of the limit" for k in scores) + " |")
    print("|---|---|" + "---|" * len(scores))
    for limit, all_of in rows.items():
        cells = []
        for k in scores:
            mean = statistics.mean(s[k] for s, _ in all_of)
            share = 100 * statistics.mean(z[k] / limit for _, z in all_of)
            over = sum(z[k] > limit for _, z in all_of)
            cells.append(f"{mean:.2f}, {share:.1f}" + (f" ({over} too large)" if over else ""))
        print(f"| {limit:,} | {len(all_of)} | " + " | ".join(cells) + " |")
    print()
    cases = sum(len(r) for r in rows.values())
    print(f"In {cases - len(worse)} of {cases} cases nobody's file that held the limit was better than photo-prep's.")
    for name, limit, scores, sizes in worse:
        best = max(scores, key=lambda k: scores[k] if sizes[k] <= limit else -1e9)
        print(f"Worse: {name}, {limit:,}: {scores['photo-prep']:.2f}, {best} {scores[best]:.2f}.")


main()
