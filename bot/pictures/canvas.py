"""Paper and type: an empty figure in a theme, text in the shipped font, a finished PNG. Needs matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from PIL import Image

from bot.pictures.style import (
    BOLD,
    COLOURS_MAX,
    DOTS_PER_INCH,
    HEIGHT_INCHES,
    NOTE_POINTS,
    REGULAR,
    WIDTH_INCHES,
    Theme,
)

_GAP = 0.016
"""Between pieces of a row, as a share of the sheet's width."""

_PAD = 0.3
"""Between type and the edge of the box behind it, in sizes of the type."""


def sheet(theme: Theme, height_inches: float = HEIGHT_INCHES) -> Figure:
    """A figure of a phone's width; never known to pyplot, which would keep it for ever."""
    figure = Figure(figsize=(WIDTH_INCHES, height_inches), dpi=DOTS_PER_INCH, facecolor=theme.ground)
    FigureCanvasAgg(figure)  # becomes its canvas: what measures type is what draws it
    return figure


def typeface(points: float, *, bold: bool = False) -> FontProperties:
    """The shipped font in a size."""
    path: Path = BOLD if bold else REGULAR
    return FontProperties(fname=str(path), size=points)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a row of type."""

    text: str
    points: float
    colour: str
    bold: bool = False
    box: str = ""
    """Colour of the ground behind it; empty = none."""


def write_row(
    figure: Figure, y: float, left: Sequence[Run], right: Sequence[Run] = (), *, edges: tuple[float, float]
) -> None:
    """Set type on one line, from the left edge on and up to the right one; all of it smaller where it has no room."""
    runs = [one for one in (*left, *right) if one.text]
    if not runs:
        return
    texts, room = [_typeset(figure, y, one, 1.0) for one in runs], edges[1] - edges[0] - _GAP * (len(runs) - 1)
    wanted = sum(map(_width, texts))
    if wanted > room:
        for text in texts:
            text.remove()
        texts = [_typeset(figure, y, one, room / wanted) for one in runs]
    split = len([one for one in left if one.text])
    x = edges[0]
    for text in texts[:split]:
        text.set_x(x + _padding(text))
        x += _width(text) + _GAP
    x = edges[1]
    for text in reversed(texts[split:]):
        x -= _width(text)
        text.set_x(x + _padding(text))
        x -= _GAP


def _typeset(figure: Figure, y: float, run: Run, factor: float) -> Text:
    box = (
        {"boxstyle": f"round,pad={_PAD},rounding_size=0.35", "facecolor": run.box, "linewidth": 0} if run.box else None
    )
    face = typeface(run.points * factor, bold=run.bold)
    return figure.text(0, y, run.text, fontproperties=face, color=run.colour, va="baseline", parse_math=False, bbox=box)


def _padding(text: Text) -> float:
    """Between a text and the edge of the box behind it, as a share of the sheet."""
    return _PAD * float(text.get_fontsize()) / 72 / WIDTH_INCHES if text.get_bbox_patch() is not None else 0.0


def _width(text: Text) -> float:
    """With the box behind it, as a share of the sheet."""
    figure = text.figure
    assert isinstance(figure, Figure)  # noqa: S101
    extent = text.get_window_extent(_canvas(figure).get_renderer())  # type: ignore[no-untyped-call]
    return float(extent.width / figure.bbox.width) + 2 * _padding(text)


def _canvas(figure: Figure) -> FigureCanvasAgg:
    assert isinstance(figure.canvas, FigureCanvasAgg)  # noqa: S101
    return figure.canvas


def place(figure: Figure, y: float, words: str, points: float, colour: str) -> tuple[Text, float]:
    """A text on a line, still to be put in its place, and its width as a share of the sheet."""
    text = _typeset(figure, y, Run(words, points, colour), 1.0)
    return text, _width(text)


def stamp(figure: Figure, corner: tuple[float, float], words: str, theme: Theme) -> float:
    """A framed word that ends at a point; returns where it begins."""
    box = {"boxstyle": f"round,pad={_PAD},rounding_size=0.25", "facecolor": "none", "edgecolor": theme.second}
    text = figure.text(
        *corner, words, fontproperties=typeface(NOTE_POINTS + 0.5, bold=True), color=theme.second, ha="right",
        va="center", parse_math=False, bbox=box | {"linewidth": 1.1},
    )  # fmt: skip
    text.set_x(corner[0] - _padding(text))
    return corner[0] - _width(text)


def quiet_axes(axes: Axes, theme: Theme) -> None:
    """No frame, no tick marks, nothing but the ground."""
    axes.set_facecolor(theme.ground)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=theme.muted)


def as_png(figure: Figure) -> bytes:
    """The picture as a file; the same picture is the same bytes."""
    canvas = _canvas(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.frombuffer("RGBA", (width, height), pixels).convert("RGB")
    file = BytesIO()
    image.quantize(COLOURS_MAX, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
    return file.getvalue()
