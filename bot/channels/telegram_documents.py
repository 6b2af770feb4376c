"""Files that people send to the bot: small ones are read, others are answered."""

import structlog
from telegram import Document as Sent
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram_answers import answered
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.model import Document
from bot.subscriptions import Language

BYTES_MAX = 256 * 1024
NAME_CHARS_MAX = 100

log = structlog.get_logger(__name__)


class UnreadError(Exception):
    """A file is not read; the text tells the person why, in his language."""


async def fetched(bot: ExtBot[None], file: Sent, tag: str) -> Document:
    """The file with its bytes; raises UnreadError for one that is too large or cannot be fetched.

    `tag` is the IETF tag of the person's client, for what he is told.
    """
    texts = _texts(tag)
    too_large = UnreadError(texts.text("file-too-large", limit=BYTES_MAX // 1024))
    if not isinstance(file.file_size, int) or file.file_size > BYTES_MAX:
        raise too_large
    try:
        stored = await answered(bot.get_file(file.file_id))
        data = bytes(await answered(stored.download_as_bytearray()))
    except TelegramError as error:
        log.warning("telegram file not fetched", why=error.message)
        raise UnreadError(texts.text("file-not-fetched")) from None
    if len(data) > BYTES_MAX:
        raise too_large
    return Document(_name(file.file_name or ""), data)


def _name(given: str) -> str:
    """The name without folders and without what takes no ink: it is shown, never opened."""
    bare = given.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in bare if each.isprintable())[:NAME_CHARS_MAX] or "file"


def _texts(tag: str) -> Catalogue:
    return catalogue(Language.EN if tag.lower().startswith("en") else Language.ZH)
