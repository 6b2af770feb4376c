"""Where pictures are drawn: one at a time in a thread of its own, and matplotlib is loaded when the first one is."""

import asyncio
import importlib
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, cast

from bot.messages.model import Picture
from bot.pictures.intervals import IntervalChart
from bot.pictures.style import DARK, LIGHT, Theme

_DRAWING = "bot.pictures.draw_intervals"


class _Drawing(Protocol):
    """The module that draws."""

    def draw(self, chart: IntervalChart, theme: Theme) -> bytes: ...


class Studio:
    """Draws charts for readers of light and of dark pages."""

    def __init__(self) -> None:
        # matplotlib promises nothing to two threads at once.
        self._easel = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")

    async def picture(self, chart: IntervalChart, alt: str) -> Picture:
        """The finished picture."""
        return await asyncio.get_running_loop().run_in_executor(self._easel, drawn, chart, alt)


def drawn(chart: IntervalChart, alt: str) -> Picture:
    """Draw here and now, in both themes."""
    # Loading it takes a second or two, which a service that nobody asks for a picture need not spend.
    drawing = cast("_Drawing", importlib.import_module(_DRAWING))
    return Picture(drawing.draw(chart, LIGHT), alt, drawing.draw(chart, DARK))
