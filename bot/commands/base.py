"""A command: its words, its help, and what it works with. Commands know no channel."""

import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from types import ModuleType

from bot.admin.maintenance import Maintenance
from bot.admin.office import MAX_WATCHED, Office
from bot.channels.base import Incoming, Managers, MenuEntry
from bot.health import Health
from bot.messages.catalogue import Catalogue
from bot.messages.digest import DigestLimits, HeadPicture
from bot.messages.model import Button, Message
from bot.panels import Panels
from bot.pictures.studio import Studio
from bot.poll import World
from bot.subscriptions import Language, Subscription
from signals.core.calendar import MARKET_ZONE
from signals.core.text import Text


class Right(StrEnum):
    """Who may say a command."""

    ANYONE = "anyone"
    CHANGE = "change"
    """Whoever sets up the chat: in a group its administrators, unless it is open to all."""
    CHANGE_BY_WORDS = "change_by_words"
    """Anyone may ask; with words behind it it changes the chat's settings."""
    ADMIN = "admin"
    """Administrators of the service."""
    OWNER = "owner"


class Chapter(StrEnum):
    """Where help lists a command."""

    BEGIN = "begin"
    ASK = "ask"
    SIGNALS = "signals"
    RULES = "rules"
    SETTINGS = "settings"
    SERVICE = "service"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Roles:
    """Who runs the service, as ``channel:person``; an owner is an administrator too."""

    admins: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()

    def right(self, incoming: Incoming) -> Right:
        """The most that a speaker may; a channel that does not tell who speaks has no administrators."""
        person = f"{incoming.channel}:{incoming.speaker.id}"
        if not incoming.speaker.id:
            return Right.ANYONE
        if person in self.owners:
            return Right.OWNER
        return Right.ADMIN if person in self.admins else Right.ANYONE


@dataclass(frozen=True, kw_only=True)
class NewSubscriber:
    """What a new subscriber starts with, and how much he may ask for."""

    language: Language = Language.ZH
    watchlists: frozenset[str] = frozenset()
    evening_digest: time = time(17, 45)
    max_watched: int = 200
    max_chats: int = 20
    """Groups and topics that one person may subscribe."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast one speaker or one chat may ask, in commands of usual weight; 0 = as fast as he likes."""

    burst: int = 0
    """At once, after a rest."""
    per_minute: float = 20.0
    """And from then on."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the service lends to commands."""

    world: World
    panels: Panels
    limits: DigestLimits
    newcomer: NewSubscriber
    now: Callable[[], datetime]
    version: str
    health: Health = field(default_factory=Health)
    studio: Studio = field(default_factory=Studio)
    """Where pictures are drawn."""
    invite: Callable[[str], str] = field(default=lambda _: "")
    """A link that opens a chat here and says ``/start WORD``; empty where there is no such thing."""
    demo: bool = False
    """The service runs on the demo market."""
    roles: Roles = field(default_factory=Roles)
    head: HeadPicture | None = None
    """Draws what stands at the head of digests."""
    managers: Managers = field(default_factory=Managers)
    """Who sets up which chats from outside."""
    tempo: Tempo = Tempo()
    """How fast people may ask."""
    office: Office | None = None
    """How administrators run the service; None where nobody does."""
    maintenance: Maintenance | None = None
    """Set while the service is being worked on."""

    async def present(self) -> "Desk":
        """The desk with what administrators have set over the files."""
        if self.office is None:
            return self
        tuned = await self.office.tuned()
        return replace(
            self,
            world=tuned.world,
            limits=tuned.digest,
            newcomer=replace(self.newcomer, max_watched=tuned.limits.get(MAX_WATCHED, self.newcomer.max_watched)),
            maintenance=tuned.maintenance,
        )


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One thing said, with everything a command needs to answer it."""

    desk: Desk
    registry: "Registry"
    incoming: Incoming
    words: tuple[str, ...]
    """What followed the command."""
    subscription: Subscription | None
    """The chat's subscription, active or not."""
    language: Language
    texts: Catalogue
    now: datetime

    @property
    def today(self) -> date:
        """The day it is at the exchanges."""
        return self.now.astimezone(MARKET_ZONE).date()


