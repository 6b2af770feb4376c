"""A session's trading: change, streaks, traded value, turnover (2.1, 2.2)."""

import numpy as np
import pytest

from signals.core.field import CLOSE, Axis, Unit
from signals.core.panel import Panel
from signals.core.prices import (
    CHANGE,
    CLOSE_PRICE,
    DOWN_STREAK,
    INDEX_CHANGE,
    INDEX_LEVEL,
    TRADED_VALUE,
    TURNOVER,
    UP_STREAK,
    price_scale,
    shares_on_price_scale,
    traded,
)
from signals.core.quantity import Quantity
from signals.core.snapshot import Dataset
from tests.builders import Series, cell, market, snapshot

NAN = float("nan")

CHIP_CLOSES = (1.156, 1.197, 1.192, 1.294, 1.330, 1.384, 1.449, 1.430)
SOFTWARE_CLOSES = (0.967, 1.008, 1.008, 1.094, 1.109, 1.148, 1.188, 1.170)


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund("510001", **series).panel()


def on(quantity: Quantity, panel: Panel) -> list[float]:
    return [float(one) for one in quantity.on(panel).values[:, 0]]


def test_the_change_is_against_the_exchanges_own_previous_close() -> None:
    assert on(CHANGE, fund(2, close=[2.0, 1.9], prev_close=[None, 1.9]))[1] == 0


def test_a_change_is_a_move_with_its_sign() -> None:
    assert CHANGE.on(fund(2, close=1.0)).unit is Unit.MOVE


def test_real_closes_of_560850_had_risen_four_days_before_the_pullback() -> None:
    panel = fund(8, close=CHIP_CLOSES)
    assert on(UP_STREAK, panel)[-2:] == [4, 0]
    assert on(DOWN_STREAK, panel)[-1] == 1


def test_real_closes_of_159590_had_risen_four_days_because_a_flat_day_breaks() -> None:
    assert on(UP_STREAK, fund(8, close=SOFTWARE_CLOSES))[-2] == 4


def test_the_spring_festival_lies_between_consecutive_sessions() -> None:
    panel = fund(8, close=list(range(1, 9)))
    assert (panel.sessions[3] - panel.sessions[2]).days == 9
    assert on(UP_STREAK, panel)[1:] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("volume", [[1e6, 1e6, 0, 1e6], [1e6, 1e6, None, 1e6]])
def test_a_suspended_day_neither_extends_nor_breaks_a_streak(volume: Series) -> None:
    panel = market(4).fund("510001", close=[1, 1.1, 1.1, 1.2], volume=volume).fund("510002", close=1, volume=1e6)
    up = on(UP_STREAK, panel.panel())
    assert np.isnan(up[2])
    assert up[3] == 2


def test_a_day_with_the_same_close_and_some_volume_breaks_it() -> None:
    assert on(UP_STREAK, fund(4, close=[1, 1.1, 1.1, 1.2], volume=1e6))[2:] == [0, 1]


def test_a_day_without_a_bar_neither_extends_nor_breaks_a_streak() -> None:
    up = on(UP_STREAK, fund(4, close=[1, 1.1, None, 1.2]))
    assert np.isnan(up[2])
    assert up[3] == 2


def test_a_table_without_volumes_says_nothing_about_suspension() -> None:
    assert traded(fund(2, close=1.0)).all()


def test_a_new_listing_has_no_change_on_its_first_day() -> None:
    assert np.isnan(on(CHANGE, fund(3, close=[None, None, 1.0]))).all()


def test_turnover_is_volume_over_the_share_count_of_the_day() -> None:
    panel = fund(2, close=1.0, volume=[41_638_500, 41_638_500], shares=[1.2e8, 132_143_763])
    assert on(TURNOVER, panel)[1] == pytest.approx(0.3151, abs=1e-4)


def test_before_the_count_is_out_turnover_is_over_the_latest_one_whose_date_is_shown() -> None:
    panel = fund(3, close=1.0, volume=3e7, shares=[1.1e8, 1e8, None])
    assert on(TURNOVER, panel)[2] == pytest.approx(0.3)
    shares = panel.figure(shares_on_price_scale(panel)[1], 2, 0)
    assert (shares.value, shares.day) == (1e8, panel.sessions[1])


def test_a_count_of_six_sessions_ago_is_too_old_for_a_turnover() -> None:
    assert np.isnan(on(TURNOVER, fund(7, close=1.0, volume=3e7, shares=[1e8, *[None] * 6]))[6])


