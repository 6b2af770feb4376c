"""Standing among the funds on one index, and growth since the turn of the year."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.job import Job
from benchmarks.others import ours, pandas_way, reading
from benchmarks.stage import Matrices, Stage
from signals.core.ranks import rank_within
from signals.core.series import growth_from


def jobs(stage: Stage) -> Iterator[Job]:
    """Both jobs on every market."""
    for market in stage.markets:
        yield _ranks(stage, market)
        yield _growth(market)


def _ranks(stage: Stage, market: Matrices) -> Job:
    levels, groups = market.levels, market.groups
    members = np.ones(levels.shape, dtype=np.bool_)
    number = np.full(levels.shape[1], -1)
    for at, group in enumerate(groups):
        number[list(group)] = at
    return Job(
        name=f"rank among {len(groups)} groups of peers ({market.name})",
        about="1 = largest, ties share the better rank, session by session.",
        aim=10.0 if market is stage.made else None,
        ways=[
            ours(lambda: rank_within(levels, groups, members, least_members=1, least_coverage=0.0).rank),
            reading(levels),
            pandas_way(lambda frame: _pandas_wide(frame, number), levels, "pandas groupby(group).rank, wide"),
            pandas_way(lambda frame: _pandas_long(frame, number), levels, "pandas groupby([day, group]).rank"),
        ],
    )


def _growth(market: Matrices) -> Job:
    positive = np.abs(market.levels) + 1.0
    ends = np.flatnonzero(np.diff(market.years, append=market.years[-1]))
    before = np.searchsorted(ends, np.arange(len(market.years)), side="left") - 1
    base = np.where(before >= 0, ends[np.maximum(before, 0)], -1) if ends.size else np.full(len(before), -1)
    return Job(
        name=f"growth since the turn of the year ({market.name})",
        about="Over the last session of the year before.",
        ways=[
            ours(lambda: growth_from(positive, base)),
            reading(positive),
            pandas_way(lambda frame: _pandas_growth(frame, base), positive),
        ],
    )


def _pandas_wide(frame: pd.DataFrame, number: Any) -> Any:
    return frame.T.groupby(number).rank(method="min", ascending=False).T


def _pandas_long(frame: pd.DataFrame, number: Any) -> Any:
    rows, columns = frame.shape
    long = pd.Series(frame.to_numpy().ravel())
    keys = [np.repeat(np.arange(rows), columns), np.tile(number, rows)]
    return long.groupby(keys).rank(method="min", ascending=False).to_numpy().reshape(rows, columns)


def _pandas_growth(frame: pd.DataFrame, base: Any) -> Any:
    return frame / frame.reindex(base).set_axis(frame.index) - 1
