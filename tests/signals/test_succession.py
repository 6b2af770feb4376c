"""同类第一易主: another fund than before leads those on its index (2.8)."""

import pytest

from signals.core.detector import Tell
from signals.core.panel import Panel
from signals.core.signal import Signal
from signals.succession import FlowLeaderChange, GrowthLeaderChange, LargestFundChange, LeaderChange
from tests.builders import Series, market, seen

FIRST, SECOND, THIRD = "560850", "562570", "562030"


def funds(*counts: Series, days: int = 24) -> Panel:
    world = market(days)
    for code, count in zip((FIRST, SECOND, THIRD), counts, strict=False):
        world = world.fund(code, words={"index_code": "931247"}, shares=count, nav=1.0)
    return world.panel()


def change(detector: LeaderChange, panel: Panel) -> Signal | None:
    return seen(detector, panel).get(SECOND)


def until(last: float | None, before: float = 1e8) -> Series:
    return [*[before] * 23, last]


def test_the_fund_that_overtakes_the_largest_is_told_with_whom_it_overtook() -> None:
    told = change(LargestFundChange(), funds(1e8, until(1.1e8, 0.9e8), 0.5e8))
    assert told is not None
    assert told.others["former"].code == FIRST
    assert (told.evidence["lead"].value, told.evidence["overtaken"].value) == (1.1e8, 1e8)
    assert told.evidence["rank_of"].value == 3
    assert told.since == told.day


def test_it_is_told_on_that_session_alone() -> None:
    overtaken_yesterday: Series = [*[0.9e8] * 22, 1.1e8, 1.1e8]
    assert change(LargestFundChange(), funds(1e8, overtaken_yesterday, 0.5e8)) is None


def test_a_lead_too_small_is_no_change() -> None:
    assert change(LargestFundChange(), funds(1e8, until(1.005e8, 0.9e8), 0.5e8)) is None
    assert change(LargestFundChange(min_lead=0.0), funds(1e8, until(1.005e8, 0.9e8), 0.5e8)) is not None


def test_two_funds_are_no_group() -> None:
    assert change(LargestFundChange(), funds(1e8, until(1.1e8, 0.9e8))) is None


def test_a_group_must_be_as_large_as_is_asked() -> None:
    panel = funds(1e8, until(1.1e8, 0.9e8), 0.5e8)
    assert change(LargestFundChange(min_group=4), panel) is None


def test_a_group_that_is_not_covered_changes_no_leader() -> None:
    assert change(LargestFundChange(), funds(1e8, until(1.1e8, 0.9e8), until(None))) is None


def test_growth_is_overtaken_too() -> None:
    told = change(GrowthLeaderChange(), funds([*[1e8] * 15, *[1.2e8] * 9], until(1.3e8), 1e8, days=24))
    assert told is not None
    assert told.evidence["lead"].value == pytest.approx(0.3)
    assert told.evidence["overtaken"].value == pytest.approx(0.2)


def test_the_largest_inflow_of_the_day_must_be_twice_that_of_yesterdays_leader() -> None:
    leads: Series = [*[50e8] * 22, 52e8, 54e8]
    assert change(FlowLeaderChange(), funds(leads, until(54.1e8, 50e8), 50e8)) is not None
    assert change(FlowLeaderChange(), funds(leads, until(53.9e8, 50e8), 50e8)) is None


def test_a_small_inflow_is_nobodys_news() -> None:
    leads: Series = [*[10e8] * 22, 10.2e8, 10.2e8]
    assert change(FlowLeaderChange(), funds(leads, until(10.9e8, 10e8), 10e8)) is None
    assert change(FlowLeaderChange(least_value=1e7), funds(leads, until(10.9e8, 10e8), 10e8)) is not None


def test_only_the_largest_fund_is_told_at_once() -> None:
    assert [one().tell for one in (LargestFundChange, GrowthLeaderChange, FlowLeaderChange)] == [
        Tell.ALERT,
        Tell.DIGEST,
        Tell.DIGEST,
    ]
