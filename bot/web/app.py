"""The chat page over HTTP: the page itself, its history, a stream of what is new, and a way to say something."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.web import LOCAL_CHAT, Entry, NobodyListensError, Transcript, WebChannel
from bot.subscriptions import Language
from bot.web.gallery import KEPT_FOR_GOOD, PICTURES_PATH, picture_name, pngs, with_links
from bot.web.guard import OPEN_PATH, Guard, Pace, is_loopback
from bot.web.words import HTML_LANGUAGES, Words, client_languages, page_language, words_of

TEXT_CHARS_MAX = 2_000
BODY_BYTES_MAX = 32 * 1024
"""Room for the longest text with every character escaped."""
HISTORY_ENTRIES = 40
STREAM_ENTRIES = 100
READERS_MAX = 50
"""Open pages at the same time."""
METRICS_PATH = "/metrics"
METRICS_TYPE = "text/plain; version=0.0.4"
"""The text format of Prometheus; newer ones differ in names that ours do not have."""
QUIET_SECONDS = 10.0
"""A stream without news says that it lives after so long; also how late another process's entries may be seen."""

_FOLDER = Path(__file__).parent
_ID_DIGITS_MAX = 20
_LANGUAGE_CHARS_MAX = 35


def create_app(
    channel: WebChannel,
    transcript: Transcript,
    *,
    demo: bool,
    host: str = "127.0.0.1",
    password: str | None = None,
    allowed_hosts: Collection[str] = (),
    chat: str = LOCAL_CHAT,
    clock: Callable[[], float] = time.monotonic,
    scrape: Callable[[], Awaitable[str]] | None = None,
) -> Starlette:
    """The page of one chat, to be served once, on `host`; beside it what a Prometheus server scrapes.

    `allowed_hosts` are names that it answers to besides this computer's own (behind a proxy, which must
    pass the Host header on). Raises ValueError when `host` can be reached from elsewhere and there is no password.
    """
    if not password and not is_loopback(host):
        raise ValueError(
            f"the chat page would be open to everybody on {host!r}: set a password, or serve it on 127.0.0.1"
        )
    page = _Page(channel, transcript, chat, demo=demo, pace=Pace(burst=10, per_second=1, clock=clock))
    guard = Middleware(
        Guard,
        hosts=(*allowed_hosts, host),
        any_address=not is_loopback(host),
        password=password,
        guesses=Pace(burst=10, per_second=0.1, clock=clock),
    )
    metrics = [Route(METRICS_PATH, _Metrics(scrape).answer)] if scrape else []
    app = Starlette(
        routes=[*page.routes(), *metrics],
        middleware=[guard],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _gone},
    )
    app.state.close = page.close
    return app


