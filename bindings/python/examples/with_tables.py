"""Prepares every picture of a folder as a column of pandas, Polars or DuckDB: python with_tables.py FOLDER"""

import sys
from pathlib import Path

import photo_prep
import pyarrow


def with_pandas(paths):
    import pandas

    frame = pandas.DataFrame({"path": paths})
    photos = photo_prep.prepare_arrow(pyarrow.array(frame["path"]), max_bytes=1_000_000)
    return frame.join(pyarrow.Table.from_struct_array(photos).to_pandas())


def with_polars(paths):
    import polars

    frame = polars.DataFrame({"path": paths})
    photos = photo_prep.prepare_arrow(frame["path"], max_bytes=1_000_000)
    return frame.with_columns(photo=polars.from_arrow(photos)).unnest("photo")


def with_duckdb(paths):
    import duckdb

    files = duckdb.sql("select unnest($paths) as path", params={"paths": paths}).to_arrow_table()
    photos = photo_prep.prepare_arrow(files["path"], max_bytes=1_000_000)
    rows = files.append_column("photo", photos)
    return duckdb.sql("select path, photo.* from rows").to_arrow_table()


if __name__ == "__main__":
    paths = sorted(str(path) for path in Path(sys.argv[1]).iterdir() if path.is_file())
    print(with_duckdb(paths).select(["path", "verdict", "width", "height", "error_code"]).to_pylist())
