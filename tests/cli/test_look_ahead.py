"""No figure of a day knows what came after it: a database that ends there says the same, word for word."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from signals.core.calendar import MARKET_ZONE
from tests.cli.demo_market import cut, demo_database
from tests.cli.program import Program

MOMENTS = [
    ("2025-02-11", "2025-02-11T18:21"),
    ("2025-02-11", "2025-02-12T09:20"),
    ("2025-02-05", "2025-02-05T22:00"),
    ("2024-10-09", "2024-10-10T08:55"),
]
"""An evening, the morning after, the first session after a holiday, and one amid splits and revisions."""


def readings(day: str, asof: str) -> list[tuple[str, ...]]:
    when = ("--day", day, "--asof", asof)
    return [
        ("digest", *when, "--watchlist", "演示"),
        ("digest", *when, "--lang", "en"),
        ("signals", *when, "--json"),
        ("export", *when),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("day", "asof"), MOMENTS)
def test_what_comes_later_changes_nothing(etfbot: Program, day: str, asof: str) -> None:
    whole, ended = (Path(shutil.copy(demo_database(), etfbot.folder / name)) for name in ("whole.db", "ended.db"))
    moment = datetime.fromisoformat(asof).replace(tzinfo=MARKET_ZONE)
    cut(ended, after=date.fromisoformat(day), asof=moment)
    assert ended.read_bytes() != whole.read_bytes()
    commands = [
        (*one, "--database", f"sqlite:///{path.name}") for one in readings(day, asof) for path in (whole, ended)
    ]
    answers = etfbot.run_all(commands)
    assert {said.code for said in answers} == {0}
    for command, of_whole, of_ended in zip(commands[::2], answers[::2], answers[1::2], strict=True):
        assert len(of_whole.out.splitlines()) > 5, command
        assert of_whole.out == of_ended.out, command


@pytest.mark.slow
def test_replayed_alerts_of_a_session_know_nothing_of_the_next(etfbot: Program) -> None:
    whole, ended = (Path(shutil.copy(demo_database(), etfbot.folder / name)) for name in ("whole.db", "ended.db"))
    cut(ended, after=date(2025, 2, 10), asof=datetime(2025, 2, 11, 12, tzinfo=MARKET_ZONE))
    days = ("--from", "2025-02-06", "--to", "2025-02-10")
    for path in (whole, ended):
        said = etfbot.run("replay", *days, "--json", f"{path.stem}.json", "--database", f"sqlite:///{path.name}")
        assert said.code == 0
    alerts = (etfbot.folder / "whole.json").read_text("utf-8")
    assert len(alerts.splitlines()) > 10
    assert alerts == (etfbot.folder / "ended.json").read_text("utf-8")
