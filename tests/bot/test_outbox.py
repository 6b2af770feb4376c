"""The consumer of deliveries against channels that take, refuse, move, break and hang."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Part
from bot.deliveries import ATTEMPTS_MAX, FIRST_WAIT, HOLDING_ATTEMPTS, Address, SendFailedError
from bot.limiter import Limiter, Quota, Quotas
from bot.messages.model import Message, plain
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from tests.bot.readers import Recorder, reader
from tests.bot.serving import Hand
from tests.builders import LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "18:21")


@dataclass
class Office:
    """An outbox with its drain over one recording channel, and a clock that is moved by hand."""

    store: Database
    channel: Recorder = field(default_factory=Recorder)
    clock: Hand = field(default_factory=lambda: Hand(NOW))
    lines: int = 0

    @property
    def drain(self) -> Drain:
        return Drain(self.store.outbox, {"test": self.channel}, self.clock.now, Pace())

    async def leave(self, chat: str, text: str, *, channel: str = "test", priority: int = 1) -> int:
        """Leave a message (one part a line) for a chat; returns the subscription."""
        known = await self.store.subscriptions.find(channel, chat)
        subscription = known or await reader(self.store, chat, channel=channel)
        self.lines += 1
        letter = NewDelivery(
            batch=f"batch {self.lines}",
            subscription_id=subscription.id,
            message=plain(text),
            due_at=NOW,
            priority=priority,
        )
        assert await self.store.outbox.enqueue([letter]) == 1
        return subscription.id

    async def work(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass, drain until nothing is due, and say what was sent in all."""
        self.clock.at += after
        while await self.drain.once():
            pass
        return [
            f"{address.chat}{'/' if address.thread else ''}{address.thread}: {one}"
            for address, one in self.channel.sent
        ]

    async def states(self) -> dict[str, int]:
        return {str(state): many for state, many in (await self.store.outbox.counts()).items() if many}


@pytest.fixture
def office(store: Database) -> Iterator[Office]:
    with capture_logs():
        yield Office(store)


async def test_what_is_due_is_sent_part_by_part_and_once(office: Office) -> None:
    await office.leave("a", "one\ntwo")
    await office.leave("b", "three")
    expected = ["a: <one>", "a: <two>", "b: <three>"]
    assert sorted(await office.work()) == expected
    assert sorted(await office.work(timedelta(days=2))) == expected
    assert await office.states() == {"sent": 2}


async def test_alerts_overtake_digests_and_each_chats_messages_keep_their_order(office: Office) -> None:
    await office.leave("a", "digest", priority=2)
    for number in range(5):
        await office.leave("a", f"alert {number}")
    assert await office.work() == [*(f"a: <alert {number}>" for number in range(5)), "a: <digest>"]


async def test_parts_resume_where_they_stopped(office: Office) -> None:
    await office.leave("a", "one\ntwo\nthree\nfour")
    office.channel.failures = {3: SendFailedError("reset"), 4: SendFailedError("reset again")}
    assert await office.work() == ["a: <one>", "a: <two>"]
    assert await office.work(FIRST_WAIT) == ["a: <one>", "a: <two>"]
    assert await office.work(2 * FIRST_WAIT) == ["a: <one>", "a: <two>", "a: <three>", "a: <four>"]
    assert await office.states() == {"sent": 1}


