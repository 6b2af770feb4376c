"""The benchmarks as one picture: how many times longer than ours each other way takes, and how cost grows."""

import re
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from benchmarks.job import Job, Kind, Row, as_ratio

_TOOLS = {
    "read the": ("reading the input once", "#9a9a9a", "|"),
    "pandas": ("pandas", "#3b5ba9", "o"),
    "polars": ("polars", "#2a9d8f", "D"),
    "rust": ("vectorbt, rust", "#b5452c", "^"),
    "vectorbt": ("vectorbt, numba", "#e39a5b", "v"),
    "scipy": ("scipy or numpy", "#8e5ea2", "P"),
    "numpy": ("scipy or numpy", "#8e5ea2", "P"),
    "SQL": ("SQLite", "#6d6d3a", "X"),
    "Python": ("Python, row by row", "#444444", "*"),
}
"""What a way is done with, by a word of its name: label, colour, mark."""


def draw(jobs: Sequence[Job], rows: Sequence[Row], file: Path) -> None:
    """A line for each job with a mark for each way, ours being 1; below it the growth of cost, doubly logarithmic."""
    beside = {row.job for row in rows if row.kind is not Kind.OURS}
    compared = [job for job in jobs if job.group != "growth" and job.name in beside]
    growing = [job for job in jobs if job.group == "growth"]
    height = 1.5 + 0.32 * len(compared) + (3.2 if growing else 0)
    figure = Figure(figsize=(12, height), dpi=110, layout="constrained")
    parts = figure.subfigures(2, 1, squeeze=False, height_ratios=[height - 3.2, 3.2])[:, 0] if growing else [figure]
    _ratios(parts[0].add_subplot(), compared, rows)
    if growing:
        panes = parts[1].subplots(1, len(growing), squeeze=False)[0]
        panes[0].set_ylabel("milliseconds")
        for pane, job in zip(panes, growing, strict=True):
            _growth(pane, job, [row for row in rows if row.job == job.name])
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png")


def _ratios(axes: Axes, jobs: Sequence[Job], rows: Sequence[Row]) -> None:
    shown = dict[str, bool]()
    for at, job in enumerate(jobs):
        mine = [row for row in rows if row.job == job.name and row.kind is not Kind.OURS]
        for row in mine:
            label, colour, mark = _tool(row)
            axes.plot(
                row.ratio,
                at,
                mark,
                color=colour,
                markersize=8,
                fillstyle="none" if row.kind is Kind.NEAR else "full",
                label=None if label in shown else label,
            )
            shown[label] = True
        if job.aim is not None:
            axes.plot(job.aim, at, "|", color="#1f6f54", markersize=17, markeredgewidth=2.4, zorder=1)
        others = [row.ratio for row in mine if row.kind is Kind.OTHER]
        if others:
            axes.annotate(
                f"{as_ratio(min(others))} ×", (1.02, at), xycoords=("axes fraction", "data"), fontsize=9, va="center"
            )
    axes.axvline(1, color="#1f6f54", linewidth=2)
    axes.plot([], [], "|", color="#1f6f54", markersize=13, markeredgewidth=2.4, label="aimed at")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(_PLAIN)
    axes.set_ylim(len(jobs) - 0.4, -0.6)
    axes.set_yticks(range(len(jobs)), [_short(job.name) for job in jobs], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="both", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_title(
        "How many times as long as ours (green line); at the right the fastest other", fontsize=11, loc="left"
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.legend(loc="upper right", bbox_to_anchor=(1, -0.04), ncols=5, fontsize=9, frameon=False)


def _tool(row: Row) -> tuple[str, str, str]:
    return next((look for word, look in _TOOLS.items() if word in row.way), (row.way, "#000000", "."))


def _growth(axes: Axes, job: Job, rows: Sequence[Row]) -> None:
    """Cost over size, with the line that proportional growth would follow."""
    sizes = [float(re.sub(r"[^0-9]", "", row.way)) for row in rows]
    milliseconds = [row.seconds * 1e3 for row in rows]
    axes.plot(sizes, milliseconds, "o-", color="#1f6f54")
    axes.plot(sizes, [milliseconds[0] * size / sizes[0] for size in sizes], "--", color="#b8b8b8", linewidth=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis, numbers in ((axes.xaxis, sizes), (axes.yaxis, [min(milliseconds), max(milliseconds)])):
        axis.set_minor_locator(NullLocator())
        axis.set_major_locator(FixedLocator(numbers))
        axis.set_major_formatter(_PLAIN)
    axes.set_title(job.name.removeprefix("growth of "), fontsize=9)
    axes.grid(color="#e6e6e6", linewidth=0.6)
    axes.tick_params(labelsize=7.5)


def _short(name: str) -> str:
    """Without the size of a market, which is the same for all jobs on it."""
    return re.sub(r" \((real|made-up), .*\)", r" (\1)", name)


def _plainly(number: float, _: int | None = None) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


_PLAIN = FuncFormatter(_plainly)
