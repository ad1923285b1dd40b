"""Columns of pictures in, columns of results out."""

import pyarrow as pa
import pytest
from conftest import FIXTURES, PICTURES, TURNED

import photo_prep

BYTES = TURNED.read_bytes()


def column(kind, values):
    return pa.array([value if value is None or isinstance(value, bytes) else str(value) for value in values], kind)


BINARY = [pa.binary(), pa.large_binary(), *([pa.binary_view()] if hasattr(pa, "binary_view") else [])]
STRINGS = [pa.string(), pa.large_string(), *([pa.string_view()] if hasattr(pa, "string_view") else [])]


@pytest.mark.parametrize("kind", BINARY, ids=str)
def test_binary(kind):
    rows = photo_prep.prepare_arrow(column(kind, [BYTES, None, b"nothing", BYTES, b""]))
    assert rows.type == photo_prep.arrow_type()
    assert rows.is_null().to_pylist() == [False, True, False, False, False]
    prepared = photo_prep.prepare(BYTES)
    good = {
        "bytes": prepared.bytes, "format": "jpeg", "width": 160, "height": 120, "bytes_in": len(BYTES),
        "verdict": "fixable", "attempt": prepared.attempt, "quality": None, "error_code": None, "error": None,
    }  # fmt: skip
    told = rows.to_pylist()
    assert told[0] == told[3] == good and told[1] is None
    for row, length in ((2, 7), (4, 0)):
        assert (told[row]["error_code"], told[row]["verdict"]) == ("unknown_format", "unfixable")
        assert (told[row]["bytes"], told[row]["bytes_in"]) == (None, length) and told[row]["error"]


@pytest.mark.parametrize("kind", STRINGS, ids=str)
def test_paths(kind):
    rows = photo_prep.prepare_arrow(column(kind, [None, TURNED, FIXTURES / "missing.jpg"]))
    assert rows.field("bytes").to_pylist() == [None, photo_prep.prepare(BYTES).bytes, None]
    assert rows.field("error_code").to_pylist() == [None, None, "io"]
    assert rows.field("verdict").to_pylist() == [None, "fixable", None]


def test_urls_of_files(tmp_path):
    path = tmp_path / "a picture #1.jpg"
    path.write_bytes(BYTES)
    urls = [path.as_uri(), path.as_uri().replace("file:///", "file:/"), (tmp_path / "missing.jpg").as_uri(), str(path)]
    rows = photo_prep.prepare_arrow(pa.array(urls))
    assert rows.field("error_code").to_pylist() == [None, None, "io", None]


def test_all_pictures_are_as_from_prepare():
    rows = photo_prep.prepare_arrow(pa.array([path.read_bytes() for path in PICTURES]), max_bytes=20_000).to_pylist()
    for path, row in zip(PICTURES, rows):
        try:
            prepared = photo_prep.prepare(path, max_bytes=20_000)
            assert (row["bytes"], row["width"], row["height"]) == (prepared.bytes, *prepared.size), path
            assert (row["verdict"], row["quality"]) == (prepared.verdict, prepared.quality), path
        except photo_prep.PhotoPrepError as error:
            assert (row["error_code"], row["error"], row["bytes"]) == (error.kind, str(error), None), path


def test_chunks_and_slices():
    values = [None, BYTES, b"nothing", None, BYTES]
    whole = photo_prep.prepare_arrow(pa.array(values))
    chunked = pa.chunked_array([pa.array(values[:2]), pa.array([], pa.binary()), pa.array(values[2:])])
    assert photo_prep.prepare_arrow(chunked).equals(whole)
    assert photo_prep.prepare_arrow(pa.array(values)[1:4]).equals(whole[1:4])
    assert photo_prep.prepare_arrow(chunked[1:4]).equals(whole[1:4])


@pytest.mark.parametrize("empty", [pa.array([], pa.binary()), pa.chunked_array([], pa.string()), pa.nulls(3)], ids=str)
def test_nothing_but_nulls(empty):
    rows = photo_prep.prepare_arrow(empty)
    assert (len(rows), rows.null_count, rows.type) == (len(empty), len(empty), photo_prep.arrow_type())


def test_anything_with_the_capsule_interface():
    class Column:
        def __init__(self, array):
            self._array = array

        def __arrow_c_array__(self, requested_schema=None):
            return self._array.__arrow_c_array__(requested_schema)

    class Stream:
        def __init__(self, array):
            self._array = array

        def __arrow_c_stream__(self, requested_schema=None):
            return pa.chunked_array([self._array, self._array]).__arrow_c_stream__(requested_schema)

    array = pa.array([BYTES, None])
    once = photo_prep.prepare_arrow(Column(array))
    assert once.equals(photo_prep.prepare_arrow(array))
    assert photo_prep.prepare_arrow(Stream(array)).equals(pa.concat_arrays([once, once]))
    assert hasattr(once, "__arrow_c_array__")


@pytest.mark.parametrize("wrong", [pa.array([1, 2]), pa.array([["a"]]), [BYTES], None, pa.table({"a": [BYTES]})], ids=str)
def test_what_is_no_column_of_pictures(wrong):
    with pytest.raises(TypeError, match="column|struct"):
        photo_prep.prepare_arrow(wrong)


def test_options_and_progress():
    told = []
    rows = photo_prep.prepare_arrow(
        pa.array([BYTES, None, b"nothing"]), threads=1, memory=1 << 28, max_side=48, format="jpeg",
        progress=lambda *counts: told.append(counts),
    )  # fmt: skip
    assert rows.field("width").to_pylist() == [48, None, None]
    # Which is done first is not known.
    assert [done for done, _, _ in told] == [1, 2] and told[-1] == (2, 1, 2)
    with pytest.raises(TypeError, match="max_pixels"):
        photo_prep.prepare_arrow(pa.array([BYTES]), max_pixel=1)
