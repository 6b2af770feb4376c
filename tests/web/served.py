"""The page behind a real socket, with a service that answers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Incoming, MenuEntry
from bot.channels.web import WebChannel
from bot.channels.web_rooms import LOCAL_CHAT
from bot.deliveries import Address
from bot.messages.model import Message, plain
from bot.web.app import create_app
from bot.web.server import serve_page
from tests.web.memory import MemoryTranscript

MENU = (
    MenuEntry(name="digest", word_zh="日报", quick=True, help_zh="资金日报", help_en="Flow digest"),
    MenuEntry(name="etf", help_zh="查询一只基金", help_en="Look up a fund"),
    MenuEntry(name="flow", word_zh="排行", quick=True, help_zh="净流入排行", help_en="Inflow ranking"),
    MenuEntry(name="watch", word_zh="我的关注", quick=True, help_zh="我的关注", help_en="My watchlist"),
    MenuEntry(name="margin", word_zh="两融", quick=True, help_zh="两融余额", help_en="Margin balance"),
    MenuEntry(name="rules", help_zh="提醒规则", help_en="Alert rules"),
    MenuEntry(name="settings", help_zh="推送时间与语言", help_en="Times and language"),
    MenuEntry(name="help", word_zh="帮助", quick=True, help_zh="使用说明", help_en="Help"),
)
EVENING = datetime(2025, 2, 11, 10, 21, tzinfo=UTC)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


class Service:
    """Repeats what it hears, unless a reply to just these words was prepared."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.replies: dict[str, Message] = {}

    async def answer(self, incoming: Incoming) -> Message:
        self.heard.append(incoming)
        return self.replies.get(incoming.text) or plain(f"收到：{incoming.text}")


@dataclass(kw_only=True)
class Served:
    """A page that can be stopped and started again over the same transcript."""

    port: int = field(default_factory=free_port)
    transcript: MemoryTranscript = field(default_factory=MemoryTranscript)
    service: Service = field(default_factory=Service)
    settings: dict[str, Any] = field(default_factory=lambda: {"demo": True})
    now: datetime = EVENING
    channel: WebChannel = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.channel = WebChannel(self.transcript, lambda: self.now)
        app = create_app(self.channel, self.transcript, **self.settings)
        ready = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self.channel.serve(self.service.answer, MENU)),
            asyncio.create_task(serve_page(app, "127.0.0.1", self.port, ready)),
        ]
        await asyncio.wait_for(ready.wait(), 10)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def push(self, message: Message | str, chat: str = LOCAL_CHAT) -> None:
        """What a digest or an alert does."""
        told = plain(message) if isinstance(message, str) else message
        for part in self.channel.render(told):
            await self.channel.send(Address(chat), part)


@asynccontextmanager
async def served(**parts: Any) -> AsyncIterator[Served]:
    page = Served(**parts)
    await page.start()
    try:
        yield page
    finally:
        await page.stop()
