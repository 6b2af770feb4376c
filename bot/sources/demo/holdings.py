"""How many shares of each fund are out: round lots created and redeemed between the counts that are fixed."""

from itertools import pairwise

import numpy as np

from bot.sources.demo.stage import Stage
from signals.core.matrix import Floats

_BUSY = 0.006
"""Typical creation or redemption of a session, as a part of the fund."""

_LEAST_UNITS = 0.6
"""The same in units of creation for a small fund: on many days nothing happens."""


def share_counts(stage: Stage) -> Floats:
    """Sessions × funds, 份, as published in the end; NaN before a fund's listing.

    Raises ValueError where two fixed counts are not a whole number of units apart.
    """
    fixed = stage.fixed("shares")
    noise = stage.draws.bell(*(f"{code} shares" for code in stage.codes))
    scale = np.cumprod(stage.splits, axis=0)
    todays = scale[-1] / scale
    counts = np.full(fixed.shape, np.nan)
    for column, fund in enumerate(stage.funds):
        first = int(stage.first_rows[column])
        given = {int(row): float(fixed[row, column]) for row in np.flatnonzero(np.isfinite(fixed[:, column]))}
        ends = {first: fund.shares[0], len(fixed) - 1: fund.shares[1]}
        nodes = {row: count * float(todays[row, column]) for row, count in sorted((ends | given).items())}
        path = _path(nodes, fund.unit, noise[:, column], fund.code)
        counts[first:, column] = path / todays[first:, column]
    return counts


def _path(nodes: dict[int, float], unit: float, noise: Floats, code: str) -> Floats:
    """Counts from the first node on, all of them whole units apart."""
    rows = list(nodes)
    units = {row: (count - nodes[rows[-1]]) / unit for row, count in nodes.items()}
    if astray := [row for row, count in units.items() if count != round(count)]:
        raise ValueError(f"demo anchors: {nodes[astray[0]]:.0f} shares of {code} are no whole number of units away")
    steps = np.round(max(_LEAST_UNITS, _BUSY * nodes[rows[-1]] / unit) * noise)
    path = np.empty(len(noise))
    for start, end in pairwise(rows):
        # A walk tied down at both ends: the noise drifts back to where the next node stands.
        way = np.arange(end - start + 1) / (end - start)
        walk = np.concatenate([[0.0], np.cumsum(steps[start + 1 : end + 1])])
        path[start : end + 1] = np.round(units[start] + (units[end] - units[start]) * way + walk - walk[-1] * way)
    return nodes[rows[-1]] + unit * path[rows[0] :]
