"""两市融资余额 as a level: round amounts that it crosses, and new highs (2.7)."""

import numpy as np
import pytest

from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.signal import Signal
from signals.margin_level import MarginHigh, MarginMilestone, MarginMilestoneDown, MarginMilestoneUp
from tests.builders import market, seen


def balances(*sums: float | None) -> Panel:
    """The balance of both exchanges in 亿元; None = Shenzhen is not out."""
    sse = [9_000.0e8 if one is None else one * 0.52e8 for one in sums]
    szse = [None if one is None else one * 0.48e8 for one in sums]
    return market(len(sums)).margin("SSE", financing=sse).margin("SZSE", financing=szse).panel()


def told(detector: MarginMilestone | MarginHigh, panel: Panel) -> Signal | None:
    found = seen(detector, panel)
    assert set(found) <= {BOTH_EXCHANGES}
    return found.get(BOTH_EXCHANGES)


def test_a_thousand_more_is_a_milestone() -> None:
    one = told(MarginMilestoneUp(), balances(17_954.39, 18_063.15))
    assert one is not None
    assert one.evidence["line"].value == 18_000e8
    assert one.evidence["balance"].value == pytest.approx(18_063.15e8)
    assert told(MarginMilestoneDown(), balances(17_954.39, 18_063.15)) is None


def test_below_it_is_the_mirror() -> None:
    one = told(MarginMilestoneDown(), balances(18_063.15, 17_954.39))
    assert one is not None
    assert one.evidence["line"].value == 18_000e8
    assert told(MarginMilestoneUp(), balances(18_063.15, 17_954.39)) is None


def test_between_two_of_them_there_is_nothing() -> None:
    assert told(MarginMilestoneUp(), balances(18_063.15, 18_900.0)) is None


def test_hovering_is_told_once_and_a_return_from_afar_again() -> None:
    assert told(MarginMilestoneUp(), balances(17_990, 18_010, 17_990, 18_010)) is None
    assert told(MarginMilestoneUp(), balances(17_990, 18_010, 17_700, 18_010)) is not None


def test_the_step_is_a_setting() -> None:
    assert told(MarginMilestoneUp(step_cny=5e10), balances(18_400, 18_600)) is not None
    assert told(MarginMilestoneUp(), balances(18_400, 18_600)) is None


def test_one_exchange_alone_crosses_nothing() -> None:
    assert told(MarginMilestoneUp(), balances(17_990, None)) is None
    assert told(MarginMilestoneUp(), balances(17_990, None, 18_010)) is not None


def rising(sessions: int) -> list[float]:
    return [float(one) for one in 18_000 + np.arange(sessions) % 7]


FEW: dict[str, int] = {"days": 20, "least_days": 10, "pause_days": 5}


def test_above_its_last_sessions_is_a_high() -> None:
    one = told(MarginHigh(**FEW), balances(19_000, *rising(25), 18_010))
    assert one is not None
    assert (one.evidence["days"].value, one.rung) == (20, 1)


def test_above_all_that_is_known_is_a_higher_one() -> None:
    one = told(MarginHigh(**FEW), balances(17_000, *rising(25), 18_010))
    assert one is not None
    assert (one.evidence["days"].value, one.rung) == (26, 2)


def test_a_past_no_longer_than_asked_for_is_no_record() -> None:
    one = told(MarginHigh(**FEW), balances(*rising(15), 18_010))
    assert one is not None
    assert (one.evidence["days"].value, one.rung) == (15, 1)


def test_the_same_balance_again_is_none() -> None:
    assert told(MarginHigh(**FEW), balances(*rising(25), 18_006)) is None


def test_a_climb_is_one_piece_of_news() -> None:
    panel = balances(19_000, *rising(25), 18_010, 18_008, 18_012)
    one = told(MarginHigh(**FEW), panel)
    assert one is not None
    assert one.since == panel.sessions[-3]


def test_after_a_longer_pause_it_is_news_again() -> None:
    panel = balances(19_000, *rising(25), 18_010, *rising(6), 18_012)
    one = told(MarginHigh(**FEW), panel)
    assert one is not None
    assert one.since == panel.sessions[-1]


def test_too_short_a_past_judges_nothing() -> None:
    assert told(MarginHigh(**FEW), balances(*rising(9), 18_010)) is None


def test_with_one_exchange_missing_nothing_is_judged() -> None:
    assert told(MarginHigh(**FEW), balances(*rising(25), None)) is None
