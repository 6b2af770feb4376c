"""Values of settings as people read them."""

from collections.abc import Callable
from datetime import time
from typing import Any

from bot.commands.choices import LANGUAGE_NAMES, STRENGTHS, TOPICS, hearings
from bot.commands.zones import zone_name
from bot.messages.catalogue import Catalogue
from bot.preferences import Colours, Layout, Length, QuietHours, Section
from bot.subscriptions import Language, Subscription

Show = Callable[[Any, Catalogue], str]


def value_text(name: str, mine: Subscription, texts: Catalogue) -> str:
    """The value of a field of a subscription."""
    value = getattr(mine, name)
    return (_BY_NAME.get(name) or _BY_KIND.get(type(value)) or _as_it_is)(value, texts)


def zone_text(zone: str, texts: Catalogue) -> str:
    """A zone by its main city."""
    return zone_name(zone, chinese=texts.language is Language.ZH)


def choice_text(one: Length | Layout | Colours, texts: Catalogue) -> str:
    """One of a few."""
    return texts.text(f"choice-{one.replace('_', '-')}")


def sections_text(sections: frozenset[Section], texts: Catalogue) -> str:
    """Parts of a digest in their order."""
    return texts.text("exchange-join").join(texts.text(f"section-{one}") for one in Section if one in sections)


def minute_text(minute: time | None, texts: Catalogue) -> str:
    """When a digest comes, if it does."""
    return f"{minute:%H:%M}" if minute else texts.text("minute-none")


def strength_text(value: float, texts: Catalogue) -> str:
    """The least strength by its name; a value between two of them is a share."""
    name = next((name for name, one in STRENGTHS.items() if one == value), None)
    return texts.text(f"strength-{name}") if name else f"{value:.0%}"


def _cap(value: int, texts: Catalogue) -> str:
    return texts.text("cap-button", limit=str(value)) if value else texts.text("cap-off-button")


def _topics(value: Any, texts: Catalogue) -> str:
    return hearings([one for one, topics in TOPICS.items() if topics <= value], texts) or "—"


def _quiet(value: QuietHours | None, texts: Catalogue) -> str:
    return f"{value.start:%H:%M}–{value.until:%H:%M}" if value else texts.text("quiet-unset")


def _as_it_is(value: Any, _: Catalogue) -> str:
    return str(value)


_BY_NAME: dict[str, Show] = {
    "zone": zone_text,
    "topics": _topics,
    "sections": sections_text,
    "evening_digest": minute_text,
    "quiet": _quiet,
    "least_strength": strength_text,
    "daily_cap": _cap,
}
_BY_KIND: dict[type, Show] = {
    bool: lambda value, texts: texts.text("button-on" if value else "button-off"),
    Language: lambda value, _: LANGUAGE_NAMES[value],
    Length: choice_text,
    Layout: choice_text,
    Colours: choice_text,
}
