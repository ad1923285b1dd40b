"""Prepares every picture of a folder with Spark: spark-submit with_spark.py FOLDER OUT

The rows go to Parquet files in OUT. On a cluster, FOLDER and OUT are in an object store, and photo-prep is installed on
every executor.
"""

import sys
from collections.abc import Iterable, Iterator

import photo_prep
import pyarrow
from pyspark.sql import DataFrame, SparkSession

SCHEMA = (
    "path string, bytes binary, format string, width int, height int, bytes_in bigint, verdict string, attempt string,"
    " quality int, error_code string, error string"
)


def prepared(batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    for batch in batches:
        # Spark runs a task on each core, so a task keeps to one.
        photos = photo_prep.prepare_arrow(batch["content"], threads=1, max_bytes=1_000_000)
        columns = dict(zip(photos.type.names, photos.flatten()))
        # Spark's binary has offsets of 32 bits: a batch of less than 2 GB, which 64 pictures of 10 MB are.
        columns["bytes"] = columns["bytes"].cast(pyarrow.binary())
        yield pyarrow.RecordBatch.from_pydict({"path": batch["path"], **columns})


def pictures(spark: SparkSession, folder: str) -> DataFrame:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "64")
    files = spark.read.format("binaryFile").load(folder)
    return files.select("path", "content").mapInArrow(prepared, SCHEMA)


if __name__ == "__main__":
    folder, out = sys.argv[1:]
    spark = SparkSession.builder.getOrCreate()
    pictures(spark, folder).write.mode("overwrite").parquet(out)
    spark.read.parquet(out).groupBy("verdict").count().show()
