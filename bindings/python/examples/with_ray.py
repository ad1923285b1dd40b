"""Prepares every picture of a folder with Ray Data: python with_ray.py FOLDER OUT

The rows go to Parquet files in OUT. On a cluster, FOLDER and OUT are in an object store.
"""

import sys

import photo_prep
import pyarrow
import ray


def prepared(batch: pyarrow.Table) -> pyarrow.Table:
    # Ray runs a task on each core, so a task keeps to one.
    photos = photo_prep.prepare_arrow(batch["bytes"], threads=1, max_bytes=1_000_000)
    return pyarrow.table({"path": batch["path"], "photo": photos})


def pictures(folder: str) -> ray.data.Dataset:
    files = ray.data.read_binary_files(folder, include_paths=True)
    return files.map_batches(prepared, batch_format="pyarrow", batch_size=64, zero_copy_batch=True)


if __name__ == "__main__":
    folder, out = sys.argv[1:]
    pictures(folder).write_parquet(out)
    print(ray.data.read_parquet(out).count(), "rows")
