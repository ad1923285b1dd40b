"""Pictures as they are given: bytes, paths, images of Pillow, arrays of NumPy."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any, Union

from . import _native

if TYPE_CHECKING:
    import numpy
    from PIL import Image

    Source = Union[bytes, bytearray, memoryview, str, os.PathLike[str], Image.Image, numpy.ndarray[Any, Any]]

#: EXIF's number for the orientation.
ORIENTATION = 0x0112
#: Modes of Pillow whose samples are stored as they are, with their channels.
CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
#: Modes that another one holds without loss.
WIDER = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB"}


def resolve(source: Source) -> Union[bytes, bytearray, str]:
    """The content of a file, or a path. What is only in memory becomes a file that nothing is lost in."""
    if isinstance(source, (bytes, bytearray)):
        return source
    if isinstance(source, memoryview):
        return bytes(source)
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source)
    pillow = sys.modules.get("PIL.Image")
    if pillow is not None and isinstance(source, pillow.Image):
        return of_pillow(source)
    if hasattr(source, "__array__"):
        return of_array(source)
    raise TypeError(f"no picture: {type(source).__name__}; give bytes, a path, an image of Pillow or an array of NumPy")


def of_pillow(image: Image.Image) -> bytes:
    """The image with its ICC profile and EXIF, which tells its orientation: as PNG, or as TIFF where PNG has no such
    colors."""
    image.load()
    icc, exif = image.info.get("icc_profile") or None, _exif(image)
    if image.mode in ("CMYK", "LAB"):
        return _tiff(image, icc)
    image = _without_palette(image)
    if image.mode in ("I;16", "I;16L", "I;16B"):
        samples, channels, bits = image.tobytes("raw", "I;16B"), 1, 16
    elif image.mode in CHANNELS:
        samples, channels, bits = image.tobytes(), CHANNELS[image.mode], 8
    else:
        raise TypeError(f'images of mode "{image.mode}" are not read: convert it to "RGB", "RGBA" or "L" first')
    return _native.png_of_samples(image.width, image.height, channels, bits, samples, icc, exif)


def of_array(source: Any) -> bytes:
    """An array of height x width or height x width x channels, ``uint8``, ``uint16`` or ``bool``, in sRGB: as PNG."""
    import numpy

    array = numpy.asarray(source)
    if array.dtype == numpy.bool_:
        array = array.astype(numpy.uint8) * 255
    if array.dtype not in (numpy.uint8, numpy.uint16):
        raise TypeError(f"arrays of {array.dtype} are not read: scale it to 0..255 and convert it to uint8")
    if array.ndim not in (2, 3):
        raise ValueError(f"an array of shape {array.shape} is no picture: give height x width (x channels)")
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    bits = 8 * array.dtype.itemsize
    samples = array.astype(">u2").tobytes() if bits == 16 else array.tobytes()
    return _native.png_of_samples(width, height, channels, bits, samples)


def _without_palette(image: Image.Image) -> Image.Image:
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode == "P" and image.palette is not None and image.palette.mode == "RGBA":
        return image.convert("RGBA")
    return image.convert(WIDER[image.mode]) if image.mode in WIDER else image


def _exif(image: Image.Image) -> Union[bytes, None]:
    exif = image.getexif()
    if not exif:
        return None
    try:
        block = exif.tobytes()
    except Exception:  # What a broken block raises is not documented; the orientation is what counts.
        only = type(exif)()
        only[ORIENTATION] = exif.get(ORIENTATION, 1)
        block = only.tobytes()
    return block[6:] if block.startswith(b"Exif\0\0") else block


def _tiff(image: Image.Image, icc: Union[bytes, None]) -> bytes:
    file = io.BytesIO()
    orientation = image.getexif().get(ORIENTATION, 1)
    image.save(file, "TIFF", icc_profile=icc, exif=b"", tiffinfo={ORIENTATION: orientation})
    return file.getvalue()
