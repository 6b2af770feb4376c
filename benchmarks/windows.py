"""Figures beside their own past: sums, z-scores, percentiles and highs of the last sessions."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.job import Job
from benchmarks.others import (
    Vectorbt,
    ours,
    pandas_way,
    polars_matrix,
    polars_ways,
    reading,
    vectorbt_ways,
)
from benchmarks.stage import Matrices, Stage
from signals.core.matrix import Floats
from signals.core.windows import highest_before, percentiles, rolling_sum, zscores

WINDOW, LEAST, YEAR = 60, 30, 250


def jobs(stage: Stage) -> Iterator[Job]:
    """All of them on every market."""
    for market in stage.markets:
        yield _rolling_sum(stage, market)
        yield _zscore(stage, market)
        yield _percentile(stage, market, WINDOW)
        yield _percentile(stage, market, YEAR)
        yield _highest(stage, market)


def _rolling_sum(stage: Stage, market: Matrices) -> Job:
    levels = market.levels
    return Job(
        name=f"rolling sum over {WINDOW} sessions ({market.name})",
        about="Unknown while one of the sessions is.",
        aim=5.0 if market is stage.made else None,
        ways=[
            ours(lambda: rolling_sum(levels, WINDOW)),
            reading(levels),
            *vectorbt_ways(stage, lambda vectorbt: vectorbt.call("rolling_mean", levels, WINDOW) * WINDOW),
            *polars_ways(
                stage, lambda polars, frame: polars_matrix(frame.select(polars.all().rolling_sum(WINDOW))), levels
            ),
            pandas_way(lambda frame: frame.rolling(WINDOW).sum(), levels),
        ],
    )


def _zscore(stage: Stage, market: Matrices) -> Job:
    levels = market.levels
    return Job(
        name=f"z-score against the {WINDOW} sessions before ({market.name})",
        about=f"At least {LEAST} of them known, the session itself left out, sample deviation.",
        aim=10.0 if market is stage.made else None,
        ways=[
            ours(lambda: zscores(levels, WINDOW, LEAST)),
            reading(levels),
            *vectorbt_ways(stage, lambda vectorbt: _vectorbt_zscore(vectorbt, levels)),
            *polars_ways(stage, _polars_zscore, levels),
            pandas_way(_pandas_zscore, levels),
        ],
    )


def _percentile(stage: Stage, market: Matrices, window: int) -> Job:
    levels, least = market.levels, window // 2
    return Job(
        name=f"percentile in the {window} sessions before ({market.name})",
        about=f"Share of them that is lower, ties half; at least {least} known.",
        aim=8.0 if market is stage.made else None,
        ways=[
            ours(lambda: percentiles(levels, window, least)),
            reading(levels),
            pandas_way(lambda frame: _pandas_percentile(frame, window, least), levels, "pandas rolling.rank"),
        ],
    )


def _highest(stage: Stage, market: Matrices) -> Job:
    levels = market.levels
    return Job(
        name=f"highest of the {YEAR} sessions before ({market.name})",
        about=f"At least {LEAST} of them known, the session itself left out.",
        ways=[
            ours(lambda: highest_before(levels, YEAR, LEAST)),
            reading(levels),
            *polars_ways(stage, _polars_highest, levels),
            pandas_way(lambda frame: frame.rolling(YEAR, min_periods=LEAST).max().shift(1), levels),
        ],
    )


def _pandas_zscore(frame: pd.DataFrame) -> Any:
    window = frame.rolling(WINDOW, min_periods=LEAST)
    return (frame - window.mean().shift(1)) / window.std().shift(1)


def _pandas_percentile(frame: pd.DataFrame, window: int, least: int) -> Any:
    # The rank counts the session itself, from 1 on: less one it is the number of lower ones, ties half.
    own = frame.rolling(window + 1, min_periods=least + 1)
    return (own.rank() - 1) / (own.count() - 1)


def _vectorbt_zscore(vectorbt: Vectorbt, levels: Floats) -> Floats:
    mean = vectorbt.call("fshift", vectorbt.call("rolling_mean", levels, WINDOW, LEAST), 1)
    spread = vectorbt.call("fshift", vectorbt.call("rolling_std", levels, WINDOW, LEAST, 1), 1)
    with np.errstate(all="ignore"):
        return np.asarray((levels - mean) / spread)


def _polars_zscore(polars: ModuleType, frame: Any) -> Floats:
    each = polars.all()
    mean, spread = (of(window_size=WINDOW, min_samples=LEAST).shift(1) for of in (each.rolling_mean, each.rolling_std))
    return polars_matrix(frame.select((each - mean) / spread))


def _polars_highest(polars: ModuleType, frame: Any) -> Floats:
    return polars_matrix(frame.select(polars.all().rolling_max(YEAR, min_samples=LEAST).shift(1)))
