"""Moves and premiums within a session."""

import numpy as np
import pytest

from signals.core.panel import Panel
from signals.core.spot import SPOT_CHANGE, SPOT_PREMIUM_IOPV, SPOT_PREMIUM_NAV
from tests.builders import market

FUND = "513310"
ABROAD = {"fund_class": "cross_border"}


def trading(**figures: float | list[float]) -> Panel:
    """Three sessions that are over and one that trades."""
    nan = float("nan")
    series = {name: one if isinstance(one, list) else [nan, nan, nan, one] for name, one in figures.items()}
    base = {"close": [1.0, 1.0, 1.0, nan], "nav": [1.0, 1.0, 0.8, nan]}
    return market(4).fund(FUND, words=ABROAD, **{**base, **series}).panel()


def newest(quantity: object, panel: Panel) -> float:
    return float(quantity.on(panel).values[-1, 0])  # type: ignore[attr-defined]


def test_a_move_is_taken_from_the_exchanges_own_previous_close() -> None:
    assert newest(SPOT_CHANGE, trading(spot_price=0.55, spot_prev_close=0.5)) == pytest.approx(0.1)


@pytest.mark.parametrize(("price", "before"), [(0.0, 1.0), (1.0, 0.0)])
def test_a_zero_is_a_hole_and_no_move(price: float, before: float) -> None:
    assert np.isnan(newest(SPOT_CHANGE, trading(spot_price=price, spot_prev_close=before)))


def test_a_premium_over_iopv_is_of_one_moment() -> None:
    assert newest(SPOT_PREMIUM_IOPV, trading(spot_price=1.05, spot_iopv=1.0)) == pytest.approx(0.05)


def test_a_premium_beyond_reason_is_another_scale() -> None:
    assert np.isnan(newest(SPOT_PREMIUM_IOPV, trading(spot_price=2.0, spot_iopv=1.0)))


def test_a_premium_over_nav_is_that_of_the_last_close_carried_on_and_dated_by_the_nav() -> None:
    panel = trading(spot_price=0.9, spot_prev_close=1.0)
    measure = SPOT_PREMIUM_NAV.on(panel)
    figure = panel.figure(measure, 3, 0)
    assert figure.value == pytest.approx(0.9 / 0.8 - 1)
    assert (figure.day, figure.estimated) == (panel.sessions[2], True)


def test_a_split_within_the_session_is_no_premium() -> None:
    assert newest(SPOT_PREMIUM_NAV, trading(spot_price=0.45, spot_prev_close=0.5)) == pytest.approx(0.9 / 0.8 - 1)


def test_a_nav_that_is_two_sessions_old_is_still_the_latest() -> None:
    panel = trading(spot_price=1.1, spot_prev_close=1.0, nav=[1.0, 1.0, float("nan"), float("nan")])
    figure = panel.figure(SPOT_PREMIUM_NAV.on(panel), 3, 0)
    assert figure.value == pytest.approx(0.1)
    assert figure.day == panel.sessions[1]


def test_of_a_fund_at_home_there_is_none_over_nav() -> None:
    nan = float("nan")
    home = market(2).fund(FUND, close=[1.0, nan], nav=[0.8, nan], spot_price=[nan, 1.0], spot_prev_close=[nan, 1.0])
    assert np.isnan(newest(SPOT_PREMIUM_NAV, home.panel()))
