"""A service without channels: a desk over a store, a clock that a test sets, and the default timetable."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.commands.base import Desk, NewSubscriber
from bot.messages.digest import DigestLimits
from bot.panels import Panels
from bot.poll import World
from bot.schedule import Timetable
from bot.sources.base import Source
from bot.worker import Worker
from tests.bot.publishers import data_from

TIMETABLE = Timetable(
    close=time(16, 20),
    evening=(time(20), time(22)),
    morning=(time(8, 30), time(8, 55)),
    morning_digest=time(8, 58),
    morning_digest_latest=time(9, 20),
    catch_up=timedelta(hours=20),
)


@dataclass
class Hand:
    """A clock that stands still until it is moved by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def desk_of(world: World, clock: Hand) -> Desk:
    """A desk over a world."""
    return Desk(
        world=world,
        panels=Panels(world.store.market, world.calendar),
        limits=DigestLimits(),
        newcomer=NewSubscriber(),
        now=clock.now,
        version="0",
    )


def worker_of(world: World, clock: Hand, *sources: Source, timetable: Timetable = TIMETABLE) -> Worker:
    """A worker that asks these sources."""
    return Worker(desk=desk_of(world, clock), data=data_from(*sources), timetable=timetable, clock=clock)
