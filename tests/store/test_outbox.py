import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.exc import StatementError

from bot.deliveries import Address, Outcome, State
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from tests.store.samples import DAY, FUND, MESSAGE, NOW, alert, letters, subscribers, to_all

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=1)
RUN = ("close", NOW)


async def test_a_poll_leaves_its_alerts_messages_and_run(store: Database) -> None:
    everybody = await subscribers(store, 3)
    assert await store.outbox.record("close", [alert()], NOW, to_all(everybody), RUN) == 3
    (told,) = await store.alerts.of_subject(FUND, 5)
    assert await store.outbox.reached(told.id) == frozenset(everybody)
    assert await store.outbox.counts() == {State.PENDING: 3, State.SENDING: 0, State.SENT: 0, State.DEAD: 0}
    assert await store.runs.done(*RUN)


async def test_a_poll_that_is_repeated_five_times_adds_nothing(store: Database) -> None:
    everybody = await subscribers(store, 3)
    alerts = [alert(), alert(kind="inflow_streak")]
    added = [await store.outbox.record("close", alerts, NOW, to_all(everybody), RUN) for _ in range(5)]
    assert added == [3, 0, 0, 0, 0]
    assert len(await store.alerts.of_subject(FUND, 10)) == 2
    assert len(await store.runs.recent(10)) == 1


