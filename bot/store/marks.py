"""What becomes of messages as they are sent, stored by as few transactions as the database keeps up with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import bindparam, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import State
from bot.store.connections import Connections
from bot.store.tables import DELIVERIES

_TOGETHER = 500
"""Marks of one transaction: others want to write too."""

_LAST = 2**31 - 1
"""Stands for the number of a last part."""


@dataclass(frozen=True, slots=True)
class _Begun:
    delivery_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class _Taken:
    delivery_id: int
    number: int
    """Which part it is, from 1: a mark that is written twice, as its first answer was lost, counts once."""
    remote_id: str


@dataclass(frozen=True, slots=True)
class _Sent:
    delivery_id: int
    at: datetime


_Mark: TypeAlias = _Begun | _Taken | _Sent


class Marks:
    """The pen of those who send.

    What comes while a transaction is written waits for the next one; nothing waits for more to come. While the
    database takes nothing, marks are kept in memory and tried again: who would begin to send waits, so nothing
    goes out that could not be remembered, and what is out is marked as soon as that can be done.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._waiting: list[tuple[Sequence[_Mark], asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def begin(self, delivery_id: int, attempts: int) -> bool:
        """A part is about to go out; False where the delivery is not in the hands of this attempt any more."""
        return await self._write(_Begun(delivery_id, attempts))

    async def taken(self, delivery_id: int, number: int, remote_id: str) -> None:
        """The channel has the part of this number, counted from 1, under this id."""
        await self._write(_Taken(delivery_id, number, remote_id))

    async def sent(self, delivery_id: int, at: datetime, remote_id: str | None = None) -> None:
        """The channel has the whole message, whatever became of the lease; its last part under `remote_id`."""
        last = [] if remote_id is None else [_Taken(delivery_id, _LAST, remote_id)]
        await self._write(*last, _Sent(delivery_id, at))

    async def _write(self, *marks: _Mark) -> bool:
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((marks, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await stored

    async def _write_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:_TOGETHER], self._waiting[_TOGETHER:]
            marks = [one for some, _ in together for one in some]
            writing = self._connections.insist(partial(self._store, marks))
            [held] = await asyncio.gather(writing, return_exceptions=True)
            for some, stored in together:
                # Whoever was cancelled meanwhile has his mark all the same.
                if stored.done():
                    continue
                if isinstance(held, BaseException):
                    stored.set_exception(held)
                else:
                    stored.set_result(not isinstance(some[0], _Begun) or some[0].delivery_id in held)

    async def _store(self, marks: Sequence[_Mark]) -> set[int]:
        """Write marks in one transaction; returns which deliveries of those that begin are still in hand."""
        async with self._connections.write() as connection:
            return await _apply(connection, marks)


async def _apply(connection: AsyncConnection, marks: Sequence[_Mark]) -> set[int]:
    """In this order: a delivery that begins in this transaction was not taken or sent in it."""
    taken = [
        {"it": one.delivery_id, "number": one.number, "line": f"{one.remote_id}\n"}
        for one in marks
        if isinstance(one, _Taken)
    ]
    sent = [{"it": one.delivery_id, "at": one.at} for one in marks if isinstance(one, _Sent)]
    begun = [(one.delivery_id, one.attempts) for one in marks if isinstance(one, _Begun)]
    this = DELIVERIES.c.id == bindparam("it")
    if taken:
        more: dict[str, Any] = {
            "parts_sent": DELIVERIES.c.parts_sent + 1,
            "remote_ids": DELIVERIES.c.remote_ids + bindparam("line"),
            "on_its_way": False,
            "repeats": 0,
        }
        new = DELIVERIES.c.parts_sent < bindparam("number")
        await connection.execute(update(DELIVERIES).where(this, new).values(more), taken)
    if sent:
        done: dict[str, Any] = {
            "state": State.SENT,
            "ended_at": bindparam("at"),
            "lease_until": None,
            "error": "",
            "letter": None,
            "on_its_way": False,
        }
        await connection.execute(update(DELIVERIES).where(this).values(done), sent)
    if not begun:
        return set()
    mine = tuple_(DELIVERIES.c.id, DELIVERIES.c.attempts).in_(begun), DELIVERIES.c.state == State.SENDING
    begins = update(DELIVERIES).where(*mine).values(on_its_way=True).returning(DELIVERIES.c.id)
    return {*(await connection.execute(begins)).scalars()}
