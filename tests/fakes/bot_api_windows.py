"""How a Bot API server counts messages: in sliding windows, over all chats, of each chat, and of each group."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import takewhile

_HAIR_SECONDS = 1e-6
"""Sums of fractions are no more exact."""


@dataclass(kw_only=True)
class Windows:
    """Refuses what would be more than so many in a window; an album counts as its pictures."""

    overall: int = 30
    of_chat: int = 1
    of_group_a_minute: int = 20
    taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    """Moments of what was taken within the longest window, by chat; "" = all chats."""

    def wait_seconds(self, chat: str, messages: int, now: float) -> float:
        """After how many seconds so many more would be allowed; 0 = now."""
        waits = [self._wait("", self.overall, 1.0, messages, now), self._wait(chat, self.of_chat, 1.0, messages, now)]
        if chat.startswith(("-", "@")):
            waits.append(self._wait(chat, self.of_group_a_minute, 60.0, messages, now))
        return max(waits)

    def count(self, chat: str, messages: int, now: float) -> None:
        """They were taken."""
        for key in ("", chat):
            self.taken[key].extend([now] * messages)

    def _wait(self, key: str, most: int, seconds: float, messages: int, now: float) -> float:
        """More than a window holds are allowed where it is empty."""
        times = self.taken[key]
        while times and times[0] <= now - 61.0:
            times.popleft()
        held = list(takewhile(lambda at: at > now - seconds + _HAIR_SECONDS, reversed(times)))
        over = len(held) + min(messages, most) - most
        return held[-over] + seconds - now if over > 0 and held else 0.0
