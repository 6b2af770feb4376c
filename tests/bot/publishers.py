"""Publishers that tell what a test gives them, and the poll that asks them at a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from bot.poll import PollReport, Slot, World, poll
from bot.sources.base import Answer, NotPublishedError, Source
from bot.sources.counted import count_request
from bot.sources.datum import Datum, Round
from bot.sources.upstreams import Manners, Upstreams
from bot.store.database import Database
from signals.core.detector import Detector
from signals.core.snapshot import Dataset
from tests.builders import CALENDAR, LAST_DAY, Market, market, moment

FUND, OTHER = "510300", "159915"
"""A fund of SSE and one of SZSE."""

DAYS = CALENDAR.window(LAST_DAY, 14)
NEXT_DAY = CALENDAR.after(LAST_DAY)
UNIT = 1e6

HASTY = Manners(pause_seconds=0.0, tries=1, failures_max=1000)
"""Publishers that are asked at once and again and again, for tests of what comes after."""


@dataclass(eq=False)
class Publisher(Source):
    """Tells one table a session; raises the exception that stands in a table's place."""

    host = "local"

    dataset: Dataset  # type: ignore[misc]
    scope: str = "all"  # type: ignore[misc]
    tables: dict[date, pd.DataFrame | Exception] = field(default_factory=dict)
    provisional: set[date] = field(default_factory=set)
    settles: bool = True  # type: ignore[misc]
    past: bool = True  # type: ignore[misc]
    revised: datetime | None = None
    """When it says that its provisional tables are replaced."""
    says: date | None = None
    """The session that its answers claim to be about."""
    asked: list[date] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = f"{self.dataset}.{self.scope.lower()}"  # type: ignore[misc]

    def revised_from(self, day: date) -> datetime | None:
        return self.revised

    def fetch(self, day: date) -> pd.DataFrame:
        count_request(self.host)
        self.asked.append(day)
        told = self.tables.get(day, NotPublishedError(f"{self.name} has nothing of {day}"))
        if isinstance(told, Exception):
            raise told
        return told

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        return Answer(day=self.says or day, table=raw, provisional=day in self.provisional)


def publishers(world: Market) -> dict[str, Publisher]:
    """One publisher for each dataset and scope, by its name; profiles have none: they are in the store."""
    found: dict[str, Publisher] = {}
    for one in world.snapshots():
        if one.dataset is not Dataset.PROFILE:
            made = Publisher(one.dataset, one.scope)
            found.setdefault(made.name, made).tables[one.day] = one.table
    return found


def with_flows(*created: float, code: str = FUND, start: float = 200.0) -> Market:
    """A market up to the last day whose one fund's share count changes by so many units a session."""
    counts = [start]
    for one in created:
        counts.append(counts[-1] + one)
    shares = [one * UNIT for one in counts]
    return market(len(shares)).fund(code, close=1.0, nav=1.0, volume=1e7, amount=1e7, shares=shares)


def world_of(store: Database, *detectors: Detector, **more: object) -> World:
    """A world of these detectors."""
    more.setdefault("upstreams", Upstreams(HASTY))
    return World(store=store, calendar=CALENDAR, detectors={one.name: one for one in detectors}, **more)  # type: ignore[arg-type]


def data_from(*sources: Source) -> tuple[Datum, ...]:
    """A datum for each source, wanted on every occasion."""
    return tuple(Datum(name=one.name, sources=(one,), rounds=frozenset(Round)) for one in sources)


async def past(store: Database, world: Market, until: date) -> None:
    """Put what was published of the sessions before `until` into the store."""
    await store.market.add(one for one in world.snapshots() if one.day < until or one.dataset is Dataset.PROFILE)


async def ask(
    world: World, sources: Iterable[Source], day: date, clock: str = "22:00", on: date | None = None
) -> PollReport:
    """Poll for a session at a time of day, on the session itself unless on the day `on`."""
    due = moment(on or day, clock)
    return await poll(world, data_from(*sources), Slot(round=Round.EVENING, due=due, day=day), due)


async def ask_daily(store: Database, market_: Market, days: Sequence[date], *detectors: Detector) -> None:
    """Poll in the evening of each of these days; what was published before and between them is known."""
    sources = publishers(market_)
    await past(store, market_, days[0])
    for day in CALENDAR.between(days[0], days[-1]):
        if day in days:
            await ask(world_of(store, *detectors), sources.values(), day)
        else:
            await store.market.add(one for one in market_.snapshots() if one.day == day)
