"""A database, a server that survives, a clock, and processes that do not."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.deliveries import NOBODY_KNOWS, State
from bot.store.database import Database
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS
from tests.delivery.letters import Round, produce
from tests.delivery.nursery import KILLED, PATIENCE_SECONDS, Life, Nursery
from tests.delivery.survivor import ON_THE_WIRE, TAKEN, Survivor
from tests.delivery.verdict import Arrival, Diary, arrivals, check
from tests.delivery.victim import Order
from tests.store.samples import NOW, subscription

LOOK_SECONDS = 0.02

STEP_SECONDS, DONE_SECONDS = 15.0, 0.15
"""Of the test's clock, and what a worker has for them."""


class Stage:
    """Made by `staged`."""

    def __init__(self, url: str, folder: Path, api: Survivor, nursery: Nursery) -> None:
        self.url = url
        self.api = api
        self.dead: set[int] = set()
        self._nursery = nursery
        self._clock, self._diary, self._started = (folder / name for name in ("clock", "diary", "started"))
        self._started.touch()
        self._names = (f"w{number}" for number in count(1))
        self._watching = Database(url, exclusive=False)
        self._ahead = 0.0
        self.move(0)

    async def people(self, chats: int) -> None:
        """Subscribe so many chats."""
        for chat in range(1, chats + 1):
            self.api.open(chat)
        for chat in range(1, chats + 1):
            await self._watching.subscriptions.save(subscription(str(chat)), NOW)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds
        # Whoever reads it at this moment sees the old file or the new one.
        new = self._clock.with_name("new clock")
        new.write_text(str(self._ahead), "ascii")
        new.replace(self._clock)

    async def pass_by(self, seconds: float) -> None:
        """Let time pass in steps that are much shorter than a lease, with something done in each."""
        for _ in range(int(seconds / STEP_SECONDS)):
            self.move(STEP_SECONDS)
            await asyncio.sleep(DONE_SECONDS)

    async def start(self, *, point: str = "", at: int = 1, **how: object) -> Life:
        """A victim that dies at a point, if one is named."""
        name = next(self._names)
        at_server = point in {ON_THE_WIRE, TAKEN}
        if at_server:
            self.api.doom(name, point, at)
        born = self.api.born[name] = asyncio.get_running_loop().create_future()
        order = Order(
            name=name,
            database=self.url,
            api=self.api.url,
            token=self.api.token,
            diary=str(self._diary),
            started=str(self._started),
            clock=str(self._clock),
            point="" if at_server else point,
            at=at,
            **how,  # type: ignore[arg-type]
        )
        life = await self._nursery.order(order)
        born.set_result(life.pid)
        return life

    async def killed(self, life: Life) -> None:
        """Wait until a victim has died as it was to."""
        assert await life.end() == KILLED
        self.dead.add(life.pid)

    async def kill(self, life: Life) -> None:
        """Kill a victim at this moment."""
        life.send(signal.SIGKILL)
        await self.killed(life)

    async def stop(self, *lives: Life) -> None:
        """Ask workers to end, as an operator does."""
        for one in lives:
            one.send(signal.SIGTERM)
        assert [await one.end() for one in lives] == [0] * len(lives)

    async def produce(self, one: Round) -> None:
        """Record a round, and then once more."""
        for _ in range(2):
            assert await (await self.start(produces=one)).end() == 0

    async def until(self, true: Callable[[], object]) -> None:
        """Look again and again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():  # noqa: ASYNC110 - victims tell nobody
                await asyncio.sleep(LOOK_SECONDS)

    async def settled(self, step_seconds: float = 0.0) -> None:
        """Wait until nothing waits and nothing is on its way, while time passes by as much at a look."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.busy():
                self.move(step_seconds)
                await asyncio.sleep(DONE_SECONDS if step_seconds else LOOK_SECONDS)

    def alive(self, life: Life) -> bool:
        """Whether a worker has come as far as to look for work."""
        return str(life.pid) in self._started.read_text("ascii").split()

    async def record(self, one: Round) -> None:
        """Record a round from here, beside whoever works."""
        assert await produce(self._watching, one, datetime.now(UTC) + timedelta(seconds=self._ahead)) == one.chats

    async def waiting(self) -> int:
        """How many deliveries wait."""
        return (await self._watching.outbox.counts())[State.PENDING]

    async def busy(self) -> bool:
        """Whether anything waits or is on its way."""
        found = await self._watching.outbox.counts()
        return bool(found[State.PENDING] or found[State.SENDING])

    async def fates(self, one: Round) -> Counter[State]:
        """How many deliveries of a round are in each state."""
        return Counter(State(row.state) for row in await self._rows(one))

    async def reasons(self, one: Round) -> set[str]:
        """Why those of a round that are given up are."""
        return {row.error for row in await self._rows(one) if row.state == State.DEAD}

    async def _rows(self, one: Round) -> Sequence[Any]:
        query = (
            select(SUBSCRIPTIONS.c.chat, DELIVERIES.c.id, DELIVERIES.c.state, DELIVERIES.c.error)
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
            .where(DELIVERIES.c.batch == one.batch)
        )
        async with self._watching._connections.read() as connection:
            return (await connection.execute(query)).all()

    @property
    def diary(self) -> Diary:
        """What victims have written so far."""
        return Diary.read(self._diary)

    @property
    def written(self) -> int:
        """How many bytes victims have written so far."""
        return self._diary.stat().st_size if self._diary.exists() else 0

    def left_open(self, victim: Life, since: int) -> list[int]:
        """What a dead victim, whose first word stands after so many bytes, had begun and not ended."""
        return Diary.read(self._diary, since).open_at_death([victim.pid])[victim.pid]

    def doubts(self) -> Counter[int]:
        """How often nobody knew what became of each delivery: its worker had died, or had no answer."""
        diary = self.diary
        return Counter(one for some in diary.open_at_death(self.dead).values() for one in some) + diary.unknown()

    def arrived(self, one: Round) -> dict[int, Arrival]:
        """What came of a round, by chat."""
        return arrivals(self.api.journal, one.head)

    async def resent(self, hurt: Collection[int]) -> None:
        """Wait until these deliveries are sent."""
        left = select(DELIVERIES.c.id).where(DELIVERIES.c.id.in_(hurt), DELIVERIES.c.state != State.SENT)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while hurt:
                async with self._watching._connections.read() as connection:
                    if (await connection.execute(left)).first() is None:
                        return
                await asyncio.sleep(LOOK_SECONDS / 4)

    async def check(self, *rounds: Round) -> None:
        """Everything of these rounds is sent, and as it should be."""
        doubts = self.doubts()
        for one in rounds:
            rows = await self._rows(one)
            fates = {(row.state, row.error) for row in rows}
            assert fates == {(State.SENT, "")}, fates
            told = {chat: one.words(chat) for chat in range(1, one.chats + 1)}
            check(told, self.arrived(one), {int(row.chat): row.id for row in rows}, doubts)

    async def check_digests(self, one: Round) -> None:
        """None came twice or says that it may have; who has none was given up because nobody knows."""
        arrived, given_up = self.arrived(one), set[int]()
        for row in await self._rows(one):
            if row.state == State.DEAD:
                assert row.error == NOBODY_KNOWS
                given_up.add(int(row.chat))
        assert all(not each.doubles and not any(each.marked) for each in arrived.values())
        for chat in range(1, one.chats + 1):
            if chat not in given_up:
                assert "\n".join(arrived[chat].texts) == one.words(chat)

    async def close(self) -> None:
        await self._nursery.clear()
        await self._watching.close()


@asynccontextmanager
async def staged(url: str, folder: Path, nursery: Nursery) -> AsyncIterator[Stage]:
    """A stage over a database, which is migrated if it is not; whoever is left on it at the end is killed."""
    database = Database(url)
    await database.open()
    await database.close()
    async with Survivor() as api:
        stage = Stage(url, folder, api, nursery)
        try:
            yield stage
        finally:
            await stage.close()
