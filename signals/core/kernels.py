"""The kernels as they are called: compiled once somebody has warmed them up, plain until then.

A compiler takes most of a second to import and some sixty megabytes, and a first compilation many seconds, so
nobody waits for it who has not asked.
"""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from signals.core import (
    compiled,
    compiled_groups,
    compiled_windows,
    compiled_zscores,
    plain,
    plain_groups,
    plain_windows,
)
from signals.core.formulas import FORMULAS
from signals.core.twins import COLUMNS, SESSIONS, Kernel, Twin

RUNS = Kernel(plain.runs, compiled.runs, "floats number flag flag number count -> rows floats", apart=COLUMNS)
RUN_STARTS = Kernel(plain.run_starts, compiled.run_starts, "rows -> rows", apart=COLUMNS)
RUN_GAPS = Kernel(plain.run_gaps, compiled.run_gaps, "floats rows -> rows", apart=COLUMNS)
COUNTED_RUNS = Kernel(
    plain.counted_runs, compiled.counted_runs, "floats number flag flag number count flag -> shorts", apart=COLUMNS
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
    "floats flags columns columns count number -> shorts",
    apart=SESSIONS,
    inner=[compiled_groups.compare],
)
GROUP_SUMS = Kernel(
    plain_groups.group_sums, compiled_groups.group_sums, "floats flags columns columns -> floats", apart=SESSIONS
)
GROUP_COUNTS = Kernel(
    plain_groups.group_counts, compiled_groups.group_counts, "flags columns columns -> floats", apart=SESSIONS
)
OVERTAKINGS = Kernel(
    plain_groups.overtakings, compiled_groups.overtakings, "floats flags columns columns count number -> rows"
)

KERNELS: tuple[Kernel[Any], ...] = (
    RUNS,
    RUN_STARTS,
    RUN_GAPS,
    COUNTED_RUNS,
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
    others: Sequence[Twin] = (),
) -> str | None:
    """Compile every kernel and formula, and `others`, or load them from the cache, and use them from then on.

    Never raises: returns in a few words why plain twins go on serving, or None where all are compiled. Goes
    on no further once `stopped` says so, which it is asked before each kernel.
    """
    try:
        numba = compiler()
        twins: list[Twin] = [*KERNELS, *FORMULAS, *others]
        for one in twins:
            if stopped():
                return "stopped before all were compiled"
            one.use(one.compile(numba))
    except Exception as error:  # noqa: BLE001 - a compiler may raise anything, and nothing depends on it
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return None
