"""The kernels as they are called: compiled once somebody has warmed them up, plain until then.

A compiler takes most of a second to import and some sixty megabytes, and a first compilation many seconds, so
nobody waits for it who has not asked. Both twins give the same bits; a reader cannot tell which one spoke.
Compiled ones let go of the interpreter, and a large matrix is shared among processors.
"""

import importlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, Generic, ParamSpec

import numpy as np

from signals.core import (
    compiled,
    compiled_groups,
    compiled_windows,
    compiled_zscores,
    plain,
    plain_groups,
    plain_windows,
)

P = ParamSpec("P")

SESSIONS, COLUMNS = 0, 1
"""Axes of a matrix."""

SHARED_CELLS = 250_000
"""A matrix of this size is shared among processors; for a smaller one, waking another costs more than it saves."""

PROCESSORS = min(4, os.cpu_count() or 1)
"""Reading memory is most of the work, and more processors than these only queue up for it."""

BESIDE_OTHERS = ContextVar("beside_others", default=False)
"""Whether the caller is one of as many as there are processors: to wake helpers then costs and brings nothing."""

_HELPERS = ThreadPoolExecutor(PROCESSORS, thread_name_prefix="kernel")


class Kernel(Generic[P]):
    """A function over matrices with two bodies; the matrices that come last among its arguments are filled."""

    def __init__(
        self,
        plain_twin: Callable[P, None],
        loops: Callable[..., None],
        takes: str,
        *,
        any_order: bool = False,
        apart: int | None = None,
        inner: Sequence[Callable[..., object]] = (),
    ) -> None:
        self.plain = plain_twin
        self.loops = loops
        self.takes = takes
        """The types of its arguments as words of `_types`; what follows the arrow is filled."""
        self.any_order = any_order
        """Sums over subjects may be taken in any order: its twins are equal but for rounding."""
        self.apart = apart
        """The axis of its first matrix along which its work falls into parts that know nothing of each other: its
        loops are told first where theirs begins and ends. None = it is one piece of work."""
        self.inner = inner
        """Functions of its module that its loops call."""
        self._fast: Callable[..., None] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Fill the last matrices; inputs have the declared types and lie in memory row by row."""
        if self._fast is not None:
            size: int = np.size(args[0])  # type: ignore[arg-type] # a matrix: the types of arguments are words here
            shared = size >= SHARED_CELLS and not BESIDE_OTHERS.get()
            self.run(self._fast, args, PROCESSORS if shared else 1)
            return
        with np.errstate(all="ignore"):  # compiled arithmetic says nothing of infinities either
            self.plain(*args, **kwargs)

    def run(self, body: Callable[..., None], args: Sequence[Any], parts: int) -> None:
        """Have loops do their work in so many parts at a time, where it falls into parts."""
        if self.apart is None:
            body(*args)
            return
        whole = args[0].shape[self.apart]
        bounds = [whole * part // parts for part in range(parts + 1)]
        others = [(_HELPERS.submit(body, *part, *args), part) for part in pairwise(bounds[1:])]
        body(0, bounds[1], *args)
        for other, part in others:
            if other.cancel():  # all processors have had something else to do until now
                body(*part, *args)
            else:
                other.result()

    def compile(self, numba: Any) -> Callable[..., None]:
        """The compiled twin, from the cache where there is one; raises what the compiler raises."""
        options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
        for one in self.inner:
            numba.extending.register_jitable(one)
        if self.any_order:
            options["fastmath"] = {"reassoc", "nsz"}
        signature = _signature(numba, self.takes if self.apart is None else f"count count {self.takes}")
        try:
            made: Callable[..., None] = numba.njit(signature, cache=True, **options)(self.loops)
        except (RuntimeError, OSError):  # no folder that a cache can be kept in, or none to write to any more
            made = numba.njit(signature, **options)(self.loops)
        return made

    def use(self, fast: Callable[..., None] | None) -> None:
        """Answer with this body from now on; None = with the plain one."""
        self._fast = fast


RUNS = Kernel(plain.runs, compiled.runs, "floats number flag flag number count -> rows floats", apart=COLUMNS)
RUN_STARTS = Kernel(plain.run_starts, compiled.run_starts, "rows -> rows", apart=COLUMNS)
RUN_GAPS = Kernel(plain.run_gaps, compiled.run_gaps, "floats rows -> rows", apart=COLUMNS)
BROKEN_RUNS = Kernel(
    plain.broken_runs, compiled.broken_runs, "floats number flag flag number count -> shorts", apart=COLUMNS
)
SUM_SINCE = Kernel(plain.sum_since, compiled.sum_since, "floats rows -> floats", apart=COLUMNS)
COMPOUNDED_SINCE = Kernel(plain.compounded_since, compiled.compounded_since, "floats rows -> floats", apart=COLUMNS)
EPISODES = Kernel(plain.episodes, compiled.episodes, "rows flags -> rows rows", apart=COLUMNS)
LADDER = Kernel(plain.ladder, compiled.ladder, "rows count count -> rows", apart=COLUMNS)
CARRIED = Kernel(plain.carried, compiled.carried, "floats count -> floats rows", apart=COLUMNS)
LATELY = Kernel(plain_windows.lately, compiled_windows.lately, "flags count -> flags", apart=COLUMNS)
ROLLING_SUM = Kernel(
    plain_windows.rolling_sum,
    compiled_windows.rolling_sum,
    "floats count -> floats",
    apart=COLUMNS,
    inner=[compiled_windows.added],
)
ROLLING_GROWTH = Kernel(
    plain_windows.rolling_growth, compiled_windows.rolling_growth, "floats count -> floats", apart=COLUMNS
)
KNOWN_BEFORE = Kernel(plain_windows.known_before, compiled_windows.known_before, "floats count -> rows", apart=COLUMNS)
MEAN_BEFORE = Kernel(
    plain_windows.mean_before,
    compiled_windows.mean_before,
    "floats count count -> floats",
    apart=COLUMNS,
    inner=[compiled_windows.added],
)
ZSCORES = Kernel(
    plain_windows.zscores,
    compiled_zscores.zscores,
    "floats count count -> floats",
    apart=COLUMNS,
    inner=[compiled_zscores.tails],
)
PERCENTILES = Kernel(
    plain_windows.percentiles, compiled_windows.percentiles, "floats count count -> floats", apart=COLUMNS
)
PERCENTILES_AT = Kernel(
    plain_windows.percentiles_at, compiled_windows.percentiles_at, "floats columns columns count count -> floats"
)
HIGHEST_BEFORE = Kernel(
    plain_windows.highest_before, compiled_windows.highest_before, "floats count count number -> floats", apart=COLUMNS
)
SESSIONS_SINCE = Kernel(
    plain_windows.sessions_since, compiled_windows.sessions_since, "floats number -> rows", apart=COLUMNS
)
GROWTH_FROM = Kernel(plain_windows.growth_from, compiled_windows.growth_from, "floats columns -> floats", apart=COLUMNS)
RANK_WITHIN = Kernel(
    plain_groups.rank_within,
    compiled_groups.rank_within,
    "floats flags columns columns count number -> floats floats",
    apart=SESSIONS,
    inner=[compiled_groups.compare],
)
GROUP_SUMS = Kernel(
    plain_groups.group_sums, compiled_groups.group_sums, "floats columns columns -> floats", apart=SESSIONS
)
GROUP_COUNTS = Kernel(
    plain_groups.group_sums, compiled_groups.group_sums, "flags columns columns -> floats", apart=SESSIONS
)
OVERTAKINGS = Kernel(
    plain_groups.overtakings, compiled_groups.overtakings, "floats flags columns columns count number -> rows"
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
    KNOWN_BEFORE,
    MEAN_BEFORE,
    ZSCORES,
    PERCENTILES,
    PERCENTILES_AT,
    HIGHEST_BEFORE,
    SESSIONS_SINCE,
    GROWTH_FROM,
    RANK_WITHIN,
    GROUP_SUMS,
    GROUP_COUNTS,
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
