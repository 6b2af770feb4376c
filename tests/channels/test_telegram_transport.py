"""The way to the Bot API: through proxies, with files, and without a word of the token."""

import asyncio
import base64
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from telegram.error import NetworkError, TelegramError

from bot.channels.base import Part
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_transport import AiohttpTransport, bot_over
from bot.deliveries import Address, SendFailedError
from tests.channels.talking import Echo, served
from tests.fakes.bot_api import TOKEN, BotApi
from tests.fakes.bot_api_faults import broken, flooded, garbage, lost, refused, reset, slow

pytestmark = pytest.mark.anyio

LI = 7001
SECRET = TOKEN.partition(":")[2]


@asynccontextmanager
async def answering(handler: web.RequestHandler | object) -> AsyncIterator[str]:
    """An HTTP server of one handler; gives its URL."""
    server = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)  # type: ignore[arg-type]
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{server.addresses[0][1]}"
    await server.cleanup()


async def test_everything_goes_through_the_proxy(api: BotApi) -> None:
    seen: list[str] = []

    async def proxy(request: web.BaseRequest) -> web.Response:
        seen.append(request.headers.get("Proxy-Authorization", ""))
        data = await request.read()
        async with (
            ClientSession() as session,
            session.request(request.method, request.url, data=data, headers=request.headers) as response,
        ):
            return web.Response(body=await response.read(), status=response.status)

    async with answering(proxy) as address:
        channel = TelegramChannel(api.token, base_url=api.base_url, proxy=address.replace("//", "//li:pass@"))
        async with served(channel, Echo()):
            await api.ask(LI, "/help")
        await channel.aclose()
    assert len(seen) == len(api.calls)
    assert set(seen) == {"Basic " + base64.b64encode(b"li:pass").decode()}


async def test_a_proxy_that_refuses_is_named_without_its_address(api: BotApi) -> None:
    async def proxy(request: web.BaseRequest) -> web.Response:
        return web.Response(status=407, text=f"no {request.path}")

    async with answering(proxy) as address:
        channel = TelegramChannel(api.token, base_url=api.base_url, proxy=address)
        with pytest.raises(SendFailedError) as raised:
            await channel.send(Address(str(LI)), Part(markup="a"))
        await channel.aclose()
    assert "407" in str(raised.value)
    assert not raised.value.permanent
    assert SECRET not in str(raised.value)


async def test_files_are_carried(api: BotApi) -> None:
    transport = AiohttpTransport(api.token, api.base_url, pool=2, read_timeout_seconds=5)
    api.open(LI)
    message = await bot_over(transport).send_photo(LI, b"\x89PNG...", caption="<b>净值</b>", parse_mode="HTML")
    await transport.shutdown()
    [seen] = api.sent(LI)
    assert (seen.text, seen.id, len(seen.files)) == ("净值", message.message_id, 1)


