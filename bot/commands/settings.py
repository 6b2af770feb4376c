"""All settings of a chat on one card, a page for each that takes more than a tap, and commands for the usual ones."""

from collections.abc import Callable
from dataclasses import replace

from bot.channels.base import ChatKind
from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.changes import CHANGES
from bot.commands.chats import blank, save
from bot.commands.choices import LANGUAGE_NAMES, Hearing, hearing_buttons, hearings, hears, minute_buttons, rows, ticked
from bot.commands.following import kept, published, titles
from bot.commands.values import choice_text, minute_text, sections_text, zone_text
from bot.commands.zones import COMMON
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.model import Button, Heading, Line, Message, Paragraph, line, muted, paragraph, strong
from bot.preferences import Colours, Layout, Length, Section
from bot.subscriptions import Language, Subscription
from signals.core.text import Text

_OTHERS = ("quiet", "mutes")
"""Commands with settings of their own, where they exist."""

_ZONE_MAX = 48
"""Characters of a zone's name that a button can say."""

Page = Callable[[Talk, Subscription], Message]


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
    page = _PAGES.get(name)
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
        return _PAGES[name](talk, mine)
    mine = await _changed(talk, mine, name, " ".join(talk.words))
    talk = _in_language(talk, mine)
    shown = _PAGES[name](talk, mine)
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
    lists = titles(mine.watchlists, await published(talk), texts)
    lines = [
        _line_of("lang", texts, mine),
        _line_of("tz", texts, mine),
        _line_of("minute", texts, mine),
        _line_of("topics", texts, mine),
        line(texts.text("set-lists", lists=lists, count=len(mine.watched))),
        line(texts.text("set-sections", sections=sections_text(mine.sections, texts))),
        line(texts.text("set-look", length=choice_text(mine.length, texts), layout=choice_text(mine.layout, texts))),
        line(texts.text("set-colours", colours=choice_text(mine.colours, texts), pictures=_dark(mine, texts))),
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
        Button(_to(colours, texts), f"/settings colours {colours}"),
        Button(
            texts.text("settings-light" if mine.dark_pictures else "settings-dark"),
            f"/settings dark {'off' if mine.dark_pictures else 'on'}",
        ),
    ]
    if group:
        open_ = mine.members_set_up
        buttons.append(
            Button(
                texts.text("settings-admins" if open_ else "settings-members"),
                f"/settings members {'off' if open_ else 'on'}",
            )
        )
    return rows(buttons, 2)


def _other_buttons(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    """What has commands of its own, export, and the way out."""
    there = {one.name: one for one in talk.registry.commands}
    others = [there[name] for name in _OTHERS if name in there]
    chinese = talk.language is Language.ZH
    buttons = [Button(one.words[0] if chinese else talk.texts.of(one.help), f"/{one.name}") for one in others]
    buttons.append(Button(talk.texts.text("button-export"), "/export"))
    return rows(buttons, 2)


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


def _page(key: str, talk: Talk, buttons: tuple[tuple[Button, ...], ...]) -> Message:
    back = Button(talk.texts.text("settings-back"), "/settings")
    blocks = (paragraph(line(strong(talk.texts.text(key)))),)
    return Message(blocks=blocks, buttons=(*buttons, (back,)), in_place=True)


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


def _dark(mine: Subscription, texts: Catalogue) -> str:
    return texts.text("pictures-dark" if mine.dark_pictures else "pictures-light")


_PAGES: dict[str, Page] = {
    "lang": _language_page,
    "tz": _zone_page,
    "minute": _minute_page,
    "morning": _minute_page,
    "weekly": _minute_page,
    "topics": _topics_page,
    "sections": _sections_page,
}
