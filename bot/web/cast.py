"""What the page shows, and to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.channels.base import Channel
from bot.channels.web_rooms import Room


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The chats of a page, who is in them, and what else their messages can be looked at as."""

    rooms: tuple[Room, ...]
    admins: Collection[str] = ()
    """People who run the service: they are shown its commands."""
    previews: Mapping[str, Channel] = field(default_factory=dict)
    """Channels by the name of the view; the names are texts ``page-view-NAME``."""
    demo: bool = False

    @property
    def chats(self) -> list[str]:
        """The ids of the rooms."""
        return [one.id for one in self.rooms]
