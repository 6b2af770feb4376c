"""A folder of tidy tables, good and bad: what cannot be read is left out by name and takes nothing else with it."""

import gzip
import importlib.util
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bot.sources.archive import LAYOUTS, ArchiveReader, ArchiveTable
from bot.sources.archive_files import ArchiveError, archive_files
from bot.sources.base import published_at
from signals.core.snapshot import ESTIMATED, Dataset
from tests.builders import CALENDAR, LAST_DAY, moment

HEADER = "code,date,shares"
GOOD = "510500,2025-02-11,2e9"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a table's lines into a file of the folder."""

    def written(*lines: str, name: str = "etf_shares.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        data = "\n".join([*lines, ""]).encode(encoding)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return written


def read(path: Path) -> ArchiveTable:
    reader = ArchiveReader(source="archive", calendar=CALENDAR, now=moment(LAST_DAY))
    return reader.read(path.name.split(".", maxsplit=1)[0], path)


def cells(table: ArchiveTable, column: str = "shares") -> dict[tuple[str, str], float]:
    """Figures by day and code."""
    return {
        (f"{one.day}", str(code)): value
        for one in table.snapshots
        for code, value in one.table[column].to_dict().items()
    }


def left_out(table: ArchiveTable) -> list[tuple[str, int, str]]:
    return [(one.reason, one.rows, one.example) for one in table.left_out]


def test_a_good_table_is_one_snapshot_per_session_and_exchange(write: Write) -> None:
    table = read(write(HEADER, GOOD, "159915,2025-02-11,3e9", "510300,2025-02-10,4e9", "510300,2025-02-11,5e9"))
    assert [(one.day.isoformat(), one.scope, list(one.table.index)) for one in table.snapshots] == [
        ("2025-02-10", "SSE", ["510300"]),
        ("2025-02-11", "SSE", ["510300", "510500"]),
        ("2025-02-11", "SZSE", ["159915"]),
    ]
    assert (table.rows, table.left_out) == (4, ())
    assert all(one.table["shares"].dtype == np.float64 for one in table.snapshots)
    assert {(one.dataset, one.source, one.provisional) for one in table.snapshots} == {
        (Dataset.SHARES, "archive", False)
    }


@pytest.mark.parametrize(("name", "dataset"), [(name, layout.dataset) for name, layout in LAYOUTS.items()])
def test_a_table_becomes_known_when_its_like_is_published(write: Write, name: str, dataset: Dataset) -> None:
    columns = {
        "etf_profile": ("code,name", "510300,x"),
        "splits": ("code,split_date,split_ratio", "510300,2025-02-07,2"),
        "dividends": ("code,ex_date,dividend_per_share", "510300,2025-02-07,0.1"),
        "index_daily": ("code,date,close", "000300,2025-02-07,3900"),
        "margin": ("exchange,date,financing,short,total", "SSE,2025-02-07,9e11,1e9,9.01e11"),
        "margin_detail": ("code,date,financing,short_shares", "510300,2025-02-07,9e8,1e6"),
        "etf_nav": ("code,date,nav", "510300,2025-02-07,1"),
        "etf_shares": ("code,date,shares", "510300,2025-02-07,1e9"),
    }.get(name, ("code,date,close", "510300,2025-02-07,1"))
    (one,) = read(write(*columns, name=f"{name}.csv")).snapshots
    day = CALENDAR.first if dataset is Dataset.PROFILE else date(2025, 2, 7)
    assert (one.day, one.known_at) == (day, published_at(dataset, day, CALENDAR))
    assert one.dataset is dataset


def test_margin_is_known_on_the_morning_of_the_next_session(write: Write) -> None:
    lines = ("exchange,date,financing,short,total", "SSE,2025-01-27,9e11,1e9,9.01e11")
    (one,) = read(write(*lines, name="margin.csv")).snapshots
    assert one.known_at == moment(date(2025, 2, 5), "08:55")


@pytest.mark.parametrize("name", ["etf_shares.csv", "etf_shares.csv.gz"])
def test_packed_or_not_and_with_a_mark_of_byte_order_a_file_says_the_same(write: Write, name: str) -> None:
    for encoding in ("utf-8", "utf-8-sig"):
        assert cells(read(write(HEADER, GOOD, name=name, encoding=encoding))) == {("2025-02-11", "510500"): 2e9}


def test_lines_that_end_as_windows_ends_them_say_the_same(write: Write) -> None:
    assert cells(read(write(f"{HEADER}\r", f"{GOOD}\r"))) == {("2025-02-11", "510500"): 2e9}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("600000,2025-02-11,1e9", "not the code of an exchange-traded fund"),
        ("51030,2025-02-11,1e9", "not the code of an exchange-traded fund"),
        ("510300.0,2025-02-11,1e9", "not the code of an exchange-traded fund"),
        (",2025-02-11,1e9", "not the code of an exchange-traded fund"),
        ("５１０３００,2025-02-11,1e9", "not the code of an exchange-traded fund"),
        ("5١٠٣٠٠,2025-02-11,1e9", "not the code of an exchange-traded fund"),
        ("510300,2025-02-30,1e9", "not a date"),
        ("510300,yesterday,1e9", "not a date"),
        ("510300,,1e9", "not a date"),
        ("510300,2025-02,1e9", "not a date"),
        ("510300,2025,1e9", "not a date"),
        ("510300,2025-02-11,many", "shares is not a number"),
        ("510300,2025-02-11,0x10", "shares is not a number"),
        ('510300,2025-02-11,"1,000"', "shares is not a number"),
        ("510300,2025-02-11,inf", "shares is not a number"),
    ],
)
def test_a_wrong_row_is_left_out_and_named(write: Write, line: str, reason: str) -> None:
    table = read(write(HEADER, line, GOOD))
    assert [(one[0], one[1]) for one in left_out(table)] == [(reason, 1)]
    assert cells(table) == {("2025-02-11", "510500"): 2e9}


