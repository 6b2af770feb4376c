"""Funds whose share count has grown far since the turn of the year (2.6)."""

import pytest

from signals.core.panel import Panel
from signals.growth import ShareGrowth
from tests.builders import Words, market, seen

SOFTWARE = {"index_code": "H30202"}
DAYS = 24
"""The sessions of 2025 to 02-11 and the last one of 2024."""


def grown(*newest: float, words: Words | None = None) -> Panel:
    counts = [*[1e8] * (DAYS - len(newest)), *newest]
    world = market(DAYS).fund("159590", words={**SOFTWARE, **(words or {})}, shares=counts)
    return world.funds(["515230", "159899"], words=SOFTWARE, shares=2e8).panel()


def test_the_published_growth_of_159590_is_told_with_its_rank() -> None:
    told = seen(ShareGrowth(), grown(1.4e8, 1.9044e8))["159590"]
    assert told.evidence["growth"].value == pytest.approx(0.9044)
    assert (told.evidence["rank"].value, told.evidence["rank_of"].value) == (1, 3)


def test_a_half_is_far_and_less_is_not() -> None:
    assert set(seen(ShareGrowth(), grown(1.2e8, 1.5e8))) == {"159590"}
    assert seen(ShareGrowth(), grown(1.2e8, 1.4999e8)) == {}


def test_a_split_is_no_growth() -> None:
    closes = [3.0] * (DAYS - 1) + [1.0]
    world = market(DAYS).fund("588710", close=closes, prev_close=closes, shares=[1e8] * (DAYS - 2) + [3e8, 3e8])
    assert seen(ShareGrowth(), world.panel()) == {}


def test_a_fund_listed_this_year_is_left_out() -> None:
    world = market(DAYS).fund("159590", shares=1e8)
    counts = [*[None] * 10, *[1e8] * (DAYS - 11), 9e8]
    assert seen(ShareGrowth(), world.fund("159999", words={"listed": "2025-01-15"}, shares=counts).panel()) == {}
