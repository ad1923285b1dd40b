"""Puts pictures onto records: photo-upload's client, with its retries, token store, journal and breaker.

>>> import photo_prep
>>> from photo_prep.upload import Client
>>> client = Client(api_domain=SANDBOX["url"], access_token=SANDBOX["token"])
>>> client.upload("Leads", "3000000038009", "IMG_0815.jpg").attempts
1

Pictures are prepared first, as by `photo_prep.prepare` and with its options; what is `Prepared` is sent as it is.

It is in wheels that were built with the feature ``upload``:
``MATURIN_PEP517_ARGS="--features upload" pip install ./bindings/python``.
"""

from __future__ import annotations

import atexit
import json
import os
import weakref
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _native
from ._options import Options, for_native
from ._single import Prepared, prepare
from ._sources import resolve
from ._upload_errors import (
    AmbiguousError,
    CanceledError,
    ConfigError,
    DeniedError,
    FailedEarlierError,
    JournalError,
    OutOfCreditsError,
    PhotoError,
    RecordStateError,
    RefusedError,
    SkippedError,
    SourceError,
    TemporaryError,
    TokenError,
    UploadError,
)

if not hasattr(_native, "UploadClient"):
    raise ImportError(
        "this photo_prep was built without uploads: set MATURIN_PEP517_ARGS='--features upload' and install it again"
    )

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._batch import Progress
    from ._sources import Source

    #: A picture, the module's API name, and the record's id.
    Row = tuple[Union[Source, Prepared], str, Union[str, int]]
    Triggers = Union[str, Sequence[str]]

__all__ = [
    "AmbiguousError",
    "CanceledError",
    "Client",
    "ConfigError",
    "DeniedError",
    "FailedEarlierError",
    "JournalError",
    "Outcome",
    "OutOfCreditsError",
    "PhotoError",
    "Receipt",
    "RecordStateError",
    "RefusedError",
    "SkippedError",
    "SourceError",
    "TemporaryError",
    "TokenError",
    "UploadError",
    "Uploads",
]


@dataclass(frozen=True)
class Receipt:
    """What the endpoint confirmed."""

    #: HTTP status of the confirming answer.
    http: int
    #: Its code: ``"SUCCESS"``.
    code: str
    #: Its message, if it had one. For reading only.
    message: Optional[str]
    #: How often the request was sent, the confirmed one included.
    attempts: int
    #: From the first attempt to the confirmation, in seconds.
    elapsed: float
    #: Whether an earlier attempt may have been carried out too, so that workflows may have run more than once.
    after_ambiguous: bool
    #: The account's remaining API credits, if the answer told.
    credits_remaining: Optional[int]


@dataclass(frozen=True)
class Outcome:
    """What came of one of many rows."""

    #: Its place among the rows, from 0.
    index: int
    #: The row as it was given.
    row: Any
    #: ``"stored"``; ``"stored_earlier"`` or ``"failed_earlier"`` by what the journal knows; ``"failed"``;
    #: ``"not_tried"``, since an earlier failure holds for this one too; or ``"interrupted"``.
    status: str
    #: What the endpoint confirmed, if it was stored now.
    receipt: Optional[Receipt]
    #: Why it is not stored: an `UploadError`, or a `photo_prep.PhotoPrepError` of preparing it.
    error: Optional[Exception]


