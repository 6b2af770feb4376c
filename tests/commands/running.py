"""A service that is run by chat: an owner, an administrator and somebody else, each in a chat of his own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

from bot.admin.office import Office
from bot.channels.base import Incoming, Speaker
from bot.commands.base import Roles
from bot.messages.model import Button, Document, Message
from bot.offices import office_of
from bot.schedule import Timetable
from bot.store.database import Database
from tests.commands.demo import Chat, Hour, settings_for, talking
from tests.commands.said import words

OWNER, ADMIN, STRANGER = "3", "2", "1"
TIMETABLE = Timetable(
    close=time(16, 20),
    evening=(time(20), time(22)),
    morning=(time(8, 30), time(8, 55)),
    morning_digest=time(8, 58),
    morning_digest_latest=time(9, 20),
    catch_up=timedelta(hours=20),
)


@dataclass(frozen=True)
class Person:
    """Somebody who talks to the service."""

    chat: Chat
    id: str
    language: str = "en"

    @property
    def store(self) -> Database:
        return self.chat.store

    @property
    def office(self) -> Office:
        office = self.chat.desk.office
        assert office is not None
        return office

    async def say(self, text: str, document: Document | None = None) -> Message:
        said = Incoming(
            channel="telegram",
            address=self.chat.address,
            text=text,
            language=self.language,
            speaker=Speaker(self.id),
            document=document,
        )
        return await self.chat.answer(said)

    async def hears(self, text: str, document: Document | None = None) -> str:
        """The answer as one text."""
        return words(await self.say(text, document))

    async def presses(self, message: Message, label: str) -> Message:
        """Say what a button says."""
        return await self.say(button(message, label).command)

    def as_(self, person: str, language: str = "en") -> "Person":
        return replace(self, id=person, language=language)


def button(message: Message, label: str) -> Button:
    """The button whose label begins so."""
    (found,) = [one for row in message.buttons for one in row if one.label.startswith(label)]
    return found


@asynccontextmanager
async def running(database: Path, hour: Hour | None = None) -> AsyncIterator[Person]:
    """The owner of a service over a database."""
    async with talking(database, hour) as chat:
        settings = settings_for(database)
        office = office_of(settings, chat.desk.world, TIMETABLE, chat.desk.limits)
        roles = Roles(admins=frozenset({f"telegram:{ADMIN}"}), owners=frozenset({f"telegram:{OWNER}"}))
        desk = replace(chat.desk, roles=roles, office=office)
        yield Person(replace(chat, answer=replace(chat.answer, desk=desk)), OWNER)
