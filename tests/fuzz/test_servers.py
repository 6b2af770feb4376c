"""Servers that answer anything: a send fails as sends may fail, listening goes on, and no secret gets out."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count as numbers

import pytest
from aiohttp import web
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels import telegram_transport
from bot.channels.base import Channel, Part
from bot.channels.telegram import TelegramChannel
from bot.channels.wecom import WecomChannel
from bot.deliveries import Address, SendFailedError
from bot.messages.model import Button, Document
from tests.channels.messages import PNG
from tests.channels.talking import Echo, served
from tests.fakes.bot_api import BotApi
from tests.fuzz.fuzzing import JUNK, TEXTS, Loop, deep, examples, fuzz, mostly, no_defect
from tests.fuzz.updates import BODIES, CHATS, DATES, part

TOKEN = "770001:AAfake-0123456789_secret-part-of-it"
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
LARGE = b'{"ok": true, "result": "' + b"a" * 10_000_000 + b'"}'
AWAY = {"Location": "http://169.254.169.254/latest"}

PARTS = st.sampled_from(
    [
        Part(markup="x"),
        Part(markup="x", buttons=((Button("a", "/help"),),)),
        Part(markup="x", picture=PNG),
        Part(markup="x", album=(PNG, PNG)),
        Part(markup="x", document=Document("a.json", b"{}")),
        Part(markup="x", replaces="7"),
        Part(markup="x", rich="<b>x</b>"),
        Part(markup="x", pin=True),
    ]
)
SENT = part({"message_id": st.integers(-1, 2**40), "date": DATES, "chat": CHATS}, text=TEXTS, photo=JUNK, document=JUNK)
ANSWERS = st.one_of(
    st.fixed_dictionaries({"ok": mostly(st.just(True)), "result": st.one_of(SENT, st.lists(SENT, max_size=2), JUNK)}),
    st.fixed_dictionaries(
        {"ok": st.just(False), "description": mostly(TEXTS), "error_code": mostly(st.sampled_from([400, 403, 429]))},
        optional={"parameters": mostly(part({}, retry_after=st.integers(-5, 10**30), migrate_to_chat_id=TEXTS))},
    ),
    st.fixed_dictionaries({"errcode": mostly(st.sampled_from([0, 45009, 93000, 7])), "errmsg": mostly(TEXTS)}),
    JUNK,
).map(lambda one: json.dumps(one).encode())
BODY = mostly(
    ANSWERS, st.one_of(st.binary(max_size=99), st.sampled_from([deep(), b"", b"<html>", b'{"errcode":' + b"9" * 5000]))
)


@dataclass
class Anything:
    """Answers every call with what it is told to."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        await request.read()
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@asynccontextmanager
async def answering() -> AsyncIterator[Anything]:
    server = Anything()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@contextmanager
def entered(loop: Loop) -> Iterator[tuple[Anything, TelegramChannel, WecomChannel]]:
    opened = answering()
    server = loop.run(opened.__aenter__())
    telegram = TelegramChannel(TOKEN, base_url=f"{server.url}/bot")
    wecom = WecomChannel({"robot": KEY}, base_url=server.url)
    try:
        yield server, telegram, wecom
    finally:
        loop.run(telegram.aclose())
        loop.run(wecom.aclose())
        loop.run(opened.__aexit__(None, None, None))


async def sent(channel: Channel, address: Address, piece: Part) -> str:
    """What came of a send: the id, or the reason; fails for any other error."""
    try:
        told = await channel.send(address, piece)
    except SendFailedError as error:
        failure = error
    else:
        assert told == "" or told.isdecimal()
        return told
    assert failure.retry_after_seconds is None or 0 <= failure.retry_after_seconds <= 86_400
    assert failure.moved_to is None or failure.moved_to.chat.removeprefix("-").isdecimal()
    assert failure.__cause__ is None
    return str(failure)


