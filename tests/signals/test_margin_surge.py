"""两市融资余额 on single days: jumps that are rare in its own past (2.7)."""

from itertools import accumulate

import numpy as np
import pytest

from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.signal import Signal
from signals.margin_surge import MarginJump, MarginSlump, MarginSurge
from tests.builders import market, seen


def balances(*changes: float, szse_out: bool = True, days: int = 80) -> Panel:
    """Changes of the sum in 亿元; before them it moves by 20 either way."""
    calm = [20.0 if at % 2 else -20.0 for at in range(days - 1 - len(changes))]
    sum_ = np.array(list(accumulate([*calm, *changes], initial=18_000.0))) * 1e8
    szse: list[float | None] = list(sum_ * 0.48)
    if not szse_out:
        szse[-1] = None
    world = market(days).fund("510300", close=1.0)
    return world.margin("SSE", financing=list(sum_ * 0.52)).margin("SZSE", financing=szse).panel()


def told(detector: MarginJump, panel: Panel) -> Signal | None:
    found = seen(detector, panel)
    assert set(found) <= {BOTH_EXCHANGES}
    return found.get(BOTH_EXCHANGES)


def test_the_jump_after_the_spring_festival_is_a_surge() -> None:
    one = told(MarginSurge(), balances(197.97))
    assert one is not None
    assert one.evidence["change"].value == pytest.approx(197.97e8)
    assert (one.evidence["place"].value, one.evidence["days"].value) == (1, 79)
    assert one.evidence["zscore"].value > 5


def test_a_fall_is_the_mirror() -> None:
    one = told(MarginSlump(), balances(-197.97))
    assert one is not None
    assert one.evidence["percentile"].value == 1.0
    assert told(MarginSurge(), balances(-197.97)) is None
    assert told(MarginSlump(), balances(197.97)) is None


def test_a_small_change_is_none_however_rare() -> None:
    assert told(MarginSurge(), balances(99.0)) is None
    assert told(MarginSurge(min_change_cny=9e9), balances(99.0)) is not None


def test_what_is_usual_is_none() -> None:
    wild = [150.0 if at % 2 else -150.0 for at in range(60)]
    assert told(MarginSurge(), balances(*wild, 140.0)) is None


def test_a_second_place_shows_as_one() -> None:
    one = told(MarginSurge(), balances(300.0, 0.0, 197.97))
    assert one is not None
    assert one.evidence["place"].value == 2


def test_too_short_a_past_judges_nothing() -> None:
    assert told(MarginSurge(), balances(197.97, days=41)) is None
    assert told(MarginSurge(), balances(197.97, days=42)) is not None


def test_one_exchange_alone_judges_nothing() -> None:
    assert told(MarginSurge(), balances(197.97, szse_out=False)) is None


def test_each_such_session_is_an_event_of_its_own() -> None:
    panel = balances(197.97, 250.0)
    one = told(MarginSurge(), panel)
    assert one is not None
    assert one.since == panel.sessions[-1]
