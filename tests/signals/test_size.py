"""Funds that have become much larger or smaller since the last month-end (2.6)."""

import pytest

from signals.core.panel import Panel
from signals.size import AumChange
from tests.builders import market, seen


def month(base: float, *newest: float) -> Panel:
    return market(len(newest) + 1).fund("159590", shares=[base, *newest], nav=1.0).panel()


def february(base: float, now: float) -> Panel:
    panel = month(base, base, base, base, base, now)
    assert panel.sessions[0].month == 1
    return panel


def test_the_published_change_of_159590_is_told() -> None:
    told = seen(AumChange(), february(3e8, 4.26e8))["159590"]
    assert told.evidence["change"].value == pytest.approx(1.26e8)
    assert told.evidence["aum"].value == pytest.approx(4.26e8)


def test_an_outflow_of_the_size_is_told_too() -> None:
    assert seen(AumChange(), february(4e8, 2.9e8))["159590"].evidence["change"].value == pytest.approx(-1.1e8)


def test_less_than_a_hundred_million_is_not() -> None:
    assert seen(AumChange(), february(3e8, 3.99e8)) == {}


def test_nor_what_is_little_for_a_large_fund() -> None:
    assert seen(AumChange(), february(100e8, 104.9e8)) == {}
    assert set(seen(AumChange(), february(100e8, 105e8))) == {"159590"}


def test_without_the_month_end_nothing_is_claimed() -> None:
    assert seen(AumChange(), month(3e8, 4.26e8)) == {}
