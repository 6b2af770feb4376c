"""The one message of ours that stands pinned in a chat."""

from contextlib import suppress

import structlog
from telegram import Message as Sent
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram_answers import answered
from bot.deliveries import Address

log = structlog.get_logger(__name__)


async def pin(bot: ExtBot[None], bot_id: str, address: Address, message_id: int) -> None:
    """Pin a message without a sound and unpin the one of ours that stood there; a chat that does not allow it is left.

    What stands pinned is asked of the server, for another process may have pinned it. A post of a channel does
    not tell who wrote it, so there nothing is unpinned.
    """
    try:
        before = (await answered(bot.get_chat(address.chat))).pinned_message
        await answered(bot.pin_chat_message(address.chat, message_id, disable_notification=True))
    except TelegramError as error:
        log.warning("not pinned", channel="telegram", chat=address.chat, why=error.message)
        return
    if before is not None and before.message_id != message_id and _ours(before, bot_id, address):
        with suppress(TelegramError):  # somebody else was quicker
            await answered(bot.unpin_chat_message(address.chat, before.message_id))


def _ours(message: Sent, bot_id: str, address: Address) -> bool:
    writer = message.from_user
    thread = str(message.message_thread_id) if message.is_topic_message else ""
    return writer is not None and str(writer.id) == bot_id and thread == address.thread