def test_a_count_of_zero_is_not_divided_by() -> None:
    assert on(TURNOVER, fund(2, close=1.0, volume=3e7, shares=[1e8, 0]))[1] == pytest.approx(0.3)


def test_a_carried_count_that_was_provisional_is_still_called_so() -> None:
    """The evening count of SZSE is provisional, and turnover of the next day rests on it."""
    world = market(2).fund("159001", close=1.0, volume=3e7)
    rows = {"159001": {"shares": 1e8}}
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[0], rows, scope="SZSE", provisional=True))
    _, counts = shares_on_price_scale(panel)
    assert panel.figure(counts, 0, 0).estimated
    assert panel.figure(counts, 1, 0).estimated


def test_turnover_over_a_provisional_count_is_called_so() -> None:
    world = market(1).fund("159001", close=1.0, volume=3e7)
    rows = {"159001": {"shares": 1e8}}
    panel = world.panel(snapshot(Dataset.SHARES, world.sessions[0], rows, scope="SZSE", provisional=True))
    assert panel.figure(TURNOVER.on(panel), 0, 0).estimated


def test_a_suspended_day_has_no_turnover() -> None:
    assert np.isnan(on(TURNOVER, fund(2, close=1.0, volume=[1e6, 0], shares=1e8))[1])


def test_turnover_between_a_split_of_the_shares_and_of_the_price_is_on_the_prices_scale() -> None:
    panel = fund(
        4,
        close=[3.0, 3.0, 3.0, 1.0],
        prev_close=[None, 3.0, 3.0, 1.0],
        volume=[1e7, 1e7, 1e7, 3e7],
        shares=[1e8, 1e8, 3e8, 3e8],
    )
    assert on(TURNOVER, panel) == pytest.approx([0.1] * 4)


def test_turnover_over_yesterdays_count_knows_of_the_split_in_between() -> None:
    panel = fund(
        4,
        close=[3.0, 3.0, 3.0, 1.0],
        prev_close=[None, 3.0, 3.0, 1.0],
        volume=[1e7, 1e7, 1e7, 3e7],
        shares=[1e8, 1e8, None, None],
    )
    assert on(TURNOVER, panel)[3] == pytest.approx(0.1)


def test_turnover_of_the_day_of_a_split_is_the_same_seen_that_evening_and_later() -> None:
    panel = fund(
        4,
        close=[3.0, 3.0, 3.0, 1.0],
        prev_close=[None, 3.0, 3.0, 1.0],
        volume=[1e7, 1e7, 4e7, 3e7],
        shares=[1e8, 1e8, 3.6e8, 3.6e8],
    )
    evening = panel.until(panel.sessions[2])
    later = TURNOVER.on(panel)
    known = later.late is None or not later.late[2, 0]
    assert not known or cell(later.values, panel, "510001", 2) == on(TURNOVER, evening)[2]


def test_raw_figures_are_themselves() -> None:
    panel = fund(2, close=[1.0, 1.1], amount=[5e7, 6e7])
    assert on(CLOSE_PRICE, panel) == [1.0, 1.1]
    assert on(TRADED_VALUE, panel) == [5e7, 6e7]


def test_an_index_moves_against_its_own_last_level() -> None:
    panel = market(3).index("000300", [4000, 4040, None]).panel()
    np.testing.assert_allclose(INDEX_CHANGE.on(panel).values[:, 0], [NAN, 0.01, NAN])
    assert cell(INDEX_LEVEL.on(panel).values, panel, "000300", 1, Axis.INDEX) == 4040


def test_an_index_at_zero_is_a_hole_and_no_crash() -> None:
    panel = market(3).index("000300", [4000, 0, 4000]).panel()
    assert np.isnan(INDEX_CHANGE.on(panel).values[:, 0]).all()


def test_closes_of_different_sessions_compare_over_a_split_and_a_dividend() -> None:
    closes, before = [3.0, 3.3, 1.1, None, 1.045, 1.0], [None, 3.0, 1.1, None, 1.1, 0.95]
    panel = market(6).fund("510300", close=closes, prev_close=before).panel()
    scaled = price_scale(panel).factors[:, 0] * panel.values(CLOSE)[:, 0]
    np.testing.assert_allclose(scaled[1:] / scaled[:-1], [1.1, 1.0, np.nan, np.nan, 1.0 / 0.95])
    assert scaled[4] / scaled[2] == pytest.approx(0.95)
    assert not price_scale(panel).doubtful.any()
