"""The kernels as they are called: compiled once somebody has warmed them up, plain until then.

A compiler takes most of a second to import and some sixty megabytes, and a first compilation many seconds, so
nobody waits for it who has not asked. Both twins give the same bits; a reader cannot tell which one spoke.
"""

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Generic, ParamSpec

import numpy as np

from signals.core import compiled, compiled_windows, plain

P = ParamSpec("P")


class Kernel(Generic[P]):
    """A function over matrices with two bodies; the matrices that come last among its arguments are filled."""

    def __init__(
        self, plain_twin: Callable[P, None], loops: Callable[P, None], takes: str, *, any_order: bool = False
    ) -> None:
        self.plain = plain_twin
        self.loops = loops
        self.takes = takes
        """The types of its arguments as words of `_types`; what follows the arrow is filled."""
        self.any_order = any_order
        """Sums over subjects may be taken in any order: its twins are equal but for rounding."""
        self._fast: Callable[P, None] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Fill the last matrices; inputs have the declared types and lie in memory row by row."""
        if self._fast is not None:
            self._fast(*args, **kwargs)
            return
        with np.errstate(all="ignore"):  # compiled arithmetic says nothing of infinities either
            self.plain(*args, **kwargs)

    def compile(self, numba: Any) -> Callable[P, None]:
        """The compiled twin, from the cache where there is one; raises what the compiler raises."""
        options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
        if self.any_order:
            options["fastmath"] = {"reassoc", "nsz"}
        signature = _signature(numba, self.takes)
        try:
            made: Callable[P, None] = numba.njit(signature, cache=True, **options)(self.loops)
        except (RuntimeError, OSError):  # no folder that a cache can be kept in, or none to write to any more
            made = numba.njit(signature, **options)(self.loops)
        return made

    def use(self, fast: Callable[P, None] | None) -> None:
        """Answer with this body from now on; None = with the plain one."""
        self._fast = fast


RUNS = Kernel(plain.runs, compiled.runs, "floats number flag flag number count -> rows floats")
RUN_STARTS = Kernel(plain.run_starts, compiled.run_starts, "rows -> rows")
RUN_GAPS = Kernel(plain.run_gaps, compiled.run_gaps, "floats rows -> rows")
BROKEN_RUNS = Kernel(plain.broken_runs, compiled.broken_runs, "floats number flag flag number count -> shorts")
SUM_SINCE = Kernel(plain.sum_since, compiled.sum_since, "floats rows -> floats")
COMPOUNDED_SINCE = Kernel(plain.compounded_since, compiled.compounded_since, "floats rows -> floats")
EPISODES = Kernel(plain.episodes, compiled.episodes, "rows flags -> rows rows")
LADDER = Kernel(plain.ladder, compiled.ladder, "rows count count -> rows")
CARRIED = Kernel(plain.carried, compiled.carried, "floats count -> floats rows")
LATELY = Kernel(plain.lately, compiled_windows.lately, "flags count -> flags")
ROLLING_SUM = Kernel(plain.rolling_sum, compiled_windows.rolling_sum, "floats count -> floats")
ROLLING_GROWTH = Kernel(plain.rolling_growth, compiled_windows.rolling_growth, "floats count -> floats")
SUM_BEFORE = Kernel(plain.sum_before, compiled_windows.sum_before, "floats count -> floats floats")
ZSCORES = Kernel(plain.zscores, compiled_windows.zscores, "floats count count -> floats")
PERCENTILES = Kernel(plain.percentiles, compiled_windows.percentiles, "floats count count -> floats")
HIGHEST_BEFORE = Kernel(plain.highest_before, compiled_windows.highest_before, "floats count count number -> floats")
SESSIONS_SINCE = Kernel(plain.sessions_since, compiled_windows.sessions_since, "floats number -> rows")
GROWTH_FROM = Kernel(plain.growth_from, compiled_windows.growth_from, "floats columns -> floats")
RANK_WITHIN = Kernel(
    plain.rank_within, compiled_windows.rank_within, "floats flags columns columns count number -> floats floats"
)
GROUP_SUMS = Kernel(plain.group_sums, compiled_windows.group_sums, "floats columns columns -> floats")
OVERTAKINGS = Kernel(
    plain.overtakings, compiled_windows.overtakings, "floats flags columns columns count number -> rows"
)

KERNELS: tuple[Kernel[Any], ...] = (
    RUNS,
    RUN_STARTS,
    RUN_GAPS,
    BROKEN_RUNS,
    SUM_SINCE,
    COMPOUNDED_SINCE,
    EPISODES,
    LADDER,
    CARRIED,
    LATELY,
    ROLLING_SUM,
    ROLLING_GROWTH,
    SUM_BEFORE,
    ZSCORES,
    PERCENTILES,
    HIGHEST_BEFORE,
    SESSIONS_SINCE,
    GROWTH_FROM,
    RANK_WITHIN,
    GROUP_SUMS,
    OVERTAKINGS,
)


def _numba() -> Any:
    # The one import that waits until it is asked for: a short command and a service's start do without it.
    return importlib.import_module("numba")


def warm(
    stopped: Callable[[], bool] = lambda: False,
    compiler: Callable[[], Any] = _numba,
    others: Sequence[Kernel[Any]] = (),
) -> str | None:
    """Compile every kernel, and `others`, or load them from the cache, and use them from then on.

    Never raises: returns in a few words why plain twins go on serving, or None where all are compiled. Goes
    on no further once `stopped` says so, which it is asked before each kernel.
    """
    try:
        numba = compiler()
        for one in (*KERNELS, *others):
            if stopped():
                return "stopped before all were compiled"
            one.use(one.compile(numba))
    except Exception as error:  # noqa: BLE001 - a compiler may raise anything, and nothing depends on it
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return None


def _signature(numba: Any, takes: str) -> Any:
    """The declared types in the compiler's terms; what is only read may be read-only."""
    read, filled = takes.split(" -> ")
    arguments = [_type(numba, word, readonly=True) for word in read.split()]
    return numba.void(*arguments, *(_type(numba, word, readonly=False) for word in filled.split()))


def _type(numba: Any, word: str, *, readonly: bool) -> Any:
    scalars = {"number": numba.float64, "count": numba.int64, "flag": numba.boolean}
    arrays = {
        "floats": (numba.float64, 2),
        "rows": (numba.int32, 2),
        "shorts": (numba.int16, 2),
        "flags": (numba.boolean, 2),
        "columns": (numba.int64, 1),
    }
    if word in scalars:
        return scalars[word]
    element, dimensions = arrays[word]
    return numba.types.Array(element, dimensions, "C", readonly=readonly)
