"""Ask: one fund, margin, signals, the digest."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.choices import minute_of
from bot.commands.following import kept
from bot.commands.lookup import find_detector, fund_meant
from bot.commands.reading import digest_now
from bot.commands.zones import zone_name
from bot.messages.cards import FundCard
from bot.messages.groups import class_lines, coverage_lines, tracked_lines
from bot.messages.market import index_lines, margin_lines
from bot.messages.model import Button, Heading, Message, Paragraph, code, line, muted, paragraph, plain, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import dated_line
from bot.pictures.fund import fund_chart
from bot.pictures.margin import margin_chart
from bot.pictures.studio import seen_by
from bot.pictures.timeline import Timeline
from bot.preferences import Colours, Layout
from bot.sights import signals_of
from bot.subscriptions import Language
from signals.core.detector import Detector, Tell
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.text import Text

_SHOWN: dict[str, Layout | None] = {
    **dict.fromkeys(("now", "现在", "立即")),
    **dict.fromkeys((Layout.TABLE, "表格"), Layout.TABLE),
    **dict.fromkeys((Layout.LINES, "逐行"), Layout.LINES),
}
"""Words behind the digest that show it; another layout is only looked at."""


def _teller(talk: Talk, panel: Panel) -> Teller:
    return Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))


def _title(talk: Talk, panel: Panel, text: str) -> Heading:
    return Heading(f"{text} {talk.texts.text('demo-label')}" if panel.demo else text, 1)


@command(
    "etf",
    "查询",
    rank=7,
    about=Text("查一只基金", "One fund's figures"),
    usage=Text("560850", "560850"),
    chapter=Chapter.ASK,
    right=Right.ANYONE,
    examples=Text("560850\n信创50ETF\nxinchuang", "560850\netf 560850\nxinchuang"),
)
async def etf(talk: Talk) -> Message:
    """The card of one fund: price, streak, trading, premium, money, size, and what the detectors see."""
    if not talk.words:
        raise SaidWrongError(talk.texts.text("etf-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    fund = await fund_meant(talk, panel, " ".join(talk.words))
    card = await asyncio.to_thread(_card, talk, panel, fund.code)
    return await _illustrated(
        talk, card, "fund", lambda: fund_chart(panel, fund.code, _teller(talk, panel), _colours(talk))
    )


def _colours(talk: Talk) -> Colours:
    return talk.subscription.colours if talk.subscription else Colours.RED_UP


async def _illustrated(talk: Talk, message: Message, kind: str, chart: Callable[[], Timeline | None]) -> Message:
    """The message with its picture under the words, or the words alone where none is to be had in time."""
    picture = await talk.desk.studio.attempted(kind, chart)
    if picture is None:
        return message
    dark = talk.subscription is not None and talk.subscription.dark_pictures
    return replace(message, blocks=(*message.blocks, seen_by(picture, dark=dark)))


def _card(talk: Talk, panel: Panel, fund: str) -> Message:
    teller = _teller(talk, panel)
    card = FundCard(panel, teller, fund, talk.today, talk.desk.world.themes)
    detectors = talk.desk.world.detectors
    seen = [
        one for one in signals_of(panel, detectors.values()).get(fund, []) if detectors[one.kind].tell is Tell.ALERT
    ]
    told = [line(strong(teller.sentence(one)), indent=1) for one in seen]
    lines = [
        card.head(),
        *filter(None, (card.index(), card.streak())),
        *told,
        *card.points([figure for one in seen for figure in one.evidence.values()]),
        *card.hood(signals_of(panel, detectors.values(), Axis.TRACKED)),
    ]
    watching = talk.subscription is not None and fund in talk.subscription.watched
    name = talk.texts.text("button-unwatch" if watching else "button-watch")
    notice = [paragraph(line(muted(talk.texts.text("demo-notice"))))] if panel.demo else []
    return Message(
        blocks=(Paragraph(tuple(lines)), *notice),
        buttons=((Button(name, f"/{'unwatch' if watching else 'watch'} {fund}"),),),
    )


@command(
    "margin",
    "两融",
    rank=8,
    about=Text("两市融资融券", "Margin trading of both exchanges"),
    quick=True,
    chapter=Chapter.ASK,
    right=Right.ANYONE,
)
async def margin(talk: Talk) -> Message:
    """Indices, money into classes of funds, and margin balances, with the streaks in force."""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    teller = _teller(talk, panel)
    lines = (
        *index_lines(panel, teller),
        *class_lines(panel, teller),
        *tracked_lines(panel, teller),
        *coverage_lines(panel, teller),
        *margin_lines(panel, teller, talk.today),
    )
    message = Message(blocks=(_title(talk, panel, talk.texts.text("margin-title")), Paragraph(lines)))
    return await _illustrated(talk, message, "margin", lambda: margin_chart(panel, teller, _colours(talk)))


@command(
    "digest",
    "日报",
    rank=10,
    about=Text("现在就看日报，或改送达时间", "The digest now, or when it comes"),
    usage=Text("18:30", "18:30"),
    quick=True,
    chapter=Chapter.ASK,
    right=Right.CHANGE_BY_WORDS,
    changes=lambda words: words[:1] != () and words[0].lower() not in _SHOWN,
    examples=Text("日报\n日报 18:30\n日报 关", "digest\ndigest 18:30\ndigest off"),
    weight=2,
)
async def digest(talk: Talk) -> Message:
    """The reader's digest of what is known now, in another layout if it is named; with a minute, when it comes."""
    if not talk.words or talk.words[0].lower() in _SHOWN:
        return await digest_now(talk, talk.subscription, _SHOWN[talk.words[0].lower()] if talk.words else None)
    texts, mine = talk.texts, talk.subscription or blank(talk)
    minute = minute_of("".join(talk.words), texts)
    if minute is None:
        await save(talk, kept(replace(mine, evening_digest=None)))
        return plain(texts.text("digest-off"))
    await save(talk, replace(mine, evening_digest=minute, active=True, paused_reason=""))
    zone = zone_name(mine.zone, chinese=talk.language is Language.ZH)
    began = [] if mine.id and mine.active else [paragraph(texts.text("watch-subscribed"))]
    said = paragraph(texts.text("digest-at", minute=f"{minute:%H:%M}", zone=zone))
    buttons = (Button(texts.text("settings-tz"), "/settings tz"), Button(texts.text("button-settings"), "/settings"))
    return Message(blocks=(said, *began), buttons=(buttons,))


