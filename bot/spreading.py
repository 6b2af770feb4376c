"""A message to very many goes out over as long as its channel takes for it, each reader at a moment of his own."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.subscriptions import Subscription

USED = 0.9
"""Share of a channel's pace that one message to very many is planned to use: answers and alerts go on beside it."""

AT_ONCE_SECONDS = 10.0
"""What takes no longer than this is due at once for all."""


@dataclass(frozen=True)
class Spread:
    """How long a message to these readers takes on each channel that has a pace."""

    seconds_by_channel: Mapping[str, float]

    @classmethod
    def over(cls, readers: Iterable[Subscription], per_second: Mapping[str, float]) -> "Spread":
        """Of readers, where channels take so many messages a second; the others take them at once."""
        counts = Counter(one.channel for one in readers)
        return cls({channel: counts[channel] / (pace * USED) for channel, pace in per_second.items()})

    @property
    def seconds(self) -> float:
        """Until the last reader has it."""
        return max(self.seconds_by_channel.values(), default=0.0)

    @property
    def minutes(self) -> int:
        """The same for people: 0 where it is there at once."""
        return 0 if self.seconds <= AT_ONCE_SECONDS else max(1, round(self.seconds / 60))

    def due_at(self, reader: Subscription, batch: str, now: datetime) -> datetime:
        """A reader's moment; which it is depends on him and the batch alone, so it is the same after a restart."""
        seconds = self.seconds_by_channel.get(reader.channel, 0.0)
        if seconds <= AT_ONCE_SECONDS:
            return now
        digest = hashlib.blake2b(f"{batch}/{reader.id}".encode(), digest_size=8).digest()
        return now + timedelta(seconds=seconds * int.from_bytes(digest) / 2**64)
