"""Draw what stands in a pane: candles or a line of prices, bars of amounts, a curve. Needs matplotlib."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from bot.pictures.canvas import typeface
from bot.pictures.style import NOTE_POINTS, SOFT_ALPHA, Theme
from bot.pictures.ticks import value_label
from bot.pictures.timeline import Bars, Candles, Curve, Pane, Series
from bot.subscriptions import Language
from signals.core.field import Unit

_BODY = 0.66
"""Width of a bar, in sessions."""

_STEPS = [1, 2, 2.5, 5, 10]
_LEAST_PREMIUM = 0.002
_LEAST_AMOUNT_CNY = 100.0
"""An axis of less has nothing on it but its zero."""

_MOST_MILESTONES = 6

Row = npt.NDArray[np.float64]


def draw_marks(axes: Axes, pane: Pane, shift: int, language: Language, theme: Theme) -> None:
    """The marks of a pane, and its axis; the first session stands at `shift`."""
    match pane.marks:
        case Candles():
            _draw_prices(axes, pane.marks, shift, theme)
        case Bars():
            _draw_bars(axes, pane.marks, shift, theme)
        case Curve():
            _draw_curve(axes, pane.marks, shift, theme)
    _set_scale(axes, pane, language, theme)


def _row(values: Series) -> Row:
    return np.array([math.nan if one is None else one for one in values])


def _places(count: int, shift: int) -> Row:
    return np.arange(shift, shift + count, dtype=np.float64)


def _draw_prices(axes: Axes, marks: Candles, shift: int, theme: Theme) -> None:
    opened, high, low, close = (_row(one) for one in (marks.open, marks.high, marks.low, marks.close))
    at = _places(len(close), shift)
    whole = np.isfinite(opened) & np.isfinite(high) & np.isfinite(low) & np.isfinite(close)
    if whole.sum() * 2 >= max(1, np.isfinite(close).sum()):
        least = (np.nanmax(high) - np.nanmin(low)) / 400 or 1e-4
        for rising, colour in ((True, theme.up), (False, theme.down)):
            chosen = whole & ((close >= opened) == rising)
            axes.vlines(at[chosen], low[chosen], high[chosen], color=colour, linewidth=0.9, zorder=3)
            bottom, body = np.minimum(opened, close)[chosen], np.abs(close - opened)[chosen]
            axes.bar(at[chosen], np.maximum(body, least), _BODY, bottom, color=colour, linewidth=0, zorder=3)
        loose = np.isfinite(close) & ~whole
        axes.plot(at[loose], close[loose], "_", color=theme.ink, markersize=4, zorder=3)
        extremes = (np.where(whole, high, close), np.where(whole, low, close))
    else:
        axes.plot(at, close, color=theme.accent, linewidth=1.7, solid_joinstyle="round", zorder=3)
        _dot_lonely(axes, at, close, theme.accent)
        extremes = (close, close)
    axes.plot(at, _row(marks.mean), color=theme.second, linewidth=1.3, solid_joinstyle="round", zorder=4)
    _write_extremes(axes, at, *extremes, theme)


def _dot_lonely(axes: Axes, at: Row, values: Row, colour: str) -> None:
    """A single known session between two unknown ones makes no line."""
    there = np.isfinite(np.concatenate([[math.nan], values, [math.nan]]))
    lonely = there[1:-1] & ~there[:-2] & ~there[2:]
    axes.plot(at[lonely], values[lonely], ".", color=colour, markersize=4, zorder=3)


def _write_extremes(axes: Axes, at: Row, high: Row, low: Row, theme: Theme) -> None:
    """The highest and the lowest price, beside the session on which it was."""
    if not np.isfinite(high).any():
        return
    top, bottom = float(np.nanmax(high)), float(np.nanmin(low))
    air = (top - bottom or top * 0.01) * 0.11
    axes.set_ylim(bottom - air, top + air)
    if top == bottom:
        return
    middle = sum(axes.get_xlim()) / 2
    for row, value, above in (
        (int(np.nanargmax(high)), np.nanmax(high), 1),
        (int(np.nanargmin(low)), np.nanmin(low), -1),
    ):
        leftwards = at[row] > middle
        axes.annotate(
            f"{value:.3f}", (at[row], value), xytext=(-7 if leftwards else 7, 3 * above), textcoords="offset points",
            ha="right" if leftwards else "left", va="bottom" if above > 0 else "top", zorder=2.5,
            fontproperties=typeface(NOTE_POINTS - 0.5), color=theme.muted,
        )  # fmt: skip


def _draw_bars(axes: Axes, marks: Bars, shift: int, theme: Theme) -> None:
    values = _row(marks.values)
    at, soft = _places(len(values), shift), np.array(marks.soft)
    known = np.isfinite(values)
    for first, last in _groups(np.flatnonzero(marks.missing)):
        axes.axvspan(first + shift - 0.5, last + shift + 0.5, color=theme.void, linewidth=0, zorder=0.2)
    for positive, colour in ((True, theme.up), (False, theme.down)):
        for pale in (False, True):
            chosen = known & ((values >= 0) == positive) & (soft == pale)
            alpha = SOFT_ALPHA if pale else 1.0
            axes.bar(at[chosen], values[chosen], _BODY, color=colour, alpha=alpha, linewidth=0, zorder=3)
    axes.axhline(0, color=theme.muted, linewidth=0.8, zorder=2)
    low, high = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    if low == high:
        low, high = -1.0, 1.0
    air = (high - low) * 0.08
    axes.set_ylim(low - air if low < 0 else low, high + air if high > 0 else high)


def _groups(rows: Sequence[int] | npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours."""
    found: list[tuple[int, int]] = []
    for one in map(int, rows):
        if found and found[-1][1] == one - 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def _draw_curve(axes: Axes, marks: Curve, shift: int, theme: Theme) -> None:
    values = _row(marks.values)
    at, soft = _places(len(values), shift), np.array(marks.soft)
    alpha = SOFT_ALPHA + 0.25 if soft[np.isfinite(values)].all() else 1.0
    axes.plot(at, values, color=theme.accent, linewidth=1.7, alpha=alpha, solid_joinstyle="round", zorder=3)
    _dot_lonely(axes, at, values, theme.accent)
    if marks.from_zero:
        axes.fill_between(at, values, 0, color=theme.accent, alpha=0.12, linewidth=0, zorder=1)
        axes.axhline(0, color=theme.muted, linewidth=0.8, zorder=2)
    if marks.crossed:
        where = list(marks.crossed)
        axes.plot(
            at[where], values[where], "o", markersize=6, markerfacecolor=theme.ground, markeredgecolor=theme.accent,
            markeredgewidth=1.6, zorder=5,
        )  # fmt: skip
    last = int(np.flatnonzero(np.isfinite(values))[-1])
    axes.plot([at[last]], [values[last]], "o", markersize=4.5, color=theme.accent, zorder=5, clip_on=False)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if marks.from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
        if high - low < _LEAST_PREMIUM:
            low, high = low - _LEAST_PREMIUM / 2, high + _LEAST_PREMIUM / 2
    air = ((high - low) or abs(high) * 0.01 or 1.0) * 0.1
    axes.set_ylim(low - air, high + air)


