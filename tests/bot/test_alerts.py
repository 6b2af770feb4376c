"""What is worth telling: edges out of levels, and one correction per change."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from bot.alerts import Alert, Pace, Reason, Sight, Told, decide
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.signal import Basis, Signal, Subject

KIND = "inflow_streak"
FUND = Subject(Axis.FUND, "159590")
OTHER = Subject(Axis.FUND, "560850")
DAYS = [date(2025, 2, 3) + timedelta(days=shift) for shift in range(20)]
"""Sessions by number: here every day is one."""
TODAY = 9


def figures(day: int, values: Mapping[str, float]) -> dict[str, Figure]:
    return {
        name: Figure(value=value, unit=Unit.CNY, day=DAYS[day], source="test", estimated=False)
        for name, value in values.items()
    }


def signal(
    day: int = TODAY,
    *,
    since: int | None = None,
    reached: int | None = None,
    rung: int = 3,
    subject: Subject = FUND,
    basis: Basis | None = None,
    **values: float,
) -> Signal:
    return Signal(
        kind=KIND,
        subject=subject,
        day=DAYS[day],
        since=DAYS[day if since is None else since],
        reached=DAYS[day if reached is None else reached],
        rung=rung,
        strength=0.5,
        evidence=figures(day, values),
        basis=basis,
    )


def before(
    day: int, *, rung: int = 3, reason: Reason = Reason.NEW, basis: Basis | None = None, **values: float
) -> Told:
    return Told(
        alert_id=7,
        kind=KIND,
        subject=FUND,
        day=DAYS[day],
        rung=rung,
        reason=reason,
        evidence=figures(day, values),
        basis=basis,
    )


def now(
    *seen: Signal,
    told: Told | None = None,
    reading: Signal | None = None,
    tell_end: bool = False,
    edge: int = TODAY - 1,
    remind: int | None = None,
    kind: str = KIND,
    intraday: bool = False,
    cooled: int | None = None,
) -> list[Alert]:
    sight = Sight(
        kind=kind, day=DAYS[TODAY], signals=seen, read=lambda _: reading, tell_end=tell_end, intraday=intraday
    )
    pace = Pace(
        edge=DAYS[edge],
        remind=None if remind is None else DAYS[remind],
        cooled=None if cooled is None else DAYS[cooled],
    )
    return decide([sight], [told] if told else [], pace)


def reasons(alerts: list[Alert]) -> list[Reason]:
    return [one.reason for one in alerts]


def test_an_episode_that_pauses_has_not_ended() -> None:
    pausing = signal(since=5, rung=0)
    assert now(told=before(5), reading=pausing, tell_end=True) == []
    over = signal(rung=0)
    assert reasons(now(told=before(5), reading=over, tell_end=True)) == [Reason.ENDED]


def test_what_was_told_of_this_session_is_taken_back_in_a_pause_too() -> None:
    pausing = signal(since=5, rung=0)
    assert reasons(now(told=before(TODAY), reading=pausing, tell_end=True)) == [Reason.CORRECTED]


def test_what_begins_today_is_new() -> None:
    (alert,) = now(signal())
    assert (alert.reason, alert.follows, alert.signal.subject) == (Reason.NEW, None, FUND)


def test_what_was_reached_on_the_edge_is_still_new() -> None:
    assert reasons(now(signal(since=5, reached=TODAY - 1))) == [Reason.NEW]


def test_what_was_reached_before_is_old_news() -> None:
    assert now(signal(since=5, reached=TODAY - 2)) == []


def test_the_same_rung_of_a_told_episode_is_not_told_again() -> None:
    assert now(signal(since=5, reached=7), told=before(7)) == []


def test_a_higher_rung_is() -> None:
    assert reasons(now(signal(since=5, rung=5), told=before(7))) == [Reason.STRONGER]


def test_a_lower_rung_is_not() -> None:
    assert now(signal(since=5, rung=3), told=before(7, rung=5)) == []


def test_an_episode_that_began_after_what_was_told_is_new() -> None:
    assert reasons(now(signal(since=8), told=before(7))) == [Reason.NEW]


def test_an_episode_that_goes_on_is_reminded_of_after_a_while() -> None:
    assert reasons(now(signal(since=2, reached=3), told=before(3), remind=3)) == [Reason.REMINDER]


def test_but_not_earlier() -> None:
    assert now(signal(since=2, reached=4), told=before(4), remind=3) == []


def test_and_never_where_nobody_wants_reminders() -> None:
    assert now(signal(since=0, reached=0), told=before(0)) == []


def test_a_told_end_makes_the_next_beginning_new() -> None:
    assert reasons(now(signal(), told=before(7, rung=0, reason=Reason.ENDED))) == [Reason.NEW]


def test_a_reading_of_an_older_session_tells_nothing_after_a_newer_one() -> None:
    assert now(signal(since=5, rung=5), told=before(TODAY + 1)) == []


def test_a_revision_that_changes_no_figure_much_is_not_told() -> None:
    assert now(signal(since=5, flow=1.05e8), told=before(TODAY, flow=1e8)) == []


def test_a_revision_that_changes_one_by_more_than_a_tenth_is_a_correction() -> None:
    (alert,) = now(signal(since=5, flow=1.2e8), told=before(TODAY, flow=1e8))
    assert (alert.reason, alert.follows) == (Reason.CORRECTED, 7)


def test_a_revision_that_flips_a_sign_is_a_correction() -> None:
    assert reasons(now(signal(since=5, flow=-1e8), told=before(TODAY, flow=1e8))) == [Reason.CORRECTED]


def test_a_figure_of_another_day_is_no_revision() -> None:
    earlier = before(TODAY, flow=1e8)
    moved = signal(since=5, flow=3e8)
    yesterdays = {
        name: Figure(value=one.value, unit=one.unit, day=DAYS[8], source="") for name, one in earlier.evidence.items()
    }
    told = Told(alert_id=7, kind=KIND, subject=FUND, day=DAYS[TODAY], rung=3, reason=Reason.NEW, evidence=yesterdays)
    assert now(moved, told=told) == []


def test_a_figure_that_was_not_told_is_no_revision() -> None:
    assert now(signal(since=5, flow=1e8, total=5e8), told=before(TODAY, flow=1e8)) == []


def test_a_correction_is_told_once() -> None:
    assert now(signal(since=5, flow=1.2e8), told=before(TODAY, reason=Reason.CORRECTED, flow=1.2e8)) == []


def test_a_second_basis_that_comes_in_later_is_no_revision() -> None:
    told = before(TODAY, basis=Basis.CLOSE, gain=0.05)
    assert now(signal(since=5, basis=Basis.NAV, gain=0.08), told=told) == []


def test_a_revision_that_lifts_the_rung_is_told_as_stronger() -> None:
    assert reasons(now(signal(since=5, rung=5), told=before(TODAY))) == [Reason.STRONGER]


def test_a_revision_that_takes_a_rung_back_is_a_correction() -> None:
    """Told as the tenth session in a row, it now reads as the ninth: the milestone was not reached."""
    told = before(TODAY, rung=10, streak=10)
    assert reasons(now(signal(since=1, rung=5, streak=9), told=told)) == [Reason.CORRECTED]


def test_a_revision_that_takes_everything_back_is_a_correction() -> None:
    nothing = signal(rung=0, flow=-1e8)
    (alert,) = now(told=before(TODAY, flow=1e8), reading=nothing)
    assert (alert.reason, alert.follows, alert.signal.rung) == (Reason.CORRECTED, 7, 0)


def test_a_withdrawal_is_told_once() -> None:
    assert now(told=before(TODAY, rung=0, reason=Reason.CORRECTED), reading=signal(rung=0)) == []


def test_what_was_withdrawn_and_stands_again_is_corrected_again() -> None:
    told = before(TODAY, rung=0, reason=Reason.CORRECTED)
    assert reasons(now(signal(since=5), told=told)) == [Reason.CORRECTED]


def test_a_figure_that_is_unknown_now_withdraws_nothing() -> None:
    assert now(told=before(TODAY), reading=None) == []


def test_an_end_is_told_where_it_is_wanted() -> None:
    assert reasons(now(told=before(7), reading=signal(rung=0), tell_end=True)) == [Reason.ENDED]


def test_and_not_where_it_is_not() -> None:
    assert now(told=before(7), reading=signal(rung=0)) == []


def test_an_end_that_cannot_be_seen_is_not_told() -> None:
    assert now(told=before(7), reading=None, tell_end=True) == []


def test_an_end_is_told_once() -> None:
    told = before(8, rung=0, reason=Reason.ENDED)
    assert now(told=told, reading=signal(rung=0), tell_end=True) == []


def test_an_older_session_ends_nothing_that_was_told_of_a_newer_one() -> None:
    assert now(told=before(TODAY + 1), reading=signal(rung=0), tell_end=True) == []


def test_another_detectors_episode_is_left_alone() -> None:
    assert now(told=before(TODAY), reading=signal(rung=0), kind="outflow_streak", tell_end=True) == []


def test_another_subjects_episode_is_left_alone() -> None:
    alerts = now(signal(subject=OTHER), told=before(7))
    assert [(one.reason, one.signal.subject) for one in alerts] == [(Reason.NEW, OTHER)]


def test_of_two_things_told_the_later_in_the_list_counts() -> None:
    sight = Sight(kind=KIND, day=DAYS[TODAY], signals=[signal(since=5, rung=5)], read=lambda _: None)
    told = [before(6, rung=3), before(8, rung=5)]
    assert decide([sight], told, Pace(edge=DAYS[8])) == []


@pytest.mark.parametrize(
    ("reason", "rung", "over"), [(Reason.NEW, 3, False), (Reason.ENDED, 1, True), (Reason.CORRECTED, 0, True)]
)
def test_what_is_over_was_said_to_have_ended_or_never_to_have_been(reason: Reason, rung: int, over: bool) -> None:
    assert before(7, rung=rung, reason=reason).over is over


def within(
    *seen: Signal, told: Told | None = None, reading: Signal | None = None, tell_end: bool = False
) -> list[Reason]:
    """What is told of prices within a session."""
    return reasons(now(*seen, told=told, reading=reading, tell_end=tell_end, intraday=True))


def test_within_a_session_it_is_told_once_and_again_at_a_higher_rung() -> None:
    assert within(signal(rung=1)) == [Reason.NEW]
    assert within(signal(rung=1), told=before(TODAY, rung=1)) == []
    assert within(signal(rung=2), told=before(TODAY, rung=1)) == [Reason.STRONGER]
    assert within(signal(rung=1), told=before(TODAY, rung=2)) == []


def test_what_was_told_on_an_earlier_session_is_new_today() -> None:
    assert within(signal(rung=1), told=before(TODAY - 1, rung=5)) == [Reason.NEW]


def test_what_was_told_of_a_later_session_keeps_an_earlier_one_silent() -> None:
    assert within(signal(rung=9), told=before(TODAY + 1, rung=1)) == []


def test_a_later_price_takes_nothing_back() -> None:
    assert within(told=before(TODAY, rung=1), reading=signal(rung=0)) == []
    assert within(signal(rung=1, premium=0.03), told=before(TODAY, rung=1, premium=0.06)) == []


def test_an_end_within_the_session_is_told_where_it_is_wanted_and_then_it_is_quiet() -> None:
    over = signal(rung=0)
    assert within(told=before(TODAY, rung=1), reading=over, tell_end=True) == [Reason.ENDED]
    assert within(told=before(TODAY, rung=1), reading=None, tell_end=True) == []
    assert within(told=before(TODAY, rung=0, reason=Reason.ENDED), reading=over, tell_end=True) == []
    assert within(signal(rung=3), told=before(TODAY, rung=0, reason=Reason.ENDED)) == []
    assert within(told=before(TODAY - 1, rung=1), reading=over, tell_end=True) == []


@pytest.mark.parametrize(
    ("told", "rung", "expected"),
    [
        (before(7), 3, []),
        (before(6), 3, [Reason.NEW]),
        (before(7), 4, [Reason.NEW]),
        (before(7, rung=5), 4, []),
        (before(7, reason=Reason.ENDED, rung=0), 3, [Reason.NEW]),
        (before(7, reason=Reason.CORRECTED, rung=0), 3, [Reason.NEW]),
        (None, 3, [Reason.NEW]),
    ],
)
def test_what_begins_anew_soon_after_it_was_told_is_told_only_if_stronger(
    told: Told | None, rung: int, expected: list[Reason]
) -> None:
    assert reasons(now(signal(since=8, rung=rung), told=told, cooled=6)) == expected


def test_a_growth_of_the_told_episode_does_not_wait() -> None:
    assert reasons(now(signal(since=5, rung=5), told=before(8), cooled=2)) == [Reason.STRONGER]


def test_prices_of_the_next_days_wait_too() -> None:
    assert now(signal(), told=before(8), intraday=True, cooled=6) == []
    assert reasons(now(signal(rung=4), told=before(8), intraday=True, cooled=6)) == [Reason.NEW]
    assert reasons(now(signal(), told=before(6), intraday=True, cooled=6)) == [Reason.NEW]
