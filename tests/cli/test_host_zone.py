"""The zone of the machine changes no word, no slot and no figure: all reckoning is in zones that are named."""

import shutil

import pytest

from tests.cli.demo_market import recent_database
from tests.cli.program import Program, Said

ZONES = ("Asia/Shanghai", "America/New_York")
ASOF = ("--day", "2025-02-11", "--asof", "2025-02-11T18:21")


@pytest.fixture
def said(etfbot: Program) -> dict[str, list[str]]:
    """What the same commands say on machines of different zones."""
    return {zone: [one.out for one in _in(etfbot, zone)] for zone in ZONES}


def _in(etfbot: Program, zone: str) -> list[Said]:
    path = shutil.copy(recent_database(), etfbot.folder / f"{zone.replace('/', '-')}.db")
    commands = [("digest", *ASOF), ("signals", *ASOF)]
    return etfbot.run_all([(*one, "--database", f"sqlite:///{path}") for one in commands], TZ=zone)


def test_a_machine_in_another_zone_says_the_same(said: dict[str, list[str]]) -> None:
    here, there = said.values()
    assert "数据截至 02-11 18:21" in here[0]
    assert "560850" in here[1]
    assert there == here
