"""A snapshot's table as bytes: exact, compact, and quick to lay down again.

Layout of version 1, after the version byte and inside zlib: the figures column by column (float64, little
endian), the marks column by column (one byte each), a JSON tail with the codes, the names of both kinds of
columns and the words of text columns, and the tail's length. The figures stand first to be aligned.
Rows and columns are sorted, so that the same content is the same bytes whatever order it came in.
"""

import json
import zlib
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from bot.store.errors import StoreError

_VERSION = 1
_LEVEL = 1
"""Higher levels take up to five times as long and save a tenth."""

_FLOAT = np.dtype("<f8")
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A packed table and the SHA-256 of its content, which does not depend on the compressor's version."""

    data: bytes
    digest: str


def pack(table: pd.DataFrame) -> Payload:
    """Pack a table of numbers, marks (bool) and words; a missing word becomes empty text."""
    table = table if table.index.is_monotonic_increasing else table.sort_index()
    columns = {str(name): table[name] for name in sorted(table.columns)}
    marks = {name: one for name, one in columns.items() if pd.api.types.is_bool_dtype(one.dtype)}
    figures = {
        name: one for name, one in columns.items() if name not in marks and pd.api.types.is_numeric_dtype(one.dtype)
    }
    words = {name: one for name, one in columns.items() if name not in marks and name not in figures}
    tail = {
        "codes": [str(code) for code in table.index],
        "figures": list(figures),
        "marks": list(marks),
        "words": {name: ["" if pd.isna(word) else str(word) for word in one] for name, one in words.items()},
    }
    text = json.dumps(tail, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join(
        [
            *(_figures(one) for one in figures.values()),
            *(one.to_numpy(dtype=np.bool_).tobytes() for one in marks.values()),
            text,
            len(text).to_bytes(_LENGTH_BYTES, "little"),
        ]
    )
    return Payload(data=bytes([_VERSION]) + zlib.compress(body, _LEVEL), digest=sha256(body).hexdigest())


class Unpacker:
    """Unpacks tables; those with the same codes share one index, which is what makes many of them quick."""

    def __init__(self) -> None:
        self._tails: dict[bytes, _Tail] = {}

    def unpack(self, data: bytes) -> pd.DataFrame:
        """The table, its figures read-only; raises StoreError for a version or content it does not know."""
        if not data or data[0] != _VERSION:
            raise StoreError(f"a stored table has format {data[:1].hex() or 'none'}, this program reads {_VERSION:02x}")
        try:
            body = zlib.decompress(memoryview(data)[1:])
        except zlib.error as error:
            raise StoreError(f"a stored table is damaged: {error}") from error
        end = len(body) - _LENGTH_BYTES
        start = end - int.from_bytes(body[end:], "little")
        text = body[start:end]
        tail = self._tails.get(text) or self._tails.setdefault(text, _Tail.read(text))
        return tail.table(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    index: pd.Index
    figures: pd.Index
    marks: tuple[str, ...]
    words: dict[str, list[str]]

    @classmethod
    def read(cls, text: bytes) -> "_Tail":
        told = json.loads(text)
        return cls(
            index=pd.Index(told["codes"], dtype="str"),
            figures=pd.Index(told["figures"], dtype="str"),
            marks=tuple(told["marks"]),
            words=told["words"],
        )

    def table(self, body: bytes) -> pd.DataFrame:
        rows = len(self.index)
        figures = np.frombuffer(body, _FLOAT, rows * len(self.figures)).reshape(len(self.figures), rows)
        marks = np.frombuffer(body, np.bool_, rows * len(self.marks), figures.nbytes).reshape(len(self.marks), rows)
        table = pd.DataFrame(figures.T, index=self.index, columns=self.figures, copy=False)
        for name, mark in zip(self.marks, marks, strict=True):
            table[name] = mark
        for name, words in self.words.items():
            table[name] = pd.array(words, dtype="str")
        return table


def _figures(column: "pd.Series[float]") -> bytes:
    figures = column.to_numpy(dtype=_FLOAT, na_value=np.nan)
    # The sign and the spare bits of a NaN say nothing and would make equal tables differ.
    return np.where(np.isnan(figures), np.nan, figures).tobytes()
