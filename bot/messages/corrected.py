"""A message that was told and turned out to be wrong, with a mark that says so."""

from dataclasses import replace

from bot.messages.catalogue import catalogue
from bot.messages.model import Heading, Message, line, muted, paragraph
from bot.subscriptions import Language


def as_corrected(message: Message, language: Language) -> Message:
    """The same with the mark behind its title, or above it where it has none."""
    mark = catalogue(language).text("corrected-mark")
    first, *rest = message.blocks
    if isinstance(first, Heading):
        return replace(message, blocks=(replace(first, text=f"{first.text} {mark}"), *rest))
    return replace(message, blocks=(paragraph(line(muted(mark))), *message.blocks))
