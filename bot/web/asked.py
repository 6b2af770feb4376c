"""What a request asks for, read with a bound on everything; raises HTTPException with words for the person."""

import asyncio
import json
from math import ceil
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.channels.legible import legible
from bot.channels.web_rooms import Room
from bot.messages.model import Document
from bot.web.pace import Pace, household
from bot.web.words import Words, client_languages

TEXT_CHARS_MAX = 2_000
BODY_BYTES_MAX = 32 * 1024
"""Room for the longest text with every character escaped."""
FILE_BYTES_MAX = 256 * 1024
"""A set-up of a few hundred rules is a tenth of it."""
BODY_SECONDS_MAX = 60.0
"""Whoever sends slower keeps a connection for himself; there are not many."""
NAME_CHARS_MAX = 120
SEARCH_CHARS_MAX = 100

_ID_MAX = 2**63 - 1
"""What a database can count."""
_LANGUAGE_CHARS_MAX = 35


def keep_pace(pace: Pace, request: Request, words: Words) -> None:
    """Count a request of somebody, or refuse it when he asks too fast."""
    who = household(request.client.host if request.client else "")
    if (wait := pace.wait_seconds(who)) > 0:
        raise HTTPException(429, words["too_fast"].format(n=ceil(wait)), {"Retry-After": str(ceil(wait))})
    pace.take(who)


async def body_of(request: Request, most_bytes: int, refusal: str) -> bytes:
    """The whole body, or 413 with `refusal`; 408 for one that does not come to its end."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise HTTPException(413, refusal)
    except TimeoutError:
        raise HTTPException(408, "too slow") from None
    return bytes(body)


async def object_of(request: Request, words: Words) -> dict[str, Any]:
    """The JSON object that was sent."""
    body = await body_of(request, BODY_BYTES_MAX, words["too_big"].format(most=TEXT_CHARS_MAX))
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise HTTPException(400, words["unreadable"])
    return told


async def file_of(request: Request, words: Words) -> Document:
    """The file that was sent as the body, named in the address."""
    data = await body_of(request, FILE_BYTES_MAX, words["file_big"].format(most=FILE_BYTES_MAX // 1024))
    if not data:
        raise HTTPException(400, words["file_empty"])
    # A browser names the file alone; anything that looks like a folder is somebody's attempt.
    name = request.query_params.get("name", "").replace("\\", "/").rpartition("/")[2]
    return Document(legible(name)[-NAME_CHARS_MAX:].strip() or "file", data)


def text_of(told: object, words: Words, *, may_be_blank: bool = False) -> str:
    """A line to say, without blanks around it."""
    if not isinstance(told, str):
        raise HTTPException(400, words["unreadable"])
    text = told.replace("\0", "").strip()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise HTTPException(400, words["unreadable"]) from None
    if not text and not may_be_blank:
        raise HTTPException(400, words["blank"])
    if len(text) > TEXT_CHARS_MAX:
        raise HTTPException(413, words["too_long"].format(most=TEXT_CHARS_MAX, n=len(text)))
    return text


def room_of(told: object, rooms: tuple[Room, ...]) -> Room:
    """The chat that is named, or the first one where none is."""
    if told is None:
        return rooms[0]
    for one in rooms:
        if one.id == told:
            return one
    raise HTTPException(404, "no such chat")


def person_of(told: object, room: Room) -> str:
    """Who speaks: somebody of the chat, or its first one where nobody is named."""
    if told is None:
        return room.people[0]
    if not isinstance(told, str) or told not in room.people:
        raise HTTPException(400, "nobody of this chat")
    return told


def entry_id_of(told: object) -> int:
    """The entry under which a button was pressed; 0 = none was."""
    if told is None:
        return 0
    if not isinstance(told, int) or isinstance(told, bool) or not 0 < told <= _ID_MAX:
        raise HTTPException(400, "not an id")
    return told


def number_of(text: str | None, default: int) -> int:
    """An id in an address, as large as there can be one."""
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal():
        raise HTTPException(400, "not an id")
    return min(_ID_MAX, int(text[: len(str(_ID_MAX)) + 1]))


def language_of(request: Request) -> str:
    """The language that the person's browser names first."""
    return next(iter(client_languages(request.headers)), "")[:_LANGUAGE_CHARS_MAX]
