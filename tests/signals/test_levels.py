"""How far a price, a share count or an AUM is above everything of its last sessions, or below it."""

import numpy as np
import pytest

from signals.core.field import Unit
from signals.core.levels import PRICE_FROM_HIGH, PRICE_LEVEL, SHARE_LEVEL, from_high
from signals.core.panel import Panel
from signals.core.sizes import AUM
from tests.builders import Series, cell, market

FUND = "510300"


def traded(*closes: float | None, **more: Series) -> Panel:
    return market(len(closes)).fund(FUND, close=list(closes), **more).panel()


def apart(panel: Panel, row: int = -1) -> float:
    return cell(from_high(PRICE_LEVEL, 3, 1).on(panel).values, panel, FUND, row)


def test_above_the_high_it_is_positive_by_the_distance() -> None:
    assert apart(traded(1.0, 1.1, 1.0, 1.21)) == pytest.approx(0.1)


def test_below_it_is_negative_and_at_it_nothing() -> None:
    assert apart(traded(1.0, 1.1, 1.0, 1.045)) == pytest.approx(-0.05)
    assert apart(traded(1.0, 1.1, 1.0, 1.1)) == 0.0


def test_a_session_without_a_trade_has_no_level_and_hides_none() -> None:
    panel = traded(1.0, 1.1, None, 1.21)
    assert np.isnan(apart(panel, 2))
    assert apart(panel) == pytest.approx(0.1)


def test_the_first_trade_has_a_level_and_nothing_to_be_compared_with() -> None:
    panel = traded(None, 1.0, 1.1)
    assert [cell(PRICE_LEVEL.on(panel).values, panel, FUND, row) for row in (1, 2)] == pytest.approx([1.0, 1.1])
    assert np.isnan(apart(panel, 1))


def test_shares_are_compared_on_one_scale() -> None:
    panel = market(3).fund(FUND, shares=[1e8, 3e8, 3.3e8], close=[3.0, 1.0, 1.0], split=[None, 3.0, None]).panel()
    levels = [cell(SHARE_LEVEL.on(panel).values, panel, FUND, row) for row in range(3)]
    assert levels[1] / levels[0] == pytest.approx(1.0)
    assert levels[2] / levels[1] == pytest.approx(1.1)


def test_a_hole_in_the_counts_is_no_level() -> None:
    panel = market(2).fund(FUND, shares=[1e8, 0.0], nav=1.0).panel()
    assert np.isnan(cell(SHARE_LEVEL.on(panel).values, panel, FUND))
    assert np.isnan(cell(AUM.on(panel).values, panel, FUND))


def test_it_is_named_by_what_it_is_of_and_how_far_it_looks_back() -> None:
    assert PRICE_FROM_HIGH.name == "price_from_high_250"
    assert PRICE_FROM_HIGH.label.zh == "复权价格距近250日高点"
    assert PRICE_FROM_HIGH.on(market(1).fund(FUND, close=1.0).panel()).unit is Unit.MOVE
    assert from_high(PRICE_LEVEL, 3, 1) is from_high(PRICE_LEVEL, 3, 1)
