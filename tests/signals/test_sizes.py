"""Size and growth: AUM, its change since the month's turn, share growth since the year's (2.6)."""

from datetime import date

import numpy as np
import pytest

from signals.core.field import SHARES
from signals.core.flows import FLOW
from signals.core.panel import Panel
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_COUNT, SHARE_GROWTH_YTD, count_scale, without_year_base
from signals.core.snapshot import Dataset
from tests.builders import Series, market, snapshot

NAN = float("nan")
DAYS = 26
"""Sessions that reach back from 2025-02-11 to 2024-12-31 and two more."""


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("159590", **series).panel()


def on(quantity: Quantity, panel: Panel) -> list[float]:
    return [float(one) for one in quantity.on(panel).values[:, 0]]


def growth(year_end: float | None, *after: float | None) -> list[float]:
    """Share growth over the newest sessions of a fund with this count on the last session of 2024."""
    panel = fund(DAYS, shares=[1e8, 1e8, year_end, *[1e8] * (DAYS - 3 - len(after)), *after], close=1.0)
    assert panel.sessions[2] == date(2024, 12, 31)
    return on(SHARE_GROWTH_YTD, panel)


def test_aum_is_shares_times_nav() -> None:
    panel = fund(2, shares=[1e8, 1.2e8], nav=[1.0, 1.1])
    assert on(AUM, panel) == pytest.approx([1e8, 1.32e8])
    assert on(SHARE_COUNT, panel) == [1e8, 1.2e8]


def test_a_count_of_zero_is_no_empty_fund() -> None:
    panel = fund(2, shares=[1e8, 0], nav=1.0)
    assert np.isnan(on(AUM, panel)[1])
    assert np.isnan(on(SHARE_COUNT, panel)[1])


def test_aum_over_an_old_nav_is_marked() -> None:
    panel = fund(2, shares=1e8, nav=[1.0, None])
    assert AUM.on(panel).soft[:, 0].tolist() == [False, True]


def test_a_jump_is_the_aum_of_its_day_once_the_next_price_shows_no_split() -> None:
    panel = fund(3, shares=[1e8, 1.7e8, 1.7e8], nav=1.0, close=1.0)
    assert on(AUM, panel) == [1e8, 1.7e8, 1.7e8]
    assert np.isnan(on(FLOW, panel)[1])
    assert np.flatnonzero(AUM.on(panel).late[:, 0]).tolist() == [1]


def test_a_jump_of_the_newest_session_has_no_aum_yet() -> None:
    panel = fund(2, shares=[1e8, 1.7e8], nav=1.0, close=1.0)
    assert np.isnan(on(AUM, panel)[1])


@pytest.mark.parametrize("hole", [0.0, None])
def test_a_worthless_nav_makes_no_worthless_fund(hole: float | None) -> None:
    assert on(AUM, fund(3, shares=1e8, nav=[1.0, hole, 1.0]))[1] == 1e8


def test_the_month_is_measured_from_the_last_session_before_it() -> None:
    shares = [1e8, 1.1e8, 1.2e8, 1.4e8, 1.6e8, 1.9e8, 2.2e8, 2.46e8]
    panel = fund(8, shares=shares, nav=1.0, close=1.0)
    assert panel.sessions[2] == date(2025, 1, 27)
    np.testing.assert_allclose(on(AUM_CHANGE_MONTH, panel), [NAN] * 3 + [0.2e8, 0.4e8, 0.7e8, 1.0e8, 1.26e8])


def test_the_change_of_the_month_is_marked_while_its_base_is() -> None:
    rows = {"159590": {"shares": 1e8}}
    world = market(6).fund("159590", shares=[None, *[1e8] * 5], nav=1.0)
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[0], rows, scope="SZSE", provisional=True))
    assert panel.sessions[0] == date(2025, 1, 27)
    assert AUM_CHANGE_MONTH.on(panel).soft[1:, 0].all()


def test_growth_is_measured_from_the_last_session_of_last_year() -> None:
    assert growth(1e8, 1.4e8, 1.9044e8)[-1] == pytest.approx(0.9044)


def test_growth_of_last_years_sessions_needs_a_base_before_them() -> None:
    assert np.isnan(growth(1e8)[:3]).all()


def test_a_split_in_between_is_no_growth() -> None:
    prices = [3.0] * (DAYS - 3) + [3.0, 1.0, 1.0]
    panel = fund(
        DAYS, shares=[1e8] * (DAYS - 3) + [3e8, 3e8, 3.3e8], close=prices, prev_close=[3.0] * (DAYS - 2) + [1.0, 1.0]
    )
    assert on(SHARE_GROWTH_YTD, panel)[-2:] == [pytest.approx(0), pytest.approx(0.1)]


def test_two_splits_in_between_are_no_growth_either() -> None:
    shares = [1e8] * 5 + [2e8] * 10 + [6e8] * 11
    closes = [6.0] * 6 + [3.0] * 10 + [1.0] * 10
    previous = [6.0] * 6 + [3.0] * 10 + [1.0] * 10
    panel = fund(DAYS, shares=shares, close=closes, prev_close=previous)
    assert on(SHARE_GROWTH_YTD, panel)[-1] == pytest.approx(0)


def test_a_missing_count_makes_only_its_own_day_unknown() -> None:
    got = growth(1e8, 1.1e8, None, 1.2e8)
    np.testing.assert_allclose(got[-3:], [0.1, NAN, 0.2])


def test_a_fund_without_a_base_has_no_growth() -> None:
    assert np.isnan(growth(None)).all()


def new(listed: str, first: int, *, other: Series = 1e8) -> np.ndarray:
    """Where a fund with this listing day and counts from row `first` on counts as new; a neighbour is old."""
    world = market(DAYS).fund("159590", words={"listed": listed}, shares=[*[None] * first, *[1e8] * (DAYS - first)])
    return without_year_base(world.fund("159591", shares=other).panel())[:, 0]


def test_a_fund_listed_this_year_has_no_base() -> None:
    assert new("2025-01-06", 5)[5:].all()


def test_a_fund_that_was_there_at_the_turn_of_the_year_has_one() -> None:
    assert not new("2019-01-04", 0)[3:].any()


def test_a_fund_of_unknown_listing_that_the_base_table_left_out_counts_as_new() -> None:
    assert new("", 5)[3:].all()


def test_without_a_table_at_the_turn_of_the_year_nobody_is_new() -> None:
    assert not new("", 5, other=[*[None] * 5, *[1e8] * (DAYS - 5)]).any()


def test_an_old_fund_that_the_base_table_left_out_is_unknown_rather_than_new() -> None:
    """560650 stood at 0 one day: were it the year's last, the fund must not pass for a new listing."""
    assert not new("2019-01-04", 5)[3:].any()


def test_counts_of_different_sessions_compare_over_a_split_once_it_is_proved() -> None:
    world = market(4).fund("588710", close=[3.0, 3.0, 1.0, 1.0], prev_close=[None, 3.0, 1.0, 1.0], nav=1.0)
    panel = world.fund("588710", shares=[1e8, 3e8, 3e8, 3.3e8]).panel()
    scale = count_scale(panel)
    np.testing.assert_allclose(scale.factors[:, 0] * panel.values(SHARES)[:, 0], [1e8, 1e8, 1e8, 1.1e8])
    assert scale.doubtful[:, 0].tolist() == [False, True, False, False]
    assert count_scale(panel.until(panel.sessions[1])).doubtful[:, 0].tolist() == [False, True]
