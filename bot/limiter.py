"""How fast a channel may be used: in all, and for each chat; who waits is served by priority, and chats in turn."""

import asyncio
import heapq
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count


@dataclass(frozen=True, slots=True)
class Quota:
    """So many messages in any span of so many seconds, under a name of its own."""

    key: str
    messages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a channel allows: in all, and to one chat."""

    overall: Quota | None = None
    of_chat: Callable[[str], Sequence[Quota]] = field(default=lambda _: ())


@dataclass(eq=False, slots=True)
class _Waiter:
    name: str
    chat: Sequence[Quota]
    turn: asyncio.Future[None]
    place: tuple[int, int]
    """Priority, then who came first."""
    messages: int
    """As how many the server counts what waits."""

    def __lt__(self, other: "_Waiter") -> bool:
        return self.place < other.place


class Limiter:
    """Lets messages out so that the server counts no more of them in any span than it allows.

    The server counts a message at some moment between its sending and its answer. So what a quota lends comes back
    `seconds` after the answer, not after the sending: however long answers take, no span ever holds too many.
    One event loop uses it; whoever is cancelled while he waits takes nothing.
    """

    def __init__(self, quotas: Quotas) -> None:
        self._whole = self._quotas = quotas
        self._used: defaultdict[str, int] = defaultdict(int)
        self._ready: list[_Waiter] = []
        self._parked: defaultdict[str, deque[_Waiter]] = defaultdict(deque)
        """Who waits for a quota of his chat, by its name."""
        self._numbers = count()
        self._paused_until = 0.0

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return len(self._ready) + sum(map(len, self._parked.values()))

    @property
    def full(self) -> frozenset[str]:
        """The chats that have had all they may for now, while somebody waits for more: who joins him only waits too."""
        return frozenset(one.name for several in self._parked.values() for one in several)

    @asynccontextmanager
    async def turn(self, chat: str, priority: int, messages: int = 1) -> AsyncIterator[None]:
        """Wait until a message may go to a chat; the lowest number first. What it uses is given back after the block.

        An album counts as several `messages`. More than a quota ever lends go out together when it has lent none,
        and come back over as many spans as they would have taken one by one.
        """
        quotas = self._quotas.of_chat(chat)
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._ready, _Waiter(chat, quotas, turn, (priority, next(self._numbers)), messages))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(quotas, messages)
            raise
        try:
            yield
        finally:
            self._give_back(quotas, messages)

    def pause(self, seconds: float) -> None:
        """Let nothing out for a while: the server has refused us as a whole."""
        loop = asyncio.get_running_loop()
        self._paused_until = max(self._paused_until, loop.time() + seconds)
        loop.call_later(seconds, self._serve)

    def share(self, among: int) -> None:
        """Use no more than an equal part of what is allowed in all: so many use it."""
        whole = self._whole.overall
        if whole is not None:
            part = replace(whole, messages=max(1, whole.messages // among))
            self._quotas = replace(self._whole, overall=part)
            self._serve()

    def remember(self, sent: Iterable[tuple[str, float, int]]) -> None:
        """Count what was sent before this process began: to which chat, how many seconds ago, and how many messages.

        What seems to be yet to come was sent before a clock was put back: it counts as of now.
        """
        loop = asyncio.get_running_loop()
        for chat, ago, messages in sent:
            ago_seconds = max(0.0, ago)
            for quota in self._all(self._quotas.of_chat(chat)):
                for spans, part in enumerate(_by_spans(messages, quota.messages), 1):
                    left_seconds = spans * quota.seconds - ago_seconds
                    if left_seconds > 0:
                        self._used[quota.key] += part
                        loop.call_later(left_seconds, self._returned, quota, part)

    def _all(self, chat: Sequence[Quota]) -> tuple[Quota, ...]:
        return tuple(chat) if self._quotas.overall is None else (self._quotas.overall, *chat)

    def _serve(self) -> None:
        """Let out whoever may go now, the most urgent first; who must wait for his own chat steps aside."""
        now = asyncio.get_running_loop().time()
        while self._ready and now >= self._paused_until and self._lends(self._quotas.overall, self._ready[0].messages):
            waiter = heapq.heappop(self._ready)
            if waiter.turn.done():
                continue
            full = next((one for one in waiter.chat if not self._lends(one, waiter.messages)), None)
            if full is not None:
                self._parked[full.key].append(waiter)
                continue
            for quota in self._all(waiter.chat):
                self._used[quota.key] += waiter.messages
            waiter.turn.set_result(None)

    def _lends(self, quota: Quota | None, messages: int) -> bool:
        return quota is None or self._used.get(quota.key, 0) + min(messages, quota.messages) <= quota.messages

    def _give_back(self, chat: Sequence[Quota], messages: int) -> None:
        loop = asyncio.get_running_loop()
        for quota in self._all(chat):
            for spans, part in enumerate(_by_spans(messages, quota.messages), 1):
                loop.call_later(spans * quota.seconds, self._returned, quota, part)

    def _returned(self, quota: Quota, messages: int) -> None:
        self._used[quota.key] -= messages
        if not self._used[quota.key]:
            del self._used[quota.key]
        for waiter in self._parked.pop(quota.key, ()):
            heapq.heappush(self._ready, waiter)
        self._serve()


def _by_spans(messages: int, most: int) -> list[int]:
    """So many messages in parts of at most what one span may hold."""
    return [min(most, messages - before) for before in range(0, messages, most)]
