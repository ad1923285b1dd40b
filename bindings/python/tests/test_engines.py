"""Every engine makes of a folder what `prepare` makes of each file; a broken file is a row. Engines that are not
installed are skipped: .ci/python has Daft and tables, .ci/engines Ray and Spark."""

import shutil
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, TURNED

import photo_prep

EXAMPLES = str(Path(__file__).resolve().parent.parent / "examples")
sys.path.append(EXAMPLES)

NAMES = ["jpeg_444.jpg", "jpeg_private_turned.jpg", "png_rgba_8.png", "gif_animated.gif", "invalid/truncated.jpg",
         "invalid/text.jpg", "webp_alpha.webp", "tiff_lzw.tif"]  # fmt: skip
FIELDS = ["bytes", "format", "width", "height", "bytes_in", "verdict", "attempt", "quality", "error_code", "error"]


@pytest.fixture
def workers(monkeypatch):
    """Processes of engines find the examples. Run as programs, they are sent to them."""
    monkeypatch.setenv("PYTHONPATH", EXAMPLES)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name in NAMES:
        shutil.copy(FIXTURES / name, folder)
    shutil.copy(TURNED, folder)
    return folder


def are_right(rows, folder):
    """Rows are dicts with a path and the fields."""
    rows = {Path(row.pop("path")).name: row for row in rows}
    assert set(rows) == {path.name for path in folder.iterdir()}
    failed = 0
    for path in folder.iterdir():
        row = {name: None if rows[path.name][name] != rows[path.name][name] else rows[path.name][name] for name in FIELDS}
        try:
            prepared = photo_prep.prepare(path, max_bytes=1_000_000)
            assert bytes(row["bytes"]) == prepared.bytes, path
            assert (row["format"], row["width"], row["height"]) == (prepared.format, *prepared.size), path
            assert (row["verdict"], row["attempt"], row["quality"]) == (
                prepared.verdict, prepared.attempt, prepared.quality), path  # fmt: skip
            assert (row["bytes_in"], row["error_code"]) == (path.stat().st_size, None), path
        except photo_prep.PhotoPrepError as error:
            failed += 1
            assert (row["bytes"], row["error_code"], row["error"]) == (None, error.kind, str(error)), path
    assert failed == 2


def test_daft(folder, tmp_path):
    daft = pytest.importorskip("daft")
    import with_daft

    with_daft.pictures(str(folder)).write_parquet(str(tmp_path))
    rows = daft.read_parquet(f"{tmp_path}/*.parquet").to_pylist()
    are_right([{"path": row["path"], **row["photo"]} for row in rows], folder)


def test_daft_with_nulls_and_paths():
    daft = pytest.importorskip("daft")
    import with_daft

    frame = daft.from_pydict({"file": [TURNED.read_bytes(), None, b"nothing"], "n": [1, 2, 3]})
    rows = frame.select("n", with_daft.prepared(frame["file"]).alias("photo")).sort("n").to_pylist()
    assert [row["photo"] and row["photo"]["error_code"] for row in rows] == [None, None, "unknown_format"]
    assert rows[0]["photo"]["width"] == 160


def test_pandas(folder):
    pytest.importorskip("pandas")
    from with_tables import with_pandas

    are_right(with_pandas([str(path) for path in folder.iterdir()]).to_dict("records"), folder)


def test_polars(folder):
    pytest.importorskip("polars")
    from with_tables import with_polars

    are_right(with_polars([str(path) for path in folder.iterdir()]).to_dicts(), folder)


def test_duckdb(folder):
    pytest.importorskip("duckdb")
    from with_tables import with_duckdb

    are_right(with_duckdb([str(path) for path in folder.iterdir()]).to_pylist(), folder)


def test_ray(folder, workers):
    ray = pytest.importorskip("ray")
    import with_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        rows = with_ray.pictures(str(folder)).take_all()
        are_right([{"path": row["path"], **row["photo"]} for row in rows], folder)
    finally:
        ray.shutdown()


def test_spark(folder, workers):
    pytest.importorskip("pyspark")
    import with_spark

    spark = with_spark.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        are_right([row.asDict() for row in with_spark.pictures(spark, str(folder)).collect()], folder)
    finally:
        spark.stop()
