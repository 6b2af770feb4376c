"""Where pictures are drawn: one at a time in a thread of its own, each once, and matplotlib is loaded for the first one."""

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol, TypeAlias, cast

import structlog

from bot.messages.model import Picture
from bot.pictures.day import DayChart
from bot.pictures.intervals import IntervalChart
from bot.pictures.style import DARK, LIGHT, Theme
from bot.pictures.timeline import Timeline

Chart: TypeAlias = IntervalChart | Timeline | DayChart
"""What can be drawn. Charts that are equal look equal: one of them is drawn for all."""

KEPT_MAX = 128
"""Finished pictures that are remembered, about 100 kB each."""

WAITING_MAX = 24
"""Different pictures at the easel and in the queue before it."""

WAIT_SECONDS = 8.0
"""A reader who asked for a card is not kept waiting longer for its picture."""

_DRAWING = {
    IntervalChart: "bot.pictures.draw_intervals",
    Timeline: "bot.pictures.draw_timeline",
    DayChart: "bot.pictures.draw_day",
}

_Files: TypeAlias = tuple[bytes, bytes]
"""For light and for dark pages."""

log = structlog.get_logger(__name__)


class _Drawing(Protocol):
    """A module that draws."""

    def draw(self, chart: Chart, theme: Theme) -> bytes: ...


class Studio:
    """Draws charts for readers of light and of dark pages; used from the event loop only."""

    def __init__(self, *, wait_seconds: float = WAIT_SECONDS, kept_max: int = KEPT_MAX) -> None:
        # matplotlib promises nothing to two threads at once.
        self._easel = ThreadPoolExecutor(max_workers=1, thread_name_prefix="picture")
        self._wait_seconds = wait_seconds
        self._kept_max = kept_max
        self._kept: OrderedDict[Chart, _Files] = OrderedDict()
        self._drawing: dict[Chart, asyncio.Future[_Files]] = {}
        self._failing: set[str] = set()

    async def picture(self, chart: Chart, alt: str) -> Picture:
        """The finished picture."""
        light, dark = await self._files(chart)
        return Picture(light, alt, dark)

    async def attempted(
        self, kind: str, make: Callable[[], Timeline | DayChart | None], *, wait_seconds: float | None = None
    ) -> Picture | None:
        """The picture of the chart that `make` finds in a thread; None where there is none, or none in time.

        What it belongs to goes out without it; that is logged once until a picture of the kind succeeds again. One
        that takes too long is finished and kept for whoever asks next.
        """
        try:
            async with asyncio.timeout(self._wait_seconds if wait_seconds is None else wait_seconds):
                chart = await asyncio.to_thread(make)
                if chart is None:
                    return None
                if len(self._drawing) >= WAITING_MAX and chart not in self._kept:
                    raise TimeoutError  # noqa: TRY301 - its turn would come too late
                made = await self.picture(chart, chart.alt)
        except TimeoutError:
            if self._news(kind):
                log.warning("a picture takes too long", kind=kind)
            return None
        except Exception:
            if self._news(kind):
                log.exception("defect in a picture", kind=kind)
            return None
        self._failing.discard(kind)
        return made

    def _news(self, kind: str) -> bool:
        """Whether pictures of a kind have succeeded until now."""
        known = kind in self._failing
        self._failing.add(kind)
        return not known

    async def _files(self, chart: Chart) -> _Files:
        if chart in self._kept:
            self._kept.move_to_end(chart)
            return self._kept[chart]
        if chart not in self._drawing:
            loop = asyncio.get_running_loop()
            future = self._drawing[chart] = loop.run_in_executor(self._easel, _drawn, chart)
            future.add_done_callback(lambda done: self._finished(chart, done))
        # Whoever stops waiting must not stop it for the others.
        return await asyncio.shield(self._drawing[chart])

    def _finished(self, chart: Chart, done: "asyncio.Future[_Files]") -> None:
        del self._drawing[chart]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[chart] = done.result()
        while len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)


def seen_by(picture: Picture, *, dark: bool) -> Picture:
    """The picture for a reader who wants dark ones on every page."""
    return replace(picture, png=picture.dark) if dark and picture.dark else picture


def drawn(chart: Chart, alt: str) -> Picture:
    """Draw here and now, in both themes."""
    light, dark = _drawn(chart)
    return Picture(light, alt, dark)


def _drawn(chart: Chart) -> _Files:
    # Loading it takes a second or two, which a service that nobody asks for a picture need not spend.
    drawing = cast("_Drawing", importlib.import_module(_DRAWING[type(chart)]))
    return drawing.draw(chart, LIGHT), drawing.draw(chart, DARK)
