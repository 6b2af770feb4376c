"""A Bot API server that outlives whoever asks it: it writes down what it takes, kills callers, and may be away."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiohttp import web

from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import Sent
from tests.fakes.bot_api_files import Upload

ON_THE_WIRE, TAKEN = "on the wire", "taken, not answered"
"""Where it kills a caller: his message has come and is not taken, or is taken and not answered."""


class Away(StrEnum):
    """How it is not there."""

    REFUSING = "refusing"
    """503 from a server in between."""
    SILENT = "silent"
    """It takes what comes, and connections drop before the answer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that has arrived."""

    at: float
    chat: int
    text: str


@dataclass
class _Doom:
    point: str
    left: int


class Survivor(BotApi):
    """Callers have names in their URLs: ``/w1/bot…``."""

    def __init__(self) -> None:
        super().__init__()
        self.journal: list[Taken] = []
        self.away: Away | None = None
        self.asked = 0
        """How often it was called, whatever it said."""
        self.born: dict[str, asyncio.Future[int]] = {}
        """The process of each caller, as soon as it is known."""
        self._dooms: dict[str, _Doom] = {}
        self._runner.app.router.add_route("*", "/{caller}/bot{token}/{method}", self._serve)

    @property
    def url(self) -> str:
        """What stands before a caller's name."""
        return self.base_url.removesuffix("/bot")

    def doom(self, caller: str, point: str, at: int) -> None:
        """Kill a caller when he comes with his message of this number."""
        self._dooms[caller] = _Doom(point, at)

    async def hang_up(self) -> None:
        """Refuse connections from now on."""
        for site in list(self._runner.sites):
            await site.stop()
        assert self._runner.server is not None
        await self._runner.server.shutdown(0.1)

    async def come_back(self) -> None:
        """Take connections again, where it did before."""
        port = int(self.url.rpartition(":")[2])
        await web.TCPSite(self._runner, "127.0.0.1", port).start()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.away is Away.REFUSING:
            return web.Response(status=503, text="Service Unavailable")
        caller = request.match_info.get("caller", "")
        point = self._point(caller, request.match_info["method"])
        if point == ON_THE_WIRE:
            await self._kill(caller)
            return web.Response()
        answer = await super()._serve(request)
        if point == TAKEN:
            await self._kill(caller)
        if self.away is Away.SILENT and request.transport is not None:
            request.transport.abort()
        return answer

    def _write(self, params: dict[str, Any], files: dict[str, Upload]) -> Sent:
        sent = super()._write(params, files)
        self.journal.append(Taken(asyncio.get_running_loop().time(), sent.chat, sent.text))
        return sent

    def _point(self, caller: str, method: str) -> str:
        doom = self._dooms.get(caller)
        if doom is None or not method.lower().startswith("send"):
            return ""
        doom.left -= 1
        return "" if doom.left else doom.point

    async def _kill(self, caller: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(await self.born[caller], signal.SIGKILL)
