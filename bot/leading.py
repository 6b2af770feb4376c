"""What one process of several does alone: it polls, keeps the timetable and listens to chats, for as long as it leads."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TypeAlias

from bot.store.leader import Leadership

Duty: TypeAlias = Callable[[], Awaitable[None]]
"""Something that goes on until it is cancelled; begun anew each time that this process comes to lead."""


class Role(StrEnum):
    """What a process takes on; on PostgreSQL several share the work."""

    ALL = "all"
    """Everything; one of those that do leads."""
    LEADER = "leader"
    """Polls, timetable and chats, when it is its turn to lead."""
    WORKER = "worker"
    """Sends."""
    WEB = "web"
    """The page, and the path to which Telegram brings updates."""

    @property
    def leads(self) -> bool:
        """Whether it may lead."""
        return self in (Role.ALL, Role.LEADER)

    @property
    def sends(self) -> bool:
        """Whether it drains the outbox."""
        return self in (Role.ALL, Role.WORKER)

    @property
    def serves(self) -> bool:
        """Whether it answers over HTTP."""
        return self in (Role.ALL, Role.WEB)


async def while_leading(leadership: Leadership, duties: Sequence[Duty]) -> None:
    """Do the duties whenever this process leads; returns when all of them end by themselves.

    A process that leads no more drops them at once: another may have begun with them. Raises what they raise.
    """
    try:
        while True:
            await leadership.take()
            working = asyncio.create_task(_all(duties))
            losing = asyncio.create_task(leadership.lost())
            try:
                await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    return await working
            finally:
                for task in (working, losing):
                    task.cancel()
                await asyncio.gather(working, losing, return_exceptions=True)
    finally:
        await leadership.give_up()


async def _all(duties: Sequence[Duty]) -> None:
    async with asyncio.TaskGroup() as group:
        for one in duties:
            group.create_task(_doing(one))


async def _doing(duty: Duty) -> None:
    await duty()
