"""Telegram: messages as HTML with buttons, errors as decisions, and a listener for what people say."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import dropwhile
from typing import Any, ClassVar

import structlog
from telegram.constants import FloodLimit
from telegram.error import TelegramError

from bot.channels.base import Answer, MenuEntry, Part, Presence, Suggest
from bot.channels.telegram_answers import answered
from bot.channels.telegram_ears import Company
from bot.channels.telegram_listener import Hook, Listener
from bot.channels.telegram_markup import bare
from bot.channels.telegram_people import Managers
from bot.channels.telegram_quotas import quotas
from bot.channels.telegram_refusals import refusal
from bot.channels.telegram_rich import rich_html
from bot.channels.telegram_sheets import Sheet, sheets
from bot.channels.telegram_transport import AiohttpTransport, bot_over
from bot.channels.telegram_uploads import MemoryUploads, Uploads
from bot.channels.telegram_writing import Writer
from bot.deliveries import Address, Priority, SendFailedError
from bot.limiter import Limiter
from bot.messages.model import Message, Picture

REPLY_WAIT_SECONDS_MAX = 30.0
"""Longest waiting time of the server's naming after which a reply is still of use."""

FLOOD_SECONDS = 1.0
"""Two chats that are refused for flooding within this span, and none served in between, mean that the whole bot is."""

_SIDE_CALLS, _POLLS = 8, 2
"""Connections of the listener: for acknowledging buttons and setting menus, and for polling."""

_NOBODY = "", float("-inf")

log = structlog.get_logger(__name__)


