"""Telegram's Bot API on this machine: real HTTP, long polling, refusals in its words, faults on demand.

    async with BotApi() as api:
        channel = TelegramChannel(api.token, base_url=api.base_url)
        serving = asyncio.create_task(channel.serve(answer, menu))
        [card] = await api.ask(7001, "/etf 560850")
        [more] = await api.press(card, "详情")
        api.fail("sendMessage", flooded(1), reset())

Every call is held against the Bot API as aiogram describes it: what that does not know is refused, kept in
`defects`, and fails the test at the end. A chat must have been opened or have spoken before the bot may write to it:
people have positive ids, supergroups −100…, other groups negative ones.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.bot_api_chats import Room, Sent, person
from tests.fakes.bot_api_faults import Fault, RefusedError
from tests.fakes.bot_api_files import Files, Upload
from tests.fakes.bot_api_hook import Webhook
from tests.fakes.bot_api_methods import Methods, number
from tests.fakes.bot_api_spec import METHODS, NotInTheApiError, carried, understood
from tests.fakes.bot_api_updates import Updates

TOKEN = "770001:AAfake-0123456789_secret-part-of-it"
PATIENCE_SECONDS = 10.0
"""How long a test waits for the bot before it fails; nothing takes that long when all is well."""

Params = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call of a method, lower-cased, with what it was given."""

    method: str
    params: Params
    files: dict[str, Upload]


