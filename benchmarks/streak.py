"""Streaks with their sums, and the first session against a long one."""

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
from signals.core.runs import broken_runs, runs

LEAST_DAYS = 5
_BROKEN_BY_HOLES = "another definition: unknown sessions break the run"
_ANY_GAP = 10**6
"""The others know no longest gap."""


def jobs(stage: Stage) -> Iterator[Job]:
    """Both jobs on every market."""
    for market in stage.markets:
        yield _streak(stage, market)
        yield _pullback(stage, market)


def _streak(stage: Stage, market: Matrices) -> Job:
    moves = market.moves
    return Job(
        name=f"streak with its sum ({market.name})",
        about="Length and sum of the run of rising sessions after each one; unknown sessions are passed over.",
        aim=20.0 if market is stage.made else None,
        ways=[
            ours(lambda: _ours(moves)),
            reading(moves),
            *vectorbt_ways(stage, lambda vectorbt: _vectorbt(vectorbt, moves)),
            *polars_ways(stage, _polars, moves),
            pandas_way(_pandas, moves),
        ],
    )


def _pullback(stage: Stage, market: Matrices) -> Job:
    moves = market.moves
    return Job(
        name=f"first pullback ({market.name})",
        about=f"Where a session falls after at least {LEAST_DAYS} rising ones in a row.",
        aim=30.0 if market is stage.made else None,
        ways=[
            ours(lambda: broken_runs(moves, max_gap=_ANY_GAP) >= LEAST_DAYS),
            reading(moves),
            *vectorbt_ways(stage, lambda vectorbt: _vectorbt_pullback(vectorbt, moves)),
            *vectorbt_ways(stage, lambda vectorbt: _vectorbt_ranks(vectorbt, moves), _BROKEN_BY_HOLES),
            *polars_ways(stage, _polars_pullback, moves),
            pandas_way(_pandas_pullback, moves),
        ],
    )


def _ours(moves: Floats) -> tuple[Any, Any]:
    found = runs(moves, max_gap=_ANY_GAP)
    return found.length, found.total


def _pandas(moves: pd.DataFrame) -> tuple[Any, Any]:
    rises = moves > 0
    ends = moves.notna() & ~rises
    count, total = rises.cumsum(), moves.where(rises, 0.0).cumsum()
    return tuple(one - one.where(ends).ffill().fillna(0) for one in (count, total))  # type: ignore[return-value]


def _pandas_pullback(moves: pd.DataFrame) -> Any:
    rises = moves > 0
    count = rises.cumsum()
    length = count - count.where(moves.notna() & ~rises).ffill().fillna(0)
    return (length.shift(1) >= LEAST_DAYS) & (moves < 0)


def _vectorbt(vectorbt: Vectorbt, moves: Floats) -> tuple[Floats, Floats]:
    rises = moves > 0
    ends = ~np.isnan(moves) & ~rises
    return (
        _since(vectorbt, rises.astype(np.float64), ends),
        _since(vectorbt, np.where(rises, moves, 0.0), ends),
    )


def _since(vectorbt: Vectorbt, steps: Floats, ends: Any) -> Floats:
    total = vectorbt.call("nancumsum", steps)
    return np.asarray(total - np.nan_to_num(vectorbt.call("ffill", np.where(ends, total, np.nan))))


def _vectorbt_pullback(vectorbt: Vectorbt, moves: Floats) -> Any:
    rises = moves > 0
    length = _since(vectorbt, rises.astype(np.float64), ~np.isnan(moves) & ~rises)
    return (vectorbt.call("fshift", length, 1) >= LEAST_DAYS) & (moves < 0)


def _vectorbt_ranks(vectorbt: Vectorbt, moves: Floats) -> Any:
    """As its documentation ranks signals by their place in a row: an unknown session is one without a signal."""
    place = vectorbt.signals.sig_pos_rank(moves > 0, None, False, False, engine=vectorbt.engine)
    return (vectorbt.call("fshift", place.astype(np.float64), 1) >= LEAST_DAYS - 1) & (moves < 0)


def _polars_runs(polars: ModuleType, frame: Any, *, summed: bool) -> Any:
    """Lengths or sums by cumulative sums less what they were at the last end."""
    each = polars.all()
    rises = (each > 0).fill_null(value=False)
    steps = (each * rises).fill_null(0.0) if summed else rises.cast(polars.Float64)
    total = steps.cum_sum()
    ends = each.is_not_null() & (each <= 0)
    return frame.select(total - polars.when(ends).then(total).otherwise(None).forward_fill().fill_null(0.0))


def _polars(polars: ModuleType, frame: Any) -> tuple[Floats, Floats]:
    lengths, totals = (_polars_runs(polars, frame, summed=summed) for summed in (False, True))
    return polars_matrix(lengths), polars_matrix(totals)


def _polars_pullback(polars: ModuleType, frame: Any) -> Any:
    long = _polars_runs(polars, frame, summed=False).select(polars.all().shift(1) >= LEAST_DAYS).fill_null(value=False)
    falls = frame.select((polars.all() < 0).fill_null(value=False))
    return np.asarray(long.to_numpy() & falls.to_numpy())
