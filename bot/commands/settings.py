"""All settings of a chat on one card, a page for each that takes more than a tap, and commands for the usual ones."""

from dataclasses import replace

from bot.channels.base import ChatKind
from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.changes import CHANGES
from bot.commands.chats import blank, save
from bot.commands.choices import Hearing, hearings, hears, rows
from bot.commands.following import kept, known, titles
from bot.commands.settings_pages import PAGES
from bot.commands.values import choice_text, minute_text, sections_text, strength_text, value_text, zone_text
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.model import Button, Heading, Line, Message, Paragraph, line, muted, paragraph, strong
from bot.preferences import Colours, Layout, Length
from bot.subscriptions import Subscription
from signals.core.text import Text

_OTHERS = ("quiet", "cap", "mute")
"""Commands with settings of their own."""


@command(
    "settings",
    "设置",
    rank=13,
    about=Text("全部设置", "All settings"),
    quick=True,
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
    changes=lambda words: len(words) > 1,
    examples=Text("设置\n时区 伦敦\n日报 18:30\n语言 en", "settings\ntz London\ndigest 18:30\nlang zh"),
)
async def settings(talk: Talk) -> Message:
    """The card; the page of one setting; or, with a value behind it, the setting changed."""
    mine = talk.subscription or blank(talk)
    if not talk.words:
        return await _card(talk, mine)
    name, *rest = talk.words
    if name not in CHANGES:
        raise SaidWrongError(talk.texts.text("settings-unknown", word=name))
    if rest:
        mine = await _changed(talk, mine, name, " ".join(rest))
        talk = _in_language(talk, mine)
    page = PAGES.get(name)
    # What has more than two values stays on its page; a switch goes back to the card, which shows it.
    return page(talk, mine) if page else await _card(talk, mine)


