"""`replay`: the past told as if it were then; repeated it adds nothing, killed it goes on where it stopped."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.demo_market import recent_database
from tests.cli.program import PATIENCE_SECONDS, Program

WEEK = ("--from", "2025-02-05", "--to", "2025-02-11")
SLOTS_BEFORE_THE_KILL = (2, 7)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database, the words and the alerts of a replay that nothing interrupted."""
    folder = tmp_path_factory.mktemp("unbroken")
    shutil.copy(recent_database(), folder / "market.db")
    said = Program(folder).run(*replay())
    assert (said.code, said.err) == (0, "")
    (folder / "said.txt").write_text(said.out, "utf-8")
    return folder


def replay(*more: str) -> tuple[str, ...]:
    return (
        "replay",
        *WEEK,
        "--channel",
        "console",
        "--json",
        "alerts.json",
        "--database",
        "sqlite:///market.db",
        *more,
    )


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def left_behind(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a replay writes, without numbers that count attempts."""
    return {
        "alerts": rows(path, "SELECT day, kind, code, reason, asof, evidence FROM alerts ORDER BY 1, 2, 3, 4, 5"),
        "deliveries": rows(path, "SELECT batch, subscription_id, state, message FROM deliveries ORDER BY 1, 2"),
        "runs": rows(path, "SELECT job, slot FROM runs ORDER BY 1, 2"),
    }


def test_every_alert_is_an_object_in_the_contracts_words(unbroken: Path) -> None:
    objects = [json.loads(line) for line in (unbroken / "alerts.json").read_text("utf-8").splitlines()]
    assert len(objects) > 20
    assert {tuple(one) for one in objects} == {
        ("session", "asof", "kind", "code", "name", "reason", "basis", "evidence")
    }
    assert {tuple(each) for one in objects for each in one["evidence"].values()} == {
        ("value", "date", "source", "estimated")
    }
    assert {one["session"] for one in objects} == {f"2025-02-{day}" for day in ("05", "06", "07", "10", "11")}
    assert [one["asof"] for one in objects] == sorted(one["asof"] for one in objects)
    assert {one["reason"] for one in objects} >= {"new", "stronger", "corrected"}
    (pullback,) = [one for one in objects if (one["kind"], one["code"]) == ("first_pullback", "560850")]
    assert (pullback["session"], pullback["reason"]) == ("2025-02-11", "new")
    for one in objects:
        assert one["session"] <= one["asof"][:10], "nobody knows a session before it"
        assert all(each["date"] <= one["session"] for each in one["evidence"].values())


def test_the_subscriber_reads_each_batch_in_one_message(unbroken: Path) -> None:
    said = (unbroken / "said.txt").read_text("utf-8")
    assert "演示数据" in said
    assert "5 sessions, " in said.splitlines()[-1]
    sent = rows(unbroken / "market.db", "SELECT batch, count(*) FROM deliveries GROUP BY batch")
    assert sent
    assert {count for _, count in sent} == {1}
    assert rows(unbroken / "market.db", "SELECT DISTINCT state FROM deliveries") == [("sent",)]


def test_running_it_again_adds_nothing_and_sends_nothing(unbroken: Path, etfbot: Program) -> None:
    shutil.copy(unbroken / "market.db", etfbot.folder)
    said = etfbot.run(*replay())
    assert said.out == "5 sessions, 0 new alerts\n"
    assert left_behind(etfbot.folder / "market.db") == left_behind(unbroken / "market.db")
    assert (etfbot.folder / "alerts.json").read_bytes() == (unbroken / "alerts.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("slots", SLOTS_BEFORE_THE_KILL)
def test_killed_in_the_middle_and_begun_again_it_is_completed(unbroken: Path, etfbot: Program, slots: int) -> None:
    database = etfbot.folder / "market.db"
    shutil.copy(recent_database(), database)
    ledger = len(rows(database, "SELECT 1 FROM runs"))
    process = etfbot.start(*replay())
    try:
        for _ in waiting():
            if len(rows(database, "SELECT 1 FROM runs")) >= ledger + slots:
                break
            assert process.poll() is None
        process.kill()
        first, _ = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    assert process.returncode != 0
    assert left_behind(database) != left_behind(unbroken / "market.db")
    second = etfbot.run(*replay())
    assert (second.code, second.err) == (0, "")
    assert left_behind(database) == left_behind(unbroken / "market.db")
    assert (etfbot.folder / "alerts.json").read_bytes() == (unbroken / "alerts.json").read_bytes()
    assert sentences((unbroken / "said.txt").read_text("utf-8")) <= sentences(first) | sentences(second.out)


def test_what_a_killed_replay_had_in_hand_is_sent_by_the_next(unbroken: Path, etfbot: Program) -> None:
    database = etfbot.folder / "market.db"
    shutil.copy(unbroken / "market.db", database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE deliveries SET state = 'sending', lease_until = datetime(due_at, '+60 seconds') || '.000000',"
            " parts_sent = 0, remote_ids = '', ended_at = NULL WHERE id = (SELECT max(id) FROM deliveries)"
        )
    assert "融资余额" in etfbot.run(*replay()).out
    assert left_behind(database) == left_behind(unbroken / "market.db")


def sentences(said: str) -> set[str]:
    """The lines of messages, without those that number them and count sessions."""
    return {line for line in said.splitlines() if not line.endswith("─") and "sessions" not in line}


def waiting() -> Iterator[None]:
    """Turns of a loop that waits for something, until patience is at its end."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
    pytest.fail("what was waited for did not come")


def test_sessions_that_only_a_later_day_explains_are_told_later(unbroken: Path) -> None:
    """Alerts stand at the moment of their slot: margin of a session is published in the morning after it."""
    objects = [json.loads(line) for line in (unbroken / "alerts.json").read_text("utf-8").splitlines()]
    margin = [one for one in objects if one["kind"].startswith("margin")]
    assert margin
    assert all(one["asof"][:10] > one["session"] for one in margin)


def test_a_replay_of_part_of_it_and_then_of_all_tells_the_same(unbroken: Path, etfbot: Program) -> None:
    shutil.copy(recent_database(), etfbot.folder / "market.db")
    begun = etfbot.run("replay", "--from", "2025-02-05", "--to", "2025-02-06", "--database", "sqlite:///market.db")
    assert begun.out.startswith("2 sessions, ")
    etfbot.run(*replay())
    assert (etfbot.folder / "alerts.json").read_bytes() == (unbroken / "alerts.json").read_bytes()
