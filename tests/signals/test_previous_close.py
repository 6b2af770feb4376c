"""Previous closes on today's scale, from an exchange's own or rebuilt, and the dividends that they betray."""

import numpy as np
import pytest

from signals.core.corporate import find_actions
from signals.core.flows import FLOW
from signals.core.panel import Panel
from signals.core.prices import CHANGE, TURNOVER
from signals.core.values import NAV_CHANGE, PREMIUM_NAV
from tests.builders import Market, Series, market


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("510001", **series).panel()


def changes(panel: Panel) -> list[float]:
    return [float(one) for one in CHANGE.on(panel).values[:, 0]]


def test_a_dividend_is_no_fall() -> None:
    panel = fund(3, close=[2.0, 2.0, 1.9], prev_close=[None, 2.0, 1.9])
    assert changes(panel)[1:] == [0, 0]


def test_a_fall_of_the_same_size_without_a_dividend_is_one() -> None:
    assert changes(fund(3, close=[2.0, 2.0, 1.9]))[2] == pytest.approx(-0.05)


def test_the_dividend_is_read_off_the_previous_close() -> None:
    panel = fund(3, close=[2.0, 2.0, 1.9], prev_close=[None, 2.0, 1.9])
    np.testing.assert_allclose(panel.derive(find_actions).cash.dense[:, 0], [0, 0, 0.1])


@pytest.mark.parametrize("previous_close", [0.333, 0.332])
def test_a_previous_close_that_is_a_rounded_split_betrays_no_dividend(previous_close: float) -> None:
    panel = fund(3, close=[1.0, 1.0, 0.334], prev_close=[None, 1.0, previous_close], shares=[1e8, 1e8, 3e8])
    assert panel.derive(find_actions).cash.dense[2, 0] == 0


def test_a_dividend_on_the_day_of_a_split_is_told_apart_from_it() -> None:
    """159922 did both on 2024-12-02."""
    panel = fund(3, close=[6.0, 6.0, 1.95], prev_close=[None, 6.0, 1.9], shares=[1e8, 1e8, 3e8])
    actions = panel.derive(find_actions)
    assert [split.ratio for split in actions.splits] == [3.0]
    assert actions.cash.dense[2, 0] == pytest.approx(0.1)


def test_a_dividend_does_not_lower_the_nav_change() -> None:
    panel = fund(3, close=[2.0, 2.0, 1.9], prev_close=[None, 2.0, 1.9], nav=[2.0, 2.0, 1.92])
    assert NAV_CHANGE.on(panel).values[2, 0] == pytest.approx(0.01)


def test_without_an_own_previous_close_a_listed_dividend_is_taken_off() -> None:
    panel = fund(3, close=[2.0, 2.0, 1.9], prev_close=None, dividend=[None, None, 0.1], nav=[2.0, 2.0, 1.9])
    assert changes(panel)[1:] == pytest.approx([0, 0])
    assert NAV_CHANGE.on(panel).values[2, 0] == pytest.approx(0)


def test_without_an_own_previous_close_a_split_is_found_by_the_fall() -> None:
    panel = fund(4, close=[3.0, 3.0, 3.0, 1.01], prev_close=None, shares=[1e8, 1e8, 3e8, 3e8])
    assert changes(panel)[3] == pytest.approx(0.01)
    assert [split.ratio for split in panel.derive(find_actions).splits] == [3.0]


def test_a_fall_to_the_limit_is_no_split() -> None:
    panel = fund(3, close=[2.0, 2.0, 1.6], prev_close=None)
    assert changes(panel)[2] == pytest.approx(-0.2)
    assert panel.derive(find_actions).splits == ()


def test_a_fall_that_fits_no_ratio_is_no_split() -> None:
    panel = fund(3, close=[2.0, 2.0, 0.014], prev_close=None)
    assert panel.derive(find_actions).splits == ()


