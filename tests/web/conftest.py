from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.web.served import Served, served
from tests.web.tab import tab


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def page() -> AsyncIterator[Served]:
    async with served() as one:
        yield one


@pytest.fixture
async def http(page: Served) -> AsyncIterator[aiohttp.ClientSession]:
    async with tab(page.url) as session:
        yield session
