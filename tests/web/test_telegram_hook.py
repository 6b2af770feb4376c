"""Updates that Telegram brings: to a real socket, from the local Bot API server, into the real channel."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import pytest
from aiohttp import ClientSession

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_listener import Hook
from bot.channels.web import WebChannel
from bot.web.app import create_app
from bot.web.server import serve_page
from bot.web.telegram_hook import BODY_BYTES_MAX, HOOK_PATH, SECRET_HEADER, with_hook
from tests.channels.talking import Echo, served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import broken, refused
from tests.web.memory import MemoryTranscript
from tests.web.served import EVENING, free_port

pytestmark = pytest.mark.anyio

LI = 7001
SECRET = "a-word-that-only-telegram-knows"
PASSWORD = "correct horse battery"


@pytest.fixture
async def api(anyio_backend: str) -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@asynccontextmanager
async def hooked(api: BotApi, *, page: bool = True) -> AsyncIterator[tuple[str, TelegramChannel]]:
    """The page with the path beside it, and a channel that expects updates there."""
    port, ready = free_port(), asyncio.Event()
    url = f"http://127.0.0.1:{port}"
    channel = TelegramChannel(api.token, base_url=api.base_url, hook=Hook(url + HOOK_PATH, SECRET))
    shown = None
    if page:
        transcript = MemoryTranscript()
        shown = create_app(WebChannel(transcript, lambda: EVENING), transcript, demo=True, password=PASSWORD)
    app = with_hook(shown, channel.take, SECRET)
    serving = asyncio.create_task(serve_page(app, "127.0.0.1", port, ready))
    await asyncio.wait_for(ready.wait(), 10)
    try:
        yield url, channel
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        await channel.aclose()


async def posted(url: str, body: bytes, secret: str | None = SECRET) -> int:
    headers = {SECRET_HEADER: secret} if secret is not None else {}
    async with (
        ClientSession() as session,
        session.post(url + HOOK_PATH, data=BytesIO(body), headers=headers) as response,
    ):
        assert await response.read() == b""
        return response.status


@pytest.mark.parametrize("page", [True, False])
async def test_what_is_brought_is_answered_without_a_poll(api: BotApi, page: bool) -> None:
    echo = Echo()
    async with hooked(api, page=page) as (url, channel), served(channel, echo):
        [answer] = await api.ask(LI, "/etf 560850")
        [more] = await api.press(answer, "帮助")
    assert (answer.text, more.text) == ("听到：/etf 560850", "听到：/help")
    assert (api.called("getUpdates"), set(api.hook.answers)) == ([], {200})
    [call] = api.called("setWebhook")
    assert (call["url"], call["secret_token"]) == (url + HOOK_PATH, SECRET)
    kinds = ["message", "channel_post", "callback_query", "my_chat_member", "inline_query"]
    assert json.loads(call["allowed_updates"]) == kinds


async def test_polling_takes_the_webhook_away(api: BotApi) -> None:
    async with hooked(api) as (_, channel), served(channel, Echo()):
        await api.ask(LI, "/help")
    polling = TelegramChannel(api.token, base_url=api.base_url)
    async with served(polling, Echo()):
        await api.ask(LI, "/help")
    assert (api.hook.url, len(api.called("deleteWebhook"))) == ("", 1)
    await polling.aclose()


async def test_what_comes_while_nobody_listens_is_brought_again(api: BotApi) -> None:
    async with hooked(api) as (_, channel):
        async with served(channel, Echo()):
            await api.ask(LI, "/help")
        api.say(LI, "/etf 1")
        await api.until(lambda: True)
        while 503 not in api.hook.answers:  # noqa: ASYNC110 - the server tries again by itself
            await asyncio.sleep(0.01)
        echo = Echo()
        async with served(channel, echo):
            await api.ask(LI, "/etf 2", answers=2)
    assert echo.texts == ["/etf 1", "/etf 2"]


async def test_what_is_brought_again_because_our_answer_was_lost_is_heard_once(api: BotApi) -> None:
    echo = Echo()
    async with hooked(api) as (url, channel), served(channel, echo):
        await api.ask(LI, "/help")
        for number, text in ((901, "/etf 1"), (901, "/etf 1"), (902, "/etf 2")):
            person = {"id": LI, "is_bot": False, "first_name": "Li"}
            chat = {"id": LI, "type": "private"}
            message = {"message_id": number, "date": 1739300000, "chat": chat, "from": person, "text": text}
            assert await posted(url, json.dumps({"update_id": number, "message": message}).encode()) == 200
        await api.until(lambda: "/etf 2" in echo.texts)
    assert echo.texts == ["/help", "/etf 1", "/etf 2"]


@pytest.mark.parametrize("secret", [None, "", "a-word", SECRET + "x", SECRET.upper(), "密"])
async def test_who_does_not_know_the_secret_is_not_heard(
    api: BotApi, secret: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    echo = Echo()
    async with hooked(api) as (url, channel), served(channel, echo):
        await api.ask(LI, "/help")
        capsys.readouterr()
        assert await posted(url, b'{"update_id": 1}', secret) == 403
    assert echo.texts == ["/help"]
    assert "warning" not in (said := capsys.readouterr().out)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"update_id": "1"}',
        b'{"message": {}}',
        b'{"update_id": 1, "message": {"message_id": "x"}}',
        b'{"update_id": 1, "message": []}',
        b'{"update_id": 1, "message": 7}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1e300, "chat": {"id": 1, "type": "private"}}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 99999999999999999999, "chat": {"id": 1, "type": "group"}}}',
        b"[" * 100_000,
        b'{"update_id": 1, "x": "' + b"a" * BODY_BYTES_MAX + b'"}',
    ],
    ids=lambda body: str(body[:24]),
)
async def test_junk_is_refused_without_a_trace(api: BotApi, body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    echo = Echo()
    async with hooked(api) as (url, channel), served(channel, echo):
        await api.ask(LI, "/help")
        capsys.readouterr()
        assert await posted(url, body) == 400
        assert capsys.readouterr().out == ""
        await api.ask(LI, "/etf 1")
    assert echo.texts == ["/help", "/etf 1"]


async def test_the_page_stays_behind_its_password_and_the_path_takes_posts_only(api: BotApi) -> None:
    async with hooked(api) as (url, _), ClientSession() as session:
        async with session.get(f"{url}/") as response:
            assert response.status == 401
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 200
        async with session.get(url + HOOK_PATH) as response:
            assert response.status in {401, 405}


async def test_a_webhook_that_cannot_be_set_yet_is_tried_again(
    api: BotApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.channels.telegram_listener.FIRST_WAIT_SECONDS", 0.01)
    api.fail("setWebhook", broken(), refused(400, "Bad Request: bad webhook: failed to resolve host"))
    async with hooked(api) as (_, channel), served(channel, Echo()):
        await api.ask(LI, "/help")
    said = capsys.readouterr().out
    assert (said.count("is not heard"), said.count("is heard again")) == (1, 1)
    assert SECRET not in said


async def test_a_hook_has_a_secret_that_nobody_sees(api: BotApi) -> None:
    channel = TelegramChannel(api.token, base_url=api.base_url)
    with pytest.raises(ValueError, match="secret"):
        with_hook(None, channel.take, "")
    assert SECRET not in repr(Hook("https://etf.example.org/telegram", SECRET))
    assert not await channel.take({"update_id": 1})
    await channel.aclose()
