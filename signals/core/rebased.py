"""Splits as prices show them: the exchange rebases the previous close, or the close falls as no session may."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from signals.core.field import CLOSE, PREV_CLOSE
from signals.core.matrix import Bools, Floats, Ints
from signals.core.panel import Panel
from signals.core.series import carried, cells, positive, previous

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
    fallen: Floats
    """The last close less the previous close: 0 on nearly every session."""
    close_known: Bools
    own_known: Bools
    last_row: Ints
    """Row of the last close before each session; −1 = none."""
    told_before: Bools
    """The session before has a table at all: what is missing in it was not traded."""
    seen: Bools
    """A price of the session is known beside an earlier one, so a split before it would show."""
    next_known: Bools
    """The next session's price is seen."""

    @classmethod
    def of(cls, panel: Panel) -> "Prices":
        """Those of a panel."""
        close, own_previous = positive(panel.values(CLOSE)), positive(panel.values(PREV_CLOSE))
        newest, rows = carried(close, _LAST_CLOSE_SESSIONS)
        last_close = previous(newest)
        close_known, own_known = np.isfinite(close), np.isfinite(own_previous)
        seen = np.isfinite(last_close) & (own_known | close_known)
        next_known = np.zeros(close.shape, dtype=np.bool_)
        next_known[:-1] = seen[1:]
        return cls(
            close=close,
            last_close=last_close,
            own_previous=own_previous,
            fallen=last_close - own_previous,
            close_known=close_known,
            own_known=own_known,
            last_row=previous(rows, fill=-1),
            told_before=previous(panel.told(CLOSE), fill=False),
            seen=seen,
            next_known=next_known,
        )

    def events(self) -> Iterator[Split]:
        """Splits by a rebased previous close, or by a fall that no session's limit allows."""
        rows, columns = cells((self.fallen > 0) | (self.fallen < 0))
        rebase = self.last_close[rows, columns] / self.own_previous[rows, columns]
        for at in np.flatnonzero(np.abs(rebase - 1) > LEAST_REBASE):
            measured = float(rebase[at])
            clean = nearest_clean(measured)
            exact = clean if abs(measured / clean - 1) <= CLEAN_TOLERANCE else measured
            yield Split(column=int(columns[at]), ratio=exact, price_row=int(rows[at]))
        rows, columns = cells(self.close_known & ~self.own_known)
        falls = self.last_close[rows, columns] / self.close[rows, columns]
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
