"""What a channel promises: to turn a neutral message into parts, to send a part, to hand in what people say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Protocol, runtime_checkable

from bot.deliveries import Address
from bot.limiter import Limiter
from bot.messages.model import Button, Document, Message


class ChatKind(StrEnum):
    """Who reads a chat."""

    PRIVATE = "private"
    """One person with the bot."""
    GROUP = "group"
    CHANNEL = "channel"
    """Many who read and cannot answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to send: finished markup within the channel's limit, and buttons on the last part."""

    markup: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    plain: bool = False
    """`markup` is bare text."""
    picture: bytes = field(default=b"", repr=False)
    """A PNG above the text, which is short enough to stand under it; empty = none."""
    album: tuple[bytes, ...] = field(default=(), repr=False)
    """Several PNGs shown as one, in place of `picture`; the text stands under them, and no buttons can."""
    document: Document | None = None
    """A file; the text stands under it."""
    answers: str = ""
    """The channel's id of an earlier message of the chat that this one is a reply to, where the channel has replies."""
    replaces: str = ""
    """The channel's id of an earlier message of ours whose place this one takes, where the channel can edit."""
    rich: str = ""
    """The same with real tables, for a server that knows them; `markup` is what others get."""
    pin: bool = False
    """Stands pinned in the chat, in place of what we pinned there before, where the channel can."""

    @property
    def messages(self) -> int:
        """As how many messages a server counts it."""
        return len(self.album) or 1


@dataclass(frozen=True, slots=True)
class Speaker:
    """The person who says something, as the channel knows him."""

    id: str = ""
    """Empty where the channel does not tell."""
    name: str = ""
    """What he calls himself: never markup, never trusted."""


async def _anybody() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Something a person said (or the command of a button he pressed)."""

    channel: str
    address: Address
    text: str
    language: str = ""
    """IETF tag of the person's client where the channel tells it; empty = unknown."""
    speaker: Speaker = Speaker()
    kind: ChatKind = ChatKind.PRIVATE
    title: str = ""
    """What the chat is called where it has a name of its own."""
    document: Document | None = None
    """A file that came with the words."""
    pressed: str = ""
    """The channel's id of the message under which the pressed button stands; empty = it was typed."""
    may_set_up: Callable[[], Awaitable[bool]] = field(default=_anybody, compare=False, repr=False)
    """Whether the speaker manages the chat: asked only when it matters, for a channel may have to ask its server."""


Answer = Callable[[Incoming], Awaitable[Message | None]]
"""What the service answers; never raises for what a person typed. None = not a word: to a flood, or a banned person."""


@runtime_checkable
class Amending(Protocol):
    """A channel whose messages can be changed after they were sent."""

    async def amend(self, address: Address, remote_id: str, part: Part) -> None:
        """Put a part in the place of an earlier message; where that cannot be any more, it stays as it is."""
        ...


@runtime_checkable
class Probing(Protocol):
    """A channel whose server can be asked whether it is there, without a message."""

    async def probe(self) -> None:
        """Ask; raises `SendFailedError` where it is not."""
        ...


@runtime_checkable
class Managed(Protocol):
    """A channel that knows who sets up which chats, also from outside of them."""

    def shared(self, address: Address) -> bool:
        """Whether several people read there, so that somebody manages it; asks no server."""
        ...

    async def manages(self, address: Address, person: str) -> bool:
        """Whether a person (`Speaker.id`) manages a chat now; False where the server cannot tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A command as a channel's menu shows it."""

    name: str
    help_zh: str
    help_en: str
    word_zh: str = ""
    """The Chinese word that says the same; empty where there is none."""
    others_zh: tuple[str, ...] = ()
    """Further words for it, which are understood and not shown."""
    quick: bool = False
    """Says something by itself: fit for a button that is always there."""
    admin: bool = False
    """For administrators of the service only."""
    sets_up: bool = False
    """Changes the chat's settings: in a group for those who manage it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something to choose from while a person still types, and what choosing it says."""

    id: str
    """Names it within one answer; plain ASCII."""
    title: str
    about: str
    message: Message


Suggest = Callable[[Incoming], Awaitable[list[Suggestion]]]
"""What fits words that are still being typed, best first; never raises for what a person typed."""


class Presence(Protocol):
    """Hears where the bot comes and goes."""

    async def joined(self, at: Incoming) -> Message:
        """Somebody has brought the bot into a group; returns what to say there."""
        ...

    async def gone(self, channel: str, chat: str, reason: str) -> None:
        """The chat takes nothing more; `reason` is for the operator."""
        ...

    async def moved(self, channel: str, chat: str, to: str) -> None:
        """The chat lives on under another id; may be told more than once."""
        ...


class Channel(Protocol):
    """Sends messages; made once, used from the event loop only."""

    kind: ClassVar[str]
    limiter: Limiter
    """Whoever sends here, pushes and answers alike, waits for his turn of it."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        """The message in this channel's markup, split to its limit, in order; at least one part.

        Plain parts are cut where the marked ones are: a message that is refused in the middle goes on plain.
        """
        ...

    async def send(self, address: Address, part: Part) -> str:
        """Send one part and return the channel's id of it; raises `SendFailedError`."""
        ...


@runtime_checkable
class Chat(Protocol):
    """A channel that people talk back on."""

    async def serve(self, answer: Answer, menu: tuple[MenuEntry, ...]) -> None:
        """Hand in what people say and send the answers, until cancelled."""
        ...


class Managers:
    """Asks whichever channel it is about; channels that know no managers have none."""

    def __init__(self, channels: Mapping[str, Channel] = MappingProxyType({})) -> None:
        self._channels = channels

    def shared(self, channel: str, address: Address) -> bool:
        """Whether somebody may manage a chat from outside."""
        one: object = self._channels.get(channel)
        return isinstance(one, Managed) and one.shared(address)

    async def manages(self, channel: str, address: Address, person: str) -> bool:
        """Whether a person does."""
        one: object = self._channels.get(channel)
        return isinstance(one, Managed) and one.shared(address) and await one.manages(address, person)

    def speechless(self, channel: str) -> bool:
        """Whether nobody can talk back on a channel: what is sent there must be set up from elsewhere."""
        one: object = self._channels.get(channel)
        return one is not None and not isinstance(one, Chat | Managed)


@runtime_checkable
class Sociable(Protocol):
    """A channel that tells who comes and goes, and can offer something while a person still types."""

    def introduce(self, presence: Presence, suggest: Suggest) -> None:
        """Say whom to tell and ask; before `serve`."""
        ...