class BotApi(Methods):
    """A server with one bot; used from the event loop of the test."""

    def __init__(self, token: str = TOKEN, *, username: str = "etf_flow_bot") -> None:
        self.token = token
        self.base_url = ""
        self.me: Params = {"id": 770001, "is_bot": True, "first_name": "ETF", "username": username}
        self.calls: list[Call] = []
        self.defects: list[str] = []
        self.acknowledged: list[Params] = []
        """Answered callback queries."""
        self.menus: dict[tuple[str, str], list[Params]] = {}
        """Commands by scope, as "default" or "chat:7001", and language code; "" = any other language."""
        self.suggested: dict[str, Params] = {}
        """What inline queries were answered with."""
        self.files = Files()
        self.updates = Updates()
        self.hook = Webhook(self.updates)
        self._rooms: dict[int, Room] = {}
        self._faults: list[tuple[str, int | None, Fault]] = []
        self._queries: set[str] = set()
        self._inquiries: set[str] = set()
        self._query_ids = count(1)
        self._changed = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._serve)
        application.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/bot"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.hook.close()
        self.updates.close()
        await self._runner.cleanup()
        if error is None:
            assert not self.defects, self.defects

    def open(self, chat: int, *, kind: str = "", name: str = "", topics: tuple[int, ...] = ()) -> Room:
        """A chat that the bot may write to; `kind` follows from the id unless it is a channel."""
        kind = kind or ("private" if chat > 0 else "supergroup" if str(chat).startswith("-100") else "group")
        return self._rooms.setdefault(chat, Room(id=chat, kind=kind, name=name, topics=frozenset(topics)))

    def shut(self, chat: int, description: str = "Forbidden: bot was blocked by the user") -> None:
        """The chat takes nothing more, and the bot is told of it as of a membership."""
        room = self.open(chat)
        room.refusal = RefusedError(403, description)
        self.updates.push({"my_chat_member": room.membership(self.me, "member", "kicked")})

    def stand(self, chat: int, before: str, after: str, *, by: int | None = None, language: str = "zh") -> None:
        """The bot's standing in a chat changes, as from "left" to "member"."""
        room = self.open(chat)
        self.updates.push(
            {"my_chat_member": room.membership(self.me, before, after, person(by or abs(chat), language))}
        )

    def move(self, chat: int, to: int, *, told: bool = False) -> None:
        """A group becomes a supergroup with another id; `told` = both chats say so."""
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        old, new = self.open(chat), self.open(to)
        old.refusal = RefusedError(400, description, migrate_to_chat_id=to)
        if told:
            self.updates.push({"message": old.service(person(7001), migrate_to_chat_id=to)})
            self.updates.push({"message": new.service(person(7001), migrate_from_chat_id=chat)})

    def say(
        self,
        chat: int,
        text: str,
        *,
        language: str = "zh",
        by: int | None = None,
        thread: int | None = None,
        answering: Sent | None = None,
    ) -> None:
        """A person says something, perhaps in a topic or as an answer to a message of the bot."""
        room = self.open(chat)
        before = room.shown(answering, self.me) if answering else None
        self.updates.push({"message": room.heard(text, person(by or abs(chat), language), thread, before)})

    def hand(
        self,
        chat: int,
        name: str,
        data: bytes,
        *,
        caption: str = "",
        by: int | None = None,
        answering: Sent | None = None,
        size: int | None = None,
        language: str = "zh",
    ) -> None:
        """A person sends a file, of another size than it has if that is given."""
        room, shown = self.open(chat), self.files.keep(Upload(name, data)).as_document
        before = room.shown(answering, self.me) if answering else None
        message = room.heard(caption, person(by or abs(chat), language), None, before)
        del message["text"]
        told = {"document": shown | ({"file_size": size} if size is not None else {})}
        self.updates.push({"message": message | told | ({"caption": caption} if caption else {})})

    def inquire(self, person_id: int, query: str, *, language: str = "zh") -> str:
        """A person types behind the bot's name in any chat; returns the id of the query."""
        inquiry = f"inquiry-{next(self._query_ids)}"
        self._inquiries.add(inquiry)
        told = {"id": inquiry, "from": person(person_id, language), "query": query, "offset": ""}
        self.updates.push({"inline_query": told})
        return inquiry

    async def suggestions(self, person_id: int, query: str, **how: Any) -> list[Params]:
        """Type behind the bot's name and wait for what can be chosen."""
        inquiry = self.inquire(person_id, query, **how)
        await self.until(lambda: inquiry in self.suggested, f"suggestions for {query!r}")
        return list(self.suggested[inquiry]["results"])

    def edit(self, chat: int, text: str) -> None:
        """A person changes what he said; the bot hears of it if it asks for that."""
        message = self.open(chat).heard(text, person(abs(chat)), None, None)
        self.updates.push({"edited_message": message | {"edit_date": message["date"]}})

    def tap(
        self,
        sent: Sent,
        label: str = "",
        *,
        data: str = "",
        by: int | None = None,
        language: str = "zh",
        gone: bool = False,
    ) -> str:
        """A person presses a button, or a client sends data of no button; returns the id of the query.

        `gone`: the message is too old or deleted, and only its place is shown.
        """
        room, query = self._rooms[sent.chat], f"query-{next(self._query_ids)}"
        self._queries.add(query)
        message = {"chat": room.as_json, "message_id": sent.id, "date": 0} if gone else room.shown(sent, self.me)
        press = {"id": query, "from": person(by or abs(sent.chat), language), "chat_instance": "1", "message": message}
        self.updates.push({"callback_query": press | {"data": data or sent.data(label)}})
        return query

    def sent(self, chat: int) -> list[Sent]:
        """The bot's messages in a chat as they stand now."""
        return list(self._rooms[chat].sent.values()) if chat in self._rooms else []

    async def ask(self, chat: int, text: str, *, answers: int = 1, **how: Any) -> list[Sent]:
        """Say something and wait for so many messages that follow."""
        self.open(chat).taken = len(self.sent(chat))
        self.say(chat, text, **how)
        return await self.answers(chat, answers)

    async def press(self, sent: Sent, label: str, *, answers: int = 1, **how: Any) -> list[Sent]:
        """Press a button and wait for so many messages that follow."""
        self._rooms[sent.chat].taken = len(self.sent(sent.chat))
        self.tap(sent, label, **how)
        return await self.answers(sent.chat, answers)

    async def answers(self, chat: int, number: int = 1) -> list[Sent]:
        """Wait for so many messages in a chat beyond those already looked at."""
        room = self.open(chat)
        await self.until(lambda: len(room.sent) >= room.taken + number, f"{number} more in {chat}: {self.sent(chat)}")
        found = self.sent(chat)[room.taken :]
        room.taken += len(found)
        return found

    async def until(self, true: Callable[[], object], what: str = "what was waited for") -> None:
        """Wait until something holds that calls of the bot bring about."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not true():
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"never came: {what}") from None

    async def news(self) -> None:
        """Wait for the next call of the bot or the next answer to one."""
        await self._changed.wait()

    def fail(self, method: str, *faults: Fault, chat: int | None = None) -> None:
        """Let the next calls of a method (to one chat) go wrong, one fault each."""
        self._faults += [(method.lower(), chat, fault) for fault in faults]

    def called(self, method: str) -> list[Params]:
        """What a method was called with, in order."""
        return [call.params for call in self.calls if call.method == method.lower()]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return _refused(RefusedError(401, "Unauthorized"))
        call = Call(method, *await carried(request))
        self.calls.append(call)
        self._tell()
        try:
            answer = await self._faulty(request, call, self._fault(call))
        except RefusedError as refusal:
            answer = _refused(refusal)
        finally:
            self._tell()
        return answer

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _refused(RefusedError(401, "Unauthorized"))
        upload = self.files.at(request.match_info["path"])
        return web.Response(body=upload.data) if upload else _refused(RefusedError(404, "Not Found"))

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _fault(self, call: Call) -> Fault | None:
        for at, (method, chat, fault) in enumerate(self._faults):
            if method == call.method and chat in {None, number(call.params.get("chat_id"))}:
                del self._faults[at]
                return fault
        return None

    async def _faulty(self, request: web.Request, call: Call, fault: Fault | None) -> web.Response:
        if fault is None:
            return web.json_response({"ok": True, "result": await self._perform(call)})
        await asyncio.sleep(fault.wait_seconds)
        if fault.refusal:
            raise fault.refusal
        if fault.body is not None:
            return web.Response(body=fault.body, status=fault.status)
        result = await self._perform(call) if fault.performed or not fault.reset else None
        if fault.reset and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, "result": result})

    async def _perform(self, call: Call) -> object:
        if call.method not in METHODS:
            raise RefusedError(404, "Not Found")
        try:
            params = understood(call.method, call.params, tuple(call.files))
        except NotInTheApiError as error:
            self.defects.append(str(error))
            raise RefusedError(400, f"Bad Request: {error}") from error
        if performed := getattr(self, f"_on_{call.method}", None):
            return await performed(params)
        if performed := getattr(self, f"_with_files_{call.method}", None):
            return await performed(params, call.files)
        if call.method.startswith("send") and call.method != "sendchataction":
            return self._wrote(self._write(params, call.files))
        return "chat_id" not in params or bool(self._room(params["chat_id"]))


def _refused(refusal: RefusedError) -> web.Response:
    body: Params = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)
