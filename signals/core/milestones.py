"""Round levels that a series crosses, each told once until the series has been away from it."""

from dataclasses import dataclass

import numpy as np

from signals.core.matrix import Bools, Floats


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
    out = Crossings(np.full(values.shape, np.nan), np.zeros(values.shape, dtype=np.bool_))
    level, crossed = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    away = np.ones(values.shape[1], dtype=np.bool_)
    for row, value in enumerate(values):
        now = np.floor(value / step)
        up, down = now > level, now < level
        line = np.where(up, now, now + 1) * step
        news = (up | down) & (away | (line != crossed))
        out.line[row], out.upward[row] = np.where(news, line, np.nan), up
        crossed, away = np.where(news, line, crossed), away & ~news
        away |= np.abs(value - crossed) >= apart
        level = np.where(np.isfinite(now), now, level)
    return out
