"""The chat page's place in the service: what its people may, and what its messages can be looked at as."""

from dataclasses import replace

from bot.channels.base import Channel, Part
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.web_rooms import DEMO_ROOMS, LOCAL_CHAT, OWN_ROOMS, Room
from bot.channels.wecom import WecomChannel
from bot.channels.wecom_markup import as_html
from bot.commands.base import Roles
from bot.messages.model import Message
from config.kinds import is_loopback
from config.settings import Settings

_NO_TOKEN = "1:preview"  # noqa: S105 - nobody is logged in with it
_OF_PAGE = f"{WebChannel.kind}:"


def roles_of(settings: Settings) -> Roles:
    """Who runs the service: whom the settings name, and on the demo market whoever sits at this computer.

    The local person is believed where nobody else reaches the page: on loopback, without a password to share
    and without a name that a proxy would pass on.
    """
    owners, web = set(settings.owners), settings.web
    alone = is_loopback(web.host) and not web.password.get_secret_value() and not web.allowed_hosts
    if settings.source == "demo" and alone:
        owners.add(f"{_OF_PAGE}{LOCAL_CHAT}")
    return Roles(admins=frozenset(settings.admins), owners=frozenset(owners))


def local_admins(roles: Roles) -> frozenset[str]:
    """People of the page who run the service."""
    return frozenset(one.removeprefix(_OF_PAGE) for one in roles.owners | roles.admins if one.startswith(_OF_PAGE))


def rooms_of(settings: Settings) -> tuple[Room, ...]:
    """The page's chats: a cast to try things with on the demo market, else one person's."""
    return DEMO_ROOMS if settings.source == "demo" else OWN_ROOMS


def previews_of(telegram: TelegramChannel | None) -> dict[str, Channel]:
    """Channels that a message of the page can be looked at as; nothing is sent."""
    return {TelegramChannel.kind: telegram or TelegramChannel(_NO_TOKEN), WecomChannel.kind: _WecomPreview({})}


class _WecomPreview(WecomChannel):
    """Its Markdown as the page can show it."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        parts = super().render(message, plain=plain)
        return [one if plain else replace(one, markup="" if one.picture else as_html(one.markup)) for one in parts]
