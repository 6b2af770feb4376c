"""What a signal detector is: thresholds, declared needs, and one vectorised look at a panel."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from signals.core import kernels
from signals.core.field import Axis, Field
from signals.core.matrix import Bools, Floats, Ints, Rows
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.runs import Episodes, episodes
from signals.core.signal import Basis, Signal, Subject
from signals.core.text import Text

Made = TypeVar("Made")

WINDOW_SESSIONS = 320
"""Sessions a poll loads: a year's base, sixty sessions before it, and room for both."""


class Topic(StrEnum):
    """What a subscriber chooses to hear of."""

    PRICE = "price"
    PREMIUM = "premium"
    FLOW = "flow"
    SIZE = "size"
    MARGIN = "margin"
    INTRADAY = "intraday"
    """While the exchanges trade; only for who asks for it."""


class Tell(StrEnum):
    """Where a detector's signals appear."""

    ALERT = "alert"
    """Told when they begin or grow, and shown in digests."""
    DIGEST = "digest"
    """Shown in digests only."""
    OFF = "off"


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """Where a detector fires: matrices of sessions × subjects."""

    fires: Bools
    known: Bools
    """Where the detector could judge; elsewhere its silence means nothing."""
    strength: "Floats | Strength | LaterStrength"
    evidence: Mapping[str, Measure]
    """Numbers by name; a cell that is NaN is left out of that signal. `Later` where they cost something."""
    rung: Ints | Callable[[], Ints] | None = None
    """How far it fires, if that is not all one; worked out once something is told."""
    since: Ints | Callable[[], Ints] | None = None
    """Row on which each cell's episode began; None = the unbroken run of firing sessions."""
    basis: Callable[[int, int], Basis] | None = None
    pauses: Callable[[], Bools] | None = None
    """Silent sessions that do not end an episode: what fires after them is the same news. None = each ends it.
    Asked for once something is told."""
    others: Callable[[], Mapping[str, Ints]] = dict
    """Who else takes part, as column numbers by the part played; −1 = nobody. Asked for once something is told."""


class Later(Mapping[str, Measure]):
    """Evidence that is computed when the first signal asks for it: most cells of a history are never told."""

    def __init__(self, compute: Callable[[], Mapping[str, Measure]]) -> None:
        self._compute = compute

    @cached_property
    def _measures(self) -> Mapping[str, Measure]:
        return self._compute()

    def __getitem__(self, name: str) -> Measure:
        return self._measures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._measures)

    def __len__(self) -> int:
        return len(self._measures)


@dataclass(frozen=True, kw_only=True)
class Detector(ABC):
    """A frozen set of thresholds that finds one kind of signal.

    A subclass declares the class variables below and implements `find`; its dataclass fields are its
    settings, so a table ``[detectors.<name>]`` of the configuration, help, digests and exports follow
    from the class alone. Concrete subclasses in the modules of `signals` are found by themselves.
    """

    name: ClassVar[str]
    topic: ClassVar[Topic]
    title: ClassVar[Text]
    sentence: ClassVar[Text]
    """Fluent pattern over evidence names: `$flow` is the figure, `$flow_size` the same without its sign."""
    about: ClassVar[Text]
    """What it means, its formula and where that comes from; `/signals NAME` shows it."""
    needs: ClassVar[frozenset[Field]]
    """Fields that must be published for a session before it is judged."""
    axis: ClassVar[Axis] = Axis.FUND
    intraday: ClassVar[bool] = False
    """Judges prices within a session: each poll anew, and what a later price does not confirm was no mistake."""

    tell: Tell = field(default=Tell.ALERT)
    tell_end: bool = False
    """Say so when the episode is over."""

    @abstractmethod
    def find(self, panel: Panel) -> Findings:
        """Judge every session and subject of the panel; must be causal."""

    @property
    def window(self) -> int:
        """Sessions it has to see to judge the last of them."""
        return WINDOW_SESSIONS

    def settings(self) -> dict[str, Any]:
        """Its thresholds by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def findings(self, panel: Panel) -> "_Judged":
        """`find` with its rungs and episodes, computed once per panel."""
        return panel.derive(self._judge)

    def forget(self, panel: Panel) -> None:
        """Give back the room of `findings`; signals keep what they state."""
        panel.forget(self._judge)

    def detect(self, panel: Panel, days: Collection[date] | None = None) -> list[Signal]:
        """The signals of the given sessions (default: all), by session, strongest first."""
        judged = self.findings(panel)
        rows = range(len(panel.sessions)) if days is None else sorted(panel.row(day) for day in days)
        return [one for row in rows for one in sorted(self._signals(panel, judged, row), key=_by_strength)]

    def read(self, panel: Panel, day: date, subject: Subject) -> Signal | None:
        """What it sees of one subject on one session, firing or not (rung 0); None = not known."""
        judged, row = self.findings(panel), panel.row(day)
        column = panel.column(self.axis, subject.code)
        return self._signal(panel, judged, row, column) if judged.found.known[row, column] else None

    def _judge(self, panel: Panel) -> "_Judged":
        return _Judged(self.find(panel) if panel.speaks_of(self.needs) else self._silence(panel))

    def _silence(self, panel: Panel) -> Findings:
        """Nothing is known where a need is a field that no source has ever spoken of: no quotes in the evening."""
        none = np.zeros(panel.shape(self.axis), dtype=np.bool_)
        return Findings(fires=none, known=none, strength=Strength(none, 1.0), evidence={})

    def _signals(self, panel: Panel, judged: "_Judged", row: int) -> Iterator[Signal]:
        for column in np.flatnonzero(judged.found.fires[row] & judged.found.known[row]):
            yield self._signal(panel, judged, row, int(column))

    def _signal(self, panel: Panel, judged: "_Judged", row: int, column: int) -> Signal:
        found, rung = judged.found, int(judged.rung[row, column])
        day, names = panel.sessions[row], panel.subjects[self.axis]
        return Signal(
            kind=self.name,
            subject=Subject(self.axis, names[column]),
            day=day,
            since=panel.sessions[judged.began(row, column)],
            reached=panel.sessions[judged.episodes.reached[row, column]] if rung else day,
            rung=rung,
            strength=float(found.strength[row, column]) if rung else 0.0,
            evidence={
                name: panel.figure(measure, row, column)
                for name, measure in found.evidence.items()
                if np.isfinite(measure.values[row, column])
            },
            basis=found.basis(row, column) if found.basis else None,
            others={
                part: Subject(self.axis, names[columns[row, column]])
                for part, columns in judged.others.items()
                if columns[row, column] >= 0
            },
        )


@dataclass(frozen=True, eq=False)
class _Judged:
    found: Findings

    @cached_property
    def rung(self) -> Ints:
        """How far each cell fires; 0 where it does not."""
        rung, fires = _made(self.found.rung), self.found.fires
        return fires.astype(np.int32) if rung is None else np.multiply(rung, fires, dtype=np.int32, casting="same_kind")

    @cached_property
    def episodes(self) -> Episodes:
        """Since when each cell fires; asked for once something is told."""
        known, pauses = self.found.known, self.found.pauses
        told = episodes(self.rung, known if pauses is None else known & ~pauses())
        return told if self.since is None else replace(told, reached=np.maximum(told.reached, self.since))

    @cached_property
    def others(self) -> Mapping[str, Ints]:
        """Who else takes part in each cell."""
        return self.found.others()

    @cached_property
    def since(self) -> Ints | None:
        """Row on which each cell's episode began, where the detector itself says so."""
        return _made(self.found.since)

    def began(self, row: int, column: int) -> int:
        """Row on which the episode in force began, a pause of it included; its own row where there is none."""
        if self.since is not None:
            return int(self.since[row, column]) if self.rung[row, column] else row
        since = int(self.episodes.since[row, column])
        return row if since < 0 else since


