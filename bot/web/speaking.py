"""What people say on the page: lines, buttons, files."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.base import ChatKind
from bot.channels.web import NobodyListensError, NotOfferedError, Said, WebChannel
from bot.channels.web_rooms import Room
from bot.web.asked import entry_id_of, file_of, keep_pace, language_of, object_of, person_of, room_of, text_of
from bot.web.cast import Cast
from bot.web.pace import Pace
from bot.web.words import Words, page_language, words_of


class Speaking:
    """Hands in what is said; the guard has seen to it that the page itself asks."""

    def __init__(self, channel: WebChannel, cast: Cast, pace: Pace) -> None:
        self._channel = channel
        self._cast = cast
        self._pace = pace

    def routes(self) -> list[Route]:
        """Where something is said."""
        return [Route("/say", self.say, methods=["POST"]), Route("/file", self.file, methods=["POST"])]

    async def say(self, request: Request) -> Response:
        """Take a line of a person, or a button that he pressed; answered when the answer is in the transcript."""
        words = words_of(page_language(request.headers))
        keep_pace(self._pace, request, words)
        told = await object_of(request, words)
        room, text = room_of(told.get("chat"), self._cast.rooms), text_of(told.get("text"), words)
        person, pressed = person_of(told.get("person"), room), entry_id_of(told.get("pressed"))
        said = _said(request, room, person, text)
        return await self._answered(replace(said, pressed=pressed), words)

    async def file(self, request: Request) -> Response:
        """Take a file of a person, with a line or without; the body is the file."""
        words, asked = words_of(page_language(request.headers)), request.query_params
        keep_pace(self._pace, request, words)
        room = room_of(asked.get("chat"), self._cast.rooms)
        person, text = person_of(asked.get("person"), room), text_of(asked.get("text", ""), words, may_be_blank=True)
        said = _said(request, room, person, text)
        return await self._answered(replace(said, document=await file_of(request, words)), words)

    async def _answered(self, said: Said, words: Words) -> Response:
        try:
            await self._channel.say(said)
        except NobodyListensError:
            raise HTTPException(503, words["not_ready"]) from None
        except NotOfferedError:
            raise HTTPException(409, words["stale"]) from None
        return Response(status_code=204)


def _said(request: Request, room: Room, person: str, text: str) -> Said:
    """What is said, with what the page knows of the person and the chat without being told."""
    words = words_of(page_language(request.headers))
    return Said(
        room=room,
        text=text,
        person=person,
        name=words[f"person_{person}"],
        title="" if room.kind is ChatKind.PRIVATE else words[f"room_{room.id}"],
        language=language_of(request),
    )
