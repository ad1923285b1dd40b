"""One picture at a time."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _native
from ._options import Options, for_native
from ._sources import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from ._sources import Source


class Prepared:
    """A picture that holds the limits, stands upright and tells nothing private.

    >>> import photo_prep
    >>> prepared = photo_prep.prepare("IMG_0815.jpg")
    >>> prepared
    <Prepared: jpeg, 160x120, 8420 bytes>
    """

    __slots__ = ("_bytes", "_native", "_report")

    def __init__(self, native: _native.Prepared) -> None:
        self._native = native
        self._bytes: Optional[bytes] = None
        self._report: Optional[dict[str, Any]] = None

    @property
    def bytes(self) -> bytes:
        """The file."""
        if self._bytes is None:
            self._bytes = self._native.bytes()
        return self._bytes

    @property
    def format(self) -> str:
        """``"jpeg"`` or ``"png"``."""
        return self._native.format()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, upright, in pixels."""
        return self._native.size()

    @property
    def verdict(self) -> str:
        """Whether the file that came in met the requirements: ``"compliant"`` (the very same bytes came out) or
        ``"fixable"``."""
        return self._native.verdict()

    @property
    def attempt(self) -> str:
        """The attempt whose file came out: ``"as_is"``, ``"planned_quality"``, ``"fewer_pixels"``, ..."""
        return self._native.attempt()

    @property
    def quality(self) -> Optional[int]:
        """Quality of a new JPEG, 1 to 100."""
        return self._native.quality()

    @property
    def bytes_in(self) -> int:
        """How many bytes came in."""
        return self._native.bytes_in()

    @property
    def report(self) -> dict[str, Any]:
        """What was done: ``route``, ``violations``, ``attempts``, ``lossless``, ``input``, ``output``, ``quality``,
        ``stages`` (name and milliseconds), ``warnings``, and all of it in a sentence as ``summary``."""
        if self._report is None:
            self._report = json.loads(self._native.report())
        return self._report

    def save(self, path: Union[str, os.PathLike[str]]) -> str:
        """Writes the file, whole or not at all: to a temporary file beside it, then renamed. Where ``path`` has no
        extension, the right one is added. Returns the path of the file.

        Raises ``OSError`` with what the file system says.
        """
        return os.fspath(self._native.save(path))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {f"image/{self.format}": self.bytes, "text/plain": repr(self)}

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Prepared: {self.format}, {width}x{height}, {len(self._native)} bytes>"


@dataclass(frozen=True)
class Violation:
    """One thing that keeps a file from going as it is."""

    #: A stable name: ``"too_many_bytes"``, ``"not_upright"``, ``"private_metadata"``, ...
    code: str
    #: What was found.
    found: str
    #: What is allowed.
    allowed: str
    #: Whether preparing the picture mends it.
    fixable: bool
    #: Both in a sentence.
    message: str


@dataclass(frozen=True)
class Verdict:
    """Whether a file meets requirements, with all that it breaks."""

    #: ``"compliant"``, ``"fixable"`` or ``"unfixable"``.
    status: str
    #: All that keeps the file from going as it is; empty for a compliant one.
    violations: tuple[Violation, ...]
    #: What the header tells; ``None`` where it can't be read.
    info: Optional[dict[str, Any]]
    #: The verdict in a sentence.
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class ImageInfo:
    """The facts of a file, read from its headers without decoding a pixel."""

    #: The format, by content: ``"jpeg"``, ``"png"``, ``"gif"``, ``"bmp"``, ``"webp"``, ``"tiff"`` or ``"heic"``.
    format: str
    #: Width and height as people see it, upright, in pixels.
    size: tuple[int, int]
    #: How it is stored, as EXIF counts it, 1 (upright) to 8.
    orientation: int
    #: Bytes of the file.
    bytes: int
    #: Faults that do no harm to the picture.
    warnings: list[str]
    #: Everything that is known: ``model``, ``bit_depth``, ``alpha``, ``icc``, ``jpeg``, ``private_bytes``, ...
    details: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What would be done, and why."""

    #: ``"pass_through"``, ``"rewrite"``, ``"coefficients"`` or ``"pixels"``.
    route: str
    #: Bytes of memory that it is estimated to need.
    memory: int
    #: The plan as data.
    details: dict[str, Any]
    #: The plan in sentences.
    text: str

    def __str__(self) -> str:
        return self.text


def prepare(source: Source, **options: Unpack[Options]) -> Prepared:
    """Prepares a picture: ``bytes``, a path, an image of Pillow, or an array of NumPy (height x width x channels, RGB).

    >>> import photo_prep
    >>> prepared = photo_prep.prepare("IMG_0815.jpg")
    >>> [violation["code"] for violation in prepared.report["violations"]]
    ['not_upright', 'private_metadata']
    >>> again = photo_prep.prepare(prepared.bytes)
    >>> again.verdict, again.bytes == prepared.bytes
    ('compliant', True)

    Images and arrays come in as a PNG without loss, so that one within the limits comes out as PNG, if no format is
    asked for:

    >>> import numpy
    >>> photo_prep.prepare(numpy.zeros((20, 30, 3), numpy.uint8)).format
    'png'

    The options are those of `Options`. The GIL is released; several threads may call it at once.

    Raises `PhotoPrepError` for what is wrong with the picture, ``TypeError`` and ``ValueError`` for arguments.
    """
    return Prepared(_native.prepare(resolve(source), for_native(options)))


def probe(source: Source, **options: Unpack[Options]) -> ImageInfo:
    """The facts of a picture, from its headers alone.

    >>> import photo_prep
    >>> info = photo_prep.probe("IMG_0815.jpg")
    >>> info.format, info.size, info.orientation, info.details["size"]
    ('jpeg', (160, 120), 6, {'width': 120, 'height': 160})
    """
    text, size, orientation, warnings = _native.probe(resolve(source), for_native(options))
    details = json.loads(text)
    return ImageInfo(details["format"], size, orientation, details["bytes"], warnings, details)


def explain(source: Source, **options: Unpack[Options]) -> Plan:
    """What `prepare` would do with a picture, and why, from its headers alone.

    >>> import photo_prep
    >>> plan = photo_prep.explain("IMG_0815.jpg")
    >>> plan.route
    'coefficients'
    >>> print(plan.text.splitlines()[2])
    Its coefficients are turned upright and written again, without decoding to pixels.
    """
    text, details, route, memory = _native.plan(resolve(source), for_native(options))
    return Plan(route, memory, json.loads(details), text)


def check(
    source: Source,
    requirements: Union[str, os.PathLike[str], Mapping[str, Any], None] = None,
    /,
    *,
    deep: bool = True,
    **options: Unpack[Options],
) -> Verdict:
    """Tells whether a file meets requirements as it is, and all that it breaks.

    >>> import photo_prep
    >>> verdict = photo_prep.check("IMG_0815.jpg", {"formats": ["jpeg"], "max_long_side": 64})
    >>> verdict.status, [violation.code for violation in verdict.violations]
    ('fixable', ['long_side_too_large', 'private_metadata'])
    >>> photo_prep.check("IMG_0815.jpg", preset="us-visa-photo").status
    'unfixable'

    With ``deep=False`` only its structure and headers are looked at, which takes well under a millisecond.

    Raises `IoError` where a file can't be read; what is wrong with the picture is told by the verdict.
    """
    if requirements is not None:
        options["requirements"] = requirements
    status, text, details = _native.check(resolve(source), for_native(options), deep)
    verdict = json.loads(details)
    violations = tuple(Violation(**violation) for violation in verdict["violations"])
    return Verdict(status, violations, verdict["info"], text)
