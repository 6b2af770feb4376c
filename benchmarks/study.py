"""A study of one signal over 8 thresholds × 5 horizons: events, base rate and interval, beside what one would pick instead.

    python benchmarks/study.py [--sessions 5000] [--funds 1400] [--repeats 5]

vectorbt, scipy and alphalens are measured where they are installed. What takes long is measured on a part of the
events and extrapolated, which its row says.
"""

import argparse
import importlib
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from signals.core.matrix import Floats
from signals.core.series import runs
from signals.study.firings import crossings
from signals.study.ground import Ground, Paths, paths_of
from signals.study.interval import intervals
from signals.study.tally import Tally, tally

THRESHOLDS = np.arange(3.0, 11.0)
HORIZONS = (1, 3, 5, 10, 20)
RESAMPLES = 1000
SEED = 20250211


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way of doing a job."""

    job: str
    way: str
    seconds: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Market:
    """Closes and flows of funds that are listed at different times and now and then suspended."""

    close: Floats
    moves: Floats
    flow: Floats


def market(sessions: int, funds: int) -> Market:
    luck = np.random.default_rng(SEED)
    alive = np.arange(sessions)[:, None] >= np.sort(luck.integers(0, int(sessions * 0.8), funds))
    traded = alive & (luck.random((sessions, funds)) > 0.01)
    drift = luck.normal(0, 0.008, (sessions, 1))
    moves = np.where(traded, drift + luck.normal(0.0002, 0.011, (sessions, funds)), np.nan)
    close = np.where(traded, np.cumprod(1 + np.nan_to_num(moves), axis=0), np.nan)
    flow = np.where(traded, luck.normal(0, 1e7, (sessions, funds)) + 3e8 * drift, np.nan)
    return Market(close=close, moves=moves, flow=flow)


def study(sessions: int = 5000, funds: int = 1400, repeats: int = 5) -> list[Row]:
    """Every row of both jobs; each time is a median."""
    made = market(sessions, funds)
    counted = _ours(made, _streaks(made))
    return [*_events(made, repeats), *_interval_rows(made, counted, repeats)]


def _streaks(made: Market) -> Floats:
    return np.where(np.isfinite(made.flow), runs(made.flow).length.astype(np.float64), np.nan)


def _ours(made: Market, streaks: Floats) -> Tally:
    return _counted(streaks, paths_of(made.moves, np.zeros(made.moves.shape, dtype=np.bool_)))


def _counted(streaks: Floats, paths: Paths) -> Tally:
    ground = Ground(np.arange(streaks.shape[1]), paths, netted=True)
    return tally(crossings(streaks, THRESHOLDS), len(THRESHOLDS), ground, np.isfinite(streaks), HORIZONS)


def _events(made: Market, repeats: int) -> Iterator[Row]:
    job, streaks = "events and base rate, 8 thresholds × 5 horizons", _streaks(made)
    paths = paths_of(made.moves, np.zeros(made.moves.shape, dtype=np.bool_))
    yield Row(job=job, way="study, streaks and prices ready", seconds=_timed(lambda: _counted(streaks, paths), repeats))
    yield Row(job=job, way="study, streaks ready", seconds=_timed(lambda: _ours(made, streaks), repeats))
    yield Row(job=job, way="study, from flows", seconds=_timed(lambda: _ours(made, _streaks(made)), repeats))
    yield Row(job=job, way="pandas wide", seconds=_timed(lambda: _pandas(made), 1))
    vectorbt = _optional("vectorbt")
    if vectorbt is not None:
        yield Row(job=job, way="vectorbt kernels", seconds=_timed(lambda: _vectorbt_kernels(vectorbt, made), repeats))
        yield Row(job=job, way="vectorbt accessors", seconds=_timed(lambda: _vectorbt(vectorbt, made), 3))
    alphalens = _optional("alphalens")
    if alphalens is not None:
        yield _alphalens_row(alphalens, made, streaks, job)


def _interval_rows(made: Market, counted: Tally, repeats: int) -> Iterator[Row]:
    job = f"{RESAMPLES:,} resamples of the whole grid"
    yield Row(
        job=job, way="study, whole sessions", seconds=_timed(lambda: intervals(counted, RESAMPLES, SEED), repeats)
    )
    samples = _samples(made)
    events = sum(len(one) for one in samples)
    part = min(samples, key=lambda one: abs(len(one) - 5000))
    share = events / max(len(part), 1)
    luck = np.random.default_rng(SEED)
    note = f"extrapolated from {len(part):,} of {events:,} events"
    seconds = _timed(lambda: [part[luck.integers(0, len(part), len(part))].mean() for _ in range(RESAMPLES)], 1)
    yield Row(job=job, way="numpy, single events", seconds=seconds * share, note=note)
    stats = _optional("scipy.stats")
    if stats is not None:
        seconds = _timed(
            lambda: stats.bootstrap((part,), np.mean, n_resamples=RESAMPLES, method="percentile", batch=50), 1
        )
        yield Row(job=job, way="scipy.stats.bootstrap, single events", seconds=seconds * share, note=note)


def _forward(close: Floats, horizon: int) -> Floats:
    """Entry at the next close; NaN where either end is missing."""
    out = np.full(close.shape, np.nan)
    out[: -1 - horizon] = close[1 + horizon :] / close[1:-horizon] - 1
    return out


def _samples(made: Market) -> list[Floats]:
    streaks = _streaks(made)
    return [
        after[np.isfinite(after)]
        for horizon in HORIZONS
        for threshold in THRESHOLDS
        if len(after := _forward(made.close, horizon)[streaks == threshold])
    ]


def _summed(after: Floats, mask: Any) -> tuple[float, float, int]:
    mine = after[mask]
    mine = mine[~np.isnan(mine)]
    return float(mine.mean()), float((mine > 0).mean()), len(mine)


def _pandas(made: Market) -> list[tuple[float, float, int]]:
    close, inflow = pd.DataFrame(made.close), pd.DataFrame(made.flow) > 0
    count = inflow.cumsum()
    length = (count - count.where(~inflow).ffill().fillna(0)).to_numpy()
    out = []
    for horizon in HORIZONS:
        after = (close.shift(-1 - horizon) / close.shift(-1) - 1).to_numpy()
        out += [_summed(after, ~np.isnan(after)), *(_summed(after, length == one) for one in THRESHOLDS)]
    return out


def _vectorbt_kernels(vectorbt: ModuleType, made: Market) -> list[tuple[float, float, int]]:
    """Its compiled functions without its frames; the sums are numpy's, over what these leave."""
    signals, labels = vectorbt.signals.nb, vectorbt.labels.nb
    place = signals.rank_nb(made.flow > 0, None, False, signals.sig_pos_rank_nb, np.full(made.flow.shape[1], -1), False)
    entry = np.vstack([made.close[1:], np.full((1, made.close.shape[1]), np.nan)])
    out = []
    for horizon in HORIZONS:
        after = labels.fixed_labels_apply_nb(entry, horizon)
        out += [_summed(after, ~np.isnan(after)), *(_summed(after, place == one - 1) for one in THRESHOLDS)]
    return out


