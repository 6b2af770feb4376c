"""A service that repeats what it hears, and a block in which a channel is served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.channels.base import Chat, Incoming, MenuEntry
from bot.messages.model import Button, Message, paragraph
from tests.fakes.bot_api import BotApi

MENU = (
    MenuEntry(name="etf", help_zh="看一只基金", help_en="Show a fund", word_zh="基金", others_zh=("查询",)),
    MenuEntry(name="help", help_zh="帮助", help_en="Help"),
)


class Echo:
    """Answers with what was said, and a button."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []

    async def __call__(self, incoming: Incoming) -> Message:
        self.heard.append(incoming)
        return Message(
            blocks=(paragraph(f"听到：{incoming.text}"),),
            buttons=((Button("详情", "/etf 560850"), Button("帮助", "/help")),),
        )

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.heard]


@asynccontextmanager
async def served(
    channel: Chat, answer: object, menu: tuple[MenuEntry, ...] = MENU
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.serve(answer, menu))  # type: ignore[arg-type]
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def heard_before(api: BotApi, echo: Echo, chat: int) -> list[str]:
    """What was heard before a question that is surely heard; one chat is answered in its order."""
    await api.ask(chat, "/help last")
    return [text for text in echo.texts if text != "/help last"]
