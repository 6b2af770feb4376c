"""The weekly note: money over the week into classes, indices and the reader's funds, and who leads anew."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from bot.messages.facts import Facts
from bot.messages.figures import day_text, number
from bot.messages.market_section import class_name
from bot.messages.model import Block, Line, Paragraph, Span, Style, line, muted, strong
from bot.messages.week_figures import Week, WeekFigure
from signals.core.detector import Tell
from signals.core.field import Axis, Unit
from signals.core.prices import INDICES
from signals.core.profile import EQUITY_LIKE
from signals.core.signal import Signal
from signals.succession import LeaderChange

_LEAST_STREAK = 2
_MOST_INDICES = 3
_FEW_FUNDS = 6
_MOST_CHANGES = 6
_SHORT_INDICES = 3
_SHORT_CLASSES = 3


class WeekNote:
    """What a week says in one language; lines that readers share are made once."""

    def __init__(self, facts: Facts) -> None:
        self.week = Week.of(facts.panel)
        self._facts = facts
        self._words = facts.words
        self._teller = facts.teller

    def title(self) -> str:
        """The sessions from the first to the last."""
        first, last = self.week.days[0], self.week.days[-1]
        return self._words.text(
            "week-title", first=first.isoformat(), last=day_text(last, first), count=len(self.week.days)
        )

    def under(self, key: str) -> str:
        """A heading with the sessions whose sums stand under it without a date."""
        days = [day_text(day, self._facts.today) for day in self.week.days]
        if len(days) == 1:
            return self._words.text(key) + self._words.text("dated", day=days[0])
        return self._words.text(key) + self._words.text("week-span", first=days[0], last=days[-1])

    def totals(self) -> Paragraph:
        """Money into classes and indices, and margin."""
        return self._facts.once(
            "week", "totals", lambda: Paragraph((*self._classes(), *self._ranked(), *self._margin()))
        )

    def market(self) -> Paragraph:
        """Indices, classes, the indices with the most money in and out, and margin."""
        return self._facts.once("week", "market", self._market)

    def market_short(self) -> list[Line]:
        """The same in three lines."""
        return [*self._short_indices(), *self._short_classes(), *self._margin()]

    def funds(self, mine: Sequence[str], max_funds: int) -> list[Block]:
        """Best and worst of the reader's funds, then each in a line, the most money in first."""
        listed = sorted(mine[:max_funds], key=lambda fund: (-self._worth(fund), fund))
        if not listed:
            return []
        best = self.best(mine)
        lines = tuple(self._facts.once("week", fund, partial(self._fund, fund)) for fund in listed)
        return [*([Paragraph(tuple(best))] if best else []), Paragraph(lines, folded=len(lines) > _FEW_FUNDS)]

    def best(self, mine: Sequence[str]) -> list[Line]:
        """Which of his funds rose and fell most, and which took in and lost most; for one fund it says nothing."""
        moves = [(fund, one) for fund in mine if (one := self.week.move(fund)) is not None]
        flows = [(fund, one) for fund in mine if (one := self.week.flow(fund)) is not None]
        lines = []
        if len(moves) > 1:
            lines.append(self._both("week-best", "week-worst", moves))
        inward = [one for one in flows if one[1].value > 0]
        outward = [one for one in flows if one[1].value < 0]
        if len(flows) > 1:
            sides = [self._most("week-most-in", inward, 1), self._most("week-most-out", outward, -1)]
            lines.append(line(self._words.text("week-sides").join(filter(None, sides))))
        return [one for one in lines if one.text]

    def changes(self, indices: Collection[str]) -> list[Block]:
        """Who has become first on these indices in the week, the newest first."""
        told = [one for one in self._overtakings() if self._index_of(one) in indices]
        if not told:
            return []
        lines = [self._change(one) for one in told[:_MOST_CHANGES]]
        if rest := len(told) - len(lines):
            lines.append(line(muted(self._words.text("week-changes-more", count=str(rest)))))
        return [Paragraph(tuple(lines))]

    def changes_short(self, indices: Collection[str]) -> list[Line]:
        """The newest of them in a line."""
        told = [one for one in self._overtakings() if self._index_of(one) in indices]
        return [self._change(one) for one in told[:1]]

    def _market(self) -> Paragraph:
        return Paragraph((*self._indices(), *self.totals().lines))

    def _indices(self) -> Iterator[Line]:
        for code in INDICES:
            if (move := self.week.index_move(code)) is not None:
                name = self._words.text(f"index-{code}")
                style = Style.UP if move.value > 0 else Style.DOWN if move.value < 0 else Style.PLAIN
                yield line(f"{name} ", Span(self._number(move), style), muted(self._span(move)))

    def _short_indices(self) -> Iterator[Line]:
        moves = ((self._words.text(f"index-{code}"), self.week.index_move(code)) for code in INDICES)
        known = [(name, move) for name, move in moves if move is not None][:_SHORT_INDICES]
        yield from self._labelled("digest-short-indices", known)

    def _short_classes(self) -> Iterator[Line]:
        found = ((name, self.week.group_flow(Axis.CLASS, name)) for name in self._facts.panel.subjects[Axis.CLASS])
        known = [(class_name(self._facts.panel, name, self._facts), flow) for name, flow in found if flow is not None]
        most = sorted(known, key=lambda one: -abs(one[1].value))[:_SHORT_CLASSES]
        yield from self._labelled("digest-short-classes", most)

    def _labelled(self, key: str, known: Sequence[tuple[str, WeekFigure]]) -> Iterator[Line]:
        if known:
            told = [(self._words.text("digest-named", name=name, said=self._signed(one)), one) for name, one in known]
            yield line(strong(self._words.text(key)), self._joined(told))

    def _classes(self) -> Iterator[Line]:
        for name in self._facts.panel.subjects[Axis.CLASS]:
            if (flow := self.week.group_flow(Axis.CLASS, name)) is not None:
                group = class_name(self._facts.panel, name, self._facts)
                yield line(self._words.text("group-flow", group=group, flow=self._flow(flow)))

    def _ranked(self) -> Iterator[Line]:
        equity = {one.index_key for one in self._facts.panel.profiles.values() if one.fund_class in EQUITY_LIKE}
        tracked = [one for one in self._facts.panel.subjects[Axis.TRACKED] if one in equity]
        found = [(one, flow) for one in tracked if (flow := self.week.group_flow(Axis.TRACKED, one)) is not None]
        for key, sign in (("groups-in", 1), ("groups-out", -1)):
            side = sorted((one for one in found if one[1].value * sign > 0), key=lambda one: -one[1].value * sign)
            told = [
                (self._words.text("group-amount", group=self._facts.named.index(index), amount=self._size(flow)), flow)
                for index, flow in side[:_MOST_INDICES]
            ]
            if told:
                yield line(self._words.text(key, some=self._joined(told)))

    def _margin(self) -> Iterator[Line]:
        change = self.week.margin()
        if change is not None:
            yield line(self._words.text("week-margin", change=self._number(change)) + self._span(change))

    def _fund(self, fund: str) -> Line:
        move, flow = self.week.move(fund), self.week.flow(fund)
        parts = [
            *([self._number(move) + self._span(move)] if move is not None else []),
            *([self._flow(flow)] if flow is not None else [self._words.text("week-flow-unknown")]),
        ]
        said = self._words.text("list-comma").join(parts)
        return line(*self._facts.named.spans(fund), Span(f"  {said}"))

    def _worth(self, fund: str) -> float:
        flow = self.week.flow(fund)
        return flow.value if flow is not None else 0.0

    def _both(self, best: str, worst: str, moves: Sequence[tuple[str, WeekFigure]]) -> Line:
        return line(self._words.text("week-sides").join([self._most(best, moves, 1), self._most(worst, moves, -1)]))

    def _most(self, key: str, told: Sequence[tuple[str, WeekFigure]], sign: int) -> str:
        """The one with the most of something; empty where there is none."""
        if not told:
            return ""
        fund, most = max(told, key=lambda one: (one[1].value * sign, one[0]))
        said = self._number(most) if most.unit is Unit.MOVE else self._size(most)
        return self._words.text(key, fund=self._facts.named.fund(fund), said=said + self._span(most))

    def _overtakings(self) -> list[Signal]:
        return self._facts.once("week", "changes", self._found)

    def _found(self) -> list[Signal]:
        found = []
        for one in self._facts.detectors.values():
            if isinstance(one, LeaderChange) and one.tell is not Tell.OFF:
                found += one.detect(self._facts.panel, self.week.days)
                one.forget(self._facts.panel)
        return sorted(found, key=lambda one: (-one.day.toordinal(), -one.strength, one.subject.code))

    def _index_of(self, signal: Signal) -> str:
        return self._facts.panel.profiles[signal.subject.code].index_key

    def _change(self, one: Signal) -> Line:
        said = self._words.text("digest-said", said=self._teller.sentence(one))
        return line(*self._facts.named.spans(one.subject.code), Span(said))

    def _number(self, one: WeekFigure) -> str:
        return number(one.value, one.unit, self._teller.language)

    def _signed(self, one: WeekFigure) -> str:
        return number(one.value, Unit.CNY_CHANGE if one.unit is Unit.CNY else one.unit, self._teller.language)

    def _size(self, one: WeekFigure) -> str:
        return number(abs(one.value), one.unit, self._teller.language)

    def _flow(self, one: WeekFigure) -> str:
        """Money by its direction, with its sessions, and since when it goes that way."""
        key = "outflow" if one.value < 0 else "inflow"
        said = self._words.text(key, flow=self._size(one)) + self._span(one)
        if one.streak < _LEAST_STREAK:
            return said
        return said + self._words.text("week-streak-in" if one.rising else "week-streak-out", days=str(one.streak))

    def _joined(self, told: Sequence[tuple[str, WeekFigure]]) -> str:
        """Figures one after the other; sessions that all of them share stand once, at the end."""
        spans = [self._span(one) for _, one in told]
        shared = len({*spans}) == 1
        parts = [said if shared else said + span for (said, _), span in zip(told, spans, strict=True)]
        return self._words.text("exchange-join").join(parts) + (spans[0] if shared else "")

    def _span(self, one: WeekFigure) -> str:
        """The sessions that a figure is over, and what of them is not known; a whole week stands in the heading."""
        first, last = (day_text(day, self._facts.today) for day in (one.first, one.last))
        days = self.week.days
        if (one.first, one.last) == (days[0], days[-1]) and not one.gaps:
            return self._words.text("week-estimated") if one.estimated else ""
        if one.first == one.last:
            said = self._words.text("dated-estimated" if one.estimated else "dated", day=last)
        else:
            said = self._words.text("week-span-estimated" if one.estimated else "week-span", first=first, last=last)
        return said + (self._words.text("gaps", days=str(one.gaps)) if one.gaps else "")
