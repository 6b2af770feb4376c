"""Round levels that a series crosses, each told once until the series has been away from it."""

from dataclasses import dataclass

import numpy as np

from signals.core.matrix import Bools, Floats
from signals.core.series import carried, previous


@dataclass(frozen=True, eq=False, slots=True)
class Crossings:
    """The line crossed on each session; matrices of sessions × subjects."""

    line: Floats
    """The multiple of the step that was crossed, the farthest one of several; NaN = none that is news."""
    upward: Bools


def crossings(values: Floats, step: float, apart: float) -> Crossings:
    """Find where values pass a multiple of `step` on either way.

    1. Each known value is compared with the known one before it; an unknown one changes nothing.
    2. Upward the line is reached when the value stands on it, downward when the value is below it.
    3. The line that was crossed last is news again only once the series has been at least `apart` away from
       it: a balance that hovers around a round number crosses it once, not every day.
    """
    now = np.floor(values / step)
    before = previous(carried(now, len(now))[0])
    upward = now > before
    lines = np.where(upward, now, now + 1) * step
    news = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        crossed, since = np.nan, 0
        for row in np.flatnonzero(upward[:, column] | (now < before)[:, column]).tolist():
            line = lines[row, column]
            if line != crossed or (np.abs(values[since:row, column] - crossed) >= apart).any():
                news[row, column] = crossed = line
                since = row
    return Crossings(news, upward)
