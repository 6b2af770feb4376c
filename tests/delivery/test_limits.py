"""What the server allows is never exceeded and nearly all of it used, whoever is sent to and whatever restarts."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.channels.base import Incoming
from bot.deliveries import Address
from bot.messages.model import Message, Picture, line, paragraph, plain
from tests.delivery.hurry import hurried
from tests.delivery.post import Post, post_over
from tests.fakes.bot_api_load import Entry, LoadApi
from tests.fakes.bot_api_windows import Windows

ALLOWED_PER_SECOND = 30
ANSWERS_SECONDS = (0.005, 0.04)
"""How long the server takes: what it has lent comes back a second after the answer, so nobody is faster than 30 in 1.02 s."""

RESTART_SECONDS = 3.0
"""A new process takes as long."""

GROUPS, TOPICS, CHANNELS = 20, 5, 10
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Crowd:
    """Who is sent how much: groups whose topics each get something, channels, and one message for many a person."""

    many: int
    letters: list[list[tuple[Address, Message]]] = field(default_factory=list)
    """By batch."""

    def __post_init__(self) -> None:
        drawn = random.Random(5)  # noqa: S311
        topics = [Address(str(-100_000 - group), str(topic)) for group in range(GROUPS) for topic in range(1, TOPICS + 1)]
        channels = [Address(str(-900_000 - channel)) for channel in range(CHANNELS)]
        rounds = self.many // 300
        self.letters = [[(one, _some(drawn, f"{turn}")) for one in topics + channels] for turn in range(rounds)]
        left = self.many - sum(map(len, self.letters))
        self.people = [Address(str(1000 + number)) for number in range(left)]
        self.letters.append([(one, _some(drawn, "once")) for one in self.people])

    @property
    def places(self) -> set[Address]:
        return {one for batch in self.letters for one, _ in batch}


def _some(drawn: random.Random, text: str) -> Message:
    """A text, or now and then an album."""
    if drawn.random() > 0.04:
        return plain(text)
    pictures = tuple(Picture(png=PNG + bytes([number]), alt=f"图{number}") for number in range(drawn.randint(2, 4)))
    return Message(blocks=(paragraph(line(text)), *pictures))


async def _echo(incoming: Incoming) -> Message:
    return plain(f"听到：{incoming.text}")


async def _talk(api: LoadApi, people: Sequence[str]) -> None:
    """Somebody says something, in a group or in private, about every second."""
    drawn = random.Random(3)  # noqa: S311
    while True:
        await asyncio.sleep(drawn.expovariate(1.0))
        api.say(int(drawn.choice(people)), "/help")


async def _run(path: Path, crowd: Crowd, ends: Sequence[str]) -> list[Entry]:
    """The server's journal of a crowd; each time a process has done its share it `ends`, "stopped" or "killed"."""
    people = [one.chat for one in crowd.people[:50]]
    async with LoadApi(latency_seconds=ANSWERS_SECONDS, windows=Windows()) as api:
        talking = asyncio.create_task(_talk(api, people))
        for number, end in enumerate([*ends, "stopped"]):
            async with post_over(api, path, answer=_echo, killed=end == "killed") as post:
                if number == 0:
                    await _leave_all(post, crowd)
                share = crowd.many * (number + 1) // (len(ends) + 1)
                if number < len(ends):
                    await post.until(lambda: _taken(api, share), 3600, 0.1)  # noqa: B023
                else:
                    await post.until(post.over, 3600)
            await asyncio.sleep(RESTART_SECONDS)
        talking.cancel()
        with suppress(asyncio.CancelledError):
            await talking
    return api.journal


async def _leave_all(post: Post, crowd: Crowd) -> None:
    ids = await post.subscribe(sorted(crowd.places))
    for batch in crowd.letters:
        await post.leave([(ids[one], message) for one, message in batch])


async def _taken(api: LoadApi, share: int) -> bool:
    return len(api.journal) >= share


def _busy(journal: Sequence[Entry], crowd: Crowd) -> tuple[float, float]:
    """From when until when there was always somebody who might have been sent something."""
    people = {one.chat for one in crowd.people}
    firsts = dict[str, float]()
    for entry in journal:
        if entry.chat in people and not entry.text.startswith("听到"):
            firsts.setdefault(entry.chat, entry.at)
    return journal[0].at, sorted(firsts.values())[-ALLOWED_PER_SECOND]


def _rate(journal: Sequence[Entry], begin: float, end: float) -> float:
    return sum(one.messages for one in journal if begin <= one.at < end) / (end - begin)


MANY = pytest.mark.parametrize("many", [1_500, pytest.param(20_000, marks=pytest.mark.slow)])


@MANY
def test_nobody_is_refused_and_nearly_all_that_is_allowed_is_used(many: int, fresh: Callable[[str], Path]) -> None:
    crowd = Crowd(many)
    journal = hurried(lambda: _run(fresh("one.db"), crowd, []))
    assert not [one for one in journal if not one.taken]
    assert sum(not one.text.startswith("听到") for one in journal) == many
    replies = [one for one in journal if one.text.startswith("听到")]
    assert len(replies) > 10
    begin, end = _busy(journal, crowd)
    print("rate", _rate(journal, begin, end), begin, end, journal[-1].at, len(replies))
    assert _rate(journal, begin, end) >= 0.95 * ALLOWED_PER_SECOND
