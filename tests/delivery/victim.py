"""Workers and producers that die at a named point: `python -m tests.delivery.victim` forks one for each order it reads.

The product's own classes run, wrapped from outside: nothing in them knows of the points. A point is ``before``,
``in`` or ``after`` one of `STEPS`; ``in`` is when its transaction has written everything and is about to commit.
What a victim knows it writes into a diary, a line of its process id, a word and a delivery, before it goes on:

    begins   it is about to store that a part goes out
    kept     it has stored that a part is there
    failed   it has stored that the server took nothing, `unknown` that nobody knows whether it did
    back     it has put the delivery back
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.outbox
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Delivery, Outcome
from bot.limiter import Limiter, Quotas
from bot.outbox import Drain, Pace
from bot.store.connections import Connections
from bot.store.database import Database
from bot.store.marks import Marks
from bot.store.outbox import Outbox
from tests.delivery.letters import Round, produce

STEPS = ("record", "claim", "begin", "send", "mark", "put back", "fail")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one victim is to do."""

    name: str
    """Stands in the URLs that it asks, so that the server knows it."""
    database: str
    api: str
    token: str
    diary: str
    started: str
    """A file for the ids of workers that look for work."""
    clock: str
    """A file with the seconds that the test's clock is ahead of the machine's."""
    produces: Round | None = None
    """Record this, and end; else drain until SIGTERM."""
    point: str = ""
    at: int = 1
    """It dies when it comes to its point for this time."""
    batch: int = 1
    lease_seconds: float = 60.0
    limited: bool = False
    """It heeds the quotas of Telegram, which go by the machine's clock."""

    def as_line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_line(cls, line: str) -> "Order":
        told = json.loads(line)
        return cls(**{**told, "produces": told["produces"] and Round(**told["produces"])})


class Victim:
    """One order's process, once it is forked."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._left = order.at
        self._diary, self._started = (
            os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) for path in (order.diary, order.started)
        )
        self._steps: ContextVar[tuple[str, ...]] = ContextVar("steps", default=())
        self._clock = Path(order.clock)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._clock.read_text("ascii")))

    def reach(self, point: str) -> None:
        """Die here if this is the point."""
        if point == self._order.point:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    def note(self, word: str, delivery_id: int) -> None:
        os.write(self._diary, f"{os.getpid()} {word} {delivery_id}\n".encode())

    async def live(self) -> None:
        """Do what was ordered."""
        self._lay_points()
        database = Database(self._order.database)
        await database.open()
        if self._order.produces is None:
            await self._drain(database)
        else:
            await produce(database, self._order.produces, self.now())
        await database.close()

    async def _drain(self, database: Database) -> None:
        base_url = f"{self._order.api}/{self._order.name}/bot"
        channel = TelegramChannel(self._order.token, base_url=base_url)
        if not self._order.limited:
            channel.limiter = Limiter(Quotas())
        pace = Pace(batch=self._order.batch, lease_seconds=self._order.lease_seconds, idle_seconds=0.02)
        # The breaker rests by the test's clock, too.
        bot.outbox._monotonic = lambda: self.now().timestamp()
        os.write(self._started, f"{os.getpid()}\n".encode())
        running = asyncio.create_task(Drain(database.outbox, {channel.kind: channel}, self.now, pace).run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        with suppress(asyncio.CancelledError):
            await running
        await channel.aclose()

    def _lay_points(self) -> None:
        self._wrap(Outbox, "record", "record")
        self._wrap(Outbox, "claim", "claim")
        self._wrap(Marks, "begin", "begin", before=lambda number, _: self.note("begins", number))
        self._wrap(TelegramChannel, "send", "send")
        for name in ("taken", "sent"):
            self._wrap(Marks, name, "mark", after=lambda number, *_: self.note("kept", number))
        self._wrap(Outbox, "put_back", "put back", after=lambda one: self.note("back", one.id))
        self._wrap(Outbox, "failed", "fail", after=self._failed)
        self._wrap_transactions()

    def _failed(self, delivery: Delivery, outcome: Outcome, _: datetime) -> None:
        self.note("unknown" if outcome.repeated else "failed", delivery.id)

    def _wrap(
        self,
        owner: type,
        name: str,
        step: str,
        *,
        before: Callable[..., None] | None = None,
        after: Callable[..., None] | None = None,
    ) -> None:
        """Lay the points around a coroutine method; what is noted is noted just before them."""
        whole = getattr(owner, name)

        @wraps(whole)
        async def wrapped(it: Any, *args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {step}")
            if before is not None:
                before(*args)
            outer = self._steps.set((step,))
            try:
                done = await whole(it, *args, **kwargs)
            finally:
                self._steps.reset(outer)
            if after is not None:
                after(*args)
            if step != "claim" or done:
                self.reach(f"after {step}")
            return done

        setattr(owner, name, wrapped)

    def _wrap_transactions(self) -> None:
        write, store, steps = Connections.write, Marks._store, self._steps

        async def stored(it: Marks, marks: Any) -> set[int]:
            begins = {type(one).__name__ == "_Begun" for one in marks}
            steps.set(tuple(step for step, wanted in (("begin", True), ("mark", False)) if wanted in begins))
            return await store(it, marks)

        @asynccontextmanager
        async def written(it: Connections) -> AsyncIterator[AsyncConnection]:
            async with write(it) as connection:
                yield connection
                for step in steps.get():
                    self.reach(f"in {step}")

        Marks._store, Connections.write = stored, written  # type: ignore[method-assign,assignment]


def _bury(*_: object) -> None:
    """Say which children have ended, and how."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            pid, status = ended
            os.write(1, f"gone {pid} {os.waitstatus_to_exitcode(status)}\n".encode())


def _fork(line: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    pid = os.fork()
    if pid:
        os.write(1, f"born {pid}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    code = 1
    try:
        asyncio.run(Victim(Order.of_line(line)).live())
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may run on into the code of the one that forks
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork a victim for each order until there are no more."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    signal.signal(signal.SIGCHLD, _bury)
    os.write(1, b"ready\n")
    for line in sys.stdin:
        _fork(line)


if __name__ == "__main__":
    main()