@pytest.mark.parametrize(
    "moments", [("2025-02-11T00:00+08:00", "2025-02-10T00:00-05:00"), ("2025-02-11", "2025-02-10Z")]
)
def test_dates_with_zones_are_no_dates_and_no_crash(write: Write, moments: tuple[str, str]) -> None:
    table = read(write(HEADER, *(f"510300,{one},1e9" for one in moments), GOOD))
    assert cells(table)["2025-02-11", "510500"] == 2e9
    assert {one[0] for one in left_out(table)} <= {"not a date"}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_with_too_many_cells_does_not_take_the_table_with_it(write: Write, place: int) -> None:
    lines = [GOOD, "510510,2025-02-11,3e9"]
    lines.insert(place, "510300,2025-02-11,1e9,2")
    table = read(write(HEADER, *lines))
    assert cells(table) == {("2025-02-11", "510500"): 2e9, ("2025-02-11", "510510"): 3e9}
    assert sum(one[1] for one in left_out(table)) == 1


def test_commas_at_the_end_of_every_row_do_not_shift_the_columns(write: Write) -> None:
    assert cells(read(write(HEADER, f"{GOOD},", "510510,2025-02-11,3e9,"))) == {
        ("2025-02-11", "510500"): 2e9,
        ("2025-02-11", "510510"): 3e9,
    }


def test_an_empty_or_missing_cell_is_not_known(write: Write) -> None:
    table = read(write(HEADER, "510300,2025-02-11,", "510310,2025-02-11", GOOD))
    told = cells(table)
    assert np.isnan(told["2025-02-11", "510300"])
    assert np.isnan(told["2025-02-11", "510310"])
    assert told["2025-02-11", "510500"] == 2e9
    assert table.left_out == ()


def test_the_same_row_counts_once_and_two_different_ones_not_at_all(write: Write) -> None:
    twice = ["510300,2025-02-11,1e9"] * 2
    table = read(write(HEADER, *twice, "510310,2025-02-11,1e9", "510310,2025-02-11,2e9", GOOD))
    assert left_out(table) == [
        ("the same row again", 1, "510300 2025-02-11"),
        ("two different rows on one day", 2, "510310 2025-02-11"),
    ]
    assert set(cells(table)) == {("2025-02-11", "510300"), ("2025-02-11", "510500")}


def test_what_a_row_says_to_be_incomplete_is_left_out(write: Write) -> None:
    lines = ("exchange,date,financing,short,total,complete", "SSE,2025-02-11,9e11,1e9,9.01e11,yes")
    table = read(
        write(*lines, "SSE+SZSE,2025-02-11,9e11,1e9,9.01e11,no", "SZSE,2025-02-11,,,,unknown", name="margin.csv")
    )
    assert left_out(table) == [("incomplete by its own word", 2, "SSE+SZSE 2025-02-11")]
    assert set(cells(table, "total")) == {("2025-02-11", "SSE")}


