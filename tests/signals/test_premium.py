"""Prices far above or below what a share is worth (2.4)."""

import pytest

from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.signal import Signal, Subject
from signals.premium import DiscountSpike, PremiumSpike
from tests.builders import market, seen

FUND = "513310"


def quoted(*premiums: float, **words: str) -> Panel:
    world = market(len(premiums)).fund(FUND, words=words, close=[1 + one for one in premiums], iopv=1.0)
    return world.panel()


def spike(panel: Panel, **settings: float) -> Signal | None:
    return seen(PremiumSpike(**settings), panel).get(FUND)  # type: ignore[arg-type]


def calm(sessions: int, level: float = 0.002) -> list[float]:
    return [level + (0.001 if at % 2 else -0.001) for at in range(sessions)]


def test_three_per_cent_are_a_spike_whatever_the_past() -> None:
    told = spike(quoted(0.031))
    assert told is not None
    assert told.evidence["premium"].value == pytest.approx(0.031)
    assert told.strength == pytest.approx(0.031 / 0.061)


def test_less_is_none_without_a_past() -> None:
    assert spike(quoted(0.029)) is None


def test_one_and_a_half_per_cent_are_a_spike_for_a_fund_that_never_had_any() -> None:
    told = spike(quoted(*calm(40), 0.015))
    assert told is not None
    assert told.evidence["percentile"].value == 1


def test_thirty_nine_sessions_are_too_short_a_past() -> None:
    assert spike(quoted(*calm(39), 0.015)) is None


def test_below_the_floor_nothing_is_unusual_enough() -> None:
    assert spike(quoted(*calm(60), 0.0099)) is None


def test_what_is_usual_for_the_fund_is_none() -> None:
    assert spike(quoted(*calm(60, level=0.02), 0.0205)) is None


def test_a_high_zscore_tells_where_an_old_extreme_keeps_the_percentile_down() -> None:
    past = [*calm(50), 0.012, *calm(9)]
    assert spike(quoted(*past, 0.0115), percentile=2.0, zscore=3.0) is not None
    assert spike(quoted(*past, 0.0115), percentile=2.0, zscore=30.0) is None


def test_only_the_last_sixty_sessions_are_the_past() -> None:
    assert spike(quoted(0.02, *calm(60), 0.015)) is not None
    assert spike(quoted(0.02, *calm(59), 0.015), zscore=99) is None


def test_a_premium_twice_the_threshold_is_the_second_rung() -> None:
    panel = quoted(0.031, 0.045, 0.065, 0.07)
    told = spike(panel)
    assert told is not None
    assert (told.rung, told.since, told.reached) == (2, panel.sessions[0], panel.sessions[2])


def test_a_discount_is_no_spike() -> None:
    assert spike(quoted(-0.05)) is None


def test_the_end_of_a_spike_is_worth_telling() -> None:
    assert PremiumSpike().tell_end


def test_no_iopv_is_no_premium() -> None:
    panel = market(1).fund(FUND, close=1.0, iopv=[0.0]).panel()
    assert seen(PremiumSpike(), panel) == {}


def test_the_rank_among_peers_is_shown_where_it_can_be_stated() -> None:
    words = {"index_code": "931865"}
    world = market(1).fund(FUND, words=words, close=1.04, iopv=1.0)
    assert "rank" not in seen(PremiumSpike(), world.panel())[FUND].evidence
    told = seen(PremiumSpike(), world.funds(["513001", "513002"], words=words, close=1.0, iopv=1.0).panel())[FUND]
    assert (told.evidence["rank"].value, told.evidence["rank_of"].value) == (1, 3)


def discount(panel: Panel, **settings: float) -> Signal | None:
    return seen(DiscountSpike(**settings), panel).get(FUND)  # type: ignore[arg-type]


def test_a_discount_of_two_per_cent_is_told_whatever_the_past() -> None:
    told = discount(quoted(-0.021))
    assert told is not None
    assert told.evidence["premium"].value == pytest.approx(-0.021)
    assert discount(quoted(-0.019)) is None
    assert discount(quoted(0.05)) is None


def test_a_smaller_discount_is_told_of_a_fund_that_never_had_any() -> None:
    told = discount(quoted(*calm(40), -0.015))
    assert told is not None
    assert told.evidence["percentile"].value == 0
    assert told.evidence["zscore"].value < -3
    assert discount(quoted(*calm(60, level=-0.015), -0.0155)) is None


def test_a_discount_says_nothing_of_its_rank() -> None:
    words = {"index_code": "931865"}
    world = market(1).funds([FUND, "513001", "513002"], words=words, close=0.97, iopv=1.0)
    assert "rank" not in seen(DiscountSpike(), world.panel())[FUND].evidence


def test_a_premium_that_stays_is_the_same_news_until_it_is_normal() -> None:
    panel = quoted(*calm(40), 0.015, 0.014, 0.015)
    reading = PremiumSpike().read(panel, panel.sessions[-2], Subject(Axis.FUND, FUND))
    assert reading is not None
    assert reading.since == panel.sessions[-3]


def test_below_the_floor_it_is_normal_again() -> None:
    panel = quoted(*calm(40), 0.015, 0.005)
    reading = PremiumSpike().read(panel, panel.sessions[-1], Subject(Axis.FUND, FUND))
    assert reading is not None
    assert (reading.rung, reading.since) == (0, panel.sessions[-1])


def test_back_at_its_own_high_level_it_is_normal_again() -> None:
    panel = quoted(*calm(60, level=0.02), 0.035, 0.02)
    reading = PremiumSpike().read(panel, panel.sessions[-1], Subject(Axis.FUND, FUND))
    assert spike(panel.until(panel.sessions[-2])) is not None
    assert reading is not None
    assert (reading.rung, reading.since) == (0, panel.sessions[-1])


def test_without_a_past_it_lasts_until_the_floor() -> None:
    panel = quoted(0.031, 0.02)
    reading = PremiumSpike().read(panel, panel.sessions[-1], Subject(Axis.FUND, FUND))
    assert reading is not None
    assert (reading.rung, reading.since) == (0, panel.sessions[0])
