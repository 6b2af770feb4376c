"""What the page reads: how the chats stand, their history, what is new in them, pictures and files."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.web import WebChannel
from bot.channels.web_bubbles import bare_text
from bot.channels.web_transcript import Entry, Transcript
from bot.messages.model import from_json
from bot.store.errors import AwayError
from bot.web.asked import SEARCH_CHARS_MAX, keep_pace, number_of, room_of
from bot.web.cast import Cast
from bot.web.gallery import (
    FILES_PATH,
    KEPT_FOR_GOOD,
    PICTURES_PATH,
    documents,
    file_headers,
    file_name,
    picture_name,
    pngs,
)
from bot.web.pace import Pace
from bot.web.shown import entry_to_json
from bot.web.words import page_language, words_of

HISTORY_ENTRIES = 40
STREAM_ENTRIES = 100
SEARCHED_ENTRIES = 1_000
"""How far back a search looks: it reads every one of them."""
FOUND_ENTRIES = 50
EXCERPT_CHARS = 60
READERS_MAX = 50
"""Open pages at the same time."""
QUIET_SECONDS = 10.0
"""A stream without news says that it lives after so long; also how late another process's entries may be seen."""
AWAY_SECONDS = 1.0
"""Between two looks of a stream at a database that cannot be had."""
PLAIN_VIEW = "plain"
"""What is sent where markup was refused."""


class Reading:
    """Everything that changes nothing."""

    def __init__(self, channel: WebChannel, transcript: Transcript, cast: Cast, searching: Pace) -> None:
        self._channel = channel
        self._transcript = transcript
        self._cast = cast
        self._searching = searching
        self._readers = 0
        self._closed = False

    def routes(self) -> list[Route]:
        """Where it is read."""
        return [
            Route("/rooms", self.rooms),
            Route("/history", self.history),
            Route("/search", self.search),
            Route("/events", self.events),
            Route(f"{PICTURES_PATH}/{{entry}}/{{name}}", self.picture),
            Route(f"{FILES_PATH}/{{entry}}/{{name}}", self.download),
        ]

    def close(self) -> None:
        """End the streams; the page is not served any more."""
        self._closed = True
        self._channel.wake()

    async def rooms(self, request: Request) -> Response:
        """How each chat stands for a reader who tells the last id that he has read in it."""
        told = []
        newest = await self._transcript.last_id(self._cast.chats)
        for chat in self._cast.chats:
            read = number_of(request.query_params.get(chat), 0)
            last = await self._transcript.before(chat, newest + 1, 1)
            told.append(
                {
                    "id": chat,
                    "unread": await self._transcript.unread(chat, read),
                    "last": _summary(last[0]) if last else None,
                }
            )
        return JSONResponse({"newest": newest, "rooms": told})

    async def history(self, request: Request) -> Response:
        """Entries before an id, or the newest ones, oldest first; `more` tells whether there are older ones."""
        room = room_of(request.query_params.get("chat"), self._cast.rooms)
        end = await self._transcript.last_id([room.id]) + 1
        before = min(end, number_of(request.query_params.get("before"), end))
        found = await self._transcript.before(room.id, before, HISTORY_ENTRIES + 1)
        shown = found[-HISTORY_ENTRIES:]
        return JSONResponse({"entries": [self._shown(one, request) for one in shown], "more": len(found) > len(shown)})

    async def search(self, request: Request) -> Response:
        """The newest entries of a chat that hold some words, newest first."""
        keep_pace(self._searching, request, words_of(page_language(request.headers)))
        room = room_of(request.query_params.get("chat"), self._cast.rooms)
        wanted = request.query_params.get("q", "").strip().casefold()[:SEARCH_CHARS_MAX]
        found: list[dict[str, Any]] = []
        before, read = await self._transcript.last_id([room.id]) + 1, 0
        while wanted and len(found) < FOUND_ENTRIES and read < SEARCHED_ENTRIES:
            entries = await self._transcript.before(room.id, before, STREAM_ENTRIES)
            if not entries:
                break
            for entry in reversed(entries):
                at = _words(entry).casefold().find(wanted)
                if at >= 0:
                    found.append(_summary(entry, max(0, at - EXCERPT_CHARS // 3)))
            before, read = entries[0].id, read + len(entries)
        return JSONResponse({"found": found[:FOUND_ENTRIES]})

    async def events(self, request: Request) -> Response:
        """Entries and changes of all chats as they come, after the id where a reader stopped or from now on."""
        if self._readers >= READERS_MAX:
            raise HTTPException(503, "too many open pages")
        newest = await self._transcript.last_id(self._cast.chats)
        seen = request.headers.get("last-event-id") or request.query_params.get("after")
        after = number_of(seen, newest)
        stream = self._stream(after, request) if after <= newest else _start_over()
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def picture(self, request: Request) -> Response:
        """A picture of an entry, by the hash of its content: it never becomes another one."""
        entry = await self._found(request)
        for png in pngs(entry.body) if entry else ():
            if picture_name(png) == request.path_params["name"]:
                return Response(png, media_type="image/png", headers={"Cache-Control": KEPT_FOR_GOOD})
        raise HTTPException(404, "no such picture")

    async def download(self, request: Request) -> Response:
        """A file of an entry, in the same way."""
        entry = await self._found(request)
        for one in documents(entry.body) if entry else ():
            if file_name(one.data) == request.path_params["name"]:
                return Response(one.data, media_type="application/octet-stream", headers=file_headers(one))
        raise HTTPException(404, "no such file")

    async def _found(self, request: Request) -> Entry | None:
        return await self._transcript.find(self._cast.chats, number_of(request.path_params["entry"], 0))

    def _shown(self, entry: Entry, request: Request) -> dict[str, Any]:
        view = request.query_params.get("as", "")
        if view == PLAIN_VIEW:
            return entry_to_json(entry, self._channel, plain=True)
        return entry_to_json(entry, self._cast.previews.get(view))

    async def _stream(self, after: int, request: Request) -> AsyncIterator[str]:
        self._readers += 1
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                try:
                    entries = await self._channel.news(self._cast.chats, after, STREAM_ENTRIES, QUIET_SECONDS)
                except AwayError:
                    entries = []
                    await asyncio.sleep(AWAY_SECONDS)
                if not request.state.lasts():
                    break
                for entry in entries:
                    name = "update" if entry.edits else "entry"
                    yield f"id: {entry.id}\nevent: {name}\ndata: {json.dumps(self._shown(entry, request))}\n\n"
                    after = entry.id
                if not entries:
                    yield "event: quiet\ndata:\n\n"
        finally:
            self._readers -= 1


async def _start_over() -> AsyncIterator[str]:
    """For a reader who has seen more than there is: the transcript is a new one."""
    yield "event: reset\ndata:\n\n"


def _words(entry: Entry) -> str:
    """What an entry says, on one line."""
    return " ".join(bare_text(from_json(entry.body)).split())


def _summary(entry: Entry, start: int = 0) -> dict[str, Any]:
    text = _words(entry)[start : start + EXCERPT_CHARS]
    return {"id": entry.id, "author": entry.author, "at": entry.at.isoformat(), "text": text}
