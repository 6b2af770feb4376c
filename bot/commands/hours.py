"""Quiet hours and the daily limit: when alerts arrive, and how many."""

import re
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.choices import to_settings
from bot.holding import morning
from bot.messages.model import Button, Heading, Line, Message, line, muted, paragraph, strong
from bot.preferences import QuietHours
from bot.subscriptions import Subscription
from signals.core.text import Text

CAP_MAX = 100

_OFF = frozenset({"off", "none", "关", "关闭", "不设", "无"})
_ON = frozenset({"on", "开", "开启"})
_URGENT = frozenset({"urgent", "溢价", "盘中溢价"})
_CLOCK = r"(\d{1,2})(?:[:点.](\d{2})?)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|—|−|~|到|至|to|\s)\s*{_CLOCK}")
_NIGHTS = (QuietHours(time(22), time(8)), QuietHours(time(23), time(7)), QuietHours(time(0), time(8)))
_CAPS = (3, 5, 10)


@command(
    "quiet",
    "安静",
    "安静时段",
    "免打扰",
    rank=20,
    about=Text("安静时段：提醒等到结束时合并送达", "Quiet hours: alerts wait for their end"),
    usage=Text("22:30-07:30", "22:30-07:30"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def quiet(talk: Talk) -> Message:
    """Set or switch off quiet hours of the reader's own zone, or say what is set."""
    mine = talk.subscription or blank(talk)
    if not talk.words:
        return await _quiet_menu(talk, mine)
    _require_subscription(talk)
    first, *rest = (word.lower() for word in talk.words)
    if first in _URGENT:
        switch = " ".join(rest)
        if switch not in _ON | _OFF:
            raise SaidWrongError(talk.texts.text("switch-unknown", word=switch))
        wanted = replace(mine, urgent_passes=switch in _ON)
    else:
        wanted = replace(mine, quiet=_hours(talk, " ".join((first, *rest))))
    return await _quiet_menu(talk, await save(talk, wanted))


@command(
    "cap",
    "每日上限",
    rank=21,
    about=Text("每天最多几条提醒", "How many alerts a day"),
    usage=Text("5", "5"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def cap(talk: Talk) -> Message:
    """Set or lift the limit of alert messages a day, or say what is set."""
    mine = talk.subscription or blank(talk)
    if not talk.words:
        return await _cap_menu(talk, mine)
    _require_subscription(talk)
    word = talk.words[0].lower().removesuffix("条")
    if word not in _OFF and not (word.isascii() and word.isdecimal() and 0 < int(word[:9]) <= CAP_MAX):
        raise SaidWrongError(talk.texts.text("cap-unknown", word=talk.words[0], most=str(CAP_MAX)))
    limit = 0 if word in _OFF else int(word)
    return await _cap_menu(talk, await save(talk, replace(mine, daily_cap=limit)))


def _require_subscription(talk: Talk) -> None:
    """Nothing is set for a chat that nothing is sent to."""
    if talk.subscription is None:
        raise SaidWrongError(talk.texts.text("hours-subscribe"))


def _hours(talk: Talk, said: str) -> QuietHours | None:
    """Raises SaidWrongError that names what was said."""
    if said in _OFF:
        return None
    found = _SPAN.fullmatch(said)
    parts = [int(one or 0) for one in found.groups()] if found else []
    if not parts or max(parts[0], parts[2]) > 24 or max(parts[1], parts[3]) > 59:
        raise SaidWrongError(talk.texts.text("quiet-unknown", word=said))
    hours = QuietHours(time(parts[0] % 24, parts[1]), time(parts[2] % 24, parts[3]))
    if hours.start == hours.until:
        raise SaidWrongError(talk.texts.text("quiet-same"))
    return hours


async def _quiet_menu(talk: Talk, mine: Subscription) -> Message:
    texts = talk.texts
    if mine.quiet is None:
        lines = [line(strong(texts.text("quiet-is-off")))]
    else:
        span = {"from": f"{mine.quiet.start:%H:%M}", "until": f"{mine.quiet.until:%H:%M}"}
        key = "quiet-urgent-is" if mine.urgent_passes else "quiet-urgent-is-not"
        lines = [line(strong(texts.text("quiet-is", zone=mine.zone, **span))), line(texts.text(key))]
    lines += [line(texts.text("quiet-digests")), *await _waiting(talk, mine)]
    presets = tuple(
        Button(
            texts.text("quiet-button", **{"from": f"{one.start:%H:%M}", "until": f"{one.until:%H:%M}"}),
            f"/quiet {one.start:%H:%M}-{one.until:%H:%M}",
        )
        for one in _NIGHTS
        if one != mine.quiet
    )
    key, switch = ("quiet-urgent-off-button", "off") if mine.urgent_passes else ("quiet-urgent-on-button", "on")
    more = (Button(texts.text(key), f"/quiet urgent {switch}"), Button(texts.text("quiet-off-button"), "/quiet off"))
    return Message(
        blocks=(
            Heading(texts.text("quiet-title"), 1),
            paragraph(*lines),
            paragraph(line(muted(texts.text("quiet-how")))),
        ),
        buttons=(presets, more, to_settings(texts)) if mine.quiet else (presets, to_settings(texts)),
        in_place=True,
    )


async def _cap_menu(talk: Talk, mine: Subscription) -> Message:
    texts = talk.texts
    at = f"{morning(mine, talk.now).astimezone(ZoneInfo(mine.zone)):%H:%M}"
    said = texts.text("cap-is", limit=str(mine.daily_cap), at=at) if mine.daily_cap else texts.text("cap-is-off")
    numbers = tuple(
        Button(texts.text("cap-button", limit=str(one)), f"/cap {one}") for one in _CAPS if one != mine.daily_cap
    )
    off = ((Button(texts.text("cap-off-button"), "/cap off"),),) if mine.daily_cap else ()
    return Message(
        blocks=(
            Heading(texts.text("cap-title"), 1),
            paragraph(line(strong(said)), *await _waiting(talk, mine)),
            paragraph(line(muted(texts.text("cap-how")))),
        ),
        buttons=(numbers, *off, to_settings(texts)),
        in_place=True,
    )


async def _waiting(talk: Talk, mine: Subscription) -> list[Line]:
    """What is kept from him now."""
    if not mine.id:
        return []
    count, until = await talk.desk.world.store.outbox.held.waiting(mine.id)
    # What was to be judged anew a moment ago has no hour yet.
    if not count or until is None or until <= talk.now:
        return []
    at = f"{until.astimezone(ZoneInfo(mine.zone)):%m-%d %H:%M}"
    return [line(talk.texts.text("quiet-waiting", count=str(count), at=at))]
