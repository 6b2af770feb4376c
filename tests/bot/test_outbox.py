"""The consumer of deliveries against channels that take, refuse, move, break and die."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.deliveries import ATTEMPTS_MAX, FIRST_WAIT, HOLDING_ATTEMPTS, Address, Priority, SendFailedError
from bot.outbox import Drain, Pace
from bot.store.database import Database
from tests.bot.office import NOW, REPEATED, SOON, Office
from tests.bot.readers import Recorder

pytestmark = pytest.mark.anyio


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
    await office.leave("a", "digest", priority=Priority.DIGEST)
    for number in range(5):
        await office.leave("a", f"alert {number}")
    assert await office.work() == [*(f"a: <alert {number}>" for number in range(5)), "a: <digest>"]


async def test_parts_resume_where_they_stopped(office: Office) -> None:
    await office.leave("a", "one\ntwo\nthree\nfour")
    office.channel.failures = {3: SendFailedError("reset"), 4: SendFailedError("reset again")}
    assert await office.work() == ["a: <one>", "a: <two>"]
    assert await office.work(SOON) == ["a: <one>", "a: <two>"]
    assert await office.work(2 * SOON) == ["a: <one>", "a: <two>", "a: <three>", "a: <four>"]
    assert await office.states() == {"sent": 1}


async def test_each_part_of_a_message_may_go_out_once_more(office: Office) -> None:
    await office.leave("a", "one\ntwo\nthree")
    office.channel.failures = {at: SendFailedError("no answer", unknown=True) for at in (1, 4)}
    await office.work()
    await office.work(SOON)
    again = [f"a: <{REPEATED}>", "a: <one>", f"a: <{REPEATED}>", "a: <two>", "a: <three>"]
    assert await office.work(2 * SOON) == again
    assert await office.states() == {"sent": 1}


async def test_a_note_is_not_repeated_ahead_of_what_has_not_gone_out(office: Office) -> None:
    await office.leave("a", "one\ntwo")
    office.channel.failures = {1: SendFailedError("no answer", unknown=True), 4: SendFailedError("busy")}
    await office.work()
    await office.work(SOON)
    assert await office.work(2 * SOON) == [f"a: <{REPEATED}>", "a: <one>", "a: <two>"]


async def test_what_is_refused_is_not_tried_before_its_time(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.failures = {1: SendFailedError("reset")}
    await office.work()
    assert await office.work(FIRST_WAIT - timedelta(milliseconds=1)) == []
    assert office.channel.calls == 1
    assert await office.work(SOON - FIRST_WAIT) == ["a: <one>"]


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
    await office.leave("a", "corrected", priority=Priority.URGENT)
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
    assert await office.work(SOON) == ["b: <two>", f"a: <{REPEATED}>", "a: <one>"]


async def test_a_defect_in_a_message_is_given_up_in_the_end(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.gone = {"a": ValueError("never")}
    for _ in range(5):
        await office.work(timedelta(minutes=31))
    assert office.channel.calls == 2
    assert await office.states() == {"dead": 1}


async def test_what_the_server_refuses_for_ever_is_given_up_in_the_end(office: Office) -> None:
    await office.leave("a", "one")
    office.channel.gone = {"a": SendFailedError("HTTP 500")}
    for _ in range(ATTEMPTS_MAX + 5):
        await office.work(timedelta(minutes=38))
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
    repeated = [f"a: <{REPEATED}>", "a: <two>", "a: <three>"]
    assert await office.work(timedelta(seconds=1)) == ["a: <one>", *repeated]


async def test_a_digest_in_the_hands_of_a_killed_worker_is_not_sent_twice(office: Office) -> None:
    await office.leave("a", "one", priority=Priority.DIGEST)
    office.channel.failures = {1: asyncio.CancelledError()}  # type: ignore[dict-item]
    with pytest.raises(asyncio.CancelledError):
        await office.drain.once()
    assert await office.work(timedelta(seconds=60)) == []
    assert await office.states() == {"dead": 1}


async def test_what_a_killed_worker_had_not_begun_is_sent_as_if_nothing_had_happened(office: Office) -> None:
    await office.leave("a", "one")
    await office.leave("b", "two", priority=Priority.DIGEST)
    assert len(await office.store.outbox.claim(NOW, 10, 60)) == 2
    assert sorted(await office.work(timedelta(seconds=60))) == ["a: <one>", "b: <two>"]


async def test_whoever_has_lost_a_message_to_another_worker_does_not_send_it(office: Office) -> None:
    await office.leave("a", "one")
    slow = office.drain
    [mine] = await slow._claim("test", 1)
    assert await office.work(timedelta(seconds=60)) == ["a: <one>"]
    await slow._deliver(mine)
    assert await office.work() == ["a: <one>"]
    assert await office.states() == {"sent": 1}
