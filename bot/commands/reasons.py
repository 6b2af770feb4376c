"""Why: what an alert rests on; and the choice among the alerts of a message that told of many."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.commands.base import Chapter, SaidWrongError, Talk, command
from bot.commands.lookup import find_thing_and_kind
from bot.messages.buttons import MUTE_DAYS, fits, mute_buttons
from bot.messages.model import Button, Line, Message, Paragraph, line, muted, paragraph, plain, strong
from bot.messages.names import Named
from bot.messages.reasons import Circumstances, explain
from bot.messages.sentences import Teller
from bot.store.alerts import RecordedAlert, ToldMessage
from signals.core.calendar import MARKET_ZONE
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.text import Text

PAGE = 8
"""Alerts, or things to mute, on one page of a choice."""

_NUMBER = re.compile(r"#(\d{1,15})")
_MUTABLE = frozenset({Axis.FUND, Axis.TRACKED, Axis.INDEX})


@command(
    "why",
    "为什么",
    rank=12,
    about=Text("一条提醒的依据、阈值与算法", "What an alert rests on"),
    usage=Text("560850", "560850"),
    chapter=Chapter.SIGNALS,
)
async def why(talk: Talk) -> Message:
    """The evidence of an alert: one that this chat got, by its number, or the latest about a fund, index or kind."""
    if not talk.words:
        told = await _latest(talk)
        return await (
            _explained(talk, told.alerts[0], told) if len(told.alerts) == 1 else _choice(talk, told, "why", 0)
        )
    if number := _NUMBER.fullmatch(talk.words[0]):
        told = await _message(talk, int(number[1]))
        return await _explained(talk, next(one for one in told.alerts if one.id == int(number[1])), told)
    return await _about(talk)


@command(
    "alert",
    "最近提醒",
    rank=13,
    about=Text("最近一条提醒里有什么", "What the latest alert told of"),
    chapter=Chapter.SIGNALS,
)
async def alert(talk: Talk) -> Message:
    """What a message that this chat got tells of, to ask why or to mute a part of it."""
    words = list(talk.words)
    number = _NUMBER.fullmatch(words[0]) if words else None
    if words and number is None:
        raise SaidWrongError(talk.texts.text("alert-foreign"))
    told = await (_message(talk, int(number[1])) if number else _latest(talk))
    what = words[1] if len(words) > 1 else "why"
    page = int(words[2]) if len(words) > 2 and words[2].isascii() and words[2].isdecimal() else None
    if what not in ("why", "mute"):
        raise SaidWrongError(talk.texts.text("alert-foreign"))
    chosen = await (_choice if what == "why" else _silences)(talk, told, what, page or 0)
    # The first page stands below the alert, the others in its own place.
    return replace(chosen, in_place=page is not None)


async def _message(talk: Talk, alert_id: int) -> ToldMessage:
    """The message in which this chat was told of an alert; raises SaidWrongError for what it never got."""
    mine = talk.subscription
    told = await talk.desk.world.store.alerts.message_with(mine.id, alert_id) if mine else None
    if told is None:
        raise SaidWrongError(talk.texts.text("alert-foreign"))
    return told


async def _latest(talk: Talk) -> ToldMessage:
    mine = talk.subscription
    told = await talk.desk.world.store.alerts.message_with(mine.id) if mine else None
    if told is None:
        raise SaidWrongError(talk.texts.text("alert-none"))
    return told


async def _about(talk: Talk) -> Message:
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    thing, kind = find_thing_and_kind(panel, talk.desk.world.detectors, talk.words, talk.texts)
    about = (thing.what, None) if thing.axis is None else (kind.name if kind else None, thing.what)
    found = await talk.desk.world.store.alerts.begun(1, kind=about[0], code=about[1])
    if not found:
        key, title = ("why-never-kind", talk.texts.of(kind.title)) if kind else ("why-never", "")
        return plain(talk.texts.text(key, name=thing.name, title=title))
    return await _explained(talk, found[0], None)


async def _explained(talk: Talk, one: RecordedAlert, told: ToldMessage | None) -> Message:
    store, texts = talk.desk.world.store, talk.texts
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    before = await store.alerts.last_before(one)
    circumstances = Circumstances(
        known_at=one.asof.astimezone(MARKET_ZONE),
        sent_at=told.sent_at.astimezone(MARKET_ZONE) if told and told.sent_at else None,
        before=before.alert if before else None,
        corrected=await store.alerts.corrected(one.id),
        demo=panel.demo,
    )
    detectors = talk.desk.world.detectors
    message = explain(one.alert, circumstances, detectors, _teller(talk, panel), Named(panel.profiles))
    subject, kind = one.alert.signal.subject, one.alert.signal.kind
    single = subject.axis in _MUTABLE
    past = f"/history {subject.code} {kind}" if single else f"/history {kind}"
    rows = (
        (Button(texts.text("history-button"), past), Button(texts.text("study-button"), f"/study {kind}")),
        mute_buttons(subject.code, texts, kind=False) if single else (),
        mute_buttons(kind, texts, kind=True),
    )
    return replace(message, buttons=_fitting(rows))


async def _choice(talk: Talk, told: ToldMessage, what: str, page: int) -> Message:
    """The alerts of a message, each with a button that explains it."""
    texts, panel = talk.texts, await talk.desk.panels.latest(talk.now, talk.today)
    named, teller = Named(panel.profiles), _teller(talk, panel)
    shown = told.alerts[page * PAGE : (page + 1) * PAGE]
    labels = {one.id: _label(one, named, teller) for one in shown}
    rows = [(Button(label, f"/why #{number}"),) for number, label in labels.items()]
    lines = [
        line(muted(texts.text("alert-at", at=f"{one.asof.astimezone(MARKET_ZONE):%m-%d %H:%M}")), f" {labels[one.id]}")
        for one in shown
    ]
    return _page(talk, "alert-choose-why", lines, (*rows, _more(talk, told, what, page, len(told.alerts))))


async def _silences(talk: Talk, told: ToldMessage, what: str, page: int) -> Message:
    """The funds, indices and kinds that a message tells of, each with its silence for a day and for a week."""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    named, teller = Named(panel.profiles), _teller(talk, panel)
    signals = [one.alert.signal for one in told.alerts]
    kinds = {one.kind: teller.title(one.kind) for one in signals}
    subjects = {one.subject.code: named.of(one.subject, talk.texts) for one in signals if one.subject.axis in _MUTABLE}
    things = [*kinds.items(), *subjects.items()]
    shown = things[page * PAGE : (page + 1) * PAGE]
    rows = [
        tuple(
            Button(talk.texts.text("alert-mute-days", name=name, days=str(days)), f"/mute {one} {days}d")
            for days in MUTE_DAYS
        )
        for one, name in shown
    ]
    return _page(talk, "alert-choose-mute", [], (*rows, _more(talk, told, what, page, len(things))))


def _page(talk: Talk, key: str, lines: Sequence[Line], rows: Sequence[tuple[Button, ...]]) -> Message:
    head = paragraph(line(strong(talk.texts.text(key))))
    return Message(blocks=(head, *((Paragraph(tuple(lines)),) if lines else ())), buttons=_fitting(rows))


def _more(talk: Talk, told: ToldMessage, what: str, page: int, count: int) -> tuple[Button, ...]:
    """The pages beside this one."""
    pages = [one for one in (page - 1, page + 1) if one >= 0 and one * PAGE < count]
    return tuple(
        Button(
            talk.texts.text("alert-page", **{"from": str(one * PAGE + 1), "to": str(min(count, (one + 1) * PAGE))}),
            f"/alert #{told.alerts[0].id} {what} {one}",
        )
        for one in pages
    )


def _label(one: RecordedAlert, named: Named, teller: Teller) -> str:
    signal = one.alert.signal
    return f"{named.of(signal.subject, teller.words)} · {teller.title(signal.kind)}"


def _fitting(rows: Sequence[tuple[Button, ...]]) -> tuple[tuple[Button, ...], ...]:
    fitting = (tuple(one for one in row if fits(one)) for row in rows)
    return tuple(row for row in fitting if row)


def _teller(talk: Talk, panel: Panel) -> Teller:
    return Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))