async def test_it_opens_again_after_it_was_closed(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    for _ in range(2):
        await telegram.send(Address(str(LI)), Part(markup="a"))
        await telegram.aclose()
    assert len(api.sent(LI)) == 2


async def test_many_messages_go_side_by_side(api: BotApi, telegram: TelegramChannel) -> None:
    for chat in range(1, 200):
        api.open(chat)
    await asyncio.gather(*(telegram.send(Address(str(chat)), Part(markup=f"<b>{chat}</b>")) for chat in range(1, 200)))
    assert all([seen.text for seen in api.sent(chat)] == [str(chat)] for chat in range(1, 200))


async def test_lone_halves_of_characters_are_a_failure_not_a_crash(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    with pytest.raises(SendFailedError):
        await telegram.send(Address(str(LI)), Part(markup="\ud83d"))


@pytest.mark.parametrize("token", ["", "123456", f" {TOKEN}", f"{TOKEN}\n", f"bot{TOKEN}", f"{TOKEN}/x"])
def test_what_is_no_token_is_refused_unseen(token: str) -> None:
    with pytest.raises(ValueError, match="token") as raised:
        TelegramChannel(token)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["", "api.telegram.org/bot", "ftp://a/bot", "http://", "https://[::1/bot", "socks5://u:pw@h:1"]
)
def test_what_is_no_url_is_refused_unseen(url: str) -> None:
    with pytest.raises(ValueError, match="http://") as wrong_base:
        TelegramChannel(TOKEN, base_url=url)
    with pytest.raises(ValueError, match="http://") as wrong_proxy:
        TelegramChannel(TOKEN, proxy=url)
    said = f"{wrong_base.value} {wrong_proxy.value}"
    assert "pw" not in said
    assert SECRET not in said


class Everything(logging.Handler):
    """Keeps all that is logged, with arguments and tracebacks, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept += [self.format(record), repr(record.__dict__)]


@pytest.fixture
def logged() -> Iterator[Everything]:
    root, everything = logging.getLogger(), Everything()
    # Another test may have silenced the library, as a service does.
    library = logging.getLogger("telegram")
    before, silenced = root.level, library.level
    root.addHandler(everything)
    root.setLevel(logging.DEBUG)
    library.setLevel(logging.NOTSET)
    yield everything
    root.removeHandler(everything)
    root.setLevel(before)
    library.setLevel(silenced)


def told_by(error: BaseException) -> str:
    """All that a curious logger could print of an exception: its whole chain with the locals of our frames."""
    inner = error.__traceback__.tb_next if error.__traceback__ else None  # this test's own frame knows the token
    texts = [repr(error), repr(vars(error))]
    texts += traceback.TracebackException(type(error), error, inner, capture_locals=True).format(chain=False)
    return "".join(texts + [told_by(one) for one in (error.__cause__, error.__context__) if one])


async def test_no_log_and_no_exception_ever_holds_the_token(
    api: BotApi, logged: Everything, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = TelegramChannel(api.token, base_url=api.base_url, read_timeout_seconds=0.3, poll_timeout_seconds=1)
    told: list[str] = [repr(channel)]
    api.open(LI)
    echoed = f"<a href='http://x/bot{TOKEN}/sendMessage'>{TOKEN.replace(':', '%3A')}</a>".encode()
    faults = [
        *(
            flooded(1),
            broken(),
            garbage(echoed),
            garbage(echoed, 502),
            garbage(b'{"ok": true}'),
            reset(),
            lost(),
            slow(9),
        ),
        *(refused(status, f"no /bot{TOKEN}/sendMessage") for status in (400, 401, 403, 404, 409, 500)),
    ]
    for fault in faults:
        api.fail("sendMessage", fault)
        with pytest.raises(SendFailedError) as raised:
            await channel.send(Address(str(LI)), Part(markup="a"))
        told.append(told_by(raised.value))
    api.fail("getMe", garbage(echoed))
    api.fail("getUpdates", garbage(echoed, 502), slow(9), reset())
    api.fail("getMyCommands", garbage(echoed), refused(400, f"no /bot{TOKEN}"))
    api.fail("sendMessage", garbage(echoed))
    api.fail("answerCallbackQuery", garbage(echoed))
    async with served(channel, Echo()) as serving:
        api.say(LI, "/help")
        [card] = await api.ask(LI, "/help")
        await api.press(card, "帮助")
        api.fail("getUpdates", refused(401, f"no /bot{TOKEN}"))
        api.say(LI, "/help")
        await asyncio.wait_for(serving, 5)
    await channel.aclose()
    for wrong in ("http://127.0.0.1:1/bot", "http://no-such-host.invalid/bot"):
        nowhere = TelegramChannel(api.token, base_url=wrong)
        with pytest.raises(SendFailedError) as raised:
            await nowhere.send(Address(str(LI)), Part(markup="a"))
        told.append(told_by(raised.value))
        await nowhere.aclose()
    captured = capsys.readouterr()
    everything = [*told, *logged.kept, *captured.out.splitlines(), *captured.err.splitlines()]
    assert [text[:200] for text in everything if SECRET in text] == []
    assert any("telegram is not heard" in text for text in everything)
    assert any("Calling Bot API endpoint `sendMessage`" in text for text in everything)


async def test_a_failure_has_no_past_to_be_printed(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    api.fail("sendMessage", reset())
    with pytest.raises(SendFailedError) as raised:
        await telegram.send(Address(str(LI)), Part(markup="a"))
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)


async def test_an_error_of_the_transport_has_none_either(api: BotApi) -> None:
    transport = AiohttpTransport(api.token, api.base_url, pool=1, read_timeout_seconds=5)
    api.fail("getMe", reset())
    with pytest.raises(TelegramError) as raised:
        await bot_over(transport).get_me()
    await transport.shutdown()
    assert isinstance(raised.value, NetworkError)
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert SECRET not in told_by(raised.value)