class TelegramChannel:
    """Sends to chats and topics, and answers people, as one bot.

    `base_url` is that of another Bot API server or reverse proxy, `proxy` an http(s) proxy. With a `hook` the
    server brings updates there instead of being polled. `admins` are people who are shown administrators'
    commands. The token is kept by the transport alone. Raises ValueError for settings that cannot be right.
    """

    kind: ClassVar[str] = "telegram"

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://api.telegram.org/bot",
        proxy: str | None = None,
        pool: int = 64,
        read_timeout_seconds: float = 10.0,
        poll_timeout_seconds: int = 30,
        messages_per_second: int = FloodLimit.MESSAGES_PER_SECOND,
        hook: Hook | None = None,
        admins: Collection[str] = (),
        uploads: Uploads | None = None,
    ) -> None:
        def transport(connections: int) -> AiohttpTransport:
            return AiohttpTransport(
                token, base_url, proxy=proxy, pool=connections, read_timeout_seconds=read_timeout_seconds
            )

        self._new_transport = transport
        self._sending = transport(pool)
        self._bot = bot_over(self._sending)
        self._writer = Writer(self._bot, token.partition(":")[0], uploads or MemoryUploads())
        self._poll_timeout_seconds = poll_timeout_seconds
        self.limiter = Limiter(quotas(messages_per_second))
        self._flooded = _NOBODY
        self._hook = hook
        self._admins = tuple(admins)
        self._company = Company()
        self._managers = Managers(self._bot)
        self._listener: Listener | None = None

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        """The message as HTML, or its bare words cut at the same places; only the first part makes a sound."""
        made = sheets(message)
        last = len(made) - 1
        rich = _with_tables(message) if message.rich and not plain else ""
        return [
            Part(
                markup=bare(sheet.markup) if plain else sheet.markup,
                buttons=message.buttons if number == last else (),
                silent=message.silent or number > 0,
                plain=plain,
                rich=rich if number == last else "",
                pin=message.pinned and number == 0,
                **_shown(sheet),
            )
            for number, sheet in enumerate(made)
        ]

    async def send(self, address: Address, part: Part) -> str:
        """Send one part and return its message id; raises `SendFailedError`, which has no cause and no secret."""
        try:
            remote_id = await answered(self._writer.write(address, part))
        except TelegramError as error:
            failure = refusal(error, address)
        else:
            self._flooded = _NOBODY
            return remote_id
        if failure is None:
            return ""
        self._note_flood(address, failure)
        raise failure

    async def amend(self, address: Address, remote_id: str, part: Part) -> None:
        """Change an earlier message; one that is gone or too old stays as it is, which the log says."""
        try:
            await answered(self._writer.amend(address, replace(part, replaces=remote_id)))
        except TelegramError as error:
            log.info("telegram message not marked", chat=address.chat, why=error.message)

    async def whoami(self) -> str:
        """The bot's user name, as the server knows it; raises `SendFailedError` as `send` does."""
        try:
            me = await answered(self._bot.get_me())
        except TelegramError as error:
            failure = refusal(error, Address("")) or SendFailedError(error.message)
        else:
            return str(me.username)
        raise failure

    async def probe(self) -> None:
        """Ask the server who we are; raises `SendFailedError` where it cannot be reached or refuses us."""
        await self.whoami()

    def invitation(self, word: str) -> str:
        """A link that opens a private chat and says ``/start WORD``; empty until the server has told the bot's name."""
        name = self._listener.username if self._listener else ""
        return f"https://t.me/{name}?start={word}" if name else ""

    async def serve(self, answer: Answer, menu: tuple[MenuEntry, ...]) -> None:
        """Answer people until cancelled.

        Returns early, and says why in the log, when Telegram gives the updates to another process with the
        same token or refuses the token; sending goes on as far as it can.
        """
        self._listener = Listener(
            calling=self._new_transport(_SIDE_CALLS),
            polling=self._new_transport(_POLLS),
            poll_timeout_seconds=self._poll_timeout_seconds,
            answer=answer,
            reply=self._reply,
            company=self._company,
            menu=menu,
            admins=self._admins,
            hook=self._hook,
        )
        await self._listener.run()

    def shared(self, address: Address) -> bool:
        """Whether the chat is a group or a channel."""
        return address.chat.startswith(("-", "@"))

    async def manages(self, address: Address, person: str) -> bool:
        """Whether a person owns or administers a chat, as the server knows it."""
        if not person.isdecimal() or not address.chat.removeprefix("-").isdecimal():
            return False
        return await self._managers.manages(int(address.chat), int(person))

    def introduce(self, presence: Presence, suggest: Suggest) -> None:
        """Say whom to tell who comes and goes, and whom to ask while a person types."""
        self._company = Company(presence, suggest)

    async def take(self, update: Mapping[str, Any]) -> bool:
        """Hand in an update that the server brought; False when it must bring it again later.

        Raises ValueError for what is no update.
        """
        return self._listener is not None and self._listener.take(update)

    async def aclose(self) -> None:
        """Close the connections for sending; a later `send` opens new ones."""
        await self._sending.shutdown()

    async def _reply(self, address: Address, message: Message, pressed: str = "") -> None:
        """Send an answer; one that belongs in the place of the message `pressed` goes there if it is in one piece."""
        parts = self.render(message)
        if message.in_place and len(parts) == 1:
            parts = [replace(parts[0], replaces=pressed)]
        try:
            for part in parts:
                address = await self._send_or_try_again(address, part)
        except SendFailedError as failure:
            log.warning("reply not sent", channel=self.kind, chat=address.chat, why=str(failure))

    async def _send_or_try_again(self, address: Address, part: Part) -> Address:
        """Send a part, at the second try if the first says how; returns where the chat lives."""
        try:
            await self._send_in_turn(address, part)
        except SendFailedError as failure:
            if failure.markup and not part.plain:
                log.warning("markup refused", channel=self.kind, why=str(failure))
                part = replace(part, markup=bare(part.markup), plain=True)
            elif failure.moved_to is not None:
                address = failure.moved_to
            elif _worth_waiting(failure.retry_after_seconds):
                await asyncio.sleep(failure.retry_after_seconds or 0)
            else:
                raise
        else:
            return address
        await self._send_in_turn(address, part)
        return address

    async def _send_in_turn(self, address: Address, part: Part) -> None:
        async with self.limiter.turn(address.chat, Priority.REPLY, part.messages):
            await self.send(address, part)

    def _note_flood(self, address: Address, failure: SendFailedError) -> None:
        """A chat that is asked too often waits by itself; where two in a row are told so at once, the server means us."""
        if failure.retry_after_seconds is None:
            return
        now = asyncio.get_running_loop().time()
        chat, at = self._flooded
        if chat != address.chat and now - at <= FLOOD_SECONDS:
            log.warning("telegram asks for a pause", seconds=failure.retry_after_seconds)
            self.limiter.pause(failure.retry_after_seconds)
        self._flooded = address.chat, now


def _with_tables(message: Message) -> str:
    """The message as a rich one, without the pictures at its head, which go ahead; empty where it cannot be one.

    A server that knows no rich messages gets the same words, so they must fit into one text.
    """
    below = replace(message, blocks=tuple(dropwhile(lambda one: isinstance(one, Picture), message.blocks)))
    return rich_html(below) if len(sheets(below)) == 1 else ""


def _worth_waiting(seconds: float | None) -> bool:
    return seconds is not None and seconds <= REPLY_WAIT_SECONDS_MAX


def _shown(sheet: Sheet) -> dict[str, Any]:
    match sheet.pictures:
        case ():
            return {"document": sheet.document}
        case (only,):
            return {"picture": only}
    return {"album": sheet.pictures}
