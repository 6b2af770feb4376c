"""The same kernels as others have them: pandas wide, polars, and vectorbt's compiled functions without its frames."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.job import Kind, Way
from benchmarks.stage import Stage
from signals.core.matrix import Floats


def reading(values: Floats) -> Way:
    """The least that any way has to do."""
    return Way(name="read the matrix once", run=lambda: np.add.reduce(values, axis=None), kind=Kind.LIMIT)


def ours(run: Callable[[], Any], name: str = "ours, compiled") -> Way:
    """Our own way."""
    return Way(name=name, run=run, kind=Kind.OURS)


@dataclass(frozen=True, kw_only=True)
class Vectorbt:
    """The functions that its accessors call, in one of its two engines."""

    generic: ModuleType
    signals: ModuleType
    engine: str

    def call(self, name: str, *args: Any) -> Any:
        """A function of its generic module."""
        return getattr(self.generic, name)(*args, engine=self.engine)


def vectorbts(stage: Stage) -> list[Vectorbt]:
    """One for each engine that is installed."""
    if stage.optional("vectorbt") is None:
        return []
    generic, signals = (stage.optional(f"vectorbt.{name}.dispatch") for name in ("generic", "signals"))
    if generic is None or signals is None:
        return []
    engines = ["numba", *(["rust"] if stage.optional("vectorbt_rust") is not None else [])]
    return [Vectorbt(generic=generic, signals=signals, engine=one) for one in engines]


def vectorbt_ways(stage: Stage, run: Callable[[Vectorbt], Any], differs: str = "") -> list[Way]:
    """A way for each engine; `differs` says in what it does something else than the others."""
    return [
        Way(
            name=f"vectorbt kernels, {one.engine}" + (", rank" if differs else ""),
            run=partial(run, one),
            kind=Kind.NEAR if differs else Kind.OTHER,
            compared=not differs,
            note=differs,
        )
        for one in vectorbts(stage)
    ]


def pandas_way(run: Callable[[pd.DataFrame], Any], values: Floats, name: str = "pandas wide") -> Way:
    """A way over a frame that is ready."""
    frame = pd.DataFrame(values)
    return Way(name=name, run=lambda: run(frame))


def polars_ways(stage: Stage, run: Callable[[ModuleType, Any], Any], values: Floats) -> list[Way]:
    """A way over a wide frame that is ready, unknown cells being nulls."""
    polars = stage.optional("polars")
    if polars is None:
        return []
    frame = polars.from_numpy(values).fill_nan(None)
    return [Way(name="polars wide", run=lambda: run(polars, frame))]


def polars_matrix(frame: Any) -> Floats:
    """A polars frame as a matrix, nulls as NaN."""
    return np.asarray(frame.to_numpy(), dtype=np.float64)
