"""What arrives from Telegram: words, presses, files, comings and goings, and what is still being typed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from telegram import (
    ChatMemberUpdated,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatMemberStatus, InlineQueryLimit, ParseMode
from telegram.error import TelegramError
from telegram.ext import (
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.channels.base import Answer, ChatKind, Incoming, Presence, Suggest, Suggestion
from bot.channels.telegram_answers import answered
from bot.channels.telegram_documents import UnreadError, fetched
from bot.channels.telegram_markup import marked
from bot.channels.telegram_people import Managers, kind_of, speaker_of
from bot.channels.telegram_speech import language, pressed, said_to
from bot.deliveries import Address
from bot.messages.model import Message as Answered
from bot.messages.model import plain

SUGGESTED_FOR_SECONDS = 30
"""How long the server may answer the same words of the same person by itself."""

_OUT = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}
_TITLE_CHARS_MAX = 128

_Context = CallbackContext[Any, Any, Any, Any]

log = structlog.get_logger(__name__)


class Reply(Protocol):
    """Sends an answer; never raises for what the server says."""

    async def __call__(self, address: Address, message: Answered, pressed: str = "") -> None:
        """`pressed` is the message whose place an answer may take."""
        ...


@dataclass(frozen=True, slots=True)
class Company:
    """Whom the channel tells who comes and goes, and asks while a person types; nobody before it is introduced."""

    presence: Presence | None = None
    suggest: Suggest | None = None


class Ears:
    """Turns updates into what the service hears."""

    def __init__(
        self, bot: ExtBot[None], answer: Answer, reply: Reply, company: Company, words: frozenset[str]
    ) -> None:
        self._bot = bot
        self._answer = answer
        self._reply = reply
        self._company = company
        self._words = words
        self._managers = Managers(bot)

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """What the library hands updates to, the first that fits."""
        heard = (filters.TEXT | filters.Document.ALL) & (filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST)
        return [
            MessageHandler(filters.StatusUpdate.MIGRATE & filters.UpdateType.MESSAGE, self._on_migration),
            MessageHandler(heard, self._on_message),
            CallbackQueryHandler(self._on_button),
            ChatMemberHandler(self._on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
            InlineQueryHandler(self._on_typing),
        ]

    async def _on_message(self, update: Update, context: _Context) -> None:
        message = update.message or update.channel_post
        text = said_to(self._bot.bot, message, self._words) if message else None
        if message is None or text is None:
            return
        said = self._managers.said(message, text)
        if message.document is not None:
            try:
                said = replace(said, document=await fetched(self._bot, message.document, said.language))
            except UnreadError as error:
                await self._reply(said.address, plain(str(error)))
                return
        await self._respond(said)

    async def _on_button(self, update: Update, context: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        with suppress(TelegramError):  # too late to stop the button's turning wheel; the command counts all the same
            await answered(query.answer())
        text = pressed(query)
        if text is not None and isinstance(query.message, Message):
            await self._respond(self._managers.pressed(query.message, text, query.from_user))
        else:
            log.info("telegram button ignored", chat=query.message.chat.id if query.message else None)

    async def _respond(self, said: Incoming) -> None:
        answer = await self._answer(said)
        if answer is not None:
            await self._reply(said.address, answer, said.pressed)

    async def _on_membership(self, update: Update, context: _Context) -> None:
        change, presence = update.my_chat_member, self._company.presence
        if change is None:
            return
        before, now = change.old_chat_member.status, change.new_chat_member.status
        log.info("telegram membership", chat=change.chat.id, status=now)
        if presence is None or (before in _OUT) is (now in _OUT):
            return
        if now in _OUT:
            await presence.gone("telegram", str(change.chat.id), f"telegram: {now}")
        elif kind_of(change.chat) is ChatKind.GROUP:
            came = _came(change)
            await self._reply(came.address, await presence.joined(came))

    async def _on_migration(self, update: Update, context: _Context) -> None:
        """Both the old group and the new one tell of it."""
        message, presence = update.message, self._company.presence
        if message is None or presence is None:
            return
        old = message.migrate_from_chat_id or message.chat.id
        new = message.migrate_to_chat_id or message.chat.id
        log.info("telegram group moved", chat=old, to=new)
        await presence.moved("telegram", str(old), str(new))

    async def _on_typing(self, update: Update, context: _Context) -> None:
        query, suggest = update.inline_query, self._company.suggest
        if query is None:
            return
        person = str(query.from_user.id)
        asked = Incoming(
            channel="telegram",
            address=Address(person),
            text=query.query,
            language=language(query.from_user),
            speaker=speaker_of(query.from_user),
        )
        found = await suggest(asked) if suggest else []
        articles = _articles(found)
        with suppress(TelegramError):  # the person has typed on, and asked for something else
            await answered(query.answer(articles, cache_time=SUGGESTED_FOR_SECONDS, is_personal=True))


def _came(change: ChatMemberUpdated) -> Incoming:
    return Incoming(
        channel="telegram",
        address=Address(str(change.chat.id)),
        text="",
        language=language(change.from_user),
        speaker=speaker_of(change.from_user),
        kind=kind_of(change.chat),
        title=change.chat.title or "",
    )


def _articles(found: Sequence[Suggestion]) -> list[InlineQueryResultArticle]:
    """What can be chosen; a message of several parts says its first, and none has buttons, for no chat is theirs."""
    return [
        InlineQueryResultArticle(
            one.id,
            one.title[:_TITLE_CHARS_MAX],
            InputTextMessageContent(
                marked(one.message)[0], ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
            ),
            description=one.about,
        )
        for one in found[: InlineQueryLimit.RESULTS]
    ]