def _vectorbt(vectorbt: ModuleType, made: Market) -> list[tuple[float, float, int]]:
    """As its documentation does it."""
    place = (pd.DataFrame(made.flow) > 0).vbt.signals.pos_rank()
    entry = pd.DataFrame(made.close).vbt.bshift(1)
    labels = vectorbt.FIXLB.run(entry, list(HORIZONS)).labels
    out = []
    for horizon in HORIZONS:
        after = labels.xs(horizon, level="fixlb_n", axis=1).to_numpy()
        out += [_summed(after, ~np.isnan(after))]
        out += [_summed(after, (place == one - 1).to_numpy()) for one in THRESHOLDS]
    return out


def _alphalens_row(alphalens: ModuleType, made: Market, streaks: Floats, job: str) -> Row:
    """Events of the highest threshold alone, over a part of the funds: it is meant for smaller tables."""
    funds = max(1, made.close.shape[1] // 20)
    days = pd.date_range("2005-01-03", periods=len(made.close), freq="B")
    prices = pd.DataFrame(made.close[:, :funds], index=days)
    factor = pd.DataFrame(streaks[:, :funds], index=days).stack()
    factor = factor[factor == THRESHOLDS[0]]

    def run() -> object:
        data = alphalens.utils.get_clean_factor_and_forward_returns(
            factor, prices, periods=HORIZONS, bins=1, quantiles=None, max_loss=1.0
        )
        return alphalens.performance.mean_return_by_quantile(data, demeaned=True)

    factor_all = made.close.shape[1] / funds * len(THRESHOLDS)
    note = f"extrapolated from {funds} funds and one threshold"
    return Row(job=job, way="alphalens, events ready", seconds=_timed(run, 1) * factor_all, note=note)


def _optional(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _timed(job: Callable[[], object], repeats: int) -> float:
    """Median of the repeats, after one that warms up."""
    taken = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if repeats > 1:
            job()
        for _ in range(repeats):
            start = time.perf_counter()
            job()
            taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("sessions", 5000), ("funds", 1400), ("repeats", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    rows = study(**vars(parser.parse_args()))
    for job in dict.fromkeys(row.job for row in rows):
        mine = [row for row in rows if row.job == job]
        print(f"\n**{job}**\n\n| way | median | × first | |\n|---|---|---|---|")
        for row in mine:
            print(f"| {row.way} | {row.seconds * 1000:,.1f} ms | {row.seconds / mine[0].seconds:,.1f} | {row.note} |")


if __name__ == "__main__":
    main()
