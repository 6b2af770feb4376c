"""New highs of a fund's price, share count and AUM."""

import pytest

from signals.core.panel import Panel
from signals.core.signal import Signal
from signals.highs import AumHigh, NewHigh, PriceHigh, ShareHigh
from tests.builders import Series, market, seen

FUND = "560850"
FEW: dict[str, int] = {"days": 20, "least_days": 10, "pause_days": 5}


def high(detector: NewHigh, panel: Panel) -> Signal | None:
    return seen(detector, panel).get(FUND)


def priced(*closes: float, **more: Series) -> Panel:
    return market(len(closes)).fund(FUND, close=list(closes), volume=1e7, **more).panel()


def calm(sessions: int) -> list[float]:
    return [1.0 + (0.01 if at % 2 else 0.0) for at in range(sessions)]


def test_a_close_above_all_before_is_a_high() -> None:
    told = high(PriceHigh(**FEW), priced(*calm(20), 1.02))
    assert told is not None
    assert told.evidence["close"].value == 1.02
    assert told.evidence["above"].value == pytest.approx(1.02 / 1.01 - 1)
    assert told.evidence["days"].value == 20


def test_the_same_close_again_is_none() -> None:
    assert high(PriceHigh(**FEW), priced(*calm(20), 1.01)) is None


def test_how_far_back_it_goes_is_told_as_it_is() -> None:
    told = high(PriceHigh(**FEW), priced(*calm(15), 1.02))
    assert told is not None
    assert told.evidence["days"].value == 15


def test_too_short_a_past_judges_nothing() -> None:
    assert high(PriceHigh(**FEW), priced(*calm(9), 1.02)) is None
    assert high(PriceHigh(**FEW), priced(*calm(10), 1.02)) is not None


def test_an_old_high_is_forgotten() -> None:
    assert high(PriceHigh(**FEW), priced(2.0, *calm(19), 1.02)) is None
    assert high(PriceHigh(**FEW), priced(2.0, *calm(21), 1.02)) is not None


def test_a_split_hides_no_high() -> None:
    closes = [*calm(15), *[one / 2 for one in calm(5)], 0.511]
    previous = [None, *closes[:-1]]
    previous[15] = closes[14] / 2
    told = high(PriceHigh(**FEW), priced(*closes, prev_close=previous))
    assert told is not None
    assert told.evidence["close"].value == 0.511


def test_a_dividend_is_put_back() -> None:
    closes = [*calm(15), *[one - 0.05 for one in calm(5)], 0.971]
    previous = [None, *closes[:-1]]
    previous[15] = closes[14] - 0.05
    assert high(PriceHigh(**FEW), priced(*closes, prev_close=previous)) is not None
    assert high(PriceHigh(**FEW), priced(*closes)) is None


def test_a_climb_is_one_piece_of_news() -> None:
    panel = priced(*calm(20), 1.02, 1.03, 1.02, 1.01, 1.04)
    assert (told := high(PriceHigh(**FEW), panel)) is not None
    assert told.since == told.reached == panel.sessions[20]


def test_after_a_longer_pause_it_is_news_again() -> None:
    panel = priced(*calm(20), 1.02, *calm(6), 1.04)
    assert (told := high(PriceHigh(**FEW), panel)) is not None
    assert told.since == panel.sessions[-1]


def test_a_money_fund_makes_no_highs() -> None:
    panel = priced(*calm(20), 1.02)
    world = market(21).fund(FUND, words={"fund_class": "money"}, close=[*calm(20), 1.02], volume=1e7)
    assert high(PriceHigh(**FEW), panel) is not None
    assert high(PriceHigh(**FEW), world.panel()) is None


def test_the_least_distance_is_a_setting() -> None:
    panel = priced(*calm(20), 1.012)
    assert high(PriceHigh(**FEW), panel) is not None
    assert high(PriceHigh(**FEW, min_above=0.005), panel) is None


def test_more_shares_than_ever_are_a_high_and_a_split_makes_none() -> None:
    counts = [1e8 + (1e6 if at % 2 else 0.0) for at in range(20)]
    grown = market(21).fund(FUND, shares=[*counts, 1.05e8], nav=1.0).panel()
    told = high(ShareHigh(**FEW), grown)
    assert told is not None
    assert told.evidence["shares"].value == 1.05e8
    doubled = market(21).fund(FUND, shares=[*counts, 2e8], close=[*[1.0] * 20, 0.5], split=[*[None] * 20, 2.0])
    assert high(ShareHigh(**FEW), doubled.panel()) is None


def test_a_larger_aum_is_a_high_with_the_same_shares() -> None:
    navs = [*calm(20), 1.02]
    panel = market(21).fund(FUND, shares=1e8, nav=navs).panel()
    told = high(AumHigh(**FEW), panel)
    assert told is not None
    assert told.evidence["above"].value == pytest.approx(1.02 / 1.01 - 1)
    assert high(ShareHigh(**FEW), panel) is None