@examples(200)
def test_a_send_is_sent_or_fails_as_sends_do(loop: Loop, count: int) -> None:
    with entered(loop) as (server, telegram, wecom):

        def check(piece: Part, status: int, body: bytes) -> None:
            server.status, server.body = status, body
            with no_defect(), capture_logs() as logs:
                told = [
                    loop.run(sent(one, at, piece))
                    for one, at in ((telegram, Address("7001")), (wecom, Address("robot")))
                ]
                loop.run(telegram.amend(Address("7001"), "7", piece))
            for text in (*told, str(logs)):
                assert TOKEN.partition(":")[2] not in text
                assert KEY not in text

        statuses = st.sampled_from([200, 200, 200, 400, 403, 404, 429, 500, 502, 204, 302])
        fuzz(check, count, piece=PARTS, status=statuses, body=BODY)


@pytest.mark.parametrize("body", [LARGE, LARGE * 4, deep(5_000_000)], ids=["10 MB", "40 MB", "deep"])
def test_a_very_large_answer_is_a_failure(loop: Loop, body: bytes) -> None:
    with entered(loop) as (server, telegram, wecom):
        server.body = body
        for channel, address in ((telegram, Address("7001")), (wecom, Address("robot"))):
            assert not loop.run(sent(channel, address, Part(markup="x"))).isdecimal()
        server.body = b'{"ok": true, "result": {"message_id": 5, "date": 1, "chat": {"id": 7001, "type": "private"}}}'
        assert loop.run(sent(telegram, Address("7001"), Part(markup="x"))) == "5"
        server.body = b'{"errcode": 0, "errmsg": "ok"}'
        assert loop.run(sent(wecom, Address("robot"), Part(markup="x"))) == ""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(loop: Loop, status: int) -> None:
    with entered(loop) as (server, telegram, wecom):
        server.status, server.headers = status, {"Location": f"{server.url}/elsewhere"}
        for channel, address in ((telegram, Address("7001")), (wecom, Address("robot"))):
            assert loop.run(sent(channel, address, Part(markup="x")))
        assert "/elsewhere" not in server.asked
        assert len(server.asked) == 2


@examples(60)
def test_polling_goes_on_whatever_a_poll_brings(loop: Loop, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    batches: list[bytes] = []
    bodies = st.one_of(BODIES, JUNK)
    updates = st.lists(
        st.tuples(mostly(st.integers(1, 10**6), TEXTS), bodies).map(
            lambda one: {"update_id": one[0], **one[1]} if isinstance(one[1], dict) else one[1]
        ),
        max_size=4,
    )
    answers = st.one_of(updates.map(lambda one: json.dumps({"ok": True, "result": one}).encode()), BODY)

    def check(body: bytes) -> None:
        batches.append(body)

    fuzz(check, count, answers)
    loop.run(_heard_after(batches, monkeypatch))


async def _heard_after(batches: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls bring some answers, one after the other, and then what a real server would."""
    waiting, original = list(batches), telegram_transport.AiohttpTransport.do_request
    conflict = (401, 404, 409)

    async def do_request(self: object, url: str, *rest: object, **how: object) -> tuple[int, bytes]:
        if "getUpdates" in url and waiting:
            return 200, waiting.pop(0)
        answer = await original(self, url, *rest, **how)  # type: ignore[arg-type]
        assert answer[0] not in conflict
        return answer

    monkeypatch.setattr(telegram_transport.AiohttpTransport, "do_request", do_request)
    monkeypatch.setattr("telegram.ext._utils.networkloop.asyncio.sleep", _no_sleep(asyncio.sleep), raising=False)
    async with BotApi() as api:
        api.updates._ids = numbers(10**7)  # later than all that came before
        channel, echo = TelegramChannel(api.token, base_url=api.base_url), Echo()
        with capture_logs() as logs:
            async with served(channel, echo) as serving:
                while waiting and not serving.done():  # noqa: ASYNC110 - the library polls by itself
                    await asyncio.sleep(0.01)
                await api.ask(7001, "/help")
        await channel.aclose()
    assert not [one for one in logs if "defect" in str(one["event"])], logs


def _no_sleep(sleep: object) -> object:
    async def shortly(seconds: float, *rest: object) -> None:
        await sleep(min(seconds, 0.001))  # type: ignore[operator]

    return shortly
