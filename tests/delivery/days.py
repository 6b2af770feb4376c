"""Two days of everything that leaves messages: each step can be done once, or again and again, by one process or by two.

Wednesday's margin and counts come late as they do: what the evening told by provisional counts, the morning corrects.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, time
from itertools import count

import pandas as pd
from sqlalchemy import select

from bot.admin import broadcasting
from bot.admin.errors import CannotError
from bot.commands.base import NewSubscriber
from bot.poll import Slot
from bot.robots import adopt_robots
from bot.service import Worker
from bot.sources.base import Source, UnavailableError
from bot.sources.datum import Round
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS, RULE_HITS, SUBSCRIPTIONS
from bot.subscriptions import ALL_FUNDS, USUAL_TOPICS
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


@dataclass(frozen=True)
class Days:
    """What was prepared before the first step."""

    broadcast: int
    told: dict[str, int] = field(default_factory=dict)

    def steps(self) -> dict[str, Callable[[Database], Awaitable[None]]]:
        """In their order; each begins as a process that has just started."""
        return {
            "the week's digest": lambda store: _look(store, FRIDAY, "22:00"),
            "a rise within the session": _minute,
            "the evening's poll": _evening,
            "the evening's digest": lambda store: _look(store, LAST_DAY, "22:05"),
            "the morning's poll": _morning,
            "the morning's digest": lambda store: _look(store, NEXT_DAY, "09:21"),
            "a broadcast": self._broadcast,
        }

    async def _broadcast(self, store: Database) -> None:
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
    draft, _ = await broadcasting.draft(world_of(store), wish, Deed("test:boss", moment(DAYS[0])))
    return Days(draft.id)


def _worker(store: Database, hand: Hand, *sources: Source) -> Worker:
    world = world_of(store, InflowStreak(), PremiumSpike(), IntradayRise())
    return replace(worker_of(world, hand, *sources), admins=("test:boss",))


async def _look(store: Database, day: date, clock: str) -> None:
    at = moment(day, clock)
    await adopt_robots(store, ROBOTS, NewSubscriber(), at)
    await _worker(store, Hand(at)).digests(at)


async def _minute(store: Database) -> None:
    at = moment(LAST_DAY, "10:00")
    prices = {code: {"spot_price": price, "spot_prev_close": 1.0} for code, price in ((FUND, 1.06), (OTHER, 1.0))}
    spot = Shuffled(Dataset.SPOT, tables={LAST_DAY: snapshot(Dataset.SPOT, LAST_DAY, prices).table}, settles=False)
    await _worker(store, Hand(at), spot).poll(Slot(round=Round.INTRADAY, due=at, day=LAST_DAY))


async def _evening(store: Database) -> None:
    sources = shuffled(EVENING)
    sources["etf_shares.szse"].provisional = {LAST_DAY}
    broken = Publisher(Dataset.INDEX, tables={LAST_DAY: UnavailableError("no line")})
    await _poll(store, Round.EVENING, [*sources.values(), broken], LAST_DAY, "22:00")


async def _morning(store: Database) -> None:
    await _poll(store, Round.MORNING, list(shuffled(MORNING).values()), NEXT_DAY, "08:55")


async def _poll(store: Database, one: Round, sources: Sequence[Source], on: date, clock: str) -> None:
    at = moment(on, clock)
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
