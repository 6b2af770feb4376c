"""The demo market in a database that is made once; every test talks to a copy."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from bot.app import desk_of, load_demo, opened
from bot.channels.base import ChatKind, Incoming, Speaker
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.commands.base import Desk
from bot.deliveries import Address
from bot.messages.model import Document, Message
from bot.pictures.studio import Studio
from bot.store.database import Database
from bot.subscriptions import Subscription
from config.settings import Settings, load_settings
from tests.builders import moment

MORNING = datetime.fromisoformat("2025-02-12T09:20+08:00")
EVENING = datetime.fromisoformat("2025-02-11T18:21+08:00")


def settings_for(database: Path, **more: object) -> Settings:
    """The packaged settings over a file, on the demo market."""
    return load_settings(
        {}, database.parent, {"database": f"sqlite:///{database}", "source": "demo", "abuse.burst": 0, **more}
    )


def copied(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A database of one's own, in `folder`, with the demo market in it."""
    return Path(shutil.copy(_made(factory.getbasetemp()), folder / "demo.db"))


@cache
def _made(base: Path) -> Path:
    path = base / "demo-market.db"

    async def make() -> None:
        async with opened(settings_for(path)) as world:
            await load_demo(world)

    asyncio.run(make())
    return path


@dataclass
class Hour:
    """A clock that stands where it is put."""

    at: datetime = MORNING

    def now(self) -> datetime:
        return self.at


@dataclass(kw_only=True)
class Chat:
    """One person's chat with the service."""

    answer: Answerer
    hour: Hour
    channel: str = "telegram"
    address: Address = field(default_factory=lambda: Address("1"))
    language: str = "zh-hans"
    speaker: Speaker = field(default_factory=Speaker)
    kind: ChatKind = ChatKind.PRIVATE
    title: str = ""
    sets_up: bool = True
    """Whether the speaker manages the chat."""

    @property
    def desk(self) -> Desk:
        return self.answer.desk

    @property
    def store(self) -> Database:
        return self.desk.world.store

    async def say(self, text: str) -> Message:
        """Say a line; the answer."""
        answer = await self.try_saying(text)
        assert answer is not None
        return answer

    async def try_saying(self, text: str, document: Document | None = None) -> Message | None:
        """Say a line or send a file; the answer, if there is one."""

        async def may_set_up() -> bool:
            return self.sets_up

        return await self.answer(
            Incoming(
                channel=self.channel,
                address=self.address,
                text=text,
                language=self.language,
                speaker=self.speaker,
                kind=self.kind,
                title=self.title,
                document=document,
                may_set_up=may_set_up,
            )
        )

    async def subscription(self) -> Subscription | None:
        """What is stored of this chat."""
        return await self.store.subscriptions.find(self.channel, self.address.chat, self.address.thread)

    def other(self, chat: str, *, thread: str = "", language: str = "zh-hans", channel: str = "telegram") -> "Chat":
        """Somebody else's chat with the same service, under an address that nobody else has."""
        address = Address(f"{self.address.chat}/{chat}", thread)
        return replace(self, address=address, language=language, channel=channel)

    def alone(self, number: int) -> "Chat":
        """A chat of its own address and hour with the same service."""
        hour = Hour()
        answer = replace(self.answer, desk=replace(self.desk, now=hour.now))
        return replace(self, answer=answer, hour=hour, address=Address(str(number)))


@asynccontextmanager
async def talking(database: Path, hour: Hour | None = None, **more: object) -> AsyncIterator[Chat]:
    """A chat with a service over a database."""
    settings, clock = settings_for(database, **more), hour or Hour()
    async with opened(settings) as world:
        # However busy the machine: a picture that is left out is for tests of its own.
        desk = replace(desk_of(settings, world, clock), studio=Studio(wait_seconds=300.0), head=None)
        yield Chat(answer=Answerer(desk=desk, registry=load_commands()), hour=clock)


def at(text: str) -> datetime:
    """A moment on the exchanges' clock, written 2025-02-11 18:21."""
    day, clock = text.split()
    return moment(datetime.fromisoformat(day).date(), clock)
