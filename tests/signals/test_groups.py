"""Streaks of money into classes of funds and into the funds on one index."""

import pytest

from signals.core.field import Axis
from signals.core.panel import Panel
from signals.groups import ClassInflow, ClassOutflow, GroupStreak, IndexInflow, IndexOutflow
from tests.builders import LAST_DAY, Series, market, seen

CODES = ("510300", "510310", "159919")
WORDS = {"index_code": "000300"}


def world(*steps: float, codes: tuple[str, ...] = CODES) -> Panel:
    """Funds on one index that take in so many 亿 together on each session."""
    counts = [100e8]
    for step in steps:
        counts.append(counts[-1] + step * 1e8 / len(codes))
    shares: Series = counts
    return market(len(counts)).funds(codes, words=WORDS, close=1.0, nav=1.0, shares=shares).panel()


@pytest.mark.parametrize(
    ("detector", "subject", "sign"),
    [
        (ClassInflow(), "broad", 1),
        (ClassOutflow(), "broad", -1),
        (IndexInflow(), "000300", 1),
        (IndexOutflow(), "000300", -1),
    ],
)
def test_a_streak_is_told_from_its_third_session_on(detector: GroupStreak, subject: str, sign: int) -> None:
    found = seen(detector, world(*[sign * 30] * 3))
    assert {*found} == {subject}
    evidence = {name: one.value for name, one in found[subject].evidence.items()}
    assert evidence["streak"] == 3
    assert evidence["flow"] == pytest.approx(sign * 30e8)
    assert evidence["total"] == pytest.approx(sign * 90e8)
    assert (evidence["funds"], evidence["funds_of"]) == (3, 3)
    assert seen(detector, world(*[sign * 30] * 2)) == {}


@pytest.mark.parametrize("detector", [ClassInflow(), ClassOutflow(), IndexInflow(), IndexOutflow()])
def test_a_small_sum_is_nobodys_news(detector: GroupStreak) -> None:
    sign = 1 if detector.rising else -1
    least = detector.min_total_cny / 1e8
    assert seen(detector, world(*[sign * least / 3 * 0.99] * 3)) == {}
    assert seen(detector, world(*[sign * least / 3 * 1.01] * 3)) != {}


def test_a_streak_of_many_small_days_is_told_when_its_sum_is_large_enough() -> None:
    panel = world(*[10] * 6)
    (signal,) = seen(ClassInflow(), panel).values()
    assert signal.evidence["streak"].value == 6
    assert signal.reached == panel.sessions[-2]
    assert signal.since == panel.sessions[1]


def test_money_the_other_way_ends_it() -> None:
    panel = world(30, 30, 30, -1)
    assert seen(ClassInflow(), panel) == {}
    assert seen(ClassInflow(), panel, panel.sessions[-2]) != {}


def test_two_funds_are_no_group() -> None:
    panel = world(*[60] * 3, codes=CODES[:2])
    assert seen(IndexInflow(), panel) == {}
    assert seen(IndexInflow(min_funds=2), panel) != {}


def test_a_missing_exchange_is_silence_and_no_outflow() -> None:
    codes = {
        "159919": [100e8, 110e8, 120e8, None],
        "510300": [100e8, 110e8, 120e8, 130e8],
        "510310": [100e8, 110e8, 120e8, 130e8],
    }
    made = market(4)
    for code, shares in codes.items():
        made = made.fund(code, words=WORDS, close=1.0, nav=1.0, shares=shares)
    panel = made.panel()
    for detector in (ClassInflow(), ClassOutflow(), IndexInflow(), IndexOutflow()):
        assert seen(detector, panel) == {}
        column = panel.column(detector.axis, "broad" if detector.axis is Axis.CLASS else "000300")
        assert not detector.find(panel).known[-1, column]


def test_it_is_dated_by_its_session_and_needs_share_counts_alone() -> None:
    (signal,) = seen(ClassInflow(), world(*[30] * 3)).values()
    assert {one.day for one in signal.evidence.values()} == {LAST_DAY}
    assert signal.subject.axis is Axis.CLASS
