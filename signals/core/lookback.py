"""How far back a comparison reaches, and which silences are too short to make the next firing news."""

import numpy as np

from signals.core.matrix import Bools, Floats, Ints
from signals.core.windows import lately


def reach_before(values: Floats, sessions: int) -> Ints:
    """How many sessions back the comparison goes: to the first known value, at most `sessions`."""
    known = np.isfinite(values)
    first = np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else 0, len(known))
    return np.clip(np.arange(len(values))[:, None] - first, 0, sessions)


def pauses(fires: Bools, sessions: int) -> Bools:
    """Silent sessions at most `sessions` after a firing one: too few to make the next one news again."""
    return np.asarray(lately(fires, sessions + 1) & ~fires)
