"""What the server allows is never exceeded and nearly all of it used, whoever is sent to and whatever restarts."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from bot.channels.base import Incoming
from bot.deliveries import Address
from bot.messages.model import Message, Picture, line, paragraph, plain
from tests.delivery.hurry import hurried
from tests.delivery.post import REPEATED, Post, fresh, post_over
from tests.fakes.bot_api_load import Entry, LoadApi
from tests.fakes.bot_api_windows import Windows

ALLOWED_PER_SECOND = 30
ANSWERS_SECONDS = (0.005, 0.04)
"""How long the server takes: what it has lent comes back a second after the answer, so nobody is faster than 30 in 1.02 s."""

RESTART_SECONDS = 3.0
"""A new process takes as long."""

GROUPS, TOPICS, CHANNELS = 20, 5, 10
ECHO = "听到"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Crowd:
    """Who is sent how much: groups whose topics each get something, channels, and one message for many a person."""

    many: int
    letters: list[list[tuple[Address, Message]]] = field(default_factory=list)
    """By batch."""

    def __post_init__(self) -> None:
        drawn = random.Random(5)  # noqa: S311
        topics = [
            Address(str(-100_000 - group), str(topic)) for group in range(GROUPS) for topic in range(1, TOPICS + 1)
        ]
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
    return plain(f"{ECHO}：{incoming.text}")


async def _talk(api: LoadApi, chats: Sequence[str]) -> None:
    """Somebody says something, in a group or in private, about every second."""
    drawn = random.Random(3)  # noqa: S311
    while True:
        await asyncio.sleep(drawn.expovariate(1.0))
        api.say(int(drawn.choice(chats)), "/help")


async def _run(path: Path, crowd: Crowd, ends: Sequence[str]) -> list[Entry]:
    """The server's journal of a crowd; each time a process has done its share it `ends`, "stopped" or "killed"."""
    talkers = [one.chat for one in crowd.people[:40]]
    # Answers are not stored: what a group was told in the minute before a restart, nobody remembers.
    talkers += [] if ends else sorted({one.chat for one in crowd.places if one.thread})
    async with LoadApi(latency_seconds=ANSWERS_SECONDS, windows=Windows()) as api:
        talking = asyncio.create_task(_talk(api, talkers))
        for number, end in enumerate([*ends, "stopped"]):
            async with post_over(api, path, answer=_echo, killed=end == "killed") as post:
                if number == 0:
                    await _leave_all(post, crowd)
                last = number == len(ends)
                done = post.over if last else partial(_taken, api, crowd.many * (number + 1) // (len(ends) + 2))
                await post.until(done, 7200, 1.0 if last else 0.1)
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


def _rate(journal: Sequence[Entry], crowd: Crowd, restarts: int) -> float:
    """Messages a second while there was always somebody who might have been sent one: a person who had none yet."""
    people = {one.chat for one in crowd.people}
    firsts = dict[str, float]()
    for entry in journal:
        if entry.chat in people and not _is_answer(entry):
            firsts.setdefault(entry.chat, entry.at)
    begin, end = journal[0].at, sorted(firsts.values())[-ALLOWED_PER_SECOND]
    return sum(one.messages for one in journal if one.at < end) / (end - begin - restarts * RESTART_SECONDS)


def _is_answer(entry: Entry) -> bool:
    return entry.text.startswith(ECHO)


@pytest.mark.parametrize(
    ("many", "ends"),
    [
        pytest.param(1_500, ("stopped", "killed"), id="three processes-1500"),
        pytest.param(20_000, (), id="one process-20000", marks=pytest.mark.slow),
        pytest.param(20_000, ("stopped", "killed"), id="three processes-20000", marks=pytest.mark.slow),
    ],
)
def test_nobody_is_refused_and_nearly_all_that_is_allowed_is_used(
    many: int, ends: Sequence[str], tmp_path: Path
) -> None:
    crowd = Crowd(many)
    journal = hurried(lambda: _run(fresh(tmp_path / "one.db"), crowd, ends))
    assert not [one for one in journal if not one.taken]
    pushes = [one for one in journal if not _is_answer(one) and REPEATED not in one.text]
    wanted = Counter(one.chat for batch in crowd.letters for one, _ in batch)
    assert Counter(one.chat for one in pushes) == wanted
    assert sum(map(_is_answer, journal)) > many / ALLOWED_PER_SECOND / 2
    assert _rate(journal, crowd, len(ends)) >= 0.95 * ALLOWED_PER_SECOND
