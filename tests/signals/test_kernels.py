"""Which body of a kernel answers, how it comes to be compiled, and what happens where it cannot."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, get_ident
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from signals.core import kernels, twins
from signals.core.detector import ladder
from signals.core.formulas import FORMULAS
from signals.core.kernels import KERNELS, warm
from signals.core.runs import runs
from signals.core.turns import at_once
from signals.core.twins import Twin
from signals.streak import InflowStreak, OutflowStreak

ROOT = Path(__file__).parents[2]

TWINS: tuple[Twin, ...] = (*KERNELS, *FORMULAS)


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    """Every kernel and formula is plain before and after."""
    for one in TWINS:
        one.use(None)
    yield
    for one in TWINS:
        one.use(None)


class Compiler:
    """Stands in for numba: notes what it is asked for and hands every function back as it is."""

    void = staticmethod(lambda *types: types)
    float64, int64, int32, int16, boolean = "float64", "int64", "int32", "int16", "boolean"
    types = SimpleNamespace(Array=lambda element, dimensions, _, readonly: (element, dimensions, readonly))
    extending = SimpleNamespace(
        register_jitable=lambda function: function, overload=lambda _: lambda function: function
    )

    def __init__(self, *, refuses_cache: bool = False) -> None:
        self.asked: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self.refuses_cache = refuses_cache

    def njit(self, signature: tuple[Any, ...], **options: Any) -> Any:
        if self.refuses_cache and options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        self.asked.append((signature, options))
        return lambda function: function

    def vectorize(self, signatures: list[str], **options: Any) -> Any:
        return self.njit((signatures[0],), **options)


def told() -> list[int]:
    return [int(one) for one in runs(np.array([[1.0], [2.0], [-1.0], [3.0]])).length[:, 0]]


def test_without_a_compiler_the_plain_twins_answer() -> None:
    assert told() == [1, 2, 0, 1]


def test_once_warm_every_kernel_answers_from_its_loops() -> None:
    compiler = Compiler()
    assert warm(compiler=lambda: compiler) is None
    assert told() == [1, 2, 0, 1]
    assert len(compiler.asked) == len(TWINS)
    assert all(options["cache"] for _, options in compiler.asked)


@pytest.mark.parametrize(("cells", "parts"), [(6, 1), (7, 1), (8, 3)])
def test_a_large_matrix_is_shared_among_processors_and_a_small_one_is_not(
    monkeypatch: pytest.MonkeyPatch, cells: int, parts: int
) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", 3)
    monkeypatch.setattr(twins, "SHARED_CELLS", 8)
    seen = list[tuple[int, int]]()
    kernels.LADDER.use(lambda begin, end, *_: seen.append((begin, end)))
    ladder(np.ones((1, cells), np.int32), 1, 1)
    assert len(seen) == parts
    assert sorted(at for begin, end in seen for at in range(begin, end)) == list(range(cells))


def test_detectors_side_by_side_take_no_other_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", 2)
    monkeypatch.setattr(twins, "SHARED_CELLS", 1)
    seen = list[tuple[int, int]]()
    kernels.LADDER.use(lambda begin, end, *_: seen.append((begin, end)))
    at_once(lambda _: ladder(np.ones((1, 4), np.int32), 1, 1), [InflowStreak(), OutflowStreak()])
    assert seen == [(0, 4), (0, 4)]
    ladder(np.ones((1, 4), np.int32), 1, 1)
    assert len(seen) == 4


def test_what_fails_on_another_processor_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", 2)
    monkeypatch.setattr(twins, "SHARED_CELLS", 1)
    begun = Event()

    def fails(begin: int, *_: Any) -> None:
        if begin:
            begun.set()
            raise ArithmeticError
        assert begun.wait(60)

    kernels.LADDER.use(fails)
    with pytest.raises(ArithmeticError):
        ladder(np.ones((1, 4), np.int32), 1, 1)


def test_what_no_other_processor_has_time_for_is_done_by_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "PROCESSORS", 2)
    monkeypatch.setattr(twins, "SHARED_CELLS", 1)
    seen = list[tuple[int, int, int]]()
    kernels.LADDER.use(lambda begin, end, *_: seen.append((begin, end, get_ident())))
    with ThreadPoolExecutor(1) as busy:
        monkeypatch.setattr(twins, "_HELPERS", busy)
        free = Event()
        busy.submit(free.wait, 60)
        ladder(np.ones((1, 4), np.int32), 1, 1)
        free.set()
    assert seen == [(0, 2, get_ident()), (2, 4, get_ident())]


def test_what_is_read_may_be_read_only_and_what_is_filled_may_not() -> None:
    compiler = Compiler()
    kernels.RUN_GAPS.compile(compiler)
    ((signature, _),) = compiler.asked
    assert signature == ("int64", "int64", ("float64", 2, True), ("int32", 2, True), ("int32", 2, False))


def test_where_no_cache_can_be_kept_they_are_compiled_without_one() -> None:
    compiler = Compiler(refuses_cache=True)
    assert warm(compiler=lambda: compiler) is None
    assert not any(options.get("cache") for _, options in compiler.asked)


def test_a_compiler_that_is_not_there_is_said_and_the_plain_twins_go_on() -> None:
    assert warm(compiler=lambda: importlib.import_module("no_such_compiler")) == (
        "ModuleNotFoundError: No module named 'no_such_compiler'"
    )
    assert told() == [1, 2, 0, 1]


def test_a_compiler_that_falls_over_is_said_in_one_line() -> None:
    assert str(warm(compiler=object)).startswith("AttributeError: 'object' object has no attribute")


def test_it_stops_between_two_kernels_when_told_to() -> None:
    compiler = Compiler()
    assert warm(lambda: len(compiler.asked) == 2, lambda: compiler) == "stopped before all were compiled"
    assert len(compiler.asked) == 2


def program(text: str, tmp_path: Path, **environment: str) -> str:
    """What a program of its own says; it has read the sources from here and nothing else."""
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", text],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_neither_the_kernels_nor_the_command_line_load_a_compiler(tmp_path: Path) -> None:
    said = program("import sys, bot.cli, signals.core.series; print('numba' in sys.modules)", tmp_path)
    assert said == "False"


def test_read_only_matrices_and_others_are_answered_alike_by_the_real_compiler(tmp_path: Path) -> None:
    said = program(
        "import numpy as np\n"
        "from signals.core.kernels import warm\n"
        "from signals.core.runs import runs\n"
        "from signals.core.series import carried\n"
        "values = np.array([[1.0, np.nan, 2.0], [2.0, 1.0, -1.0]])\n"
        "cold = runs(values).length.tolist(), carried(values.T, 1)[1].tolist()\n"
        "why = warm()\n"
        "values.setflags(write=False)\n"
        "print(why, (runs(values).length.tolist(), carried(values.T, 1)[1].tolist()) == cold)\n",
        tmp_path,
        NUMBA_CACHE_DIR=str(tmp_path / "cache"),
    )
    assert said == "None True"
    assert list((tmp_path / "cache").rglob("*.nbi"))


def test_a_cache_folder_that_is_none_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = program(
        "from signals.core.kernels import RUN_STARTS\nimport numba\nprint(RUN_STARTS.compile(numba).__name__)",
        tmp_path,
        NUMBA_CACHE_DIR=str(tmp_path / "file" / "below"),
    )
    assert said == "run_starts"
