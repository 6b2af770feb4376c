"""The benchmarks as one picture: how many times longer than ours each other way takes."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.job import Job, Kind, Row

_COLOURS = {Kind.OURS: "#1f6f54", Kind.LIMIT: "#b8b8b8", Kind.OTHER: "#c7683c"}


def draw(jobs: Sequence[Job], rows: Sequence[Row], file: Path) -> None:
    """A bar for each way of each job, on a logarithmic scale, ours being 1."""
    shown = [(job, [row for row in rows if row.job == job.name]) for job in jobs if job.group != "growth"]
    height = sum(len(mine) + 1.6 for _, mine in shown)
    figure = Figure(figsize=(11, 0.6 + 0.21 * height), layout="constrained")
    axes = figure.add_subplot()
    at, ticks, labels = 0.0, list[float](), list[str]()
    for job, mine in shown:
        axes.text(0.012, at, job.name, fontsize=9, fontweight="bold", va="center")
        at += 1
        for row in mine:
            axes.barh(at, row.ratio, left=0, height=0.78, color=_COLOURS[row.kind])
            axes.text(row.ratio * 1.08, at, f"{row.ratio:,.1f} ×", fontsize=7.5, va="center")
            ticks.append(at)
            labels.append(row.way)
            at += 1
        at += 0.6
    axes.axvline(1, color="#1f6f54", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(0.01, 3 * max((row.ratio for row in rows), default=10))
    axes.set_ylim(at, -1)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("times ours (logarithmic)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png")
