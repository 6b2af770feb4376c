"""Detectors over a history: the same findings, and results that are gone once nobody will ask for them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from signals import load_detectors
from signals.core import twins
from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import CLOSE
from signals.core.panel import Panel
from signals.core.prices import CLOSE_PRICE
from signals.core.sparing import REHEARSED_SESSIONS, once
from signals.core.text import Text
from tests.builders import market

MADE = Counter[str]()
"""How often results of a whole panel were worked out."""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One detector after the other, in an order that does not depend on luck."""
    monkeypatch.setattr(twins, "PROCESSORS", 1)
    MADE.clear()


def made(panel: Panel, name: str) -> str:
    MADE[name] += len(panel.sessions) > REHEARSED_SESSIONS
    return name


def ground(panel: Panel) -> str:
    return made(panel, "ground")


def wall(panel: Panel) -> str:
    return panel.derive(ground) + made(panel, "wall")


def roof(panel: Panel) -> str:
    return panel.derive(wall) + made(panel, "roof")


@dataclass(frozen=True, kw_only=True)
class Asking(Detector):
    """Asks a panel for some of its results."""

    name = "asking"
    topic = Topic.PRICE
    needs = frozenset({CLOSE})
    title = sentence = about = Text("无", "none")

    asks: tuple[Callable[[Panel], Any], ...] = ()
    later: tuple[Callable[[Panel], Any], ...] = ()
    """What it asks for of a panel that is longer than a rehearsal's."""

    def find(self, panel: Panel) -> Findings:
        for one in (*self.asks, *(self.later if len(panel.sessions) > REHEARSED_SESSIONS else ())):
            panel.derive(one)
        close = CLOSE_PRICE.on(panel).values
        return Findings(fires=close > 0, known=close > 0, strength=scaled(close, 1.0), evidence={})


@dataclass(frozen=True, kw_only=True)
class Stumbling(Asking):
    """Breaks on panels of some lengths."""

    breaks: Callable[[int], bool]

    def find(self, panel: Panel) -> Findings:
        if self.breaks(len(panel.sessions)):
            raise ArithmeticError(len(panel.sessions))
        return super().find(panel)


def world(days: int = 8) -> Panel:
    return (
        market(days)
        .fund("510300", close=[1 + day / 10 for day in range(days)], volume=1e6, shares=1e8, nav=1.0)
        .fund("159915", close=[2 - day / 10 for day in range(days)], volume=1e6, shares=2e8, nav=2.0)
        .panel()
    )


def held(one: Detector, panel: Panel) -> list[str]:
    """What a panel still holds when a detector has found what it finds."""
    one.findings(panel)
    return [each.__name__ for each in (ground, wall, roof) if panel.holds(each)]


@pytest.mark.parametrize("processors", [1, 2])
def test_it_finds_what_each_detector_finds_by_itself(monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", processors)
    panel, detectors = world(), [one() for one in load_detectors().values()]
    alone = [one.detect(replace(panel, _derived={})) for one in detectors]
    assert once(lambda one, sparing: one.detect(sparing), panel, detectors) == alone
    assert any(alone)
    assert not panel.holds(CLOSE_PRICE.compute)


def test_a_result_is_there_until_the_last_has_asked_for_it_and_is_worked_out_once() -> None:
    detectors = [Asking(asks=(ground,)), Asking(asks=(roof,)), Asking(asks=(wall, ground))]
    # The one with the fewest results to work out comes first, and the one with the most last.
    assert once(held, world(), detectors) == [["ground"], [], ["wall"]]
    assert MADE == {"ground": 1, "wall": 1, "roof": 1}


def test_what_a_rehearsal_did_not_show_is_worked_out_when_it_is_asked_for() -> None:
    detectors = [Asking(asks=(ground,)), Asking(later=(wall,))]
    assert once(held, world(), detectors)[1] == ["ground", "wall"]
    assert MADE["wall"] == 1
    assert MADE["ground"] <= 2


def test_who_stumbles_in_the_rehearsal_alone_is_not_heard() -> None:
    short = Stumbling(breaks=lambda sessions: sessions <= REHEARSED_SESSIONS, asks=(roof,))
    assert once(held, world(), [short]) == [["ground", "wall", "roof"]]


def test_who_stumbles_in_earnest_is_heard() -> None:
    long = Stumbling(breaks=lambda sessions: sessions > REHEARSED_SESSIONS)
    with pytest.raises(ArithmeticError, match="8"):
        once(held, world(), [Asking(), long])


def test_two_that_are_equal_are_both_asked() -> None:
    assert len(once(held, world(), [Asking(asks=(wall,)), Asking(asks=(wall,))])) == 2


def test_a_panel_without_sessions_has_nothing_to_find() -> None:
    assert once(lambda one, panel: one.detect(panel), world().newest(0), [Asking(asks=(roof,))]) == [[]]