def test_a_listed_split_is_placed_by_the_close_where_there_is_no_previous_close() -> None:
    panel = fund(
        4,
        close=[3.0, 3.0, 3.0, 1.05],
        prev_close=None,
        shares=[1e8, 1e8, 3e8, 3e8],
        split=[None, None, 3.0, None],
    )
    (split,) = panel.derive(find_actions).splits
    assert (split.price_row, split.share_row, split.listed_row) == (3, 2, 2)
    assert changes(panel)[3] == pytest.approx(0.05)


def test_a_chip_fund_may_move_a_fifth_on_the_day_its_price_is_split() -> None:
    """STAR and ChiNext funds have limits of 20 %, so a split's close may stray that far."""
    panel = fund(
        4,
        close=[3.0, 3.0, 3.0, 1.17],
        prev_close=None,
        shares=[1e8, 1e8, 3e8, 3e8],
        split=[None, None, 3.0, None],
    )
    assert changes(panel)[3] == pytest.approx(0.17)


def test_a_fund_suspended_over_its_split_does_not_fall_by_it() -> None:
    panel = fund(
        6,
        close=[3.0, 3.0, 3.0, None, 1.0, 1.0],
        prev_close=None,
        shares=[1e8, 1e8, 3e8, 3e8, 3e8, 3e8],
        split=[None, None, 3.0, None, None, None],
    )
    assert np.isnan(changes(panel)[4]) or changes(panel)[4] == pytest.approx(0)


def test_a_rebase_that_known_share_counts_disprove_is_no_split() -> None:
    panel = fund(4, close=[3.0, 3.0, 1.0, 1.0], prev_close=[None, 3.0, 1.0, 1.0], shares=1e8, nav=1.0)
    assert panel.derive(find_actions).splits == ()
    assert FLOW.on(panel).values[1:, 0].tolist() == [0, 0, 0]


def test_a_rebase_without_any_share_count_is_a_split_all_the_same() -> None:
    panel = fund(4, close=[3.0, 3.0, 1.0, 1.0], prev_close=[None, 3.0, 1.0, 1.0])
    (split,) = panel.derive(find_actions).splits
    assert (split.ratio, split.price_row) == (3.0, 2)


def test_a_session_that_no_table_tells_of_is_no_dividend() -> None:
    """The archive lacks a day on which the fund fell by 3 %: the previous close is right, our last close is old."""
    panel = fund(
        5, close=[2.0, 2.0, None, 1.9, 1.95], prev_close=[None, 2.0, None, 1.94, 1.9], nav=[2, 2, 1.94, 1.9, 1.95]
    )
    assert panel.derive(find_actions).cash.dense[3, 0] == 0
    assert NAV_CHANGE.on(panel).values[3, 0] == pytest.approx(1.9 / 1.94 - 1)


def test_a_suspended_fund_resumes_from_its_own_last_close() -> None:
    panel = fund(5, close=[2.0, 2.0, None, None, 2.1], prev_close=None)
    assert changes(panel)[4] == pytest.approx(0.05)


def test_a_fund_that_was_gone_for_a_month_has_no_previous_close() -> None:
    panel = fund(25, close=[2.0, *[None] * 23, 2.1], prev_close=None)
    assert np.isnan(changes(panel)[24])


def adjusted(closes: Series, *, own: bool) -> Market:
    """159922's forward-adjusted closes of October 2018 were zero and less."""
    prices = {"close": closes} if own else {"close": closes, "prev_close": None}
    return market(6).fund("159922", nav=1.0, shares=1e8, volume=1e6, **prices)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("closes", [[0.02, 0.019, -0.01, -0.02, 0.019, 0.02], [0.02, 0.019, 0, 0, 0.019, 0.02]])
def test_prices_of_zero_and_less_are_no_prices(closes: list[float], own: bool) -> None:
    panel = adjusted(closes, own=own).panel()
    for quantity in (CHANGE, NAV_CHANGE, PREMIUM_NAV, FLOW, TURNOVER):
        assert not np.isinf(quantity.on(panel).values).any()
    told = np.isfinite(changes(panel))
    assert told[[1, 5]].all()
    assert not told[[2, 3]].any()
