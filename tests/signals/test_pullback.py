"""The first session against a long streak (2.3)."""

from datetime import date

import pytest

from signals.core.panel import Panel
from signals.core.runs import Flat
from signals.core.signal import Basis, Signal
from signals.core.snapshot import ESTIMATED, Dataset
from signals.core.trend import Watch
from signals.pullback import FirstPullback, FirstRebound
from tests.builders import Series, market, seen, snapshot

FUND = "560850"
CHIP_CLOSES = [1.156, 1.197, 1.192, 1.294, 1.330, 1.384, 1.449, 1.430]
CHIP_NAVS = [1.150, 1.160, 1.170, 1.290, 1.330, 1.380, 1.440, 1.422]
SOFTWARE_CLOSES = [0.959, 0.967, 1.008, 1.008, 1.094, 1.109, 1.148, 1.188, 1.170]


def fund(days: int, **series: Series) -> Panel:
    return market(days).fund(FUND, **series).panel()


def pullback(panel: Panel, **settings: object) -> Signal | None:
    return seen(FirstPullback(**settings), panel).get(FUND)  # type: ignore[arg-type]


def test_the_published_pullback_of_560850_is_told_on_the_nav() -> None:
    told = pullback(fund(8, close=CHIP_CLOSES, nav=CHIP_NAVS))
    assert told is not None
    assert (told.basis, told.evidence["streak"].value) == (Basis.NAV, 6)
    assert told.evidence["streak"].day == date(2025, 2, 10)
    assert told.evidence["change"].value == pytest.approx(1.422 / 1.440 - 1)
    assert told.evidence["change"].day == date(2025, 2, 11)
    assert told.evidence["gain"].value == pytest.approx(1.440 / 1.150 - 1)
    assert told.evidence["gain"].day == date(2025, 2, 10)


def test_on_closes_alone_560850_had_risen_too_few_days() -> None:
    assert pullback(fund(8, close=CHIP_CLOSES)) is None
    told = pullback(fund(8, close=CHIP_CLOSES), min_days=4)
    assert told is not None
    assert (told.basis, told.evidence["streak"].value) == (Basis.CLOSE, 4)


@pytest.mark.parametrize(("flat", "days"), [(Flat.COUNTS, 7), (Flat.NEUTRAL, 6)])
def test_159590_fell_after_seven_days_without_a_fall(flat: Flat, days: int) -> None:
    told = pullback(fund(9, close=SOFTWARE_CLOSES), flat=flat)
    assert told is not None
    assert told.evidence["streak"].value == days


def test_159590_is_quiet_where_a_flat_day_breaks() -> None:
    assert pullback(fund(9, close=SOFTWARE_CLOSES)) is None


RISES = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05]


def test_a_fall_after_five_rises_is_told() -> None:
    told = pullback(fund(7, close=[*RISES, 1.04]))
    assert told is not None
    assert (told.since, told.reached, told.rung, told.strength) == (told.day, told.day, 1, 0.5)


def test_a_fall_after_four_is_not() -> None:
    assert pullback(fund(6, close=[*RISES[1:], 1.04])) is None


def test_the_second_fall_is_not_told() -> None:
    assert pullback(fund(8, close=[*RISES, 1.04, 1.03])) is None


def test_another_rise_is_no_pullback() -> None:
    assert pullback(fund(7, close=[*RISES, 1.06])) is None


def test_a_fall_after_a_flat_day_comes_too_late() -> None:
    closes = [*RISES, 1.05, 1.04]
    assert pullback(fund(8, close=closes)) is None
    assert pullback(fund(8, close=closes), flat=Flat.NEUTRAL) is not None


def test_a_fall_within_the_least_move_is_no_pullback() -> None:
    panel = fund(7, close=[*RISES, 1.049])
    assert pullback(panel) is not None
    assert pullback(panel, least_move=0.002) is None


def test_a_money_fund_that_pays_its_interest_out_does_not_pull_back() -> None:
    world = market(7).fund("511880", words={"fund_class": "money"}, close=[*RISES, 1.04])
    assert seen(FirstPullback(), world.panel()) == {}


def test_a_suspension_between_streak_and_fall_changes_nothing() -> None:
    told = pullback(fund(8, close=[*RISES, None, 1.04]))
    assert told is not None
    assert told.evidence["streak"].day == date(2025, 2, 7)


def test_a_dividend_is_no_pullback() -> None:
    panel = fund(7, close=[*RISES, 1.00], prev_close=[None, *RISES[:5], 1.00])
    assert pullback(panel) is None


def test_a_split_is_no_pullback() -> None:
    panel = fund(7, close=[*RISES, 0.53], prev_close=[None, *RISES[:5], 0.525], shares=[1e8] * 5 + [2e8] * 2)
    assert pullback(panel) is None


def test_a_nav_that_is_not_out_yet_says_nothing() -> None:
    assert pullback(fund(8, close=CHIP_CLOSES, nav=[*CHIP_NAVS[:7], None])) is None


def test_a_pullback_on_the_other_basis_a_day_later_is_an_event_of_its_own() -> None:
    panel = fund(8, close=[*RISES, 1.04, 1.05], nav=[*RISES, 1.06, 1.05])
    told = pullback(panel)
    assert told is not None
    assert (told.basis, told.since, told.reached) == (Basis.NAV, told.day, told.day)


def test_one_basis_alone_may_be_watched() -> None:
    assert pullback(fund(8, close=CHIP_CLOSES, nav=CHIP_NAVS), basis=Watch.CLOSE) is None


def test_the_gain_of_a_streak_is_no_softer_than_its_own_sessions() -> None:
    """The NAV of T may be an estimate; the streak ended the session before on final ones."""
    world = market(7).fund(FUND, close=[1.0] * 7, nav=[*RISES, None])
    rows = {FUND: {"nav": 1.04, ESTIMATED: True}}
    told = pullback(world.panel(snapshot(Dataset.NAV, world.sessions[-1], rows, scope="SSE")), basis=Watch.NAV)
    assert told is not None
    assert told.evidence["change"].estimated
    assert not told.evidence["gain"].estimated


def test_a_rise_after_five_falls_is_a_rebound() -> None:
    told = seen(FirstRebound(), fund(7, close=[*RISES[::-1], 1.01]))[FUND]
    assert told.evidence["streak"].value == 5
    assert told.evidence["gain"].value == pytest.approx(1 / 1.05 - 1)
    assert told.evidence["change"].value == pytest.approx(0.01)


def test_a_rise_after_four_is_not() -> None:
    assert seen(FirstRebound(), fund(6, close=[*RISES[::-1][1:], 1.01])) == {}


def test_a_pullback_is_no_rebound() -> None:
    assert seen(FirstRebound(), fund(7, close=[*RISES, 1.04])) == {}
