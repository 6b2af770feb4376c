"""What a word behind the name of a setting makes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.commands.base import SaidWrongError, Talk
from bot.commands.choices import STRENGTHS, find_hearing, minute_of, switched, toggled
from bot.commands.zones import find_zones
from bot.messages.model import Button
from bot.preferences import Colours, Layout, Length, Section
from bot.subscriptions import Language, Subscription

_Choice = TypeVar("_Choice", Length, Layout, Colours, Section)

Change = Callable[[Talk, Subscription, str], Subscription]

_LANGUAGES = {
    **dict.fromkeys(("zh", "中文", "汉语", "chinese", "cn"), Language.ZH),
    **dict.fromkeys(("en", "英文", "英语", "english"), Language.EN),
}
_MOST_ZONES = 6


def _with_language(talk: Talk, mine: Subscription, value: str) -> Subscription:
    language = _LANGUAGES.get(value.lower())
    if language is None:
        raise SaidWrongError(talk.texts.text("lang-unknown", word=value))
    return replace(mine, language=language)


def _with_zone(talk: Talk, mine: Subscription, value: str) -> Subscription:
    found = find_zones(value)
    if not found:
        raise SaidWrongError(talk.texts.text("tz-unknown", word=value))
    if len(found) > 1:
        buttons = tuple((Button(one, f"/tz {one}"),) for one in found[:_MOST_ZONES])
        raise SaidWrongError(talk.texts.text("tz-many", word=value), buttons)
    return replace(mine, zone=found[0])


def _with_minute(talk: Talk, mine: Subscription, value: str) -> Subscription:
    return replace(mine, evening_digest=minute_of(value, talk.texts))


def _with_topic(talk: Talk, mine: Subscription, value: str) -> Subscription:
    for word in value.split():
        mine = toggled(talk, mine, find_hearing(word, talk.texts))
    return mine


def _with_section(talk: Talk, mine: Subscription, value: str) -> Subscription:
    """One part of the digest more or less; the last one stays, for an empty digest says nothing."""
    one = _chosen(Section, value, talk)
    left = mine.sections ^ {one}
    if not left:
        raise SaidWrongError(talk.texts.text("sections-last"))
    return replace(mine, sections=left)


def _with_strength(talk: Talk, mine: Subscription, value: str) -> Subscription:
    if value.lower() not in STRENGTHS:
        raise SaidWrongError(talk.texts.text("settings-unknown", word=value))
    return replace(mine, least_strength=STRENGTHS[value.lower()])


def _chosen(kinds: type[_Choice], value: str, talk: Talk) -> _Choice:
    try:
        return kinds(value.lower())
    except ValueError:
        raise SaidWrongError(talk.texts.text("settings-unknown", word=value)) from None


def _switch(name: str) -> Change:
    """A setting that is on or off."""
    return lambda talk, mine, value: replace(mine, **{name: switched(value, talk.texts)})  # type: ignore[arg-type]


def _choice(name: str, kinds: type[_Choice]) -> Change:
    """A setting with a few values."""
    return lambda talk, mine, value: replace(mine, **{name: _chosen(kinds, value, talk)})  # type: ignore[arg-type]


CHANGES: dict[str, Change] = {
    "lang": _with_language,
    "tz": _with_zone,
    "minute": _with_minute,
    "topics": _with_topic,
    "sections": _with_section,
    "length": _choice("length", Length),
    "layout": _choice("layout", Layout),
    "colours": _choice("colours", Colours),
    "dark": _switch("dark_pictures"),
    "morning": _switch("morning_digest"),
    "weekly": _switch("weekly_digest"),
    "silent": _switch("silent_digest"),
    "pin": _switch("pin_digest"),
    "urgent": _switch("urgent_passes"),
    "strength": _with_strength,
    "members": _switch("members_set_up"),
}
"""By the name of the setting; each raises SaidWrongError for a word that it does not know."""