def _made(rows: Ints | Callable[[], Ints] | None) -> Ints | None:
    return rows() if callable(rows) else rows


@dataclass(frozen=True, eq=False, slots=True)
class Strength:
    """Strength of values that fire from a threshold on, computed for the cells that are asked for."""

    values: Floats | Ints | Bools
    threshold: float
    base: float = 0.0
    """Strength of a value of 0."""

    def __getitem__(self, cell: tuple[int, int]) -> float:
        size = abs(float(self.values[cell]))
        return self.base + (1 - self.base) * size / (size + abs(self.threshold))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Floats:
        size = np.abs(np.asarray(self.values, dtype=np.float64))
        return self.base + (1 - self.base) * size / (size + abs(self.threshold))


class LaterStrength:
    """A matrix of strengths that is computed when the first cell is asked for."""

    def __init__(self, compute: "Callable[[], Floats | Strength]") -> None:
        self._compute = compute

    @cached_property
    def _values(self) -> Floats | Strength:
        return self._compute()

    def __getitem__(self, cell: tuple[int, int]) -> float:
        return float(self._values[cell])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Floats:
        return np.asarray(self._values, dtype=np.float64)


def scaled(values: Floats | Ints, threshold: float) -> Strength:
    """0.5 at the threshold, 0.75 at three times it, below 1."""
    return Strength(values, threshold)


def beyond(values: Floats | Ints, scale: float) -> Strength:
    """0.5 for what just fires, 0.75 where it is `scale` beyond that, below 1."""
    return Strength(values, scale, base=0.5)


def ladder(length: Ints, first: int, step: int) -> Ints:
    """The highest rung reached by a run: `first`, then every multiple of `step` above it; 0 below.

    A streak of at least 3 with step 5 is worth telling at 3, 5, 10, 15, 20 …
    """
    rung = np.empty(length.shape, np.int32)
    kernels.LADDER(np.ascontiguousarray(length, dtype=np.int32), first, step, rung)
    return rung


def on_ladder(length: Ints, first: int, step: int) -> Bools:
    """Where `ladder` has a rung."""
    return np.asarray(length >= (first if first > 0 else step))


def reaches(values: Floats, least: float, *, up: bool) -> Bools:
    """Where values are at least so high, or with `up` false at least so far below 0."""
    return np.asarray(values >= least if up else values <= -least)


def rungs(fires: Bools, compute: Callable[[Bools], Floats | Ints]) -> Rows:
    """A rung for each cell that fires, of what `compute` says of the cells of a mask; 0 elsewhere.

    Few cells fire, and what only they need is computed for them alone.
    """
    rung = np.zeros(fires.shape, dtype=np.int32)
    rung[fires] = compute(fires)
    return rung


def one_day(fires: Bools) -> Ints:
    """Episodes of events that last a session: each begins on its own row."""
    return np.broadcast_to(np.arange(len(fires))[:, None], fires.shape)


def _by_strength(one: Signal) -> tuple[float, str]:
    return -one.strength, one.subject.code
