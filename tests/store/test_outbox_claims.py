import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.deliveries import ATTEMPTS_MAX, Address, Delivery, Outcome, State
from bot.store.database import Database
from tests.store.samples import NOW, letters, subscribers, subscription

pytestmark = pytest.mark.anyio

LEASE = 60.0
ENDED = NOW + timedelta(seconds=LEASE)
AGAIN = NOW + timedelta(seconds=5)


async def one_claimed(store: Database) -> Delivery:
    """The only delivery of the only subscription, in the hands of a worker."""
    (reader,) = await subscribers(store, 1)
    await store.outbox.enqueue(letters([reader]))
    (claimed,) = await store.outbox.claim(NOW, 10, LEASE)
    return claimed


async def state_of(store: Database) -> State:
    return next(state for state, count in (await store.outbox.counts()).items() if count)


async def test_what_is_due_is_claimed_and_what_is_not_is_left(store: Database) -> None:
    due, later = await subscribers(store, 2)
    await store.outbox.enqueue([*letters([due]), *letters([later], due_at=AGAIN)])
    assert [one.subscription_id for one in await store.outbox.claim(NOW, 10, LEASE)] == [due]
    assert [one.subscription_id for one in await store.outbox.claim(AGAIN, 10, LEASE)] == [later]


async def test_the_most_urgent_go_first_then_the_oldest(store: Database) -> None:
    everybody = await subscribers(store, 4)
    for reader, priority in zip(everybody, (2, 1, 2, 1), strict=True):
        await store.outbox.enqueue(letters([reader], priority=priority))
    claimed = [(await store.outbox.claim(NOW, 1, LEASE))[0].subscription_id for _ in everybody]
    assert claimed == [everybody[at] for at in (1, 3, 0, 2)]


async def test_no_more_than_the_limit_is_claimed(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 5)))
    assert [len(await store.outbox.claim(NOW, 2, LEASE)) for _ in range(4)] == [2, 2, 1, 0]


async def test_only_the_channels_that_are_asked_for_are_claimed(store: Database) -> None:
    web = await store.subscriptions.save(subscription(channel="web"), NOW)
    telegram = await store.subscriptions.save(subscription(), NOW)
    await store.outbox.enqueue(letters([web.id, telegram.id]))
    assert [one.channel for one in await store.outbox.claim(NOW, 10, LEASE, channels={"web"})] == ["web"]
    assert await store.outbox.claim(NOW, 10, LEASE, channels=frozenset()) == []


async def test_a_paused_subscription_is_not_claimed_for_until_it_goes_on(store: Database) -> None:
    (reader,) = await subscribers(store, 1)
    await store.outbox.enqueue(letters([reader]))
    await store.subscriptions.pause(reader, "gone", NOW)
    assert await store.outbox.claim(NOW, 10, LEASE) == []
    await store.subscriptions.resume(reader, NOW)
    assert len(await store.outbox.claim(NOW, 10, LEASE)) == 1


async def test_a_lease_keeps_others_away(store: Database) -> None:
    await one_claimed(store)
    assert await store.outbox.claim(ENDED - timedelta(microseconds=1), 10, LEASE) == []


async def test_an_ended_lease_lets_another_try(store: Database) -> None:
    first = await one_claimed(store)
    assert await store.outbox.claim(ENDED, 10, LEASE) == [replace(first, attempts=2)]


async def test_a_delivery_that_ends_every_worker_is_given_up(store: Database) -> None:
    await one_claimed(store)
    moments = (NOW + timedelta(seconds=LEASE * times) for times in range(1, ATTEMPTS_MAX + 1))
    assert [len(await store.outbox.claim(moment, 10, LEASE)) for moment in moments] == [*[1] * (ATTEMPTS_MAX - 1), 0]
    assert await state_of(store) is State.DEAD


