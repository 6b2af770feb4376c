from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import TelegramChannel
from tests.fakes.bot_api import BotApi


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def api(anyio_backend: str) -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(api.token, base_url=api.base_url)
    yield channel
    await channel.aclose()
