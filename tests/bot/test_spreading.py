"""A message to very many is due over as long as its channel takes, the same for each reader every time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.admin import broadcasting
from bot.admin.broadcasting import Wish
from bot.digest import DigestRun, enqueue_digests
from bot.messages.digest import DigestLimits, Edition
from bot.spreading import AT_ONCE_SECONDS, USED, Spread
from bot.store.database import Database
from bot.subscriptions import Subscription
from signals.streak import InflowStreak
from tests.bot.publishers import FUND, world_of
from tests.bot.readers import reader
from tests.bot.test_administering import DEED
from tests.bot.test_digest_producer import RISING
from tests.builders import LAST_DAY, moment

NOW = moment(LAST_DAY, "18:00")


def crowd(number: int, channel: str = "telegram") -> list[Subscription]:
    return [Subscription(id=at, channel=channel, chat=str(at)) for at in range(number)]


def test_few_readers_are_due_at_once() -> None:
    readers = crowd(int(30 * USED * AT_ONCE_SECONDS))
    spread = Spread.over(readers, {"telegram": 30})
    assert spread.minutes == 0
    assert {spread.due_at(one, "digest", NOW) for one in readers} == {NOW}


def test_many_readers_are_due_evenly_over_the_time_that_they_take() -> None:
    readers = crowd(27_000)
    spread = Spread.over(readers, {"telegram": 30})
    assert (spread.seconds, spread.minutes) == (pytest.approx(1000), 17)
    late = [(spread.due_at(one, "digest", NOW) - NOW).total_seconds() for one in readers]
    by_tenth = [sum(at // 100 == tenth for at in late) for tenth in range(10)]
    assert sum(by_tenth) == len(readers)
    assert all(2400 < count < 3000 for count in by_tenth)


def test_a_reader_s_moment_is_the_same_after_a_restart_and_another_in_another_batch() -> None:
    readers = crowd(10_000)
    one, again = (Spread.over(readers, {"telegram": 30}) for _ in range(2))
    assert [one.due_at(each, "a", NOW) for each in readers] == [again.due_at(each, "a", NOW) for each in readers]
    assert sum(one.due_at(each, "a", NOW) < one.due_at(each, "b", NOW) for each in readers) == pytest.approx(
        5000, abs=300
    )


def test_readers_on_a_channel_that_takes_any_number_do_not_wait_for_the_others() -> None:
    readers = [*crowd(10_000), *crowd(10, "web")]
    spread = Spread.over(readers, {"telegram": 30})
    assert {spread.due_at(one, "a", NOW) for one in readers[-10:]} == {NOW}


@pytest.mark.anyio
async def test_digests_and_broadcasts_to_many_are_spread(store: Database) -> None:
    await store.market.add(RISING.snapshots())
    world = replace(world_of(store, InflowStreak()), paces={"test": 1 / USED})
    for number in range(30):
        await reader(store, str(number), FUND, evening_digest=NOW.time())
    run = DigestRun(edition=Edition.EVENING, day=LAST_DAY, now=NOW)
    assert await enqueue_digests(world, DigestLimits(), run) == 30
    draft, count, spread = await broadcasting.draft(world, Wish(text="hello"), DEED)
    assert (count, spread.seconds) == (30, pytest.approx(30))
    assert await broadcasting.send(world, draft.id, replace(DEED, now=NOW)) == 30
    early = await store.outbox.claim(NOW, 100, 60)
    rest = await store.outbox.claim(NOW + timedelta(seconds=30), 100, 60)
    assert len(early) < 5
    assert len(early) + len(rest) == 30
