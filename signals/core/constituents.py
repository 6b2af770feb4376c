"""What indices hold and how it traded: weights of the month-end, moves and limits of the session (2.9).

Stocks are kept beside the panel's matrices. Everything here is laid only when somebody asks, and only for
indices whose weights are known.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from signals.core.calendar import MARKET_ZONE
from signals.core.field import LIMIT, STOCK_AMOUNT, STOCK_CLOSE, STOCK_PREV_CLOSE, WEIGHT, Field
from signals.core.limits import at_limit, limit_percent
from signals.core.matrix import Bools, Floats
from signals.core.panel import Panel
from signals.core.snapshot import STOCK_NAME, Dataset, Snapshot

BASKET_SESSIONS = 20
"""Sessions whose stocks are kept at hand."""

WEIGHTS_STALE = timedelta(days=100)
"""Weights of an older month-end say little of what an index holds now."""

LEAST_COVERAGE = 0.9
"""Of an index's weight: with less of it known nothing is said of its constituents as a whole."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Weights:
    """What one table says that an index holds, the heaviest first."""

    index: str
    day: date
    """The month-end that the weights are of."""
    known_on: date
    source: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    """The code where no table names the stock."""
    values: Floats
    """Fractions; less than 1 together where constituents are listed abroad."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Basket:
    """The constituents of an index on one session, the heaviest first."""

    weights: Weights
    sources: tuple[str, ...]
    """Who told the moves and the limits."""
    names: tuple[str, ...]
    change: Floats
    """NaN for a stock that did not trade or of which nothing is told."""
    limit: Floats
    """1 = closed at its upper limit, −1 = at its lower one, 0 = at none; NaN = not known."""

    @cached_property
    def covered(self) -> bool:
        """Whether moves are known of enough of the index to speak of it as a whole."""
        return self.weigh(np.isfinite(self.change)) >= LEAST_COVERAGE

    @cached_property
    def move(self) -> float:
        """The mean move of the known constituents by weight; NaN where too few are known."""
        known = np.isfinite(self.change)
        if not self.covered:
            return float("nan")
        return float(self.weights.values[known] @ self.change[known] / self.weigh(known))

    def weigh(self, chosen: Bools) -> float:
        """The weight of some constituents together; to a millionth of a per cent, so that 0.6 and 0.3 are 0.9."""
        return round(float(self.weights.values[chosen].sum()), 8)


@dataclass(frozen=True, eq=False)
class Baskets:
    """The constituents of every index whose weights are known, on every session whose stocks are."""

    sessions: tuple[date, ...]
    weights: Mapping[str, Sequence[Weights]]
    """By index, the oldest first."""
    trading: "_Trading"

    def on(self, index: str, row: int) -> Basket | None:
        """The basket of an index on a session; None without weights or without any trading of that session."""
        weights = self.effective(index, self.sessions[row])
        return None if weights is None else self.trading.basket(weights, row)

    def newest(self, index: str) -> tuple[int, Basket] | None:
        """The newest basket of an index and its row."""
        found = ((row, self.on(index, row)) for row in sorted(self.trading.rows, reverse=True))
        return next(((row, basket) for row, basket in found if basket is not None), None)

    def effective(self, index: str, day: date) -> Weights | None:
        """The newest weights that a session goes by: known before it or, where those are the first, on it."""
        told = [one for one in self.weights.get(index, ()) if day - WEIGHTS_STALE <= one.day <= day]
        before = [one for one in told if one.known_on < day]
        first = before or [one for one in told if one.known_on == day]
        return first[-1] if first else None

    def latest(self, index: str) -> Weights | None:
        """The newest weights that are known at all and not too old for the last session."""
        told = [one for one in self.weights[index] if one.day >= self.sessions[-1] - WEIGHTS_STALE]
        return told[-1] if told else None


class _Trading:
    """Moves and limits of the stocks of some session rows × the stocks that some index holds."""

    def __init__(self, panel: Panel, codes: Sequence[str]) -> None:
        self._codes = list(codes)
        self._places = pd.Index(self._codes, dtype="str")
        self._percents = np.array([limit_percent(code) for code in codes], dtype=np.int64)
        tables: dict[int, list[Snapshot]] = defaultdict(list)
        days = {day: row for row, day in enumerate(panel.sessions)}
        for one in panel.beside:
            if one.dataset is not Dataset.CONSTITUENTS and one.day in days:
                tables[days[one.day]].append(one)
        self.rows: Mapping[int, Sequence[Snapshot]] = tables
        self._laid: dict[int, tuple[Floats, Floats, list[str]]] = {}

    def basket(self, weights: Weights, row: int) -> Basket | None:
        if row not in self.rows:
            return None
        change, limit, names = self._laid.get(row) or self._laid.setdefault(row, self._lay(self.rows[row]))
        at = self._places.get_indexer(pd.Index(list(weights.codes), dtype="str"))
        return Basket(
            weights=weights,
            sources=tuple(sorted({one.source for one in self.rows[row]})),
            names=tuple(names[one] or name for one, name in zip(at, weights.names, strict=True)),
            change=change[at],
            limit=limit[at],
        )

    def _lay(self, tables: Sequence[Snapshot]) -> tuple[Floats, Floats, list[str]]:
        close, before, amount, pool = (
            self._column(tables, one) for one in (STOCK_CLOSE, STOCK_PREV_CLOSE, STOCK_AMOUNT, LIMIT)
        )
        names = self._names(tables)
        # A suspended stock is listed with its last price: that is no unchanged one.
        traded = (close > 0) & (before > 0) & ~(amount == 0)
        change = np.where(traded, close / np.where(traded, before, 1.0) - 1, np.nan)
        by_price = at_limit(np.where(traded, close, np.nan), before, self._of_the_day(names))
        told = any(one.dataset is Dataset.LIMITS for one in tables)
        elsewhere = np.where(np.isfinite(by_price) | ~np.array(told), by_price, 0.0)
        return change, np.where(np.isfinite(pool), pool, elsewhere), names

    def _of_the_day(self, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """The limits in per cent: a stock is under special treatment as long as its name says so."""
        percents = self._percents.copy()
        for at, name in enumerate(names):
            if "ST" in name.upper():
                percents[at] = limit_percent(self._codes[at], name)
        return percents

    def _column(self, tables: Sequence[Snapshot], one: Field) -> Floats:
        laid = np.full(len(self._codes), np.nan)
        for table in (each.table for each in tables if one.name in each.table.columns):
            at = self._places.get_indexer(table.index)
            figures = table[one.name].to_numpy(dtype=np.float64)
            told = (at >= 0) & np.isfinite(figures)
            laid[at[told]] = figures[told]
        return laid

    def _names(self, tables: Sequence[Snapshot]) -> list[str]:
        named: dict[str, str] = {}
        for table in (each.table for each in tables if STOCK_NAME in each.table.columns):
            named.update(zip(table.index, table[STOCK_NAME], strict=True))
        return [named.get(code, "") for code in self._codes]


def lay_baskets(panel: Panel) -> Baskets:
    """What the panel knows of indices' constituents."""
    weights: dict[str, list[Weights]] = defaultdict(list)
    tables = [one for one in panel.beside if one.dataset is Dataset.CONSTITUENTS]
    for one in sorted(tables, key=lambda each: (each.day, each.known_at)):
        weights[one.scope].append(_weights(one))
    held = sorted({code for told in weights.values() for one in told for code in one.codes})
    return Baskets(panel.sessions, dict(weights), _Trading(panel, held))


def _weights(told: Snapshot) -> Weights:
    table = told.table[told.table[WEIGHT.name] > 0].sort_values(WEIGHT.name, ascending=False, kind="stable")
    codes = tuple(map(str, table.index))
    named = table[STOCK_NAME] if STOCK_NAME in table.columns else [""] * len(codes)
    return Weights(
        index=told.scope,
        day=told.day,
        known_on=told.known_at.astimezone(MARKET_ZONE).date(),
        source=told.source,
        codes=codes,
        names=tuple(str(name) or code for name, code in zip(named, codes, strict=True)),
        values=table[WEIGHT.name].to_numpy(dtype=np.float64),
    )
