"""Draw an `IntervalChart`: a mark for each estimate, its interval behind it, its base as a short line. Needs matplotlib."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.pictures.canvas import as_png, quiet_axes, sheet, typeface
from bot.pictures.intervals import Band, IntervalChart, Point
from bot.pictures.style import HEADING_POINTS, LABEL_POINTS, NOTE_POINTS, TITLE_POINTS, Theme

_MARGIN = 0.045
_LEFT, _RIGHT = 0.135, 0.965
_TOP, _BOTTOM = 0.872, 0.112
"""Edges of the bands, as shares of the sheet."""

_HEAD, _FOOT = 0.066, 0.122
"""Of each band: its heading, and the figures under its marks."""

_BASE_HALF_WIDTH = 0.27
_LEAST_SPAN = 0.004
"""Of a scale, as a fraction: below it, rounding would look like news."""


def draw(chart: IntervalChart, theme: Theme) -> bytes:
    """The chart as a PNG."""
    figure = sheet(theme)
    title, note = typeface(TITLE_POINTS, bold=True), typeface(NOTE_POINTS)
    figure.text(_MARGIN, 0.968, chart.title, fontproperties=title, color=theme.ink, va="top")
    figure.text(_MARGIN, 0.923, chart.subtitle, fontproperties=note, color=theme.muted, va="top")
    height = (_TOP - _BOTTOM) / len(chart.bands)
    for number, band in enumerate(chart.bands):
        bottom = _TOP - (number + 1) * height
        heading = typeface(HEADING_POINTS, bold=True)
        top = bottom + height - 0.028
        rule = Line2D([_MARGIN, _RIGHT], [bottom + height] * 2, color=theme.edge, linewidth=0.8)
        figure.add_artist(rule)
        figure.text(_MARGIN, top, band.heading, fontproperties=heading, color=theme.ink, va="center")
        axes = figure.add_axes((_LEFT, bottom + _FOOT, _RIGHT - _LEFT, height - _HEAD - _FOOT))
        _draw_band(axes, band, theme)
    for number, words in enumerate(reversed(chart.notes)):
        figure.text(_MARGIN, 0.024 + 0.029 * number, words, fontproperties=note, color=theme.muted, va="bottom")
    return as_png(figure)


def _draw_band(axes: Axes, band: Band, theme: Theme) -> None:
    quiet_axes(axes, theme)
    axes.set_ylim(*_scale(band.points))
    axes.set_xlim(-0.5, len(band.points) - 0.5)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g}%".replace("-", "−")))
    axes.grid(axis="y", color=theme.edge, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xticks([])
    for label in axes.get_yticklabels():
        label.set(fontproperties=typeface(NOTE_POINTS), color=theme.muted)
    for place, point in enumerate(band.points):
        _draw_point(axes, place, point, theme)
        _write_point(axes, place, point, theme)


def _colour(point: Point, theme: Theme) -> str:
    """A difference that may be luck has no colour."""
    return theme.muted if not point.certain else theme.up if point.value > point.base else theme.down


def _draw_point(axes: Axes, place: int, point: Point, theme: Theme) -> None:
    colour = _colour(point, theme)
    bounds = [point.base + point.low, point.base + point.high]
    axes.plot([place, place], bounds, color=colour, alpha=0.3, linewidth=9, solid_capstyle="butt", zorder=2)
    ends = [place - _BASE_HALF_WIDTH, place + _BASE_HALF_WIDTH]
    axes.plot(ends, [point.base] * 2, color=theme.ink, linewidth=1.4, solid_capstyle="butt", zorder=3)
    axes.plot(
        [place],
        [point.value],
        "o",
        markersize=10,
        markeredgewidth=2.4,
        markerfacecolor=colour if point.certain else theme.ground,
        markeredgecolor=colour,
        zorder=4,
    )


def _write_point(axes: Axes, place: int, point: Point, theme: Theme) -> None:
    """The horizon, the figure and its small print, in a column under the mark."""
    figure_colour = _colour(point, theme) if point.certain else theme.ink
    for words, face, colour, drop in (
        (point.label, typeface(LABEL_POINTS), theme.muted, 6),
        (point.value_text, typeface(HEADING_POINTS, bold=True), figure_colour, 21),
        (point.note, typeface(NOTE_POINTS), theme.muted, 39),
    ):
        axes.annotate(
            words, (place, 0), xycoords=("data", "axes fraction"), xytext=(0, -drop), textcoords="offset points",
            ha="center", va="top", fontproperties=face, color=colour, annotation_clip=False,
        )  # fmt: skip


def _scale(points: Sequence[Point]) -> tuple[float, float]:
    """The range of everything that is drawn, and some air."""
    levels = [level for one in points for level in (one.value, one.base, one.base + one.low, one.base + one.high)]
    low, high = min(levels), max(levels)
    air = max(high - low, _LEAST_SPAN) * 0.12
    return low - air, high + air
