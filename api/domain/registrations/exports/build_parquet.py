"""Rows as Parquet, in a process of its own: ``python -m api.domain.registrations.exports.build_parquet``."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import IO, Any

import pyarrow
from pyarrow import parquet

from api.domain.registrations.exports.building import build
from api.domain.registrations.exports.columns import Kind, Plan, Value, headings, kinds, text
from api.domain.registrations.exports.spreadsheet import stamp

GROUP = 10_000

_TYPES: dict[Kind, pyarrow.DataType] = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "decimal": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "time": pyarrow.time64("us"),
    "datetime": pyarrow.timestamp("us", tz="UTC"),
}
_PYTHON: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "decimal": (int, float),
    "boolean": (bool,),
    "date": (date,),
    "time": (time,),
    "datetime": (datetime,),
}


def parquet_file(plan: Plan, rows: Iterator[list[Value]], out: IO[bytes]) -> None:
    """Write a Parquet file, a row group for each ten thousand rows; what is not of its column's type is left out."""
    wanted = kinds(plan)
    schema = pyarrow.schema(
        [pyarrow.field(name, _TYPES[kind]) for name, kind in zip(headings(plan), wanted, strict=True)]
    )
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, GROUP)):
            arrays = [
                pyarrow.array([_typed(value, kind) for value in values], type=_TYPES[kind])
                for values, kind in zip(zip(*group, strict=True), wanted, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            out.flush()


def _typed(value: Value, kind: Kind) -> Any:
    if value is None or (isinstance(value, bool) and kind not in ("boolean", "text")):
        return None
    if kind == "text":
        return text(value) if isinstance(value, str | int | float) else stamp(value)
    if kind == "datetime" and isinstance(value, datetime):
        return value if value.tzinfo else None
    return value if isinstance(value, _PYTHON[kind]) else None


if __name__ == "__main__":
    build(parquet_file)
