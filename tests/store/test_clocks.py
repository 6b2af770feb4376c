"""What a clock that was ahead has left behind is brought back to the present; what is in order stays as it is."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.deliveries import FIRST_WAIT, LONGEST_WAIT, Gate, Outcome, State
from bot.store.audit import Deed
from bot.store.clocks import AHEAD, Straightened
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import market, moment
from tests.store.samples import MESSAGE, subscription

pytestmark = pytest.mark.anyio

DAY, NEXT = date(2025, 2, 10), date(2025, 2, 11)
NOW = moment(DAY, "18:00")
TOMORROW = NOW + timedelta(days=1)
LEASE = 60.0


async def put_right(store: Database, now: datetime = NOW) -> Straightened:
    return await store.clocks.straighten(now, lease_seconds=LEASE, wait_max=LONGEST_WAIT)


async def leave(store: Database, chat: str, batch: str, at: datetime, **more: object) -> int:
    """A message for a chat; returns the subscription's number."""
    who = await store.subscriptions.save(subscription(chat=chat), NOW)
    letter = NewDelivery(batch=batch, subscription_id=who.id, message=MESSAGE, due_at=at, **more)  # type: ignore[arg-type]
    await store.outbox.enqueue([letter])
    return who.id


def table(day: date, at: datetime, dataset: Dataset = Dataset.INDEX) -> Snapshot:
    (one,) = market(1).index("000300", 3900.0).snapshots()
    return replace(one, dataset=dataset, day=day, fetched_at=at, known_at=at, table=one.table + day.toordinal())


async def test_what_is_in_order_stays_as_it_is(store: Database) -> None:
    await store.market.add([table(DAY, NOW)])
    await store.runs.finish("poll/close", moment(DAY, "16:20"), NOW, "")
    await leave(store, "1", f"digest/evening/{DAY}", NOW)
    (claimed,) = await store.outbox.claim(NOW, 1, LEASE)
    await leave(store, "1", "poll/x", NOW + AHEAD)
    assert await put_right(store) == Straightened()
    assert await store.runs.done("poll/close", moment(DAY, "16:20"))
    assert await store.outbox.claim(NOW + timedelta(seconds=LEASE - 1), 9, LEASE) == []
    assert [one.id for one in await store.outbox.claim(NOW + timedelta(seconds=LEASE), 9, LEASE)] == [claimed.id]


async def test_a_message_that_was_left_tomorrow_goes_out_today(store: Database) -> None:
    await leave(store, "1", "poll/x", TOMORROW)
    assert await store.outbox.claim(NOW, 9, LEASE) == []
    assert (await put_right(store)).messages == 1
    assert len(await store.outbox.claim(NOW, 9, LEASE)) == 1


async def test_a_lease_that_ends_tomorrow_ends_as_one_of_today(store: Database) -> None:
    await leave(store, "1", "poll/x", TOMORROW)
    await store.outbox.claim(TOMORROW, 1, LEASE)
    assert (await put_right(store)).messages == 1
    assert await store.outbox.claim(NOW + timedelta(seconds=LEASE - 1), 9, LEASE) == []
    assert len(await store.outbox.claim(NOW + timedelta(seconds=LEASE), 9, LEASE)) == 1


async def test_a_message_that_is_to_be_tried_again_waits_no_longer_than_any_does(store: Database) -> None:
    await leave(store, "1", "poll/x", TOMORROW)
    (claimed,) = await store.outbox.claim(TOMORROW, 1, LEASE)
    again = TOMORROW + FIRST_WAIT
    await store.outbox.failed(claimed, Outcome(state=State.PENDING, due_at=again, hold_until=again), TOMORROW)
    await put_right(store)
    assert await store.outbox.claim(NOW, 9, LEASE) == []
    assert len(await store.outbox.claim(NOW + LONGEST_WAIT, 9, LEASE)) == 1


@pytest.mark.parametrize("gate", [Gate.QUIET, Gate.CAP])
async def test_what_a_reader_is_kept_from_is_judged_anew(store: Database, gate: Gate) -> None:
    number = await leave(store, "1", "poll/x", TOMORROW + timedelta(hours=14), gate=gate)
    await put_right(store)
    assert await store.outbox.held.waiting(number) == (1, NOW)


