"""同类第一: who leads the funds on one index (2.8)."""

import pytest

from signals.core.detector import Detector, Tell
from signals.peers import FlowLeader, GrowthLeader, LargestFund, PremiumLeader, TurnoverLeader
from tests.builders import Market, Series, market, seen

CODES = ("560850", "562570", "562030")
LEADERS = [PremiumLeader(), TurnoverLeader(), FlowLeader(), GrowthLeader(), LargestFund()]


def chips(codes: tuple[str, ...] = CODES, days: int = 24, **series: tuple[Series, Series]) -> Market:
    """Funds on one index; of each pair of figures the first fund has the first, the others the second."""
    words = {"index_code": "931247"}
    world = market(days).fund(codes[0], words=words, **{name: pair[0] for name, pair in series.items()})
    return world.funds(codes[1:], words=words, **{name: pair[1] for name, pair in series.items()})


def told(detector: Detector, world: Market) -> dict[str, dict[str, float]]:
    found = seen(detector, world.panel())
    return {
        code: {name: round(signal.evidence[name].value, 6) for name in ("value", "rank", "rank_of")}
        for code, signal in found.items()
    }


def grows(to: float) -> Series:
    return [*[1e8] * 23, to]


def test_the_highest_premium_leads() -> None:
    world = chips(close=(1.0056, 1.001), iopv=(1.0, 1.0))
    assert told(PremiumLeader(), world) == {"560850": {"value": 0.0056, "rank": 1, "rank_of": 3}}


def test_the_highest_turnover_leads() -> None:
    world = chips(close=(1.0, 1.0), volume=(4e7, 1e7), shares=(1e8, 1e8))
    assert told(TurnoverLeader(), world) == {"560850": {"value": 0.4, "rank": 1, "rank_of": 3}}


def test_the_turnover_of_a_leader_shows_the_date_of_its_share_count() -> None:
    counts: Series = [*[1e8] * 23, None]
    world = chips(close=(1.0, 1.0), volume=(4e7, 1e7), shares=(counts, counts))
    panel = world.panel()
    evidence = seen(TurnoverLeader(), panel)["560850"].evidence
    assert any(figure.day == panel.sessions[-2] for figure in evidence.values())


def test_the_largest_inflow_leads() -> None:
    world = chips(nav=(1.0, 1.0), shares=(grows(1.2e8), grows(1.1e8)))
    assert told(FlowLeader(), world) == {"560850": {"value": 2e7, "rank": 1, "rank_of": 3}}


def test_the_fastest_growth_leads() -> None:
    world = chips(shares=(grows(1.3e8), grows(1.1e8)))
    assert told(GrowthLeader(), world) == {"560850": {"value": 0.3, "rank": 1, "rank_of": 3}}


def test_the_largest_fund_leads() -> None:
    world = chips(nav=(1.2, 1.0), shares=(1e8, 1e8))
    assert told(LargestFund(), world) == {"560850": {"value": 1.2e8, "rank": 1, "rank_of": 3}}


@pytest.mark.parametrize("detector", LEADERS)
def test_of_two_funds_none_leads(detector: Detector) -> None:
    world = chips(
        CODES[:2],
        close=(1.1, 1.0),
        iopv=(1.0, 1.0),
        nav=(1.1, 1.0),
        volume=(4e7, 1e7),
        shares=(grows(1.3e8), grows(1.1e8)),
    )
    assert seen(detector, world.panel()) == {}


def test_the_smallest_discount_is_no_lead() -> None:
    assert seen(PremiumLeader(), chips(close=(0.99, 0.98), iopv=(1.0, 1.0)).panel()) == {}


def test_the_smallest_outflow_is_no_lead() -> None:
    assert seen(FlowLeader(), chips(nav=(1.0, 1.0), shares=(grows(0.99e8), grows(0.9e8))).panel()) == {}


def test_who_shares_the_first_place_leads_too() -> None:
    world = chips(close=(1.01, 1.01), iopv=(1.0, 1.0))
    assert set(seen(PremiumLeader(), world.panel())) == set(CODES)


def test_a_lead_in_a_larger_group_is_stronger() -> None:
    three = seen(LargestFund(), chips(nav=(1.2, 1.0), shares=(1e8, 1e8)).panel())["560850"]
    five = chips((*CODES, "562001", "562002"), nav=(1.2, 1.0), shares=(1e8, 1e8)).panel()
    assert seen(LargestFund(), five)["560850"].strength > three.strength


@pytest.mark.parametrize("detector", LEADERS)
def test_leads_are_shown_in_digests_only(detector: Detector) -> None:
    assert detector.tell is Tell.DIGEST
