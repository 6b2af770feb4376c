"""How far back a comparison reaches, and which silences are too short to make the next firing news."""

import numpy as np

from signals.core.matrix import Bools, Floats, Ints
from signals.core.series import first_rows
from signals.core.windows import lately


def reach_before(values: Floats, sessions: int) -> Ints:
    """How many sessions back the comparison goes: to the first known value, at most `sessions`."""
    back: Ints = np.clip(np.arange(len(values))[:, None] - first_rows(np.isfinite(values)), 0, sessions)
    return back


def pauses(fires: Bools, sessions: int) -> Bools:
    """Silent sessions at most `sessions` after a firing one: too few to make the next one news again."""
    return np.asarray(lately(fires, sessions + 1) & ~fires)
