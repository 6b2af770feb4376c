"""Snapshots laid side by side: one sessions × subjects matrix per field, as known at one moment."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from signals.core.calendar import MARKET_ZONE
from signals.core.field import LIMIT, STOCK_CLOSE, Axis, Field
from signals.core.groups import group_subjects
from signals.core.matrix import Bools, Floats
from signals.core.measure import Figure, Measure
from signals.core.profile import Profile, exchange_of, lay_profiles
from signals.core.snapshot import DEMO_SOURCE, ESTIMATED, Dataset, Snapshot

BOTH_EXCHANGES = "SSE+SZSE"
"""两市: the sum that the press quotes. The three-market series with BSE is a different one."""

Derived = TypeVar("Derived")

LEAST_SESSIONS = 60
"""Sessions that a panel always holds: enough for any streak of a market without funds."""

_FEW = 16

_ALSO_TOLD_BY = {LIMIT: (STOCK_CLOSE,)}
"""A calm session has no pool of limits: prices say so."""

_FUND_TABLES = frozenset({Dataset.DAILY, Dataset.SHARES, Dataset.NAV})

_MARKETS = ("SSE", "SZSE", BOTH_EXCHANGES)


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """The matrix of one field with the source and the finality of each cell."""

    values: Floats
    origin: npt.NDArray[np.int16]
    """Index into `Panel.origins`; −1 where no source spoke."""
    estimated: Bools
    """The source calls the figure provisional or estimated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """What was known at `asof` about the sessions up to the last row.

    Matrices have one row per session (ascending) and one column per subject of the field's axis.
    Nothing in a panel looks past its last row or past `asof`.
    """

    sessions: tuple[date, ...]
    asof: datetime
    subjects: Mapping[Axis, tuple[str, ...]]
    layers: Mapping[Field, Layer]
    origins: tuple[str, ...]
    profiles: Mapping[str, Profile]
    beside: tuple[Snapshot, ...] = ()
    """Weights of indices and the trading of their stocks, in the order in which they became known."""
    _derived: dict[Callable[["Panel"], Any], Any] = field(default_factory=dict, repr=False)
    _deriving: dict[Callable[["Panel"], Any], RLock] = field(default_factory=dict, init=False, repr=False)

    @property
    def demo(self) -> bool:
        """Whether figures of a generated market are among it."""
        return any(origin.startswith(DEMO_SOURCE) for origin in self.origins)

    def shape(self, axis: Axis) -> tuple[int, int]:
        """Sessions × subjects of an axis."""
        return len(self.sessions), len(self.subjects[axis])

    def values(self, one: Field) -> Floats:
        """The matrix of a field; all NaN when no source spoke of it. Not to be written to."""
        layer = self.layers.get(one)
        return layer.values if layer else np.full(self.shape(one.axis), np.nan)

    def estimated(self, one: Field) -> Bools:
        """Where the source itself calls the field's figure provisional."""
        layer = self.layers.get(one)
        return layer.estimated if layer else np.zeros(self.shape(one.axis), dtype=np.bool_)

    def publishers(self, axis: Axis) -> list[list[int]]:
        """Columns of the subjects that one publisher tells of: an exchange's funds; all others together."""
        return self.derive(_exchanges) if axis is Axis.FUND else [list(range(len(self.subjects[axis])))]

    def told(self, one: Field) -> Bools:
        """Where the publisher of a subject has told the field of any subject at all."""
        values, publishers = self.values(one), self.publishers(one.axis)
        spoke, own = np.empty((len(values), len(publishers)), dtype=np.bool_), np.empty(values.shape[1], dtype=np.int64)
        for at, columns in enumerate(publishers):
            spoke[:, at], own[columns] = _any_known(values, columns), at
        return spoke.take(own, axis=1)

    def row(self, day: date) -> int:
        """The row of a session; raises KeyError when the panel does not hold it."""
        at = int(np.searchsorted(np.array(self.sessions, dtype="datetime64[D]"), np.datetime64(day)))
        if at == len(self.sessions) or self.sessions[at] != day:
            raise KeyError(f"{day} is not a session of this panel")
        return at

    @property
    def columns(self) -> Mapping[Axis, Mapping[str, int]]:
        """Column numbers of the subjects of each axis."""
        return self.derive(_columns)

    def column(self, axis: Axis, subject: str) -> int:
        """The column of a subject; raises KeyError when the panel does not hold it."""
        return self.columns[axis][subject]

    def derive(self, compute: Callable[["Panel"], Derived]) -> Derived:
        """The result of a function of the panel, computed once, and again after it was forgotten.

        Several threads may ask: who comes second waits for the first. What is computed from one another never goes
        round in a circle, and so nobody waits for ever.
        """
        known: Derived | None = self._derived.get(compute)
        if known is None:
            with self._deriving.setdefault(compute, RLock()):
                known = self._derived.get(compute)
                if known is None:
                    known = self._derived[compute] = compute(self)
        return known

    def forget(self, compute: Callable[["Panel"], Any]) -> None:
        """Give back the room of one result."""
        self._derived.pop(compute, None)

    def release(self) -> None:
        """Give back the room of all results: they and the panel hold each other, and a whole market's are large.

        Whoever still reads the panel computes anew what he asks for.
        """
        self._derived.clear()

    def speaks_of(self, needs: Collection[Field]) -> bool:
        """Whether some source has spoken of every field, on whatever session; of stocks, of any of their fields."""
        return all(bool(self.beside) if one.axis is Axis.STOCK else one in self.layers for one in needs)

    def fresh_row(self, needs: Collection[Field]) -> int | None:
        """The newest row for which some source has spoken of every field in `needs`."""
        spoken = np.ones(len(self.sessions), dtype=np.bool_)
        for need in needs:
            spoken &= self._spoken(need)
        rows = np.flatnonzero(spoken)
        return int(rows[-1]) if rows.size else None

    def _spoken(self, one: Field) -> Bools:
        if one.axis is Axis.STOCK:
            told = {one, *_ALSO_TOLD_BY.get(one, ())}
            days = {each.day for each in self.beside if told & {*each.dataset.fields}}
            return np.array([day in days for day in self.sessions], dtype=np.bool_)
        return np.asarray(np.isfinite(self.values(one)).any(axis=1))

    def figure(self, measure: Measure, row: int, column: int) -> Figure:
        """One cell of a measure with its session, sources and finality."""
        own = row if measure.rows is None else int(measure.rows[row, column])
        told = (
            measure.sources(row, column)
            if measure.sources
            else ", ".join(self.sources(measure.inputs_at(row, column), own, column))
        )
        return Figure(
            value=float(measure.values[row, column]),
            unit=measure.unit,
            day=self.sessions[own],
            source=told,
            estimated=bool(measure.estimated is not None and measure.estimated[row, column]),
            of=measure.names(row, column) if measure.names else "",
        )

    def until(self, day: date) -> "Panel":
        """The same panel with every session after `day` cut off."""
        stop = self.row(day) + 1
        layers = {
            one: Layer(layer.values[:stop], layer.origin[:stop], layer.estimated[:stop])
            for one, layer in self.layers.items()
        }
        beside = tuple(one for one in self.beside if max(one.day, _known_on(one)) <= day)
        return replace(self, sessions=self.sessions[:stop], layers=layers, beside=beside, _derived={})

    def sources(self, inputs: Iterable[Field], row: int, column: int) -> list[str]:
        """The names of the sources that fields of one axis rest on in a cell."""
        return self.sources_of(inputs, row, (column,))

    def sources_of(self, inputs: Iterable[Field], row: int, columns: Iterable[int]) -> list[str]:
        """The same for several subjects together."""
        spoke: set[int] = set()
        for one, column in product(inputs, columns):
            layer = self.layers.get(one)
            if layer is not None:
                # A sum of both exchanges has no source of its own: its parts' sources are named.
                summed = one.axis is Axis.MARKET and layer.origin[row, column] < 0
                spoke.update(layer.origin[row].tolist() if summed else [int(layer.origin[row, column])])
        return sorted({self.origins[one] for one in spoke if one >= 0})