def _set_scale(axes: Axes, pane: Pane, language: Language, theme: Theme) -> None:
    low, high = axes.get_ylim()
    locator: MaxNLocator | FixedLocator = MaxNLocator(nbins=5 if pane.height >= 1 else 3, steps=_STEPS)
    if isinstance(pane.marks, Curve) and pane.marks.step:
        lines = _milestones(low, high, pane.marks.step)
        for line in lines:
            axes.axhline(line, color=theme.second, linewidth=1.0, linestyle=(0, (4, 3)), alpha=0.8, zorder=1.5)
        if len(lines) > 1:
            locator = FixedLocator(lines)
    if pane.unit is Unit.CNY and max(abs(low), abs(high)) < _LEAST_AMOUNT_CNY:
        locator = FixedLocator([0])
    axes.yaxis.set_major_locator(locator)
    levels = [one for one in locator.tick_values(low, high) if low <= one <= high]
    largest = max(map(abs, levels), default=0.0) or max(abs(low), abs(high))
    unit = pane.unit if pane.unit is not Unit.CNY_ROUND else Unit.CNY
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: value_label(value, unit, language, largest)))
    axes.grid(axis="y", color=theme.edge, linewidth=0.8)


def _milestones(low: float, high: float, step: float) -> list[float]:
    """The round amounts in a range; every other one where there are many."""
    lines = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    while len(lines) > _MOST_MILESTONES:
        lines = lines[::2]
    return lines
