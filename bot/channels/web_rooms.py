"""The chats of the local page and the people in them: one person usually, a small cast on the demo market."""

from dataclasses import dataclass

from bot.channels.base import ChatKind

LOCAL_CHAT = "me"
"""The chat, and the id, of the one person at the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A chat of the page; names of rooms and people are texts ``page-NAME``."""

    id: str
    kind: ChatKind = ChatKind.PRIVATE
    people: tuple[str, ...]
    """Who may be spoken as, by id; the first is meant where nobody is named."""
    admins: frozenset[str] = frozenset()
    """Who of them manages the chat."""

    def may_set_up(self, person: str) -> bool:
        """Whether somebody may change how the chat is told."""
        return self.kind is ChatKind.PRIVATE or person in self.admins


OWN_ROOMS = (Room(id=LOCAL_CHAT, people=(LOCAL_CHAT,)),)

DEMO_ROOMS = (
    *OWN_ROOMS,
    Room(id="wang", people=("wang",)),
    Room(id="group", kind=ChatKind.GROUP, people=(LOCAL_CHAT, "wang"), admins=frozenset({LOCAL_CHAT})),
    Room(id="channel", kind=ChatKind.CHANNEL, people=(LOCAL_CHAT,), admins=frozenset({LOCAL_CHAT})),
)
"""For trying out what others may and see."""
