"""Pages of settings: one for each choice that takes more than a tap."""

from collections.abc import Callable

from bot.commands.base import Talk
from bot.commands.choices import LANGUAGE_NAMES, STRENGTHS, hearing_buttons, minute_buttons, rows, ticked, to_settings
from bot.commands.values import strength_text, zone_text
from bot.commands.zones import COMMON
from bot.messages.model import Button, Message, line, paragraph, strong
from bot.preferences import Section
from bot.subscriptions import Language, Subscription

_ZONE_MAX = 48
"""Characters of a zone's name that a button can say."""

Page = Callable[[Talk, Subscription], Message]


def _language_page(talk: Talk, mine: Subscription) -> Message:
    buttons = [
        ticked(LANGUAGE_NAMES[one], on=mine.language is one, command=f"/settings lang {one}") for one in Language
    ]
    return _page("settings-lang-ask", talk, rows(buttons))


def _zone_page(talk: Talk, mine: Subscription) -> Message:
    zones = dict.fromkeys((*COMMON, mine.zone))
    buttons = [
        ticked(zone_text(one, talk.texts), on=mine.zone == one, command=f"/settings tz {one}")
        for one in zones
        if len(one) < _ZONE_MAX
    ]
    return _page("settings-tz-ask", talk, rows(buttons))


def _minute_page(talk: Talk, mine: Subscription) -> Message:
    texts = talk.texts
    more = (
        ticked(
            texts.text("settings-morning"),
            on=mine.morning_digest,
            command=f"/settings morning {'off' if mine.morning_digest else 'on'}",
        ),
        ticked(
            texts.text("settings-weekly"),
            on=mine.weekly_digest,
            command=f"/settings weekly {'off' if mine.weekly_digest else 'on'}",
        ),
    )
    return _page("settings-minute-ask", talk, (*minute_buttons(mine, texts, "/settings minute"), more))


def _topics_page(talk: Talk, mine: Subscription) -> Message:
    return _page("settings-topics-ask", talk, hearing_buttons(mine, talk.texts, "/settings topics"))


def _sections_page(talk: Talk, mine: Subscription) -> Message:
    buttons = [
        ticked(talk.texts.text(f"section-{one}"), on=one in mine.sections, command=f"/settings sections {one}")
        for one in Section
    ]
    return _page("settings-sections-ask", talk, rows(buttons))


def _strength_page(talk: Talk, mine: Subscription) -> Message:
    buttons = [
        ticked(strength_text(value, talk.texts), on=mine.least_strength == value, command=f"/settings strength {name}")
        for name, value in STRENGTHS.items()
    ]
    return _page("settings-strength-ask", talk, rows(buttons))


def _page(key: str, talk: Talk, buttons: tuple[tuple[Button, ...], ...]) -> Message:
    blocks = (paragraph(line(strong(talk.texts.text(key)))),)
    return Message(blocks=blocks, buttons=(*buttons, to_settings(talk.texts)), in_place=True)


PAGES: dict[str, Page] = {
    "lang": _language_page,
    "tz": _zone_page,
    "minute": _minute_page,
    "morning": _minute_page,
    "weekly": _minute_page,
    "topics": _topics_page,
    "sections": _sections_page,
    "strength": _strength_page,
}