class _Page:
    def __init__(self, channel: WebChannel, transcript: Transcript, chat: str, *, demo: bool, pace: Pace) -> None:
        self._channel = channel
        self._transcript = transcript
        self._chat = chat
        self._demo = demo
        self._pace = pace
        self._readers = 0
        self._closed = False
        files = FileSystemLoader(_FOLDER / "templates")
        self._templates = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def routes(self) -> list[Route | Mount]:
        return [
            Route("/", self.home),
            Route("/history", self.history),
            Route("/events", self.events),
            Route("/say", self.say, methods=["POST"]),
            Route(f"{PICTURES_PATH}/{{entry}}/{{name}}", self.picture),
            Route(OPEN_PATH, _healthy),
            Mount("/static", _Files(directory=_FOLDER / "static")),
        ]

    def close(self) -> None:
        """End the streams; the page is not served any more."""
        self._closed = True
        self._channel.wake()

    async def home(self, request: Request) -> Response:
        language = page_language(request.headers)
        english, entries = language is Language.EN, self._channel.menu
        menu = [(one.name, one.help_en if english else one.help_zh) for one in entries]
        # Few words on a button that is always there: a phone is narrow.
        quick = [(one.name, one.name if english else one.word_zh or one.name) for one in entries if one.quick]
        page = self._templates.get_template("chat.html")
        return HTMLResponse(
            page.render(
                language=HTML_LANGUAGES[language], words=words_of(language), menu=menu, quick=quick, demo=self._demo
            )
        )

    async def history(self, request: Request) -> Response:
        """Entries before an id, or the newest ones, oldest first; `more` tells whether there are older ones."""
        end = await self._transcript.last_id(self._chat) + 1
        before = min(end, _number(request.query_params.get("before"), end))
        found = await self._transcript.before(self._chat, before, HISTORY_ENTRIES + 1)
        shown = found[-HISTORY_ENTRIES:]
        return JSONResponse({"entries": [_entry_to_json(one) for one in shown], "more": len(found) > len(shown)})

    async def events(self, request: Request) -> Response:
        """Entries as they come, after the id where a reader stopped or from now on."""
        if self._readers >= READERS_MAX:
            raise HTTPException(503, "too many open pages")
        newest = await self._transcript.last_id(self._chat)
        seen = request.headers.get("last-event-id") or request.query_params.get("after")
        after = _number(seen, newest)
        stream = self._stream(after) if after <= newest else self._start_over()
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def picture(self, request: Request) -> Response:
        """A picture of an entry, by the hash of its content: it never becomes another one."""
        entry_id, name = _number(request.path_params["entry"], 0), request.path_params["name"]
        for entry in await self._transcript.since(self._chat, entry_id - 1, 1):
            for png in pngs(entry.body) if entry.id == entry_id else ():
                if picture_name(png) == name:
                    return Response(png, media_type="image/png", headers={"Cache-Control": KEPT_FOR_GOOD})
        raise HTTPException(404, "no such picture")

    async def _stream(self, after: int) -> AsyncIterator[str]:
        self._readers += 1
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                entries = await self._channel.news(self._chat, after, STREAM_ENTRIES, QUIET_SECONDS)
                for entry in entries:
                    yield f"id: {entry.id}\nevent: entry\ndata: {json.dumps(_entry_to_json(entry))}\n\n"
                    after = entry.id
                if not entries:
                    yield "event: quiet\ndata:\n\n"
        finally:
            self._readers -= 1

    async def _start_over(self) -> AsyncIterator[str]:
        """For a reader who has seen more than there is: the transcript is a new one."""
        yield "event: reset\ndata:\n\n"

    async def say(self, request: Request) -> Response:
        """Take a line of the person, answer it, and return when the answer is in the transcript."""
        words = words_of(page_language(request.headers))
        who = request.client.host if request.client else ""
        if (wait := self._pace.wait_seconds(who)) > 0:
            raise HTTPException(429, words["too_fast"].format(n=ceil(wait)), {"Retry-After": str(ceil(wait))})
        self._pace.take(who)
        text = _text(await _body(request, words), words)
        language = next(iter(client_languages(request.headers)), "")[:_LANGUAGE_CHARS_MAX]
        try:
            await self._channel.say(self._chat, text, language)
        except NobodyListensError:
            raise HTTPException(503, words["not_ready"]) from None
        return Response(status_code=204)


class _Files(StaticFiles):
    """Files that a browser keeps but asks about each time, so that an update is seen at once."""

    def file_response(self, *asked: Any, **how: Any) -> Response:
        response = super().file_response(*asked, **how)
        response.headers["Cache-Control"] = "no-cache"
        return response


@dataclass(frozen=True, slots=True)
class _Metrics:
    """The service's figures, behind the page's password like all but its health."""

    scrape: Callable[[], Awaitable[str]]

    async def answer(self, _: Request) -> Response:
        return Response(await self.scrape(), media_type=METRICS_TYPE)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _refused(_: Request, refusal: Exception) -> Response:
    told = cast("HTTPException", refusal)
    return JSONResponse({"error": told.detail}, told.status_code, told.headers)


async def _gone(_: Request, __: Exception) -> Response:
    """For somebody who hung up in the middle of a sentence; nobody reads this, and it is no error of ours."""
    return Response(status_code=400)


async def _body(request: Request, words: Words) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, words["too_big"].format(most=TEXT_CHARS_MAX))
    return body


def _text(body: bytes, words: Words) -> str:
    try:
        text = str(json.loads(body)["text"].replace("\0", "").strip())
        text.encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HTTPException(400, words["unreadable"]) from None
    if not text:
        raise HTTPException(400, words["blank"])
    if len(text) > TEXT_CHARS_MAX:
        raise HTTPException(413, words["too_long"].format(most=TEXT_CHARS_MAX, n=len(text)))
    return text


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal():
        raise HTTPException(400, "not an id")
    return int(text[:_ID_DIGITS_MAX])


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    body = with_links(entry.body, f"{PICTURES_PATH}/{entry.id}")
    return {"id": entry.id, "author": entry.author, "at": entry.at.isoformat(), "body": body}
