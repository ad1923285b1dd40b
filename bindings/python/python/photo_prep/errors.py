"""What can go wrong with a picture, sorted by what the caller can do about it.

>>> import photo_prep
>>> try:
...     photo_prep.prepare(b"%PDF-1.7 and so on")
... except photo_prep.UnknownFormatError as error:
...     print(error.kind, error.looks_like)
unknown_format a PDF

Wrong arguments are ``TypeError`` and ``ValueError`` as everywhere.
"""

from __future__ import annotations

import json
from typing import Any, Optional


class PhotoPrepError(Exception):
    """A picture could not be prepared, or not uploaded. The class says why, and its attributes give the details."""

    #: A stable short name, the same as in the JSON lines of ``prep-and-upload``.
    kind: str = "error"

    def __init__(self, message: str, **attributes: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in attributes.items():
            setattr(self, name, value)
        self._attributes = attributes

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Engines send errors from process to process.
        return _restored, (type(self), self.message, self._attributes)


class UnknownFormatError(PhotoPrepError):
    """The content is no picture format that is known."""

    kind = "unknown_format"
    #: What the first bytes suggest instead, if anything.
    looks_like: Optional[str]


class UnsupportedError(PhotoPrepError):
    """The format is known, but this file uses something that is not read."""

    kind = "unsupported"
    #: The format of the file, such as ``"tiff"``.
    format: str
    #: What is not supported, and what to do instead.
    feature: str


class MalformedError(PhotoPrepError):
    """The file breaks the rules of its format, or part of it is missing."""

    kind = "malformed"
    #: The format of the file.
    format: str
    #: Where in the file, in bytes from its start, where that is known.
    offset: Optional[int]
    #: What is wrong.
    reason: str


class TruncatedError(MalformedError):
    """The file was cut off, and it is known how much of the picture is there."""

    #: Rows or MCUs that are there.
    decoded: int
    #: Those that the picture has.
    total: int
    #: What is counted: ``"rows"`` or ``"MCUs"``.
    unit: str


class LimitExceededError(PhotoPrepError):
    """The file asks for more than one of the options ``input_...`` allows."""

    kind = "limit_exceeded"
    #: Which limit: ``"input_bytes"``, ``"pixels"``, ``"memory"``, ...
    what: str
    #: What the file asks for, where that is known.
    actual: Optional[int]
    #: What is allowed.
    limit: int


class MemoryExceededError(LimitExceededError):
    """Decoding needs more memory than ``input_memory`` allows, or than the system has."""


class CannotFitError(PhotoPrepError):
    """Nothing within the quality floor is small enough."""

    kind = "cannot_fit"
    #: The smallest result that was tried, in bytes.
    best_bytes: Optional[int]
    #: The byte limit that was asked for.
    limit: int


class UnfixableError(PhotoPrepError):
    """The requirements ask for what can't be made of this picture: allow cropping, padding or enlarging."""

    kind = "unfixable"
    #: All that keeps the file from going as it is, each a dict with ``code``, ``found``, ``allowed``, ``fixable``
    #: and ``message``.
    violations: list[dict[str, Any]]


class NotCompliantError(PhotoPrepError):
    """What was made does not meet the requirements, and was thrown away: a fault of photo-prep."""

    kind = "not_compliant"
    #: What it breaks.
    violations: list[dict[str, Any]]


class PlanMismatchError(PhotoPrepError):
    """The plan was made for another file."""

    kind = "plan_mismatch"


class IoError(PhotoPrepError, OSError):
    """Reading a file failed. It is an ``OSError`` too, with ``errno``, ``strerror`` and ``filename``."""

    kind = "io"


def _restored(kind: type[PhotoPrepError], message: str, attributes: dict[str, Any]) -> PhotoPrepError:
    return kind(message, **attributes)


def _error(name: str, message: str, kind: str, attributes: str) -> PhotoPrepError:
    """The error of a class, with attributes in JSON; called by the native half."""
    made: type[PhotoPrepError] = globals()[name]
    given = json.loads(attributes)
    return made(message, **given) if made.kind == kind else made(message, kind=kind, **given)
