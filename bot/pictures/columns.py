"""One subject's figures out of a panel, as series of a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from bot.messages.catalogue import Catalogue
from bot.messages.figures import number
from bot.messages.sentences import Teller
from bot.pictures.timeline import Bars, Flags, Keys, Pane, Series, Stretch, Tone
from signals.core.field import Unit
from signals.core.matrix import Floats
from signals.core.measure import Figure, Measure
from signals.core.runs import open_start, runs
from signals.core.text import Text

SHOWN_SESSIONS = 120
"""Half a year: what a phone's width still tells apart."""

MEAN_SESSIONS = 20
"""Of the moving average of a price."""

_LEAST_STREAK = 2

Column = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def series(values: Column) -> Series:
    """A column as a value: None where it is unknown."""
    return tuple(float(one) if np.isfinite(one) else None for one in values)


def flags(mask: Mask) -> Flags:
    """A column of flags as a value."""
    return tuple(map(bool, mask))


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of a panel that a chart shows."""

    first: int
    stop: int

    @property
    def rows(self) -> slice:
        """To take them out of a matrix."""
        return slice(self.first, self.stop)


def window(known: Mask) -> Window | None:
    """The last `SHOWN_SESSIONS` up to the newest known one, from the first known one on; None where nothing is."""
    rows = np.flatnonzero(known)
    if not rows.size:
        return None
    stop = int(rows[-1]) + 1
    return Window(max(int(rows[0]), stop - SHOWN_SESSIONS), stop)


def bars(measure: Measure, column: int, shown: Window) -> Bars:
    """The amounts of a window; what is unknown after the first known one is marked as missing."""
    values, soft = measure.values[:, column], measure.soft[:, column]
    since = np.cumsum(np.isfinite(values)) > 0
    return Bars(
        values=series(values[shown.rows]),
        soft=flags((soft & np.isfinite(values))[shown.rows]),
        missing=flags((since & ~np.isfinite(values))[shown.rows]),
    )


def stretch(measure: Measure, column: int, shown: Window, teller: Teller, keys: tuple[str, str]) -> Stretch | None:
    """The streak in force at the newest known figure, if it is one; `keys` are its texts, up and down."""
    values: Floats = np.ascontiguousarray(measure.values[:, [column]])
    known = np.flatnonzero(np.isfinite(values[: shown.stop, 0]))
    if not known.size:
        return None
    row = int(known[-1])
    for tone, key in zip((Tone.UP, Tone.DOWN), keys, strict=True):
        run = runs(values, rising=tone is Tone.UP)
        length, start = int(run.length[row, 0]), int(run.start[row, 0])
        if length < _LEAST_STREAK or row < shown.first:
            continue
        whole = bool(open_start(values, run)[row, 0] == 1.0)
        soft = bool((measure.soft[:, column] & np.isfinite(values[:, 0]))[start : row + 1].any())
        total = number(abs(float(run.total[row, 0])), Unit.CNY, teller.language)
        words = teller.words.text(
            key,
            days=teller.words.text("chart-at-least", days=str(length)) if whole else str(length),
            total=total + (teller.words.text("chart-estimate") if soft else ""),
        )
        return Stretch(first=max(start - shown.first, 0), last=row - shown.first, tone=tone, label=words)
    return None


def legend(panes: Iterable[Pane], words: Catalogue) -> Keys:
    """The words for what needs some in these panes."""
    every = Keys(
        mean=words.text("chart-mean", days=str(MEAN_SESSIONS)),
        soft=words.text("chart-soft"),
        missing=words.text("chart-missing"),
        stretch=words.text("chart-stretch"),
        crossed=words.text("chart-crossed"),
    )
    return every.of(panes)


def noted(day: date, figures: Iterable[Figure], teller: Teller) -> str:
    """The date of figures, and whether some of them are estimates."""
    # The year stands in the span of the picture.
    key = "chart-noted-estimated" if any(one.estimated for one in figures) else "chart-noted"
    return teller.words.text(key, day=f"{day:%m-%d}")


def label(text: Text, teller: Teller) -> str:
    """The name of a quantity at the beginning of a line."""
    said = teller.words.of(text)
    return said[:1].upper() + said[1:]
