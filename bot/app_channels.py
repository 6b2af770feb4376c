"""The channels that settings switch on, and what of theirs must never be logged."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot.channels.base import Channel
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_listener import Hook
from bot.channels.web import WebChannel
from bot.channels.wecom import WecomChannel
from bot.schedule import Clock
from bot.store.database import Database
from config.settings import Settings


def secrets_of(settings: Settings) -> list[str]:
    """What must never be logged."""
    hidden = (settings.telegram.token, settings.telegram.webhook_secret, settings.web.password)
    found = [one.get_secret_value() for one in hidden]
    addresses = (settings.database, settings.telegram.base_url, settings.telegram.proxy, settings.wecom.base_url)
    passwords = [one for each in addresses for one in _passwords(each)]
    return [one for one in (*found, *passwords, *_robots(settings).values()) if one]


def _passwords(address: str | None) -> set[str]:
    """The password of an address, as it stands there and as it is meant."""
    written = urlsplit(address or "").password or ""
    return {written, unquote(written)}


def _robots(settings: Settings) -> dict[str, str]:
    """The keys of 企业微信's robots by their names."""
    named = (one.get_secret_value().partition("=") for one in settings.wecom.robots)
    return {name.strip(): key for name, _, key in named}


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The channels that are switched on."""

    web: WebChannel | None
    telegram: TelegramChannel | None
    wecom: WecomChannel | None
    console: ConsoleChannel

    def by_kind(self) -> dict[str, Channel]:
        """Each channel by its kind."""
        on: list[Channel | None] = [self.web, self.telegram, self.wecom, self.console]
        return {one.kind: one for one in on if one is not None}

    async def aclose(self) -> None:
        """Close their connections."""
        for one in (self.telegram, self.wecom):
            if one is not None:
                await one.aclose()


def admins_of(settings: Settings, channel: str) -> list[str]:
    """The people of a channel who run the service, owners first."""
    both = dict.fromkeys((*settings.owners, *settings.admins))
    return [one.partition(":")[2] for one in both if one.partition(":")[0] == channel]


def channels_of(settings: Settings, store: Database, clock: Clock) -> Channels:
    """Web where it is enabled, Telegram where there is a token, 企业微信 where there are robots, the console always."""
    chat = settings.telegram
    telegram = None
    if token := chat.token.get_secret_value():
        telegram = TelegramChannel(
            token,
            base_url=chat.base_url,
            proxy=chat.proxy or None,
            poll_timeout_seconds=chat.poll_timeout_seconds,
            messages_per_second=chat.messages_per_second,
            hook=Hook(chat.webhook_url, chat.webhook_secret.get_secret_value()) if chat.webhook_url else None,
            admins=admins_of(settings, TelegramChannel.kind),
            uploads=store.uploads,
        )
    web = WebChannel(store.chat, clock.now) if settings.web.enabled else None
    robots = _robots(settings)
    wecom = WecomChannel(robots, base_url=settings.wecom.base_url) if robots else None
    return Channels(web=web, telegram=telegram, wecom=wecom, console=ConsoleChannel())
