import asyncio
import errno
import signal
import socket

import aiohttp
import pytest

from bot.channels.web import WebChannel
from bot.web.app import create_app
from bot.web.server import serve_page
from tests.web.events import stream
from tests.web.memory import MemoryTranscript
from tests.web.served import EVENING, Served, free_port, served
from tests.web.tab import tab

anyio = pytest.mark.anyio


@anyio
async def test_a_taken_port_is_named() -> None:
    async with served() as page:
        app = create_app(page.channel, page.transcript, demo=True)
        with pytest.raises(OSError, match=rf"port {page.port} of 127\.0\.0\.1: Address already in use") as caught:
            await serve_page(app, "127.0.0.1", page.port)
        assert caught.value.errno == errno.EADDRINUSE
        async with aiohttp.ClientSession() as http, http.get(page.url) as answer:
            assert answer.status == 200


@anyio
async def test_a_foreign_address_is_named() -> None:
    transcript = MemoryTranscript()
    app = create_app(WebChannel(transcript, lambda: EVENING), transcript, demo=True, password="x")
    with pytest.raises(OSError, match=r"port 8787 of 203\.0\.113\.9"):
        await serve_page(app, "203.0.113.9", 8787)


@anyio
async def test_the_port_is_free_again_as_soon_as_serving_has_ended() -> None:
    page = Served()
    for _ in range(2):
        await page.start()
        await page.stop()
    with socket.create_server(("127.0.0.1", page.port)):
        pass


@anyio
async def test_ends_at_once_though_pages_are_open(caplog: pytest.LogCaptureFixture) -> None:
    page = Served()
    await page.start()
    async with aiohttp.ClientSession() as http, stream(http, page.url + "/events") as live:
        async with asyncio.timeout(2):
            await page.stop()
            while (await live.event())[0]:
                pass
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@anyio
async def test_an_answer_under_way_is_finished_before_the_end() -> None:
    page = Served()
    await page.start()
    heard = asyncio.Event()

    async def slow(incoming: object) -> object:
        heard.set()
        await asyncio.sleep(0.3)
        return await type(page.service).answer(page.service, incoming)  # type: ignore[arg-type]

    page.channel._answer = slow  # type: ignore[assignment]
    async with tab(page.url) as http:
        saying = asyncio.create_task(http.post("/say", json={"text": "慢"}))
        await asyncio.wait_for(heard.wait(), 5)
        await page.stop()
        async with await saying as answer:
            assert answer.status == 204
    assert len(page.transcript.entries) == 2


@anyio
async def test_signals_stay_with_the_service() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with served():
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@anyio
async def test_serves_on_ipv6_too() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    transcript, port, ready = MemoryTranscript(), free_port(), asyncio.Event()
    app = create_app(WebChannel(transcript, lambda: EVENING), transcript, demo=True, host="[::1]")
    serving = asyncio.create_task(serve_page(app, "[::1]", port, ready))
    await asyncio.wait_for(ready.wait(), 5)
    async with aiohttp.ClientSession() as http, http.get(f"http://[::1]:{port}/") as answer:
        assert answer.status == 200
    serving.cancel()
    await asyncio.wait([serving])
