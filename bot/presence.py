"""Where the bot comes and goes: a chat that is gone is paused with its settings, one that moved is followed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.channels.base import Incoming
from bot.messages.catalogue import catalogue
from bot.messages.model import Button, Look, Message, line, paragraph, plain, strong
from bot.store.errors import AwayError
from bot.store.subscriptions import SubscriptionStore
from bot.subscriptions import Language

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Presences:
    """A `Presence` for channels, over the stored subscriptions."""

    subscriptions: SubscriptionStore
    now: Callable[[], datetime]
    language: Language
    """Of chats about which nothing else is known."""

    async def joined(self, at: Incoming) -> Message:
        """What to say in a group that has brought the bot in: what it is and how to begin.

        Settings from an earlier stay are kept but not taken up by themselves: those who are there now decide.
        """
        try:
            mine = await self.subscriptions.find(at.channel, at.address.chat, at.address.thread)
        except AwayError:
            return plain(catalogue(self._language(at.language)).text("storage-away"))
        texts = catalogue(mine.language if mine else self._language(at.language))
        if mine is not None and mine.active:
            said = "presence-still"
        elif mine is not None and mine.paused_reason:
            said = "presence-back"
        else:
            said = "presence-how"
        return Message(
            blocks=(paragraph(line(strong(texts.text("presence-hello")))), paragraph(texts.text(said))),
            buttons=((Button(texts.text("button-presence-start"), "/start", Look.GOOD),),),
        )

    async def gone(self, channel: str, chat: str, reason: str) -> None:
        """Stop deliveries to a chat that takes none; its settings are kept.

        Where that cannot be stored now, the next message that is refused says it again.
        """
        with suppress(AwayError):
            if stopped := await self.subscriptions.pause_chat(channel, chat, reason, self.now()):
                log.info("chat paused", channel=channel, chat=chat, why=reason, subscriptions=stopped)

    async def moved(self, channel: str, chat: str, to: str) -> None:
        """Follow a chat to its new id; where that cannot be stored now, the next message learns of it."""
        with suppress(AwayError):
            if moved := await self.subscriptions.move_chat(channel, chat, to, self.now()):
                log.info("chat moved", channel=channel, chat=chat, to=to, subscriptions=moved)

    def _language(self, tag: str) -> Language:
        if not tag:
            return self.language
        return Language.EN if tag.lower().startswith("en") else Language.ZH
