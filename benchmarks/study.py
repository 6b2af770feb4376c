"""Studies: what followed a streak at 8 thresholds × 5 horizons, beside all days; and how far it may be luck."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.job import Job, Way
from benchmarks.others import ours, reading
from benchmarks.stage import Matrices, Stage
from signals.core.matrix import Floats
from signals.core.runs import runs
from signals.study.firings import crossings
from signals.study.ground import Ground, Paths, paths_of
from signals.study.interval import intervals
from signals.study.tally import COUNT, UP, Tally, tally

THRESHOLDS = np.arange(3.0, 11.0)
HORIZONS = (1, 3, 5, 10, 20)
RESAMPLES = 1000
SEED = 20250211
_PART_EVENTS = 5000

Table = tuple[Floats, Floats]
"""How many returns are known and how many of them are above zero: all days and each threshold × horizons."""


def jobs(stage: Stage) -> Iterator[Job]:
    """Both jobs on every market."""
    for market in stage.markets:
        yield _events(stage, market)
        yield _intervals(stage, market)


def _events(stage: Stage, market: Matrices) -> Job:
    moves, streaks = market.moves, _streaks(market.moves)
    paths = _paths(moves)
    everything: list[Way] = [
        ours(lambda: _table(_counted(streaks, paths)), "ours, streaks and prices ready"),
        ours(lambda: _table(_counted(_streaks(moves), _paths(moves))), "ours, from the moves alone"),
        reading(moves),
        Way(name="pandas wide, streaks and prices ready", run=lambda: _pandas(streaks, paths.price)),
    ]
    vectorbt = stage.optional("vectorbt")
    if vectorbt is not None:
        differs = "a suspended session breaks its streaks"
        for name, run in (("kernels", _vectorbt_kernels), ("accessors", _vectorbt_accessors)):
            everything.append(
                Way(
                    name=f"vectorbt {name}",
                    run=partial(run, vectorbt, moves, paths.price),
                    compared=False,
                    note=differs,
                )
            )
    return Job(
        name=f"events of a streak, 8 thresholds × 5 horizons, and all days ({market.name})",
        about="Entry at the next close; how many, how many rose, by how much; ours keep the sums of each session.",
        ways=everything,
        group="studies",
        aim=10.0 if market is stage.made else None,
    )


def _intervals(stage: Stage, market: Matrices) -> Job:
    streaks, paths = _streaks(market.moves), _paths(market.moves)
    counted = _counted(streaks, paths)
    samples = [
        after[np.isfinite(after)]
        for horizon in HORIZONS
        for one in THRESHOLDS
        if len(after := _forward(paths.price, horizon)[streaks == one])
    ]
    part = min(samples, key=lambda one: abs(len(one) - _PART_EVENTS))
    times = sum(len(one) for one in samples) / max(len(part), 1)
    ways = [
        ours(lambda: intervals(counted, RESAMPLES, SEED).up, "ours, whole sessions drawn"),
        Way(name="numpy, single events drawn", run=partial(_drawn, part), times=times, compared=False),
    ]
    stats = stage.optional("scipy.stats")
    if stats is not None:
        run = partial(_scipy, stats, part)
        ways.append(Way(name="scipy.stats.bootstrap, single events", run=run, times=times, compared=False))
    return Job(
        name=f"interval of every threshold and horizon, {RESAMPLES:,} resamples ({market.name})",
        about="Ours draws sessions, since funds move together; the others draw events and say too little.",
        ways=ways,
        group="studies",
        aim=20.0 if market is stage.made else None,
    )


def _streaks(moves: Floats) -> Floats:
    return np.where(np.isfinite(moves), runs(moves).length, np.nan)


def _paths(moves: Floats) -> Paths:
    return paths_of(moves, np.zeros(moves.shape, dtype=np.bool_))


def _counted(streaks: Floats, paths: Paths) -> Tally:
    ground = Ground(np.arange(streaks.shape[1]), paths, netted=True)
    return tally(crossings(streaks, THRESHOLDS), len(THRESHOLDS), ground, np.isfinite(streaks), HORIZONS)


def _table(counted: Tally) -> Table:
    fired, base = counted.fired.sum(axis=0), counted.base.sum(axis=0)[None]
    count, up = (np.concatenate([base[..., at], fired[..., at]]) for at in (COUNT, UP))
    return count, up


def _forward(price: Floats, horizon: int) -> Floats:
    """Entry at the next close; NaN where either end is missing."""
    out = np.full(price.shape, np.nan)
    if len(price) > 1 + horizon:
        out[: -1 - horizon] = price[1 + horizon :] / price[1:-horizon] - 1
    return out


def _summed(after: Floats, mask: Any) -> tuple[int, int, float]:
    mine = after[mask]
    mine = mine[~np.isnan(mine)]
    return len(mine), int((mine > 0).sum()), float(mine.sum())


def _as_table(rows: list[list[tuple[int, int, float]]]) -> Table:
    """From horizons × (all days and thresholds)."""
    cells = np.array(rows, dtype=np.float64)
    return cells[..., 0].T, cells[..., 1].T


def _pandas(streaks: Floats, price: Floats) -> Table:
    prices, length = pd.DataFrame(price), pd.DataFrame(streaks)
    known = length.notna().to_numpy()
    rows = []
    for horizon in HORIZONS:
        after = (prices.shift(-1 - horizon) / prices.shift(-1) - 1).to_numpy()
        rows.append([_summed(after, known), *(_summed(after, (length == one).to_numpy()) for one in THRESHOLDS)])
    return _as_table(rows)


def _vectorbt_kernels(vectorbt: ModuleType, moves: Floats, price: Floats) -> Table:
    """Its compiled functions without its frames; the sums are numpy's, over what these leave."""
    signals, labels = vectorbt.signals.nb, vectorbt.labels.nb
    place = signals.rank_nb(moves > 0, None, False, signals.sig_pos_rank_nb, np.full(moves.shape[1], -1), False)
    entry = np.vstack([price[1:], np.full((1, price.shape[1]), np.nan)])
    rows = []
    for horizon in HORIZONS:
        after = labels.fixed_labels_apply_nb(entry, horizon)
        rows.append([_summed(after, ~np.isnan(after)), *(_summed(after, place == one - 1) for one in THRESHOLDS)])
    return _as_table(rows)


def _vectorbt_accessors(vectorbt: ModuleType, moves: Floats, price: Floats) -> Table:
    """As its documentation does it."""
    place = (pd.DataFrame(moves) > 0).vbt.signals.pos_rank()
    labels = vectorbt.FIXLB.run(pd.DataFrame(price).vbt.bshift(1), list(HORIZONS)).labels
    rows = []
    for horizon in HORIZONS:
        after = labels.xs(horizon, level="fixlb_n", axis=1).to_numpy()
        masks = ((place == one - 1).to_numpy() for one in THRESHOLDS)
        rows.append([_summed(after, ~np.isnan(after)), *(_summed(after, mask) for mask in masks)])
    return _as_table(rows)


def _drawn(sample: Floats) -> Floats:
    luck = np.random.default_rng(SEED)
    return np.array([sample[luck.integers(0, len(sample), len(sample))].mean() for _ in range(RESAMPLES)])


def _scipy(stats: ModuleType, sample: Floats) -> Floats:
    found = stats.bootstrap((sample,), np.mean, n_resamples=RESAMPLES, method="percentile", batch=50)
    return np.array(found.confidence_interval)
