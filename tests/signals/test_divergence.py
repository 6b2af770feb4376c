"""Money against the price (2.10)."""

import pytest

from signals.core.panel import Panel
from signals.divergence import BoughtWhileFalling, SoldWhileRising
from tests.builders import market, seen

FUND = "159590"


def moved(price: float, shares: float, sessions: int = 5) -> Panel:
    """Price and shares move this far, evenly, over so many sessions, after two calm ones."""
    closes = [1.0, 1.0, *(1 + price * at / sessions for at in range(1, sessions + 1))]
    counts = [10e8, 10e8, *(10e8 * (1 + shares * at / sessions) for at in range(1, sessions + 1))]
    return market(sessions + 2).fund(FUND, close=closes, nav=1.0, shares=counts).panel()


def test_money_that_comes_in_while_the_price_falls_is_told() -> None:
    told = seen(BoughtWhileFalling(), moved(-0.04, 0.05))[FUND]
    assert told.evidence["move"].value == pytest.approx(-0.04)
    assert told.evidence["flow"].value == pytest.approx(0.5e8)
    assert told.evidence["share"].value == pytest.approx(0.05)
    assert told.evidence["days"].value == 5


@pytest.mark.parametrize(("price", "shares"), [(-0.02, 0.05), (-0.04, 0.02), (0.04, 0.05), (-0.04, -0.05)])
def test_neither_too_little_nor_the_same_way_is(price: float, shares: float) -> None:
    assert seen(BoughtWhileFalling(), moved(price, shares)) == {}


def test_money_that_leaves_while_the_price_rises_is_told() -> None:
    told = seen(SoldWhileRising(), moved(0.04, -0.05))[FUND]
    assert told.evidence["flow"].value == pytest.approx(-0.5e8)
    assert told.evidence["share"].value == pytest.approx(-0.05)


@pytest.mark.parametrize(("price", "shares"), [(0.02, -0.05), (0.04, -0.02), (-0.04, -0.05), (0.04, 0.05)])
def test_money_that_follows_the_price_is_not(price: float, shares: float) -> None:
    assert seen(SoldWhileRising(), moved(price, shares)) == {}


def test_a_dividend_is_no_fall() -> None:
    closes = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.96]
    counts = [10e8 + at * 1e7 for at in range(7)]
    world = market(7).fund(FUND, close=closes, prev_close=[None, *closes[:5], 0.96], nav=1.0, shares=counts)
    assert seen(BoughtWhileFalling(), world.panel()) == {}


def test_a_history_shorter_than_the_sessions_says_nothing() -> None:
    assert seen(BoughtWhileFalling(), moved(-0.04, 0.05, sessions=3)) == {}
    assert set(seen(BoughtWhileFalling(days=3), moved(-0.04, 0.05, sessions=3))) == {FUND}


def test_a_panel_shorter_than_the_sessions_says_nothing() -> None:
    assert seen(BoughtWhileFalling(), market(2).fund(FUND, close=[1, 0.9], nav=1.0, shares=1e8).panel()) == {}
