"""Borrowed money that grows or shrinks for sessions in a row (2.7)."""

from itertools import accumulate

import numpy as np
import pytest

from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.signal import Signal
from signals.margin import MarginFall, MarginRise
from tests.builders import market, seen

FEBRUARY = (197.97e8, 146.06e8, 108.76e8, 190.57e8)


def balances(*changes: float, base: float = 17_716.69e8) -> Panel:
    series = np.array(list(accumulate(changes, initial=base)))
    world = market(len(series)).margin("SSE", financing=list(series * 0.52))
    return world.margin("SZSE", financing=list(series * 0.48)).panel()


def rise(panel: Panel, **settings: int) -> Signal | None:
    return seen(MarginRise(**settings), panel).get(BOTH_EXCHANGES)  # type: ignore[arg-type]


def test_the_published_rise_of_february_2025_adds_up() -> None:
    told = rise(balances(-1e8, *FEBRUARY))
    assert told is not None
    assert told.evidence["streak"].value == 4
    assert told.evidence["change"].value == pytest.approx(190.57e8)
    assert told.evidence["total"].value == pytest.approx(643.36e8)
    assert told.rung == 3


def test_two_days_are_not_told() -> None:
    assert rise(balances(-1e8, 1e8, 1e8)) is None


def test_a_single_exchange_is_never_judged() -> None:
    told = MarginRise().detect(balances(*FEBRUARY))
    assert {one.subject.code for one in told} == {BOTH_EXCHANGES}


def holed() -> Panel:
    """Shenzhen has not published for one session in the middle."""
    sse = [9e11 + at * 1e9 for at in range(7)]
    szse: list[float | None] = [8e11 + at * 1e9 for at in range(7)]
    szse[3] = None
    return market(7).margin("SSE", financing=sse).margin("SZSE", financing=szse).panel()


def test_one_exchange_missing_breaks_no_streak_and_adds_nothing() -> None:
    told = rise(holed())
    assert told is not None
    assert told.evidence["streak"].value == 4
    assert told.evidence["total"].value == pytest.approx(8e9)
    assert told.evidence["gaps"].value == 2


def test_on_the_session_itself_nothing_is_told() -> None:
    panel = holed()
    assert MarginRise(min_days=1).detect(panel, panel.sessions[3:5]) == []


def test_a_fall_is_the_mirror() -> None:
    told = seen(MarginFall(), balances(1e8, -1e9, -2e9, -3e9))[BOTH_EXCHANGES]
    assert told.evidence["total"].value == pytest.approx(-6e9)
    assert rise(balances(1e8, -1e9, -2e9, -3e9)) is None


def test_two_falls_are_not_told() -> None:
    assert seen(MarginFall(), balances(1e8, -1e9, -2e9)) == {}
