"""What people type and press goes to the service, its answers go back: by long polling, or as the server brings it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, CallbackContext, Updater

from bot.channels.base import Answer, MenuEntry
from bot.channels.telegram_answers import answered, update_of
from bot.channels.telegram_ears import Company, Ears, Reply
from bot.channels.telegram_line import Line, WatchedTransport
from bot.channels.telegram_menus import set_menus
from bot.channels.telegram_transport import AiohttpTransport, bot_over
from bot.channels.telegram_turns import Turns

AT_ONCE = 32
"""Chats answered side by side."""

GRACE_SECONDS = 5.0
"""How long an answer that is being worked on may take when the listener stops."""

TAKEN_REMEMBERED = 1_000
"""Updates that the server brought; it brings them again when our answer does not reach it."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
"""Between attempts to reach Telegram at start."""

UPDATES = (
    Update.MESSAGE,
    Update.CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
    Update.INLINE_QUERY,
)

_Context = CallbackContext[Any, Any, Any, Any]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the server brings updates, and the word by which it shows that it is the server."""

    url: str
    secret: str = field(repr=False)


class Listener:
    """Runs once; polls over one transport and does its other calls over a second one. With a hook it does not poll."""

    def __init__(
        self,
        *,
        calling: AiohttpTransport,
        polling: AiohttpTransport,
        poll_timeout_seconds: int,
        answer: Answer,
        reply: Reply,
        company: Company,
        menu: tuple[MenuEntry, ...],
        admins: Collection[str],
        hook: Hook | None,
    ) -> None:
        self._menu = menu
        self._admins = admins
        self._hook = hook
        self._poll_timeout = timedelta(seconds=poll_timeout_seconds)
        self._line = Line()
        self._turns = Turns(AT_ONCE)
        self._transports = calling, polling
        self._bot = bot_over(calling, WatchedTransport(polling, self._line))
        self._updater = Updater(self._bot, asyncio.Queue())
        self._taken = deque[int](maxlen=TAKEN_REMEMBERED)
        said = (word for entry in menu for word in (entry.name, entry.word_zh, *entry.others_zh) if word)
        words = frozenset(map(str.casefold, said))
        self._application = self._wired(Ears(self._bot, answer, reply, company, words))
        self._username = ""

    async def run(self) -> None:
        """Listen until cancelled, or until the line is cut for good."""
        try:
            await self._reach()
            if self._line.cut.is_set():
                return
            await set_menus(self._bot, self._menu, self._admins)
            await (self._listen() if self._hook is None else self._expect(self._hook))
            await self._line.cut.wait()
        finally:
            await self._close()

    @property
    def username(self) -> str:
        """The bot's user name; empty until the server has told it."""
        return self._username

    def take(self, update: Mapping[str, Any]) -> bool:
        """Take an update that the server brought; False when nobody listens to it.

        Raises ValueError for what is no update.
        """
        if self._hook is None or not self._application.running:
            return False
        taken = update_of(dict(update), self._bot)
        if taken.update_id not in self._taken:
            self._taken.append(taken.update_id)
            self._application.update_queue.put_nowait(taken)
        return True

    def _wired(self, ears: Ears) -> Application[Any, Any, Any, Any, Any, Any]:
        builder = Application.builder().updater(self._updater).job_queue(None).concurrent_updates(self._turns)
        application = builder.build()
        application.add_handlers(ears.handlers())
        application.add_error_handler(self._on_defect)
        return application

    async def _reach(self) -> None:
        """Wait until the server says who the bot is."""
        await self._until_done(self._application.initialize)
        if not self._line.cut.is_set():
            self._username = str(self._bot.bot.username)

    async def _until_done(self, do: Callable[[], Awaitable[object]]) -> None:
        """Try something until the server does it, or refuses the token."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                await answered(do())
            except InvalidToken:
                return self._line.refused()
            except TelegramError as error:
                self._line.lost(error.message)
            else:
                return self._line.answered(200)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)

    async def _listen(self) -> None:
        await self._updater.start_polling(
            timeout=self._poll_timeout, bootstrap_retries=-1, allowed_updates=UPDATES, error_callback=_told_by_the_line
        )
        await self._application.start()

    async def _expect(self, hook: Hook) -> None:
        """Have the server bring updates from now on; those that waited for a poll come too."""
        await self._application.start()
        await self._until_done(
            lambda: self._bot.set_webhook(hook.url, secret_token=hook.secret, allowed_updates=UPDATES)
        )

    async def _close(self) -> None:
        if self._updater.running:
            await self._updater.stop()
        await self._turns.close(GRACE_SECONDS)
        if self._application.running:
            await self._application.stop()
        await self._application.shutdown()
        for transport in self._transports:
            await transport.shutdown()

    async def _on_defect(self, update: object, context: _Context) -> None:
        log.error("defect while handling an update", exc_info=context.error)


def _told_by_the_line(_error: TelegramError) -> None:
    """Without a callback the library logs a traceback for each failed poll."""
