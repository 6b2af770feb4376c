"""What is sent side by side: who waits for some of it is told in time, and can be stopped at any moment."""

import asyncio

import pytest

from bot.hands import Hands

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("rounds", range(8))
async def test_who_waits_can_be_stopped_in_the_very_moment_that_it_ends(rounds: int) -> None:
    done = asyncio.Event()

    async def hold() -> None:
        await done.wait()

    async with asyncio.TaskGroup() as group:
        hands = Hands(group)
        hands.take(hold(), "a")
        waiting = asyncio.create_task(hands.freed(1, 60))
        for _ in range(3):
            await asyncio.sleep(0)
        done.set()
        for _ in range(rounds):
            await asyncio.sleep(0)
        over = waiting.done()
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled() is not over


async def test_those_for_chats_that_wait_are_not_counted_as_busy() -> None:
    done = asyncio.Event()

    async def hold() -> None:
        await done.wait()

    async with asyncio.TaskGroup() as group:
        hands = Hands(group)
        for chat in ("a", "a", "b"):
            hands.take(hold(), chat)
        assert (hands.full, hands.busy({"a", "c"}), hands.busy(())) == (3, 1, 3)
        done.set()
    assert hands.full == 0
