"""Makes a folder of mixed pictures from fixed seeds, one in twenty of them broken: python mixed.py FOLDER COUNT

What people have: JPEGs of phones in all orientations, some of 12 MP, photos and drawings in other formats, a few files that
are cut off, damaged, or no pictures at all. No two files are the same.
"""

import io
import sys
from pathlib import Path

import numpy
from PIL import Image

#: Pixels of the pictures, from a thumbnail to a phone's.
SIZES = [(640, 480), (1024, 768), (1600, 1200), (1200, 1600), (2048, 1536), (4000, 3000)]
#: How often, of 20, each size is.
WEIGHTS = [5, 5, 4, 2, 3, 1]


def photo(random, width, height):
    """Smooth shapes, edges and noise."""
    small = random.integers(0, 256, (height // 64 + 2, width // 64 + 2, 3), dtype=numpy.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    array = numpy.asarray(image).astype(numpy.int16)
    array += random.integers(-12, 13, (height, width, 1), dtype=numpy.int16)
    return Image.fromarray(array.clip(0, 255).astype(numpy.uint8))


def drawing(random, width, height):
    """Few colors in blocks."""
    small = random.integers(0, 8, (height // 20 + 1, width // 20 + 1), dtype=numpy.uint8) * 32
    return Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST).convert("RGB")


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(random, image, number):
    exif = Image.Exif()
    exif[0x0112] = int(random.integers(1, 9))
    exif[0x010E] = f"picture {number}"
    quality = int(random.integers(75, 96))
    return saved(image, "JPEG", quality=quality, progressive=bool(random.integers(0, 5) == 0), exif=exif)


def whole(random, number, photos, drawings):
    """A file and its extension."""
    image = photos[random.integers(len(photos))]
    left, top = random.integers(0, 32, 2).tolist()
    image = image.crop((left, top, image.width, image.height))
    small = image.crop((0, 0, min(image.width, 1000), min(image.height, 800)))
    match random.integers(0, 20):
        case 0 | 1:
            return saved(small, "PNG", compress_level=3), "png"
        case 2:
            return saved(drawings[number % len(drawings)].crop((left, top, 900, 700)), "PNG"), "png"
        case 3:
            return saved(small, "WEBP", quality=85, method=0), "webp"
        case 4:
            return saved(small, "TIFF", compression="tiff_lzw"), "tif"
        case 5:
            return saved(drawings[number % len(drawings)].crop((left, top, 800, 600)), "GIF"), "gif"
        case 6:
            return saved(small, "BMP"), "bmp"
        case _:
            return jpeg(random, image, number), "jpg"


def broken(random, file):
    match random.integers(0, 4):
        case 0:
            return file[: len(file) // 2]
        case 1:
            return b"%PDF-1.7\n" + file[9:400]
        case 2:
            return random.bytes(500)
        case _:
            return file[:30]


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(24)
    shares = [n / sum(WEIGHTS) for n in WEIGHTS]
    photos = [photo(random, *SIZES[n]) for n in random.choice(len(SIZES), 40, p=shares)]
    drawings = [drawing(random, 1000, 800) for _ in range(8)]
    for number in range(count):
        file, extension = whole(random, number, photos, drawings)
        if number % 20 == 7:
            file = broken(random, file)
        (folder / f"{number:05}.{extension}").write_bytes(file)


main()
