"""Judges what side_by_side.cjs has made, by Pillow and littleCMS: python3 side_by_side.py FOLDER prints a table.

The reference is the source as Pillow reads it: turned by its EXIF, converted to sRGB by its profile, transparency on white, reduced
by Lanczos to the size of what came out. The difference is the mean of all samples, 0 to 255."""

import io
import json
import pathlib
import sys

import numpy
import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None


def seen(path):
    """A picture as a viewer with color management shows it on white paper: RGB."""
    picture = Image.open(path)
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I;16") or picture.mode == "I":
        picture = Image.fromarray((numpy.asarray(picture, numpy.float64) / 257).round().astype(numpy.uint8))
    alpha = picture.getchannel("A") if "A" in picture.getbands() else None
    if picture.mode == "P" or alpha is not None:
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
        picture = picture.convert("RGB")
    if profile and picture.mode in ("RGB", "CMYK"):
        of_file = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        picture = ImageCms.profileToProfile(picture, of_file, ImageCms.createProfile("sRGB"), outputMode="RGB")
    picture = picture.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=alpha)
        picture = white
    return picture


def difference(one, other):
    return numpy.abs(numpy.asarray(one, numpy.float64) - numpy.asarray(other, numpy.float64)).mean()


def judged(result, folder):
    if "error" in result:
        return f"refused: {result['error'][:60]}", None
    path = folder / result["out"]
    made, source = seen(path), source_of(result)
    wide = [(size[0] > size[1]) for size in (made.size, source.size)]
    if made.size[0] != made.size[1] and wide[0] != wide[1]:
        return "on its side", None
    reference = source.resize(made.size, Image.Resampling.LANCZOS)
    off, turned = difference(made, reference), difference(made, reference.rotate(180))
    upright = "" if off <= turned else "upside down, "
    kilobytes = path.stat().st_size / 1000
    fits = "" if path.stat().st_size <= result["maxBytes"] else " **over**"
    kind = Image.open(path).format
    return f"{upright}off by {off:.1f}, {kind} {made.size[0]}x{made.size[1]}, {kilobytes:.0f} KB{fits}, {result['seconds']:.2f} s", off


def source_of(result, known={}):
    if result["file"] not in known:
        known[result["file"]] = seen(result["file"])
    return known[result["file"]]


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = {}
    for result in json.loads((folder / "results.json").read_text()):
        name = f"{result['name']} @ {result['maxBytes'] // 1000} KB, {result['maxSide']}"
        rows.setdefault(name, {})[result["tool"]] = judged(result, folder)[0]
    tools = list(next(iter(rows.values())))
    print("| picture |", " | ".join(tools), "|")
    print("|---" * (len(tools) + 1) + "|")
    for name, row in rows.items():
        print(f"| {name} |", " | ".join(row[tool] for tool in tools), "|")


main()
