"""Who the people of the local page are to the service."""

from pathlib import Path

import pytest

from bot.channels.base import Incoming, Speaker
from bot.channels.telegram import TelegramChannel
from bot.commands.base import Right, Roles
from bot.deliveries import Address
from bot.local import local_admins, previews_of, roles_of, rooms_of
from bot.web.words import NAMES
from config.settings import Settings, load_settings


def settings(**set_: object) -> Settings:
    words = {name.replace("__", "."): value for name, value in set_.items()}
    return load_settings(environment={}, overrides=words, directory=Path("/nowhere"))


def right(roles: Roles, person: str) -> Right:
    return roles.right(Incoming(channel="web", address=Address("me"), text="x", speaker=Speaker(person)))


def test_on_the_demo_market_whoever_sits_at_this_computer_owns_the_service() -> None:
    roles = roles_of(settings(source="demo"))
    assert right(roles, "me") is Right.OWNER
    assert right(roles, "wang") is Right.ANYONE
    assert local_admins(roles) == {"me"}


@pytest.mark.parametrize(
    "set_",
    [
        {"source": "akshare"},
        {"source": "demo", "web__password": "correct-horse"},
        {"source": "demo", "web__password": "correct-horse", "web__host": "0.0.0.0"},  # noqa: S104
        {"source": "demo", "web__allowed_hosts": ["etf.example.org"]},
    ],
    ids=["a real market", "a password that can be shared", "open to the network", "behind a proxy"],
)
def test_elsewhere_nobody_does_who_was_not_named(set_: dict[str, object]) -> None:
    roles = roles_of(settings(**set_))
    assert right(roles, "me") is Right.ANYONE
    assert local_admins(roles) == frozenset()


def test_whom_the_settings_name_runs_the_service() -> None:
    roles = roles_of(settings(owners=["web:me"], admins=["telegram:7"]))
    assert right(roles, "me") is Right.OWNER
    assert local_admins(roles) == {"me"}
    assert roles.admins == {"telegram:7"}


def test_only_the_demo_market_has_a_cast() -> None:
    assert [one.id for one in rooms_of(settings(source="demo"))] == ["me", "wang", "group", "channel"]
    assert [one.id for one in rooms_of(settings())] == ["me"]


def test_a_message_can_be_looked_at_as_telegram_with_a_bot_or_without() -> None:
    bot = TelegramChannel("1:token")
    assert previews_of(bot)["telegram"] is bot
    assert isinstance(previews_of(None)["telegram"], TelegramChannel)
    assert {f"view_{name}" for name in previews_of(bot)} <= set(NAMES)
