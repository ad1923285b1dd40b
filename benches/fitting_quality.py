#!/usr/bin/env python3
"""How good pictures are that were fitted to a byte limit: all kinds of pictures, limits from 20 KB to 10 MB, photo-prep and others.

    fitting_quality.py PREP_LOOP METRIC [FOLDER] [--kinds photo,cutout] [--limits 20000,200000] [--programs libjpeg,pngquant]
                       [--pictures FOLDER] [--count 2] [--megapixels 3] [--json FILE]

PREP_LOOP is the program of `cargo build --release -p photo-prep --example prep-loop`, METRIC the one built of ../shared/peers/metric.
The pictures are photo_testkit's and twenty heavy JPEGs of real photos (kind `jpeg`), kept in FOLDER; or those of --pictures, named
for their kinds. Others: see fitting_witnesses.py; jpegoptim, convert and pngquant in the PATH, SHARP_FROM for node's.

A cell has the mean SSIMULACRA2 of the results brought to the planned size, and at 1,600 pixels, alpha on white; then how much of the
limit is used. Only limits that the source's own file breaks count; who can't hold a limit at all of a row's pictures has its count
behind. Prints tables in Markdown.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import fitting_pictures
import fitting_witnesses
from PIL import Image, ImageOps

Image.MAX_IMAGE_PIXELS = None
LIMITS = (20_000, 50_000, 100_000, 200_000, 300_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
MOST_PIXELS = 10_000_000
OURS = "photo-prep"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prep")
    parser.add_argument("metric")
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    for name, default in (("kinds", "jpeg," + ",".join(fitting_pictures.KINDS)), ("limits", ",".join(map(str, LIMITS)))):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--programs", default=",".join(fitting_witnesses.ALL))
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--megapixels", type=float, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def shown(path):
    return fitting_witnesses.on_white(ImageOps.exif_transpose(Image.open(path))).convert("RGB")


def planned(size):
    shrink = min(1, (MOST_PIXELS / (size[0] * size[1])) ** 0.5)
    return int(size[0] * shrink), int(size[1] * shrink)


class Scale:
    """Scores results against one source, at the planned size and at 1,600 pixels."""

    def __init__(self, metric, source, folder):
        self.metric, self.folder, picture = metric, folder, shown(source)
        full = planned(picture.size)
        shrink = min(1, 1600 / max(full))
        self.sizes = [full, (round(full[0] * shrink), round(full[1] * shrink))]
        for i, size in enumerate(self.sizes):
            picture.resize(size, Image.LANCZOS).save(folder / f"source{i}.ppm")

    def scores(self, result):
        picture = shown(result)
        return [self.score(picture, i) for i in range(len(self.sizes))]

    def score(self, picture, i):
        picture.resize(self.sizes[i], Image.LANCZOS).save(self.folder / "result.ppm")
        command = [self.metric, self.folder / f"source{i}.ppm", self.folder / "result.ppm", "ssim2"]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        return json.loads(done.stdout)["ssimulacra2"]


def ours(prep, job, kind):
    """The program's file. Of heavy JPEGs no pixels may be taken, so that the tables alone are compared."""
    floor = ("--quality-floor", 1) if kind == "jpeg" else ()
    command = [prep, job.source, job.folder / "ours", 1, 0, 0, "--max-bytes", job.limit, *floor]
    done = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)
    return pathlib.Path(json.loads(done.stdout)["out"])