async def test_only_new_alerts_are_given_to_the_writer(store: Database) -> None:
    seen: list[list[str]] = []

    def keep(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        seen.append([one.alert.signal.kind for one in recorded])
        return []

    for kinds in (["a"], ["a", "b"], ["b", "a"]):
        await store.outbox.record("close", [alert(kind=kind) for kind in kinds], NOW, keep, None)
    assert seen == [["a"], ["b"]]


async def test_alerts_keep_their_order_and_get_a_number_each(store: Database) -> None:
    seen: list[RecordedAlert] = []

    def keep(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        seen.extend(recorded)
        return []

    alerts = [alert(kind=kind) for kind in "zaq"]
    await store.outbox.record("close", [*alerts, alerts[0]], NOW, keep, None)
    assert [one.alert for one in seen] == alerts
    assert len({one.id for one in seen}) == 3
    assert {(one.asof, one.batch) for one in seen} == {(NOW, "close")}


async def test_a_poll_without_alerts_still_marks_its_run(store: Database) -> None:
    assert await store.outbox.record("close", [], NOW, to_all([]), RUN) == 0
    assert await store.runs.done(*RUN)


async def test_a_report_that_was_written_first_is_kept(store: Database) -> None:
    await store.runs.finish(*RUN, NOW, "3 alerts")
    await store.outbox.record("close", [], LATER, to_all([]), RUN)
    assert [run.report for run in await store.runs.recent(5)] == ["3 alerts"]


async def test_when_the_writer_fails_nothing_is_left(store: Database) -> None:
    def fails(_: Sequence[RecordedAlert], __: RecordedRules) -> list[NewDelivery]:
        raise LookupError("no text for it")

    with pytest.raises(LookupError):
        await store.outbox.record("close", [alert()], NOW, fails, RUN)
    assert await store.alerts.of_subject(FUND, 5) == []
    assert not await store.runs.done(*RUN)
    assert await store.outbox.record("close", [alert()], NOW, to_all(await subscribers(store, 1)), RUN) == 1


async def test_when_a_message_cannot_be_stored_nothing_is_left(store: Database) -> None:
    nowhere = to_all(await subscribers(store, 1), due_at=NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="without a time zone"):
        await store.outbox.record("close", [alert()], NOW, nowhere, RUN)
    assert await store.alerts.of_subject(FUND, 5) == []
    assert not await store.runs.done(*RUN)


async def test_new_alerts_of_an_old_batch_are_not_lost(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    await store.outbox.record("close", [alert()], NOW, to_all([one]), None)
    late = [alert(), alert(kind="inflow_streak")]
    assert await store.outbox.record("close", late, LATER, to_all([one]), None) == 1
    assert (await store.outbox.counts())[State.PENDING] == 2


async def test_eight_pollers_at_once_tell_an_alert_once(store: Database) -> None:
    everybody = await subscribers(store, 2)
    polls = (store.outbox.record("close", [alert()], NOW, to_all(everybody), RUN) for _ in range(8))
    assert sorted(await asyncio.gather(*polls)) == [*[0] * 7, 2]
    assert len(await store.alerts.of_subject(FUND, 5)) == 1


async def test_a_digest_that_is_left_five_times_is_left_once(store: Database) -> None:
    everybody = await subscribers(store, 3)
    assert [await store.outbox.enqueue(letters(everybody)) for _ in range(5)] == [3, 0, 0, 0, 0]


async def test_a_digest_left_again_does_not_change_the_first(store: Database) -> None:
    everybody = await subscribers(store, 2)
    await store.outbox.enqueue(letters(everybody[:1], due_at=NOW))
    assert await store.outbox.enqueue(letters(everybody, due_at=LATER)) == 1
    assert [one.subscription_id for one in await store.outbox.claim(NOW, 10, 60)] == everybody[:1]


async def test_more_digests_than_a_transaction_takes_are_all_left(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    many = [letter for number in range(1203) for letter in letters([one], batch=f"digest/{number}")]
    assert await store.outbox.enqueue(many) == 1203
    assert (await store.outbox.counts())[State.PENDING] == 1203


async def test_a_digest_that_stands_twice_in_one_call_is_left_once(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    assert await store.outbox.enqueue([*letters([one]), *letters([one])]) == 1


async def test_leaving_nothing_adds_nothing(store: Database) -> None:
    assert await store.outbox.enqueue([]) == 0


async def test_a_batch_knows_whom_it_has_a_message_for(store: Database) -> None:
    everybody = await subscribers(store, 3)
    await store.outbox.enqueue(letters(everybody[:2], batch="digest/evening"))
    assert await store.outbox.subscribers_of("digest/evening") == frozenset(everybody[:2])
    assert await store.outbox.subscribers_of("digest/morning") == frozenset()


async def test_whoever_was_given_up_on_was_not_reached(store: Database) -> None:
    sent, waiting, lost = await subscribers(store, 3)
    await store.outbox.record("close", [alert()], NOW, to_all([sent, waiting, lost]), None)
    (told,) = await store.alerts.of_subject(FUND, 5)
    by_reader = {one.subscription_id: one for one in await store.outbox.claim(NOW, 10, 60)}
    await store.outbox.marks.sent(by_reader[sent].id, NOW)
    await store.outbox.failed(by_reader[lost], Outcome(state=State.DEAD, error="gone"), NOW)
    assert await store.outbox.reached(told.id) == {sent, waiting}


async def test_an_alert_reaches_only_those_whose_message_holds_it(store: Database) -> None:
    one, other = await subscribers(store, 2)

    def to_one_each(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        return [*to_all([one])(recorded[:1]), *to_all([other])(recorded)]

    await store.outbox.record("close", [alert(), alert(day=DAY - timedelta(days=1))], NOW, to_one_each, None)
    numbers = sorted(told.id for told in await store.alerts.of_subject(FUND, 5))
    assert [await store.outbox.reached(number) for number in numbers] == [{one, other}, {other}]


async def test_a_message_is_claimed_whole(store: Database) -> None:
    everybody = await subscribers(store, 1)
    await store.outbox.enqueue(letters(everybody, batch="digest/evening"))
    (claimed,) = await store.outbox.claim(NOW, 10, 60)
    assert claimed.message == MESSAGE
    assert (claimed.batch, claimed.channel, claimed.address) == ("digest/evening", "telegram", Address("0"))
    assert (claimed.attempts, claimed.parts_sent, claimed.plain) == (1, 0, False)


async def test_nothing_is_due_in_an_empty_outbox(store: Database) -> None:
    assert await store.outbox.claim(NOW, 10, 60) == []
    assert await store.outbox.next_due() is None


async def test_the_next_moment_is_the_earliest_that_waits(store: Database) -> None:
    everybody = await subscribers(store, 2)
    await store.outbox.enqueue(letters(everybody[:1], "late", LATER))
    await store.outbox.enqueue(letters(everybody[1:], "early", NOW))
    assert await store.outbox.next_due() == NOW
    await store.outbox.claim(NOW, 1, 60)
    assert await store.outbox.next_due() == NOW + timedelta(seconds=60)


async def test_nobody_waits_for_a_paused_subscription(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    await store.outbox.enqueue(letters([one]))
    await store.subscriptions.pause(one, "gone", NOW)
    assert await store.outbox.next_due() is None
