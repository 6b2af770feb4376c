"""What machines ask: does the process live, can it do its work, and its figures. On the page, or at a port of its own."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.guard import HEALTH_PATH, READY_PATH, Guard, is_loopback
from bot.web.sessions import Sessions

METRICS_PATH = "/metrics"
METRICS_TYPE = "text/plain; version=0.0.4"
"""The text format of Prometheus; newer ones differ in names that ours do not have."""

Ready: TypeAlias = Callable[[], Awaitable[list[str]]]
"""Names what is missing; empty = nothing."""
Scraped: TypeAlias = Callable[[], Awaitable[str]]


def probes(ready: Ready | None, scrape: Scraped | None) -> list[Route]:
    """The routes; a process that answers lives, and its event loop turns."""
    routes = [Route(HEALTH_PATH, _healthy)]
    if ready is not None:
        routes.append(Route(READY_PATH, _Ready(ready).answer))
    if scrape is not None:
        routes.append(Route(METRICS_PATH, _Metrics(scrape).answer))
    return routes


def create_probes(ready: Ready, scrape: Scraped, *, host: str) -> Starlette:
    """The routes alone, without a password: they tell no secret, no text and no reader.

    On this computer's own address only its own names are answered to, so that no page of elsewhere can ask.
    """
    sessions = Sessions(None, time.time)
    guard = Middleware(Guard, hosts=(host,), any_address=True, lock=None, sessions=sessions)
    app = Starlette(routes=probes(ready, scrape), middleware=[guard] if is_loopback(host) else [])
    app.state.close = _nothing
    return app


@dataclass(frozen=True, slots=True)
class _Ready:
    """503 with the names of what is missing, or 200."""

    ready: Ready

    async def answer(self, _: Request) -> Response:
        missing = await self.ready()
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, 503)
        return JSONResponse({"status": "ready"})


@dataclass(frozen=True, slots=True)
class _Metrics:
    """The service's figures; on the page behind its password."""

    scrape: Scraped

    async def answer(self, _: Request) -> Response:
        return Response(await self.scrape(), media_type=METRICS_TYPE)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _nothing() -> None:
    """There are no streams to end."""
