"""`quarantine`: refused tables are listed, looked at and let in, beside the running service too."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import date
from math import nan
from typing import TypeVar

import pytest

from bot.intake import Intake
from bot.store.audit import AuditEntry
from bot.store.database import Database
from signals.core.snapshot import ESTIMATED, Dataset, Snapshot
from tests.builders import CALENDAR, LAST_DAY, moment, profile_snapshot, snapshot
from tests.cli.program import Program, Said

FAILED = 1

DATABASE = ("--database", "sqlite:///mine.db")
CODES = [f"51{number:04d}" for number in range(120)]
BEFORE = CALENDAR.before(LAST_DAY)
EVENING = moment(LAST_DAY, "21:30")

Result = TypeVar("Result")


def counts(rows: int, day: date = LAST_DAY) -> Snapshot:
    """A table of so many share counts; that of the first fund is not known."""
    told = {code: {"shares": nan if code == CODES[0] else 123_456_789.0, ESTIMATED: True} for code in CODES[:rows]}
    return snapshot(Dataset.SHARES, day, told, scope="SSE", known_at=moment(day, "21:30"))


CUT = counts(50)
CUT_LINE = (
    "1  2025-02-11  etf_shares  etf_shares.sse  SSE  50 rows  row_count: 50 rows, the last good table had 120  "
    "(fetched 2025-02-11 21:30)"
)
NAVS = snapshot(
    Dataset.NAV,
    BEFORE,
    {code: {"nav": 1.25 if code == CODES[7] else 99_999.0} for code in reversed(CODES)},
    scope="SSE",
    known_at=EVENING,
)
"""Most of them in another unit."""


def within(etfbot: Program, do: Callable[[Database], Coroutine[None, None, Result]]) -> Result:
    """Do something with the database as the service that has it."""

    async def run() -> Result:
        store = Database(f"sqlite:///{etfbot.folder / 'mine.db'}")
        await store.open()
        try:
            return await do(store)
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def refusing(etfbot: Program) -> Program:
    """The program with a database that has refused two tables: share counts, and NAVs of the session before."""

    async def refuse(store: Database) -> None:
        taken = await Intake(store.market).take([counts(120, BEFORE), CUT, NAVS])
        assert [one.gate for one in taken.refused] == ["row_count", "unit"]

    within(etfbot, refuse)
    return etfbot


def said(etfbot: Program, *words: str) -> str:
    """What `quarantine` says when nothing is wrong."""
    answer = etfbot.run("quarantine", *words, *DATABASE)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


def failure(answer: Said) -> str:
    assert (answer.code, answer.out) == (FAILED, "")
    assert "defect" not in answer.err
    return answer.complaint


async def audited(store: Database) -> list[AuditEntry]:
    return await store.audit.recent(9)


def test_it_is_among_the_commands(etfbot: Program) -> None:
    assert "quarantine" in etfbot.run("--help").out
    answer = etfbot.run("quarantine", "--help").out
    assert [name for name in ("list", "show", "accept") if name not in answer] == []


def test_each_refused_table_is_one_line_the_newest_session_first(refusing: Program) -> None:
    cut, navs = said(refusing, "list").splitlines()
    assert cut == CUT_LINE
    assert navs.startswith("2  2025-02-10  etf_nav  etf_nav.sse  SSE  120 rows  unit: nav of ")


def test_the_sessions_may_be_chosen(refusing: Program) -> None:
    day = str(LAST_DAY)
    assert (
        said(refusing, "list", "--from", day) == said(refusing, "list", "--from", day, "--to", day) == f"{CUT_LINE}\n"
    )
    assert said(refusing, "list", "--to", str(BEFORE)).splitlines() == said(refusing, "list").splitlines()[1:]


def test_scripts_are_told_one_object_a_line(refusing: Program) -> None:
    cut, navs = [json.loads(line) for line in said(refusing, "list", "--json").splitlines()]
    assert cut == {
        "id": 1,
        "day": "2025-02-11",
        "dataset": "etf_shares",
        "source": "etf_shares.sse",
        "scope": "SSE",
        "rows": 50,
        "gate": "row_count",
        "detail": "50 rows, the last good table had 120",
        "provisional": False,
        "fetched_at": "2025-02-11T21:30:00+08:00",
        "accepted_at": None,
    }
    assert navs["id"] == 2


def test_that_nothing_is_kept_out_is_said_and_scripts_are_told_nothing(refusing: Program) -> None:
    later = ("--from", str(CALENDAR.after(LAST_DAY)))
    assert said(refusing, "list", *later) == "no table of these sessions is kept out: all is well\n"
    assert said(refusing, "list", *later, "--json") == ""


def test_days_in_the_wrong_order_are_a_wrong_word(refusing: Program) -> None:
    answer = refusing.run("quarantine", "list", "--from", str(LAST_DAY), "--to", str(BEFORE), *DATABASE)
    assert (answer.code, answer.out) == (2, "")
    assert f"--from {LAST_DAY} is after --to {BEFORE}" in answer.complaint


def test_a_table_is_shown_with_why_it_is_kept_out_and_its_first_rows(refusing: Program) -> None:
    heading, *rows, rest = said(refusing, "show", "1").splitlines()
    assert heading == CUT_LINE
    assert [code for code in CODES if any(code in row for row in rows)] == CODES[:10]
    (known,) = [row for row in rows if CODES[1] in row]
    assert known.replace("│", " ").split() == [CODES[1], "123,456,789", "True"]
    assert rest == "40 more rows (--rows 50 shows all)"


def test_the_row_that_the_gate_names_is_shown_before_the_others(refusing: Program) -> None:
    detail = json.loads(said(refusing, "list", "--json", "--to", str(BEFORE)))["detail"]
    (named,) = [code for code in CODES if code in detail]
    *rows, rest = said(refusing, "show", "2", "--rows", "1").splitlines()[1:]
    assert [code for code in CODES if any(code in row for row in rows)] == [named]
    assert any("99,999" in row for row in rows)
    assert rest == "119 more rows (--rows 120 shows all)"
    assert len(said(refusing, "show", "2", "--rows", "200").splitlines()) > 120


def test_scripts_are_shown_every_row(refusing: Program) -> None:
    told = json.loads(said(refusing, "show", "1", "--json", "--rows", "1"))
    assert (told["id"], told["gate"], len(told["table"])) == (1, "row_count", 50)
    assert told["table"][:2] == [
        {"code": CODES[0], "shares": None, "estimated": True},
        {"code": CODES[1], "shares": 123_456_789.0, "estimated": True},
    ]


def test_a_table_is_let_in_and_what_that_means_is_said(refusing: Program) -> None:
    told, means = said(refusing, "accept", "1", "--note", "delisted").splitlines()
    assert told == f"let in: {CUT_LINE}"
    assert means.startswith("figures are computed from it from the next poll or digest on")
    assert [line.split()[0] for line in said(refusing, "list").splitlines()] == ["2"]
    assert "let in 20" in said(refusing, "show", "1").splitlines()[1]


def test_the_audit_log_says_who_let_it_in_and_why(refusing: Program) -> None:
    answer = refusing.run("quarantine", "accept", "1", "--note", "delisted", *DATABASE, USER="anna")
    assert answer.code == 0
    nobody = refusing.run("quarantine", "accept", "2", *DATABASE, USER="")
    assert nobody.code == 0
    second, first = within(refusing, audited)
    assert (first.who, first.after) == ("cli:anna", "accepted: delisted")
    assert first.before == "refused by row_count: 50 rows, the last good table had 120"
    assert (second.who.removeprefix("cli:").isdigit(), second.after) == (True, "accepted")


def test_a_newer_table_that_goes_before_it_is_said(refusing: Program) -> None:
    async def correct(store: Database) -> None:
        await store.market.add([replace(counts(119), known_at=moment(LAST_DAY, "22:30"))])

    within(refusing, correct)
    assert "known since 2025-02-11 22:30, goes before it" in said(refusing, "accept", "1")


def test_a_table_that_has_passed_meanwhile_changes_no_figure(refusing: Program) -> None:
    async def add(store: Database) -> None:
        await store.market.add([CUT])

    within(refusing, add)
    assert said(refusing, "accept", "1").splitlines()[1].endswith("no figure changes")


def test_letting_in_what_is_in_or_what_is_not_there_fails_on_one_line(refusing: Program) -> None:
    said(refusing, "accept", "1")
    assert "table 1 was let in before, at 20" in failure(refusing.run("quarantine", "accept", "1", *DATABASE))
    for command in ("accept", "show"):
        assert "no refused table 99" in failure(refusing.run("quarantine", command, "99", *DATABASE))
    assert len(within(refusing, audited)) == 1


@pytest.mark.parametrize("number", ["0", "many", "9" * 20])
def test_what_is_no_number_of_a_table_is_a_wrong_word(etfbot: Program, number: str) -> None:
    answer = etfbot.run("quarantine", "accept", number, *DATABASE)
    assert (answer.code, answer.out) == (2, "")
    assert "ID" in answer.complaint


def test_a_table_is_let_in_beside_the_running_service_which_sees_it(refusing: Program) -> None:
    async def serve(store: Database) -> None:
        before = await store.market.stamp(EVENING)
        assert await asyncio.to_thread(said, refusing, "accept", "1")
        assert await store.market.stamp(EVENING) != before
        assert (await Intake(store.market).take([CUT])).refused == []

    within(refusing, serve)


def test_a_database_that_somebody_else_keeps_busy_is_said_and_nothing_changes(refusing: Program) -> None:
    with closing(sqlite3.connect(refusing.folder / "mine.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        complaint = failure(refusing.run("quarantine", "accept", "1", *DATABASE))
    assert "table 1 was not let in, nothing has changed: database is locked" in complaint
    assert said(refusing, "list").startswith(CUT_LINE)


def test_a_database_that_is_not_there_is_not_made(etfbot: Program) -> None:
    assert "there is no database mine.db" in failure(etfbot.run("quarantine", "list", *DATABASE))
    assert list(etfbot.folder.iterdir()) == []


def test_words_of_a_publisher_cannot_paint_the_screen(etfbot: Program) -> None:
    async def refuse(store: Database) -> None:
        odd = profile_snapshot(LAST_DAY, {"510300": {"name": "[red]\x1b[31m基金", "exchange": "SSE"}})
        await store.quarantine.refuse(odd, "codes", "a\n[b]\x1b[31m")

    within(etfbot, refuse)
    (line,) = said(etfbot, "list").splitlines()
    assert "codes: a [b] [31m" in line
    out = said(etfbot, "show", "1")
    assert "[red] [31m基金" in out
    assert "\x1b" not in out