def _any_known(values: Floats, columns: Sequence[int]) -> Bools:
    """In which rows any of some columns is known: nearly always one of the first few is, and no other is looked at."""
    known = np.asarray(np.isfinite(values[:, columns[:_FEW]]).any(axis=1))
    silent = np.flatnonzero(~known)
    known[silent] = np.isfinite(values[silent][:, columns]).any(axis=1)
    return known


def _known_on(one: Snapshot) -> date:
    return one.known_at.astimezone(MARKET_ZONE).date()


def _exchanges(panel: Panel) -> list[list[int]]:
    exchanges = [exchange_of(code) for code in panel.subjects[Axis.FUND]]
    return [[at for at, one in enumerate(exchanges) if one == name] for name in sorted(set(exchanges))]


def _columns(panel: Panel) -> dict[Axis, dict[str, int]]:
    return {axis: {name: at for at, name in enumerate(names)} for axis, names in panel.subjects.items()}


def lay_panel(snapshots: Iterable[Snapshot], sessions: Sequence[date], asof: datetime) -> Panel:
    """Lay snapshots side by side over the given sessions.

    1. What became known after `asof`, or is about a session outside, is left out, and so are tables that no
       panel holds. What is about stocks is kept beside the matrices as it came.
    2. Of several tables of one source on the same data, scope and session the newest replaces the others
       whole: a revision may take a figure back.
    3. Leading sessions without any fund's figures are left out, but for the last `LEAST_SESSIONS`: a young
       database does not pay for the years that it has not seen.
    4. The rest is laid down in the order in which it became known; a known figure replaces an older
       one, an unknown one does not.
    """
    wanted = set(sessions)
    newest: dict[tuple[Dataset, str, str, date], Snapshot] = {}
    profiles: list[Snapshot] = []
    beside: list[Snapshot] = []
    for one in snapshots:
        if one.known_at > asof or (sessions and one.day > sessions[-1]):
            continue
        if one.dataset is Dataset.PROFILE:
            profiles.append(one)
        elif one.dataset.axis is Axis.STOCK:
            beside.append(one)
        elif one.dataset.in_panel and one.day in wanted:
            key = (one.dataset, one.source, one.scope, one.day)
            if key not in newest or newest[key].known_at <= one.known_at:
                newest[key] = one
    kept = sorted(newest.values(), key=lambda one: (one.known_at, one.dataset, one.scope, one.source))
    sessions = _with_funds(kept, sessions)
    kept = [one for one in kept if one.day >= sessions[0]] if sessions else []
    codes = {axis: set[str]() for axis in Axis}
    for one in kept:
        codes[one.dataset.axis].update(one.table.index.tolist())
    known = lay_profiles(profiles, codes[Axis.FUND])
    subjects = {
        Axis.FUND: tuple(known),
        Axis.INDEX: tuple(sorted(codes[Axis.INDEX])),
        Axis.MARKET: (*_MARKETS, *sorted(codes[Axis.MARKET].difference(_MARKETS))),
        **group_subjects(known.values()),
    }
    origins = tuple(sorted({one.source for one in kept}))
    return Panel(
        sessions=tuple(sessions),
        asof=asof,
        subjects=subjects,
        layers=_lay(kept, sessions, subjects, origins),
        origins=origins,
        profiles=known,
        beside=tuple(sorted(beside, key=lambda one: (one.known_at, one.dataset, one.scope, one.source))),
    )