@command(
    "lang",
    "语言",
    rank=13,
    about=Text("中文或英文", "Chinese or English"),
    usage=Text("en", "zh"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def lang(talk: Talk) -> Message:
    """Choose the language of everything that is said here."""
    return await _said(talk, "lang")


@command(
    "tz",
    "时区",
    rank=13,
    about=Text("日报按哪里的时间送达", "The zone of your digest's time"),
    usage=Text("伦敦", "London"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
    examples=Text("时区 纽约\n时区 UTC+8\n时区 Europe/Berlin", "tz New York\ntz UTC+8\ntz Europe/Berlin"),
)
async def tz(talk: Talk) -> Message:
    """Choose the zone, by a city, its own name or an offset."""
    return await _said(talk, "tz")


@command(
    "topics",
    "提醒内容",
    "想听什么",
    rank=13,
    about=Text("想听哪些消息", "What to hear of"),
    usage=Text("溢价", "premium"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def topics(talk: Talk) -> Message:
    """Choose what is told; a word turns one thing on or off."""
    return await _said(talk, "topics")


async def _said(talk: Talk, name: str) -> Message:
    """A command of one setting: its page, or what was changed."""
    mine = talk.subscription or blank(talk)
    if not talk.words:
        return PAGES[name](talk, mine)
    mine = await _changed(talk, mine, name, " ".join(talk.words))
    talk = _in_language(talk, mine)
    shown = PAGES[name](talk, mine)
    done = paragraph(line(strong(_line_of(name, talk.texts, mine).text)))
    return replace(shown, blocks=(done, *shown.blocks[1:]))


async def _changed(talk: Talk, mine: Subscription, name: str, value: str) -> Subscription:
    return await save(talk, kept(CHANGES[name](talk, mine, value)))


def _in_language(talk: Talk, mine: Subscription) -> Talk:
    """An answer to whoever has changed the language of his own chat is in the new one."""
    own = talk.incoming.address.chat == mine.chat and talk.subscription is not None
    language = mine.language if own or talk.incoming.kind is ChatKind.PRIVATE else talk.language
    return replace(talk, subscription=mine, language=language, texts=catalogue(language))


async def _card(talk: Talk, mine: Subscription) -> Message:
    texts, group = talk.texts, talk.incoming.kind is not ChatKind.PRIVATE
    lists = titles(mine.watchlists, await known(talk), texts)
    lines = [
        _line_of("lang", texts, mine),
        _line_of("tz", texts, mine),
        _line_of("minute", texts, mine),
        _line_of("topics", texts, mine),
        line(texts.text("set-lists", lists=lists, count=len(mine.watched))),
        line(texts.text("set-sections", sections=sections_text(mine.sections, texts))),
        line(texts.text("set-look", length=choice_text(mine.length, texts), layout=choice_text(mine.layout, texts))),
        line(texts.text("set-colours", colours=choice_text(mine.colours, texts), pictures=_dark(mine, texts))),
        line(texts.text("set-arrival", sound=_arrival(mine, texts))),
        line(*_hours(talk, mine)),
    ]
    if group:
        lines.append(line(texts.text("set-members" if mine.members_set_up else "set-admins")))
    if not mine.active or not mine.id:
        lines.append(line(muted(texts.text("set-silent"))))
    return Message(
        blocks=(Heading(texts.text("settings-title"), 1), Paragraph(tuple(lines))),
        buttons=(*_card_buttons(mine, texts, group=group), *_other_buttons(talk)),
        in_place=True,
    )


def _card_buttons(mine: Subscription, texts: Catalogue, *, group: bool) -> tuple[tuple[Button, ...], ...]:
    colours = Colours.GREEN_UP if mine.colours is Colours.RED_UP else Colours.RED_UP
    length = Length.SHORT if mine.length is Length.FULL else Length.FULL
    layout = Layout.TABLE if mine.layout is Layout.LINES else Layout.LINES
    buttons = [
        Button(texts.text("settings-lang"), "/settings lang"),
        Button(texts.text("settings-tz"), "/settings tz"),
        Button(texts.text("settings-minute"), "/settings minute"),
        Button(texts.text("settings-topics"), "/settings topics"),
        Button(texts.text("settings-sections"), "/settings sections"),
        Button(texts.text("button-lists"), "/lists"),
        Button(_to(length, texts), f"/settings length {length}"),
        Button(_to(layout, texts), f"/settings layout {layout}"),
        Button(texts.text("settings-see", layout=choice_text(layout, texts)), f"/digest {layout}"),
        Button(_to(colours, texts), f"/settings colours {colours}"),
        _switch(texts, "dark", on=mine.dark_pictures),
        _switch(texts, "silent", on=mine.silent_digest),
        _switch(texts, "pin", on=mine.pin_digest),
        Button(texts.text("settings-strength"), "/settings strength"),
    ]
    if mine.quiet is not None:
        buttons.append(_switch(texts, "urgent", on=mine.urgent_passes))
    if group:
        buttons.append(_switch(texts, "members", on=mine.members_set_up))
    return rows(buttons, 2)


def _switch(texts: Catalogue, name: str, *, on: bool) -> Button:
    """Turns a setting off that is on, or on that is off."""
    way = "off" if on else "on"
    return Button(texts.text(f"switch-{name}-{way}"), f"/settings {name} {way}")


def _other_buttons(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    """What has commands of its own, export, and the way out."""
    buttons = [Button(talk.texts.text(f"other-{name}"), f"/{name}") for name in _OTHERS]
    buttons.append(Button(talk.texts.text("button-export"), "/export"))
    return rows(buttons, 2)


def _line_of(name: str, texts: Catalogue, mine: Subscription) -> Line:
    """One line of the card."""
    match name:
        case "lang":
            return line(texts.text("set-language"))
        case "tz":
            return line(texts.text("set-zone", zone=zone_text(mine.zone, texts)))
        case "topics":
            heard = hearings([one for one in Hearing if hears(mine, one)], texts) or "—"
            return line(texts.text("set-topics", topics=heard))
    minute = minute_text(mine.evening_digest, texts)
    more = [("settings-morning", mine.morning_digest), ("settings-weekly", mine.weekly_digest)]
    others = texts.text("exchange-join").join(texts.text(key) for key, on in more if on)
    return line(texts.text("set-minute", minute=minute), *([texts.text("set-also", others=others)] if others else []))


def _to(one: Length | Layout | Colours, texts: Catalogue) -> str:
    return texts.text("settings-to", what=choice_text(one, texts))


def _arrival(mine: Subscription, texts: Catalogue) -> str:
    """How digests come, and which alerts do."""
    parts = [
        texts.text("arrival-silent" if mine.silent_digest else "arrival-aloud"),
        *([texts.text("arrival-pinned")] if mine.pin_digest else []),
    ]
    return texts.text("exchange-join").join(parts)


def _hours(talk: Talk, mine: Subscription) -> tuple[str, ...]:
    """When alerts are kept, how many come, and which do not."""
    texts = talk.texts
    quiet = value_text("quiet", mine, texts)
    urgent = [texts.text("set-urgent")] if mine.quiet and mine.urgent_passes else []
    cap = texts.text("set-cap", cap=value_text("daily_cap", mine, texts))
    strength = texts.text("set-strength", strength=strength_text(mine.least_strength, texts))
    held = sum(one.holds(talk.now) for one in mine.mutes)
    muted_now = [texts.text("set-muted", count=held)] if held else []
    return (texts.text("set-quiet", hours=quiet), *urgent, cap, strength, *muted_now)


def _dark(mine: Subscription, texts: Catalogue) -> str:
    return texts.text("pictures-dark" if mine.dark_pictures else "pictures-light")
