"""A message that goes out once more because nobody knows whether it arrived, with a word that says so."""

from dataclasses import replace

from bot.messages.catalogue import catalogue
from bot.messages.model import Message, Paragraph, Picture, line, muted, paragraph
from bot.subscriptions import Language


def as_repeated(message: Message, language: Language) -> Message:
    """The same under a line that says it, below the pictures at its head."""
    head = 0
    while head < len(message.blocks) and isinstance(message.blocks[head], Picture):
        head += 1
    return replace(message, blocks=(*message.blocks[:head], _note(language), *message.blocks[head:]))


def repeat_note(language: Language) -> Message:
    """The line by itself, to stand above a part of a long message."""
    return Message(blocks=(_note(language),), silent=True)


def _note(language: Language) -> Paragraph:
    return paragraph(line(muted(catalogue(language).text("may-be-repeated"))))