@command(
    "signals",
    "信号",
    rank=11,
    about=Text("有哪些信号", "The signals there are"),
    usage=Text("连续净流入", "inflow_streak"),
    quick=True,
    chapter=Chapter.SIGNALS,
    right=Right.ANYONE,
)
async def signals(talk: Talk) -> Message:
    """All signals, or what one of them means and with which thresholds."""
    detectors = talk.desk.world.detectors
    if not talk.words:
        lines = [line(strong(talk.texts.of(one.title)), " ", code(one.name)) for one in detectors.values()]
        hint = paragraph(line(muted(talk.texts.text("signals-hint"))))
        return Message(blocks=(Heading(talk.texts.text("signals-title"), 1), Paragraph(tuple(lines)), hint))
    word = " ".join(talk.words)
    detector = find_detector(detectors, word, talk.texts)
    evidence = await _evidence(talk, detector)
    settings = [line(code(name), f" = {value}", indent=1) for name, value in detector.settings().items()]
    return Message(
        blocks=(
            Heading(talk.texts.of(detector.title), 1),
            paragraph(talk.texts.of(detector.about)),
            Paragraph((line(muted(talk.texts.text("signals-settings"))), *settings)),
            *((paragraph(line(muted(evidence))),) if evidence else ()),
        ),
        buttons=((Button(talk.texts.text("study-button"), f"/study {detector.name}"),),),
    )


async def _evidence(talk: Talk, detector: Detector) -> str:
    """What followed the signal in the past, as its alerts say it; empty where they do not."""
    studies = talk.desk.world.studies
    if not studies.plan.lines:
        return ""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    study = await asyncio.to_thread(studies.busiest, panel, detector)
    return dated_line(study, studies.plan.horizon_sessions, talk.texts) if study else ""
