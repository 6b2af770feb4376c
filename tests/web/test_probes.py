"""What machines ask, over real sockets: on the page without its password, and at a port of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.web.probes import create_probes
from bot.web.server import serve_page
from tests.web.served import free_port, served

pytestmark = pytest.mark.anyio

PASSWORD = "壹贰叁-correct-horse"


class Work:
    """What is missing, as a test says."""

    def __init__(self, *missing: str) -> None:
        self.missing = list(missing)

    async def __call__(self) -> list[str]:
        return self.missing


async def figures() -> str:
    return "etfbot_leading 1.0\n"


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


@asynccontextmanager
async def listening(work: Work, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """A port for probes alone."""
    port, ready = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve_page(create_probes(work, figures, host=host), host, port, ready))
    await asyncio.wait_for(ready.wait(), 10)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def test_what_is_missing_is_named_with_503_and_is_gone_when_it_is_back() -> None:
    work = Work("database", "drain:telegram")
    async with listening(work) as url:
        status, body = await get(f"{url}/readyz")
        assert (status, json.loads(body)) == (
            503,
            {"status": "not ready", "missing": ["database", "drain:telegram"]},
        )
        assert await get(f"{url}/healthz") == (200, '{"status":"ok"}')
        work.missing.clear()
        assert await get(f"{url}/readyz") == (200, '{"status":"ready"}')


async def test_the_port_of_its_own_has_figures_and_nothing_of_the_page() -> None:
    async with listening(Work()) as url:
        assert await get(f"{url}/metrics") == (200, "etfbot_leading 1.0\n")
        for path in ("/", "/history", "/events", "/static/chat.js", "/say"):
            assert (await get(url + path))[0] == 404


async def test_on_this_computer_a_foreign_name_gets_nothing() -> None:
    async with listening(Work()) as url:
        assert (await get(f"{url}/metrics", Host="evil.example"))[0] == 400


async def test_within_a_network_any_name_may_be_asked_for() -> None:
    async with listening(Work(), "0.0.0.0") as url:  # noqa: S104 - that is what a container listens on
        assert (await get(f"{url}/metrics", Host="worker:8788"))[0] == 200


async def test_the_page_answers_both_without_its_password_and_nothing_else() -> None:
    work = Work("leadership")
    async with served(settings={"demo": False, "password": PASSWORD, "ready": work, "scrape": figures}) as page:
        assert (await get(f"{page.url}/healthz"))[0] == 200
        assert (await get(f"{page.url}/readyz"))[0] == 503
        assert (await get(f"{page.url}/metrics"))[0] == 401
        assert (await get(f"{page.url}/readyz/../metrics"))[0] == 401
        assert (await get(f"{page.url}/readyz", Host="evil.example"))[0] == 400


async def test_a_page_without_a_service_has_nothing_to_be_ready_for() -> None:
    async with served() as page:
        assert (await get(f"{page.url}/readyz"))[0] == 404
