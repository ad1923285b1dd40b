"""Many pictures at once."""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Optional

from . import _native
from ._options import Options, for_native
from ._single import Prepared
from ._sources import resolve

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._sources import Source

    #: Called with how many are done, how many of them failed, and how many there are, if that is known.
    Progress = Callable[[int, int, Optional[int]], Any]


@dataclass(frozen=True)
class Item:
    """What came of one of many pictures."""

    #: Its place among those that were given, from 0.
    index: int
    #: What was given.
    source: Any
    #: What was made of it; ``None`` if that failed.
    prepared: Optional[Prepared]
    #: Why it failed.
    error: Optional[Exception]

    def result(self) -> Prepared:
        """What was made of it; raises the error if that failed."""
        if self.prepared is None:
            assert self.error is not None
            raise self.error
        return self.prepared


class Results(Iterator[Item]):
    """Items as they are done. In a ``with`` statement, or with `cancel`, it ends early: what has begun is finished
    and thrown away, nothing new is begun."""

    def __init__(self, native: _native.Batch, total: Optional[int], progress: Optional[Progress]) -> None:
        self._native, self._total, self._progress = native, total, progress
        self._done = self._failed = 0
        _running.add(self)

    def __next__(self) -> Item:
        done = self._native.next()
        if done is None:
            raise StopIteration
        index, source, prepared, error = done
        self._done += 1
        self._failed += error is not None
        if self._progress is not None:
            self._progress(self._done, self._failed, self._total)
        return Item(index, source, Prepared(prepared) if prepared is not None else None, error)

    def cancel(self) -> None:
        """Begins nothing new; the iteration is at its end."""
        self._native.cancel()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


def prepare_many(
    items: Iterable[Source],
    *,
    threads: Optional[int] = None,
    memory: Optional[int] = None,
    ordered: bool = False,
    progress: Optional[Progress] = None,
    **options: Unpack[Options],
) -> Results:
    """Prepares many pictures, and yields each as it is done. A bad one is an item with its error, and ends nothing.

    >>> import photo_prep
    >>> for item in photo_prep.prepare_many(["IMG_0815.jpg", b"nothing", "missing.jpg"], ordered=True):
    ...     print(item.index, item.error.kind if item.error else item.prepared.size)
    0 (160, 120)
    1 unknown_format
    2 io

    Items are taken from the iterable, in a thread of its own, only as their turn comes, and nothing more is begun while
    results wait to be taken: memory stays the same however many there are.

    * ``threads`` that work on pictures; ``None`` means one a core (or ``RAYON_NUM_THREADS``).
    * ``memory`` that the pictures under way may need together, in bytes, by estimates; ``None`` means 512 MiB.
    * ``ordered``: in the order of the items, instead of the order in which they are done.
    * ``progress(done, failed, total)`` is called in the thread that iterates; ``total`` is ``None`` where ``items``
      has no length.

    What the iterable raises comes out when the pictures before it are done. ``KeyboardInterrupt`` ends it at once, as
    does leaving a ``with`` statement.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads={threads}: must be at least 1")
    if memory is not None and memory < 1:
        raise ValueError(f"memory={memory}: must be at least 1")
    total = len(items) if isinstance(items, Sized) else None
    native = _native.Batch(items, resolve, for_native(options), threads or 0, memory, ordered)
    return Results(native, total, progress)


#: Those that may still be at work.
_running: weakref.WeakSet[Results] = weakref.WeakSet()


def _end() -> None:
    """A thread that asks for the interpreter while it ends would take the process down."""
    for results in list(_running):
        results.cancel()
        results._native.join()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    # A forked process has none of the threads.
    os.register_at_fork(after_in_child=_running.clear)
