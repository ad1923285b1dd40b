"""Options of all functions, by the names that the command line has for them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, Union


class Options(TypedDict, total=False):
    """Keyword arguments of `prepare` and the others. What is absent or ``None`` has its default.

    >>> import photo_prep
    >>> avatar: photo_prep.Options = {"max_side": 48, "format": "jpeg"}
    >>> photo_prep.prepare("IMG_0815.jpg", **avatar).size
    (48, 36)
    """

    #: What the receiving service requires: the path of a TOML or JSON file, or a mapping with the same keys. The
    #: bounds below come before what it says.
    requirements: Union[str, os.PathLike[str], Mapping[str, Any]]
    #: What a known service requires; `presets` lists them (``"zoho-crm-photo"``).
    preset: str
    #: Most pixels of the result (10,000,000).
    max_pixels: int
    #: Most bytes of the result (10,000,000).
    max_bytes: int
    #: Most pixels across.
    max_width: int
    #: Most pixels down.
    max_height: int
    #: Most pixels of the longer side.
    max_side: int
    #: Width to height: one ratio, such as ``"1:1"``, or the narrowest and the widest, such as ``"3:4-16:9"``.
    aspect: str
    #: Cut off what is too wide or too high, around ``"center"`` or percent of width and height, such as ``"50,30"``.
    crop: str
    #: Fill what is missing in width or height with a color: ``"#rrggbb"``, ``"white"`` or ``"black"``.
    pad: str
    #: Enlarge pictures that are smaller than required; else they are refused (``False``).
    enlarge: bool
    #: What transparency is laid on where the result has none (``"white"``).
    background: str
    #: ``"auto"``, ``"jpeg"`` or ``"png"``.
    format: str
    #: Best JPEG quality, 1 to 100, or ``"best"``: 98 with chroma at full size (92, of lossless sources 95).
    quality: Union[int, str]
    #: Below this JPEG quality pixels are reduced in any case, 1 to 100 (25).
    quality_floor: int
    #: Chroma subsampling of new JPEGs: ``"auto"``, ``"420"`` or ``"444"``.
    subsampling: str
    #: What becomes of metadata: ``"strip"``, ``"keep-non-private"`` or ``"keep"``.
    metadata: str
    #: What becomes of color profiles: ``"auto"``, ``"preserve"`` or ``"srgb"``.
    color: str
    #: What becomes of incomplete blocks of a JPEG that is turned without loss: ``"exact"`` or ``"trim"``.
    edges: str
    #: What becomes of a picture that is not all there: ``"strict"`` or ``"truncated"``.
    tolerance: str
    #: How far a file is looked at whose compressed picture is kept: ``"full"`` or ``"structure"``.
    verify: str
    #: Whether reports tell the SHA-256 of what went in and came out (``False``).
    sha256: bool
    #: Most bytes of a file that is read (256 MiB).
    input_bytes: int
    #: Most pixels of a picture that is read (268,435,456).
    input_pixels: int
    #: Most scans of a JPEG that is read (256).
    input_scans: int
    #: Most steps of decoding a rare JPEG (1,200,000,000).
    input_decode_cost: int
    #: Most bytes of an ICC profile (4 MiB).
    input_icc_bytes: int
    #: Most bytes of EXIF (1 MiB).
    input_exif_bytes: int
    #: Most bytes of memory that one picture is estimated to need, its file not counted (512 MiB).
    input_memory: int


def for_native(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the text of the requirements, wherever it comes from."""
    given = dict(options)
    requirements = given.get("requirements")
    if isinstance(requirements, Mapping):
        given["requirements"] = json.dumps(dict(requirements))
    elif requirements is not None:
        given["requirements"] = Path(requirements).read_text(encoding="utf-8-sig")
    return given
