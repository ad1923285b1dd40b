"""Columns of tables: one function for every engine that speaks Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ._batch import Item, prepare_many
from ._options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow
    from typing_extensions import Unpack

    from ._batch import Progress


def arrow_type() -> pyarrow.StructType:
    """The type of a row that `prepare_arrow` makes.

    >>> import photo_prep
    >>> [field.name for field in photo_prep.arrow_type()]
    ['bytes', 'format', 'width', 'height', 'bytes_in', 'verdict', 'attempt', 'quality', 'error_code', 'error']
    """
    pa = _pyarrow()
    return pa.struct(
        [
            ("bytes", pa.large_binary()),
            ("format", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("bytes_in", pa.int64()),
            ("verdict", pa.string()),
            ("attempt", pa.string()),
            ("quality", pa.int32()),
            ("error_code", pa.string()),
            ("error", pa.string()),
        ]
    )


def prepare_arrow(
    column: Any,
    *,
    threads: Optional[int] = None,
    memory: Optional[int] = None,
    progress: Optional[Progress] = None,
    **options: Unpack[Options],
) -> pyarrow.StructArray:
    """Prepares a column of pictures: binary is the content of files, strings are their paths.

    >>> import photo_prep, pyarrow
    >>> rows = photo_prep.prepare_arrow(pyarrow.array(["IMG_0815.jpg", None, "missing.jpg"]))
    >>> rows.field("width").to_pylist(), rows.field("error_code").to_pylist(), rows.is_null().to_pylist()
    ([160, None, None], [None, None, 'io'], [False, True, False])

    ``column`` is anything with the Arrow PyCapsule interface (``__arrow_c_array__``, ``__arrow_c_stream__``): an array of
    pyarrow, a Series of Polars, pandas, Daft, ... Paths may be ``file:`` URLs. Out comes a pyarrow array of `arrow_type`,
    which has that interface, too.

    A bad file is a row with ``error_code`` and ``error``, never a failed batch; null stays null. ``verdict`` tells of
    the file that came in: ``compliant``, ``fixable``, or ``unfixable`` where nothing could be made of it; it is null
    where a file could not be read at all.

    Pictures are copied out of the column as their turn comes, so beside the column and the results only those under way
    take memory (``memory``, as for `prepare_many`).

    Needs pyarrow: ``pip install photo-prep[arrow]``.
    """
    pa = _pyarrow()
    chunks = _chunks(pa, column)
    # Of each picture that isn't null, its row.
    rows = [n for n, valid in enumerate(valid for chunk in chunks for valid in chunk.is_valid().to_pylist()) if valid]
    table = _Rows(sum(map(len, chunks)))
    values = _Values(chunks, len(rows))
    for item in prepare_many(values, threads=threads, memory=memory, progress=progress, **options):
        table.fill(rows[item.index], item)
    return table.finish(pa, set(rows))


class _Values:
    """Those that aren't null, copied one at a time."""

    def __init__(self, chunks: list[Any], count: int) -> None:
        self._chunks, self._count = chunks, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return (_source(value.as_py()) for chunk in self._chunks for value in chunk if value.is_valid)


def _source(value: Union[bytes, str]) -> Union[bytes, str]:
    """Engines list local files as URLs: ``file:///a/b.jpg``, ``file:/a/b.jpg``."""
    if isinstance(value, str) and value.startswith("file:/"):
        return url2pathname(urlsplit(value).path)
    return value


class _Rows:
    """The columns of the result, filled in any order."""

    def __init__(self, length: int) -> None:
        self._columns: dict[str, list[Any]] = {field.name: [None] * length for field in arrow_type()}
        self._length = length

    def fill(self, row: int, item: Item) -> None:
        for name, value in _made(item).items():
            self._columns[name][row] = value

    def finish(self, pa: Any, valid: set[int]) -> pyarrow.StructArray:
        fields = list(arrow_type())
        # One column after the other, so that at most one is there twice.
        arrays = [pa.array(self._columns.pop(field.name), field.type) for field in fields]
        nulls = pa.array([row not in valid for row in range(self._length)], pa.bool_())
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=nulls)


def _made(item: Item) -> dict[str, Any]:
    """An item as a row."""
    prepared, error = item.prepared, item.error
    if prepared is None:
        kind = getattr(error, "kind", "error")
        known = len(item.source) if isinstance(item.source, bytes) else None
        verdict = None if kind == "io" else "unfixable"
        return {"error_code": kind, "error": str(error), "bytes_in": known, "verdict": verdict}
    width, height = prepared.size
    return {
        "bytes": prepared.bytes,
        "format": prepared.format,
        "width": width,
        "height": height,
        "bytes_in": prepared.bytes_in,
        "verdict": prepared.verdict,
        "attempt": prepared.attempt,
        "quality": prepared.quality,
    }


def _chunks(pa: Any, column: Any) -> list[Any]:
    """The arrays of a column, of binary or strings."""
    if hasattr(column, "__arrow_c_array__") and not isinstance(column, pa.Array):
        column = pa.array(column)
    elif hasattr(column, "__arrow_c_stream__") and not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array(column)
    if not isinstance(column, (pa.Array, pa.ChunkedArray)):
        kind = type(column).__name__
        raise TypeError(f"no column of Arrow: {kind}; it has no __arrow_c_array__ or __arrow_c_stream__")
    types = pa.types
    allowed = (types.is_binary, types.is_large_binary, types.is_string, types.is_large_string, types.is_null)
    views = [getattr(types, name) for name in ("is_binary_view", "is_string_view") if hasattr(types, name)]
    if not any(is_type(column.type) for is_type in (*allowed, *views)):
        raise TypeError(f"a column of {column.type} has no pictures: give binary (files) or strings (paths)")
    return list(column.chunks) if isinstance(column, pa.ChunkedArray) else [column]


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise ImportError("prepare_arrow needs pyarrow: pip install photo-prep[arrow]") from error
    return pyarrow
