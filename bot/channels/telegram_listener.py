"""Long polling: what people type and press goes to the service, its answers go back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from telegram import BotCommand, Update
from telegram.constants import BotCommandLimit
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    Updater,
    filters,
)

from bot.channels.base import Answer, Incoming, MenuEntry
from bot.channels.telegram_line import Line, WatchedTransport
from bot.channels.telegram_speech import language, pressed, said_to, where
from bot.channels.telegram_transport import AiohttpTransport, bot_over
from bot.channels.telegram_turns import Turns
from bot.deliveries import Address
from bot.messages.model import Message

AT_ONCE = 32
"""Chats answered side by side."""

GRACE_SECONDS = 5.0
"""How long an answer that is being worked on may take when the listener stops."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
"""Between attempts to reach Telegram at start."""

UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)

Reply = Callable[[Address, Message], Awaitable[None]]
"""Sends an answer; never raises for what the server says."""

_Context = CallbackContext[Any, Any, Any, Any]

log = structlog.get_logger(__name__)


class Listener:
    """Runs once; polls over one transport and does its other calls over a second one."""

    def __init__(
        self,
        *,
        calling: AiohttpTransport,
        polling: AiohttpTransport,
        poll_timeout_seconds: int,
        answer: Answer,
        reply: Reply,
        menu: tuple[MenuEntry, ...],
    ) -> None:
        self._answer = answer
        self._reply = reply
        self._menu = menu
        self._words = frozenset(word.casefold() for entry in menu for word in (entry.name, entry.word_zh) if word)
        self._poll_timeout = timedelta(seconds=poll_timeout_seconds)
        self._line = Line()
        self._turns = Turns(AT_ONCE)
        self._transports = calling, polling
        self._bot = bot_over(calling, WatchedTransport(polling, self._line))
        self._updater = Updater(self._bot, asyncio.Queue())
        self._application = self._wired()
        self._username = ""

    async def run(self) -> None:
        """Listen until cancelled, or until the line is cut for good."""
        try:
            await self._reach()
            if self._line.cut.is_set():
                return
            for code in ("", "zh"):
                await self._set_menu(code)
            await self._listen()
            await self._line.cut.wait()
        finally:
            await self._close()

    @property
    def username(self) -> str:
        """The bot's user name; empty until the server has told it."""
        return self._username

    def _wired(self) -> Application[Any, Any, Any, Any, Any, Any]:
        builder = Application.builder().updater(self._updater).job_queue(None).concurrent_updates(self._turns)
        application = builder.build()
        application.add_handler(MessageHandler(filters.TEXT, self._on_message))
        application.add_handler(CallbackQueryHandler(self._on_button))
        application.add_handler(ChatMemberHandler(self._on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_error_handler(self._on_defect)
        return application

    async def _reach(self) -> None:
        """Wait until the server says who the bot is."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                await self._application.initialize()
            except InvalidToken:
                return self._line.refused()
            except TelegramError as error:
                self._line.lost(error.message)
            else:
                self._username = str(self._bot.bot.username)
                return self._line.answered(200)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)

    async def _set_menu(self, code: str) -> None:
        wanted = [_command(entry, code) for entry in self._menu[: BotCommandLimit.MAX_COMMAND_NUMBER]]
        try:
            if list(await self._bot.get_my_commands(language_code=code or None)) != wanted:
                await self._bot.set_my_commands(wanted, language_code=code or None)
        except TelegramError as error:
            log.warning("telegram menu not set", why=error.message)

    async def _listen(self) -> None:
        await self._updater.start_polling(
            timeout=self._poll_timeout, bootstrap_retries=-1, allowed_updates=UPDATES, error_callback=_told_by_the_line
        )
        await self._application.start()

    async def _close(self) -> None:
        if self._updater.running:
            await self._updater.stop()
        await self._turns.close(GRACE_SECONDS)
        if self._application.running:
            await self._application.stop()
        await self._application.shutdown()
        for transport in self._transports:
            await transport.shutdown()

    async def _on_message(self, update: Update, context: _Context) -> None:
        message = update.message
        if message is None:  # one that was edited or stands in a channel
            return
        text = said_to(self._bot.bot, message, self._words)
        if text is not None:
            await self._respond(where(message), text, language(message.from_user))

    async def _on_button(self, update: Update, context: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        with suppress(TelegramError):  # too late to stop the button's turning wheel; the command counts all the same
            await query.answer()
        if press := pressed(query):
            await self._respond(*press, language(query.from_user))
        else:
            log.info("telegram button ignored", chat=query.message.chat.id if query.message else None)

    async def _respond(self, address: Address, text: str, tag: str) -> None:
        said = Incoming(channel="telegram", address=address, text=text, language=tag)
        answer = await self._answer(said)
        if answer is not None:
            await self._reply(address, answer)

    async def _on_membership(self, update: Update, context: _Context) -> None:
        change = update.my_chat_member
        if change is not None:
            log.info("telegram membership", chat=change.chat.id, status=change.new_chat_member.status)

    async def _on_defect(self, update: object, context: _Context) -> None:
        log.error("defect while handling an update", exc_info=context.error)


def _told_by_the_line(_error: TelegramError) -> None:
    """Without a callback the library logs a traceback for each failed poll."""


def _command(entry: MenuEntry, code: str) -> BotCommand:
    text = entry.help_zh if code == "zh" else entry.help_en
    return BotCommand(entry.name, text[: BotCommandLimit.MAX_DESCRIPTION])
