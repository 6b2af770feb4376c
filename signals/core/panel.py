"""Snapshots laid side by side: one sessions × subjects matrix per field, as known at one moment."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from signals.core.calendar import MARKET_ZONE
from signals.core.field import LIMIT, STOCK_CLOSE, Axis, Field
from signals.core.matrix import Bools, Floats
from signals.core.measure import Figure, Measure
from signals.core.profile import Profile, exchange_of
from signals.core.snapshot import DEMO_SOURCE, Snapshot

BOTH_EXCHANGES = "SSE+SZSE"
"""两市: the sum that the press quotes. The three-market series with BSE is a different one."""

Derived = TypeVar("Derived")

_FEW = 16

_ALSO_TOLD_BY = {LIMIT: (STOCK_CLOSE,)}
"""A calm session has no pool of limits: prices say so."""


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
        spoke = np.empty((len(values), len(publishers)), dtype=np.bool_)
        own, told = np.empty(values.shape[1], dtype=np.int64), np.empty(values.shape, dtype=np.bool_)
        for at, columns in enumerate(publishers):
            spoke[:, at], own[columns] = _any_known(values, columns), at
        told[:] = spoke[:, :1]
        # On nearly every session all of them have spoken, or none.
        apart = np.flatnonzero((spoke != spoke[:, :1]).any(axis=1))
        told[apart] = spoke[apart].take(own, axis=1)
        return told

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
                    known = self._derived[compute] = self._computed(compute)
        return known

    def _computed(self, compute: Callable[["Panel"], Derived]) -> Derived:
        return compute(self)

    def holds(self, compute: Callable[["Panel"], Any]) -> bool:
        """Whether the result of a function is there already."""
        return compute in self._derived

    def put(self, compute: Callable[["Panel"], Derived], made: Derived) -> None:
        """Keep a result that was worked out elsewhere, as `derive` would have."""
        self._derived.setdefault(compute, made)

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
        beside = tuple(one for one in self.beside if max(one.day, _known_on(one)) <= day)
        return replace(self._cut(slice(self.row(day) + 1)), beside=beside)

    def newest(self, sessions: int) -> "Panel":
        """Its last sessions as a panel of their own, as if nothing were known of those before."""
        return self._cut(slice(max(0, len(self.sessions) - sessions), None))

    def _cut(self, rows: slice) -> "Panel":
        layers = {
            one: Layer(layer.values[rows], layer.origin[rows], layer.estimated[rows])
            for one, layer in self.layers.items()
        }
        return replace(self, sessions=self.sessions[rows], layers=layers, _derived={})

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
