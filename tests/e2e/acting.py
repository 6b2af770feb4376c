"""A story as data: steps that say who does what where and what is seen then; and how a stage plays them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from signals.core.calendar import MARKET_ZONE

TELEGRAM, PAGE = "telegram", "page"
EVERYWHERE = frozenset({TELEGRAM, PAGE})

FLOOD = 12
"""So often the same is said at once."""

STEP_TAKES = timedelta(seconds=20)
"""From one step to the next on the service's clock: people do not flood."""

PATIENCE_SECONDS = 30.0
"""How long nothing may change before a step fails; nothing takes that long when all is well."""

_LINK = re.compile(r"\?start=([\w-]+)", re.ASCII)


class Person(StrEnum):
    """Who acts; the values are the local page's ids."""

    ME = "me"
    """Owns the service and manages the group."""
    WANG = "wang"
    """Reads, and is a plain member of the group."""


class Place(StrEnum):
    """Where: the values of shared chats are the local page's ids."""

    HOME = "home"
    """The person's private chat."""
    GROUP = "group"
    CHANNEL = "channel"


class Deed(StrEnum):
    """What is done; `Step.words` say what with."""

    SAYS = "says"
    FLOODS = "floods"
    """Says the same `FLOOD` times at once."""
    PRESSES = "presses"
    """The newest button whose label holds the words."""
    PRESSES_OLD = "presses the oldest"
    FORGES = "forges"
    """Presses a button that was never offered, with this command."""
    HANDS = "hands"
    """Sends the file that came last, with these words."""
    LOOKS = "looks"
    """Does nothing and sees what comes."""
    WAITS = "waits"
    """Until a moment, 2025-02-10 21:05 on the exchanges' clock, while the service polls."""
    REVISES = "revises"
    """The exchange corrects the share count of a fund, by its code."""
    JOINS = "brings the bot in"
    BLOCKS = "blocks the bot"
    MOVES = "makes the group a supergroup"
    TYPES = "types behind the bot's name"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the story."""

    who: Person
    deed: Deed
    words: str = ""
    sees: tuple[str, ...] = ()
    """What stands in the text or on the buttons that come, all of it."""
    at: Place = Place.HOME
    lacks: tuple[str, ...] = ()
    """What does not stand there."""
    in_place: bool = False
    """The message above changes and no other one comes."""
    brings: str = ""
    """A "picture" or "document" that comes with it."""
    replies: bool = False
    """What shows the first of `sees` is a reply to an earlier message, where the channel has replies."""
    on: frozenset[str] = EVERYWHERE

    @property
    def expects(self) -> bool:
        """Something comes of it."""
        return bool(self.sees) or self.in_place

    def __str__(self) -> str:
        return f"{self.who} {self.deed} {self.words!r} at {self.at}"


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """A message of the service as it stands in a chat now."""

    id: str
    text: str
    labels: tuple[str, ...] = ()
    brings: str = ""
    replies: bool | None = None
    """None = the channel has no replies."""

    @property
    def shown(self) -> str:
        """All that can be read of it."""
        return "\n".join((self.text, *self.labels))


class Stage(Protocol):
    """A channel on which the story is played."""

    kind: str

    async def act(self, step: Step) -> None:
        """Do what the step says."""
        ...

    async def bubbles(self, step: Step) -> Sequence[Bubble]:
        """The service's messages in the step's chat, oldest first."""
        ...

    async def changed(self) -> None:
        """Wait until something may have changed; raises AssertionError when nothing does for long."""
        ...


class Clockwork(Protocol):
    """The service behind the stage."""

    def tick(self) -> None:
        """Let `STEP_TAKES` pass."""
        ...

    async def until(self, moment: datetime) -> None:
        """Let time pass, with all that the timetable brings."""
        ...

    async def revise(self, code: str) -> None:
        """The exchange has counted a fund's shares again."""
        ...


@dataclass
class Play:
    """Plays steps on a stage; what was seen of a chat is not looked at again."""

    stage: Stage
    service: Clockwork
    seen: dict[str, dict[str, str]] = field(default_factory=dict)
    """What stood in each chat, by the ids of its bubbles."""
    _link: str = ""
    """What the last link that was seen says; `{link}` in a step's words."""

    async def perform(self, story: Iterable[Step]) -> int:
        """Play the steps that the stage can play; returns how many."""
        played = 0
        for number, step in enumerate(one for one in story if self.stage.kind in one.on):
            try:
                await self._perform(step)
            except AssertionError as error:
                raise AssertionError(f"step {number}, {step}: {error}") from error
            played += 1
        return played

    async def _perform(self, step: Step) -> None:
        self.service.tick()
        match step.deed:
            case Deed.WAITS:
                await self.service.until(datetime.fromisoformat(step.words).replace(tzinfo=MARKET_ZONE))
            case Deed.REVISES:
                await self.service.revise(step.words)
            case Deed.LOOKS:
                pass
            case _:
                await self.stage.act(replace(step, words=step.words.replace("{link}", self._link)))
        if step.expects or step.lacks:
            self._check(step, await self._fresh(step))

    async def _fresh(self, step: Step) -> list[Bubble]:
        """What came or changed, as soon as it holds what is to be seen."""
        room = step.who if step.at is Place.HOME else step.at
        before = self.seen.get(room, {})
        while True:
            now = await self.stage.bubbles(step)
            fresh = [one for one in now if before.get(one.id) != one.shown]
            read = "\n".join(one.shown for one in fresh)
            if (fresh or not step.expects) and all(word in read for word in step.sees):
                break
            try:
                await self.stage.changed()
            except AssertionError:
                missing = [word for word in step.sees if word not in read]
                raise AssertionError(f"{missing} is missing in:\n{read}") from None
        self.seen[room] = {one.id: one.shown for one in now}
        if link := _LINK.search(read):
            self._link = link[1]
        if step.in_place:
            assert [one.id in before for one in fresh] == [True], f"it should have changed in its place:\n{read}"
        return fresh

    def _check(self, step: Step, fresh: Sequence[Bubble]) -> None:
        read = "\n".join(one.shown for one in fresh)
        for word in step.lacks:
            assert word not in read, f"{word!r} stands in:\n{read}"
        if step.brings:
            assert step.brings in [one.brings for one in fresh], f"no {step.brings} with:\n{read}"
        if step.deed is Deed.FLOODS:
            assert len(fresh) < FLOOD, "each of so many lines was answered"
            assert read.count(step.sees[0]) == 1, f"told more than once:\n{read}"
        if step.replies:
            replies = [one.replies for one in fresh if step.sees[0] in one.text]
            assert False not in replies, f"no reply:\n{read}"
