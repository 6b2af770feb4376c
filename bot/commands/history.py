"""History: when signals fired before, and what followed each time."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.commands.base import Chapter, SaidWrongError, Talk, command
from bot.commands.lookup import Thing, find_thing_and_kind
from bot.messages.figures import number
from bot.messages.model import Block, Button, Heading, Message, Span, Style, Table, line, muted, paragraph
from bot.messages.names import Named
from bot.past import HORIZONS, Firing, firings, followed
from bot.store.alerts import RecordedAlert
from signals.core.detector import Detector
from signals.core.field import Axis, Unit
from signals.core.panel import Panel
from signals.core.text import Text

SHOWN = 10

_COUNTED_MAX = 500
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|(\d\d)(\d\d))")


@dataclass(frozen=True, kw_only=True)
class _Question:
    thing: Thing | None = None
    kind: Detector | None = None
    day: date | None = None

    @property
    def code(self) -> str | None:
        """The fund or index that is asked about."""
        return self.thing.what if self.thing else None


@command(
    "history",
    "历史",
    rank=12,
    about=Text("信号以往出现与之后涨跌", "When signals fired before, and what followed"),
    usage=Text("560850", "560850"),
    chapter=Chapter.SIGNALS,
)
async def history(talk: Talk) -> Message:
    """The last firings of a fund, a kind, a day, or of several of these together, with what followed each."""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    asked = _asked(talk, panel)
    kind = asked.kind.name if asked.kind else None
    stored = await talk.desk.world.store.alerts.begun(_COUNTED_MAX, kind=kind, code=asked.code, day=asked.day)
    if asked.day is not None and not stored and asked.day not in panel.sessions:
        raise SaidWrongError(talk.texts.text("history-not-session", day=asked.day.isoformat()))
    return await asyncio.to_thread(_answer, talk, panel, asked, [_firing(one) for one in stored])


def _asked(talk: Talk, panel: Panel) -> _Question:
    texts, detectors = talk.texts, talk.desk.world.detectors
    if not talk.words:
        raise SaidWrongError(texts.text("history-what", kind=texts.of(next(iter(detectors.values())).title)))
    days = [found for word in talk.words if (found := _day(talk, word))]
    words = [word for word in talk.words if not _DATE.fullmatch(word)]
    if not words:
        return _Question(day=days[-1])
    thing, kind = find_thing_and_kind(panel, detectors, words, texts)
    day = days[-1] if days else None
    if thing.axis is None:
        return _Question(kind=detectors[thing.what], day=day)
    return _Question(thing=thing, kind=kind, day=day)


def _day(talk: Talk, word: str) -> date | None:
    """The day that a word names; None where it names none."""
    found = _DATE.fullmatch(word)
    if found is None:
        return None
    try:
        day = date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise SaidWrongError(talk.texts.text("history-unknown", word=word)) from None
    if day > talk.today:
        raise SaidWrongError(talk.texts.text("history-future", day=day.isoformat()))
    return day


def _firing(one: RecordedAlert) -> Firing:
    signal = one.alert.signal
    return Firing(day=signal.day, kind=signal.kind, subject=signal.subject)


def _answer(talk: Talk, panel: Panel, asked: _Question, stored: Sequence[Firing]) -> Message:
    """What was told first; of the time before that, what the detectors would have told."""
    told = list(dict.fromkeys(stored))
    if len(told) < SHOWN and not (asked.day and told):
        detectors = talk.desk.world.detectors.values() if asked.kind is None else (asked.kind,)
        first = min((one.day for one in told), default=date.max)
        before = firings(panel, detectors, code=asked.code, day=asked.day)
        told += [one for one in before if one.day < first]
    shown = told[:SHOWN]
    texts, title = talk.texts, _title(talk, asked)
    heading = f"{title} {texts.text('demo-label')}" if panel.demo else title
    blocks: list[Block] = [Heading(heading, 1)]
    if not shown:
        return Message(blocks=(*blocks, paragraph(texts.text("history-none"))), buttons=_buttons(talk, asked))
    count, first_day = str(len(told)), min(shown[-1].day, panel.sessions[0])
    if asked.day is None:
        said = texts.text("history-from", first=first_day.isoformat(), count=str(len(shown)))
    else:
        said = texts.text("history-on", count=count, shown=str(len(shown)))
    blocks += [
        paragraph(line(muted(said))),
        _table(talk, panel, asked, shown),
        paragraph(line(muted(texts.text("history-note")))),
    ]
    return Message(blocks=tuple(blocks), buttons=_buttons(talk, asked))


def _title(talk: Talk, asked: _Question) -> str:
    texts = talk.texts
    parts = [
        asked.thing.name if asked.thing else "",
        texts.of(asked.kind.title) if asked.kind else "",
        asked.day.isoformat() if asked.day else "",
    ]
    return texts.text("history-title", what=" ".join(part for part in parts if part))


def _table(talk: Talk, panel: Panel, asked: _Question, shown: Sequence[Firing]) -> Table:
    """A row for each firing; what all of them share stands in the title alone."""
    texts, named, detectors = talk.texts, Named(panel.profiles), talk.desk.world.detectors
    columns = [name for name, same in (("day", asked.day), ("what", asked.kind), ("subject", asked.thing)) if not same]
    after = tuple(texts.text("history-after", days=str(one)) for one in HORIZONS)
    rows = []
    for one, moves in zip(shown, followed(panel, shown), strict=True):
        detector = detectors.get(one.kind)
        cells = {
            "day": one.day.isoformat(),
            "what": texts.of(detector.title) if detector else one.kind,
            "subject": _called(one, named, talk),
        }
        rows.append((*(Span(cells[name]) for name in columns), *_moves(talk, moves)))
    return Table((*(texts.text(f"history-head-{name}") for name in columns), *after), tuple(rows))


def _called(one: Firing, named: Named, talk: Talk) -> str:
    name = named.of(one.subject, talk.texts)
    return f"{name} {one.subject.code}" if one.subject.axis is Axis.FUND and name != one.subject.code else name


def _moves(talk: Talk, moves: Sequence[float | None]) -> Iterator[Span]:
    for value in moves:
        if value is None:
            yield muted("—")
            continue
        style = Style.UP if value > 0 else Style.DOWN if value < 0 else Style.PLAIN
        yield Span(number(value, Unit.MOVE, talk.language), style)


def _buttons(talk: Talk, asked: _Question) -> tuple[tuple[Button, ...], ...]:
    row = []
    if asked.kind is not None:
        row.append(Button(talk.texts.text("study-button"), f"/study {asked.kind.name}"))
    if asked.thing is not None and asked.thing.axis is Axis.FUND:
        row.append(Button(talk.texts.text("picture-button"), f"/etf {asked.thing.what}"))
    return (tuple(row),) if row else ()
