"""The picture at the head of digests, for those who write them in worker threads."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.messages.model import Picture
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.pictures.day import day_chart
from bot.pictures.studio import Studio
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.detector import Detector
from signals.core.panel import Panel

HEAD_SECONDS = 60.0
"""A digest is for many, and may wait longer than a card."""

_GRACE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class DigestHead:
    """A `HeadPicture`: the day at a glance. Made on the loop that the studio works on, called in other threads."""

    studio: Studio
    detectors: Mapping[str, Detector]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def __call__(self, panel: Panel, language: Language, colours: Colours) -> Picture | None:
        """The finished picture; None where nothing is known, or it does not come in time."""
        teller = Teller(language, self.detectors, panel.sessions[-1], Named(panel.profiles))
        drawing = self.studio.attempted("day", lambda: day_chart(panel, teller, colours), wait_seconds=HEAD_SECONDS)
        return asyncio.run_coroutine_threadsafe(drawing, self.loop).result(HEAD_SECONDS + _GRACE_SECONDS)
