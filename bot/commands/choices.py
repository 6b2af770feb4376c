"""What a subscriber chooses from: what he hears of, when the digest comes; in words and as buttons."""

import re
from dataclasses import replace
from datetime import time
from enum import StrEnum

from bot.commands.base import SaidWrongError, Talk
from bot.messages.catalogue import Catalogue
from bot.messages.model import Button
from bot.subscriptions import Language, Subscription
from signals.core.detector import Topic

MINUTES = (time(17, 45), time(18, 30), time(20, 30), time(22))
"""Offered for the evening digest."""

LANGUAGE_NAMES = {Language.ZH: "中文", Language.EN: "English"}
"""Each in itself."""

STRENGTHS = {"all": 0.0, "clear": 0.6, "strong": 0.75}
"""The least strength of alerts that a reader may choose; 0.5 just fires, 0.75 is three times the threshold."""

A_ROW = 3

ON = frozenset({"on", "yes", "开", "开启", "打开", "是"})
OFF = frozenset({"off", "no", "none", "关", "关闭", "不要", "否"})

_MINUTE = re.compile(r"(\d{1,2})(?:[:：.点时](\d{1,2})?分?)")


class Hearing(StrEnum):
    """What can be heard, as people part it."""

    CLOSE = "close"
    """Streaks, pullbacks, highs, turnover: what the close shows."""
    FLOW = "flow"
    PREMIUM = "premium"
    MARGIN = "margin"
    INTRADAY = "intraday"
    DIGEST = "digest"
    """Evening, morning and weekly."""


TOPICS = {
    Hearing.CLOSE: frozenset({Topic.PRICE}),
    Hearing.FLOW: frozenset({Topic.FLOW, Topic.SIZE}),
    Hearing.PREMIUM: frozenset({Topic.PREMIUM}),
    Hearing.MARGIN: frozenset({Topic.MARGIN}),
    Hearing.INTRADAY: frozenset({Topic.INTRADAY}),
}


def hears(mine: Subscription, one: Hearing) -> bool:
    """Whether a subscriber hears of something."""
    if one is Hearing.DIGEST:
        return mine.evening_digest is not None or mine.morning_digest or mine.weekly_digest
    return TOPICS[one] <= mine.topics


def toggled(talk: Talk, mine: Subscription, one: Hearing) -> Subscription:
    """The same with one thing heard that was not, or the other way round."""
    on = not hears(mine, one)
    if one is Hearing.DIGEST:
        evening = (mine.evening_digest or talk.desk.newcomer.evening_digest) if on else None
        return replace(mine, evening_digest=evening, morning_digest=on, weekly_digest=on)
    return replace(mine, topics=mine.topics | TOPICS[one] if on else mine.topics - TOPICS[one])


def find_hearing(word: str, texts: Catalogue) -> Hearing:
    """What a word means; raises SaidWrongError with everything that there is."""
    said = word.lower()
    for one in Hearing:
        if said in (str(one), texts.text(f"hear-{one}").lower()):
            return one
    raise SaidWrongError(texts.text("topics-unknown", word=word, known=hearings(Hearing, texts)))


def hearings(some: "type[Hearing] | list[Hearing]", texts: Catalogue) -> str:
    """Their names in a row."""
    return texts.text("exchange-join").join(texts.text(f"hear-{one}") for one in some)


def ticked(label: str, *, on: bool, command: str) -> Button:
    """A button that turns something on or off, and shows which it is."""
    return Button(f"✓ {label}" if on else label, command)


def hearing_buttons(mine: Subscription, texts: Catalogue, head: str) -> tuple[tuple[Button, ...], ...]:
    """A button for everything that can be heard; `head` is the command in front of its name."""
    return rows([ticked(texts.text(f"hear-{one}"), on=hears(mine, one), command=f"{head} {one}") for one in Hearing])


def minute_buttons(mine: Subscription, texts: Catalogue, head: str) -> tuple[tuple[Button, ...], ...]:
    """A button for each usual minute of the evening digest, the chosen one among them, and one for none."""
    chosen = mine.evening_digest
    minutes = sorted({*MINUTES, *([chosen] if chosen else [])})
    buttons = [ticked(f"{one:%H:%M}", on=one == chosen, command=f"{head} {one:%H:%M}") for one in minutes]
    return rows([*buttons, ticked(texts.text("minute-none"), on=chosen is None, command=f"{head} off")])


def rows(buttons: list[Button], a_row: int = A_ROW) -> tuple[tuple[Button, ...], ...]:
    """Buttons side by side, a few to a row."""
    return tuple(tuple(buttons[at : at + a_row]) for at in range(0, len(buttons), a_row))


def to_settings(texts: Catalogue) -> tuple[Button, ...]:
    """The row that leads back to the card of all settings."""
    return (Button(texts.text("settings-back"), "/settings"),)


def minute_of(word: str, texts: Catalogue) -> time | None:
    """A minute of the day, None for none; raises SaidWrongError that names the word."""
    said = word.lower()
    if said in OFF:
        return None
    found = _MINUTE.fullmatch(said)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise SaidWrongError(texts.text("minute-unknown", word=word))
    return time(hour, minute)


def switched(word: str, texts: Catalogue) -> bool:
    """On or off; raises SaidWrongError that names the word."""
    said = word.lower()
    if said not in ON | OFF:
        raise SaidWrongError(texts.text("switch-unknown", word=word))
    return said in ON
