"""Prepares every picture of a folder with Daft: python with_daft.py FOLDER OUT

The rows go to Parquet files in OUT. With a cluster of Ray, set DAFT_RUNNER=ray; FOLDER and OUT may be in an object store.
"""

import sys

import daft
import photo_prep


# Threads of one process: photo_prep spreads a batch over all cores by itself, without the GIL.
@daft.func.batch(return_dtype=daft.DataType.from_arrow_type(photo_prep.arrow_type()), batch_size=64, use_process=False)
def prepared(files: daft.Series) -> daft.Series:
    return daft.Series.from_arrow(photo_prep.prepare_arrow(files, max_bytes=1_000_000))


def pictures(folder: str) -> daft.DataFrame:
    files = daft.from_glob_path(f"{folder}/*").select("path")
    files = files.with_column("file", files["path"].download(on_error="null"))
    return files.select("path", prepared(files["file"]).alias("photo"))


if __name__ == "__main__":
    folder, out = sys.argv[1:]
    pictures(folder).write_parquet(out)
    daft.read_parquet(f"{out}/*.parquet").select(daft.col("photo").get("verdict")).groupby("verdict").count().show()
