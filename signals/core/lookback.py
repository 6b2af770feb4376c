"""What the sessions before one were like: their highest value, their mean, how many of them are known.

Every function leaves the session itself out, so that a value is compared with its past and not with itself.
All are causal and work on whole matrices of sessions × subjects; NaN means unknown.
"""

import numpy as np

from signals.core.matrix import Bools, Floats, Ints


def known_before(values: Floats, sessions: int) -> Ints:
    """How many of the `sessions` values before each one are known."""
    return _sum_before(np.isfinite(values).astype(np.float64), sessions).astype(np.int64)


def mean_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """Mean of the known ones among the `sessions` values before; NaN where fewer than `least_known` are."""
    known = known_before(values, sessions)
    total = _sum_before(np.nan_to_num(values), sessions)
    return np.where(known >= max(1, least_known), total / np.maximum(known, 1), np.nan)


def highest_before(values: Floats, sessions: int, least_known: int) -> Floats:
    """Highest of the `sessions` values before; NaN where fewer than `least_known` of them are known.

    The sessions are cut into blocks as long as the window, which therefore ends one block and begins
    another: two running maxima, one from each side, hold every window's.
    """
    rows, columns = values.shape
    blocks = -(-rows // sessions)
    laid = np.full((blocks * sessions, columns), -np.inf)
    laid[:rows] = np.where(np.isfinite(values), values, -np.inf)
    cut = laid.reshape(blocks, sessions, columns)
    upto = np.maximum.accumulate(cut, axis=1).reshape(laid.shape)
    onward = np.maximum.accumulate(cut[:, ::-1], axis=1)[:, ::-1].reshape(laid.shape)
    highest = np.full(values.shape, -np.inf)
    highest[1:] = upto[: max(0, rows - 1)]
    highest[sessions:] = np.maximum(highest[sessions:], onward[: max(0, rows - sessions)])
    return np.where(known_before(values, sessions) >= max(1, least_known), highest, np.nan)


def reach_before(values: Floats, sessions: int) -> Ints:
    """How many sessions back the comparison goes: to the first known value, at most `sessions`."""
    known = np.isfinite(values)
    first = np.where(known.any(axis=0), known.argmax(axis=0) if len(known) else 0, len(known))
    return np.clip(np.arange(len(values))[:, None] - first, 0, sessions)


def pauses(fires: Bools, sessions: int) -> Bools:
    """Silent sessions at most `sessions` after a firing one: too few to make the next one news again."""
    recent = _sum_before(fires.astype(np.float64), sessions) > 0
    return np.asarray(recent & ~fires)


def _sum_before(values: Floats, sessions: int) -> Floats:
    total = np.cumsum(values, axis=0)
    out = np.zeros_like(total)
    out[1:] = total[:-1]
    out[sessions + 1 :] -= total[: max(0, len(values) - sessions - 1)]
    return out
