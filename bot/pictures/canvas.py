"""Paper and type: an empty figure in a theme, text in the shipped font, a finished PNG. Needs matplotlib."""

from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from PIL import Image

from bot.pictures.style import BOLD, COLOURS_MAX, DOTS_PER_INCH, HEIGHT_INCHES, REGULAR, WIDTH_INCHES, Theme


def sheet(theme: Theme, height_inches: float = HEIGHT_INCHES) -> Figure:
    """A figure of a phone's width; never known to pyplot, which would keep it for ever."""
    return Figure(figsize=(WIDTH_INCHES, height_inches), dpi=DOTS_PER_INCH, facecolor=theme.ground)


def typeface(points: float, *, bold: bool = False) -> FontProperties:
    """The shipped font in a size."""
    path: Path = BOLD if bold else REGULAR
    return FontProperties(fname=str(path), size=points)


def quiet_axes(axes: Axes, theme: Theme) -> None:
    """No frame, no tick marks, nothing but the ground."""
    axes.set_facecolor(theme.ground)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=theme.muted)


def as_png(figure: Figure) -> bytes:
    """The picture as a file; the same picture is the same bytes."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.frombuffer("RGBA", (width, height), pixels).convert("RGB")
    file = BytesIO()
    image.quantize(COLOURS_MAX, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
    return file.getvalue()
