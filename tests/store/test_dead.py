"""Messages that were given up: counted, listed, sent again where that makes sense, deleted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.deliveries import NOBODY_KNOWS, Gate, Outcome, State
from bot.store import dead
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.dead import DeadFilter, LetterKind, Retried, key_of
from bot.store.new_deliveries import NewDelivery
from bot.store.tables import DELIVERIES, DELIVERY_ALERTS
from tests.store.samples import NOW, alert, letters, subscribers, subscription, to_all

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=3)
DEED = Deed("telegram:3", LATER)
BLOCKED = "Forbidden: bot was blocked by the user"
DEFECT = "defect: KeyError"


async def give_up(store: Database, everybody: Sequence[NewDelivery], reason: str, *, pause: bool = False) -> None:
    """Leave messages and have each of them given up."""
    await store.outbox.enqueue(everybody)
    while claimed := await store.outbox.claim(NOW, 1_000, 60):
        for one in claimed:
            outcome = Outcome(state=State.DEAD, error=reason, pause_subscription=pause)
            await store.outbox.failed(one, outcome, NOW + timedelta(seconds=one.id))


async def state_of(store: Database, number: int) -> State:
    async with store._connections.read() as connection:
        return State(
            (await connection.execute(select(DELIVERIES.c.state).where(DELIVERIES.c.id == number))).scalar_one()
        )


async def test_they_are_counted_by_reason_channel_and_kind(store: Database) -> None:
    mine = await subscribers(store, 3)
    page = (await store.subscriptions.save(subscription("me", channel="web"), NOW)).id
    await give_up(store, letters(mine, "digest/evening/2025-02-11"), DEFECT)
    await give_up(store, [replace(one, gate=Gate.PASSED) for one in letters([page], "poll/close/x")], DEFECT)
    await give_up(store, letters(mine[:2], "broadcast/1"), BLOCKED)
    await give_up(store, letters(mine[:1], "health/poll/close"), BLOCKED)
    found = [(one.reason, one.channel, one.kind, one.count) for one in await store.dead.groups(DeadFilter())]
    assert found == [
        (DEFECT, "telegram", LetterKind.DIGEST, 3),
        (BLOCKED, "telegram", LetterKind.BROADCAST, 2),
        (BLOCKED, "telegram", LetterKind.NOTICE, 1),
        (DEFECT, "web", LetterKind.ALERT, 1),
    ]
    by_reason = [(one.reason, one.count) for one in await store.dead.counts(NOW, LATER)]
    assert by_reason == [(DEFECT, 4), (BLOCKED, 3)]
    assert await store.dead.counts(LATER, LATER + timedelta(days=1)) == []
    only = DeadFilter(channel="web", kind=LetterKind.ALERT, reasons=frozenset({DEFECT}))
    (one,) = await store.dead.listed(only, 9)
    assert (one.channel, one.chat, one.title, one.active, one.attempts) == ("web", "me", "", True, 1)
    assert await store.dead.listed(replace(only, channel="telegram"), 9) == []
    newest = await store.dead.listed(DeadFilter(), 2)
    assert [one.id for one in newest] == sorted([one.id for one in newest], reverse=True)
    assert len(await store.dead.listed(DeadFilter(), 9, 5)) == 2


async def test_a_broadcast_that_was_taken_back_is_no_dead_letter(store: Database) -> None:
    mine = await subscribers(store, 2)
    draft = await store.broadcasts.draft("words", "", "", DEED)
    await store.broadcasts.send(draft.id, letters(mine, draft.batch), DEED)
    assert await store.broadcasts.cancel(draft.id, DEED) == 2
    assert await store.dead.groups(DeadFilter()) == []
    assert await store.dead.retry(DeadFilter(), DEED) == Retried()


async def test_what_is_retried_goes_out_as_if_never_tried_and_whoever_did_it_is_written_down(store: Database) -> None:
    mine = await subscribers(store, 2)
    await store.outbox.record("poll/close/x", [alert()], NOW, to_all(mine, "poll/close/x"), None)
    (one, other) = await store.outbox.claim(NOW, 9, 60)
    await store.outbox.marks.taken(one.id, 1, "m1")
    for each in (one, other):
        await store.outbox.failed(each, Outcome(state=State.DEAD, error=DEFECT), NOW)
    before = len(await store.audit.recent(99))
    wanted = DeadFilter(reasons=frozenset({DEFECT}))
    assert await store.dead.retry(wanted, DEED) == Retried(put_back=2)
    assert await store.dead.retry(wanted, DEED) == Retried()
    (entry, *_) = await store.audit.recent(99)
    assert len(await store.audit.recent(99)) == before + 1
    assert (entry.who, entry.what, entry.before, entry.after) == (DEED.who, "dead letters", DEFECT, "2 retried")
    assert await store.outbox.claim(NOW, 9, 60) == [], "it is due from now on"
    again = await store.outbox.claim(LATER, 9, 60)
    assert sorted((each.id, each.attempts, each.parts_sent) for each in again) == [(one.id, 1, 1), (other.id, 1, 0)]
    await store.outbox.marks.sent(one.id, LATER)
    assert await store.alerts.message_with(mine[0]) is not None


async def test_paused_readers_and_digests_that_were_replaced_are_left_alone_and_counted(store: Database) -> None:
    paused, late, ready = await subscribers(store, 3)
    await give_up(store, letters([paused], "digest/evening/2025-02-11"), BLOCKED, pause=True)
    await give_up(store, letters([late, ready], "digest/evening/2025-02-11"), DEFECT)
    await give_up(store, letters([late], "digest/morning/2025-02-11"), DEFECT)
    await store.outbox.enqueue(letters([late], "digest/evening/2025-02-12"))
    assert await store.dead.retry(DeadFilter(), DEED) == Retried(put_back=2, paused=1, replaced=1)
    left = await store.dead.listed(DeadFilter(), 9)
    assert {(one.subscription_id, one.active) for one in left} == {(paused, False), (late, True)}
    assert await store.dead.drop(DeadFilter(), DEED) == 2
    assert (await store.audit.recent(1))[0].after == "2 deleted"
    await store.readers.resume(paused, DEED)
    assert await store.dead.retry(DeadFilter(), DEED) == Retried()


async def test_of_two_dead_digests_of_a_slot_the_later_one_is_retried(store: Database) -> None:
    mine = await subscribers(store, 1)
    for day in ("2025-02-10", "2025-02-11"):
        await give_up(store, letters(mine, f"digest/evening/{day}"), DEFECT)
    assert await store.dead.retry(DeadFilter(), DEED) == Retried(put_back=1, replaced=1)
    assert [one.batch for one in await store.outbox.claim(LATER, 9, 60)] == ["digest/evening/2025-02-11"]


async def test_one_letter_by_its_number_and_ties_go_with_what_is_deleted(store: Database) -> None:
    mine = await subscribers(store, 3)
    await store.outbox.record("poll/close/x", [alert()], NOW, to_all(mine, "poll/close/x"), None)
    claimed = await store.outbox.claim(NOW, 9, 60)
    ids = [one.id for one in claimed]
    for each in claimed:
        await store.outbox.failed(each, Outcome(state=State.DEAD, error=DEFECT), NOW)
    assert await store.dead.drop(DeadFilter(number=ids[0]), DEED) == 1
    assert await store.dead.retry(DeadFilter(number=ids[1]), DEED) == Retried(put_back=1)
    assert [await state_of(store, each) for each in ids[1:]] == [State.PENDING, State.DEAD]
    async with store._connections.read() as connection:
        assert {*(await connection.execute(select(DELIVERY_ALERTS.c.delivery_id))).scalars()} == {*ids[1:]}


async def test_many_are_done_in_pieces(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead, "_CHUNK", 2)
    mine = await subscribers(store, 5)
    await give_up(store, letters(mine, "a"), DEFECT)
    assert await store.dead.retry(DeadFilter(), DEED) == Retried(put_back=5)
    while claimed := await store.outbox.claim(LATER, 9, 60):
        for one in claimed:
            await store.outbox.failed(one, Outcome(state=State.DEAD, error=BLOCKED, pause_subscription=True), LATER)
    assert await store.dead.retry(DeadFilter(), DEED) == Retried(paused=5)
    assert await store.dead.drop(DeadFilter(), DEED) == 5


async def test_what_may_have_arrived_goes_on_being_said_to_be_a_repeat(store: Database) -> None:
    mine = await subscribers(store, 2)
    await give_up(store, letters(mine[:1], "a"), f"{NOBODY_KNOWS}: the service was killed")
    await give_up(store, letters(mine[1:], "b"), DEFECT)
    assert await store.dead.retry(DeadFilter(), DEED) == Retried(put_back=2)
    assert [one.repeats for one in await store.outbox.claim(LATER, 9, 60)] == [1, 0]


def test_a_reason_has_a_short_name_of_its_own() -> None:
    assert key_of(BLOCKED) == key_of(BLOCKED) != key_of(DEFECT)
    assert len(key_of(DEFECT * 100)) == len(key_of("")) == 8