class Client:
    """Uploads pictures. Threads may share one; a process that was forked makes its own.

    >>> from photo_prep.upload import Client
    >>> client = Client(data_center="eu", client_id="1000.X", client_secret="example", refresh_token="1000.x.y")
    >>> client
    <Client: https://www.zohoapis.eu>

    Where it goes: ``data_center`` (``"us"``, ``"eu"``, ``"in"``, ``"au"``, ``"jp"``, ``"cn"``, ``"ca"``, ``"sa"``, ``"uk"``,
    ``"ae"``) or ``api_domain``; without both, where the token says. ``api_version`` is ``"v2"`` to ``"v8"``.

    Who it is: ``access_token``, which is not renewed; or ``client_id``, ``client_secret`` and ``refresh_token``, with
    ``token_url`` unless the data center tells it. With ``token_store``, access tokens are kept in that file (mode 0600) and
    shared with other processes, since an account gives few of them. Without any, the environment is asked:
    ``ZOHO_ACCESS_TOKEN``, or ``ZOHO_CLIENT_ID``, ``ZOHO_CLIENT_SECRET``, ``ZOHO_REFRESH_TOKEN``. Secrets are in no
    ``repr`` and no error.

    How it is sent: ``timeout`` of one attempt (120) and ``total_timeout`` of one upload with all its waits (600), in seconds;
    ``retries`` after the first attempt (5); ``restrict_triggers`` keeps automations from running, such as ``"workflow"``;
    ``user_agent`` is added to the User-Agent; ``proxy``, a URL; ``root_certificate``, a PEM file that is trusted too.

    Raises `ConfigError` for what can't be, ``TypeError`` for wrong types.
    """

    def __init__(
        self,
        *,
        data_center: Optional[str] = None,
        api_domain: Optional[str] = None,
        api_version: Optional[str] = None,
        access_token: Optional[str] = None,
        client_id: Optional[str] = None,
        client_secret: Optional[str] = None,
        refresh_token: Optional[str] = None,
        token_url: Optional[str] = None,
        token_store: Union[str, os.PathLike[str], None] = None,
        restrict_triggers: Optional[Triggers] = None,
        timeout: Optional[float] = None,
        total_timeout: Optional[float] = None,
        retries: Optional[int] = None,
        user_agent: Optional[str] = None,
        proxy: Optional[str] = None,
        root_certificate: Union[str, os.PathLike[str], None] = None,
    ) -> None:
        settings = {name: value for name, value in locals().items() if name != "self"}
        settings["restrict_triggers"] = _listed(restrict_triggers)
        if root_certificate is not None:
            settings["root_certificate"] = Path(root_certificate).read_bytes()
        self._native = _native.UploadClient(settings)

    def __repr__(self) -> str:
        return f"<Client: {self._native.endpoint()}>"

    def upload(
        self,
        module: str,
        record_id: Union[str, int],
        source: Union[Source, Prepared],
        *,
        restrict_triggers: Optional[Triggers] = None,
        **options: Unpack[Options],
    ) -> Receipt:
        """Puts a picture onto a record, replacing the one that is there. Returns when the endpoint has confirmed it.

        >>> from photo_prep.upload import Client, RefusedError
        >>> client = Client(api_domain=SANDBOX["url"], access_token=SANDBOX["token"])
        >>> prepared = photo_prep.prepare("IMG_0815.jpg", max_side=48)
        >>> client.upload("Contacts", "3000000038009", prepared).code
        'SUCCESS'
        >>> try:
        ...     client.upload("Nonsense", "3000000038009", prepared)
        ... except RefusedError as error:
        ...     print(error.code, error.status, error.class_, error.scope, error.stops)
        INVALID_MODULE 400 permanent module module

        The GIL is released. ``KeyboardInterrupt`` abandons it at once: it may or may not be stored then.

        Raises `UploadError`, or `photo_prep.PhotoPrepError` for what is wrong with the picture.
        """
        made = source if isinstance(source, Prepared) else prepare(source, **options)
        triggers = _listed(restrict_triggers)
        receipt = self._native.upload(made._native, _name(source), (module, str(record_id)), triggers)
        return Receipt(**json.loads(receipt))

    def upload_many(
        self,
        rows: Iterable[Row],
        *,
        journal: Union[str, os.PathLike[str], None] = None,
        resume: bool = False,
        retry_failed: bool = False,
        transfers: Union[int, str] = 4,
        rate: Union[str, int, None] = None,
        restrict_triggers: Optional[Triggers] = None,
        max_outage: float = 600.0,
        max_failures: int = 5,
        credit_reserve: int = 0,
        drain: float = 30.0,
        threads: Optional[int] = None,
        memory: Optional[int] = None,
        progress: Optional[Progress] = None,
        **options: Unpack[Options],
    ) -> Uploads:
        """Prepares and uploads many pictures, each onto its record, and yields what came of each as it is known.

        >>> from photo_prep.upload import Client
        >>> client = Client(api_domain=SANDBOX["url"], access_token=SANDBOX["token"])
        >>> rows = [("IMG_0815.jpg", "Leads", "1"), ("missing.jpg", "Leads", "2"), ("IMG_0815.jpg", "Leads", "3")]
        >>> for outcome in sorted(client.upload_many(rows, journal="photos.journal"), key=lambda outcome: outcome.index):
        ...     print(outcome.row[2], outcome.status, outcome.error.kind if outcome.error else outcome.receipt.code)
        1 stored SUCCESS
        2 failed io
        3 stored SUCCESS
        >>> again = client.upload_many(rows, journal="photos.journal", resume=True)
        >>> sorted((outcome.index, outcome.status) for outcome in again)
        [(0, 'stored_earlier'), (1, 'failed_earlier'), (2, 'stored_earlier')]

        Each of ``rows`` is a picture (as for `prepare`, or `Prepared`), a module and a record id. They are taken, in a thread of
        its own, only as their turn comes; a bad one is an outcome with its error, and ends nothing. A record keeps one
        picture: rows for the same record overwrite one another, in no order.

        * ``journal``: a file that has a line when a picture is about to be sent, and one when its fate is known. With
          ``resume``, what is stored and has not changed since is not sent again, nor is what failed for good, unless
          ``retry_failed``. Files are known by their paths as given, all else by its content.
        * ``transfers`` under way at a time, or ``"auto"``; ``rate``, such as ``"5/s"``.
        * What would fail for all is not tried for all: after ``max_failures`` equal ones in a row a probe decides; an outage is
          waited out for ``max_outage`` seconds; the run stops at ``credit_reserve`` credits. Rows that were not sent come
          out as ``"not_tried"``.
        * ``threads`` and ``memory`` of preparing, ``progress`` and ``options`` are those of `prepare_many`.

        Put it in a ``with`` statement: leaving that, by ``KeyboardInterrupt`` or otherwise, begins nothing more and waits
        ``drain`` seconds for what is under way; a second ``KeyboardInterrupt`` does not wait. What came of it can still be
        taken then.

        Raises `JournalError` where the journal can't be used, or is there without ``resume``.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"threads={threads}: must be at least 1")
        run = {
            "journal": journal,
            "resume": resume,
            "retry_failed": retry_failed,
            "transfers": str(transfers),
            "rate": None if rate is None else str(rate),
            "restrict_triggers": _listed(restrict_triggers),
            "max_outage": max_outage,
            "max_failures": max_failures,
            "credit_reserve": credit_reserve,
            "drain": drain,
            "threads": threads or 0,
            "memory": memory,
        }
        total = len(rows) if isinstance(rows, Sized) else None
        resolved = partial(_resolved, journal is not None)
        return Uploads(self._native.upload_many(rows, resolved, run, for_native(options)), total, progress)


class Uploads(Iterator[Outcome]):
    """Outcomes as they are known; made by `Client.upload_many`."""

    def __init__(self, native: _native.Uploads, total: Optional[int], progress: Optional[Progress]) -> None:
        self._native, self._total, self._progress = native, total, progress
        self._done = self._failed = 0
        _running.add(self)

    def __next__(self) -> Outcome:
        told = self._native.next()
        if told is None:
            raise StopIteration
        index, row, status, receipt, error = told
        self._done += 1
        self._failed += error is not None
        if self._progress is not None:
            self._progress(self._done, self._failed, self._total)
        return Outcome(index, row, status, Receipt(**json.loads(receipt)) if receipt is not None else None, error)

    def drain(self) -> None:
        """Begins nothing more, and waits for what is under way; its outcomes are what is left of the iteration."""
        self._native.drain()

    def __enter__(self) -> Uploads:
        return self

    def __exit__(self, *_: object) -> None:
        self.drain()


def _resolved(by_content: bool, row: Row) -> tuple[Any, str, str, Optional[str], str, str]:
    """The picture, its name, what the journal calls it, its path, the module and the record."""
    source, module, record_id = row
    path = os.fsdecode(source) if isinstance(source, (str, os.PathLike)) else None
    picture: Any = source._native if isinstance(source, Prepared) else resolve(source)
    called = path or ""
    if by_content and path is None:
        called = "sha256:" + sha256(source.bytes if isinstance(source, Prepared) else picture).hexdigest()
    return picture, _name(source), called, path, module, str(record_id)


def _name(source: Any) -> str:
    return Path(os.fsdecode(source)).stem if isinstance(source, (str, os.PathLike)) else "photo"


def _listed(triggers: Optional[Triggers]) -> Optional[list[str]]:
    if triggers is None:
        return None
    return [triggers] if isinstance(triggers, str) else list(triggers)


#: Those that may still be at work.
_running: weakref.WeakSet[Uploads] = weakref.WeakSet()


def _end() -> None:
    """A thread that asks for the interpreter while it ends would take the process down."""
    for uploads in list(_running):
        uploads.drain()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    # A forked process has none of the threads.
    os.register_at_fork(after_in_child=_running.clear)