def measured(options, kind, source, work):
    """A record for each limit that the source breaks and each program that holds it."""
    scale, lossless = Scale(options.metric, source, work), work / "lossless.png"
    picture = ImageOps.exif_transpose(Image.open(source))
    picture.resize(planned(picture.size), Image.LANCZOS).save(lossless) if planned(picture.size) != picture.size else picture.save(lossless)
    readable = source
    if source.suffix == ".ppm":
        readable = lossless
    for limit in (x for x in map(int, options.limits.split(",")) if x < readable.stat().st_size):
        job = fitting_witnesses.Job(readable, lossless, limit, work)
        names = options.programs.split(",") if kind != "jpeg" else [p for p in options.programs.split(",") if p not in fitting_witnesses.PNGS]
        files = {OURS: ours(options.prep, job, kind)}
        files |= {name: fitting_witnesses.ALL[name](job) for name in names if name}
        for name, path in files.items():
            record = {"kind": kind, "picture": source.name, "limit": limit, "program": name, "bytes": None}
            if path:
                full, viewed = scale.scores(path)
                record |= {"bytes": path.stat().st_size, "ending": path.suffix[1:], "full": full, "viewed": viewed}
            yield record
            print(record, file=sys.stderr, flush=True)


def cell(records, pictures):
    held = [r for r in records if r["bytes"] and r["bytes"] <= r["limit"]]
    if not held:
        return "–"
    full, viewed = (statistics.mean(r[k] for r in held) for k in ("full", "viewed"))
    share = 100 * statistics.mean(r["bytes"] / r["limit"] for r in held)
    missing = f" ({len(held)} of {pictures})" if len(held) < pictures else ""
    return f"{full:.1f} / {viewed:.1f}, {share:.0f} %{missing}"


def table(kind, records):
    """The lines of a kind's table: a row for each limit, a column for each program."""
    names = list(dict.fromkeys(r["program"] for r in records))
    yield f"#### {kind}"
    yield ""
    yield f"| limit | pictures | {' | '.join(names)} |"
    yield "|---|---|" + "---|" * len(names)
    for limit in sorted({r["limit"] for r in records}):
        row = [r for r in records if r["limit"] == limit]
        pictures = len({r["picture"] for r in row})
        cells = [cell([r for r in row if r["program"] == name], pictures) for name in names]
        yield f"| {limit:,} | {pictures} | {' | '.join(cells)} |"
    yield ""


def verdict(records):
    """In how many cases nobody's file was better, and the others."""
    cases = {}
    for r in records:
        if r["bytes"] and r["bytes"] <= r["limit"]:
            cases.setdefault((r["kind"], r["picture"], r["limit"]), {})[r["program"]] = r["full"]
    # What keeps transparency is not compared with what loses it.
    jpegs = set(fitting_witnesses.ALL) - set(fitting_witnesses.PNGS)
    worse = []
    for (kind, picture, limit), scores in cases.items():
        rivals = {k: v for k, v in scores.items() if kind not in ("cutout", "logo") or k not in jpegs}
        best = max(rivals, key=rivals.get)
        if rivals[best] > scores.get(OURS, -1e9):
            worse.append(f"* {picture}, {limit:,}: {scores.get(OURS, float('nan')):.2f}, {best} {rivals[best]:.2f}.")
    yield f"In {len(cases) - len(worse)} of {len(cases)} cases nobody's file that held the limit, and kept transparency, was better than {OURS}'s."
    yield ""
    yield from worse


def main():
    options = arguments()
    kinds = options.kinds.split(",")
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        folder = options.folder or work
        folder.mkdir(exist_ok=True)
        if options.pictures:
            pictures = fitting_pictures.of_folder(options.pictures)
        else:
            pictures = fitting_pictures.heavy_jpegs(folder) if "jpeg" in kinds else []
            if set(kinds) & set(fitting_pictures.KINDS):
                pictures += fitting_pictures.of_testkit(folder, options.count, options.megapixels)
        records = [r for kind, path in pictures if kind in kinds for r in measured(options, kind, path, work)]
    if options.json:
        options.json.write_text(json.dumps(records, indent=1))
    for kind in dict.fromkeys(r["kind"] for r in records):
        print("\n".join(table(kind, [r for r in records if r["kind"] == kind])))
    print("\n".join(verdict(records)))


if __name__ == "__main__":
    main()
