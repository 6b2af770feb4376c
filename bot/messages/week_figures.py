"""The sessions of a week, and what figures came to over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

import numpy as np

from signals.core.field import Axis, Unit
from signals.core.flows import FLOW
from signals.core.group_flows import GROUP_FLOW
from signals.core.market import FINANCING_CHANGE
from signals.core.matrix import Bools
from signals.core.measure import Measure
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import CHANGE, INDEX_CHANGE, traded
from signals.core.runs import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigure:
    """A sum or a move over the sessions of a week that are known."""

    value: float
    unit: Unit
    first: date
    last: date
    """The last session that is in it: what is published later is not."""
    gaps: int = 0
    """Sessions between the two that are not known."""
    estimated: bool = False
    streak: int = 0
    """Sessions in a row, up to the last, with the sign of the last; those before the week count."""
    rising: bool = False
    """The sign of the last."""


@dataclass(frozen=True, slots=True)
class Week:
    """The sessions of a panel's last session's week."""

    panel: Panel
    rows: tuple[int, ...]

    @classmethod
    def of(cls, panel: Panel) -> "Week":
        """Calendar weeks, Monday first; holidays make them short, never longer."""
        last = panel.sessions[-1].isocalendar()[:2]
        count = sum(1 for _ in takewhile(lambda day: day.isocalendar()[:2] == last, reversed(panel.sessions)))
        return cls(panel, tuple(range(len(panel.sessions) - count, len(panel.sessions))))

    @property
    def days(self) -> tuple[date, ...]:
        """Its sessions."""
        return tuple(self.panel.sessions[row] for row in self.rows)

    def flow(self, fund: str) -> WeekFigure | None:
        """Money into a fund."""
        return self._sum(FLOW.on(self.panel), self.panel.column(Axis.FUND, fund), Unit.CNY)

    def group_flow(self, axis: Axis, name: str) -> WeekFigure | None:
        """Money into a class of funds, or into those on an index."""
        return self._sum(GROUP_FLOW[axis].on(self.panel), self.panel.column(axis, name), Unit.CNY)

    def margin(self) -> WeekFigure | None:
        """Change of the financing balance of both exchanges."""
        column = self.panel.column(Axis.MARKET, BOTH_EXCHANGES)
        return self._sum(FINANCING_CHANGE.on(self.panel), column, Unit.CNY_CHANGE)

    def move(self, fund: str) -> WeekFigure | None:
        """Change of a fund's price, adjusted for splits and dividends; sessions without a trade do not move it."""
        column = self.panel.column(Axis.FUND, fund)
        return self._compounded(CHANGE.on(self.panel), column, self.panel.derive(traded)[:, column])

    def index_move(self, index: str) -> WeekFigure | None:
        """Change of an index."""
        if index not in self.panel.columns[Axis.INDEX]:
            return None
        column = self.panel.column(Axis.INDEX, index)
        told = np.ones(len(self.panel.sessions), dtype=np.bool_)
        return self._compounded(INDEX_CHANGE.on(self.panel), column, told)

    def _sum(self, measure: Measure, column: int, unit: Unit) -> WeekFigure | None:
        """The sum of the sessions that are known, and how many between them are not."""
        known = [row for row in self.rows if np.isfinite(measure.values[row, column])]
        if not known:
            return None
        value = float(measure.values[known, column].sum())
        return WeekFigure(
            value=value,
            unit=unit,
            first=self.panel.sessions[known[0]],
            last=self.panel.sessions[known[-1]],
            gaps=known[-1] - known[0] + 1 - len(known),
            estimated=bool(measure.soft[known, column].any()),
            streak=_streak(measure, known[-1], column),
            rising=bool(measure.values[known[-1], column] > 0),
        )

    def _compounded(self, moves: Measure, column: int, told: Bools) -> WeekFigure | None:
        """None where a move that happened is not known: a week that leaves one out would be another week's."""
        happened = [row for row in self._until_newest(moves, column) if told[row]]
        values = moves.values[happened, column]
        if not happened or not np.isfinite(values).all():
            return None
        return WeekFigure(
            value=float(np.prod(1 + values) - 1),
            unit=Unit.MOVE,
            first=self.panel.sessions[self.rows[0]],
            last=self.panel.sessions[happened[-1]],
        )

    def _until_newest(self, measure: Measure, column: int) -> Iterator[int]:
        known = [row for row in self.rows if np.isfinite(measure.values[row, column])]
        yield from (row for row in self.rows if known and row <= known[-1])


def _streak(measure: Measure, row: int, column: int) -> int:
    steps = measure.values[:, column : column + 1]
    return max(int(runs(steps, rising=rising).length[row, 0]) for rising in (True, False))
