"""Subscriptions and the alerts of an evening: the inverted index beside one SQL join in SQLite."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.job import Job, Kind, Way
from benchmarks.stage import SEED, Stage
from bot.alerts import Alert, Reason
from bot.audience import SubscriptionIndex, Wishes, list_key, topic_bits
from bot.subscriptions import ALL_FUNDS
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Signal, Subject

ALERTS = 500
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


def jobs(stage: Stage) -> Iterator[Job]:
    """One evening's alerts matched, and how that grows."""
    yield _matching(stage)
    counts = dict.fromkeys(max(10, stage.subscriptions // part) for part in (100, 10, 1))
    yield Job(
        name="growth of a match with subscriptions",
        about=f"{ALERTS} alerts.",
        group="growth",
        ways=[_grown(count) for count in counts],
    )


def _matching(stage: Stage) -> Job:
    crowd = made_crowd(stage.subscriptions, ALERTS)
    index, database = SubscriptionIndex(crowd.wishes, crowd.watchlists), stored(crowd)
    return Job(
        name=f"{ALERTS} alerts among {stage.subscriptions:,} subscriptions",
        about=f"{matched(index, crowd):,} pairs of alert and subscription; compared by their number.",
        group="whole",
        aim=20.0,
        ways=[
            Way(name="ours: inverted index", run=lambda: matched(index, crowd), kind=Kind.OURS),
            Way(
                name="ours: the index built from columns",
                run=lambda: SubscriptionIndex(crowd.wishes, crowd.watchlists),
                kind=Kind.OURS,
                compared=False,
            ),
            Way(
                name="one SQL join in SQLite, in memory",
                run=lambda: len(database.execute(_JOIN).fetchall()),
            ),
        ],
    )


def _grown(subscriptions: int) -> Way:
    crowd = made_crowd(subscriptions, ALERTS)
    index = SubscriptionIndex(crowd.wishes, crowd.watchlists)
    return Way(
        name=f"{subscriptions:,} subscriptions", run=lambda: matched(index, crowd), kind=Kind.OURS, compared=False
    )
