"""Why a photo is not on the record, sorted by what can be done about it."""

from __future__ import annotations

import json
from typing import Any, Optional

from .errors import PhotoPrepError


class UploadError(PhotoPrepError):
    """A picture could not be uploaded. The class says why, `help` what to do."""

    #: What to do about it, in one or two sentences.
    help: str = ""
    #: Whether the same call may well succeed later without anybody changing anything.
    temporary: bool = False
    #: How far it reaches: ``"module"`` or ``"batch"`` if further uploads are bound to fail too.
    stops: Optional[str] = None
    #: The endpoint's error code, such as ``"INVALID_DATA"``, if an answer had one.
    code: Optional[str] = None
    #: What can be done about the answer: ``"permanent"``, ``"temporary"``, ``"token"`` or ``"record_state"``.
    class_: Optional[str] = None
    #: How far a permanent one reaches: ``"file"``, ``"record"``, ``"module"`` or ``"batch"``.
    scope: Optional[str] = None
    #: HTTP status of the last answer, if there was one.
    status: Optional[int] = None
    #: How often a request was sent.
    attempts: int = 0
    #: Whether an attempt may have been carried out although no success was seen.
    ambiguous: bool = False
    #: The account's remaining API credits, if the answer told.
    credits_remaining: Optional[int] = None
    #: All facts of the request, if one was sent: the above, ``message``, ``body_start``, ``cause``, ``elapsed``
    #: and ``retry_after`` in seconds, ...
    failure: Optional[dict[str, Any]] = None


class ConfigError(UploadError, ValueError):
    """The call or the configuration is wrong. Nothing was sent. It is a ``ValueError`` too."""

    kind = "config"


class PhotoError(UploadError):
    """The picture is beyond what the client sends. Nothing was sent."""

    kind = "photo"


class SourceError(UploadError):
    """The picture could not be read or fetched from where it is. Nothing was sent."""

    kind = "source"


class TokenError(UploadError):
    """There is no valid access token. Nothing was sent with the last attempt."""

    kind = "token"


class DeniedError(UploadError):
    """The endpoint will not accept anything from this token or user: stop, and change the rights."""

    kind = "denied"


class RefusedError(UploadError):
    """The endpoint refused this file, record or module for good."""

    kind = "refused"


class RecordStateError(UploadError):
    """The record's state does not allow it now: somebody has to change the record first."""

    kind = "record_state"


class OutOfCreditsError(UploadError):
    """The account's credits are used up: stop, go on later."""

    kind = "out_of_credits"


class TemporaryError(UploadError):
    """All attempts failed for reasons that pass: try again later."""

    kind = "temporary"


class AmbiguousError(UploadError):
    """An attempt may or may not have been carried out. Uploading the same photo again does no harm to it."""

    kind = "ambiguous"


class CanceledError(UploadError):
    """It was abandoned, since nobody waited for it any more."""

    kind = "canceled"


class SkippedError(UploadError):
    """Not tried, because an earlier failure showed that it must fail as well."""

    kind = "skipped"


class FailedEarlierError(UploadError):
    """The journal knows that it failed for good, and it was not asked to be tried again."""

    kind = "failed_earlier"


class JournalError(UploadError):
    """The journal can't be used: another run has it, it is of something else, or the disk refuses."""

    kind = "journal"


_BY_KIND: dict[str, type[UploadError]] = {error.kind: error for error in UploadError.__subclasses__()}


def _error(text: str) -> UploadError:
    """The error that the native half tells in JSON."""
    told = json.loads(text)
    failure = told.pop("failure", None) or {}
    of_class = failure.get("class") or {}
    told.update(
        failure=failure or None,
        class_=of_class.get("kind"),
        scope=of_class.get("scope"),
        **{name: failure[name] for name in ("status", "attempts", "ambiguous", "credits_remaining") if name in failure},
    )
    message, kind = told.pop("message"), told.pop("kind")
    return _BY_KIND.get(kind, UploadError)(message, **told)
