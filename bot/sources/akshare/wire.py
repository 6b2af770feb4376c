"""What the child sends to the service: a table or the reason why there is none, as data that cannot execute."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

REPLY_BYTES_MAX = 64 * 1024 * 1024
"""The largest table here, 1,600 funds with 37 columns, takes half a megabyte."""


class Outcome(StrEnum):
    """What came of a call."""

    TABLE = "table"
    NOT_PUBLISHED = "not_published"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    CHANGED = "changed"


class Kind(StrEnum):
    """What the values of a column are."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    """`datetime.date` objects."""
    MOMENT = "moment"
    MIXED = "mixed"
    """Texts and numbers in one column."""


class GarbledError(ValueError):
    """Bytes that are not a reply."""


def dump_table(table: pd.DataFrame) -> bytes:
    """A reply that brings a table; its index is not kept, an infinite number becomes an unknown one."""
    columns = [_column(str(name), column) for name, column in table.items()]
    return _dump({"outcome": Outcome.TABLE, "columns": columns})


def dump_failure(outcome: Outcome, reason: str) -> bytes:
    """A reply that says why there is no table."""
    return _dump({"outcome": outcome, "reason": reason})


def load(reply: bytes) -> tuple[Outcome, pd.DataFrame, str]:
    """The outcome with its table (empty for a failure) and its reason (empty for a table).

    Raises GarbledError for anything that the two functions above did not write.
    """
    try:
        content = json.loads(reply)
        outcome = Outcome(content["outcome"])
        if outcome is Outcome.TABLE:
            return outcome, _table(content["columns"]), ""
        return outcome, pd.DataFrame(), str(content["reason"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise GarbledError(f"{type(error).__name__}: {error}") from error


def _dump(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False).encode("ascii")


def _column(name: str, column: "pd.Series[Any]") -> dict[str, Any]:
    kind = _kind(column)
    plain = _PLAIN[kind]
    values = [None if pd.isna(value) else plain(value) for value in column.astype(object)]
    return {"name": name, "kind": kind, "values": values}


def _kind(column: "pd.Series[Any]") -> Kind:
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        return Kind.INTEGER
    if pd.api.types.is_numeric_dtype(column.dtype):
        return Kind.NUMBER
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return Kind.MOMENT
    told = column.dropna().astype(object)
    if all(isinstance(value, str) for value in told):
        return Kind.TEXT
    return Kind.DAY if all(isinstance(value, date) for value in told) else Kind.MIXED


def _plain_number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _plain_scalar(value: Any) -> str | float | None:
    return _plain_number(value) if isinstance(value, int | float) else str(value)


_PLAIN: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: int,
    Kind.NUMBER: _plain_number,
    Kind.TEXT: str,
    Kind.DAY: lambda day: f"{day:%Y-%m-%d}",
    Kind.MOMENT: lambda moment: moment.isoformat(),
    Kind.MIXED: _plain_scalar,
}

_JSON_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.INTEGER: (int,),
    Kind.NUMBER: (int, float),
    Kind.TEXT: (str,),
    Kind.DAY: (str,),
    Kind.MOMENT: (str,),
    Kind.MIXED: (str, int, float),
}


def _table(columns: list[dict[str, Any]]) -> pd.DataFrame:
    restored = [_restored(Kind(one["kind"]), one["values"]) for one in columns]
    if len({len(column) for column in restored}) > 1:
        raise ValueError("columns of different lengths")
    table = pd.concat(restored, axis=1) if restored else pd.DataFrame()
    table.columns = pd.Index([str(one["name"]) for one in columns])
    return table


def _restored(kind: Kind, values: Any) -> "pd.Series[Any]":
    if type(values) is not list or any(type(value) not in (*_JSON_TYPES[kind], type(None)) for value in values):
        raise TypeError(f"a column of kind {kind} holds something else")
    match kind:
        case Kind.INTEGER:
            return pd.Series(values, dtype="int64")
        case Kind.NUMBER:
            return pd.Series(values, dtype="float64")
        case Kind.TEXT:
            return pd.Series(values, dtype="str")
        case Kind.DAY:
            days = [None if value is None else date.fromisoformat(value) for value in values]
            return pd.Series(days, dtype="object")
        case Kind.MOMENT:
            return pd.Series(pd.to_datetime(np.array(values, dtype=object), format="ISO8601"))
        case Kind.MIXED:
            return pd.Series(values, dtype="object")
