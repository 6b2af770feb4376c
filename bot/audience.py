"""Who hears of an alert, by an inverted index: from topic and fund to subscriptions, not from each to all alerts.

The wishes of `wants()`, stated once for all subscribers:

1. Every subscription is a number. What it watches are keys: fund codes, lists by name, `ALL_FUNDS`.
2. For each key and topic there is one row with the subscriptions that watch the one and chose the other, those who
   want to hear of the weakest signals first. All rows lie behind each other in one array (CSR).
3. An alert on a fund is told to the beginnings of few rows: its code's, its lists', that of all funds.
4. Who watches all funds stands in that row alone, so that only codes and lists can name a subscription twice.
5. Who has muted a fund, an index or a kind is known by its name, and is taken out of those found: few have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.alerts import Alert
from bot.subscriptions import ALL_FUNDS, Subscription, muted
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.matrix import Floats, Ints

Numbers: TypeAlias = npt.NDArray[np.int32]

_TOPICS = tuple(Topic)
_BITS = {topic: 1 << at for at, topic in enumerate(_TOPICS)}
_LIST = "list:"
"""In front of a list's name, which might look like a code."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Wishes:
    """The wishes of many subscriptions as columns; a subscription is its place in the first two."""

    topics: npt.NDArray[np.uint8]
    """A bit for each topic that it chose; 0 for one that is paused."""
    least_strength: Floats
    watchers: Ints
    """Subscriptions by number, one for each key that they watch."""
    keys: Ints
    """What each of `watchers` watches: places in `names`."""
    names: Sequence[str]
    """Fund codes, lists (`list_key`), `ALL_FUNDS`."""
    muted: Mapping[str, Ints] = field(default_factory=dict)
    """Subscriptions that do not want to hear of a fund, an index or a kind, by its code or name."""

    @classmethod
    def of(cls, subscriptions: Sequence[Subscription], now: datetime | None = None) -> "Wishes":
        """The wishes of subscriptions in their order, as they are at a moment; without one every mute lasts."""
        names: dict[str, int] = {}
        pairs = [
            (number, names.setdefault(key, len(names)))
            for number, one in enumerate(subscriptions)
            for key in (*one.watched, *map(list_key, one.watchlists))
        ]
        columns = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
        return cls(
            topics=np.array([topic_bits(one.topics) if one.active else 0 for one in subscriptions], dtype=np.uint8),
            least_strength=np.array([one.least_strength for one in subscriptions], dtype=np.float64),
            watchers=columns[:, 0],
            keys=columns[:, 1],
            names=tuple(names),
            muted=_muted(subscriptions, now),
        )


def topic_bits(topics: Iterable[Topic]) -> int:
    """Topics as bits of a number."""
    return sum(_BITS[topic] for topic in topics)


def list_key(name: str) -> str:
    """The key of a watchlist."""
    return _LIST + name


def _muted(subscriptions: Sequence[Subscription], now: datetime | None) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for number, one in enumerate(subscriptions):
        for what in muted(one, now) if one.mutes else ():
            found.setdefault(what, []).append(number)
    return {what: np.array(numbers, dtype=np.int64) for what, numbers in found.items()}


class SubscriptionIndex:
    """Finds those who want an alert, as `wants()` has it, without asking each of them."""

    def __init__(
        self,
        wishes: Wishes,
        watchlists: Mapping[str, frozenset[str]],
        tracking: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`tracking` names the funds on each index: who follows one of them follows the index."""
        self._tracking = tracking or {}
        self._topics, self._least = wishes.topics, wishes.least_strength
        self._rows = {name: at * len(_TOPICS) for at, name in enumerate(wishes.names)}
        self._lists = _lists_of(watchlists)
        self._muted = wishes.muted
        watchers, keys = _without_doubles(wishes, self._rows)
        rows, numbers = _entries(watchers, keys, wishes.topics)
        # The strength is sorted first and kept by the stable sort of the rows.
        weakest = np.argsort(self._least[numbers], kind="stable")
        order = weakest[np.argsort(rows[weakest], kind="stable")]
        self._numbers: Numbers = numbers[order]
        self._strengths = self._least[self._numbers]
        self._starts = np.searchsorted(rows[order], np.arange(len(wishes.names) * len(_TOPICS) + 1))

    def hearers(self, alert: Alert, topic: Topic) -> Numbers:
        """The numbers of the subscriptions that want a new alert, each once, in no order."""
        wanting = self._wanting(alert, topic)
        names = (alert.signal.kind, alert.signal.subject.code)
        silenced = [self._muted[name] for name in names if name in self._muted]
        return wanting[~np.isin(wanting, np.concatenate(silenced))] if silenced else wanting

    def _wanting(self, alert: Alert, topic: Topic) -> Numbers:
        signal = alert.signal
        strength = signal.strength if signal.rung else np.inf
        if signal.subject.axis not in (Axis.FUND, Axis.TRACKED):
            chosen = (self._topics & _BITS[topic]) > 0
            return np.flatnonzero(chosen & (self._least <= strength)).astype(np.int32)
        subject = signal.subject.code
        codes = (subject,) if signal.subject.axis is Axis.FUND else self._tracking.get(subject, ())
        keys = dict.fromkeys(key for code in codes for key in (code, *self._lists.get(code, ())))
        parts = [self._row(key, topic, strength) for key in keys]
        some = [part for part in parts if part.size]
        named = some[0] if len(some) == 1 else np.unique(np.concatenate([self._numbers[:0], *some]))
        return np.concatenate([named, self._row(ALL_FUNDS, topic, strength)])

    def _row(self, key: str, topic: Topic, strength: float) -> Numbers:
        """Those who watch a key, chose a topic, and hear of signals of this strength."""
        first = self._rows.get(key)
        if first is None:
            return self._numbers[:0]
        row = first + _TOPICS.index(topic)
        start, end = self._starts[row], self._starts[row + 1]
        return self._numbers[start : start + np.searchsorted(self._strengths[start:end], strength, side="right")]


def _lists_of(watchlists: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """The keys of the lists that each fund is on."""
    found: dict[str, list[str]] = {}
    for name, codes in watchlists.items():
        for code in codes:
            found.setdefault(code, []).append(list_key(name))
    return found


def _without_doubles(wishes: Wishes, rows: Mapping[str, int]) -> tuple[Ints, Ints]:
    """The keys of those who watch all funds, but for that one, left out."""
    everything = rows.get(ALL_FUNDS)
    if everything is None:
        return wishes.watchers, wishes.keys
    is_all = wishes.keys == everything // len(_TOPICS)
    watches_all = np.zeros(len(wishes.topics), dtype=np.bool_)
    watches_all[wishes.watchers[is_all]] = True
    kept = is_all | ~watches_all[wishes.watchers]
    return wishes.watchers[kept], wishes.keys[kept]


def _entries(watchers: Ints, keys: Ints, topics: npt.NDArray[np.uint8]) -> tuple[Ints, Numbers]:
    """Row and subscription of every key and topic that belong together."""
    mine = topics[watchers]
    chosen = [np.flatnonzero(mine & bit) for bit in _BITS.values()]
    rows = [keys[one] * len(_TOPICS) + at for at, one in enumerate(chosen)]
    return np.concatenate(rows), np.concatenate([watchers[one] for one in chosen]).astype(np.int32)
