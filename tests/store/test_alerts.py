from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.alerts import Alert, Reason, Told
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from signals.core.field import Axis
from signals.core.signal import Subject
from tests.store.samples import DAY, FUND, NOW, alert, to_all

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=12)
OTHER = Subject(Axis.FUND, "159590")
MARKET = Subject(Axis.MARKET, "SSE+SZSE")


async def record(store: Database, *alerts: Alert, asof: datetime = NOW) -> list[int]:
    """The ids that the new ones of the alerts were given."""
    ids: list[int] = []

    def keep(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        ids.extend(one.id for one in recorded)
        return []

    await store.outbox.record("close", alerts, asof, keep, None)
    return ids


async def test_an_alert_comes_back_equal_to_the_last_figure(store: Database) -> None:
    told = alert()
    (number,) = await record(store, told)
    assert await store.alerts.of_subject(FUND, 5) == [RecordedAlert(id=number, alert=told, asof=NOW, batch="close")]


async def test_an_alert_without_a_basis_comes_back_without_one(store: Database) -> None:
    await record(store, alert(basis=None, subject=MARKET))
    (found,) = await store.alerts.of_subject(MARKET, 5)
    assert found.alert.signal.basis is None
    assert found.alert.signal.subject == MARKET


async def test_whoever_else_takes_part_comes_back_beside_the_figures(store: Database) -> None:
    plain = alert()
    told = replace(plain, signal=replace(plain.signal, others={"former": OTHER}))
    await record(store, told)
    (found,) = await store.alerts.of_subject(FUND, 5)
    assert found.alert == told
    (last,) = await store.alerts.told(["first_pullback"])
    assert last.evidence == plain.signal.evidence


async def test_the_last_alert_about_a_subject_is_told(store: Database) -> None:
    first, last = alert(day=DAY - timedelta(days=1)), alert(rung=2, reason=Reason.STRONGER)
    _, number = await record(store, first, last)
    assert await store.alerts.told(["first_pullback"]) == [
        Told(
            alert_id=number,
            kind="first_pullback",
            subject=FUND,
            day=DAY,
            rung=2,
            reason=Reason.STRONGER,
            evidence=last.signal.evidence,
            basis=last.signal.basis,
        )
    ]


async def test_a_correction_is_the_last_word_on_its_session(store: Database) -> None:
    (first,) = await record(store, alert())
    (second,) = await record(store, alert(rung=0, reason=Reason.CORRECTED, follows=first), asof=LATER)
    (told,) = await store.alerts.told(["first_pullback"])
    assert (told.alert_id, told.over) == (second, True)


async def test_a_session_that_is_caught_up_with_is_not_the_last_word(store: Database) -> None:
    (newest,) = await record(store, alert())
    await record(store, alert(day=DAY - timedelta(days=1)), asof=LATER)
    (told,) = await store.alerts.told(["first_pullback"])
    assert told.alert_id == newest


async def test_each_kind_and_subject_has_its_own_last_alert(store: Database) -> None:
    numbers = await record(store, alert(), alert(subject=OTHER), alert(kind="inflow_streak"))
    told = await store.alerts.told(["first_pullback", "inflow_streak"])
    assert sorted(one.alert_id for one in told) == numbers


async def test_kinds_that_are_not_asked_for_are_not_told(store: Database) -> None:
    await record(store, alert())
    assert await store.alerts.told(["inflow_streak"]) == []
    assert await store.alerts.told([]) == []


async def test_alerts_between_two_moments_include_both_and_come_in_their_order(store: Database) -> None:
    for hours in (2, 0, 1, 3):
        await record(store, alert(day=DAY - timedelta(days=hours)), asof=NOW + timedelta(hours=hours))
    found = await store.alerts.between(NOW, NOW + timedelta(hours=2))
    assert [one.asof - NOW for one in found] == [timedelta(hours=hours) for hours in (0, 1, 2)]


async def test_alerts_outside_two_moments_are_left_out(store: Database) -> None:
    await record(store, alert())
    assert await store.alerts.between(NOW + timedelta(microseconds=1), LATER) == []


async def test_alerts_of_a_subject_come_newest_first_and_no_more_than_asked(store: Database) -> None:
    numbers = await record(store, *(alert(day=DAY - timedelta(days=days)) for days in range(4)), alert(subject=OTHER))
    assert [one.id for one in await store.alerts.of_subject(FUND, 2)] == [numbers[3], numbers[2]]


@pytest.mark.parametrize(
    "other",
    [
        alert(kind="first_rebound"),
        alert(subject=OTHER),
        alert(day=DAY - timedelta(days=1)),
        alert(rung=2),
        alert(reason=Reason.REMINDER),
    ],
    ids=["kind", "subject", "day", "rung", "reason"],
)
async def test_an_alert_that_differs_in_one_thing_is_another(store: Database, other: Alert) -> None:
    assert len(await record(store, alert())) == 1
    assert len(await record(store, other)) == 1


async def test_a_correction_may_itself_be_corrected(store: Database) -> None:
    (first,) = await record(store, alert())
    (second,) = await record(store, alert(reason=Reason.CORRECTED, follows=first))
    (third,) = await record(store, alert(reason=Reason.CORRECTED, follows=second))
    assert first < second < third
    assert await record(store, alert(reason=Reason.CORRECTED, follows=second)) == []


async def test_a_thousand_alerts_are_numbered_in_their_order(store: Database) -> None:
    many = [alert(subject=Subject(Axis.FUND, str(510000 + number))) for number in range(1000)]
    assert await store.outbox.record("close", many, NOW, to_all([]), None) == 0
    found = await store.alerts.between(NOW, NOW)
    assert [one.alert for one in found] == many


async def test_beginnings_are_found_by_kind_subject_and_day_newest_first(store: Database) -> None:
    first = await record(store, alert(day=DAY - timedelta(days=1)), alert(), alert(kind="other"), alert(subject=OTHER))
    (stronger,) = await record(store, alert(rung=2, reason=Reason.STRONGER))
    await record(store, alert(rung=3, reason=Reason.REMINDER))
    assert {one.id for one in await store.alerts.begun(10)} == {*first, stronger}
    assert [one.alert.signal.day for one in await store.alerts.begun(10, kind="first_pullback", code="560850")] == [
        DAY,
        DAY,
        DAY - timedelta(days=1),
    ]
    assert [one.id for one in await store.alerts.begun(10, day=DAY - timedelta(days=1))] == [first[0]]
    assert len(await store.alerts.begun(2)) == 2


async def test_a_beginning_that_was_taken_back_is_none(store: Database) -> None:
    first, second = await record(store, alert(), alert(kind="other"))
    await record(store, alert(rung=0, reason=Reason.CORRECTED, follows=first))
    await record(store, alert(kind="other", rung=2, reason=Reason.CORRECTED, follows=second))
    assert [one.id for one in await store.alerts.begun(10)] == [second]
    assert await store.alerts.corrected(first)
    assert await store.alerts.corrected(second)


async def test_what_was_said_just_before_an_alert_is_found(store: Database) -> None:
    await record(store, alert(), alert(kind="other"), alert(subject=OTHER), alert(rung=2, reason=Reason.STRONGER))
    last, *_, first = await store.alerts.of_subject(FUND, 9)
    before = await store.alerts.last_before(last)
    assert before is not None
    assert (before.id, await store.alerts.last_before(before)) == (first.id, None)
    assert not await store.alerts.corrected(first.id)