def _with_funds(kept: Iterable[Snapshot], sessions: Sequence[date]) -> Sequence[date]:
    first = min((one.day for one in kept if one.dataset in _FUND_TABLES), default=None)
    start = len(sessions) if first is None else sessions.index(first)
    return sessions[max(0, min(start, len(sessions) - LEAST_SESSIONS)) :]


def _lay(
    kept: Iterable[Snapshot],
    sessions: Sequence[date],
    subjects: Mapping[Axis, tuple[str, ...]],
    origins: tuple[str, ...],
) -> dict[Field, Layer]:
    rows = {day: at for at, day in enumerate(sessions)}
    columns = {axis: pd.Index(names) for axis, names in subjects.items()}
    layers: dict[Field, Layer] = {}
    for one in kept:
        row, origin = rows[one.day], origins.index(one.source)
        at = columns[one.dataset.axis].get_indexer(one.table.index)
        soft = np.full(len(one.table), one.provisional)
        if ESTIMATED in one.table.columns:
            soft |= one.table[ESTIMATED].to_numpy(dtype=np.bool_)
        for each in one.dataset.fields:
            if each.name not in one.table.columns:
                continue
            layer = layers.get(each) or layers.setdefault(each, _blank(len(sessions), len(columns[each.axis])))
            figures = one.table[each.name].to_numpy(dtype=np.float64)
            told = np.isfinite(figures)
            layer.values[row, at[told]] = figures[told]
            layer.origin[row, at[told]] = origin
            layer.estimated[row, at[told]] = soft[told]
    return layers


def _blank(sessions: int, subjects: int) -> Layer:
    return Layer(
        np.full((sessions, subjects), np.nan),
        np.full((sessions, subjects), -1, dtype=np.int16),
        np.zeros((sessions, subjects), dtype=np.bool_),
    )
