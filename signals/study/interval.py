"""How far a difference may be luck: resampling whole sessions, because what fires together moves together."""

from dataclasses import dataclass

import numpy as np

from signals.core.matrix import Floats
from signals.study.tally import COUNT, NET, UP, Tally

BOUNDS = (2.5, 97.5)
"""Per cent of the resamples below either end: an interval of 95 %."""

_DRAWS_AT_ONCE = 4_000_000
"""Numbers drawn in one go: what fits into the caches' neighbourhood, not into all of the memory."""


@dataclass(frozen=True, eq=False, slots=True)
class Intervals:
    """Bounds of the differences to the base, groups × horizons × (low, high); NaN where they cannot be drawn."""

    up: Floats
    net: Floats


def day_weights(days: int, resamples: int, seed: int) -> Floats:
    """How often each day stands in each resample: resamples × days, each row sums to the number of days."""
    luck = np.random.default_rng(seed)
    weights = np.empty((resamples, days))
    step = max(1, _DRAWS_AT_ONCE // max(days, 1))
    for start in range(0, resamples, step):
        some = min(step, resamples - start)
        drawn = luck.integers(0, days, (some, days)) + np.arange(some)[:, None] * days
        weights[start : start + some] = np.bincount(drawn.ravel(), minlength=some * days).reshape(some, days)
    return weights


def intervals(counted: Tally, resamples: int, seed: int) -> Intervals:
    """Percentile intervals of the differences between what followed firings and what followed on all days.

    1. A resample draws as many sessions as there are, with repetition: a weight for each.
    2. Weights × sums per session is every resample's sums, for all groups and horizons in one matrix product.
    3. The interval holds the middle 95 % of the resamples' differences of ratios.
    """
    _, groups, horizons, _ = counted.fired.shape
    lively = counted.base[:, :, COUNT].any(axis=1)
    fired, base = counted.fired[lively][..., : NET + 1], counted.base[lively]
    days = len(fired)
    if not days:
        blank = np.full((groups, horizons, 2), np.nan)
        return Intervals(blank, blank)
    sums = np.concatenate([fired.reshape(days, -1), base.reshape(days, -1)], axis=1)
    drawn = day_weights(days, resamples, seed) @ sums
    cut = groups * horizons * 3
    signal, usual = drawn[:, :cut].reshape(-1, groups, horizons, 3), drawn[:, cut:].reshape(-1, 1, horizons, 3)
    return Intervals(
        *(_bounds(_ratio(signal, place) - _ratio(usual, place)) for place in (UP, NET)),
    )


def _ratio(sums: Floats, place: int) -> Floats:
    count = sums[..., COUNT]
    return np.where(count > 0, sums[..., place] / np.where(count > 0, count, 1.0), np.nan)


def _bounds(drawn: Floats) -> Floats:
    """A resample without any firing says nothing; with none that has one there are no bounds."""
    empty = ~np.isfinite(drawn).any(axis=0)
    low, high = np.nanpercentile(np.where(empty, 0.0, drawn), BOUNDS, axis=0)
    return np.stack([np.where(empty, np.nan, low), np.where(empty, np.nan, high)], axis=-1)
