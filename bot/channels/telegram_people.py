"""Who speaks on Telegram, where, and whether he manages the chat."""

import asyncio
from collections import OrderedDict
from functools import partial

import structlog
from telegram import Chat, Message, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.channels.telegram_answers import answered
from bot.channels.telegram_speech import language, where

KNOWN_SECONDS = 60.0
"""How long a person's standing in a chat is taken as known."""

KNOWN_MAX = 1_000

_KINDS = {str(ChatType.PRIVATE): ChatKind.PRIVATE, str(ChatType.CHANNEL): ChatKind.CHANNEL}
_MANAGING = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}

log = structlog.get_logger(__name__)


def kind_of(chat: Chat) -> ChatKind:
    """Who reads a chat."""
    return _KINDS.get(str(chat.type), ChatKind.GROUP)


def speaker_of(user: User | None) -> Speaker:
    """A person by his number, which nobody can choose."""
    return Speaker(str(user.id), user.full_name) if user else Speaker()


class Managers:
    """Asks the server who manages a chat, and remembers it for a while."""

    def __init__(self, bot: ExtBot[None]) -> None:
        self._bot = bot
        self._known: OrderedDict[tuple[int, int], tuple[float, bool]] = OrderedDict()

    async def manages(self, chat: int, person: int) -> bool:
        """Whether a person owns or administers a chat; no when the server does not say."""
        key, now = (chat, person), asyncio.get_running_loop().time()
        until, manages = self._known.get(key, (0.0, False))
        if now < until:
            return manages
        try:
            member = await answered(self._bot.get_chat_member(chat, person))
        except TelegramError as error:
            log.warning("telegram does not say who manages a chat", chat=chat, why=error.message)
            return False
        self._known[key] = now + KNOWN_SECONDS, member.status in _MANAGING
        self._known.move_to_end(key)
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return member.status in _MANAGING

    async def may_set_up(self, chat: Chat, speaker: User | None, voice: Chat | None) -> bool:
        """Whether what is said comes from somebody who manages the chat; `voice` is the chat in whose name he speaks."""
        if voice is not None:  # who speaks in the group's own name hides that he administers it
            return voice.id == chat.id
        return speaker is not None and await self.manages(chat.id, speaker.id)

    def said(self, message: Message, text: str) -> Incoming:
        """What a person said in a chat."""
        return self._incoming(message, text, message.from_user, message.sender_chat)

    def pressed(self, message: Message, text: str, person: User) -> Incoming:
        """What a person said by pressing a button under a message."""
        return self._incoming(message, text, person, None, pressed=str(message.message_id))

    def _incoming(
        self, message: Message, text: str, person: User | None, voice: Chat | None, *, pressed: str = ""
    ) -> Incoming:
        chat = message.chat
        named = kind_of(chat) is not ChatKind.PRIVATE
        return Incoming(
            channel="telegram",
            address=where(message),
            text=text,
            language=language(person),
            speaker=speaker_of(person) if voice is None else Speaker("", voice.effective_name or ""),
            kind=kind_of(chat),
            title=(chat.title if named else chat.effective_name) or "",
            pressed=pressed,
            may_set_up=partial(self.may_set_up, chat, person, voice),
        )
