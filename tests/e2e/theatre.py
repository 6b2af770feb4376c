"""The whole service on the demo market in this process, on a clock that the story moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from bot.app import desk_of, opened, timetable_of
from bot.app_channels import Channels, channels_of
from bot.channels.base import Managers
from bot.commands.base import Desk
from bot.limiter import Limiter, Quotas
from bot.local import local_admins, previews_of, rooms_of
from bot.outbox import Drain, Pace
from bot.pictures.studio import Studio
from bot.replay import ReplayClock
from bot.schedule import due_slots
from bot.service import serve
from bot.web.app import create_app
from bot.web.server import serve_page
from bot.worker import Worker
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE
from signals.core.field import SHARES, Axis
from signals.core.profile import as_table, exchange_of
from signals.core.snapshot import DEMO_SOURCE, Dataset, Snapshot
from tests.commands.demo import settings_for
from tests.e2e.acting import STEP_TAKES
from tests.e2e.story import HOSTILE_FUND, HOSTILE_NAME, OPENING

QUICK = {"timetable.evening": ["21:00"], "timetable.morning": ["08:55"], "study.resamples": 100, "abuse.burst": 8}
"""The other polls would find nothing new, and what a story does not look at need not be exact."""


@dataclass(frozen=True)
class Theatre:
    """A running service, and the time there."""

    worker: Worker
    clock: ReplayClock
    drain: Drain

    def tick(self) -> None:
        """Let a moment pass."""
        self.clock.at += STEP_TAKES

    async def until(self, moment: datetime) -> None:
        """Let time pass: poll at each slot of the timetable on the way, and leave the digests that are due then."""
        calendar = self.worker.desk.world.calendar
        for slot in due_slots(self.worker.timetable, calendar, self.clock.at, moment):
            self.clock.at = slot.due
            await self.worker.poll(slot)
            await self._sent()
        self.clock.at = moment
        await self.worker.digests(moment)
        await self._sent()

    async def _sent(self) -> None:
        """Until every message is judged, and what is due is on its way."""
        while await self.drain.once():
            pass

    async def revise(self, code: str) -> None:
        """The exchange has counted fewer shares of a fund than it told at first: as many as on the session before."""
        panel = await self.worker.desk.panels.latest(self.clock.now(), self.clock.now().date())
        told = panel.values(SHARES)
        row = int(np.flatnonzero(np.isfinite(told[:, panel.column(Axis.FUND, code)]))[-1])
        same = {one: at for at, one in enumerate(panel.subjects[Axis.FUND]) if exchange_of(one) == exchange_of(code)}
        counted = pd.Series({one: told[row, at] for one, at in same.items()}, name=SHARES.name).dropna()
        counted[code] = told[row - 1, same[code]]
        table, day = counted.to_frame(), panel.sessions[row]
        await self._add(Dataset.SHARES, table, scope=exchange_of(code), day=day)

    async def rename(self, code: str, name: str) -> None:
        """Give a fund another name."""
        panel = await self.worker.desk.panels.latest(self.clock.now(), self.clock.now().date())
        table = as_table([replace(panel.profiles[code], name=name)])
        await self._add(Dataset.PROFILE, table, scope="renamed", day=panel.sessions[-1])

    async def _add(self, dataset: Dataset, table: pd.DataFrame, **of: object) -> None:
        now = self.clock.now()
        told = Snapshot(dataset=dataset, source=DEMO_SOURCE, fetched_at=now, known_at=now, table=table, **of)  # type: ignore[arg-type]
        await self.worker.desk.world.store.market.add([told])


@asynccontextmanager
async def performing(database: Path, **more: object) -> AsyncIterator[Theatre]:
    """The service over a database, with these settings too; stopped at the end."""
    settings = settings_for(database, **(QUICK | more))
    clock = ReplayClock(at=datetime.fromisoformat(OPENING).replace(tzinfo=MARKET_ZONE))
    async with opened(settings) as world:
        channels = channels_of(settings, world.store, clock)
        kinds = channels.by_kind()
        for one in kinds.values():
            # What a server allows a second is of the machine's clock; the story's runs faster.
            one.limiter = Limiter(Quotas())
        desk = desk_of(settings, world, clock, invite=_invite(channels), managers=Managers(kinds))
        # However busy the machine, no picture of a card is left out; the one of the digest has tests of its own.
        desk = replace(desk, studio=Studio(wait_seconds=300.0), head=None)
        worker = Worker(desk=desk, data=(), timetable=timetable_of(settings), clock=clock)
        drain = Drain(world.store.outbox, kinds, clock.now, Pace(idle_seconds=0.02), halted=lambda: _halted(desk))
        theatre = Theatre(worker, clock, drain)
        await theatre.rename(HOSTILE_FUND, HOSTILE_NAME)
        ready = asyncio.Event()
        page = [_page(settings, desk, channels, ready)] if channels.web else []
        running = asyncio.create_task(serve(desk, list(kinds.values()), drain, *page))
        try:
            if page:
                await asyncio.wait_for(ready.wait(), 30)
            yield theatre
        finally:
            running.cancel()
            await asyncio.wait([running])
            await channels.aclose()
            if not running.cancelled() and (error := running.exception()):
                raise error


def _invite(channels: Channels) -> Callable[[str], str]:
    return channels.telegram.invitation if channels.telegram else lambda _: ""


async def _halted(desk: Desk) -> bool:
    maintenance = (await desk.present()).maintenance
    return maintenance is not None and not maintenance.sends


async def _page(settings: Settings, desk: Desk, channels: Channels, ready: asyncio.Event) -> None:
    assert channels.web is not None
    moments = count(step=60)
    app = create_app(
        channels.web,
        desk.world.store.chat,
        demo=True,
        rooms=rooms_of(settings),
        admins=local_admins(desk.roles),
        previews=previews_of(channels.telegram),
        # A minute passes from one thing said to the next.
        clock=lambda: float(next(moments)),
    )
    await serve_page(app, settings.web.host, settings.web.port, ready)
