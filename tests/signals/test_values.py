"""What a share is worth, its stand-ins, and the premium over it (2.4, 2.5)."""

import numpy as np
import pytest

from signals.core.formulas import PREMIUM_LIMIT
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.snapshot import ESTIMATED, Dataset
from signals.core.values import (
    NAV_CHANGE,
    PREMIUM_IOPV,
    PREMIUM_LATEST_NAV,
    PREMIUM_NAV,
    share_value,
)
from tests.builders import LAST_DAY, Series, market, moment, snapshot

NAN = float("nan")


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("513001", **series).panel()


def on(quantity: Quantity, panel: Panel) -> list[float]:
    return [float(one) for one in quantity.on(panel).values[:, 0]]


def test_a_price_above_its_reference_is_a_positive_premium() -> None:
    panel = fund(1, close=1.430, iopv=1.422, nav=1.42)
    assert on(PREMIUM_IOPV, panel) == [pytest.approx(0.0056, abs=1e-4)]
    assert on(PREMIUM_NAV, panel) == [pytest.approx(0.00704, abs=1e-5)]


def test_a_price_below_it_is_a_negative_one() -> None:
    assert on(PREMIUM_IOPV, fund(1, close=0.99, iopv=1.0)) == [pytest.approx(-0.01)]


@pytest.mark.parametrize("iopv", [0, None, -1])
def test_no_iopv_is_no_premium_rather_than_a_huge_one(iopv: float | None) -> None:
    panel = market(1).fund("513001", close=1.0, iopv=[iopv]).fund("513002", close=1.0, iopv=1.0).panel()
    assert np.isnan(on(PREMIUM_IOPV, panel)).all()


def test_a_reference_on_another_scale_is_no_premium() -> None:
    assert np.isnan(on(PREMIUM_IOPV, fund(1, close=3.0, iopv=1.0))).all()
    assert np.isnan(on(PREMIUM_IOPV, fund(1, close=1.0, iopv=3.0))).all()


def test_a_premium_at_the_limit_is_still_one() -> None:
    assert on(PREMIUM_IOPV, fund(1, close=1 + PREMIUM_LIMIT, iopv=1.0)) == [pytest.approx(PREMIUM_LIMIT)]


def test_both_premiums_name_the_fields_they_rest_on() -> None:
    panel = fund(1, close=1.0, iopv=1.0, nav=1.0)
    assert panel.figure(PREMIUM_IOPV.on(panel), 0, 0).source == "etf_daily.sse"
    assert panel.figure(PREMIUM_NAV.on(panel), 0, 0).source == "etf_daily.sse, etf_nav.sse"


def test_the_value_of_a_share_is_its_nav_of_the_day() -> None:
    value = fund(2, nav=[1.0, 1.1]).derive(share_value)
    assert value.values[:, 0].tolist() == [1.0, 1.1]
    assert not value.estimated.any()


def test_while_the_nav_is_not_out_the_latest_one_stands_in_and_is_marked() -> None:
    value = fund(3, nav=[1.0, 1.1, None], close=1.2, iopv=1.2).derive(share_value)
    assert value.values[2, 0] == 1.1
    assert value.estimated[:, 0].tolist() == [False, False, True]


def test_a_nav_of_six_sessions_ago_is_too_old_to_stand_in() -> None:
    value = fund(7, nav=[1.0, *[None] * 6], close=1.2).derive(share_value)
    assert value.values[5, 0] == 1.0
    assert np.isnan(value.values[6, 0])


def test_without_any_nav_the_closing_iopv_stands_in_and_is_marked() -> None:
    value = fund(1, close=1.2, iopv=1.19).derive(share_value)
    assert value.values[0, 0] == 1.19
    assert value.estimated[0, 0]


@pytest.mark.parametrize("hole", [0.0, -1.0])
def test_a_nav_of_zero_is_a_hole_and_no_worthless_share(hole: float) -> None:
    panel = fund(4, nav=[1.0, 1.0, hole, 1.01], close=1.0)
    assert panel.derive(share_value).values[2, 0] == 1.0
    np.testing.assert_allclose(on(NAV_CHANGE, panel), [NAN, 0, NAN, NAN])


def test_a_nav_that_its_source_calls_an_estimate_makes_marked_values() -> None:
    world = market(1).fund("513001", close=1.0, nav=1.0)
    rows = {"513001": {"nav": 1.0, ESTIMATED: True}}
    panel = world.panel(snapshot(Dataset.NAV, world.sessions[0], rows, scope="SSE", known_at=moment(LAST_DAY)))
    assert panel.derive(share_value).estimated[0, 0]
    assert panel.figure(PREMIUM_NAV.on(panel), 0, 0).estimated


def test_the_nav_change_of_two_sessions_is_not_told_as_that_of_one() -> None:
    np.testing.assert_allclose(on(NAV_CHANGE, fund(4, nav=[1.0, None, 1.1, 1.21])), [NAN, NAN, NAN, 0.1])


def test_a_nav_that_moves_by_more_than_any_fund_can_is_a_change_of_scale() -> None:
    np.testing.assert_allclose(on(NAV_CHANGE, fund(3, nav=[3.0, 1.0, 1.1])), [NAN, NAN, 0.1])


