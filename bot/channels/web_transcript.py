"""What the chat page remembers: entries of each chat, and what has become of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

BOT = "bot"
"""Author of what the service says; anything else is the id of a person."""


class Entry(Protocol):
    """One thing said; ids grow over all chats, `body` is what `to_json` made of a message."""

    @property
    def id(self) -> int:
        """Names the entry, or the change of another one."""
        ...

    @property
    def chat(self) -> str:
        """Where it was said."""
        ...

    @property
    def author(self) -> str:
        """`BOT`, or the person's id."""
        ...

    @property
    def body(self) -> dict[str, Any]:
        """The message."""
        ...

    @property
    def at(self) -> datetime:
        """When it was said; aware."""
        ...

    @property
    def edits(self) -> int:
        """The entry that has become this one; 0 = none."""
        ...


class Transcript(Protocol):
    """What was said in each chat, kept over restarts."""

    async def add(self, chat: str, author: str, body: dict[str, Any], now: datetime) -> int:
        """Keep one thing said; returns its id."""
        ...

    async def replace(self, chat: str, entry_id: int, body: dict[str, Any], now: datetime) -> bool:
        """Give an entry of the bot's another body, and tell so after the newest; false where there is none."""
        ...

    async def since(self, chats: Collection[str], after_id: int, limit: int) -> Sequence[Entry]:
        """The first `limit` entries and changes of some chats after an id, oldest first."""
        ...

    async def before(self, chat: str, before_id: int, limit: int) -> Sequence[Entry]:
        """The last `limit` entries before an id, oldest first."""
        ...

    async def find(self, chats: Collection[str], entry_id: int) -> Entry | None:
        """An entry of one of these chats."""
        ...

    async def last_id(self, chats: Collection[str]) -> int:
        """The id of the newest entry or change; 0 in empty chats."""
        ...

    async def unread(self, chat: str, after_id: int) -> int:
        """How many entries of the bot's there are after an id."""
        ...
