"""Who is sick in a storm, and how: a seeded plan of what the server does to each chat."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.fakes.bot_api_faults import Fault, broken, flooded, garbage, lost, refused, reset

FORBIDDEN = (
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: bot was kicked from the supergroup chat",
    "Forbidden: bot is not a member of the channel chat",
    "Forbidden: bot can't initiate conversation with a user",
    "Forbidden: the group chat was deleted",
)
MOVED_BY = 5_000_000_000
"""What the number of a chat grows by when it moves."""

TOO_LATE_SECONDS = 6.0
"""Longer than the bot waits for an answer."""

_MARKUP = "Bad Request: can't parse entities: Unsupported start tag"
_UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"


@dataclass(frozen=True)
class Fate:
    """What happens to a chat."""

    chat: str
    kind: str
    faults: tuple[Fault, ...] = ()
    after: int = 0
    """So many calls pass before it begins."""

    @property
    def moved_to(self) -> str:
        """Its next id."""
        return f"-{-int(self.chat) + MOVED_BY}"

    @property
    def lost(self) -> int:
        """How many answers are lost."""
        return sum(1 for one in self.faults if not one.refusal)


def _slow(*, performed: bool) -> Fault:
    return Fault(wait_seconds=TOO_LATE_SECONDS, performed=performed)


def _lost_answer(drawn: random.Random) -> Fault:
    return drawn.choice(
        [
            reset(),
            lost(),
            _slow(performed=True),
            _slow(performed=False),
            garbage(b'{"ok": tru'),
            Fault(body=b"\xff\x00 no JSON", performed=True),
            Fault(body=b"<html>It works!</html>", performed=True),
        ]
    )


def _error(drawn: random.Random) -> Fault:
    return drawn.choice([refused(500, "Internal Server Error"), refused(503, "Service Unavailable"), broken(502)])


Faults = Callable[[random.Random, str], Sequence[Fault]]

KINDS: dict[str, tuple[float, Faults]] = {
    "flooded": (0.02, lambda drawn, _: [flooded(drawn.randint(2, 6))] * drawn.choice([1, 1, 2])),
    "gone": (0.05, lambda drawn, _: [refused(403, drawn.choice(FORBIDDEN))]),
    "moved": (0.03, lambda _, chat: [refused(400, _UPGRADED, migrate_to_chat_id=int(Fate(chat, "").moved_to))]),
    "markup": (0.03, lambda _drawn, _: [refused(400, _MARKUP)]),
    "broken once": (0.03, lambda drawn, _: [_error(drawn)]),
    "broken thrice": (0.03, lambda drawn, _: [_error(drawn) for _ in range(3)]),
    "lost once": (0.06, lambda drawn, _: [_lost_answer(drawn)]),
    "lost twice": (0.03, lambda drawn, _: [_lost_answer(drawn), _lost_answer(drawn)]),
}
"""How large a part of all chats has each kind of fate, and what that is; the rest is healthy."""


def fates(many: int, seed: int) -> list[Fate]:
    """Private chats and, one in ten, groups, each with its fate."""
    drawn = random.Random(seed)  # noqa: S311
    return [_fate(number, drawn) for number in range(1, many + 1)]


def _fate(number: int, drawn: random.Random) -> Fate:
    at = drawn.random()
    for kind, (share, faults) in KINDS.items():
        at -= share
        if at < 0:
            # Only groups move.
            chat = str(-1_000_000_000_000 - number if kind == "moved" or number % 10 == 0 else number)
            return Fate(chat, kind, tuple(faults(drawn, chat)), drawn.randrange(3))
    return Fate(str(-1_000_000_000_000 - number if number % 10 == 0 else number), "healthy")
