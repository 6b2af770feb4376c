"""The running service: page, chats, timetable and outbox side by side until it is told to stop."""

import asyncio
import signal
from collections.abc import Collection, Coroutine, Sequence
from functools import partial
from typing import Any

from bot.channels.base import Channel, Chat, Sociable
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.commands.base import Desk
from bot.leading import Duty, while_leading
from bot.outbox import Drain
from bot.presence import Presences
from bot.readiness import DRAINING, LEADING, noted
from bot.suggesting import Suggester

_STOPS = (signal.SIGINT, signal.SIGTERM)


async def serve(
    desk: Desk,
    channels: Sequence[Channel],
    drain: Drain | None,
    *others: Coroutine[Any, Any, None],
    led: Collection[str] = (),
    duties: Sequence[Duty] = (),
    going_on: set[str] | None = None,
) -> None:
    """Answer people, drain the outbox and run `others` until a signal asks to stop or one of them fails.

    Chats of the kinds in `led` are listened to, and `duties` done, only while this process leads.
    `going_on` has what `Readiness` asks for while it lasts.
    """
    going_on = set() if going_on is None else going_on
    registry = load_commands()
    answer = Answerer(desk=desk, registry=registry)
    presence = Presences(subscriptions=desk.world.store.subscriptions, now=desk.now, language=desk.newcomer.language)
    for sociable in (one for one in channels if isinstance(one, Sociable)):
        sociable.introduce(presence, Suggester(desk=desk, registry=registry))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in _STOPS:
        loop.add_signal_handler(one, stopped.set)
    try:
        async with asyncio.TaskGroup() as group:
            chats = [
                (one.kind, partial(one.serve, answer, registry.menu())) for one in channels if isinstance(one, Chat)
            ]
            here = [listen() for kind, listen in chats if kind not in led]
            ours: list[Duty] = [*(listen for kind, listen in chats if kind in led), *duties]
            if ours:
                here.append(noted(going_on, LEADING, while_leading(desk.world.store.leadership, ours)))
            else:
                going_on.add(LEADING)  # there is nothing to lead
            if drain is not None:
                here.append(noted(going_on, DRAINING, drain.run()))
            running = [group.create_task(one) for one in (*here, *others)]
            await stopped.wait()
            for task in running:
                task.cancel()
    finally:
        for one in _STOPS:
            loop.remove_signal_handler(one)
