"""No span of the server's ever holds more messages than it allows, and hardly fewer; on a clock that jumps."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.limiter import Limiter, Quota, Quotas
from tests.bot.virtual import run

PRIVATE, GROUP = (1, 1.0), (20, 60.0)
OVERALL = Quota("*", 30, 1.0)


def of_chat(chat: str) -> Sequence[Quota]:
    quotas = [Quota(chat, *PRIVATE)]
    return [*quotas, Quota(f"{chat} a minute", *GROUP)] if chat.startswith("-") else quotas


QUOTAS = Quotas(OVERALL, of_chat)


@dataclass
class Server:
    """Takes messages at a random moment between sending and answer, and remembers when."""

    limiter: Limiter
    latency_seconds: Callable[[], float]
    drawn: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311
    taken: list[tuple[float, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    async def send(self, chat: str, priority: int = 1, messages: int = 1) -> None:
        async with self.limiter.turn(chat, priority, messages):
            self.order.append(chat)
            whole = self.latency_seconds()
            there = whole * self.drawn.random()
            await asyncio.sleep(there)
            self.taken += [(asyncio.get_running_loop().time(), chat)] * messages
            await asyncio.sleep(whole - there)

    def most(self, seconds: float, *chats: str) -> int:
        """The most messages (to these chats, or all) in any span of so many seconds."""
        times = sorted(at for at, chat in self.taken if not chats or chat in chats)
        # A span that ends as one begins holds it too; a hair less, for sums of fractions are no more exact than that.
        return max(sum(1 for other in times if at - seconds + 1e-9 < other <= at) for at in times)


async def told(chats: Sequence[str], latency_seconds: Callable[[], float]) -> Server:
    server = Server(Limiter(QUOTAS), latency_seconds)
    await asyncio.gather(*(server.send(chat) for chat in chats))
    assert server.limiter.waiting == 0
    return server


@settings(max_examples=40, deadline=None)
@given(
    chats=st.lists(st.sampled_from(["1", "2", "3", "-1", "-2"]), min_size=1, max_size=120),
    slowest=st.floats(0, 5),
    seed=st.integers(),
)
def test_no_span_holds_too_many_however_long_answers_take(chats: list[str], slowest: float, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311
    server = run(told(chats, lambda: drawn.uniform(0, slowest)))
    assert sorted(chat for _, chat in server.taken) == sorted(chats)
    assert server.most(1.0) <= OVERALL.messages
    for chat in set(chats):
        assert server.most(1.0, chat) == 1
        if chat.startswith("-"):
            assert server.most(60.0, chat) <= 20


@pytest.mark.parametrize("latency_seconds", [0.001, 0.02])
def test_nearly_all_of_what_is_allowed_is_used(latency_seconds: float) -> None:
    async def work() -> float:
        server = await told([str(number) for number in range(3000)], lambda: latency_seconds)
        assert server.most(1.0) == OVERALL.messages
        return asyncio.get_running_loop().time()

    assert 3000 / run(work()) >= 0.95 * OVERALL.messages


def test_a_group_gets_its_twenty_a_minute() -> None:
    async def work() -> float:
        await told(["-1"] * 100, lambda: 0.05)
        return asyncio.get_running_loop().time()

    assert run(work()) < 4 * 60 + 25


def test_a_slow_group_holds_up_nobody_else() -> None:
    async def work() -> dict[str, float]:
        server = await told(["-1"] * 60 + [str(number) for number in range(200)], lambda: 0.01)
        last: dict[str, float] = defaultdict(float)
        for at, chat in server.taken:
            last["group" if chat == "-1" else "others"] = at
        return last

    last = run(work())
    assert last["others"] < 9
    assert last["group"] > 120


def test_who_is_urgent_goes_first_and_others_in_the_order_in_which_they_came() -> None:
    async def work() -> list[str]:
        server = Server(Limiter(Quotas(Quota("*", 1, 1.0))), lambda: 0.0)
        first = asyncio.create_task(server.send("first"))
        await asyncio.sleep(0)
        waiting = [
            server.send("broadcast", 3),
            server.send("digest", 2),
            server.send("urgent", 0),
            server.send("alert", 1),
        ]
        await asyncio.gather(first, *waiting, server.send("second alert", 1))
        return server.order

    assert run(work()) == ["first", "urgent", "alert", "second alert", "digest", "broadcast"]


def test_a_pause_lets_nothing_out() -> None:
    async def work() -> list[float]:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        await server.send("1")
        server.limiter.pause(30)
        server.limiter.pause(5)
        await asyncio.gather(server.send("1"), server.send("2"))
        return sorted(at for at, _ in server.taken)

    assert run(work()) == pytest.approx([0.0, 30.0, 30.0])


def test_what_was_sent_before_the_start_counts() -> None:
    async def work() -> float:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        server.limiter.remember([*(("-1", 10.0 + number, 1) for number in range(20)), ("-1", 70.0, 1)])
        await server.send("-1")
        return server.taken[0][0]

    assert run(work()) == pytest.approx(60 - 29)


def test_an_album_before_the_start_comes_back_as_it_would_have() -> None:
    async def work() -> list[float]:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        server.limiter.remember([("1", 0.5, 3)])
        await asyncio.gather(server.send("1"), server.send("2"))
        return sorted(at for at, _ in server.taken)

    assert run(work()) == pytest.approx([0.0, 2.5])


def test_a_chat_is_full_while_somebody_waits_for_more_than_it_may_have() -> None:
    async def work() -> list[set[str]]:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        sending = [asyncio.create_task(server.send(chat)) for chat in ("1", "2", "2")]
        await asyncio.sleep(0.5)
        full = [{*server.limiter.full}]
        await asyncio.gather(*sending)
        return [*full, {*server.limiter.full}]

    assert run(work()) == [{"2"}, set()]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=40))
def test_who_gives_up_takes_nothing(people: list[tuple[float, bool]]) -> None:
    async def work() -> int:
        server = Server(Limiter(Quotas(Quota("*", 2, 1.0), lambda chat: [Quota(chat, 1, 1.0)])), lambda: 0.1)
        tasks = [asyncio.create_task(server.send(str(number % 3))) for number in range(len(people))]
        for (after, leaves), task in sorted(zip(people, tasks, strict=True), key=lambda pair: pair[0][0]):
            await asyncio.sleep(after)
            if leaves:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(2)
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(server.send("a"), server.send("b"))
        assert asyncio.get_running_loop().time() - begun == pytest.approx(0.1)
        return server.limiter.waiting

    assert run(work()) == 0


def test_what_was_sent_by_a_clock_that_has_been_put_back_counts_as_of_now() -> None:
    async def work() -> list[float]:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        server.limiter.remember([("1", -3600.0, 1), ("2", -86400.0, 1)])
        await asyncio.gather(server.send("1"), server.send("2"), server.send("3"))
        return sorted(at for at, _ in server.taken)

    assert run(work()) == pytest.approx([0.0, 1.0, 1.0])


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 10), min_size=1, max_size=40),
    chats=st.integers(1, 4),
    slowest=st.floats(0, 5),
    seed=st.integers(),
)
def test_an_album_counts_as_so_many_messages(sizes: list[int], chats: int, slowest: float, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311

    async def work() -> Server:
        server = Server(Limiter(QUOTAS), lambda: drawn.uniform(0, slowest))
        await asyncio.gather(*(server.send(f"-{number % chats}", messages=size) for number, size in enumerate(sizes)))
        return server

    server = run(work())
    assert len(server.taken) == sum(sizes)
    assert server.most(1.0) <= OVERALL.messages
    for chat in {chat for _, chat in server.taken}:
        assert server.most(60.0, chat) <= 20


def test_what_is_more_than_a_quota_lends_goes_out_once_and_is_paid_for_afterwards() -> None:
    async def work() -> list[float]:
        server = Server(Limiter(QUOTAS), lambda: 0.0)
        await asyncio.gather(server.send("1", messages=5), server.send("1"), server.send("2"))
        return [at for at, _ in server.taken]

    assert run(work()) == pytest.approx([0.0] * 6 + [5.0])


def test_who_is_cancelled_with_an_album_gives_all_of_it_back() -> None:
    async def work() -> float:
        server = Server(Limiter(Quotas(Quota("*", 10, 1.0))), lambda: 0.0)
        first = asyncio.create_task(server.send("1", messages=10))
        await asyncio.sleep(0)
        waits = asyncio.create_task(server.send("2", messages=10))
        await asyncio.sleep(0)
        waits.cancel()
        await first
        await server.send("3", messages=10)
        return asyncio.get_running_loop().time()

    assert run(work()) == pytest.approx(1.0)
