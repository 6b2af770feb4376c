"""What a signal detector is: thresholds, declared needs, and one vectorised look at a panel."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np

from signals.core.field import Axis, Field
from signals.core.matrix import Bools, Floats, Ints
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.series import Episodes, episodes
from signals.core.signal import Basis, Signal, Subject
from signals.core.text import Text

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
    strength: Floats
    evidence: Mapping[str, Measure]
    """Numbers by name; a cell that is NaN is left out of that signal."""
    rung: Ints | None = None
    since: Ints | None = None
    """Row on which each cell's episode began; None = the unbroken run of firing sessions."""
    basis: Callable[[int, int], Basis] | None = None
    pauses: Bools | None = None
    """Silent sessions that do not end an episode: what fires after them is the same news. None = each ends it."""
    others: Mapping[str, Ints] = field(default_factory=dict)
    """Who else takes part, as column numbers by the part played; −1 = nobody."""


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
        """`find` with its episodes, computed once per panel."""
        return panel.derive(self._judge)

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
        found = self.find(panel)
        rung = np.where(found.fires, 1 if found.rung is None else found.rung, 0)
        told = episodes(rung, found.known if found.pauses is None else found.known & ~found.pauses)
        if found.since is not None:
            told = replace(told, reached=np.maximum(told.reached, found.since))
        return _Judged(found, rung, told)

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
                for part, columns in found.others.items()
                if columns[row, column] >= 0
            },
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Judged:
    found: Findings
    rung: Ints
    episodes: Episodes

    def began(self, row: int, column: int) -> int:
        """Row on which the episode in force began, a pause of it included; its own row where there is none."""
        if self.found.since is not None:
            return int(self.found.since[row, column]) if self.rung[row, column] else row
        since = int(self.episodes.since[row, column])
        return row if since < 0 else since


def scaled(value: Floats, threshold: float) -> Floats:
    """Strength of a value that fires from `threshold` on: 0.5 at it, 0.75 at three times it, below 1."""
    size = np.abs(value)
    return size / (size + abs(threshold))


def ladder(length: Ints, first: int, step: int) -> Ints:
    """The highest rung reached by a run: `first`, then every multiple of `step` above it; 0 below.

    A streak of at least 3 with step 5 is worth telling at 3, 5, 10, 15, 20 …
    """
    multiple = length // step * step
    return np.where(length < first, 0, np.where(multiple > first, multiple, first))


def one_day(fires: Bools) -> Ints:
    """Episodes of events that last a session: each begins on its own row."""
    return np.broadcast_to(np.arange(len(fires))[:, None], fires.shape)


def _by_strength(one: Signal) -> tuple[float, str]:
    return -one.strength, one.subject.code
