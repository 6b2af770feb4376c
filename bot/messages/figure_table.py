"""Rows of figures as a table: the date that a column shares stands above it, one of its own in the cell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from bot.messages.figures import day_text, figure_text
from bot.messages.model import Block, Span, Style, Table, line, muted, paragraph
from bot.messages.sentences import Teller
from signals.core.field import Unit
from signals.core.measure import Figure


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is about, and its figures; None = not known."""

    head: tuple[Span, ...]
    figures: tuple[Figure | None, ...]


def figure_table(heads: Sequence[str], columns: Sequence[str], rows: Sequence[Row], teller: Teller) -> list[Block]:
    """A line with the dates of the columns and the table under it; nothing where there are no rows.

    `heads` are the titles of the cells of a row's head, `columns` those of its figures.
    """
    if not rows:
        return []
    days = [_shared(figures) for figures in zip(*(row.figures for row in rows), strict=True)]
    cells = [
        (
            *row.head,
            *(_cell(figure, day, teller) for figure, day in zip(row.figures, days, strict=True)),
        )
        for row in rows
    ]
    return [
        paragraph(line(muted(_dates(columns, days, teller)))),
        Table((*heads, *columns), tuple(cells)),
    ]


def _shared(figures: Sequence[Figure | None]) -> date | None:
    """The day of most of a column's figures; of days that are as common the newest."""
    days = Counter(one.day for one in figures if one is not None)
    return max(days, key=lambda day: (days[day], day), default=None)


def _dates(columns: Sequence[str], days: Sequence[date | None], teller: Teller) -> str:
    """The columns in their order, each run of one day with the day: channels without tables show no other heads."""
    words = teller.words
    told = [(column, day) for column, day in zip(columns, days, strict=True) if day is not None]
    parts = [
        words.text("exchange-join").join(column for column, _ in run)
        + words.text("dated", day=day_text(day, teller.today))
        for day, run in groupby(told, key=itemgetter(1))
    ]
    return words.text("list-comma").join(parts)


def _cell(figure: Figure | None, day: date | None, teller: Teller) -> Span:
    if figure is None:
        return Span("—", Style.MUTED)
    # A count of sessions shares its date, and how sure it is, with the figure beside it.
    apart = figure.day != day or (figure.estimated and figure.unit is not Unit.SESSIONS)
    own = teller.dated(figure.day, [figure]) if apart else ""
    return Span(figure_text(figure, teller.language) + own, _style(figure))


def _style(figure: Figure) -> Style:
    if figure.unit not in (Unit.MOVE, Unit.CNY_CHANGE) or not figure.value:
        return Style.PLAIN
    return Style.UP if figure.value > 0 else Style.DOWN
