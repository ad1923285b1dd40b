"""How others fit a picture to a limit of bytes: each function writes a file that holds it, or gives None.

`Job` has the source's path, the limit, a folder to work in, and `lossless`, a PNG of the source. JPEGs of what is transparent are of the
picture on white.
"""

import dataclasses
import io
import os
import pathlib
import shutil
import subprocess

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
FACTORS = {"2x2": 2, "2x1": 1, "1x1": 0}


@dataclasses.dataclass
class Job:
    source: pathlib.Path
    lossless: pathlib.Path
    limit: int
    folder: pathlib.Path

    def out(self, program, ending):
        return self.folder / f"{program}.{ending}"


def run(*command):
    return subprocess.run([str(c) for c in command], check=False, capture_output=True).returncode == 0


def on_white(picture):
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def sampling(job):
    """The source's, where it is a JPEG; else 4:2:0."""
    picture = Image.open(job.source)
    layer = getattr(picture, "layer", None)
    return FACTORS.get("%dx%d" % layer[0][1:3], 2) if layer else 2


def kept(job, path):
    """The path, where the file is there and holds the limit."""
    return path if path.exists() and 0 < path.stat().st_size <= job.limit else None


def highest(encode, limit):
    """The largest quality whose file holds the limit, by bisection."""
    best, low, high = None, 1, 100
    while low <= high:
        quality = (low + high) // 2
        data = encode(quality)
        if len(data) <= limit:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best


def libjpeg(job):
    """libjpeg-turbo's highest quality with optimized tables."""
    picture, factors, path = on_white(Image.open(job.source)), sampling(job), job.out("libjpeg", "jpg")

    def encode(quality):
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality, optimize=True, subsampling=factors)
        return data.getvalue()

    data = highest(encode, job.limit)
    path.write_bytes(data or b"")
    return kept(job, path)


def jpegli(job):
    """The highest quality of jpegli, where imagecodecs has it."""
    import imagecodecs
    import numpy

    if not hasattr(imagecodecs, "jpegli_encode"):
        return None
    picture, path = numpy.asarray(on_white(Image.open(job.source)).convert("RGB")), job.out("jpegli", "jpg")
    data = highest(lambda quality: imagecodecs.jpegli_encode(picture, level=quality), job.limit)
    path.write_bytes(data or b"")
    return kept(job, path)


def jpegoptim(job):
    """`--size`, of the source where it is a JPEG, else of one of quality 98."""
    path = job.out("jpegoptim", "jpg")
    if job.source.suffix in (".jpg", ".jpeg"):
        shutil.copyfile(job.source, path)
    else:
        on_white(Image.open(job.source)).save(path, quality=98, subsampling=2)
    run("jpegoptim", "-q", "-s", f"--size={job.limit // 1024}k", path)
    return kept(job, path)


def convert(job):
    """ImageMagick's `jpeg:extent`."""
    path = job.out("convert", "jpg")
    white = ("-background", "white", "-alpha", "remove")
    run("convert", job.source, *white, "-strip", "-define", f"jpeg:extent={job.limit // 1024}KB", path)
    return kept(job, path)


def pngquant(job):
    """The most colors that hold the limit, at full size."""
    path = job.out("pngquant", "png")
    for colors in (256, 128, 64, 32, 16, 8):
        run("pngquant", "--force", "--speed", "3", "--output", path, colors, job.lossless)
        if kept(job, path):
            return path
    return None


def oxipng(job):
    """Without loss, or not at all."""
    import oxipng as module

    path = job.out("oxipng", "png")
    # What lies more than twice above the limit without loss is not worth the minute.
    if job.lossless.stat().st_size > 2 * job.limit:
        return None
    module.optimize(str(job.lossless), str(path), level=4, optimize_alpha=True)
    return kept(job, path)


def by_node(program, ending):
    def fitted(job):
        path = job.out(program, ending)
        path.unlink(missing_ok=True)
        environment = {**os.environ, "SHARP_FROM": os.environ.get("SHARP_FROM", "")}
        command = ["node", HERE / "fitting_loops.mjs", program, job.lossless, job.limit, path]
        subprocess.run([str(c) for c in command], check=False, capture_output=True, env=environment)
        return kept(job, path)

    fitted.__doc__ = f"{program}: see fitting_loops.mjs"
    return fitted


ALL = {
    "jpegoptim": jpegoptim,
    "convert": convert,
    "libjpeg": libjpeg,
    "mozjpeg": by_node("mozjpeg", "jpg"),
    "jpegli": jpegli,
    "sharp-jpeg": by_node("sharp-jpeg", "jpg"),
    "pngquant": pngquant,
    "oxipng": oxipng,
    "sharp-png": by_node("sharp-png", "png"),
}
# Those that keep transparency, and those that take no pixels and are comparable with a JPEG of the same size.
PNGS = ("pngquant", "oxipng", "sharp-png")
