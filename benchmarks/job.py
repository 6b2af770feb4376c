"""A thing to be done, the ways of doing it, and what each of them takes."""

import gc
import resource
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

_SELF = Path("/proc/self")


class Kind(StrEnum):
    """What a way is to the others."""

    OURS = "ours"
    LIMIT = "limit"
    """Something that no way can beat, such as reading the input once."""
    OTHER = "other"
    NEAR = "near"
    """Does less, or something else that looks alike: shown, but not what a job is measured against."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of doing a job; `run` returns the matrices it makes, for comparison."""

    name: str
    run: Callable[[], Any]
    kind: Kind = Kind.OTHER
    note: str = ""
    times: float = 1.0
    """The way does this part of the job only; its time is multiplied, which its row says."""
    compared: bool = True
    """Its results are those of the first way, cell by cell; other definitions are not compared."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job with its ways; ours is the first of them."""

    name: str
    about: str
    ways: Sequence[Way]
    group: str = "kernels"
    """Jobs of one group stand together in the picture."""
    aim: float | None = None
    """What is aimed at: the fastest of the others takes at least so many times ours."""
    repeats: int | None = None
    """Of a job that takes minutes, or whose first run is the whole of it; else as often as all."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one way of a job took."""

    job: str
    way: str
    kind: Kind
    seconds: float
    """Median over the repeats."""
    least_seconds: float
    ratio: float
    """Times the first way of the job, by medians."""
    memory_bytes: int | None
    """How far the process grew while it ran once; None where the system does not tell."""
    note: str = ""


def as_ratio(ratio: float) -> str:
    """A ratio for people: one decimal, two where it is small."""
    return f"{ratio:,.1f}" if ratio >= 1 else f"{ratio:.2f}"


@dataclass(kw_only=True)
class Bench:
    """Runs jobs; all ways of a job take turns, so that a busy moment hits them alike."""

    repeats: int = 5
    say: Callable[[str], None] = lambda _: None
    rows: list[Row] = field(default_factory=list)

    def run(self, job: Job) -> list[Row]:
        """Time every way of a job."""
        self.say(job.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grown, differs = self._first_runs(job)
            taken: list[list[float]] = [[] for _ in job.ways]
            for _ in range(job.repeats or self.repeats):
                for times, way in zip(taken, job.ways, strict=True):
                    times.append(_seconds(way.run) * way.times)
        medians = [statistics.median(times) for times in taken]
        rows = [
            Row(
                job=job.name,
                way=way.name,
                kind=way.kind,
                seconds=median,
                least_seconds=min(times),
                ratio=median / medians[0],
                memory_bytes=memory,
                note="; ".join(note for note in (way.note, _part(way), different) if note),
            )
            for way, median, times, memory, different in zip(job.ways, medians, taken, grown, differs, strict=True)
        ]
        for row in rows:
            self.say(f"  {row.way:44} {row.seconds * 1e3:10.2f} ms {row.ratio:9.1f} ×  {row.note}")
        self.rows += rows
        return rows

    @staticmethod
    def _first_runs(job: Job) -> tuple[list[int | None], list[str]]:
        """What each way grows by, and whether it says what the first one says; the run warms it up, too.

        Ours runs once more before, so that what is loaded only once does not count as its memory.
        """
        job.ways[0].run()
        grown, differs = list[int | None](), list[str]()
        expected: Any = None
        for at, way in enumerate(job.ways):
            result, memory = _growth(way.run)
            grown.append(memory)
            expected = result if at == 0 else expected
            same = way.kind is Kind.LIMIT or not way.compared or _same(result, expected)
            differs.append("" if same else "DIFFERS from the first way")
        return grown, differs


def _part(way: Way) -> str:
    return "" if way.times == 1.0 else f"extrapolated from 1/{way.times:.0f}"


def _seconds(run: Callable[[], Any]) -> float:
    gc.collect()  # what the way before has left behind is not this one's memory
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _same(one: Any, other: Any) -> bool:
    """Whether two results are equal matrix by matrix, unknown cells included."""
    return all(
        np.allclose(np.asarray(mine, np.float64), np.asarray(yours, np.float64), rtol=1e-6, atol=1e-9, equal_nan=True)
        for mine, yours in zip(_matrices(one), _matrices(other), strict=True)
    )


def _matrices(result: Any) -> Iterator[Any]:
    if isinstance(result, tuple):
        yield from result
    else:
        yield result


def _growth(run: Callable[[], Any]) -> tuple[Any, int | None]:
    """The result of a run, and by how many bytes the process was larger at the worst moment than before."""
    try:
        (_SELF / "clear_refs").write_text("5")  # the high-water mark starts anew
        before = _resident()
    except OSError:
        top = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = run()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - top) * 1024
        return result, grown or None
    result = run()
    return result, max(0, _status("VmHWM") - before)


def _resident() -> int:
    return _status("VmRSS")


def _status(name: str) -> int:
    lines = (_SELF / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
