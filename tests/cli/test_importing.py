"""`import`: a folder of tidy tables goes in once; what is left out or refused is named, and why."""

import gzip
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.builders import CALENDAR
from tests.cli.program import Program, Said

DATABASE = ("--database", "sqlite:///mine.db")
DAYS = CALENDAR.window(date(2025, 2, 11), 12)
FUNDS = [f"51{number:04d}" for number in range(120)]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with quotes, counts and names of 120 funds on twelve sessions; money comes in on the last three."""
    folder = tmp_path / "archive"
    folder.mkdir()
    write(folder / "etf_profile.csv", "code,name,index_name", (f"{code},基金{code},中证信创" for code in FUNDS))
    bars = (f"{code},{day},1.0,1e6,{1e6 + at},1.0" for at, day in enumerate(DAYS) for code in FUNDS)
    write(folder / "etf_daily.csv.gz", "code,date,close,volume,amount,iopv", bars)
    counts = (f"{code},{day},{count(at):.0f}" for at, day in enumerate(DAYS) for code in FUNDS)
    write(folder / "etf_shares.csv", "code,date,shares", counts)
    return folder


def count(at: int) -> float:
    """A fall until the ninth session, rises on the last three."""
    return 2e8 - 1e6 * min(at, 8) + 2e6 * max(0, at - 8)


def write(path: Path, header: str, rows: object) -> None:
    text = "\n".join([header, *rows, ""])  # type: ignore[misc]
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def take(etfbot: Program, folder: Path) -> Said:
    said = etfbot.run("import", str(folder), *DATABASE)
    assert (said.code, said.err) == (0, "")
    return said


def stored(etfbot: Program) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(etfbot.folder / "mine.db")) as connection:
        return connection.execute("SELECT id, dataset, day, digest FROM snapshots ORDER BY id").fetchall()


def test_each_table_is_counted(etfbot: Program, archive: Path) -> None:
    assert take(etfbot, archive).out.splitlines() == [
        "etf_profile: 120 rows in 1 tables, 1 new",
        "etf_daily: 1,440 rows in 12 tables, 12 new",
        "etf_shares: 1,440 rows in 12 tables, 12 new",
    ]


def test_taking_it_in_again_changes_nothing(etfbot: Program, archive: Path) -> None:
    take(etfbot, archive)
    before = stored(etfbot)
    again = take(etfbot, archive).out.splitlines()
    assert [line.partition(" tables, ")[2] for line in again] == [
        "0 new, 1 known already",
        "0 new, 12 known already",
        "0 new, 12 known already",
    ]
    assert stored(etfbot) == before


def test_a_revised_file_adds_what_it_revises_and_nothing_else(etfbot: Program, archive: Path) -> None:
    take(etfbot, archive)
    path = archive / "etf_shares.csv"
    path.write_text(
        path.read_text("utf-8").replace(f"{FUNDS[0]},{DAYS[-1]},198", f"{FUNDS[0]},{DAYS[-1]},199"), "utf-8"
    )
    assert take(etfbot, archive).out.splitlines()[-1].endswith("1 new, 11 known already")


def test_a_cut_table_is_refused_once_a_run_of_them_on_one_line(etfbot: Program, archive: Path) -> None:
    cut = {str(day) for day in DAYS[4:7]}
    path = archive / "etf_shares.csv"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[1] not in cut or line.split(",")[0] in FUNDS[:50]]
    path.write_text("\n".join([*kept, ""]), "utf-8")
    refused = [line for line in take(etfbot, archive).out.splitlines() if "refused SSE" in line]
    (line,) = refused
    assert line.strip() == (
        f"refused SSE {DAYS[4]} … {DAYS[6]} (3 sessions) by row_count: 50 rows, the last good table had 120"
    )


def test_rows_that_cannot_be_read_are_left_out_by_name(etfbot: Program, archive: Path) -> None:
    with (archive / "etf_shares.csv").open("a", encoding="utf-8") as file:
        file.write(f"600519,{DAYS[-1]},1e8\n{FUNDS[0]},2025-02-30,1e8\n{FUNDS[1]},{DAYS[0]},many\n")
    (archive / "notes.csv").write_text("a,b\n1,2\n", "utf-8")
    out = take(etfbot, archive).out
    for reason in ("not the code of an exchange-traded fund", "not a date", "shares is not a number"):
        assert f"1 rows left out: {reason}" in out
    assert "600519" in out
    assert out.splitlines()[-1] == "notes.csv: not used, no table has that name"


def test_what_was_taken_in_is_replayed(etfbot: Program, archive: Path) -> None:
    take(etfbot, archive)
    replay = ("replay", "--from", str(DAYS[1]), "--to", str(DAYS[-1]), "--json", "alerts.json", *DATABASE)
    assert etfbot.run(*replay).out.splitlines()[0] == f"11 sessions, {3 * len(FUNDS)} new alerts"
    told = [json.loads(line) for line in (etfbot.folder / "alerts.json").read_text("utf-8").splitlines()]
    assert {(one["session"], one["kind"], one["reason"]) for one in told} == {
        (str(DAYS[3]), "outflow_streak", "new"),
        (str(DAYS[5]), "outflow_streak", "stronger"),
        (str(DAYS[-1]), "inflow_streak", "new"),
    }
    assert {one["evidence"]["flow"]["estimated"] for one in told} == {True}, "a flow at the closing IOPV is an estimate"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("etf_shares.csv", b"code,day,shares\n", "'date'"),
        ("etf_shares.csv", b"code,date,date\n", "'date' twice"),
        ("etf_shares.csv.gz", b"no gzip", "etf_shares.csv.gz"),
        ("etf_daily.csv", b"code,date\n510300,2025-02-11\n", "none of the columns"),
        ("etf_daily.csv", "code,date,close\n基金,2025-02-11,1\n".encode("gb18030"), "etf_daily.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_on_one_line(etfbot: Program, name: str, content: bytes, word: str) -> None:
    folder = etfbot.folder / "bad"
    folder.mkdir()
    (folder / name).write_bytes(content)
    said = etfbot.run("import", str(folder), *DATABASE)
    assert (said.code, said.out) == (1, "")
    assert word in said.complaint
