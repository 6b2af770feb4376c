"""Splits as prices show them: the exchange rebases the previous close, or the close falls as no session may."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from signals.core.field import CLOSE, PREV_CLOSE
from signals.core.formulas import CLOSE_ALONE, FALLEN, PRICE_SAYS, SEEN
from signals.core.matrix import Bools, Columns, Floats, Ints
from signals.core.panel import Panel
from signals.core.series import carried_before, cells, positive

CLEAN_RATIOS = (
    *(1.0 / n for n in (100, 50, 20, 10, 9, 8, 7, 6, 5, 4, 3, 2)),
    *(1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 20.0, 50.0, 100.0),
)
"""Ratios that funds announce, new shares per old."""

CLEAN_TOLERANCE = 0.015
"""A rebased price is rounded to 0.001 元, so its ratio misses the announced one by about a tick."""

LEAST_REBASE = 0.15
"""Dividends move the previous close by less than this; splits by more."""

DAILY_LIMIT = 0.23
"""The widest price limit of a session (20 %, as a logarithm) and a tick: how far a close may stray from a
split's exact ratio."""

LEAST_FALL = 0.295
"""A close that falls by more than this (as a logarithm) is no move of a session."""

_LAST_CLOSE_SESSIONS = 20
"""How long a suspended fund's last close still says what its previous close was rebased from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One split of one fund; rows are None where the series does not show it yet."""

    column: int
    ratio: float
    price_row: int | None = None
    listed_row: int | None = None
    share_row: int | None = None
    """None while the share count has not followed the price."""


@dataclass(frozen=True, eq=False, slots=True)
class Prices:
    """Closes and previous closes of a panel, and the splits that they show; matrices of sessions × funds."""

    close: Floats
    last_close: Floats
    own_previous: Floats
    fallen: tuple[Columns, Columns]
    """Cells whose previous close is not the last close: few are not."""
    alone: tuple[Columns, Columns]
    """Cells with a close and no previous close."""
    last_row: Ints
    """Row of the last close before each session; −1 = none."""
    told: Bools
    """The session has a table at all: what is missing in it was not traded."""
    seen: Bools
    """A price of the session is known beside an earlier one, so a split before it would show."""
    next_known: Bools
    """The next session's price is seen."""

    @classmethod
    def of(cls, panel: Panel) -> "Prices":
        """Those of a panel."""
        close, own_previous = positive(panel.values(CLOSE)), positive(panel.values(PREV_CLOSE))
        last_close, last_row = carried_before(close, _LAST_CLOSE_SESSIONS)
        says = PRICE_SAYS(close, own_previous, last_close)
        # One row more than there are sessions: nobody has seen a price after the last one.
        seen = np.zeros((len(close) + 1, close.shape[1]), dtype=np.bool_)
        np.not_equal(says & SEEN, 0, out=seen[:-1])
        return cls(
            close=close,
            last_close=last_close,
            own_previous=own_previous,
            fallen=cells((says & FALLEN) != 0),
            alone=cells((says & CLOSE_ALONE) != 0),
            last_row=last_row,
            told=panel.told(CLOSE),
            seen=seen[:-1],
            next_known=seen[1:],
        )

    def events(self) -> Iterator[Split]:
        """Splits by a rebased previous close, or by a fall that no session's limit allows."""
        rows, columns = self.fallen
        rebase = self.last_close[self.fallen] / self.own_previous[self.fallen]
        for at in np.flatnonzero(np.abs(rebase - 1) > LEAST_REBASE):
            measured = float(rebase[at])
            clean = nearest_clean(measured)
            exact = clean if abs(measured / clean - 1) <= CLEAN_TOLERANCE else measured
            yield Split(column=int(columns[at]), ratio=exact, price_row=int(rows[at]))
        rows, columns = self.alone
        falls = self.last_close[self.alone] / self.close[self.alone]
        for at in np.flatnonzero(np.abs(np.log(falls)) > LEAST_FALL):
            clean = nearest_clean(float(falls[at]))
            if self.falls_by(clean, int(rows[at]), int(columns[at])):
                yield Split(column=int(columns[at]), ratio=clean, price_row=int(rows[at]))

    def falls_by(self, ratio: float, row: int, column: int) -> bool:
        """Whether the price of a session fits a split of this ratio better than none."""
        if not 0 <= row < len(self.close):
            return False
        own = self.own_previous[row, column]
        price, limit = (own, CLEAN_TOLERANCE) if np.isfinite(own) else (self.close[row, column], DAILY_LIMIT)
        misfit = abs(np.log(self.last_close[row, column] / price / ratio))
        return bool(misfit <= limit and misfit < abs(np.log(ratio)) / 2)

    def next_traded(self, row: int, column: int) -> int:
        """The first session after `row` with a close; one past the end when there is none."""
        later = np.flatnonzero(np.isfinite(self.close[row + 1 :, column]))
        return row + 1 + int(later[0]) if later.size else len(self.close)


def nearest_clean(ratio: float) -> float:
    """The ratio that funds announce which is nearest to a measured one."""
    return min(CLEAN_RATIOS, key=lambda clean: abs(ratio / clean - 1))