def test_what_a_row_calls_estimated_is_marked(write: Write) -> None:
    table = read(write(f"{HEADER},quality", f"{GOOD},official", "510300,2025-02-11,1e9,estimated"))
    assert cells(table, ESTIMATED) == {("2025-02-11", "510300"): True, ("2025-02-11", "510500"): False}


def test_other_columns_are_left_alone_whatever_they_are_called(write: Write) -> None:
    table = read(write("code,subject,day,scope,date,shares,基金", "510500,a,b,c,2025-02-11,2e9,沪深"))
    assert cells(table) == {("2025-02-11", "510500"): 2e9}


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (("date,shares", "2025-02-11,1"), "'code'"),
        (("code,shares", "510300,1"), "'date'"),
        (("code,date,volume", "510300,2025-02-11,1"), "shares"),
        (("code;date;shares", "510300;2025-02-11;1"), "'code'"),
        ((HEADER, '510500,2025-02-11,"7'), "cannot be read"),
    ],
)
def test_a_table_without_what_it_needs_cannot_be_used_and_says_what(
    write: Write, lines: tuple[str, ...], word: str
) -> None:
    with pytest.raises(ArchiveError, match=r"etf_shares\.csv") as caught:
        read(write(*lines))
    assert word in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_a_table_in_another_encoding_cannot_be_used(write: Write) -> None:
    with pytest.raises(ArchiveError, match=r"etf_shares\.csv cannot be read"):
        read(write(f"{HEADER},名称", f"{GOOD},沪深", encoding="gbk"))


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(b"x" * 999)[:15], gzip.compress(b"x" * 9999)[:20] + b"?" * 20],
    ids=["empty", "no gzip", "cut off", "corrupt"],
)
def test_a_damaged_file_cannot_be_used_and_says_so_in_a_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "etf_shares.csv.gz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"etf_shares\.csv\.gz cannot be read") as caught:
        read(path)
    assert "\n" not in str(caught.value).strip()


def test_a_table_without_rows_says_nothing(write: Write) -> None:
    table = read(write(HEADER))
    assert (table.rows, table.snapshots, table.left_out) == (0, (), ())


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="no engine for Parquet is installed")
def test_a_parquet_table_says_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["510500"], "date": [date(2025, 2, 11)], "shares": [2e9]})
    frame.to_parquet(tmp_path / "etf_shares.parquet")
    assert cells(read(tmp_path / "etf_shares.parquet")) == {("2025-02-11", "510500"): 2e9}


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is not None, reason="an engine for Parquet is installed")
def test_without_an_engine_a_parquet_table_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "etf_shares.parquet").write_bytes(b"PAR1")
    with pytest.raises(ArchiveError, match=r"etf_shares.parquet cannot be read: .*pyarrow") as caught:
        read(tmp_path / "etf_shares.parquet")
    assert "\n" not in str(caught.value).strip()


def test_a_folder_gives_its_tables_in_reading_order_and_names_the_rest(write: Write, tmp_path: Path) -> None:
    for name in ("etf_shares.csv.gz", "etf_profile.csv", "margin.csv", "notes.txt", "other.csv", ".hidden"):
        write(HEADER, name=name)
    (tmp_path / "splits.csv").mkdir()
    tables, unused = archive_files(tmp_path, LAYOUTS)
    assert list(tables) == ["etf_profile", "margin", "etf_shares"]
    assert sorted(unused) == [".hidden", "notes.txt", "other.csv"]


def test_a_table_in_two_files_is_refused_because_one_would_be_passed_over(write: Write, tmp_path: Path) -> None:
    for name in ("etf_shares.csv", "etf_shares.csv.gz"):
        write(HEADER, GOOD, name=name)
    with pytest.raises(ArchiveError, match=r"etf_shares.csv.*etf_shares.csv.gz"):
        archive_files(tmp_path, LAYOUTS)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds none of the tables etf_profile, "):
        archive_files(tmp_path, LAYOUTS)
    with pytest.raises(ArchiveError, match="is not a folder"):
        archive_files(tmp_path / "gone", LAYOUTS)
