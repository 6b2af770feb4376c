"""Two days of everything that leaves messages: each step can be done once, or again and again, by one process or by two.

What the evening tells by provisional counts the morning takes back.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TypeAlias

import pandas as pd
from sqlalchemy import select

from bot.admin import broadcasting
from bot.admin.errors import CannotError
from bot.commands.base import NewSubscriber
from bot.poll import Slot
from bot.robots import adopt_robots
from bot.sources.base import Source, UnavailableError
from bot.sources.datum import Round
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS, RULE_HITS, SUBSCRIPTIONS
from bot.subscriptions import ALL_FUNDS, USUAL_TOPICS
from bot.worker import Worker
from signals.core.detector import Topic
from signals.core.snapshot import Dataset
from signals.intraday import IntradayRise
from signals.premium import PremiumSpike
from signals.streak import InflowStreak
from tests.bot.publishers import DAYS, FUND, NEXT_DAY, OTHER, UNIT, Publisher, past, publishers, with_flows, world_of
from tests.bot.readers import reader
from tests.bot.serving import Hand, worker_of
from tests.bot.test_rulings import ruled
from tests.builders import LAST_DAY, Market, moment, snapshot

FRIDAY = date(2025, 2, 7)
"""The last session of the week before."""

ROBOTS = ("研究群", "家")

_COUNTS = [2e8 - at * UNIT for at in range(11)]

EVENING = (
    with_flows(*[-1] * 10, 1, 1, 1)
    .fund(FUND, iopv=[*[1.0] * 12, 0.95, 1.0])
    .fund(OTHER, close=1.0, nav=1.0, shares=[*_COUNTS, *(_COUNTS[-1] + at * UNIT for at in (1, 2, 4))])
)
"""Money comes in for the third time, into one of two funds by provisional counts only."""

MORNING = EVENING.fund(OTHER, shares=[*_COUNTS, *(_COUNTS[-1] + at * UNIT for at in (1, 2, 0))])

_SEEDS = count(1)


class Shuffled(Publisher):
    """Tells its rows in another order whenever it is asked, and is asked whenever it can be."""

    def fetch(self, day: date) -> pd.DataFrame:
        return super().fetch(day).sample(frac=1, random_state=next(_SEEDS))


def shuffled(market: Market, **more: object) -> dict[str, Publisher]:
    """The publishers of a market, each as one that shuffles."""
    return {
        name: Shuffled(one.dataset, one.scope, one.tables, settles=False, **more)  # type: ignore[arg-type]
        for name, one in publishers(market).items()
    }


Step: TypeAlias = Callable[[Database, timedelta], Awaitable[None]]
"""Something that is done at a time of day, or so much later."""


@dataclass(frozen=True)
class Days:
    """What was prepared before the first step."""

    broadcast: int

    def steps(self) -> tuple[Step, ...]:
        """In their order; each begins as a process that has just started."""
        return (
            lambda store, late: _look(store, moment(FRIDAY, "22:00") + late),
            lambda store, late: _minute(store, moment(LAST_DAY, "10:00") + late),
            lambda store, late: _evening(store, moment(LAST_DAY, "22:00") + late),
            lambda store, late: _look(store, moment(LAST_DAY, "22:10") + late),
            lambda store, late: _morning(store, moment(NEXT_DAY, "08:50") + late),
            lambda store, late: _look(store, moment(NEXT_DAY, "09:21") + late),
            self._broadcast,
        )

    async def _broadcast(self, store: Database, _: timedelta) -> None:
        with suppress(CannotError):
            await broadcasting.send(world_of(store), self.broadcast, Deed("test:boss", moment(NEXT_DAY, "10:00")))


async def prepared(store: Database) -> Days:
    """People, robots, a rule, a draft, and what was published before the last day."""
    await past(store, EVENING, LAST_DAY)
    await adopt_robots(store, ROBOTS, NewSubscriber(evening_digest=time(17, 45)), moment(DAYS[0]))
    for name in ROBOTS:
        robot = await store.subscriptions.find("wecom", name)
        assert robot is not None
        await store.subscriptions.save(replace(robot, watched=frozenset({FUND})), moment(DAYS[0]))
    digests = {"evening_digest": time(17, 45), "morning_digest": True, "weekly_digest": True}
    who = await reader(store, "li", FUND, OTHER, topics=USUAL_TOPICS | {Topic.INTRADAY}, **digests)
    await reader(store, "wang", ALL_FUNDS, topics=USUAL_TOPICS | {Topic.INTRADAY}, **digests)
    await reader(store, "boss")
    await ruled(store, who, "净流入 > 150万")
    wish = broadcasting.Wish(text="今晚停机一小时")
    draft, *_ = await broadcasting.draft(world_of(store), wish, Deed("test:boss", moment(DAYS[0])))
    return Days(draft.id)


def _worker(store: Database, hand: Hand, *sources: Source) -> Worker:
    world = world_of(store, InflowStreak(), PremiumSpike(), IntradayRise())
    return replace(worker_of(world, hand, *sources), admins=("test:boss",))


async def _look(store: Database, at: datetime) -> None:
    await adopt_robots(store, ROBOTS, NewSubscriber(), at)
    await _worker(store, Hand(at)).digests(at)


async def _minute(store: Database, at: datetime) -> None:
    prices = {code: {"spot_price": price, "spot_prev_close": 1.0} for code, price in ((FUND, 1.06), (OTHER, 1.0))}
    spot = Shuffled(Dataset.SPOT, tables={LAST_DAY: snapshot(Dataset.SPOT, LAST_DAY, prices).table}, settles=False)
    await _worker(store, Hand(at), spot).poll(Slot(round=Round.INTRADAY, due=at, day=LAST_DAY))


async def _evening(store: Database, at: datetime) -> None:
    sources = shuffled(EVENING)
    sources["etf_shares.szse"].provisional = {LAST_DAY}
    broken = Publisher(Dataset.INDEX, tables={LAST_DAY: UnavailableError("no line")})
    await _poll(store, Round.EVENING, [*sources.values(), broken], at)


async def _morning(store: Database, at: datetime) -> None:
    await _poll(store, Round.MORNING, list(shuffled(MORNING).values()), at)


async def _poll(store: Database, one: Round, sources: Sequence[Source], at: datetime) -> None:
    asked = [each for each in sources if not each.name.startswith("etf_nav")]
    await _worker(store, Hand(at), *asked).poll(Slot(round=one, due=at, day=LAST_DAY))


async def told(store: Database) -> list[tuple[object, ...]]:
    """Signal, fund, session, reason, rung and reader of everything that was told by an alert."""
    query = (
        select(*(ALERTS.c[one] for one in ("kind", "code", "day", "reason", "rung")), SUBSCRIPTIONS.c.chat)
        .join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.alert_id == ALERTS.c.id)
        .join(DELIVERIES, DELIVERIES.c.id == DELIVERY_ALERTS.c.delivery_id)
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
    )
    async with store._connections.read() as connection:
        return sorted(tuple(row) for row in await connection.execute(query))


async def batches(store: Database) -> list[tuple[str, str]]:
    """The batch and the reader of every message."""
    query = select(DELIVERIES.c.batch, SUBSCRIPTIONS.c.chat).join(SUBSCRIPTIONS)
    async with store._connections.read() as connection:
        return sorted((row.batch, row.chat) for row in await connection.execute(query))


async def ruled_on(store: Database) -> list[tuple[str, bool]]:
    """The fund of every hit of a rule, and whether it was taken back."""
    async with store._connections.read() as connection:
        rows = await connection.execute(select(RULE_HITS.c.code, RULE_HITS.c.withdrawn_at))
        return sorted((row.code, row.withdrawn_at is not None) for row in rows)
