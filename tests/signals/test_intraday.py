"""What is told while the exchanges trade."""

import pytest

from signals.core.detector import Detector
from signals.core.signal import Signal
from signals.intraday import IntradayDiscount, IntradayFall, IntradayNavPremium, IntradayPremium, IntradayRise
from tests.builders import market, seen

FUND = "513310"
NAN = float("nan")


def now(detector: Detector, *closes: float, words: dict[str, str] | None = None, **spot: float) -> Signal | None:
    """What is seen of a fund that closed at these premiums to an IOPV and NAV of 1 and trades at `spot`."""
    over = closes or (0.0,)
    world = market(len(over) + 1).fund(
        FUND,
        words=words,
        close=[*(1 + one for one in over), NAN],
        iopv=[*(1.0 for _ in over), NAN],
        nav=[*(1.0 for _ in over), NAN],
        **{name: [*(NAN for _ in over), one] for name, one in spot.items()},
    )
    return seen(detector, world.panel()).get(FUND)


@pytest.mark.parametrize(("price", "rung"), [(1.05, 1), (1.0699, 1), (1.07, 2), (1.1, 3)])
def test_a_rise_of_five_per_cent_is_told_and_each_two_more_again(price: float, rung: int) -> None:
    told = now(IntradayRise(), spot_price=price, spot_prev_close=1.0)
    assert told is not None
    assert (told.rung, told.evidence["price"].value) == (rung, price)
    assert told.since == told.reached == told.day


def test_a_smaller_rise_and_a_fall_are_no_rise() -> None:
    assert now(IntradayRise(), spot_price=1.0499, spot_prev_close=1.0) is None
    assert now(IntradayRise(), spot_price=0.9, spot_prev_close=1.0) is None


def test_a_fall_is_told_in_the_same_steps() -> None:
    told = now(IntradayFall(), spot_price=0.93, spot_prev_close=1.0)
    assert told is not None
    assert (told.rung, told.evidence["change"].value) == (2, pytest.approx(-0.07))


def test_the_price_of_a_money_fund_says_nothing() -> None:
    words = {"fund_class": "money"}
    assert now(IntradayRise(), words=words, spot_price=1.2, spot_prev_close=1.0) is None


def test_three_per_cent_over_iopv_are_told_whatever_the_past() -> None:
    told = now(IntradayPremium(), spot_price=1.03, spot_iopv=1.0)
    assert told is not None
    assert told.rung == 1
    assert now(IntradayPremium(), spot_price=1.029, spot_iopv=1.0) is None


def test_half_of_that_is_told_of_a_fund_that_never_closed_so() -> None:
    calm = [0.001 * (at % 3) for at in range(40)]
    told = now(IntradayPremium(), *calm, spot_price=1.015, spot_iopv=1.0)
    assert told is not None
    assert told.rung == 1
    assert now(IntradayPremium(), *calm, spot_price=1.0149, spot_iopv=1.0) is None
    assert now(IntradayPremium(), *calm[1:], spot_price=1.015, spot_iopv=1.0) is None


def test_a_fund_that_always_closes_so_is_no_news() -> None:
    wild = [0.02 * (at % 3) for at in range(60)]
    assert now(IntradayPremium(), *wild, spot_price=1.029, spot_iopv=1.0) is None


def test_a_discount_is_told_by_its_size() -> None:
    told = now(IntradayDiscount(), spot_price=0.95, spot_iopv=1.0)
    assert told is not None
    assert (told.rung, told.evidence["premium"].value) == (2, pytest.approx(0.05))
    assert now(IntradayDiscount(), spot_price=1.05, spot_iopv=1.0) is None


def test_without_an_iopv_nothing_is_known() -> None:
    assert now(IntradayPremium(), spot_price=1.5) is None


def test_a_cross_border_fund_is_held_against_its_latest_nav() -> None:
    words = {"fund_class": "cross_border"}
    told = now(IntradayNavPremium(), 0.02, words=words, spot_price=1.09, spot_prev_close=1.02)
    assert told is not None
    assert (told.rung, told.evidence["premium"].value) == (2, pytest.approx(0.09))
    assert told.evidence["premium"].estimated
    assert now(IntradayNavPremium(), 0.02, words=words, spot_price=1.05, spot_prev_close=1.02) is None
    assert now(IntradayNavPremium(), 0.02, spot_price=1.09, spot_prev_close=1.02) is None


@pytest.mark.parametrize(
    ("one", "sessions"), [(IntradayRise(), 1), (IntradayPremium(), 61), (IntradayNavPremium(), 10)]
)
def test_a_poll_lays_as_many_sessions_as_are_looked_back_on(one: Detector, sessions: int) -> None:
    assert one.window == sessions
