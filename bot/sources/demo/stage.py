"""Who plays in the demo market and when: the sessions, the funds, and where each fixed figure belongs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from bot.sources.demo.anchors import Anchors, Event, Fund, Index
from bot.sources.demo.draws import Draws
from signals.core.calendar import TradingCalendar
from signals.core.matrix import Bools, Floats, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """Sessions down, funds (by code) or indices (as given) across: the axes of every matrix of the market."""

    sessions: tuple[date, ...]
    anchors: Anchors

    @classmethod
    def of(cls, calendar: TradingCalendar, anchors: Anchors) -> "Stage":
        """Raises CalendarEndedError when the calendar does not hold the demo's sessions."""
        return cls(sessions=calendar.between(anchors.first, anchors.last), anchors=anchors)

    @cached_property
    def rows(self) -> Mapping[date, int]:
        """Row of each session."""
        return {day: row for row, day in enumerate(self.sessions)}

    def row(self, day: date, what: str) -> int:
        """The row of a session; raises ValueError naming `what` stands on a day that is none."""
        if day not in self.rows:
            raise ValueError(f"demo anchors: {what} on {day}, which is no session of the demo market")
        return self.rows[day]

    @cached_property
    def reference(self) -> int:
        """Row of the reference day."""
        return self.row(self.anchors.reference, "the reference day")

    @cached_property
    def draws(self) -> Draws:
        """The market's random numbers."""
        return Draws(self.anchors.seed, len(self.sessions))

    @cached_property
    def funds(self) -> tuple[Fund, ...]:
        """The funds, by code."""
        return self.anchors.funds

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Their codes: the columns."""
        return tuple(fund.code for fund in self.funds)

    @property
    def indices(self) -> tuple[Index, ...]:
        """What the funds follow."""
        return self.anchors.indices

    @cached_property
    def index_of(self) -> Ints:
        """Number of the index that each fund follows."""
        followed = {fund.code: at for at, index in enumerate(self.indices) for fund in index.funds}
        return np.array([followed[code] for code in self.codes], dtype=np.int64)

    @cached_property
    def first_rows(self) -> Ints:
        """Row of each fund's first session in the demo."""
        listed = [fund.listed for fund in self.funds]
        return np.array(
            [self.row(day, "a listing") if day and day > self.sessions[0] else 0 for day in listed], dtype=np.int64
        )

    @cached_property
    def listed(self) -> Bools:
        """Which funds are listed on each session."""
        return np.asarray(np.arange(len(self.sessions))[:, None] >= self.first_rows)

    def fixed(self, name: str) -> Floats:
        """The fixed figures of one kind (a field of `Points`); NaN elsewhere."""
        laid = np.full((len(self.sessions), len(self.funds)), np.nan)
        for code, points in self.anchors.points.items():
            for day, figure in getattr(points, name).items():
                laid[self.row(day, f"{name} of {code}"), self.codes.index(code)] = figure
        return laid

    def cell(self, event: Event) -> tuple[int, int]:
        """Row and column of an event."""
        return self.row(event.day, f"an event of {event.code}"), self.codes.index(event.code)

    @cached_property
    def splits(self) -> Floats:
        """Split ratio on the session on which share counts and NAVs change scale; 1 = none."""
        laid = np.ones((len(self.sessions), len(self.funds)))
        for split in self.anchors.splits:
            laid[self.cell(split)] = split.ratio
        return laid

    @cached_property
    def dividends(self) -> Floats:
        """Paid per share on the ex-day, 元; 0 = none."""
        laid = np.zeros((len(self.sessions), len(self.funds)))
        for dividend in self.anchors.dividends:
            laid[self.cell(dividend)] = dividend.per_share
        return laid
