"""Funds that change hands unusually fast (2.1)."""

import pytest

from signals.core.panel import Panel
from signals.turnover import HighTurnover
from tests.builders import market, seen

SOFTWARE = {"index_code": "H30202"}


def traded(volume: float, *, fund_class: str = "equity") -> Panel:
    world = market(1).fund("159590", words={"fund_class": fund_class}, close=1.17, volume=volume, shares=2e8)
    return world.fund("159590", amount=volume * 1.17).panel()


def test_the_published_turnover_of_159590_is_told_with_its_rank() -> None:
    world = market(1).fund("159590", words=SOFTWARE, close=1.17, volume=86_112_700, amount=100_686_373, shares=206.36e6)
    world = world.funds(["515230", "159899"], words=SOFTWARE, close=1.0, volume=1e6, shares=1e9)
    told = seen(HighTurnover(), world.panel())["159590"]
    assert told.evidence["turnover"].value == pytest.approx(0.4173, abs=1e-4)
    assert told.evidence["amount"].value == 100_686_373
    assert (told.evidence["rank"].value, told.evidence["rank_of"].value) == (1, 3)


def test_three_tenths_are_high_and_less_is_not() -> None:
    assert set(seen(HighTurnover(), traded(0.6e8))) == {"159590"}
    assert seen(HighTurnover(), traded(0.59e8)) == {}


def test_until_the_count_is_out_the_one_used_is_shown_with_its_date() -> None:
    panel = market(2).fund("560850", close=1.43, volume=41_638_500, shares=[132.14e6, None]).panel()
    told = seen(HighTurnover(), panel)["560850"]
    assert told.evidence["turnover"].value == pytest.approx(0.3151, abs=1e-4)
    assert (told.evidence["shares"].value, told.evidence["shares"].day) == (132.14e6, panel.sessions[0])


def test_without_any_count_nothing_is_claimed() -> None:
    panel = market(1).fund("560850", close=1.43, volume=41_638_500).panel()
    assert seen(HighTurnover(), panel) == {}


@pytest.mark.parametrize("fund_class", ["money", "bond", "commodity", "other"])
def test_classes_that_always_turn_over_fast_are_left_out(fund_class: str) -> None:
    assert seen(HighTurnover(), traded(8e8, fund_class=fund_class)) == {}


def test_a_cross_border_fund_is_not() -> None:
    assert set(seen(HighTurnover(), traded(8e8, fund_class="cross_border"))) == {"159590"}


def test_a_split_is_no_turnover() -> None:
    panel = market(3).fund(
        "588710",
        close=[3.0, 3.0, 1.0],
        prev_close=[None, 3.0, 1.0],
        volume=[0.2e8, 0.2e8, 0.6e8],
        shares=[1e8, 3e8, None],
    )
    assert seen(HighTurnover(), panel.panel()) == {}