async def test_a_slot_to_come_is_not_done_unless_it_was_skipped(store: Database) -> None:
    close, evening = moment(NEXT, "16:20"), moment(NEXT, "20:00")
    await store.runs.finish("poll/close", close, TOMORROW, "")
    await store.runs.finish("digest/evening", close, TOMORROW, "of another kind")
    await store.runs.skip("poll/evening", evening, "a holiday of ours", Deed("cli:me", NOW))
    assert (await put_right(store)).slots == 1
    assert not await store.runs.done("poll/close", close)
    assert await store.runs.done("poll/evening", evening)
    assert await store.runs.done("digest/evening", close)


async def test_a_table_that_was_read_tomorrow_is_known_today(store: Database) -> None:
    await store.market.add([table(DAY, TOMORROW)])
    assert await store.market.newest(Dataset.INDEX, NOW) is None
    assert (await put_right(store)).tables == 1
    assert await store.market.newest(Dataset.INDEX, NOW) == (DAY, NOW)
    assert await store.market.add([table(DAY, NOW + timedelta(minutes=1))]) == 0, "it is the same"


async def test_a_clock_that_is_behind_what_is_stored_changes_nothing_of_the_past(store: Database) -> None:
    await store.market.add([table(NEXT, TOMORROW)])
    await store.runs.finish("poll/close", moment(NEXT, "16:20"), TOMORROW, "")
    await leave(store, "1", f"digest/evening/{NEXT}", TOMORROW)
    (digest,) = await store.outbox.claim(TOMORROW, 1, LEASE)
    await store.outbox.marks.sent(digest.id, TOMORROW)
    await leave(store, "2", "poll/x", TOMORROW)
    assert await put_right(store) == Straightened(messages=1, behind=True)
    assert await store.runs.done("poll/close", moment(NEXT, "16:20"))
    assert await store.market.newest(Dataset.INDEX, TOMORROW) == (NEXT, TOMORROW)
    assert await store.outbox.subscribers_of(f"digest/evening/{NEXT}") == {digest.subscription_id}


@pytest.mark.parametrize("dataset", [Dataset.SPOT, Dataset.DIVIDENDS, Dataset.PROFILE])
async def test_a_table_that_may_be_of_a_day_to_come_proves_nothing(store: Database, dataset: Dataset) -> None:
    await store.market.add([table(NEXT, TOMORROW, dataset)])
    assert not (await put_right(store)).behind


@pytest.mark.parametrize("state", [State.PENDING, State.SENT, State.DEAD])
async def test_a_digest_of_a_session_of_which_nothing_was_known_makes_room_for_the_real_one(
    store: Database, state: State
) -> None:
    batch = f"digest/evening/{NEXT}"
    number = await leave(store, "1", batch, TOMORROW)
    if state is not State.PENDING:
        (claimed,) = await store.outbox.claim(TOMORROW, 1, LEASE)
        if state is State.SENT:
            await store.outbox.marks.sent(claimed.id, TOMORROW)
        else:
            await store.outbox.failed(claimed, Outcome(state=State.DEAD), TOMORROW)
    assert (await put_right(store)).messages == 1
    assert await store.outbox.subscribers_of(batch) == frozenset()
    assert await store.outbox.claim(NOW, 9, LEASE) == []
    await leave(store, "1", batch, TOMORROW)
    assert await store.outbox.subscribers_of(batch) == {number}


async def test_a_digest_that_went_out_an_hour_early_with_its_figures_is_not_told_again(store: Database) -> None:
    await store.market.add([table(DAY, NOW)])
    later = NOW + timedelta(hours=1)
    number = await leave(store, "1", f"digest/evening/{DAY}", later)
    (claimed,) = await store.outbox.claim(later, 1, LEASE)
    await store.outbox.marks.sent(claimed.id, later, "1")
    await put_right(store)
    assert await store.outbox.subscribers_of(f"digest/evening/{DAY}") == {number}
    assert [one.at for one in await store.outbox.lately("telegram", NOW)] == [NOW]


async def test_putting_right_twice_changes_nothing_more(store: Database) -> None:
    await store.market.add([table(DAY, TOMORROW)])
    await store.runs.finish("poll/close", moment(NEXT, "16:20"), TOMORROW, "")
    await leave(store, "1", f"digest/evening/{NEXT}", TOMORROW)
    await leave(store, "2", "poll/x", TOMORROW)
    assert await put_right(store) == Straightened(messages=2, slots=1, tables=1)
    assert await put_right(store) == Straightened()
