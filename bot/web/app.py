"""The chat page over HTTP, behind its guard; beside it what machines ask."""

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.base import Channel
from bot.channels.web import WebChannel
from bot.channels.web_rooms import OWN_ROOMS, Room
from bot.channels.web_transcript import Transcript
from bot.store.errors import AwayError
from bot.web.cast import Cast
from bot.web.door import Door
from bot.web.guard import Guard, is_loopback
from bot.web.home import Home
from bot.web.lock import Lock
from bot.web.pace import Pace
from bot.web.probes import Ready, Scraped, probes
from bot.web.reading import Reading
from bot.web.sessions import Sessions
from bot.web.speaking import Speaking
from bot.web.words import page_language, words_of

_FOLDER = Path(__file__).parent


def create_app(
    channel: WebChannel,
    transcript: Transcript,
    *,
    demo: bool,
    host: str = "127.0.0.1",
    password: str | None = None,
    allowed_hosts: Collection[str] = (),
    rooms: tuple[Room, ...] = OWN_ROOMS,
    admins: Collection[str] = (),
    previews: Mapping[str, Channel] | None = None,
    clock: Callable[[], float] = time.monotonic,
    calendar_clock: Callable[[], float] = time.time,
    scrape: Scraped | None = None,
    ready: Ready | None = None,
) -> Starlette:
    """The page of some chats, to be served once, on `host`; beside it what a Prometheus server scrapes.

    `admins` are people of the rooms who are shown the commands of administrators; what they may say is decided
    elsewhere. `allowed_hosts` are names that it answers to besides this computer's own (behind a proxy, which must
    pass the Host header on). `calendar_clock` tells Unix seconds.

    Raises ValueError when `host` can be reached from elsewhere and there is no password.
    """
    if not password and not is_loopback(host):
        raise ValueError(
            f"the chat page would be open to everybody on {host!r}: set a password, or serve it on 127.0.0.1"
        )
    shown = Cast(rooms=rooms, admins=admins, previews=previews or {}, demo=demo)
    reading = Reading(channel, transcript, shown, Pace(burst=20, per_second=2, clock=clock))
    speaking = Speaking(channel, shown, Pace(burst=10, per_second=1, clock=clock))
    lock, sessions = Lock(password, clock) if password else None, Sessions(password, calendar_clock)
    guard = Middleware(
        Guard,
        hosts=(*allowed_hosts, host),
        any_address=not is_loopback(host),
        lock=lock,
        sessions=sessions,
    )
    app = Starlette(
        routes=[
            Route("/", Home(channel, shown, sessions).answer),
            *Door(sessions, lock, _FOLDER / "templates").routes(),
            *reading.routes(),
            *speaking.routes(),
            *probes(ready, scrape),
            Mount("/static", _Files(directory=_FOLDER / "static")),
        ],
        middleware=[guard],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _gone, AwayError: _away},
    )
    app.state.close = reading.close
    return app


class _Files(StaticFiles):
    """Files that a browser keeps but asks about each time, so that an update is seen at once."""

    def file_response(self, *asked: Any, **how: Any) -> Response:
        response = super().file_response(*asked, **how)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _refused(_: Request, refusal: Exception) -> Response:
    told = cast("HTTPException", refusal)
    return JSONResponse({"error": told.detail}, told.status_code, told.headers)


async def _away(request: Request, _: Exception) -> Response:
    """Nothing was kept, and nothing can be looked up."""
    words = words_of(page_language(request.headers))
    return JSONResponse({"error": words["away"]}, 503)


async def _gone(_: Request, __: Exception) -> Response:
    """For somebody who hung up in the middle of a sentence; nobody reads this, and it is no error of ours."""
    return Response(status_code=400)
