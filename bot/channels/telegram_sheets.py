"""What of a message goes out as one thing on Telegram: texts, pictures and files with words under them, albums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from telegram.constants import MediaGroupLimit

from bot.channels.legible import legible
from bot.channels.telegram_markup import CAPTION_LIMIT, marked, units
from bot.messages.model import Block, Document, Message, Paragraph, Picture, line, muted, paragraph

_ALT_CHARS_MAX = 200
_ALT_CHARS_MAX_IN_ALBUM = 90
"""So that the words of ten pictures fit under an album."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One thing to send: HTML, and the pictures or the file above it if there are any."""

    markup: str
    pictures: tuple[bytes, ...] = ()
    """Several are an album."""
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """Something with words under it."""

    words: Paragraph
    pictures: tuple[bytes, ...] = ()
    document: Document | None = None


def sheets(message: Message) -> list[Sheet]:
    """What to send, in order; at least one sheet.

    What stands before a picture or a file goes under it, with its own words, where the server takes so much;
    else it goes ahead as text. Pictures with nothing between them are an album, but one at the end of a message
    with buttons stands alone: no buttons can hang on an album.
    """
    made, waiting = list[Sheet](), list[Block]()
    for block in _gathered(message):
        if not isinstance(block, _Shown):
            waiting.append(block)
            continue
        caption = marked(Message(blocks=(*waiting, block.words)))
        if len(caption) > 1 or units(caption[0]) > CAPTION_LIMIT:
            made += [Sheet(one) for one in marked(Message(blocks=tuple(waiting)))] if waiting else []
            caption = marked(Message(blocks=(block.words,)))
        made.append(Sheet(caption[0], block.pictures, block.document))
        waiting = []
    rest = marked(Message(blocks=tuple(waiting))) if waiting or not made else []
    return [*made, *(Sheet(one) for one in rest)]


def _gathered(message: Message) -> Iterator[Block | _Shown]:
    """The blocks, with pictures and files as what they are sent as."""
    left = len(message.blocks)
    for kind, run in groupby(message.blocks, type):
        blocks = list(run)
        left -= len(blocks)
        if issubclass(kind, Picture):
            pictures = [one for one in blocks if isinstance(one, Picture)]
            yield from map(_pictures, _batches(pictures, apart=not left and bool(message.buttons)))
        else:
            yield from (_file(one) if isinstance(one, Document) else one for one in blocks)


def _batches(pictures: Sequence[Picture], *, apart: bool) -> Iterator[Sequence[Picture]]:
    most = int(MediaGroupLimit.MAX_MEDIA_LENGTH)
    together = pictures[:-1] if apart else pictures
    yield from (together[start : start + most] for start in range(0, len(together), most))
    if apart:
        yield pictures[-1:]


def _pictures(several: Sequence[Picture]) -> _Shown:
    most = _ALT_CHARS_MAX if len(several) == 1 else _ALT_CHARS_MAX_IN_ALBUM
    words = (line(muted(legible(one.alt)[:most])) for one in several)
    return _Shown(paragraph(*words), pictures=tuple(one.png for one in several))


def _file(file: Document) -> _Shown:
    return _Shown(paragraph(line(muted(legible(file.about or file.name)[:_ALT_CHARS_MAX]))), document=file)
