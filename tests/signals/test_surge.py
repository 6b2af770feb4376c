"""Funds in which far more is traded than usual."""

from signals.core.panel import Panel
from signals.core.signal import Signal
from signals.surge import AmountSurge
from tests.builders import market, seen

FUND = "515230"


def traded(*last: float | None, days: int = 70, usual: float = 1e8, word: str = "equity") -> Panel:
    """A fund that trades as ever, until the traded values of the last sessions."""
    amounts: list[float | None] = [*[usual] * (days - len(last)), *last]
    volumes = [amount if amount is None else amount / 1.0 for amount in amounts]
    world = market(days).fund(FUND, words={"fund_class": word}, close=1.0, amount=amounts, volume=volumes)
    return world.panel()


def surge(panel: Panel, **settings: float) -> Signal | None:
    return seen(AmountSurge(**settings), panel).get(FUND)  # type: ignore[arg-type]


def test_four_times_the_usual_is_a_surge() -> None:
    told = surge(traded(4.1e8))
    assert told is not None
    assert (told.evidence["times"].value, told.evidence["days"].value) == (4.1, 20)
    assert told.evidence["amount"].value == 4.1e8
    assert told.rung == 1


def test_with_too_little_of_a_past_it_is_not_known_and_a_suspended_day_is_none() -> None:
    panel = traded(None, 1e8, days=20)
    known = AmountSurge(least_days=15).findings(panel).found.known[:, 0]
    assert known.tolist() == [False] * 15 + [True] * 3 + [False, True]


def test_less_is_none() -> None:
    assert surge(traded(3.9e8)) is None
    assert surge(traded(3.9e8), min_times=3.0) is not None


def test_twice_that_is_the_second_rung() -> None:
    assert (told := surge(traded(8.1e8))) is not None
    assert told.rung == 2


def test_a_surge_from_next_to_nothing_is_none() -> None:
    assert surge(traded(1.9e8, usual=1e6)) is None


def test_the_longer_past_has_a_say() -> None:
    busy: list[float] = [5e8] * 40 + [1e8] * 20
    assert surge(traded(*busy, 4.1e8, days=61)) is None
    assert surge(traded(*busy, 4.1e8, days=61), long_days=20) is not None


def test_too_short_a_past_judges_nothing() -> None:
    assert surge(traded(4.1e8, days=15)) is None
    assert surge(traded(4.1e8, days=16)) is not None


def test_days_without_trading_are_not_in_the_mean() -> None:
    panel = traded(*[0.0] * 5, 4.1e8)
    told = surge(panel)
    assert told is not None
    assert told.evidence["times"].value == 4.1


def test_a_bond_fund_is_left_out() -> None:
    assert surge(traded(4.1e8, word="bond")) is None


def test_a_second_surge_soon_after_is_the_same_news() -> None:
    panel = traded(5e8, 1e8, 1e8, 6e8)
    assert (told := surge(panel)) is not None
    assert told.since == panel.sessions[-4]
    late = traded(5e8, *[1e8] * 6, 6e8)
    assert (told := surge(late)) is not None
    assert told.since == late.sessions[-1]