def test_a_nav_that_moves_by_a_fifth_is_a_move() -> None:
    assert on(NAV_CHANGE, fund(2, nav=[1.0, 1.2]))[1] == pytest.approx(0.2)


SPLIT = {
    "close": [3.0, 3.0, 3.06, 1.03, 1.03],
    "prev_close": [None, 3.0, 3.0, 1.02, 1.03],
    "shares": [1e8, 1e8, 3e8, 3e8, 3e8],
}


@pytest.mark.parametrize("nav", [1.02, 3.06])
def test_the_nav_of_the_day_of_a_split_may_stand_on_either_scale(nav: float) -> None:
    panel = fund(5, nav=[3.0, 3.0, nav, 1.03, 1.03], **SPLIT)
    assert panel.derive(share_value).values[2, 0] == pytest.approx(1.02)
    assert on(PREMIUM_NAV, panel)[2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(on(NAV_CHANGE, panel)[1:], [0, 0.02, 1.03 / 1.02 - 1, 0], atol=1e-9)


def test_the_nav_change_of_the_day_of_a_split_is_claimed_only_from_the_next() -> None:
    panel = fund(5, nav=[3.0, 3.0, 1.02, 1.03, 1.03], **SPLIT)
    assert knowable(NAV_CHANGE.on(panel))[:, 0].tolist() == [False, True, False, True, True]


def test_an_old_nav_stands_in_on_the_scale_of_todays_shares() -> None:
    panel = fund(5, nav=[3.0, 3.0, 1.02, None, None], **SPLIT)
    np.testing.assert_allclose(panel.derive(share_value).values[:, 0], [3.0, 3.0, 1.02, 1.02, 1.02])
    panel = fund(5, nav=[3.0, 3.0, None, None, None], **SPLIT)
    np.testing.assert_allclose(panel.derive(share_value).values[2:, 0], [1.0, 1.0, 1.0])


def test_an_iopv_stands_in_on_the_scale_of_todays_shares() -> None:
    panel = fund(5, iopv=[3.0, 3.0, 3.06, 1.03, 1.03], **SPLIT)
    np.testing.assert_allclose(panel.derive(share_value).values[:, 0], [3.0, 3.0, 1.02, 1.03, 1.03])


def test_a_premium_of_the_day_of_a_split_is_the_same_seen_that_evening_and_later() -> None:
    panel = fund(5, nav=[3.0, 3.0, 1.02, 1.03, 1.03], **SPLIT)
    evening = PREMIUM_NAV.on(panel.until(panel.sessions[2]))
    assert knowable(PREMIUM_NAV.on(panel))[2, 0] == np.isfinite(evening.values[2, 0])


def test_a_suspended_fund_has_no_premium() -> None:
    """Its price is the last session's, the IOPV goes on: the quotient is no premium of anybody's."""
    panel = market(2).fund("513001", close=1.0, iopv=[1.0, 0.9], volume=[1e6, 0]).fund("513002", close=1.0, volume=1e6)
    assert np.isnan(PREMIUM_IOPV.on(panel.panel()).values[1, 0])


def test_without_the_nav_of_the_day_the_premium_over_the_latest_one_is_dated_by_it() -> None:
    panel = fund(3, close=1.2, nav=(1.0, 1.1, None))
    figure = PREMIUM_LATEST_NAV.figure(panel, "513001")
    assert figure is not None
    assert (figure.value, figure.day) == (pytest.approx(1.2 / 1.1 - 1), panel.sessions[1])
    assert figure.estimated


def test_with_the_nav_of_the_day_it_is_the_final_premium() -> None:
    panel = fund(3, close=1.2, nav=(1.0, 1.1, 1.15))
    assert PREMIUM_LATEST_NAV.figure(panel, "513001") == PREMIUM_NAV.figure(panel, "513001")


def test_an_old_nav_is_brought_to_the_scale_of_the_price_before_they_are_compared() -> None:
    panel = fund(
        4,
        close=(3.0, 3.0, 1.5, 1.5),
        prev_close=(None, 3.0, 1.5, 1.5),
        nav=(3.0, 3.0, None, None),
        shares=(1e8, 2e8, 2e8, 2e8),
    )
    assert on(PREMIUM_LATEST_NAV, panel)[2:] == [pytest.approx(0.0), pytest.approx(0.0)]


def test_a_nav_of_six_sessions_ago_is_no_reference_any_more() -> None:
    assert np.isnan(on(PREMIUM_LATEST_NAV, fund(7, close=1.2, nav=(1.0,) + (None,) * 6))[-1])


@pytest.mark.parametrize(("fund_class", "estimated"), [("cross_border", True), ("equity", False)])
def test_the_iopv_of_a_cross_border_fund_stands_still_abroad_and_is_marked(fund_class: str, *, estimated: bool) -> None:
    panel = market(1).fund("513001", words={"fund_class": fund_class}, close=1.1, iopv=1.0).panel()
    figure = PREMIUM_IOPV.figure(panel, "513001")
    assert figure is not None
    assert figure.estimated is estimated
