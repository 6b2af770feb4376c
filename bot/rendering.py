"""Deliveries as the parts that go out, each message cut once for all of its readers."""

from collections import OrderedDict
from dataclasses import replace

from bot.channels.base import Channel, Part
from bot.deliveries import Delivery
from bot.messages.model import Message
from bot.messages.repeated import as_repeated, repeat_note
from bot.store.lately import Lately
from bot.subscriptions import Language

_KEPT = 64
"""Messages whose parts are kept; each may hold a picture."""


class Renderings:
    """The parts of what one channel sends."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._kept: OrderedDict[tuple[int, bool], tuple[Message, tuple[Part, ...]]] = OrderedDict()

    def of(self, delivery: Delivery) -> tuple[Part | None, list[Part]]:
        """A note that goes ahead, if any, and every part of the delivery.

        Where the next part may come for the second time it says so. A long message is cut as it was at first, for a
        part of it may be there: so its word stands by itself, as the note.
        """
        note, parts = None, [*self._parts(delivery.message, plain=delivery.plain)]
        if delivery.repeats:
            language = Language(delivery.language)
            marked = self._channel.render(as_repeated(delivery.message, language), plain=delivery.plain)
            if len(marked) == len(parts) == 1:
                parts = marked
            else:
                [note] = self._channel.render(repeat_note(language), plain=delivery.plain)
        if delivery.answers is not None:
            # A correction stands as a reply under what it corrects; the parts after the first follow it anyway.
            parts[0] = replace(parts[0], answers=delivery.answers.remote_id)
        return note, parts

    def counted(self, one: Lately) -> int:
        """As how many messages the server may count what it had lately."""
        parts = self._channel.render(one.message, plain=one.plain)
        again = parts[min(one.parts, len(parts) - 1)].messages if one.one_more else 0
        return sum(part.messages for part in parts[: one.parts]) + again

    def _parts(self, message: Message, *, plain: bool) -> tuple[Part, ...]:
        # By identity: to compare messages is as dear as to cut them, and claims share what is equal.
        key = id(message), plain
        if key not in self._kept:
            self._kept[key] = message, tuple(self._channel.render(message, plain=plain))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key][1]
