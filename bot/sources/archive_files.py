"""Files of an archive as frames: which there are, and what in them cannot be read."""

import csv
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

SUFFIXES = (".csv", ".csv.gz", ".parquet")


class ArchiveError(Exception):
    """The folder or one of its files cannot be used at all; names the file and the word at fault."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Rows of a file that were not used, for one reason."""

    reason: str
    rows: int
    example: str


def archive_files(folder: Path, tables: Iterable[str]) -> tuple[dict[str, Path], list[str]]:
    """The files of a folder that hold one of the `tables`, by name in that order, and those that hold none.

    Raises ArchiveError when the folder is missing, holds no table, or one of them twice.
    """
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is not a folder")
    found: dict[str, Path] = {}
    names = {path: _stem(path) for path in sorted(folder.iterdir()) if path.is_file()}
    wanted = list(tables)
    for path, name in names.items():
        if name in found:
            raise ArchiveError(f"{folder} holds {name} twice: {found[name].name} and {path.name}")
        if name in wanted:
            found[name] = path
    if not found:
        raise ArchiveError(f"{folder} holds none of the tables {', '.join(wanted)} ({', '.join(SUFFIXES)})")
    unused = [path.name for path, name in names.items() if name not in wanted]
    return {name: found[name] for name in wanted if name in found}, unused


def load(path: Path) -> tuple[pd.DataFrame, list[LeftOut]]:
    """The rows of a file, cells of a CSV as text, and the rows that do not fit its header.

    Raises ArchiveError when the file is damaged, is not UTF-8, or names a column twice.
    """
    try:
        frame, left_out = (pd.read_parquet(path), []) if path.suffix == ".parquet" else _read_csv(path)
    except (OSError, EOFError, ValueError, ImportError, csv.Error, zlib.error) as error:
        raise ArchiveError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from None
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ArchiveError(f"{path.name} has the column {twice[0]!r} twice")
    return frame, left_out


def _read_csv(path: Path) -> tuple[pd.DataFrame, list[LeftOut]]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.reader(file, strict=True) if line]
    if not lines:
        raise ValueError("it is empty")
    header, width = lines[0], len(lines[0])
    rows, long = list[list[str]](), list[list[str]]()
    for line in lines[1:]:
        # Spreadsheets leave commas behind; any other surplus means that the cells do not stand where they seem to.
        (long if any(line[width:]) else rows).append(line[:width] + [""] * (width - len(line)))
    left_out = [LeftOut(reason="more cells than the header", rows=len(long), example=" ".join(long[0]))] if long else []
    return pd.DataFrame(rows, columns=header, dtype="str"), left_out


def _stem(path: Path) -> str:
    return next((path.name.removesuffix(suffix) for suffix in SUFFIXES if path.name.endswith(suffix)), "")
