"""The whole bot on Telegram, with updates brought to its webhook: the real page, channel, answers and database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot.channels.base import Incoming, Suggestion
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_listener import Hook
from bot.limiter import Limiter, Quotas
from bot.presence import Presences
from bot.store.database import Database
from bot.subscriptions import Language
from bot.suggesting import Suggester
from bot.web.server import serve_page
from bot.web.telegram_hook import HOOK_PATH, SECRET_HEADER, with_hook
from tests.channels.talking import Echo, served
from tests.commands.demo import talking
from tests.fakes.bot_api import BotApi
from tests.web.served import free_port

SECRET = "a-word-that-only-telegram-knows"
LI = 7001


@dataclass(frozen=True)
class Bot:
    """A bot that listens."""

    api: BotApi
    channel: TelegramChannel
    store: Database
    url: str
    http: ClientSession

    async def brings(self, body: bytes) -> int:
        """Bring anything to the webhook; the status, once what it caused is done."""
        async with self.http.post(self.url, data=body, headers={SECRET_HEADER: SECRET}) as answer:
            assert await answer.read() == b""
        await self.idle()
        return answer.status

    async def idle(self) -> None:
        """Wait until everything that was taken is worked on."""
        listener = self.channel._listener
        assert listener is not None
        while listener._application.update_queue.qsize() or listener._turns._running:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def answers(self) -> None:
        """Fails unless somebody who asks is answered."""
        await self.api.ask(LI, "/help")


@asynccontextmanager
async def listening(database: Path, *, echo: bool = False) -> AsyncIterator[Bot]:
    """The bot of the demo market; an echo repeats what it hears, and is quick."""
    port, ready = free_port(), asyncio.Event()
    url = f"http://127.0.0.1:{port}{HOOK_PATH}"
    async with BotApi() as api, talking(database) as chat, ClientSession() as http:
        channel = TelegramChannel(api.token, base_url=api.base_url, hook=Hook(url, SECRET))
        channel.limiter = Limiter(Quotas())  # nobody has to wait for his turn
        answer = chat.answer
        presence = Presences(subscriptions=chat.store.subscriptions, now=answer.desk.now, language=Language.ZH)
        channel.introduce(presence, _nothing if echo else Suggester(desk=answer.desk, registry=answer.registry))
        page = asyncio.create_task(serve_page(with_hook(None, channel.take, SECRET), "127.0.0.1", port, ready))
        await asyncio.wait_for(ready.wait(), 10)
        try:
            async with served(channel, Echo() if echo else answer, answer.registry.menu()):
                bot = Bot(api, channel, chat.store, url, http)
                await bot.answers()
                yield bot
        finally:
            page.cancel()
            await asyncio.wait([page])
            await channel.aclose()


async def _nothing(_: Incoming) -> list[Suggestion]:
    return []


def update(number: int, body: dict[str, Any]) -> bytes:
    return json.dumps({"update_id": number, **body}).encode()
