"""Who is first among the funds on an index: by size, money, turnover, premium and growth of shares (2.8)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from bot.messages.facts import Facts
from bot.messages.figures import figure_text
from bot.messages.model import Block, Line, Paragraph, Span, line, strong
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKED, RANKS

_FEW_INDICES = 6
"""More of them are folded."""

_ORDER = ("aum", "flow", "share_growth", "turnover", "premium")
_POSITIVE = frozenset({"flow", "premium", "share_growth"})
"""To be first with less than nothing is no lead."""

_SHORT_INDICES = 3
_SHORT_BY = "flow"


@dataclass(frozen=True, slots=True)
class Leader:
    """The first of an index by one quantity; several where they are equal."""

    by: str
    funds: tuple[str, ...]
    figure: Figure
    size: Figure
    """How many funds were compared."""


def indices_of(panel: Panel, funds: Collection[str]) -> list[str]:
    """The indices that these funds track."""
    return sorted({panel.profiles[code].index_key for code in funds if code in panel.profiles} - {""})


def leaders(panel: Panel, index: str) -> list[Leader]:
    """The first of an index by each quantity whose ranks may be stated."""
    codes = [code for code, profile in panel.profiles.items() if profile.index_key == index]
    found = []
    for name in _ORDER:
        ranks = ((code, RANKS[name].figure(panel, code)) for code in codes)
        first_of = {code: rank.day for code, rank in ranks if rank is not None and rank.value == 1}
        if not first_of:
            continue
        # Exchanges publish at hours of their own: who was first on an older session is not first beside the newest.
        first = tuple(sorted(code for code, day in first_of.items() if day == max(first_of.values())))
        figure, size = RANKED[name].figure(panel, first[0]), RANK_SIZES[name].figure(panel, first[0])
        if figure is not None and size is not None and (figure.value > 0 or name not in _POSITIVE):
            found.append(Leader(name, first, figure, size))
    return found


def leader_blocks(facts: Facts, indices: Collection[str]) -> Iterator[Block]:
    """A paragraph for each index whose leaders may be stated; of many of them the later ones are folded."""
    told = [made for index in indices if (made := facts.once("leaders", index, partial(_of_index, facts, index)))]
    yield from (Paragraph(tuple(one)) for one in told[:_FEW_INDICES])
    if rest := [one for lines in told[_FEW_INDICES:] for one in lines]:
        yield Paragraph(tuple(rest), folded=True)


def leaders_short(facts: Facts, indices: Collection[str]) -> Iterator[Line]:
    """Where the most money went among the funds on each index, in one line."""
    first = [(index, one) for index in indices for one in leaders(facts.panel, index) if one.by == _SHORT_BY]
    first = first[:_SHORT_INDICES]
    if not first:
        return
    words, teller = facts.words, facts.teller
    day = max(one.figure.day for _, one in first)
    parts = [
        words.text("digest-leader-of", index=facts.words.index(index, facts.named.index(index)), said=_said(facts, one))
        + ("" if one.figure.day == day else teller.dated(one.figure.day, [one.figure]))
        for index, one in first
    ]
    said = words.text("exchange-join").join(parts)
    dated = teller.dated(day, [one.figure for _, one in first if one.figure.day == day])
    yield line(strong(words.text("digest-short-leaders")), Span(said + dated))


def _of_index(facts: Facts, index: str) -> list[Line]:
    """Its name and how many funds are compared, then each fund with what it is first by."""
    firsts = leaders(facts.panel, index)
    if not firsts:
        return []
    size = max(one.size.value for one in firsts)
    together = dict[tuple[tuple[str, ...], date], list[Leader]]()
    for one in firsts:
        together.setdefault((one.funds, one.figure.day), []).append(one)
    head = facts.words.text(
        "digest-leaders-of", index=facts.words.index(index, facts.named.index(index)), size=f"{size:.0f}"
    )
    return [line(strong(head)), *(_of_fund(facts, of_fund, size) for of_fund in together.values())]


def _of_fund(facts: Facts, firsts: Sequence[Leader], size: float) -> Line:
    words, teller = facts.words, facts.teller
    parts = []
    for one in firsts:
        said = words.text(f"digest-first-{one.by.replace('_', '-')}", said=figure_text(one.figure, teller.language))
        less = one.size.value < size
        parts.append(said + (words.text("digest-leaders-each", size=f"{one.size.value:.0f}") if less else ""))
    text = words.text("digest-said", said=words.text("exchange-join").join(parts))
    dated = teller.dated(firsts[0].figure.day, [one.figure for one in firsts])
    return line(_names(facts, firsts[0]) + text + dated, indent=1)


def _names(facts: Facts, one: Leader) -> str:
    return facts.words.text("exchange-join").join(facts.named.fund(code) for code in one.funds)


def _said(facts: Facts, one: Leader) -> str:
    return facts.words.text(
        "digest-named", name=_names(facts, one), said=figure_text(one.figure, facts.teller.language)
    )
