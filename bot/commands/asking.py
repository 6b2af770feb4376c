"""Ask: one fund, margin, ranks, signals, the digest."""

import asyncio

from bot.commands.base import SaidWrongError, Talk, command
from bot.commands.lookup import find_detector, find_fund
from bot.digest import DigestRun, own_digest, write_digest
from bot.messages.cards import FundCard
from bot.messages.digest import Edition
from bot.messages.figures import figure_text
from bot.messages.groups import class_lines, coverage_lines, tracked_lines
from bot.messages.market import index_lines, margin_lines
from bot.messages.model import (
    Button,
    Heading,
    Message,
    Paragraph,
    Span,
    Table,
    code,
    line,
    muted,
    paragraph,
    strong,
)
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import dated_line
from bot.messages.wishes import DigestWishes
from bot.sights import signals_of
from signals.core.detector import Detector, Tell
from signals.core.field import CLOSE, Axis
from signals.core.panel import Panel
from signals.core.peers import RANKED
from signals.core.profile import EQUITY_LIKE
from signals.core.quantity import Quantity
from signals.core.text import Text

_RANK_ROWS = 10
_RANK_WORDS = {
    "溢价": "premium",
    "溢价率": "premium",
    "换手": "turnover",
    "换手率": "turnover",
    "流入": "flow",
    "净流入": "flow",
    "份额": "share_growth",
    "份额增长": "share_growth",
    "growth": "share_growth",
    "规模": "aum",
    "size": "aum",
}
"""Words for what funds are ranked by, besides the names of `RANKED`."""


def _teller(talk: Talk, panel: Panel) -> Teller:
    return Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))


def _title(talk: Talk, panel: Panel, text: str) -> Heading:
    return Heading(f"{text} {talk.texts.text('demo-label')}" if panel.demo else text, 1)


@command("etf", "查询", rank=7, about=Text("查一只基金", "One fund's figures"), usage=Text("560850", "560850"))
async def etf(talk: Talk) -> Message:
    """The card of one fund: price, streak, trading, premium, money, size, and what the detectors see."""
    if not talk.words:
        raise SaidWrongError(talk.texts.text("etf-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    fund = find_fund(panel, " ".join(talk.words), talk.texts)
    return await asyncio.to_thread(_card, talk, panel, fund.code)


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


@command("margin", "两融", rank=8, about=Text("两市融资融券", "Margin trading of both exchanges"), quick=True)
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
    return Message(blocks=(_title(talk, panel, talk.texts.text("margin-title")), Paragraph(lines)))


@command(
    "rank",
    "排行",
    rank=9,
    about=Text("全市场排行", "Ranking of the market"),
    usage=Text("换手", "turnover"),
    quick=True,
)
async def rank(talk: Talk) -> Message:
    """The leaders among equity funds by one quantity."""
    word = talk.words[0] if talk.words else "flow"
    by = _RANK_WORDS.get(word.lower(), word.lower())
    if by not in RANKED:
        known = talk.texts.text("exchange-join").join(_rank_word(talk, one) for one in RANKED)
        raise SaidWrongError(talk.texts.text("rank-what", word=word, known=known))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    return await asyncio.to_thread(_ranking, talk, panel, RANKED[by])


def _rank_word(talk: Talk, name: str) -> str:
    return talk.texts.text(f"rank-by-{name.replace('_', '-')}")


def _ranking(talk: Talk, panel: Panel, quantity: Quantity) -> Message:
    figures = {code: quantity.figure(panel, code) for code in panel.subjects[Axis.FUND]}
    known = {
        code: figure
        for code, figure in figures.items()
        if figure is not None and panel.profiles[code].fund_class in EQUITY_LIKE
    }
    if not known:
        raise SaidWrongError(talk.texts.text("rank-none"))
    newest = max(figure.day for figure in known.values())
    same = sorted((one for one in known.items() if one[1].day == newest), key=lambda one: -one[1].value)[:_RANK_ROWS]
    teller = _teller(talk, panel)
    rows = [
        (Span(str(place)), strong(panel.profiles[fund].name), code(fund), Span(figure_text(figure, talk.language)))
        for place, (fund, figure) in enumerate(same, 1)
    ]
    label = talk.texts.of(quantity.label)
    title = talk.texts.text("rank-title", what=label) + teller.dated(newest, [figure for _, figure in same])
    header = ("#", talk.texts.text("rank-fund"), talk.texts.text("rank-code"), label)
    others = [name for name, one in RANKED.items() if one is not quantity]
    buttons = tuple(Button(_rank_word(talk, name), f"/rank {name}") for name in others)
    return Message(blocks=(_title(talk, panel, title), Table(header, tuple(rows))), buttons=(buttons[:2], buttons[2:]))


@command("digest", "日报", rank=10, about=Text("现在就看日报", "The digest, now"), quick=True)
async def digest(talk: Talk) -> Message:
    """The reader's digest of what is known now."""
    desk = talk.desk
    panel = await desk.panels.latest(talk.now, talk.today)
    newest = panel.fresh_row({CLOSE})
    day = desk.world.calendar.at_or_before(talk.today) if newest is None else panel.sessions[newest]
    run = DigestRun(edition=Edition.EVENING, day=day, now=talk.now)
    if talk.subscription is None:
        return await write_digest(desk.world, desk.limits, run, DigestWishes(language=talk.language))
    return await own_digest(desk.world, desk.limits, run, talk.subscription)


@command(
    "signals",
    "信号",
    rank=11,
    about=Text("有哪些信号", "The signals there are"),
    usage=Text("连续净流入", "inflow_streak"),
    quick=True,
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