Run = Callable[[Talk], Awaitable[Message]]


class SaidWrongError(Exception):
    """What was said cannot be done; the text tells the person why, in his language; buttons may help him on."""

    def __init__(self, text: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> None:
        super().__init__(text)
        self.buttons = buttons


class ManyMeantError(SaidWrongError):
    """A word fits several things; whoever answers offers each of them in its place."""

    def __init__(self, text: str, word: str, meant: tuple[tuple[str, str], ...]) -> None:
        super().__init__(text)
        self.word = word
        self.meant = meant
        """What it may mean, as it is shown and as it is said: a fund's name and its code."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something that can be said, with or without a slash."""

    name: str
    words: tuple[str, ...]
    """Chinese words that mean the same; the first is shown."""
    help: Text
    usage: Text | None
    """Example of what may follow it; None where nothing may."""
    rank: int
    """Place in menus."""
    quick: bool
    """Worth a button that is always there."""
    chapter: Chapter = Chapter.SERVICE
    right: Right = Right.ANYONE
    changes: Callable[[tuple[str, ...]], bool] = field(default=bool, compare=False, repr=False)
    """With `CHANGE_BY_WORDS`: the words behind it that change something; any, unless told otherwise."""
    weight: int = 1
    """What it costs of a speaker's allowance; more for what takes the machine long."""
    examples: Text | None = None
    """Lines that can be said, for help on this command; None = its usage."""
    own: bool = False
    """Always about the chat in which it is said, also while its speaker sets up another one."""
    run: Run = field(compare=False, repr=False)


def command(
    name: str,
    *words: str,
    rank: int,
    about: Text,
    usage: Text | None = None,
    quick: bool = False,
    chapter: Chapter = Chapter.SERVICE,
    right: Right = Right.ANYONE,
    changes: Callable[[tuple[str, ...]], bool] = bool,
    weight: int = 1,
    examples: Text | None = None,
    own: bool = False,
) -> Callable[[Run], Command]:
    """Make a command of a coroutine function."""

    def made(run: Run) -> Command:
        return Command(
            name=name,
            words=words,
            help=about,
            usage=usage,
            rank=rank,
            quick=quick,
            chapter=chapter,
            right=right,
            changes=changes,
            weight=weight,
            examples=examples,
            own=own,
            run=run,
        )

    return made


@dataclass(frozen=True, slots=True)
class Registry:
    """All commands, in the order of menus; names and words are unique."""

    commands: tuple[Command, ...]

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> "Registry":
        """The commands of modules; raises ValueError when two share a name or word."""
        found = sorted(
            (one for module in modules for one in vars(module).values() if isinstance(one, Command)),
            key=lambda one: one.rank,
        )
        said = [word for one in found for word in (one.name, *one.words)]
        if len(said) != len(set(said)):
            raise ValueError(f"two commands share a word: {sorted(word for word in said if said.count(word) > 1)}")
        return cls(tuple(found))

    def find(self, text: str) -> tuple[Command, tuple[str, ...]] | None:
        """The command that a line begins with, and the words after it.

        A slash, a bot's name behind an @, capitals, full-width characters and the blank after a Chinese
        word are all optional.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        head, *rest = plain.split() or [""]
        name = head.removeprefix("/").split("@")[0].lower()
        for one in self.commands:
            if name == one.name or name in one.words:
                return one, tuple(rest)
        glued = [(word, one) for one in self.commands for word in one.words if plain.startswith(word)]
        if not glued:
            return None
        word, one = max(glued, key=lambda pair: len(pair[0]))
        return one, tuple(plain.removeprefix(word).split())

    def menu(self) -> tuple[MenuEntry, ...]:
        """What a channel shows to choose from."""
        return tuple(
            MenuEntry(
                name=one.name,
                help_zh=one.help.zh,
                help_en=one.help.en,
                word_zh=one.words[0],
                others_zh=one.words[1:],
                quick=one.quick,
                admin=one.right in (Right.ADMIN, Right.OWNER),
                sets_up=one.right is Right.CHANGE,
            )
            for one in self.commands
        )
