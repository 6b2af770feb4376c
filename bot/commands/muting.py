"""Mute: what a chat does not want to hear of for a while."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import save
from bot.commands.choices import to_settings
from bot.commands.lookup import find_thing, named_thing
from bot.messages.buttons import fits
from bot.messages.model import Block, Button, Heading, Message, Paragraph, line, muted, paragraph, strong
from bot.preferences import Mute
from bot.subscriptions import Subscription
from signals.core.text import Text

DAYS_USUAL = 7
DAYS_MAX = 366
MUTES_MAX = 100

_FOREVER = frozenset({"forever", "永久", "一直", "always"})
_ALL = frozenset({"all", "全部"})
_LASTS = re.compile(r"(\d{1,4})(d|day|days|天|日|w|week|weeks|周)")
_WEEKS = frozenset({"w", "week", "weeks", "周"})
_MOST_BUTTONS = 8
_EXAMPLE_KIND = "premium_spike"


@command(
    "mute",
    "静音",
    rank=18,
    about=Text("一段时间不提醒某只基金或某类信号", "No alerts on a fund or kind for a while"),
    usage=Text("560850 7天", "560850 7d"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def mute(talk: Talk) -> Message:
    """Silence a fund, an index or a kind; without words, what is silent and how to hear of it again."""
    if not talk.words:
        return await _listed(talk)
    mine, texts = _mine(talk), talk.texts
    days, words = _lasting(talk)
    if not words:
        raise SaidWrongError(texts.text("mute-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    thing = find_thing(panel, talk.desk.world.detectors, " ".join(words), texts)
    others = [one for one in mine.mutes if one.holds(talk.now) and one.what != thing.what]
    if len(others) >= MUTES_MAX:
        raise SaidWrongError(texts.text("mute-too-many", limit=str(MUTES_MAX)))
    made = Mute(thing.what, talk.now + timedelta(days=days) if days else None)
    await save(talk, replace(mine, mutes=(*others, made)))
    done = texts.text("mute-done", name=thing.name, until=_until(talk, made, mine))
    undo = (Button(texts.text("unmute-undo-button"), f"/unmute {thing.what}"),)
    forever = (Button(texts.text("mute-forever-button"), f"/mute {thing.what} forever"),) if days else ()
    return Message(
        blocks=(paragraph(line(strong(done))), paragraph(line(muted(texts.text("mute-done-more"))))),
        buttons=_rows((*undo, *forever)),
    )


@command(
    "unmute",
    "取消静音",
    rank=19,
    about=Text("恢复提醒", "Hear of it again"),
    usage=Text("560850", "560850"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def unmute(talk: Talk) -> Message:
    """Hear of something again, by its code or name, or of everything."""
    if not talk.words:
        return await _listed(talk)
    mine, texts = _mine(talk), talk.texts
    said = " ".join(talk.words)
    if said.lower() in _ALL:
        await save(talk, replace(mine, mutes=()))
        said_so = paragraph(texts.text("unmute-all-done"))
        return Message(blocks=(said_so,), buttons=(to_settings(texts),), in_place=True)
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    detectors = talk.desk.world.detectors
    held = {one.what for one in mine.mutes if one.holds(talk.now)}
    # What the market does not know any more is named by its code alone.
    what = said if said in held else find_thing(panel, detectors, said, texts).what
    name = named_thing(panel, detectors, what, texts)
    if what not in held:
        raise SaidWrongError(texts.text("unmute-not-muted", name=name))
    kept = tuple(one for one in mine.mutes if one.what != what and one.holds(talk.now))
    saved = await save(talk, replace(mine, mutes=kept))
    done = paragraph(texts.text("unmute-done", name=name))
    if not any(one.holds(talk.now) for one in kept):
        return Message(blocks=(done,), buttons=(to_settings(texts),), in_place=True)
    left = await _listed(replace(talk, subscription=saved))
    return replace(left, blocks=(done, *left.blocks))


def _mine(talk: Talk) -> Subscription:
    if talk.subscription is None:
        raise SaidWrongError(talk.texts.text("mute-subscribe"))
    return talk.subscription


def _lasting(talk: Talk) -> tuple[int, list[str]]:
    """Days (0 = for good), and the words that name what is meant."""
    days, words = DAYS_USUAL, list[str]()
    for word in talk.words:
        if found := _LASTS.fullmatch(word.lower()):
            days = int(found[1]) * (7 if found[2] in _WEEKS else 1)
            if not 0 < days <= DAYS_MAX:
                raise SaidWrongError(talk.texts.text("mute-too-long", days=str(DAYS_MAX)))
        elif word.lower() in _FOREVER:
            days = 0
        else:
            words.append(word)
    return days, words


def _until(talk: Talk, one: Mute, mine: Subscription) -> str:
    if one.until is None:
        return talk.texts.text("mute-forever")
    return talk.texts.text("mute-until", at=_there(one.until, mine))


def _there(at: datetime, mine: Subscription) -> str:
    return f"{at.astimezone(ZoneInfo(mine.zone)):%Y-%m-%d %H:%M}"


async def _listed(talk: Talk) -> Message:
    mine, texts = talk.subscription, talk.texts
    held = [one for one in mine.mutes if one.holds(talk.now)] if mine else []
    how = paragraph(line(muted(texts.text("mute-how", kind=_example(talk)))))
    if mine is None or not held:
        nothing = paragraph(texts.text("mute-list-none"))
        return Message(blocks=(nothing, how), buttons=(to_settings(texts),), in_place=True)
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    named = {one.what: named_thing(panel, talk.desk.world.detectors, one.what, texts) for one in held}
    lines = [
        line(texts.text("mute-item", name=named[one.what], until=_until(talk, one, mine)), indent=1) for one in held
    ]
    buttons = [Button(texts.text("unmute-button", name=name), f"/unmute {what}") for what, name in named.items()]
    everything = (Button(texts.text("unmute-all-button"), "/unmute all"),) if len(held) > 1 else ()
    blocks: tuple[Block, ...] = (Heading(texts.text("mute-list-title"), 1), Paragraph(tuple(lines)), how)
    shown = _rows((*buttons[:_MOST_BUTTONS], *everything))
    return Message(blocks=blocks, buttons=(*shown, to_settings(texts)), in_place=True)


def _rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    fitting = [one for one in buttons if fits(one)]
    return tuple(tuple(fitting[at : at + 2]) for at in range(0, len(fitting), 2))


def _example(talk: Talk) -> str:
    detectors = talk.desk.world.detectors
    one = detectors.get(_EXAMPLE_KIND) or next(iter(detectors.values()))
    return talk.texts.of(one.title)