async def test_what_was_sent_is_not_claimed_again(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.marks.sent(claimed.id, NOW)
    assert await state_of(store) is State.SENT
    assert await store.outbox.claim(ENDED, 10, LEASE) == []


async def test_what_was_sent_after_the_lease_is_not_sent_again(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.claim(ENDED, 0, LEASE)
    await store.outbox.marks.sent(claimed.id, ENDED)
    assert await store.outbox.claim(ENDED, 10, LEASE) == []


async def test_parts_that_were_sent_are_remembered(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.marks.taken(claimed.id, 1, "101")
    await store.outbox.marks.taken(claimed.id, 2, "102")
    (again,) = await store.outbox.claim(ENDED, 10, LEASE)
    assert again.parts_sent == 2


async def test_a_failure_is_tried_again_when_it_is_due(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.failed(claimed, Outcome(state=State.PENDING, due_at=AGAIN, error="timed out"), NOW)
    assert await store.outbox.claim(AGAIN - timedelta(microseconds=1), 10, LEASE) == []
    assert await store.outbox.claim(AGAIN, 10, LEASE) == [replace(claimed, attempts=2)]


async def test_refused_markup_is_tried_again_as_plain_text(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.failed(claimed, Outcome(state=State.PENDING, due_at=NOW, plain=True), NOW)
    assert await store.outbox.claim(NOW, 10, LEASE) == [replace(claimed, attempts=2, plain=True)]


async def test_a_chat_that_is_gone_pauses_its_subscription_with_its_settings(store: Database) -> None:
    claimed = await one_claimed(store)
    before = await store.subscriptions.get(claimed.subscription_id)
    gone = Outcome(state=State.DEAD, pause_subscription=True, error="blocked by the user")
    await store.outbox.failed(claimed, gone, NOW)
    assert before is not None
    paused = replace(before, active=False, paused_reason="blocked by the user")
    assert await store.subscriptions.get(claimed.subscription_id) == paused
    assert await state_of(store) is State.DEAD


async def test_a_delivery_that_died_alone_leaves_its_subscription_active(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.failed(claimed, Outcome(state=State.DEAD, error="too often"), NOW)
    assert len(await store.subscriptions.active()) == 1


async def test_a_chat_that_moved_is_followed(store: Database) -> None:
    claimed = await one_claimed(store)
    there = Address("-100777", "3")
    await store.outbox.failed(claimed, Outcome(state=State.PENDING, due_at=NOW, move_to=there), NOW)
    assert await store.outbox.claim(NOW, 10, LEASE) == [replace(claimed, address=there, attempts=2)]
    moved = await store.subscriptions.find("telegram", "-100777", "3")
    assert moved is not None
    assert moved.id == claimed.subscription_id


async def test_a_chat_that_moved_to_another_subscription_is_given_up_and_paused(store: Database) -> None:
    claimed = await one_claimed(store)
    other = await store.subscriptions.save(subscription("-100777"), NOW)
    moved = Outcome(state=State.PENDING, due_at=NOW, move_to=Address("-100777"), error="moved to -100777")
    await store.outbox.failed(claimed, moved, NOW)
    assert await store.subscriptions.active() == [other]
    assert await state_of(store) is State.DEAD


async def test_the_same_chat_of_another_channel_is_no_hindrance_to_a_move(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.subscriptions.save(subscription("-100777", channel="web"), NOW)
    await store.outbox.failed(claimed, Outcome(state=State.PENDING, due_at=NOW, move_to=Address("-100777")), NOW)
    assert len(await store.subscriptions.active()) == 2


async def test_a_late_failure_does_not_undo_what_another_worker_sent(store: Database) -> None:
    claimed = await one_claimed(store)
    await store.outbox.claim(ENDED, 10, LEASE)
    await store.outbox.marks.sent(claimed.id, ENDED)
    gone = Outcome(state=State.DEAD, pause_subscription=True, error="timed out")
    await store.outbox.failed(claimed, gone, ENDED)
    assert await state_of(store) is State.SENT
    assert len(await store.subscriptions.active()) == 1


async def _drain(store: Database) -> list[int]:
    taken: list[int] = []
    while claimed := await store.outbox.claim(NOW, 7, LEASE):
        taken += [one.id for one in claimed]
        for one in claimed:
            await store.outbox.marks.sent(one.id, NOW)
    return taken


async def test_eight_workers_at_once_take_nothing_twice(store: Database) -> None:
    everybody = await subscribers(store, 30)
    await store.outbox.enqueue([one for number in range(10) for one in letters(everybody, f"batch/{number}")])
    taken = await asyncio.gather(*(_drain(store) for _ in range(8)))
    assert Counter(number for mine in taken for number in mine).most_common(1)[0][1] == 1
    assert sum(map(len, taken)) == 300


@pytest.mark.pg
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_eight_processes_at_once_take_nothing_twice(store: Database, store_url: str) -> None:
    everybody = await subscribers(store, 30)
    await store.outbox.enqueue([one for number in range(10) for one in letters(everybody, f"batch/{number}")])
    others = [Database(store_url) for _ in range(8)]
    taken = await asyncio.gather(*(_drain(other) for other in others))
    await asyncio.gather(*(other.close() for other in others))
    assert sorted(number for mine in taken for number in mine) == sorted({one for mine in taken for one in mine})
    assert sum(map(len, taken)) == 300
    assert (await store.outbox.counts())[State.SENT] == 300


async def test_leases_that_end_under_eight_workers_are_taken_over_once(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 80)))
    assert len(await store.outbox.claim(NOW, 100, LEASE)) == 80
    taken = await asyncio.gather(*(store.outbox.claim(ENDED, 10, LEASE) for _ in range(8)))
    numbers = [one.id for mine in taken for one in mine]
    assert len(numbers) == len(set(numbers))


async def test_one_message_of_a_subscription_is_in_hand_and_the_next_when_it_is_done(store: Database) -> None:
    one, two = await subscribers(store, 2)
    for number in range(3):
        await store.outbox.enqueue(letters([one], f"batch/{number}"))
    await store.outbox.enqueue(letters([two], "late"))
    seen = []
    for _ in range(3):
        claimed = await store.outbox.claim(NOW, 10, LEASE)
        assert await store.outbox.claim(NOW, 10, LEASE) == []
        seen.append([(delivery.subscription_id, delivery.batch) for delivery in claimed])
        for delivery in claimed:
            await store.outbox.marks.sent(delivery.id, NOW)
    assert seen == [[(one, "batch/0"), (two, "late")], [(one, "batch/1")], [(one, "batch/2")]]


async def test_what_is_due_later_holds_up_nothing(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    await store.outbox.enqueue(letters([one], "later", due_at=ENDED))
    await store.outbox.enqueue(letters([one], "now"))
    assert [delivery.batch for delivery in await store.outbox.claim(NOW, 10, LEASE)] == ["now"]


async def test_eight_workers_never_have_two_messages_of_one_subscription_in_hand(store: Database) -> None:
    everybody = await subscribers(store, 4)
    for number in range(10):
        await store.outbox.enqueue(letters(everybody, f"batch/{number}"))
    in_hand, order = set[int](), dict[int, list[str]]()

    async def work() -> None:
        while (await store.outbox.counts())[State.PENDING]:
            for delivery in await store.outbox.claim(NOW, 2, LEASE):
                assert delivery.subscription_id not in in_hand
                in_hand.add(delivery.subscription_id)
                await asyncio.sleep(0.001)
                order.setdefault(delivery.subscription_id, []).append(delivery.batch)
                in_hand.remove(delivery.subscription_id)
                await store.outbox.marks.sent(delivery.id, NOW)

    await asyncio.gather(*(work() for _ in range(8)))
    assert order == {one: [f"batch/{number}" for number in range(10)] for one in everybody}
