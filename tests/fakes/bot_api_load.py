"""A Bot API for many messages: it knows a few methods, keeps a journal, and does to each chat what its plan says.

Unlike `BotApi` it looks at no markup and at no types, so it costs little beside the bot. All its times are the
loop's: on a loop with a clock of its own, server and bot live by the same one.
"""

import asyncio
import json
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.bot_api_faults import Fault, RefusedError
from tests.fakes.bot_api_windows import Windows

TOKEN = "770001:AAfake-0123456789_secret-part-of-it"

OK = "ok"

_GONE, _MOVED, _SERVER_ERROR = 403, "migrate_to_chat_id", 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One call for a chat."""

    at: float
    """When the server took or refused it."""
    chat: str
    text: str
    plain: bool
    taken: bool
    """It stands in the chat."""
    said: str
    """OK, the refusal's description or status, or empty where the answer was lost."""
    messages: int = 1
    ids: tuple[int, ...] = ()
    """Of the messages that stand there now."""


@dataclass(kw_only=True)
class LoadApi:
    """A server with one bot; used from the event loop of the test."""

    latency_seconds: tuple[float, float] = (0.01, 0.06)
    """Shortest and longest time to an answer; a call is taken at some moment within."""
    windows: Windows | None = None
    """What is allowed; None = everything."""
    seed: int = 7
    token: str = TOKEN
    base_url: str = ""
    journal: list[Entry] = field(default_factory=list)
    spells: list[tuple[float, float]] = field(default_factory=list)
    """From when until when everybody is told to wait."""
    away: list[tuple[float, float]] = field(default_factory=list)
    """From when until when every connection drops before anything is read."""
    weather: Callable[[str], Fault | None] = lambda _: None
    """What goes wrong with a call for a chat that has nothing planned."""
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    """What people have said and nobody has fetched."""

    def __post_init__(self) -> None:
        self._plans: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self._shut: dict[str, RefusedError] = {}
        self._heard = asyncio.Event()
        self._ids = count(1)
        self._drawn = random.Random(self.seed)  # noqa: S311
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/bot"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def plan(self, chat: str, faults: Iterable[Fault | None]) -> None:
        """What happens to the next calls for a chat, in order; None = all is well."""
        self._plans[chat].extend(faults)

    def reopen(self, chat: str) -> None:
        """The chat takes messages again."""
        self._shut.pop(chat, None)

    def say(self, chat: int, text: str) -> None:
        """A person says something."""
        kind = "private" if chat > 0 else "supergroup"
        person = {"id": abs(chat), "is_bot": False, "first_name": "Li", "language_code": "zh"}
        message = {"message_id": next(self._ids), "date": 1_739_260_860, "chat": {"id": chat, "type": kind}}
        said = message | {"from": person, "text": text, "entities": _commands(text)}
        self.updates.append({"update_id": next(self._ids), "message": said})
        self._heard.set()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2].lower()
        params = dict(await request.post())
        if any(begin <= _now() < end for begin, end in self.away) and request.transport:
            if method.startswith("send"):
                self._note(params, said="")
            request.transport.abort()
            return _answer(None)
        if method in {"sendmessage", "sendmediagroup"}:
            return await self._send(request, params)
        if method == "getupdates":
            return _answer(await self._fetch(params))
        await asyncio.sleep(self._drawn.uniform(*self.latency_seconds))
        if method == "getme":
            return _answer({"id": 770001, "is_bot": True, "first_name": "ETF", "username": "etf_flow_bot"})
        return _answer([] if method.startswith("getmy") else True)

    async def _fetch(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        offset = int(params.get("offset", 0))
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        self._heard.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(float(params.get("timeout", 0))):
                while not self.updates:
                    await self._heard.wait()
        return list(self.updates)[:100]

    async def _send(self, request: web.BaseRequest, params: dict[str, Any]) -> web.StreamResponse:
        whole = self._drawn.uniform(*self.latency_seconds)
        there = whole * self._drawn.random()
        await asyncio.sleep(there)
        try:
            fault, result = self._allowed(params), None
            if fault is None or fault.performed:
                result = self._take(params, lost=fault is not None)
            else:
                self._note(params, said="" if fault.status < _SERVER_ERROR else str(fault.status))
        except RefusedError as refusal:
            self._note(params, said=refusal.description)
            return _refused(refusal)
        await asyncio.sleep((whole - there) if fault is None else fault.wait_seconds)
        if fault is not None and fault.body is not None:
            return web.Response(body=fault.body, status=fault.status)
        if fault is not None and fault.reset and request.transport:
            request.transport.abort()
        return _answer(result)

    def _allowed(self, params: dict[str, Any]) -> Fault | None:
        """What goes wrong with a call without a refusal; raises RefusedError."""
        chat, now = str(params["chat_id"]), _now()
        for begin, end in self.spells:
            if begin <= now < end:
                raise _flooded(end - now)
        if chat in self._shut:
            raise self._shut[chat]
        plan = self._plans[chat]
        fault = plan.popleft() if plan else self.weather(chat)
        if fault is not None and fault.refusal:
            if fault.refusal.status == _GONE or _MOVED in fault.refusal.parameters:
                self._shut[chat] = fault.refusal
            raise fault.refusal
        if self.windows is not None and (wait := self.windows.wait_seconds(chat, _many(params), now)):
            raise _flooded(wait)
        return fault

    def _take(self, params: dict[str, Any], *, lost: bool) -> object:
        chat, many = str(params["chat_id"]), _many(params)
        ids = tuple(next(self._ids) for _ in range(many))
        self._note(params, said="" if lost else OK, ids=ids)
        if self.windows is not None:
            self.windows.count(chat, many, _now())
        shown = {"date": 1_739_260_860, "chat": {"id": int(chat), "type": "private"}, "text": "x"}
        made = [shown | {"message_id": one} for one in ids]
        return made if "media" in params else made[0]

    def _note(self, params: dict[str, Any], *, said: str, ids: tuple[int, ...] = ()) -> None:
        media = json.loads(params["media"]) if "media" in params else [{}]
        text = params.get("text") or media[0].get("caption", "")
        plain = "parse_mode" not in (params if "text" in params else media[0])
        self.journal.append(Entry(_now(), str(params["chat_id"]), text, plain, bool(ids), said, len(media), ids))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _many(params: dict[str, Any]) -> int:
    return len(json.loads(params["media"])) if "media" in params else 1


def _flooded(seconds: float) -> RefusedError:
    whole = max(1, -int(-seconds // 1))
    return RefusedError(429, f"Too Many Requests: retry after {whole}", retry_after=whole)


def _commands(text: str) -> list[dict[str, Any]]:
    length = len(text.split(maxsplit=1)[0])
    return [{"type": "bot_command", "offset": 0, "length": length}] if text.startswith("/") else []


def _answer(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(refusal: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)
