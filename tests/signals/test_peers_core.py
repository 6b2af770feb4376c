"""同类: who is compared with whom, and when a rank may be stated (2.8)."""

import numpy as np
import pytest

from signals.core.field import Axis
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.peers import ALIVE_SESSIONS, RANK_SIZES, RANKED, RANKS, alive, peer_groups
from tests.builders import Market, Series, cell, market

CHIPS = {"index_code": "931247", "index_name": "中证信创"}


def group(*codes: str, days: int = 1, **series: Series) -> Market:
    return market(days).funds(codes, words=CHIPS, **series)


def ranks(panel: Panel, by: str, row: int = -1) -> dict[str, float]:
    values = RANKS[by].on(panel).values
    return {code: cell(values, panel, code, row) for code in panel.profiles}


def test_funds_are_grouped_by_the_code_of_their_index() -> None:
    world = group("560850", "562570").fund("159590", words={"index_code": "H30202"}).fund("510300")
    assert peer_groups(world.panel()) == {"931247": [2, 3], "H30202": [0]}


def test_a_fund_whose_source_names_only_the_index_joins_those_with_its_code() -> None:
    world = group("560850").fund("562570", words={"index_name": "中证信创"})
    assert peer_groups(world.panel()) == {"931247": [0, 1]}


def test_a_fund_of_another_index_with_a_similar_name_does_not() -> None:
    world = group("560850").fund("562570", words={"index_name": "中证信创精选指数"})
    assert set(peer_groups(world.panel())) == {"931247", "中证信创精选指数"}


def test_the_published_peers_of_560850_are_ranked_by_premium() -> None:
    world = group("560850", close=1.0056, iopv=1.0).fund("562570", words=CHIPS, close=1.001, iopv=1.0)
    panel = world.fund("562030", words=CHIPS, close=0.999, iopv=1.0).panel()
    assert ranks(panel, "premium") == {"560850": 1, "562570": 2, "562030": 3}
    assert cell(RANK_SIZES["premium"].on(panel).values, panel, "562030") == 3


def test_ties_share_the_better_rank() -> None:
    panel = group("560850", "562570", close=1.01, iopv=1.0).fund("562030", words=CHIPS, close=1.0, iopv=1.0).panel()
    assert ranks(panel, "premium") == {"560850": 1, "562570": 1, "562030": 3}


def test_two_funds_are_no_group() -> None:
    panel = group("560850", "562570", close=1.01, iopv=1.0).panel()
    assert np.isnan(list(ranks(panel, "premium").values())).all()


def test_three_funds_of_which_one_has_no_figure_of_the_day_are_not_ranked() -> None:
    world = group("560850", "562570", close=1.01, iopv=1.0).fund("562030", words=CHIPS, close=1.0, iopv=[0.0])
    assert np.isnan(list(ranks(world.panel(), "premium").values())).all()


def test_flows_are_not_ranked_while_one_exchange_of_a_group_has_not_published() -> None:
    shares: Series = [1e8, 1.1e8]
    world = group("560850", "562570", "562030", days=2, shares=shares, nav=1.0)
    world = world.fund("159001", words=CHIPS, shares=[1e8, None], nav=1.0)
    assert np.isnan(list(ranks(world.panel(), "flow").values())).all()


def test_a_fund_without_an_index_is_in_no_group() -> None:
    world = group("560850", "562570", "562030", close=1.0, iopv=1.0).fund("510300", close=2.0, iopv=1.9)
    assert np.isnan(ranks(world.panel(), "premium")["510300"])


def test_a_money_fund_at_100_yuan_does_not_swamp_an_equity_group() -> None:
    world = group("560850", "562570", "562030", shares=[1e8], nav=1.0)
    world = world.fund("511880", words={"fund_class": "money", "name": "银华日利"}, shares=1e9, nav=100.0)
    panel = world.panel()
    assert ranks(panel, "aum")["560850"] == 1
    assert np.isnan(ranks(panel, "aum")["511880"])


def test_a_fund_that_is_not_yet_listed_neither_ranks_nor_counts() -> None:
    world = group("560850", "562570", "562030", days=2, close=1.0, iopv=1.0)
    panel = world.fund("562999", words=CHIPS, close=[None, 1.1], iopv=[None, 1.0]).panel()
    assert ranks(panel, "premium", 0)["560850"] == 1
    assert ranks(panel, "premium", 1) == {"560850": 2, "562570": 2, "562030": 2, "562999": 1}


def test_a_delisted_fund_leaves_its_group_after_a_while() -> None:
    days = ALIVE_SESSIONS + 2
    world = group("560850", "562570", "562030", days=days, close=1.0, iopv=1.0)
    panel = world.fund("562999", words=CHIPS, close=[1.1, *[None] * (days - 1)], iopv=1.0).panel()
    listed = alive(panel)[:, panel.column(Axis.FUND, "562999")]
    assert listed.tolist() == [True] * (ALIVE_SESSIONS + 1) + [False]
    assert np.isnan(ranks(panel, "premium", -2)["560850"])
    assert ranks(panel, "premium", -1)["560850"] == 1


def test_new_listings_are_left_out_of_the_growth_of_the_year() -> None:
    world = market(27).funds(["560850", "562570"], words=CHIPS, shares=1e8)
    world = world.fund("562030", words=CHIPS, shares=[*[1e8] * 20, *[1.2e8] * 7])
    panel = world.fund("562999", words={**CHIPS, "listed": "2025-01-20"}, shares=[*[None] * 15, *[9e8] * 12]).panel()
    assert ranks(panel, "share_growth")["562030"] == 1
    assert np.isnan(ranks(panel, "share_growth")["562999"])
    assert cell(RANK_SIZES["share_growth"].on(panel).values, panel, "562030") == 3


def test_an_old_fund_without_a_base_keeps_its_group_from_being_ranked() -> None:
    world = market(27).funds(["560850", "562570", "562030"], words=CHIPS, shares=1e8)
    panel = world.fund("562999", words={**CHIPS, "listed": "2019-01-04"}, shares=[*[None] * 9, *[1e8] * 18]).panel()
    assert np.isnan(list(ranks(panel, "share_growth").values())).all()


@pytest.mark.parametrize("by", ["flow", "aum", "turnover"])
def test_a_split_that_only_tomorrow_explains_ranks_nobody_today(by: str) -> None:
    """Seen later the flow of the fund that splits is known; on the evening of the split it was not."""
    world = market(4).funds(["560850", "562570"], words=CHIPS, close=3.0, nav=3.0, volume=1e6, shares=1e8)
    panel = world.fund(
        "562030",
        words=CHIPS,
        close=[3.0, 3.0, 3.0, 1.0],
        prev_close=[None, 3.0, 3.0, 1.0],
        nav=[3.0, 3.0, 1.0, 1.0],
        volume=1e6,
        shares=[1e8, 1e8, 3.3e8, 3.3e8],
    ).panel()
    claimed = [
        np.where(knowable(one), one.values, np.nan)
        for one in map(RANKS[by].on, (panel, panel.until(panel.sessions[2])))
    ]
    np.testing.assert_array_equal(claimed[0][2], claimed[1][2])


def test_every_ranked_quantity_has_a_rank_and_a_size() -> None:
    assert set(RANKED) == set(RANKS) == set(RANK_SIZES)
    assert all(RANKS[name].needs == RANKED[name].needs for name in RANKED)
