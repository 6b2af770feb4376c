"""Price paths: dividends and splits are no moves, suspensions none either, and what is lost is not made up."""

import numpy as np
import pytest

from signals.core.field import Axis
from signals.core.profile import FundClass
from signals.study.ground import Paths, fund_paths, ground_of
from tests.builders import Market, market
from tests.signals.worlds import random_market

CODE, OTHER = "510300", "510500"


def paths(world: Market, code: str = CODE) -> tuple[list[float], list[int]]:
    panel = world.panel()
    found = fund_paths(panel)
    column = panel.column(Axis.FUND, code)
    return found.price[:, column].tolist(), found.chain[:, column].tolist()


def test_moves_compound() -> None:
    price, _ = paths(market(3).fund(CODE, close=[1.0, 1.1, 1.21]))
    assert price[1:] == pytest.approx([1.1, 1.21])
    assert np.isnan(price[0]), "the first session's move is not known"


def test_a_dividend_is_no_fall_and_a_split_none_either() -> None:
    paid = market(3).fund(CODE, close=[1.0, 0.95, 0.95], prev_close=[None, 0.95, 0.95])
    assert paths(paid)[0][1:] == pytest.approx([1.0, 1.0])
    split = market(4).fund(
        CODE, close=[2.0, 2.0, 1.0, 1.1], prev_close=[None, 2.0, 1.0, 1.0], shares=[1e8, 1e8, 2e8, 2e8]
    )
    assert paths(split)[0][1:] == pytest.approx([1.0, 1.0, 1.1])


def test_a_suspended_session_has_no_price_and_breaks_nothing() -> None:
    world = market(4).fund(CODE, close=[1.0, 1.1, None, 1.21]).fund(OTHER, close=1.0)
    price, chain = paths(world)
    assert np.isnan(price[2])
    assert price[3] == pytest.approx(1.21)
    assert len({*chain[1:]}) == 1


def test_a_session_that_nobody_tells_of_breaks_the_chain() -> None:
    price, chain = paths(market(5).fund(CODE, close=[1.0, 1.1, None, 1.2, 1.3]))
    assert np.isfinite(price[1])
    assert np.isfinite(price[4])
    assert chain[1] != chain[4]


def test_a_move_beyond_all_limits_breaks_the_chain() -> None:
    closes = [1.0, 1.0, 1.4, 1.4]
    price, chain = paths(market(4).fund(CODE, close=closes, volume=1e6))
    assert np.isnan(price[2])
    assert chain[1] != chain[3]


def test_funds_are_compared_within_their_class() -> None:
    world = market(3).funds([CODE, OTHER], close=1.0).fund("511010", words={"fund_class": "bond"}, close=100.0)
    panel = world.panel()
    equity, everything = ground_of(panel, Axis.FUND, FundClass.EQUITY), ground_of(panel, Axis.FUND)
    assert equity is not None
    assert everything is not None
    assert [panel.subjects[Axis.FUND][one] for one in equity.columns] == [CODE, OTHER]
    assert len(everything.columns) == 3
    assert equity.netted
    assert ground_of(panel, Axis.FUND, FundClass.MONEY) is None


def test_the_market_is_measured_by_the_broadest_index_that_is_known() -> None:
    both = market(3).index("000300", [1.0, 1.1, 1.2]).index("000985", [1.0, 1.0, 2.0 / 1.9])
    ground = ground_of(both.panel(), Axis.MARKET)
    assert ground is not None
    assert (ground.index, ground.netted) == ("000985", False)
    assert ground.paths.price.shape == (3, 3)
    large = ground_of(market(3).index("000300", [100, 101, 102]).panel(), Axis.MARKET)
    assert large is not None
    assert large.index == "000300"
    assert ground_of(market(3).index("000905", [100, 101, 102]).panel(), Axis.MARKET) is None
    assert ground_of(market(3).index("000985", [100, None, None]).panel(), Axis.MARKET) is None


def test_indices_are_compared_with_each_other() -> None:
    ground = ground_of(market(3).index("000300", [100, 101, 102]).index("000905", [100, 99, 98]).panel(), Axis.INDEX)
    assert ground is not None
    assert ground.paths.price[-1].tolist() == pytest.approx([1.02, 0.98])
    assert ground.netted


def test_an_index_without_a_level_breaks_its_chain() -> None:
    ground = ground_of(market(5).index("000300", [100, 101, None, 103, 104]).panel(), Axis.INDEX)
    assert ground is not None
    assert ground.paths.chain[1, 0] != ground.paths.chain[4, 0]


def test_stocks_have_no_ground() -> None:
    assert ground_of(market(3).panel(), Axis.STOCK) is None


@pytest.mark.parametrize("seed", range(4))
def test_later_sessions_change_no_earlier_price(seed: int) -> None:
    panel = random_market(seed, funds=24, sessions=48, same_day=bool(seed % 2)).panel
    whole = fund_paths(panel)
    for row in (10, 25, 40):
        cut: Paths = fund_paths(panel.until(panel.sessions[row]))
        np.testing.assert_array_equal(cut.price, whole.price[: row + 1])
        np.testing.assert_array_equal(cut.chain, whole.chain[: row + 1])


def test_a_group_moves_as_its_members_do_on_average() -> None:
    tracking = {"index_code": "000300", "index_name": "沪深300"}
    world = (
        market(3).fund(CODE, words=tracking, close=[1.0, 1.1, 1.1]).fund(OTHER, words=tracking, close=[1.0, 1.0, None])
    )
    panel = world.panel()
    tracked, classes = ground_of(panel, Axis.TRACKED), ground_of(panel, Axis.CLASS)
    assert tracked is not None
    assert classes is not None
    column = panel.column(Axis.TRACKED, "000300")
    assert tracked.paths.price[1:, column].tolist() == pytest.approx([1.05, 1.05])
    assert (tracked.netted, classes.netted) == (True, False)
    (broad,) = np.flatnonzero(np.isfinite(classes.paths.price[-1]))
    assert classes.paths.price[-1, broad] == pytest.approx(1.05)