async def test_what_is_refused_is_not_tried_before_its_time(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.failures = {1: SendFailedError("reset")}
    await office.work()
    assert await office.work(FIRST_WAIT - timedelta(milliseconds=1)) == []
    assert office.channel.calls == 1
    assert await office.work(timedelta(milliseconds=1)) == ["a: <one>"]


async def test_markup_that_is_refused_goes_as_plain_text_at_once_and_from_there_on(office: Office) -> None:
    await office.leave("a", "one\ntwo\nthree")
    office.channel.failures = {2: SendFailedError("can't parse entities", markup=True)}
    assert await office.work() == ["a: <one>", "a: two", "a: three"]


async def test_plain_text_that_is_refused_for_its_markup_too_waits_like_any_other(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.failures = {at: SendFailedError("can't parse", markup=True) for at in (1, 2)}
    assert await office.work() == []
    assert office.channel.calls == 2
    assert await office.work(timedelta(minutes=1)) == ["a: one"]


async def test_a_chat_that_is_gone_is_paused_and_the_others_go_on(office: Office) -> None:
    gone = await office.leave("gone", "one")
    await office.leave("b", "two")
    office.channel.gone = {"gone": SendFailedError("blocked by the user", permanent=True)}
    assert await office.work() == ["b: <two>"]
    paused = await office.store.subscriptions.get(gone)
    assert paused is not None
    assert (paused.active, paused.paused_reason) == (False, "blocked by the user")
    assert await office.states() == {"dead": 1, "sent": 1}


async def test_a_chat_that_is_gone_is_asked_once_however_much_waits_for_it(office: Office) -> None:
    gone = await office.leave("gone", "one")
    await office.leave("gone", "two")
    await office.leave("gone", "three")
    office.channel.gone = {"gone": SendFailedError("blocked by the user", permanent=True)}
    await office.work(timedelta(minutes=2))
    assert office.channel.calls == 1
    office.channel.gone = {}
    await office.store.subscriptions.resume(gone, office.clock.at)
    assert await office.work(timedelta(minutes=2)) == ["gone: <two>", "gone: <three>"]


async def test_a_chat_that_moved_is_followed_and_with_it_what_waits(office: Office) -> None:
    moved = await office.leave("old", "one\ntwo")
    await office.leave("old", "three")
    office.channel.gone = {"old": SendFailedError("upgraded", moved_to=Address("new", "7"))}
    assert sorted(await office.work(timedelta(minutes=2))) == ["new/7: <one>", "new/7: <three>", "new/7: <two>"]
    there = await office.store.subscriptions.get(moved)
    assert there is not None
    assert (there.chat, there.thread, there.active) == ("new", "7", True)


async def test_a_chat_that_moved_to_where_another_lives_is_given_up(office: Office) -> None:
    moved = await office.leave("old", "one")
    await office.leave("new", "two")
    office.channel.gone = {"old": SendFailedError("upgraded", moved_to=Address("new"))}
    assert await office.work(timedelta(minutes=2)) == ["new: <two>"]
    paused = await office.store.subscriptions.get(moved)
    assert paused is not None
    assert not paused.active


async def test_a_chat_that_moves_in_circles_ends(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.gone = {
        "a": SendFailedError("upgraded", moved_to=Address("b")),
        "b": SendFailedError("upgraded", moved_to=Address("a")),
    }
    await asyncio.wait_for(office.work(), 60)
    assert office.channel.calls <= ATTEMPTS_MAX


async def test_a_named_waiting_time_is_obeyed(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.failures = {1: SendFailedError("flood", retry_after_seconds=37)}
    await office.work()
    assert await office.work(timedelta(seconds=36.9)) == []
    assert await office.work(timedelta(seconds=0.1)) == ["a: <one>"]


async def test_a_named_waiting_time_holds_for_everything_to_that_chat_and_for_no_other(office: Office) -> None:
    await office.leave("a", "one")
    await office.leave("a", "two")
    await office.leave("b", "three")
    office.channel.failures = {1: SendFailedError("flood", retry_after_seconds=90)}
    assert await office.work() == ["b: <three>"]
    assert await office.work(timedelta(seconds=89)) == ["b: <three>"]
    assert await office.work(timedelta(seconds=1)) == ["b: <three>", "a: <one>", "a: <two>"]


async def test_messages_to_one_chat_keep_their_order_over_a_failure(office: Office) -> None:
    await office.leave("a", "told")
    await office.leave("a", "corrected")
    office.channel.failures = {1: SendFailedError("reset")}
    await office.work()
    assert await office.work(timedelta(minutes=2)) == ["a: <told>", "a: <corrected>"]


async def test_what_comes_in_while_a_chat_is_held_does_not_overtake(office: Office) -> None:
    await office.leave("a", "told")
    office.channel.failures = {1: SendFailedError("flood", retry_after_seconds=90)}
    await office.work()
    await office.leave("a", "corrected", priority=0)
    assert await office.work(timedelta(seconds=89)) == []
    assert await office.work(timedelta(seconds=1)) == ["a: <corrected>", "a: <told>"]


async def test_a_message_that_is_refused_again_and_again_lets_the_others_pass(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.failures = dict.fromkeys(range(1, HOLDING_ATTEMPTS + 2), SendFailedError("no reason at all"))
    for _ in range(HOLDING_ATTEMPTS + 1):
        await office.work(timedelta(minutes=31))
    await office.leave("a", "two")
    assert await office.work() == ["a: <two>"]
    assert await office.work(timedelta(minutes=31)) == ["a: <two>", "a: <one>"]


@pytest.mark.parametrize("defect", [KeyError("x"), ValueError("y"), RuntimeError("z"), TimeoutError()])
async def test_a_defect_of_a_channel_does_not_stop_the_queue(office: Office, defect: Exception) -> None:
    await office.leave("a", "one")
    await office.leave("b", "two")
    office.channel.failures = {1: defect}
    assert await office.work() == ["b: <two>"]
    assert await office.work(FIRST_WAIT) == ["b: <two>", "a: <one>"]


async def test_a_defect_in_a_message_is_given_up_in_the_end(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.gone = {"a": ValueError("never")}
    for _ in range(ATTEMPTS_MAX + 5):
        await office.work(timedelta(minutes=31))
    assert office.channel.calls == ATTEMPTS_MAX
    assert await office.states() == {"dead": 1}


async def test_channels_that_are_off_keep_their_messages_waiting(office: Office) -> None:
    await office.leave("a", "one", channel="off")
    await office.leave("b", "two")
    assert await office.work() == ["b: <two>"]
    assert await office.states() == {"pending": 1, "sent": 1}
    off = Recorder()
    assert await Drain(office.store.outbox, {"off": off}, office.clock.now, Pace()).once() == 1
    assert off.markups == ["<one>"]


async def test_a_killed_worker_leaves_a_part_and_the_next_one_goes_on_from_there(office: Office) -> None:
    await office.leave("a", "one\ntwo\nthree")
    office.channel.failures = {2: asyncio.CancelledError()}  # type: ignore[dict-item]
    with pytest.raises(asyncio.CancelledError):
        await office.drain.once()
    assert await office.work(timedelta(seconds=59)) == ["a: <one>"]
    assert await office.work(timedelta(seconds=1)) == ["a: <one>", "a: <two>", "a: <three>"]


@dataclass
class Slow(Recorder):
    """Takes its time by the office's clock."""

    clock: Hand = field(default_factory=lambda: Hand(NOW))
    seconds: float = 10.0

    async def send(self, address: Address, part: Part) -> str:
        self.clock.at += timedelta(seconds=self.seconds)
        return await super().send(address, part)


async def test_a_slow_channel_begins_nothing_that_would_outlive_its_lease(office: Office) -> None:
    office.channel = Slow(clock=office.clock)
    for number in range(12):
        await office.leave(str(number), f"{number}")
    began = office.clock.at
    assert await office.drain.once() == 12
    assert office.clock.at - began <= timedelta(seconds=60)
    assert len(office.channel.markups) == 5
    for _ in range(3):
        await office.work(timedelta(minutes=1))
    assert sorted(office.channel.markups) == sorted(f"<{number}>" for number in range(12))
    assert await office.states() == {"sent": 12}


async def test_chats_are_sent_to_side_by_side(office: Office) -> None:
    together = asyncio.Barrier(5)

    class Meeting(Recorder):
        async def send(self, address: Address, part: Part) -> str:
            await together.wait()
            return await super().send(address, part)

    office.channel = Meeting()
    for chat in "abcde":
        await office.leave(chat, chat)
    assert sorted(await asyncio.wait_for(office.work(), 30)) == [f"{chat}: <{chat}>" for chat in "abcde"]


async def test_a_channel_is_used_no_faster_than_it_allows(office: Office) -> None:
    office.channel.limiter = Limiter(Quotas(Quota("*", 2, 1.0)))
    for chat in "abcde":
        await office.leave(chat, chat)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await office.work()
    assert loop.time() - began >= 2.0


class Hanging(Recorder):
    """Never answers."""

    async def send(self, address: Address, part: Part) -> str:
        del address, part
        await asyncio.Event().wait()
        return ""


async def test_a_channel_that_hangs_does_not_hold_up_the_others(office: Office) -> None:
    await office.leave("a", "one", channel="hanging")
    await office.leave("b", "two")
    channels = {"hanging": Hanging(), "test": office.channel}
    draining = asyncio.create_task(
        Drain(office.store.outbox, channels, office.clock.now, Pace(idle_seconds=0.01, grace_seconds=0.1)).run()
    )
    try:
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<two>"
        await office.leave("b", "three")
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<three>"
    finally:
        draining.cancel()
        with suppress(asyncio.CancelledError):
            await draining


async def test_draining_goes_on_until_it_is_cancelled(office: Office) -> None:
    drain = Drain(office.store.outbox, {"test": office.channel}, office.clock.now, Pace(idle_seconds=0.01))
    draining = asyncio.create_task(drain.run())
    for number in range(3):
        await office.leave("a", f"{number}")
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == f"<{number}>"
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining


async def test_what_was_sent_before_a_restart_counts(office: Office) -> None:
    allowed = Quotas(None, lambda chat: [Quota(chat, 2, 3600.0)])
    await office.leave("a", "one\ntwo")
    await office.leave("b", "three")
    await office.work()
    office.channel.limiter = Limiter(allowed)
    office.clock.at += timedelta(seconds=30)
    for chat in "ab":
        await office.leave(chat, f"more for {chat}")
    office.channel.arrivals = asyncio.Queue()
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(office.channel.arrivals.get(), 10) == "<more for b>"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(office.channel.arrivals.get(), 0.3)
    assert office.channel.limiter.waiting == 1
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


async def test_more_chats_than_hands_are_all_sent_to(office: Office) -> None:
    for number in range(9):
        await office.leave(str(number), str(number))
    drain = Drain(office.store.outbox, {"test": office.channel}, office.clock.now, Pace(batch=2, idle_seconds=5.0))
    draining = asyncio.create_task(drain.run())
    seen = {await asyncio.wait_for(office.channel.arrivals.get(), 4) for _ in range(9)}
    assert seen == {f"<{number}>" for number in range(9)}
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


@dataclass
class Held(Recorder):
    """Takes a message and answers when it is let."""

    there: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, address: Address, part: Part) -> str:
        self.there.set()
        await self.let.wait()
        return await super().send(address, part)


async def _stopped(draining: "asyncio.Task[None]") -> None:
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


async def test_what_is_on_its_way_when_the_service_stops_is_waited_for_and_nothing_more_begun(office: Office) -> None:
    held = office.channel = Held()
    await office.leave("a", "one\ntwo")
    draining = asyncio.create_task(office.drain.run())
    await asyncio.wait_for(held.there.wait(), 5)
    stopping = asyncio.create_task(_stopped(draining))
    await asyncio.sleep(0.05)
    assert not stopping.done()
    held.let.set()
    await asyncio.wait_for(stopping, 5)
    assert await office.states() == {"pending": 1}
    office.channel = Recorder()
    assert await office.work() == ["a: <two>"]


async def test_what_waits_for_its_turn_when_the_service_stops_can_be_had_at_once(office: Office) -> None:
    office.channel.limiter = Limiter(Quotas(Quota("*", 1, 3600.0)))
    await office.leave("a", "one")
    await office.leave("b", "two")
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<one>"
    async with asyncio.timeout(5):
        while not office.channel.limiter.waiting:  # noqa: ASYNC110 - the limiter tells nobody
            await asyncio.sleep(0.01)
    await _stopped(draining)
    assert await office.states() == {"sent": 1, "pending": 1}
    (left,) = await office.store.outbox.claim(office.clock.at, 10, 60)
    assert left.attempts == 1


class Gallery(Recorder):
    """A channel on which every message is an album of three pictures."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup="album", album=(b"1", b"2", b"3"))]


async def test_an_album_takes_as_much_as_its_pictures(store: Database) -> None:
    channel = Gallery(limiter=Limiter(Quotas(Quota("*", 4, 3600.0))))
    office = Office(store, channel)
    for chat in "ab":
        await office.leave(chat, chat)
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(channel.arrivals.get(), 10) == "album"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(channel.arrivals.get(), 0.3)
    assert channel.limiter.waiting == 1
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining
