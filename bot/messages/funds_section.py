"""The reader's own funds in a digest: what is told of them in full, the quiet ones in a line each."""

from collections.abc import Iterator, Sequence

from bot.messages.facts import Facts
from bot.messages.figure_table import Row, figure_table
from bot.messages.market_section import signed
from bot.messages.model import Block, Line, Paragraph, code, line, muted, paragraph, strong
from bot.preferences import Layout
from signals.core.flows import FLOW
from signals.core.prices import CHANGE, TURNOVER
from signals.core.values import PREMIUM_IOPV, PREMIUM_LATEST_NAV

_FEW_FUNDS = 6
"""Readers of so many funds get every one in full; longer lists fold what is quiet."""


def fund_blocks(
    facts: Facts, mine: Sequence[str], unknown: Sequence[str], layout: Layout, max_funds: int
) -> Iterator[Block]:
    """Each of his funds, the most telling first, without a heading; beyond `max_funds` they are counted.

    `unknown` are codes that the market does not know.
    """
    words = facts.words
    if not mine and not unknown:
        yield paragraph(line(words.text("digest-mine-none")))
    listed = mine[:max_funds]
    yield from _table(facts, listed) if layout is Layout.TABLE else _cards(facts, listed)
    if rest := len(mine) - len(listed):
        yield paragraph(line(muted(words.text("digest-mine-more", count=rest))))
    if unknown:
        codes = words.text("exchange-join").join(unknown)
        yield paragraph(line(muted(words.text("digest-mine-unknown", codes=codes))))


def funds_short(facts: Facts, mine: Sequence[str], unknown: Sequence[str], room: int) -> Iterator[Line]:
    """As many of his funds as there is room for, a line each; the others are counted."""
    words = facts.words
    if not mine:
        codes = words.text("exchange-join").join(unknown)
        yield line(words.text("digest-mine-unknown", codes=codes) if unknown else words.text("digest-mine-none"))
        return
    fitting = len(mine) if len(mine) <= room else max(1, room - 1)
    yield from (facts.short(one) for one in mine[:fitting])
    if rest := len(mine) - fitting:
        yield line(muted(words.text("digest-short-more", count=rest)))


def _cards(facts: Facts, listed: Sequence[str]) -> Iterator[Block]:
    few = len(listed) <= _FEW_FUNDS
    quiet = [one for one in listed if not facts.told(one)]
    yield from (facts.full(one) for one in listed if few or one not in quiet)
    if quiet and not few:
        yield paragraph(line(strong(facts.words.text("digest-mine-quiet"))))
        yield Paragraph(tuple(facts.brief(one) for one in quiet), folded=True)


def _table(facts: Facts, listed: Sequence[str]) -> Iterator[Block]:
    """The figures of all in one table, and under it what is told of some."""
    words, panel = facts.words, facts.panel
    rows = []
    for fund in listed:
        flow = FLOW.figure(panel, fund)
        premium = PREMIUM_IOPV.figure(panel, fund) or PREMIUM_LATEST_NAV.figure(panel, fund)
        figures = CHANGE.figure(panel, fund), signed(flow) if flow else None, TURNOVER.figure(panel, fund), premium
        rows.append(Row((strong(facts.named.fund(fund)), code(fund)), figures))
    heads = [words.text("rank-fund"), words.text("rank-code")]
    columns = [words.text(f"digest-column-{name}") for name in ("change", "flow", "turnover", "premium")]
    yield from figure_table(heads, columns, rows, facts.teller)
    yield from (facts.news_of(one) for one in listed if facts.told(one))
