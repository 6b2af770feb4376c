"""Benchmarks as a table for people and as JSON for programs."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.job import Job, Kind, Row, as_ratio
from benchmarks.stage import Stage
from signals.core.twins import PROCESSORS


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the figures were measured on."""

    processor: str
    cores: int
    memory_bytes: int
    load: float
    """Processes that ran or waited beside, on the mean of the last minutes: more than the cores is a busy machine."""
    python: str
    versions: dict[str, str]

    @classmethod
    def here(cls, stage: Stage) -> "Machine":
        """This machine, with the versions of the tools that are compared."""
        names = ("numpy", "numba", "pandas", "polars", "vectorbt", "scipy")
        modules = {name: stage.optional(name) for name in names}
        return cls(
            processor=_processor(),
            cores=os.cpu_count() or 1,
            memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            load=os.getloadavg()[2],
            python=platform.python_version(),
            versions={name: module.__version__ for name, module in modules.items() if module is not None},
        )

    def line(self) -> str:
        """In one sentence."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        size = self.memory_bytes / 2**30
        return f"{self.processor}, {self.cores} cores, {size:.0f} GiB, load {self.load:.1f}, Python {self.python}; {versions}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def as_object(machine: Machine, jobs: Sequence[Job], rows: Sequence[Row]) -> dict[str, Any]:
    """For `--json`."""
    told = [{"name": job.name, "about": job.about, "group": job.group, "aim": job.aim} for job in jobs]
    return {"machine": asdict(machine), "jobs": told, "rows": [asdict(row) for row in rows]}


def as_text(machine: Machine, jobs: Sequence[Job], rows: Sequence[Row], repeats: int, today: date) -> str:
    """The page `docs/benchmarks.md`."""
    parts = [
        "# What is fast, and beside what",
        (
            "Written by `make bench`; do not edit. Each job is what etfbot does, beside the same done with what one "
            "would pick instead: pandas, polars, vectorbt's bare compiled functions, scipy, SQLite. All ways of a job "
            f"take turns in one run; medians of {repeats} after one run that warms up. Ours share large matrices among "
            f"{PROCESSORS} threads, as polars does, and use the memory of earlier results again; pandas, scipy and "
            "vectorbt's functions take one thread. Where a way gives matrices of the same meaning they are compared cell by cell. Read the "
            "ratios rather than the times: they are of one machine on one day."
        ),
        f"Measured on {today.isoformat()}: {machine.line()}",
        "![Times ours](benchmarks.png)",
        _summary(jobs, rows),
        *(_table(job, [row for row in rows if row.job == job.name]) for job in jobs),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(jobs: Sequence[Job], rows: Sequence[Row]) -> str:
    """Ratios first; what is aimed at and missed is said so."""
    lines = [
        "## In short",
        "",
        "How many times longer than ours the fastest other way takes, and what is aimed at.",
        "",
        "| job | × ours | aim | fastest other | ours | × reading once |",
        "|---|---|---|---|---|---|",
    ]
    for job in jobs:
        mine = [row for row in rows if row.job == job.name]
        others = [row for row in mine if row.kind is Kind.OTHER]
        if job.group == "growth" or not others:
            continue
        best = min(others, key=lambda row: row.seconds)
        limit = next((row for row in mine if row.kind is Kind.LIMIT), None)
        times = f"{mine[0].seconds / limit.seconds:.1f}" if limit else "–"
        aim = "–" if job.aim is None else f"{job.aim:,.2g}{'' if best.ratio >= job.aim else ', missed'}"
        ours = _time(mine[0].seconds)
        lines.append(f"| {job.name} | **{as_ratio(best.ratio)}** | {aim} | {best.way} | {ours} | {times} |")
    return "\n".join(lines)


def _table(job: Job, rows: Sequence[Row]) -> str:
    lines = [
        f"## {job.name[0].upper()}{job.name[1:]}",
        "",
        job.about,
        "",
        "| way | median | × first | memory | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        memory = "–" if row.memory_bytes is None else f"{row.memory_bytes / 2**20:,.0f} MiB"
        lines.append(f"| {row.way} | {_time(row.seconds)} | {as_ratio(row.ratio)} | {memory} | {row.note} |")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{seconds * 1e3:,.1f} ms"
