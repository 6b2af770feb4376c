"""A million subscriptions and five hundred alerts: the inverted index beside one SQL join in SQLite.

Run `python benchmarks/subscriptions.py [SUBSCRIPTIONS] [ALERTS]`. Every function returns medians in seconds by name.
"""

import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median
from time import perf_counter

import numpy as np

from bot.alerts import Alert, Reason
from bot.audience import SubscriptionIndex, Wishes, list_key, topic_bits
from bot.subscriptions import ALL_FUNDS
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Signal, Subject

SEED = 20250211
TIMES = 5
FUNDS = 1400
LISTS = 12
DAY = date(2025, 2, 11)


@dataclass(frozen=True)
class Crowd:
    """Subscribers, their lists, and the alerts of an evening."""

    wishes: Wishes
    watchlists: dict[str, frozenset[str]]
    alerts: list[tuple[Alert, Topic]]


def made_crowd(subscriptions: int, alerts: int) -> Crowd:
    """Seeded: popular funds are watched more, one in a hundred watches a list, one in five thousand all funds."""
    luck = np.random.default_rng(SEED)
    codes = [f"51{at:04d}" for at in range(FUNDS)]
    popularity = 1 / np.arange(1, FUNDS + 1) ** 0.6
    popularity /= popularity.sum()
    counts = luck.integers(1, 4, subscriptions)
    watchers = np.repeat(np.arange(subscriptions), counts)
    keys = luck.choice(FUNDS, len(watchers), p=popularity)
    on_lists = np.flatnonzero(luck.random(subscriptions) < 0.01)
    on_all = np.flatnonzero(luck.random(subscriptions) < 0.0002)
    names = [*codes, *(list_key(f"清单{at}") for at in range(LISTS)), ALL_FUNDS]
    pairs = np.unique(
        np.concatenate(
            [
                np.stack([watchers, keys], axis=1),
                np.stack([on_lists, FUNDS + luck.integers(0, LISTS, len(on_lists))], axis=1),
                np.stack([on_all, np.full(len(on_all), len(names) - 1)], axis=1),
            ]
        ),
        axis=0,
    )
    choices = [topic_bits(luck.choice(list(Topic), size, replace=False)) for size in (1, 2, 2, 3, 5, 5)]
    wishes = Wishes(
        topics=luck.choice(np.array(choices, dtype=np.uint8), subscriptions),
        least_strength=luck.choice([0.0, 0.0, 0.6, 0.8], subscriptions),
        watchers=pairs[:, 0],
        keys=pairs[:, 1],
        names=names,
    )
    lists = {f"清单{at}": frozenset(luck.choice(codes, 10, replace=False).tolist()) for at in range(LISTS)}
    topics = luck.choice(list(Topic), alerts).tolist()
    funds = luck.choice(codes, alerts).tolist()
    strengths = luck.uniform(0.5, 1, alerts).tolist()
    told = [(_alert(*one), Topic(topic)) for *one, topic in zip(funds, strengths, topics, strict=True)]
    return Crowd(wishes, lists, told)


def _alert(code: str, strength: float) -> Alert:
    signal = Signal(
        kind="made", subject=Subject(Axis.FUND, code), day=DAY, since=DAY, reached=DAY, strength=strength, evidence={}
    )
    return Alert(signal=signal, reason=Reason.NEW)


def matched(index: SubscriptionIndex, crowd: Crowd) -> int:
    """Pairs of alert and subscription."""
    return sum(len(index.hearers(alert, topic)) for alert, topic in crowd.alerts)


def stored(crowd: Crowd) -> sqlite3.Connection:
    """The same wishes as tables with the indexes that the join asks for."""
    wishes, database = crowd.wishes, sqlite3.connect(":memory:")
    database.executescript(
        "create table subscription (id integer primary key, least real);"
        "create table chosen (topic text, subscription int, primary key (subscription, topic)) without rowid;"
        "create table watched (name text, subscription int, primary key (name, subscription)) without rowid;"
        "create table member (code text, name text, primary key (code, name)) without rowid;"
        "create table alert (id integer primary key, code text, topic text, strength real);"
    )
    database.executemany("insert into subscription values (?, ?)", enumerate(wishes.least_strength.tolist()))
    for topic in Topic:
        mine = np.flatnonzero(wishes.topics & topic_bits([topic])).tolist()
        database.executemany("insert into chosen values (?, ?)", ((topic.value, one) for one in mine))
    named = ((wishes.names[key], one) for one, key in zip(wishes.watchers.tolist(), wishes.keys.tolist(), strict=True))
    database.executemany("insert into watched values (?, ?)", named)
    members = [(code, list_key(name)) for name, codes in crowd.watchlists.items() for code in codes]
    codes = {alert.signal.subject.code for alert, _ in crowd.alerts}
    database.executemany("insert into member values (?, ?)", members)
    database.executemany("insert into member values (?, ?)", ((code, name) for code in codes for name in (code, "*")))
    rows = [
        (at, alert.signal.subject.code, topic.value, alert.signal.strength)
        for at, (alert, topic) in enumerate(crowd.alerts)
    ]
    database.executemany("insert into alert values (?, ?, ?, ?)", rows)
    database.execute("analyze")
    return database


_JOIN = """
select distinct alert.id, subscription.id from alert
join member on member.code = alert.code
join watched on watched.name = member.name
join chosen on chosen.subscription = watched.subscription and chosen.topic = alert.topic
join subscription on subscription.id = watched.subscription and subscription.least <= alert.strength
"""


def timed(work: Callable[[], object], times: int = TIMES) -> float:
    """Median of several runs in seconds."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return median(seconds)


def measure_subscriptions(subscriptions: int = 1_000_000, alerts: int = 500) -> dict[str, float]:
    """Matching all alerts; raises ValueError when the two ways disagree."""
    crowd = made_crowd(subscriptions, alerts)
    index = SubscriptionIndex(crowd.wishes, crowd.watchlists)
    with stored(crowd) as database:
        pairs = len(database.execute(_JOIN).fetchall())
        if pairs != matched(index, crowd):
            raise ValueError(f"SQLite finds {pairs} pairs, the index {matched(index, crowd)}")
        return {
            f"inverted index ({pairs} pairs)": timed(lambda: matched(index, crowd)),
            "build the index from columns": timed(lambda: SubscriptionIndex(crowd.wishes, crowd.watchlists), 3),
            "one SQL join in SQLite, in memory": timed(lambda: database.execute(_JOIN).fetchall()),
        }


def measure_growth(alerts: int = 500) -> dict[str, float]:
    """Seconds of a match as subscriptions grow."""
    found = {}
    for count in (10_000, 100_000, 1_000_000):
        crowd = made_crowd(count, alerts)
        index = SubscriptionIndex(crowd.wishes, crowd.watchlists)
        found[f"{count} subscriptions, {alerts} alerts"] = timed(lambda i=index, c=crowd: matched(i, c))  # type: ignore[misc]
    return found


def main() -> None:
    """Print the medians and the ratio."""
    medians = measure_subscriptions(*[int(word) for word in sys.argv[1:3]])
    for name, seconds in {**medians, **measure_growth()}.items():
        print(f"{seconds * 1000:12.1f} ms  {name}")
    slow, fast = (next(medians[one] for one in medians if word in one) for word in ("SQL", "inverted"))
    print(f"{slow / fast:.0f} times")


if __name__ == "__main__":
    main()
